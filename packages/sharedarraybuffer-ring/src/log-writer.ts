import { Attachments, randomToken } from "./attachments.ts";
import { Bell, type WaitOptions } from "./bell.ts";
import { RingError } from "./errors.ts";
import { LastPart } from "./last-part.ts";
import {
  CLOSED,
  dataStart,
  distance,
  ENTRIES,
  ENTRY_POSITION,
  ENTRY_SEQUENCE_HIGH,
  ENTRY_SEQUENCE_LOW,
  ENTRY_WORDS,
  EPOCH,
  HIGH,
  INTENT,
  MARK_COUNT,
  MARK_HALF,
  MARK_POSITION,
  MARK_SEQUENCE_HIGH,
  MARK_SEQUENCE_LOW,
  MARK_WORDS,
  MARKS,
  PLACES,
  READERS_BELL,
  RECORD_HEADER_BYTES,
  recordBytes,
  TAIL,
  TWO_32,
  WANT,
  WRITER,
  WRITER_BELL,
} from "./log-layout.ts";
import type { RingMemory, RingSizes } from "./memory.ts";
import { StraightCopy } from "./straighten.ts";

export interface LogWriterOptions {
  /** Take the ring from a writer that is dead. Only the caller can know that it is: the threads' owner, or the kernel. */
  readonly takeover?: boolean;
  /** Asked about the owners of reliable readers while the writer waits for them; false removes the reader. */
  readonly isAlive?: (owner: number) => boolean;
}

/**
 * The writing end. `write(message)` copies; `reserve(n)`, fill, `commit(n)` encodes in place. Each message is published and
 * rings the bell by itself, unless the writer is corked.
 */
export class LogWriter implements Disposable {
  /** The ring's whole memory: fill from the index that `reserve` returned. */
  readonly bytes: Uint8Array;
  /** The same memory, for encoders that store numbers. */
  readonly view: DataView;
  /** The largest message this ring takes, bytes. */
  readonly maxMessageBytes: number;
  /** What identifies this writer to the ring. */
  readonly token: number = randomToken();

  readonly #words: Int32Array;
  readonly #capacity: number;
  readonly #mask: number;
  readonly #data: number;
  readonly #step: number;
  readonly #corkBytes: number;
  readonly #blockShift: number;
  readonly #readersBell: Bell;
  readonly #writerBell: Bell;
  readonly #readers: Attachments;
  readonly #isAlive: ((owner: number) => boolean) | undefined;
  readonly #copy = new StraightCopy();
  readonly #parts = new LastPart();

  #position: number; // where the next record goes
  #published: number; // what TAIL holds
  #half: number; // what EPOCH holds
  #sequenceLow: number;
  #sequenceHigh: number;
  #allowed: number; // what INTENT holds: we may write up to here
  #limit: number; // the slowest reliable reader we know of, plus the capacity
  #entry = 0;
  #markedBlock = -1;
  #openAt = -1; // byte of the open reservation's record
  #openLength = 0;
  #corked = 0;
  #closed = false;

