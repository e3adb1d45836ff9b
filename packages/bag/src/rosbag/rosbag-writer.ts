import { ClosedError, DelosError, UsageError } from "@delos/core";
import type { ByteSink } from "../byte-sink.ts";
import { encodeLz4Frame } from "../compression/lz4-encode.ts";
import { RecordWriter } from "../record-writer.ts";
import { OP } from "./record.ts";

export interface RosbagWriterOptions {
  /** Default `lz4`. bz2 is read but not written: it is slow and nobody needs it. */
  readonly compression?: "none" | "lz4";
  /** A chunk is closed once its content reaches this many bytes. Default 768 KiB, as rosbag's. */
  readonly chunkBytes?: number;
}

export interface NewConnection {
  readonly topic: string;
  readonly type: string;
  readonly md5sum: string;
  readonly definition: Uint8Array;
  readonly callerid?: string | undefined;
  readonly latching?: boolean | undefined;
}

interface ConnectionState {
  readonly id: number;
  readonly record: Uint8Array;
  written: boolean;
  /** Of the open chunk. */
  index: { readonly timeNs: bigint; readonly offset: number }[];
}

const MAGIC = new TextEncoder().encode("#ROSBAG V2.0\n");
/** Header and padding of the bag header record. */
const HEADER_BYTES = 4096;

/**
 * Writes ROS bags 2.0 (wiki.ros.org/Bags/Format/2.0) that rosbag itself reads: fields in the order of the C++ writer,
 * LZ4 frames of the one kind that roslz4 takes.
 */
export class RosbagWriter implements Disposable {
  readonly #sink: ByteSink;
  readonly #compression: "none" | "lz4";
  readonly #chunkBytes: number;
  readonly #connections: ConnectionState[] = [];
  readonly #chunk = new RecordWriter();
  readonly #out = new RecordWriter();
  readonly #infos: Uint8Array[] = [];
  #position = 0;
  #chunkStart = 0n;
  #chunkEnd = 0n;
  #closed = false;

  /** The writer owns `sink` and closes it. */
  constructor(sink: ByteSink, options: RosbagWriterOptions = {}) {
    this.#sink = sink;
    this.#compression = options.compression ?? "lz4";
    this.#chunkBytes = options.chunkBytes ?? 768 * 1024;
    this.#write(MAGIC);
    this.#write(bagHeader(0, 0, 0));
  }

  /** Makes a connection known: one publisher on one topic. Returns its id. */
  addConnection(connection: NewConnection): number {
    const id = this.#connections.length;
    const { topic, type, md5sum, definition, callerid, latching } = connection;
    const header = fields([
      ["conn", u32(id)],
      ["op", Uint8Array.of(OP.connection)],
      ["topic", text(topic)],
    ]);
    const data = fields([
      ...(callerid === undefined ? [] : [["callerid", text(callerid)] as const]),
      ...(latching === undefined ? [] : [["latching", text(latching ? "1" : "0")] as const]),
      ["md5sum", text(md5sum)],
      ["message_definition", definition],
      ["topic", text(topic)],
      ["type", text(type)],
    ]);
    this.#connections.push({ id, record: record(header, data), written: false, index: [] });
    return id;
  }

