import { DelosError, MalformedError } from "@delos/core";

/**
 * The protobuf wire format below the messages: varints, tags, strings, unknown fields.
 * https://protobuf.dev/programming-guides/encoding/
 *
 *   message := (tag value)*      tag := varint, field number << 3 | wire type
 *   value   := varint (0) | 8 bytes (1) | length bytes (2) | fields … end-group tag (3, 4) | 4 bytes (5)
 *
 * Every read takes the end it must not pass and throws `MalformedError` with the byte offset. The functions that read
 * numbers of variable length leave the position behind them in `cursor.pos`: compiled decoders hold theirs in a local.
 */
export const cursor = {
  pos: 0,
  /** Position of the message in the buffer that is read; errors count from here. */
  base: 0,
};

/** Messages nested deeper than this are refused, as protobuf's C++ and Java runtimes do. */
export const MAX_DEPTH = 100;

/**
 * Under this key a decoded message keeps the fields that its type does not know: their bytes, tags included, in the order
 * of arrival. `encode` appends them, so a module of yesterday passes on what a module of today has written.
 */
export const UNKNOWN_FIELDS: unique symbol = Symbol("unknown fields");

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const START_GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

export function malformed(code: string, message: string, pos: number, cause?: unknown): MalformedError {
  return new MalformedError(code, message, pos - cursor.base, { cause });
}

export function truncated(pos: number, end: number): never {
  throw malformed("MSG_TRUNCATED", `message ends inside a field, at ${end - cursor.base} bytes`, pos);
}

export function tooDeep(pos: number): never {
  throw malformed("MSG_TOO_DEEP", `messages nested more than ${MAX_DEPTH} deep`, pos);
}

/** Low 32 bits of a varint of up to ten bytes: what `int32`, `uint32` and enums keep of it. */
export function varint32(bytes: Uint8Array, pos: number, end: number): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    if (pos >= end) truncated(pos, end);
    const byte = bytes[pos++]!;
    if (i < 5) value |= (byte & 0x7f) << (i * 7);
    if (byte < 0x80) {
      cursor.pos = pos;
      return value >>> 0;
    }
  }
  throw malformed("MSG_BAD_VARINT", "varint longer than ten bytes", pos - 10);
}

const scratch64 = new BigUint64Array(1);
const scratch64Signed = new BigInt64Array(scratch64.buffer);
const scratch32 = new Uint32Array(scratch64.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const LOW = littleEndian ? 0 : 1;
const HIGH = 1 - LOW;

function readVarint64(bytes: Uint8Array, pos: number, end: number): void {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    if (pos >= end) truncated(pos, end);
    const byte = bytes[pos++]!;
    const bits = byte & 0x7f;
    if (i < 4) low |= bits << (i * 7);
    else if (i === 4) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (i * 7 - 32);
    if (byte < 0x80) {
      cursor.pos = pos;
      scratch32[LOW] = low;
      scratch32[HIGH] = high;
      return;
    }
  }
  throw malformed("MSG_BAD_VARINT", "varint longer than ten bytes", pos - 10);
}

export function uint64(bytes: Uint8Array, pos: number, end: number): bigint {
  readVarint64(bytes, pos, end);
  return scratch64[0]!;
}

export function int64(bytes: Uint8Array, pos: number, end: number): bigint {
  readVarint64(bytes, pos, end);
  return scratch64Signed[0]!;
}

export function sint64(bytes: Uint8Array, pos: number, end: number): bigint {
  const zigzag = uint64(bytes, pos, end);
  return (zigzag >> 1n) ^ -(zigzag & 1n);
}

export function bool(bytes: Uint8Array, pos: number, end: number): boolean {
  readVarint64(bytes, pos, end);
  return scratch32[0] !== 0 || scratch32[1] !== 0;
}

/** A length: whatever does not fit before `end` is refused before anything is allocated for it. */
export function length(bytes: Uint8Array, pos: number, end: number): number {
  readVarint64(bytes, pos, end);
  const value = scratch32[HIGH]! * 2 ** 32 + scratch32[LOW]!;
  if (value > end - cursor.pos)
    throw malformed("MSG_TRUNCATED", `length ${value}, but only ${end - cursor.pos} bytes are left`, pos);
  return value;
}

/** A tag: at most 32 bits, field number not 0. */
export function tag(bytes: Uint8Array, pos: number, end: number): number {
  readVarint64(bytes, pos, end);
  const value = scratch32[LOW]!;
  if (scratch32[HIGH] !== 0 || value < 8 || cursor.pos - pos > 5)
    throw malformed("MSG_BAD_TAG", "no such field number", pos);
  return value;
}

/** Position behind the value of `fieldTag` that starts at `pos`. */
export function skip(fieldTag: number, bytes: Uint8Array, pos: number, end: number, depth: number): number {
  switch (fieldTag & 7) {
    case VARINT:
      varint32(bytes, pos, end);
      return cursor.pos;
    case FIXED64:
      if (pos + 8 > end) truncated(pos, end);
      return pos + 8;
    case DELIMITED: {
      const size = length(bytes, pos, end);
      return cursor.pos + size;
    }
    case START_GROUP:
      groupEnd(fieldTag >>> 3, bytes, pos, end, depth + 1);
      return cursor.pos;
    case FIXED32:
      if (pos + 4 > end) truncated(pos, end);
      return pos + 4;
    case END_GROUP:
      throw malformed("MSG_BAD_TAG", `end of group ${fieldTag >>> 3}, which was never begun`, pos - 1);
    default:
      throw malformed("MSG_BAD_TAG", `wire type ${fieldTag & 7} does not exist`, pos - 1);
  }
}

