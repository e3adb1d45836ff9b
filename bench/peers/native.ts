import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "../suite.ts";

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
  /** A daemon that must run beside it, and what it says when it is ready. */
  readonly daemon?: readonly string[];
  readonly ready?: RegExp;
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
    daemon: ["iox-roudi", "-c", "roudi.toml"],
    ready: /RouDi is ready/,
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
    daemon: ["roscore"],
    ready: /started core service/,
  },
];

const HERE = fileURLToPath(new URL(".", import.meta.url));

export async function nativePeers(options: {
  readonly only?: readonly string[] | undefined;
  readonly sizes: readonly number[];
  readonly subscribers: readonly number[];
  readonly quick: boolean;
}): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const peer of PEERS) {
    if (options.only !== undefined && !options.only.includes(peer.name)) continue;
    const missing = !existsSync(peer.header) || (peer.daemon !== undefined && !inPath(peer.daemon[0]!));
    const program = missing ? `not installed: apt-get install ${peer.packages}` : build(peer);
    if (!program.startsWith("/")) {
      rows.push({ transport: peer.name, skipped: program });
      continue;
    }
    const daemon = peer.daemon === undefined ? undefined : startDaemon(peer.daemon);
    try {
      if (daemon !== undefined && !(await daemon.says(peer.ready!))) {
        rows.push({ transport: peer.name, skipped: `${peer.daemon![0]} did not come up within ${READY_MS / 1000} s` });
        continue;
      }
      for (const test of ["T", "R"] as const) {
        for (const count of test === "T" ? options.subscribers : [1]) {
          for (const size of options.sizes) {
            for (const [option, transport] of peer.modes) {
              rows.push(run(program, transport, option, count, size, test, options.quick ? 0.25 : 0.7));
            }
          }
        }
      }
    } finally {
      await daemon?.end();
    }
  }
  if (options.only === undefined || options.only.includes("cyclonedds")) rows.push(...(await cyclone(options)));
  return rows;
}

/** One program in one mode, for other suites; a function that measures a cell, or why there is none. */
export function nativePeer(name: string, option: string, transport: string): string | NativeCell {
  const peer = PEERS.find((one) => one.name === name)!;
  if (!existsSync(peer.header)) return `not installed: apt-get install ${peer.packages}`;
  const program = build(peer);
  if (!program.startsWith("/")) return program;
  return (size, test, seconds) => run(program, transport, option, 1, size, test, seconds);
}

export type NativeCell = (size: number, test: "T" | "R", seconds: number) => BenchRow;

const READY_MS = 60_000;
/** Longer than any cell takes that works. */
const CELL_MS = 30_000;

interface Daemon {
  /** False: not in time. */
  says(what: RegExp): Promise<boolean>;
  end(): Promise<void>;
}

