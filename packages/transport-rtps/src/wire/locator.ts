import type { ByteReader, ByteWriter } from "@delos/wire";

/** Where to send to: UDP over IPv4. */
export interface Locator {
  /** Dotted. */
  readonly address: string;
  readonly port: number;
}

const UDP_V4 = 1;
export const LOCATOR_BYTES = 24;

/**
 * Locator, DDSI-RTPS 2.5 §9.3.2.4: int32 kind, uint32 port, 16 bytes of address (IPv4 in the last four).
 * Undefined for kinds that we do not speak (IPv6, TCP, shared memory) and for what cannot be sent to.
 */
export function readLocator(reader: ByteReader): Locator | undefined {
  const kind = reader.int32();
  const port = reader.uint32();
  reader.skip(12);
  const ip = reader.view8(4);
  if (kind !== UDP_V4 || port === 0 || port > 0xffff) return undefined;
  return { address: ip.join("."), port };
}

export function writeLocator(writer: ByteWriter, { address, port }: Locator): void {
  writer.int32(UDP_V4);
  writer.uint32(port);
  writer.zeros(12);
  writer.raw(Uint8Array.from(address.split("."), Number));
}

export const locatorKey = ({ address, port }: Locator): string => `${address}:${port}`;

export const isMulticast = (address: string): boolean => {
  const first = Number.parseInt(address, 10);
  return first >= 224 && first <= 239;
};

export const isLoopback = (address: string): boolean => address.startsWith("127.");

/** An address that a single host may have: no multicast, no broadcast, not 0.0.0.0/8. */
export const isUnicast = (address: string): boolean => {
  const first = Number.parseInt(address, 10);
  return first > 0 && first < 224;
};
