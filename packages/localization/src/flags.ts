import type { FlagValues } from "@delos/core";

/**
 * Flags of the localization module with the defaults of Apollo 1.0's code; the shipped localization.conf turns
 * `enable_gps_imu_interprolate` (its spelling) off. Below the line: what Delos adds.
 */
export const LOCALIZATION_FLAGS = {
  localization_module_name: "localization",
  localization_publish_freq: 100,
  enable_gps_imu_interprolate: true,
  enable_map_reference_unify: true,
  enable_gps_timestamp: false,
  enable_watchdog: true,
  gps_time_delay_tolerance: 1,
  gps_imu_timestamp_sec_diff_tolerance: 0.02,
  timestamp_sec_tolerance: 10e-7,
  report_threshold_err_num: 10,
  map_offset_x: 0,
  map_offset_y: 0,
  map_offset_z: 0,
  // ---- Delos
  /** Match IMU to GPS from oldest to newest, as was meant. Apollo searches the other way round and then uses its oldest IMU message. */
  match_imu_ascending: true,
  /** Say in header.status when an input is older than `stale_tolerance` and fall silent after `lost_tolerance`. */
  enable_staleness_check: false,
  /** s */
  stale_tolerance: 0.1,
  /** s; control's own limit for a silent localization is 0.2 s more. */
  lost_tolerance: 0.3,
  /** Fuse GNSS, IMU and wheel speed; drives through GNSS gaps. */
  enable_filter: false,
  /** Longest GNSS gap that the filter bridges, s. */
  filter_gap_tolerance: 10,
} as const;

export type LocalizationFlags = FlagValues<typeof LOCALIZATION_FLAGS>;
