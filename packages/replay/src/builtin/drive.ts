import { nearestPlanIndex, type PlanPoint, planAt, planCourse } from "./course.ts";

/**
 * A car that follows the plan: a kinematic bicycle with lagging actuators under a small tracking controller. Closed loop,
 * fixed step, seeded: the same states on every machine. (The real controllers live in `@delos/control`.)
 */
export interface DriveState {
  readonly tick: number; // 100 a second
  readonly time: number; // s from the start of the recording
  readonly engaged: boolean;
  readonly gear: "GEAR_PARKING" | "GEAR_DRIVE";
  readonly signal: "TURN_NONE" | "TURN_LEFT" | "TURN_RIGHT";
  /** Rear axle centre, map frame. */
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly speed: number;
  readonly acceleration: number;
  readonly yawRate: number;
  /** What the car does. */
  readonly steeringPercent: number;
  readonly throttlePercent: number;
  readonly brakePercent: number;
  /** What it was told to do. */
  readonly command: {
    readonly steeringPercent: number;
    readonly throttlePercent: number;
    readonly brakePercent: number;
    readonly acceleration: number;
    readonly lateralError: number;
    readonly headingError: number;
    readonly stationError: number;
    readonly speedError: number;
    readonly reference: PlanPoint;
    readonly matched: PlanPoint;
  };
}

export const TICK_S = 0.01;
/** The operator engages this long after the recording starts. */
export const ENGAGE_S = 2;

const WHEELBASE_M = 2.8448;
const STEER_RATIO = 16;
const MAX_STEERING_WHEEL_RAD = 8.203;
const STEERING_LAG_S = 0.12;
const PEDAL_LAG_S = 0.18;
const STEERING_RATE_LIMIT_PERCENT_PER_S = 85;
const STANDING_AFTER_S = 1.6;

/** Every state of the drive at 100 Hz, and the plan that it follows. */
export function simulateBuiltinDrive(): {
  readonly plan: readonly PlanPoint[];
  readonly states: readonly DriveState[];
} {
  const plan = planCourse();
  const random = gaussian(20_170_705);
  const states: DriveState[] = [];
  const end = ENGAGE_S + plan.at(-1)!.time + STANDING_AFTER_S;

  let [x, y, heading] = [plan[0]!.x - 0.12, plan[0]!.y + 0.21, plan[0]!.theta + 0.015];
  let [speed, acceleration, steeringPercent] = [0, 0, -3.5];
  let index = 0;
  let gust = 0;
  for (let tick = 0; tick * TICK_S <= end; tick++) {
    const time = tick * TICK_S;
    const engaged = time >= ENGAGE_S;
    const reference = planAt(plan, time - ENGAGE_S);
    index = nearestPlanIndex(plan, x, y, index);
    const matched = plan[index]!;
    const command = track(plan, matched, reference, { x, y, heading, speed });
    const standing = engaged && reference.s >= plan.at(-1)!.s - 0.01;

    const target = engaged ? command.steeringPercent : -3.5;
    const wanted = ((target - steeringPercent) / STEERING_LAG_S) * TICK_S;
    const most = STEERING_RATE_LIMIT_PERCENT_PER_S * TICK_S;
    steeringPercent += Math.max(-most, Math.min(most, wanted));
    // A slowly changing slope and wind that the controller has to work against.
    gust += (-gust / 1.5) * TICK_S + 0.05 * Math.sqrt(TICK_S) * random();
    const demand = engaged ? command.acceleration + (speed > 0.3 ? gust : 0) : 0;
    acceleration += ((demand - acceleration) / PEDAL_LAG_S) * TICK_S;
    const before = speed;
    speed = Math.max(0, speed + acceleration * TICK_S);
    if (standing && speed < 0.15) speed = 0;
    if (!engaged || speed === 0) acceleration = Math.max(0, acceleration);
    const wheelAngle = ((steeringPercent / 100) * MAX_STEERING_WHEEL_RAD) / STEER_RATIO;
    const yawRate = (speed * Math.tan(wheelAngle)) / WHEELBASE_M;
    x += speed * Math.cos(heading + (yawRate * TICK_S) / 2) * TICK_S;
    y += speed * Math.sin(heading + (yawRate * TICK_S) / 2) * TICK_S;
    heading += yawRate * TICK_S;

    states.push({
      tick,
      time,
      engaged,
      gear: time < 1 ? "GEAR_PARKING" : "GEAR_DRIVE",
      signal: turnSignal(plan, matched, engaged, standing),
      x,
      y,
      heading,
      speed,
      acceleration: (speed - before) / TICK_S,
      yawRate,
      steeringPercent,
      throttlePercent: engaged && !standing ? Math.max(0, pedals(acceleration, speed).throttle) : 0,
      brakePercent: engaged ? (standing ? 22 : pedals(acceleration, speed).brake) : 24,
      command,
    });
  }
  return { plan, states };
}

