import type { ByteReader, ByteWriter } from "@delos/wire";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

/**
 * SequenceNumberSet (§9.4.2.6) and FragmentNumberSet (§9.4.2.8): a base and up to 256 bits after it.
 *
 *   base      SequenceNumber (8 bytes) or fragment number (uint32)
 *   numBits   uint32, 0…256
 *   bitmap    uint32 × ⌈numBits / 32⌉; number base + i is bit 0x80000000 >>> (i & 31) of word i >> 5
 */
export interface NumberSet {
  readonly base: number;
  readonly numBits: number;
  readonly words: readonly number[];
}

export const MAX_BITS = 256;

/** A set that is filled again and again. */
export class NumberSetFields implements NumberSet {
  base = 0;
  numBits = 0;
  words: number[] = [];
}

/** @returns `into`, filled */
export function readSequenceNumberSet(body: ByteReader, into = new NumberSetFields()): NumberSet {
  return readBits(body, readSequenceNumber(body), into);
}

export function readFragmentNumberSet(body: ByteReader): NumberSet {
  return readBits(body, body.uint32(), new NumberSetFields());
}

export function writeSequenceNumberSet(writer: ByteWriter, set: NumberSet): void {
  writeSequenceNumber(writer, set.base);
  writeBits(writer, set);
}

export function writeFragmentNumberSet(writer: ByteWriter, set: NumberSet): void {
  writer.uint32(set.base);
  writeBits(writer, set);
}

function readBits(body: ByteReader, base: number, into: NumberSetFields): NumberSet {
  const numBits = body.uint32();
  if (numBits > MAX_BITS)
    throw body.malformed(`a set of ${numBits} bits, at most ${MAX_BITS} allowed`, body.offset - 4);
  const count = (numBits + 31) >>> 5;
  body.need(count * 4);
  into.base = base;
  into.numBits = numBits;
  into.words.length = 0;
  for (let i = 0; i < count; i++) into.words.push(body.uint32());
  return into;
}

function writeBits(writer: ByteWriter, { numBits, words }: NumberSet): void {
  writer.uint32(numBits);
  for (const word of words) writer.uint32(word >>> 0);
}

/** Whether base + `i` is in the set. */
export const hasBit = (set: NumberSet, i: number): boolean =>
  i < set.numBits && (set.words[i >> 5]! & (0x8000_0000 >>> (i & 31))) !== 0;

/** The set of `numbers`, ascending and within 256 of `base`; those beyond are left for the next request. */
export function numberSet(base: number, numbers: Iterable<number>): NumberSet {
  const words: number[] = [];
  let numBits = 0;
  for (const number of numbers) {
    const i = number - base;
    if (i < 0 || i >= MAX_BITS) continue;
    numBits = Math.max(numBits, i + 1);
    while (words.length <= i >> 5) words.push(0);
    words[i >> 5] = (words[i >> 5]! | (0x8000_0000 >>> (i & 31))) >>> 0;
  }
  return { base, numBits, words };
}

/** The members, ascending. */
export function* membersOf(set: NumberSet): Generator<number> {
  for (let i = 0; i < set.numBits; i++) if (hasBit(set, i)) yield set.base + i;
}
