// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_decision from "./decision.ts";
import type * as $apollo_localization from "./localization.ts";
import type * as $apollo_perception from "./perception.ts";
import type * as $apollo_planning_internal from "./planning_internal.ts";
import type * as $apollo_prediction from "./prediction.ts";

export interface PlanningObstacle {
  readonly perception_id?: number | undefined;
  readonly decision_id?: string | undefined;
  readonly position?: $apollo_perception.Point | undefined;
  readonly theta?: number | undefined;
  readonly velocity?: $apollo_perception.Point | undefined;
  readonly speed?: number | undefined;
  readonly length?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly polygon_point?: readonly $apollo_perception.Point[] | undefined;
  readonly tracking_time?: number | undefined;
  readonly perception_timestamp?: number | undefined;
  readonly perception_object_type?: $apollo_perception.PerceptionObstacle.Type | undefined;
  readonly prediction_timestamp?: number | undefined;
  readonly prediction_trajectory?: readonly $apollo_prediction.Trajectory[] | undefined;
  readonly decision_object_type?: $apollo_decision.ObjectDecision.ObjectType | undefined;
  /** @deprecated */
  readonly object_decision?: $apollo_decision.ObjectDecisionType | undefined;
  readonly planning_object_decision?: readonly $apollo_decision.ObjectDecisionType[] | undefined;
}
export const PlanningObstacle: MessageType<PlanningObstacle> = $message<PlanningObstacle>("apollo.planning_internal.PlanningObstacle");

export interface Debug {
  readonly error_code?: $apollo_planning_internal.Debug.ErrorCode | undefined;
  readonly planning_data?: $apollo_planning_internal.PlanningData | undefined;
  readonly debug_message?: readonly $apollo_planning_internal.Debug.DebugMessage[] | undefined;
}
export declare namespace Debug {
  type ErrorCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;
  interface DebugMessage {
    readonly error_code?: $apollo_planning_internal.Debug.ErrorCode | undefined;
    readonly id?: number | undefined;
    readonly trace?: string | undefined;
    readonly info?: string | undefined;
    readonly warn?: string | undefined;
    readonly error?: string | undefined;
    readonly fatal?: string | undefined;
  }
}
export const Debug = $nested($message<Debug>("apollo.planning_internal.Debug"), {
  ErrorCode: {
    OK: 0,
    ERR_NOT_READY: 1,
    ERR_ESTOP: 2,
    ERR_PATH_OPTIMIZER: 3,
    ERR_SPEED_OPTIMIZER: 4,
    ERR_ST_GRAPH: 5,
    ERR_SANITY_CHECK: 6,
  },
  DebugMessage: $message<Debug.DebugMessage>("apollo.planning_internal.Debug.DebugMessage"),
});

export interface PlanningData {
  readonly header?: $apollo_common.Header | undefined;
  readonly init_status?: $apollo_localization.Pose | undefined;
  readonly main_decision?: $apollo_decision.MainDecision | undefined;
  readonly planning_obstacle?: readonly $apollo_planning_internal.PlanningObstacle[] | undefined;
  readonly light_signal?: $apollo_decision.LightSignal | undefined;
}
export const PlanningData: MessageType<PlanningData> = $message<PlanningData>("apollo.planning_internal.PlanningData");
