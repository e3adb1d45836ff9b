import type { ByteReader, ByteWriter } from "@delos/wire";
import { type NumberSet, NumberSetFields, readSequenceNumberSet, writeSequenceNumberSet } from "./number-set.ts";

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

/** An acknowledgment that is filled again and again: there is one in most datagrams that go back. */
export class AckNackFields implements AckNack {
  readerId = 0;
  writerId = 0;
  readonly missing: NumberSetFields = new NumberSetFields();
  count = 0;
  final = false;
}

/** @returns `into`, filled */
export function readAckNack(body: ByteReader, flags: number, into = new AckNackFields()): AckNack {
  into.readerId = body.uint32be();
  into.writerId = body.uint32be();
  const { base, numBits } = readSequenceNumberSet(body, into.missing);
  into.count = body.int32();
  if (base < 1 && numBits > 0) throw body.malformed(`set from ${base}`);
  into.final = (flags & ACKNACK_FINAL) !== 0;
  return into;
}

export const ackNackFlags = (ackNack: Pick<AckNack, "final">): number => (ackNack.final ? ACKNACK_FINAL : 0);

export function writeAckNack(writer: ByteWriter, ackNack: AckNack): void {
  writer.uint32be(ackNack.readerId);
  writer.uint32be(ackNack.writerId);
  writeSequenceNumberSet(writer, ackNack.missing);
  writer.int32(ackNack.count);
}
