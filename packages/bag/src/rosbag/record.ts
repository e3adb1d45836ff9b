import { MalformedError } from "@delos/core";

/**
 * A record of a ROS bag 2.0 (wiki.ros.org/Bags/Format/2.0):
 *
 *   u32 header length | header: ( u32 field length, name "=" value )* | u32 data length | data
 */
export const OP = { message: 2, bagHeader: 3, indexData: 4, chunk: 5, chunkInfo: 6, connection: 7 } as const;

/** Longest header that is believed: the connection headers of real bags stay far below. */
export const MAX_HEADER_BYTES = 1 << 20;

export type Fields = ReadonlyMap<string, Uint8Array>;

/** Fields of a header in `bytes[start, end)`, in any order; each is split at its first "=". */
export function readFields(bytes: Uint8Array, start: number, end: number, base = 0): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = new Map<string, Uint8Array>();
  let at = start;
  while (at < end) {
    if (at + 4 > end) throw malformed("a header field is cut", base + at);
    const length = view.getUint32(at, true);
    const from = at + 4;
    at = from + length;
    if (at > end) throw malformed(`a header field of ${length} bytes runs past its header`, base + from - 4);
    const equals = bytes.indexOf(0x3d, from);
    if (equals < 0 || equals >= at) throw malformed('a header field has no "="', base + from);
    fields.set(latin1.decode(bytes.subarray(from, equals)), bytes.subarray(equals + 1, at));
  }
  return fields;
}

export function opOf(fields: Fields): number | undefined {
  const op = fields.get("op");
  return op?.length === 1 ? op[0] : undefined;
}

export function u32Field(fields: Fields, name: string, offset: number): number {
  const value = fields.get(name);
  if (value?.length !== 4) throw malformed(`field "${name}" is missing or not 4 bytes long`, offset);
  return (value[0]! | (value[1]! << 8) | (value[2]! << 16) | (value[3]! << 24)) >>> 0;
}

/** u64 as a double: positions in files, which stay below 2⁵³. */
export function u64Field(fields: Fields, name: string, offset: number): number {
  const value = fields.get(name);
  if (value?.length !== 8) throw malformed(`field "${name}" is missing or not 8 bytes long`, offset);
  const view = new DataView(value.buffer, value.byteOffset, 8);
  return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
}

export function textField(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  return value === undefined ? undefined : utf8.decode(value);
}

export function malformed(what: string, offset: number): MalformedError {
  return new MalformedError("BAG_BAD_RECORD", what, offset, { details: { inFile: true } });
}

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder();
