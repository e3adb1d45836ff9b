import { MalformedError } from "@delos/core";

/**
 * The protobuf wire format, as much as Cyber records need: tag by tag over bytes where they lie, nothing allocated.
 * (protobuf.dev/programming-guides/encoding)
 */
export class ProtoReader {
  readonly bytes: Uint8Array;
  /** Field number and wire type of the tag that `next` has passed. */
  field = 0;
  wire = 0;
  /** Of the length-delimited value passed. */
  start = 0;
  end = 0;
  /** Halves of the varint or fixed value passed. */
  high = 0;
  low = 0;
  #at: number;
  #limit: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.#at = start;
    this.#limit = end;
  }

  /** Where the next tag stands. */
  get at(): number {
    return this.#at;
  }

  reset(start: number, end: number): void {
    this.#at = start;
    this.#limit = end;
  }

  /** Passes one field. False at the end. @throws {MalformedError} BAG_PROTOBUF */
  next(): boolean {
    if (this.#at >= this.#limit) return false;
    this.#varint();
    if (this.high !== 0) throw this.#malformed("a tag beyond 32 bits");
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.field === 0) throw this.#malformed("field number 0");
    switch (this.wire) {
      case 0:
        this.#varint();
        return true;
      case 1:
        this.low = this.#fixed32();
        this.high = this.#fixed32();
        return true;
      case 2: {
        this.#varint();
        if (this.high !== 0 || this.low > this.#limit - this.#at)
          throw this.#malformed("a field runs past its message");
        this.start = this.#at;
        this.#at += this.low;
        this.end = this.#at;
        return true;
      }
      case 5:
        this.low = this.#fixed32();
        this.high = 0;
        return true;
      default:
        throw this.#malformed(`wire type ${this.wire}`);
    }
  }

  /** The number passed, as a double. */
  get number(): number {
    return this.high * 2 ** 32 + this.low;
  }

  text(): string {
    return utf8.decode(this.bytes.subarray(this.start, this.end));
  }

  #varint(): void {
    const { bytes } = this;
    let at = this.#at;
    const limit = Math.min(this.#limit, at + 10);
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= limit)
        throw this.#malformed(limit === this.#limit ? "a varint is cut" : "a varint of more than 10 bytes");
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
    this.#at = at;
  }

  #fixed32(): number {
    const at = this.#at;
    if (at + 4 > this.#limit) throw this.#malformed("a fixed value is cut");
    const { bytes } = this;
    this.#at = at + 4;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }

  #malformed(what: string): MalformedError {
    return new MalformedError("BAG_PROTOBUF", what, this.#at);
  }
}

const utf8 = new TextDecoder();
