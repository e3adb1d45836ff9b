import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { OrdinaryView } from "@delos/core/native";
import { type Loan, type PinnedMessage, type PinReader, PinRing, type PinWriter } from "sharedarraybuffer-ring";
import { memoryIn } from "./channel-memory.ts";

const LEAST_CHUNK_BYTES = 1 << 17;
/** Beside the payload: what frames it on the wire, where it is put together in its chunk. */
const FRAME_ROOM = 1 << 12;
const POOL_BYTES = 1 << 24;
const LEAST_DEPTH = 4;
/** From here on address space matters more than being ahead. */
const HUGE_BYTES = 1 << 26;
const MOST_DEPTH = 64;

interface Lent {
  readonly generation: number;
  readonly loan: Loan;
}

/**
 * Memory for the large payloads of one direction between two threads: chunks of a PinRing. A payload larger than its chunks makes
 * a ring of larger ones, the next generation, which goes over the port: it is there before anybody hears of what is in it.
 */
export class PoolWriter {
  readonly #port: MessagePort;
  readonly #view: OrdinaryView | undefined;
  readonly #lent: Lent[] = [];
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #writer: PinWriter | undefined;
  #chunkBytes = 0;
  #depth = 0;
  /** Where the payload that was published last is: in which ring, in which of its messages, and where in that. */
  generation = 0;
  message = -1;
  offset = 0;

  constructor(port: MessagePort, view: OrdinaryView | undefined) {
    this.#port = port;
    this.#view = view;
  }

  /**
   * A chunk's memory, to be filled with a payload of at most `bytes` and given to `publish`, or to `giveBack`. Undefined when there
   * is none to spare, or when none is that large: the first payload of a size is copied, for a size that is only claimed makes no ring.
   */
  lend(bytes: number): Uint8Array | undefined {
    const writer = this.#writer;
    // Half of them stay for what is published meanwhile: payloads that are lent may wait for one that is not.
    if (writer === undefined || bytes > this.#chunkBytes || this.#lent.length >= this.#depth >> 1) return undefined;
    if (!this.#mayUse(writer)) return undefined;
    const loan = writer.loan(bytes);
    if (loan === undefined) return undefined;
    this.#lent.push({ generation: this.generation, loan });
    return loan.bytes.subarray(0, bytes);
  }

  /** Makes chunks that hold `bytes`, if they do not. */
  fit(bytes: number): void {
    if (bytes > this.#chunkBytes) this.#next(bytes);
  }

  /** Whether `memory` is, or was, a chunk's. */
  owns(memory: Uint8Array): boolean {
    return this.#buffers.has(memory.buffer);
  }

  /** Whether `memory` is, or is a part of, what was lent and neither published nor given back. */
  holds(memory: Uint8Array): boolean {
    return this.#lent.length > 0 && this.#indexOf(memory) >= 0;
  }

  /** Publishes a payload: as it lies in the memory that was lent for it, or as a copy. False when there is no room. */
  publish(payload: Uint8Array): boolean {
    const at = this.#lent.length === 0 ? -1 : this.#indexOf(payload);
    const lent = at < 0 ? undefined : this.#lent[at]!;
    if (lent !== undefined && lent.generation === this.generation) {
      this.#lent.splice(at, 1);
      this.offset = payload.byteOffset - lent.loan.bytes.byteOffset;
      lent.loan.publish(this.offset + payload.length);
    } else {
      this.fit(payload.length);
      const writer = this.#writer!;
      if (!this.#mayUse(writer) || !writer.write(payload)) return false;
      this.offset = 0;
      if (lent !== undefined) this.#lent.splice(at, 1); // of a ring that is closed
    }
    this.message++;
    return true;
  }

  /** Memory that was lent is not going to be published. Anything else is left alone. */
  giveBack(memory: Uint8Array): void {
    const at = this.#indexOf(memory);
    if (at >= 0) this.#lent.splice(at, 1)[0]!.loan.cancel();
  }

  /** Resolves when there may be room for a payload of `bytes`; false after a second without. */
  async room(bytes: number): Promise<boolean> {
    const writer = this.#writer;
    if (writer === undefined || bytes > this.#chunkBytes) return true;
    if (writer.readers > 0) return await writer.waitForSpaceAsync(bytes, 1000);
    // Its reader comes with the first record that speaks of it.
    await new Promise((resolve) => void setImmediate(resolve));
    return true;
  }

  close(): void {
    this.#writer?.close();
  }

  /** Until its reader has come nothing may be forgotten; from then on as few chunks as possible go round: they stay in the cache. */
  #mayUse(writer: PinWriter): boolean {
    if (writer.history === 0) return true;
    if (writer.readers === 0) return this.message + 1 + this.#lent.length < this.#depth;
    writer.history = 0;
    return true;
  }

  #indexOf(memory: Uint8Array): number {
    return this.#lent.findIndex(({ loan: { bytes } }) => {
      const at = memory.byteOffset - bytes.byteOffset;
      return memory.buffer === bytes.buffer && at >= 0 && at < bytes.length;
    });
  }

  #next(bytes: number): void {
    this.#writer?.close();
    const payloadBytes = Math.max(LEAST_CHUNK_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
    this.#chunkBytes = payloadBytes + FRAME_ROOM;
    const least = payloadBytes > HUGE_BYTES ? LEAST_DEPTH / 2 : LEAST_DEPTH;
    this.#depth = Math.max(least, Math.min(MOST_DEPTH, POOL_BYTES / payloadBytes));
    // As many payloads again stay with the reader's users while as many others as the depth says are on their way.
    const options = { maxMessageBytes: this.#chunkBytes, depth: this.#depth, chunks: 2 * this.#depth, maxReaders: 1 };
    const memory = memoryIn(new SharedArrayBuffer(PinRing.bytesFor(options)), this.#view);
    this.#buffers.add(memory.bytes.buffer);
    const ring = PinRing.createIn(memory, options);
    this.#writer = ring.writer({ history: this.#depth }); // for the reader that has yet to come
    this.generation++;
    this.message = -1;
    this.#port.postMessage(ring.buffer);
  }
}

/** The other end: payloads in place, each pinned until it is released. */
export class PoolReader {
  readonly #port: MessagePort;
  readonly #view: OrdinaryView | undefined;
  #ring: PinReader | undefined;
  #generation = 0;
  #read = -1;
  #spare = 0;

  constructor(port: MessagePort, view: OrdinaryView | undefined) {
    this.#port = port;
    this.#view = view;
  }

  /**
   * The payload of a message. Undefined when its users hold all the chunks that can be spared; the payload is then that of
   * `current`, until the next call, and is to be copied: whoever holds one for long must not hold up those of others.
   */
  pin(generation: number, message: number): PinnedMessage | undefined {
    while (this.#generation < generation) this.#attach();
    const ring = this.#ring!;
    while (this.#read < message && ring.next()) this.#read = ring.sequence;
    return ring.held < this.#spare ? ring.hold() : undefined;
  }

  /** Of the message that `pin` was last asked for and did not pin. */
  get current(): Uint8Array {
    const { bytes, offset, length } = this.#ring!;
    return bytes.subarray(offset, offset + length);
  }

  close(): void {
    this.#ring?.close();
  }

  #attach(): void {
    const received = receiveMessageOnPort(this.#port) as { message: SharedArrayBuffer };
    this.#ring?.close();
    const ring = PinRing.attach(memoryIn(received.message, this.#view));
    this.#ring = ring.reader({ mode: "reliable", start: "oldest" });
    this.#spare = ring.depth;
    this.#generation++;
    this.#read = -1;
  }
}
