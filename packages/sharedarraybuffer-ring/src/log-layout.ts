import { PLACE_WORDS } from "./attachments.ts";

/**
 * LogRing: packed records of any size in a ring of bytes; one writer, any number of readers.
 *
 *   byte     0  magic, version, sizes                            constant
 *   byte    64  TAIL      what is published: a position          writer
 *               EPOCH     how often TAIL passed a multiple of 2³¹
 *               INTENT    what may be overwritten: positions below INTENT − capacity are gone
 *               ENTRY ×2  position → sequence number of the last two publications, used in turn
 *   byte   128  bell of the readers: FLAG, GEN                   both
 *   byte   192  bell of the writer: FLAG, GEN; WANT              both
 *   byte   256  WRITER token, CLOSED, HIGH                       both
 *   byte   320  MARK ×64  the first record that starts in each 64th of the data
 *   byte  1344  places of reliable readers, 64 bytes each
 *   then        data: `capacity` bytes, a power of two
 *
 *   record      0        4          8
 *              +--------+----------+------------------------+-----+
 *              | length | sequence | message, `length` bytes | 0–7 |     starts at a multiple of 8, never wraps
 *              +--------+----------+------------------------+-----+
 *              | −size  |    –     | nothing                      |     fills the end when a record does not fit there
 *              +--------+----------+------------------------------+
 *
 * A position counts bytes for ever; 32 bits of it are in TAIL, the rest in EPOCH: the highest bit of TAIL equals the lowest
 * of the number of halves (2³¹ bytes) passed, so that an EPOCH one behind is noticed and put right by whoever reads it.
 * `position & (capacity − 1)` is the place in the data.
 */
export const TAIL = 16;
export const EPOCH = 17;
export const INTENT = 18;
export const ENTRIES = 20;
export const ENTRY_WORDS = 4;
export const ENTRY_POSITION = 0;
export const ENTRY_SEQUENCE_LOW = 1;
export const ENTRY_SEQUENCE_HIGH = 2;
export const READERS_BELL = 32;
export const WRITER_BELL = 48;
export const WANT = 50;
export const WRITER = 64;
export const CLOSED = 65;
export const HIGH = 66;
export const MARKS = 80;
export const MARK_COUNT = 64;
export const MARK_WORDS = 4;
export const MARK_POSITION = 0;
export const MARK_HALF = 1;
export const MARK_SEQUENCE_LOW = 2;
export const MARK_SEQUENCE_HIGH = 3;
export const PLACES = MARKS + MARK_COUNT * MARK_WORDS;

export const RECORD_HEADER_BYTES = 8;
export const HALF = 0x80000000;
export const TWO_32 = 0x100000000;

/** Where the data starts, in bytes: after the places. */
export function dataStart(maxReaders: number): number {
  return (PLACES + maxReaders * PLACE_WORDS) * 4;
}

/** Bytes a record of `length` takes. */
export function recordBytes(length: number): number {
  return (length + RECORD_HEADER_BYTES + 7) & ~7;
}

/** How far `position` of half `half` is ahead of `from` of half `fromHalf`, in bytes. Exact while it is below 2⁵³. */
export function distance(position: number, half: number, from: number, fromHalf: number): number {
  return ((half - fromHalf) | 0) * HALF + ((position & 0x7fffffff) - (from & 0x7fffffff));
}
