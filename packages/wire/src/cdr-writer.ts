import type { NumericArray } from "./byte-reader.ts";
import { PID_EXTENDED, PID_LIST_END, type XcdrVersion } from "./cdr-reader.ts";
import { MessageWriter, tooLong } from "./message-writer.ts";
import type { WideStrings } from "./wide-strings.ts";

/** Writes CDR: the mirror of `CdrReader`. */
export class CdrWriter extends MessageWriter {
  origin = 0;
  version: XcdrVersion = 1;
  wide: WideStrings = "units4";

  #align(size: number): void {
    const to = this.version === 2 && size > 4 ? 4 : size;
    const over = (this.offset - this.origin) & (to - 1);
    if (over !== 0) this.zeros(to - over);
  }

  override uint16(value: number): void {
    this.#align(2);
    super.uint16(value);
  }
  override uint32(value: number): void {
    this.#align(4);
    super.uint32(value);
  }
  override uint64(value: bigint): void {
    this.#align(8);
    super.uint64(value);
  }
  override float32(value: number): void {
    this.#align(4);
    super.float32(value);
  }
  override float64(value: number): void {
    this.#align(8);
    super.float64(value);
  }

  override numbers(values: NumericArray): void {
    if (values.length > 0) this.#align(values.BYTES_PER_ELEMENT);
    super.numbers(values);
  }

  override string(value: unknown, bound: number, where: string): void {
    const text = this.text(value, bound, where);
    this.uint32(0);
    const at = this.offset - 4;
    const length = this.utf8(text);
    if (length > bound) throw tooLong(where, bound);
    this.uint8(0);
    this.patchUint32(at, length + 1);
  }

  override wchar(value: unknown): void {
    const code = typeof value === "number" ? value : (String(value).codePointAt(0) ?? 0);
    if (this.wide === "units4") this.uint32(code);
    else this.uint16(code);
  }

  wstring(value: unknown, bound: number, where: string): void {
    const text = this.text(value, bound, where);
    this.uint32(this.wide === "bytes2" ? text.length * 2 : text.length);
    for (let i = 0; i < text.length; i++) {
      if (this.wide === "units4") this.uint32(text.charCodeAt(i));
      else this.uint16(text.charCodeAt(i));
    }
  }

  /** Writes a DHEADER to be filled in by `leave`; returns where its value starts. */
  enter(): number {
    this.uint32(0);
    return this.offset;
  }

  leave(start: number): void {
    this.patchUint32(start - 4, this.offset - start);
  }

  /**
   * Begins a member of a mutable struct (or an optional one of XCDR1) and returns where its value starts. Always the long
   * forms: their length fits whatever comes. The former `origin` goes back through `endMember`.
   */
  beginMember(id: number, mustUnderstand: boolean): number {
    this.#align(4);
    if (this.version === 1) {
      super.uint16(PID_EXTENDED | (mustUnderstand ? 0x4000 : 0));
      super.uint16(8);
      super.uint32(id);
      super.uint32(0);
      this.origin = this.offset;
    } else {
      super.uint32(((mustUnderstand ? 0x8000_0000 : 0) | 0x4000_0000 | id) >>> 0);
      super.uint32(0);
    }
    return this.offset;
  }

  endMember(start: number, outerOrigin: number): void {
    if (this.version === 1) this.#align(4);
    this.patchUint32(start - 4, this.offset - start);
    this.origin = outerOrigin;
  }

  /** Ends a mutable struct of XCDR1. */
  endList(): void {
    this.#align(4);
    super.uint16(PID_LIST_END);
    super.uint16(0);
  }

  /** XCDR1: the parameter header of an optional member that is absent. */
  absentMember(id: number): void {
    this.#align(4);
    super.uint16(PID_EXTENDED);
    super.uint16(8);
    super.uint32(id);
    super.uint32(0);
  }
}
