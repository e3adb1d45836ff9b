import type { EndpointData } from "./endpoint-data.ts";
import { fnv1a } from "./fnv.ts";
import type { Incoming } from "./incoming.ts";
import type { RemoteParticipant } from "./remote.ts";
import { PREFIX_BYTES } from "./wire/guid.ts";
import { PID } from "./wire/parameter-id.ts";

/** Encapsulation header, ENDPOINT_GUID and PARTICIPANT_GUID, as Delos writes them: what follows is the same for many endpoints. */
const GUID_BYTES = 16;
const PREFIX_AT = 8;
const PARTICIPANT_AT = PREFIX_AT + GUID_BYTES;
const REST_AT = PARTICIPANT_AT + 4 + GUID_BYTES;
/** Announcements beyond it, with large schemas, are few. */
const MAX_BYTES = 8192;
const MAX_TEMPLATES = 1024;

type Kind = EndpointData["kind"];
type Source = Pick<RemoteParticipant, "prefix" | "prefixBytes">;

interface Template {
  /** All that the announcement says but the GUIDs. */
  readonly rest: Uint8Array;
  readonly data: EndpointData;
}

/**
 * Announcements by Delos that are known but for their GUIDs, by hash: the nodes of a fleet, and those of one program, announce
 * the same endpoints of the same types. Each is read once, and its strings and schema are held once.
 */
const TEMPLATES: Readonly<Record<Kind, Map<number, Template>>> = {
  publication: new Map(),
  subscription: new Map(),
};

/** What an announcement says that is known but for its GUID; undefined when it must be read. */
export function knownEndpoint(sample: Incoming, kind: Kind, source: Source): EndpointData | undefined {
  if (!isLikeOurs(sample, source)) return undefined;
  const { bytes, from, to } = sample;
  const known = TEMPLATES[kind].get(fnv1a(bytes, from + REST_AT, to));
  if (known === undefined || !isSame(known.rest, bytes, from + REST_AT, to)) return undefined;
  return { ...known.data, guid: { prefix: source.prefix, entityId: wordAt(bytes, from + PREFIX_AT + PREFIX_BYTES) } };
}

/** Keeps what an announcement was read as. */
export function keepEndpoint(sample: Incoming, kind: Kind, source: Source, data: EndpointData): void {
  if (!isLikeOurs(sample, source)) return;
  const templates = TEMPLATES[kind];
  if (templates.size >= MAX_TEMPLATES) templates.clear();
  const rest = sample.bytes.slice(sample.from + REST_AT, sample.to);
  templates.set(fnv1a(rest, 0, rest.length), { rest, data });
}

/** It begins as ours do, with the GUID of its own participant. */
function isLikeOurs({ bytes, from, to, isKey, inlineQos }: Incoming, { prefixBytes }: Source): boolean {
  const length = from < 0 ? 0 : to - from;
  if (length <= REST_AT || length > MAX_BYTES || isKey || inlineQos !== undefined) return false;
  if (wordAt(bytes, from) >>> 16 !== 3 || wordAt(bytes, from + PREFIX_AT - 4) !== ENDPOINT_GUID) return false;
  if (wordAt(bytes, from + PARTICIPANT_AT) !== PARTICIPANT_GUID) return false;
  return isSame(prefixBytes, bytes, from + PREFIX_AT, from + PREFIX_AT + PREFIX_BYTES);
}

/** Id and length of a parameter in little endian, read as a big-endian word. */
const parameterWord = (pid: number, length: number): number =>
  (((pid & 0xff) << 24) | ((pid >>> 8) << 16) | ((length & 0xff) << 8) | (length >>> 8)) >>> 0;
const ENDPOINT_GUID = parameterWord(PID.ENDPOINT_GUID, GUID_BYTES);
const PARTICIPANT_GUID = parameterWord(PID.PARTICIPANT_GUID, GUID_BYTES);

const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}
