import { xxh32 } from "./xxh32.ts";

/**
 * LZ4 frames as every reader takes them, roslz4 included, which refuses most others: version 1, independent blocks of at
 * most 1 MiB, content checksum, nothing else.
 */
const BLOCK_BYTES = 1 << 20;
const FLAGS = 0x64; // version 1, independent blocks, content checksum
const BLOCK_SIZE_ID = 6 << 4;

export function encodeLz4Frame(source: Uint8Array): Uint8Array {
  const blocks = Math.ceil(source.length / BLOCK_BYTES);
  const target = new Uint8Array(7 + blocks * 4 + bound(source.length) + 8);
  const view = new DataView(target.buffer);
  view.setUint32(0, 0x184d2204, true);
  target[4] = FLAGS;
  target[5] = BLOCK_SIZE_ID;
  target[6] = (xxh32(target, 4, 6) >>> 8) & 0xff;
  let at = 7;
  for (let start = 0; start < source.length; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, source.length);
    const size = encodeBlock(source, start, end, target, at + 4) - (at + 4);
    if (size < end - start) {
      view.setUint32(at, size, true);
      at += 4 + size;
    } else {
      view.setUint32(at, ((end - start) | 0x80000000) >>> 0, true);
      target.set(source.subarray(start, end), at + 4);
      at += 4 + end - start;
    }
  }
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, xxh32(source, 0, source.length), true);
  return target.subarray(0, at + 8);
}

/** The most that incompressible input grows to. */
function bound(length: number): number {
  return length + Math.ceil(length / 255) + 16 * (Math.ceil(length / BLOCK_BYTES) + 1);
}

const HASH_BITS = 14;
const table = new Int32Array(1 << HASH_BITS);

/** The last match starts 12 bytes before the end at the latest, the last 5 bytes are literals (LZ4 block format, "end of block"). */
const MATCH_LIMIT = 12;
const LAST_LITERALS = 5;

/** Greedy matching over one hash table, as LZ4's fast mode. Returns the end of what was written to `target`. */
function encodeBlock(source: Uint8Array, start: number, end: number, target: Uint8Array, from: number): number {
  table.fill(-1);
  const lastMatch = end - MATCH_LIMIT;
  const lastByte = end - LAST_LITERALS;
  let d = from;
  let anchor = start;
  let s = start;
  let misses = 0;
  while (s < lastMatch) {
    const word = u32(source, s);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = table[slot]!;
    table[slot] = s;
    if (candidate < 0 || s - candidate > 0xffff || u32(source, candidate) !== word) {
      s += 1 + (misses++ >> 6); // hurry through what does not compress
      continue;
    }
    misses = 0;
    let matchStart = s;
    let back = candidate;
    while (matchStart > anchor && back > start && source[matchStart - 1] === source[back - 1]) {
      matchStart--;
      back--;
    }
    let matchEnd = s + 4;
    for (let c = candidate + 4; matchEnd < lastByte && source[matchEnd] === source[c]; c++) matchEnd++;
    d = sequence(source, anchor, matchStart, matchStart - back, matchEnd - matchStart, target, d);
    s = matchEnd;
    anchor = s;
    if (s < lastMatch) table[Math.imul(u32(source, s - 2), 0x9e3779b1) >>> (32 - HASH_BITS)] = s - 2;
  }
  return literals(source, anchor, end, 0, target, d);
}

function sequence(
  source: Uint8Array,
  anchor: number,
  literalEnd: number,
  offset: number,
  matchLength: number,
  target: Uint8Array,
  at: number,
): number {
  const extra = matchLength - 4;
  let d = literals(source, anchor, literalEnd, Math.min(extra, 15), target, at);
  target[d++] = offset & 0xff;
  target[d++] = offset >>> 8;
  if (extra >= 15) d = lengthBytes(extra - 15, target, d);
  return d;
}

/** The token with `low` in its lower half, and the literals. */
function literals(source: Uint8Array, start: number, end: number, low: number, target: Uint8Array, at: number): number {
  const length = end - start;
  let d = at;
  target[d++] = (Math.min(length, 15) << 4) | low;
  if (length >= 15) d = lengthBytes(length - 15, target, d);
  if (length > 32) {
    target.set(source.subarray(start, end), d);
    return d + length;
  }
  for (let s = start; s < end; s++) target[d++] = source[s]!;
  return d;
}

function lengthBytes(length: number, target: Uint8Array, at: number): number {
  let d = at;
  let rest = length;
  for (; rest >= 255; rest -= 255) target[d++] = 255;
  target[d++] = rest;
  return d;
}

function u32(bytes: Uint8Array, p: number): number {
  return bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
}
