import { MalformedError } from "@delos/core";
import { HIGH, LOW, scratch32, scratch64, scratch64Signed } from "./bits64.ts";

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
