import { DelosError, MalformedError } from "@delos/core";
import { type Block, LoadedBlock } from "../block.ts";
import { type ByteSource, readBytes } from "../byte-source.ts";
import type { ChannelList, RecordedChannel } from "../channel-list.ts";
import { decodeLz4Frames, LZ4_MAX_RATIO, LZ4_SLACK } from "../compression/lz4.ts";
import { ProblemList } from "../problems.ts";
import type { RecordingFile } from "../recording-file.ts";
import type { ReadOptions } from "../recording-options.ts";
import { joinNs } from "../time.ts";
import { CyberChannels } from "./cyber-channels.ts";
import { ProtoReader } from "./protobuf.ts";
import { FIRST_SECTION, HEADER_AREA, SECTION, SECTION_HEAD } from "./sections.ts";

/** CHANNEL and INDEX sections are read into memory whole; none is larger. */
const MAX_SECTION_BYTES = 256 * 2 ** 20;
const COMPRESSIONS = ["none", "bz2", "lz4"];

interface CyberHeader {
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly compress: number;
  readonly indexPosition: number;
  readonly channelNumber: number;
  readonly chunkNumber: number;
  readonly isComplete: boolean;
}

interface CyberBlock extends Block {
  /** Bytes of the body's protobuf, at `position + 16`. */
  readonly length: number;
}

export function isCyberRecord(source: ByteSource, head: Uint8Array): boolean {
  if (head.length < SECTION_HEAD) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const size = view.getUint32(8, true);
  if (view.getInt32(0, true) !== SECTION.header || view.getUint32(12, true) !== 0 || size > HEADER_AREA) return false;
  if (SECTION_HEAD + size > source.size) return false;
  try {
    const header = readHeader(readBytes(source, SECTION_HEAD, size));
    return header.majorVersion > 0 && size > 0;
  } catch {
    return false;
  }
}

/**
 * A Cyber record. Opening reads header and index; without a sound index the sections are read through up to an INDEX or the
 * end.
 */
export class CyberFile implements RecordingFile {
  readonly format = "record";
  readonly name: string;
  readonly size: number;
  complete = true;
  readonly compression = new Set<string>(["none"]);
  readonly blocks: CyberBlock[] = [];
  readonly problems: ProblemList;
  readonly metadata = [];
  readonly attachments = [];
  scanned = false;

  readonly #source: ByteSource;
  readonly #options: ReadOptions;
  readonly #channels: CyberChannels;

  constructor(source: ByteSource, channels: ChannelList, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.name = source.name;
    this.size = source.size;
    this.problems = new ProblemList(source);
    this.#channels = new CyberChannels(channels, this.problems);
    this.#open();
  }

  get channels(): readonly RecordedChannel[] {
    return this.#channels.all;
  }