/** Where the content of group `number` ends; `cursor.pos` is left behind its end tag. */
export function groupEnd(number: number, bytes: Uint8Array, pos: number, end: number, depth: number): number {
  if (depth > MAX_DEPTH) tooDeep(pos);
  while (pos < end) {
    const start = pos;
    const inner = tag(bytes, pos, end);
    pos = cursor.pos;
    if ((inner & 7) === END_GROUP) {
      if (inner >>> 3 !== number) throw malformed("MSG_BAD_TAG", `group ${number} ends as ${inner >>> 3}`, start);
      return start;
    }
    pos = skip(inner, bytes, pos, end, depth);
  }
  return truncated(pos, end);
}

type Unknowns = { [UNKNOWN_FIELDS]?: Uint8Array };

/** Keeps the bytes from `start` to `stop` as an unknown field of `message`; spare room makes many of them linear. */
export function keepUnknown(message: object, bytes: Uint8Array, start: number, stop: number): void {
  const holder = message as Unknowns;
  const known = holder[UNKNOWN_FIELDS];
  const size = stop - start;
  if (known === undefined) {
    holder[UNKNOWN_FIELDS] = Uint8Array.prototype.slice.call(bytes, start, stop);
    return;
  }
  const used = known.length;
  let room = known;
  if (known.buffer.byteLength - used < size) room = new Uint8Array(Math.max(2 * used, used + size, 64));
  else room = new Uint8Array(known.buffer);
  if (room.buffer !== known.buffer) room.set(known);
  for (let i = 0; i < size; i++) room[used + i] = bytes[start + i]!;
  holder[UNKNOWN_FIELDS] = room.subarray(0, used + size);
}

/** Keeps a field that the type does not know, or whose wire type is not its own; returns the position behind it. */
export function unknownField(
  message: object,
  fieldTag: number,
  bytes: Uint8Array,
  start: number,
  pos: number,
  end: number,
  depth: number,
): number {
  if (fieldTag < 8) throw malformed("MSG_BAD_TAG", "field number 0", start);
  const stop = skip(fieldTag, bytes, pos, end, depth);
  keepUnknown(message, bytes, start, stop);
  return stop;
}

/** Keeps an enum value that its closed enum does not know as the varint field it came as. */
export function unknownEnum(message: object, number: number, bytes: Uint8Array, pos: number, stop: number): void {
  const field = tagBytes((number << 3) | VARINT);
  const whole = new Uint8Array(field.length + stop - pos);
  whole.set(field);
  whole.set(bytes.subarray(pos, stop), field.length);
  keepUnknown(message, whole, 0, whole.length);
}

function tagBytes(fieldTag: number): number[] {
  const out: number[] = [];
  let rest = fieldTag >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return out;
}

const lenientUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Node decodes without making a view first, and from shared memory too. */
const nodeUtf8 =
  typeof Buffer === "undefined"
    ? undefined
    : (Buffer.prototype as { utf8Slice?: (this: Uint8Array, start: number, end: number) => string }).utf8Slice;

/**
 * UTF-8 from `pos` to `end`. proto3 refuses other bytes; proto2 never checked, so there they read as U+FFFD.
 */
export function text(bytes: Uint8Array, pos: number, end: number, strict: boolean): string {
  if (end - pos > 10) return longText(bytes, pos, end, strict);
  let out = "";
  for (let i = pos; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return longText(bytes, pos, end, strict);
    out += String.fromCharCode(byte);
  }
  return out;
}

function longText(bytes: Uint8Array, pos: number, end: number, strict: boolean): string {
  if (nodeUtf8 !== undefined) {
    const decoded = nodeUtf8.call(bytes, pos, end);
    if (!strict || !decoded.includes("\ufffd")) return decoded;
  }
  // A decoder refuses memory that other threads see: copy it first.
  const shared = typeof SharedArrayBuffer !== "undefined" && bytes.buffer instanceof SharedArrayBuffer;
  const part = shared ? Uint8Array.prototype.slice.call(bytes, pos, end) : bytes.subarray(pos, end);
  if (!strict) return lenientUtf8.decode(part);
  try {
    return strictUtf8.decode(part);
  } catch (cause) {
    throw malformed("MSG_BAD_UTF8", "string is not UTF-8", pos, cause);
  }
}

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

/** A buffer as decoders see it: as a whole, since making views of a part costs more than decoding a small message. */
export interface Window {
  readonly buffer: ArrayBufferLike;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * The windows looked through last: the next message mostly lies in the same buffer. A small buffer is held until the next
 * one comes; a large one, a chunk of a recording, only weakly.
 */
let recent: Window = windowOf(new ArrayBuffer(0));
let recentLarge: WeakRef<Window> | undefined;
const LARGE = 1 << 20;

export function windowOn(buffer: ArrayBufferLike): Window {
  if (recent.buffer === buffer) return recent;
  if (buffer.byteLength < LARGE) return (recent = windowOf(buffer));
  const known = recentLarge?.deref();
  if (known !== undefined && known.buffer === buffer) return known;
  const window = windowOf(buffer);
  recentLarge = new WeakRef(window);
  return window;
}

function windowOf(buffer: ArrayBufferLike): Window {
  return { buffer, bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}

/** @throws {DelosError} `MSG_NOT_BYTES` */
export function checkBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array))
    throw new DelosError("MSG_NOT_BYTES", `expected a Uint8Array, got ${bytes === null ? "null" : typeof bytes}`);
}
