import { type Block, LoadedBlock } from "./block.ts";
import type { BlockRecording } from "./block-recording.ts";
import type { RecordedChannel } from "./channel-list.ts";
import type { FileCursor, Query } from "./recording.ts";
import { highOf, joinNs, lowOf } from "./time.ts";

/**
 * A cursor over blocks whose time ranges may overlap.
 *
 * Its position is a point between two messages in the order (log time, block, place in block): `#high … #entry` name the
 * first message that lies after it. Everything else is derived: going forward, the blocks that reach over the position are
 * open and stand in a heap by their next message; the others are opened when time reaches their start. Going back is the
 * mirror image. A turn or a seek throws the heap away and builds it again from the position, with the blocks that are loaded.
 *
 *   time ──────────────────────────────►
 *   block 1  ████████|███                 open
 *   block 2     █████|██████              open
 *   block 3          |    ██████████      opened when the first message of the heap is not before its start
 *                    ▲ position
 */
export class BlockCursor implements FileCursor {
  readonly #recording: BlockRecording;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #reverse: boolean;
  readonly #firstHigh: number;
  readonly #firstLow: number;
  readonly #lastHigh: number;
  readonly #lastLow: number;
  /** By start and by end; ties by order. `#reach` and `#root` are running extremes, for finding overlaps by bisection. */
  #byStart: readonly Block[] = [];
  #byEnd: readonly Block[] = [];
  #reachHigh = EMPTY;
  #reachLow = EMPTY;
  #rootHigh = EMPTY;
  #rootLow = EMPTY;
  #generation = -1;

  /** By channel index: 1 wanted, 0 not, grown when files reveal more channels. */
  #mask = new Uint8Array(0);
  /** The first message after the position, as (time, block order, entry). */
  #high = 0;
  #low = 0;
  #order = 0;
  #entry = 0;
  #direction: 1 | -1 | 0 = 0;
  readonly #heap: LoadedBlock[] = [];
  /** Next in `#byStart` (forward) or `#byEnd` (backward) to open. */
  #upcoming = 0;
  /** Loaded, but not in the heap: for turns, seeks and reuse of their memory. */
  readonly #spare: LoadedBlock[] = [];

  #current: LoadedBlock | undefined;
  #index = 0;
  #closed = false;

