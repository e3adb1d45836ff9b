import { Bell } from "./bell.ts";
import { RingError } from "./errors.ts";
import {
  CLOSED,
  dataStart,
  ENTRIES,
  ENTRY_SEQUENCE_HIGH,
  ENTRY_SEQUENCE_LOW,
  ENTRY_WORDS,
  EPOCH,
  INTENT,
  MARK_COUNT,
  MARK_HALF,
  MARK_WORDS,
  MARKS,
  recordBytes,
  TAIL,
  TWO_32,
} from "./log-layout.ts";
import { LogReader, type LogReaderOptions } from "./log-reader.ts";
import { LogWriter, type LogWriterOptions } from "./log-writer.ts";
import {
  KIND_LOG,
  type RingMemory,
  type RingSizes,
  readHeader,
  ringMemory,
  type Sleeper,
  writeHeader,
} from "./memory.ts";

export interface LogRingOptions {
  /** Bytes of messages the ring holds, rounded up to a power of two, 4096 to 2²⁹. Default 1 MiB. */
  readonly capacityBytes?: number;
  /** Largest message, bytes. Default and most: a quarter of the capacity, less a record's header. */
  readonly maxMessageBytes?: number;
  /** Most reliable readers at one time; keep-last readers need no place and are never too many. Default 32. */
  readonly maxReaders?: number;
  /** Where the counters start: a test reaches their wrap-around with this. A multiple of 8; default 0. */
  readonly startPosition?: number;
  /** Number of the first message. Default 0. */
  readonly startSequence?: number;
}

export interface AttachOptions {
  /** A bell that several rings share, so that one sleeper hears them all: see `createBell`. All ends must use the same. */
  readonly bell?: ArrayBufferLike | undefined;
  readonly sleeper?: Sleeper;
}

/**
 * A ring for small messages: packed records of any size, read in batches. One writer, any number of readers.
 *
 *   const ring = LogRing.create({ capacityBytes: 1 << 20 });
 *   worker.postMessage(ring.buffer);                          // in the worker: LogRing.attach(buffer)
 */
export class LogRing {
  /** What to send to other threads. */
  readonly buffer: ArrayBufferLike;
  readonly capacityBytes: number;
  readonly maxMessageBytes: number;
  readonly #memory: RingMemory;
  readonly #sizes: RingSizes;
  readonly #bell: Bell | undefined;

  private constructor(memory: RingMemory, sizes: RingSizes, options: AttachOptions) {
    this.buffer = memory.buffer;
    this.capacityBytes = sizes.dataBytes;
    this.maxMessageBytes = sizes.maxMessageBytes;
    this.#memory = memory;
    this.#sizes = sizes;
    this.#bell = options.bell === undefined ? undefined : bellIn(options.bell, memory.sleeper);
  }

  /** Bytes of memory that a ring of these options needs. @throws {RingError} RING_USAGE */
  static bytesFor(options: LogRingOptions = {}): number {
    return sizesOf(options).totalBytes;
  }

  /** A new ring in a new SharedArrayBuffer. @throws {RingError} RING_USAGE */
  static create(options: LogRingOptions & AttachOptions = {}): LogRing {
    return LogRing.createIn(new SharedArrayBuffer(LogRing.bytesFor(options)), options);
  }