/** Feed-forward of the plan's curvature plus feedback of lateral and heading error; speed by station and speed error. */
function track(
  plan: readonly PlanPoint[],
  matched: PlanPoint,
  reference: PlanPoint,
  car: { readonly x: number; readonly y: number; readonly heading: number; readonly speed: number },
): DriveState["command"] {
  const [dx, dy] = [car.x - matched.x, car.y - matched.y];
  const lateralError = dy * Math.cos(matched.theta) - dx * Math.sin(matched.theta);
  const along = dx * Math.cos(matched.theta) + dy * Math.sin(matched.theta);
  const headingError = normalizeAngle(car.heading - matched.theta);
  const ahead = planAt(plan, reference.time + 0.18);
  // Poles of the linear error model at 1.2 rad/s with damping 0.9, whatever the speed.
  const lateralGain = (1.2 ** 2 * WHEELBASE_M) / Math.max(car.speed, 2.5) ** 2;
  const headingGain = (2 * 0.9 * 1.2 * WHEELBASE_M) / Math.max(car.speed, 3.5);
  const wheelAngle = Math.atan(WHEELBASE_M * ahead.curvature) - lateralGain * lateralError - headingGain * headingError;
  const steeringPercent = clamp(((wheelAngle * STEER_RATIO) / MAX_STEERING_WHEEL_RAD) * 100, -100, 100);

  const stationError = reference.s - (matched.s + along);
  const speedError = reference.speed - car.speed;
  const acceleration = clamp(ahead.acceleration + 0.9 * speedError + 0.35 * clamp(stationError, -2, 2), -3, 2);
  const { throttle, brake } = pedals(acceleration, car.speed);
  return {
    steeringPercent,
    throttlePercent: throttle,
    brakePercent: brake,
    acceleration,
    lateralError,
    headingError,
    stationError,
    speedError,
    reference,
    matched,
  };
}

/** Pedal positions in % for an acceleration: what a calibration table says of such a car. */
function pedals(acceleration: number, speed: number): { readonly throttle: number; readonly brake: number } {
  const coasting = -0.12 - 0.012 * speed;
  if (acceleration >= coasting) return { throttle: 14 + 13.5 * (acceleration - coasting) + 0.7 * speed, brake: 0 };
  return { throttle: 0, brake: 12 + 10.5 * (coasting - acceleration) };
}

/** Signals a turn from 12 m before it; both lamps stay dark while standing. */
function turnSignal(
  plan: readonly PlanPoint[],
  matched: PlanPoint,
  engaged: boolean,
  standing: boolean,
): DriveState["signal"] {
  if (!engaged || standing) return "TURN_NONE";
  const near = Math.round(matched.s * 10);
  for (let i = near; i < Math.min(plan.length, near + 120); i += 10) {
    if (plan[i]!.curvature > 0.04) return "TURN_LEFT";
    if (plan[i]!.curvature < -0.04) return "TURN_RIGHT";
  }
  return "TURN_NONE";
}

/** Angle in [-π, π). */
export function normalizeAngle(angle: number): number {
  const a = (angle + Math.PI) % (2 * Math.PI);
  return (a < 0 ? a + 2 * Math.PI : a) - Math.PI;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Standard normal numbers by the polar method over a 32-bit generator (mulberry32), from a seed. */
export function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    for (;;) {
      const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
}
