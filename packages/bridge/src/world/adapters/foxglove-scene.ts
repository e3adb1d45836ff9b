import { attitudeOf } from "../frames.ts";
import type { Adapter, ObservedObstacle } from "../observation.ts";
import { field, fields, list, num, quaternion, stampS, text, vector } from "../read-value.ts";

/** Boxes become obstacles, named by their entity; lines, texts and models are not shown. */
export const sceneUpdate: Adapter = {
  types: ["foxglove.SceneUpdate", "foxglove_msgs/SceneUpdate"],
  read: (message) => {
    const deletions = list(field(message, "deletions"));
    const entities = list(field(message, "entities"));
    const deleteAll = deletions.some((deletion) => num(field(deletion, "type")) === 1);
    return [
      {
        kind: "obstacles",
        replaces: "named",
        obstacles: entities.flatMap(boxesOf),
        // An entity replaces the one of its name as a whole: first what it was goes.
        deleted: [...deletions, ...entities].map((entity) => text(field(entity, "id")) ?? ""),
        deleteAll,
        timeS: stampS(field(entities[0] ?? deletions[0], "timestamp")),
      },
    ];
  },
};

function boxesOf(entity: unknown): ObservedObstacle[] {
  const id = text(field(entity, "id")) ?? "";
  return list(field(entity, "cubes")).flatMap((cube, i): ObservedObstacle[] => {
    const position = vector(field(cube, "pose", "position"));
    const size = fields(field(cube, "size"));
    if (position === undefined) return [];
    const orientation = quaternion(field(cube, "pose", "orientation"));
    return [
      {
        id: i === 0 ? id : `${id}#${i}`,
        x: position[0],
        y: position[1],
        headingRad: orientation === undefined ? 0 : attitudeOf(orientation, "x").headingRad,
        lengthM: num(size["x"]) ?? 1,
        widthM: num(size["y"]) ?? 1,
        heightM: num(size["z"]) ?? 1,
        type: "UNKNOWN",
      },
    ];
  });
}
