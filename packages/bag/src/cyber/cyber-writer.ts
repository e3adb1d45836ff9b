import { ClosedError, UsageError } from "@delos/core";
import type { ByteSink } from "../byte-sink.ts";
import { protoDescOf } from "./proto-desc.ts";
import { ProtoWriter } from "./protobuf-writer.ts";
import { FIRST_SECTION, HEADER_AREA, SECTION, SECTION_HEAD } from "./sections.ts";

export interface CyberWriterOptions {
  /** A chunk is closed once its content reaches this many bytes. Default 16 MiB, as Apollo's. */
  readonly chunkBytes?: number;
  /** … or once a message is this much later than its first. Default 20 s, as Apollo's. */
  readonly chunkIntervalNs?: bigint;
}

interface ChannelState {
  readonly topic: string;
  readonly type: string;
  readonly protoDesc: Uint8Array;
  readonly position: number;
  count: bigint;
}

interface ChunkState {
  readonly headerAt: number;
  readonly bodyAt: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly count: bigint;
  readonly rawSize: bigint;
}

/** Writes Cyber records 1.0, as apollo cyber/record/file/record_file_writer.cc does: no compression, since no reader has any. */
export class CyberWriter implements Disposable {
  readonly #sink: ByteSink;
  readonly #chunkBytes: number;
  readonly #chunkIntervalNs: bigint;
  readonly #channels = new Map<string, ChannelState>();
  readonly #sections: (ChannelState | ChunkState)[] = [];
  readonly #body = new ProtoWriter();
  readonly #message = new ProtoWriter();
  #position = 0;
  #messages = 0n;
  #chunks = 0;
  #startNs = 0n;
  #endNs = 0n;
  #chunkStartNs = 0n;
  #chunkEndNs = 0n;
  #chunkFirstNs = 0n;
  #chunkCount = 0n;
  #chunkRaw = 0n;
  #closed = false;

  /** The writer owns `sink` and closes it. */
  constructor(sink: ByteSink, options: CyberWriterOptions = {}) {
    this.#sink = sink;
    this.#chunkBytes = options.chunkBytes ?? 16 * 2 ** 20;
    this.#chunkIntervalNs = options.chunkIntervalNs ?? 20_000_000_000n;
    const header = this.#header(0);
    this.#sink.write(header);
    this.#position = header.length;
  }

