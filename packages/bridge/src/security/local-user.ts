import { readFileSync } from "node:fs";
import process from "node:process";

/** The two ends of a TCP connection as this side sees them. */
export interface ConnectionEnds {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

const ESTABLISHED = "01";

/** Whether the address is one of this machine's loopback. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.test(address);
}

/**
 * Whether the other end of a loopback connection belongs to the user that runs this process, or to root. Linux lists every
 * TCP socket with the user it belongs to (proc(5), /proc/net/tcp); the peer's socket is the one with the two ends exchanged.
 * Where there is no such list the answer is no: then a token is needed.
 */
export function isSameUser(ends: ConnectionEnds, read: (path: string) => string = readList): boolean {
  const own = process.getuid?.();
  if (own === undefined || !isLoopback(ends.remoteAddress) || !isLoopback(ends.localAddress)) return false;
  for (const path of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const uid = userOfPeer(ends, read(path));
    if (uid !== undefined) return uid === own || uid === 0;
  }
  return false;
}

/** The list of sockets can be asked for here at all. */
export function canTellUsers(): boolean {
  return process.getuid !== undefined && readList("/proc/net/tcp") !== "";
}

/**
 * `  sl  local_address rem_address st tx:rx tr:when retrnsmt uid …`, numbers in hexadecimal but for the uid. A busy machine has
 * thousands of lines: only those with the two ports are taken apart.
 */
function userOfPeer(ends: ConnectionEnds, list: string): number | undefined {
  const hex = (port = 0): string => port.toString(16).toUpperCase().padStart(4, "0");
  const wanted = new RegExp(`^.*:${hex(ends.remotePort)} [0-9A-F]+:${hex(ends.localPort)} .*$`, "gm");
  for (const [line] of list.matchAll(wanted)) {
    const [, peer, own, state, , , , uid] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED || uid === undefined) continue;
    if (isEnd(peer!, [ends.remoteAddress!, ends.remotePort]) && isEnd(own!, [ends.localAddress!, ends.localPort]))
      return Number(uid);
  }
  return undefined;
}

function isEnd(listed: string, [address, port]: readonly [string, number | undefined]): boolean {
  const [hex, hexPort] = listed.split(":") as [string, string | undefined];
  return Number.parseInt(hexPort ?? "", 16) === port && listedAddress(hex) === address.replace(/^::ffff:/i, "");
}

/** Words of 32 bits in the machine's order, which is the reverse of the network's on all machines Node runs on. */
function listedAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  if (bytes.length === 4 || isMapped) return bytes.slice(-4).join(".");
  return bytes.join() === "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1" ? "::1" : hex;
}

function readList(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
