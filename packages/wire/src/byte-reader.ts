import { MalformedError } from "@delos/core";

/** What a reader starts with; all optional. */
export interface ByteReaderOptions {
  /** Default true: every format we read is little-endian unless it says otherwise. */
  readonly littleEndian?: boolean;
  /** Code of the `MalformedError`s that this reader throws. Default `WIRE_MALFORMED`. */
  readonly code?: string;
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const HOST_IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Constructors of the typed arrays that numeric sequences become. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Turns the byte order of every element around, in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  for (let at = 0; at + elementBytes <= bytes.length; at += elementBytes) {
    for (let low = at, high = at + elementBytes - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** True when elements of `elementBytes` stand in memory as they stand on a wire of that byte order. */
export function sameByteOrder(littleEndian: boolean, elementBytes: number): boolean {
  return elementBytes === 1 || littleEndian === HOST_IS_LITTLE;
}

/**
 * A cursor over bytes that nobody vouches for: each read checks what is left before it touches or allocates anything, and
 * says what is wrong as a `MalformedError` with its byte offset.
 *
 * `offset` and `end` are public so that a parser can skip, narrow (a submessage, a delimited struct) and widen again.
 */
export class ByteReader {
  bytes: Uint8Array;
  offset = 0;
  /** First byte that may not be read. */
  end: number;
  littleEndian: boolean;
  readonly code: string;
  protected view: DataView;

  constructor(bytes: Uint8Array, options: ByteReaderOptions = {}) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.littleEndian = options.littleEndian ?? true;
    this.code = options.code ?? "WIRE_MALFORMED";
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Starts again on other bytes: one reader serves a stream of messages without garbage of its own. */
  reset(bytes: Uint8Array): void {
    if (this.view.buffer !== bytes.buffer || this.view.byteOffset !== bytes.byteOffset) {
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } else if (this.view.byteLength !== bytes.byteLength) {
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.bytes = bytes;
    this.offset = 0;
    this.end = bytes.length;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  get more(): boolean {
    return this.offset < this.end;
  }

  /** The error of this place, for the caller to throw. */
  malformed(message: string, offset: number = this.offset): MalformedError {
    return new MalformedError(this.code, message, offset);
  }

  /** @throws {MalformedError} unless `count` more bytes are there */
  need(count: number): void {
    if (count > this.end - this.offset) {
      throw this.malformed(`${count} bytes needed, ${this.end - this.offset} left`);
    }
  }

  skip(count: number): void {
    this.need(count);
    this.offset += count;
  }

  bool(): boolean {
    return this.uint8() !== 0;
  }

  uint8(): number {
    if (this.offset >= this.end) this.need(1);
    return this.bytes[this.offset++]!;
  }

  int8(): number {
    return (this.uint8() << 24) >> 24;
  }

  uint16(): number {
    this.need(2);
    const value = this.view.getUint16(this.offset, this.littleEndian);
    this.offset += 2;
    return value;
  }

  int16(): number {
    this.need(2);
    const value = this.view.getInt16(this.offset, this.littleEndian);
    this.offset += 2;
    return value;
  }

  uint32(): number {
    this.need(4);
    const value = this.view.getUint32(this.offset, this.littleEndian);
    this.offset += 4;
    return value;
  }

  /** Big-endian whatever the reader's order: entity ids, encapsulation headers. */
  uint32be(): number {
    this.need(4);
    const value = this.view.getUint32(this.offset, false);
    this.offset += 4;
    return value;
  }

  int32(): number {
    this.need(4);
    const value = this.view.getInt32(this.offset, this.littleEndian);
    this.offset += 4;
    return value;
  }

  uint64(): bigint {
    this.need(8);
    const value = this.view.getBigUint64(this.offset, this.littleEndian);
    this.offset += 8;
    return value;
  }

  int64(): bigint {
    this.need(8);
    const value = this.view.getBigInt64(this.offset, this.littleEndian);
    this.offset += 8;
    return value;
  }

  float32(): number {
    this.need(4);
    const value = this.view.getFloat32(this.offset, this.littleEndian);
    this.offset += 4;
    return value;
  }

  float64(): number {
    this.need(8);
    const value = this.view.getFloat64(this.offset, this.littleEndian);
    this.offset += 8;
    return value;
  }

  /** A view: valid as long as the input is. */
  view8(count: number): Uint8Array {
    this.need(count);
    const bytes = this.bytes.subarray(this.offset, this.offset + count);
    this.offset += count;
    return bytes;
  }

  /** A copy: belongs to the caller. (A Buffer's own `slice` would be a view.) */
  copy8(count: number): Uint8Array {
    this.need(count);
    const bytes = new Uint8Array(count);
    bytes.set(this.bytes.subarray(this.offset, this.offset + count));
    this.offset += count;
    return bytes;
  }

  /** `count` bytes of UTF-8. Bytes that are none become U+FFFD. */
  utf8(count: number): string {
    this.need(count);
    const start = this.offset;
    this.offset += count;
    // A decoder call costs more than a short loop; frame ids, units and topic names are short ASCII.
    if (count <= 24) {
      let text = "";
      let at = start;
      for (; at < this.offset; at++) {
        const byte = this.bytes[at]!;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (at === this.offset) return text;
    }
    return UTF8.decode(this.bytes.subarray(start, this.offset));
  }

  /** `count` numbers in one copy. `make` is the typed array's constructor. */
  numbers<A extends NumericArray>(
    make: { new (buffer: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
    count: number,
  ): A {
    const size = make.BYTES_PER_ELEMENT;
    const bytes = this.copy8(count * size);
    if (!sameByteOrder(this.littleEndian, size)) swapBytes(bytes, size);
    return new make(bytes.buffer as ArrayBuffer);
  }
}
