import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { Socket } from "node:dgram";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Events, Logger, SystemClock } from "@delos/core";
import { completeQos, endpointId, type ParticipantInfo } from "@delos/transport";
import { freshPrefix, rtps } from "@delos/transport-rtps";
import { codecFor, ros2Schema } from "@delos/wire";
import { transformSync } from "esbuild";

const HELP = `How long many participants take to find each other, and what that costs.

usage: npx tsx --conditions=@delos/source bench/rtps/discovery.ts [options]      (as root, on Linux)

Ten participants each are a process on a host of its own: a network namespace with one card, all on one bridge. Each participant
has 10 endpoints, of topics that its neighbours have too, beside those of ROS 2's graph.

Time runs from the moment at which the last program is loaded until each participant knows every other and all their endpoints.
Traffic is what the bridge's ports carried until then, and in the five seconds after. Datagrams are those of the protocol, also
within a host. "dropped" are datagrams for which a socket's buffer had no room.

options:
  --participants LIST   how many there are, a row for each number (default 10,20,50,100)
  --per-host N          participants of one process and host (default 10)
  --endpoints N         endpoints of each participant (default 10)
  --loss PERCENT        of the datagrams that reach a socket are lost (default 0)
  --profile FOLDER      the first host writes a CPU profile there
  --json                one JSON object a row, with the first host's counters
  --help
`;

const { values } = parseArgs({
  options: {
    participants: { type: "string", default: "10,20,50,100" },
    "per-host": { type: "string", default: "10" },
    endpoints: { type: "string", default: "10" },
    loss: { type: "string", default: "0" },
    profile: { type: "string" },
    hold: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean" },
  },
});
const clock = new SystemClock();
const endpointsEach = Number(values.endpoints);

/** Of all participants of this host, when each had found everybody. */
const counters: Record<string, number> = {};

if (values.help === true) process.stdout.write(HELP);
else if (values.hold !== undefined) await participant();
else await table();

interface HostResult {
  readonly times: number[];
  readonly cpuMs: number;
  /** What the participants have added to it, bytes. */
  readonly rss: number;
  /** Datagrams that found the buffer of their socket full. */
  readonly dropped: number;
  readonly counters: Record<string, number>;
}

/** One host: a process with some participants. */
async function participant(): Promise<void> {
  const [first = 0, each = 1, all = 1] = values.hold!.split("/").map(Number);
  if (values.loss !== "0") loseDatagrams(Number(values.loss) / 100);
  // Nobody begins before all are there: a line on standard input.
  process.stdout.write("ready\n");
  const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  await input.next();
  const startMs = clock.monotonicMs();
  const cpuBefore = process.cpuUsage();
  const rssBefore = process.memoryUsage.rss();
  const times = await Promise.all(Array.from({ length: each }, (_, i) => discover(first + i, all, startMs)));
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1000;
  const rss = process.memoryUsage.rss() - rssBefore;
  const result: HostResult = { times, cpuMs, rss, dropped: droppedDatagrams(), counters };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await input.next();
  process.exit(0);
}

/** Of what arrives at this program's sockets from now on, a part gets no further. */
function loseDatagrams(share: number): void {
  const emit = Reflect.get(Socket.prototype, "emit") as (this: Socket, event: string, ...rest: unknown[]) => boolean;
  Reflect.set(Socket.prototype, "emit", function (this: Socket, event: string, ...rest: unknown[]): boolean {
    return event === "message" && Math.random() < share ? true : emit.call(this, event, ...rest);
  });
}

/** RcvbufErrors of this namespace. */
function droppedDatagrams(): number {
  const [names = "", numbers = ""] = readFileSync("/proc/net/snmp", "latin1")
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  return Number(numbers.split(" ")[names.split(" ").indexOf("RcvbufErrors")]);
}

