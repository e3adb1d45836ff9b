import { Attachments, randomToken } from "./attachments.ts";
import { Bell } from "./bell.ts";
import { RingError } from "./errors.ts";
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
  WRITER_BELL,
} from "./log-layout.ts";
import type { RingMemory, RingSizes } from "./memory.ts";
import { RingReader } from "./ring-reader.ts";

export interface LogReaderOptions {
  /**
   * "keep-last" (default): a slow reader is lapped and counts what it lost. "reliable": the writer waits for it (or is told
   * that the ring is full), from the moment it is attached.
   */
  readonly mode?: "keep-last" | "reliable";
  /** "newest" (default): only what is published from now on. "oldest": first what the ring still holds. */
  readonly start?: "newest" | "oldest";
  /** Whose reader this is, for `isAlive` and `reap`: a thread's or process' number, not 0. Default: a random one. */
  readonly owner?: number;
  /** How much is taken from the ring at a time, bytes. Default 65536. */
  readonly batchBytes?: number;
  /**
   * Each batch gets memory of its own: what `bytes` held stays as it was for as long as somebody refers to it. Or a function
   * that brings memory for a batch: at least `length` bytes, from the start of a buffer whose size is a multiple of 4.
   */
  readonly freshBatches?: boolean | ((length: number) => Uint8Array);
}

/** Small batches are copied word by word: a view for `set` would cost more, and leave garbage. */
const COPY_WORDS_UP_TO_BYTES = 1280;
/** How often a reader that is lapped while it looks for a place tries again before it goes to the newest. */
const FIND_TRIES = 64;

/**
 * Reads a LogRing. Everything new is copied into private memory in one go and validated once; the current message lies in
 * that private copy, so nothing that happens in the ring can touch it.
 */
export class LogReader extends RingReader {
  readonly mode: "keep-last" | "reliable";
  readonly owner: number;

  readonly #memory: RingMemory;
  readonly #words: Int32Array;
  readonly #capacity: number;
  readonly #mask: number;
  readonly #data: number;
  readonly #blockMask: number;
  readonly #maxMessageBytes: number;
  readonly #readersBell: Bell;
  readonly #writerBell: Bell;
  readonly #readers: Attachments;
  readonly #fence = new Int32Array(1);

  readonly #fresh: ((length: number) => Uint8Array) | undefined;
  #batchBytes: number;
  #batch: Int32Array; // `bytes`, as words
  #at = 0; // what comes next in the batch, bytes
  #end = 0; // how far the batch is filled
  #position = 0; // of the batch's first byte
  #half = 0;
  #epoch = 0; // EPOCH when it was last read
  #sequenceLow = 0; // of the next message
  #sequenceHigh = 0;
  #tail = 0; // of the last look
  #tailHalf = 0;
  #place = -1;
  #token = 0;
  /** Reliable: from where on the writer waits for us: position, half, sequence low and high. */
  #joined: readonly [number, number, number, number] | undefined;
  #announced = 0; // what our CURSOR says
  #closed = false;
  #unsure = false; // after corruption: take the sequence number from the next record

