import type { ParticipantOptions } from "./participant.ts";

/**
 * How far ROS 2's environment lets a node reach: `ROS_LOCALHOST_ONLY=1` (up to Humble) and
 * `ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST` keep it to its own host, `ROS_STATIC_PEERS=a;b` names hosts to tell of it. With such
 * hosts it does not keep to its own.
 */
export function rosReach(
  env: Readonly<Record<string, string | undefined>>,
): Pick<ParticipantOptions, "interfaces" | "peers"> {
  const peers = (env["ROS_STATIC_PEERS"] ?? "")
    .split(";")
    .map((peer) => peer.trim())
    .filter(Boolean);
  const local = env["ROS_LOCALHOST_ONLY"] === "1" || env["ROS_AUTOMATIC_DISCOVERY_RANGE"] === "LOCALHOST";
  return {
    ...(peers.length > 0 && { peers }),
    ...(local && peers.length === 0 && { interfaces: ["127.0.0.1"] }),
  };
}
