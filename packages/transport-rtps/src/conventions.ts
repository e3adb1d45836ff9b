import { idlSchema } from "@delos/wire";
import type { RtpsOptions } from "./rtps-transport.ts";

/**
 * Where and how Cyber RT (Apollo 3.5 and later) is on the network: domain 80 from port 10 000 in steps of 200, channels under their
 * own names. `cyber.pb.conf` may say otherwise. Channels carry `UNDERLAY_MESSAGE`, whose `data` is a protobuf message and a NUL.
 *
 * A Cyber RT participant is named `<host>+<pid>`: give `open({ name })` such a name. Its topology topics are not written, so
 * `cyber_node` does not list us; data flows.
 */
export const cyberRt = (domain = 80): RtpsOptions => ({
  domain,
  portBase: 10_000,
  domainGain: 200,
  naming: "plain",
  leaseMs: 12_000,
  announceMs: 3000,
});

/** The type of every channel of Cyber RT, as later releases have it. */
export const UNDERLAY_MESSAGE = idlSchema(
  "UnderlayMessage",
  "struct UnderlayMessage { unsigned long long timestamp; unsigned long long seq; sequence<octet> data; };",
);

/**
 * Where the nodes of Apollo ROS (Apollo 1.0 to 3.0) find each other: domain ids beyond DDS's range, whose ports wrap at 65 536.
 * Only discovery is RTPS there: JSON texts in `ROS_META_MESSAGE` on the topic `ros_meta` (reliable, transient local, keep all).
 * Messages themselves go by TCPROS and shared memory, which Delos does not speak.
 */
export const apolloRos = (domain = 50_000): RtpsOptions => ({
  portBase: (7400 + 250 * domain) % 65_536,
  domainGain: 0,
  naming: "plain",
});

/** `{"node_name", "request_type", …}` in `data`. */
export const ROS_META_MESSAGE = idlSchema(
  "MetaMessage",
  "struct MetaMessage { unsigned long message_id; string<8192> data; };",
);
