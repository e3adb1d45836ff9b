// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_localization from "./localization.ts";

export interface Pose {
  /** of the centre of the rear axle, map frame */
  readonly position?: $apollo_common.PointENU | undefined;
  /** vehicle (right, forward, up) to map (east, north, up) */
  readonly orientation?: $apollo_common.Quaternion | undefined;
  /** m/s, map frame */
  readonly linear_velocity?: $apollo_common.Point3D | undefined;
  /** m/s², map frame */
  readonly linear_acceleration?: $apollo_common.Point3D | undefined;
  /** rad/s, map frame */
  readonly angular_velocity?: $apollo_common.Point3D | undefined;
  /** rad, 0 is east, counter-clockwise */
  readonly heading?: number | undefined;
  /** m/s², vehicle frame: right, forward, up */
  readonly linear_acceleration_vrf?: $apollo_common.Point3D | undefined;
  /** rad/s, vehicle frame */
  readonly angular_velocity_vrf?: $apollo_common.Point3D | undefined;
  /** rad: roll, pitch, yaw */
  readonly euler_angles?: $apollo_common.Point3D | undefined;
}
export const Pose: MessageType<Pose> = $message<Pose>("apollo.localization.Pose");

export interface Camera {
  readonly header?: $apollo_common.Header | undefined;
  readonly image?: Uint8Array | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}
export const Camera: MessageType<Camera> = $message<Camera>("apollo.localization.Camera");

export interface CameraIntrinsicParameter {
  readonly fx?: number | undefined;
  readonly fy?: number | undefined;
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
}
export const CameraIntrinsicParameter: MessageType<CameraIntrinsicParameter> = $message<CameraIntrinsicParameter>("apollo.localization.CameraIntrinsicParameter");

export interface CameraExtrinsicParameter {
  readonly roll?: number | undefined;
  readonly pitch?: number | undefined;
  readonly yaw?: number | undefined;
  readonly tx?: number | undefined;
  readonly ty?: number | undefined;
  readonly tz?: number | undefined;
}
export const CameraExtrinsicParameter: MessageType<CameraExtrinsicParameter> = $message<CameraExtrinsicParameter>("apollo.localization.CameraExtrinsicParameter");

export interface CameraParameter {
  readonly intrisic_parameter?: $apollo_localization.CameraIntrinsicParameter | undefined;
  readonly extrisic_parameter?: $apollo_localization.CameraExtrinsicParameter | undefined;
}
export const CameraParameter: MessageType<CameraParameter> = $message<CameraParameter>("apollo.localization.CameraParameter");

/** On /apollo/sensor/gnss/odometry. */
export interface Gps {
  readonly header?: $apollo_common.Header | undefined;
  /** position, attitude and speed of the receiver */
  readonly localization?: $apollo_localization.Pose | undefined;
}
export const Gps: MessageType<Gps> = $message<Gps>("apollo.localization.Gps");

/** On /apollo/sensor/gnss/corrected_imu. */
export interface Imu {
  readonly header?: $apollo_common.Header | undefined;
  /** only acceleration and angular velocity are set; vehicle frame */
  readonly imu?: $apollo_localization.Pose | undefined;
}
export const Imu: MessageType<Imu> = $message<Imu>("apollo.localization.Imu");

/** What Imu is called since Apollo 2.5. */
export interface CorrectedImu {
  readonly header?: $apollo_common.Header | undefined;
  readonly imu?: $apollo_localization.Pose | undefined;
}
export const CorrectedImu: MessageType<CorrectedImu> = $message<CorrectedImu>("apollo.localization.CorrectedImu");

export const LocalLidarStatus = {
  MSF_LOCAL_LIDAR_NORMAL: 0,
  MSF_LOCAL_LIDAR_MAP_MISSING: 1,
  MSF_LOCAL_LIDAR_EXTRINSICS_MISSING: 2,
  MSF_LOCAL_LIDAR_MAP_LOADING_FAILED: 3,
  MSF_LOCAL_LIDAR_NO_OUTPUT: 4,
  MSF_LOCAL_LIDAR_OUT_OF_MAP: 5,
  MSF_LOCAL_LIDAR_NOT_GOOD: 6,
  MSF_LOCAL_LIDAR_UNDEFINED_STATUS: 7,
} as const;
export type LocalLidarStatus = (typeof LocalLidarStatus)[keyof typeof LocalLidarStatus];

