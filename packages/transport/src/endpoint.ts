import type { MessageSchema } from "@delos/core";
import type { Qos } from "./qos.ts";

/** 24 lower-case hex digits: the 12 bytes of an RTPS GUID prefix (DDSI-RTPS 2.3 §9.3.1.5). */
export type ParticipantId = string;

/** 32 lower-case hex digits: an RTPS GUID, the participant's id followed by the 4 bytes of the entity id (§9.3.1.2). */
export type EndpointId = string;

export type EndpointKind = "publication" | "subscription";

/** How far a transport reaches, nearest first. */
export type Reach = "thread" | "process" | "host" | "network";

/** A way to reach a participant: two participants with an equal entry can talk that way. */
export interface TransportAddress {
  /** `inprocess`, `shm`, `rtps`. */
  readonly name: string;
  readonly reach: Reach;
  /** What separates two buses of one kind: a bus' own id, a DDS domain. */
  readonly domain: string;
}

/** One runtime, or one foreign DDS participant. */
export interface ParticipantInfo {
  readonly id: ParticipantId;
  readonly name: string;
  /** Identifies the machine; undefined for foreign participants that do not say. */
  readonly host: string | undefined;
  readonly pid: number | undefined;
  /** 0 is the main thread. */
  readonly thread: number | undefined;
  readonly transports: readonly TransportAddress[];
  /** `delos`, or the name of the DDS vendor. */
  readonly vendor: string;
}

export interface NodeInfo {
  readonly participant: ParticipantInfo;
  /** Absolute, with namespace: `/perception/camera`. */
  readonly name: string;
}

/** A publication or subscription as everybody on the bus can see it (law 6: with its schema). */
export interface EndpointInfo {
  readonly id: EndpointId;
  readonly kind: EndpointKind;
  readonly participant: ParticipantInfo;
  /** The node's name; empty when a foreign peer does not say. */
  readonly node: string;
  readonly topic: string;
  /** Undefined for a subscription that takes any type. */
  readonly schema: MessageSchema | undefined;
  readonly qos: Qos;
  /** ROS 2's hash of the type, where the peer tells one (Iron and later): `RIHS01_` and 64 hex digits. */
  readonly typeHash?: string;
}

/**
 * The id of a participant's n-th endpoint. The last byte is the RTPS entity kind (§9.3.1.2, table 9.1): user-defined
 * writer 0x03 or reader 0x04 without key.
 */
export function endpointId(participant: ParticipantId, n: number, kind: EndpointKind): EndpointId {
  return `${participant}${n.toString(16).padStart(6, "0")}${kind === "publication" ? "03" : "04"}`;
}

export type Distance = Reach;

/** How far two participants are apart. A participant that does not say where it is may be anywhere. */
export function distance(a: ParticipantInfo, b: ParticipantInfo): Distance {
  if (a.host === undefined || a.host !== b.host) return "network";
  if (a.pid === undefined || a.pid !== b.pid) return "host";
  return a.thread === undefined || a.thread !== b.thread ? "process" : "thread";
}

const REACHES: readonly Reach[] = ["thread", "process", "host", "network"];

/**
 * The transport two participants use: the one with the shortest reach that both have and that spans their distance.
 * A pure function of what both announce, so that both sides choose the same without asking. Undefined: they cannot talk.
 */
export function nearestTransport(a: ParticipantInfo, b: ParticipantInfo): TransportAddress | undefined {
  const needed = REACHES.indexOf(distance(a, b));
  return a.transports
    .filter((ours) => REACHES.indexOf(ours.reach) >= needed)
    .filter((ours) => b.transports.some((theirs) => theirs.name === ours.name && theirs.domain === ours.domain))
    .sort((x, y) => REACHES.indexOf(x.reach) - REACHES.indexOf(y.reach) || (x.name < y.name ? -1 : 1))[0];
}
