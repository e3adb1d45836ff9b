/** The publishing thread of the pose benchmark. See ../pose.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { open } from "@delos/runtime";
import { sharedMemory } from "@delos/transport-shm";
import { LogRing } from "sharedarraybuffer-ring";
import { POSE, Pose, poseTopic } from "./message.ts";

export type PoseWay = "ring-lazy" | "ring-decoded" | "runtime-lazy" | "runtime-decoded" | "clone";

export interface PoseData {
  readonly way: PoseWay;
  readonly domain: string;
  readonly ring: SharedArrayBuffer;
  readonly durationMs: number;
}

export interface PoseReport {
  readonly sent: number;
}

/** Messages of `postMessage` on the way at most: it has no flow control of its own. */
const WINDOW = 2000;
const TURN = 64;

const { way, domain, ring, durationMs } = workerData as PoseData;
const port = parentPort!;

if (way === "clone") await clone();
else if (way.startsWith("ring")) await intoRing();
else await publish();

async function go(): Promise<number> {
  port.postMessage("up");
  await new Promise((resolve) => port.once("message", resolve));
  return performance.now() + durationMs;
}

async function intoRing(): Promise<void> {
  using writer = LogRing.attach(ring).writer();
  const untilMs = await go();
  let sent = 0;
  while (performance.now() < untilMs) {
    using _cork = writer.cork(); // shown to the reader together, as a publisher's turn
    for (let i = 0; i < TURN; i++) {
      let at = writer.reserve(512);
      while (at < 0) {
        writer.waitForSpace(512, { timeoutMs: 100 });
        at = writer.reserve(512);
      }
      writer.commit(Pose.encodeInto(POSE, writer.bytes, at, at + 512));
      sent++;
    }
  }
  writer.flush();
  port.postMessage({ sent });
}

async function publish(): Promise<void> {
  await using runtime = await open({ transports: [sharedMemory({ domain })] });
  const publisher = runtime.node("publisher").publisher(poseTopic);
  while (publisher.matched.length === 0) await new Promise((resolve) => void setTimeout(resolve, 2));
  const untilMs = await go();
  let sent = 0;
  while (performance.now() < untilMs) {
    for (let i = 0; i < TURN; i++) {
      const result = publisher.publish(POSE);
      if (result !== "dropped") sent++;
      if (result !== "sent") await publisher.waitForRoom();
    }
  }
  await publisher.waitForAcknowledgments();
  port.postMessage({ sent });
  await new Promise(() => {}); // until it is terminated: a reader may still have samples of ours
}

async function clone(): Promise<void> {
  const untilMs = await go();
  let sent = 0;
  while (performance.now() < untilMs) {
    for (let i = 0; i < TURN; i++) port.postMessage(POSE);
    sent += TURN;
    if (sent % WINDOW < TURN) await new Promise((resolve) => void setImmediate(resolve));
  }
  port.postMessage({ sent });
}