export const LocalLidarQuality = {
  MSF_LOCAL_LIDAR_VERY_GOOD: 0,
  MSF_LOCAL_LIDAR_GOOD: 1,
  MSF_LOCAL_LIDAR_NOT_BAD: 2,
  MSF_LOCAL_LIDAR_BAD: 3,
} as const;
export type LocalLidarQuality = (typeof LocalLidarQuality)[keyof typeof LocalLidarQuality];

export const LocalLidarConsistency = {
  MSF_LOCAL_LIDAR_CONSISTENCY_00: 0,
  MSF_LOCAL_LIDAR_CONSISTENCY_01: 1,
  MSF_LOCAL_LIDAR_CONSISTENCY_02: 2,
  MSF_LOCAL_LIDAR_CONSISTENCY_03: 3,
} as const;
export type LocalLidarConsistency = (typeof LocalLidarConsistency)[keyof typeof LocalLidarConsistency];

export const GnssConsistency = {
  MSF_GNSS_CONSISTENCY_00: 0,
  MSF_GNSS_CONSISTENCY_01: 1,
  MSF_GNSS_CONSISTENCY_02: 2,
  MSF_GNSS_CONSISTENCY_03: 3,
} as const;
export type GnssConsistency = (typeof GnssConsistency)[keyof typeof GnssConsistency];

export const GnssPositionType = {
  NONE: 0,
  FIXEDPOS: 1,
  FIXEDHEIGHT: 2,
  FLOATCONV: 4,
  WIDELANE: 5,
  NARROWLANE: 6,
  DOPPLER_VELOCITY: 8,
  SINGLE: 16,
  PSRDIFF: 17,
  WAAS: 18,
  PROPOGATED: 19,
  OMNISTAR: 20,
  L1_FLOAT: 32,
  IONOFREE_FLOAT: 33,
  NARROW_FLOAT: 34,
  L1_INT: 48,
  WIDE_INT: 49,
  NARROW_INT: 50,
  RTK_DIRECT_INS: 51,
  INS_SBAS: 52,
  INS_PSRSP: 53,
  INS_PSRDIFF: 54,
  INS_RTKFLOAT: 55,
  INS_RTKFIXED: 56,
  INS_OMNISTAR: 57,
  INS_OMNISTAR_HP: 58,
  INS_OMNISTAR_XP: 59,
  OMNISTAR_HP: 64,
  OMNISTAR_XP: 65,
  PPP_CONVERGING: 68,
  PPP: 69,
  INS_PPP_Converging: 73,
  INS_PPP: 74,
  MSG_LOSS: 91,
} as const;
export type GnssPositionType = (typeof GnssPositionType)[keyof typeof GnssPositionType];

export const ImuMsgDelayStatus = {
  IMU_DELAY_NORMAL: 0,
  IMU_DELAY_1: 1,
  IMU_DELAY_2: 2,
  IMU_DELAY_3: 3,
  IMU_DELAY_ABNORMAL: 4,
} as const;
export type ImuMsgDelayStatus = (typeof ImuMsgDelayStatus)[keyof typeof ImuMsgDelayStatus];

export const ImuMsgMissingStatus = {
  IMU_MISSING_NORMAL: 0,
  IMU_MISSING_1: 1,
  IMU_MISSING_2: 2,
  IMU_MISSING_3: 3,
  IMU_MISSING_4: 4,
  IMU_MISSING_5: 5,
  IMU_MISSING_ABNORMAL: 6,
} as const;
export type ImuMsgMissingStatus = (typeof ImuMsgMissingStatus)[keyof typeof ImuMsgMissingStatus];

export const ImuMsgDataStatus = {
  IMU_DATA_NORMAL: 0,
  IMU_DATA_ABNORMAL: 1,
  IMU_DATA_OTHER: 2,
} as const;
export type ImuMsgDataStatus = (typeof ImuMsgDataStatus)[keyof typeof ImuMsgDataStatus];