  /** A new ring in memory the caller brings: zeroed, at least `bytesFor(options)` long. @throws {RingError} RING_USAGE */
  static createIn(buffer: ArrayBufferLike | RingMemory, options: LogRingOptions & AttachOptions = {}): LogRing {
    const memory = "words" in buffer ? buffer : ringMemory(buffer, options.sleeper);
    const sizes = sizesOf(options);
    const { startPosition = 0, startSequence = 0 } = options;
    if (memory.buffer.byteLength < sizes.totalBytes) {
      throw new RingError("RING_USAGE", `the ring needs ${sizes.totalBytes} bytes, not ${memory.buffer.byteLength}`);
    }
    if (startPosition < 0 || startPosition % 8 !== 0)
      throw new RingError("RING_USAGE", "startPosition: a multiple of 8");
    const { words } = memory;
    const half = Math.floor(startPosition / 0x80000000);
    words[TAIL] = words[INTENT] = startPosition | 0;
    words[EPOCH] = half;
    for (const entry of [ENTRIES, ENTRIES + ENTRY_WORDS]) {
      words[entry] = startPosition | 0;
      words[entry + ENTRY_SEQUENCE_LOW] = startSequence | 0;
      words[entry + ENTRY_SEQUENCE_HIGH] = Math.floor(startSequence / TWO_32);
    }
    // No block is marked yet: marks of four halves ago are too far away for anybody.
    for (let mark = 0; mark < MARK_COUNT; mark++) words[MARKS + mark * MARK_WORDS + MARK_HALF] = (half - 4) | 0;
    writeHeader(memory, KIND_LOG, sizes);
    return new LogRing(memory, sizes, options);
  }

  /** The ring in memory that another thread created. @throws {RingError} RING_NOT_A_RING, _VERSION, _KIND, _LAYOUT */
  static attach(buffer: ArrayBufferLike | RingMemory, options: AttachOptions = {}): LogRing {
    const memory = "words" in buffer ? buffer : ringMemory(buffer, options.sleeper);
    const sizes = readHeader(memory, KIND_LOG);
    const { dataBytes, maxReaders, maxMessageBytes, totalBytes } = sizes;
    const consistent =
      (dataBytes & (dataBytes - 1)) === 0 &&
      dataBytes >= MIN_CAPACITY &&
      recordBytes(maxMessageBytes) <= dataBytes / 4 &&
      totalBytes === dataStart(maxReaders) + dataBytes;
    if (!consistent) throw new RingError("RING_LAYOUT", `the ring's header lies: ${JSON.stringify(sizes)}`);
    return new LogRing(memory, sizes, options);
  }

  /** Whether its writer has closed it, and no other has opened it since. */
  get closed(): boolean {
    return Atomics.load(this.#memory.words, CLOSED) === 1;
  }

  /** The writing end; a ring has one. @throws {RingError} RING_WRITER_TAKEN */
  writer(options: LogWriterOptions = {}): LogWriter {
    return new LogWriter(this.#memory, this.#sizes, this.#bell, options);
  }

  /** A reading end. @throws {RingError} RING_TOO_MANY_READERS */
  reader(options: LogReaderOptions = {}): LogReader {
    return new LogReader(this.#memory, this.#sizes, this.#bell, options);
  }
}

/** A bell for several rings: pass it as `bell` wherever one of them is created or attached. */
export function createBell(): SharedArrayBuffer {
  return new SharedArrayBuffer(64);
}

export function bellIn(buffer: ArrayBufferLike, sleeper: Sleeper): Bell {
  return new Bell({ words: new Int32Array(buffer, 0, 16), sleeper }, 0);
}

const MIN_CAPACITY = 4096;
const MAX_CAPACITY = 2 ** 29;

function sizesOf(options: LogRingOptions): RingSizes {
  const { capacityBytes = 2 ** 20, maxReaders = 32 } = options;
  if (!(capacityBytes > 0 && capacityBytes <= MAX_CAPACITY)) {
    throw new RingError("RING_USAGE", `capacityBytes ${capacityBytes} is not between 1 and 2^29`);
  }
  if (!(Number.isInteger(maxReaders) && maxReaders >= 0 && maxReaders <= 4096)) {
    throw new RingError("RING_USAGE", `maxReaders ${maxReaders} is not between 0 and 4096`);
  }
  const dataBytes = Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(capacityBytes)));
  const most = dataBytes / 4 - 8;
  const { maxMessageBytes = most } = options;
  if (!(Number.isInteger(maxMessageBytes) && maxMessageBytes > 0 && maxMessageBytes <= most)) {
    throw new RingError("RING_USAGE", `maxMessageBytes ${maxMessageBytes} is not between 1 and ${most}`);
  }
  return { dataBytes, maxReaders, maxMessageBytes, extra: 0, totalBytes: dataStart(maxReaders) + dataBytes };
}
