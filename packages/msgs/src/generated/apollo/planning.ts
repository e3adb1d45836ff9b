// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_canbus from "./canbus.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_planning from "./planning.ts";
import type * as $apollo_planning_internal from "./planning_internal.ts";

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

export interface TargetLane {
  readonly id?: string | undefined;
  readonly start_s?: number | undefined;
  readonly end_s?: number | undefined;
  readonly speed_limit?: number | undefined;
}
export const TargetLane: MessageType<TargetLane> = $message<TargetLane>("apollo.planning.TargetLane");

export interface ObjectIgnore {
}
export const ObjectIgnore: MessageType<ObjectIgnore> = $message<ObjectIgnore>("apollo.planning.ObjectIgnore");

export interface ObjectStop {
  readonly reason_code?: $apollo_planning.StopReasonCode | undefined;
  readonly distance_s?: number | undefined;
  readonly stop_point?: $apollo_common.PointENU | undefined;
  readonly stop_heading?: number | undefined;
}
export const ObjectStop: MessageType<ObjectStop> = $message<ObjectStop>("apollo.planning.ObjectStop");

export interface ObjectNudge {
  readonly type?: $apollo_planning.ObjectNudge.Type | undefined;
  readonly distance_l?: number | undefined;
}
export declare namespace ObjectNudge {
  type Type = 1 | 2 | 3;
}
export const ObjectNudge = $nested($message<ObjectNudge>("apollo.planning.ObjectNudge"), {
  Type: {
    LEFT_NUDGE: 1,
    RIGHT_NUDGE: 2,
    NO_NUDGE: 3,
  },
});

export interface ObjectYield {
  readonly distance_s?: number | undefined;
  readonly fence_point?: $apollo_common.PointENU | undefined;
  readonly fence_heading?: number | undefined;
  readonly time_buffer?: number | undefined;
}
export const ObjectYield: MessageType<ObjectYield> = $message<ObjectYield>("apollo.planning.ObjectYield");

export interface ObjectFollow {
  readonly distance_s?: number | undefined;
  readonly fence_point?: $apollo_common.PointENU | undefined;
  readonly fence_heading?: number | undefined;
}
export const ObjectFollow: MessageType<ObjectFollow> = $message<ObjectFollow>("apollo.planning.ObjectFollow");

export interface ObjectOvertake {
  readonly distance_s?: number | undefined;
  readonly fence_point?: $apollo_common.PointENU | undefined;
  readonly fence_heading?: number | undefined;
  readonly time_buffer?: number | undefined;
}
export const ObjectOvertake: MessageType<ObjectOvertake> = $message<ObjectOvertake>("apollo.planning.ObjectOvertake");

export interface ObjectSidePass {
}
export const ObjectSidePass: MessageType<ObjectSidePass> = $message<ObjectSidePass>("apollo.planning.ObjectSidePass");

export interface ObjectAvoid {
}
export const ObjectAvoid: MessageType<ObjectAvoid> = $message<ObjectAvoid>("apollo.planning.ObjectAvoid");

export interface ObjectDecisionType {
  readonly ignore?: $apollo_planning.ObjectIgnore | undefined;
  readonly stop?: $apollo_planning.ObjectStop | undefined;
  readonly follow?: $apollo_planning.ObjectFollow | undefined;
  readonly yield?: $apollo_planning.ObjectYield | undefined;
  readonly overtake?: $apollo_planning.ObjectOvertake | undefined;
  readonly nudge?: $apollo_planning.ObjectNudge | undefined;
  readonly sidepass?: $apollo_planning.ObjectSidePass | undefined;
  readonly avoid?: $apollo_planning.ObjectAvoid | undefined;
}
export const ObjectDecisionType: MessageType<ObjectDecisionType> = $message<ObjectDecisionType>("apollo.planning.ObjectDecisionType");

export interface ObjectDecision {
  readonly id?: string | undefined;
  readonly perception_id?: number | undefined;
  readonly object_decision?: readonly $apollo_planning.ObjectDecisionType[] | undefined;
}
export const ObjectDecision: MessageType<ObjectDecision> = $message<ObjectDecision>("apollo.planning.ObjectDecision");

