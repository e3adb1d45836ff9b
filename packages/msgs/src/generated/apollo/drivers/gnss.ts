// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_common from "../common.ts";
import type * as $apollo_drivers_gnss from "./gnss.ts";
export * as gpgga from "./gnss/gpgga.ts";

export interface Gnss {
  readonly header?: $apollo_common.Header | undefined;
  readonly measurement_time?: number | undefined;
  readonly velocity_latency?: number | undefined;
  readonly position?: $apollo_common.PointLLH | undefined;
  readonly position_std_dev?: $apollo_common.Point3D | undefined;
  readonly linear_velocity?: $apollo_common.Point3D | undefined;
  readonly linear_velocity_std_dev?: $apollo_common.Point3D | undefined;
  readonly num_sats?: number | undefined;
  readonly type?: $apollo_drivers_gnss.Gnss.Type | undefined;
  readonly solution_status?: number | undefined;
  readonly position_type?: number | undefined;
}
export declare namespace Gnss {
  type Type = 0 | 1 | 2 | 3 | 4 | 5 | 6;
}
export const Gnss = $nested($message<Gnss>("apollo.drivers.gnss.Gnss"), {
  Type: {
    INVALID: 0,
    PROPAGATED: 1,
    SINGLE: 2,
    PSRDIFF: 3,
    PPP: 4,
    RTK_FLOAT: 5,
    RTK_INTEGER: 6,
  },
});

export interface RangeInfo {
  readonly constellation?: $apollo_drivers_gnss.RangeInfo.Constellation | undefined;
  readonly prn?: number | undefined;
  readonly carrier_frequency?: number | undefined;
  readonly pseudorange?: number | undefined;
  readonly pseudorange_std_dev?: number | undefined;
  readonly carrier_phase?: number | undefined;
  readonly carrier_phase_std_dev?: number | undefined;
  readonly doppler?: number | undefined;
  readonly doppler_std_dev?: number | undefined;
  readonly cno?: number | undefined;
  readonly lock_time?: number | undefined;
}
export declare namespace RangeInfo {
  type Constellation = 0 | 1 | 2 | 3 | 4 | 5;
}
export const RangeInfo = $nested($message<RangeInfo>("apollo.drivers.gnss.RangeInfo"), {
  Constellation: {
    GPS: 0,
    GLONASS: 1,
    SBAS: 2,
    GALILEO: 3,
    BEIDOU: 4,
    QZSS: 5,
  },
});

export interface GnssRange {
  readonly header?: $apollo_common.Header | undefined;
  readonly measurement_time?: number | undefined;
  readonly ranges?: readonly $apollo_drivers_gnss.RangeInfo[] | undefined;
}
export const GnssRange: MessageType<GnssRange> = $message<GnssRange>("apollo.drivers.gnss.GnssRange");

export const SolutionStatus = {
  SOL_COMPUTED: 0,
  INSUFFICIENT_OBS: 1,
  NO_CONVERGENCE: 2,
  SINGULARITY: 3,
  COV_TRACE: 4,
  TEST_DIST: 5,
  COLD_START: 6,
  V_H_LIMIT: 7,
  VARIANCE: 8,
  RESIDUALS: 9,
  INTEGRITY_WARNING: 13,
  PENDING: 18,
  INVALID_FIX: 19,
  UNAUTHORIZED: 20,
  INVALID_RATE: 22,
} as const;
export type SolutionStatus = (typeof SolutionStatus)[keyof typeof SolutionStatus];

export const SolutionType = {
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
  INS_PPP_CONVERGING: 73,
  INS_PPP: 74,
} as const;
export type SolutionType = (typeof SolutionType)[keyof typeof SolutionType];

export const DatumId = {
  WGS84: 61,
} as const;
export type DatumId = (typeof DatumId)[keyof typeof DatumId];

/** Best position of the receiver, of later recordings. */
export interface GnssBestPose {
  readonly header?: $apollo_common.Header | undefined;
  /** GPS seconds */
  readonly measurement_time?: number | undefined;
  readonly sol_status?: $apollo_drivers_gnss.SolutionStatus | undefined;
  readonly sol_type?: $apollo_drivers_gnss.SolutionType | undefined;
  /** degrees */
  readonly latitude?: number | undefined;
  /** degrees */
  readonly longitude?: number | undefined;
  /** m above sea level */
  readonly height_msl?: number | undefined;
  /** m between geoid and ellipsoid */
  readonly undulation?: number | undefined;
  readonly datum_id?: $apollo_drivers_gnss.DatumId | undefined;
  /** m */
  readonly latitude_std_dev?: number | undefined;
  /** m */
  readonly longitude_std_dev?: number | undefined;
  /** m */
  readonly height_std_dev?: number | undefined;
  readonly base_station_id?: Uint8Array | undefined;
  /** s */
  readonly differential_age?: number | undefined;
  /** s */
  readonly solution_age?: number | undefined;
  readonly num_sats_tracked?: number | undefined;
  readonly num_sats_in_solution?: number | undefined;
  readonly num_sats_l1?: number | undefined;
  readonly num_sats_multi?: number | undefined;
  readonly reserved?: number | undefined;
  readonly extended_solution_status?: number | undefined;
  readonly galileo_beidou_used_mask?: number | undefined;
  readonly gps_glonass_used_mask?: number | undefined;
}
export const GnssBestPose: MessageType<GnssBestPose> = $message<GnssBestPose>("apollo.drivers.gnss.GnssBestPose");

export interface Imu {
  readonly header?: $apollo_common.Header | undefined;
  readonly measurement_time?: number | undefined;
  readonly measurement_span?: number | undefined;
  readonly linear_acceleration?: $apollo_common.Point3D | undefined;
  readonly angular_velocity?: $apollo_common.Point3D | undefined;
}
export const Imu: MessageType<Imu> = $message<Imu>("apollo.drivers.gnss.Imu");

export interface Ins {
  readonly header?: $apollo_common.Header | undefined;
  readonly measurement_time?: number | undefined;
  readonly type?: $apollo_drivers_gnss.Ins.Type | undefined;
  readonly position?: $apollo_common.PointLLH | undefined;
  readonly euler_angles?: $apollo_common.Point3D | undefined;
  readonly linear_velocity?: $apollo_common.Point3D | undefined;
  readonly angular_velocity?: $apollo_common.Point3D | undefined;
  readonly linear_acceleration?: $apollo_common.Point3D | undefined;
  readonly position_covariance?: readonly number[] | undefined;
  readonly euler_angles_covariance?: readonly number[] | undefined;
  readonly linear_velocity_covariance?: readonly number[] | undefined;
  readonly angular_velocity_covariance?: readonly number[] | undefined;
  readonly linear_acceleration_covariance?: readonly number[] | undefined;
}
export declare namespace Ins {
  type Type = 0 | 1 | 2;
}
export const Ins = $nested($message<Ins>("apollo.drivers.gnss.Ins"), {
  Type: {
    INVALID: 0,
    CONVERGING: 1,
    GOOD: 2,
  },
});
