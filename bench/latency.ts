import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { apollo } from "@delos/msgs";
import { launch, parseLaunch } from "@delos/runtime";
import { CLOSED_LOOP } from "@delos/sim";
import { Rows } from "./latency/probe.ts";
import type { BenchOptions, BenchRow } from "./suite.ts";

const DOMAIN = 231;
/** Left out at the beginning: threads load, compile and engage. */
const WARM_UP_S = 10;
const PROBE = fileURLToPath(new URL("./latency/probe.ts", import.meta.url));
/** Upper ends of the histogram's bins, ms. */
const BINS = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100];

/**
 * A cyclictest for the runtime: the closed loop's launch file in real time, a thread for each of its nine modules, and how long
 * a chassis message takes to become a command in a CAN frame.
 *
 *   chassis → control   from canbus' stamp to the callback in control's thread
 *   timer               from when a cycle of control was due to its start (due: the phase of the earliest in the run)
 *   command → canbus    from the start of the cycle through control, guardian and the rings to canbus
 *   beside the period   the sum of the three: what there is beside waiting for the next cycle
 *   to the command      from the chassis' stamp to canbus, the wait included
 *   to the frame        the same to the frame on the bus: steering frames leave every 20 ms
 */
export async function benchLatency({ quick }: BenchOptions): Promise<BenchRow[]> {
  const seconds = quick ? 5 : 60;
  const rows = Math.ceil((seconds + WARM_UP_S + 10) * 110);
  const buffers = {
    control: new SharedArrayBuffer(Rows.bytes(rows)),
    canbus: new SharedArrayBuffer(Rows.bytes(rows)),
  };
  const shipped = parseLaunch(readFileSync(CLOSED_LOOP, "utf8"), CLOSED_LOOP, { road_s: seconds + 60 });
  const spec = {
    ...shipped,
    modules: shipped.modules.map((module) => {
      const probe = buffers[module.name as keyof typeof buffers];
      if (probe === undefined) return module;
      return { ...module, component: `${PROBE}#${module.name}`, config: { ...module.config, probe } };
    }),
  };
  await using launched = await launch(spec, { domain: DOMAIN, logLevel: "warn" });
  await new Promise((resolve) => void setTimeout(resolve, WARM_UP_S * 1000));
  const cpu = process.cpuUsage();
  await new Promise((resolve) => void setTimeout(resolve, seconds * 1000));
  const crashed = launched.modules.find(({ state }) => state !== "running");
  if (crashed !== undefined) throw new Error(`${crashed.name} is ${crashed.state}: ${crashed.crash?.message}`);
  const used = process.cpuUsage(cpu);

  const chassis = new Rows(buffers.control).all;
  const commands = new Rows(buffers.canbus).all;
  const fromMs = (commands[0]?.[1] ?? 0) + WARM_UP_S * 1000;
  const arrived = new Map(chassis.map(([stamp, at]) => [stamp, at! - stamp!]));
  const late = latenessOf(commands.map(([, start]) => start!));
  const counted = commands.map((row, i) => ({ row, lateMs: late[i]! })).filter(({ row }) => row[1]! >= fromMs);
  const series: Record<string, number[]> = {
    "chassis → control": [...arrived].filter(([stamp]) => stamp! >= fromMs).map(([, ms]) => ms),
    timer: counted.map(({ lateMs }) => lateMs),
    "command → canbus": counted.map(({ row: [, start, had] }) => had! - start!),
    "beside the period": counted.map(
      ({ row: [used_, start, had], lateMs }) => (arrived.get(used_!) ?? 0) + lateMs + had! - start!,
    ),
    "to the command": counted.map(({ row: [stamp, , had] }) => had! - stamp!),
    "to the frame": counted.filter(({ row }) => row[3]! > 0).map(({ row: [stamp, , , frame] }) => frame! - stamp!),
  };
  const measuredS = counted.length < 2 ? seconds : (counted.at(-1)!.row[1]! - counted[0]!.row[1]!) / 1000;
  const bytes = apollo.canbus.Chassis.encode({ header: { timestamp_sec: 1 } }).length;
  return Object.entries(series).map(([name, ms]) => ({
    transport: "loop",
    test: "latency",
    name,
    payload_bytes: bytes,
    publishers: 1,
    subscribers: 1,
    messages: ms.length,
    seconds: measuredS,
    msgs_per_s: ms.length / measuredS,
    mb_per_s: (ms.length * bytes) / measuredS / 1e6,
    ...percentiles(ms),
    lost: 0,
    cpu_s: (used.user + used.system) / 1e6,
    histogram: histogram(ms),
  }));
}

/** Ms from when each turn of a 10 ms period was due. A timer is never early, so the earliest phase of the run is the due one. */
function latenessOf(startsMs: readonly number[]): number[] {
  const first = startsMs[0] ?? 0;
  const phases = startsMs.map((ms) => ms - first - 10 * Math.round((ms - first) / 10));
  const earliest = phases.toSorted((a, b) => a - b)[Math.floor(phases.length / 100)] ?? 0;
  return phases.map((phase) => Math.max(0, phase - earliest));
}

function percentiles(ms: readonly number[]): Record<string, number> {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1000;
  return { p50_us: at(0.5), p99_us: at(0.99), p999_us: at(0.999), max_us: at(1) };
}

/** How many took at most so many ms, and longer than the bin before. */
function histogram(ms: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  BINS.forEach((bin, i) => {
    const from = BINS[i - 1] ?? 0;
    const count =
      ms.filter((one) => one > from && one <= bin).length + (i === 0 ? ms.filter((one) => one <= 0).length : 0);
    if (count > 0) counts[`≤ ${bin}`] = count;
  });
  const more = ms.filter((one) => one > BINS.at(-1)!).length;
  if (more > 0) counts["more"] = more;
  return counts;
}
