// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_perception from "./perception.ts";
import type * as $apollo_prediction from "./prediction.ts";

export interface TrajectoryPoint {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
  readonly velocity?: number | undefined;
  readonly t?: number | undefined;
  readonly heading?: number | undefined;
}
export const TrajectoryPoint: MessageType<TrajectoryPoint> = $message<TrajectoryPoint>("apollo.prediction.TrajectoryPoint");

export interface Trajectory {
  readonly probability?: number | undefined;
  readonly trajectory_point?: readonly $apollo_prediction.TrajectoryPoint[] | undefined;
}
export const Trajectory: MessageType<Trajectory> = $message<Trajectory>("apollo.prediction.Trajectory");

export interface PredictionObstacle {
  readonly perception_obstacle?: $apollo_perception.PerceptionObstacle | undefined;
  readonly time_stamp?: number | undefined;
  /** s */
  readonly predicted_period?: number | undefined;
  readonly trajectory?: readonly $apollo_prediction.Trajectory[] | undefined;
}
export const PredictionObstacle: MessageType<PredictionObstacle> = $message<PredictionObstacle>("apollo.prediction.PredictionObstacle");

export interface PredictionObstacles {
  readonly header?: $apollo_common.Header | undefined;
  readonly prediction_obstacle?: readonly $apollo_prediction.PredictionObstacle[] | undefined;
  readonly perception_error_code?: $apollo_perception.PerceptionErrorCode | undefined;
}
export const PredictionObstacles: MessageType<PredictionObstacles> = $message<PredictionObstacles>("apollo.prediction.PredictionObstacles");
