import { ClosedError, DelosError, UsageError } from "@delos/core";
import { type Block, LoadedBlock } from "./block.ts";
import type { ChannelList, RecordedChannel } from "./channel-list.ts";
import { CodecNotLoadedError } from "./compression/decompress.ts";
import { BlockCursor } from "./cursor.ts";
import type {
  Attachment,
  Channel,
  FileCursor,
  FileRecording,
  Metadata,
  Problem,
  Query,
  RecordedMessage,
  RecordingFormat,
} from "./recording.ts";
import type { RecordingFile } from "./recording-file.ts";
import type { ReadOptions } from "./recording-options.ts";
import { joinNs } from "./time.ts";

/** One or several files as one recording: their blocks in one list, their channels in one table. */
export class BlockRecording implements FileRecording {
  readonly files: readonly string[];
  readonly format: RecordingFormat | "merged";
  readonly size: number;
  readonly blocks: readonly Block[];
  /** Counts changes of what `blocks` says: cursors look again when they turn. */
  generation = 0;

  readonly #parts: readonly RecordingFile[];
  readonly #channels: ChannelList;
  readonly #options: ReadOptions;
  #verified: boolean;
  #closed = false;

  constructor(parts: readonly RecordingFile[], channels: ChannelList, options: ReadOptions) {
    this.#parts = parts;
    this.#channels = channels;
    this.#options = options;
    this.files = parts.map((part) => part.name);
    this.format = parts.length === 1 ? parts[0]!.format : "merged";
    this.size = parts.reduce((sum, part) => sum + part.size, 0);
    this.blocks = parts.flatMap((part) => part.blocks);
    for (const [order, block] of this.blocks.entries()) block.order = order;
    this.#verified = parts.every((part) => part.scanned);
  }

  get complete(): boolean {
    return this.#parts.every((part) => part.complete) && !this.blocks.some((block) => block.lost);
  }

