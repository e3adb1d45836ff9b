import { DelosError } from "@delos/core";
import { type NumericArray, sameByteOrder, swapBytes } from "./byte-reader.ts";

/** What a writer starts with; all optional. */
export interface ByteWriterOptions {
  readonly littleEndian?: boolean;
  /** Memory to write into, which never grows: a slot of a ring, a pooled datagram. */
  readonly target?: Uint8Array;
  /** First size of memory that grows. Default 256. */
  readonly capacity?: number;
}

/** No message grows beyond this: a wrong array length in a definition must not take the machine's memory. */
const MAX_BYTES = 0x4000_0000;
const UTF8 = new TextEncoder();

/**
 * A cursor that writes: into its own memory, which grows, or into given memory, which does not.
 * Nothing is written when there is no room for it.
 */
export class ByteWriter {
  bytes: Uint8Array;
  offset = 0;
  littleEndian: boolean;
  protected view: DataView;
  readonly #fixed: boolean;

  constructor(options: ByteWriterOptions = {}) {
    this.#fixed = options.target !== undefined;
    this.bytes = options.target ?? new Uint8Array(options.capacity ?? 256);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.littleEndian = options.littleEndian ?? true;
  }

  /** What was written, as a view of the writer's memory: valid until the writer is used again. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.offset);
  }

  /** What was written, as the caller's own copy. */
  finish(): Uint8Array {
    const copy = new Uint8Array(this.offset);
    copy.set(this.bytes.subarray(0, this.offset));
    return copy;
  }

  /** @throws {DelosError} `WIRE_NO_SPACE` when `count` more bytes do not fit into given memory or any memory */
  reserve(count: number): void {
    const needed = this.offset + count;
    if (needed <= this.bytes.length) return;
    if (this.#fixed || needed > MAX_BYTES) {
      const limit = this.#fixed ? this.bytes.length : MAX_BYTES;
      throw new DelosError("WIRE_NO_SPACE", `the message needs ${needed} bytes, ${limit} are there`, {
        details: { needed, available: limit },
      });
    }
    const grown = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.offset));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  uint8(value: number): void {
    if (this.offset >= this.bytes.length) this.reserve(1);
    this.bytes[this.offset++] = value;
  }

  int8(value: number): void {
    this.uint8(value);
  }

  uint16(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.offset, value, this.littleEndian);
    this.offset += 2;
  }

  int16(value: number): void {
    this.uint16(value);
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.offset, value, this.littleEndian);
    this.offset += 4;
  }

  uint32be(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.offset, value, false);
    this.offset += 4;
  }

  int32(value: number): void {
    this.uint32(value);
  }

  uint64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.offset, value, this.littleEndian);
    this.offset += 8;
  }

  int64(value: bigint): void {
    this.uint64(value);
  }

  float32(value: number): void {
    this.reserve(4);
    this.view.setFloat32(this.offset, value, this.littleEndian);
    this.offset += 4;
  }

  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.offset, value, this.littleEndian);
    this.offset += 8;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.offset);
    this.offset += bytes.length;
  }

  zeros(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.offset, this.offset + count);
    this.offset += count;
  }

  /** UTF-8, without length or terminator. Returns the bytes written. */
  utf8(text: string): number {
    const start = this.offset;
    this.reserve(text.length);
    let at = 0;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) break;
      this.bytes[start + at] = unit;
    }
    this.offset = start + at;
    if (at < text.length) this.raw(UTF8.encode(text.slice(at)));
    return this.offset - start;
  }

  /** Overwrites four bytes that were written before: a length that is known only afterwards. */
  patchUint32(at: number, value: number): void {
    this.view.setUint32(at, value, this.littleEndian);
  }

  patchUint16(at: number, value: number): void {
    this.view.setUint16(at, value, this.littleEndian);
  }

  /** The array's elements in one copy. */
  numbers(values: NumericArray): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const at = this.offset;
    this.raw(bytes);
    const size = values.BYTES_PER_ELEMENT;
    if (!sameByteOrder(this.littleEndian, size)) swapBytes(this.bytes.subarray(at, this.offset), size);
  }
}
