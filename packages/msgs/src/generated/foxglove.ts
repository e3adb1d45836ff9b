// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../builtin.ts";
import type { MessageType } from "../message-type.ts";
import type * as $foxglove from "./foxglove.ts";
import type * as $google_protobuf from "./google/protobuf.ts";

export interface Color {
  readonly r?: number | undefined;
  readonly g?: number | undefined;
  readonly b?: number | undefined;
  /** 1: opaque */
  readonly a?: number | undefined;
}
export const Color: MessageType<Color> = $message<Color>("foxglove.Color");

export interface Quaternion {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
  /** scalar part */
  readonly w?: number | undefined;
}
export const Quaternion: MessageType<Quaternion> = $message<Quaternion>("foxglove.Quaternion");

export interface Vector3 {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
}
export const Vector3: MessageType<Vector3> = $message<Vector3>("foxglove.Vector3");

export interface Pose {
  readonly position?: $foxglove.Vector3 | undefined;
  readonly orientation?: $foxglove.Quaternion | undefined;
}
export const Pose: MessageType<Pose> = $message<Pose>("foxglove.Pose");

export interface ArrowPrimitive {
  readonly pose?: $foxglove.Pose | undefined;
  readonly shaft_length?: number | undefined;
  readonly shaft_diameter?: number | undefined;
  readonly head_length?: number | undefined;
  readonly head_diameter?: number | undefined;
  readonly color?: $foxglove.Color | undefined;
}
export const ArrowPrimitive: MessageType<ArrowPrimitive> = $message<ArrowPrimitive>("foxglove.ArrowPrimitive");

export interface CameraCalibration {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly distortion_model?: string | undefined;
  /** distortion */
  readonly D?: readonly number[] | undefined;
  /** 3×3 intrinsics */
  readonly K?: readonly number[] | undefined;
  /** 3×3 rectification */
  readonly R?: readonly number[] | undefined;
  /** 3×4 projection */
  readonly P?: readonly number[] | undefined;
}
export const CameraCalibration: MessageType<CameraCalibration> = $message<CameraCalibration>("foxglove.CameraCalibration");

export interface CompressedImage {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly data?: Uint8Array | undefined;
  /** jpeg, png, webp */
  readonly format?: string | undefined;
}
export const CompressedImage: MessageType<CompressedImage> = $message<CompressedImage>("foxglove.CompressedImage");

export interface CompressedVideo {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly data?: Uint8Array | undefined;
  /** h264, h265, vp9, av1 */
  readonly format?: string | undefined;
}
export const CompressedVideo: MessageType<CompressedVideo> = $message<CompressedVideo>("foxglove.CompressedVideo");

export interface CubePrimitive {
  /** of its centre */
  readonly pose?: $foxglove.Pose | undefined;
  readonly size?: $foxglove.Vector3 | undefined;
  readonly color?: $foxglove.Color | undefined;
}
export const CubePrimitive: MessageType<CubePrimitive> = $message<CubePrimitive>("foxglove.CubePrimitive");

export interface CylinderPrimitive {
  /** of its centre */
  readonly pose?: $foxglove.Pose | undefined;
  readonly size?: $foxglove.Vector3 | undefined;
  /** 0 to 1 of the diameter */
  readonly bottom_scale?: number | undefined;
  readonly top_scale?: number | undefined;
  readonly color?: $foxglove.Color | undefined;
}
export const CylinderPrimitive: MessageType<CylinderPrimitive> = $message<CylinderPrimitive>("foxglove.CylinderPrimitive");

export interface FrameTransform {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly parent_frame_id?: string | undefined;
  readonly child_frame_id?: string | undefined;
  /** of the child's origin in the parent, m */
  readonly translation?: $foxglove.Vector3 | undefined;
  /** child to parent */
  readonly rotation?: $foxglove.Quaternion | undefined;
}
export const FrameTransform: MessageType<FrameTransform> = $message<FrameTransform>("foxglove.FrameTransform");

export interface FrameTransforms {
  readonly transforms?: readonly $foxglove.FrameTransform[] | undefined;
}
export const FrameTransforms: MessageType<FrameTransforms> = $message<FrameTransforms>("foxglove.FrameTransforms");

export interface GeoJSON {
  readonly geojson?: string | undefined;
}
export const GeoJSON: MessageType<GeoJSON> = $message<GeoJSON>("foxglove.GeoJSON");

export interface PackedElementField {
  readonly name?: string | undefined;
  /** bytes from the start of the point */
  readonly offset?: number | undefined;
  readonly type?: $foxglove.PackedElementField.NumericType | undefined;
}
export declare namespace PackedElementField {
  type NumericType = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | (number & {});
}
export const PackedElementField = $nested($message<PackedElementField>("foxglove.PackedElementField"), {
  NumericType: {
    UNKNOWN: 0,
    UINT8: 1,
    INT8: 2,
    UINT16: 3,
    INT16: 4,
    UINT32: 5,
    INT32: 6,
    FLOAT32: 7,
    FLOAT64: 8,
  },
});

