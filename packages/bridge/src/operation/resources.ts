import { statfs } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import type { Clock } from "@delos/core";
import { delos } from "@delos/msgs";

export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** Beyond soft a value is shown as a warning, beyond hard as an error. Percent, and ms for the lag of an event loop. */
export interface ResourceLimits {
  readonly cpu: Limit;
  readonly memory: Limit;
  readonly disk: Limit;
  readonly lag: Limit;
}

export const RESOURCE_LIMITS: ResourceLimits = {
  cpu: { soft: 70, hard: 90 },
  memory: { soft: 80, hard: 92 },
  disk: { soft: 85, hard: 95 },
  // Localization counts as lost after 200 ms: half of that is too much for a loop that drives.
  lag: { soft: 20, hard: 100 },
};

type Resource = delos.bridge.Resource;
const { Level } = delos.bridge.Notice;
const DISK_EVERY_MS = 10_000;

/** What can run out, measured once a second: this process' processor time, the machine's memory, the disk, event loops. */
export class Resources implements Disposable {
  readonly #clock: Clock;
  readonly #limits: ResourceLimits;
  readonly #folder: string;
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });
  #cpu = process.cpuUsage();
  #sampledMs: number;
  #diskAtMs = Number.NEGATIVE_INFINITY;
  #diskPercent = Number.NaN;

  /** `folder`: on the disk that recordings and logs go to. */
  constructor(clock: Clock, folder = ".", limits: ResourceLimits = RESOURCE_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#folder = folder;
    this.#sampledMs = clock.monotonicMs();
    this.#delay.enable();
  }

  /** Since the last sample. `lags`: largest lag of other threads' event loops by their names, ms. */
  sample(lags: ReadonlyMap<string, number> = new Map()): readonly Resource[] {
    const nowMs = this.#clock.monotonicMs();
    const spentMs = Math.max(1, nowMs - this.#sampledMs);
    const cpu = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.#sampledMs = nowMs;
    // Of all processors: what a person understands by "the computer is busy".
    const cpuPercent = ((cpu.user + cpu.system) / 1000 / spentMs / availableParallelism()) * 100;
    const memoryPercent = (1 - freeMemory() / totalmem()) * 100;
    if (nowMs - this.#diskAtMs > DISK_EVERY_MS) this.#measureDisk(nowMs);
    const mainLagMs = Math.max(0, this.#delay.max / 1e6 - 10); // the histogram holds the timer's own period too
    this.#delay.reset();
    const { limits } = this;
    return [
      resource("cpu", "%", Math.min(100, cpuPercent), limits.cpu, 100),
      resource("memory", "%", memoryPercent, limits.memory, 100),
      ...(Number.isNaN(this.#diskPercent) ? [] : [resource("disk", "%", this.#diskPercent, limits.disk, 100)]),
      resource("lag:bridge", "ms", mainLagMs, limits.lag, 2 * limits.lag.hard),
      ...[...lags].map(([name, ms]) => resource(`lag:${name}`, "ms", ms, limits.lag, 2 * limits.lag.hard)),
    ];
  }

  get limits(): ResourceLimits {
    return this.#limits;
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }

  #measureDisk(nowMs: number): void {
    this.#diskAtMs = nowMs;
    statfs(this.#folder).then(
      ({ blocks, bavail }) => (this.#diskPercent = blocks > 0 ? (1 - bavail / blocks) * 100 : Number.NaN),
      () => (this.#diskPercent = Number.NaN), // no such folder yet: nothing is shown
    );
  }
}

/** What programs can still get: Linux counts its caches as used, although it gives them up when asked. */
function freeMemory(): number {
  return (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem();
}

function resource(name: string, unit: string, value: number, { soft, hard }: Limit, full: number): Resource {
  const level = value >= hard ? Level.ERROR : value >= soft ? Level.WARN : Level.INFO;
  return { name, unit, value, soft, hard, full, level };
}
