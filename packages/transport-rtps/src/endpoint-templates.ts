import type { EndpointData } from "./endpoint-data.ts";
import { PREFIX_BYTES } from "./wire/guid.ts";
import { PID } from "./wire/parameter-id.ts";

/** Encapsulation header, ENDPOINT_GUID and PARTICIPANT_GUID, as Delos writes them: what follows is the same for many endpoints. */
const ENCAPSULATION_BYTES = 4;
const GUID_BYTES = 16;
const REST_AT = ENCAPSULATION_BYTES + 2 * (4 + GUID_BYTES);
const PREFIX_AT = ENCAPSULATION_BYTES + 4;
/** Announcements beyond it, with large schemas, are few. */
const MAX_BYTES = 8192;
const MAX_TEMPLATES = 1024;

type Kind = EndpointData["kind"];

/** By all that an announcement says but the GUIDs, one character for a byte. */
const TEMPLATES: Readonly<Record<Kind, Map<string, EndpointData>>> = {
  publication: new Map(),
  subscription: new Map(),
};

/**
 * Announcements by Delos that are known but for their GUIDs. The nodes of a fleet, and those of one program, announce the same
 * endpoints of the same types: each is read once, and its strings and schema are held once.
 */
export class EndpointTemplate {
  readonly #key: string;
  readonly #templates: Map<string, EndpointData>;
  readonly entityId: number;

  private constructor(bytes: Buffer, kind: Kind) {
    this.#key = bytes.toString("latin1", REST_AT);
    this.#templates = TEMPLATES[kind];
    this.entityId = bytes.readUInt32BE(PREFIX_AT + PREFIX_BYTES);
  }

  /** Undefined: the announcement does not begin as ours do, or with the GUID of another participant. */
  static of(payload: Uint8Array, kind: Kind, prefix: Uint8Array): EndpointTemplate | undefined {
    if (payload.length <= REST_AT || payload.length > MAX_BYTES) return undefined;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    if (bytes.readUInt16BE(0) !== 3) return undefined;
    if (bytes.readUInt32LE(ENCAPSULATION_BYTES) !== PID.ENDPOINT_GUID + GUID_BYTES * 0x1_0000) return undefined;
    if (bytes.readUInt32LE(PREFIX_AT + GUID_BYTES) !== PID.PARTICIPANT_GUID + GUID_BYTES * 0x1_0000) return undefined;
    if (bytes.compare(prefix, 0, PREFIX_BYTES, PREFIX_AT, PREFIX_AT + PREFIX_BYTES) !== 0) return undefined;
    return new EndpointTemplate(bytes, kind);
  }

  /** What is known, for the participant; undefined when it must be read. */
  fill(prefix: string): EndpointData | undefined {
    const known = this.#templates.get(this.#key);
    return known === undefined ? undefined : { ...known, guid: { prefix, entityId: this.entityId } };
  }

  keep(data: EndpointData): void {
    if (this.#templates.size >= MAX_TEMPLATES) this.#templates.clear();
    this.#templates.set(this.#key, data);
  }
}
