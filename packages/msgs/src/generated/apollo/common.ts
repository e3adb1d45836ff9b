// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_localization from "./localization.ts";
export * as adapter from "./common/adapter.ts";
export * as config from "./common/config.ts";
export * as gnss_status from "./common/gnss_status.ts";
export * as monitor from "./common/monitor.ts";

export interface EngageAdvice {
  readonly advice?: $apollo_common.EngageAdvice.Advice | undefined;
  readonly reason?: string | undefined;
}
export declare namespace EngageAdvice {
  type Advice = 0 | 1 | 2 | 3 | 4;
}
export const EngageAdvice = $nested($message<EngageAdvice>("apollo.common.EngageAdvice"), {
  Advice: {
    UNKNOWN: 0,
    DISALLOW_ENGAGE: 1,
    READY_TO_ENGAGE: 2,
    KEEP_ENGAGED: 3,
    PREPARE_DISENGAGE: 4,
  },
});

/** East, north, up of the map: UTM coordinates. */
export interface PointENU {
  /** m east */
  readonly x?: number | undefined;
  /** m north */
  readonly y?: number | undefined;
  /** m above the ellipsoid; may be left out */
  readonly z?: number | undefined;
}
export const PointENU: MessageType<PointENU> = $message<PointENU>("apollo.common.PointENU");

/** Geographic position, WGS 84. */
export interface PointLLH {
  /** degrees, east positive */
  readonly lon?: number | undefined;
  /** degrees, north positive */
  readonly lat?: number | undefined;
  /** m above the ellipsoid */
  readonly height?: number | undefined;
}
export const PointLLH: MessageType<PointLLH> = $message<PointLLH>("apollo.common.PointLLH");

export interface Point2D {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}
export const Point2D: MessageType<Point2D> = $message<Point2D>("apollo.common.Point2D");

export interface Point3D {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
}
export const Point3D: MessageType<Point3D> = $message<Point3D>("apollo.common.Point3D");

/** A rotation; the scalar may be left out and follows from unit length. */
export interface Quaternion {
  readonly qx?: number | undefined;
  readonly qy?: number | undefined;
  readonly qz?: number | undefined;
  /** scalar part */
  readonly qw?: number | undefined;
}
export const Quaternion: MessageType<Quaternion> = $message<Quaternion>("apollo.common.Quaternion");

export interface Polygon {
  readonly point?: readonly $apollo_common.Point3D[] | undefined;
}
export const Polygon: MessageType<Polygon> = $message<Polygon>("apollo.common.Polygon");

