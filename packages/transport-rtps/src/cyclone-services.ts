import { createHash, randomBytes } from "node:crypto";
import type { EndpointInfo, SampleIdentity } from "@delos/transport";
import { hexOf } from "./wire/guid.ts";

/** Encapsulation header, then `uint64 client id, int64 sequence number`, then the message (aligned as without them). */
const ENCAPSULATION = 4;
const HEADER_BYTES = 16;
/** Requests whose answer is still to come; older ones are forgotten. */
const MAX_OPEN = 1000;

/**
 * Services of ROS 2's RMW for Cyclone DDS: it identifies a call by a header inside the payload, where Fast DDS's RMW and Delos
 * use RELATED_SAMPLE_IDENTITY beside it. This puts the header in and takes it out, so that users see sample identities only.
 */
export class CycloneServices {
  /** Headers of requests by the identity of their sample. */
  readonly #open = new Map<string, Uint8Array>();
  /** Our clients by the id that stands in their headers. */
  readonly #clients = new Map<string, string>();
  readonly #ids = new Map<string, Uint8Array>();

  static isRequestTopic(topic: string): boolean {
    return topic.startsWith("rq/") && topic.endsWith("Request");
  }

  static isReplyTopic(topic: string): boolean {
    return topic.startsWith("rr/") && topic.endsWith("Reply");
  }

  /** A request that arrived: its message without header. */
  takeRequest(payload: Uint8Array, identity: SampleIdentity): Uint8Array {
    if (this.#open.size >= MAX_OPEN) this.#open.delete(this.#open.keys().next().value!);
    this.#open.set(keyOf(identity), Uint8Array.from(headerOf(payload)));
    return without(payload);
  }

  /** The answer to a request that came with a header; undefined when it came without. */
  writeReply(payload: Uint8Array, related: SampleIdentity | undefined): Uint8Array | undefined {
    if (related === undefined) return undefined;
    const header = this.#open.get(keyOf(related));
    if (header === undefined) return undefined;
    this.#open.delete(keyOf(related));
    return withHeader(payload, header);
  }

  /** A request of our client `publisher`. */
  writeRequest(payload: Uint8Array, { publisher, sequence }: SampleIdentity): Uint8Array {
    let id = this.#ids.get(publisher);
    if (id === undefined) {
      id = Uint8Array.from(randomBytes(8));
      this.#ids.set(publisher, id);
      this.#clients.set(hexOf(id), publisher);
    }
    const header = new Uint8Array(HEADER_BYTES);
    header.set(id);
    new DataView(header.buffer).setBigInt64(8, BigInt(sequence), true);
    return withHeader(payload, header);
  }

  /** An answer that arrived: its message without header, and which of our requests it belongs to, if to one of ours. */
  takeReply(payload: Uint8Array): { readonly payload: Uint8Array; readonly related: SampleIdentity | undefined } {
    const header = headerOf(payload);
    const publisher = this.#clients.get(hexOf(header, 0, 8));
    const littleEndian = (payload[1]! & 1) === 1;
    const sequence = new DataView(header.buffer, header.byteOffset).getBigInt64(8, littleEndian);
    const related = publisher === undefined ? undefined : { publisher, sequence: Number(sequence) };
    return { payload: without(payload), related };
  }
}

/**
 * USER_DATA by which ROS 2's RMW for Cyclone DDS knows that a writer and a reader are one client, or one server: it answers only
 * when it has matched both sides of a client. Undefined for what belongs to no service.
 */
export function pairUserData(
  { kind, node, topic }: Pick<EndpointInfo, "kind" | "node" | "topic">,
  prefix: string,
): string | undefined {
  const asks = CycloneServices.isRequestTopic(topic);
  if (!asks && !CycloneServices.isReplyTopic(topic)) return undefined;
  const service = topic.slice(2, asks ? -"Request".length : -"Reply".length);
  // The RMW's own ids are the participant's prefix and a counter.
  const number = createHash("sha256").update(`${node} ${service}`).digest("hex").slice(0, 8);
  const bytes = (prefix + number).match(/../g)!.map((each) => Number.parseInt(each, 16).toString(16));
  return `${asks === (kind === "publication") ? "clientid" : "serviceid"}=${bytes.join(".")};`;
}

const keyOf = ({ publisher, sequence }: SampleIdentity): string => `${publisher} ${sequence}`;

/** A payload too short for a header gives zeros: the message behind it then fails to decode. */
function headerOf(payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(payload.subarray(ENCAPSULATION, ENCAPSULATION + HEADER_BYTES));
  return header;
}

function without(payload: Uint8Array): Uint8Array {
  const rest = payload.subarray(ENCAPSULATION + HEADER_BYTES);
  const bytes = new Uint8Array(ENCAPSULATION + rest.length);
  bytes.set(payload.subarray(0, ENCAPSULATION));
  bytes.set(rest, ENCAPSULATION);
  return bytes;
}

function withHeader(payload: Uint8Array, header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + HEADER_BYTES);
  bytes.set(payload.subarray(0, ENCAPSULATION));
  bytes.set(header, ENCAPSULATION);
  bytes.set(payload.subarray(ENCAPSULATION), ENCAPSULATION + HEADER_BYTES);
  return bytes;
}
