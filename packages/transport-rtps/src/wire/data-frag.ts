import type { ByteReader, ByteWriter } from "@delos/wire";
import { type ParameterList, readParameterList, writeParameterList } from "./parameter-list.ts";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

export const FRAG_INLINE_QOS = 0x02;
/** Not 0x08 as in DATA. */
export const FRAG_KEY = 0x04;

/**
 * DATA_FRAG: consecutive fragments of one sample. DDSI-RTPS 2.5 §8.3.8.3, §9.4.5.5. Fragment n (from 1) covers bytes
 * (n − 1)·fragmentSize … of the payload; only the last one is shorter.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x16      |      N K Q E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |          extraFlags           |       octetsToInlineQos       |
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                     writerSN (high, low)                      |
 *  |                     fragmentStartingNum                       |
 *  |    fragmentsInSubmessage      |         fragmentSize          |
 *  |                          sampleSize                           |
 *  +---------------------------------------------------------------+
 *  |                 inlineQos: ParameterList, if Q                |
 *  |                    bytes of the fragments                     |
 *  +---------------------------------------------------------------+
 */
export interface DataFrag {
  readonly readerId: number;
  readonly writerId: number;
  readonly sn: number;
  readonly firstFragment: number;
  readonly fragmentCount: number;
  readonly fragmentSize: number;
  readonly sampleSize: number;
  readonly inlineQos: ParameterList | undefined;
  readonly payload: Uint8Array;
  readonly isKey: boolean;
}

const FIXED_BYTES = 28;

export function readDataFrag(body: ByteReader, flags: number): DataFrag {
  body.skip(2);
  const toInlineQos = body.uint16();
  const inlineQosAt = body.offset + toInlineQos;
  if (toInlineQos < FIXED_BYTES || inlineQosAt > body.end) throw body.malformed(`octetsToInlineQos ${toInlineQos}`);
  const readerId = body.uint32be();
  const writerId = body.uint32be();
  const sn = readSequenceNumber(body);
  if (sn < 1) throw body.malformed(`sample ${sn}`);
  const firstFragment = body.uint32();
  const fragmentCount = body.uint16();
  const fragmentSize = body.uint16();
  const sampleSize = body.uint32();
  // §8.3.8.3.3, in this order: nothing below divides by or multiplies with an unchecked number.
  if (fragmentSize < 1 || sampleSize < 1) throw body.malformed(`fragments of ${fragmentSize} of ${sampleSize} bytes`);
  const total = Math.ceil(sampleSize / fragmentSize);
  const last = firstFragment + fragmentCount - 1;
  if (firstFragment < 1 || fragmentCount < 1 || last > total) {
    throw body.malformed(`fragments ${firstFragment} to ${last} of ${total}`);
  }
  body.offset = inlineQosAt;
  const inlineQos = (flags & FRAG_INLINE_QOS) === 0 ? undefined : readParameterList(body);
  const needed = Math.min(last * fragmentSize, sampleSize) - (firstFragment - 1) * fragmentSize;
  if (body.remaining < needed) throw body.malformed(`${needed} bytes of fragments needed, ${body.remaining} left`);
  const payload = body.view8(body.remaining);
  const isKey = (flags & FRAG_KEY) !== 0;
  return {
    readerId,
    writerId,
    sn,
    firstFragment,
    fragmentCount,
    fragmentSize,
    sampleSize,
    inlineQos,
    payload,
    isKey,
  };
}

export const dataFragFlags = (data: Pick<DataFrag, "inlineQos" | "isKey">): number =>
  (data.inlineQos === undefined ? 0 : FRAG_INLINE_QOS) | (data.isKey ? FRAG_KEY : 0);

export function writeDataFrag(writer: ByteWriter, data: DataFrag): void {
  writer.uint16(0);
  writer.uint16(FIXED_BYTES);
  writer.uint32be(data.readerId);
  writer.uint32be(data.writerId);
  writeSequenceNumber(writer, data.sn);
  writer.uint32(data.firstFragment);
  writer.uint16(data.fragmentCount);
  writer.uint16(data.fragmentSize);
  writer.uint32(data.sampleSize);
  if (data.inlineQos !== undefined) writeParameterList(writer, data.inlineQos);
  writer.raw(data.payload);
}
