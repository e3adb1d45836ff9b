import { HIGH, LOW, scratch32, scratch64, scratch64Signed } from "./bits64.ts";

const utf8 = new TextEncoder();

/**
 * Writes from the end of its buffer towards the start: a nested message is written before its length is, so one pass does.
 */
export class BackwardWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #pos: number;

  constructor(size = 1024) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#pos = size;
  }

  /** Bytes written so far. */
  get used(): number {
    return this.#bytes.length - this.#pos;
  }

  reset(): void {
    // A single huge message must not hold its memory for ever.
    if (this.#bytes.length > 1 << 22) {
      this.#bytes = new Uint8Array(1024);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#pos = this.#bytes.length;
  }

  /** A copy of what was written. */
  copy(): Uint8Array {
    return this.#bytes.slice(this.#pos);
  }

  copyInto(target: Uint8Array, offset: number): void {
    target.set(this.#bytes.subarray(this.#pos), offset);
  }

  #grow(size: number): void {
    const used = this.used;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, used + size));
    grown.set(this.#bytes.subarray(this.#pos), grown.length - used);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
    this.#pos = grown.length - used;
  }

  byte(value: number): void {
    if (this.#pos < 1) this.#grow(1);
    this.#bytes[--this.#pos] = value;
  }

  /** An unsigned 32-bit varint. */
  varint(value: number): void {
    if (value < 0x80) {
      this.byte(value);
      return;
    }
    if (this.#pos < 5) this.#grow(5);
    const size = value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
    const bytes = this.#bytes;
    let pos = (this.#pos -= size);
    while (value > 0x7f) {
      bytes[pos++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    bytes[pos] = value;
  }

  /** `int32` and enums: a negative value is the 64-bit one of ten bytes. */
  int32(value: number): void {
    if (value >= 0) this.varint(value);
    else {
      scratch64Signed[0] = BigInt(value);
      this.#varint64();
    }
  }

  varint64(value: bigint): void {
    scratch64[0] = value;
    this.#varint64();
  }

  #varint64(): void {
    let low = scratch32[LOW]!;
    let high = scratch32[HIGH]!;
    if (high === 0) {
      this.varint(low);
      return;
    }
    let size = 1;
    for (let l = low, h = high; h !== 0 || l > 0x7f; size++) {
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    if (this.#pos < size) this.#grow(size);
    let pos = (this.#pos -= size);
    while (high !== 0 || low > 0x7f) {
      this.#bytes[pos++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[pos] = low;
  }

  fixed32(value: number): void {
    if (this.#pos < 4) this.#grow(4);
    this.#view.setInt32((this.#pos -= 4), value, true);
  }

  fixed64(value: bigint): void {
    if (this.#pos < 8) this.#grow(8);
    this.#view.setBigUint64((this.#pos -= 8), value, true);
  }

  float(value: number): void {
    if (this.#pos < 4) this.#grow(4);
    this.#view.setFloat32((this.#pos -= 4), value, true);
  }

  double(value: number): void {
    if (this.#pos < 8) this.#grow(8);
    this.#view.setFloat64((this.#pos -= 8), value, true);
  }

  raw(value: Uint8Array): void {
    if (this.#pos < value.length) this.#grow(value.length);
    this.#bytes.set(value, (this.#pos -= value.length));
  }

  /** The UTF-8 of a string and, before it, its length. Lone surrogates become U+FFFD. */
  string(value: string): void {
    const { length } = value;
    if (length < 64) {
      if (this.#pos < length) this.#grow(length);
      const bytes = this.#bytes;
      let pos = this.#pos;
      let i = length;
      for (; i > 0; i--) {
        const code = value.charCodeAt(i - 1);
        if (code > 0x7f) break;
        bytes[--pos] = code;
      }
      if (i === 0) {
        this.#pos = pos;
        this.byte(length);
        return;
      }
    }
    const encoded = utf8.encode(value);
    this.raw(encoded);
    this.varint(encoded.length);
  }
}
