// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_canbus from "./canbus.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_control from "./control.ts";
import type * as $apollo_control_calibrationtable from "./control/calibrationtable.ts";
export * as calibrationtable from "./control/calibrationtable.ts";

export const DrivingAction = {
  STOP: 0,
  START: 1,
  RESET: 2,
} as const;
export type DrivingAction = (typeof DrivingAction)[keyof typeof DrivingAction];

/** On /apollo/control/pad: what the operator wants. */
export interface PadMessage {
  readonly header?: $apollo_common.Header | undefined;
  readonly driving_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
  readonly action?: $apollo_control.DrivingAction | undefined;
}
export const PadMessage: MessageType<PadMessage> = $message<PadMessage>("apollo.control.PadMessage");

export const TurnSignal = {
  TURN_NONE: 0,
  TURN_LEFT: 1,
  TURN_RIGHT: 2,
} as const;
export type TurnSignal = (typeof TurnSignal)[keyof typeof TurnSignal];

export interface LatencyStats {
  readonly total_time_ms?: number | undefined;
  readonly controller_time_ms?: readonly number[] | undefined;
}
export const LatencyStats: MessageType<LatencyStats> = $message<LatencyStats>("apollo.control.LatencyStats");

/** On /apollo/control. */
export interface ControlCommand {
  readonly header?: $apollo_common.Header | undefined;
  /** % of full throttle */
  readonly throttle?: number | undefined;
  /** % of full brake */
  readonly brake?: number | undefined;
  /** % of full lock a second */
  readonly steering_rate?: number | undefined;
  /** % of full lock, to the left positive */
  readonly steering_target?: number | undefined;
  /** pull it */
  readonly parking_brake?: boolean | undefined;
  /** m/s */
  readonly speed?: number | undefined;
  /** m/s² */
  readonly acceleration?: number | undefined;
  /** @deprecated */
  readonly reset_model?: boolean | undefined;
  /** true: on */
  readonly engine_on_off?: boolean | undefined;
  readonly trajectory_fraction?: number | undefined;
  /** what control asks for @deprecated */
  readonly driving_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
  /** what control asks for */
  readonly gear_location?: $apollo_canbus.Chassis.GearPosition | undefined;
  /** why it asks so */
  readonly debug?: $apollo_control.Debug | undefined;
  readonly signal?: $apollo_canbus.Signal | undefined;
  readonly latency_stats?: $apollo_control.LatencyStats | undefined;
  readonly pad_msg?: $apollo_control.PadMessage | undefined;
  /** @deprecated */
  readonly left_turn?: boolean | undefined;
  /** @deprecated */
  readonly right_turn?: boolean | undefined;
  /** @deprecated */
  readonly high_beam?: boolean | undefined;
  /** @deprecated */
  readonly low_beam?: boolean | undefined;
  /** @deprecated */
  readonly horn?: boolean | undefined;
  /** @deprecated */
  readonly turnsignal?: $apollo_control.TurnSignal | undefined;
}
export const ControlCommand: MessageType<ControlCommand> = $message<ControlCommand>("apollo.control.ControlCommand");

export interface SimpleLongitudinalDebug {
  /** m */
  readonly station_reference?: number | undefined;
  /** m */
  readonly station_error?: number | undefined;
  readonly station_error_limited?: number | undefined;
  readonly preview_station_error?: number | undefined;
  /** m/s */
  readonly speed_reference?: number | undefined;
  /** m/s */
  readonly speed_error?: number | undefined;
  readonly speed_controller_input_limited?: number | undefined;
  readonly preview_speed_reference?: number | undefined;
  readonly preview_speed_error?: number | undefined;
  readonly preview_acceleration_reference?: number | undefined;
  readonly acceleration_cmd_closeloop?: number | undefined;
  readonly acceleration_cmd?: number | undefined;
  readonly acceleration_lookup?: number | undefined;
  readonly speed_lookup?: number | undefined;
  readonly calibration_value?: number | undefined;
  readonly throttle_cmd?: number | undefined;
  readonly brake_cmd?: number | undefined;
  readonly is_full_stop?: boolean | undefined;
}
export const SimpleLongitudinalDebug: MessageType<SimpleLongitudinalDebug> = $message<SimpleLongitudinalDebug>("apollo.control.SimpleLongitudinalDebug");

export interface SimpleLateralDebug {
  /** m, to the left of the path positive */
  readonly lateral_error?: number | undefined;
  /** rad */
  readonly ref_heading?: number | undefined;
  /** rad */
  readonly heading?: number | undefined;
  /** rad */
  readonly heading_error?: number | undefined;
  /** rad/s */
  readonly heading_error_rate?: number | undefined;
  /** m/s */
  readonly lateral_error_rate?: number | undefined;
  /** 1/m */
  readonly curvature?: number | undefined;
  /** % of full lock */
  readonly steer_angle?: number | undefined;
  readonly steer_angle_feedforward?: number | undefined;
  readonly steer_angle_lateral_contribution?: number | undefined;
  readonly steer_angle_lateral_rate_contribution?: number | undefined;
  readonly steer_angle_heading_contribution?: number | undefined;
  readonly steer_angle_heading_rate_contribution?: number | undefined;
  readonly steer_angle_feedback?: number | undefined;
  readonly steering_position?: number | undefined;
  readonly ref_speed?: number | undefined;
  /** Since Apollo 1.5. */
  readonly steer_angle_limited?: number | undefined;
}
export const SimpleLateralDebug: MessageType<SimpleLateralDebug> = $message<SimpleLateralDebug>("apollo.control.SimpleLateralDebug");

