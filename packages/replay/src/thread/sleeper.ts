import type { Clock } from "@delos/core";
import type { WakeWord } from "./wake-word.ts";

/** Position and state are written again at least this often while playing. */
const STATUS_EVERY_MS = 40;
/** Bounds of the time spun before a deadline. */
const LEAST_SPIN_MS = 0.03;
const MOST_SPIN_MS = 0.25;

/**
 * Sleeps to a point of time with the precision of a spin at the price of a sleep: the kernel wakes a thread 50 µs and more
 * after its time (timer slack, the way out of idle), so the last piece is spun. How long it must be is learnt from how
 * late the sleeps before came back.
 */
export class Sleeper {
  readonly #wakes: WakeWord;
  readonly #clock: Clock;
  #spinMs = 0.12;

  constructor(wakes: WakeWord, clock: Clock) {
    this.#wakes = wakes;
    this.#clock = clock;
  }

  /** True once it is `dueMs`; false when there is something else to look at first. */
  sleepUntil(dueMs: number, count: number): boolean {
    if (dueMs === Number.NEGATIVE_INFINITY) return true;
    for (;;) {
      const nowMs = this.#clock.monotonicMs();
      const leftMs = dueMs - nowMs;
      if (leftMs <= 0) return true;
      if (leftMs > this.#spinMs) {
        const sleepMs = Math.min(leftMs - this.#spinMs, dueMs === Number.POSITIVE_INFINITY ? 1000 : STATUS_EVERY_MS);
        this.#wakes.sleep(count, sleepMs);
        if (this.#wakes.count !== count) return false;
        this.#learn(this.#clock.monotonicMs() - nowMs - sleepMs);
        if (sleepMs === STATUS_EVERY_MS || dueMs === Number.POSITIVE_INFINITY) return false;
      }
    }
  }

  /** Up at once, down slowly: a spin too short makes a message late, one too long costs some microseconds of a core. */
  #learn(overslept: number): void {
    const wanted = Math.min(MOST_SPIN_MS, Math.max(LEAST_SPIN_MS, overslept * 1.25));
    this.#spinMs += (wanted - this.#spinMs) * (wanted > this.#spinMs ? 0.25 : 0.02);
  }
}
