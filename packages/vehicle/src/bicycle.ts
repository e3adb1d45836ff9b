import { clamp, normalizeAngle } from "@delos/math";

export interface BicycleParameters {
  readonly wheelbaseM: number;
  /** Centre of mass to the front and rear axle. */
  readonly lfM: number;
  readonly lrM: number;
  readonly massKg: number;
  readonly izKgM2: number;
  /** Cornering stiffness of an axle, N/rad, and the largest side force it can give, N. */
  readonly cfNprad: number;
  readonly crNprad: number;
  readonly maxSideForceN: number;
}

/** Lincoln MKZ: masses and stiffness of Apollo's control configuration, wheelbase of its vehicle file. */
export const MKZ_BICYCLE: BicycleParameters = {
  wheelbaseM: 2.8448,
  lfM: 1.4224,
  lrM: 1.4224,
  massKg: 2080,
  izKgM2: 4208.3,
  cfNprad: 155494.663,
  crNprad: 155494.663,
  maxSideForceN: 9200,
};

/** Below and above these speeds the motion is purely kinematic and purely dynamic; between, a blend. */
const KINEMATIC_MPS = 1;
const DYNAMIC_MPS = 3;

/**
 * Bicycle model with tyre slip: side forces grow with the slip angle up to what the tyres can give. Position and velocity
 * are those of the rear axle; heading 0 east, everything positive to the left.
 */
export class Bicycle {
  readonly #p: BicycleParameters;
  xM: number;
  yM: number;
  headingRad: number;
  speedMps = 0;
  /** Of the centre of mass, to the left, in the vehicle. */
  sideSpeedMps = 0;
  yawRateRadps = 0;
  /** Of the rear axle in the vehicle's frame, as an accelerometer there feels it. */
  forwardMps2 = 0;
  leftMps2 = 0;

  constructor(xM: number, yM: number, headingRad: number, parameters: BicycleParameters = MKZ_BICYCLE) {
    this.#p = parameters;
    this.xM = xM;
    this.yM = yM;
    this.headingRad = headingRad;
  }

  /** Velocity of the rear axle in the map. */
  get velocityMps(): readonly [x: number, y: number] {
    const left = this.sideSpeedMps - this.#p.lrM * this.yawRateRadps;
    const cos = Math.cos(this.headingRad);
    const sin = Math.sin(this.headingRad);
    return [this.speedMps * cos - left * sin, this.speedMps * sin + left * cos];
  }

  /** Moves on by `dt` s (a few ms) with a front wheel angle and an acceleration along the vehicle that never drives backward. */
  step(dt: number, wheelRad: number, accelerationMps2: number): void {
    const p = this.#p;
    const [vx0, vy0] = this.velocityMps;
    const v = Math.max(this.speedMps + accelerationMps2 * dt, 0);
    const kinematicRate = (v * Math.tan(wheelRad)) / p.wheelbaseM;
    let rate = kinematicRate;
    let side = p.lrM * kinematicRate;
    const share = clamp((v - KINEMATIC_MPS) / (DYNAMIC_MPS - KINEMATIC_MPS), 0, 1);
    if (share > 0) {
      const front = sideForce(p.cfNprad * (wheelRad - (this.sideSpeedMps + p.lfM * this.yawRateRadps) / v), p);
      const rear = sideForce((-p.crNprad * (this.sideSpeedMps - p.lrM * this.yawRateRadps)) / v, p);
      const dynamicSide = this.sideSpeedMps + ((front + rear) / p.massKg - v * this.yawRateRadps) * dt;
      const dynamicRate = this.yawRateRadps + ((p.lfM * front - p.lrM * rear) / p.izKgM2) * dt;
      side += share * (dynamicSide - side);
      rate += share * (dynamicRate - rate);
    }
    this.speedMps = v;
    this.sideSpeedMps = side;
    this.yawRateRadps = rate;
    this.headingRad = normalizeAngle(this.headingRad + rate * dt);
    const [vx1, vy1] = this.velocityMps;
    this.xM += ((vx0 + vx1) / 2) * dt;
    this.yM += ((vy0 + vy1) / 2) * dt;
    const [ax, ay] = [(vx1 - vx0) / dt, (vy1 - vy0) / dt];
    const cos = Math.cos(this.headingRad);
    const sin = Math.sin(this.headingRad);
    this.forwardMps2 = ax * cos + ay * sin;
    this.leftMps2 = ay * cos - ax * sin;
  }
}

/** Linear at first, bounded smoothly by what the tyres can give. */
function sideForce(linearN: number, p: BicycleParameters): number {
  return p.maxSideForceN * Math.tanh(linearN / p.maxSideForceN);
}
