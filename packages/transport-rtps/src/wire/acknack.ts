import type { ByteReader, ByteWriter } from "@delos/wire";
import { type NumberSet, readSequenceNumberSet, writeSequenceNumberSet } from "./number-set.ts";

export const ACKNACK_FINAL = 0x02;

/**
 * ACKNACK: a reader has everything below the set's base and wants what the bits name. DDSI-RTPS 2.5 §8.3.8.1, §9.4.5.3.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x06      |          F E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                readerSNState: SequenceNumberSet               |
 *  |                            count                              |
 *  +---------------------------------------------------------------+
 */
export interface AckNack {
  readonly readerId: number;
  readonly writerId: number;
  /** Base 0 without bits is Fast DDS's first one: nothing is acknowledged, a heartbeat is wanted. */
  readonly missing: NumberSet;
  readonly count: number;
  /** No heartbeat is wanted in return. */
  readonly final: boolean;
}

export function readAckNack(body: ByteReader, flags: number): AckNack {
  const readerId = body.uint32be();
  const writerId = body.uint32be();
  const missing = readSequenceNumberSet(body);
  const count = body.int32();
  if (missing.base < 1 && missing.numBits > 0) throw body.malformed(`set from ${missing.base}`);
  return { readerId, writerId, missing, count, final: (flags & ACKNACK_FINAL) !== 0 };
}

export const ackNackFlags = (ackNack: Pick<AckNack, "final">): number => (ackNack.final ? ACKNACK_FINAL : 0);

export function writeAckNack(writer: ByteWriter, ackNack: AckNack): void {
  writer.uint32be(ackNack.readerId);
  writer.uint32be(ackNack.writerId);
  writeSequenceNumberSet(writer, ackNack.missing);
  writer.int32(ackNack.count);
}
