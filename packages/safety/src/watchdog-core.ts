import { LOOP_STATE, type WatchdogBlock } from "@delos/runtime/watchdog-block";

/**
 * The watchdog without a thread: `look` at a time of its own clock (ms) and it trips for the first loop that has not beaten
 * within its deadline. Latched until a RESET is seen in the block; then every loop has its full deadline again.
 *
 * A loop must stand still from one look to another for its deadline: a watchdog that was itself late to look sees first
 * that the loops have moved on.
 */
export class WatchdogCore {
  readonly #block: WatchdogBlock;
  readonly #startupGraceMs: number;
  readonly #seen: { beats: number; movedMs: number }[];
  #startedMs: number | undefined;
  #resets: number;

  /** @param startupGraceMs how long a loop may take to its first beat */
  constructor(block: WatchdogBlock, startupGraceMs: number) {
    this.#block = block;
    this.#startupGraceMs = startupGraceMs;
    this.#seen = Array.from({ length: block.loops }, () => ({ beats: 0, movedMs: 0 }));
    this.#resets = block.resets;
  }

  /** The loop that tripped it, as long as the stop is latched. */
  look(nowMs: number): number | undefined {
    const block = this.#block;
    block.looked();
    if (this.#startedMs === undefined || block.resets !== this.#resets) {
      this.#resets = block.resets;
      this.#startedMs = nowMs;
      for (const [loop, seen] of this.#seen.entries()) {
        seen.beats = block.beats(loop);
        seen.movedMs = nowMs;
      }
      if (block.trip !== undefined) block.setTrip(undefined);
    }
    if (block.trip !== undefined) return block.trip;
    for (let loop = 0; loop < block.loops; loop++) {
      if (!this.#silent(loop, nowMs)) continue;
      block.setTrip(loop);
      return loop;
    }
    return undefined;
  }

  #silent(loop: number, nowMs: number): boolean {
    const state = this.#block.state(loop);
    if (this.#block.deadlineMs(loop) === Number.POSITIVE_INFINITY) return false;
    if (state === LOOP_STATE.ended) return false;
    if (state === LOOP_STATE.waiting) return !(nowMs - this.#startedMs! <= this.#startupGraceMs);
    const seen = this.#seen[loop]!;
    const beats = this.#block.beats(loop);
    if (beats !== seen.beats) {
      seen.beats = beats;
      seen.movedMs = nowMs;
      return false;
    }
    return !(nowMs - seen.movedMs <= this.#block.deadlineMs(loop));
  }
}
