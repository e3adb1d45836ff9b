import { HIGH, LOW, littleEndian, scratch32, scratch64, scratch64Signed } from "./bits64.ts";

/**
 * Values of variable length, written at `pos` of memory that is there already, not beyond `end`. All return the position
 * behind what they wrote, or, when there is no room, a negative number: at least so many bytes are missing. (An exception
 * would cost more than encoding the message, and a writer that tries its guess of the size must be able to fail cheaply.)
 */
const utf8 = new TextEncoder();

/** Strings and bytes up to this are copied one by one: cheaper than a call. */
const SHORT = 64;

/** Bytes of an unsigned 32-bit varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  return value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** An unsigned 32-bit varint. The caller has made sure of 5 bytes. */
export function putVarint(bytes: Uint8Array, pos: number, value: number): number {
  while (value > 0x7f) {
    bytes[pos++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  bytes[pos] = value;
  return pos + 1;
}

/** `int32` and enums below zero: the 64-bit value, ten bytes. The caller has made sure of them. */
export function putNegative(bytes: Uint8Array, pos: number, value: number): number {
  scratch64Signed[0] = BigInt(value);
  return putScratch(bytes, pos);
}

/** The caller has made sure of 10 bytes. */
export function putVarint64(bytes: Uint8Array, pos: number, value: bigint): number {
  scratch64[0] = value;
  return putScratch(bytes, pos);
}

function putScratch(bytes: Uint8Array, pos: number): number {
  let low = scratch32[LOW]!;
  let high = scratch32[HIGH]!;
  while (high !== 0 || low > 0x7f) {
    bytes[pos++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  bytes[pos] = low;
  return pos + 1;
}

/** Length and UTF-8. Lone surrogates become U+FFFD. */
export function putString(bytes: Uint8Array, pos: number, end: number, value: string): number {
  const { length } = value;
  if (length < SHORT) {
    const after = pos + 1 + length;
    if (after > end) return end - after;
    let at = pos + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return putBytes(bytes, pos, end, utf8.encode(value));
      bytes[at++] = code;
    }
    bytes[pos] = length;
    return after;
  }
  return putBytes(bytes, pos, end, utf8.encode(value));
}

/** The string that a field held last, and, once it has come twice, its length and bytes: most fields say the same again. */
export interface RecentString {
  text: string;
  bytes: Uint8Array | undefined;
  words: Int32Array | undefined;
}

/** As `putString`; a short string that was here the last time is stored by words, at a quarter of the price. */
export function putRecent(
  bytes: Uint8Array,
  view: DataView,
  pos: number,
  end: number,
  value: string,
  recent: RecentString,
): number {
  if (value !== recent.text) {
    if (value.length < SHORT) {
      recent.text = value;
      recent.bytes = undefined;
    }
    return putString(bytes, pos, end, value);
  }
  const known = recent.bytes ?? remember(recent);
  const { length } = known;
  const after = pos + length;
  if (after > end) return end - after;
  const words = recent.words!;
  for (let i = 0; i < words.length; i++) view.setInt32(pos + i * 4, words[i]!, littleEndian);
  for (let i = length & ~3; i < length; i++) bytes[pos + i] = known[i]!;
  return after;
}

function remember(recent: RecentString): Uint8Array {
  const most = new Uint8Array(SHORT * 4);
  const bytes = most.slice(0, putString(most, 0, most.length, recent.text));
  recent.words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  return (recent.bytes = bytes);
}

/** Length and bytes. */
export function putBytes(bytes: Uint8Array, pos: number, end: number, value: Uint8Array): number {
  const after = pos + varintSize(value.length) + value.length;
  if (after > end) return end - after;
  return putRaw(bytes, putVarint(bytes, pos, value.length), end, value);
}

/** Bytes without their length. */
export function putRaw(bytes: Uint8Array, pos: number, end: number, value: Uint8Array): number {
  const { length } = value;
  const after = pos + length;
  if (after > end) return end - after;
  if (length > 4 * SHORT && isCrooked(bytes, pos, value)) straighten(bytes, pos, value);
  else bytes.set(value, pos);
  return after;
}

/**
 * Puts the length, as a varint at `pos`, in front of content that was written from `start` to `stop`: where the room that was
 * left for it does not fit, the content moves.
 */
export function putLength(bytes: Uint8Array, pos: number, start: number, stop: number, end: number): number {
  const length = stop - start;
  const at = pos + varintSize(length);
  const after = at + length;
  if (after > end) return end - after;
  if (at !== start) bytes.copyWithin(at, start, stop);
  putVarint(bytes, pos, length);
  return after;
}

/** V8 copies into shared memory byte by byte (4 GB/s, not 36) unless source and target are aligned alike modulo 8. */
function isCrooked(bytes: Uint8Array, pos: number, value: Uint8Array): boolean {
  if (((bytes.byteOffset + pos - value.byteOffset) & 7) === 0) return false;
  return typeof SharedArrayBuffer !== "undefined" && bytes.buffer instanceof SharedArrayBuffer;
}

const STAGE_BYTES = 16384;
let stage: Uint8Array | undefined;

/** Copies by way of private memory in which each piece lies as it will in the target. */
function straighten(bytes: Uint8Array, pos: number, value: Uint8Array): void {
  stage ??= new Uint8Array(STAGE_BYTES + 8);
  const shift = (bytes.byteOffset + pos) & 7;
  for (let from = 0; from < value.length; from += STAGE_BYTES) {
    const part = value.subarray(from, from + STAGE_BYTES);
    stage.set(part, shift);
    bytes.set(stage.subarray(shift, shift + part.length), pos + from);
  }
}
