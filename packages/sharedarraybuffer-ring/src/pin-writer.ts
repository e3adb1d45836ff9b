import { Attachments, randomToken } from "./attachments.ts";
import { Bell, type WaitOptions } from "./bell.ts";
import { RingError } from "./errors.ts";
import { LastPart } from "./last-part.ts";
import type { RingMemory, RingSizes } from "./memory.ts";
import {
  CLOSED,
  DESCRIPTORS,
  descriptorOf,
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
  WRITER,
  WRITER_BELL,
} from "./pin-layout.ts";
import { StraightCopy } from "./straighten.ts";

export interface PinWriterOptions {
  /** Take the ring from a writer that is dead. Only the caller can know that it is. */
  readonly takeover?: boolean;
  /** Asked about the owners of readers while the writer waits for them; false removes the reader and its pins. */
  readonly isAlive?: (owner: number) => boolean;
  /**
   * How many of the last messages stay for late joiners even when every reader has passed them. Default 1. Fewer means that
   * the writer works on fewer chunks, which stay in the processor's cache.
   */
  readonly history?: number;
  /**
   * After how many messages chunks are looked for that all readers have passed, to be filled next; 0: only when there are no
   * others. Default: after each when they are large, not at all when they are small.
   */
  readonly reuseEvery?: number;
}

/** From this size on a chunk that all readers have passed is worth finding early: it is still in the cache. */
const REUSE_EARLY_FROM_BYTES = 16384;
/** Asking for the readers' cursors costs as much as copying some KB: so much may be published before it is done again. */
const REUSE_EVERY_BYTES = 2 ** 18;
/** From this size on two chunks do not fit the cache beside the message, so that the last one is worth a moment's wait. */
const AWAIT_FROM_BYTES = 2 ** 19;
/** Some 2 µs; a message of that size takes ten times as long to copy. */
const AWAIT_LOOKS = 40;
const AWAIT_MISSES = 2;
const AWAIT_MAX_PAUSE = 64;

/** A chunk lent to the writer's user. Fill `bytes`, then `publish(length)`; or `cancel`. Disposing cancels what is not published. */
export class Loan implements Disposable {
  /** The whole chunk, at least as long as was asked for. */
  readonly bytes: Uint8Array;
  /** For the writer: which chunk it is. */
  readonly chunk: number;
  readonly #writer: PinWriter;
  #open = false;

  /** Use `PinWriter.loan()`. */
  constructor(writer: PinWriter, chunk: number, bytes: Uint8Array) {
    this.#writer = writer;
    this.chunk = chunk;
    this.bytes = bytes;
  }

  get open(): boolean {
    return this.#open;
  }

  /** For the writer. */
  reopen(): this {
    this.#open = true;
    return this;
  }

  /** Publishes the first `length` bytes. @throws {RingError} RING_USAGE when it was published or cancelled before */
  publish(length: number): void {
    this.#writer.publishChunk(this.chunk, length, this.#open);
    this.#open = false;
  }

