import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { nativePeer } from "./peers/native.ts";
import type { BenchOptions, BenchRow } from "./suite.ts";

/**
 * RTPS between two processes on loopback, reliable, next to Eclipse Cyclone DDS with itself (`ddsperf`), eProsima Fast DDS with
 * itself over UDP and bare datagrams. Cells are interleaved (each size on every stack in turn, and all of it again): compare
 * within one run only. The median of the rounds is given; what takes long and varies little has one round.
 *
 *   throughput  one process writes as fast as its samples are taken, the other counts
 *   latency     round trip, the other side sends back what it gets
 *   fanout      one writer, several subscribing processes that listen to the group
 *   idle        a participant that has found another and says nothing
 *   found       how long it takes until a participant that comes has found one that is there
 *
 * Our ends run from the built packages, as users' programs do: a loader for TypeScript in the process doubles what a megabyte
 * costs to collect.
 */
export async function benchRtps(options: BenchOptions): Promise<BenchRow[]> {
  const { quick, only } = options;
  const wanted = (name: string): boolean => only === undefined || only.includes(name) || only.includes("rtps");
  const sizes = options.sizes ?? (quick ? [64, 8192] : [64, 1024, 8192, 61_440, 1 << 20]);
  const seconds = quick ? 1 : 2;
  const rounds = quick ? 1 : 3;
  const rows: BenchRow[] = [];
  const ddsperf = spawnSync("which", ["ddsperf"]).status === 0;
  if (!ddsperf && wanted("ddsperf"))
    rows.push({ transport: "cyclonedds", skipped: "not installed: apt-get install cyclonedds-tools" });
  const fast = wanted("fastdds-udp") ? nativePeer("fastdds", "udp", "fastdds-udp") : "not asked for";
  if (typeof fast === "string" && wanted("fastdds-udp")) rows.push({ transport: "fastdds-udp", skipped: fast });
  const folder = mkdtempSync(join(tmpdir(), "delos-bench-rtps-"));
  const config = join(folder, "loopback.xml");
  writeFileSync(
    config,
    `<CycloneDDS><Domain Id="any"><General><Interfaces><NetworkInterface name="lo" multicast="true"/></Interfaces></General></Domain></CycloneDDS>`,
  );
  prepareEnds();
  const cells: { readonly measure: () => Promise<BenchRow> | BenchRow; readonly rounds: number }[] = [];
  const want = (name: string, there: boolean, measure: () => Promise<BenchRow> | BenchRow, most = rounds): void => {
    if (there && wanted(name)) cells.push({ measure, rounds: Math.min(most, rounds) });
  };
  for (const bytes of sizes) {
    want("rtps-inline", true, () => throughput(bytes, seconds, "inline"));
    want("ddsperf", ddsperf, () => ddsperfThroughput(bytes, seconds, config));
    want("rtps-thread", true, () => throughput(bytes, seconds, "thread"));
    want("rtps-to-cyclonedds", ddsperf && bytes <= 8192, () => intoCyclone(bytes, seconds, config));
    if (typeof fast !== "string") want("fastdds-udp", true, () => fast(bytes, "T", seconds));
  }
  for (const bytes of sizes) {
    want("rtps-inline", true, () => latency("rtps", "ping", bytes, seconds));
    want("dgram", bytes <= 61_440, () => latency("dgram", "bare-ping", bytes, seconds));
    want("ddsperf", ddsperf, () => ddsperfLatency(bytes, seconds, config));
    want("rtps-thread", true, () => latency("rtps-thread", "ping", bytes, seconds, "thread"));
    if (typeof fast !== "string") want("fastdds-udp", bytes <= 61_440, () => fast(bytes, "R", seconds));
  }
  for (const subscribers of options.subscribers ?? (quick ? [1, 4] : [1, 2, 4, 8])) {
    want("rtps-fanout", true, () => fanout(subscribers, 1024, seconds));
  }
  for (const topics of quick ? [1, 10] : [1, 10, 100]) {
    want("rtps-growth", true, () => growth(topics, 0, seconds));
  }
  for (const bystanders of quick ? [4] : [4, 16]) {
    want("rtps-growth", true, () => growth(1, bystanders, seconds), 1);
  }
  // Long as it is, once is enough.
  want("rtps-idle", true, () => idle(quick ? 5 : 20), 1);
  want("rtps-found", true, found);
  try {
    const measured: BenchRow[][] = cells.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, cell] of cells.entries()) if (round < cell.rounds) measured[i]!.push(await cell.measure());
    }
    rows.push(...measured.map(middle));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

