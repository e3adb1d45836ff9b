import type { MessagePort } from "node:worker_threads";
import { Fifo } from "@delos/core";
import type { OrdinaryView } from "@delos/core/native";
import { LogRing, type LogWriter, type PinnedMessage, StraightCopy } from "sharedarraybuffer-ring";
import { memoryIn } from "./channel-memory.ts";
import { PoolReader, PoolWriter } from "./pool.ts";

/**
 * One direction between the user's thread and the protocol's: everything in one order, samples and what is said about them.
 * A record in a LogRing, little-endian:
 *
 *   byte  0  uint32  kind: a sample whose payload follows here; one whose payload is in the pool; a call
 *         4  uint32  length of the payload, bytes
 *         8  uint32  which writer or reader it is for
 *        12  uint32  length of the extras, bytes
 *        16  float64 sequence number
 *        24  int64   source time, ns since the epoch
 *        32  int64   reception time, ns since the epoch
 *        40  uint32  which publication it is from
 *        44  uint16  large: generation of the pool
 *        46  uint16  large: where the payload begins in its message
 *        48  float64 large: number of the message in the pool
 *        56  extras, padded to a multiple of 8, then the payload
 *
 * Large payloads lie in the pool (`PoolWriter`).
 */
const HEADER_BYTES = 56;
const SMALL = 1;
const LARGE = 2;
const CALL = 3;

const RING_BYTES = 1 << 22;
const RING = { capacityBytes: RING_BYTES, maxReaders: 1 } as const;
/** Payloads up to this stand in the LogRing. */
export const SMALL_BYTES = 16_384;
/** Pieces of one turn of the event loop. */
const TURN = { messages: 512, bytes: 1 << 20 };

export interface RecordFields {
  endpoint: number;
  publication: number;
  sequence: number;
  sourceTimeNs: bigint;
  receptionTimeNs: bigint;
  extras: Uint8Array | undefined;
}

/** What the other end is given to attach. */
export interface ChannelMemory {
  readonly ring: SharedArrayBuffer;
  readonly port: MessagePort;
}

interface Waiting {
  /** Of a sample; undefined for a call. */
  readonly fields: RecordFields | undefined;
  readonly payload: Uint8Array;
}

const NO_FIELDS: RecordFields = {
  endpoint: 0,
  publication: 0,
  sequence: 0,
  sourceTimeNs: 0n,
  receptionTimeNs: 0n,
  extras: undefined,
};

/** The sending end. Never blocks: calls that find no room wait here, samples are refused until what waits has gone. */
export class ChannelWriter {
  /** What the other end is to be given. */
  readonly ring = new SharedArrayBuffer(LogRing.bytesFor(RING));
  readonly #writer: LogWriter;
  readonly #port: MessagePort;
  readonly #pool: PoolWriter;
  readonly #copy = new StraightCopy();
  readonly #backlog = new Fifo<Waiting>();
  /** Bytes of the largest sample that was refused. */
  #wanted = 0;
  #flushing = false;
  #corked = false;
  #closed = false;
  /** Called when what waited has gone. */
  onRoom: (() => void) | undefined;

  constructor(port: MessagePort, view: OrdinaryView | undefined) {
    this.#writer = LogRing.createIn(memoryIn(this.ring, view), RING).writer();
    this.#port = port;
    this.#pool = new PoolWriter(port, view);
  }

  /**
   * Memory of the other end's for a payload of at most `bytes`, to be filled and given to `sample`, whole or a part of it, or to
   * `giveBack`. Undefined when there is none to spare: any other memory will do.
   */
  lend(bytes: number): Uint8Array | undefined {
    return this.#closed || bytes <= SMALL_BYTES ? undefined : this.#pool.lend(bytes);
  }

