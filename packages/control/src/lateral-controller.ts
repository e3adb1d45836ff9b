import {
  CubicSpline,
  clamp,
  DigitalFilter,
  invert,
  lowPassCoefficients,
  MeanFilter,
  multiply,
  normalizeAngle,
  RiccatiSolver,
} from "@delos/math";
import type { LateralConfig } from "./config.ts";
import type { Controller, CycleInput } from "./controller.ts";
import type { ControlFlags } from "./flags.ts";
import { type ControlCommand, GearPosition, type SimpleLateralDebug } from "./messages.ts";
import type { TrajectoryAnalyzer } from "./trajectory.ts";
import { VehicleState } from "./vehicle-state.ts";

/** The linear model does not hold at standstill. */
const MIN_SPEED_MPS = 1;
const STATES = 4;
/** Speeds whose gain is kept: some 200 kB. */
const GAINS = 2048;

/** Errors relative to a path, all positive to the left. */
interface LateralErrors {
  lateral: number;
  lateralRate: number;
  heading: number;
  headingRate: number;
  refHeading: number;
  curvature: number;
}

/**
 * Steering by a linear-quadratic regulator on the dynamic bicycle model, feed-forward for curvature, low-pass at the end
 * (Apollo 1.0's LatController; docs/guides/control.md has the equations).
 *
 *   state  x = [lateral error, its rate, heading error, its rate, preview errors…], measured at the centre of mass
 *   model  A(v) from cornering stiffness, masses and geometry; bilinear A, Euler B
 *   output steering_target in % of the steering wheel's lock, left positive
 */
