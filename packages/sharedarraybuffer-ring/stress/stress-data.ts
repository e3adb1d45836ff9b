/** What the workers of the stress test are told, and what they count. */
export interface StressWorkerData {
  readonly kind: "log" | "pin";
  readonly role: "writer" | "reader";
  readonly ring: SharedArrayBuffer;
  /** Word CONTROL: 1 asks everybody to stop. Word n: whether the reader with owner n lives. */
  readonly alive: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  readonly messages: number;
  /** See `StressOptions.view`. */
  readonly view: string | undefined;
  readonly owner: number;
  readonly reliable: boolean;
  /** A reader sleeps a millisecond after every so many messages; 0 never. */
  readonly slow: number;
  /** A writer sleeps a millisecond after every so many turns; 0 never. */
  readonly pauseEvery: number;
}

export const CONTROL = 0;
export const COUNTERS_WORDS = 10;
export const COUNT = {
  attached: 0,
  received: 1,
  lost: 2,
  last: 3,
  torn: 4,
  repeated: 5,
  reordered: 6,
  miscounted: 7,
  finished: 8,
} as const;

/** Lengths look random, 4 bytes at least, mostly small, and anyone can tell the length of message n. */
export function lengthOf(n: number, largest: number): number {
  let hash = Math.imul((n ^ (n >>> 15)) + 0x9e3779b9, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35) >>> 0;
  const limit = hash % 64 === 0 ? largest : 256;
  return Math.min(largest & ~3, 4 + (((hash >>> 6) % limit) & ~3));
}
