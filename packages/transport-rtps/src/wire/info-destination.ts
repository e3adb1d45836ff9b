import type { ByteReader, ByteWriter } from "@delos/wire";
import { bytesOfHex, type GuidPrefix, readPrefix } from "./guid.ts";

/**
 * INFO_DST: whom the submessages that follow are for; all zeros: everybody. DDSI-RTPS 2.5 §8.3.8.8, §9.4.5.9.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x0e      |            E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                     guidPrefix, 12 bytes                      |
 *  +---------------------------------------------------------------+
 */
export interface InfoDestination {
  readonly prefix: GuidPrefix;
}

export function readInfoDestination(body: ByteReader): InfoDestination {
  return { prefix: readPrefix(body) };
}

export function writeInfoDestination(writer: ByteWriter, { prefix }: InfoDestination): void {
  writer.raw(bytesOfHex(prefix));
}
