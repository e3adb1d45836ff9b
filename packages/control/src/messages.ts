/** The messages that control reads and writes, as far as it reads and writes them. Names and units are Apollo's. */

export interface StatusPb {
  readonly error_code?: number;
  readonly msg?: string;
}

export interface Header {
  readonly timestamp_sec?: number;
  readonly module_name?: string;
  readonly sequence_num?: number;
  readonly lidar_timestamp?: bigint;
  readonly camera_timestamp?: bigint;
  readonly radar_timestamp?: bigint;
  readonly version?: number;
  readonly status?: StatusPb;
}

export interface Point {
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
}

export interface Orientation {
  readonly qx?: number;
  readonly qy?: number;
  readonly qz?: number;
  readonly qw?: number;
}

export interface Pose {
  readonly position?: Point;
  readonly orientation?: Orientation;
  readonly linear_velocity?: Point;
  readonly linear_acceleration?: Point;
  readonly angular_velocity?: Point;
  readonly heading?: number;
  readonly linear_acceleration_vrf?: Point;
  readonly angular_velocity_vrf?: Point;
}

export interface LocalizationEstimate {
  readonly header?: Header;
  readonly pose?: Pose;
}

export interface Signal {
  readonly turn_signal?: number;
  readonly high_beam?: boolean;
  readonly low_beam?: boolean;
  readonly horn?: boolean;
  readonly emergency_light?: boolean;
}

export interface Chassis {
  readonly header?: Header;
  readonly speed_mps?: number;
  readonly steering_percentage?: number;
  readonly throttle_percentage?: number;
  readonly brake_percentage?: number;
  readonly driving_mode?: number;
  readonly gear_location?: number;
}

export interface TrajectoryPointMessage {
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
  readonly speed?: number;
  readonly acceleration_s?: number;
  readonly curvature?: number;
  readonly curvature_change_rate?: number;
  readonly relative_time?: number;
  readonly theta?: number;
  readonly accumulated_s?: number;
}

export interface AdcTrajectory {
  readonly header?: Header;
  readonly adc_trajectory_point?: readonly TrajectoryPointMessage[];
  readonly estop?: { readonly is_estop?: boolean };
  readonly gear?: number;
  readonly signal?: Signal;
}

export interface PadMessage {
  readonly header?: Header;
  readonly driving_mode?: number;
  readonly action?: number;
}

export interface MonitorMessage {
  readonly header?: Header;
  readonly item?: readonly { readonly source?: number; readonly msg?: string; readonly log_level?: number }[];
}

export interface SimpleLateralDebug {
  lateral_error: number;
  ref_heading: number;
  heading: number;
  heading_error: number;
  heading_error_rate: number;
  lateral_error_rate: number;
  curvature: number;
  steer_angle: number;
  steer_angle_feedforward: number;
  steer_angle_lateral_contribution: number;
  steer_angle_lateral_rate_contribution: number;
  steer_angle_heading_contribution: number;
  steer_angle_heading_rate_contribution: number;
  steer_angle_feedback: number;
  /** Absent when the chassis does not say. */
  steering_position?: number;
  ref_speed: number;
}

export interface SimpleLongitudinalDebug {
  station_reference: number;
  station_error: number;
  station_error_limited: number;
  preview_station_error: number;
  speed_reference: number;
  speed_error: number;
  speed_controller_input_limited: number;
  preview_speed_reference: number;
  preview_speed_error: number;
  preview_acceleration_reference: number;
  acceleration_cmd_closeloop: number;
  acceleration_cmd: number;
  acceleration_lookup: number;
  speed_lookup: number;
  calibration_value: number;
  throttle_cmd: number;
  brake_cmd: number;
  is_full_stop: boolean;
}

export interface ControlDebug {
  simple_lon_debug?: SimpleLongitudinalDebug;
  simple_lat_debug?: SimpleLateralDebug;
  input_debug?: { localization_header: Header; canbus_header: Header; trajectory_header: Header };
}

export interface ControlCommand {
  header?: Header;
  throttle?: number;
  brake?: number;
  steering_rate?: number;
  steering_target?: number;
  speed?: number;
  gear_location?: number;
  debug?: ControlDebug;
  signal?: Signal;
  latency_stats?: { total_time_ms: number; controller_time_ms?: number[] };
  pad_msg?: PadMessage;
}

export const DrivingMode = {
  COMPLETE_MANUAL: 0,
  COMPLETE_AUTO_DRIVE: 1,
  AUTO_STEER_ONLY: 2,
  AUTO_SPEED_ONLY: 3,
  EMERGENCY_MODE: 4,
} as const;

export const GearPosition = {
  GEAR_NEUTRAL: 0,
  GEAR_DRIVE: 1,
  GEAR_REVERSE: 2,
  GEAR_PARKING: 3,
  GEAR_LOW: 4,
  GEAR_INVALID: 5,
  GEAR_NONE: 6,
} as const;

export const DrivingAction = { STOP: 0, START: 1, RESET: 2 } as const;

export const LogLevel = { INFO: 0, WARN: 1, ERROR: 2, FATAL: 3 } as const;

export const ErrorCode = { OK: 0, CONTROL_ERROR: 1000, CONTROL_INIT_ERROR: 1001, CONTROL_COMPUTE_ERROR: 1002 } as const;
