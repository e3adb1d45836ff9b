import { once } from "node:events";
import { DelosError, UsageError } from "@delos/core";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { Heartbeat, WatchdogBlock } from "@delos/runtime";
import { DrivingAction, type PadMessage } from "./messages.ts";
import type { StopOutputModule } from "./stop-output.ts";

export interface WatchedLoop {
  readonly name: string;
  /** Longest time between two beats, ms. */
  readonly deadlineMs: number;
}

export interface WatchdogOptions {
  readonly loops: readonly WatchedLoop[];
  /** How often the watchdog looks, ms. Default 10. It trips within a deadline and two periods. */
  readonly periodMs?: number;
  /** How long a loop may take to its first beat, ms. Default 10,000. */
  readonly startupGraceMs?: number;
  /** How the watchdog itself stops the car. Without it, it only says so in shared memory. */
  readonly output?: StopOutputModule;
}

export interface WatchdogWorkerData {
  readonly buffer: SharedArrayBuffer;
  readonly periodMs: number;
  readonly startupGraceMs: number;
  readonly output: StopOutputModule | undefined;
}

/**
 * A thread that does nothing but look whether other loops still turn. It lives apart from every event loop it watches, so
 * that one that is blocked, or a thread that died, cannot keep it from stopping the car. The stop is latched.
 */
export class Watchdog implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #block: WatchdogBlock;
  readonly loops: readonly WatchedLoop[];
  readonly #exited: Promise<void>;

  private constructor(worker: Worker, block: WatchdogBlock, loops: readonly WatchedLoop[]) {
    this.#worker = worker;
    this.#block = block;
    this.loops = loops;
    this.#exited = new Promise((resolve) => worker.once("exit", () => resolve()));
  }

  /**
   * Starts the thread; it watches when this resolves.
   * @throws {UsageError} for loops that cannot be watched
   * @throws {DelosError} SAFETY_OUTPUT when the output cannot be opened
   */
  static async start(options: WatchdogOptions): Promise<Watchdog> {
    const { loops, periodMs = 10, startupGraceMs = 10_000, output } = options;
    const block = WatchdogBlock.create(loops.map(({ deadlineMs }) => deadlineMs));
    const workerData: WatchdogWorkerData = { buffer: block.buffer, periodMs, startupGraceMs, output };
    const worker = spawnWorker(workerEntry(), { workerData, name: "watchdog" });
    const watchdog = new Watchdog(worker, block, loops);
    try {
      await once(worker, "message");
    } catch (cause) {
      throw new DelosError("SAFETY_OUTPUT", `the watchdog could not open its output ${output?.module ?? ""}`, {
        cause,
      });
    }
    worker.on("error", () => {}); // a watchdog that dies stops looking, which the guardian sees
    return watchdog;
  }

  /** Memory to hand to the threads whose loops are watched: `new Heartbeat(buffer, index)`. */
  get block(): WatchdogBlock {
    return this.#block;
  }

  /** @throws {UsageError} when no loop has this name */
  heartbeat(name: string): Heartbeat {
    const loop = this.loops.findIndex((one) => one.name === name);
    if (loop < 0) throw new UsageError(`no loop ${name}; watched: ${this.loops.map((one) => one.name).join(", ")}`);
    return new Heartbeat(this.#block.buffer, loop);
  }

  /** The loop that tripped it, until RESET. */
  get tripped(): WatchedLoop | undefined {
    const loop = this.#block.trip;
    return loop === undefined ? undefined : this.loops[loop];
  }

  /** Only RESET clears the stop, at the watchdog's next look. */
  onPad(pad: PadMessage): void {
    if (pad.action === DrivingAction.RESET) this.#block.reset();
  }

  /** Kills the thread as a crash would: for tests of what happens then. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#block.close();
    await this.#exited;
  }
}

/** Inside vitest `import.meta.resolve` knows no `imports` of package.json. */
function workerEntry(): string {
  return typeof import.meta.resolve === "function"
    ? import.meta.resolve("#watchdog.worker")
    : new URL("./watchdog.worker.ts", import.meta.url).href;
}
