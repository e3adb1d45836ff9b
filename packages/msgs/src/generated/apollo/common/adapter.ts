// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_common_adapter from "./adapter.ts";

export interface AdapterConfig {
  readonly type: $apollo_common_adapter.AdapterConfig.MessageType;
  readonly mode: $apollo_common_adapter.AdapterConfig.Mode;
  readonly message_history_limit?: number | undefined;
}
export declare namespace AdapterConfig {
  type MessageType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20;
  type Mode = 0 | 1 | 2;
}
export const AdapterConfig = $nested($message<AdapterConfig>("apollo.common.adapter.AdapterConfig"), {
  MessageType: {
    POINT_CLOUD: 1,
    GPS: 2,
    IMU: 3,
    CHASSIS: 4,
    LOCALIZATION: 5,
    PLANNING_TRAJECTORY: 6,
    MONITOR: 7,
    PAD: 8,
    CONTROL_COMMAND: 9,
    PREDICTION: 10,
    PERCEPTION_OBSTACLES: 11,
    TRAFFIC_LIGHT_DETECTION: 12,
    CHASSIS_DETAIL: 13,
    DECISION: 14,
    CANBUS: 15,
    ROUTING_REQUEST: 16,
    ROUTING_RESPONSE: 17,
    RELATIVE_ODOMETRY: 18,
    INS_STAT: 19,
    HMI_COMMAND: 20,
  },
  Mode: {
    RECEIVE_ONLY: 0,
    PUBLISH_ONLY: 1,
    DUPLEX: 2,
  },
});

export interface AdapterManagerConfig {
  readonly config?: readonly $apollo_common_adapter.AdapterConfig[] | undefined;
  readonly is_ros: boolean;
}
export const AdapterManagerConfig: MessageType<AdapterManagerConfig> = $message<AdapterManagerConfig>("apollo.common.adapter.AdapterManagerConfig");