  /** Appends a message; `data` is copied. @throws {DelosError} BAG_TIME_RANGE: ROS times begin at 1 ns and end in 2106 */
  writeMessage(connectionId: number, timeNs: bigint, data: Uint8Array): void {
    if (this.#closed) throw new ClosedError("the bag writer");
    const connection = this.#connections[connectionId];
    if (connection === undefined) throw new UsageError(`no connection ${connectionId} was added`);
    if (timeNs < 1n || timeNs >= 4_294_967_296_000_000_000n) {
      throw new DelosError("BAG_TIME_RANGE", `a ROS bag cannot hold the time ${timeNs} ns`);
    }
    const chunk = this.#chunk;
    const isFirst = chunk.length === 0;
    if (!connection.written) {
      chunk.raw(connection.record);
      connection.written = true;
    }
    connection.index.push({ timeNs, offset: chunk.length });
    chunk.u32(38);
    chunk.u32(9);
    chunk.raw(CONN);
    chunk.u32(connectionId);
    chunk.u32(4);
    chunk.raw(OP_MESSAGE);
    chunk.u32(13);
    chunk.raw(TIME);
    writeTime(chunk, timeNs);
    chunk.u32(data.length);
    chunk.raw(data);
    if (isFirst || timeNs < this.#chunkStart) this.#chunkStart = timeNs;
    if (isFirst || timeNs > this.#chunkEnd) this.#chunkEnd = timeNs;
    if (chunk.length >= this.#chunkBytes) this.flush();
  }

  /** Closes the open chunk, so that everything written so far is in the sink. */
  flush(): void {
    const content = this.#chunk.bytes;
    if (content.length === 0) return;
    const position = this.#position;
    const packed = this.#compression === "none" ? content : encodeLz4Frame(content);
    const header = fields([
      ["compression", text(this.#compression)],
      ["op", Uint8Array.of(OP.chunk)],
      ["size", u32(content.length)],
    ]);
    this.#write(record(header, packed));
    const counts = new RecordWriter();
    let used = 0;
    for (const connection of this.#connections) {
      const { id, index } = connection;
      if (index.length === 0) continue;
      used++;
      counts.u32(id);
      counts.u32(index.length);
      this.#writeIndex(id, index);
      connection.index = [];
    }
    const infoHeader = fields([
      ["chunk_pos", u64(position)],
      ["count", u32(used)],
      ["end_time", time(this.#chunkEnd)],
      ["op", Uint8Array.of(OP.chunkInfo)],
      ["start_time", time(this.#chunkStart)],
      ["ver", u32(1)],
    ]);
    this.#infos.push(record(infoHeader, counts.bytes));
    this.#chunk.clear();
  }

  /** Finishes the file: connections, chunk infos, the header's second version. Again: nothing. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    const indexAt = this.#position;
    const written = this.#connections.filter((connection) => connection.written);
    for (const connection of written) this.#write(connection.record);
    for (const info of this.#infos) this.#write(info);
    this.#sink.writeAt(bagHeader(indexAt, written.length, this.#infos.length), MAGIC.length);
    this.#sink[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #writeIndex(id: number, index: { readonly timeNs: bigint; readonly offset: number }[]): void {
    index.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : a.offset - b.offset));
    const data = this.#out;
    data.clear();
    for (const { timeNs, offset } of index) {
      writeTime(data, timeNs);
      data.u32(offset);
    }
    const header = fields([
      ["conn", u32(id)],
      ["count", u32(index.length)],
      ["op", Uint8Array.of(OP.indexData)],
      ["ver", u32(1)],
    ]);
    this.#write(record(header, data.bytes));
  }

  #write(bytes: Uint8Array): void {
    this.#sink.write(bytes);
    this.#position += bytes.length;
  }
}

function bagHeader(indexAt: number, connections: number, chunks: number): Uint8Array {
  const header = fields([
    ["chunk_count", u32(chunks)],
    ["conn_count", u32(connections)],
    ["index_pos", u64(indexAt)],
    ["op", Uint8Array.of(OP.bagHeader)],
  ]);
  return record(header, new Uint8Array(HEADER_BYTES - header.length).fill(0x20));
}

function record(header: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data.length);
  bytes.set(u32(header.length));
  bytes.set(header, 4);
  bytes.set(u32(data.length), 4 + header.length);
  bytes.set(data, 8 + header.length);
  return bytes;
}

function fields(list: readonly (readonly [name: string, value: Uint8Array])[]): Uint8Array {
  const out = new RecordWriter();
  for (const [name, value] of list) {
    const key = text(`${name}=`);
    out.u32(key.length + value.length);
    out.raw(key);
    out.raw(value);
  }
  return out.bytes;
}

const CONN = new TextEncoder().encode("conn=");
const TIME = new TextEncoder().encode("time=");
const OP_MESSAGE = Uint8Array.of(0x6f, 0x70, 0x3d, OP.message);

function writeTime(out: RecordWriter, timeNs: bigint): void {
  out.u32(Number(timeNs / 1_000_000_000n));
  out.u32(Number(timeNs % 1_000_000_000n));
}

function time(timeNs: bigint): Uint8Array {
  const out = new RecordWriter();
  writeTime(out, timeNs);
  return out.bytes;
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