  load(block: Block, into: LoadedBlock): boolean {
    const { position, length } = block as CyberBlock;
    const bodyAt = position + SECTION_HEAD;
    if (length > this.#options.maxChunkBytes) {
      throw new DelosError(
        "BAG_CHUNK_TOO_LARGE",
        `a chunk of ${length} bytes; the limit is ${this.#options.maxChunkBytes} (option maxChunkBytes)`,
      );
    }
    const direct = this.#source.view(bodyAt, length);
    let bytes = direct ?? into.reserveCompressed(length);
    if (direct === undefined) this.#source.read(bytes, 0, length, bodyAt);
    const isPacked = length >= 4 && bytes[0] === 0x04 && bytes[1] === 0x22 && bytes[2] === 0x4d && bytes[3] === 0x18;
    if (isPacked) {
      const limit = Math.min(length * LZ4_MAX_RATIO, this.#options.maxChunkBytes);
      const content = into.reserve(limit + LZ4_SLACK);
      bytes = content.subarray(0, decodeLz4Frames(bytes, 0, length, content, limit));
    }
    into.begin(block, bytes);
    try {
      this.#list(into, position, isPacked ? position : bodyAt);
    } catch (error) {
      if (!(error instanceof DelosError)) throw error;
      // Nothing in a record vouches for what stands before such a place: the chunk is lost as a whole, as a cut one is.
      const offset = isPacked ? position : bodyAt + Number(error.details["offset"] ?? 0);
      throw new MalformedError("BAG_BAD_RECORD", `a chunk body is damaged: ${error.message}`, offset, {
        details: { inFile: true },
      });
    }
    into.finish();
    return true;
  }

  publishTimeNs(loaded: LoadedBlock, entry: number): bigint {
    return joinNs(loaded.high[entry]!, loaded.low[entry]!);
  }

  sequence(): number {
    return 0;
  }

  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]();
  }

  /** ChunkBody { repeated SingleMessage { channel_name 1, time 2, content 3 } messages = 1 } */
  #list(into: LoadedBlock, position: number, base: number): void {
    const { bytes } = into;
    const body = new ProtoReader(bytes);
    const message = new ProtoReader(bytes);
    while (body.next()) {
      if (body.field !== 1 || body.wire !== 2) continue;
      message.reset(body.start, body.end);
      let [nameStart, nameEnd, contentStart, contentEnd, high, low] = [body.end, body.end, body.end, body.end, 0, 0];
      while (message.next()) {
        if (message.field === 1 && message.wire === 2) [nameStart, nameEnd] = [message.start, message.end];
        else if (message.field === 2 && message.wire === 0) [high, low] = [message.high, message.low];
        else if (message.field === 3 && message.wire === 2) [contentStart, contentEnd] = [message.start, message.end];
      }
      const channel = this.#channels.find(bytes, nameStart, nameEnd, base === position ? position : base + body.start);
      into.add(high, low, contentStart, contentEnd - contentStart, channel.index);
    }
  }

  #open(): void {
    const header = this.#readHeader();
    if (header.compress !== 0) {
      this.problems.add(
        "BAG_COMPRESSION_UNKNOWN",
        0,
        `the header announces ${COMPRESSIONS[header.compress] ?? `compression ${header.compress}`}, which no known writer does: chunks are read as they are`,
      );
      this.compression.clear();
      this.compression.add(COMPRESSIONS[header.compress] ?? `unknown ${header.compress}`);
    }
    if (!header.isComplete || header.indexPosition === 0) {
      this.problems.add("BAG_UNCLOSED", 0, "the recorder did not close this file: it has no index");
    } else if (header.indexPosition + SECTION_HEAD > this.size) {
      this.problems.add(
        "BAG_TRUNCATED",
        this.size,
        `the index should be at byte ${header.indexPosition}: the file ends before`,
      );
    } else {
      try {
        this.#readIndex(header);
        return;
      } catch (error) {
        if (!(error instanceof DelosError)) throw error;
        this.problems.add("BAG_INDEX_BAD", header.indexPosition, `the index is damaged: ${error.message}`);
        this.blocks.length = 0;
        for (const channel of this.channels) channel.messageCount = undefined;
      }
    }
    this.complete = false;
    this.scanned = true;
    this.#scan();
  }

  #readHeader(): CyberHeader {
    const head = readBytes(this.#source, 0, SECTION_HEAD);
    const size = new DataView(head.buffer, head.byteOffset, SECTION_HEAD).getUint32(8, true);
    return readHeader(readBytes(this.#source, SECTION_HEAD, size));
  }

  /** Index { repeated SingleIndex { type 1, position 2, channel_cache 101 | chunk_header_cache 102 | chunk_body_cache 103 } = 1 } */
  #readIndex(header: CyberHeader): void {
    const section = this.#section(header.indexPosition);
    if (section.type !== SECTION.index)
      throw wrong(`a section of type ${section.type} where the index should be`, header.indexPosition);
    const bytes = this.#sectionBytes(section);
    const index = new ProtoReader(bytes);
    const entry = new ProtoReader(bytes);
    const cache = new ProtoReader(bytes);
    let chunk: { startHigh: number; startLow: number; endHigh: number; endLow: number; count: number } | undefined;
    let chunks = 0;
    let previous = 0;
    while (index.next()) {
      if (index.field !== 1 || index.wire !== 2) continue;
      entry.reset(index.start, index.end);
      let [type, position, cacheField] = [-1, -1, 0];
      while (entry.next()) {
        if (entry.field === 1 && entry.wire === 0) type = entry.number;
        else if (entry.field === 2 && entry.wire === 0) position = entry.number;
        else if (entry.field >= 101 && entry.field <= 103 && entry.wire === 2) {
          cacheField = entry.field;
          cache.reset(entry.start, entry.end);
        }
      }
      if (position < FIRST_SECTION || position + SECTION_HEAD > this.size || position <= previous) {
        throw wrong(`an entry points to byte ${position}`, header.indexPosition);
      }
      previous = position;
      if (type === SECTION.channel && cacheField === 101) this.#indexedChannel(cache, position);
      else if (type === SECTION.chunkHeader && cacheField === 102) {
        chunk = { startHigh: 0, startLow: 0, endHigh: 0, endLow: 0, count: 0 };
        while (cache.next()) {
          if (cache.wire !== 0) continue;
          if (cache.field === 1) chunk.count = cache.number;
          else if (cache.field === 2) [chunk.startHigh, chunk.startLow] = [cache.high, cache.low];
          else if (cache.field === 3) [chunk.endHigh, chunk.endLow] = [cache.high, cache.low];
        }
      } else if (type === SECTION.chunkBody) {
        const body = this.#section(position);
        if (body.type !== SECTION.chunkBody || chunk === undefined)
          throw wrong("no chunk where the index has one", position);
        const { count, ...range } = chunk;
        this.blocks.push({ ...this.#block(position, body.length), ...range, messageCount: count });
        chunk = undefined;
        chunks++;
      }
    }
    if (chunks < header.chunkNumber || this.channels.length < header.channelNumber) {
      throw wrong(
        `it has ${chunks} of ${header.chunkNumber} chunks and ${this.channels.length} of ${header.channelNumber} channels`,
        header.indexPosition,
      );
    }
  }

  /** ChannelCache { message_number 1, name 2, message_type 3, proto_desc 4 } */
  #indexedChannel(cache: ProtoReader, position: number): void {
    let [count, topic, type] = [0, "", ""];
    let protoDesc: Uint8Array = new Uint8Array(0);
    while (cache.next()) {
      if (cache.field === 1 && cache.wire === 0) count = cache.number;
      else if (cache.field === 2 && cache.wire === 2) topic = cache.text();
      else if (cache.field === 3 && cache.wire === 2) type = cache.text();
      else if (cache.field === 4 && cache.wire === 2) protoDesc = cache.bytes.subarray(cache.start, cache.end);
    }
    const channel = this.#channels.define(topic, type, protoDesc, position);
    channel.messageCount = count;
  }

  /** Reads the file through, section by section, until an INDEX. */
  #scan(): void {
    const loaded = new LoadedBlock();
    let at = FIRST_SECTION;
    while (at < this.size) {
      if (at + SECTION_HEAD > this.size) return this.#damage("BAG_TRUNCATED", at, "the last section is cut");
      const section = this.#section(at, false);
      if (section.type === SECTION.index) return;
      if (!isSection(section.type)) {
        return this.#damage("BAG_BAD_RECORD", at, `a section of type ${section.type}: nothing behind it is readable`);
      }
      if (section.end > this.size) {
        return this.#damage(
          "BAG_TRUNCATED",
          at,
          `the last section (${sectionName(section.type)}) should have ${section.length} bytes: the file ends before`,
        );
      }
      try {
        if (section.type === SECTION.channel) this.#scannedChannel(section, at);
        else if (section.type === SECTION.chunkBody) {
          this.#take(at, section.length, loaded);
        }
      } catch (error) {
        if (!(error instanceof DelosError)) throw error;
        const inFile = error.details["inFile"] === true;
        this.problems.add(error.code, inFile ? Number(error.details["offset"]) : at, error.message);
        if (!this.#options.skipBadChunks) return;
      }
      at = section.end;
    }
  }

  /** @throws {DelosError} when the chunk is damaged */
  #take(position: number, length: number, loaded: LoadedBlock): void {
    const block = this.#block(position, length);
    this.load(block, loaded);
    const { count } = loaded;
    if (count > 0) {
      const byIndex = new Map(this.channels.map((channel) => [channel.index, channel]));
      const seen = new Set<number>();
      for (let i = 0; i < count; i++) {
        const channel = byIndex.get(loaded.channel[i]!)!;
        channel.messageCount = (channel.messageCount ?? 0) + 1;
        seen.add(channel.index);
      }
      this.blocks.push({
        ...block,
        startHigh: loaded.high[0]!,
        startLow: loaded.low[0]!,
        endHigh: loaded.high[count - 1]!,
        endLow: loaded.low[count - 1]!,
        messageCount: count,
        channels: [...seen],
      });
    }
  }

  /** Channel { name 1, message_type 2, proto_desc 3 } */
  #scannedChannel(section: Section, position: number): void {
    const r = new ProtoReader(this.#sectionBytes(section));
    let [topic, type] = ["", ""];
    let protoDesc: Uint8Array = new Uint8Array(0);
    while (r.next()) {
      if (r.wire !== 2) continue;
      if (r.field === 1) topic = r.text();
      else if (r.field === 2) type = r.text();
      else if (r.field === 3) protoDesc = r.bytes.subarray(r.start, r.end);
    }
    const channel = this.#channels.define(topic, type, protoDesc, position);
    channel.messageCount ??= 0;
  }

  #section(at: number, mustFit = true): Section {
    const head = readBytes(this.#source, at, SECTION_HEAD);
    const view = new DataView(head.buffer, head.byteOffset, SECTION_HEAD);
    const length = view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32;
    const section = { type: view.getInt32(0, true), start: at + SECTION_HEAD, length, end: at + SECTION_HEAD + length };
    if (mustFit && section.end > this.size) throw wrong(`a section of ${length} bytes runs past the end`, at);
    return section;
  }

  #sectionBytes(section: Section): Uint8Array {
    if (section.length > MAX_SECTION_BYTES) throw wrong(`a section of ${section.length} bytes`, section.start);
    return readBytes(this.#source, section.start, section.length);
  }

  #block(position: number, length: number): CyberBlock {
    return {
      order: 0,
      file: this,
      position,
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

  #damage(code: string, at: number, message: string): void {
    this.problems.add(code, at, message);
  }
}

