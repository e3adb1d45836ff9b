import { RingError } from "./errors.ts";
import type { RingMemory, Sleeper } from "./memory.ts";
import { holdProcess, lookNoMore, lookNowAndThen } from "./turns.ts";

/**
 * Sleeping and waking over two words, so that whoever changes something pays for a wake-up only when somebody sleeps.
 *
 *   word 0  FLAG  1: somebody sleeps, or is about to      set by sleepers, cleared by whoever rings
 *   word 1  GEN   counts the rings; sleepers sleep on it
 *
 *   sleeper                                   ringer
 *     g = GEN                                   change the state        (the tail, a cursor)
 *     FLAG = 1             SYNC asleep          if FLAG ≠ 0             SYNC asleep
 *     is there something?  SYNC changed           FLAG = 0              SYNC changed: stored before FLAG is loaded
 *     sleep while GEN = g                         GEN = GEN + 1, wake all
 *
 * All accesses are sequentially consistent: either the ringer sees FLAG, or the sleeper sees the change. One word for both
 * would lose wake-ups, and a count of sleepers would leak when one is killed. A ringer that is killed between clearing FLAG
 * and waking leaves sleepers behind: everyone therefore sleeps in slices and looks again.
 */
/** No sleep is longer: the most that a ringer killed in the wrong place can delay a sleeper. */
export const SLICE_MS = 100;

/** Spinning longer than a wake-up costs cannot pay; waking another core takes 2 µs (bare metal) to 70 µs (virtual machines). */
const SPIN_BUDGET_US = 90;
const SPIN_MISSES = 2;
const SPIN_MAX_PAUSE = 64;

export interface WaitOptions {
  /** Default: for ever. 0 only looks. */
  readonly timeoutMs?: number;
  /**
   * Look again and again before sleeping: "adaptive" spins up to 90 µs, as long as that pays; a number spins for so many
   * µs each time. Default: sleep at once. Never spin in more threads than there are cores, less one.
   */
  readonly spin?: "adaptive" | number;
}

const NO_LIMITS: WaitOptions = {};

/** In Node the global is a getter: to call it costs several times as much as to read the clock. */
const clock = performance;

export class Bell {
  readonly #words: Int32Array;
  readonly #flag: number;
  readonly #gen: number;
  readonly #sleeper: Sleeper;
  #misses = 0;
  #pause = 0;
  #pauseLength = 1;

  constructor(memory: Pick<RingMemory, "words" | "sleeper">, firstWord: number) {
    this.#words = memory.words;
    this.#sleeper = memory.sleeper;
    this.#flag = firstWord;
    this.#gen = firstWord + 1;
  }

  /** Wakes the sleepers, if there are any. Call it after the change is stored. */
  ring(): void {
    // SYNC asleep
    if (Atomics.load(this.#words, this.#flag) !== 0) this.wake();
  }

  /** Whether somebody sleeps on this bell. */
  get awaited(): boolean {
    return Atomics.load(this.#words, this.#flag) !== 0;
  }

  /** Wakes everybody, flag or not: used after a take-over, at closing and to end a wait. */
  wake(): void {
    Atomics.store(this.#words, this.#flag, 0);
    Atomics.add(this.#words, this.#gen, 1);
    this.#sleeper.notify(this.#words, this.#gen);
  }

  /** Blocks until `ready()`; false after `timeoutMs`. `onSlice` is called after each full slice without news. */
  wait(ready: () => boolean, options: WaitOptions = NO_LIMITS, onSlice?: () => void): boolean {
    const { timeoutMs = Number.POSITIVE_INFINITY, spin = 0 } = options;
    if (timeoutMs <= 0) return ready();
    if (spin !== 0 && (ready() || this.#spin(ready, spin))) return true;
    // Who does not spin has just looked: the look before falling asleep is the first.
    const words = this.#words;
    const deadline = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : clock.now() + timeoutMs;
    let leftMs = timeoutMs;
    for (;;) {
      const gen = Atomics.load(words, this.#gen);
      Atomics.store(words, this.#flag, 1); // SYNC asleep
      if (ready()) return true; // SYNC changed
      this.#sleeper.wait(words, this.#gen, gen, leftMs < SLICE_MS ? leftMs : SLICE_MS);
      if (ready()) return true;
      if (onSlice !== undefined) {
        onSlice();
        if (ready()) return true;
      }
      if (deadline !== Number.POSITIVE_INFINITY) {
        leftMs = deadline - clock.now();
        if (leftMs <= 0) return false;
      }
    }
  }

  /** Resolves to true once `ready()`, to false after `timeoutMs`. The event loop runs on; the process stays alive. */
  async waitAsync(ready: () => boolean, timeoutMs = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<boolean> {
    if (ready()) return true;
    if (timeoutMs <= 0) return false;
    const deadline = clock.now() + timeoutMs;
    const abort = (): void => this.wake(); // the one way to end a pending Atomics.waitAsync
    signal?.addEventListener("abort", abort, { once: true });
    using _alive = holdProcess();
    try {
      for (let leftMs = timeoutMs; ; leftMs = deadline - clock.now()) {
        if (signal?.aborted === true) throw new RingError("RING_ABORTED", "waiting was aborted", signal.reason);
        if (leftMs <= 0) return false;
        const asleep = this.fallAsleep(ready, leftMs);
        if (asleep === undefined) return true;
        await asleep;
        if (ready()) return true;
      }
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * A promise of the next ring, or undefined when `ready()`: one round of `waitAsync` for those who hold the process and look
   * again by themselves.
   */
  fallAsleep(ready: () => boolean, timeoutMs = Number.POSITIVE_INFINITY): Promise<unknown> | undefined {
    const words = this.#words;
    const gen = Atomics.load(words, this.#gen);
    Atomics.store(words, this.#flag, 1); // SYNC asleep
    if (ready()) return undefined; // SYNC changed
    const asleep = this.#sleeper.waitAsync(words, this.#gen, gen, timeoutMs);
    if (asleep === undefined) return Promise.resolve();
    const look = (): void => {
      if (ready()) this.wake(); // the ringer was killed before it had woken us
    };
    lookNowAndThen(look);
    return asleep.finally(() => lookNoMore(look));
  }

  #spin(ready: () => boolean, spin: "adaptive" | number): boolean {
    if (spin === "adaptive" && this.#pause > 0) {
      this.#pause--;
      return false;
    }
    const until = clock.now() + (spin === "adaptive" ? SPIN_BUDGET_US : spin) / 1000;
    do {
      for (let i = 0; i < 16; i++) {
        if (!ready()) continue;
        this.#misses = 0;
        this.#pauseLength = 1;
        return true;
      }
    } while (clock.now() < until);
    if (++this.#misses >= SPIN_MISSES) {
      this.#misses = 0;
      this.#pause = this.#pauseLength;
      this.#pauseLength = Math.min(this.#pauseLength * 2, SPIN_MAX_PAUSE);
    }
    return false;
  }
}
