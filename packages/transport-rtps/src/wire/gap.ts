import type { ByteReader, ByteWriter } from "@delos/wire";
import { type NumberSet, readSequenceNumberSet, writeSequenceNumberSet } from "./number-set.ts";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

/**
 * GAP: samples that a reader need not wait for: start … irrelevant.base − 1, and those whose bits are set.
 * DDSI-RTPS 2.5 §8.3.8.4, §9.4.5.6.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x08      |            E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                     gapStart (high, low)                      |
 *  |                  gapList: SequenceNumberSet                   |
 *  +---------------------------------------------------------------+
 */
export interface Gap {
  readonly readerId: number;
  readonly writerId: number;
  readonly start: number;
  readonly irrelevant: NumberSet;
}

export function readGap(body: ByteReader): Gap {
  const readerId = body.uint32be();
  const writerId = body.uint32be();
  const start = readSequenceNumber(body);
  const irrelevant = readSequenceNumberSet(body);
  // §8.3.8.4.3. A list that begins before the start leaves no range, only its bits.
  if (start < 1 || irrelevant.base < 1) throw body.malformed(`gap from ${start} to ${irrelevant.base}`);
  return { readerId, writerId, start, irrelevant };
}

export function writeGap(writer: ByteWriter, gap: Gap): void {
  writer.uint32be(gap.readerId);
  writer.uint32be(gap.writerId);
  writeSequenceNumber(writer, gap.start);
  writeSequenceNumberSet(writer, gap.irrelevant);
}
