/**
 * The protobuf wire format, as far as proto/delos/bridge.proto needs it: varints, 64-bit doubles and length-delimited
 * fields. Small, and without code generation at run time, which the page's Content-Security-Policy forbids.
 * https://protobuf.dev/programming-guides/encoding/
 */
export const WireType = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/** What arrived is not a message of the protocol. */
export class MalformedFrameError extends Error {
  readonly code = "MALFORMED_FRAME";
  override readonly name = "MalformedFrameError";
}

const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

/** Reads from `bytes` between `position` and `end`; never past it, whatever the lengths inside say. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  #take(length: number): number {
    const at = this.position;
    if (length > this.end - at) throw new MalformedFrameError(`${length} bytes wanted at ${at}, ${this.end - at} left`);
    this.position = at + length;
    return at;
  }

  /** Unsigned; above 2^53 the nearest double, which is exact enough for counters on a page. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#take(1)]!;
      if (i < 4) low |= (byte & 0x7f) << (7 * i);
      else if (i === 4) {
        low |= (byte & 0x0f) << 28;
        high |= (byte & 0x7f) >>> 4;
      } else high |= (byte & 0x7f) << (7 * i - 32);
      if (byte < 0x80) return (high >>> 0) * 4294967296 + (low >>> 0);
    }
    throw new MalformedFrameError(`varint of more than ten bytes before ${this.position}`);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** The next length-delimited field as it is; not a copy. */
  raw(): Uint8Array {
    const inner = this.delimited();
    const bytes = this.#bytes.subarray(inner.position, inner.end);
    this.position = inner.end;
    return bytes;
  }

  /** A reader of the next length-delimited field. */
  delimited(): WireReader {
    const length = this.varint();
    const at = this.#take(length);
    return new WireReader(this.#bytes, at, at + length);
  }

  string(): string {
    const length = this.varint();
    const at = this.#take(length);
    return utf8.decode(this.#bytes.subarray(at, at + length));
  }

  /** Passes over a field that a newer server has added. */
  skip(wireType: number): void {
    if (wireType === WireType.varint) this.varint();
    else if (wireType === WireType.fixed64) this.#take(8);
    else if (wireType === WireType.delimited) this.#take(this.varint());
    else if (wireType === WireType.fixed32) this.#take(4);
    else throw new MalformedFrameError(`wire type ${wireType} before ${this.position}`);
  }
}

/** Appends fields to a buffer that grows. */
export class WireWriter {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  #room(count: number): number {
    const at = this.#length;
    if (at + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + count));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = at + count;
    return at;
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** A non-negative integer below 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    const at = this.#room(1); // before #bytes is read: making room may replace it
    this.#bytes[at] = value;
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  string(value: string): void {
    this.bytes(toUtf8.encode(value));
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
