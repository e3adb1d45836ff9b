// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_hdmap from "./hdmap.ts";

export interface Polygon {
  readonly point?: readonly $apollo_common.PointENU[] | undefined;
}
export const Polygon: MessageType<Polygon> = $message<Polygon>("apollo.hdmap.Polygon");

export interface LineSegment {
  readonly point?: readonly $apollo_common.PointENU[] | undefined;
}
export const LineSegment: MessageType<LineSegment> = $message<LineSegment>("apollo.hdmap.LineSegment");

export interface CurveSegment {
  readonly line_segment?: $apollo_hdmap.LineSegment | undefined;
  readonly s?: number | undefined;
  readonly start_position?: $apollo_common.PointENU | undefined;
  readonly heading?: number | undefined;
  readonly length?: number | undefined;
}
export const CurveSegment: MessageType<CurveSegment> = $message<CurveSegment>("apollo.hdmap.CurveSegment");

export interface Curve {
  readonly segment?: readonly $apollo_hdmap.CurveSegment[] | undefined;
}
export const Curve: MessageType<Curve> = $message<Curve>("apollo.hdmap.Curve");

export interface Id {
  readonly id?: string | undefined;
}
export const Id: MessageType<Id> = $message<Id>("apollo.hdmap.Id");

export interface ClearArea {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly polygon?: $apollo_hdmap.Polygon | undefined;
}
export const ClearArea: MessageType<ClearArea> = $message<ClearArea>("apollo.hdmap.ClearArea");

export interface Crosswalk {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly polygon?: $apollo_hdmap.Polygon | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
}
export const Crosswalk: MessageType<Crosswalk> = $message<Crosswalk>("apollo.hdmap.Crosswalk");

export interface Junction {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly polygon?: $apollo_hdmap.Polygon | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
}
export const Junction: MessageType<Junction> = $message<Junction>("apollo.hdmap.Junction");

export interface LaneBoundaryType {
  readonly s?: number | undefined;
  readonly types?: readonly $apollo_hdmap.LaneBoundaryType.Type[] | undefined;
}
export declare namespace LaneBoundaryType {
  type Type = 0 | 1 | 2 | 3 | 4 | 5 | 6;
}
export const LaneBoundaryType = $nested($message<LaneBoundaryType>("apollo.hdmap.LaneBoundaryType"), {
  Type: {
    UNKNOWN: 0,
    DOTTED_YELLOW: 1,
    DOTTED_WHITE: 2,
    SOLID_YELLOW: 3,
    SOLID_WHITE: 4,
    DOUBLE_YELLOW: 5,
    CURB: 6,
  },
});

export interface LaneBoundary {
  readonly curve?: $apollo_hdmap.Curve | undefined;
  readonly length?: number | undefined;
  readonly virtual?: boolean | undefined;
  readonly boundary_type?: readonly $apollo_hdmap.LaneBoundaryType[] | undefined;
}
export const LaneBoundary: MessageType<LaneBoundary> = $message<LaneBoundary>("apollo.hdmap.LaneBoundary");

export interface LaneSampleAssociation {
  readonly s?: number | undefined;
  readonly width?: number | undefined;
}
export const LaneSampleAssociation: MessageType<LaneSampleAssociation> = $message<LaneSampleAssociation>("apollo.hdmap.LaneSampleAssociation");

export interface Lane {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly central_curve?: $apollo_hdmap.Curve | undefined;
  readonly left_boundary?: $apollo_hdmap.LaneBoundary | undefined;
  readonly right_boundary?: $apollo_hdmap.LaneBoundary | undefined;
  readonly length?: number | undefined;
  readonly speed_limit?: number | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly predecessor_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly successor_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly left_neighbor_forward_lane_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly right_neighbor_forward_lane_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly type?: $apollo_hdmap.Lane.LaneType | undefined;
  readonly turn?: $apollo_hdmap.Lane.LaneTurn | undefined;
  readonly left_neighbor_reverse_lane_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly right_neighbor_reverse_lane_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly junction_id?: $apollo_hdmap.Id | undefined;
  readonly left_sample?: readonly $apollo_hdmap.LaneSampleAssociation[] | undefined;
  readonly right_sample?: readonly $apollo_hdmap.LaneSampleAssociation[] | undefined;
  readonly direction?: $apollo_hdmap.Lane.LaneDirection | undefined;
}
export declare namespace Lane {
  type LaneType = 1 | 2 | 3 | 4 | 5;
  type LaneTurn = 1 | 2 | 3 | 4;
  type LaneDirection = 1 | 2 | 3;
}
export const Lane = $nested($message<Lane>("apollo.hdmap.Lane"), {
  LaneType: {
    NONE: 1,
    CITY_DRIVING: 2,
    BIKING: 3,
    SIDEWALK: 4,
    PARKING: 5,
  },
  LaneTurn: {
    NO_TURN: 1,
    LEFT_TURN: 2,
    RIGHT_TURN: 3,
    U_TURN: 4,
  },
  LaneDirection: {
    FORWARD: 1,
    BACKWARD: 2,
    BIDIRECTION: 3,
  },
});

