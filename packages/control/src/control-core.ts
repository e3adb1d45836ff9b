import type { ControlConfig } from "./config.ts";
import type { Controller, CycleInput } from "./controller.ts";
import type { ControlFlags } from "./flags.ts";
import { LateralController } from "./lateral-controller.ts";
import { LongitudinalController } from "./longitudinal-controller.ts";
import {
  type AdcTrajectory,
  type Chassis,
  type ControlCommand,
  DrivingAction,
  DrivingMode,
  ErrorCode,
  GearPosition,
  type Header,
  type LocalizationEstimate,
  LogLevel,
  type MonitorMessage,
  type PadMessage,
} from "./messages.ts";
import { TrajectoryAnalyzer } from "./trajectory.ts";

/** A message and when it arrived, Unix s. */
interface Received<T> {
  readonly message: T;
  readonly atS: number;
}

/**
 * The control module without a bus: messages go in, `cycle` is called every 10 ms and gives the command to publish, always
 * one. Apollo 1.0's rules (modules/control/control.cc) with its gaps closed where that is only safer: numbers that are not
 * finite, empty or far-away trajectories and silence behind stamps from the future stop the car as a missing input does.
 *
 * The e-stop is a latch: only a pad message with RESET clears it.
 */
export class ControlCore {
  readonly #config: ControlConfig;
  readonly #flags: ControlFlags;
  readonly #controllers: readonly Controller[];
  readonly #elapsedMs: () => number;
  #localization: Received<LocalizationEstimate> | undefined;
  #chassis: Received<Chassis> | undefined;
  #trajectory: Received<AdcTrajectory> | undefined;
  /** The trajectory that cycles work on, taken over only after localization and chassis were there. */
  #observed: AdcTrajectory = {};
  #analyzed: { readonly message: AdcTrajectory; readonly analyzer: TrajectoryAnalyzer } | undefined;
  #pad: PadMessage;
  #padReceived = false;
  #estop = false;
  #sequence = 0;
  /** The latest time that was ever heard of: a clock that was set back for a while makes no input older. */
  #latestS = Number.NEGATIVE_INFINITY;

