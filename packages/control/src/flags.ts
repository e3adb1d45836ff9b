import type { FlagValues } from "@delos/core";

/**
 * Flags of the control module with the defaults of Apollo 1.0's code. The shipped control.conf turns
 * `use_state_exact_match` on and `enable_speed_station_preview` off. Below the line: what Apollo 1.5 and Delos add.
 */
export const CONTROL_FLAGS = {
  use_state_exact_match: false,
  enable_speed_station_preview: true,
  use_preview_speed_for_table: false,
  is_control_test_mode: false,
  enable_input_timestamp_check: true,
  max_localization_miss_num: 20,
  max_chassis_miss_num: 20,
  max_planning_miss_num: 20,
  max_acceleration_when_stopped: 0.01,
  max_abs_speed_when_stopped: 0.01,
  steer_angle_rate: 100,
  min_alert_interval: 1,
  enable_map_reference_unify: true,
  enable_csv_debug: false,
  enable_control_watchdog: true,
  node_name: "control",
  // ---- Apollo 1.5
  enable_gain_scheduler: false,
  set_steer_limit: false,
  reverse_heading_control: false,
  enable_slope_offset: false,
  enable_gear_command: false,
  enable_pedal_filter: false,
  minimum_speed_resolution: 0,
  // ---- Delos
  /** Also measures an input's age from when it was received, so that a stamp from the future does not hide silence. */
  enable_input_receive_check: true,
  /** Slack of that check beyond the header's limit, s: planning stamps 0.2 s ahead. */
  receive_check_slack: 0.25,
  /** A trajectory whose nearest point is farther away than this (m) is refused. 0: never. */
  max_trajectory_distance: 1000,
} as const;

export type ControlFlags = FlagValues<typeof CONTROL_FLAGS>;
