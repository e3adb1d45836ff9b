import { type Adapter, type Observation, PoseRank } from "../observation.ts";
import { field, fields, num, quaternion, vector } from "../read-value.ts";
import { spreadOfAxes } from "../spread.ts";

/** Apollo's pose, 1.0 and later: modules/localization/proto/pose.proto. Quaternion from (right, forward, up) to the world. */
function poseOf(pose: unknown, rank: number, timeS: number | undefined, deviation?: unknown): readonly Observation[] {
  const at = fields(pose);
  const position = vector(at["position"]);
  if (position === undefined) return [];
  const orientation = quaternion(at["orientation"], "q");
  return [
    {
      kind: "pose",
      rank,
      position,
      orientation,
      forwardAxis: "y",
      headingRad: num(at["heading"]),
      velocity: vector(at["linear_velocity"]),
      acceleration: vector(at["linear_acceleration"]),
      yawRateRadps: num(field(at["angular_velocity"], "z")) ?? num(field(at["angular_velocity_vrf"], "z")),
      spread: spreadOfAxes(vector(deviation)),
      timeS,
    },
  ];
}

export const localizationEstimate: Adapter = {
  types: ["apollo.localization.LocalizationEstimate", "pb_msgs/LocalizationEstimate"],
  read: (message) =>
    poseOf(
      field(message, "pose"),
      PoseRank.localization,
      num(field(message, "measurement_time")) || num(field(message, "header", "timestamp_sec")),
      field(message, "uncertainty", "position_std_dev"),
    ),
};

/** The receiver's own solution, before localization. */
export const gps: Adapter = {
  types: ["apollo.localization.Gps", "pb_msgs/Gps"],
  read: (message) =>
    poseOf(field(message, "localization"), PoseRank.receiver, num(field(message, "header", "timestamp_sec"))),
};
