import type { Adapter, ObservedObstacle } from "../observation.ts";
import { enumName, field, fields, list, num, vector } from "../read-value.ts";

/** modules/perception/proto/perception_obstacle.proto */
const TYPES = {
  0: "UNKNOWN",
  1: "UNKNOWN_MOVABLE",
  2: "UNKNOWN_UNMOVABLE",
  3: "PEDESTRIAN",
  4: "BICYCLE",
  5: "VEHICLE",
};

function obstacleOf(obstacle: unknown): ObservedObstacle[] {
  const of = fields(obstacle);
  const position = vector(of["position"]);
  if (position === undefined) return [];
  const velocity = vector(of["velocity"]);
  const speedMps = velocity === undefined ? undefined : Math.hypot(velocity[0], velocity[1]);
  return [
    {
      id: String(num(of["id"]) ?? ""),
      x: position[0],
      y: position[1],
      headingRad: num(of["theta"]) ?? 0,
      lengthM: num(of["length"]) ?? 1,
      widthM: num(of["width"]) ?? 1,
      heightM: num(of["height"]) ?? 1,
      type: enumName(of["type"] ?? 0, TYPES) ?? "UNKNOWN",
      speedMps,
      courseRad: speedMps === undefined || speedMps < 0.1 ? undefined : Math.atan2(velocity![1], velocity![0]),
    },
  ];
}

/** modules/prediction/proto/prediction_obstacle.proto: what perception saw, with where it may go. */
export const prediction: Adapter = {
  types: ["apollo.prediction.PredictionObstacles", "pb_msgs/PredictionObstacles"],
  newestOnly: true,
  read: (message) => {
    const all = list(field(message, "prediction_obstacle"));
    const timeS = num(field(message, "header", "timestamp_sec"));
    const predictions = all.flatMap((obstacle) => {
      const id = String(num(field(obstacle, "perception_obstacle", "id")) ?? "");
      return list(field(obstacle, "trajectory")).flatMap((trajectory) => {
        const points = list(field(trajectory, "trajectory_point")).flatMap((point) => {
          // Later versions have the place inside, as planning has.
          const at = vector(point) ?? vector(field(point, "path_point"));
          return at === undefined ? [] : [at];
        });
        if (points.length < 2) return [];
        const probability = num(field(trajectory, "probability")) ?? 1;
        return [{ id, probability, x: points.map(([x]) => x), y: points.map(([, y]) => y) }];
      });
    });
    const obstacles = all.flatMap((obstacle) => obstacleOf(field(obstacle, "perception_obstacle")));
    return [{ kind: "predictions", predictions, obstacles, timeS }];
  },
};

/** Each message holds everything that is seen. */
export const perception: Adapter = {
  types: ["apollo.perception.PerceptionObstacles", "pb_msgs/PerceptionObstacles"],
  newestOnly: true,
  read: (message) => {
    const at = fields(message);
    const obstacles = list(at["perception_obstacle"]).flatMap(obstacleOf);
    return [{ kind: "obstacles", replaces: "all", obstacles, timeS: num(field(at["header"], "timestamp_sec")) }];
  },
};
