import { RingError } from "./errors.ts";

/**
 * Who reads: a table of places in the ring's memory, 64 bytes each so that no two readers share a cache line.
 *
 *   word 0  OWNER   0: free. Else the owner's number, put in by compare-exchange
 *   word 1  ACTIVE  0: not counted. Else this attachment's token, by which a reader sees whether it still holds the place
 *   word 2  CURSOR  LogRing, reliable readers: how far it has read
 *
 * A place is claimed (OWNER), filled in (CURSOR), then made to count (ACTIVE); it is given up in the opposite order. A
 * reader that dies in between leaves a place that does not count and whose OWNER says whom to ask about it.
 */
export const PLACE_WORDS = 16;
const OWNER = 0;
const ACTIVE = 1;
const CURSOR = 2;

/** A number that tells attachments apart. Not secret: it only must not repeat soon. */
export function randomToken(): number {
  return 1 + Math.floor(Math.random() * 0x7ffffffe);
}

export class Attachments {
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #high: number;
  readonly capacity: number;

  /** `highWord` holds how many places were ever in use, so that nobody looks at the others. */
  constructor(words: Int32Array, firstWord: number, capacity: number, highWord: number) {
    this.#words = words;
    this.#first = firstWord;
    this.capacity = capacity;
    this.#high = highWord;
  }

  /** Places that may be in use: 0 to this, exclusive. */
  get high(): number {
    const high = Atomics.load(this.#words, this.#high);
    return high >= 0 && high <= this.capacity ? high : this.capacity;
  }

  /** @throws {RingError} RING_TOO_MANY_READERS */
  claim(owner: number): number {
    for (let place = 0; place < this.capacity; place++) {
      if (Atomics.compareExchange(this.#words, this.#at(place) + OWNER, 0, owner) !== 0) continue;
      for (let high = this.high; high <= place; high = this.high) {
        Atomics.compareExchange(this.#words, this.#high, high, place + 1);
      }
      return place;
    }
    throw new RingError("RING_TOO_MANY_READERS", `all ${this.capacity} places for readers are taken`);
  }

  activate(place: number, token: number): void {
    Atomics.store(this.#words, this.#at(place) + ACTIVE, token);
  }

  /** The token of the reader at `place`; 0 when nobody there counts. */
  active(place: number): number {
    return Atomics.load(this.#words, this.#at(place) + ACTIVE);
  }

  owner(place: number): number {
    return Atomics.load(this.#words, this.#at(place) + OWNER);
  }

  cursor(place: number): number {
    return Atomics.load(this.#words, this.#at(place) + CURSOR);
  }

  /** For the reader at `place` itself, who only wants to know whether somebody has put it out since: soon is early enough. */
  holds(place: number, token: number): boolean {
    return this.#words[this.#at(place) + ACTIVE] === token;
  }

  /** The same for its cursor, which nobody else should have changed. */
  ownCursor(place: number): number {
    return this.#words[this.#at(place) + CURSOR]!;
  }

  setCursor(place: number, cursor: number): void {
    Atomics.store(this.#words, this.#at(place) + CURSOR, cursor);
  }

  /** The reader at `place` no longer counts, but keeps the place until it is released. */
  evict(place: number): void {
    Atomics.store(this.#words, this.#at(place) + ACTIVE, 0);
  }

  release(place: number): void {
    this.evict(place);
    Atomics.store(this.#words, this.#at(place) + OWNER, 0);
  }

  #at(place: number): number {
    return this.#first + place * PLACE_WORDS;
  }
}