/** Of several rounds the one in the middle. */
function middle(rounds: BenchRow[]): BenchRow {
  const key = ["msgs_per_s", "p50_us", "cpu_percent", "p50_ms"].find((name) => name in rounds[0]!) ?? "";
  return rounds.sort((a, b) => Number(a[key]) - Number(b[key]))[rounds.length >> 1]!;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Inside the repository, so that it finds the packages. */
const FOLDER = join(ROOT, "node_modules", ".cache", "delos-bench");
const END = join(FOLDER, "rtps-end.mjs");

function prepareEnds(): void {
  const built = spawnSync(join(ROOT, "node_modules", ".bin", "tsc"), ["-b", "packages/transport-rtps"], { cwd: ROOT });
  if (built.status !== 0) throw new Error(`packages/transport-rtps does not build: ${built.stdout.toString()}`);
  const source = readFileSync(new URL("./rtps/end.ts", import.meta.url), "utf8");
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(END, transformSync(source, { loader: "ts", target: "node20" }).code);
}

let places = 0;
/** Domains of their own, below the ephemeral ports; ports of their own for bare datagrams. */
const nextDomain = (): number => 20 + ((process.pid + places++) % 80);

/** Runs one end and gives the last line that it prints. */
async function run(
  role: string,
  place: number,
  bytes: number,
  seconds: number,
  ...more: string[]
): Promise<Record<string, unknown>> {
  const args = [END, role, String(place), String(bytes), String(seconds), ...more];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const watchdog = setTimeout(() => child.kill("SIGKILL"), (seconds + 20) * 1000);
  let result: Record<string, unknown> = {};
  for await (const line of createInterface({ input: child.stdout }))
    result = JSON.parse(line) as Record<string, unknown>;
  clearTimeout(watchdog);
  return result;
}

async function throughput(bytes: number, seconds: number, mode: "inline" | "thread"): Promise<BenchRow> {
  const domain = nextDomain();
  const subscriber = run("subscribe", domain, bytes, seconds, mode);
  const publisher = run("publish", domain, bytes, seconds, mode);
  const [theirs, ours] = [await subscriber, await publisher];
  const received = Number(theirs["received"] ?? 0);
  const spent = Number(theirs["seconds"] ?? 0);
  return {
    transport: mode === "thread" ? "rtps-thread" : "rtps",
    test: "throughput",
    payload_bytes: bytes,
    publishers: 1,
    subscribers: 1,
    messages: received,
    seconds: spent,
    msgs_per_s: Math.round(received / spent),
    mb_per_s: (received * bytes) / spent / 1e6,
    lost: Number(ours["sent"] ?? 0) - received,
    cpu_s: Number(ours["cpu_s"] ?? 0) + Number(theirs["cpu_s"] ?? 0),
  };
}

/** One writer to several processes, all listening to the group: one datagram serves all. Datagrams as the sender counts them. */
async function fanout(subscribers: number, bytes: number, seconds: number): Promise<BenchRow> {
  const domain = nextDomain();
  const readers = Array.from({ length: subscribers }, () => run("subscribe", domain, bytes, seconds, "inline"));
  const ours = await run("publish", domain, bytes, seconds, "inline", String(subscribers));
  const theirs = await Promise.all(readers);
  const sent = Number(ours["sent"] ?? 0);
  const received = theirs.map((one) => Number(one["received"] ?? 0));
  const spent = Math.max(...theirs.map((one) => Number(one["seconds"] ?? 0)));
  return {
    transport: "rtps-fanout",
    test: "throughput",
    payload_bytes: bytes,
    publishers: 1,
    subscribers,
    messages: sent,
    seconds: spent,
    msgs_per_s: Math.round(Math.min(...received) / spent),
    mb_per_s: (Math.min(...received) * bytes) / spent / 1e6,
    lost: sent * subscribers - received.reduce((sum, count) => sum + count, 0),
    cpu_s: Number(ours["cpu_s"] ?? 0),
    sender_us_per_sample: (Number(ours["cpu_s"] ?? 0) * 1e6) / sent,
    datagrams: ours["datagrams"],
  };
}

/** CPU per sample with many topics in turn, or with other participants in the domain that have found everybody and are silent. */
async function growth(topics: number, bystanders: number, seconds: number): Promise<BenchRow> {
  const domain = nextDomain();
  const others = Array.from({ length: bystanders }, () => run("idle", domain, 0, seconds + 2));
  const reader = run("subscribe", domain, 256, seconds, "inline", "1", String(topics));
  const ours = await run("publish", domain, 256, seconds, "inline", "1", String(topics));
  const theirs = await reader;
  await Promise.all(others);
  const [sent, received] = [Number(ours["sent"] ?? 0), Number(theirs["received"] ?? 0)];
  return {
    transport: "rtps-growth",
    test: "throughput",
    payload_bytes: 256,
    topics,
    bystanders,
    messages: received,
    msgs_per_s: Math.round(received / Number(theirs["seconds"])),
    lost: sent - received,
    sender_us_per_sample: (Number(ours["cpu_s"]) * 1e6) / sent,
    receiver_us_per_sample: (Number(theirs["cpu_s"]) * 1e6) / received,
  };
}

/** CPU of a participant with a few endpoints, matched and silent. */
async function idle(seconds: number): Promise<BenchRow> {
  const domain = nextDomain();
  const other = run("idle", domain, 0, seconds);
  const { cpu_s } = await run("idle", domain, 0, seconds);
  await other;
  return { transport: "rtps", test: "idle", seconds, cpu_s, cpu_percent: (Number(cpu_s) / seconds) * 100 };
}

/** From the first announcement of a participant until its publication and a subscription that was there have matched. */
async function found(): Promise<BenchRow> {
  const domain = nextDomain();
  const other = run("stay", domain, 0, 12);
  const { first_ms, p50_ms, max_ms } = await run("find", domain, 0, 12);
  await other;
  return { transport: "rtps", test: "found", first_ms, p50_ms, max_ms };
}

/** Our writer, `ddsperf` as the reader. */
async function intoCyclone(bytes: number, seconds: number, config: string): Promise<BenchRow> {
  const domain = nextDomain();
  const publisher = run("publish-ddsperf", domain, bytes, seconds + 2, "inline");
  const lines = await ddsperf(["sub"], domain, seconds + 3, config);
  const { sent } = await publisher;
  return { ...ddsperfRow(lines, bytes), transport: "rtps-to-cyclonedds", messages: sent };
}

async function latency(
  transport: string,
  role: "ping" | "bare-ping",
  bytes: number,
  seconds: number,
  mode: "inline" | "thread" = "inline",
): Promise<BenchRow> {
  const place = role === "ping" ? nextDomain() : 20_000 + ((process.pid + places++) % 10_000);
  const other = run(role === "ping" ? "pong" : "bare-pong", place, bytes, seconds, mode);
  const result = await run(role, place, bytes, seconds, mode);
  await other;
  const { role: _, ...figures } = result;
  return { transport, test: "latency", payload_bytes: bytes, publishers: 1, subscribers: 1, ...figures };
}

/** Runs `ddsperf` and gives its lines. */
async function ddsperf(mode: string[], domain: number, seconds: number, config: string): Promise<string[]> {
  const env = { ...process.env, CYCLONEDDS_URI: `file://${config}` };
  const args = ["-i", String(domain), "-D", String(seconds), ...mode];
  const child = spawn("ddsperf", args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  return lines;
}

/** `… size 64 total … lost 0 delta … rate 1350.20 kS/s …`: the best second, as the first and last are cut. */
function ddsperfRow(lines: string[], bytes: number): BenchRow {
  const rates = lines.flatMap((line) => (/ rate ([\d.]+) kS\/s/.exec(line)?.[1] ?? []) as string | []).map(Number);
  const rate = Math.round(Math.max(0, ...rates) * 1000);
  return {
    transport: "cyclonedds",
    test: "throughput",
    payload_bytes: bytes,
    publishers: 1,
    subscribers: 1,
    msgs_per_s: rate,
    mb_per_s: (rate * bytes) / 1e6,
  };
}

async function ddsperfThroughput(bytes: number, seconds: number, config: string): Promise<BenchRow> {
  const domain = nextDomain();
  const publisher = ddsperf(["pub", "size", String(bytes)], domain, seconds + 2, config);
  const row = ddsperfRow(await ddsperf(["sub"], domain, seconds + 2, config), bytes);
  await publisher;
  return row;
}

async function ddsperfLatency(bytes: number, seconds: number, config: string): Promise<BenchRow> {
  const domain = nextDomain();
  const other = ddsperf(["pong"], domain, seconds + 2, config);
  const lines = await ddsperf(["ping", "size", String(bytes)], domain, seconds + 2, config);
  await other;
  const figures = lines
    .map((line) =>
      / mean ([\d.]+)us min ([\d.]+)us 50% ([\d.]+)us 90% ([\d.]+)us 99% ([\d.]+)us max ([\d.]+)us/.exec(line),
    )
    .filter((match) => match !== null);
  const found = figures[Math.floor(figures.length / 2)];
  return {
    transport: "cyclonedds",
    test: "latency",
    payload_bytes: bytes,
    publishers: 1,
    subscribers: 1,
    p50_us: Number(found?.[3] ?? Number.NaN),
    p99_us: Number(found?.[5] ?? Number.NaN),
    max_us: Number(found?.[6] ?? Number.NaN),
  };
}
