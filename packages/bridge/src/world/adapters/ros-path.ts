import type { Adapter, TrajectoryObservation } from "../observation.ts";
import { field, list, rosStampS, stampS, vector } from "../read-value.ts";

/** A path without speeds; stamps of the poses give the times where they differ (nav_msgs/Path.msg). */
export const path: Adapter = {
  types: ["nav_msgs/Path"],
  newestOnly: true,
  read: (message) => {
    const poses = list(field(message, "poses")).flatMap((stamped) => {
      const position = vector(field(stamped, "pose", "position"));
      return position === undefined ? [] : [{ position, timeS: stampS(field(stamped, "header", "stamp")) }];
    });
    return [pathOf(poses, rosStampS(message))];
  },
};

export function pathOf(
  poses: readonly { readonly position: readonly [number, number, number]; readonly timeS: number | undefined }[],
  timeS: number | undefined,
): TrajectoryObservation {
  const first = timeS ?? poses[0]?.timeS ?? 0;
  return {
    kind: "trajectory",
    x: poses.map(({ position }) => position[0]),
    y: poses.map(({ position }) => position[1]),
    speedMps: [],
    relativeTimeS: poses.every((pose) => pose.timeS !== undefined) ? poses.map((pose) => pose.timeS! - first) : [],
    isEstop: false,
    timeS,
  };
}
