import type { ByteReader, ByteWriter } from "@delos/wire";
import { bytesOfHex, type GuidPrefix, readPrefix } from "./guid.ts";

/**
 * INFO_SRC: who the submessages that follow are from, in a message that another participant passes on.
 * DDSI-RTPS 2.5 §8.3.8.10, §9.4.5.11.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x0c      |            E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                            unused                             |
 *  |        version (2 bytes)      |       vendor (2 bytes)        |
 *  |                     guidPrefix, 12 bytes                      |
 *  +---------------------------------------------------------------+
 */
export interface InfoSource {
  readonly version: number;
  readonly vendor: number;
  readonly prefix: GuidPrefix;
}

export function readInfoSource(body: ByteReader): InfoSource {
  body.skip(4);
  const word = body.uint32be();
  return { version: word >>> 16, vendor: word & 0xffff, prefix: readPrefix(body) };
}

export function writeInfoSource(writer: ByteWriter, { version, vendor, prefix }: InfoSource): void {
  writer.uint32(0);
  writer.uint32be(((version << 16) | vendor) >>> 0);
  writer.raw(bytesOfHex(prefix));
}
