import { clamp, DigitalFilter, lowPassCoefficients } from "@delos/math";
import type { LongitudinalConfig } from "./config.ts";
import type { Controller, CycleInput } from "./controller.ts";
import type { ControlFlags } from "./flags.ts";
import type { ControlCommand, SimpleLongitudinalDebug } from "./messages.ts";
import { Pid } from "./pid.ts";
import { type TrajectoryAnalyzer, toFrenet } from "./trajectory.ts";
import { VehicleState } from "./vehicle-state.ts";

const GRAVITY_MPS2 = 9.8;

/**
 * Throttle and brake by a station loop around a speed loop, acceleration to pedal by the calibration table (Apollo 1.0's
 * LonController; docs/guides/control.md has the block diagram). There is never coasting: every pedal value is lifted to
 * the edge of its dead zone.
 */
export class LongitudinalController implements Controller {
  readonly name = "LON_CONTROLLER";
  readonly #config: LongitudinalConfig;
  readonly #flags: ControlFlags;
  readonly #vehicle = new VehicleState();
  readonly #stationPid: Pid;
  readonly #speedPid: Pid;
  readonly #pitchFilter: DigitalFilter;
  readonly #throttleFilter: DigitalFilter;
  readonly #brakeFilter: DigitalFilter;
  #trajectory: TrajectoryAnalyzer | undefined;

  constructor(config: LongitudinalConfig, flags: ControlFlags) {
    this.#config = config;
    this.#flags = flags;
    this.#stationPid = new Pid(config.stationPid);
    // The low-speed set's integrator settings hold for both sets.
    this.#speedPid = new Pid(config.lowSpeedPid);
    this.#pitchFilter = new DigitalFilter(lowPassCoefficients(config.ts, config.pitchCutoffHz));
    this.#throttleFilter = new DigitalFilter(lowPassCoefficients(config.ts, config.throttleCutoffHz));
    this.#brakeFilter = new DigitalFilter(lowPassCoefficients(config.ts, config.brakeCutoffHz));
  }

  compute(input: CycleInput, command: ControlCommand): string | undefined {
    const config = this.#config;
    const flags = this.#flags;
    const vehicle = this.#vehicle;
    vehicle.update(input.localization, input.chassis, flags.enable_map_reference_unify);
    const speedLookup = Math.fround(input.chassis.speed_mps ?? Number.NaN);
    if (!Number.isFinite(vehicle.xM + vehicle.yM + vehicle.headingRad + speedLookup))
      return "vehicle state is not finite";

    // As in Apollo, a trajectory counts as new only when its sequence number differs.
    if (this.#trajectory === undefined || this.#trajectory.sequence !== input.trajectory.sequence) {
      this.#trajectory = input.trajectory;
    }
    const trajectory = this.#trajectory;
    const previewS = config.previewWindow * config.ts;

    const matched = trajectory.matchedPoint(vehicle.xM, vehicle.yM);
    const frenet = toFrenet(vehicle.xM, vehicle.yM, vehicle.headingRad, vehicle.speedMps, matched);
    const now = trajectory.nearestByAbsoluteTime(input.nowS);
    const preview = trajectory.nearestByAbsoluteTime(input.nowS + previewS);
    const stationError = trajectory.s[now]! - frenet.sM;
    const speedError = trajectory.v[now]! - frenet.sDotMps;
    const previewStationError = trajectory.s[preview]! - frenet.sM;
    const previewSpeedError = trajectory.v[preview]! - frenet.sDotMps;
    const previewSpeed = trajectory.v[preview]!;
    const previewAcceleration = trajectory.a[preview]!;
    if (!Number.isFinite(stationError + speedError + previewStationError + previewSpeedError)) {
      return "longitudinal errors are not finite";
    }

    const usePreview = flags.enable_speed_station_preview;
    const stationErrorLimited = clamp(
      usePreview ? previewStationError : stationError,
      -config.stationErrorLimit,
      config.stationErrorLimit,
    );
    const speedOffset = this.#stationPid.control(stationErrorLimited, config.ts);
    const speedInput = clamp(
      speedOffset + (usePreview ? previewSpeedError : speedError),
      -config.speedControllerInputLimit,
      config.speedControllerInputLimit,
    );
    this.#speedPid.setGains(vehicle.speedMps <= config.switchSpeed ? config.lowSpeedPid : config.highSpeedPid);
    const closedLoop = this.#speedPid.control(speedInput, config.ts);

    let acceleration = closedLoop + previewAcceleration;
    if (flags.enable_slope_offset) {
      const slope = this.#pitchFilter.filter(GRAVITY_MPS2 * Math.sin(vehicle.pitchRad));
      if (Number.isFinite(slope)) acceleration += slope;
    }
    const fullStop =
      Math.abs(previewAcceleration) <= flags.max_acceleration_when_stopped &&
      Math.abs(previewSpeed) <= flags.max_abs_speed_when_stopped;
    if (fullStop) acceleration = config.standstillAcceleration;

    const value = config.calibration.at(flags.use_preview_speed_for_table ? previewSpeed : speedLookup, acceleration);
    let throttle = value >= 0 ? Math.max(value, config.throttleDeadzone) : 0;
    let brake = value >= 0 ? 0 : Math.max(-value, config.brakeDeadzone);
    if (flags.enable_pedal_filter) {
      throttle = this.#throttleFilter.filter(throttle);
      brake = this.#brakeFilter.filter(brake);
    }

    command.throttle = throttle;
    command.brake = brake;
    const debug: SimpleLongitudinalDebug = {
      station_reference: trajectory.s[now]!,
      station_error: stationError,
      station_error_limited: stationErrorLimited,
      preview_station_error: previewStationError,
      speed_reference: trajectory.v[now]!,
      speed_error: speedError,
      speed_controller_input_limited: speedInput,
      preview_speed_reference: previewSpeed,
      preview_speed_error: previewSpeedError,
      preview_acceleration_reference: previewAcceleration,
      acceleration_cmd_closeloop: closedLoop,
      acceleration_cmd: acceleration,
      acceleration_lookup: acceleration,
      speed_lookup: speedLookup,
      calibration_value: value,
      throttle_cmd: throttle,
      brake_cmd: brake,
      is_full_stop: fullStop,
    };
    (command.debug ??= {}).simple_lon_debug = debug;
    return undefined;
  }

  reset(): void {
    this.#stationPid.reset();
    this.#speedPid.reset();
  }
}
