import { UsageError } from "@delos/core";
import { WatchdogBlock } from "./watchdog-block.ts";

/** The life signs of one loop. Beat at the end of every turn; a loop in another thread makes one from the block's memory. */
export class Heartbeat implements Disposable {
  readonly #block: WatchdogBlock;
  readonly #loop: number;
  #ended = false;

  /** @throws {DelosError} SAFETY_BLOCK, @throws {UsageError} for a loop that the block does not have */
  constructor(buffer: SharedArrayBuffer, loop: number) {
    this.#block = WatchdogBlock.attach(buffer);
    if (!(Number.isInteger(loop) && loop >= 0 && loop < this.#block.loops)) {
      throw new UsageError(`loop ${loop} of a watchdog with ${this.#block.loops}`);
    }
    this.#loop = loop;
  }

  beat(): void {
    if (!this.#ended) this.#block.beat(this.#loop);
  }

  /** The loop ends in order: its silence trips nothing from now on. */
  [Symbol.dispose](): void {
    this.#ended = true;
    this.#block.end(this.#loop);
  }
}
