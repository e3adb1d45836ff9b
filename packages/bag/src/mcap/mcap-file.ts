import { crc32 } from "node:zlib";
import { DelosError, MalformedError } from "@delos/core";
import { type Block, LoadedBlock } from "../block.ts";
import { type ByteSource, readBytes } from "../byte-source.ts";
import type { ChannelList, RecordedChannel } from "../channel-list.ts";
import { CodecNotLoadedError, decompress } from "../compression/decompress.ts";
import { ProblemList } from "../problems.ts";
import type { Attachment, Metadata } from "../recording.ts";
import type { RecordingFile } from "../recording-file.ts";
import type { ReadOptions } from "../recording-options.ts";
import { highOf, lowOf } from "../time.ts";
import { Window } from "../window.ts";
import { McapChannels } from "./mcap-channels.ts";
import { listMessages, publishTimeNs, sequence } from "./messages.ts";
import { RecordReader } from "./record-reader.ts";
import {
  MCAP_MAGIC,
  type McapHeader,
  OPCODE,
  RECORD_HEAD,
  readAttachmentHead,
  readChannel,
  readChunkHead,
  readHeader,
  readMetadata,
  readSchema,
  readStatistics,
} from "./records.ts";
import { findFooter, isSufficient, readSummary, type Summary } from "./summary.ts";

/** Messages outside of chunks are read in runs of about this many bytes. */
const RUN_BYTES = 1 << 20;
/** Records that are read into memory while scanning (schemas, channels, metadata) are not larger. */
const MAX_RECORD_BYTES = 64 * 2 ** 20;

interface McapBlock extends Block {
  /** A Chunk record with its head, or a run of records. */
  readonly kind: "chunk" | "run";
  readonly length: number;
}

/**
 * An MCAP file (mcap.dev/spec). Opening reads footer and summary. Where the summary does not tell all (no summary, chunks
 * not indexed, channels not repeated, messages outside of chunks) or is damaged, the file is read through.
 */
export class McapFile implements RecordingFile {
  readonly format = "mcap";
  readonly name: string;
  readonly size: number;
  complete = true;
  readonly compression = new Set<string>();
  readonly blocks: McapBlock[] = [];
  readonly problems: ProblemList;
  readonly metadata: Metadata[] = [];
  readonly attachments: Attachment[] = [];
  claimedMessages: number | undefined;
  scanned = false;
  header: McapHeader = { profile: "", library: "" };

  readonly #source: ByteSource;
  readonly #options: ReadOptions;
  readonly #channels: McapChannels;

  constructor(source: ByteSource, channels: ChannelList, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.name = source.name;
    this.size = source.size;
    this.problems = new ProblemList(source);
    this.#channels = new McapChannels(channels, this.problems);
    this.#open();
  }

  get channels(): readonly RecordedChannel[] {
    return this.#channels.all;
  }

  /** The channel that the file calls `id`. */
  channelById(id: number): RecordedChannel | undefined {
    return this.#channels.byId(id);
  }

  load(block: Block, into: LoadedBlock): boolean {
    const { kind, position, length } = block as McapBlock;
    let base = position;
    if (kind === "run") {
      const direct = this.#source.view(position, length);
      const bytes = direct ?? into.reserve(length);
      if (direct === undefined) this.#source.read(bytes, 0, length, position);
      into.begin(block, bytes);
    } else {
      base = this.#loadChunk(block, position, length, into);
    }
    const inFile = base >= 0;
    const damage = listMessages(
      into,
      0,
      into.bytes.length,
      this.#channels,
      (id, at) => this.#unknownChannel(id, inFile ? base + at : position),
      (opcode, start, end) => this.#define(opcode, into.bytes, start, end, inFile ? base : position - start),
    );
    into.finish();
    if (damage !== undefined) {
      this.problems.addOnce(
        `damage ${position}`,
        "BAG_BAD_RECORD",
        inFile ? base + damage.at : position,
        `${damage.message}${inFile ? "" : `, at byte ${damage.at} of the chunk`}: the rest of it is not readable`,
      );
    }
    return damage === undefined;
  }

  publishTimeNs(loaded: LoadedBlock, entry: number): bigint {
    return publishTimeNs(loaded, entry);
  }

