import type { Suite } from "./suite.ts";
import { transportTables } from "./transport-tables.ts";

/** Every benchmark of the repository, in the order they run. */
export const SUITES: readonly Suite[] = [
  {
    names: ["bag"],
    summary: "Reading recordings, next to @mcap/core and @foxglove/rosbag",
    load: async () => (await import("./bag.ts")).benchBag,
  },
  {
    names: ["player"],
    summary: "Lag and speed of replaying onto the bus",
    load: async () => (await import("./player.ts")).benchPlayer,
  },
  {
    names: ["inprocess"],
    summary: "publish to callback in one thread, next to EventEmitter",
    load: async () => (await import("./inprocess.ts")).benchInprocess,
  },
  {
    names: ["protobuf"],
    summary: "Encoding and decoding messages, next to protobufjs",
    load: async () => (await import("./protobuf.ts")).benchProtobuf,
  },
  {
    names: ["control"],
    summary: "A control cycle with both controllers; the closed loop, simulated",
    load: async () => (await import("./control.ts")).benchControl,
  },
  {
    names: ["page"],
    summary: "What pages cost their server: one, ten, a hundred of them, and some that never read",
    load: async () => (await import("./page.ts")).benchPage,
  },
  {
    names: ["latency"],
    summary: "Chassis to command to CAN frame: the closed loop in real time, a thread for each module",
    load: async () => (await import("./latency.ts")).benchLatency,
  },
  {
    names: [
      "shm",
      "threads",
      "plain",
      "copy",
      "mapped",
      "postmessage",
      "broadcast",
      "ringbuf",
      "unix",
      "ws",
      "zeromq",
      "iceoryx",
      "fastdds",
      "cyclonedds",
      "ros1",
    ],
    summary: "Messages between threads and between processes of a host, next to what else there is",
    table: transportTables,
    load: async () => (await import("./shm.ts")).benchShm,
  },
  {
    names: ["pose"],
    summary: "A pose from one thread into a callback in another, decoded and by three of its fields",
    load: async () => (await import("./pose.ts")).benchPose,
  },
  {
    names: ["loop"],
    summary: "Messages from a thread into the main thread's event loop, and how late its timers are",
    load: async () => (await import("./loop.ts")).benchLoop,
  },
  {
    names: [
      "rtps",
      "rtps-inline",
      "rtps-thread",
      "rtps-to-cyclonedds",
      "rtps-fanout",
      "rtps-growth",
      "rtps-idle",
      "rtps-found",
      "ddsperf",
      "fastdds-udp",
      "dgram",
    ],
    summary: "RTPS between processes, next to Cyclone DDS, Fast DDS over UDP and bare datagrams",
    load: async () => (await import("./rtps.ts")).benchRtps,
  },
];
