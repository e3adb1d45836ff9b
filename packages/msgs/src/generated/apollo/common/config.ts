// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_common from "../common.ts";
import type * as $apollo_common_config from "./config.ts";

export interface Transform {
  readonly source_frame?: Uint8Array | undefined;
  readonly target_frame?: Uint8Array | undefined;
  readonly translation?: $apollo_common.Point3D | undefined;
  readonly rotation?: $apollo_common.Quaternion | undefined;
}
export const Transform: MessageType<Transform> = $message<Transform>("apollo.common.config.Transform");

export interface Extrinsics {
  readonly tansforms?: readonly $apollo_common_config.Transform[] | undefined;
}
export const Extrinsics: MessageType<Extrinsics> = $message<Extrinsics>("apollo.common.config.Extrinsics");

/** Measures of the vehicle; the centre is that of the rear axle. */
export interface VehicleParam {
  /** m */
  readonly front_edge_to_center?: number | undefined;
  /** m */
  readonly back_edge_to_center?: number | undefined;
  /** m */
  readonly left_edge_to_center?: number | undefined;
  /** m */
  readonly right_edge_to_center?: number | undefined;
  /** m */
  readonly length?: number | undefined;
  /** m */
  readonly width?: number | undefined;
  /** m */
  readonly height?: number | undefined;
  /** m */
  readonly min_turn_radius?: number | undefined;
  /** m/s² */
  readonly max_acceleration?: number | undefined;
  /** m/s², negative */
  readonly max_deceleration?: number | undefined;
  /** rad, of the steering wheel */
  readonly max_steer_angle?: number | undefined;
  /** rad/s */
  readonly max_steer_angle_rate?: number | undefined;
  /** steering wheel to front wheels */
  readonly steer_ratio?: number | undefined;
  /** m */
  readonly wheel_base?: number | undefined;
  /** m */
  readonly wheel_rolling_radius?: number | undefined;
}
export const VehicleParam: MessageType<VehicleParam> = $message<VehicleParam>("apollo.common.config.VehicleParam");

export interface VehicleConfig {
  readonly header?: $apollo_common.Header | undefined;
  readonly vehicle_param?: $apollo_common_config.VehicleParam | undefined;
  readonly extrinsics?: $apollo_common_config.Extrinsics | undefined;
}
export const VehicleConfig: MessageType<VehicleConfig> = $message<VehicleConfig>("apollo.common.config.VehicleConfig");