export interface Vector2 {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}
export const Vector2: MessageType<Vector2> = $message<Vector2>("foxglove.Vector2");

export interface Grid {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  /** of the corner of the first cell */
  readonly pose?: $foxglove.Pose | undefined;
  readonly column_count?: number | undefined;
  readonly cell_size?: $foxglove.Vector2 | undefined;
  readonly row_stride?: number | undefined;
  readonly cell_stride?: number | undefined;
  readonly fields?: readonly $foxglove.PackedElementField[] | undefined;
  readonly data?: Uint8Array | undefined;
}
export const Grid: MessageType<Grid> = $message<Grid>("foxglove.Grid");

export interface KeyValuePair {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}
export const KeyValuePair: MessageType<KeyValuePair> = $message<KeyValuePair>("foxglove.KeyValuePair");

export interface LaserScan {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly pose?: $foxglove.Pose | undefined;
  /** rad, counter-clockwise from x */
  readonly start_angle?: number | undefined;
  readonly end_angle?: number | undefined;
  /** m, equally spaced */
  readonly ranges?: readonly number[] | undefined;
  readonly intensities?: readonly number[] | undefined;
}
export const LaserScan: MessageType<LaserScan> = $message<LaserScan>("foxglove.LaserScan");

export interface Point3 {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
}
export const Point3: MessageType<Point3> = $message<Point3>("foxglove.Point3");

export interface LinePrimitive {
  readonly type?: $foxglove.LinePrimitive.Type | undefined;
  readonly pose?: $foxglove.Pose | undefined;
  readonly thickness?: number | undefined;
  /** thickness in pixels of the screen */
  readonly scale_invariant?: boolean | undefined;
  readonly points?: readonly $foxglove.Point3[] | undefined;
  /** of the whole, when `colors` is empty */
  readonly color?: $foxglove.Color | undefined;
  readonly colors?: readonly $foxglove.Color[] | undefined;
  readonly indices?: readonly number[] | undefined;
}
export declare namespace LinePrimitive {
  type Type = 0 | 1 | 2 | (number & {});
}
export const LinePrimitive = $nested($message<LinePrimitive>("foxglove.LinePrimitive"), {
  Type: {
    /** 0-1, 1-2, … */
    LINE_STRIP: 0,
    /** the same, closed */
    LINE_LOOP: 1,
    /** 0-1, 2-3, … */
    LINE_LIST: 2,
  },
});

export interface LocationFix {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  /** degrees, north positive */
  readonly latitude?: number | undefined;
  /** degrees, east positive */
  readonly longitude?: number | undefined;
  /** m */
  readonly altitude?: number | undefined;
  /** 3×3 row after row, east north up, m² */
  readonly position_covariance?: readonly number[] | undefined;
  readonly position_covariance_type?: $foxglove.LocationFix.PositionCovarianceType | undefined;
  readonly color?: $foxglove.Color | undefined;
  readonly metadata?: readonly $foxglove.KeyValuePair[] | undefined;
  readonly heading?: number | undefined;
  readonly velocity?: $foxglove.Vector3 | undefined;
}
export declare namespace LocationFix {
  type PositionCovarianceType = 0 | 1 | 2 | 3 | (number & {});
}
export const LocationFix = $nested($message<LocationFix>("foxglove.LocationFix"), {
  PositionCovarianceType: {
    UNKNOWN: 0,
    APPROXIMATED: 1,
    DIAGONAL_KNOWN: 2,
    KNOWN: 3,
  },
});

export interface LocationFixes {
  readonly fixes?: readonly $foxglove.LocationFix[] | undefined;
}
export const LocationFixes: MessageType<LocationFixes> = $message<LocationFixes>("foxglove.LocationFixes");

export interface Log {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly level?: $foxglove.Log.Level | undefined;
  readonly message?: string | undefined;
  /** of the process or node */
  readonly name?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}
export declare namespace Log {
  type Level = 0 | 1 | 2 | 3 | 4 | 5 | (number & {});
}
export const Log = $nested($message<Log>("foxglove.Log"), {
  Level: {
    UNKNOWN: 0,
    DEBUG: 1,
    INFO: 2,
    WARNING: 3,
    ERROR: 4,
    FATAL: 5,
  },
});

export interface ModelPrimitive {
  readonly pose?: $foxglove.Pose | undefined;
  readonly scale?: $foxglove.Vector3 | undefined;
  readonly color?: $foxglove.Color | undefined;
  readonly override_color?: boolean | undefined;
  readonly url?: string | undefined;
  readonly media_type?: string | undefined;
  readonly data?: Uint8Array | undefined;
}
export const ModelPrimitive: MessageType<ModelPrimitive> = $message<ModelPrimitive>("foxglove.ModelPrimitive");

export interface Odometry {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly body_frame_id?: string | undefined;
  readonly pose?: $foxglove.Pose | undefined;
  readonly linear_velocity?: $foxglove.Vector3 | undefined;
  readonly angular_velocity?: $foxglove.Vector3 | undefined;
  /** 6×6 row after row */
  readonly pose_covariance?: readonly number[] | undefined;
  /** 6×6 row after row */
  readonly velocity_covariance?: readonly number[] | undefined;
  readonly metadata?: readonly $foxglove.KeyValuePair[] | undefined;
}
export const Odometry: MessageType<Odometry> = $message<Odometry>("foxglove.Odometry");