export interface ObjectDecisions {
  readonly decision?: readonly $apollo_planning.ObjectDecision[] | undefined;
}
export const ObjectDecisions: MessageType<ObjectDecisions> = $message<ObjectDecisions>("apollo.planning.ObjectDecisions");

export interface MainStop {
  readonly reason_code?: $apollo_planning.StopReasonCode | undefined;
  readonly reason?: string | undefined;
  readonly stop_point?: $apollo_common.PointENU | undefined;
  readonly stop_heading?: number | undefined;
}
export const MainStop: MessageType<MainStop> = $message<MainStop>("apollo.planning.MainStop");

export interface EmergencyStopHardBrake {
}
export const EmergencyStopHardBrake: MessageType<EmergencyStopHardBrake> = $message<EmergencyStopHardBrake>("apollo.planning.EmergencyStopHardBrake");

export interface EmergencyStopCruiseToStop {
}
export const EmergencyStopCruiseToStop: MessageType<EmergencyStopCruiseToStop> = $message<EmergencyStopCruiseToStop>("apollo.planning.EmergencyStopCruiseToStop");

export interface MainEmergencyStop {
  readonly reason_code?: $apollo_planning.MainEmergencyStop.ReasonCode | undefined;
  readonly reason?: string | undefined;
  readonly hard_brake?: $apollo_planning.EmergencyStopHardBrake | undefined;
  readonly cruise_to_stop?: $apollo_planning.EmergencyStopCruiseToStop | undefined;
}
export declare namespace MainEmergencyStop {
  type ReasonCode = 1 | 2 | 3 | 4 | 5;
}
export const MainEmergencyStop = $nested($message<MainEmergencyStop>("apollo.planning.MainEmergencyStop"), {
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
export const MainCruise: MessageType<MainCruise> = $message<MainCruise>("apollo.planning.MainCruise");

export interface MainChangeLane {
  readonly type?: $apollo_planning.MainChangeLane.Type | undefined;
  readonly default_lane?: readonly $apollo_planning.TargetLane[] | undefined;
  readonly default_lane_stop?: $apollo_planning.MainStop | undefined;
  readonly target_lane_stop?: $apollo_planning.MainStop | undefined;
}
export declare namespace MainChangeLane {
  type Type = 1 | 2;
}
export const MainChangeLane = $nested($message<MainChangeLane>("apollo.planning.MainChangeLane"), {
  Type: {
    LEFT: 1,
    RIGHT: 2,
  },
});

export interface MainMissionComplete {
}
export const MainMissionComplete: MessageType<MainMissionComplete> = $message<MainMissionComplete>("apollo.planning.MainMissionComplete");

export interface MainNotReady {
  readonly reason?: string | undefined;
}
export const MainNotReady: MessageType<MainNotReady> = $message<MainNotReady>("apollo.planning.MainNotReady");

export interface MainParking {
}
export const MainParking: MessageType<MainParking> = $message<MainParking>("apollo.planning.MainParking");

export interface MainDecision {
  readonly cruise?: $apollo_planning.MainCruise | undefined;
  readonly stop?: $apollo_planning.MainStop | undefined;
  readonly estop?: $apollo_planning.MainEmergencyStop | undefined;
  readonly change_lane?: $apollo_planning.MainChangeLane | undefined;
  readonly mission_complete?: $apollo_planning.MainMissionComplete | undefined;
  readonly not_ready?: $apollo_planning.MainNotReady | undefined;
  readonly parking?: $apollo_planning.MainParking | undefined;
  readonly target_lane?: readonly $apollo_planning.TargetLane[] | undefined;
}
export const MainDecision: MessageType<MainDecision> = $message<MainDecision>("apollo.planning.MainDecision");

export interface DecisionResult {
  readonly main_decision?: $apollo_planning.MainDecision | undefined;
  readonly object_decision?: $apollo_planning.ObjectDecisions | undefined;
  readonly vehicle_signal?: $apollo_common.VehicleSignal | undefined;
}
export const DecisionResult: MessageType<DecisionResult> = $message<DecisionResult>("apollo.planning.DecisionResult");

export interface ADCTrajectoryPoint {
  /** m, map frame */
  readonly x?: number | undefined;
  /** m */
  readonly y?: number | undefined;
  /** m */
  readonly z?: number | undefined;
  /** m/s */
  readonly speed?: number | undefined;
  /** m/s² along the path */
  readonly acceleration_s?: number | undefined;
  /** 1/m, to the left positive */
  readonly curvature?: number | undefined;
  /** 1/m² */
  readonly curvature_change_rate?: number | undefined;
  /** s after the header's time */
  readonly relative_time?: number | undefined;
  /** rad, 0 is east, counter-clockwise */
  readonly theta?: number | undefined;
  /** m along the path */
  readonly accumulated_s?: number | undefined;
  /** @deprecated */
  readonly s?: number | undefined;
  /** @deprecated */
  readonly l?: number | undefined;
}
export const ADCTrajectoryPoint: MessageType<ADCTrajectoryPoint> = $message<ADCTrajectoryPoint>("apollo.planning.ADCTrajectoryPoint");

export interface ADCSignals {
  readonly signal?: readonly $apollo_planning.ADCSignals.SignalType[] | undefined;
}
export declare namespace ADCSignals {
  type SignalType = 1 | 2 | 3 | 4 | 5 | 6;
}
export const ADCSignals = $nested($message<ADCSignals>("apollo.planning.ADCSignals"), {
  SignalType: {
    LEFT_TURN: 1,
    RIGHT_TURN: 2,
    LOW_BEAM_LIGHT: 3,
    HIGH_BEAM_LIGHT: 4,
    FOG_LIGHT: 5,
    EMERGENCY_LIGHT: 6,
  },
});

export interface EStop {
  readonly is_estop?: boolean | undefined;
  /** Since Apollo 1.5. */
  readonly reason?: string | undefined;
}
export const EStop: MessageType<EStop> = $message<EStop>("apollo.planning.EStop");

export interface ADCPathPoint {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
  readonly curvature?: number | undefined;
  readonly heading?: number | undefined;
}
export const ADCPathPoint: MessageType<ADCPathPoint> = $message<ADCPathPoint>("apollo.planning.ADCPathPoint");

/** On /apollo/planning. */
export interface ADCTrajectory {
  readonly header?: $apollo_common.Header | undefined;
  /** m */
  readonly total_path_length?: number | undefined;
  /** s */
  readonly total_path_time?: number | undefined;
  /** until Apollo 1.0 */
  readonly adc_trajectory_point?: readonly $apollo_planning.ADCTrajectoryPoint[] | undefined;
  /** stop now */
  readonly estop?: $apollo_planning.EStop | undefined;
  readonly adc_path_point?: readonly $apollo_planning.ADCPathPoint[] | undefined;
  /** planned from the vehicle, not from the last trajectory */
  readonly is_replan?: boolean | undefined;
  /** to drive it in */
  readonly gear?: $apollo_canbus.Chassis.GearPosition | undefined;
  readonly debug?: $apollo_planning_internal.Debug | undefined;
  readonly signal?: $apollo_canbus.Signal | undefined;
  /** @deprecated */
  readonly signals?: $apollo_planning.ADCSignals | undefined;
  /** since Apollo 1.5 */
  readonly trajectory_point?: readonly $apollo_common.TrajectoryPoint[] | undefined;
  readonly path_point?: readonly $apollo_common.PathPoint[] | undefined;
  readonly decision?: $apollo_planning.DecisionResult | undefined;
  readonly latency_stats?: $apollo_planning.LatencyStats | undefined;
}
export const ADCTrajectory: MessageType<ADCTrajectory> = $message<ADCTrajectory>("apollo.planning.ADCTrajectory");

export interface TaskStats {
  readonly name?: string | undefined;
  readonly time_ms?: number | undefined;
}
export const TaskStats: MessageType<TaskStats> = $message<TaskStats>("apollo.planning.TaskStats");

export interface LatencyStats {
  readonly total_time_ms?: number | undefined;
  readonly task_stats?: readonly $apollo_planning.TaskStats[] | undefined;
  readonly init_frame_time_ms?: number | undefined;
}
export const LatencyStats: MessageType<LatencyStats> = $message<LatencyStats>("apollo.planning.LatencyStats");
