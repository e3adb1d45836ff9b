import type { ByteReader, ByteWriter } from "@delos/wire";

/**
 * SequenceNumber: int32 high, uint32 low. DDSI-RTPS 2.5 §9.4.2.5. Held as a JavaScript number, exact up to 2⁵³: a writer at
 * a million samples a second takes 285 years to get there, so what lies beyond is refused as forged.
 */
export function readSequenceNumber(body: ByteReader): number {
  const high = body.int32();
  const low = body.uint32();
  if (high < 0 || high >= 0x20_0000) throw body.malformed(`no such sequence number: ${high}:${low}`, body.offset - 8);
  return high * 0x1_0000_0000 + low;
}

export function writeSequenceNumber(writer: ByteWriter, sn: number): void {
  writer.int32(Math.floor(sn / 0x1_0000_0000));
  writer.uint32(sn >>> 0);
}
