import { crc32 } from "node:zlib";
import { ClosedError, DelosError, UsageError } from "@delos/core";
import type { ByteSink } from "../byte-sink.ts";
import { compressZstd, loadCodec } from "../compression/decompress.ts";
import { encodeLz4Frame } from "../compression/lz4-encode.ts";
import { RecordWriter } from "../record-writer.ts";
import { MCAP_MAGIC, OPCODE } from "./records.ts";

export interface McapWriterOptions {
  readonly profile?: string;
  readonly library?: string;
  /** Default `zstd`. Call `await McapWriter.create` for it: its codec is loaded on demand. */
  readonly compression?: "none" | "lz4" | "zstd";
  /** A chunk is closed once its content reaches this many bytes. Default 1 MiB; 0: no chunks. */
  readonly chunkBytes?: number;
  /** What the file is equipped with: all, unless said otherwise. Only tests and tools for special readers leave things out. */
  readonly features?: Partial<McapFeatures>;
}

/** The parts of a file that a reader could do without. */
export interface McapFeatures {
  readonly messageIndexes: boolean;
  readonly chunkIndexes: boolean;
  readonly attachmentIndexes: boolean;
  readonly metadataIndexes: boolean;
  readonly statistics: boolean;
  readonly repeatedSchemas: boolean;
  readonly repeatedChannels: boolean;
  readonly summaryOffsets: boolean;
}

export interface NewSchema {
  readonly name: string;
  readonly encoding: string;
  readonly data: Uint8Array;
  /** Default: the next free one, from 1. */
  readonly id?: number;
}

export interface NewChannel {
  readonly topic: string;
  /** 0: none. */
  readonly schemaId: number;
  readonly messageEncoding: string;
  readonly metadata?: ReadonlyMap<string, string>;
  /** Default: the next free one, from 1. */
  readonly id?: number;
}

interface ChannelState {
  readonly id: number;
  readonly schemaId: number;
  /** The Channel record, for chunks and the summary. */
  readonly record: Uint8Array;
  count: bigint;
  /** Messages of the open chunk: time, offset pairs. */
  readonly index: { readonly logTime: bigint; readonly offset: number }[];
  written: boolean;
}

interface ChunkIndexEntry {
  readonly startTime: bigint;
  readonly endTime: bigint;
  readonly position: number;
  readonly length: number;
  readonly messageIndexOffsets: readonly (readonly [id: number, position: number])[];
  readonly messageIndexLength: number;
  readonly compression: string;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

/**
 * Writes MCAP (mcap.dev/spec): chunks, all indexes, all checksums. What is on disk before `close()` is a valid unfinished
 * file, complete up to its last chunk.
 */
export class McapWriter implements Disposable {
  readonly #sink: ByteSink;
  readonly #compression: "none" | "lz4" | "zstd";
  readonly #chunkBytes: number;
  readonly #features: McapFeatures;
  readonly #out = new RecordWriter();
  readonly #chunk = new RecordWriter();
  readonly #schemas = new Map<number, { record: Uint8Array; written: boolean }>();
  readonly #channels = new Map<number, ChannelState>();
  readonly #touched: ChannelState[] = [];
  readonly #chunks: ChunkIndexEntry[] = [];
  readonly #attachments: { at: number; length: number; write: (out: RecordWriter) => void }[] = [];
  readonly #metadata: { at: number; length: number; name: string }[] = [];
  #position = 0;
  #dataCrc = 0;
  #messages = 0n;
  #startTime = 0n;
  #endTime = 0n;
  #chunkStart = 0n;
  #chunkEnd = 0n;
  #chunkMessages = 0;
  #closed = false;

  /** Loads what the compression needs and begins the file. The writer owns `sink` and closes it. */
  static async create(sink: ByteSink, options: McapWriterOptions = {}): Promise<McapWriter> {
    if ((options.compression ?? "zstd") === "zstd") await loadCodec("zstd");
    return new McapWriter(sink, options);
  }

