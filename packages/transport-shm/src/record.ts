import type { SampleExtras } from "@delos/transport";

/**
 * What stands in front of each sample in the LogRing. Little-endian, a multiple of 8 long, so that the payload is aligned.
 *
 *   byte  0  uint32  1: large, the payload is in a PinRing; 0: it follows here
 *         4  uint32  payload length, bytes
 *         8  float64 sequence number the publisher gave it
 *        16  int64   source time, ns since the epoch
 *        24  uint32  samples the writer dropped just before this one
 *        28  uint32  large: generation of the PinRing
 *        32  float64 large: number of the message in that PinRing
 *        40  uint32  length of the extras, bytes
 *        44  uint32  0
 *        48  extras as JSON in UTF-8, padded to a multiple of 8
 *            payload, unless large
 */
export const HEADER_BYTES = 48;
const FLAG_LARGE = 1;

export interface RecordHeader {
  large: boolean;
  payloadBytes: number;
  sequence: number;
  /** Written; read as its halves, 32 bits each: a bigint for each message would be garbage for most readers. */
  sourceTimeNs: bigint;
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
    sourceTimeNs: 0n,
    sourceHigh: 0,
    sourceLow: 0,
    droppedBefore: 0,
    generation: 0,
    pinSequence: 0,
    extrasBytes: 0,
  };
}

/** Bytes from the record's start to the payload. */
export function payloadOffset(extrasBytes: number): number {
  return HEADER_BYTES + ((extrasBytes + 7) & ~7);
}

export function writeHeader(view: DataView, at: number, header: RecordHeader): void {
  view.setUint32(at, header.large ? FLAG_LARGE : 0, true);
  view.setUint32(at + 4, header.payloadBytes, true);
  view.setFloat64(at + 8, header.sequence, true);
  view.setBigInt64(at + 16, header.sourceTimeNs, true);
  view.setUint32(at + 24, header.droppedBefore, true);
  view.setUint32(at + 28, header.generation, true);
  view.setFloat64(at + 32, header.pinSequence, true);
  view.setUint32(at + 40, header.extrasBytes, true);
  view.setUint32(at + 44, 0, true);
}

/** False when the record cannot be one of ours: its lengths do not fit the `length` bytes it has. */
export function readHeader(view: DataView, at: number, length: number, into: RecordHeader): boolean {
  if (length < HEADER_BYTES) return false;
  const flags = view.getUint32(at, true);
  into.large = (flags & FLAG_LARGE) !== 0;
  into.payloadBytes = view.getUint32(at + 4, true);
  into.sequence = view.getFloat64(at + 8, true);
  into.sourceLow = view.getInt32(at + 16, true);
  into.sourceHigh = view.getInt32(at + 20, true);
  into.droppedBefore = view.getUint32(at + 24, true);
  into.generation = view.getUint32(at + 28, true);
  into.pinSequence = view.getFloat64(at + 32, true);
  into.extrasBytes = view.getUint32(at + 40, true);
  const inline = into.large ? 0 : into.payloadBytes;
  return flags <= FLAG_LARGE && payloadOffset(into.extrasBytes) + inline === length;
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
