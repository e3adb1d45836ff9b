import { Session } from "node:inspector/promises";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { open } from "@delos/runtime";
import { sharedMemory } from "@delos/transport-shm";
import { LogRing } from "sharedarraybuffer-ring";
import { POSE, Pose, poseTopic, where } from "./pose/message.ts";
import type { PoseData, PoseReport, PoseWay } from "./pose/publisher.worker.ts";
import type { BenchOptions, BenchRow } from "./suite.ts";

/**
 * A pose of 261 bytes from one thread into a callback in another, each way in turn, several rounds, the median counts:
 *
 *   pose-ring-…     encoded straight into a LogRing, read from its batches: the raw path
 *   pose-runtime-…  `publisher.publish` to `subscription.on`, reliable, through everything that a program uses
 *   pose-clone      `postMessage` of the object, what threads do without us
 *   …-decoded       the callback gets the whole message; `-lazy`: it reads three fields of the bytes
 *
 * Before it, what encoding into a ring costs alone, and what the raw path allocates, by heap sampling.
 */
export async function benchPose({ quick }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [encoding(quick), await allocation(quick)];
  const rounds = quick ? 1 : 5;
  const rates = new Map<PoseWay, PoseRate[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const way of WAYS) rates.get(way)!.push(await measure(way, quick ? 300 : 1000));
  }
  for (const [way, each] of rates) {
    const sorted = each.sort((a, b) => a.perSecond - b.perSecond);
    const median = sorted[sorted.length >> 1]!;
    rows.push({
      transport: `pose-${way}`,
      test: "throughput",
      payload_bytes: BYTES,
      publishers: 1,
      subscribers: 1,
      messages: median.messages,
      seconds: Number(median.seconds.toFixed(3)),
      msgs_per_s: Math.round(median.perSecond),
      lowest_per_s: Math.round(sorted[0]!.perSecond),
      highest_per_s: Math.round(sorted.at(-1)!.perSecond),
      lost: median.lost,
    });
  }
  return rows;
}

const WAYS: readonly PoseWay[] = ["ring-lazy", "ring-decoded", "runtime-lazy", "runtime-decoded", "clone"];
const BYTES = Pose.encode(POSE).length;

interface PoseRate {
  readonly messages: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly lost: number;
}

/** ns for a pose into ring memory: the best of several rounds, as what disturbs only adds. */
function encoding(quick: boolean): BenchRow {
  const writer = LogRing.create().writer();
  let best = Number.POSITIVE_INFINITY;
  const calls = 2000; // short rounds, of which some are not interrupted also where other work runs
  for (let round = 0; round < (quick ? 200 : 2000); round++) {
    const startedMs = performance.now();
    for (let i = 0; i < calls; i++) put(writer);
    best = Math.min(best, ((performance.now() - startedMs) / calls) * 1e6);
  }
  return { bench: "pose", name: "encoded into a LogRing and committed", payload_bytes: BYTES, ns: Math.round(best) };
}

function put(writer: ReturnType<LogRing["writer"]>): boolean {
  const at = writer.reserve(512);
  if (at < 0) return false;
  writer.commit(Pose.encodeInto(POSE, writer.bytes, at, at + 512));
  return true;
}

/** Bytes allocated for each message on the raw path, writer and reader together; V8's sampler sees what is collected, too. */
async function allocation(quick: boolean): Promise<BenchRow> {
  const ring = LogRing.create();
  const [writer, reader] = [ring.writer(), ring.reader({ mode: "reliable" })];
  const sum = new Float64Array(1); // a number that a closure changes would itself be allocated anew each time
  const visit = (bytes: Uint8Array, offset: number, length: number): void => {
    sum[0]! += where.read(bytes, offset, length).x;
  };
  const pass = (messages: number): void => {
    for (let n = 0; n < messages; n += 64) {
      for (let i = 0; i < 64; i++) put(writer);
      reader.drain(visit);
    }
  };
  pass(200_000); // compiled by then
  const messages = quick ? 200_000 : 2_000_000;
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  pass(messages);
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  let bytes = 0;
  const add = (node: (typeof profile)["head"]): void => {
    bytes += node.selfSize;
    node.children.forEach(add);
  };
  add(profile.head);
  if (!(sum[0]! > 0)) throw new Error("nothing was read");
  return { bench: "pose", name: "allocated on the raw path", messages, bytes_per_message: bytes / messages };
}

let runs = 0;

async function measure(way: PoseWay, durationMs: number): Promise<PoseRate> {
  const domain = `bench-pose-${process.pid}-${++runs}`;
  const ring = LogRing.create();
  const data: PoseData = { way, domain, ring: ring.buffer as SharedArrayBuffer, durationMs };
  const worker = spawnWorker(new URL("./pose/publisher.worker.ts", import.meta.url).href, { workerData: data });
  try {
    const receiver = await receive(way, domain, ring, worker);
    if ((await next(worker)) !== "up") throw new Error("the publisher did not come up");
    const startedMs = performance.now();
    worker.postMessage("go");
    const { sent } = (await next(
      worker,
      (message) => typeof message === "object" && message !== null && "sent" in message,
    )) as PoseReport;
    await receiver.until(sent);
    const seconds = (performance.now() - startedMs) / 1000;
    const received = receiver.received();
    await receiver.close();
    return { messages: received, seconds, perSecond: received / seconds, lost: sent - received };
  } finally {
    await worker.terminate();
  }
}

interface Receiver {
  received(): number;
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

async function receive(way: PoseWay, domain: string, ring: LogRing, worker: Worker): Promise<Receiver> {
  let received = 0;
  let sum = 0;
  const until = async (count: number): Promise<void> => {
    const giveUpMs = performance.now() + 5000;
    while (isLess(received, count) && performance.now() < giveUpMs)
      await new Promise((resolve) => void setTimeout(resolve, 1));
    if (!(sum > 0)) throw new Error("nothing was read");
  };
  if (way === "ring-lazy" || way === "ring-decoded") {
    const reader = ring.reader({ mode: "reliable" });
    const visit =
      way === "ring-lazy"
        ? (bytes: Uint8Array, offset: number, length: number): void => {
            sum += where.read(bytes, offset, length).x;
            received++;
          }
        : (bytes: Uint8Array, offset: number, length: number): void => {
            sum += Pose.decode(bytes.subarray(offset, offset + length)).pose!.position!.x!;
            received++;
          };
    void reader.listen(visit);
    return { received: () => received, until, close: async () => reader.close() };
  }
  if (way === "clone") {
    worker.on("message", (message: unknown) => {
      if (typeof message !== "object" || message === null || !("pose" in message)) return;
      sum += (message as typeof POSE).pose.position.x;
      received++;
    });
    return { received: () => received, until, close: async () => {} };
  }
  const runtime = await open({ transports: [sharedMemory({ domain })] });
  const subscription = runtime.node("reader").subscribe(poseTopic);
  if (way === "runtime-lazy") {
    subscription.on((sample) => {
      sum += where.of(sample).x;
      received++;
    });
  } else {
    subscription.on(({ message }) => {
      sum += message.pose!.position!.x!;
      received++;
    });
  }
  return { received: () => received, until, close: () => runtime[Symbol.asyncDispose]() };
}

/** Asked anew: callbacks count meanwhile. */
const isLess = (a: number, b: number): boolean => a < b;

function next(worker: Worker, wanted: (message: unknown) => boolean = () => true): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    const look = (message: unknown): void => {
      if (!wanted(message)) return;
      worker.off("message", look);
      resolve(message);
    };
    worker.on("message", look);
  });
}
