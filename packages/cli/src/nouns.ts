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
    summary: "Replay recordings on the page",
    load: async () => (await import("./commands/start.ts")).commands,
  },
  {
    name: "bag",
    summary: "Recordings: ROS bag, MCAP and Cyber record",
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
    name: "control",
    summary: "The control module: run it over recorded inputs",
    load: async () => (await import("./commands/control.ts")).commands,
  },
  {
    name: "localization",
    summary: "RTK localization: run it over recorded inputs",
    load: async () => (await import("./commands/localization.ts")).commands,
  },
  {
    name: "planning",
    summary: "Recorder, player and replay planner over recorded inputs",
    load: async () => (await import("./commands/planning.ts")).commands,
  },
];
