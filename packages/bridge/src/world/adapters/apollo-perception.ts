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

/** Each message holds everything that is seen. */
export const perception: Adapter = {
  types: ["apollo.perception.PerceptionObstacles", "pb_msgs/PerceptionObstacles"],
  newestOnly: true,
  read: (message) => {
    const at = fields(message);
    const obstacles = list(at["perception_obstacle"]).flatMap((obstacle): ObservedObstacle[] => {
      const of = fields(obstacle);
      const position = vector(of["position"]);
      if (position === undefined) return [];
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
        },
      ];
    });
    return [{ kind: "obstacles", replaces: "all", obstacles, timeS: num(field(at["header"], "timestamp_sec")) }];
  },
};
