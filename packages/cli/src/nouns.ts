import type { Command } from "./command.ts";

/** What `delos <noun>` offers; its commands are loaded only when one of them is asked for. */
export interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<readonly Command[]>;
}

export const NOUNS: readonly Noun[] = [
  {
    name: "start",
    summary: "Replay a recording on the page: HMI and Dreamview in the browser",
    load: async () => (await import("./commands/start.ts")).commands,
  },
  {
    name: "bag",
    summary: "Recordings: ROS bag 2.0, MCAP and Cyber record",
    load: async () => [
      ...(await import("./commands/bag.ts")).commands,
      ...(await import("./commands/play.ts")).commands,
    ],
  },
  {
    name: "msg",
    summary: "Messages: encode, decode and show protobuf types",
    load: async () => (await import("./commands/msg.ts")).commands,
  },
  {
    name: "topic",
    summary: "Topics on the bus: list, echo, publish, measure",
    load: async () => (await import("./commands/topic.ts")).commands,
  },
  {
    name: "node",
    summary: "Nodes on the bus: list, info, ping, kill",
    load: async () => (await import("./commands/node.ts")).commands,
  },
  {
    name: "service",
    summary: "Services on the bus: list, type, find, info, echo, call",
    load: async () => (await import("./commands/service.ts")).commands,
  },
  {
    name: "action",
    summary: "Actions on the bus: list, info, type, send_goal",
    load: async () => (await import("./commands/action.ts")).commands,
  },
  {
    name: "param",
    summary: "Parameters of nodes: list, get, set, describe, delete, dump, load",
    load: async () => (await import("./commands/param.ts")).commands,
  },
  {
    name: "vehicle",
    summary: "Vehicles as folders of data: list, show, check, calibrate",
    load: async () => (await import("./commands/vehicle.ts")).commands,
  },
  {
    name: "graph",
    summary: "Who is on the bus and who talks to whom",
    load: async () => (await import("./commands/graph.ts")).commands,
  },
  {
    name: "monitor",
    summary: "All topics with their rates, refreshed",
    load: async () => (await import("./commands/monitor.ts")).commands,
  },
  {
    name: "doctor",
    summary: "Whether this machine and the bus are in order",
    load: async () => (await import("./commands/doctor.ts")).commands,
  },
  {
    name: "launch",
    summary: "Start the modules of a launch file",
    load: async () => (await import("./commands/launch.ts")).commands,
  },
  {
    name: "localization",
    summary: "Localization: RTK on recorded GNSS and IMU",
    load: async () => (await import("./commands/localization.ts")).commands,
  },
  {
    name: "planning",
    summary: "Planning: replay a recorded trajectory",
    load: async () => (await import("./commands/planning.ts")).commands,
  },
  {
    name: "control",
    summary: "Control: Apollo's lateral and longitudinal controllers on recorded inputs",
    load: async () => (await import("./commands/control.ts")).commands,
  },
  {
    name: "canbus",
    summary: "CAN frames of a vehicle: encode commands, decode reports",
    load: async () => (await import("./commands/canbus.ts")).commands,
  },
  {
    name: "sim",
    summary: "Drive the closed loop on simulated time",
    load: async () => (await import("./commands/sim.ts")).commands,
  },
];