export interface Point2 {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}
export const Point2: MessageType<Point2> = $message<Point2>("foxglove.Point2");

export interface PointCloud {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly pose?: $foxglove.Pose | undefined;
  /** bytes from point to point */
  readonly point_stride?: number | undefined;
  readonly fields?: readonly $foxglove.PackedElementField[] | undefined;
  /** little-endian */
  readonly data?: Uint8Array | undefined;
}
export const PointCloud: MessageType<PointCloud> = $message<PointCloud>("foxglove.PointCloud");

export interface PoseInFrame {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly pose?: $foxglove.Pose | undefined;
}
export const PoseInFrame: MessageType<PoseInFrame> = $message<PoseInFrame>("foxglove.PoseInFrame");

export interface PosesInFrame {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly poses?: readonly $foxglove.Pose[] | undefined;
}
export const PosesInFrame: MessageType<PosesInFrame> = $message<PosesInFrame>("foxglove.PosesInFrame");

export interface RawImage {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** rgb8, bgr8, mono8, 16UC1, … */
  readonly encoding?: string | undefined;
  /** bytes of a row */
  readonly step?: number | undefined;
  readonly data?: Uint8Array | undefined;
}
export const RawImage: MessageType<RawImage> = $message<RawImage>("foxglove.RawImage");

export interface SpherePrimitive {
  /** of its centre */
  readonly pose?: $foxglove.Pose | undefined;
  readonly size?: $foxglove.Vector3 | undefined;
  readonly color?: $foxglove.Color | undefined;
}
export const SpherePrimitive: MessageType<SpherePrimitive> = $message<SpherePrimitive>("foxglove.SpherePrimitive");

export interface TextPrimitive {
  readonly pose?: $foxglove.Pose | undefined;
  /** turns towards the viewer */
  readonly billboard?: boolean | undefined;
  readonly font_size?: number | undefined;
  readonly scale_invariant?: boolean | undefined;
  readonly color?: $foxglove.Color | undefined;
  readonly text?: string | undefined;
}
export const TextPrimitive: MessageType<TextPrimitive> = $message<TextPrimitive>("foxglove.TextPrimitive");

export interface TriangleListPrimitive {
  readonly pose?: $foxglove.Pose | undefined;
  readonly points?: readonly $foxglove.Point3[] | undefined;
  readonly color?: $foxglove.Color | undefined;
  readonly colors?: readonly $foxglove.Color[] | undefined;
  readonly indices?: readonly number[] | undefined;
}
export const TriangleListPrimitive: MessageType<TriangleListPrimitive> = $message<TriangleListPrimitive>("foxglove.TriangleListPrimitive");

export interface SceneEntity {
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly frame_id?: string | undefined;
  readonly id?: string | undefined;
  /** zero: until it is replaced or deleted */
  readonly lifetime?: $google_protobuf.Duration | undefined;
  /** follows its frame as the frame moves */
  readonly frame_locked?: boolean | undefined;
  readonly metadata?: readonly $foxglove.KeyValuePair[] | undefined;
  readonly arrows?: readonly $foxglove.ArrowPrimitive[] | undefined;
  readonly cubes?: readonly $foxglove.CubePrimitive[] | undefined;
  readonly spheres?: readonly $foxglove.SpherePrimitive[] | undefined;
  readonly cylinders?: readonly $foxglove.CylinderPrimitive[] | undefined;
  readonly lines?: readonly $foxglove.LinePrimitive[] | undefined;
  readonly triangles?: readonly $foxglove.TriangleListPrimitive[] | undefined;
  readonly texts?: readonly $foxglove.TextPrimitive[] | undefined;
  readonly models?: readonly $foxglove.ModelPrimitive[] | undefined;
}
export const SceneEntity: MessageType<SceneEntity> = $message<SceneEntity>("foxglove.SceneEntity");

export interface SceneEntityDeletion {
  /** entities that are not newer are removed */
  readonly timestamp?: $google_protobuf.Timestamp | undefined;
  readonly type?: $foxglove.SceneEntityDeletion.Type | undefined;
  readonly id?: string | undefined;
}
export declare namespace SceneEntityDeletion {
  type Type = 0 | 1 | (number & {});
}
export const SceneEntityDeletion = $nested($message<SceneEntityDeletion>("foxglove.SceneEntityDeletion"), {
  Type: {
    MATCHING_ID: 0,
    ALL: 1,
  },
});

export interface SceneUpdate {
  readonly deletions?: readonly $foxglove.SceneEntityDeletion[] | undefined;
  readonly entities?: readonly $foxglove.SceneEntity[] | undefined;
}
export const SceneUpdate: MessageType<SceneUpdate> = $message<SceneUpdate>("foxglove.SceneUpdate");