  /** Use `LogRing.reader()`. */
  constructor(memory: RingMemory, sizes: RingSizes, bell: Bell | undefined, options: LogReaderOptions) {
    const {
      mode = "keep-last",
      start = "newest",
      owner = randomToken(),
      batchBytes = 65536,
      freshBatches = false,
    } = options;
    if (owner === 0 || (owner | 0) !== owner) throw new RingError("RING_USAGE", "an owner is a 32-bit number, not 0");
    const readersBell = bell ?? new Bell(memory, READERS_BELL);
    super(readersBell);
    this.mode = mode;
    this.owner = owner;
    this.#memory = memory;
    this.#words = memory.words;
    this.#capacity = sizes.dataBytes;
    this.#mask = sizes.dataBytes - 1;
    this.#data = dataStart(sizes.maxReaders);
    this.#blockMask = ~(sizes.dataBytes / MARK_COUNT - 1);
    this.#maxMessageBytes = sizes.maxMessageBytes;
    this.#readersBell = readersBell;
    this.#writerBell = new Bell(memory, WRITER_BELL);
    this.#readers = new Attachments(this.#words, PLACES, sizes.maxReaders, HIGH);
    this.#batchBytes = Math.max(64, Math.min(sizes.dataBytes, (batchBytes + 7) & ~7));
    this.#fresh = freshBatches === true ? (length) => new Uint8Array(length) : freshBatches || undefined;
    this.bytes = new Uint8Array(this.#fresh === undefined ? this.#batchBytes : 0);
    this.#batch = new Int32Array(this.bytes.buffer);

    if (mode === "reliable") this.#attach();
    this.#goToNewest();
    if (mode === "reliable") {
      this.#announce(this.#position);
      this.#joined = [this.#position, this.#half, this.#sequenceLow, this.#sequenceHigh];
    }
    if (start === "oldest") this.#goToMark("oldest");
  }

  override next(): boolean {
    for (;;) {
      const at = this.#at;
      if (at < this.#end) {
        const length = this.#batch[at >>> 2]!;
        const end = at + ((length + RECORD_HEADER_BYTES + 7) & ~7);
        if (length >= 0 && length <= this.#maxMessageBytes && end <= this.#end) {
          if (this.#batch[(at >>> 2) + 1] !== this.#sequenceLow && !this.#adoptSequence(at)) this.#corrupt("sequence");
          this.#sequenceLow = (this.#sequenceLow + 1) | 0;
          if (this.#sequenceLow === 0) this.#sequenceHigh++;
          this.#at = end;
          this.offset = at + RECORD_HEADER_BYTES;
          this.length = length;
          this.received++;
          return true;
        }
        if (this.#skipFiller(at, length)) continue;
      }
      if (!this.#refill()) return false;
    }
  }

  override get sequence(): number {
    return this.#sequenceHigh * TWO_32 + (this.#sequenceLow >>> 0) - 1;
  }

  override get hasNext(): boolean {
    if (this.#at < this.#end) return true;
    if (Atomics.load(this.#words, TAIL) !== ((this.#position + this.#at) | 0)) return true;
    // Everything is read: a writer may be waiting for exactly this.
    if (this.#place >= 0) this.#settle();
    return this.ended || this.#closed;
  }

  override get ended(): boolean {
    // A plain look is enough: whoever closes wakes everybody, so that one that came too early is followed by another.
    return (
      this.#words[CLOSED] === 1 &&
      this.#at >= this.#end &&
      Atomics.load(this.#words, TAIL) === ((this.#position + this.#at) | 0)
    );
  }

  override get closed(): boolean {
    return this.#closed;
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#at = this.#end = 0;
    if (this.#place >= 0 && this.#readers.active(this.#place) === this.#token) {
      this.#readers.release(this.#place);
      this.#writerBell.ring();
    }
    this.#place = -1;
    this.#readersBell.wake(); // our own waitAsync may be pending
  }

  #checkOpen(): void {
    if (this.#closed) throw new RingError("RING_CLOSED", "the reader is closed");
  }

  /** The slow half of `next`: the record at `at` is no ordinary one. True when it was a filler, false to fetch more. */
  #skipFiller(at: number, length: number): boolean {
    if (length < 0) {
      // A filler reaches exactly to the end of the ring. Only its header is sure to be in the batch.
      const room = this.#capacity - ((this.#position + at) & this.#mask);
      if (length !== -room) this.#corrupt("filler");
      this.#at = at + room;
      if (this.#at <= this.#end) return true;
      this.#moveTo(at + room); // the batch was cut inside the filler
      return false;
    }
    if (length > this.#maxMessageBytes) this.#corrupt("length");
    // A record that is cut off must be so because the batch was too small for all that is published.
    const size = recordBytes(length);
    const published = distance(this.#tail, this.#tailHalf, this.#position, this.#half);
    if (at + size > published) this.#corrupt("length");
    this.#moveTo(at);
    if (size > this.#batchBytes) this.#grow(size);
    return false;
  }

  /** Empties the batch and puts the cursor `bytes` beyond its start. */
  #moveTo(bytes: number): void {
    const position = (this.#position + bytes) | 0;
    if ((position ^ this.#position) < 0) this.#half = (this.#half + 1) | 0;
    this.#position = position;
    this.#at = this.#end = 0;
  }

  /** Room for a record larger than all before it. Nothing of the old batch is needed any more. */
  #grow(size: number): void {
    this.#batchBytes = Math.min(this.#capacity, 1 << (32 - Math.clz32(size - 1)));
    if (this.#fresh === undefined) this.#useMemory(new Uint8Array(this.#batchBytes));
  }

  #useMemory(bytes: Uint8Array): void {
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.#batch = new Int32Array(bytes.buffer);
  }

  /** Copies what is new, up to a batch, and validates it. False when nothing is new. */
  #refill(): boolean {
    this.#checkOpen();
    if (Atomics.load(this.#words, TAIL) === ((this.#position + this.#at) | 0)) {
      if (this.#place >= 0) this.#settle();
      return false;
    }
    this.#moveTo(this.#at);
    const { bytes } = this.#memory;
    for (let tries = 0; ; tries++) {
      this.#look();
      const available = distance(this.#tail, this.#tailHalf, this.#position, this.#half);
      if (available === 0) {
        if (this.#place >= 0) this.#settle();
        return false;
      }
      if (available < 0 || (available & 7) !== 0) this.#corrupt("tail");
      if (available > this.#capacity) {
        this.#lapped(tries);
        continue;
      }
      const tail = this.#tail; // `#stillThere` may look again, and see what is not in this batch
      const length = Math.min(available, this.#batchBytes);
      if (this.#fresh !== undefined) this.#useMemory(this.#fresh(length));
      const from = this.#position & this.#mask;
      const first = Math.min(length, this.#capacity - from);
      if (length <= COPY_WORDS_UP_TO_BYTES && first === length) this.#copyWords(from, length);
      else {
        const start = this.#data + from;
        this.bytes.set(bytes.subarray(start, start + first));
        if (first < length) this.bytes.set(bytes.subarray(this.#data, this.#data + length - first), first);
      }
      if (!this.#stillThere()) {
        this.#lapped(tries);
        continue;
      }
      this.#end = length;
      if (this.#place >= 0) {
        // All of it is ours: free it now. Of a batch that may end inside a record only the start is known to be free.
        this.#announce(length === available ? tail : this.#position);
      }
      return true;
    }
  }

  #copyWords(from: number, length: number): void {
    const [batch, words] = [this.#batch, this.#words];
    const start = (this.#data + from) >>> 2;
    const count = length >>> 2;
    let i = 0;
    for (; i < (count & ~3); i += 4) {
      batch[i] = words[start + i]!;
      batch[i + 1] = words[start + i + 1]!;
      batch[i + 2] = words[start + i + 2]!;
      batch[i + 3] = words[start + i + 3]!;
    }
    for (; i < count; i++) batch[i] = words[start + i]!;
  }

  /** Whether what was just copied from the cursor on had not been written over meanwhile. */
  #stillThere(): boolean {
    // A full barrier: on weakly ordered machines the loads of the copy could otherwise be satisfied after that of INTENT.
    Atomics.add(this.#fence, 0, 0);
    const intent = Atomics.load(this.#words, INTENT); // SYNC overwrite
    if (Atomics.load(this.#words, EPOCH) !== this.#epoch) {
      // Two gigabytes may have passed since: 32 bits of INTENT do not tell. What we have is good if the tail has not lapped.
      this.#look();
      const available = distance(this.#tail, this.#tailHalf, this.#position, this.#half);
      if (available > this.#capacity) return false;
    }
    return (intent - this.#position) >>> 0 <= this.#capacity;
  }

  /** Reads TAIL with all its bits. */
  #look(): void {
    const words = this.#words;
    let tail = Atomics.load(words, TAIL); // SYNC publish
    let epoch = Atomics.load(words, EPOCH);
    // The same EPOCH before and after: no half has passed unseen between the two loads.
    while (epoch !== this.#epoch) {
      this.#epoch = epoch;
      tail = Atomics.load(words, TAIL); // SYNC publish
      epoch = Atomics.load(words, EPOCH);
    }
    this.#tail = tail;
    this.#tailHalf = (epoch + (((tail >>> 31) ^ epoch) & 1)) | 0;
  }

  /** The ring has been written over at the cursor. */
  #lapped(tries: number): void {
    if (this.#place >= 0 && this.#readers.active(this.#place) !== this.#token) {
      throw new RingError("RING_REAPED", "this reader was taken for dead: the writer no longer waits for it");
    }
    const joined = this.#joined;
    if (joined !== undefined && tries < FIND_TRIES && distance(joined[0], joined[1], this.#position, this.#half) > 0) {
      this.#jump(...joined, true); // only history from before it joined can be lost to a reliable reader
      return;
    }
    // To the middle of what is left: at its far end we should be lapped again at once.
    if (tries < FIND_TRIES) this.#goToMark("middle");
    else this.#goToNewest(true);
  }

  /** Puts the cursor at a record's start by the marks, and counts what lies between as lost. */
  #goToMark(where: "oldest" | "middle"): void {
    const words = this.#words;
    for (let tries = 0; tries < FIND_TRIES; tries++) {
      this.#look();
      const most = where === "oldest" ? this.#capacity : this.#capacity / 2;
      let best = -1;
      let bestBack = -1;
      for (let mark = MARKS; mark < MARKS + MARK_COUNT * MARK_WORDS; mark += MARK_WORDS) {
        const position = Atomics.load(words, mark + MARK_POSITION);
        const back = distance(this.#tail, this.#tailHalf, position, Atomics.load(words, mark + MARK_HALF));
        if (back < 0 || back > most || back <= bestBack || !this.#blockIsWhole(position)) continue;
        best = mark;
        bestBack = back;
      }
      if (best < 0) break;
      const position = Atomics.load(words, best + MARK_POSITION);
      const half = Atomics.load(words, best + MARK_HALF);
      const low = Atomics.load(words, best + MARK_SEQUENCE_LOW);
      const high = Atomics.load(words, best + MARK_SEQUENCE_HIGH);
      // Its block was not written to again while we read the mark, so its four words belong together.
      if (distance(this.#tail, this.#tailHalf, position, half) !== bestBack || !this.#blockIsWhole(position)) continue;
      this.#jump(position, half, low, high, where === "middle");
      return;
    }
    this.#goToNewest(where === "middle");
  }

  #blockIsWhole(position: number): boolean {
    Atomics.add(this.#fence, 0, 0);
    return (Atomics.load(this.#words, INTENT) - (position & this.#blockMask)) >>> 0 <= this.#capacity; // SYNC overwrite
  }

  #goToNewest(countLost = false): void {
    const words = this.#words;
    for (let tries = 0; tries < FIND_TRIES * 16; tries++) {
      this.#look();
      for (const entry of [ENTRIES, ENTRIES + ENTRY_WORDS]) {
        if (words[entry + ENTRY_POSITION] !== this.#tail) continue;
        const low = words[entry + ENTRY_SEQUENCE_LOW]!;
        const high = words[entry + ENTRY_SEQUENCE_HIGH]!;
        Atomics.add(this.#fence, 0, 0);
        // An entry is written again only after the tail has moved on.
        if (Atomics.load(words, TAIL) !== this.#tail) break;
        this.#jump(this.#tail, this.#tailHalf, low, high, countLost);
        return;
      }
    }
    // No entry fits: the control words were scribbled over. Read on from the tail, whatever its number is.
    this.#jump(this.#tail, this.#tailHalf, 0, 0, false);
    this.#unsure = true;
  }

  #jump(position: number, half: number, low: number, high: number, countLost: boolean): void {
    if (countLost) this.lost += (high - this.#sequenceHigh) * TWO_32 + ((low >>> 0) - (this.#sequenceLow >>> 0));
    this.#position = position;
    this.#half = half;
    this.#sequenceLow = low;
    this.#sequenceHigh = high;
    this.#at = this.#end = 0;
    this.#unsure = false;
  }

  #adoptSequence(at: number): boolean {
    if (!this.#unsure) return false;
    this.#unsure = false;
    this.#sequenceLow = this.#batch[(at >>> 2) + 1]!;
    return true;
  }

  #corrupt(what: string): never {
    const position = (this.#position + this.#at) | 0;
    this.#goToNewest();
    if (this.#place >= 0) this.#announce(this.#position);
    throw new RingError("RING_CORRUPT", `the ring's ${what} at position ${position >>> 0} makes no sense`);
  }

  /** Takes a place in the table, from where the writer waits for us. */
  #attach(): void {
    this.#token = randomToken();
    this.#place = this.#readers.claim(this.owner);
    this.#announced = Atomics.load(this.#words, TAIL);
    this.#readers.setCursor(this.#place, this.#announced);
    // SYNC attached: a writer that looks after this waits for us; what it allowed itself before reaches at most a whole ring
    // beyond a tail that we load after this.
    this.#readers.activate(this.#place, this.#token);
  }

  /** Tells the writer how far we are. */
  #announce(position: number): void {
    if (((position - this.#announced) | 0) <= 0) return; // also while it reads history from before it was attached
    this.#announced = position;
    if (!this.#readers.holds(this.#place, this.#token)) {
      throw new RingError("RING_REAPED", "this reader was taken for dead: the writer no longer waits for it");
    }
    this.#readers.setCursor(this.#place, position); // SYNC release
    if (this.#writerBell.awaited && ((position - Atomics.load(this.#words, WANT)) | 0) >= 0) this.#writerBell.wake();
  }

  /** All is read: says so, and puts our cursor right in case it was scribbled over. */
  #settle(): void {
    const position = (this.#position + this.#at) | 0;
    this.#announce(position);
    if (this.#readers.ownCursor(this.#place) !== this.#announced && this.#announced === position) {
      this.#announced = (position - 8) | 0;
      this.#announce(position);
    }
  }
}
