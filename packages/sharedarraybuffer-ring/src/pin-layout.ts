import { PLACE_WORDS } from "./attachments.ts";

/**
 * PinRing: a pool of chunks and a ring of descriptors; one writer, any number of readers, no copies on either side.
 *
 *   byte     0  magic, version, sizes                            constant
 *   byte    64  HEAD    messages published, low 32 bits          writer
 *               EPOCH   how often HEAD passed a multiple of 2³¹
 *   byte   128  bell of the readers: FLAG, GEN                   both
 *   byte   192  bell of the writer: FLAG, GEN                    both
 *   byte   256  WRITER token, CLOSED, HIGH                       both
 *   byte   320  descriptors, 4 bytes each, a power of two of them: message n has descriptor n mod count
 *   then        places of readers, 64 bytes each
 *   then        chunk lines, 64 bytes each
 *   then        chunks, `chunkBytes` each, at multiples of 64
 *
 *   descriptor    31               12 11            0
 *                +-------------------+---------------+
 *                | n, lowest 20 bits |     chunk     |     chunk 4095: the descriptor names nothing
 *                +-------------------+---------------+
 *
 *   chunk line   words 0–7  PINS: the reader at place p holds the chunk while bit p mod 32 of word p / 32 is set
 *                word 8     LENGTH of the message in the chunk, bytes
 *                words 9,10 SEQUENCE of the message, low and high: whole while the chunk is pinned
 *
 * A reader takes message n:                     The writer uses a chunk again:
 *   d = descriptor[n]                             its descriptor names something else, or nothing   SYNC named
 *   pin the chunk of d           SYNC pinned      its PINS are 0                                     SYNC pinned
 *   descriptor[n] is still d     SYNC named       then it may be filled
 *
 * Both sides store first and look then, and all four accesses are sequentially consistent: when the reader still finds
 * its descriptor, the writer finds the pin. A reader that dies leaves its bits; whoever reaps it clears them in all chunks.
 */
export const HEAD = 16;
export const EPOCH = 17;
export const READERS_BELL = 32;
export const WRITER_BELL = 48;
export const WRITER = 64;
export const CLOSED = 65;
export const HIGH = 66;
export const DESCRIPTORS = 80;

export const LINE_WORDS = 16;
export const PIN_WORDS = 8;
export const LENGTH = 8;
export const SEQUENCE_LOW = 9;
export const SEQUENCE_HIGH = 10;

export const CHUNK_BITS = 12;
export const NO_CHUNK = 0xfff;
export const MAX_CHUNKS = NO_CHUNK;
export const MAX_READERS = PIN_WORDS * 32;
export const MAX_DEPTH = 2 ** 16;
/** A descriptor that names nothing, whatever message it is asked about. */
export const NOTHING = NO_CHUNK;

export function descriptorOf(message: number, chunk: number): number {
  return (message << CHUNK_BITS) | chunk;
}

/** Where things are, in words, for given sizes. */
export interface PinLayout {
  readonly depth: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  readonly places: number;
  readonly lines: number;
  /** In bytes. */
  readonly data: number;
}

export function pinLayout(depth: number, chunks: number, chunkBytes: number, maxReaders: number): PinLayout {
  const places = (DESCRIPTORS + depth + 15) & ~15;
  const lines = places + maxReaders * PLACE_WORDS;
  return { depth, chunks, chunkBytes, places, lines, data: (lines + chunks * LINE_WORDS) * 4 };
}