export interface InputDebug {
  readonly localization_header?: $apollo_common.Header | undefined;
  readonly canbus_header?: $apollo_common.Header | undefined;
  readonly trajectory_header?: $apollo_common.Header | undefined;
}
export const InputDebug: MessageType<InputDebug> = $message<InputDebug>("apollo.control.InputDebug");

export interface Debug {
  readonly simple_lon_debug?: $apollo_control.SimpleLongitudinalDebug | undefined;
  readonly simple_lat_debug?: $apollo_control.SimpleLateralDebug | undefined;
  readonly input_debug?: $apollo_control.InputDebug | undefined;
}
export const Debug: MessageType<Debug> = $message<Debug>("apollo.control.Debug");

export interface LatControllerConf {
  readonly ts?: number | undefined;
  readonly preview_window?: number | undefined;
  readonly cf?: number | undefined;
  readonly cr?: number | undefined;
  readonly wheelbase?: number | undefined;
  readonly mass_fl?: number | undefined;
  readonly mass_fr?: number | undefined;
  readonly mass_rl?: number | undefined;
  readonly mass_rr?: number | undefined;
  readonly eps?: number | undefined;
  readonly matrix_q?: readonly number[] | undefined;
  readonly cutoff_freq?: number | undefined;
  readonly mean_filter_window_size?: number | undefined;
  readonly steer_transmission_ratio?: number | undefined;
  readonly steer_single_direction_max_degree?: number | undefined;
  readonly max_iteration?: number | undefined;
  /** text configuration of 1.5 only */
  readonly max_lateral_acceleration?: number | undefined;
  /** text configuration of 1.5 only */
  readonly lat_err_gain_scheduler?: $apollo_control.LatGainScheduler | undefined;
  /** text configuration of 1.5 only */
  readonly heading_err_gain_scheduler?: $apollo_control.LatGainScheduler | undefined;
}
export const LatControllerConf: MessageType<LatControllerConf> = $message<LatControllerConf>("apollo.control.LatControllerConf");

export interface LatGainScheduler {
  readonly scheduler?: readonly $apollo_control.LatGainSchedulerInfo[] | undefined;
}
export const LatGainScheduler: MessageType<LatGainScheduler> = $message<LatGainScheduler>("apollo.control.LatGainScheduler");

export interface LatGainSchedulerInfo {
  readonly speed?: number | undefined;
  readonly ratio?: number | undefined;
}
export const LatGainSchedulerInfo: MessageType<LatGainSchedulerInfo> = $message<LatGainSchedulerInfo>("apollo.control.LatGainSchedulerInfo");

export interface PidConf {
  readonly integrator_enable?: boolean | undefined;
  readonly integrator_saturation_level?: number | undefined;
  readonly kp?: number | undefined;
  readonly ki?: number | undefined;
  readonly kd?: number | undefined;
  /** Since Apollo 1.5. */
  readonly kaw?: number | undefined;
  readonly output_saturation_level?: number | undefined;
}
export const PidConf: MessageType<PidConf> = $message<PidConf>("apollo.control.PidConf");

export interface FilterConf {
  readonly cutoff_freq?: number | undefined;
}
export const FilterConf: MessageType<FilterConf> = $message<FilterConf>("apollo.control.FilterConf");

export interface LonControllerConf {
  readonly ts?: number | undefined;
  readonly brake_deadzone?: number | undefined;
  readonly throttle_deadzone?: number | undefined;
  readonly speed_controller_input_limit?: number | undefined;
  readonly station_error_limit?: number | undefined;
  readonly preview_window?: number | undefined;
  readonly standstill_acceleration?: number | undefined;
  readonly station_pid_conf?: $apollo_control.PidConf | undefined;
  readonly low_speed_pid_conf?: $apollo_control.PidConf | undefined;
  readonly high_speed_pid_conf?: $apollo_control.PidConf | undefined;
  readonly switch_speed?: number | undefined;
  readonly throttle_filter_conf?: $apollo_control.FilterConf | undefined;
  readonly brake_filter_conf?: $apollo_control.FilterConf | undefined;
  readonly acceleration_filter_conf?: $apollo_control.FilterConf | undefined;
  readonly calibration_table?: $apollo_control_calibrationtable.ControlCalibrationTable | undefined;
  /** text configuration of 1.5 only */
  readonly pitch_angle_filter_conf?: $apollo_control.FilterConf | undefined;
}
export const LonControllerConf: MessageType<LonControllerConf> = $message<LonControllerConf>("apollo.control.LonControllerConf");

export interface ControlConf {
  readonly control_period?: number | undefined;
  readonly max_planning_interval_sec?: number | undefined;
  readonly max_planning_delay_threshold?: number | undefined;
  readonly driving_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
  readonly action?: $apollo_control.DrivingAction | undefined;
  readonly soft_estop_brake?: number | undefined;
  readonly active_controllers?: readonly $apollo_control.ControlConf.ControllerType[] | undefined;
  readonly max_steering_percentage_allowed?: number | undefined;
  readonly max_status_interval_sec?: number | undefined;
  readonly lat_controller_conf?: $apollo_control.LatControllerConf | undefined;
  readonly lon_controller_conf?: $apollo_control.LonControllerConf | undefined;
  readonly trajectory_period?: number | undefined;
  readonly chassis_period?: number | undefined;
  readonly localization_period?: number | undefined;
  /** Since Apollo 1.5. */
  readonly minimum_speed_resolution?: number | undefined;
}
export declare namespace ControlConf {
  type ControllerType = 0 | 1;
}
export const ControlConf = $nested($message<ControlConf>("apollo.control.ControlConf"), {
  ControllerType: {
    LAT_CONTROLLER: 0,
    LON_CONTROLLER: 1,
  },
});
