import { normalizeAngle } from "@delos/math";

/** Standard deviations; noise densities per √s. */
export interface FilterNoise {
  readonly accelerationMps2: number;
  readonly yawRateRadps: number;
  readonly accelerationBiasMps2: number;
  readonly yawRateBiasRadps: number;
  readonly positionM: number;
  readonly velocityMps: number;
  readonly headingRad: number;
  readonly wheelSpeedMps: number;
  readonly sideSlipMps: number;
}

export const FILTER_NOISE: FilterNoise = {
  accelerationMps2: 0.08,
  yawRateRadps: 0.003,
  accelerationBiasMps2: 0.005,
  yawRateBiasRadps: 0.0002,
  positionM: 0.02,
  velocityMps: 0.03,
  headingRad: 0.003,
  wheelSpeedMps: 0.05,
  sideSlipMps: 0.05,
};

const N = 8;
const [PX, PY, VX, VY, HEADING, BIAS_RIGHT, BIAS_FORWARD, BIAS_YAW] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/**
 * Error-state Kalman filter of the planar motion: the nominal state is integrated from the IMU, the filter estimates its
 * error, which is folded back after every measurement.
 *
 *   nominal  p, v in the map (ENU), heading ψ (0 east), biases of acceleration (right, forward) and yaw rate
 *   motion   ṗ = v,  v̇ = r(ψ)(a_r − b_r) + f(ψ)(a_f − b_f),  ψ̇ = ω − b_ω      r = (sin ψ, −cos ψ), f = (cos ψ, sin ψ)
 *   error    δṗ = δv, δv̇ = (f·a_r − r·a_f)δψ − r·δb_r − f·δb_f, δψ̇ = −δb_ω
 *   measured position, velocity, heading (GNSS); f·v = wheel speed, r·v = 0 (rear axle does not slip)
 *
 * Measurements are independent, so each is a scalar update: no matrix is inverted. Roll and pitch are taken as known.
 */
export class ErrorStateFilter {
  readonly #noise: FilterNoise;
  readonly #state = new Float64Array(N);
  readonly #covariance = new Float64Array(N * N);
  readonly #transition = new Float64Array(N * N);
  readonly #work = new Float64Array(N * N);
  readonly #h = new Float64Array(N);
  readonly #gain = new Float64Array(N);
  /** Measurements refused because they were more than five standard deviations away. */
  rejected = 0;

  constructor(xM: number, yM: number, vxMps: number, vyMps: number, headingRad: number, noise = FILTER_NOISE) {
    this.#noise = noise;
    this.#state.set([xM, yM, vxMps, vyMps, headingRad]);
    const initial = [0.1, 0.1, 0.1, 0.1, 0.02, 0.05, 0.05, 0.002];
    for (let i = 0; i < N; i++) this.#covariance[i * N + i] = initial[i]! ** 2;
  }

  get xM(): number {
    return this.#state[PX]!;
  }
  get yM(): number {
    return this.#state[PY]!;
  }
  get vxMps(): number {
    return this.#state[VX]!;
  }
  get vyMps(): number {
    return this.#state[VY]!;
  }
  get headingRad(): number {
    return this.#state[HEADING]!;
  }
  get yawRateBiasRadps(): number {
    return this.#state[BIAS_YAW]!;
  }

