import type { Command } from "./command.ts";

/** What `delos <noun>` offers; its commands are loaded only when one of them is asked for. */
export interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<readonly Command[]>;
}

export const NOUNS: readonly Noun[] = [
  {
    name: "bag",
    summary: "Recordings: ROS bag, MCAP and Cyber record",
    load: async () => (await import("./commands/bag.ts")).commands,
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
];
