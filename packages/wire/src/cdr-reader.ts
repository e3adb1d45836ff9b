import type { NumericArray } from "./byte-reader.ts";
import { MessageReader } from "./message-reader.ts";
import type { WideStrings } from "./wide-strings.ts";

/** OMG CDR as DDS uses it: XCDR1 (classic) and XCDR2. DDS-XTypes 1.3 §7.4. */
export type XcdrVersion = 1 | 2;

/** Parameter ids of the mutable form of XCDR1. DDS-XTypes 1.3 §7.4.1.2.1, table 34. */
export const PID_EXTENDED = 0x3f01;
export const PID_LIST_END = 0x3f02;
export const PID_IGNORE = 0x3f03;

const UTF16 = new TextDecoder("utf-16le", { ignoreBOM: true });

/**
 * Reads CDR: each primitive is aligned to its size, counted from `origin`; XCDR2 aligns to at most four.
 * Delimited structs and members of mutable ones narrow `end`; leaving them skips what this side's type does not know.
 */
export class CdrReader extends MessageReader {
  /** Offset from which alignment counts: after the encapsulation header, or a parameter's start. */
  origin = 0;
  version: XcdrVersion = 1;
  wide: WideStrings = "units4";
  #mustUnderstand = false;

  #align(size: number): void {
    const to = this.version === 2 && size > 4 ? 4 : size;
    const over = (this.offset - this.origin) & (to - 1);
    if (over !== 0) this.skip(to - over);
  }

  override uint16(): number {
    this.#align(2);
    return super.uint16();
  }
  override int16(): number {
    this.#align(2);
    return super.int16();
  }
  override uint32(): number {
    this.#align(4);
    return super.uint32();
  }
  override int32(): number {
    this.#align(4);
    return super.int32();
  }
  override uint64(): bigint {
    this.#align(8);
    return super.uint64();
  }
  override int64(): bigint {
    this.#align(8);
    return super.int64();
  }
  override float32(): number {
    this.#align(4);
    return super.float32();
  }
  override float64(): number {
    this.#align(8);
    return super.float64();
  }

  override array<A extends NumericArray>(
    make: { new (buffer: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
    count: number,
  ): A {
    if (count > 0) this.#align(make.BYTES_PER_ELEMENT);
    return this.numbers(make, count);
  }

  /** uint32 length with the NUL, bytes, NUL. Some writers give an empty string the length 0. */
  override string(bound: number): string {
    const length = this.uint32();
    if (length === 0) return "";
    if (length - 1 > bound) {
      throw this.malformed(`string of ${length - 1} bytes, at most ${bound} allowed`, this.offset - 4);
    }
    this.need(length);
    if (this.bytes[this.offset + length - 1] !== 0) throw this.malformed("string without its NUL");
    const text = this.utf8(length - 1);
    this.offset++;
    return text;
  }

  /** As wide as a character of a wide string: see `WideStrings`. */
  override wchar(): string {
    if (this.wide !== "units4") return String.fromCharCode(this.uint16());
    const code = this.uint32();
    if (code > 0x10_ffff) throw this.malformed(`0x${code.toString(16)} is no character`, this.offset - 4);
    return String.fromCodePoint(code);
  }

  /** In the form that `wide` says. */
  wstring(bound: number): string {
    const length = this.uint32();
    if (this.wide === "bytes2" && length % 2 !== 0) throw this.malformed(`wstring of ${length} bytes`, this.offset - 4);
    const units = this.wide === "bytes2" ? length / 2 : length;
    if (units > bound) throw this.malformed(`wstring of ${units} units, at most ${bound} allowed`, this.offset - 4);
    this.need(units * (this.wide === "units4" ? 4 : 2));
    return this.wide === "units4" ? this.#wide4(units) : UTF16.decode(this.numbers(Uint16Array, units));
  }

  #wide4(units: number): string {
    const codes = new Uint16Array(units * 2);
    let length = 0;
    for (let i = 0; i < units; i++) {
      const code = this.uint32();
      if (code > 0x10_ffff) throw this.malformed(`0x${code.toString(16)} is no character`, this.offset - 4);
      if (code > 0xffff) codes[length++] = 0xd7c0 + (code >>> 10);
      codes[length++] = code > 0xffff ? 0xdc00 | (code & 0x3ff) : code;
    }
    return UTF16.decode(codes.subarray(0, length));
  }

  /** Reads a DHEADER and narrows the reader to what it delimits. Returns the former end, for `leave`. */
  enter(): number {
    const size = this.uint32();
    this.need(size);
    const outer = this.end;
    this.end = this.offset + size;
    return outer;
  }

  /** Skips to the end of what was entered and widens again. */
  leave(outer: number): void {
    this.offset = this.end;
    this.end = outer;
  }

  /**
   * Reads the header of a mutable struct's next member and narrows the reader to its value; -1 at the struct's end.
   * XCDR1: parameters, §7.4.1.2. XCDR2: EMHEADER, §7.4.3.4.2.
   */
  member(): number {
    return this.version === 1 ? this.#member1() : this.#member2();
  }

  #member1(): number {
    this.#align(4);
    const header = super.uint16();
    let size = super.uint16();
    let id = header & 0x3fff;
    this.#mustUnderstand = (header & 0x4000) !== 0;
    if (id === PID_LIST_END) return -1;
    if (id === PID_EXTENDED) {
      if (size !== 8) throw this.malformed(`extended parameter header of ${size} bytes`, this.offset - 2);
      id = super.uint32() & 0x0fff_ffff;
      size = super.uint32();
    }
    this.need(size);
    this.end = this.offset + size;
    this.origin = this.offset;
    return id;
  }

  #member2(): number {
    if (!this.more) return -1;
    const header = this.uint32();
    this.#mustUnderstand = header >>> 31 === 1;
    const code = (header >>> 28) & 7;
    let size = 1 << code;
    if (code >= 4) {
      const next = this.uint32();
      size = code === 4 ? next : 4 + next * (code === 5 ? 1 : code === 6 ? 4 : 8);
      // Codes 5 to 7: the length stands for the member's own first word, which belongs to the value.
      if (code > 4) this.offset -= 4;
    }
    this.need(size);
    this.end = this.offset + size;
    return header & 0x0fff_ffff;
  }

  endMember(outerEnd: number, outerOrigin: number): void {
    this.offset = this.end;
    this.end = outerEnd;
    this.origin = outerOrigin;
  }

  /** A member that this side's type does not have. */
  unknownMember(id: number): void {
    if (this.#mustUnderstand && id !== PID_IGNORE) {
      throw this.malformed(`member ${id} must be understood and is not known`);
    }
  }

  /** XCDR1, struct that is not mutable: the parameter header before an optional member. False when it is absent. */
  optionalMember(): boolean {
    this.#member1();
    return this.more;
  }
}