  /** As `create`, for compressions that need no loading: `none` and `lz4`. */
  constructor(sink: ByteSink, options: McapWriterOptions = {}) {
    this.#sink = sink;
    this.#compression = options.compression ?? "zstd";
    this.#chunkBytes = options.chunkBytes ?? 2 ** 20;
    this.#features = { ...ALL_FEATURES, ...options.features };
    this.#out.raw(MCAP_MAGIC);
    this.#out.record(OPCODE.header, () => {
      this.#out.text(options.profile ?? "");
      this.#out.text(options.library ?? "delos");
    });
    this.#flushOut();
  }

  /** Bytes written to the sink so far; the open chunk is not among them. */
  get bytesWritten(): number {
    return this.#position;
  }

  get messageCount(): bigint {
    return this.#messages;
  }

  /** Makes a schema known and returns its id. It is written before its first channel. */
  addSchema(schema: NewSchema): number {
    const id = schema.id ?? nextId(this.#schemas, "schemas");
    const out = new RecordWriter();
    out.record(OPCODE.schema, () => {
      out.u16(id);
      out.text(schema.name);
      out.text(schema.encoding);
      out.sizedBytes(schema.data);
    });
    this.#schemas.set(id, { record: out.bytes.slice(), written: false });
    return id;
  }

  /** Makes a channel known and returns its id. It is written before its first message, or at the end if it has none. */
  addChannel(channel: NewChannel): number {
    if (channel.schemaId !== 0 && !this.#schemas.has(channel.schemaId)) {
      throw new UsageError(`no schema ${channel.schemaId} was added`);
    }
    const id = channel.id ?? nextId(this.#channels, "channels");
    const out = new RecordWriter();
    out.record(OPCODE.channel, () => {
      out.u16(id);
      out.u16(channel.schemaId);
      out.text(channel.topic);
      out.text(channel.messageEncoding);
      out.textMap(channel.metadata ?? new Map());
    });
    this.#channels.set(id, {
      id,
      schemaId: channel.schemaId,
      record: out.bytes.slice(),
      count: 0n,
      index: [],
      written: false,
    });
    return id;
  }

  /** Appends a message; `data` is copied. Times in ns; messages need not be in order of time. */
  writeMessage(channelId: number, sequence: number, logTime: bigint, publishTime: bigint, data: Uint8Array): void {
    this.#assertOpen();
    const channel = this.#channels.get(channelId);
    if (channel === undefined) throw new UsageError(`no channel ${channelId} was added`);
    const out = this.#chunkBytes > 0 ? this.#chunk : this.#out;
    this.#introduce(channel, out);
    const offset = out.length;
    out.u8(OPCODE.message);
    out.u64(22 + data.length);
    out.u16(channelId);
    out.u32(sequence);
    out.u64(logTime);
    out.u64(publishTime);
    out.raw(data);
    if (this.#messages === 0n || logTime < this.#startTime) this.#startTime = logTime;
    if (this.#messages === 0n || logTime > this.#endTime) this.#endTime = logTime;
    this.#messages++;
    channel.count++;
    if (this.#chunkBytes > 0) {
      if (channel.index.length === 0) this.#touched.push(channel);
      channel.index.push({ logTime, offset });
      if (this.#chunkMessages === 0 || logTime < this.#chunkStart) this.#chunkStart = logTime;
      if (this.#chunkMessages === 0 || logTime > this.#chunkEnd) this.#chunkEnd = logTime;
      this.#chunkMessages++;
      if (this.#chunk.length >= this.#chunkBytes) this.flush();
    } else if (this.#out.length >= 64 * 1024) {
      this.#flushOut();
    }
  }

  /** Appends a file. Attachments stand outside of chunks; the open chunk stays open. */
  addAttachment(attachment: {
    readonly name: string;
    readonly mediaType: string;
    readonly logTimeNs: bigint;
    readonly createTimeNs: bigint;
    readonly data: Uint8Array;
  }): void {
    this.#assertOpen();
    const { name, mediaType, logTimeNs, createTimeNs, data } = attachment;
    this.#flushOut();
    const at = this.#position;
    const out = this.#out;
    out.record(OPCODE.attachment, () => {
      const from = out.length;
      out.u64(logTimeNs);
      out.u64(createTimeNs);
      out.text(name);
      out.text(mediaType);
      out.u64(data.length);
      out.raw(data);
      out.u32(crc32(out.bytes.subarray(from)));
    });
    this.#attachments.push({
      at,
      length: out.length,
      write: (summary) => {
        summary.u64(logTimeNs);
        summary.u64(createTimeNs);
        summary.u64(data.length);
        summary.text(name);
        summary.text(mediaType);
      },
    });
    this.#flushOut();
  }

  addMetadata(name: string, entries: ReadonlyMap<string, string>): void {
    this.#assertOpen();
    this.#flushOut();
    const at = this.#position;
    this.#out.record(OPCODE.metadata, () => {
      this.#out.text(name);
      this.#out.textMap(entries);
    });
    this.#metadata.push({ at, length: this.#out.length, name });
    this.#flushOut();
  }

  /** Closes the open chunk, so that everything written so far is in the sink. */
  flush(): void {
    this.#assertOpen();
    if (this.#chunk.length === 0) return this.#flushOut();
    const content = this.#chunk.bytes;
    const packed = this.#pack(content);
    const name = this.#compression === "none" ? "" : this.#compression;
    const out = this.#out;
    this.#flushOut();
    const position = this.#position;
    out.record(OPCODE.chunk, () => {
      out.u64(this.#chunkStart);
      out.u64(this.#chunkEnd);
      out.u64(content.length);
      out.u32(crc32(content));
      out.text(name);
      out.u64(packed.length);
      out.raw(packed);
    });
    const length = out.length;
    this.#flushOut();
    const indexStart = this.#position;
    const offsets: [number, number][] = [];
    if (this.#features.messageIndexes) {
      for (const channel of this.#touched) {
        offsets.push([channel.id, this.#position]);
        out.record(OPCODE.messageIndex, () => {
          out.u16(channel.id);
          out.entries(() => {
            // In order of writing, as the conformance suite has it.
            for (const { logTime, offset } of channel.index) {
              out.u64(logTime);
              out.u64(offset);
            }
          });
        });
        this.#flushOut();
      }
    }
    for (const channel of this.#touched) channel.index.length = 0;
    this.#touched.length = 0;
    this.#chunks.push({
      startTime: this.#chunkStart,
      endTime: this.#chunkEnd,
      position,
      length,
      messageIndexOffsets: offsets,
      messageIndexLength: this.#position - indexStart,
      compression: name,
      compressedSize: packed.length,
      uncompressedSize: content.length,
    });
    this.#chunk.clear();
    this.#chunkMessages = 0;
    this.#chunkStart = 0n;
    this.#chunkEnd = 0n;
  }

  /** Asks for everything written so far to be on the disk. The open chunk is closed first. */
  sync(): void {
    this.flush();
    this.#sink.sync();
  }

  /** Finishes the file: data end, summary, footer. Again: nothing. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    const out = this.#out;
    for (const channel of this.#channels.values()) this.#introduce(channel, out);
    this.#flushOut();
    const dataCrc = this.#dataCrc;
    out.record(OPCODE.dataEnd, () => out.u32(dataCrc));
    this.#flushOut();
    this.#closed = true;
    this.#writeSummary();
    this.#sink[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #writeSummary(): void {
    const out = this.#out;
    const start = this.#position;
    const groups: { opcode: number; at: number; length: number }[] = [];
    const group = (opcode: number, write: () => void): void => {
      const from = out.length;
      write();
      if (out.length > from) groups.push({ opcode, at: start + from, length: out.length - from });
    };
    const features = this.#features;
    if (features.repeatedSchemas) {
      group(OPCODE.schema, () => {
        for (const schema of this.#schemas.values()) if (schema.written) out.raw(schema.record);
      });
    }
    if (features.repeatedChannels) {
      group(OPCODE.channel, () => {
        for (const channel of this.#channels.values()) out.raw(channel.record);
      });
    }
    if (features.statistics) group(OPCODE.statistics, () => this.#writeStatistics(out));
    if (features.metadataIndexes) {
      group(OPCODE.metadataIndex, () => {
        for (const { at, length, name } of this.#metadata) {
          out.record(OPCODE.metadataIndex, () => {
            out.u64(at);
            out.u64(length);
            out.text(name);
          });
        }
      });
    }
    if (features.attachmentIndexes) {
      group(OPCODE.attachmentIndex, () => {
        for (const { at, length, write } of this.#attachments) {
          out.record(OPCODE.attachmentIndex, () => {
            out.u64(at);
            out.u64(length);
            write(out);
          });
        }
      });
    }
    if (features.chunkIndexes) {
      group(OPCODE.chunkIndex, () => {
        for (const chunk of this.#chunks) writeChunkIndex(out, chunk);
      });
    }
    const summaryLength = out.length;
    const offsetsStart = features.summaryOffsets && groups.length > 0 ? start + summaryLength : 0;
    if (features.summaryOffsets) {
      for (const { opcode, at, length } of groups) {
        out.record(OPCODE.summaryOffset, () => {
          out.u8(opcode);
          out.u64(at);
          out.u64(length);
        });
      }
    }
    out.record(OPCODE.footer, () => {
      out.u64(summaryLength === 0 ? 0 : start);
      out.u64(offsetsStart);
      out.u32(0);
    });
    // The checksum covers the summary, the offsets and the footer up to itself.
    const footerAt = out.length - 4;
    const bytes = out.bytes;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(footerAt, crc32(bytes.subarray(0, footerAt)), true);
    out.raw(MCAP_MAGIC);
    this.#flushOut();
  }

  #writeStatistics(out: RecordWriter): void {
    out.record(OPCODE.statistics, () => {
      out.u64(this.#messages);
      out.u16([...this.#schemas.values()].filter((schema) => schema.written).length);
      out.u32(this.#channels.size);
      out.u32(this.#attachments.length);
      out.u32(this.#metadata.length);
      out.u32(this.#chunks.length);
      out.u64(this.#startTime);
      out.u64(this.#endTime);
      out.entries(() => {
        for (const channel of this.#channels.values()) {
          if (channel.count === 0n) continue;
          out.u16(channel.id);
          out.u64(channel.count);
        }
      });
    });
  }

  /** Writes channel and schema before they are first used. */
  #introduce(channel: ChannelState, out: RecordWriter): void {
    if (channel.written) return;
    const schema = this.#schemas.get(channel.schemaId);
    if (schema !== undefined && !schema.written) {
      out.raw(schema.record);
      schema.written = true;
    }
    out.raw(channel.record);
    channel.written = true;
  }

  #pack(content: Uint8Array): Uint8Array {
    switch (this.#compression) {
      case "none":
        return content;
      case "lz4":
        return encodeLz4Frame(content);
      case "zstd":
        return compressZstd(content);
    }
  }

  #flushOut(): void {
    const bytes = this.#out.bytes;
    if (bytes.length === 0) return;
    this.#sink.write(bytes);
    this.#position += bytes.length;
    if (!this.#closed) this.#dataCrc = crc32(bytes, this.#dataCrc);
    this.#out.clear();
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError("the MCAP writer");
  }
}

const ALL_FEATURES: McapFeatures = {
  messageIndexes: true,
  chunkIndexes: true,
  attachmentIndexes: true,
  metadataIndexes: true,
  statistics: true,
  repeatedSchemas: true,
  repeatedChannels: true,
  summaryOffsets: true,
};

function writeChunkIndex(out: RecordWriter, chunk: ChunkIndexEntry): void {
  out.record(OPCODE.chunkIndex, () => {
    out.u64(chunk.startTime);
    out.u64(chunk.endTime);
    out.u64(chunk.position);
    out.u64(chunk.length);
    out.entries(() => {
      for (const [id, position] of chunk.messageIndexOffsets) {
        out.u16(id);
        out.u64(position);
      }
    });
    out.u64(chunk.messageIndexLength);
    out.text(chunk.compression);
    out.u64(chunk.compressedSize);
    out.u64(chunk.uncompressedSize);
  });
}

/** Ids are u16; 0 means "none" for schemas and is left free for channels too. */
function nextId(taken: ReadonlyMap<number, unknown>, what: string): number {
  let id = taken.size + 1;
  while (taken.has(id)) id++;
  if (id > 0xffff) throw new DelosError("BAG_TOO_MANY", `an MCAP file holds at most 65535 ${what}`);
  return id;
}