  sequence(loaded: LoadedBlock, entry: number): number {
    return sequence(loaded, entry);
  }

  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]();
  }

  /** Reads and checks a chunk; `into.bytes` are its records. Returns their offset in the file, −1 if they were compressed. */
  #loadChunk(block: Block, position: number, length: number, into: LoadedBlock): number {
    if (length > this.#options.maxChunkBytes + 4096) {
      throw new DelosError(
        "BAG_CHUNK_TOO_LARGE",
        `a chunk of ${length} bytes; the limit is ${this.#options.maxChunkBytes} (option maxChunkBytes)`,
      );
    }
    const direct = this.#source.view(position, length);
    // Content that is not compressed stays where it was read; it needs the memory that lasts.
    const record = direct ?? into.reserveCompressed(length);
    if (direct === undefined) this.#source.read(record, 0, length, position);
    const r = new RecordReader(record, 0, length, position);
    if (r.u8() !== OPCODE.chunk || r.size() + RECORD_HEAD !== length) {
      throw new MalformedError("BAG_INDEX_WRONG", "no chunk where the index has one", position, {
        details: { inFile: true },
      });
    }
    const head = readChunkHead(r);
    const recordsAt = r.at;
    if (head.recordsLength > length - recordsAt) throw r.malformed("the chunk's records run past the chunk");
    const packed = record.subarray(recordsAt, recordsAt + head.recordsLength);
    this.compression.add(head.compression === "" ? "none" : head.compression);
    let content = packed;
    if (head.compression !== "") {
      if (head.compression !== "lz4" && head.compression !== "zstd") {
        throw new DelosError("BAG_COMPRESSION_UNKNOWN", `unknown compression ${JSON.stringify(head.compression)}`);
      }
      content = decompress(
        head.compression,
        packed,
        head.uncompressedSize,
        into,
        this.#options.maxChunkBytes,
        head.uncompressedCrc !== 0,
      );
    } else if (head.uncompressedSize !== head.recordsLength) {
      throw r.malformed(`an uncompressed chunk of ${head.recordsLength} bytes declares ${head.uncompressedSize}`);
    }
    if (head.uncompressedCrc !== 0) {
      const found = crc32(content);
      if (found !== head.uncompressedCrc) {
        throw new DelosError(
          "BAG_CHUNK_CRC",
          `the checksum of a chunk does not match: 0x${found.toString(16)}, stored 0x${head.uncompressedCrc.toString(16)}`,
        );
      }
    }
    into.begin(block, content);
    return head.compression === "" ? position + recordsAt : -1;
  }

  #open(): void {
    const start = this.#readFileHeader();
    if (start === undefined) {
      this.complete = false;
      this.scanned = true;
      return;
    }
    const footer = findFooter(this.#source);
    if (footer === undefined) {
      this.complete = false;
      this.problems.add(
        "BAG_UNCLOSED",
        this.size,
        "the file has no footer: the recorder did not close it, or it is cut",
      );
    } else if (footer.summaryStart !== 0) {
      try {
        const summary = readSummary(this.#source, footer);
        if (isSufficient(summary) && this.#index(start, summary)) return;
      } catch (error) {
        if (error instanceof CodecNotLoadedError || !(error instanceof DelosError)) throw error;
        // An index that knows too little is a fault of the writer; one that cannot be read has been damaged.
        if (error.code !== "BAG_INDEX_WRONG") this.complete = false;
        this.problems.add(error.code, Number(error.details["offset"] ?? footer.at), error.message);
      }
      this.#forget();
    }
    this.scanned = true;
    this.#scan(start);
  }

  /** Magic and Header record. Returns where the data section begins. */
  #readFileHeader(): number | undefined {
    const at = MCAP_MAGIC.length;
    if (at + RECORD_HEAD > this.size) {
      this.problems.add("BAG_TRUNCATED", this.size, "the file ends before its header");
      return undefined;
    }
    const head = new RecordReader(readBytes(this.#source, at, RECORD_HEAD), 0, RECORD_HEAD, at);
    const opcode = head.u8();
    const length = head.size();
    if (opcode !== OPCODE.header || length > MAX_RECORD_BYTES) {
      this.problems.add("BAG_BAD_RECORD", at, `the first record has opcode ${opcode} and ${length} bytes: no header`);
      return opcode === OPCODE.header ? undefined : at;
    }
    if (at + RECORD_HEAD + length > this.size) {
      this.problems.add("BAG_TRUNCATED", this.size, "the file ends within its header");
      return undefined;
    }
    try {
      const body = readBytes(this.#source, at + RECORD_HEAD, length);
      this.header = readHeader(new RecordReader(body, 0, length, at + RECORD_HEAD));
    } catch (error) {
      if (!(error instanceof DelosError)) throw error;
      this.problems.add(error.code, at, `the header is damaged: ${error.message}`);
    }
    return at + RECORD_HEAD + length;
  }

  /** Takes channels, chunks and attachments from the summary. False when it contradicts itself or the file. */
  #index(start: number, summary: Summary): boolean {
    for (const schema of summary.schemas) this.#channels.defineSchema(schema, summary.start);
    for (const channel of summary.channels) this.#channels.defineChannel(channel, summary.start);
    const { statistics } = summary;
    for (const channel of summary.channels) {
      const count = statistics?.channelMessageCounts.get(channel.id);
      const recorded = this.#channels.byId(channel.id)!;
      if (count !== undefined) recorded.messageCount = Number(count);
      else if (statistics !== undefined && statistics.channelMessageCounts.size > 0) recorded.messageCount = 0;
    }
    const chunks = [...summary.chunkIndexes].sort((a, b) => a.chunkStart - b.chunkStart);
    const extents: { at: number; end: number }[] = [];
    for (const chunk of chunks) {
      const { chunkStart, chunkLength, messageIndexLength } = chunk;
      const channels = [...chunk.messageIndexOffsets.keys()].map((id) => this.#channels.indexes[id]!);
      this.compression.add(chunk.compression === "" ? "none" : chunk.compression);
      extents.push({ at: chunkStart, end: chunkStart + chunkLength + messageIndexLength });
      this.blocks.push({
        ...this.#block("chunk", chunkStart, chunkLength),
        startHigh: highOf(chunk.startTime),
        startLow: lowOf(chunk.startTime),
        endHigh: highOf(chunk.endTime),
        endLow: lowOf(chunk.endTime),
        messageCount: undefined,
        channels: chunk.messageIndexOffsets.size === 0 ? undefined : channels,
      });
    }
    for (const a of summary.attachmentIndexes) extents.push({ at: a.offset, end: a.offset + a.length });
    for (const m of summary.metadataIndexes) extents.push({ at: m.offset, end: m.offset + m.length });
    extents.sort((a, b) => a.at - b.at);
    let at = start;
    for (const extent of extents) {
      if (extent.at < at || extent.end > summary.start) {
        this.problems.add(
          "BAG_INDEX_WRONG",
          extent.at,
          "the index places records over one another or outside the data",
        );
        return false;
      }
      if (extent.at > at) this.#gap(at, extent.at);
      at = extent.end;
    }
    if (at < summary.start) this.#gap(at, summary.start);
    for (const a of summary.attachmentIndexes) this.#readAside(a.offset, a.length);
    for (const m of summary.metadataIndexes) this.#readAside(m.offset, m.length);
    this.claimedMessages = statistics === undefined ? undefined : Number(statistics.messageCount);
    this.#look();
    return true;
  }

  /** A chunk without times and without message indexes may be empty: its range would be a lie. */
  #look(): void {
    const loaded = new LoadedBlock();
    for (const block of this.blocks) {
      const timeless = block.startHigh === 0 && block.startLow === 0 && block.endHigh === 0 && block.endLow === 0;
      if (!timeless || block.channels !== undefined) continue;
      try {
        this.load(block, loaded);
        if (loaded.count === 0) block.messageCount = 0;
      } catch (error) {
        // Whoever reads the block will be told.
        if (error instanceof CodecNotLoadedError || !(error instanceof DelosError)) throw error;
      }
    }
  }

  /** Records between the indexed ones: usually message indexes and DataEnd, but messages could lie there. */
  #gap(from: number, to: number): void {
    const window = new Window(this.#source, 4096);
    let at = from;
    while (at + RECORD_HEAD <= to) {
      const head = window.at(at, RECORD_HEAD);
      const opcode = window.bytes[head]!;
      const length = lengthAt(window.view, head + 1);
      const end = at + RECORD_HEAD + length;
      if (opcode === 0 || end > to) break;
      if (opcode === OPCODE.message || opcode === OPCODE.chunk) {
        throw new MalformedError("BAG_INDEX_WRONG", "the index does not know all messages of the file", at);
      }
      if (opcode === OPCODE.attachment || opcode === OPCODE.metadata) this.#readAside(at, end - at);
      at = end;
    }
  }

  /** Reads the file through, record by record. */
  #scan(start: number): void {
    const window = new Window(this.#source, 64 * 1024);
    const loaded = new LoadedBlock();
    let at = start;
    let ended = false;
    let inSummary = false;
    while (at < this.size) {
      if (ended && this.size - at === MCAP_MAGIC.length) return;
      if (at + RECORD_HEAD > this.size) return this.#cut(at, "the last record is cut");
      const head = window.at(at, RECORD_HEAD);
      const opcode = window.bytes[head]!;
      const length = lengthAt(window.view, head + 1);
      const body = at + RECORD_HEAD;
      const end = body + length;
      if (opcode === 0) return this.#cut(at, "a record with opcode 0: nothing behind it is readable", "BAG_BAD_RECORD");
      if (end > this.size) {
        return this.#cut(at, `the last record (opcode ${opcode}) should have ${length} bytes: the file ends before`);
      }
      // Behind the data there is only the summary: what looks like messages there is damage.
      if (opcode === OPCODE.dataEnd) inSummary = true;
      else if (opcode === OPCODE.message && !inSummary) {
        at = this.#run(at, window, loaded);
        if (at < 0) return;
        continue;
      }
      if (opcode === OPCODE.chunk && !inSummary) {
        if (!this.#take("chunk", at, end - at, loaded) && !this.#options.skipBadChunks) {
          this.complete = false;
          return;
        }
      } else if (opcode === OPCODE.attachment || opcode === OPCODE.metadata) this.#readAside(at, end - at);
      else if (opcode === OPCODE.footer) ended = true;
      else if (opcode === OPCODE.schema || opcode === OPCODE.channel || opcode === OPCODE.statistics) {
        if (length > MAX_RECORD_BYTES) this.problems.add("BAG_BAD_RECORD", at, `a record of ${length} bytes`);
        else {
          const i = window.at(body, length);
          this.#define(opcode, window.bytes, i, i + length, body - i);
        }
      }
      at = end;
      if (ended) return;
    }
  }

  /** Messages outside of chunks from `at` on, and what stands between them; ends at a record of another kind. −1: damage. */
  #run(start: number, window: Window, loaded: LoadedBlock): number {
    let at = start;
    while (at + RECORD_HEAD <= this.size && at - start < RUN_BYTES) {
      const head = window.at(at, RECORD_HEAD);
      if (window.bytes[head] !== OPCODE.message) break;
      const end = at + RECORD_HEAD + lengthAt(window.view, head + 1);
      if (end > this.size) break;
      at = end;
    }
    return this.#take("run", start, at - start, loaded) || this.#options.skipBadChunks ? at : -1;
  }

  /** Reads a block during a scan and keeps it. False when something of it is damaged, which is told. */
  #take(kind: "chunk" | "run", position: number, length: number, loaded: LoadedBlock): boolean {
    const block = this.#block(kind, position, length);
    let whole: boolean;
    try {
      if (kind === "run" && length > this.#options.maxChunkBytes) {
        throw new DelosError("BAG_CHUNK_TOO_LARGE", `a message of ${length} bytes (option maxChunkBytes)`);
      }
      whole = this.load(block, loaded);
    } catch (error) {
      if (error instanceof CodecNotLoadedError || !(error instanceof DelosError)) throw error;
      const offset = error.details["inFile"] === true ? Number(error.details["offset"]) : position;
      this.problems.add(error.code, offset, error.message);
      this.complete = false;
      return false;
    }
    const { count } = loaded;
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      seen.add(loaded.channel[i]!);
    }
    for (const channel of this.#channels.all) {
      if (!seen.has(channel.index)) continue;
      let n = 0;
      for (let i = 0; i < count; i++) if (loaded.channel[i] === channel.index) n++;
      channel.messageCount = (channel.messageCount ?? 0) + n;
    }
    if (count > 0) {
      block.startHigh = loaded.high[0]!;
      block.startLow = loaded.low[0]!;
      block.endHigh = loaded.high[count - 1]!;
      block.endLow = loaded.low[count - 1]!;
      block.messageCount = count;
      this.blocks.push({ ...block, channels: [...seen] });
    }
    return whole;
  }

  #block(kind: "chunk" | "run", position: number, length: number): McapBlock {
    return {
      order: 0,
      file: this,
      position,
      kind,
      length,
      startHigh: 0,
      startLow: 0,
      endHigh: 0,
      endLow: 0,
      messageCount: 0,
      channels: undefined,
      lost: false,
    };
  }

  /** Schemas and channels, in the data section, in chunks and in the summary. */
  #define(opcode: number, bytes: Uint8Array, start: number, end: number, base: number): void {
    try {
      const r = new RecordReader(bytes, start, end, base);
      if (opcode === OPCODE.schema) this.#channels.defineSchema(readSchema(r), base + start);
      else if (opcode === OPCODE.channel) this.#channels.defineChannel(readChannel(r), base + start);
      else if (opcode === OPCODE.statistics) this.#compare(Number(readStatistics(r).messageCount), base + start);
    } catch (error) {
      if (!(error instanceof DelosError)) throw error;
      this.problems.addOnce(`record ${base + start}`, error.code, base + start, error.message);
    }
  }

  #compare(claimed: number, offset: number): void {
    const found = this.blocks.reduce((sum, block) => sum + (block.messageCount ?? 0), 0);
    if (claimed !== found) {
      this.problems.add("BAG_INDEX_WRONG", offset, `the statistics count ${claimed} messages; the file holds ${found}`);
    }
  }

  /** An attachment or metadata record. */
  #readAside(at: number, length: number): void {
    try {
      if (length < RECORD_HEAD) throw new MalformedError("BAG_INDEX_WRONG", `a record of ${length} bytes`, at);
      const opcode = readBytes(this.#source, at, 1)[0];
      if (opcode === OPCODE.attachment) this.#addAttachment(at, length);
      else if (opcode === OPCODE.metadata && length <= MAX_RECORD_BYTES) {
        const bytes = readBytes(this.#source, at, length);
        const { name, metadata } = readMetadata(new RecordReader(bytes, RECORD_HEAD, length, at));
        this.metadata.push({ name, entries: metadata });
      } else throw new MalformedError("BAG_INDEX_WRONG", "no attachment or metadata where the index has one", at);
    } catch (error) {
      if (!(error instanceof DelosError)) throw error;
      this.problems.addOnce(`aside ${at}`, error.code, at, error.message);
    }
  }

  #addAttachment(at: number, length: number): void {
    const source = this.#source;
    const head = readBytes(source, at, Math.min(length, 64 * 1024));
    const r = new RecordReader(head, RECORD_HEAD, head.length, at);
    const { name, mediaType, logTime, createTime, dataLength } = readAttachmentHead(r);
    const dataAt = at + r.at;
    if (dataAt + dataLength + 4 > at + length) throw r.malformed("an attachment runs past its record");
    this.attachments.push({
      name,
      mediaType,
      logTimeNs: logTime,
      createTimeNs: createTime,
      size: dataLength,
      read() {
        const bodyAt = at + RECORD_HEAD;
        const body = readBytes(source, bodyAt, dataAt + dataLength + 4 - bodyAt);
        const view = new DataView(body.buffer, body.byteOffset, body.length);
        const stored = view.getUint32(body.length - 4, true);
        const data = body.subarray(body.length - 4 - dataLength, body.length - 4);
        if (stored !== 0 && crc32(body.subarray(0, body.length - 4)) !== stored) {
          throw new MalformedError("BAG_ATTACHMENT_CRC", `the checksum of attachment ${name} does not match`, at);
        }
        return data.slice();
      },
    });
  }

  #unknownChannel(id: number, offset: number): void {
    this.problems.addOnce(
      `unknown ${id}`,
      "BAG_UNKNOWN_CHANNEL",
      offset,
      `messages of channel ${id}, which no record defines`,
    );
  }

  #cut(at: number, message: string, code = "BAG_TRUNCATED"): void {
    this.complete = false;
    this.problems.add(code, at, message);
  }

  #forget(): void {
    this.claimedMessages = undefined;
    this.blocks.length = 0;
    this.compression.clear();
    this.metadata.length = 0;
    this.attachments.length = 0;
    for (const channel of this.channels) channel.messageCount = undefined;
  }
}

/** u64 as a double: beyond 2⁵³ it only matters that it is far too large. */
function lengthAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
