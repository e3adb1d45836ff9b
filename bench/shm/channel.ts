import type { RingMemory } from "sharedarraybuffer-ring";

/** One end of a means of transport under measurement, in a thread of its own. */
export interface Publisher {
  /** False: full for now; then `wait`. The bytes may be used again when it returns. */
  send(bytes: Uint8Array): boolean;
  /** The same with a part of what a subscriber got, for those who need no view of it. */
  readonly forward?: (bytes: Uint8Array, offset: number, length: number) => boolean;
  /** Until there may be room. */
  wait(): void | Promise<void>;
  /** Publishes what was gathered. */
  flush?(): void;
  close(): void | Promise<void>;
}

export type OnMessage = (bytes: Uint8Array, offset: number, length: number) => void;

export interface Subscriber {
  /**
   * Hands over messages until `done()`. Blocking means return when it is so; the others check now and then.
   * `onMessage` must have copied what it wants to keep.
   */
  run(onMessage: OnMessage, done: () => boolean): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What the threads of one cell share: who they are and how many messages went through. */
export interface Cell {
  readonly driver: string;
  readonly bytes: number;
  readonly subscribers: number;
  /** Rings of the drivers that need them, made by the main thread: one for each direction. */
  readonly rings: readonly (SharedArrayBuffer | RingMemory)[];
  /** Of this cell alone: names its sockets and channels. */
  readonly id: string;
  /** Messages on the way at most, of drivers without flow control; `windowFor(bytes)` unless given. */
  readonly window?: number;
  /** Int32: see COUNTS. */
  readonly counts: ArrayBufferLike;
}

/** `shm…`: rings between threads; `mapped…`: the same rings between processes. */
export const isRing = (driver: string): boolean => driver.startsWith("shm") || isMapped(driver);
/** `shm-plain…`: the rings between threads by themselves, without what transport-shm adds where koffi loads. */
export const isPlain = (driver: string): boolean => driver.startsWith("shm-plain");
export const isMapped = (driver: string): boolean => driver.startsWith("mapped");
/** zeromq 6 ends a process whose thread ends while a socket of it is in use. */
export const needsProcesses = (driver: string): boolean => isMapped(driver) || driver === "zeromq";

export const COUNTS = { stop: 0, sent: 1, ready: 2, finished: 3, received: 16 } as const;

/** Messages that drivers without flow control of their own may have on the way, so that all are reliable. */
export function windowFor(bytes: number): number {
  return Math.max(4, Math.min(2000, Math.floor(32e6 / bytes)));
}

/** The least any subscriber has received. */
export function slowest(counts: Int32Array, subscribers: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < subscribers; i++) least = Math.min(least, Atomics.load(counts, COUNTS.received + i));
  return least;
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
