import type { ByteReader, ByteWriter } from "@delos/wire";
import { type NumberSet, readFragmentNumberSet, writeFragmentNumberSet } from "./number-set.ts";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

/**
 * NACK_FRAG: a reader wants fragments of one sample. DDSI-RTPS 2.5 §8.3.8.11, §9.4.5.14.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x12      |            E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                     writerSN (high, low)                      |
 *  |            fragmentNumberState: FragmentNumberSet             |
 *  |                            count                              |
 *  +---------------------------------------------------------------+
 */
export interface NackFrag {
  readonly readerId: number;
  readonly writerId: number;
  readonly sn: number;
  readonly missing: NumberSet;
  readonly count: number;
}

export function readNackFrag(body: ByteReader): NackFrag {
  const readerId = body.uint32be();
  const writerId = body.uint32be();
  const sn = readSequenceNumber(body);
  const missing = readFragmentNumberSet(body);
  const count = body.int32();
  if (sn < 1 || missing.base < 1) throw body.malformed(`fragments from ${missing.base} of sample ${sn}`);
  return { readerId, writerId, sn, missing, count };
}

export function writeNackFrag(writer: ByteWriter, nack: NackFrag): void {
  writer.uint32be(nack.readerId);
  writer.uint32be(nack.writerId);
  writeSequenceNumber(writer, nack.sn);
  writeFragmentNumberSet(writer, nack.missing);
  writer.int32(nack.count);
}
