import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Driver } from "../shm/driver.ts";
import type { BenchRow } from "../suite.ts";
import { openCyclone } from "./cyclone.ts";
import { type Daemon, iceoryxDaemon, rosMaster } from "./daemons.ts";
import { sweepFastDds } from "./fastdds-files.ts";
import { childrenCpuS, inPath, output } from "./programs.ts";

/** Peers in C++, each a small program beside this file, built with g++ when Debian's packages for it are installed. */
interface NativePeer {
  /** What `--only` calls it. */
  readonly name: string;
  /** Debian packages, for whoever wants to have it. */
  readonly packages: string;
  readonly header: string;
  readonly source: string;
  /** Given to g++ after the source. */
  readonly flags: readonly string[];
  /** Option of the program, and the row's transport. */
  readonly modes: readonly (readonly [option: string, transport: string])[];
  /** A program that must run beside it. */
  readonly daemon?: { readonly program: string; readonly start: (signal?: AbortSignal) => Promise<Daemon> };
  /** After each cell: what its program has left behind. */
  readonly sweep?: () => void;
}

const PEERS: readonly NativePeer[] = [
  {
    name: "iceoryx",
    packages: "iceoryx libiceoryx-posh-dev libiceoryx-hoofs-dev g++",
    header: "/usr/include/iceoryx/v2.0.3/iceoryx_posh/popo/publisher.hpp",
    source: "iox_bench.cpp",
    flags: [
      "-I/usr/include/iceoryx/v2.0.3",
      "-liceoryx_posh",
      "-liceoryx_hoofs",
      "-liceoryx_platform",
      "-lpthread",
      "-latomic",
    ],
    modes: [
      ["copy", "iceoryx"],
      ["copy,spin", "iceoryx-spin"],
      ["loan", "iceoryx-loan"],
      ["loan,spin", "iceoryx-loan-spin"],
    ],
    daemon: { program: "iox-roudi", start: iceoryxDaemon },
  },
  {
    name: "fastdds",
    packages: "libfastrtps-dev g++",
    header: "/usr/include/fastdds/dds/domain/DomainParticipant.hpp",
    source: "fastdds_bench.cpp",
    flags: ["-lfastrtps", "-lfastcdr", "-lpthread"],
    modes: [
      ["shm", "fastdds-shm"],
      ["ds", "fastdds-data-sharing"],
      ["dsloan", "fastdds-data-sharing-loan"],
    ],
    sweep: sweepFastDds,
  },
  {
    name: "ros1",
    packages: "libroscpp-dev libstd-msgs-dev ros-core python3-roslaunch g++ pkg-config",
    header: "/usr/include/ros/ros.h",
    source: "ros1_bench.cpp",
    flags: ["$pkg-config", "-lpthread"],
    modes: [
      ["tcp", "ros1"],
      ["intra", "ros1-nodelet"],
    ],
    daemon: { program: "roscore", start: rosMaster },
  },
];

const HERE = fileURLToPath(new URL(".", import.meta.url));

export interface NativePeers extends AsyncDisposable {
  readonly drivers: readonly Driver[];
  /** Who is missing, and why. */
  readonly rows: readonly BenchRow[];
}