  get compression(): readonly string[] {
    const names = new Set(this.#parts.flatMap((part) => [...part.compression]));
    return names.size === 0 ? ["none"] : [...names].sort();
  }

  get channels(): readonly RecordedChannel[] {
    return this.#channels.all;
  }

  get problems(): readonly Problem[] {
    return this.#parts.flatMap((part) => part.problems.all);
  }

  get metadata(): readonly Metadata[] {
    return this.#parts.flatMap((part) => part.metadata);
  }

  get attachments(): readonly Attachment[] {
    return this.#parts.flatMap((part) => part.attachments);
  }

  get startNs(): bigint | undefined {
    let first: bigint | undefined;
    for (const block of this.#filled()) {
      const time = joinNs(block.startHigh, block.startLow);
      if (first === undefined || time < first) first = time;
    }
    return first;
  }

  get endNs(): bigint | undefined {
    let last: bigint | undefined;
    for (const block of this.#filled()) {
      const time = joinNs(block.endHigh, block.endLow);
      if (last === undefined || time > last) last = time;
    }
    return last;
  }

  get messageCount(): number {
    let sum = 0;
    for (const part of this.#parts) {
      const counted = part.blocks.every((block) => block.lost || block.messageCount !== undefined);
      const claimed = part.blocks.some((block) => block.lost) ? undefined : part.claimedMessages;
      if (!counted && claimed === undefined) this.verify();
      sum +=
        counted || claimed === undefined
          ? part.blocks.reduce((count, block) => count + (block.lost ? 0 : block.messageCount!), 0)
          : claimed;
    }
    return sum;
  }

  cursor(query: Query = {}): FileCursor {
    this.assertOpen(false);
    return new BlockCursor(this, query);
  }

  *messages(query: Query = {}): IterableIterator<RecordedMessage> {
    using cursor = this.cursor(query);
    while (cursor.next()) {
      yield {
        channel: cursor.channel,
        logTimeNs: cursor.logTimeNs,
        publishTimeNs: cursor.publishTimeNs,
        sequence: cursor.sequence,
        data: cursor.data.slice(),
      };
    }
  }

  verify(visit?: (channel: Channel, logTimeNs: bigint, data: Uint8Array) => void): void {
    this.assertOpen(false);
    if (this.#verified && visit === undefined) return;
    const counts = new Map<number, number>();
    const loaded = new LoadedBlock();
    for (const block of this.blocks) {
      if (block.lost || !this.load(block, loaded)) continue;
      for (let i = 0; i < loaded.count; i++) {
        const channel = loaded.channel[i]!;
        counts.set(channel, (counts.get(channel) ?? 0) + 1);
        if (visit !== undefined) {
          const start = loaded.offset[i]!;
          visit(
            this.channels[channel]!,
            joinNs(loaded.high[i]!, loaded.low[i]!),
            loaded.bytes.subarray(start, start + loaded.length[i]!),
          );
        }
      }
    }
    for (const channel of this.channels) channel.messageCount = counts.get(channel.index) ?? 0;
    this.#verified = true;
  }

  /**
   * Loads a block for a cursor. False when it is damaged: then it is marked lost and told in `problems`, and in a recording
   * that ends before its first damage so are the blocks of the file behind it.
   */
  load(block: Block, into: LoadedBlock): boolean {
    const part = block.file as RecordingFile;
    let whole: boolean;
    try {
      whole = part.load(block, into);
    } catch (error) {
      if (!(error instanceof DelosError) || error instanceof ClosedError) throw error;
      into.block = undefined;
      block.lost = true;
      this.generation++;
      part.problems.addOnce(
        `block ${block.order}`,
        error instanceof CodecNotLoadedError ? "BAG_INDEX_WRONG" : error.code,
        typeof error.details["offset"] === "number" && error.details["inFile"] === true
          ? error.details["offset"]
          : block.position,
        error instanceof CodecNotLoadedError
          ? `the index does not say that this chunk is compressed with ${error.codec}`
          : error.message,
      );
      if (!this.#options.skipBadChunks) this.#endBefore(block);
      return false;
    }
    this.#correct(block, into, !whole);
    return true;
  }

  assertOpen(cursorClosed: boolean): void {
    if (this.#closed) throw new ClosedError("the recording");
    if (cursorClosed) throw new ClosedError("the cursor");
  }

  assertOnMessage(cursorClosed: boolean): never {
    this.assertOpen(cursorClosed);
    throw new UsageError("the cursor is on no message: next() or previous() must have returned true");
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const part of this.#parts) part[Symbol.dispose]();
  }

  #filled(): Block[] {
    return this.blocks.filter((block) => !block.lost && block.messageCount !== 0);
  }

  #endBefore(damaged: Block): void {
    for (const block of this.blocks) {
      if (block.file === damaged.file && block.order > damaged.order) block.lost = true;
    }
  }

  /** What the index said of a block against what is in it: the block is right. */
  #correct(block: Block, loaded: LoadedBlock, damaged: boolean): void {
    const { count } = loaded;
    const part = block.file as RecordingFile;
    const claimed = block.messageCount;
    block.messageCount = count;
    if (count > 0) {
      const last = count - 1;
      const inside =
        !isBefore(loaded.high[0]!, loaded.low[0]!, block.startHigh, block.startLow) &&
        !isBefore(block.endHigh, block.endLow, loaded.high[last]!, loaded.low[last]!);
      const exact =
        loaded.high[0] === block.startHigh &&
        loaded.low[0] === block.startLow &&
        loaded.high[last] === block.endHigh &&
        loaded.low[last] === block.endLow;
      if (!exact) {
        block.startHigh = loaded.high[0]!;
        block.startLow = loaded.low[0]!;
        block.endHigh = loaded.high[last]!;
        block.endLow = loaded.low[last]!;
        this.generation++;
        if (!inside && !damaged) {
          part.problems.addOnce(
            `range ${block.order}`,
            "BAG_INDEX_WRONG",
            block.position,
            "the index gives this chunk a time range that its messages leave",
          );
        }
      }
    }
    if (claimed !== undefined && claimed !== count && !damaged) {
      part.problems.addOnce(
        `count ${block.order}`,
        "BAG_INDEX_WRONG",
        block.position,
        `the index counts ${claimed} messages in this chunk; it holds ${count}`,
      );
    }
    if (damaged && !this.#options.skipBadChunks) {
      this.generation++;
      this.#endBefore(block);
    }
  }
}

function isBefore(high: number, low: number, thanHigh: number, thanLow: number): boolean {
  return high < thanHigh || (high === thanHigh && low < thanLow);
}
