import { apollo } from "@delos/msgs";
import { GROUND_Z_M, type PlanPoint, planAt } from "./course.ts";
import { type DriveState, ENGAGE_S, normalizeAngle } from "./drive.ts";

/**
 * The states of the drive as the messages that Apollo 1.0's modules publish: each with the fields, the rates and the
 * sequence numbers of the original (docs of the topics: Apollo `modules/*​/proto`, rates: `meta.data` of its diagnostics).
 */

/** 5 July 2017, 00:00 UTC: the day Apollo 1.0 was announced. Unix seconds. */
export const START_S = 1_499_212_800;

const { COMPLETE_AUTO_DRIVE, COMPLETE_MANUAL } = apollo.canbus.Chassis.DrivingMode;

const header = (module_name: string, state: DriveState, sequence_num: number, delayS = 0): apollo.common.Header => ({
  timestamp_sec: START_S + state.time + delayS,
  module_name,
  sequence_num,
});

const ENU_UP = { x: 0, y: 0 };

/** Rotation map ENU → vehicle RFU about the vertical: the vehicle's forward axis is its y. */
function orientation(heading: number): apollo.common.Quaternion {
  const half = (heading - Math.PI / 2) / 2;
  return { qx: 0, qy: 0, qz: Math.sin(half), qw: Math.cos(half) };
}

function pose(state: DriveState): apollo.localization.Pose {
  const [c, s] = [Math.cos(state.heading), Math.sin(state.heading)];
  const lateral = state.speed * state.yawRate;
  return {
    position: { x: state.x, y: state.y, z: GROUND_Z_M },
    orientation: orientation(state.heading),
    linear_velocity: { x: state.speed * c, y: state.speed * s, z: 0 },
    linear_acceleration: {
      x: state.acceleration * c - lateral * s,
      y: state.acceleration * s + lateral * c,
      z: 0,
    },
    angular_velocity: { ...ENU_UP, z: state.yawRate },
    heading: normalizeAngle(state.heading),
    linear_acceleration_vrf: { x: -lateral, y: state.acceleration, z: 0 },
    angular_velocity_vrf: { ...ENU_UP, z: state.yawRate },
  };
}

export function localizationEstimate(state: DriveState, sequence: number): apollo.localization.LocalizationEstimate {
  return { header: header("localization", state, sequence, 0.002), pose: pose(state) };
}

/** What the GNSS driver publishes: a full INS solution with 2 cm of noise, in the map's UTM zone. No sequence number. */
export function gps(state: DriveState, noise: () => number): apollo.localization.Gps {
  const { position, orientation, linear_velocity } = pose(state);
  return {
    header: { timestamp_sec: START_S + state.time, module_name: "gnss" },
    localization: {
      position: {
        x: position!.x! + 0.008 * noise(),
        y: position!.y! + 0.008 * noise(),
        z: GROUND_Z_M + 0.015 * noise(),
      },
      orientation: orientation!,
      linear_velocity: linear_velocity!,
    },
  };
}

/** Vehicle frame right/forward/up, gravity included. */
export function imu(state: DriveState, noise: () => number): apollo.localization.Imu {
  return {
    header: { timestamp_sec: START_S + state.time },
    imu: {
      linear_acceleration: {
        x: -state.speed * state.yawRate + 0.03 * noise(),
        y: state.acceleration + 0.03 * noise(),
        z: 9.80665 + 0.04 * noise(),
      },
      angular_velocity: { x: 0.002 * noise(), y: 0.002 * noise(), z: state.yawRate + 0.002 * noise() },
    },
  };
}

export function chassis(state: DriveState, sequence: number): apollo.canbus.Chassis {
  const turn = apollo.canbus.Signal.TurnSignal[state.signal];
  return {
    engine_started: true,
    engine_rpm: 680 + 145 * state.speed + 9 * state.throttlePercent,
    speed_mps: state.speed,
    odometer_m: 0,
    fuel_range_m: 0,
    throttle_percentage: state.throttlePercent,
    brake_percentage: state.brakePercent,
    steering_percentage: state.steeringPercent,
    steering_torque_nm: state.engaged ? 0 : 0.4,
    parking_brake: state.gear === "GEAR_PARKING",
    driving_mode: state.engaged ? COMPLETE_AUTO_DRIVE : COMPLETE_MANUAL,
    error_code: apollo.canbus.Chassis.ErrorCode.NO_ERROR,
    gear_location: apollo.canbus.Chassis.GearPosition[state.gear],
    steering_timestamp: START_S + state.time - 0.004,
    header: header("chassis", state, sequence, 0.001),
    signal: { turn_signal: turn, horn: false },
  };
}

