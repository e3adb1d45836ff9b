import { type Adapter, type Observation, PoseRank, type Transform } from "../observation.ts";
import { field, list, num, quaternion, stampS, text, vector } from "../read-value.ts";
import { pathOf } from "./ros-path.ts";

function poseOf(pose: unknown, rank: number, message: unknown, forwardSpeedMps?: number): readonly Observation[] {
  const position = vector(field(pose, "position"));
  if (position === undefined) return [];
  const timeS = stampS(field(message, "timestamp"));
  const orientation = quaternion(field(pose, "orientation"));
  const yawRateRadps = vector(field(message, "angular_velocity"))?.[2];
  return [{ kind: "pose", rank, position, orientation, forwardAxis: "x", forwardSpeedMps, yawRateRadps, timeS }];
}

export const poseInFrame: Adapter = {
  types: ["foxglove.PoseInFrame", "foxglove_msgs/PoseInFrame"],
  read: (message) => poseOf(field(message, "pose"), PoseRank.pose, message),
};

/** Velocities are those of the body in its own frame. */
export const foxgloveOdometry: Adapter = {
  types: ["foxglove.Odometry", "foxglove_msgs/Odometry"],
  read: (message) =>
    poseOf(field(message, "pose"), PoseRank.odometry, message, vector(field(message, "linear_velocity"))?.[0]),
};

/** Several poses of one message are a path. */
export const posesInFrame: Adapter = {
  types: ["foxglove.PosesInFrame", "foxglove_msgs/PosesInFrame"],
  newestOnly: true,
  read: (message) => {
    const poses = list(field(message, "poses")).flatMap((pose) => {
      const position = vector(field(pose, "position"));
      return position === undefined ? [] : [{ position, timeS: undefined }];
    });
    return [pathOf(poses, stampS(field(message, "timestamp")))];
  },
};

function fixOf(fix: unknown): readonly Observation[] {
  const [latitudeDeg, longitudeDeg] = [num(field(fix, "latitude")), num(field(fix, "longitude"))];
  if (latitudeDeg === undefined || longitudeDeg === undefined) return [];
  const heading = num(field(fix, "heading"));
  const observation: Observation = {
    kind: "fix",
    latitudeDeg,
    longitudeDeg,
    altitudeM: num(field(fix, "altitude")) ?? 0,
    // foxglove.LocationFix: clockwise from true north, rad.
    headingRad: heading === undefined ? undefined : Math.PI / 2 - heading,
    timeS: stampS(field(fix, "timestamp")),
  };
  return [observation];
}

export const locationFix: Adapter = {
  types: ["foxglove.LocationFix", "foxglove_msgs/LocationFix"],
  read: fixOf,
};

/** Several fixes at once are of several things; the first is taken for the car. */
export const locationFixes: Adapter = {
  types: ["foxglove.LocationFixes", "foxglove_msgs/LocationFixes"],
  read: (message) => fixOf(list(field(message, "fixes"))[0]),
};

function transformOf(transform: unknown): Transform[] {
  const translation = vector(field(transform, "translation"));
  const rotation = quaternion(field(transform, "rotation"));
  if (translation === undefined || rotation === undefined) return [];
  const parent = text(field(transform, "parent_frame_id")) ?? "";
  return [{ parent, child: text(field(transform, "child_frame_id")) ?? "", translation, rotation }];
}

export const frameTransform: Adapter = {
  types: ["foxglove.FrameTransform", "foxglove_msgs/FrameTransform"],
  read: (message) => [
    { kind: "transforms", transforms: transformOf(message), timeS: stampS(field(message, "timestamp")) },
  ],
};

export const frameTransforms: Adapter = {
  types: ["foxglove.FrameTransforms", "foxglove_msgs/FrameTransforms"],
  read: (message) => {
    const all = list(field(message, "transforms"));
    const timeS = stampS(field(all[0], "timestamp"));
    return [{ kind: "transforms", transforms: all.flatMap(transformOf), timeS }];
  },
};
