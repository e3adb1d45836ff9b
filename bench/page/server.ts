import process from "node:process";
import { messageCodecs } from "@delos/bag";
import { openBridge } from "@delos/bridge";
import { delos } from "@delos/msgs";
import { builtinRecordingPath, openReplayDeck } from "@delos/replay";
import { open } from "@delos/runtime";

/**
 * The page's server with the built-in drive in a loop, as `delos start` opens it, in a process of its own so that its processor
 * time is its own. Answers each message with what it has used and encoded since it began.
 */
const { Frame } = delos.bridge;
const encode = Frame.encode.bind(Frame);
let worlds = 0;
let encodings = 0;
Frame.encode = (frame) => {
  encodings++;
  if (frame.world !== undefined) worlds++;
  return encode(frame);
};

/** What the server has used and made since it began. */
export interface ServerCount {
  /** Of all its threads. */
  readonly cpuS: number;
  /** Messages encoded, and those of them that hold a state of the world: what all pages get alike. */
  readonly encodings: number;
  readonly worlds: number;
  readonly residentMb: number;
}

const runtime = await open({ name: "bench", codecs: messageCodecs() });
const deck = await openReplayDeck([builtinRecordingPath()], { runtime, loop: true });
const bridge = await openBridge({ runtime, deck, port: 0 });
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const residentMb = process.memoryUsage.rss() / 1e6;
  process.send!({ cpuS: (user + system) / 1e6, encodings, worlds, residentMb } satisfies ServerCount);
});
process.once("disconnect", () => process.exit(0));
process.send!({ url: bridge.url });
