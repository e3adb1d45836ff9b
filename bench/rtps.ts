import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BenchOptions, BenchRow } from "./suite.ts";

/**
 * RTPS between two processes on loopback, reliable, next to Eclipse Cyclone DDS with itself (`ddsperf`) and bare datagrams.
 * Cells are interleaved (each size on every stack in turn): compare within one run only.
 *
 *   throughput  one process writes as fast as its samples are taken, the other counts
 *   latency     round trip, the other side sends back what it gets
 */
export async function benchRtps(options: BenchOptions): Promise<BenchRow[]> {
  const { quick, only } = options;
  const wanted = (name: string): boolean => only === undefined || only.includes(name) || only.includes("rtps");
  const sizes = options.sizes ?? (quick ? [64, 8192] : [64, 1024, 8192, 61_440, 1 << 20]);
  const seconds = quick ? 1.5 : 4;
  const rows: BenchRow[] = [];
  const ddsperf = spawnSync("which", ["ddsperf"]).status === 0;
  if (!ddsperf && wanted("ddsperf"))
    rows.push({ transport: "cyclonedds", skipped: "not installed: apt-get install cyclonedds-tools" });
  const folder = mkdtempSync(join(tmpdir(), "delos-bench-rtps-"));
  const config = join(folder, "loopback.xml");
  writeFileSync(
    config,
    `<CycloneDDS><Domain Id="any"><General><Interfaces><NetworkInterface name="lo" multicast="true"/></Interfaces></General></Domain></CycloneDDS>`,
  );
  try {
    for (const bytes of sizes) {
      if (wanted("rtps")) rows.push(await throughput(bytes, seconds));
      if (ddsperf && wanted("ddsperf")) rows.push(await ddsperfThroughput(bytes, seconds, config));
    }
    for (const bytes of sizes) {
      if (wanted("rtps")) rows.push(await latency("rtps", "ping", bytes, seconds));
      if (wanted("rtps") && bytes <= 61_440) rows.push(await latency("dgram", "bare-ping", bytes, seconds));
      if (ddsperf && wanted("ddsperf")) rows.push(await ddsperfLatency(bytes, seconds, config));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

const END = fileURLToPath(new URL("./rtps/end.ts", import.meta.url));
const TSX = fileURLToPath(new URL("../node_modules/.bin/tsx", import.meta.url));

let places = 0;
/** Domains of their own, below the ephemeral ports; ports of their own for bare datagrams. */
const nextDomain = (): number => 20 + ((process.pid + places++) % 80);

/** Runs one end and gives the lines that it prints. */
async function run(role: string, place: number, bytes: number, seconds: number): Promise<Record<string, unknown>> {
  const args = ["--expose-gc", "--conditions=@delos/source", END, role, String(place), String(bytes), String(seconds)];
  const child = spawn(TSX, args, { stdio: ["ignore", "pipe", "inherit"] });
  const watchdog = setTimeout(() => child.kill("SIGKILL"), (seconds + 20) * 1000);
  let result: Record<string, unknown> = {};
  for await (const line of createInterface({ input: child.stdout }))
    result = JSON.parse(line) as Record<string, unknown>;
  clearTimeout(watchdog);
  return result;
}

async function throughput(bytes: number, seconds: number): Promise<BenchRow> {
  const domain = nextDomain();
  const subscriber = run("subscribe", domain, bytes, seconds);
  const publisher = run("publish", domain, bytes, seconds);
  const [theirs, ours] = [await subscriber, await publisher];
  const received = Number(theirs["received"] ?? 0);
  const spent = Number(theirs["seconds"] ?? 0);
  return {
    transport: "rtps",
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

async function latency(
  transport: string,
  role: "ping" | "bare-ping",
  bytes: number,
  seconds: number,
): Promise<BenchRow> {
  const place = role === "ping" ? nextDomain() : 20_000 + ((process.pid + places++) % 10_000);
  const other = run(role === "ping" ? "pong" : "bare-pong", place, bytes, seconds);
  const result = await run(role, place, bytes, seconds);
  await other;
  const { role: _, ...figures } = result;
  return { transport, test: "latency", payload_bytes: bytes, publishers: 1, subscribers: 1, ...figures };
}

/** Runs `ddsperf` on both sides and gives the lines of the measuring one. */
async function ddsperfPair(measuring: string[], other: string[], seconds: number, config: string): Promise<string[]> {
  const domain = String(nextDomain());
  const env = { ...process.env, CYCLONEDDS_URI: `file://${config}` };
  const args = (mode: string[]): string[] => ["-i", domain, "-D", String(seconds + 2), ...mode];
  const quiet = spawn("ddsperf", args(other), { env, stdio: "ignore" });
  const child = spawn("ddsperf", args(measuring), { env, stdio: ["ignore", "pipe", "ignore"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  quiet.kill("SIGKILL");
  return lines;
}

async function ddsperfThroughput(bytes: number, seconds: number, config: string): Promise<BenchRow> {
  const lines = await ddsperfPair(["sub"], ["pub", "size", String(bytes)], seconds, config);
  // `… size 64 total … lost 0 delta … rate 1350.20 kS/s …`: the best second, as the first and last are cut.
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

async function ddsperfLatency(bytes: number, seconds: number, config: string): Promise<BenchRow> {
  const lines = await ddsperfPair(["ping", "size", String(bytes)], ["pong"], seconds, config);
  const figures = lines
    .map((line) =>
      / mean ([\d.]+)us min ([\d.]+)us 50% ([\d.]+)us 90% ([\d.]+)us 99% ([\d.]+)us max ([\d.]+)us/.exec(line),
    )
    .filter((match) => match !== null);
  const middle = figures[Math.floor(figures.length / 2)];
  return {
    transport: "cyclonedds",
    test: "latency",
    payload_bytes: bytes,
    publishers: 1,
    subscribers: 1,
    p50_us: Number(middle?.[3] ?? Number.NaN),
    p99_us: Number(middle?.[5] ?? Number.NaN),
    max_us: Number(middle?.[6] ?? Number.NaN),
  };
}
