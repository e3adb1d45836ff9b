import { atomicsSleeper, type Sleeper } from "sharedarraybuffer-ring";
import { loadNative, type Native } from "./native.ts";

/** A sleeper for the ends of one ring in this thread. */
export type NewSleeper = () => Sleeper;

/**
 * Threads of one process that sleep in the kernel's futex, for rings that are read by threads that block. V8 wakes a thread while
 * it holds the lock that all sleepers of the process share: on a core that both have to themselves the woken one runs into
 * that lock, goes to sleep again, and is woken once more. A round trip of two threads that do nothing else takes 4.1 µs
 * so, and 1.5 µs by a futex (docs/performance/shm.md).
 *
 * Every thread that rings a bell must know how the others sleep on it: whoever rings with `atomicsSleeper` alone leaves those in
 * the futex asleep until they look by themselves, 100 ms at most. A thread that sleeps so is terminated at its next look.
 *
 * Undefined where there is no native code.
 */
export async function loadThreadSleeper(): Promise<NewSleeper | undefined> {
  try {
    const native = await loadNative();
    return () => new FutexSleeper(native);
  } catch {
    return undefined;
  }
}

class FutexSleeper implements Sleeper {
  readonly #native: Native;
  /** What it was asked about last, nearly always the same, and its address. */
  #words: Int32Array | undefined;
  #address = 0;

  constructor(native: Native) {
    this.#native = native;
  }

  wait(words: Int32Array, index: number, expected: number, timeoutMs: number): void {
    this.#native.futexWait(this.#addressOf(words) + index * 4, expected, timeoutMs, "this process");
  }

  waitAsync(words: Int32Array, index: number, expected: number, timeoutMs: number): Promise<unknown> | undefined {
    return atomicsSleeper.waitAsync(words, index, expected, timeoutMs);
  }

  notify(words: Int32Array, index: number): void {
    this.#native.futexWake(this.#addressOf(words) + index * 4, "this process");
    Atomics.notify(words, index); // those in event loops
  }

  #addressOf(words: Int32Array): number {
    if (words !== this.#words) {
      this.#address = this.#native.addressOf(words);
      this.#words = words;
    }
    return this.#address;
  }
}