interface Section {
  readonly type: number;
  readonly start: number;
  readonly length: number;
  readonly end: number;
}

/** Header: see record.proto. */
function readHeader(bytes: Uint8Array): CyberHeader {
  const header = {
    majorVersion: 0,
    minorVersion: 0,
    compress: 0,
    indexPosition: 0,
    chunkNumber: 0,
    channelNumber: 0,
    isComplete: false,
  };
  const r = new ProtoReader(bytes);
  while (r.next()) {
    if (r.wire !== 0) continue;
    if (r.field === 1) header.majorVersion = r.number;
    else if (r.field === 2) header.minorVersion = r.number;
    else if (r.field === 3) header.compress = r.number;
    else if (r.field === 6) header.indexPosition = r.number;
    else if (r.field === 7) header.chunkNumber = r.number;
    else if (r.field === 8) header.channelNumber = r.number;
    else if (r.field === 13) header.isComplete = r.number !== 0;
  }
  return header;
}

function isSection(type: number): boolean {
  return type >= SECTION.header && type <= SECTION.channel;
}

function sectionName(type: number): string {
  return ["HEADER", "CHUNK_HEADER", "CHUNK_BODY", "INDEX", "CHANNEL"][type]!;
}

function wrong(what: string, offset: number): MalformedError {
  return new MalformedError("BAG_INDEX_BAD", what, offset);
}