/** Opens a participant with its endpoints; gives the ms until it knows all others and their endpoints. */
async function discover(index: number, all: number, startMs: number): Promise<number> {
  const factory = rtps({ domain: 1 });
  const info: ParticipantInfo = {
    id: freshPrefix(),
    name: `p${index}`,
    host: `host${index}`,
    pid: process.pid,
    thread: index,
    transports: [factory.address],
    vendor: "delos",
  };
  const log = new Logger("bench", clock, () => {});
  const transport = await factory.open({ participant: info, clock, log, carries: () => true });
  const schema = ros2Schema("std_msgs/msg/String", "string data");
  const codec = codecFor(schema);
  for (let n = 0; n < endpointsEach; n++) {
    const kind = n % 2 === 0 ? "publication" : "subscription";
    const id = endpointId(info.id, n + 1, kind);
    // Topics are shared by groups of ten participants.
    const topic = `/topic${Math.floor(index / 10)}_${n >> 1}`;
    const common = { id, node: "", topic, qos: completeQos({}), schema, codec };
    if (kind === "publication") transport.createWriter({ ...common, events: new Events() });
    else transport.createReader({ ...common, onData: () => {} });
  }
  const wanted = all * endpointsEach;
  const { participants, endpoints, events } = transport.discovery;
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (participants.size >= all && endpoints.size >= wanted) resolve();
    };
    events.on("participantJoined", check);
    events.on("endpointJoined", check);
    check();
  });
  for (const [reason, count] of Object.entries(transport.counters)) counters[reason] = (counters[reason] ?? 0) + count;
  return clock.monotonicMs() - startMs;
}

async function table(): Promise<void> {
  if (process.getuid?.() !== 0) {
    process.stderr.write("network namespaces on one bridge are made by root\n");
    process.exitCode = 1;
    return;
  }
  const titles =
    "participants endpoints last-found mean-found datagrams packets kB CPU-ms RSS-MB dropped idle-kB/s".split(" ");
  const widths = titles.map((title) => title.length + 2);
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, i) => String(cell).padStart(widths[i]!)).join("");
  if (values.json !== true) console.log(`${line(titles)}\nfrom datagrams on: of one participant`);
  for (const count of values.participants.split(",").map(Number)) {
    const row = await run(count);
    if (values.json === true) {
      console.log(JSON.stringify(row));
      continue;
    }
    const { participants, endpoints, lastS, meanS, datagrams, packets, kilobytes, cpuMs, rssMB, dropped, idleKbPerS } =
      row;
    const times = [`${lastS.toFixed(2)} s`, `${meanS.toFixed(2)} s`];
    const costs = [kilobytes.toFixed(0), cpuMs.toFixed(0), rssMB.toFixed(1), dropped.toFixed(1), idleKbPerS.toFixed(2)];
    console.log(line([participants, endpoints, ...times, datagrams, packets, ...costs]));
  }
}

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

