import { Attachments, randomToken } from "./attachments.ts";
import { Bell } from "./bell.ts";
import { RingError } from "./errors.ts";
import type { LogReaderOptions } from "./log-reader.ts";
import type { RingMemory, RingSizes } from "./memory.ts";
import {
  CHUNK_BITS,
  CLOSED,
  DESCRIPTORS,
  EPOCH,
  HEAD,
  HIGH,
  LENGTH,
  LINE_WORDS,
  NO_CHUNK,
  NOTHING,
  type PinLayout,
  READERS_BELL,
  SEQUENCE_HIGH,
  SEQUENCE_LOW,
  WRITER_BELL,
} from "./pin-layout.ts";
import { clearPins } from "./pin-writer.ts";
import { RingReader } from "./ring-reader.ts";

export type PinReaderOptions = Omit<LogReaderOptions, "batchBytes">;

/** A message held in the ring itself: `bytes` is the ring's memory, and stays untouched until this is disposed. */
export interface PinnedMessage extends Disposable {
  readonly bytes: Uint8Array;
  /** How many messages were written to the ring before it. */
  readonly sequence: number;
  /** The same as disposing. Twice is once. */
  release(): void;
}

/**
 * Reads a PinRing without copying: the current message lies in the ring's memory and is pinned until the next call, or,
 * taken by `pin()`, until it is released. Every reader, reliable or not, takes a place in the ring.
 */
export class PinReader extends RingReader {
  readonly mode: "keep-last" | "reliable";
  readonly owner: number;

  readonly #words: Int32Array;
  readonly #layout: PinLayout;
  readonly #mask: number;
  readonly #maxMessageBytes: number;
  readonly #readersBell: Bell;
  readonly #writerBell: Bell;
  readonly #readers: Attachments;
  readonly #place: number;
  readonly #token: number;
  readonly #pinWord: number;
  readonly #pinBit: number;
  /** How often this reader holds each chunk: its one bit is set from the first hold to the last. */
  readonly #holds: Uint16Array;

  #next: number; // number of the next message, low 32 bits
  #sequence: number; // of the current message, or of the last one that was passed over
  #current = -1; // chunk of the current message
  #heldChunks = 0;
  #closed = false;

