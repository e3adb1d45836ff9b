/** The other thread of the event loop benchmark: floods, or sends back what it gets. See ../loop.ts. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { LogRing } from "sharedarraybuffer-ring";

export interface LoopData {
  readonly way: "ring" | "ring-batch" | "postmessage";
  readonly role: "flood" | "echo";
  readonly there: SharedArrayBuffer;
  readonly back: SharedArrayBuffer;
  /** Int32: messages that have arrived. */
  readonly counts: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly bytes: number;
  readonly durationMs: number;
}

const { way, role, there, back, counts, port, bytes, durationMs } = workerData as LoopData;
const WINDOW = 2000;
const TURN = 64;

if (role === "flood") await flood();
else await echo();

async function flood(): Promise<void> {
  parentPort!.postMessage("up");
  await new Promise((resolve) => parentPort!.once("message", resolve));
  const message = new Uint8Array(bytes).fill(3);
  const untilMs = performance.now() + durationMs;
  parentPort!.postMessage(way === "postmessage" ? await flooded(message, untilMs) : intoRing(message, untilMs));
}

function intoRing(message: Uint8Array, untilMs: number): number {
  using writer = LogRing.attach(there).writer();
  let sent = 0;
  while (performance.now() < untilMs) {
    using _cork = way === "ring-batch" ? writer.cork() : undefined;
    for (let i = 0; i < TURN; i++) {
      while (!writer.write(message)) writer.waitForSpace(bytes, { timeoutMs: 100 });
      sent++;
    }
  }
  return sent;
}

async function flooded(message: Uint8Array, untilMs: number): Promise<number> {
  const arrived = new Int32Array(counts);
  let sent = 0;
  while (performance.now() < untilMs) {
    for (let i = 0; i < TURN; i++) port.postMessage(message);
    sent += TURN;
    while (sent - Atomics.load(arrived, 0) > WINDOW) await new Promise((resolve) => void setImmediate(resolve));
  }
  port.postMessage(null);
  return sent;
}

async function echo(): Promise<void> {
  if (way === "postmessage") {
    port.on("message", (message: Uint8Array) => port.postMessage(message));
    parentPort!.postMessage("up");
    return;
  }
  const [writer, reader] = [LogRing.attach(back).writer(), LogRing.attach(there).reader({ mode: "reliable" })];
  parentPort!.postMessage("up");
  await reader.listen((all, offset, length) => void writer.write(all.subarray(offset, offset + length)));
}