/** Builds what is to be built and starts the daemons. Who is not there is a row that says why. */
export async function openNativePeers(options: {
  readonly only?: readonly string[] | undefined;
  readonly quick: boolean;
  readonly signal?: AbortSignal | undefined;
}): Promise<NativePeers> {
  const { only, quick, signal } = options;
  const rows: BenchRow[] = [];
  const drivers: Driver[] = [];
  const daemons: Daemon[] = [];
  const close = async (): Promise<void> => void (await Promise.all(daemons.map((daemon) => daemon.end())));
  try {
    for (const peer of PEERS) {
      if (only !== undefined && !only.includes(peer.name)) continue;
      const program = build(peer);
      if (!program.startsWith("/")) {
        rows.push({ transport: peer.name, skipped: program });
        continue;
      }
      const daemon = await peer.daemon?.start(signal);
      if (daemon !== undefined) daemons.push(daemon);
      if (daemon !== undefined && daemon.failed !== undefined) {
        rows.push({ transport: peer.name, skipped: daemon.failed });
        continue;
      }
      const env = { ...process.env, ...daemon?.env };
      for (const [option, transport] of peer.modes) {
        drivers.push({
          name: transport,
          fits: () => true,
          measure: async (test, bytes, subscribers) => {
            const seconds = quick ? 0.25 : 0.4;
            const cell = { program, transport, option, subscribers, bytes, test, seconds, env, signal };
            const row = await measure(cell);
            peer.sweep?.();
            return row;
          },
        });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  if (only === undefined || only.includes("cyclonedds")) {
    const cyclone = openCyclone(signal);
    if (typeof cyclone === "string") rows.push({ transport: "cyclonedds", skipped: cyclone });
    else drivers.push(cyclone);
  }
  return { rows, drivers, [Symbol.asyncDispose]: close };
}

/** One program in one mode, for other suites; a function that measures a cell, or why there is none. */
export function nativePeer(name: string, option: string, transport: string): string | NativeCell {
  const peer = PEERS.find((one) => one.name === name)!;
  const program = build(peer);
  if (!program.startsWith("/")) return program;
  return async (bytes, test, seconds) => {
    const test_ = test === "T" ? "throughput" : "latency";
    const cell = { program, transport, option, subscribers: 1, bytes, test: test_, seconds, env: process.env } as const;
    const row = await measure(cell);
    peer.sweep?.();
    return row;
  };
}

export type NativeCell = (bytes: number, test: "T" | "R", seconds: number) => Promise<BenchRow>;

/** The program's path, or why there is none. Built again only when a source is newer. */
function build(peer: NativePeer): string {
  const missing = !existsSync(peer.header) || (peer.daemon !== undefined && !inPath(peer.daemon.program));
  if (missing) return `not installed: apt-get install ${peer.packages}`;
  if (!inPath("g++")) return "not built: apt-get install g++";
  const folder = join(tmpdir(), `delos-bench-peers-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [source, program] = [join(HERE, peer.source), join(folder, peer.name)];
  const changedMs = Math.max(...[source, join(HERE, "common.hpp")].map((file) => statSync(file).mtimeMs));
  if (existsSync(program) && statSync(program).mtimeMs > changedMs) return program;
  process.stderr.write(`bench: building ${peer.source} …\n`);
  try {
    const flags = peer.flags.flatMap((flag) =>
      flag === "$pkg-config"
        ? execFileSync("pkg-config", ["--cflags", "--libs", "roscpp"], { encoding: "utf8" }).trim().split(/\s+/)
        : [flag],
    );
    const built = spawnSync("g++", ["-std=c++17", "-O2", "-w", source, "-o", program, ...flags], { encoding: "utf8" });
    return built.status === 0 ? program : `does not build: ${(built.stderr ?? "").split("\n")[0]}`;
  } catch (error) {
    return `does not build: ${String(error).split("\n")[0]}`;
  }
}

interface NativeRun {
  readonly program: string;
  readonly transport: string;
  readonly option: string;
  readonly subscribers: number;
  readonly bytes: number;
  readonly test: "throughput" | "latency";
  readonly seconds: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Longer than any cell takes that works; the programs give up after 25 s by themselves. */
const CELL_MS = 35_000;

/** One cell of a peer's program, whose line of JSON is in its own words: see common.hpp. */
async function measure(cell: NativeRun): Promise<BenchRow> {
  const { transport, subscribers, bytes, test, seconds, signal } = cell;
  const base = { transport, test, payload_bytes: bytes, publishers: 1, subscribers };
  const args = [String(subscribers), String(bytes), test === "throughput" ? "T" : "R", cell.option];
  const cpuS = childrenCpuS();
  const env = { ...cell.env, DUR: String(seconds), ROS_IP: "127.0.0.1" };
  const { text, ended } = await output(cell.program, args, { env, limitMs: CELL_MS, signal });
  const cpu = { cpu_s: Number((childrenCpuS() - cpuS).toFixed(2)) };
  const line = text.split("\n").find((each) => each.startsWith("{"));
  if (line === undefined) return { ...base, skipped: `its program ended with ${ended}` };
  // "nan" stands where nothing was measured.
  const found = JSON.parse(line.replaceAll(/-?\bnan\b/g, "null")) as Readonly<Record<string, number>>;
  if ("error" in found) return { ...base, skipped: `its program ended with: ${String(found["error"])}` };
  if (test === "throughput") {
    if (!((found["got"] ?? 0) > 0)) return { ...base, skipped: "nothing arrived" };
    return {
      ...base,
      messages: found["sent"],
      seconds,
      msgs_per_s: found["msgs"],
      mb_per_s: found["MBs"],
      lost: Math.round((found["sent"] ?? 0) * (found["loss"] ?? 0)) * subscribers,
      ...cpu,
    };
  }
  if (!((found["cnt"] ?? 0) > 0)) return { ...base, skipped: "nothing came back" };
  const us = (ns: number | undefined): number => Number(((ns ?? 0) / 1000).toFixed(2));
  return {
    ...base,
    messages: found["cnt"],
    seconds: seconds * 2,
    p50_us: us(found["p50"]),
    p99_us: us(found["p99"]),
    p999_us: us(found["p999"]),
    lost: 0,
    ...cpu,
    round_trip: true,
  };
}
