import { hostname } from "node:os";
import { UsageError } from "@delos/core";
import type { Answer, TxtData } from "dns-packet";

/** The page and its WebSocket. */
export const TYPE_BRIDGE = "_delos._tcp";
/** What every browser of the local network shows. */
export const TYPE_HTTP = "_http._tcp";
/** IANA's name of port 7400: the discovery port of an RTPS participant. */
export const TYPE_RTPS = "_rtps-discovery._udp";

/** A service to be announced. DNS-SD, RFC 6763 §4. */
export interface ServiceOffer {
  /** What people see; another is taken (`name (2)`) when somebody has it already. At most 63 bytes. */
  readonly name: string;
  /** `_delos._tcp`. RFC 6763 §7. */
  readonly type: string;
  readonly port: number;
  /** Facts beside it, RFC 6763 §6: a few hundred bytes in all. */
  readonly txt?: Readonly<Record<string, string>>;
}

/** A service of somebody in the network. */
export interface FoundService extends Required<ServiceOffer> {
  readonly host: string;
  /** IPv4. */
  readonly addresses: readonly string[];
}

/** RFC 6762 §10: of records that name a host; of all others. Seconds. */
const HOST_TTL_S = 120;
const OTHER_TTL_S = 4500;
const MAX_LABEL = 63;
/** Every type that is offered in this network hangs below this name. RFC 6763 §9. */
export const META = "_services._dns-sd._udp.local";

/** @throws {UsageError} when the type is none, or the port no port */
export function checkOffer({ name, type, port }: ServiceOffer): void {
  if (!/^_[a-z\d](?:[a-z\d-]{0,13}[a-z\d])?\._(?:tcp|udp)$/i.test(type)) {
    throw new UsageError(`"${type}" is no service type such as _http._tcp`, { details: { type } });
  }
  if (name === "") throw new UsageError("A service needs a name");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`${port} is no port`, { details: { port } });
  }
}

/** One label of a name: dots would end it, and it holds 63 bytes. */
export function labelOf(name: string): string {
  let label = name.replaceAll(".", "-");
  while (Buffer.byteLength(label) > MAX_LABEL) label = label.slice(0, -1);
  return label;
}

/** `name`, `name (2)`, `name (3)` … RFC 6763 §D.2. */
export function attempt(name: string, n: number): string {
  if (n === 1) return labelOf(name);
  const suffix = ` (${n})`;
  let stem = labelOf(name);
  while (Buffer.byteLength(stem) + suffix.length > MAX_LABEL) stem = stem.slice(0, -1);
  return stem + suffix;
}

/** A host name of our own: this host's may be another responder's to speak for. */
export const ownHost = (unique: string): string => `${labelOf(hostname()).slice(0, 50)}-${unique}.local`;

/** What stands behind an instance. */
export interface Instance {
  readonly fullName: string;
  readonly offer: ServiceOffer;
  readonly host: string;
}

export const instanceOf = (offer: ServiceOffer, label: string, host: string): Instance => ({
  fullName: `${label}.${offer.type}.local`,
  offer,
  host,
});

/** All records of an instance. `goodbye`: with a TTL of nothing, which takes them back (RFC 6762 §10.1). */
export function recordsOf(
  { fullName, offer, host }: Instance,
  addresses: readonly string[],
  goodbye = false,
): Answer[] {
  const ttl = (seconds: number): number => (goodbye ? 0 : seconds);
  const type = `${offer.type}.local`;
  return [
    { type: "PTR", name: type, data: fullName, ttl: ttl(OTHER_TTL_S) },
    // Shared with all others of the type: not ours to take back.
    ...(goodbye ? [] : [{ type: "PTR", name: META, data: type, ttl: OTHER_TTL_S } as const]),
    { type: "SRV", name: fullName, data: { target: host, port: offer.port }, ttl: ttl(HOST_TTL_S), flush: true },
    { type: "TXT", name: fullName, data: textOf(offer.txt ?? {}), ttl: ttl(OTHER_TTL_S), flush: true },
    ...addresses.map((data): Answer => ({ type: "A", name: host, data, ttl: ttl(HOST_TTL_S), flush: true })),
  ];
}

/** RFC 6763 §6.1: no facts are one empty string. */
function textOf(txt: Readonly<Record<string, string>>): TxtData {
  const entries = Object.entries(txt).map(([key, value]) => Buffer.from(`${key}=${value}`).subarray(0, 255));
  return entries.length === 0 ? [Buffer.alloc(0)] : entries;
}

const MAX_FACTS = 64;

/** RFC 6763 §6.4: the first of equal keys counts; a key without `=` is there without a value. */
export function factsOf(data: TxtData): Record<string, string> {
  const facts: Record<string, string> = Object.create(null) as Record<string, string>;
  const parts = Array.isArray(data) ? data : [data];
  for (const part of parts.slice(0, MAX_FACTS)) {
    const text = part.toString();
    const equals = text.indexOf("=");
    const key = equals < 0 ? text : text.slice(0, equals);
    if (key !== "" && !(key in facts)) facts[key] = equals < 0 ? "" : text.slice(equals + 1);
  }
  return { ...facts };
}

/** Names compare without regard to case. RFC 6762 §16. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
