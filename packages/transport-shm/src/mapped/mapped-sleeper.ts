import type { Sleeper } from "sharedarraybuffer-ring";
import type { Doorbell, Doorbells } from "./doorbell.ts";
import type { Native } from "./native.ts";
import { MAX_PLACES, type MappedFile, WORD_PLACES, WORD_PLACES_USED } from "./segment-file.ts";

/** How often an event loop looks that has found no place to be rung from. */
const POLL_MS = 2;

/** What a process has to ring others, and to be rung. */
export interface RingingMeans {
  /** This process as places know it, not 0. */
  readonly owner: number;
  readonly own: Doorbell | undefined;
  readonly others: Doorbells | undefined;
}

/**
 * Sleeping on memory that processes share. Threads sleep in a futex. Event loops have a place in the segment's first page:
 *
 *   OWNER  0: free; else whose doorbell to ring          ARMED  0: awake; else 1 + the word it sleeps on
 *
 *   sleeper                                     ringer
 *     ARMED = word                SYNC armed      change the word
 *     is the word still the same? SYNC rung       is somebody ARMED on it? then ARMED = 0 and ring      SYNC rung, armed
 *
 * Both store first and look then, all sequentially consistent: the sleeper sees the change, or the ringer sees it asleep. A
 * place whose owner died is freed by the first who rings in vain.
 */
export class MappedSleeper implements Sleeper {
  readonly #native: Native;
  readonly #page: Int32Array;
  readonly #address: number;
  readonly #means: RingingMeans;
  /** Our places, by the word they are for. */
  readonly #places: Map<number, number> = new Map();

  constructor(native: Native, file: MappedFile, means: RingingMeans) {
    this.#native = native;
    this.#page = file.page;
    this.#address = file.ringAddress;
    this.#means = means;
  }

  wait(_words: Int32Array, index: number, expected: number, timeoutMs: number): void {
    this.#native.futexWait(this.#address + index * 4, expected, timeoutMs, "any process");
  }

  waitAsync(words: Int32Array, index: number, expected: number, timeoutMs: number): Promise<void> | undefined {
    const { own } = this.#means;
    const place = own === undefined ? -1 : this.#placeFor(index);
    if (own === undefined || place < 0) {
      return new Promise((resolve) => void setTimeout(resolve, Math.min(timeoutMs, POLL_MS)));
    }
    Atomics.store(this.#page, place + 1, index + 1); // SYNC armed
    if (Atomics.load(words, index) !== expected) return undefined; // SYNC rung
    return own.sleep(words, index, expected, timeoutMs);
  }

  notify(_words: Int32Array, index: number): void {
    this.#native.futexWake(this.#address + index * 4, "any process");
    const page = this.#page;
    const used = Math.min(Atomics.load(page, WORD_PLACES_USED) >>> 0, MAX_PLACES);
    for (let place = WORD_PLACES; place < WORD_PLACES + used * 2; place += 2) {
      if (Atomics.load(page, place + 1) !== index + 1) continue; // SYNC rung: the word was changed before
      Atomics.store(page, place + 1, 0); // SYNC armed
      const owner = Atomics.load(page, place);
      if (owner !== 0 && this.#means.others?.ring(owner) === false) Atomics.compareExchange(page, place, owner, 0);
    }
  }

  /** Gives the places back. */
  close(): void {
    for (const place of this.#places.values()) {
      Atomics.store(this.#page, place + 1, 0);
      Atomics.compareExchange(this.#page, place, this.#means.owner, 0);
    }
    this.#places.clear();
  }

  #placeFor(index: number): number {
    const known = this.#places.get(index);
    const { owner } = this.#means;
    // Taken from us only by somebody who could not ring us; then we ask for another.
    if (known !== undefined && Atomics.load(this.#page, known) === owner) return known;
    for (let n = 0; n < MAX_PLACES; n++) {
      const place = WORD_PLACES + n * 2;
      if (Atomics.compareExchange(this.#page, place, 0, owner) !== 0) continue;
      this.#count(n + 1);
      this.#places.set(index, place);
      return place;
    }
    return -1;
  }

  /** HIGH is at least `used`. */
  #count(used: number): void {
    for (;;) {
      const high = Atomics.load(this.#page, WORD_PLACES_USED);
      if (high >= used && high <= MAX_PLACES) return;
      Atomics.compareExchange(this.#page, WORD_PLACES_USED, high, used);
    }
  }
}
