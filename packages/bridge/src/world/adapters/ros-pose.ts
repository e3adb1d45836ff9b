import { type Adapter, type Observation, PoseRank } from "../observation.ts";
import { field, list, num, quaternion, rosStampS, vector } from "../read-value.ts";
import { spreadOfCovariance } from "../spread.ts";

/** REP 103: x forward, y left, z up. */
function poseOf(
  pose: unknown,
  rank: number,
  timeS: number | undefined,
  twist?: unknown,
  covariance?: unknown,
): readonly Observation[] {
  const position = vector(field(pose, "position"));
  if (position === undefined) return [];
  return [
    {
      kind: "pose",
      rank,
      position,
      orientation: quaternion(field(pose, "orientation")),
      forwardAxis: "x",
      forwardSpeedMps: vector(field(twist, "linear"))?.[0],
      yawRateRadps: vector(field(twist, "angular"))?.[2],
      spread: spreadOfCovariance(list(covariance)),
      timeS,
    },
  ];
}

/** Pose of the body in `header.frame_id`, twist in the body's own frame (nav_msgs/Odometry.msg). */
export const odometry: Adapter = {
  types: ["nav_msgs/Odometry"],
  read: (message) =>
    poseOf(
      field(message, "pose", "pose"),
      PoseRank.odometry,
      rosStampS(message),
      notAllZero(field(message, "twist", "twist")),
      field(message, "pose", "covariance"),
    ),
};

export const poseStamped: Adapter = {
  types: ["geometry_msgs/PoseStamped"],
  read: (message) => poseOf(field(message, "pose"), PoseRank.pose, rosStampS(message)),
};

export const poseWithCovarianceStamped: Adapter = {
  types: ["geometry_msgs/PoseWithCovarianceStamped"],
  read: (message) =>
    poseOf(
      field(message, "pose", "pose"),
      PoseRank.pose,
      rosStampS(message),
      undefined,
      field(message, "pose", "covariance"),
    ),
};

/** turtlesim/Pose.msg: x, y, theta, linear_velocity, angular_velocity; no stamp. */
export const turtle: Adapter = {
  types: ["turtlesim/Pose"],
  read: (message) => {
    const position = vector(message);
    if (position === undefined) return [];
    return [
      {
        kind: "pose",
        rank: PoseRank.toy,
        position: [position[0], position[1], 0],
        forwardAxis: "x",
        headingRad: num(field(message, "theta")),
        forwardSpeedMps: num(field(message, "linear_velocity")),
        yawRateRadps: num(field(message, "angular_velocity")),
      },
    ];
  },
};

/** Odometry without a twist says zero for every part of it: that is not a speed of zero. */
function notAllZero(twist: unknown): unknown {
  const parts = [...(vector(field(twist, "linear")) ?? []), ...(vector(field(twist, "angular")) ?? [])];
  return parts.some((part) => part !== 0) ? twist : undefined;
}
