// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_canbus from "./canbus.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_decision from "./decision.ts";
import type * as $apollo_prediction from "./prediction.ts";

export const StopReasonCode = {
  STOP_REASON_HEAD_VEHICLE: 1,
  STOP_REASON_DESTINATION: 2,
  STOP_REASON_PEDESTRIAN: 3,
  STOP_REASON_OBSTACLE: 4,
  STOP_REASON_PREPARKING: 5,
  STOP_REASON_SIGNAL: 100,
  STOP_REASON_STOP_SIGN: 101,
  STOP_REASON_YIELD_SIGN: 102,
  STOP_REASON_CLEAR_ZONE: 103,
  STOP_REASON_CROSSWALK: 104,
} as const;
export type StopReasonCode = (typeof StopReasonCode)[keyof typeof StopReasonCode];

export interface Range {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}
export const Range: MessageType<Range> = $message<Range>("apollo.decision.Range");

export interface TargetLane {
  readonly id?: string | undefined;
  readonly start_s?: number | undefined;
  readonly end_s?: number | undefined;
  readonly speed_limit?: number | undefined;
}
export const TargetLane: MessageType<TargetLane> = $message<TargetLane>("apollo.decision.TargetLane");

export interface ObjectIgnore {
}
export const ObjectIgnore: MessageType<ObjectIgnore> = $message<ObjectIgnore>("apollo.decision.ObjectIgnore");

export interface ObjectStop {
  readonly distance_s?: number | undefined;
  readonly preferred_distance_s?: $apollo_decision.Range | undefined;
  readonly reason_code?: $apollo_decision.StopReasonCode | undefined;
  readonly stop_point?: $apollo_common.PointENU | undefined;
}
export const ObjectStop: MessageType<ObjectStop> = $message<ObjectStop>("apollo.decision.ObjectStop");

export interface ObjectNudge {
  readonly distance_l?: number | undefined;
  readonly type?: $apollo_decision.ObjectNudge.Type | undefined;
  readonly preferred_distance_l?: $apollo_decision.Range | undefined;
}
export declare namespace ObjectNudge {
  type Type = 1 | 2;
}
export const ObjectNudge = $nested($message<ObjectNudge>("apollo.decision.ObjectNudge"), {
  Type: {
    LEFT_NUDGE: 1,
    RIGHT_NUDGE: 2,
  },
});

export interface ObjectYield {
  readonly distance_s?: number | undefined;
  readonly preferred_distance_s?: $apollo_decision.Range | undefined;
  readonly yield_point?: $apollo_common.PointENU | undefined;
}
export const ObjectYield: MessageType<ObjectYield> = $message<ObjectYield>("apollo.decision.ObjectYield");

export interface ObjectFollow {
  readonly distance_s?: number | undefined;
  readonly preferred_distance_s?: $apollo_decision.Range | undefined;
  readonly follow_point?: $apollo_common.PointENU | undefined;
}
export const ObjectFollow: MessageType<ObjectFollow> = $message<ObjectFollow>("apollo.decision.ObjectFollow");

export interface ObjectOvertake {
  readonly distance_s?: number | undefined;
  readonly preferred_distance_s?: $apollo_decision.Range | undefined;
  readonly overtake_point?: $apollo_common.PointENU | undefined;
}
export const ObjectOvertake: MessageType<ObjectOvertake> = $message<ObjectOvertake>("apollo.decision.ObjectOvertake");

export interface ObjectSidePass {
  readonly distance_s?: number | undefined;
  readonly preferred_distance_s?: $apollo_decision.Range | undefined;
  readonly type?: $apollo_decision.ObjectSidePass.Type | undefined;
}
export declare namespace ObjectSidePass {
  type Type = 1 | 2;
}
export const ObjectSidePass = $nested($message<ObjectSidePass>("apollo.decision.ObjectSidePass"), {
  Type: {
    FOLLOW: 1,
    LEAD: 2,
  },
});

export interface ObjectAvoid {
}
export const ObjectAvoid: MessageType<ObjectAvoid> = $message<ObjectAvoid>("apollo.decision.ObjectAvoid");

export interface ObjectDecisionType {
  readonly ignore?: $apollo_decision.ObjectIgnore | undefined;
  readonly stop?: $apollo_decision.ObjectStop | undefined;
  readonly follow?: $apollo_decision.ObjectFollow | undefined;
  readonly yield?: $apollo_decision.ObjectYield | undefined;
  readonly overtake?: $apollo_decision.ObjectOvertake | undefined;
  readonly nudge?: $apollo_decision.ObjectNudge | undefined;
  readonly sidepass?: $apollo_decision.ObjectSidePass | undefined;
  readonly avoid?: $apollo_decision.ObjectAvoid | undefined;
}
export const ObjectDecisionType: MessageType<ObjectDecisionType> = $message<ObjectDecisionType>("apollo.decision.ObjectDecisionType");

