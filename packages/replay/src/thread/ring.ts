/**
 * One producer, one consumer: the player's thread hands what it plays to the thread of the runtime.
 *
 *   byte    0  WRITTEN   bytes ever published, mod 2³²          stored by the producer
 *   byte   64  READ      bytes ever taken, mod 2³²              stored by the consumer
 *   byte  128  IDLE      the consumer waits for WRITTEN         both
 *   byte  132  FULL      the producer waits for room            both
 *   byte  136  WAKE      counts what the producer is to look at: commands, freed room
 *   byte  140  LARGE     how many messages too long for the ring were taken    stored by the consumer
 *   byte  192  records, each starting at a multiple of 8 and never wrapping:
 *
 *    0 u32 size of the record, or of the unused rest of the ring
 *    4 u32 kind
 *    8 u32 channel            of a jump: reason
 *   12 u32 payload length     of a jump: pass
 *   16 i64 recorded time, ns
 *   24 f64 due,  ms since the epoch (NaN: no time of its own)
 *   32 f64 sent, ms since the epoch
 *   40 u32 payload offset in the record: at the source's own place modulo 8, since V8 copies shared memory ten times
 *          slower when source and destination are aligned differently
 *   44 u32 sequence number in the recording
 *
 * Both counters wrap at 2³², of which the capacity is a divisor. The consumer takes whole spans of records with one copy.
 */
const WRITTEN = 0;
const READ = 16;
const IDLE = 32;
const FULL = 33;
const WAKE = 34;
const LARGE = 35;
const LARGEST_COPIED = 256 * 1024;
const DATA_BYTES = 192;
const HEADER_BYTES = 48;

export const RecordKind = { rest: 0, message: 1, clock: 2, jump: 3, ended: 4, large: 5 } as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

const DEFAULT_RING_BYTES = 8 * 2 ** 20;

/** Shared memory for a ring. `capacity` is a power of two ≥ 4096. The pages are touched here, not on the first lap. */
export function createRingMemory(capacity = DEFAULT_RING_BYTES): SharedArrayBuffer {
  if (capacity < 4096 || (capacity & (capacity - 1)) !== 0)
    throw new RangeError(`ring capacity ${capacity} is not a power of two ≥ 4096`);
  const memory = new SharedArrayBuffer(DATA_BYTES + capacity);
  new Uint8Array(memory).fill(0);
  return memory;
}

abstract class RingEnd {
  protected readonly words: Int32Array;
  protected readonly data: Uint8Array;
  protected readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, DATA_BYTES / 4);
    this.data = new Uint8Array(memory, DATA_BYTES);
    this.capacity = this.data.length;
  }
}