export const MsfRunningStatus = {
  MSF_SOL_LIDAR_GNSS: 0,
  MSF_SOL_X_GNSS: 1,
  MSF_SOL_LIDAR_X: 2,
  MSF_SOL_LIDAR_XX: 3,
  MSF_SOL_LIDAR_XXX: 4,
  MSF_SOL_X_X: 5,
  MSF_SOL_X_XX: 6,
  MSF_SOL_X_XXX: 7,
  MSF_SSOL_LIDAR_GNSS: 8,
  MSF_SSOL_X_GNSS: 9,
  MSF_SSOL_LIDAR_X: 10,
  MSF_SSOL_LIDAR_XX: 11,
  MSF_SSOL_LIDAR_XXX: 12,
  MSF_SSOL_X_X: 13,
  MSF_SSOL_X_XX: 14,
  MSF_SSOL_X_XXX: 15,
  MSF_NOSOL_LIDAR_GNSS: 16,
  MSF_NOSOL_X_GNSS: 17,
  MSF_NOSOL_LIDAR_X: 18,
  MSF_NOSOL_LIDAR_XX: 19,
  MSF_NOSOL_LIDAR_XXX: 20,
  MSF_NOSOL_X_X: 21,
  MSF_NOSOL_X_XX: 22,
  MSF_NOSOL_X_XXX: 23,
  MSF_RUNNING_INIT: 24,
  MSF_REINIT_ABNORMALLY: 25,
} as const;
export type MsfRunningStatus = (typeof MsfRunningStatus)[keyof typeof MsfRunningStatus];

export const MsfInitPoseSource = {
  UNKNOWN_SOURCE: 0,
  GNSS_HEADING: 1,
  LOCAL_SEARCH_FROM_INTEGPVA: 2,
  LOCAL_SEARCH_FROM_FILE: 3,
  LOCAL_UPDATE_FROM_FILE: 4,
  USER_INTERACTION: 5,
  INSPVA_RECORD: 6,
  GNSS_VELOCITY: 7,
  GLOBAL_LIDAR: 8,
} as const;
export type MsfInitPoseSource = (typeof MsfInitPoseSource)[keyof typeof MsfInitPoseSource];

export const MsfGnssMapOffsetStatus = {
  MSF_LOCAL_GNSS_MAP_OFFSET_NORMAL: 0,
  MSF_LOCAL_GNSS_MAP_OFFSET_ABNORMAL: 1,
} as const;
export type MsfGnssMapOffsetStatus = (typeof MsfGnssMapOffsetStatus)[keyof typeof MsfGnssMapOffsetStatus];

export const MsfInitPoseStatus = {
  INIT_WAITING: 0,
  INIT_DOING: 1,
  INIT_SUCCESSFUL: 2,
  INIT_FAILED: 3,
  INIT_TERMINATED: 4,
} as const;
export type MsfInitPoseStatus = (typeof MsfInitPoseStatus)[keyof typeof MsfInitPoseStatus];

export const MSFInitStatus = {
  MSF_INIT: 0,
  MSF_ALIGNING: 1,
  MSF_ALIGNED_INIT: 2,
  MSF_ALIGNED_CONVERGED: 3,
  MSF_ALIGNED_CONVERGING: 4,
  MSF_ALIGNED_GOOD: 5,
  MSF_ALIGNED_VALID: 6,
} as const;
export type MSFInitStatus = (typeof MSFInitStatus)[keyof typeof MSFInitStatus];

export interface MsfSensorMsgStatus {
  readonly imu_delay_status?: $apollo_localization.ImuMsgDelayStatus | undefined;
  readonly imu_missing_status?: $apollo_localization.ImuMsgMissingStatus | undefined;
  readonly imu_data_status?: $apollo_localization.ImuMsgDataStatus | undefined;
}
export const MsfSensorMsgStatus: MessageType<MsfSensorMsgStatus> = $message<MsfSensorMsgStatus>("apollo.localization.MsfSensorMsgStatus");

export interface MsfGnssMapOffset {
  readonly status?: $apollo_localization.MsfGnssMapOffsetStatus | undefined;
  readonly offsetx?: number | undefined;
  readonly offsety?: number | undefined;
}
export const MsfGnssMapOffset: MessageType<MsfGnssMapOffset> = $message<MsfGnssMapOffset>("apollo.localization.MsfGnssMapOffset");

export interface MsfInitDetails {
  readonly init_pose_source?: $apollo_localization.MsfInitPoseSource | undefined;
  readonly local_search_from_integpva_status?: $apollo_localization.MsfInitPoseStatus | undefined;
  readonly local_search_from_file_status?: $apollo_localization.MsfInitPoseStatus | undefined;
  readonly local_update_from_file_status?: $apollo_localization.MsfInitPoseStatus | undefined;
  readonly user_interaction_status?: $apollo_localization.MsfInitPoseStatus | undefined;
  readonly gnss_position_type?: number | undefined;
  readonly local_from_global_lidar_status?: $apollo_localization.MsfInitPoseStatus | undefined;
}
export const MsfInitDetails: MessageType<MsfInitDetails> = $message<MsfInitDetails>("apollo.localization.MsfInitDetails");

