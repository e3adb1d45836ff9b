import { RingError } from "./errors.ts";

/**
 * How a thread sleeps until a word of the shared memory changes. `Atomics.wait` in a SharedArrayBuffer; on memory mapped
 * between processes a futex or a descriptor stands behind the same three calls.
 */
export interface Sleeper {
  /** Blocks while `words[index] === expected`, at most `timeoutMs`. Returning early for no reason is allowed. */
  wait(words: Int32Array, index: number, expected: number, timeoutMs: number): void;
  /** The same without blocking: undefined when the word has changed already. The promise never rejects. */
  waitAsync(words: Int32Array, index: number, expected: number, timeoutMs: number): Promise<unknown> | undefined;
  /** Wakes everyone who sleeps on the word. */
  notify(words: Int32Array, index: number): void;
}

/** A block of memory that all parties see, and the way to sleep on it. What every ring stands on. */
export interface RingMemory {
  readonly buffer: ArrayBufferLike;
  /** The whole block as 32-bit words, for the control words. */
  readonly words: Int32Array;
  /** The whole block as bytes, for the messages; everything that is handed out lies in it. See `ringMemory`. */
  readonly bytes: Uint8Array;
  readonly sleeper: Sleeper;
}

type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs?: number,
) => { readonly async: boolean; readonly value: Promise<string> | string };

/** How often a thread that may not use `Atomics.waitAsync` looks again. */
const POLL_MS = 2;

/** Sleeping inside one process, by `Atomics`. */
export const atomicsSleeper: Sleeper = {
  wait(words, index, expected, timeoutMs) {
    try {
      Atomics.wait(words, index, expected, timeoutMs);
    } catch (cause) {
      throw new RingError("RING_CANNOT_BLOCK", "this thread may not block: wait with the asynchronous form", cause);
    }
  },
  waitAsync(words, index, expected, timeoutMs) {
    const waitAsync = (Atomics as unknown as { readonly waitAsync?: WaitAsync }).waitAsync;
    if (waitAsync === undefined) {
      return new Promise((resolve) => void setTimeout(resolve, Math.min(timeoutMs, POLL_MS)));
    }
    // Without a time-out of its own unless there is one: each would set a timer in the event loop.
    const outcome =
      timeoutMs === Number.POSITIVE_INFINITY
        ? waitAsync(words, index, expected)
        : waitAsync(words, index, expected, timeoutMs);
    return outcome.async ? (outcome.value as Promise<string>) : undefined;
  },
  notify(words, index) {
    Atomics.notify(words, index);
  },
};

/**
 * Memory of `buffer` as rings use it. A SharedArrayBuffer, or an ArrayBuffer that other processes have mapped too.
 *
 * `bytes` may be another view of the very same memory: that of an ordinary ArrayBuffer, made by native code over the memory of
 * a SharedArrayBuffer. V8 copies into and out of shared memory word by word, and at the rate of a byte loop when source and
 * destination are not aligned alike; ordinary memory is copied by the C library, in two thirds to a third of the time. Whoever
 * brings such a view guarantees that it is the same memory, from its first byte, and that it keeps the memory: views of it are
 * handed out, and `buffer` may be forgotten before they are.
 *
 * @throws {RingError} RING_USAGE when `bytes` is shorter than the buffer
 */
export function ringMemory(
  buffer: ArrayBufferLike,
  sleeper: Sleeper = atomicsSleeper,
  bytes: Uint8Array = new Uint8Array(buffer),
): RingMemory {
  if (bytes.length < buffer.byteLength || bytes.byteOffset % 8 !== 0) {
    throw new RingError("RING_USAGE", `a view of ${bytes.length} bytes is not one of ${buffer.byteLength}`);
  }
  return { buffer, words: new Int32Array(buffer, 0, buffer.byteLength >>> 2), bytes, sleeper };
}

