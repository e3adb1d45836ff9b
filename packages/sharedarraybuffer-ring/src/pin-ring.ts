import { Bell } from "./bell.ts";
import { RingError } from "./errors.ts";
import { type AttachOptions, bellIn } from "./log-ring.ts";
import { KIND_PIN, type RingMemory, type RingSizes, readHeader, ringMemory, writeHeader } from "./memory.ts";
import {
  CLOSED,
  DESCRIPTORS,
  EPOCH,
  HEAD,
  MAX_CHUNKS,
  MAX_DEPTH,
  MAX_READERS,
  NOTHING,
  type PinLayout,
  pinLayout,
} from "./pin-layout.ts";
import { PinReader, type PinReaderOptions } from "./pin-reader.ts";
import { PinWriter, type PinWriterOptions } from "./pin-writer.ts";

export interface PinRingOptions {
  /** Largest message, bytes. Default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** How many messages may be published and not yet read, rounded up to a power of two. Default 8. */
  readonly depth?: number;
  /** Chunks in the pool: the depth, and what readers hold and the writer fills meanwhile. Default depth + 8; most 4095. */
  readonly chunks?: number;
  /** Most readers at one time, 1 to 256. Default 32. */
  readonly maxReaders?: number;
  /** Number of the first message: a test reaches the counters' wrap-around with this. Default 0. */
  readonly startSequence?: number;
}

/**
 * A ring for large messages: chunks that are filled, published and read in place. One writer, any number of readers.
 *
 *   const ring = PinRing.create({ maxMessageBytes: 1920 * 1080 * 3 });
 *   worker.postMessage(ring.buffer);                          // in the worker: PinRing.attach(buffer)
 */
export class PinRing {
  /** What to send to other threads. */
  readonly buffer: ArrayBufferLike;
  readonly maxMessageBytes: number;
  readonly depth: number;
  readonly chunks: number;
  readonly #memory: RingMemory;
  readonly #sizes: RingSizes;
  readonly #layout: PinLayout;
  readonly #bell: Bell | undefined;

  private constructor(memory: RingMemory, sizes: RingSizes, layout: PinLayout, options: AttachOptions) {
    this.buffer = memory.buffer;
    this.maxMessageBytes = sizes.maxMessageBytes;
    this.depth = layout.depth;
    this.chunks = layout.chunks;
    this.#memory = memory;
    this.#sizes = sizes;
    this.#layout = layout;
    this.#bell = options.bell === undefined ? undefined : bellIn(options.bell, memory.sleeper);
  }

  /** Bytes of memory that a ring of these options needs. @throws {RingError} RING_USAGE */
  static bytesFor(options: PinRingOptions = {}): number {
    return sizesOf(options).totalBytes;
  }

  /** A new ring in a new SharedArrayBuffer. @throws {RingError} RING_USAGE */
  static create(options: PinRingOptions & AttachOptions = {}): PinRing {
    return PinRing.createIn(new SharedArrayBuffer(PinRing.bytesFor(options)), options);
  }

  /** A new ring in memory the caller brings: zeroed, at least `bytesFor(options)` long. @throws {RingError} RING_USAGE */
  static createIn(buffer: ArrayBufferLike | RingMemory, options: PinRingOptions & AttachOptions = {}): PinRing {
    const memory = "words" in buffer ? buffer : ringMemory(buffer, options.sleeper);
    const sizes = sizesOf(options);
    const { startSequence = 0 } = options;
    if (memory.buffer.byteLength < sizes.totalBytes) {
      throw new RingError("RING_USAGE", `the ring needs ${sizes.totalBytes} bytes, not ${memory.buffer.byteLength}`);
    }
    const layout = layoutOf(sizes);
    const { words } = memory;
    words[HEAD] = startSequence | 0;
    words[EPOCH] = Math.floor(startSequence / 2 ** 31);
    for (let slot = 0; slot < layout.depth; slot++) words[DESCRIPTORS + slot] = NOTHING;
    writeHeader(memory, KIND_PIN, sizes);
    return new PinRing(memory, sizes, layout, options);
  }

  /** The ring in memory that another thread created. @throws {RingError} RING_NOT_A_RING, _VERSION, _KIND, _LAYOUT */
  static attach(buffer: ArrayBufferLike | RingMemory, options: AttachOptions = {}): PinRing {
    const memory = "words" in buffer ? buffer : ringMemory(buffer, options.sleeper);
    const sizes = readHeader(memory, KIND_PIN);
    const { dataBytes, maxReaders, maxMessageBytes, extra: depth, totalBytes } = sizes;
    const chunkBytes = align(maxMessageBytes);
    const chunks = dataBytes / chunkBytes;
    const consistent =
      depth >= 1 &&
      depth <= MAX_DEPTH &&
      (depth & (depth - 1)) === 0 &&
      maxReaders >= 1 &&
      maxReaders <= MAX_READERS &&
      Number.isInteger(chunks) &&
      chunks <= MAX_CHUNKS &&
      totalBytes === pinLayout(depth, chunks, chunkBytes, maxReaders).data + dataBytes;
    if (!consistent) throw new RingError("RING_LAYOUT", `the ring's header lies: ${JSON.stringify(sizes)}`);
    return new PinRing(memory, sizes, layoutOf(sizes), options);
  }

  /** Whether its writer has closed it, and no other has opened it since. */
  get closed(): boolean {
    return Atomics.load(this.#memory.words, CLOSED) === 1;
  }

  /** The writing end; a ring has one. @throws {RingError} RING_WRITER_TAKEN */
  writer(options: PinWriterOptions = {}): PinWriter {
    return new PinWriter(this.#memory, this.#sizes, this.#layout, this.#bell, options);
  }

  /** A reading end. @throws {RingError} RING_TOO_MANY_READERS */
  reader(options: PinReaderOptions = {}): PinReader {
    return new PinReader(this.#memory, this.#sizes, this.#layout, this.#bell, options);
  }
}

/** Chunks start at multiples of a cache line. */
function align(bytes: number): number {
  return Math.max(64, Math.ceil(bytes / 64) * 64);
}

function layoutOf(sizes: RingSizes): PinLayout {
  const chunkBytes = align(sizes.maxMessageBytes);
  return pinLayout(sizes.extra, sizes.dataBytes / chunkBytes, chunkBytes, sizes.maxReaders);
}

function sizesOf(options: PinRingOptions): RingSizes {
  const { maxMessageBytes = 2 ** 20, maxReaders = 32 } = options;
  const depth = 2 ** Math.ceil(Math.log2(options.depth ?? 8));
  const chunks = options.chunks ?? depth + 8;
  const whole = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new RingError("RING_USAGE", `${name} ${value} is not a whole number from ${least} to ${most}`);
  };
  whole("maxMessageBytes", maxMessageBytes, 1, 2 ** 30);
  whole("depth", depth, 1, MAX_DEPTH);
  whole("chunks", chunks, 1, MAX_CHUNKS);
  whole("maxReaders", maxReaders, 1, MAX_READERS);
  const chunkBytes = align(maxMessageBytes);
  const dataBytes = chunks * chunkBytes;
  const totalBytes = pinLayout(depth, chunks, chunkBytes, maxReaders).data + dataBytes;
  whole("the ring's size in bytes", totalBytes, 1, 2 ** 31 - 1);
  return { dataBytes, maxReaders, maxMessageBytes, extra: depth, totalBytes };
}
