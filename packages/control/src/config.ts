import { DelosError } from "@delos/core";
import { Table2d } from "@delos/math";
import type { apollo } from "@delos/msgs";
import type { PidConfig } from "./pid.ts";

/** Numbers of the lateral controller, derived ones included. SI units; steering lock in degrees of the steering wheel. */
export interface LateralConfig {
  readonly ts: number;
  readonly previewWindow: number;
  /** Cornering stiffness of the axles, N/rad. */
  readonly cf: number;
  readonly cr: number;
  readonly wheelbaseM: number;
  readonly massKg: number;
  /** Centre of mass to front and rear axle. */
  readonly lfM: number;
  readonly lrM: number;
  readonly izKgM2: number;
  readonly eps: number;
  readonly maxIterations: number;
  readonly matrixQ: Float64Array;
  readonly cutoffHz: number;
  readonly meanFilterWindow: number;
  readonly steerRatio: number;
  readonly maxSteerDeg: number;
  /** Apollo 1.5: bound of lateral acceleration, m/s². */
  readonly maxLateralAccelerationMps2: number;
  /** Apollo 1.5: factors of Q[0,0] and Q[2,2] over speed. */
  readonly lateralGainSchedule: readonly (readonly [number, number])[];
  readonly headingGainSchedule: readonly (readonly [number, number])[];
}

export interface LongitudinalConfig {
  readonly ts: number;
  readonly brakeDeadzone: number;
  readonly throttleDeadzone: number;
  readonly speedControllerInputLimit: number;
  readonly stationErrorLimit: number;
  /** In samples. */
  readonly previewWindow: number;
  readonly standstillAcceleration: number;
  readonly stationPid: PidConfig;
  readonly lowSpeedPid: PidConfig;
  readonly highSpeedPid: PidConfig;
  readonly switchSpeed: number;
  readonly throttleCutoffHz: number;
  readonly brakeCutoffHz: number;
  readonly pitchCutoffHz: number;
  /** (speed m/s, acceleration m/s²) → pedal %, throttle positive, brake negative. */
  readonly calibration: Table2d;
}

export type ControllerName = "LAT_CONTROLLER" | "LON_CONTROLLER";

export interface ControlConfig {
  readonly controlPeriodS: number;
  readonly trajectoryPeriodS: number;
  readonly chassisPeriodS: number;
  readonly localizationPeriodS: number;
  /** Stored pad action at start; never sent. */
  readonly action: apollo.control.DrivingAction;
  readonly softEstopBrake: number;
  readonly activeControllers: readonly ControllerName[];
  readonly lateral: LateralConfig | undefined;
  readonly longitudinal: LongitudinalConfig | undefined;
}

/** Vehicle geometry for configurations of Apollo 1.5, which have it in a file of its own (`VehicleParam`). */
export interface VehicleParameters {
  readonly wheel_base?: number | undefined;
  readonly steer_ratio?: number | undefined;
  readonly max_steer_angle?: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads numbers out of a message and says which file and field was wrong. */
class Section {
  readonly #values: Fields;
  readonly #path: string;
  readonly #file: string;

  constructor(values: unknown, path: string, file: string) {
    if (typeof values !== "object" || values === null) {
      throw new DelosError("CONTROL_CONFIG", `${file}: ${path}: a section was expected`, {
        details: { file, field: path },
      });
    }
    this.#values = values as Fields;
    this.#path = path;
    this.#file = file;
  }

