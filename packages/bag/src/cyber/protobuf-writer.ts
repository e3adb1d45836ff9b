/** Builds protobuf messages in memory that grows: what Cyber records need, in the order the fields are given. */
export class ProtoWriter {
  #bytes = new Uint8Array(1024);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** What was written: a view, valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
  }

  /** A varint field. */
  integer(field: number, value: bigint | number): void {
    this.#varint(BigInt(field << 3));
    this.#varint(BigInt(value));
  }

  /** A length-delimited field. */
  sized(field: number, bytes: Uint8Array): void {
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(bytes.length));
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  text(field: number, value: string): void {
    this.sized(field, utf8.encode(value));
  }

  /** A nested message. */
  message(field: number, write: (inner: ProtoWriter) => void): void {
    const inner = new ProtoWriter();
    write(inner);
    this.sized(field, inner.bytes);
  }

  #varint(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  /** Makes room and returns where it begins. To be called before `#bytes` is looked at: it may become another array. */
  #reserve(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(at + length, this.#bytes.length * 2));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#at = at + length;
    return at;
  }
}

const utf8 = new TextEncoder();