/*
 * The first 64 bytes of every ring. Written once at creation, the magic number last; never changed afterwards.
 *
 *   word 0  magic "SABR"      word 4  places for readers
 *   word 1  layout version    word 5  largest message, bytes
 *   word 2  kind of ring      word 6  depends on the kind
 *   word 3  data bytes        word 7  length of the whole block, bytes
 *                             word 8  check sum of words 1 to 7
 */
export const MAGIC = 0x52424153;
export const LAYOUT_VERSION = 1;
export const KIND_LOG = 1;
export const KIND_PIN = 2;

const WORD_MAGIC = 0;
const WORD_VERSION = 1;
const WORD_KIND = 2;
const WORD_DATA = 3;
const WORD_READERS = 4;
const WORD_LARGEST = 5;
const WORD_EXTRA = 6;
const WORD_TOTAL = 7;
const WORD_CHECK = 8;

/** FNV-1a over whole words. */
function headerCheck(words: Int32Array): number {
  let sum = 0x811c9dc5;
  for (let word = WORD_VERSION; word <= WORD_TOTAL; word++) sum = Math.imul(sum ^ words[word]!, 0x01000193);
  return sum | 0;
}

/** The sizes a ring was created with. A handle reads them once: later scribbling over the header cannot mislead it. */
export interface RingSizes {
  readonly dataBytes: number;
  readonly maxReaders: number;
  readonly maxMessageBytes: number;
  /** LogRing: unused. PinRing: number of descriptors. */
  readonly extra: number;
  readonly totalBytes: number;
}

export function writeHeader(memory: RingMemory, kind: number, sizes: RingSizes): void {
  const { words } = memory;
  words[WORD_VERSION] = LAYOUT_VERSION;
  words[WORD_KIND] = kind;
  words[WORD_DATA] = sizes.dataBytes;
  words[WORD_READERS] = sizes.maxReaders;
  words[WORD_LARGEST] = sizes.maxMessageBytes;
  words[WORD_EXTRA] = sizes.extra;
  words[WORD_TOTAL] = sizes.totalBytes;
  words[WORD_CHECK] = headerCheck(words);
  Atomics.store(words, WORD_MAGIC, MAGIC); // SYNC created: whoever sees the magic number sees a whole ring
}

/** @throws {RingError} RING_NOT_A_RING, RING_VERSION, RING_KIND or RING_LAYOUT */
export function readHeader(memory: RingMemory, kind: number): RingSizes {
  const { words, buffer } = memory;
  // SYNC created
  if (words.length < 16 || Atomics.load(words, WORD_MAGIC) !== MAGIC) {
    throw new RingError("RING_NOT_A_RING", "the memory does not start with a ring's magic number");
  }
  const version = words[WORD_VERSION]!;
  if (version !== LAYOUT_VERSION) {
    throw new RingError("RING_VERSION", `the ring has layout version ${version}, this code reads ${LAYOUT_VERSION}`);
  }
  if (words[WORD_KIND] !== kind) {
    throw new RingError("RING_KIND", `expected a ring of kind ${kind}, found kind ${words[WORD_KIND]}`);
  }
  const sizes: RingSizes = {
    dataBytes: words[WORD_DATA]!,
    maxReaders: words[WORD_READERS]!,
    maxMessageBytes: words[WORD_LARGEST]!,
    extra: words[WORD_EXTRA]!,
    totalBytes: words[WORD_TOTAL]!,
  };
  const { dataBytes, maxReaders, maxMessageBytes, totalBytes } = sizes;
  const lies = words[WORD_CHECK] !== headerCheck(words);
  if (lies || totalBytes > buffer.byteLength || dataBytes <= 0 || maxReaders < 0 || maxMessageBytes <= 0) {
    throw new RingError(
      "RING_LAYOUT",
      `the ring's header lies: ${JSON.stringify(sizes)} in ${buffer.byteLength} bytes`,
    );
  }
  return sizes;
}
