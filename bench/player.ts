import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createFile, McapWriter } from "@delos/bag";
import { SystemClock } from "@delos/core";
import { openReplay } from "@delos/replay";
import { open } from "@delos/runtime";
import type { BenchRow } from "./suite.ts";

interface Load {
  readonly name: string;
  readonly topics: number;
  readonly hz: number;
  readonly bytes: number;
}

/** The loads of the method for measuring players from outside: small, frequent, large. */
const LOADS: readonly Load[] = [
  { name: "1 topic × 1 kHz × 100 B", topics: 1, hz: 1000, bytes: 100 },
  { name: "8 topics × 100 Hz × 100 B", topics: 8, hz: 100, bytes: 100 },
  { name: "2 topics × 10 Hz × 1 MB", topics: 2, hz: 10, bytes: 1_000_000 },
];

/** Of the load that has a goal. */
const RUNS = 5;

/**
 * How late messages reach a subscriber of the runtime, against their recorded times, and how many a second at most.
 * Lag counts from the time a message was due, wake-up of the other thread included; nothing is subtracted and nothing left out,
 * the first message least of all.
 */
export async function benchPlayer({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "delos-bench-player-"));
  try {
    const rows: BenchRow[] = [];
    const seconds = quick ? 2 : 10;
    for (const load of LOADS) {
      for (const rate of [1, 4]) {
        const path = join(folder, "lag.mcap");
        write(path, load, load.hz * seconds * rate);
        const runs = load === LOADS[0] && rate === 1 && !quick ? RUNS : 1;
        for (let run = 0; run < runs; run++)
          rows.push({ bench: "player", name: load.name, rate, ...(await lag(path, rate)) });
      }
    }
    const path = join(folder, "flood.mcap");
    const messages = quick ? 300_000 : 2_000_000;
    write(path, { name: "", topics: 1, hz: 1000, bytes: 100 }, messages);
    for (let i = 0; i < (quick ? 1 : 3); i++)
      rows.push({ bench: "player", name: "as fast as possible, 100 B", rate: "max", ...(await flood(path)) });
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    const isInstalled = folders.some((name) => existsSync(join(name, "rosbag")));
    const skipped = isInstalled ? "needs a running roscore: measure it apart" : "rosbag is not installed";
    rows.push({ bench: "player", name: "rosbag play", skipped });
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `count` messages of each topic on a regular grid; topics share their times. */
function write(path: string, { topics, hz, bytes }: Load, count: number): void {
  using writer = new McapWriter(createFile(path), { compression: "none", chunkBytes: 4 * 2 ** 20 });
  const ids = Array.from({ length: topics }, (_, i) =>
    writer.addChannel({ topic: `/t${i}`, schemaId: 0, messageEncoding: "raw" }),
  );
  const payload = new Uint8Array(bytes);
  const number = new DataView(payload.buffer);
  for (let i = 0; i < count; i++) {
    const timeNs = 1_700_000_000_000_000_000n + BigInt(Math.round((i * 1e9) / hz));
    number.setUint32(0, i, true);
    for (const id of ids) writer.writeMessage(id, i, timeNs, timeNs, payload);
  }
}

async function lag(path: string, rate: number): Promise<BenchRow> {
  const clock = new SystemClock();
  await using runtime = await open();
  await using replay = await openReplay([path], { runtime, rate, begin: false });
  const node = runtime.node("/bench");
  const arrived: number[] = [];
  const thread: number[] = [];
  const next = new Map<string, number>();
  let [due, lost, inversions] = [0, 0, 0];
  replay.onDelivery(({ dueMs, sentMs }) => {
    due = dueMs;
    thread.push(sentMs - dueMs);
  });
  for (const { topic } of replay.recording.channels)
    node.subscribeAny(topic, { depth: 1000 }).on(({ bytes }) => {
      arrived.push(clock.nowMs() - due);
      const index = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
      const expected = next.get(topic) ?? 0;
      if (index < expected) inversions++;
      else lost += index - expected;
      next.set(topic, index + 1);
    });
  const cpu = process.cpuUsage();
  const startMs = clock.monotonicMs();
  await ended(replay);
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const messages = arrived.length;
  const first = arrived.slice(0, messages / seconds);
  const half = arrived.length >> 1;
  return {
    messages,
    seconds,
    lag_p50_ms: quantile(arrived, 0.5),
    lag_p99_ms: quantile(arrived, 0.99),
    lag_p999_ms: quantile(arrived, 0.999),
    lag_max_ms: quantile(arrived, 1),
    thread_p50_ms: quantile(thread, 0.5),
    thread_p99_ms: quantile(thread, 0.99),
    first_second_p99_ms: quantile(first, 0.99),
    drift_ms: quantile(arrived.slice(half), 0.5) - quantile(arrived.slice(0, half), 0.5),
    lost,
    inversions,
    late: replay.stats.late,
    cpu_s: (user + system) / 1e6,
  };
}

async function flood(path: string): Promise<BenchRow> {
  const clock = new SystemClock();
  await using runtime = await open();
  await using replay = await openReplay([path], { runtime, rate: Number.POSITIVE_INFINITY, begin: false });
  let messages = 0;
  runtime
    .node("/bench")
    .subscribeAny("/t0", { depth: 1000 })
    .on(() => void messages++);
  const startMs = clock.monotonicMs();
  await ended(replay);
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  return { messages, seconds, msgs_per_s: messages / seconds, lost: replay.stats.published - messages };
}

async function ended(replay: Awaited<ReturnType<typeof openReplay>>): Promise<void> {
  const end = new Promise<void>((resolve, reject) => {
    replay.events.on("ended", () => resolve());
    replay.events.on("failed", reject);
  });
  replay.begin();
  await end;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;
}