  /** Use `PinRing.reader()`. */
  constructor(
    memory: RingMemory,
    sizes: RingSizes,
    layout: PinLayout,
    bell: Bell | undefined,
    options: PinReaderOptions,
  ) {
    const { mode = "keep-last", start = "newest", owner = randomToken() } = options;
    if (owner === 0 || (owner | 0) !== owner) throw new RingError("RING_USAGE", "an owner is a 32-bit number, not 0");
    const readersBell = bell ?? new Bell(memory, READERS_BELL);
    super(readersBell);
    const { words } = memory;
    this.bytes = memory.bytes;
    this.mode = mode;
    this.owner = owner;
    this.#words = words;
    this.#layout = layout;
    this.#mask = layout.depth - 1;
    this.#maxMessageBytes = sizes.maxMessageBytes;
    this.#readersBell = readersBell;
    this.#writerBell = new Bell(memory, WRITER_BELL);
    this.#readers = new Attachments(words, layout.places, sizes.maxReaders, HIGH);
    this.#holds = new Uint16Array(layout.chunks);

    this.#place = this.#readers.claim(owner);
    this.#pinWord = layout.lines + (this.#place >>> 5);
    this.#pinBit = 1 << (this.#place & 31);
    clearPins(words, layout, this.#place); // of whoever held the place before, if it died
    // A negative token marks a reliable reader.
    this.#token = mode === "reliable" ? -randomToken() : randomToken();
    // One that wants history counts from as far back as there can be any: nothing is forgotten from then on.
    const back = start === "oldest" ? layout.depth : 0;
    this.#readers.setCursor(this.#place, (Atomics.load(words, HEAD) - back) | 0);
    this.#readers.activate(this.#place, this.#token); // SYNC attached: before HEAD is read as our start

    let head: number;
    let epoch: number;
    do {
      epoch = Atomics.load(words, EPOCH);
      head = Atomics.load(words, HEAD); // SYNC publish
    } while (Atomics.load(words, EPOCH) !== epoch);
    const half = (epoch + (((head >>> 31) ^ epoch) & 1)) >>> 0;
    this.#next = head;
    this.#sequence = (half >>> 1) * 2 ** 32 + (head >>> 0) - 1;
    if (start === "oldest") this.#goToOldest();
    this.#announce();
  }

  override next(): boolean {
    if (this.#closed) throw new RingError("RING_CLOSED", "the reader is closed");
    const words = this.#words;
    if (this.#current >= 0) this.#unpinCurrent();
    for (;;) {
      const n = this.#next;
      const head = Atomics.load(words, HEAD); // SYNC publish
      if (head === n) {
        this.#writerBell.ring();
        this.#checkPlace();
        return false;
      }
      const available = (head - n) >>> 0;
      if (available > this.#layout.depth) {
        if (available > 0x7fffffff) this.#corrupt(n); // HEAD went back: scribbled over
        this.#skip(n, head, 0);
        continue;
      }
      const at = DESCRIPTORS + (n & this.#mask);
      const descriptor = Atomics.load(words, at); // SYNC filled
      const chunk = descriptor & NO_CHUNK;
      if (descriptor >>> CHUNK_BITS !== (n & 0xfffff) || chunk >= this.#layout.chunks) {
        this.#skip(n, head, descriptor);
        continue;
      }
      this.#hold(chunk); // SYNC pinned
      // SYNC named
      if (Atomics.load(words, at) !== descriptor) {
        this.#unpin(chunk);
        this.#skip(n, head, 0);
        continue;
      }
      this.#current = chunk;
      const line = this.#layout.lines + chunk * LINE_WORDS;
      const length = words[line + LENGTH]!;
      if (words[line + SEQUENCE_LOW] !== n || length < 0 || length > this.#maxMessageBytes) this.#corrupt(n);
      const sequence = words[line + SEQUENCE_HIGH]! * 2 ** 32 + (n >>> 0);
      this.lost += sequence - this.#sequence - 1;
      this.#sequence = sequence;
      this.#next = (n + 1) | 0;
      this.#announce();
      this.#writerBell.ring(); // for the chunk given back and for the descriptor
      this.offset = this.#layout.data + chunk * this.#layout.chunkBytes;
      this.length = length;
      this.received++;
      return true;
    }
  }

  /** The next message, held in the ring until it is released: zero copies, for as long as it takes. */
  pin(): PinnedMessage | undefined {
    return this.next() ? this.hold() : undefined;
  }

  /** Keeps the current message beyond the next call. @throws {RingError} RING_USAGE when there is none */
  hold(): PinnedMessage {
    const chunk = this.#current;
    if (chunk < 0) throw new RingError("RING_USAGE", "there is no current message to hold");
    this.#current = -1; // its hold passes on
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#letGo(chunk);
    };
    return {
      bytes: this.bytes.subarray(this.offset, this.offset + this.length),
      sequence: this.#sequence,
      release,
      [Symbol.dispose]: release,
    };
  }

  /** Messages published and not yet read, by `next`. */
  get available(): number {
    return (Atomics.load(this.#words, HEAD) - this.#next) >>> 0;
  }

  /** Passes over the next `count` messages: they count as neither received nor lost. */
  skip(count: number): void {
    if (this.#closed || count <= 0) return;
    if (this.#current >= 0) this.#unpinCurrent();
    const passed = Math.min(count, this.available);
    this.#next = (this.#next + passed) | 0;
    this.#sequence += passed;
    this.#announce();
    this.#writerBell.ring();
  }

  /** Chunks this reader holds, the current message's included. */
  get held(): number {
    return this.#heldChunks;
  }

  override get sequence(): number {
    return this.#sequence;
  }

  override get hasNext(): boolean {
    if (this.#closed || Atomics.load(this.#words, HEAD) !== this.#next) return true;
    // All is read: puts our cursor right in case it was scribbled over.
    if (this.#readers.ownCursor(this.#place) !== this.#next) {
      this.#checkPlace();
      this.#announce();
      this.#writerBell.ring();
    }
    return this.ended;
  }

  override get ended(): boolean {
    return Atomics.load(this.#words, CLOSED) === 1 && Atomics.load(this.#words, HEAD) === this.#next;
  }

  override get closed(): boolean {
    return this.#closed;
  }

  /** Messages that are held stay held: the place in the ring is given up with the last of them. */
  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#readers.active(this.#place) === this.#token) this.#readers.evict(this.#place);
    if (this.#current >= 0) this.#unpinCurrent();
    if (this.#heldChunks === 0) this.#leave();
    this.#readersBell.wake(); // our own waitAsync may be pending
  }

  #leave(): void {
    if (this.#readers.owner(this.#place) === this.owner) this.#readers.release(this.#place);
    this.#writerBell.ring();
  }

  #hold(chunk: number): void {
    if (this.#holds[chunk]!++ > 0) return;
    this.#heldChunks++;
    Atomics.or(this.#words, this.#pinWord + chunk * LINE_WORDS, this.#pinBit);
  }

  #unpin(chunk: number): void {
    if (--this.#holds[chunk]! > 0) return;
    this.#heldChunks--;
    Atomics.and(this.#words, this.#pinWord + chunk * LINE_WORDS, ~this.#pinBit); // SYNC pinned
  }

  #letGo(chunk: number): void {
    this.#unpin(chunk);
    if (this.#closed && this.#heldChunks === 0) this.#leave();
    else this.#writerBell.ring();
  }

  #unpinCurrent(): void {
    const chunk = this.#current;
    this.#current = -1;
    this.#unpin(chunk);
  }

  #announce(): void {
    this.#readers.setCursor(this.#place, this.#next); // SYNC release: the descriptors before it may go
  }

  /** Message `n` is not there any more. */
  #skip(n: number, head: number, descriptor: number): void {
    this.#checkPlace();
    // Nothing named: the writer had more messages than chunks, and the next may be there. Else it went round: to
    // where three quarters of the ring are still ahead of us. Of a reliable reader it has taken nothing but history, from
    // before it joined, and what follows is all there.
    const { depth } = this.#layout;
    const kept = this.mode === "reliable" ? depth : Math.max(1, depth - (depth >>> 2));
    const ahead = (head - kept) | 0;
    this.#next = descriptor === NOTHING || ((ahead - n) | 0) <= 0 ? (n + 1) | 0 : ahead;
    this.#announce();
    this.#writerBell.ring();
  }

  #checkPlace(): void {
    if (this.#readers.holds(this.#place, this.#token)) return;
    throw new RingError("RING_REAPED", "this reader was taken for dead: the writer no longer waits for it");
  }

  /** To the first message that a descriptor still names. What came before it was never ours, so it is not lost. */
  #goToOldest(): void {
    const words = this.#words;
    const start = this.#next;
    for (let back = this.#layout.depth; back > 0; back--) {
      const n = (start - back) | 0;
      const descriptor = Atomics.load(words, DESCRIPTORS + (n & this.#mask));
      if (descriptor >>> CHUNK_BITS !== (n & 0xfffff) || (descriptor & NO_CHUNK) >= this.#layout.chunks) continue;
      this.#next = n;
      this.#sequence -= back;
      return;
    }
  }

  #corrupt(n: number): never {
    if (this.#current >= 0) this.#unpinCurrent();
    this.#next = Atomics.load(this.#words, HEAD);
    this.#announce();
    throw new RingError("RING_CORRUPT", `message ${n >>> 0} lies in a chunk that does not know it`);
  }
}
