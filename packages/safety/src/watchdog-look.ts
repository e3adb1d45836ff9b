import type { WatchdogBlock } from "@delos/runtime/watchdog-block";
import type { StopOutput } from "./stop-output.ts";
import type { WatchdogCore } from "./watchdog-core.ts";

/** A look of the watchdog and what follows from it: while a stop is latched and the block armed, every output stops the car. */
export class WatchdogLook implements Disposable {
  readonly #block: WatchdogBlock;
  readonly #core: WatchdogCore;
  readonly #outputs: readonly StopOutput[];

  constructor(block: WatchdogBlock, core: WatchdogCore, outputs: readonly StopOutput[]) {
    this.#block = block;
    this.#core = core;
    this.#outputs = outputs;
  }

  /** The loop whose silence stopped the car; undefined while all is well. */
  look(nowMs: number): number | undefined {
    const loop = this.#core.look(nowMs);
    if (loop === undefined || !this.#block.armed) return loop;
    for (const output of this.#outputs) {
      try {
        output.stop(loop);
        this.#block.stopped(true);
      } catch {
        this.#block.stopped(false); // the next look tries again
      }
    }
    return loop;
  }

  [Symbol.dispose](): void {
    for (const output of this.#outputs) output.close?.();
  }
}
