// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_hdmap from "./hdmap.ts";
import type * as $apollo_routing from "./routing.ts";

export interface RoutingRequest {
  readonly header?: $apollo_common.Header | undefined;
  readonly start?: $apollo_routing.RoutingRequest.LaneWaypoint | undefined;
  readonly end?: $apollo_routing.RoutingRequest.LaneWaypoint | undefined;
  readonly waypoint?: readonly $apollo_routing.RoutingRequest.LaneWaypoint[] | undefined;
  readonly blacklisted_lane?: readonly $apollo_routing.RoutingRequest.Lane[] | undefined;
  readonly blacklisted_road?: readonly string[] | undefined;
  readonly broadcast?: boolean | undefined;
}
export declare namespace RoutingRequest {
  interface Pose {
    readonly x?: number | undefined;
    readonly y?: number | undefined;
    readonly z?: number | undefined;
  }
  interface LaneWaypoint {
    readonly id?: string | undefined;
    readonly s?: number | undefined;
    readonly pose?: $apollo_routing.RoutingRequest.Pose | undefined;
  }
  interface Lane {
    readonly id?: string | undefined;
    readonly start_s?: number | undefined;
    readonly end_s?: number | undefined;
  }
}
export const RoutingRequest = $nested($message<RoutingRequest>("apollo.routing.RoutingRequest"), {
  Pose: $message<RoutingRequest.Pose>("apollo.routing.RoutingRequest.Pose"),
  LaneWaypoint: $message<RoutingRequest.LaneWaypoint>("apollo.routing.RoutingRequest.LaneWaypoint"),
  Lane: $message<RoutingRequest.Lane>("apollo.routing.RoutingRequest.Lane"),
});

export interface RoutingResponse {
  readonly header?: $apollo_common.Header | undefined;
  readonly route?: readonly $apollo_routing.RoutingResponse.Way[] | undefined;
  readonly measurement?: $apollo_routing.RoutingResponse.Measurement | undefined;
  readonly routing_request?: $apollo_routing.RoutingRequest | undefined;
  readonly map_version?: Uint8Array | undefined;
  readonly error_code?: $apollo_routing.RoutingResponse.ErrorCode | undefined;
}
export declare namespace RoutingResponse {
  interface Measurement {
    readonly distance?: number | undefined;
  }
  interface Lane {
    readonly id?: string | undefined;
    readonly s?: number | undefined;
  }
  interface Trajectory {
    readonly point?: readonly $apollo_routing.RoutingResponse.Trajectory.TrajectoryPoint[] | undefined;
    readonly length?: number | undefined;
  }
  namespace Trajectory {
    interface TrajectoryPoint {
      readonly point?: $apollo_routing.RoutingResponse.Trajectory.TrajectoryPoint.Point | undefined;
      readonly curvature?: number | undefined;
      readonly curvature_change_rate?: number | undefined;
      readonly theta?: number | undefined;
      readonly accumulated_s?: number | undefined;
    }
    namespace TrajectoryPoint {
      interface Point {
        readonly x?: number | undefined;
        readonly y?: number | undefined;
        readonly z?: number | undefined;
      }
    }
  }
  interface LaneSegment {
    readonly id?: string | undefined;
    readonly start_s?: number | undefined;
    readonly end_s?: number | undefined;
  }
  interface PassageRegion {
    readonly segment?: readonly $apollo_routing.RoutingResponse.LaneSegment[] | undefined;
    readonly trajectory?: $apollo_routing.RoutingResponse.Trajectory | undefined;
  }
  interface LaneChangeInfo {
    readonly type?: $apollo_routing.RoutingResponse.LaneChangeInfo.Type | undefined;
    readonly start_passage_region_index?: number | undefined;
    readonly end_passage_region_index?: number | undefined;
  }
  namespace LaneChangeInfo {
    type Type = 0 | 1 | 2 | 3 | 4 | 5 | 6;
  }
  interface Road {
    readonly id?: string | undefined;
    readonly in_lane?: $apollo_routing.RoutingResponse.Lane | undefined;
    readonly out_lane?: $apollo_routing.RoutingResponse.Lane | undefined;
    readonly passage_region?: readonly $apollo_routing.RoutingResponse.PassageRegion[] | undefined;
    readonly lane_change_info?: readonly $apollo_routing.RoutingResponse.LaneChangeInfo[] | undefined;
  }
  interface Junction {
    readonly id?: string | undefined;
    readonly in_road_id?: string | undefined;
    readonly out_road_id?: string | undefined;
    readonly passage_region?: $apollo_routing.RoutingResponse.PassageRegion | undefined;
  }
  interface Way {
    readonly road_info?: $apollo_routing.RoutingResponse.Road | undefined;
    readonly junction_info?: $apollo_routing.RoutingResponse.Junction | undefined;
  }
  interface ErrorCode {
    readonly error_id?: $apollo_routing.RoutingResponse.ErrorCode.ErrorID | undefined;
    readonly error_string?: string | undefined;
  }
  namespace ErrorCode {
    type ErrorID = 0 | 1 | 2 | 3;
  }
}
export const RoutingResponse = $nested($message<RoutingResponse>("apollo.routing.RoutingResponse"), {
  Measurement: $message<RoutingResponse.Measurement>("apollo.routing.RoutingResponse.Measurement"),
  Lane: $message<RoutingResponse.Lane>("apollo.routing.RoutingResponse.Lane"),
  Trajectory: $nested($message<RoutingResponse.Trajectory>("apollo.routing.RoutingResponse.Trajectory"), {
    TrajectoryPoint: $nested($message<RoutingResponse.Trajectory.TrajectoryPoint>("apollo.routing.RoutingResponse.Trajectory.TrajectoryPoint"), {
      Point: $message<RoutingResponse.Trajectory.TrajectoryPoint.Point>("apollo.routing.RoutingResponse.Trajectory.TrajectoryPoint.Point"),
    }),
  }),
  LaneSegment: $message<RoutingResponse.LaneSegment>("apollo.routing.RoutingResponse.LaneSegment"),
  PassageRegion: $message<RoutingResponse.PassageRegion>("apollo.routing.RoutingResponse.PassageRegion"),
  LaneChangeInfo: $nested($message<RoutingResponse.LaneChangeInfo>("apollo.routing.RoutingResponse.LaneChangeInfo"), {
    Type: {
      UNKNOWN: 0,
      LEFT_FORWARD: 1,
      LEFT_REVERSE: 2,
      RIGHT_FORWARD: 3,
      RIGHT_REVERSE: 4,
      FORWARD: 5,
      REVERSE: 6,
    },
  }),
  Road: $message<RoutingResponse.Road>("apollo.routing.RoutingResponse.Road"),
  Junction: $message<RoutingResponse.Junction>("apollo.routing.RoutingResponse.Junction"),
  Way: $message<RoutingResponse.Way>("apollo.routing.RoutingResponse.Way"),
  ErrorCode: $nested($message<RoutingResponse.ErrorCode>("apollo.routing.RoutingResponse.ErrorCode"), {
    ErrorID: {
      SUCCESS: 0,
      ERROR_REQUEST: 1,
      ERROR_RESPONSE_FAILED: 2,
      ERROR_ROUTER_NOT_READY: 3,
    },
  }),
});

