/** What the processes of the stress run are told and what they count: in a mapped file that all of them have. */
export interface EndData {
  readonly kind: "log" | "pin" | "transport";
  readonly role: "writer" | "reader";
  /** Files: the ring, and the counters. */
  readonly ring: string;
  readonly control: string;
  /** Of `transport`: the bus. */
  readonly domain: string;
  readonly owner: number;
  readonly reliable: boolean;
  /** A reader sleeps 1 ms after every so many messages; 0 never. */
  readonly slow: number;
}

export const MOST_OWNERS = 1024;
const COUNTERS_FROM = 64 + MOST_OWNERS * 16;

/** Words at the start: STOP asks the writers to end; LIVING is the owner of the writer that was never killed. */
export const STOP = 0;
export const LIVING = 1;

export const COUNT = {
  attached: 0,
  received: 1,
  lost: 2,
  torn: 3,
  repeated: 4,
  reordered: 5,
  miscounted: 6,
  written: 7,
  finished: 8,
  /** Of what the writer wrote that was never killed. */
  lostOfLiving: 9,
} as const;
const COUNTERS = 12;

export const CONTROL_BYTES = COUNTERS_FROM + MOST_OWNERS * COUNTERS * 8;

/** The control block: who is who, by the kernel's numbers, and what each has counted. */
export class Control {
  readonly words: Int32Array;
  readonly #starts: Float64Array;
  readonly #counters: Float64Array;

  constructor(buffer: ArrayBufferLike) {
    this.words = new Int32Array(buffer, 0, 16);
    this.#starts = new Float64Array(buffer, 64, MOST_OWNERS * 2);
    this.#counters = new Float64Array(buffer, COUNTERS_FROM, MOST_OWNERS * COUNTERS);
  }

  get stopped(): boolean {
    return Atomics.load(this.words, STOP) === 1;
  }

  stop(living: number): void {
    Atomics.store(this.words, LIVING, living);
    Atomics.store(this.words, STOP, 1);
  }

  get living(): number {
    return Atomics.load(this.words, LIVING);
  }

  register(owner: number, pid: number, startTicks: string): void {
    this.#starts[owner * 2 + 1] = Number(startTicks);
    this.#starts[owner * 2] = pid;
  }

  identity(owner: number): { readonly pid: number; readonly startTicks: string } {
    return { pid: this.#starts[owner * 2]!, startTicks: String(this.#starts[owner * 2 + 1]!) };
  }

  count(owner: number, what: number): number {
    return this.#counters[owner * COUNTERS + what]!;
  }

  set(owner: number, what: number, value: number): void {
    this.#counters[owner * COUNTERS + what] = value;
  }

  add(owner: number, what: number): void {
    this.set(owner, what, this.count(owner, what) + 1);
  }
}

/** Lengths look random, 8 bytes at least, mostly small, and anyone can tell the length of message n. */
export function lengthOf(n: number, largest: number): number {
  let hash = Math.imul((n ^ (n >>> 15)) + 0x9e3779b9, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35) >>> 0;
  const limit = hash % 64 === 0 ? largest : 256;
  return Math.min(largest & ~3, 8 + (((hash >>> 6) % limit) & ~3));
}

/** Message n: its first word is n, every other one is ~n. */
export function fill(words: Int32Array, n: number, length: number): void {
  words.fill(~n, 0, length >>> 2);
  words[0] = n;
}

export function isWhole(words: Int32Array, at: number, length: number, n: number): boolean {
  if (words[at] !== (n | 0)) return false;
  for (let i = 1; i < length >>> 2; i++) if (words[at + i] !== ~n) return false;
  return true;
}