async function run(count: number) {
  const each = Math.min(count, Number(values["per-host"]));
  const hosts = Math.ceil(count / each);
  const bridge = "delosbr0";
  const name = (i: number): string => `delos-${i}`;
  const children: ChildProcess[] = [];
  const leaveNothing = (): void => {
    for (const child of children) child.kill("SIGKILL");
    for (let i = 0; i < hosts; i++) {
      spawnSync("ip", ["link", "del", `dv${i}`]);
      spawnSync("ip", ["netns", "del", name(i)]);
    }
    spawnSync("ip", ["link", "del", bridge]);
  };
  const stop = (): void => {
    leaveNothing();
    process.exit(1);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    ip("link", "add", bridge, "type", "bridge", "mcast_snooping", "0");
    ip("link", "set", bridge, "up");
    for (let i = 0; i < hosts; i++) {
      ip("netns", "add", name(i));
      ip("link", "add", `dv${i}`, "type", "veth", "peer", "name", "eth0", "netns", name(i));
      ip("link", "set", `dv${i}`, "master", bridge, "up");
      const address = `10.78.${i >> 7}.${(i & 127) + 1}/16`;
      ip("-n", name(i), "addr", "add", address, "dev", "eth0");
      ip("-n", name(i), "link", "set", "lo", "up");
      ip("-n", name(i), "link", "set", "eth0", "up");
      ip("-n", name(i), "route", "add", "224.0.0.0/4", "dev", "eth0");
    }
    const end = builtEnd();
    const lines = Array.from({ length: hosts }, (): string[] => []);
    for (let i = 0; i < hosts; i++) {
      const profile = values.profile !== undefined && i === 0 ? ["--cpu-prof", `--cpu-prof-dir=${values.profile}`] : [];
      const program = [process.execPath, ...profile, end];
      const args = ["netns", "exec", name(i), ...program, "--hold", `${i * each}/${each}/${count}`];
      const options = ["--endpoints", values.endpoints, "--loss", values.loss];
      const child = spawn("ip", [...args, ...options], { stdio: ["pipe", "pipe", "inherit"] });
      children.push(child);
      createInterface({ input: child.stdout! }).on("line", (line) => lines[i]!.push(line));
      // A few at a time: starting a hundred runtimes at once is not what is measured.
      if (i % 4 === 3) await until(() => lines[i]!.length > 0);
    }
    await until(() => lines.every((each) => each.length >= 1));
    const before = traffic(hosts);
    for (const child of children) child.stdin!.write("go\n");
    await until(() => lines.every((each) => each.length >= 2));
    const found = traffic(hosts);
    const idleFromMs = clock.monotonicMs();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const idle = traffic(hosts);
    const idleS = (clock.monotonicMs() - idleFromMs) / 1000;
    if (values.profile !== undefined) {
      children[0]!.stdin!.write("end\n");
      await new Promise((resolve) => children[0]!.once("exit", resolve));
    }
    const results = lines.map((each) => JSON.parse(each[1]!) as HostResult);
    const times = results.flatMap((result) => result.times.map((ms) => ms / 1000));
    const ofEach = (figure: (result: HostResult) => number): number =>
      results.reduce((sum, result) => sum + figure(result), 0) / count;
    return {
      participants: count,
      endpoints: count * endpointsEach,
      lastS: Math.max(...times),
      meanS: times.reduce((sum, each) => sum + each, 0) / count,
      datagrams: Math.round(ofEach((result) => result.counters["datagrams sent"]!)),
      packets: Math.round((found.packets - before.packets) / count),
      kilobytes: (found.bytes - before.bytes) / count / 1000,
      cpuMs: ofEach((result) => result.cpuMs),
      rssMB: ofEach((result) => result.rss) / 1e6,
      dropped: ofEach((result) => result.dropped),
      firstHost: results[0]!.counters,
      idleKbPerS: (idle.bytes - found.bytes) / count / 1000 / idleS,
    };
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    leaveNothing();
  }
}

/** Hosts run from the built packages, as users' programs do. */
function builtEnd(): string {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const built = spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-b", "packages/transport-rtps"], { cwd: root });
  if (built.status !== 0) throw new Error(`packages/transport-rtps does not build: ${built.stdout.toString()}`);
  // Inside the repository, so that it finds the packages.
  const folder = join(root, "node_modules", ".cache", "delos-bench");
  mkdirSync(folder, { recursive: true });
  const end = join(folder, "discovery.mjs");
  writeFileSync(end, transformSync(readFileSync(fileURLToPath(import.meta.url), "utf8"), { loader: "ts" }).code);
  return end;
}

/** What the participants have sent: what the bridge's ports have received. */
function traffic(hosts: number): { packets: number; bytes: number } {
  const { stdout } = spawnSync("ip", ["-s", "-j", "link"], { encoding: "utf8", maxBuffer: 1 << 26 });
  const links = JSON.parse(stdout) as { ifname: string; stats64: { rx: { bytes: number; packets: number } } }[];
  const ports = links.filter(({ ifname }) => /^dv\d+/.test(ifname)).slice(0, hosts);
  return ports.reduce(
    (sum, { stats64: { rx } }) => ({ packets: sum.packets + rx.packets, bytes: sum.bytes + rx.bytes }),
    { packets: 0, bytes: 0 },
  );
}

async function until(check: () => boolean): Promise<void> {
  const startMs = clock.monotonicMs();
  while (!check()) {
    if (clock.monotonicMs() - startMs > 120_000) throw new Error("not within two minutes");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