export interface RoutingConfig {
  readonly base_speed?: number | undefined;
  readonly left_turn_penalty?: number | undefined;
  readonly right_turn_penalty?: number | undefined;
  readonly uturn_penalty?: number | undefined;
  readonly change_penalty?: number | undefined;
  readonly base_changing_length?: number | undefined;
  readonly min_length_for_lane_change?: number | undefined;
}
export const RoutingConfig: MessageType<RoutingConfig> = $message<RoutingConfig>("apollo.routing.RoutingConfig");

export interface CurvePoint {
  readonly s?: number | undefined;
}
export const CurvePoint: MessageType<CurvePoint> = $message<CurvePoint>("apollo.routing.CurvePoint");

export interface CurveRange {
  readonly start?: $apollo_routing.CurvePoint | undefined;
  readonly end?: $apollo_routing.CurvePoint | undefined;
}
export const CurveRange: MessageType<CurveRange> = $message<CurveRange>("apollo.routing.CurveRange");

export interface Node {
  readonly lane_id?: string | undefined;
  readonly length?: number | undefined;
  readonly left_out?: readonly $apollo_routing.CurveRange[] | undefined;
  readonly right_out?: readonly $apollo_routing.CurveRange[] | undefined;
  readonly cost?: number | undefined;
  readonly central_curve?: $apollo_hdmap.Curve | undefined;
  readonly is_virtual?: boolean | undefined;
  readonly road_id?: string | undefined;
}
export const Node: MessageType<Node> = $message<Node>("apollo.routing.Node");

export interface Edge {
  readonly from_lane_id?: string | undefined;
  readonly to_lane_id?: string | undefined;
  readonly cost?: number | undefined;
  readonly direction_type?: $apollo_routing.Edge.DirectionType | undefined;
}
export declare namespace Edge {
  type DirectionType = 0 | 1 | 2;
}
export const Edge = $nested($message<Edge>("apollo.routing.Edge"), {
  DirectionType: {
    FORWARD: 0,
    LEFT: 1,
    RIGHT: 2,
  },
});

export interface Graph {
  readonly hdmap_version?: string | undefined;
  readonly hdmap_district?: string | undefined;
  readonly node?: readonly $apollo_routing.Node[] | undefined;
  readonly edge?: readonly $apollo_routing.Edge[] | undefined;
}
export const Graph: MessageType<Graph> = $message<Graph>("apollo.routing.Graph");
