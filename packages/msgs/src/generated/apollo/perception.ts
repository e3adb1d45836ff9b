// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_perception from "./perception.ts";

export const PerceptionErrorCode = {
  ERROR_NONE: 0,
  ERROR_TF: 1,
  ERROR_PROCESS: 2,
  ERROR_UNKNOWN: 3,
} as const;
export type PerceptionErrorCode = (typeof PerceptionErrorCode)[keyof typeof PerceptionErrorCode];

export interface Point {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
}
export const Point: MessageType<Point> = $message<Point>("apollo.perception.Point");

export interface PerceptionObstacle {
  readonly id?: number | undefined;
  readonly position?: $apollo_perception.Point | undefined;
  /** rad, 0 is east */
  readonly theta?: number | undefined;
  /** m/s, map frame */
  readonly velocity?: $apollo_perception.Point | undefined;
  /** m */
  readonly length?: number | undefined;
  /** m */
  readonly width?: number | undefined;
  /** m */
  readonly height?: number | undefined;
  readonly polygon_point?: readonly $apollo_perception.Point[] | undefined;
  /** s */
  readonly tracking_time?: number | undefined;
  readonly type?: $apollo_perception.PerceptionObstacle.Type | undefined;
  /** s */
  readonly timestamp?: number | undefined;
  readonly point_cloud?: readonly number[] | undefined;
}
export declare namespace PerceptionObstacle {
  type Type = 0 | 1 | 2 | 3 | 4 | 5;
}
export const PerceptionObstacle = $nested($message<PerceptionObstacle>("apollo.perception.PerceptionObstacle"), {
  Type: {
    UNKNOWN: 0,
    UNKNOWN_MOVABLE: 1,
    UNKNOWN_UNMOVABLE: 2,
    PEDESTRIAN: 3,
    BICYCLE: 4,
    VEHICLE: 5,
  },
});

export interface PerceptionObstacles {
  readonly perception_obstacle?: readonly $apollo_perception.PerceptionObstacle[] | undefined;
  readonly header?: $apollo_common.Header | undefined;
  readonly error_code?: $apollo_perception.PerceptionErrorCode | undefined;
}
export const PerceptionObstacles: MessageType<PerceptionObstacles> = $message<PerceptionObstacles>("apollo.perception.PerceptionObstacles");

export interface TrafficLight {
  readonly color?: $apollo_perception.TrafficLight.Color | undefined;
  readonly id?: string | undefined;
  readonly confidence?: number | undefined;
  readonly tracking_time?: number | undefined;
}
export declare namespace TrafficLight {
  type Color = 0 | 1 | 2 | 3;
}
export const TrafficLight = $nested($message<TrafficLight>("apollo.perception.TrafficLight"), {
  Color: {
    UNKNOWN: 0,
    RED: 1,
    YELLOW: 2,
    GREEN: 3,
  },
});

export interface TrafficLightDetection {
  readonly header?: $apollo_common.Header | undefined;
  readonly traffic_light?: readonly $apollo_perception.TrafficLight[] | undefined;
}
export const TrafficLightDetection: MessageType<TrafficLightDetection> = $message<TrafficLightDetection>("apollo.perception.TrafficLightDetection");
