/**
 * A block is what is read and held at once: a chunk of a file, or a run of messages where a file has no chunks.
 * Times are unsigned 64-bit ns, kept as two 32-bit halves: numbers cost nothing, a bigint is an allocation.
 */
export interface Block {
  /** Position among all blocks of a recording, in file order: decides between equal times. */
  order: number;
  readonly file: BlockFile;
  /** Byte offset in the file. */
  readonly position: number;
  startHigh: number;
  startLow: number;
  endHigh: number;
  endLow: number;
  /** Undefined until the block has been read once, where the index does not say. */
  messageCount: number | undefined;
  /** Channels in this block (indexes of the recording); undefined: not known. */
  channels: readonly number[] | undefined;
  /** Set when the block cannot be read, or lies behind damage in a recording that ends there. */
  lost: boolean;
}

/** A file that consists of blocks. Each format is one. */
export interface BlockFile extends Disposable {
  /**
   * Reads, decompresses, checks and lists the messages. False when the block is damaged in part: what lies before the damage
   * is listed and the damage told in the file's problems.
   * @throws {DelosError} when nothing of the block can be used
   */
  load(block: Block, into: LoadedBlock): boolean;
  /** Publish time where the container stores one (MCAP), as halves in `scratch`; else the log time. */
  publishTimeNs(loaded: LoadedBlock, entry: number): bigint;
  sequence(loaded: LoadedBlock, entry: number): number;
}

/** A block in memory: its bytes and, in order of time, where its messages are. Used again for other blocks. */
export class LoadedBlock {
  block: Block | undefined;
  bytes: Uint8Array = EMPTY;
  /** Of `bytes`. */
  view: DataView = EMPTY_VIEW;
  count = 0;
  /** Log time of message i: `high[i] * 2³² + low[i]` ns. */
  high = new Uint32Array(0);
  low = new Uint32Array(0);
  /** Payload of message i: `bytes[offset[i], offset[i] + length[i])`. */
  offset = new Uint32Array(0);
  length = new Uint32Array(0);
  channel = new Uint32Array(0);
  /** Where a cursor stands in this block: messages before it have been passed, or will be by `previous()`. */
  at = 0;

  readonly #compressed = new GrowingBuffer();
  readonly #content = new GrowingBuffer();
  #sorted = true;

  /** Bytes that this holds on to, whatever is in it. */
  get memory(): number {
    return this.#compressed.size + this.#content.size + 20 * this.high.length;
  }

  /** Memory for what is read from the file. */
  reserveCompressed(length: number): Uint8Array {
    return this.#compressed.reserve(length);
  }

  /** Memory for the content, after decompression or straight from the file. */
  reserve(length: number): Uint8Array {
    return this.#content.reserve(length);
  }

  /** Begins the list of messages in `bytes`. */
  begin(block: Block | undefined, bytes: Uint8Array): void {
    this.block = block;
    this.bytes = bytes;
    this.view =
      this.view.buffer === bytes.buffer &&
      this.view.byteOffset === bytes.byteOffset &&
      this.view.byteLength === bytes.length
        ? this.view
        : new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.count = 0;
    this.at = 0;
    this.#sorted = true;
  }

  add(high: number, low: number, offset: number, length: number, channel: number): void {
    const i = this.count;
    if (i === this.high.length) this.#grow();
    if (i > 0 && (high < this.high[i - 1]! || (high === this.high[i - 1]! && low < this.low[i - 1]!))) {
      this.#sorted = false;
    }
    this.high[i] = high;
    this.low[i] = low;
    this.offset[i] = offset;
    this.length[i] = length;
    this.channel[i] = channel;
    this.count = i + 1;
  }

  /** Ends the list: puts it in order of time, ties in order of writing. */
  finish(): void {
    if (!this.#sorted) this.#sort();
    this.#sorted = true;
  }

  /** Entries before (`high`, `low`). */
  lowerBound(high: number, low: number): number {
    let from = 0;
    let to = this.count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const h = this.high[middle]!;
      if (h < high || (h === high && this.low[middle]! < low)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Entries before or at (`high`, `low`). */
  upperBound(high: number, low: number): number {
    return low === 0xffffffff ? this.lowerBound(high + 1, 0) : this.lowerBound(high, low + 1);
  }

  #grow(): void {
    const capacity = Math.max(256, this.high.length * 2);
    this.high = enlarged(this.high, capacity);
    this.low = enlarged(this.low, capacity);
    this.offset = enlarged(this.offset, capacity);
    this.length = enlarged(this.length, capacity);
    this.channel = enlarged(this.channel, capacity);
  }

  #sort(): void {
    const { count, high, low } = this;
    const order = timeOrder(high, low, count);
    const scratch = new Uint32Array(count);
    for (const column of [high, low, this.offset, this.length, this.channel]) {
      for (let i = 0; i < count; i++) scratch[i] = column[order[i]!]!;
      column.set(scratch);
    }
  }
}

/** Indexes of the entries by time, equal times in their present order. */
function timeOrder(high: Uint32Array, low: Uint32Array, count: number): Uint32Array {
  const order = new Uint32Array(count);
  let first = 0;
  let last = 0;
  for (let i = 1; i < count; i++) {
    if (before(high, low, i, first)) first = i;
    if (before(high, low, last, i)) last = i;
  }
  const [originHigh, originLow] = [high[first]!, low[first]!];
  const span = (high[last]! - originHigh) * 2 ** 32 + (low[last]! - originLow);
  const places = 2 ** Math.ceil(Math.log2(count + 1));
  if (span * places + count < Number.MAX_SAFE_INTEGER) {
    // Time and place fit one number: the native sort of a Float64Array needs no comparator and is ten times faster.
    const keys = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      keys[i] = ((high[i]! - originHigh) * 2 ** 32 + (low[i]! - originLow)) * places + i;
    }
    keys.sort();
    for (let i = 0; i < count; i++) order[i] = keys[i]! % places;
    return order;
  }
  for (let i = 0; i < count; i++) order[i] = i;
  return order.sort((a, b) => high[a]! - high[b]! || low[a]! - low[b]! || a - b);
}

function before(high: Uint32Array, low: Uint32Array, a: number, b: number): boolean {
  return high[a]! < high[b]! || (low[a]! < low[b]! && high[b] === high[a]);
}

function enlarged(array: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(array);
  return larger;
}

/** One piece of memory that grows to the largest need and stays. */
class GrowingBuffer {
  #bytes = EMPTY;

  get size(): number {
    return this.#bytes.length;
  }

  reserve(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(Math.ceil(length * 1.125));
    return this.#bytes.subarray(0, length);
  }
}

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(new ArrayBuffer(0));