export interface ObjectDecision {
  readonly prediction?: $apollo_prediction.PredictionObstacle | undefined;
  readonly id?: string | undefined;
  readonly type?: $apollo_decision.ObjectDecision.ObjectType | undefined;
  /** @deprecated */
  readonly decision?: $apollo_decision.ObjectDecisionType | undefined;
  readonly object_decision?: readonly $apollo_decision.ObjectDecisionType[] | undefined;
}
export declare namespace ObjectDecision {
  type ObjectType = 1 | 2 | 3;
}
export const ObjectDecision = $nested($message<ObjectDecision>("apollo.decision.ObjectDecision"), {
  ObjectType: {
    PREDICTION: 1,
    PERCEPTION: 2,
    VIRTUAL: 3,
  },
});

export interface ObjectDecisions {
  readonly decision?: readonly $apollo_decision.ObjectDecision[] | undefined;
}
export const ObjectDecisions: MessageType<ObjectDecisions> = $message<ObjectDecisions>("apollo.decision.ObjectDecisions");

export interface StopLine {
  readonly lane_id?: string | undefined;
  readonly distance_s?: number | undefined;
}
export const StopLine: MessageType<StopLine> = $message<StopLine>("apollo.decision.StopLine");

export interface MainStop {
  readonly enforced_line?: $apollo_decision.StopLine | undefined;
  readonly preferred_start?: $apollo_decision.StopLine | undefined;
  readonly preferred_end?: $apollo_decision.StopLine | undefined;
  readonly reason?: string | undefined;
  readonly reason_code?: $apollo_decision.StopReasonCode | undefined;
  readonly stop_point?: $apollo_common.PointENU | undefined;
  readonly stop_heading?: number | undefined;
}
export const MainStop: MessageType<MainStop> = $message<MainStop>("apollo.decision.MainStop");

export interface EmergencyStopHardBrake {
}
export const EmergencyStopHardBrake: MessageType<EmergencyStopHardBrake> = $message<EmergencyStopHardBrake>("apollo.decision.EmergencyStopHardBrake");

export interface EmergencyStopCruiseToStop {
}
export const EmergencyStopCruiseToStop: MessageType<EmergencyStopCruiseToStop> = $message<EmergencyStopCruiseToStop>("apollo.decision.EmergencyStopCruiseToStop");

export interface MainEmergencyStop {
  readonly reason?: string | undefined;
  readonly reason_code?: $apollo_decision.MainEmergencyStop.ReasonCode | undefined;
  readonly hard_brake?: $apollo_decision.EmergencyStopHardBrake | undefined;
  readonly cruise_to_stop?: $apollo_decision.EmergencyStopCruiseToStop | undefined;
}
export declare namespace MainEmergencyStop {
  type ReasonCode = 1 | 2 | 3 | 4 | 5;
}
export const MainEmergencyStop = $nested($message<MainEmergencyStop>("apollo.decision.MainEmergencyStop"), {
  ReasonCode: {
    ESTOP_REASON_INTERNAL_ERR: 1,
    ESTOP_REASON_COLLISION: 2,
    ESTOP_REASON_ST_FIND_PATH: 3,
    ESTOP_REASON_ST_MAKE_DECISION: 4,
    ESTOP_REASON_SENSOR_ERROR: 5,
  },
});

export interface MainCruise {
}
export const MainCruise: MessageType<MainCruise> = $message<MainCruise>("apollo.decision.MainCruise");

export interface MainChangeLane {
  readonly type?: $apollo_decision.MainChangeLane.Type | undefined;
  readonly default_lane?: readonly $apollo_decision.TargetLane[] | undefined;
  readonly default_lane_stop?: $apollo_decision.MainStop | undefined;
  readonly target_lane_stop?: $apollo_decision.MainStop | undefined;
}
export declare namespace MainChangeLane {
  type Type = 1 | 2;
}
export const MainChangeLane = $nested($message<MainChangeLane>("apollo.decision.MainChangeLane"), {
  Type: {
    LEFT: 1,
    RIGHT: 2,
  },
});

export interface MainMissionComplete {
}
export const MainMissionComplete: MessageType<MainMissionComplete> = $message<MainMissionComplete>("apollo.decision.MainMissionComplete");

export interface MainNotReady {
  readonly reason?: string | undefined;
}
export const MainNotReady: MessageType<MainNotReady> = $message<MainNotReady>("apollo.decision.MainNotReady");

export interface MainParking {
  readonly type?: $apollo_decision.MainParking.Type | undefined;
  readonly heading?: number | undefined;
  readonly stop_point?: $apollo_common.PointENU | undefined;
  readonly parking_polygon?: readonly $apollo_common.PointENU[] | undefined;
}
export declare namespace MainParking {
  type Type = 1 | 2;
}
export const MainParking = $nested($message<MainParking>("apollo.decision.MainParking"), {
  Type: {
    FORWARD_PARKING: 1,
    REVERSE_PARKING: 2,
  },
});