  cancel(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#writer.returnChunk(this.chunk);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

/** The writing end of a PinRing: `loan(n)`, fill, `publish`. `write` is the same with a copy. */
export class PinWriter implements Disposable {
  readonly maxMessageBytes: number;
  readonly token: number = randomToken();
  /** See `PinWriterOptions.history`. May be changed at any time; more than the depth is the depth. */
  history: number;

  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #layout: PinLayout;
  readonly #mask: number;
  readonly #pinWords: number;
  readonly #readersBell: Bell;
  readonly #writerBell: Bell;
  readonly #readers: Attachments;
  readonly #isAlive: ((owner: number) => boolean) | undefined;
  /** After how many messages chunks are looked for that all readers have passed. 0: only when there are no others. */
  readonly #reuseEvery: number;
  readonly #copy = new StraightCopy();
  readonly #parts = new LastPart();

  readonly #loans: (Loan | undefined)[] = [];
  /** Chunks that may be filled, the one freed last on top. */
  readonly #free: number[] = [];
  /** Chunks that no descriptor names any more but that were still pinned when last looked at. */
  readonly #pinned: number[] = [];
  /** Which chunk each descriptor names, −1 for none: what the shared words say, without asking them. */
  readonly #named: Int32Array;
  #next: number; // number of the next message, low 32 bits
  #nextHigh: number; // and high
  #half: number;
  #oldest: number; // no message before this is named by a descriptor
  #slowest: number; // reliable: the last known smallest cursor
  #lent = 0; // chunks with the user, not yet published
  #corked = 0;
  #published: number; // what HEAD holds
  #sinceReuse = 0; // messages since chunks were last looked for
  #last = -1; // chunk of the message that was published last
  #awaitMisses = 0;
  #awaitPause = 0; // messages for which the last chunk is not waited for
  #awaitPauseLength = 1;
  #closed = false;

  /** Use `PinRing.writer()`. */
  constructor(
    memory: RingMemory,
    sizes: RingSizes,
    layout: PinLayout,
    bell: Bell | undefined,
    options: PinWriterOptions,
  ) {
    const { words } = memory;
    this.#words = words;
    this.#bytes = memory.bytes;
    this.#layout = layout;
    this.#mask = layout.depth - 1;
    this.#pinWords = Math.max(1, Math.ceil(sizes.maxReaders / 32));
    this.maxMessageBytes = sizes.maxMessageBytes;
    this.#readersBell = bell ?? new Bell(memory, READERS_BELL);
    this.#writerBell = new Bell(memory, WRITER_BELL);
    this.#readers = new Attachments(words, layout.places, sizes.maxReaders, HIGH);
    this.#isAlive = options.isAlive;
    this.history = options.history ?? 1;
    this.#reuseEvery = options.reuseEvery ?? reuseEvery(layout);
    this.#named = new Int32Array(layout.depth).fill(-1);

    if (Atomics.compareExchange(words, WRITER, 0, this.token) !== 0) {
      if (options.takeover !== true) throw new RingError("RING_WRITER_TAKEN", "the ring has a writer already");
      Atomics.store(words, WRITER, this.token);
    }
    const head = Atomics.load(words, HEAD);
    const epoch = Atomics.load(words, EPOCH);
    this.#half = (epoch + (((head >>> 31) ^ epoch) & 1)) | 0; // the dead writer may have left EPOCH one behind
    Atomics.store(words, EPOCH, this.#half);
    this.#next = this.#published = head;
    this.#nextHigh = Math.floor((this.#half >>> 0) / 2);
    this.#oldest = this.#slowest = (head - layout.depth) | 0; // the readers' cursors are asked before anything is forgotten
    this.#rebuild();
    Atomics.store(words, CLOSED, 0);
    if (options.takeover === true) this.#readersBell.wake();
  }

  /**
   * A chunk for a message of at most `length` bytes. Undefined when there is none: reliable readers still need all that is
   * published, or readers hold the chunks. Several loans may be open, and be published in any order.
   *
   * @throws {RingError} RING_TOO_LARGE, RING_USAGE, RING_CLOSED, RING_WRITER_FENCED
   */
  loan(length: number): Loan | undefined {
    const chunk = this.#takeChunk(length);
    return chunk < 0 ? undefined : this.#loanOf(chunk).reopen();
  }

  /**
   * Copies `message`, or `length` bytes of it from `offset`, into a chunk and publishes it. False when there is no room:
   * nothing was written.
   *
   * @throws {RingError} as `loan`; RING_USAGE also when the message ends before such a part
   */
  write(message: Uint8Array, offset = 0, length: number = message.length - offset): boolean {
    const loan = this.stage(message, offset, length);
    loan?.publish(length);
    return loan !== undefined;
  }

  /** `write` for those who have something else to do before they publish: a loan that begins with the copy. */
  stage(message: Uint8Array, offset = 0, length: number = message.length - offset): Loan | undefined {
    const part = offset === 0 && length === message.length ? message : this.#parts.of(message, offset, length);
    if (length >= AWAIT_FROM_BYTES) this.#awaitLast();
    const loan = this.loan(length);
    if (loan !== undefined) this.#copy.copy(part, loan.bytes, 0);
    return loan;
  }

  /** For `Loan.publish`. */
  publishChunk(chunk: number, length: number, open: boolean): void {
    if (!open) throw new RingError("RING_USAGE", "this loan was published or cancelled before");
    if (length >>> 0 !== length || length > this.maxMessageBytes) this.#refuse(length);
    if (this.#closed) throw new RingError("RING_CLOSED", "the writer is closed");
    const words = this.#words;
    const n = this.#next;
    this.#lent--;
    const line = this.#layout.lines + chunk * LINE_WORDS;
    words[line + LENGTH] = length;
    words[line + SEQUENCE_LOW] = n;
    words[line + SEQUENCE_HIGH] = this.#nextHigh;
    this.#named[n & this.#mask] = this.#last = chunk;
    Atomics.store(words, DESCRIPTORS + (n & this.#mask), descriptorOf(n, chunk)); // SYNC filled: the chunk is whole
    this.#next = (n + 1) | 0;
    if (this.#next === 0) this.#nextHigh++;
    if (this.#corked === 0) this.flush();
  }

  /** For `Loan.cancel`. */
  returnChunk(chunk: number): void {
    this.#lent--;
    this.#free.push(chunk);
  }

  /** Shows the readers what was published while corked: one store for all of it, one wake-up at most. */
  flush(): void {
    const next = this.#next;
    if (next === this.#published) return;
    Atomics.store(this.#words, HEAD, next); // SYNC publish
    if ((next ^ this.#published) < 0) {
      this.#half = (this.#half + 1) | 0;
      Atomics.store(this.#words, EPOCH, this.#half);
    }
    this.#published = next;
    this.#readersBell.ring();
  }

  /** Until it is disposed, messages are shown together. */
  cork(): Disposable {
    this.#corked++;
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        if (--this.#corked === 0) this.flush();
      },
    };
  }

  /** Blocks until a message of `length` bytes has room, or the time is over (false). */
  waitForSpace(length: number, options: WaitOptions = {}): boolean {
    this.#check(length);
    this.flush();
    return this.#writerBell.wait(
      () => this.#makeRoom(),
      options,
      () => this.reap(),
    );
  }

  /** The same without blocking the event loop. */
  async waitForSpaceAsync(
    length: number,
    timeoutMs = Number.POSITIVE_INFINITY,
    signal?: AbortSignal,
  ): Promise<boolean> {
    this.#check(length);
    this.flush();
    const ready = (): boolean => this.#makeRoom() || (this.reap() > 0 && this.#makeRoom());
    return await this.#writerBell.waitAsync(ready, timeoutMs, signal);
  }

  /** Removes readers whose owner `isAlive` denies, and their pins. How many there were. */
  reap(): number {
    if (this.#isAlive === undefined) return 0;
    let reaped = 0;
    for (let place = 0; place < this.#readers.high; place++) {
      const owner = this.#readers.owner(place);
      if (owner === 0 || this.#isAlive(owner)) continue;
      clearPins(this.#words, this.#layout, place);
      this.#readers.release(place);
      reaped++;
    }
    return reaped;
  }

  /** Messages ever published. */
  get sequence(): number {
    return this.#nextHigh * 2 ** 32 + (this.#next >>> 0);
  }

  /** Readers attached now. */
  get readers(): number {
    let count = 0;
    for (let place = 0; place < this.#readers.high; place++) if (this.#readers.active(place) !== 0) count++;
    return count;
  }

  /** Reliable readers attached now. */
  get reliableReaders(): number {
    let count = 0;
    for (let place = 0; place < this.#readers.high; place++) if (this.#readers.active(place) < 0) count++;
    return count;
  }

  /** Tells the readers that nothing more comes, and lets the next writer in. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (Atomics.load(this.#words, WRITER) !== this.token) return;
    this.flush();
    Atomics.store(this.#words, CLOSED, 1);
    Atomics.store(this.#words, WRITER, 0);
    this.#readersBell.wake();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #takeChunk(length: number): number {
    this.#check(length);
    if (this.#reuseEvery > 0 && ++this.#sinceReuse >= this.#reuseEvery) this.#reusePassed();
    if (!this.#makeRoom()) return -1;
    this.#lent++;
    return this.#free.pop()!;
  }

  /** Whether there is a free chunk and a descriptor for it; finds them if possible. */
  #makeRoom(): boolean {
    if (this.#findRoom()) return true;
    if (this.#next === this.#published) return false;
    this.flush(); // nobody can make room out of what has not been shown
    return this.#findRoom();
  }

  #findRoom(): boolean {
    const { depth } = this.#layout;
    // Each chunk that is lent has its descriptor in prospect.
    while (((this.#next + this.#lent - this.#oldest) | 0) >= depth) {
      if (this.#oldest === this.#published || !this.#mayForget()) return false;
      this.#forget();
    }
    while (this.#free.length === 0) {
      if (this.#reclaim()) break;
      // More messages than chunks: the oldest make room, unless somebody reliable still needs them.
      if (this.#oldest === this.#published || !this.#mayForget()) return false;
      this.#forget();
    }
    return true;
  }

  /** Whether all reliable readers have passed the oldest message. */
  #mayForget(): boolean {
    if (((this.#slowest - this.#oldest) | 0) > 0) return true;
    if (Atomics.load(this.#words, WRITER) !== this.token) {
      throw new RingError("RING_WRITER_FENCED", "another writer has taken the ring over");
    }
    this.#slowest = this.#smallestCursor(true);
    return ((this.#slowest - this.#oldest) | 0) > 0;
  }

  /** The message up to which all readers (or all reliable ones) have read; what is published when there are none. */
  #smallestCursor(reliableOnly: boolean): number {
    const readers = this.#readers;
    const published = this.#published;
    let behind = 0;
    for (let place = 0; place < readers.high; place++) {
      const token = readers.active(place); // SYNC attached
      if (token === 0 || (reliableOnly && token > 0)) continue;
      const lag = (published - readers.cursor(place)) >>> 0; // SYNC release
      // No reader stands farther back: a keep-last one that was lapped, one that is just joining, or a cursor that was
      // scribbled over. Its reader will put it right, even when idle; until then there is no room for its sake.
      behind = Math.max(behind, Math.min(lag, this.#layout.depth));
    }
    return (published - behind) | 0;
  }

  /** Frees what every reader has passed and let go, so that the next message finds a chunk that is still in the cache. */
  #reusePassed(): void {
    this.#sinceReuse = 0;
    if (this.#pinned.length > 0) this.#reclaim();
    const keepFrom = (this.#published - Math.max(0, Math.min(this.history, this.#layout.depth))) | 0;
    if (((keepFrom - this.#oldest) | 0) <= 0) return;
    const passed = this.#smallestCursor(false);
    while (((keepFrom - this.#oldest) | 0) > 0 && ((passed - this.#oldest) | 0) > 0) this.#forget();
  }

  /**
   * Waits a moment for the readers of the last message, so that the next one is copied to the same place: a reader that was
   * awake is through with it in less time than it takes to fetch another chunk into the cache. As long as that pays.
   */
  #awaitLast(): void {
    const free = this.#free;
    if (this.history > 0 || this.#last < 0 || free.at(-1) === this.#last) return;
    if (this.#awaitPause > 0) {
      this.#awaitPause--;
      return;
    }
    for (let looks = 0; looks < AWAIT_LOOKS; looks++) {
      this.#reusePassed();
      if (free.at(-1) !== this.#last) continue;
      this.#awaitMisses = 0;
      this.#awaitPauseLength = 1;
      return;
    }
    if (++this.#awaitMisses < AWAIT_MISSES) return;
    this.#awaitMisses = 0;
    this.#awaitPause = this.#awaitPauseLength;
    this.#awaitPauseLength = Math.min(this.#awaitPauseLength * 2, AWAIT_MAX_PAUSE);
  }

  /** Takes the name off the oldest message and frees its chunk, unless it is pinned. */
  #forget(): void {
    const slot = this.#oldest & this.#mask;
    const chunk = this.#named[slot]!;
    this.#oldest = (this.#oldest + 1) | 0;
    if (chunk < 0) return;
    this.#named[slot] = -1;
    Atomics.store(this.#words, DESCRIPTORS + slot, NOTHING); // SYNC named: before the pins are looked at
    if (this.#isPinned(chunk)) this.#pinned.push(chunk);
    else this.#free.push(chunk);
  }

  /** Frees the chunks that were pinned and no longer are. Whether there were any. */
  #reclaim(): boolean {
    const pinned = this.#pinned;
    let kept = 0;
    for (let i = 0; i < pinned.length; i++) {
      const chunk = pinned[i]!;
      if (this.#isPinned(chunk)) pinned[kept++] = chunk;
      else this.#free.push(chunk);
    }
    pinned.length = kept;
    return this.#free.length > 0;
  }

  #isPinned(chunk: number): boolean {
    const line = this.#layout.lines + chunk * LINE_WORDS;
    for (let word = 0; word < this.#pinWords; word++) if (Atomics.load(this.#words, line + word) !== 0) return true; // SYNC pinned
    return false;
  }

  /** Finds out from the shared words which chunks are in use: nothing else of the last writer is left. */
  #rebuild(): void {
    const { depth, chunks } = this.#layout;
    const words = this.#words;
    const used = new Uint8Array(chunks);
    // The newest first: of two descriptors that name one chunk only the newer can be right.
    for (let back = 1; back <= depth; back++) {
      const n = (this.#next - back) | 0;
      const slot = n & this.#mask;
      const descriptor = Atomics.load(words, DESCRIPTORS + slot);
      const chunk = descriptor & NO_CHUNK;
      if (chunk < chunks && descriptor === descriptorOf(n, chunk) && used[chunk] === 0) {
        used[chunk] = 1;
        this.#named[slot] = chunk;
      } else if (descriptor !== NOTHING) {
        Atomics.store(words, DESCRIPTORS + slot, NOTHING); // also what the dead writer named but did not show
      }
    }
    for (let chunk = chunks - 1; chunk >= 0; chunk--) {
      if (used[chunk] === 0) (this.#isPinned(chunk) ? this.#pinned : this.#free).push(chunk);
    }
  }

  #loanOf(chunk: number): Loan {
    const loan = this.#loans[chunk];
    if (loan !== undefined) return loan;
    const { data, chunkBytes } = this.#layout;
    const start = data + chunk * chunkBytes;
    return (this.#loans[chunk] = new Loan(this, chunk, this.#bytes.subarray(start, start + this.maxMessageBytes)));
  }

  #check(length: number): void {
    if (length >>> 0 !== length || length > this.maxMessageBytes) this.#refuse(length);
    if (this.#closed) throw new RingError("RING_CLOSED", "the writer is closed");
  }

  #refuse(length: number): never {
    if (length > this.maxMessageBytes) {
      throw new RingError("RING_TOO_LARGE", `a message of ${length} bytes; this ring takes ${this.maxMessageBytes}`);
    }
    throw new RingError("RING_USAGE", `${length} is not a message's length`);
  }
}

/** Takes every pin of the reader at `place` away. */
export function clearPins(words: Int32Array, layout: PinLayout, place: number): void {
  const word = place >>> 5;
  const bit = 1 << (place & 31);
  for (let chunk = 0; chunk < layout.chunks; chunk++) {
    const index = layout.lines + chunk * LINE_WORDS + word;
    if ((Atomics.load(words, index) & bit) !== 0) Atomics.and(words, index, ~bit);
  }
}

function reuseEvery({ chunkBytes, depth }: PinLayout): number {
  if (chunkBytes < REUSE_EARLY_FROM_BYTES) return 0;
  return Math.max(1, Math.min(depth >>> 1, Math.floor(REUSE_EVERY_BYTES / chunkBytes)));
}
