// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common_monitor from "./common/monitor.ts";
import type * as $apollo_decision from "./decision.ts";
import type * as $apollo_dreamview from "./dreamview.ts";
import type * as $apollo_planning from "./planning.ts";

export interface PolygonPoint {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
}
export const PolygonPoint: MessageType<PolygonPoint> = $message<PolygonPoint>("apollo.dreamview.PolygonPoint");

export interface Prediction {
  readonly probability?: number | undefined;
  readonly predicted_trajectory?: readonly $apollo_dreamview.PolygonPoint[] | undefined;
}
export const Prediction: MessageType<Prediction> = $message<Prediction>("apollo.dreamview.Prediction");

export interface Decision {
  readonly type: $apollo_dreamview.Decision.Type;
  readonly polygon_point?: readonly $apollo_dreamview.PolygonPoint[] | undefined;
  readonly heading?: number | undefined;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly position_x?: number | undefined;
  readonly position_y?: number | undefined;
  readonly length?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly stopReason?: $apollo_dreamview.Decision.StopReasonCode | undefined;
}
export declare namespace Decision {
  type Type = 0 | 1 | 2 | 3 | 4 | 5 | 6;
  type StopReasonCode = 1 | 2 | 3 | 4 | 100 | 101 | 102 | 103 | 104 | 105 | 106;
}
export const Decision = $nested($message<Decision>("apollo.dreamview.Decision"), {
  Type: {
    IGNORE: 0,
    STOP: 1,
    NUDGE: 2,
    YIELD: 3,
    OVERTAKE: 4,
    FOLLOW: 5,
    SIDEPASS: 6,
  },
  StopReasonCode: {
    STOP_REASON_HEAD_VEHICLE: 1,
    STOP_REASON_DESTINATION: 2,
    STOP_REASON_PEDESTRIAN: 3,
    STOP_REASON_OBSTACLE: 4,
    STOP_REASON_SIGNAL: 100,
    STOP_REASON_STOP_SIGN: 101,
    STOP_REASON_YIELD_SIGN: 102,
    STOP_REASON_CLEAR_ZONE: 103,
    STOP_REASON_CROSSWALK: 104,
    STOP_REASON_EMERGENCY: 105,
    STOP_REASON_NOT_READY: 106,
  },
});

export interface Object {
  readonly id?: string | undefined;
  readonly polygon_point?: readonly $apollo_dreamview.PolygonPoint[] | undefined;
  readonly heading?: number | undefined;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly position_x?: number | undefined;
  readonly position_y?: number | undefined;
  readonly length?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly speed?: number | undefined;
  readonly speed_acceleration?: number | undefined;
  readonly speed_jerk?: number | undefined;
  readonly spin?: number | undefined;
  readonly spin_acceleration?: number | undefined;
  readonly spin_jerk?: number | undefined;
  readonly speed_heading?: number | undefined;
  readonly signal_set?: readonly string[] | undefined;
  readonly current_signal?: string | undefined;
  readonly timestamp_sec?: number | undefined;
  readonly decision?: readonly $apollo_dreamview.Decision[] | undefined;
  readonly adc_decision_result?: $apollo_decision.DecisionResult | undefined;
  readonly adc_trajectory?: $apollo_planning.ADCTrajectory | undefined;
  readonly throttle_percentage?: number | undefined;
  readonly brake_percentage?: number | undefined;
  readonly steering_angle?: number | undefined;
  readonly disengage_type?: $apollo_dreamview.Object.DisengageType | undefined;
  readonly type?: $apollo_dreamview.Object.Type | undefined;
  readonly prediction?: readonly $apollo_dreamview.Prediction[] | undefined;
}
export declare namespace Object {
  type DisengageType = 0 | 1 | 2 | 3 | 4 | 5 | 6;
  type Type = 0 | 1 | 2 | 3 | 4 | 5 | 6;
}
export const Object = $nested($message<Object>("apollo.dreamview.Object"), {
  DisengageType: {
    DISENGAGE_NONE: 0,
    DISENGAGE_UNKNOWN: 1,
    DISENGAGE_MANUAL: 2,
    DISENGAGE_EMERGENCY: 3,
    DISENGAGE_AUTO_STEER_ONLY: 4,
    DISENGAGE_AUTO_SPEED_ONLY: 5,
    DISENGAGE_CHASSIS_ERROR: 6,
  },
  Type: {
    UNKNOWN: 0,
    UNKNOWN_MOVABLE: 1,
    UNKNOWN_UNMOVABLE: 2,
    PEDESTRIAN: 3,
    BICYCLE: 4,
    VEHICLE: 5,
    VIRTUAL: 6,
  },
});

export interface DelayItem {
  readonly delay?: number | undefined;
  readonly last_delay?: number | undefined;
}
export const DelayItem: MessageType<DelayItem> = $message<DelayItem>("apollo.dreamview.DelayItem");

export interface Delay {
  readonly adc_status?: $apollo_dreamview.DelayItem | undefined;
  readonly decision?: $apollo_dreamview.DelayItem | undefined;
  readonly localization?: $apollo_dreamview.DelayItem | undefined;
  readonly localization_pcl?: $apollo_dreamview.DelayItem | undefined;
  readonly perception_obstacle?: $apollo_dreamview.DelayItem | undefined;
  readonly perception_radar?: $apollo_dreamview.DelayItem | undefined;
  readonly planning_trajectory?: $apollo_dreamview.DelayItem | undefined;
  readonly prediction?: $apollo_dreamview.DelayItem | undefined;
  readonly traffic_light?: $apollo_dreamview.DelayItem | undefined;
}
export const Delay: MessageType<Delay> = $message<Delay>("apollo.dreamview.Delay");

export interface Debug {
  readonly novatel_position_type?: string | undefined;
}
export const Debug: MessageType<Debug> = $message<Debug>("apollo.dreamview.Debug");

export interface SimulationWorld {
  readonly timestamp_sec?: number | undefined;
  readonly object?: readonly $apollo_dreamview.Object[] | undefined;
  readonly auto_driving_car?: $apollo_dreamview.Object | undefined;
  readonly traffic_signal?: $apollo_dreamview.Object | undefined;
  readonly route?: readonly $apollo_dreamview.PolygonPoint[] | undefined;
  readonly planning_trajectory?: readonly $apollo_dreamview.Object[] | undefined;
  readonly main_stop?: $apollo_dreamview.Object | undefined;
  readonly speed_limit?: number | undefined;
  readonly map_md5?: string | undefined;
  readonly delay?: $apollo_dreamview.Delay | undefined;
  readonly relative_time_sec?: number | undefined;
  readonly decision_task_name?: string | undefined;
  readonly debug_log?: $apollo_dreamview.Debug | undefined;
  readonly monitor?: $apollo_common_monitor.MonitorMessage | undefined;
  /** Since Apollo 1.5. */
  readonly sequence_num?: number | undefined;
}
export const SimulationWorld: MessageType<SimulationWorld> = $message<SimulationWorld>("apollo.dreamview.SimulationWorld");