  /** Makes a channel known. `descriptorSet`: the type's FileDescriptorSet; empty when unknown. Again: nothing. */
  addChannel(topic: string, type: string, descriptorSet: Uint8Array): void {
    this.#assertOpen();
    if (this.#channels.has(topic)) return;
    const protoDesc = protoDescOf(descriptorSet, type);
    const channel = { topic, type, protoDesc, position: this.#position, count: 0n };
    this.#channels.set(topic, channel);
    this.#sections.push(channel);
    const message = new ProtoWriter();
    message.text(1, topic);
    message.text(2, type);
    message.sized(3, protoDesc);
    this.#section(SECTION.channel, message.bytes);
  }

  /** Appends a message; `data` is the bare protobuf and is copied. */
  writeMessage(topic: string, timeNs: bigint, data: Uint8Array): void {
    this.#assertOpen();
    const channel = this.#channels.get(topic);
    if (channel === undefined) throw new UsageError(`no channel ${topic} was added`);
    const message = this.#message;
    message.clear();
    message.text(1, topic);
    message.integer(2, timeNs);
    message.sized(3, data);
    this.#body.sized(1, message.bytes);
    channel.count++;
    if (this.#chunkCount === 0n) this.#chunkFirstNs = timeNs;
    if (this.#chunkCount === 0n || timeNs < this.#chunkStartNs) this.#chunkStartNs = timeNs;
    if (this.#chunkCount === 0n || timeNs > this.#chunkEndNs) this.#chunkEndNs = timeNs;
    this.#chunkCount++;
    this.#chunkRaw += BigInt(data.length);
    // The message that exceeds the limit still belongs to the chunk.
    if (this.#chunkRaw > BigInt(this.#chunkBytes) || timeNs - this.#chunkFirstNs > this.#chunkIntervalNs) this.flush();
  }

  /** Closes the open chunk, so that everything written so far is in the sink. */
  flush(): void {
    this.#assertOpen();
    if (this.#chunkCount === 0n) return;
    const chunk: ChunkState = {
      headerAt: this.#position,
      bodyAt: 0,
      startNs: this.#chunkStartNs,
      endNs: this.#chunkEndNs,
      count: this.#chunkCount,
      rawSize: this.#chunkRaw,
    };
    const header = new ProtoWriter();
    header.integer(1, chunk.startNs);
    header.integer(2, chunk.endNs);
    header.integer(3, chunk.count);
    header.integer(4, chunk.rawSize);
    this.#section(SECTION.chunkHeader, header.bytes);
    this.#sections.push({ ...chunk, bodyAt: this.#position });
    this.#section(SECTION.chunkBody, this.#body.bytes);
    if (this.#chunks === 0) this.#startNs = chunk.startNs;
    this.#endNs = chunk.endNs;
    this.#chunks++;
    this.#messages += chunk.count;
    this.#body.clear();
    this.#chunkCount = 0n;
    this.#chunkRaw = 0n;
  }

  /** Finishes the file: index, the header's second version. Again: nothing. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    const indexAt = this.#position;
    const index = new ProtoWriter();
    for (const section of this.#sections) {
      if ("topic" in section) this.#indexChannel(index, section);
      else this.#indexChunk(index, section);
    }
    this.#section(SECTION.index, index.bytes);
    this.#closed = true;
    this.#sink.writeAt(this.#header(indexAt), 0);
    this.#sink[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #indexChannel(index: ProtoWriter, { topic, type, protoDesc, position, count }: ChannelState): void {
    index.message(1, (entry) => {
      entry.integer(1, SECTION.channel);
      entry.integer(2, position);
      entry.message(101, (cache) => {
        cache.integer(1, count);
        cache.text(2, topic);
        cache.text(3, type);
        cache.sized(4, protoDesc);
      });
    });
  }

  #indexChunk(index: ProtoWriter, chunk: ChunkState): void {
    index.message(1, (entry) => {
      entry.integer(1, SECTION.chunkHeader);
      entry.integer(2, chunk.headerAt);
      entry.message(102, (cache) => {
        cache.integer(1, chunk.count);
        cache.integer(2, chunk.startNs);
        cache.integer(3, chunk.endNs);
        cache.integer(4, chunk.rawSize);
      });
    });
    index.message(1, (entry) => {
      entry.integer(1, SECTION.chunkBody);
      entry.integer(2, chunk.bodyAt);
      entry.message(103, (cache) => cache.integer(1, chunk.count));
    });
  }

  /** The header section with its area. `indexAt` 0: not closed yet. */
  #header(indexAt: number): Uint8Array {
    const message = new ProtoWriter();
    message.integer(1, 1); // major version
    message.integer(2, 0); // minor version
    message.integer(3, 0); // COMPRESS_NONE
    message.integer(4, this.#chunkIntervalNs);
    message.integer(5, 0); // segment interval
    message.integer(6, indexAt);
    message.integer(7, this.#chunks);
    message.integer(8, this.#channels.size);
    message.integer(9, this.#startNs);
    message.integer(10, this.#endNs);
    message.integer(11, this.#messages);
    message.integer(12, this.#position);
    message.integer(13, this.#closed ? 1 : 0);
    message.integer(14, this.#chunkBytes);
    message.integer(15, 0); // segment size
    const bytes = new Uint8Array(FIRST_SECTION);
    bytes.set(sectionHead(SECTION.header, message.length));
    bytes.set(message.bytes, SECTION_HEAD);
    // The original writer pads with one '0' and zeros.
    if (message.length < HEADER_AREA) bytes[SECTION_HEAD + message.length] = 0x30;
    return bytes;
  }

  #section(type: number, message: Uint8Array): void {
    this.#sink.write(sectionHead(type, message.length));
    this.#sink.write(message);
    this.#position += SECTION_HEAD + message.length;
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError("the record writer");
  }
}

function sectionHead(type: number, length: number): Uint8Array {
  const head = new Uint8Array(SECTION_HEAD);
  const view = new DataView(head.buffer);
  view.setInt32(0, type, true);
  view.setBigUint64(8, BigInt(length), true);
  return head;
}