export interface MainDecision {
  readonly cruise?: $apollo_decision.MainCruise | undefined;
  readonly stop?: $apollo_decision.MainStop | undefined;
  readonly estop?: $apollo_decision.MainEmergencyStop | undefined;
  readonly change_lane?: $apollo_decision.MainChangeLane | undefined;
  readonly mission_complete?: $apollo_decision.MainMissionComplete | undefined;
  readonly not_ready?: $apollo_decision.MainNotReady | undefined;
  readonly parking?: $apollo_decision.MainParking | undefined;
  readonly target_lane?: readonly $apollo_decision.TargetLane[] | undefined;
}
export const MainDecision: MessageType<MainDecision> = $message<MainDecision>("apollo.decision.MainDecision");

export interface MasterVehicleDebug {
  readonly position?: $apollo_common.PointENU | undefined;
  readonly current_lane_id?: string | undefined;
  readonly lane_s?: number | undefined;
  readonly lane_l?: number | undefined;
  /** @deprecated */
  readonly route_s?: number | undefined;
  /** @deprecated */
  readonly route_l?: number | undefined;
  readonly heading?: number | undefined;
  readonly heading_speed?: number | undefined;
  readonly heading_acceleration?: number | undefined;
  readonly route_s_range?: $apollo_decision.Range | undefined;
  readonly route_l_range?: $apollo_decision.Range | undefined;
}
export const MasterVehicleDebug: MessageType<MasterVehicleDebug> = $message<MasterVehicleDebug>("apollo.decision.MasterVehicleDebug");

export interface ObjectDebug {
  readonly id?: string | undefined;
  readonly path_id?: string | undefined;
  readonly route_s?: $apollo_decision.Range | undefined;
  readonly route_l?: $apollo_decision.Range | undefined;
  readonly on_route?: boolean | undefined;
  readonly lane_id?: string | undefined;
  readonly lane_s?: number | undefined;
  readonly on_lane?: boolean | undefined;
  readonly path_speed?: number | undefined;
  readonly st_region?: readonly $apollo_common.Point3D[] | undefined;
}
export const ObjectDebug: MessageType<ObjectDebug> = $message<ObjectDebug>("apollo.decision.ObjectDebug");

export interface LatencyStats {
  readonly total_time_ms?: number | undefined;
  readonly sensor_read_time_ms?: number | undefined;
  readonly adc_prepare_time_ms?: number | undefined;
  readonly obj_prepare_time_ms?: number | undefined;
  readonly world_rule_time_ms?: number | undefined;
  readonly st_graph_time_ms?: number | undefined;
  readonly gateway_receive_delay_ms?: number | undefined;
  readonly perception_receive_delay_ms?: number | undefined;
  readonly prediction_receive_delay_ms?: number | undefined;
  readonly signal_receive_delay_ms?: number | undefined;
  readonly perception_interval_ms?: number | undefined;
  readonly prediction_interval_ms?: number | undefined;
}
export const LatencyStats: MessageType<LatencyStats> = $message<LatencyStats>("apollo.decision.LatencyStats");

export interface Stats {
  readonly latency_stats?: $apollo_decision.LatencyStats | undefined;
}
export const Stats: MessageType<Stats> = $message<Stats>("apollo.decision.Stats");

export interface ModuleDebug {
  readonly gateway_sequence_num?: number | undefined;
  readonly perception_sequence_num?: number | undefined;
  readonly prediction_sequence_num?: number | undefined;
  readonly signal_sequence_num?: number | undefined;
}
export const ModuleDebug: MessageType<ModuleDebug> = $message<ModuleDebug>("apollo.decision.ModuleDebug");

export interface Debug {
  readonly master_vehicle?: $apollo_decision.MasterVehicleDebug | undefined;
  readonly original_decision?: $apollo_decision.MainDecision | undefined;
  readonly object?: readonly $apollo_decision.ObjectDebug[] | undefined;
  readonly map_version?: Uint8Array | undefined;
  readonly decision_version?: Uint8Array | undefined;
  readonly module_debug?: $apollo_decision.ModuleDebug | undefined;
}
export const Debug: MessageType<Debug> = $message<Debug>("apollo.decision.Debug");

export interface LightSignal {
  readonly emergency?: boolean | undefined;
  readonly turn_signal?: $apollo_decision.LightSignal.TurnSignal | undefined;
}
export declare namespace LightSignal {
  type TurnSignal = 1 | 2 | 3;
}
export const LightSignal = $nested($message<LightSignal>("apollo.decision.LightSignal"), {
  TurnSignal: {
    NO_TURN: 1,
    LEFT_TURN: 2,
    RIGHT_TURN: 3,
  },
});

export interface DecisionResult {
  readonly header?: $apollo_common.Header | undefined;
  readonly object_decision?: $apollo_decision.ObjectDecisions | undefined;
  readonly main_decision?: $apollo_decision.MainDecision | undefined;
  readonly debug?: $apollo_decision.Debug | undefined;
  readonly stats?: $apollo_decision.Stats | undefined;
  readonly signal?: $apollo_canbus.Signal | undefined;
  /** @deprecated */
  readonly light_signal?: $apollo_decision.LightSignal | undefined;
}
export const DecisionResult: MessageType<DecisionResult> = $message<DecisionResult>("apollo.decision.DecisionResult");