  /** The same for a size that is not only claimed. */
  lendFor(bytes: number): Uint8Array | undefined {
    if (!this.#closed && bytes > SMALL_BYTES) this.#pool.fit(bytes);
    return this.lend(bytes);
  }

  /** Whether `memory` was lent, whatever has become of it. */
  owns(memory: Uint8Array): boolean {
    return this.#pool.owns(memory);
  }

  /** What was lent is not going to be written. Any other memory is left alone. */
  giveBack(payload: Uint8Array): void {
    this.#pool.giveBack(payload);
  }

  /**
   * Writes a sample: a copy of its payload, unless it lies in memory that was lent. False when there is no room: `onRoom` is
   * called when there is.
   */
  sample(fields: RecordFields, payload: Uint8Array): boolean {
    if (this.#closed) return true;
    if (!this.#flushing && this.#write(this.#kindOf(payload), fields, payload)) return true;
    this.#wanted = Math.max(this.#wanted, payload.length);
    if (!this.#flushing) void this.#flush();
    return false;
  }

  /** The same for the last ones of somebody who leaves: they wait for room here. */
  late(fields: RecordFields, payload: Uint8Array): void {
    if (!this.sample(fields, payload)) this.#backlog.push({ fields: { ...fields }, payload });
  }

  call(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#flushing && this.#write(CALL, NO_FIELDS, bytes)) return;
    this.#backlog.push({ fields: undefined, payload: bytes });
    if (!this.#flushing) void this.#flush();
  }

  close(): void {
    this.#closed = true;
    this.#backlog.clear();
    this.#writer.close();
    this.#pool.close();
    this.#port.close();
  }

  #kindOf(payload: Uint8Array): typeof SMALL | typeof LARGE {
    return payload.length > SMALL_BYTES || this.#pool.holds(payload) ? LARGE : SMALL;
  }

  #write(kind: number, fields: RecordFields, payload: Uint8Array): boolean {
    const { extras } = fields;
    const large = kind === LARGE || HEADER_BYTES + (extras?.length ?? 0) + payload.length > RING_BYTES / 8;
    const writer = this.#writer;
    const extrasBytes = extras === undefined ? 0 : (extras.length + 7) & ~7;
    const bytes = HEADER_BYTES + extrasBytes + (large ? 0 : payload.length);
    const at = writer.reserve(bytes);
    if (at < 0) return false;
    if (large && !this.#pool.publish(payload)) {
      writer.cancel();
      return false;
    }
    const { view } = writer;
    view.setUint32(at, kind === SMALL && large ? LARGE : kind | (kind === CALL && large ? LARGE << 8 : 0), true);
    view.setUint32(at + 4, payload.length, true);
    view.setUint32(at + 8, fields.endpoint, true);
    view.setUint32(at + 12, extras === undefined ? 0 : extras.length, true);
    view.setFloat64(at + 16, fields.sequence, true);
    view.setBigInt64(at + 24, fields.sourceTimeNs, true);
    view.setBigInt64(at + 32, fields.receptionTimeNs, true);
    view.setUint32(at + 40, fields.publication, true);
    if (large) {
      view.setUint16(at + 44, this.#pool.generation, true);
      view.setUint16(at + 46, this.#pool.offset, true);
      view.setFloat64(at + 48, this.#pool.message, true);
    }
    if (extras !== undefined) this.#copy.copy(extras, writer.bytes, at + HEADER_BYTES);
    if (!large) this.#copy.copy(payload, writer.bytes, at + HEADER_BYTES + extrasBytes);
    writer.commit(bytes);
    this.#corkTurn();
    return true;
  }

  /** What one turn of the event loop writes is published together: one wake-up of the other thread for all of it. */
  #corkTurn(): void {
    if (this.#corked) return;
    this.#corked = true;
    const cork = this.#writer.cork();
    setImmediate(() => {
      this.#corked = false;
      cork[Symbol.dispose]();
    });
  }

  #writeWaiting({ fields, payload }: Waiting): boolean {
    if (fields === undefined) return this.#write(CALL, NO_FIELDS, payload);
    return this.#write(this.#kindOf(payload), fields, payload);
  }

  /** Waits for room, writes the calls that waited, and says that there is room. */
  async #flush(): Promise<void> {
    this.#flushing = true;
    while (!this.#closed) {
      const first = this.#backlog.at(0);
      if (first !== undefined && this.#writeWaiting(first)) {
        this.#backlog.shift();
        continue;
      }
      const wanted = Math.max(first?.payload.length ?? 0, this.#wanted);
      const room = await this.#writer.waitForSpaceAsync(Math.min(HEADER_BYTES + wanted, RING_BYTES / 8), 1000);
      if (this.#closed || !room) continue;
      if (wanted > SMALL_BYTES && !(await this.#pool.room(wanted))) continue;
      if (this.#backlog.length === 0) break;
    }
    this.#flushing = false;
    this.#wanted = 0;
    if (!this.#closed) this.onRoom?.();
  }
}

/** A record as its reader sees it: valid during the call. */
export interface ChannelSample extends RecordFields {
  /** Lasts as long as it is referred to, unless `pinned` says otherwise. */
  payload: Uint8Array;
  /** The payload lies in the pool: to be released when nobody needs it any more. */
  pinned: PinnedMessage | undefined;
}

export interface ChannelVisitor {
  onSample(sample: ChannelSample): void;
  /** The bytes last. */
  onCall(bytes: Uint8Array): void;
}

/** The receiving end. */
export class ChannelReader {
  readonly #reader;
  readonly #port: MessagePort;
  readonly #visitor: ChannelVisitor;
  readonly #abort = new AbortController();
  readonly #sample: ChannelSample = { ...NO_FIELDS, payload: new Uint8Array(0), pinned: undefined };
  readonly #pool: PoolReader;
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor({ ring, port }: ChannelMemory, view: OrdinaryView | undefined, visitor: ChannelVisitor) {
    const options = { mode: "reliable", start: "oldest", freshBatches: true } as const;
    this.#reader = LogRing.attach(memoryIn(ring, view)).reader(options);
    this.#port = port;
    this.#pool = new PoolReader(port, view);
    this.#visitor = visitor;
  }

  /** Visits what comes, on this thread's event loop, until it is closed or the other end is. Keeps the process alive. */
  async run(): Promise<void> {
    await this.#reader.listen((bytes, offset) => this.#record(bytes, offset), { ...TURN, signal: this.#abort.signal });
    this.#reader.close();
    this.#pool.close();
    this.#port.close();
  }

  /** Visits what is there. */
  drain(): void {
    if (!this.#reader.closed) this.#reader.drain((bytes, offset) => this.#record(bytes, offset));
  }

  close(): void {
    this.#abort.abort();
  }

  #record(bytes: Uint8Array, at: number): void {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    const view = this.#view;
    const kind = view.getUint32(at, true);
    const payloadBytes = view.getUint32(at + 4, true);
    const extrasBytes = view.getUint32(at + 12, true);
    const sample = this.#sample;
    sample.pinned = undefined;
    if (kind === LARGE || kind > 0xff) {
      const pinned = this.#pool.pin(view.getUint16(at + 44, true), view.getFloat64(at + 48, true));
      const start = view.getUint16(at + 46, true);
      const message = pinned === undefined ? this.#pool.current.slice() : pinned.bytes;
      sample.pinned = pinned;
      sample.payload = message.subarray(start, start + payloadBytes);
    } else {
      const start = at + HEADER_BYTES + ((extrasBytes + 7) & ~7);
      sample.payload = new Uint8Array(bytes.buffer, bytes.byteOffset + start, payloadBytes);
    }
    if ((kind & 0xff) === CALL) {
      const call = sample.pinned === undefined ? sample.payload : sample.payload.slice();
      sample.pinned?.release();
      this.#visitor.onCall(call);
      return;
    }
    sample.endpoint = view.getUint32(at + 8, true);
    sample.sequence = view.getFloat64(at + 16, true);
    sample.sourceTimeNs = view.getBigInt64(at + 24, true);
    sample.receptionTimeNs = view.getBigInt64(at + 32, true);
    sample.publication = view.getUint32(at + 40, true);
    const extrasAt = bytes.byteOffset + at + HEADER_BYTES;
    sample.extras = extrasBytes === 0 ? undefined : new Uint8Array(bytes.buffer, extrasAt, extrasBytes);
    this.#visitor.onSample(sample);
  }
}