function startDaemon([program, ...args]: readonly string[]): Daemon {
  const child = spawn(program!, args, {
    cwd: HERE,
    env: { ...process.env, ROS_IP: "127.0.0.1", PYTHONUNBUFFERED: "1" },
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  return {
    async says(what) {
      for (const until = performance.now() + READY_MS; !what.test(said); ) {
        if (performance.now() > until || child.exitCode !== null) return false;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return true;
    },
    async end() {
      child.kill("SIGINT");
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function inPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

/** The program's path, or why there is none. Built again only when its source is newer. */
function build(peer: NativePeer): string {
  const folder = join(tmpdir(), "delos-bench-peers");
  mkdirSync(folder, { recursive: true });
  const [source, program] = [join(HERE, peer.source), join(folder, peer.name)];
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
  const flags = peer.flags.flatMap((flag) =>
    flag === "$pkg-config"
      ? execFileSync("pkg-config", ["--cflags", "--libs", "roscpp"], { encoding: "utf8" }).trim().split(/\s+/)
      : [flag],
  );
  const built = spawnSync("g++", ["-std=c++17", "-O2", "-w", source, "-o", program, ...flags], { encoding: "utf8" });
  return built.status === 0 ? program : `does not build: ${built.stderr.split("\n")[0]}`;
}

/** One cell of a peer's program, whose line of JSON is in its own words: see common.hpp. */
function run(
  program: string,
  transport: string,
  option: string,
  subscribers: number,
  size: number,
  test: "T" | "R",
  seconds: number,
): BenchRow {
  const env = { ...process.env, DUR: String(seconds), ROS_IP: "127.0.0.1" };
  const child = spawnSync(program, [String(subscribers), String(size), test, option], {
    env,
    encoding: "utf8",
    timeout: CELL_MS,
    killSignal: "SIGKILL",
  });
  const base = { transport, payload_bytes: size, publishers: 1, subscribers };
  const line = (child.stdout ?? "").split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) return { ...base, skipped: `its program ended with ${child.status ?? child.signal}` };
  const found = JSON.parse(line) as Readonly<Record<string, number>>;
  if (test === "T") {
    return {
      ...base,
      test: "throughput",
      messages: found["sent"],
      seconds,
      msgs_per_s: found["msgs"],
      mb_per_s: found["MBs"],
      lost: Math.round((found["sent"] ?? 0) * (found["loss"] ?? 0)),
    };
  }
  const us = (ns: number | undefined): number => Number(((ns ?? 0) / 1000).toFixed(2));
  return {
    ...base,
    test: "latency",
    messages: found["cnt"],
    p50_us: us(found["p50"]),
    p99_us: us(found["p99"]),
    p999_us: us(found["p999"]),
    round_trip: true,
  };
}

const CYCLONE_URI =
  "<CycloneDDS><Domain><General><Interfaces><NetworkInterface name='lo'/></Interfaces>" +
  "<AllowMulticast>false</AllowMulticast></General>" +
  "<Discovery><Peers><Peer address='127.0.0.1'/></Peers><ParticipantIndex>auto</ParticipantIndex></Discovery></Domain></CycloneDDS>";

/** Cyclone DDS brings its own program; of its reports, one a second, the best counts. */
async function cyclone(options: {
  readonly sizes: readonly number[];
  readonly subscribers: readonly number[];
  readonly quick: boolean;
}): Promise<BenchRow[]> {
  if (!inPath("ddsperf"))
    return [{ transport: "cyclonedds", skipped: "not installed: apt-get install cyclonedds-tools" }];
  const env = { ...process.env, CYCLONEDDS_URI: CYCLONE_URI };
  const seconds = options.quick ? 3 : 5;
  const rows: BenchRow[] = [];
  for (const count of options.subscribers) {
    for (const size of options.sizes) {
      const subscribers = Array.from({ length: count }, () => spawn("ddsperf", ["sub"], { env }));
      let seen = "";
      subscribers[0]!.stdout.on("data", (text: Buffer) => (seen += text.toString()));
      const publisher = spawn("ddsperf", ["-D", String(seconds), "pub", "size", String(size)], {
        env,
        stdio: "ignore",
      });
      const ends = [publisher, ...subscribers].map((child) => new Promise((resolve) => child.once("exit", resolve)));
      const late = setTimeout(() => publisher.kill("SIGKILL"), CELL_MS);
      await ends[0];
      clearTimeout(late);
      for (const child of subscribers) child.kill("SIGKILL");
      await Promise.all(ends);
      const rates = [...seen.matchAll(/rate ([\d.]+) kS\/s/g)].map((match) => Number(match[1]) * 1000);
      const best = Math.max(0, ...rates);
      rows.push({
        transport: "cyclonedds",
        test: "throughput",
        payload_bytes: size,
        publishers: 1,
        subscribers: count,
        seconds,
        msgs_per_s: Math.round(best),
        mb_per_s: Number(((best * size) / 1e6).toFixed(1)),
      });
    }
  }
  return rows;
}
