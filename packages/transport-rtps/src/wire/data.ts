import type { ByteReader, ByteWriter } from "@delos/wire";
import { type ParameterList, readParameterList, writeParameterList } from "./parameter-list.ts";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

export const DATA_INLINE_QOS = 0x02;
export const DATA_PAYLOAD = 0x04;
export const DATA_KEY = 0x08;

/**
 * DATA: one sample, or the end of an instance. DDSI-RTPS 2.5 §8.3.8.2 (meaning), §9.4.5.4 (bytes).
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x15      |      N K D Q E|      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |          extraFlags           |       octetsToInlineQos       |
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                     writerSN (high, low)                      |
 *  +---------------------------------------------------------------+
 *  |                 inlineQos: ParameterList, if Q                |
 *  |               payload, if D (sample) or K (key)               |
 *  +---------------------------------------------------------------+
 */
export interface Data {
  readonly readerId: number;
  readonly writerId: number;
  readonly sn: number;
  readonly inlineQos: ParameterList | undefined;
  /** With its encapsulation header and trailing padding; a view of the message. */
  readonly payload: Uint8Array | undefined;
  readonly isKey: boolean;
}

/** octetsToInlineQos of this version: ids and sequence number. */
const FIXED_BYTES = 16;

/** What of a DATA its receiver looks at, as offsets into the message: filled anew for each. */
export interface DataFields {
  readerId: number;
  writerId: number;
  sn: number;
  inlineQos: ParameterList | undefined;
  isKey: boolean;
  bytes: Uint8Array;
  /** Where the payload begins and ends in `bytes`; −1 when there is none. */
  from: number;
  to: number;
}

/** Reads into `data`; allocates nothing unless there is inline QoS. */
export function scanData(body: ByteReader, flags: number, data: DataFields): void {
  body.skip(2);
  const toInlineQos = body.uint16();
  const inlineQosAt = body.offset + toInlineQos;
  if (toInlineQos < FIXED_BYTES || inlineQosAt > body.end) throw body.malformed(`octetsToInlineQos ${toInlineQos}`);
  data.readerId = body.uint32be();
  data.writerId = body.uint32be();
  data.sn = readSequenceNumber(body);
  if (data.sn < 1) throw body.malformed(`sample ${data.sn}`);
  data.isKey = (flags & DATA_KEY) !== 0;
  const isSample = (flags & DATA_PAYLOAD) !== 0;
  // §8.3.8.2.3: both at once mean nothing.
  if (data.isKey && isSample) throw body.malformed("data and key at once");
  body.offset = inlineQosAt;
  data.inlineQos = (flags & DATA_INLINE_QOS) === 0 ? undefined : readParameterList(body);
  data.bytes = body.bytes;
  const filled = data.isKey || isSample;
  data.from = filled ? body.offset : -1;
  data.to = filled ? body.end : -1;
}

export function readData(body: ByteReader, flags: number): Data {
  const fields = { readerId: 0, writerId: 0, sn: 0, inlineQos: undefined, isKey: false, from: -1, to: -1 };
  const data: DataFields = { ...fields, bytes: body.bytes };
  scanData(body, flags, data);
  const { readerId, writerId, sn, inlineQos, isKey } = data;
  const payload = data.from < 0 ? undefined : body.view8(body.remaining);
  return { readerId, writerId, sn, inlineQos, payload, isKey };
}

/** Flags of `data` without byte order. */
export const dataFlags = (data: Pick<Data, "inlineQos" | "payload" | "isKey">): number =>
  (data.inlineQos === undefined ? 0 : DATA_INLINE_QOS) |
  (data.payload === undefined ? 0 : data.isKey ? DATA_KEY : DATA_PAYLOAD);

export function writeData(writer: ByteWriter, data: Data): void {
  writer.uint16(0);
  writer.uint16(FIXED_BYTES);
  writer.uint32be(data.readerId);
  writer.uint32be(data.writerId);
  writeSequenceNumber(writer, data.sn);
  if (data.inlineQos !== undefined) writeParameterList(writer, data.inlineQos);
  if (data.payload !== undefined) writer.raw(data.payload);
}