export interface LaneOverlapInfo {
  readonly start_s?: number | undefined;
  readonly end_s?: number | undefined;
  readonly is_merge?: boolean | undefined;
}
export const LaneOverlapInfo: MessageType<LaneOverlapInfo> = $message<LaneOverlapInfo>("apollo.hdmap.LaneOverlapInfo");

export interface SignalOverlapInfo {
}
export const SignalOverlapInfo: MessageType<SignalOverlapInfo> = $message<SignalOverlapInfo>("apollo.hdmap.SignalOverlapInfo");

export interface StopSignOverlapInfo {
}
export const StopSignOverlapInfo: MessageType<StopSignOverlapInfo> = $message<StopSignOverlapInfo>("apollo.hdmap.StopSignOverlapInfo");

export interface CrosswalkOverlapInfo {
}
export const CrosswalkOverlapInfo: MessageType<CrosswalkOverlapInfo> = $message<CrosswalkOverlapInfo>("apollo.hdmap.CrosswalkOverlapInfo");

export interface JunctionOverlapInfo {
}
export const JunctionOverlapInfo: MessageType<JunctionOverlapInfo> = $message<JunctionOverlapInfo>("apollo.hdmap.JunctionOverlapInfo");

export interface YieldOverlapInfo {
}
export const YieldOverlapInfo: MessageType<YieldOverlapInfo> = $message<YieldOverlapInfo>("apollo.hdmap.YieldOverlapInfo");

export interface ClearAreaOverlapInfo {
}
export const ClearAreaOverlapInfo: MessageType<ClearAreaOverlapInfo> = $message<ClearAreaOverlapInfo>("apollo.hdmap.ClearAreaOverlapInfo");

export interface SpeedBumpOverlapInfo {
}
export const SpeedBumpOverlapInfo: MessageType<SpeedBumpOverlapInfo> = $message<SpeedBumpOverlapInfo>("apollo.hdmap.SpeedBumpOverlapInfo");

export interface ParkingSpaceOverlapInfo {
}
export const ParkingSpaceOverlapInfo: MessageType<ParkingSpaceOverlapInfo> = $message<ParkingSpaceOverlapInfo>("apollo.hdmap.ParkingSpaceOverlapInfo");

export interface ObjectOverlapInfo {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly lane_overlap_info?: $apollo_hdmap.LaneOverlapInfo | undefined;
  readonly signal_overlap_info?: $apollo_hdmap.SignalOverlapInfo | undefined;
  readonly stop_sign_overlap_info?: $apollo_hdmap.StopSignOverlapInfo | undefined;
  readonly crosswalk_overlap_info?: $apollo_hdmap.CrosswalkOverlapInfo | undefined;
  readonly junction_overlap_info?: $apollo_hdmap.JunctionOverlapInfo | undefined;
  readonly yield_sign_overlap_info?: $apollo_hdmap.YieldOverlapInfo | undefined;
  readonly clear_area_overlap_info?: $apollo_hdmap.ClearAreaOverlapInfo | undefined;
  readonly speed_bump_overlap_info?: $apollo_hdmap.SpeedBumpOverlapInfo | undefined;
  readonly parking_space_overlap_info?: $apollo_hdmap.ParkingSpaceOverlapInfo | undefined;
}
export const ObjectOverlapInfo: MessageType<ObjectOverlapInfo> = $message<ObjectOverlapInfo>("apollo.hdmap.ObjectOverlapInfo");

export interface Overlap {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly object?: readonly $apollo_hdmap.ObjectOverlapInfo[] | undefined;
}
export const Overlap: MessageType<Overlap> = $message<Overlap>("apollo.hdmap.Overlap");

export interface BoundaryEdge {
  readonly curve?: $apollo_hdmap.Curve | undefined;
  readonly type?: $apollo_hdmap.BoundaryEdge.Type | undefined;
}
export declare namespace BoundaryEdge {
  type Type = 0 | 1 | 2 | 3;
}
export const BoundaryEdge = $nested($message<BoundaryEdge>("apollo.hdmap.BoundaryEdge"), {
  Type: {
    UNKNOWN: 0,
    NORMAL: 1,
    LEFT_BOUNDARY: 2,
    RIGHT_BOUNDARY: 3,
  },
});

export interface BoundaryPolygon {
  readonly edge?: readonly $apollo_hdmap.BoundaryEdge[] | undefined;
}
export const BoundaryPolygon: MessageType<BoundaryPolygon> = $message<BoundaryPolygon>("apollo.hdmap.BoundaryPolygon");

export interface RoadBoundary {
  readonly outer_polygon?: $apollo_hdmap.BoundaryPolygon | undefined;
  readonly hole?: readonly $apollo_hdmap.BoundaryPolygon[] | undefined;
}
export const RoadBoundary: MessageType<RoadBoundary> = $message<RoadBoundary>("apollo.hdmap.RoadBoundary");

