import type { ByteReader, ByteWriter } from "@delos/wire";

/**
 * PAIRING: a reader tells a writer whether this protocol is to serve their pair. A submessage of Delos' own, in the range that
 * is left to vendors (DDSI-RTPS 2.5 §9.4.5.1.1): others skip it. The reader repeats it until the writer says the same back.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x80      |       C A   E |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                            count                              |
 *  +---------------------------------------------------------------+
 *
 * A: it is to serve the pair; else it lets go of it. C: the writer's confirmation. count: of the pair, one more at each change.
 */
export interface Pairing {
  readonly readerId: number;
  readonly writerId: number;
  readonly count: number;
}

export const ATTACH = 0x02;
export const CONFIRM = 0x04;
export const PAIRING_BYTES = 12;

export function readPairing(body: ByteReader): Pairing {
  return { readerId: body.uint32be(), writerId: body.uint32be(), count: body.uint32() };
}

export function writePairing(writer: ByteWriter, pairing: Pairing): void {
  writer.uint32be(pairing.readerId);
  writer.uint32be(pairing.writerId);
  writer.uint32(pairing.count);
}