  /** Standard deviation of x, y (m), vx, vy (m/s), heading (rad). */
  standardDeviations(): readonly number[] {
    return [PX, PY, VX, VY, HEADING].map((i) => Math.sqrt(this.#covariance[i * N + i]!));
  }

  /** Moves on by `dt` s (0 < dt) with vehicle accelerations (right, forward) and yaw rate. */
  predict(rightMps2: number, forwardMps2: number, yawRateRadps: number, dt: number): void {
    const s = this.#state;
    const right = rightMps2 - s[BIAS_RIGHT]!;
    const forward = forwardMps2 - s[BIAS_FORWARD]!;
    const rate = yawRateRadps - s[BIAS_YAW]!;
    // The middle of the step: second order in the turn.
    const heading = s[HEADING]! + (rate * dt) / 2;
    const cos = Math.cos(heading);
    const sin = Math.sin(heading);
    const ax = sin * right + cos * forward;
    const ay = -cos * right + sin * forward;
    s[PX]! += s[VX]! * dt + (ax * dt * dt) / 2;
    s[PY]! += s[VY]! * dt + (ay * dt * dt) / 2;
    s[VX]! += ax * dt;
    s[VY]! += ay * dt;
    s[HEADING] = normalizeAngle(s[HEADING]! + rate * dt);

    const f = this.#transition.fill(0);
    for (let i = 0; i < N; i++) f[i * N + i] = 1;
    f[PX * N + VX] = dt;
    f[PY * N + VY] = dt;
    f[VX * N + HEADING] = (cos * right - sin * forward) * dt;
    f[VY * N + HEADING] = (sin * right + cos * forward) * dt;
    f[VX * N + BIAS_RIGHT] = -sin * dt;
    f[VY * N + BIAS_RIGHT] = cos * dt;
    f[VX * N + BIAS_FORWARD] = -cos * dt;
    f[VY * N + BIAS_FORWARD] = -sin * dt;
    f[HEADING * N + BIAS_YAW] = -dt;
    const p = this.#covariance;
    const fp = this.#work;
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let k = 0; k < N; k++) sum += f[i * N + k]! * p[k * N + j]!;
        fp[i * N + j] = sum;
      }
    }
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let k = 0; k < N; k++) sum += fp[i * N + k]! * f[j * N + k]!;
        p[i * N + j] = sum;
      }
    }
    const n = this.#noise;
    const densities = [0, 0, n.accelerationMps2, n.accelerationMps2, n.yawRateRadps];
    const biases = [n.accelerationBiasMps2, n.accelerationBiasMps2, n.yawRateBiasRadps];
    [...densities, ...biases].forEach((density, i) => {
      p[i * N + i]! += density * density * dt;
    });
  }

  /** GNSS position, velocity and heading. */
  correctGnss(xM: number, yM: number, vxMps: number, vyMps: number, headingRad: number): void {
    const n = this.#noise;
    this.#correctState(PX, xM - this.#state[PX]!, n.positionM);
    this.#correctState(PY, yM - this.#state[PY]!, n.positionM);
    this.#correctState(VX, vxMps - this.#state[VX]!, n.velocityMps);
    this.#correctState(VY, vyMps - this.#state[VY]!, n.velocityMps);
    this.#correctState(HEADING, normalizeAngle(headingRad - this.#state[HEADING]!), n.headingRad);
  }

  /** Speed from the wheels along the vehicle; across it there is none. */
  correctWheelSpeed(speedMps: number): void {
    const s = this.#state;
    const cos = Math.cos(s[HEADING]!);
    const sin = Math.sin(s[HEADING]!);
    const forward = cos * s[VX]! + sin * s[VY]!;
    const right = sin * s[VX]! - cos * s[VY]!;
    const h = this.#h.fill(0);
    h[VX] = cos;
    h[VY] = sin;
    h[HEADING] = -right;
    this.#correct(speedMps - forward, this.#noise.wheelSpeedMps);
    h.fill(0);
    h[VX] = sin;
    h[VY] = -cos;
    h[HEADING] = forward;
    this.#correct(-(Math.sin(s[HEADING]!) * s[VX]! - Math.cos(s[HEADING]!) * s[VY]!), this.#noise.sideSlipMps);
  }

  #correctState(index: number, residual: number, deviation: number): void {
    this.#h.fill(0);
    this.#h[index] = 1;
    this.#correct(residual, deviation);
  }

  /** One scalar measurement: residual = h·δx + noise. */
  #correct(residual: number, deviation: number): void {
    const p = this.#covariance;
    const h = this.#h;
    const gain = this.#gain;
    let variance = deviation * deviation;
    for (let i = 0; i < N; i++) {
      let sum = 0;
      for (let k = 0; k < N; k++) sum += p[i * N + k]! * h[k]!;
      gain[i] = sum;
      variance += h[i]! * sum;
    }
    if (!(residual * residual <= 25 * variance)) {
      this.rejected++;
      // An outlier is left out; many in a row are the truth: trust in the own state wanes.
      for (let i = 0; i < N; i++) if (h[i] !== 0) p[i * N + i]! *= 1.1;
      return;
    }
    const state = this.#state;
    for (let i = 0; i < N; i++) state[i]! += (gain[i]! / variance) * residual;
    state[HEADING] = normalizeAngle(state[HEADING]!);
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) p[i * N + j]! -= (gain[i]! * gain[j]!) / variance;
    }
  }
}
