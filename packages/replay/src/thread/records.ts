import { LogRing, type LogWriter } from "sharedarraybuffer-ring";

/**
 * What the player's thread hands to the thread of the runtime: records in a LogRing with one reliable reader.
 *
 *    0 u8  kind
 *    1 u8  where the payload begins: at the source's own place modulo 8, since V8 copies into shared memory ten times slower
 *          when source and destination are aligned differently
 *    2 u8  1: a rehearsal, not to be delivered; it makes both threads run their code before it counts
 *    4 u32 channel            of a jump: reason
 *    8 i64 recorded time, ns
 *   16 f64 due,  ms since the epoch (NaN: no time of its own)
 *   24 f64 sent, ms since the epoch
 *   32 u32 sequence number in the recording
 *   36 u32 of a jump and an end: pass
 *   40 … 47 payload, up to the record's end
 */
const HEADER_BYTES = 40;
const REHEARSAL = 1 << 16;
/** Beyond this, handing memory over is cheaper than copying it twice. */
const LARGEST_COPIED = 256 * 1024;
const DEFAULT_RING_BYTES = 8 * 2 ** 20;
/** The reader takes at most so much at once, so that a message that is kept keeps little else. */
const BATCH_BYTES = 64 * 1024;

export const RecordKind = { message: 1, clock: 2, jump: 3, ended: 4, large: 5 } as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** A ring for records. The pages are touched here, not on the first lap. */
export function createRecordRing(capacityBytes = DEFAULT_RING_BYTES): LogRing {
  const options = { capacityBytes, maxReaders: 1 };
  const memory = new SharedArrayBuffer(LogRing.bytesFor(options));
  new Uint8Array(memory).fill(0);
  return LogRing.createIn(memory, options);
}

export const recordReaderOptions = { mode: "reliable", freshBatches: true, batchBytes: BATCH_BYTES } as const;

export class RecordWriter implements Disposable {
  readonly #ring: LogWriter;
  readonly #bytes: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #i64: BigInt64Array;
  readonly #f64: Float64Array;
  #at = -1;
  #refused = HEADER_BYTES;
  /** While set, records are marked as rehearsal. */
  rehearsing = false;

  constructor(ring: LogWriter) {
    this.#ring = ring;
    ring.cork(); // for good: `flush` publishes
    const { buffer } = ring.bytes;
    this.#bytes = ring.bytes;
    this.#u32 = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
    this.#i64 = new BigInt64Array(buffer, 0, buffer.byteLength >>> 3);
    this.#f64 = new Float64Array(buffer, 0, buffer.byteLength >>> 3);
  }

  /** The largest payload that goes through the ring. */
  get largestPayload(): number {
    return Math.min(LARGEST_COPIED, this.#ring.maxMessageBytes - HEADER_BYTES - 7);
  }

  /** Whether a record without payload has room. */
  get hasRoom(): boolean {
    if (!this.#reserve(HEADER_BYTES)) return false;
    this.#ring.cancel();
    return true;
  }

  /** False when there is no room. The reader sees the record after `flush`. */
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
    const payloadAt = payload === undefined ? HEADER_BYTES : HEADER_BYTES + (payload.byteOffset & 7);
    const length = payload === undefined ? payloadAt : payloadAt + payload.length;
    if (!this.#reserve(length)) return false;
    const at = this.#at;
    const word = at >>> 2;
    this.#u32[word] = kind | (payloadAt << 8) | (this.rehearsing ? REHEARSAL : 0);
    this.#u32[word + 1] = channel;
    this.#i64[(at >>> 3) + 1] = timeNs;
    this.#f64[(at >>> 3) + 2] = dueMs;
    this.#f64[(at >>> 3) + 3] = sentMs;
    this.#u32[word + 8] = sequence;
    this.#u32[word + 9] = number;
    if (payload !== undefined) this.#bytes.set(payload, at + payloadAt);
    this.#ring.commit(length);
    return true;
  }

  /** Publishes what was pushed, with one wake-up at most: waking costs as much as a hundred records. */
  flush(): void {
    this.#ring.flush();
  }

  /** After a `push` without room: sleeps until the reader has made some, at most `timeoutMs`. */
  waitForRoom(timeoutMs: number): void {
    this.#ring.waitForSpace(this.#refused, { timeoutMs });
  }

  /** Nothing more comes: the reader ends when it has read the rest. */
  [Symbol.dispose](): void {
    this.#ring.close();
  }

  /** Room for a record at `#at`. */
  #reserve(length: number): boolean {
    this.#at = this.#ring.reserve(length);
    if (this.#at >= 0) return true;
    this.#refused = length;
    return false;
  }
}

/** The record read last: one object for all of them. */
export class RecordView {
  kind: RecordKind = RecordKind.message;
  rehearsal = false;
  channel = 0;
  timeNs = 0n;
  dueMs = Number.NaN;
  sentMs = Number.NaN;
  sequence = 0;
  number = 0;
  /** Memory of the batch, which is used once: safe to keep. Empty for records without payload. */
  payload: Uint8Array = NO_PAYLOAD;
  #bytes: Uint8Array = NO_PAYLOAD;
  #view: DataView = new DataView(NO_PAYLOAD.buffer);

  /** Takes what a reader of the ring is at. */
  read(bytes: Uint8Array, offset: number, length: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset);
    }
    const view = this.#view;
    const first = view.getUint32(offset, true);
    const payloadAt = (first >>> 8) & 255;
    this.kind = (first & 255) as RecordKind;
    this.rehearsal = (first & REHEARSAL) !== 0;
    this.channel = view.getUint32(offset + 4, true);
    this.timeNs = view.getBigInt64(offset + 8, true);
    this.dueMs = view.getFloat64(offset + 16, true);
    this.sentMs = view.getFloat64(offset + 24, true);
    this.sequence = view.getUint32(offset + 32, true);
    this.number = view.getUint32(offset + 36, true);
    this.payload =
      this.kind === RecordKind.message
        ? new Uint8Array(bytes.buffer, offset + payloadAt, length - payloadAt)
        : NO_PAYLOAD;
  }
}

const NO_PAYLOAD = new Uint8Array();