export class LateralController implements Controller {
  readonly name = "LQR-based Lateral Controller";
  readonly #config: LateralConfig;
  readonly #flags: ControlFlags;
  readonly #vehicle = new VehicleState();
  readonly #lowPass: DigitalFilter;
  readonly #mean: MeanFilter;
  readonly #solver: RiccatiSolver;
  readonly #q: Float64Array;
  readonly #x: Float64Array;
  readonly #a = new Float64Array(STATES * STATES);
  readonly #left = new Float64Array(STATES * STATES);
  readonly #right = new Float64Array(STATES * STATES);
  readonly #inverse = new Float64Array(STATES * STATES);
  readonly #work = new Float64Array(STATES * STATES);
  readonly #ad = new Float64Array(STATES * STATES);
  readonly #adc: Float64Array;
  readonly #bdc: Float64Array;
  readonly #lateralSchedule: CubicSpline | undefined;
  readonly #headingSchedule: CubicSpline | undefined;
  readonly #errors: LateralErrors = {
    lateral: 0,
    lateralRate: 0,
    heading: 0,
    headingRate: 0,
    refHeading: 0,
    curvature: 0,
  };
  readonly #gains = new Map<number, Float64Array>();
  #previousLateral = 0;
  #previousHeading = 0;

  constructor(config: LateralConfig, flags: ControlFlags) {
    this.#config = config;
    this.#flags = flags;
    const n = STATES + config.previewWindow;
    this.#lowPass = new DigitalFilter(lowPassCoefficients(config.ts, config.cutoffHz));
    this.#mean = new MeanFilter(config.meanFilterWindow);
    this.#solver = new RiccatiSolver(n);
    this.#q = Float64Array.from(config.matrixQ);
    this.#x = new Float64Array(n);
    this.#adc = new Float64Array(n * n);
    this.#bdc = new Float64Array(n);
    this.#bdc[1] = (config.cf / config.massKg) * config.ts;
    this.#bdc[3] = ((config.lfM * config.cf) / config.izKgM2) * config.ts;
    if (config.previewWindow > 0) {
      this.#bdc[n - 1] = 1;
      for (let i = 0; i < config.previewWindow - 1; i++) this.#adc[(STATES + i) * n + STATES + 1 + i] = 1;
    }
    if (config.lateralGainSchedule.length > 0) this.#lateralSchedule = new CubicSpline(config.lateralGainSchedule);
    if (config.headingGainSchedule.length > 0) this.#headingSchedule = new CubicSpline(config.headingGainSchedule);
  }

  compute({ localization, chassis, trajectory }: CycleInput, command: ControlCommand): string | undefined {
    const config = this.#config;
    const vehicle = this.#vehicle;
    vehicle.update(localization, chassis, this.#flags.enable_map_reference_unify);
    vehicle.speedMps = Math.max(vehicle.speedMps, MIN_SPEED_MPS);
    const v = vehicle.speedMps;

    const errors = this.#errors;
    const com = vehicle.ahead(config.lrM);
    // A NaN here would stay in the filters for ever: look before they see it.
    if (!Number.isFinite(com[0] + com[1] + vehicle.headingRad + v)) return "vehicle state is not finite";
    if (this.#flags.use_state_exact_match) this.#matchExactly(trajectory, com, errors);
    else this.#matchFiltered(trajectory, com, errors);
    if (!Number.isFinite(errors.headingRate)) return "yaw rate is not finite";
    if (this.#flags.reverse_heading_control && chassis.gear_location === GearPosition.GEAR_REVERSE) {
      errors.heading = -errors.heading;
    }
    const x = this.#x;
    x[0] = errors.lateral;
    x[1] = errors.lateralRate;
    x[2] = errors.heading;
    x[3] = errors.headingRate;
    this.#preview(trajectory);

    const k = this.#gainAt(v);

    let feedbackRad = 0;
    for (let i = 0; i < x.length; i++) feedbackRad += k[i]! * x[i]!;
    const feedback = this.#percent(-feedbackRad);
    const feedforward = this.#feedforward(errors.curvature, v, k[2]!);
    let steer = clamp(feedback + feedforward, -100, 100);
    if (!Number.isFinite(steer)) return "steering is not finite";
    if (this.#flags.set_steer_limit) {
      const limit = this.#percent(Math.atan((config.maxLateralAccelerationMps2 * config.wheelbaseM) / (v * v)));
      steer = clamp(steer, -limit, limit);
    }
    steer = this.#lowPass.filter(steer);

    command.steering_target = steer;
    command.steering_rate = this.#flags.steer_angle_rate;
    const debug: SimpleLateralDebug = {
      lateral_error: errors.lateral,
      ref_heading: errors.refHeading,
      heading: vehicle.headingRad,
      heading_error: errors.heading,
      heading_error_rate: errors.headingRate,
      lateral_error_rate: errors.lateralRate,
      curvature: errors.curvature,
      steer_angle: steer,
      steer_angle_feedforward: feedforward,
      steer_angle_lateral_contribution: this.#percent(-k[0]! * x[0]),
      steer_angle_lateral_rate_contribution: this.#percent(-k[1]! * x[1]),
      steer_angle_heading_contribution: this.#percent(-k[2]! * x[2]),
      steer_angle_heading_rate_contribution: this.#percent(-k[3]! * x[3]),
      steer_angle_feedback: feedback,
      ref_speed: v,
    };
    const position = chassis.steering_percentage;
    if (position !== undefined && Number.isFinite(position)) debug.steering_position = Math.fround(position);
    (command.debug ??= {}).simple_lat_debug = debug;
    return undefined;
  }

  /** Forgets the previous errors only: low-pass, mean filter and gain go on. */
  reset(): void {
    this.#previousLateral = 0;
    this.#previousHeading = 0;
  }

  /** Front wheel angle to % of the steering wheel's range; the order of operations is Apollo's. */
  #percent(rad: number): number {
    return ((((rad * 180) / Math.PI) * this.#config.steerRatio) / this.#config.maxSteerDeg) * 100;
  }

  /** Errors and rates from one instant: position and heading, speed and yaw rate. */
  #matchExactly(trajectory: TrajectoryAnalyzer, com: readonly [number, number], errors: LateralErrors): void {
    const i = trajectory.nearestByPosition(com[0], com[1]);
    const theta = trajectory.theta[i]!;
    const dx = com[0] - trajectory.x[i]!;
    const dy = com[1] - trajectory.y[i]!;
    const delta = normalizeAngle(this.#vehicle.headingRad - theta);
    errors.lateral = Math.cos(theta) * dy - Math.sin(theta) * dx;
    errors.lateralRate = this.#vehicle.speedMps * Math.sin(delta);
    errors.heading = delta;
    errors.headingRate = this.#vehicle.yawRateRadps - trajectory.kappa[i]! * trajectory.v[i]!;
    errors.refHeading = theta;
    errors.curvature = trajectory.kappa[i]!;
  }

  /** Errors through the mean filter, rates as differences to the previous cycle. */
  #matchFiltered(trajectory: TrajectoryAnalyzer, com: readonly [number, number], errors: LateralErrors): void {
    const i = trajectory.nearestByPosition(com[0], com[1]);
    const theta = trajectory.theta[i]!;
    errors.lateral = this.#mean.update(lateralOffset(trajectory, i, com[0], com[1]));
    errors.heading = normalizeAngle(this.#vehicle.headingRad - theta);
    errors.lateralRate = (errors.lateral - this.#previousLateral) / this.#config.ts;
    errors.headingRate = (errors.heading - this.#previousHeading) / this.#config.ts;
    this.#previousLateral = errors.lateral;
    this.#previousHeading = errors.heading;
    errors.refHeading = theta;
    errors.curvature = trajectory.kappa[i]!;
  }

  #preview(trajectory: TrajectoryAnalyzer): void {
    const { previewWindow, ts } = this.#config;
    for (let i = 0; i < previewWindow; i++) {
      const ahead = ts * (i + 1);
      if (this.#flags.use_state_exact_match) {
        const q = trajectory.nearestByRelativeTime(ahead);
        const p = trajectory.nearestByPosition(trajectory.x[q]!, trajectory.y[q]!);
        const dx = trajectory.x[q]! - trajectory.x[p]!;
        const dy = trajectory.y[q]! - trajectory.y[p]!;
        this.#x[STATES + i] = Math.cos(trajectory.theta[p]!) * dy - Math.sin(trajectory.theta[p]!) * dx;
      } else {
        const [x, y] = this.#vehicle.after(ahead);
        this.#x[STATES + i] = lateralOffset(trajectory, trajectory.nearestByPosition(x, y), x, y);
      }
    }
  }

  /**
   * The regulator's gain. It depends on speed alone, and speeds come from the bus in steps of 0.01 km/h: what was computed
   * for a speed is kept, up to `GAINS` speeds.
   */
  #gainAt(v: number): Float64Array {
    const known = this.#gains.get(v);
    if (known !== undefined) return known;
    this.#updateModel(v);
    this.#updateWeights(v);
    this.#solver.solve(this.#adc, this.#bdc, this.#q, 1, this.#config.eps, this.#config.maxIterations);
    if (this.#gains.size >= GAINS) this.#gains.clear();
    const gain = this.#solver.k.slice();
    this.#gains.set(v, gain);
    return gain;
  }

  /** A(v), then Ad = (I + ts/2·A)(I − ts/2·A)⁻¹ into the compound matrix. Bd does not depend on speed. */
  #updateModel(v: number): void {
    const { cf, cr, massKg, lfM, lrM, izKgM2, ts } = this.#config;
    const a = this.#a;
    a[1] = 1;
    a[5] = -(cf + cr) / massKg / v;
    a[6] = (cf + cr) / massKg;
    a[7] = (lrM * cr - lfM * cf) / massKg / v;
    a[11] = 1;
    a[13] = (lrM * cr - lfM * cf) / izKgM2 / v;
    a[14] = (lfM * cf - lrM * cr) / izKgM2;
    a[15] = (-1 * (lfM * lfM * cf + lrM * lrM * cr)) / izKgM2 / v;
    const half = ts * 0.5;
    for (let i = 0; i < STATES * STATES; i++) {
      const one = i % (STATES + 1) === 0 ? 1 : 0;
      this.#left[i] = one + half * a[i]!;
      this.#right[i] = one - half * a[i]!;
    }
    invert(this.#right, STATES, this.#inverse, this.#work);
    multiply(this.#left, this.#inverse, STATES, STATES, STATES, this.#ad);
    const n = this.#solver.n;
    for (let i = 0; i < STATES; i++) for (let j = 0; j < STATES; j++) this.#adc[i * n + j] = this.#ad[i * STATES + j]!;
  }

  #updateWeights(v: number): void {
    if (!this.#flags.enable_gain_scheduler) return;
    this.#q[0] = this.#config.matrixQ[0]! * (this.#lateralSchedule?.at(v) ?? 1);
    this.#q[2] = this.#config.matrixQ[2]! * (this.#headingSchedule?.at(v) ?? 1);
  }

  /** Steering in % that holds the vehicle on curvature κ: kinematic part, understeer, and what the feedback will add. */
  #feedforward(kappa: number, v: number, k2: number): number {
    const { lrM, lfM, massKg, cf, cr, wheelbaseM } = this.#config;
    const kv = (lrM * massKg) / 2 / cf / wheelbaseM - (lfM * massKg) / 2 / cr / wheelbaseM;
    return this.#percent(
      wheelbaseM * kappa +
        kv * v * v * kappa -
        k2 * (lrM * kappa - (lfM * massKg * v * v * kappa) / 2 / cr / wheelbaseM),
    );
  }
}

/** Distance of (x, y) from point i, signed by the side of the path it is on, through the angle as Apollo computes it. */
function lateralOffset(trajectory: TrajectoryAnalyzer, i: number, x: number, y: number): number {
  const dx = trajectory.x[i]! - x;
  const dy = trajectory.y[i]! - y;
  const angle = Math.atan2(y - trajectory.y[i]!, x - trajectory.x[i]!) - trajectory.theta[i]!;
  return Math.sin(angle) * Math.sqrt(dx * dx + dy * dy);
}
