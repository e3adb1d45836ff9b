import { readFileSync } from "node:fs";
import type { HostAddress } from "./interfaces.ts";

/** IPv4 and UDP headers. */
const HEADERS_BYTES = 28;
/** Of Ethernet: what is presumed where the system does not say. */
const USUAL_MTU = 1500;
/** Every IPv4 host takes so much. RFC 791 §3.1. */
const LEAST_MTU = 576;

/** Largest datagram that leaves through any of the cards as one packet. */
export function packetBytes(cards: readonly HostAddress[]): number {
  const mtus = cards.map(({ name }) => mtuOf(name));
  return Math.max(LEAST_MTU, mtus.length === 0 ? USUAL_MTU : Math.min(...mtus)) - HEADERS_BYTES;
}

function mtuOf(card: string): number {
  try {
    // Linux. Node does not tell.
    return Number.parseInt(readFileSync(`/sys/class/net/${card}/mtu`, "latin1"), 10) || USUAL_MTU;
  } catch {
    return USUAL_MTU;
  }
}
