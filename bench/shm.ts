import process from "node:process";
import { MessageChannel } from "node:worker_threads";
import { loadNative } from "@delos/transport-shm/mapped";
import { openNativePeers } from "./peers/native.ts";
import { bareCopy } from "./shm/bare-copy.ts";
import { type Cell, COUNTS, needsProcesses } from "./shm/channel.ts";
import type { Driver, Test } from "./shm/driver.ts";
import { type Ends, openEnds } from "./shm/ends.ts";
import { zeromq } from "./shm/loop-drivers.ts";
import type { BenchOptions, BenchRow } from "./suite.ts";

/**
 * Messages between threads, and between processes of one host: the rings of sharedarraybuffer-ring, next to what else there is. Cells are
 * interleaved (for each size and number of subscribers every transport in turn), so that what else the machine does hits
 * all alike: compare within one run only.
 *
 *   throughput  one publisher sends as fast as messages are taken and waits for slow readers; all subscribers get all. The
 *               subscribers touch the first 16 bytes and the last of each message.
 *   latency     round trip with one subscriber, which sends back a copy of what it got; the clock starts before the copy in.
 *
 * `shm` copies in and sleeps when there is nothing; `shm-batch` publishes 64 at a time; `shm-loan` writes only 16 bytes into
 * memory of the ring; `-adaptive` spins up to 90 µs before it sleeps; `shm-async` reads in an event loop. All of them have the
 * memory that transport-shm gives its rings, and `shm-plain` what sharedarraybuffer-ring has by itself. `mapped…` is the same
 * between processes, in mapped files; `--only shm` means all, `--only mapped` the latter. `copy-shared` and `copy` are
 * no transports: how often the message alone can be copied into shared and into ordinary memory, for nobody.
 */
export async function benchShm(options: BenchOptions): Promise<BenchRow[]> {
  const { quick, only, signal } = options;
  const rows: BenchRow[] = [];
  const own: Driver[] = [];
  for (const [driver, ...names] of DRIVERS) {
    if (only !== undefined && !names.some((name) => only.includes(name))) continue;
    const missing =
      (driver === "zeromq" ? await whyNoZeromq() : undefined) ??
      (needsProcesses(driver) ? await whyNotMapped() : undefined);
    if (missing === undefined) own.push({ name: driver, fits, measure: cellOf(driver, quick) });
    else rows.push({ transport: driver, skipped: missing });
    function fits(test: Test, bytes: number): boolean {
      return !driver.endsWith("-batch") || (test === "throughput" && bytes <= 4096);
    }
  }
  if (only === undefined || ["shm", "threads", "copy"].some((name) => only.includes(name)))
    own.push(bareCopy("copy-shared", true, quick), bareCopy("copy", false, quick));
  await using native = await openNativePeers({ only, quick, signal });
  rows.push(...native.rows);
  for (const { transport, skipped } of rows)
    process.stderr.write(`bench: ${String(transport)} is left out: ${String(skipped)}\n`);
  const drivers = [...own, ...native.drivers];
  const steps = stepsOf(options);
  const startedMs = performance.now();
  for (const [i, { test, bytes, subscribers }] of steps.entries()) {
    const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
    const what = test === "throughput" ? `throughput, 1 to ${subscribers}` : "round trip";
    process.stderr.write(`bench: ${what}, ${bytes} B (${i + 1} of ${steps.length}, ${minutes} min so far)\n`);
    for (const driver of drivers) {
      signal?.throwIfAborted();
      if (!driver.fits(test, bytes)) continue;
      try {
        rows.push(await driver.measure(test, bytes, subscribers));
      } catch (error) {
        signal?.throwIfAborted();
        const skipped = error instanceof Error ? error.message : String(error);
        rows.push({ transport: driver.name, test, payload_bytes: bytes, subscribers, skipped });
      }
    }
  }
  return rows;
}

interface Step {
  readonly test: Test;
  readonly bytes: number;
  readonly subscribers: number;
}

/** All sizes for one subscriber and for the round trip; for several the sizes that tell something, unless asked for. */
function stepsOf(options: BenchOptions): Step[] {
  const { quick } = options;
  const all = quick ? [256, 65_536] : [16, 256, 1024, 16_384, 65_536, 262_144, 1 << 20, 4 << 20];
  const some = quick ? [1024] : [16, 1024, 65_536, 1 << 20, 4 << 20];
  const counts = options.subscribers ?? (quick ? [1, 4] : [1, 2, 4, 8]);
  const sizes = (count: number): readonly number[] =>
    (options.sizes ?? (count === 1 ? all : some)).filter((bytes) => bytes >= 16);
  return [
    ...counts.flatMap((subscribers) =>
      sizes(subscribers).map((bytes) => ({ test: "throughput", bytes, subscribers }) as const),
    ),
    ...sizes(1).map((bytes) => ({ test: "latency", bytes, subscribers: 1 }) as const),
  ];
}