  fail(field: string, expected: string): never {
    const where = this.#path === "" ? field : `${this.#path}.${field}`;
    const found = this.#values[field];
    throw new DelosError(
      "CONTROL_CONFIG",
      `${this.#file}: ${where} is ${found === undefined ? "missing" : JSON.stringify(found)}, ${expected} was expected`,
      { details: { file: this.#file, field: where, expected } },
    );
  }

  number(field: string, check: (value: number) => boolean = () => true, expected = "a finite number"): number {
    const value = this.#values[field];
    if (typeof value !== "number" || !Number.isFinite(value) || !check(value)) this.fail(field, expected);
    return value;
  }

  positive(field: string): number {
    return this.number(field, (v) => v > 0, "a number above 0");
  }

  notNegative(field: string): number {
    return this.number(field, (v) => v >= 0, "a number not below 0");
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  /** Absent is off. */
  flag(field: string): boolean {
    const value = this.#values[field] ?? false;
    if (typeof value !== "boolean") this.fail(field, "true or false");
    return value;
  }

  /** Absent is 0, as protobuf reads it. */
  numberOrZero(field: string): number {
    return this.has(field) ? this.number(field) : 0;
  }

  section(field: string): Section {
    if (!this.has(field)) this.fail(field, "a section");
    return new Section(this.#values[field], this.#path === "" ? field : `${this.#path}.${field}`, this.#file);
  }

  list(field: string): readonly unknown[] {
    const value = this.#values[field] ?? [];
    if (!Array.isArray(value)) this.fail(field, "a list");
    return value;
  }

  sections(field: string): Section[] {
    const path = this.#path === "" ? field : `${this.#path}.${field}`;
    return this.list(field).map((value, i) => new Section(value, `${path}[${i}]`, this.#file));
  }

  numbers(field: string): Float64Array {
    return Float64Array.from(this.list(field), (value) => {
      if (typeof value !== "number" || !Number.isFinite(value)) this.fail(field, "a list of finite numbers");
      return value;
    });
  }
}

/**
 * The control configuration from a decoded `ControlConf`, as Apollo's own text files hold it.
 *
 * @param file what errors name
 * @throws {DelosError} CONTROL_CONFIG naming file, field and what was expected
 */
export function readControlConfig(
  conf: object,
  file = "control configuration",
  vehicle: VehicleParameters = {},
): ControlConfig {
  const root = new Section(conf, "", file);
  const activeControllers = root.list("active_controllers").map((value): ControllerName => {
    if (value === 0) return "LAT_CONTROLLER";
    if (value === 1) return "LON_CONTROLLER";
    return root.fail("active_controllers", "LAT_CONTROLLER or LON_CONTROLLER");
  });
  return {
    controlPeriodS: root.positive("control_period"),
    trajectoryPeriodS: root.positive("trajectory_period"),
    chassisPeriodS: root.positive("chassis_period"),
    localizationPeriodS: root.positive("localization_period"),
    action: readAction(root),
    softEstopBrake: root.number("soft_estop_brake", (v) => v > 0 && v <= 100, "a percentage in (0, 100]"),
    activeControllers,
    lateral: activeControllers.includes("LAT_CONTROLLER")
      ? readLateral(root.section("lat_controller_conf"), vehicle)
      : undefined,
    longitudinal: activeControllers.includes("LON_CONTROLLER")
      ? readLongitudinal(root.section("lon_controller_conf"))
      : undefined,
  };
}

function readAction(root: Section): apollo.control.DrivingAction {
  const action = root.numberOrZero("action");
  if (action === 0 || action === 1 || action === 2) return action;
  return root.fail("action", "STOP, START or RESET");
}

function readLateral(conf: Section, vehicle: VehicleParameters): LateralConfig {
  const ts = conf.positive("ts");
  const previewWindow = conf.has("preview_window")
    ? conf.number("preview_window", (v) => Number.isInteger(v) && v >= 0 && v <= 1000, "a whole number not below 0")
    : 0;
  const wheelbaseM =
    !conf.has("wheelbase") && vehicle.wheel_base !== undefined ? vehicle.wheel_base : conf.positive("wheelbase");
  const massFront = conf.positive("mass_fl") + conf.positive("mass_fr");
  const massRear = conf.positive("mass_rl") + conf.positive("mass_rr");
  const massKg = massFront + massRear;
  const lfM = wheelbaseM * (1 - massFront / massKg);
  const lrM = wheelbaseM * (1 - massRear / massKg);
  const matrixQ = conf.numbers("matrix_q");
  const size = 4 + previewWindow;
  if (matrixQ.length !== size) {
    conf.fail(
      "matrix_q",
      `lateral controller error: matrix_q size: ${matrixQ.length} in parameter file not equal to matrix_size: ${size}; ${size} entries`,
    );
  }
  const schedule = (field: string): (readonly [number, number])[] =>
    conf.has(field)
      ? conf
          .section(field)
          .sections("scheduler")
          .map((row) => [row.number("speed"), row.number("ratio")] as const)
      : [];
  const whole = (field: string, high: number): number =>
    conf.number(field, (v) => Number.isInteger(v) && v >= 1 && v <= high, `a whole number from 1 to ${high}`);
  return {
    ts,
    previewWindow,
    cf: conf.positive("cf"),
    cr: conf.positive("cr"),
    wheelbaseM,
    massKg,
    lfM,
    lrM,
    izKgM2: lfM * lfM * massFront + lrM * lrM * massRear,
    eps: conf.notNegative("eps"),
    maxIterations: whole("max_iteration", 1_000_000),
    matrixQ,
    cutoffHz: conf.positive("cutoff_freq"),
    meanFilterWindow: whole("mean_filter_window_size", 127),
    steerRatio:
      !conf.has("steer_transmission_ratio") && vehicle.steer_ratio !== undefined
        ? vehicle.steer_ratio
        : conf.positive("steer_transmission_ratio"),
    maxSteerDeg:
      !conf.has("steer_single_direction_max_degree") && vehicle.max_steer_angle !== undefined
        ? (vehicle.max_steer_angle / Math.PI) * 180
        : conf.positive("steer_single_direction_max_degree"),
    maxLateralAccelerationMps2: conf.has("max_lateral_acceleration") ? conf.positive("max_lateral_acceleration") : 5,
    lateralGainSchedule: schedule("lat_err_gain_scheduler"),
    headingGainSchedule: schedule("heading_err_gain_scheduler"),
  };
}

function readLongitudinal(conf: Section): LongitudinalConfig {
  const pid = (field: string): PidConfig => {
    const at = conf.section(field);
    return {
      integratorEnable: at.flag("integrator_enable"),
      integratorSaturationLevel: at.numberOrZero("integrator_saturation_level"),
      kp: at.numberOrZero("kp"),
      ki: at.numberOrZero("ki"),
      kd: at.numberOrZero("kd"),
    };
  };
  const cutoff = (field: string, otherwise: number): number =>
    conf.has(field) ? conf.section(field).positive("cutoff_freq") : otherwise;
  const table = conf.section("calibration_table");
  const rows = table.sections("calibration");
  if (rows.length === 0) table.fail("calibration", "at least one row");
  return {
    ts: conf.positive("ts"),
    brakeDeadzone: conf.notNegative("brake_deadzone"),
    throttleDeadzone: conf.notNegative("throttle_deadzone"),
    speedControllerInputLimit: conf.notNegative("speed_controller_input_limit"),
    stationErrorLimit: conf.notNegative("station_error_limit"),
    previewWindow: conf.notNegative("preview_window"),
    standstillAcceleration: conf.number("standstill_acceleration"),
    stationPid: pid("station_pid_conf"),
    lowSpeedPid: pid("low_speed_pid_conf"),
    highSpeedPid: pid("high_speed_pid_conf"),
    switchSpeed: conf.number("switch_speed"),
    throttleCutoffHz: cutoff("throttle_filter_conf", 10),
    brakeCutoffHz: cutoff("brake_filter_conf", 10),
    pitchCutoffHz: cutoff("pitch_angle_filter_conf", 5),
    calibration: new Table2d(
      rows.map(
        (row) => [row.numberOrZero("speed"), row.numberOrZero("acceleration"), row.numberOrZero("command")] as const,
      ),
    ),
  };
}