export function controlCommand(state: DriveState, sequence: number, pad: boolean): apollo.control.ControlCommand {
  const { command } = state;
  const total = 0.31 + 0.0004 * (sequence % 97);
  return {
    header: { ...header("control", state, sequence, 0.004), status: { error_code: apollo.common.ErrorCode.OK } },
    throttle: command.throttlePercent,
    brake: command.brakePercent,
    steering_rate: 100,
    steering_target: command.steeringPercent,
    gear_location: apollo.canbus.Chassis.GearPosition.GEAR_DRIVE,
    debug: {
      simple_lon_debug: {
        station_reference: command.reference.s,
        station_error: command.stationError,
        speed_reference: command.reference.speed,
        speed_error: command.speedError,
        acceleration_cmd: command.acceleration,
        acceleration_lookup: command.acceleration,
        speed_lookup: state.speed,
        throttle_cmd: command.throttlePercent,
        brake_cmd: command.brakePercent,
        is_full_stop: state.speed < 0.1 && command.reference.speed < 0.1,
      },
      simple_lat_debug: {
        lateral_error: command.lateralError,
        ref_heading: normalizeAngle(command.matched.theta),
        heading: normalizeAngle(state.heading),
        heading_error: command.headingError,
        curvature: command.matched.curvature,
        steer_angle: command.steeringPercent,
        steering_position: state.steeringPercent,
        ref_speed: Math.max(1, command.reference.speed),
      },
    },
    latency_stats: { total_time_ms: total, controller_time_ms: [total * 0.62, total * 0.21] },
    ...(pad ? { pad_msg: padMessage(state) } : {}),
  };
}

export function padMessage(state: DriveState): apollo.control.PadMessage {
  return {
    header: header("terminal", state, 1),
    driving_mode: COMPLETE_AUTO_DRIVE,
    action: apollo.control.DrivingAction.START,
  };
}

/** What a player of a recorded drive publishes: the next seconds of the plan, timed from now, a point each 0.1 s. */
export function adcTrajectory(
  plan: readonly PlanPoint[],
  state: DriveState,
  sequence: number,
): apollo.planning.ADCTrajectory {
  const now = Math.max(0, state.time - ENGAGE_S);
  const points: apollo.planning.ADCTrajectoryPoint[] = [];
  for (let i = -3; i <= 60; i++) {
    const relative_time = i * 0.1;
    const point = planAt(plan, now + relative_time);
    points.push({
      x: point.x,
      y: point.y,
      z: GROUND_Z_M,
      speed: point.speed,
      acceleration_s: point.acceleration,
      curvature: point.curvature,
      curvature_change_rate: point.curvatureRate,
      relative_time,
      theta: normalizeAngle(point.theta),
      accumulated_s: point.s,
    });
  }
  return {
    header: header("planning", state, sequence),
    total_path_length: points.at(-1)!.accumulated_s! - points[0]!.accumulated_s!,
    total_path_time: 6.3,
    adc_trajectory_point: points,
    estop: { is_estop: false },
    gear: apollo.canbus.Chassis.GearPosition.GEAR_DRIVE,
    signal: { turn_signal: apollo.canbus.Signal.TurnSignal[state.signal] },
  };
}

export function gnssStatus(state: DriveState, sequence: number): apollo.common.gnss_status.GnssStatus {
  return {
    header: header("gnss", state, sequence),
    solution_completed: true,
    solution_status: 0,
    position_type: 56, // integer-fixed narrow-lane RTK, as NovAtel counts
    num_sats: 14,
  };
}

export function monitorMessage(
  state: DriveState,
  sequence: number,
  text: string,
): apollo.common.monitor.MonitorMessage {
  const { MonitorMessageItem } = apollo.common.monitor;
  return {
    header: header("monitor", state, sequence),
    item: [
      { source: MonitorMessageItem.MessageSource.CONTROL, log_level: MonitorMessageItem.LogLevel.INFO, msg: text },
    ],
  };
}