/** Each driver, and the names under which `--only` asks for it. */
const DRIVERS: readonly (readonly [driver: string, ...names: string[]])[] = [
  ["shm", "shm", "threads"],
  ["shm-adaptive", "shm", "threads"],
  ["shm-batch", "shm", "threads"],
  ["shm-async", "shm", "threads"],
  ["shm-loan", "shm", "threads"],
  ["shm-loan-adaptive", "shm", "threads"],
  ["shm-plain", "shm", "threads", "plain"],
  ["shm-plain-adaptive", "shm", "threads", "plain"],
  ["mapped", "shm", "mapped"],
  ["mapped-adaptive", "shm", "mapped"],
  ["mapped-batch", "shm", "mapped"],
  ["mapped-async", "shm", "mapped"],
  ["mapped-loan", "shm", "mapped"],
  ["mapped-loan-adaptive", "shm", "mapped"],
  ["postmessage", "postmessage"],
  ["transfer", "postmessage"],
  ["broadcast", "broadcast"],
  ["ringbuf", "ringbuf"],
  ["unix", "unix"],
  ["ws", "ws"],
  ["zeromq", "zeromq"],
];

async function whyNotMapped(): Promise<string | undefined> {
  try {
    await loadNative();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function whyNoZeromq(): Promise<string | undefined> {
  try {
    await zeromq();
    return undefined;
  } catch {
    return "not installed: npm install, with optional dependencies";
  }
}

/** Longer than any cell takes that works. */
const CELL_MS = 40_000;

const cellOf =
  (driver: string, quick: boolean): Driver["measure"] =>
  async (test, bytes, subscribers) => {
    await using ends = await openEnds(driver, bytes, subscribers, quick);
    let late: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`nothing came of it within ${CELL_MS / 1000} s`)), CELL_MS);
    });
    const measure = test === "throughput" ? throughput : latency;
    try {
      return await Promise.race([measure({ driver, bytes, subscribers }, ends), tooLate]);
    } finally {
      clearTimeout(late);
    }
  };

type What = Pick<Cell, "driver" | "bytes" | "subscribers">;

async function throughput(cell: What, ends: Ends): Promise<BenchRow> {
  const channels = usesPorts(cell.driver) ? Array.from({ length: cell.subscribers }, () => new MessageChannel()) : [];
  // The publisher's sockets must be there before the subscribers ask for them; rings want their readers first.
  const publisher = ends.start(
    "publish",
    0,
    channels.map((channel) => channel.port1),
  );
  const readers = Array.from({ length: cell.subscribers }, (_, i) =>
    ends.start("subscribe", i, channels[i] === undefined ? [] : [channels[i]!.port2]),
  );
  await Promise.all([publisher, ...readers].map((end) => end.next()));
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  publisher.post("go");
  const { sent, cpu_us: cpuOfPublisher } = (await publisher.next()) as Report & { readonly sent: number };
  for (const giveUpMs = performance.now() + 10_000; Atomics.load(ends.counts, COUNTS.finished) < cell.subscribers; ) {
    if (performance.now() > giveUpMs) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  Atomics.store(ends.counts, COUNTS.stop, 1);
  publisher.post("close");
  const reports = (await Promise.all(readers.map((reader) => reader.next()))) as (Report & {
    readonly received: number;
  })[];
  const received = reports.reduce((sum, report) => sum + report.received, 0) / cell.subscribers;
  return {
    transport: cell.driver,
    test: "throughput",
    payload_bytes: cell.bytes,
    publishers: 1,
    subscribers: cell.subscribers,
    messages: sent,
    seconds: round(seconds, 3),
    msgs_per_s: Math.round(received / seconds),
    mb_per_s: round((received * cell.bytes) / seconds / 1e6, 1),
    lost: Math.round((sent - received) * cell.subscribers),
    cpu_s: round(cpuOf([cpuOfPublisher, ...reports.map((report) => report.cpu_us)]) ?? (user + system) / 1e6, 3),
  };
}

async function latency(cell: What, ends: Ends): Promise<BenchRow> {
  const channels = usesPorts(cell.driver) ? [new MessageChannel(), new MessageChannel()] : [];
  // ports: first the one to send by, last the one to listen on.
  const pinger = ends.start("ping", 0, channels.length === 0 ? [] : [channels[0]!.port1, channels[1]!.port2]);
  const echoer = ends.start("echo", 0, channels.length === 0 ? [] : [channels[1]!.port1, channels[0]!.port2]);
  await Promise.all([pinger, echoer].map((end) => end.next()));
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  pinger.post("go");
  const { times, cpu_us: cpuOfPinger } = (await pinger.next()) as Report & { readonly times: Float64Array };
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  Atomics.store(ends.counts, COUNTS.stop, 1);
  const echo = cpuOfPinger === undefined ? undefined : ((await echoer.next()) as Report);
  const sorted = times.slice(Math.min(200, times.length >>> 2)).sort(); // without the first: they warm the compiler
  if (sorted.length === 0) throw new Error("nothing came back in time");
  const at = (part: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0, 2);
  return {
    transport: cell.driver,
    test: "latency",
    payload_bytes: cell.bytes,
    publishers: 1,
    subscribers: 1,
    messages: times.length,
    seconds: round(seconds, 3),
    p50_us: at(0.5),
    p99_us: at(0.99),
    p999_us: at(0.999),
    max_us: round(sorted.at(-1) ?? 0, 1),
    lost: 0,
    cpu_s: round(cpuOf([cpuOfPinger, echo?.cpu_us]) ?? (user + system) / 1e6, 3),
    round_trip: true,
  };
}

/** Processes say what they used; the threads of this process are asked for together. */
interface Report {
  readonly cpu_us?: number;
}

function cpuOf(parts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    sum += part;
  }
  return sum / 1e6;
}

const usesPorts = (driver: string): boolean => driver === "postmessage" || driver === "transfer";

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
