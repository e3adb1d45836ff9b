import { EventEmitter } from "node:events";
import { apollo } from "@delos/msgs";
import { open, topic } from "@delos/runtime";
import type { BenchOptions, BenchRow } from "./suite.ts";

/** One way to hand a message to callbacks of the same thread. */
interface Subject {
  readonly transport: string;
  /** What travels: the object itself, or its encoded bytes (which nobody decodes here). */
  readonly by: "reference" | "bytes";
  /** Publishes one message. */
  readonly send: () => void;
  /** Told by each callback. */
  readonly received: () => number;
  readonly close: () => Promise<void>;
}

/**
 * publish → callback within one thread: a message of localization (the object by reference, or its bytes) to 1, 4 and 8
 * subscribers, beside Node's EventEmitter and a plain loop over functions, which do nothing of what a bus does: no queue,
 * counters, order, time stamps or isolation of errors. Rounds of all alternate, the median round counts. Latency is the time
 * from before `publish` to inside the callback; the cost of reading the clock twice is in it and shown by the plain loop.
 */
export async function benchInprocess(options: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const subscribers of options.subscribers ?? [1, 4, 8]) {
    const subjects = [
      await delos(subscribers, "reference"),
      await delos(subscribers, "bytes"),
      eventEmitter(subscribers),
      directCalls(subscribers),
    ];
    rows.push(...throughput(subjects, subscribers, options.quick), ...latency(subjects, subscribers, options.quick));
    for (const subject of subjects) await subject.close();
  }
  return rows;
}

const { LocalizationEstimate } = apollo.localization;
const MESSAGE: apollo.localization.LocalizationEstimate = {
  header: { timestamp_sec: 1173545122.25, module_name: "localization", sequence_num: 4711 },
  pose: { position: { x: 586392.84, y: 4140673.23, z: -28.5 }, heading: 1.57 },
};
const BYTES = LocalizationEstimate.encode(MESSAGE);
/** When the last message was sent, ms; the callbacks of a latency run read it. */
let sentAtMs = 0;
let latencies: Float64Array | undefined;
let measured = 0;

/** What every callback does: count, and in a latency run note the time. */
function note(): void {
  if (latencies !== undefined) latencies[measured++] = performance.now() - sentAtMs;
}

async function delos(subscribers: number, by: "reference" | "bytes"): Promise<Subject> {
  const runtime = await open();
  const node = runtime.node("bench");
  const Pose = topic("/apollo/localization/pose", LocalizationEstimate);
  let count = 0;
  for (let i = 0; i < subscribers; i++) {
    node.subscribe(Pose).on((sample) => {
      count += by === "reference" ? Number(sample.message === MESSAGE) : Number(sample.bytes === BYTES);
      note();
    });
  }
  const close = async (): Promise<void> => runtime[Symbol.asyncDispose]();
  if (by === "bytes") {
    const publisher = node.publisherOfBytes(Pose.name, LocalizationEstimate.schema);
    return { transport: "inprocess", by, send: () => publisher.publishBytes(BYTES), received: () => count, close };
  }
  const publisher = node.publisher(Pose);
  return { transport: "inprocess", by, send: () => publisher.publish(MESSAGE), received: () => count, close };
}

function eventEmitter(subscribers: number): Subject {
  const emitter = new EventEmitter();
  let count = 0;
  for (let i = 0; i < subscribers; i++) {
    emitter.on("pose", (message) => {
      count += Number(message === MESSAGE);
      note();
    });
  }
  const send = (): void => void emitter.emit("pose", MESSAGE);
  return { transport: "EventEmitter", by: "reference", send, received: () => count, close: async () => {} };
}

function directCalls(subscribers: number): Subject {
  let count = 0;
  const callbacks = Array.from({ length: subscribers }, () => (message: object) => {
    count += Number(message === MESSAGE);
    note();
  });
  const send = (): void => {
    for (const callback of callbacks) callback(MESSAGE);
  };
  return { transport: "direct call", by: "reference", send, received: () => count, close: async () => {} };
}

function throughput(subjects: readonly Subject[], subscribers: number, quick: boolean): BenchRow[] {
  const rounds = quick ? 3 : 9;
  const roundMs = quick ? 60 : 400;
  const results = subjects.map((subject) => ({ subject, rounds: [] as BenchRow[] }));
  for (let round = -2; round < rounds; round++) {
    for (const { subject, rounds: rows } of results) {
      const before = subject.received();
      const cpu = process.cpuUsage();
      const startMs = performance.now();
      let messages = 0;
      let seconds = 0;
      while (seconds * 1000 < roundMs) {
        for (let i = 0; i < 1000; i++) subject.send();
        messages += 1000;
        seconds = (performance.now() - startMs) / 1000;
      }
      const { user, system } = process.cpuUsage(cpu);
      if (round < 0) continue; // the compiler's
      rows.push({
        transport: subject.transport,
        test: "throughput",
        by: subject.by,
        payload_bytes: BYTES.length,
        publishers: 1,
        subscribers,
        messages,
        seconds,
        msgs_per_s: Math.round(messages / seconds),
        mb_per_s: (messages * BYTES.length) / seconds / 1e6,
        lost: messages * subscribers - (subject.received() - before),
        cpu_s: (user + system) / 1e6,
      });
    }
  }
  return results.map(({ rounds: rows }) => median(rows, "msgs_per_s"));
}

function latency(subjects: readonly Subject[], subscribers: number, quick: boolean): BenchRow[] {
  const messages = quick ? 20_000 : 200_000;
  return subjects.map((subject) => {
    let sorted: Float64Array = new Float64Array();
    const before = subject.received();
    for (const count of [messages >> 2, messages]) {
      latencies = new Float64Array(count * subscribers);
      measured = 0;
      for (let i = 0; i < count; i++) {
        sentAtMs = performance.now();
        subject.send();
      }
      sorted = latencies.sort();
    }
    latencies = undefined;
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]! * 1000;
    return {
      transport: subject.transport,
      test: "latency",
      by: subject.by,
      payload_bytes: BYTES.length,
      publishers: 1,
      subscribers,
      messages,
      p50_us: at(0.5),
      p99_us: at(0.99),
      p999_us: at(0.999),
      max_us: at(1),
      lost: (messages + (messages >> 2)) * subscribers - (subject.received() - before),
    };
  });
}

const median = (rows: readonly BenchRow[], key: string): BenchRow =>
  [...rows].sort((a, b) => Number(a[key]) - Number(b[key]))[rows.length >> 1]!;