  /** @param elapsedMs a clock for latency_stats; without it all times are 0, as on a mock clock */
  constructor(config: ControlConfig, flags: ControlFlags, elapsedMs: () => number = () => 0) {
    this.#config = config;
    this.#flags = flags;
    this.#elapsedMs = elapsedMs;
    this.#pad = { action: config.action };
    this.#controllers = config.activeControllers.map((name) =>
      name === "LAT_CONTROLLER"
        ? new LateralController(config.lateral!, flags)
        : new LongitudinalController(config.longitudinal!, flags),
    );
  }

  /** Whether the emergency stop is latched. */
  get estop(): boolean {
    return this.#estop;
  }

  onLocalization(message: LocalizationEstimate, nowS: number): void {
    this.#localization = { message, atS: this.#latest(nowS) };
  }

  onChassis(message: Chassis, nowS: number): void {
    this.#chassis = { message, atS: this.#latest(nowS) };
  }

  onTrajectory(message: AdcTrajectory, nowS: number): void {
    this.#trajectory = { message, atS: this.#latest(nowS) };
  }

  onPad(message: PadMessage): void {
    this.#pad = message;
    this.#padReceived = true;
    if (message.action === DrivingAction.RESET) this.#estop = false;
  }

  onMonitor(message: MonitorMessage): void {
    if (message.item?.some((item) => item.log_level === LogLevel.FATAL) === true) this.#estop = true;
  }

  /** Latches the e-stop for a reason of the caller's. */
  triggerEstop(): void {
    this.#estop = true;
  }

  /** One cycle at `nowS` (Unix s). */
  cycle(nowS: number): ControlCommand {
    const startMs = this.#elapsedMs();
    const command: ControlCommand = {
      gear_location: GearPosition.GEAR_DRIVE,
      latency_stats: { total_time_ms: 0 },
    };
    let problem = this.#checkInput() ?? this.#checkAges(nowS);
    if (problem !== undefined || this.#observed.estop?.is_estop === true) this.#estop = true;
    if (!this.#estop) {
      problem = this.#runControllers(nowS, command);
      if (problem !== undefined) this.#estop = true;
    }
    if (this.#estop) {
      command.speed = 0;
      command.throttle = 0;
      command.brake = this.#config.softEstopBrake;
    }
    if (this.#observed.signal !== undefined) command.signal = this.#observed.signal;
    if (this.#padReceived) {
      command.pad_msg = this.#pad;
      this.#padReceived = false;
    }
    command.latency_stats!.total_time_ms = this.#elapsedMs() - startMs;
    command.header = {
      timestamp_sec: nowS,
      module_name: this.#flags.node_name,
      sequence_num: ++this.#sequence,
      status:
        problem === undefined
          ? { error_code: ErrorCode.OK }
          : { error_code: ErrorCode.CONTROL_COMPUTE_ERROR, msg: problem },
    };
    return command;
  }

  #checkInput(): string | undefined {
    if (this.#localization === undefined) return "No localization msg";
    if (this.#chassis === undefined) return "No chassis msg";
    if (this.#trajectory === undefined) return "No planning msg";
    this.#observed = this.#trajectory.message;
    const points = this.#observed.adc_trajectory_point?.length ?? 0;
    if (points === 0 && this.#observed.estop?.is_estop !== true) return "planning has no trajectory point.";
    return undefined;
  }

  #checkAges(nowS: number): string | undefined {
    const flags = this.#flags;
    if (!flags.enable_input_timestamp_check || flags.is_control_test_mode) return undefined;
    const config = this.#config;
    if (this.#old(this.#localization, nowS, flags.max_localization_miss_num * config.localizationPeriodS)) {
      return "Localization msg timeout";
    }
    if (this.#old(this.#chassis, nowS, flags.max_chassis_miss_num * config.chassisPeriodS))
      return "Chassis msg timeout";
    if (this.#old(this.#trajectory, nowS, flags.max_planning_miss_num * config.trajectoryPeriodS)) {
      return "Trajectory msg timeout";
    }
    return undefined;
  }

  /** Older than the limit by its stamp (strictly; NaN is old), or unheard of for longer than that and the slack. */
  #old(input: Received<{ readonly header?: Header | undefined }> | undefined, nowS: number, limitS: number): boolean {
    const stampS = input!.message.header?.timestamp_sec ?? 0;
    if (!(nowS - stampS <= limitS)) return true;
    return this.#flags.enable_input_receive_check && nowS - input!.atS > limitS + this.#flags.receive_check_slack;
  }

  #latest(nowS: number): number {
    if (nowS > this.#latestS) this.#latestS = nowS;
    return this.#latestS;
  }

  #runControllers(nowS: number, command: ControlCommand): string | undefined {
    const localization = this.#localization!.message;
    const chassis = this.#chassis!.message;
    if (chassis.driving_mode === undefined || chassis.driving_mode === DrivingMode.COMPLETE_MANUAL) {
      for (const controller of this.#controllers) controller.reset();
    }
    const trajectory = this.#analyze();
    if (!trajectory.finite) return "planning has a trajectory point that is not finite";
    const position = localization.pose?.position;
    if (position === undefined) return "Localization has no position";
    if (this.#tooFar(trajectory, position.x ?? Number.NaN, position.y ?? Number.NaN)) {
      return "Vehicle is too far from the trajectory";
    }
    command.debug = {
      input_debug: {
        localization_header: localization.header ?? {},
        canbus_header: chassis.header ?? {},
        trajectory_header: this.#observed.header ?? {},
      },
    };
    const input: CycleInput = { nowS, localization, chassis, trajectory };
    for (const controller of this.#controllers) {
      const startMs = this.#elapsedMs();
      const failed = controller.compute(input, command);
      (command.latency_stats!.controller_time_ms ??= []).push(this.#elapsedMs() - startMs);
      if (failed !== undefined) {
        // Half a command is none: what the controllers before this one asked for goes too.
        delete command.steering_target;
        delete command.steering_rate;
        delete command.debug;
        return `${controller.name}: ${failed}`;
      }
    }
    if (this.#flags.enable_gear_command) command.gear_location = this.#gear(chassis);
    return undefined;
  }

  /** Apollo 1.5: the trajectory's gear where the car may shift, else the gear it is in. */
  #gear(chassis: Chassis): ControlCommand["gear_location"] {
    const wanted = this.#observed.gear ?? GearPosition.GEAR_DRIVE;
    const now = chassis.gear_location ?? GearPosition.GEAR_NEUTRAL;
    const stands = Math.abs(chassis.speed_mps ?? 0) <= this.#flags.max_abs_speed_when_stopped;
    return stands || now === wanted || now === GearPosition.GEAR_NEUTRAL ? wanted : now;
  }

  #tooFar(trajectory: TrajectoryAnalyzer, xM: number, yM: number): boolean {
    const limit = this.#flags.max_trajectory_distance;
    if (limit <= 0 || !Number.isFinite(xM + yM)) return false;
    const i = trajectory.nearestByPosition(xM, yM);
    return Math.hypot(trajectory.x[i]! - xM, trajectory.y[i]! - yM) > limit;
  }

  #analyze(): TrajectoryAnalyzer {
    if (this.#analyzed?.message !== this.#observed) {
      const analyzer = new TrajectoryAnalyzer(this.#observed, this.#flags.minimum_speed_resolution);
      this.#analyzed = { message: this.#observed, analyzer };
    }
    return this.#analyzed.analyzer;
  }
}
