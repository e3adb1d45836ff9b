import { DelosError } from "@delos/core";
import { type Block, LoadedBlock } from "../block.ts";
import { type ByteSource, readBytes } from "../byte-source.ts";
import type { ChannelList, RecordedChannel } from "../channel-list.ts";
import { CodecNotLoadedError, decompress, decompressCutLz4 } from "../compression/decompress.ts";
import { ProblemList } from "../problems.ts";
import type { RecordingFile } from "../recording-file.ts";
import type { ReadOptions } from "../recording-options.ts";
import { joinNs } from "../time.ts";
import { Window } from "../window.ts";
import { Connections } from "./connections.ts";
import { listMessages } from "./messages.ts";
import { type Fields, MAX_HEADER_BYTES, malformed, OP, readFields } from "./record.ts";

const ROSBAG_MAGIC = "#ROSBAG V2.0\n";

/** Records outside of chunks are read in runs of about this many bytes; so are uncompressed chunks that are scanned. */
const RUN_BYTES = 4 << 20;
/** Uncompressed chunks with an index that are larger than this are read in runs too. rosbag's have 768 KiB. */
const LARGE_CHUNK_BYTES = 64 << 20;

/** A chunk, or a run of message records in what is left of one. */
interface RosBlock extends Block {
  readonly dataAt: number;
  /** Bytes in the file. */
  readonly length: number;
  /** Bytes after decompression. */
  readonly size: number;
  readonly compression: string;
  /** Compressed, and the file ends within it: only its whole blocks are there. */
  readonly cut: boolean;
}

/**
 * A ROS bag 2.0 (wiki.ros.org/Bags/Format/2.0). Opening reads the bag header, the connections and the chunk infos at
 * `index_pos`, and the head of each chunk. Without a sound index the chunks are read through, as `rosbag reindex` would,
 * and what lies in an open or cut uncompressed chunk besides; of one in LZ4, what its whole blocks hold.
 */
export class RosbagFile implements RecordingFile {
  readonly format = "rosbag";
  readonly name: string;
  readonly size: number;
  complete = true;
  readonly compression = new Set<string>();
  readonly blocks: RosBlock[] = [];
  readonly problems: ProblemList;
  readonly metadata = [];
  readonly attachments = [];
  scanned = false;

  readonly #source: ByteSource;
  readonly #options: ReadOptions;
  readonly #connections: Connections;

  constructor(source: ByteSource, channels: ChannelList, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.name = source.name;
    this.size = source.size;
    this.problems = new ProblemList(source);
    this.#connections = new Connections(channels);
    this.#open();
  }

  get channels(): readonly RecordedChannel[] {
    return this.#connections.all;
  }

  load(block: Block, into: LoadedBlock): boolean {
    const { dataAt, compression, cut } = block as RosBlock;
    into.begin(block, this.#content(block as RosBlock, into));
    const damage = listMessages(into, 0, into.bytes.length, this.#connections, (connection, at) => {
      this.problems.addOnce(
        `connection ${connection}`,
        "BAG_UNKNOWN_CHANNEL",
        dataAt + (compression === "none" ? at : 0),
        `messages of connection ${connection}, which no record defines`,
      );
    });
    into.finish();
    // Where a cut chunk ends is no news: that it is cut was told when it was found.
    if (cut && damage?.cut === true) return true;
    if (damage !== undefined) {
      const where = compression === "none" ? "" : `, at byte ${damage.at} of the chunk`;
      this.problems.addOnce(
        `damage ${dataAt}`,
        damage.cut ? "BAG_TRUNCATED" : "BAG_BAD_RECORD",
        dataAt + (compression === "none" ? damage.at : 0),
        `${damage.message}${where}: the rest of the chunk is not readable`,
      );
    }
    return damage === undefined;
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

  #content({ dataAt, length, size, compression, cut }: RosBlock, into: LoadedBlock): Uint8Array {
    const direct = this.#source.view(dataAt, length);
    if (compression === "none") {
      if (direct !== undefined) return direct;
      const bytes = into.reserve(length);
      this.#source.read(bytes, 0, length, dataAt);
      return bytes;
    }
    const packed = direct ?? into.reserveCompressed(length);
    if (direct === undefined) this.#source.read(packed, 0, length, dataAt);
    const { maxChunkBytes } = this.#options;
    return cut
      ? decompressCutLz4(packed, into, maxChunkBytes)
      : decompress(compression, packed, size, into, maxChunkBytes);
  }