export const ErrorCode = {
  OK: 0,
  CONTROL_ERROR: 1000,
  CONTROL_INIT_ERROR: 1001,
  CONTROL_COMPUTE_ERROR: 1002,
  CANBUS_ERROR: 2000,
  CAN_CLIENT_ERROR_BASE: 2100,
  CAN_CLIENT_ERROR_OPEN_DEVICE_FAILED: 2101,
  CAN_CLIENT_ERROR_FRAME_NUM: 2102,
  CAN_CLIENT_ERROR_SEND_FAILED: 2103,
  CAN_CLIENT_ERROR_RECV_FAILED: 2104,
  LOCALIZATION_ERROR: 3000,
  PERCEPTION_ERROR: 4000,
  PERCEPTION_ERROR_TF: 4001,
  PERCEPTION_ERROR_PROCESS: 4002,
  PREDICTION_ERROR: 5000,
  PLANNING_ERROR: 6000,
  HDMAP_DATA_ERROR: 7000,
  ROUTING_ERROR: 8000,
  CONTROL_ESTOP_ERROR: 1003,
  PERFECT_CONTROL_ERROR: 1004,
  LOCALIZATION_ERROR_MSG: 3100,
  LOCALIZATION_ERROR_LIDAR: 3200,
  LOCALIZATION_ERROR_INTEG: 3300,
  LOCALIZATION_ERROR_GNSS: 3400,
  PERCEPTION_FATAL: 4003,
  PERCEPTION_ERROR_NONE: 4004,
  PERCEPTION_ERROR_UNKNOWN: 4005,
  PLANNING_ERROR_NOT_READY: 6001,
  ROUTING_ERROR_REQUEST: 8001,
  ROUTING_ERROR_RESPONSE: 8002,
  ROUTING_ERROR_NOT_READY: 8003,
  END_OF_INPUT: 9000,
  HTTP_LOGIC_ERROR: 10000,
  HTTP_RUNTIME_ERROR: 10001,
  RELATIVE_MAP_ERROR: 11000,
  RELATIVE_MAP_NOT_READY: 11001,
  DRIVER_ERROR_GNSS: 12000,
  DRIVER_ERROR_VELODYNE: 13000,
  STORYTELLING_ERROR: 14000,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

export interface StatusPb {
  /** what went wrong, OK when nothing did */
  readonly error_code?: $apollo_common.ErrorCode | undefined;
  /** for people */
  readonly msg?: string | undefined;
}
export const StatusPb: MessageType<StatusPb> = $message<StatusPb>("apollo.common.StatusPb");

export interface Header {
  /** seconds since the Unix epoch, when it was published */
  readonly timestamp_sec?: number | undefined;
  /** who published it */
  readonly module_name?: string | undefined;
  /** counts the messages of the publisher */
  readonly sequence_num?: number | undefined;
  /** ns, when the scan was taken that led to this */
  readonly lidar_timestamp?: bigint | undefined;
  /** ns */
  readonly camera_timestamp?: bigint | undefined;
  /** ns */
  readonly radar_timestamp?: bigint | undefined;
  /** of the data */
  readonly version?: number | undefined;
  /** how the publisher is */
  readonly status?: $apollo_common.StatusPb | undefined;
  /** coordinate frame of what follows */
  readonly frame_id?: string | undefined;
}
export const Header: MessageType<Header> = $message<Header>("apollo.common.Header");

export interface VehicleID {
  readonly vin?: string | undefined;
  readonly plate?: string | undefined;
  readonly other_unique_id?: string | undefined;
}
export const VehicleID: MessageType<VehicleID> = $message<VehicleID>("apollo.common.VehicleID");

/** A note of a driver or a tester. */
export interface DriveEvent {
  readonly header?: $apollo_common.Header | undefined;
  /** what happened */
  readonly event?: string | undefined;
  /** where */
  readonly location?: $apollo_localization.Pose | undefined;
  readonly type?: readonly $apollo_common.DriveEvent.Type[] | undefined;
}
export declare namespace DriveEvent {
  type Type = 0 | 1 | 2 | 3;
}
export const DriveEvent = $nested($message<DriveEvent>("apollo.common.DriveEvent"), {
  Type: {
    CRITICAL: 0,
    PROBLEM: 1,
    DESIRED: 2,
    OUT_OF_SCOPE: 3,
  },
});

export interface SLPoint {
  readonly s?: number | undefined;
  readonly l?: number | undefined;
}
export const SLPoint: MessageType<SLPoint> = $message<SLPoint>("apollo.common.SLPoint");

export interface FrenetFramePoint {
  readonly s?: number | undefined;
  readonly l?: number | undefined;
  readonly dl?: number | undefined;
  readonly ddl?: number | undefined;
}
export const FrenetFramePoint: MessageType<FrenetFramePoint> = $message<FrenetFramePoint>("apollo.common.FrenetFramePoint");

export interface SpeedPoint {
  readonly s?: number | undefined;
  readonly t?: number | undefined;
  readonly v?: number | undefined;
  readonly a?: number | undefined;
  readonly da?: number | undefined;
}
export const SpeedPoint: MessageType<SpeedPoint> = $message<SpeedPoint>("apollo.common.SpeedPoint");

export interface PathPoint {
  /** m, map frame */
  readonly x?: number | undefined;
  /** m */
  readonly y?: number | undefined;
  /** m */
  readonly z?: number | undefined;
  /** rad, 0 is east, counter-clockwise */
  readonly theta?: number | undefined;
  /** 1/m, curvature, to the left positive */
  readonly kappa?: number | undefined;
  /** m along the path */
  readonly s?: number | undefined;
  /** 1/m² */
  readonly dkappa?: number | undefined;
  /** 1/m³ */
  readonly ddkappa?: number | undefined;
  readonly lane_id?: string | undefined;
  readonly x_derivative?: number | undefined;
  readonly y_derivative?: number | undefined;
}
export const PathPoint: MessageType<PathPoint> = $message<PathPoint>("apollo.common.PathPoint");

export interface Path {
  readonly name?: string | undefined;
  readonly path_point?: readonly $apollo_common.PathPoint[] | undefined;
}
export const Path: MessageType<Path> = $message<Path>("apollo.common.Path");

export interface TrajectoryPoint {
  readonly path_point?: $apollo_common.PathPoint | undefined;
  /** m/s */
  readonly v?: number | undefined;
  /** m/s² */
  readonly a?: number | undefined;
  /** s after the header's time */
  readonly relative_time?: number | undefined;
  readonly da?: number | undefined;
  readonly steer?: number | undefined;
  readonly gaussian_info?: $apollo_common.GaussianInfo | undefined;
}
export const TrajectoryPoint: MessageType<TrajectoryPoint> = $message<TrajectoryPoint>("apollo.common.TrajectoryPoint");

export interface Trajectory {
  readonly name?: string | undefined;
  readonly trajectory_point?: readonly $apollo_common.TrajectoryPoint[] | undefined;
}
export const Trajectory: MessageType<Trajectory> = $message<Trajectory>("apollo.common.Trajectory");

export interface VehicleMotionPoint {
  readonly trajectory_point?: $apollo_common.TrajectoryPoint | undefined;
  readonly steer?: number | undefined;
}
export const VehicleMotionPoint: MessageType<VehicleMotionPoint> = $message<VehicleMotionPoint>("apollo.common.VehicleMotionPoint");

export interface VehicleMotion {
  readonly name?: string | undefined;
  readonly vehicle_motion_point?: readonly $apollo_common.VehicleMotionPoint[] | undefined;
}
export const VehicleMotion: MessageType<VehicleMotion> = $message<VehicleMotion>("apollo.common.VehicleMotion");

export interface GaussianInfo {
  readonly sigma_x?: number | undefined;
  readonly sigma_y?: number | undefined;
  readonly correlation?: number | undefined;
  readonly area_probability?: number | undefined;
  readonly ellipse_a?: number | undefined;
  readonly ellipse_b?: number | undefined;
  readonly theta_a?: number | undefined;
}
export const GaussianInfo: MessageType<GaussianInfo> = $message<GaussianInfo>("apollo.common.GaussianInfo");

/** Lights and horn. */
export interface VehicleSignal {
  readonly turn_signal?: $apollo_common.VehicleSignal.TurnSignal | undefined;
  readonly high_beam?: boolean | undefined;
  readonly low_beam?: boolean | undefined;
  readonly horn?: boolean | undefined;
  readonly emergency_light?: boolean | undefined;
}
export declare namespace VehicleSignal {
  type TurnSignal = 0 | 1 | 2 | 3;
}
export const VehicleSignal = $nested($message<VehicleSignal>("apollo.common.VehicleSignal"), {
  TurnSignal: {
    TURN_NONE: 0,
    TURN_LEFT: 1,
    TURN_RIGHT: 2,
    TURN_HAZARD_WARNING: 3,
  },
});