export class RingProducer extends RingEnd {
  readonly #u32: Uint32Array;
  readonly #i64: BigInt64Array;
  readonly #f64: Float64Array;
  #written = 0;
  #read = 0;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.#u32 = new Uint32Array(memory, DATA_BYTES);
    this.#i64 = new BigInt64Array(memory, DATA_BYTES);
    this.#f64 = new Float64Array(memory, DATA_BYTES);
  }

  /** The largest payload that goes through the ring: beyond it, handing memory over is cheaper than copying it twice. */
  get largestPayload(): number {
    return Math.min(LARGEST_COPIED, this.capacity / 4 - HEADER_BYTES - 16);
  }

  /** How many records of kind `large` the other side has worked off. */
  get largeTaken(): number {
    return Atomics.load(this.words, LARGE);
  }

  /** Whether a record without payload can be pushed: only this end makes that untrue. */
  get hasRoom(): boolean {
    const rest = this.capacity - (this.#written & (this.capacity - 1));
    return this.#free() >= HEADER_BYTES + (rest < HEADER_BYTES ? rest : 0);
  }

  /** False when there is no room. The consumer sees the record when it looks; `flush` wakes it. */
  push(
    kind: RecordKind,
    channel: number,
    timeNs: bigint,
    dueMs: number,
    sentMs: number,
    sequence: number,
    payload: Uint8Array | undefined,
    number = 0,
  ): boolean {
    const length = payload?.length ?? 0;
    const payloadAt = HEADER_BYTES + ((payload?.byteOffset ?? 0) & 7);
    const size = (payloadAt + length + 7) & ~7;
    let at = this.#written & (this.capacity - 1);
    const rest = this.capacity - at;
    const needed = size <= rest ? size : rest + size;
    if (needed > this.#free()) return false;
    if (size > rest) {
      this.#u32[at >>> 2] = rest;
      this.#u32[(at >>> 2) + 1] = RecordKind.rest;
      at = 0;
    }
    const word = at >>> 2;
    this.#u32[word] = size;
    this.#u32[word + 1] = kind;
    this.#u32[word + 2] = channel;
    this.#u32[word + 3] = payload === undefined ? number : length;
    this.#i64[(at >>> 3) + 2] = timeNs;
    this.#f64[(at >>> 3) + 3] = dueMs;
    this.#f64[(at >>> 3) + 4] = sentMs;
    this.#u32[word + 10] = payloadAt;
    this.#u32[word + 11] = sequence;
    if (payload !== undefined) this.data.set(payload, at + payloadAt);
    this.#written = (this.#written + needed) | 0;
    Atomics.store(this.words, WRITTEN, this.#written); // SYNC publish: the record is whole before it counts
    return true;
  }

  /** Wakes the consumer if it sleeps. Once after several pushes: waking costs as much as a hundred of them. */
  flush(): void {
    // SYNC idle: WRITTEN was stored before IDLE is read, and the consumer looks at WRITTEN again after it has set IDLE
    if (Atomics.load(this.words, IDLE) === 0) return;
    Atomics.store(this.words, IDLE, 0);
    Atomics.notify(this.words, WRITTEN);
  }

  /** The state of the wake word before looking at what it announces: commands, room. */
  get wakes(): number {
    return Atomics.load(this.words, WAKE);
  }

  /** Sleeps until something is announced after `wakes`, at most `timeoutMs`. */
  sleep(wakes: number, timeoutMs: number): void {
    this.flush();
    Atomics.wait(this.words, WAKE, wakes, timeoutMs);
  }

  /** After a `push` without room: sleeps until the consumer has made some, or something else is announced. */
  sleepUntilRoom(wakes: number): void {
    this.flush();
    Atomics.store(this.words, FULL, 1); // SYNC full
    this.#read = Atomics.load(this.words, READ);
    if (this.#free() > this.capacity / 2) return;
    Atomics.wait(this.words, WAKE, wakes);
  }

  #free(): number {
    const free = this.capacity - ((this.#written - this.#read) >>> 0);
    if (free > this.capacity / 2) return free;
    this.#read = Atomics.load(this.words, READ); // SYNC release: the bytes before READ were copied out
    return this.capacity - ((this.#written - this.#read) >>> 0);
  }
}

/** One record, as the consumer sees it. */
export interface RingRecord {
  readonly kind: RecordKind;
  readonly channel: number;
  readonly timeNs: bigint;
  readonly dueMs: number;
  readonly sentMs: number;
  readonly sequence: number;
  /** Own memory (shared by the records of one span): safe to keep. Empty for records without payload. */
  readonly payload: Uint8Array;
  readonly number: number;
}

/** Spans are copied in portions of this size, so that a message that is kept keeps little else. */
const SPAN_BYTES = 64 * 1024;
const NO_PAYLOAD = new Uint8Array();

export class RingConsumer extends RingEnd {
  readonly #u32: Uint32Array;
  #read = 0;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.#u32 = new Uint32Array(memory, DATA_BYTES);
  }

  get isEmpty(): boolean {
    return Atomics.load(this.words, WRITTEN) === this.#read;
  }

  /** Takes a span of records, at most `SPAN_BYTES` unless a single one is longer. Returns how many records it had. */
  take(onRecord: (record: RingRecord) => void): number {
    const available = (Atomics.load(this.words, WRITTEN) - this.#read) >>> 0; // SYNC publish
    if (available === 0) return 0;
    const at = this.#read & (this.capacity - 1);
    let bytes = 0;
    let count = 0;
    while (bytes < available && at + bytes < this.capacity) {
      const size = this.#u32[(at + bytes) >>> 2]!;
      if (bytes > 0 && bytes + size > SPAN_BYTES) break;
      bytes += size;
      count++;
    }
    const span = new ArrayBuffer(bytes);
    const from = this.data.subarray(at, at + bytes);
    new Uint8Array(span).set(from);
    this.#read = (this.#read + bytes) | 0;
    Atomics.store(this.words, READ, this.#read); // SYNC release
    // SYNC full: READ was stored before FULL is read, and the producer sets FULL before it looks at READ again
    if (Atomics.load(this.words, FULL) !== 0) this.#wakeWhenRoomy();
    this.#readSpan(span, onRecord);
    return count;
  }

  /** Tells the producer that there is something to look at. */
  wakeProducer(): void {
    Atomics.add(this.words, WAKE, 1);
    Atomics.notify(this.words, WAKE);
  }

  /** A message that came beside the ring was taken. */
  tookLarge(): void {
    Atomics.add(this.words, LARGE, 1);
    this.wakeProducer();
  }

  /** Resolves when there is something to take (or for no reason). Undefined: there is already. */
  wait(): Promise<unknown> | undefined {
    const waiting = waitAsync(this.words, WRITTEN, this.#read);
    if (!waiting.async) return undefined;
    // SYNC idle: only a waiter that can be woken says that it waits. A flush in between finds IDLE unset and wakes nobody,
    // so WRITTEN is looked at once more.
    Atomics.store(this.words, IDLE, 1);
    if (!this.isEmpty) {
      Atomics.store(this.words, IDLE, 0);
      this.cancelWait();
    }
    return waiting.value;
  }

  /** Ends a pending `wait()`. */
  cancelWait(): void {
    Atomics.notify(this.words, WRITTEN);
  }

  /** The producer sleeps until half of the ring is free: one wake-up for many messages. */
  #wakeWhenRoomy(): void {
    const filled = (Atomics.load(this.words, WRITTEN) - this.#read) >>> 0;
    if (filled > this.capacity / 2) return;
    Atomics.store(this.words, FULL, 0);
    this.wakeProducer();
  }

  #readSpan(span: ArrayBuffer, onRecord: (record: RingRecord) => void): void {
    const u32 = new Uint32Array(span);
    const i64 = new BigInt64Array(span);
    const f64 = new Float64Array(span);
    for (let at = 0; at < span.byteLength; ) {
      const word = at >>> 2;
      const size = u32[word]!;
      const kind = u32[word + 1]! as RecordKind;
      if (kind === RecordKind.rest) return;
      const carries = kind === RecordKind.message;
      onRecord({
        kind,
        channel: u32[word + 2]!,
        timeNs: i64[(at >>> 3) + 2]!,
        dueMs: f64[(at >>> 3) + 3]!,
        sentMs: f64[(at >>> 3) + 4]!,
        sequence: u32[word + 11]!,
        payload: carries ? new Uint8Array(span, at + u32[word + 10]!, u32[word + 3]!) : NO_PAYLOAD,
        number: carries ? 0 : u32[word + 3]!,
      });
      at += size;
    }
  }
}

type WaitAsyncResult =
  | { readonly async: false; readonly value: "not-equal" | "timed-out" }
  | { readonly async: true; readonly value: Promise<"ok" | "timed-out"> };

/** Node has it since 16; the standard library of TypeScript only from es2024 on. */
const { waitAsync } = Atomics as unknown as {
  readonly waitAsync: (words: Int32Array, index: number, expected: number) => WaitAsyncResult;
};