  constructor(recording: BlockRecording, query: Query) {
    this.#recording = recording;
    this.#wanted = query.topics === undefined ? undefined : new Set(query.topics);
    this.#reverse = query.reverse ?? false;
    const startNs = query.startNs ?? 0n;
    const endNs = query.endNs ?? 2n ** 64n - 1n;
    this.#firstHigh = highOf(startNs);
    this.#firstLow = lowOf(startNs);
    this.#lastHigh = highOf(endNs);
    this.#lastLow = lowOf(endNs);
    if (endNs < 0n || startNs >= 2n ** 64n) this.#lastHigh = -1;
    this.#select();
    if (this.#reverse) this.#place(this.#lastHigh, this.#lastLow, Number.POSITIVE_INFINITY);
    else this.#place(this.#firstHigh, this.#firstLow, -1);
  }

  next(): boolean {
    return this.#reverse ? this.#backward() : this.#forward();
  }

  previous(): boolean {
    return this.#reverse ? this.#forward() : this.#backward();
  }

  seek(timeNs: bigint): void {
    this.#recording.assertOpen(this.#closed);
    // Out of the range of the query, a cursor stands at its edge.
    const [high, low] = [highOf(timeNs), lowOf(timeNs)];
    if (timeNs < 0n || isBefore(high, low, this.#firstHigh, this.#firstLow)) {
      this.#place(this.#firstHigh, this.#firstLow, -1);
    } else if (timeNs >= 2n ** 64n || isBefore(this.#lastHigh, this.#lastLow, high, low)) {
      this.#place(this.#lastHigh, this.#lastLow, Number.POSITIVE_INFINITY);
    } else {
      this.#place(high, low, this.#reverse ? Number.POSITIVE_INFINITY : -1);
    }
  }

  get channel(): RecordedChannel {
    const current = this.#message();
    return this.#recording.channels[current.channel[this.#index]!]!;
  }

  get logTimeNs(): bigint {
    const current = this.#message();
    return joinNs(current.high[this.#index]!, current.low[this.#index]!);
  }

  get logTimeHigh(): number {
    return this.#message().high[this.#index]!;
  }

  get logTimeLow(): number {
    return this.#message().low[this.#index]!;
  }

  get publishTimeNs(): bigint {
    const current = this.#message();
    return current.block!.file.publishTimeNs(current, this.#index);
  }

  get sequence(): number {
    const current = this.#message();
    return current.block!.file.sequence(current, this.#index);
  }

  get data(): Uint8Array {
    const current = this.#message();
    const bytes = current.bytes;
    // Not `subarray`: for a Buffer that is three times slower.
    return new Uint8Array(bytes.buffer, bytes.byteOffset + current.offset[this.#index]!, current.length[this.#index]!);
  }

  get buffer(): Uint8Array {
    return this.#message().bytes;
  }

  get dataStart(): number {
    return this.#message().offset[this.#index]!;
  }

  get dataEnd(): number {
    const current = this.#message();
    return current.offset[this.#index]! + current.length[this.#index]!;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#current = undefined;
    this.#heap.length = 0;
    this.#spare.length = 0;
  }

  #message(): LoadedBlock {
    if (this.#current === undefined) this.#recording.assertOnMessage(this.#closed);
    return this.#current!;
  }

  #forward(): boolean {
    if (this.#direction !== 1) this.#turn(1);
    const heap = this.#heap;
    for (;;) {
      const upcoming = this.#byStart[this.#upcoming];
      const top = heap[0];
      if (upcoming !== undefined) {
        if (
          top === undefined ||
          !isBefore(top.high[top.at]!, top.low[top.at]!, upcoming.startHigh, upcoming.startLow)
        ) {
          if (top === undefined && isBefore(this.#lastHigh, this.#lastLow, upcoming.startHigh, upcoming.startLow)) {
            break;
          }
          this.#upcoming++;
          this.#open(upcoming, true);
          continue;
        }
      } else if (top === undefined) break;
      const i = top!.at;
      const high = top!.high[i]!;
      const low = top!.low[i]!;
      if (isBefore(this.#lastHigh, this.#lastLow, high, low)) break;
      this.#current = top;
      this.#index = i;
      this.#high = high;
      this.#low = low;
      this.#order = top!.block!.order;
      this.#entry = i + 1;
      this.#advance(top!);
      return true;
    }
    return this.#atEdge();
  }

  #backward(): boolean {
    if (this.#direction !== -1) this.#turn(-1);
    const heap = this.#heap;
    for (;;) {
      const upcoming = this.#byEnd[this.#upcoming];
      const top = heap[0];
      if (upcoming !== undefined) {
        if (
          top === undefined ||
          !isBefore(upcoming.endHigh, upcoming.endLow, top.high[top.at - 1]!, top.low[top.at - 1]!)
        ) {
          if (top === undefined && isBefore(upcoming.endHigh, upcoming.endLow, this.#firstHigh, this.#firstLow)) break;
          this.#upcoming--;
          this.#open(upcoming, true);
          continue;
        }
      } else if (top === undefined) break;
      const i = top!.at - 1;
      const high = top!.high[i]!;
      const low = top!.low[i]!;
      if (isBefore(high, low, this.#firstHigh, this.#firstLow)) break;
      this.#current = top;
      this.#index = i;
      this.#high = high;
      this.#low = low;
      this.#order = top!.block!.order;
      this.#entry = i;
      this.#retreat(top!);
      return true;
    }
    return this.#atEdge();
  }

  /** There is no further message this way: the cursor is on none. */
  #atEdge(): false {
    this.#recording.assertOpen(this.#closed);
    this.#current = undefined;
    return false;
  }

  /** Moves `top`, the root of the heap, to its next wanted message. */
  #advance(top: LoadedBlock): void {
    const mask = this.#mask;
    let at = top.at + 1;
    const { count, channel } = top;
    while (at < count && mask[channel[at]!] === 0) at++;
    top.at = at;
    if (at < count) {
      if (this.#heap.length > 1) this.#sink(0);
    } else {
      this.#removeRoot();
    }
  }

  #retreat(top: LoadedBlock): void {
    const mask = this.#mask;
    let at = top.at - 1;
    const { channel } = top;
    while (at > 0 && mask[channel[at - 1]!] === 0) at--;
    top.at = at;
    if (at > 0) {
      if (this.#heap.length > 1) this.#sink(0);
    } else {
      this.#removeRoot();
    }
  }

  #removeRoot(): void {
    const heap = this.#heap;
    const root = heap[0]!;
    const last = heap.pop()!;
    if (last !== root) {
      heap[0] = last;
      this.#sink(0);
    }
    this.#spare.push(root);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const item = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#comesFirst(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#comesFirst(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }

  #comesFirst(a: LoadedBlock, b: LoadedBlock): boolean {
    if (this.#direction === 1) {
      const [i, j] = [a.at, b.at];
      const byTime = a.high[i]! - b.high[j]! || a.low[i]! - b.low[j]!;
      return byTime === 0 ? a.block!.order < b.block!.order : byTime < 0;
    }
    const [i, j] = [a.at - 1, b.at - 1];
    const byTime = a.high[i]! - b.high[j]! || a.low[i]! - b.low[j]!;
    return byTime === 0 ? a.block!.order > b.block!.order : byTime > 0;
  }

  #push(loaded: LoadedBlock): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(loaded);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!this.#comesFirst(loaded, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = loaded;
  }

  /** Builds the heap for `direction` around the position. */
  #turn(direction: 1 | -1): void {
    this.#recording.assertOpen(this.#closed);
    if (this.#generation !== this.#recording.generation) this.#select();
    this.#current = undefined;
    this.#direction = direction;
    this.#spare.push(...this.#heap.splice(0));
    const [high, low] = [this.#high, this.#low];
    if (direction === 1) {
      // Blocks that start at or before the position and reach it or beyond are open; the first later start is upcoming.
      const end = bisect(this.#byStart.length, (i) => {
        const block = this.#byStart[i]!;
        return !isBefore(high, low, block.startHigh, block.startLow);
      });
      const begin = bisect(end, (i) => isBefore(this.#reachHigh[i]!, this.#reachLow[i]!, high, low));
      this.#upcoming = end;
      for (let i = begin; i < end; i++) {
        const block = this.#byStart[i]!;
        if (!isBefore(block.endHigh, block.endLow, high, low)) this.#open(block);
      }
    } else {
      const end = bisect(this.#byEnd.length, (i) => {
        const block = this.#byEnd[i]!;
        return isBefore(block.endHigh, block.endLow, high, low);
      });
      // `#root[i]`: the earliest start from i on. Blocks that end at or after the position and start before it are open.
      this.#upcoming = end - 1;
      for (let i = end; i < this.#byEnd.length; i++) {
        if (isBefore(high, low, this.#rootHigh[i]!, this.#rootLow[i]!)) break;
        const block = this.#byEnd[i]!;
        if (!isBefore(high, low, block.startHigh, block.startLow)) this.#open(block);
      }
    }
  }

  /**
   * Loads `block`, cuts it at the position and puts it into the heap if it has something to say in this direction.
   * A block that time has just reached is taken whole: should its index lie, its messages come late rather than never.
   */
  #open(block: Block, whole = false): void {
    if (block.lost) return;
    let loaded: LoadedBlock | undefined;
    const known = this.#spare.findIndex((spare) => spare.block === block);
    if (known >= 0) loaded = this.#spare.splice(known, 1)[0]!;
    else {
      const free = this.#takeFree();
      loaded = this.#recording.load(block, free) ? free : undefined;
      if (loaded === undefined) {
        free.block = undefined;
        this.#spare.push(free);
        this.#dropLost();
        return;
      }
    }
    if (this.#mask.length < this.#recording.channels.length) this.#buildMask();
    const mask = this.#mask;
    let at = whole ? (this.#direction === 1 ? 0 : loaded.count) : this.#cut(loaded);
    if (this.#direction === 1) {
      while (at < loaded.count && mask[loaded.channel[at]!] === 0) at++;
      loaded.at = at;
      if (at < loaded.count) this.#push(loaded);
      else this.#spare.push(loaded);
    } else {
      while (at > 0 && mask[loaded.channel[at - 1]!] === 0) at--;
      loaded.at = at;
      if (at > 0) this.#push(loaded);
      else this.#spare.push(loaded);
    }
  }

  /** How many messages of `loaded` lie before the position. */
  #cut(loaded: LoadedBlock): number {
    const from = loaded.lowerBound(this.#high, this.#low);
    const order = loaded.block!.order;
    if (order > this.#order) return from;
    const to = loaded.upperBound(this.#high, this.#low);
    return order < this.#order ? to : Math.min(Math.max(this.#entry, from), to);
  }

  /** Memory for a block: a spare one, once there are more than a turn or a small seek would want. */
  #takeFree(): LoadedBlock {
    const spare = this.#spare;
    const empty = spare.findIndex((loaded) => loaded.block === undefined);
    if (empty >= 0) return spare.splice(empty, 1)[0]!;
    const held = spare.reduce((sum, loaded) => sum + loaded.memory, 0);
    if (spare.length === 0 || (spare.length < SPARE_BLOCKS && held < SPARE_BYTES)) return new LoadedBlock();
    if (held >= SPARE_BYTES) return spare.splice(0).pop()!;
    return spare.splice(0, spare.length - SPARE_BLOCKS + 1).pop()!;
  }

  /** Damage was found in a recording that ends before the first damage: blocks behind it are gone. */
  #dropLost(): void {
    const rest = this.#heap.filter((loaded) => !loaded.block!.lost);
    if (rest.length === this.#heap.length) return;
    this.#heap.length = 0;
    for (const loaded of rest) this.#push(loaded);
  }

  #place(high: number, low: number, order: number): void {
    this.#high = high;
    this.#low = low;
    this.#order = order;
    this.#entry = 0;
    this.#direction = 0;
    this.#current = undefined;
  }

  /** The blocks that can hold wanted messages, and the bounds for finding overlaps. */
  #select(): void {
    this.#generation = this.#recording.generation;
    this.#buildMask();
    const blocks = this.#recording.blocks.filter(
      (block) =>
        !block.lost &&
        !isBefore(block.endHigh, block.endLow, this.#firstHigh, this.#firstLow) &&
        !isBefore(this.#lastHigh, this.#lastLow, block.startHigh, block.startLow) &&
        (this.#wanted === undefined ||
          block.channels === undefined ||
          block.channels.some((channel) => this.#mask[channel] === 1)),
    );
    this.#byStart = [...blocks].sort(
      (a, b) => a.startHigh - b.startHigh || a.startLow - b.startLow || a.order - b.order,
    );
    this.#byEnd = blocks.sort((a, b) => a.endHigh - b.endHigh || a.endLow - b.endLow || a.order - b.order);
    const n = blocks.length;
    this.#reachHigh = new Uint32Array(n);
    this.#reachLow = new Uint32Array(n);
    this.#rootHigh = new Uint32Array(n);
    this.#rootLow = new Uint32Array(n);
    let [high, low] = [0, 0];
    for (let i = 0; i < n; i++) {
      const block = this.#byStart[i]!;
      if (isBefore(high, low, block.endHigh, block.endLow)) [high, low] = [block.endHigh, block.endLow];
      this.#reachHigh[i] = high;
      this.#reachLow[i] = low;
    }
    [high, low] = [0xffffffff, 0xffffffff];
    for (let i = n - 1; i >= 0; i--) {
      const block = this.#byEnd[i]!;
      if (isBefore(block.startHigh, block.startLow, high, low)) [high, low] = [block.startHigh, block.startLow];
      this.#rootHigh[i] = high;
      this.#rootLow[i] = low;
    }
  }

  #buildMask(): void {
    const channels = this.#recording.channels;
    this.#mask = new Uint8Array(channels.length);
    for (let i = 0; i < channels.length; i++) {
      this.#mask[i] = this.#wanted === undefined || this.#wanted.has(channels[i]!.topic) ? 1 : 0;
    }
  }
}

/** Loaded blocks kept beside the open ones, so that a step back over the edge of a block costs nothing. */
const SPARE_BLOCKS = 3;
/** … unless they are large: then their memory is used again at once. */
const SPARE_BYTES = 64 << 20;
const EMPTY = new Uint32Array(0);

function isBefore(high: number, low: number, thanHigh: number, thanLow: number): boolean {
  return high < thanHigh || (high === thanHigh && low < thanLow);
}

/** The first of 0…n−1 for which `holds` is false, n if none; `holds` is true on a prefix. */
function bisect(n: number, holds: (i: number) => boolean): number {
  let from = 0;
  let to = n;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
