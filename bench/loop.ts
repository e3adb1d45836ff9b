import { MessageChannel } from "node:worker_threads";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { LogRing } from "sharedarraybuffer-ring";
import type { LoopData } from "./loop/end.worker.ts";
import type { BenchOptions, BenchRow } from "./suite.ts";

/**
 * Into the event loop of the main thread, by a ring's `listen` and by `postMessage`, in turn, several rounds, medians:
 *
 *   flood    256 B as fast as they are taken, for a second; meanwhile a timer of 2 ms notes how late it fires
 *   latency  round trip with a thread that lives in an event loop, too, and sends back a copy
 *
 * `loop-ring-batch` publishes 64 at a time. `postMessage` has no flow control: its sender waits where 2000 are on the way.
 */
export async function benchLoop({ quick }: BenchOptions): Promise<BenchRow[]> {
  const rounds = quick ? 1 : 5;
  const floods = new Map<Way, Flood[]>([...WAYS].map((way) => [way, []]));
  const trips = new Map<Way, Trip[]>([
    ["ring", []],
    ["postmessage", []],
  ]);
  for (let round = 0; round < rounds; round++) {
    for (const [way, results] of floods) results.push(await flood(way, quick ? 300 : 1000));
    for (const [way, results] of trips) results.push(await roundTrip(way, quick ? 3000 : 15_000));
  }
  const rows: BenchRow[] = [];
  for (const [way, results] of floods) {
    const middle = median(results, (one) => one.perSecond);
    rows.push({
      transport: `loop-${way}`,
      test: "flood",
      payload_bytes: FLOOD_BYTES,
      messages: middle.messages,
      seconds: Number(middle.seconds.toFixed(3)),
      msgs_per_s: Math.round(middle.perSecond),
      timer_ms: TIMER_MS,
      late_p50_ms: median(results, (one) => one.lateP50Ms).lateP50Ms,
      late_p99_ms: median(results, (one) => one.lateP99Ms).lateP99Ms,
      late_max_ms: Math.max(...results.map((one) => one.lateMaxMs)),
      lost: middle.lost,
    });
  }
  for (const [way, results] of trips) {
    const middle = median(results, (one) => one.p50Us);
    const { messages, p50Us, p99Us, p999Us, maxUs } = middle;
    rows.push({
      transport: `loop-${way}`,
      test: "latency",
      payload_bytes: TRIP_BYTES,
      messages,
      p50_us: p50Us,
      p99_us: p99Us,
      p999_us: p999Us,
      max_us: maxUs,
      round_trip: true,
    });
  }
  return rows;
}

type Way = LoopData["way"];
const WAYS: readonly Way[] = ["ring", "ring-batch", "postmessage"];
const FLOOD_BYTES = 256;
const TRIP_BYTES = 1024;
const TIMER_MS = 2;

interface Flood {
  readonly messages: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly lost: number;
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
}

async function flood(way: Way, durationMs: number): Promise<Flood> {
  const end = start(way, "flood", durationMs);
  const reader = end.there.reader({ mode: "reliable" });
  await next(end.worker);
  let received = 0;
  const late: number[] = [];
  let dueMs = performance.now() + TIMER_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    late.push(Math.max(0, nowMs - dueMs));
    dueMs = nowMs + TIMER_MS;
  }, TIMER_MS);
  const startedMs = performance.now();
  const sent = next(end.worker) as Promise<number>;
  end.worker.postMessage("go");
  if (way === "postmessage") {
    const counts = new Int32Array(end.counts);
    await new Promise<void>((resolve) => {
      end.port.on("message", (message: unknown) => {
        if (message === null) resolve();
        else Atomics.store(counts, 0, ++received);
      });
    });
  } else {
    await reader.listen(() => void received++);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  clearInterval(timer);
  const lost = (await sent) - received;
  await close(end);
  late.sort((a, b) => a - b);
  return {
    messages: received,
    seconds,
    perSecond: received / seconds,
    lost,
    lateP50Ms: at(late, 0.5),
    lateP99Ms: at(late, 0.99),
    lateMaxMs: at(late, 1),
  };
}

interface Trip {
  readonly messages: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
}

async function roundTrip(way: Way, trips: number): Promise<Trip> {
  const end = start(way, "echo", 0);
  await next(end.worker);
  const message = new Uint8Array(TRIP_BYTES).fill(5);
  const times = new Float64Array(trips);
  let [count, startedMs] = [0, 0];
  if (way === "postmessage") {
    await new Promise<void>((resolve) => {
      const send = (): void => {
        startedMs = performance.now();
        end.port.postMessage(message);
      };
      end.port.on("message", () => {
        times[count++] = (performance.now() - startedMs) * 1000;
        if (count < trips) send();
        else resolve();
      });
      send();
    });
  } else {
    const [writer, reader] = [end.there.writer(), end.back.reader({ mode: "reliable" })];
    const stop = new AbortController();
    const send = (): void => {
      startedMs = performance.now();
      writer.write(message);
    };
    send();
    const onMessage = (): void => {
      times[count++] = (performance.now() - startedMs) * 1000;
      if (count < trips) send();
      else stop.abort();
    };
    await reader.listen(onMessage, { signal: stop.signal });
  }
  await close(end);
  const sorted = Array.from(times.subarray(trips >> 2)).sort((a, b) => a - b); // without the first: they warm the compiler
  return {
    messages: trips,
    p50Us: at(sorted, 0.5),
    p99Us: at(sorted, 0.99),
    p999Us: at(sorted, 0.999),
    maxUs: at(sorted, 1),
  };
}

interface End {
  readonly worker: Worker;
  readonly there: LogRing;
  readonly back: LogRing;
  readonly counts: SharedArrayBuffer;
  readonly port: MessageChannel["port1"];
}

function start(way: Way, role: LoopData["role"], durationMs: number): End {
  const [there, back, counts] = [LogRing.create(), LogRing.create(), new SharedArrayBuffer(64)];
  const { port1, port2 } = new MessageChannel();
  const workerData: LoopData = {
    way,
    role,
    there: there.buffer as SharedArrayBuffer,
    back: back.buffer as SharedArrayBuffer,
    counts,
    port: port2,
    bytes: FLOOD_BYTES,
    durationMs,
  };
  const entry = new URL("./loop/end.worker.ts", import.meta.url).href;
  const worker = spawnWorker(entry, { workerData, transferList: [port2] });
  return { worker, there, back, counts, port: port1 };
}

async function close(end: End): Promise<void> {
  end.port.close();
  await end.worker.terminate();
}

function next(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function median<T>(list: readonly T[], by: (one: T) => number): T {
  return [...list].sort((a, b) => by(a) - by(b))[list.length >> 1]!;
}

function at(sorted: readonly number[], part: number): number {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(3));
}
