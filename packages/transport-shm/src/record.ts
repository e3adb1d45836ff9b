import type { SampleExtras } from "@delos/transport";

/**
 * What stands in front of each sample in the LogRing, a multiple of 8 long, so that the payload is aligned. Numbers are in the
 * machine's order, as those of the ring: it is read where it was written, or by another process of the same host.
 *
 *   byte  0  uint32  1: large, the payload is in a PinRing; 0: it follows here
 *         4  uint32  payload length, bytes
 *         8  float64 sequence number the publisher gave it
 *        16  int64   source time, ns since the epoch
 *        24  uint32  samples the writer dropped just before this one
 *        28  uint32  length of the extras, bytes
 *       [32  float64 large: number of the message in that PinRing
 *        40  uint32  large: generation of the PinRing
 *        44  uint32  0]
 *            extras as JSON in UTF-8, padded to a multiple of 8
 *            payload, unless large
 */
const SMALL_HEADER_BYTES = 32;
const LARGE_HEADER_BYTES = 48;
const LARGE = 1;
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Memory as the numbers of records: arrays, because a `DataView` costs a call for some of them. */
export class RecordMemory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly floats: Float64Array;
  readonly longs: BigInt64Array;

  /** @param bytes start at a multiple of 8 of their buffer */
  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, length } = bytes;
    this.bytes = bytes;
    this.words = new Int32Array(buffer, byteOffset, length >>> 2);
    this.floats = new Float64Array(buffer, byteOffset, length >>> 3);
    this.longs = new BigInt64Array(buffer, byteOffset, length >>> 3);
  }
}

/** Where a large sample's payload is. */
export interface PinPlace {
  readonly generation: number;
  readonly pinSequence: number;
}

/** What a record says; of a small one `generation` and `pinSequence` are those of the last large one. */
export interface RecordHeader {
  large: boolean;
  payloadBytes: number;
  sequence: number;
  /** Halves of the source time, 32 bits each: a bigint for each message would be garbage for most readers. */
  sourceHigh: number;
  sourceLow: number;
  droppedBefore: number;
  generation: number;
  pinSequence: number;
  extrasBytes: number;
}

export function newHeader(): RecordHeader {
  return {
    large: false,
    payloadBytes: 0,
    sequence: 0,
    sourceHigh: 0,
    sourceLow: 0,
    droppedBefore: 0,
    generation: 0,
    pinSequence: 0,
    extrasBytes: 0,
  };
}

/** Bytes from a record's start to its extras. */
export const headerBytes = (large: boolean): number => (large ? LARGE_HEADER_BYTES : SMALL_HEADER_BYTES);

/** Bytes from a record's start to the payload of a small sample, or to the end of the record of a large one. */
export function payloadOffset(extrasBytes: number, large = false): number {
  return headerBytes(large) + ((extrasBytes + 7) & ~7);
}

/** `at`: a multiple of 8. `place`: of a large sample. */
export function writeHeader(
  memory: RecordMemory,
  at: number,
  payloadBytes: number,
  sequence: number,
  sourceTimeNs: bigint,
  droppedBefore: number,
  extrasBytes: number,
  place?: PinPlace,
): void {
  const { words, floats } = memory;
  const word = at >>> 2;
  words[word] = place === undefined ? 0 : LARGE;
  words[word + 1] = payloadBytes;
  floats[(at >>> 3) + 1] = sequence;
  memory.longs[(at >>> 3) + 2] = sourceTimeNs;
  words[word + 6] = droppedBefore;
  words[word + 7] = extrasBytes;
  if (place === undefined) return;
  floats[(at >>> 3) + 4] = place.pinSequence;
  words[word + 10] = place.generation;
  words[word + 11] = 0;
}

/** False when the record cannot be one of ours: its lengths do not fit the `length` bytes it has. */
export function readHeader(memory: RecordMemory, at: number, length: number, into: RecordHeader): boolean {
  if (length < SMALL_HEADER_BYTES) return false;
  const { words, floats } = memory;
  const word = at >>> 2;
  const flags = words[word]!;
  const payloadBytes = words[word + 1]! >>> 0;
  const extrasBytes = words[word + 7]!;
  const large = flags === LARGE;
  into.large = large;
  into.payloadBytes = payloadBytes;
  into.sequence = floats[(at >>> 3) + 1]!;
  into.sourceLow = words[word + (LITTLE_ENDIAN ? 4 : 5)]!;
  into.sourceHigh = words[word + (LITTLE_ENDIAN ? 5 : 4)]!;
  into.droppedBefore = words[word + 6]! >>> 0;
  into.extrasBytes = extrasBytes;
  if (large) {
    if (length < LARGE_HEADER_BYTES) return false;
    into.pinSequence = floats[(at >>> 3) + 4]!;
    into.generation = words[word + 10]!;
  } else if (flags !== 0) return false;
  return extrasBytes >= 0 && payloadOffset(extrasBytes, large) + (large ? 0 : payloadBytes) === length;
}

export function encodeExtras(extras: SampleExtras | undefined): Uint8Array | undefined {
  if (extras === undefined) return undefined;
  const { keyHash, ...rest } = extras;
  const hex = keyHash === undefined ? undefined : Buffer.from(keyHash).toString("hex");
  return Buffer.from(JSON.stringify(hex === undefined ? rest : { ...rest, keyHash: hex }));
}

export function decodeExtras(bytes: Uint8Array): SampleExtras {
  const { keyHash, ...rest } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const extras = rest as SampleExtras;
  return typeof keyHash === "string" ? { ...extras, keyHash: Uint8Array.from(Buffer.from(keyHash, "hex")) } : extras;
}
