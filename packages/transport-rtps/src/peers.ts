import { lookup } from "node:dns/promises";
import { DelosError } from "@delos/core";
import { isMulticast, type Locator } from "./wire/locator.ts";

/** Unicast peers are tried at the discovery ports of this many participants. */
const PEER_INDICES = 10;

/** Where a peer given as `host` is told of us: at every port that it may have. */
export const portsOfPeer = (address: string, portOf: (index: number) => number): Locator[] =>
  Array.from({ length: PEER_INDICES }, (_, index) => ({ address, port: portOf(index) }));

/**
 * The locators of peers given as `host` or `host:port`; a host is a name or an IPv4 address.
 * @throws {DelosError} `RTPS_PEER` for what is neither, and for a name that nobody knows
 */
export async function locatorsOfPeers(peers: readonly string[], portOf: (index: number) => number): Promise<Locator[]> {
  const found = await Promise.all(peers.map((peer) => locatorsOf(peer, portOf)));
  return found.flat();
}

async function locatorsOf(peer: string, portOf: (index: number) => number): Promise<Locator[]> {
  const [, host, digits] = /^([^:[\]/\s]+)(?::(\d{1,5}))?$/.exec(peer) ?? [];
  const port = Number(digits ?? 1);
  const refuse = (why: string, cause?: unknown): DelosError =>
    new DelosError("RTPS_PEER", `peer ${peer} ${why}`, { details: { peer }, cause });
  if (host === undefined || port < 1 || port > 0xffff) throw refuse("is no HOST or HOST:PORT with an IPv4 address");
  let address: string;
  try {
    ({ address } = await lookup(host, { family: 4 }));
  } catch (cause) {
    throw refuse("has no IPv4 address that anybody knows", cause);
  }
  if (isMulticast(address)) throw refuse("is a multicast address, not a host");
  return digits === undefined ? portsOfPeer(address, portOf) : [{ address, port }];
}