export interface RoadROIBoundary {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly road_boundaries?: readonly $apollo_hdmap.RoadBoundary[] | undefined;
}
export const RoadROIBoundary: MessageType<RoadROIBoundary> = $message<RoadROIBoundary>("apollo.hdmap.RoadROIBoundary");

export interface RoadSection {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly lane_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly boundary?: $apollo_hdmap.RoadBoundary | undefined;
}
export const RoadSection: MessageType<RoadSection> = $message<RoadSection>("apollo.hdmap.RoadSection");

export interface Road {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly section?: readonly $apollo_hdmap.RoadSection[] | undefined;
  readonly junction_id?: $apollo_hdmap.Id | undefined;
}
export const Road: MessageType<Road> = $message<Road>("apollo.hdmap.Road");

export interface Subsignal {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly type?: $apollo_hdmap.Subsignal.Type | undefined;
  readonly location?: $apollo_common.PointENU | undefined;
}
export declare namespace Subsignal {
  type Type = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
}
export const Subsignal = $nested($message<Subsignal>("apollo.hdmap.Subsignal"), {
  Type: {
    UNKNOWN: 1,
    CIRCLE: 2,
    ARROW_LEFT: 3,
    ARROW_FORWARD: 4,
    ARROW_RIGHT: 5,
    ARROW_LEFT_AND_FORWARD: 6,
    ARROW_RIGHT_AND_FORWARD: 7,
    ARROW_U_TURN: 8,
  },
});

export interface Signal {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly boundary?: $apollo_hdmap.Polygon | undefined;
  readonly subsignal?: readonly $apollo_hdmap.Subsignal[] | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly type?: $apollo_hdmap.Signal.Type | undefined;
  readonly stop_line?: readonly $apollo_hdmap.Curve[] | undefined;
}
export declare namespace Signal {
  type Type = 1 | 2 | 3 | 4 | 5 | 6;
}
export const Signal = $nested($message<Signal>("apollo.hdmap.Signal"), {
  Type: {
    UNKNOWN: 1,
    MIX_2_HORIZONTAL: 2,
    MIX_2_VERTICAL: 3,
    MIX_3_HORIZONTAL: 4,
    MIX_3_VERTICAL: 5,
    SINGLE: 6,
  },
});

export interface SpeedBump {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
  readonly position?: readonly $apollo_hdmap.Curve[] | undefined;
}
export const SpeedBump: MessageType<SpeedBump> = $message<SpeedBump>("apollo.hdmap.SpeedBump");

export interface StopSign {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly stop_line?: readonly $apollo_hdmap.Curve[] | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
}
export const StopSign: MessageType<StopSign> = $message<StopSign>("apollo.hdmap.StopSign");

export interface YieldSign {
  readonly id?: $apollo_hdmap.Id | undefined;
  readonly stop_line?: readonly $apollo_hdmap.Curve[] | undefined;
  readonly overlap_id?: readonly $apollo_hdmap.Id[] | undefined;
}
export const YieldSign: MessageType<YieldSign> = $message<YieldSign>("apollo.hdmap.YieldSign");

export interface Projection {
  readonly proj?: string | undefined;
}
export const Projection: MessageType<Projection> = $message<Projection>("apollo.hdmap.Projection");

export interface Header {
  /** of the data */
  readonly version?: Uint8Array | undefined;
  readonly date?: Uint8Array | undefined;
  readonly projection?: $apollo_hdmap.Projection | undefined;
  readonly district?: Uint8Array | undefined;
  readonly generation?: Uint8Array | undefined;
  readonly rev_major?: Uint8Array | undefined;
  readonly rev_minor?: Uint8Array | undefined;
  readonly left?: number | undefined;
  readonly top?: number | undefined;
  readonly right?: number | undefined;
  readonly bottom?: number | undefined;
  readonly vendor?: Uint8Array | undefined;
}
export const Header: MessageType<Header> = $message<Header>("apollo.hdmap.Header");

export interface Map {
  readonly header?: $apollo_hdmap.Header | undefined;
  readonly crosswalk?: readonly $apollo_hdmap.Crosswalk[] | undefined;
  readonly junction?: readonly $apollo_hdmap.Junction[] | undefined;
  readonly lane?: readonly $apollo_hdmap.Lane[] | undefined;
  readonly stop_sign?: readonly $apollo_hdmap.StopSign[] | undefined;
  readonly signal?: readonly $apollo_hdmap.Signal[] | undefined;
  readonly yield?: readonly $apollo_hdmap.YieldSign[] | undefined;
  readonly overlap?: readonly $apollo_hdmap.Overlap[] | undefined;
  readonly clear_area?: readonly $apollo_hdmap.ClearArea[] | undefined;
  readonly speed_bump?: readonly $apollo_hdmap.SpeedBump[] | undefined;
  readonly road?: readonly $apollo_hdmap.Road[] | undefined;
}
export const Map: MessageType<Map> = $message<Map>("apollo.hdmap.Map");