  #open(): void {
    const header = this.#readHeader();
    if (header === undefined) {
      this.complete = false;
      this.scanned = true;
      return;
    }
    if (header.indexAt === 0) {
      this.problems.add("BAG_UNCLOSED", 13, "the recorder did not close this bag: it has no index");
    } else if (header.indexAt >= this.size) {
      if (header.indexAt > this.size || header.connections > 0 || header.chunks > 0) {
        this.problems.add(
          "BAG_TRUNCATED",
          this.size,
          `the index should be at byte ${header.indexAt}; the file ends before`,
        );
      } else {
        return; // a closed bag without any message
      }
    } else {
      try {
        this.#readIndex(header.indexAt, header.connections, header.chunks);
        return;
      } catch (error) {
        if (!(error instanceof DelosError) || error instanceof CodecNotLoadedError) throw error;
        const offset = error.details["offset"];
        this.problems.add(
          "BAG_INDEX_BAD",
          typeof offset === "number" ? offset : header.indexAt,
          `the index is damaged: ${error.message}`,
        );
        this.blocks.length = 0;
        this.compression.clear();
        for (const channel of this.channels) channel.messageCount = undefined;
      }
    }
    this.complete = false;
    this.scanned = true;
    this.#scan(header.end);
  }

  /** The bag header record. Undefined, with a problem told, when the file ends within it. */
  #readHeader(): { indexAt: number; connections: number; chunks: number; end: number } | undefined {
    const at = ROSBAG_MAGIC.length;
    const record = this.#recordAt(at, this.size);
    if (record === undefined) {
      this.problems.add("BAG_TRUNCATED", this.size, "the file ends within the bag header");
      return undefined;
    }
    const { fields } = record;
    if (fields.op !== OP.bagHeader) throw malformed("the first record is not a bag header", at);
    const encryptor = fields.text("encryptor") ?? "";
    if (encryptor !== "") {
      throw new DelosError(
        "BAG_ENCRYPTED",
        `${this.name} is encrypted by ${encryptor}: decrypt it with rosbag decrypt`,
        {
          details: { file: this.name, offset: at },
        },
      );
    }
    return {
      indexAt: fields.u64("index_pos", at),
      connections: fields.u32("conn_count", at),
      chunks: fields.u32("chunk_count", at),
      end: record.dataAt + record.length,
    };
  }

  #readIndex(indexAt: number, connections: number, chunks: number): void {
    // A record takes 8 bytes at least: a count beyond that is a lie.
    if (connections + chunks > (this.size - indexAt) / 8) throw malformed("more index records than bytes", indexAt);
    const index = readBytes(this.#source, indexAt, this.size - indexAt);
    let at = 0;
    const infos: { position: number; fields: Fields; data: Uint8Array }[] = [];
    let defined = 0;
    while (at < index.length && (defined < connections || infos.length < chunks)) {
      const record = recordIn(index, at, indexAt);
      const data = index.subarray(record.data, record.end);
      switch (record.fields.op) {
        case OP.connection:
          this.#connections.define(record.fields, data, indexAt + at);
          defined++;
          break;
        case OP.chunkInfo:
          infos.push({ position: record.fields.u64("chunk_pos", indexAt + at), fields: record.fields, data });
          break;
        default:
          throw malformed(`a record of kind ${record.fields.op} in the index`, indexAt + at);
      }
      at = record.end;
    }
    if (defined < connections || infos.length < chunks) {
      throw malformed(
        `the index ends after ${defined} of ${connections} connections and ${infos.length} of ${chunks} chunks`,
        this.size,
      );
    }
    infos.sort((a, b) => a.position - b.position);
    const head = new Window(this.#source, 256);
    let previousEnd = 0;
    for (const info of infos) {
      if (info.position < previousEnd) throw malformed("chunks overlap", info.position);
      previousEnd = this.#indexedChunk(info.position, info.fields, info.data, indexAt, head);
    }
  }

  #indexedChunk(position: number, info: Fields, data: Uint8Array, indexAt: number, head: Window): number {
    const chunk = this.#recordAt(position, indexAt, head);
    if (chunk === undefined || chunk.fields.op !== OP.chunk) throw malformed("no chunk where one should be", position);
    const compression = chunk.fields.text("compression") ?? "";
    const size = chunk.fields.u32("size", position);
    if (compression === "none" && chunk.length > LARGE_CHUNK_BYTES) {
      // Too much to hold at once: read through now, and in runs later.
      this.compression.add(compression);
      const end = chunk.dataAt + chunk.length;
      if (end > indexAt || this.#runs(chunk.dataAt, end) < end) throw malformed("a chunk is damaged", position);
      return end;
    }
    const start = info.time("start_time", position);
    const end = info.time("end_time", position);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const pairs = Math.min(info.u32("count", position), Math.floor(data.length / 8));
    let messages = 0;
    const channels: number[] = [];
    for (let i = 0; i < pairs; i++) {
      const channel = this.#connections.indexOf(view.getUint32(8 * i, true));
      const count = view.getUint32(8 * i + 4, true);
      if (channel < 0) throw malformed("a chunk counts messages of an undefined connection", position);
      messages += count;
      channels.push(channel);
      const recorded = this.#connections.byIndex(channel);
      recorded.messageCount = (recorded.messageCount ?? 0) + count;
    }
    this.compression.add(compression);
    this.blocks.push({
      order: 0,
      file: this,
      position,
      dataAt: chunk.dataAt,
      length: chunk.length,
      size,
      compression,
      cut: false,
      startHigh: start.high,
      startLow: start.low,
      endHigh: end.high,
      endLow: end.low,
      messageCount: messages,
      channels,
      lost: false,
    });
    return chunk.dataAt + chunk.length;
  }

  /** Reads the file through: chunk by chunk, then what lies in a chunk that was never finished. */
  #scan(from: number): void {
    const window = new Window(this.#source, 4096);
    const loaded = new LoadedBlock();
    let at = from;
    while (at < this.size) {
      const record = this.#tryRecord(at, window);
      if (record === undefined) return;
      const op = record.fields.op;
      const end = record.dataAt + record.length;
      if (op === OP.chunk) {
        const compression = record.fields.text("compression") ?? "";
        const size = record.fields.has("size") ? record.fields.u32("size", at) : 0;
        this.compression.add(compression);
        const isCut = end > this.size;
        if (isCut && compression !== "none") {
          this.#takeCut(at, record.dataAt, "BAG_TRUNCATED", "is cut", compression, loaded);
          return;
        }
        if (isCut) this.problems.add("BAG_TRUNCATED", this.size, "the last chunk is cut: its whole messages are kept");
        if (record.length === 0 && compression !== "none" && end < this.size) {
          // A killed recorder leaves its open chunk as the beginning of a compressed stream.
          if (!this.#startsRecord(end, window)) {
            this.#takeCut(at, end, "BAG_UNCLOSED", "was never finished", compression, loaded);
            return;
          }
        }
        if (compression === "none" && record.length > RUN_BYTES) {
          at = this.#runs(record.dataAt, Math.min(end, this.size));
          if (at < Math.min(end, this.size)) {
            if (!this.#options.skipBadChunks) return;
            at = end;
          }
          continue;
        }
        if (
          record.length > 0 &&
          !this.#take(at, record.dataAt, Math.min(end, this.size) - record.dataAt, size, compression, loaded)
        ) {
          if (!this.#options.skipBadChunks) return;
        }
        at = end;
      } else if (op === OP.message) {
        // Records outside of chunks: the open chunk of a recorder that was killed.
        at = this.#runs(at, this.size);
        if (at < this.size && !this.#startsRecord(at, window)) return;
      } else if (op === OP.connection && end <= this.size) {
        const data = window.at(record.dataAt, record.length);
        try {
          this.#connections.define(record.fields, window.bytes.slice(data, data + record.length), at);
        } catch (error) {
          if (!(error instanceof DelosError)) throw error;
          this.problems.add(error.code, at, error.message);
          if (!this.#options.skipBadChunks) return;
        }
        at = end;
      } else if (op === OP.indexData || op === OP.chunkInfo || op === OP.bagHeader || end > this.size) {
        if (end > this.size) {
          this.problems.add("BAG_TRUNCATED", at, "the last record is cut");
          return;
        }
        at = end;
      } else {
        this.problems.add("BAG_BAD_RECORD", at, `a record of unknown kind ${op}: nothing behind it is readable`);
        return;
      }
    }
  }

  /**
   * Takes what is left of a compressed chunk in which the file ends. LZ4 has independent blocks; bzip2 has one of 900 kB, more
   * than a chunk of rosbag's, and its decoder wants the whole stream.
   */
  #takeCut(at: number, dataAt: number, code: string, what: string, compression: string, loaded: LoadedBlock): void {
    const length = this.size - dataAt;
    if (compression !== "lz4" || length === 0) {
      this.problems.add(code, at, `the last chunk (${compression}) ${what}: its messages are lost`);
      return;
    }
    this.problems.add(code, at, `the last chunk (lz4) ${what}: the messages in its whole blocks are kept`);
    this.#take(at, dataAt, length, 0, compression, loaded, true);
  }

  /** Reads one chunk during a scan. False when something of it is damaged. */
  #take(
    position: number,
    dataAt: number,
    length: number,
    size: number,
    compression: string,
    loaded: LoadedBlock,
    cut = false,
  ): boolean {
    const block: RosBlock = {
      order: 0,
      file: this,
      position,
      dataAt,
      length,
      size,
      compression,
      cut,
      startHigh: 0,
      startLow: 0,
      endHigh: 0,
      endLow: 0,
      messageCount: 0,
      channels: undefined,
      lost: false,
    };
    let whole: boolean;
    try {
      whole = this.load(block, loaded);
    } catch (error) {
      if (error instanceof CodecNotLoadedError || !(error instanceof DelosError)) throw error;
      this.problems.add(error.code, position, error.message);
      return false;
    }
    this.#keep(block, loaded);
    return whole;
  }

  #keep(block: RosBlock, loaded: LoadedBlock): void {
    const { count } = loaded;
    if (count === 0) return;
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const index = loaded.channel[i]!;
      seen.add(index);
      const channel = this.#connections.byIndex(index);
      channel.messageCount = (channel.messageCount ?? 0) + 1;
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

  /**
   * Splits the records from `start` on into runs that are read at once. Returns where it ended: `end`, or the first record
   * that is neither message nor connection, or damage, which is told.
   */
  #runs(start: number, end: number): number {
    const loaded = new LoadedBlock();
    const window = new Window(this.#source, 4096);
    let at = start;
    while (at < end) {
      const runStart = at;
      let stop: { code: string; message: string } | undefined;
      let other = false;
      while (at < end && at - runStart < RUN_BYTES) {
        if (at + 4 > end) stop = { code: "BAG_TRUNCATED", message: "the last record is cut" };
        else {
          const record = this.#recordAt(at, end, window);
          const op = record === undefined ? undefined : record.fields.op;
          if (record === undefined || record.dataAt + record.length > end) {
            stop = { code: "BAG_TRUNCATED", message: "the last record is cut" };
          } else if (op !== OP.message && op !== OP.connection) other = true;
          else at = record.dataAt + record.length;
        }
        if (stop !== undefined || other) break;
      }
      if (at > runStart) this.#take(runStart, runStart, at - runStart, at - runStart, "none", loaded);
      if (stop !== undefined) this.problems.add(stop.code, at, stop.message);
      if (stop !== undefined || other) return at;
    }
    return at;
  }

  /** Header of the record at `at`; undefined when the file ends within it. @throws {MalformedError} when it makes no sense */
  #recordAt(
    at: number,
    end: number,
    window: Window = new Window(this.#source, 256),
  ): { fields: Fields; dataAt: number; length: number } | undefined {
    if (at + 8 > end) return undefined;
    const first = window.at(at, 4);
    const headerLength = window.view.getUint32(first, true);
    if (headerLength > MAX_HEADER_BYTES) throw malformed(`a record header of ${headerLength} bytes`, at);
    if (at + 8 + headerLength > end) return undefined;
    const i = window.at(at, 8 + headerLength);
    const fields = readFields(window.bytes.slice(i + 4, i + 4 + headerLength), 0, headerLength, at + 4);
    return { fields, dataAt: at + 8 + headerLength, length: window.view.getUint32(i + 4 + headerLength, true) };
  }

  /** The same during a scan: damage is told, and ends it. */
  #tryRecord(at: number, window: Window): { fields: Fields; dataAt: number; length: number } | undefined {
    try {
      const record = this.#recordAt(at, this.size, window);
      if (record === undefined) this.problems.add("BAG_TRUNCATED", at, "the last record is cut");
      return record;
    } catch (error) {
      if (!(error instanceof DelosError)) throw error;
      this.problems.add(error.code, at, `${error.message}: nothing behind it is readable`);
      return undefined;
    }
  }

  #startsRecord(at: number, window: Window): boolean {
    try {
      const record = this.#recordAt(at, this.size, window);
      return record !== undefined && record.fields.op !== undefined;
    } catch {
      return false;
    }
  }
}

function recordIn(bytes: Uint8Array, at: number, base: number): { fields: Fields; data: number; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (at + 8 > bytes.length) throw malformed("the index is cut", base + at);
  const headerLength = view.getUint32(at, true);
  if (at + 8 + headerLength > bytes.length) throw malformed("a record header runs past the end", base + at);
  const fields = readFields(bytes, at + 4, at + 4 + headerLength, base);
  const data = at + 8 + headerLength;
  const end = data + view.getUint32(at + 4 + headerLength, true);
  if (end > bytes.length) throw malformed("the data of a record run past the end", base + at);
  return { fields, data, end };
}
