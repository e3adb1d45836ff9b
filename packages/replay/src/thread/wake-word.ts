/**
 * What wakes the player's thread, which sleeps until the next message is due.
 *
 *   word 0  WAKE   counts what it is to look at: a command, a large message that was taken
 *   word 1  LARGE  large messages that the other side has taken
 *
 * The thread notes WAKE, looks, and sleeps only while WAKE is what it noted: whatever comes in between is not slept over.
 */
const WAKE = 0;
const LARGE = 1;
export const WAKE_WORD_BYTES = 8;

export class WakeWord {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Take it before looking at what it announces. */
  get count(): number {
    return Atomics.load(this.#words, WAKE);
  }

  /** Sleeps until something is announced after `count` was taken, at most `timeoutMs`. */
  sleep(count: number, timeoutMs: number): void {
    Atomics.wait(this.#words, WAKE, count, timeoutMs);
  }

  wake(): void {
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  get largeTaken(): number {
    return Atomics.load(this.#words, LARGE);
  }

  tookLarge(): void {
    Atomics.add(this.#words, LARGE, 1);
    this.wake();
  }
}
