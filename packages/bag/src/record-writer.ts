/** Builds MCAP records in memory that grows: little-endian integers, strings and maps behind a u32 byte length. */
export class RecordWriter {
  #bytes: Uint8Array = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
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

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint | number): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  sizedBytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  text(value: string): void {
    this.sizedBytes(utf8.encode(value));
  }

  /** A map or array: its byte length is filled in once it is known. */
  entries(write: () => void): void {
    const lengthAt = this.#reserve(4);
    write();
    this.#view.setUint32(lengthAt, this.#at - lengthAt - 4, true);
  }

  textMap(map: ReadonlyMap<string, string>): void {
    this.entries(() => {
      for (const [key, value] of map) {
        this.text(key);
        this.text(value);
      }
    });
  }

  /** A record: opcode and u64 length before what `write` writes. */
  record(opcode: number, write: () => void): void {
    this.u8(opcode);
    const lengthAt = this.#reserve(8);
    write();
    this.#view.setBigUint64(lengthAt, BigInt(this.#at - lengthAt - 8), true);
  }

  /** Call it in a statement of its own: it may put other memory in the place of `#bytes` and `#view`. */
  #reserve(length: number): number {
    const at = this.#at;
    const end = at + length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#at = end;
    return at;
  }
}

const utf8 = new TextEncoder();
