import type { ByteReader, ByteWriter } from "@delos/wire";
import { entityIdHex } from "./entity-id.ts";

/** 12 bytes as 24 lower-case hex digits: `ParticipantId` of the transport contract. DDSI-RTPS 2.5 §9.3.1.1. */
export type GuidPrefix = string;

export interface Guid {
  readonly prefix: GuidPrefix;
  readonly entityId: number;
}

export const PREFIX_BYTES = 12;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function hexOf(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = "";
  for (let i = from; i < to; i++) text += HEX[bytes[i]!];
  return text;
}

export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

export function readPrefix(reader: ByteReader): GuidPrefix {
  reader.need(PREFIX_BYTES);
  const prefix = hexOf(reader.bytes, reader.offset, reader.offset + PREFIX_BYTES);
  reader.offset += PREFIX_BYTES;
  return prefix;
}

export function readGuid(reader: ByteReader): Guid {
  return { prefix: readPrefix(reader), entityId: reader.uint32be() };
}

export function writeGuid(writer: ByteWriter, guid: Guid): void {
  writer.raw(bytesOfHex(guid.prefix));
  writer.uint32be(guid.entityId);
}

/** `EndpointId` of the transport contract. */
export const guidHex = (guid: Guid): string => guid.prefix + entityIdHex(guid.entityId);

export function guidOfHex(hex: string): Guid {
  return { prefix: hex.slice(0, 24), entityId: Number.parseInt(hex.slice(24), 16) };
}