export interface MsfStatus {
  readonly local_lidar_consistency?: $apollo_localization.LocalLidarConsistency | undefined;
  readonly gnss_consistency?: $apollo_localization.GnssConsistency | undefined;
  readonly local_lidar_status?: $apollo_localization.LocalLidarStatus | undefined;
  readonly gnsspos_position_type?: $apollo_localization.GnssPositionType | undefined;
  readonly heading_position_type?: number | undefined;
  readonly msf_init_status?: $apollo_localization.MSFInitStatus | undefined;
  readonly msf_running_status?: $apollo_localization.MsfRunningStatus | undefined;
  readonly msf_init_details?: $apollo_localization.MsfInitDetails | undefined;
  readonly local_lidar_quality?: $apollo_localization.LocalLidarQuality | undefined;
  readonly gnss_map_offset?: $apollo_localization.MsfGnssMapOffset | undefined;
  readonly lidar_alt_from_map?: boolean | undefined;
  readonly local_lidar_score?: number | undefined;
  readonly local_reliability_status?: boolean | undefined;
}
export const MsfStatus: MessageType<MsfStatus> = $message<MsfStatus>("apollo.localization.MsfStatus");

export const MeasureState = {
  OK: 0,
  WARNNING: 1,
  ERROR: 2,
  CRITICAL_ERROR: 3,
  FATAL_ERROR: 4,
} as const;
export type MeasureState = (typeof MeasureState)[keyof typeof MeasureState];

/** Standard deviations. */
export interface Uncertainty {
  /** m, east north up */
  readonly position_std_dev?: $apollo_common.Point3D | undefined;
  readonly orientation_std_dev?: $apollo_common.Point3D | undefined;
  /** m/s */
  readonly linear_velocity_std_dev?: $apollo_common.Point3D | undefined;
  /** m/s² */
  readonly linear_acceleration_std_dev?: $apollo_common.Point3D | undefined;
  /** rad/s */
  readonly angular_velocity_std_dev?: $apollo_common.Point3D | undefined;
}
export const Uncertainty: MessageType<Uncertainty> = $message<Uncertainty>("apollo.localization.Uncertainty");

/** On /apollo/localization/pose. */
export interface LocalizationEstimate {
  readonly header?: $apollo_common.Header | undefined;
  readonly pose?: $apollo_localization.Pose | undefined;
  readonly uncertainty?: $apollo_localization.Uncertainty | undefined;
  /** seconds of the measurement; GPS or Unix time by version */
  readonly measurement_time?: number | undefined;
  /** Later than 1.5. */
  readonly trajectory_point?: readonly $apollo_common.TrajectoryPoint[] | undefined;
  readonly msf_status?: $apollo_localization.MsfStatus | undefined;
  readonly sensor_status?: $apollo_localization.MsfSensorMsgStatus | undefined;
}
export const LocalizationEstimate: MessageType<LocalizationEstimate> = $message<LocalizationEstimate>("apollo.localization.LocalizationEstimate");

export interface LocalizationStatus {
  readonly header?: $apollo_common.Header | undefined;
  readonly fusion_status?: $apollo_localization.MeasureState | undefined;
  /** @deprecated */
  readonly gnss_status?: $apollo_localization.MeasureState | undefined;
  /** @deprecated */
  readonly lidar_status?: $apollo_localization.MeasureState | undefined;
  readonly measurement_time?: number | undefined;
  readonly state_message?: string | undefined;
}
export const LocalizationStatus: MessageType<LocalizationStatus> = $message<LocalizationStatus>("apollo.localization.LocalizationStatus");

export interface LocalizationConfig {
  readonly localization_type?: $apollo_localization.LocalizationConfig.LocalizationType | undefined;
}
export declare namespace LocalizationConfig {
  type LocalizationType = 0 | 1;
}
export const LocalizationConfig = $nested($message<LocalizationConfig>("apollo.localization.LocalizationConfig"), {
  LocalizationType: {
    RTK: 0,
    CAMERA: 1,
  },
});
