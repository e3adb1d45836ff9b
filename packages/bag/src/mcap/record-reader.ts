import { MalformedError } from "@delos/core";

/**
 * Reads the fields of one MCAP record (mcap.dev/spec): little-endian integers, strings and maps behind a u32 byte length.
 * Every length is checked before it is believed. Bytes behind the last known field belong to newer versions: not read.
 */
export class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  #end: number;
  /** File offset of `bytes[0]`, for errors. */
  readonly #base: number;

  constructor(bytes: Uint8Array, start: number, end: number, base: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
    this.#base = base;
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** A u64 that is an offset or a size. Beyond 2⁵³ it is a lie in any case. */
  size(): number {
    const at = this.#take(8);
    const size = this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(size)) throw this.malformed(`a size of ${size} bytes`);
    return size;
  }

  text(): string {
    const length = this.u32();
    const at = this.#take(length);
    return utf8.decode(this.#bytes.subarray(at, at + length));
  }

  /** `length` bytes where they lie. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** What was read since `from` (an earlier `at`), without the last `tail` bytes. */
  since(from: number, tail: number): Uint8Array {
    return this.#bytes.subarray(from, this.#at - tail);
  }

  /** u32 length and the bytes. */
  sizedBytes(): Uint8Array {
    return this.bytes(this.u32());
  }

  /** A map or array: u32 byte length and entries, which `entry` reads one at a time. */
  entries(entry: () => void): void {
    const length = this.u32();
    const end = this.#at + length;
    if (end > this.#end) throw this.malformed(`a map of ${length} bytes runs past its record`);
    const outer = this.#end;
    this.#end = end;
    while (this.#at < end) entry();
    this.#end = outer;
  }

  textMap(): Map<string, string> {
    const map = new Map<string, string>();
    this.entries(() => {
      const key = this.text();
      map.set(key, this.text());
    });
    return map;
  }

  malformed(what: string): MalformedError {
    return new MalformedError("BAG_BAD_RECORD", what, this.#base + this.#at, { details: { inFile: true } });
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) throw this.malformed(`a field of ${length} bytes runs past its record`);
    this.#at = at + length;
    return at;
  }
}

const utf8 = new TextDecoder();
