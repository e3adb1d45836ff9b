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

export interface VehicleParam {
  readonly front_edge_to_center?: number | undefined;
  readonly back_edge_to_center?: number | undefined;
  readonly left_edge_to_center?: number | undefined;
  readonly right_edge_to_center?: number | undefined;
  readonly length?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly min_turn_radius?: number | undefined;
  readonly max_acceleration?: number | undefined;
  readonly max_deceleration?: number | undefined;
  readonly max_steer_angle?: number | undefined;
  readonly max_steer_angle_rate?: number | undefined;
  readonly steer_ratio?: number | undefined;
  readonly wheel_base?: number | undefined;
  readonly wheel_rolling_radius?: number | undefined;
}
export const VehicleParam: MessageType<VehicleParam> = $message<VehicleParam>("apollo.common.config.VehicleParam");

export interface VehicleConfig {
  readonly header?: $apollo_common.Header | undefined;
  readonly vehicle_param?: $apollo_common_config.VehicleParam | undefined;
  readonly extrinsics?: $apollo_common_config.Extrinsics | undefined;
}
export const VehicleConfig: MessageType<VehicleConfig> = $message<VehicleConfig>("apollo.common.config.VehicleConfig");