  /** Use `LogRing.writer()`. */
  constructor(memory: RingMemory, sizes: RingSizes, bell: Bell | undefined, options: LogWriterOptions) {
    const { words } = memory;
    this.#words = words;
    this.bytes = memory.bytes;
    this.view = new DataView(memory.bytes.buffer, memory.bytes.byteOffset, memory.bytes.length);
    this.maxMessageBytes = sizes.maxMessageBytes;
    this.#capacity = sizes.dataBytes;
    this.#mask = sizes.dataBytes - 1;
    this.#data = dataStart(sizes.maxReaders);
    this.#step = Math.min(4096, sizes.dataBytes >>> 4);
    this.#corkBytes = sizes.dataBytes >>> 2;
    this.#blockShift = 31 - Math.clz32(sizes.dataBytes) - (31 - Math.clz32(MARK_COUNT));
    this.#readersBell = bell ?? new Bell(memory, READERS_BELL);
    this.#writerBell = new Bell(memory, WRITER_BELL);
    this.#readers = new Attachments(words, PLACES, sizes.maxReaders, HIGH);
    this.#isAlive = options.isAlive;

    if (Atomics.compareExchange(words, WRITER, 0, this.token) !== 0) {
      if (options.takeover !== true) throw new RingError("RING_WRITER_TAKEN", "the ring has a writer already");
      Atomics.store(words, WRITER, this.token);
    }
    const tail = Atomics.load(words, TAIL);
    const epoch = Atomics.load(words, EPOCH);
    // A writer that died between TAIL and EPOCH left EPOCH one behind.
    this.#half = (epoch + (((tail >>> 31) ^ epoch) & 1)) | 0;
    Atomics.store(words, EPOCH, this.#half);
    this.#position = this.#published = tail;
    // The dead writer may have written up to its INTENT: it stays announced, and what it left there is written over.
    this.#allowed = this.#limit = Atomics.load(words, INTENT);
    this.#entry = this.#entryOf(tail);
    this.#sequenceLow = words[this.#entry + ENTRY_SEQUENCE_LOW]!;
    this.#sequenceHigh = words[this.#entry + ENTRY_SEQUENCE_HIGH]!;
    this.#forgetMarksAfter(tail);
    Atomics.store(words, CLOSED, 0);
    if (options.takeover === true) this.#readersBell.wake(); // the dead one may have cleared FLAG and woken nobody
  }

  /**
   * Copies `message`, or `length` bytes of it from `offset`, into the ring and publishes it (unless corked). False when a
   * reliable reader leaves no room: nothing was written, the caller decides whether to drop, wait (`waitForSpace`) or fail.
   *
   * @throws {RingError} RING_TOO_LARGE, RING_WRITER_FENCED, RING_CLOSED; RING_USAGE when the message ends before such a part
   */
  write(message: Uint8Array, offset = 0, length: number = message.length - offset): boolean {
    const part = offset === 0 && length === message.length ? message : this.#parts.of(message, offset, length);
    const at = this.reserve(length);
    if (at < 0) return false;
    this.#copy.copy(part, this.bytes, at);
    this.commit(length);
    return true;
  }

  /**
   * Room for a message of at most `maxLength` bytes: the index in `bytes` and `view` to fill from, a multiple of 8.
   * −1 when a reliable reader leaves no room. End it with `commit` or `cancel`.
   *
   * @throws {RingError} RING_TOO_LARGE, RING_WRITER_FENCED, RING_CLOSED; RING_USAGE when a reservation is open
   */
  reserve(maxLength: number): number {
    if (this.#openAt >= 0) throw new RingError("RING_USAGE", "commit or cancel the last reservation first");
    // Also catches NaN, negative numbers and fractions.
    if (maxLength >>> 0 !== maxLength || maxLength > this.maxMessageBytes) this.#refuse(maxLength);
    const size = (maxLength + RECORD_HEADER_BYTES + 7) & ~7;
    const position = this.#position;
    const room = this.#capacity - (position & this.#mask);
    const need = size <= room ? size : size + room;
    if (((this.#allowed - position) | 0) < need && !this.#allow(need)) return -1;
    if (need !== size) this.#fillEnd(room);
    const at = this.#data + (this.#position & this.#mask);
    this.#openAt = at;
    this.#openLength = maxLength;
    return at + RECORD_HEADER_BYTES;
  }

  /** Ends the open reservation with a message of `length` bytes. */
  commit(length: number): void {
    const at = this.#openAt;
    if (at < 0 || length >>> 0 !== length || length > this.#openLength) this.#refuseCommit(length);
    this.#openAt = -1;
    const position = this.#position;
    const words = this.#words;
    words[at >>> 2] = length;
    words[(at >>> 2) + 1] = this.#sequenceLow;
    if (position >>> this.#blockShift !== this.#markedBlock) this.#mark(position);
    this.#sequenceLow = (this.#sequenceLow + 1) | 0;
    if (this.#sequenceLow === 0) this.#sequenceHigh++;
    this.#position = (position + ((length + RECORD_HEADER_BYTES + 7) & ~7)) | 0;
    if (this.#corked === 0 || ((this.#position - this.#published) | 0) >= this.#corkBytes) this.flush();
  }

  /** Gives the open reservation back; readers never see it. */
  cancel(): void {
    this.#openAt = -1;
  }

  /** Publishes what was written while corked: one store for all of it, one wake-up at most. */
  flush(): void {
    const position = this.#position;
    if (position === this.#published) return;
    const words = this.#words;
    // Written in turn, so that the entry of the last published tail stays whole while this one is written.
    const entry = this.#entry === ENTRIES ? ENTRIES + ENTRY_WORDS : ENTRIES;
    words[entry + ENTRY_POSITION] = position;
    words[entry + ENTRY_SEQUENCE_LOW] = this.#sequenceLow;
    words[entry + ENTRY_SEQUENCE_HIGH] = this.#sequenceHigh;
    this.#entry = entry;
    Atomics.store(words, TAIL, position); // SYNC publish: records, marks and the entry are whole before the tail counts them
    if ((position ^ this.#published) < 0) {
      this.#half = (this.#half + 1) | 0;
      Atomics.store(words, EPOCH, this.#half);
    }
    this.#published = position;
    this.#readersBell.ring();
  }

  /** Until it is disposed, messages are published together (and whenever a quarter of the ring has gathered). */
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

  /** Writes several messages with one publication. How many of them fitted; the rest was not written. */
  writeBatch(messages: readonly Uint8Array[]): number {
    using _cork = this.cork();
    for (let i = 0; i < messages.length; i++) if (!this.write(messages[i]!)) return i;
    return messages.length;
  }

  /** Blocks until a message of `length` bytes has room, or the time is over (false). Publishes what is corked first. */
  waitForSpace(length: number, options: WaitOptions = {}): boolean {
    const need = this.#prepareWait(length);
    return this.#writerBell.wait(
      () => this.#fits(need),
      options,
      () => this.reap(),
    );
  }

  /** The same without blocking the event loop. Nothing else may write meanwhile. */
  async waitForSpaceAsync(
    length: number,
    timeoutMs = Number.POSITIVE_INFINITY,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const need = this.#prepareWait(length);
    const ready = (): boolean => {
      if (this.#fits(need)) return true;
      this.reap();
      return this.#fits(need);
    };
    return await this.#writerBell.waitAsync(ready, timeoutMs, signal);
  }

  /** Removes reliable readers whose owner `isAlive` denies. How many there were. */
  reap(): number {
    if (this.#isAlive === undefined) return 0;
    let reaped = 0;
    for (let place = 0; place < this.#readers.high; place++) {
      const owner = this.#readers.owner(place);
      if (owner === 0 || this.#isAlive(owner)) continue;
      this.#readers.release(place);
      reaped++;
    }
    return reaped;
  }

  /** Messages ever written to the ring. */
  get sequence(): number {
    return this.#sequenceHigh * TWO_32 + (this.#sequenceLow >>> 0);
  }

  /** Reliable readers attached now. */
  get reliableReaders(): number {
    let count = 0;
    for (let place = 0; place < this.#readers.high; place++) if (this.#readers.active(place) !== 0) count++;
    return count;
  }

  /** Publishes what is left, tells the readers that nothing more comes, and lets the next writer in. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#openAt = -1;
    this.#limit = this.#allowed = this.#position; // the next reservation goes the slow way, and is refused there
    if (Atomics.load(this.#words, WRITER) !== this.token) return;
    this.flush();
    Atomics.store(this.#words, CLOSED, 1);
    Atomics.store(this.#words, WRITER, 0);
    this.#readersBell.wake();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Makes `need` bytes from the current position ours to overwrite. False when a reliable reader still needs them. */
  #allow(need: number): boolean {
    if (this.#closed) throw new RingError("RING_CLOSED", "the writer is closed");
    if (Atomics.load(this.#words, WRITER) !== this.token) {
      throw new RingError("RING_WRITER_FENCED", "another writer has taken the ring over");
    }
    const position = this.#position;
    if (((this.#limit - position) | 0) < need) {
      this.#limit = this.#slowest();
      if (((this.#limit - position) | 0) < need) {
        this.flush(); // readers cannot make room out of what they have not been shown
        return false;
      }
    }
    const wanted = need + this.#step;
    const intent = ((this.#limit - position) | 0) < wanted ? this.#limit : (position + wanted) | 0;
    // SYNC overwrite: announced before the first byte changes. An exchange, because later plain stores may pass a store.
    Atomics.exchange(this.#words, INTENT, intent);
    this.#allowed = intent;
    return true;
  }

  /** Up to where the slowest reliable reader lets us write. Without one: a whole ring beyond what is published. */
  #slowest(): number {
    const readers = this.#readers;
    const published = this.#published;
    let behind = 0;
    for (let place = 0; place < readers.high; place++) {
      if (readers.active(place) === 0) continue; // SYNC attached
      const lag = (published - readers.cursor(place)) >>> 0; // SYNC release: what lies behind the cursor is free
      // No reader stands farther back: one that is just joining, or a cursor that was scribbled over. It will be put right by
      // its reader, who looks after it even when idle; until then there is no room.
      behind = Math.max(behind, Math.min(lag, this.#capacity));
    }
    return (published - behind + this.#capacity) | 0;
  }

  #fits(need: number): boolean {
    if (((this.#limit - this.#position) | 0) >= need) return true;
    this.#limit = this.#slowest();
    return ((this.#limit - this.#position) | 0) >= need;
  }

  /** How many bytes must be free, with the waste at the end of the ring. Says from which cursor on we want to be woken. */
  #prepareWait(length: number): number {
    if (length >>> 0 !== length || length > this.maxMessageBytes) this.#refuse(length);
    if (this.#closed) throw new RingError("RING_CLOSED", "the writer is closed");
    this.flush();
    const size = recordBytes(length);
    const room = this.#capacity - (this.#position & this.#mask);
    const need = size <= room ? size : size + room;
    // Woken for half a ring rather than for one message: each wake-up costs as much as hundreds of messages.
    Atomics.store(this.#words, WANT, (this.#position + Math.max(need - this.#capacity, -(this.#capacity >>> 1))) | 0);
    return need;
  }

  /** A filler up to the end of the data. It has no sequence number and is never marked. */
  #fillEnd(room: number): void {
    this.#words[(this.#data + (this.#position & this.#mask)) >>> 2] = -room;
    this.#position = (this.#position + room) | 0;
  }

  #mark(position: number): void {
    this.#markedBlock = position >>> this.#blockShift;
    const half = (this.#half + ((position ^ this.#published) < 0 ? 1 : 0)) | 0;
    const mark = MARKS + (this.#markedBlock & (MARK_COUNT - 1)) * MARK_WORDS;
    Atomics.store(this.#words, mark + MARK_POSITION, position);
    Atomics.store(this.#words, mark + MARK_HALF, half);
    Atomics.store(this.#words, mark + MARK_SEQUENCE_LOW, this.#sequenceLow);
    Atomics.store(this.#words, mark + MARK_SEQUENCE_HIGH, this.#sequenceHigh);
  }

  /** What a dead writer marked but did not publish will not be a record's start. */
  #forgetMarksAfter(tail: number): void {
    const words = this.#words;
    for (let mark = MARKS; mark < MARKS + MARK_COUNT * MARK_WORDS; mark += MARK_WORDS) {
      const position = words[mark + MARK_POSITION]!;
      const back = distance(tail, this.#half, position, words[mark + MARK_HALF]!);
      if (back >= 0) {
        // The block that the tail stands in keeps the mark of its first record.
        if (back < this.#capacity && position >>> this.#blockShift === tail >>> this.#blockShift) {
          this.#markedBlock = tail >>> this.#blockShift;
        }
        continue;
      }
      Atomics.store(words, mark + MARK_POSITION, tail);
      Atomics.store(words, mark + MARK_HALF, (this.#half - 4) | 0);
    }
  }

  #entryOf(tail: number): number {
    for (const entry of [ENTRIES, ENTRIES + ENTRY_WORDS])
      if (this.#words[entry + ENTRY_POSITION] === tail) return entry;
    throw new RingError("RING_CORRUPT", "no sequence number belongs to the ring's tail");
  }

  #refuse(length: number): never {
    if (length > this.maxMessageBytes) {
      throw new RingError("RING_TOO_LARGE", `a message of ${length} bytes; this ring takes ${this.maxMessageBytes}`);
    }
    throw new RingError("RING_USAGE", `${length} is not a message's length`);
  }

  #refuseCommit(length: number): never {
    if (this.#openAt < 0) throw new RingError("RING_USAGE", "nothing is reserved");
    throw new RingError("RING_USAGE", `cannot commit ${length} bytes of a reservation of ${this.#openLength}`);
  }
}
