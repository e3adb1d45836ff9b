import type { DiscoveryTable, EndpointId, EndpointInfo, ParticipantId, ParticipantInfo } from "@delos/transport";
import type { RingMemory } from "sharedarraybuffer-ring";

/** What stands for memory on its way to others: a SharedArrayBuffer between threads, a file's name between processes. */
export type SegmentHandle = SharedArrayBuffer | { readonly file: string };

/** The shared memory of a publication: its ring of records, and the pool of its large payloads once there is one. */
export interface Segments {
  readonly log: SegmentHandle;
  readonly pin: { readonly generation: number; readonly buffer: SegmentHandle } | undefined;
}

export interface EndpointEntry {
  readonly info: EndpointInfo;
  /** Of publications, once they have any. */
  readonly segments: Segments | undefined;
}

/** Where rings are put, and how others get at them. */
export interface SegmentMemory {
  /** Memory costs more than its use here: a publication asks for it when somebody wants to read, not before. */
  readonly onDemand: boolean;
  /** Zeroed memory of at least `bytes`. @throws {DelosError} with a code that begins with `SHM_` when there is none */
  create(bytes: number): Segment;
  /** Memory that another made. @throws {DelosError} `SHM_…` when it is not what its handle says */
  attach(handle: SegmentHandle): RingMemory;
}

export interface Segment {
  readonly memory: RingMemory;
  readonly handle: SegmentHandle;
  /** Nobody new will attach: its name may go. Those who have it keep it. */
  retire(): void;
}

/** A sample of a publication's history, for a subscription that came late. */
export interface HistorySample {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly sourceTimeNs: bigint;
  readonly extras: Uint8Array | undefined;
}

/** What endpoints tell each other, from event loop to event loop. Samples never travel this way, but for history. */
export type EndpointMessage =
  | { readonly kind: "endpoint"; readonly from: ParticipantInfo; readonly entry: EndpointEntry }
  | { readonly kind: "endpointLeft"; readonly from: ParticipantInfo; readonly id: EndpointId }
  | {
      readonly kind: "segment";
      readonly writer: EndpointId;
      readonly generation: number;
      readonly buffer: SegmentHandle;
    }
  | { readonly kind: "segmentAttached"; readonly writer: EndpointId; readonly reader: EndpointId }
  | {
      readonly kind: "attached";
      readonly writer: EndpointId;
      readonly reader: EndpointId;
      readonly wantsHistory: boolean;
    }
  | { readonly kind: "detached"; readonly writer: EndpointId; readonly reader: EndpointId }
  | { readonly kind: "renewed"; readonly from: ParticipantInfo }
  | {
      readonly kind: "history";
      readonly writer: EndpointId;
      readonly reader: EndpointId;
      readonly samples: readonly HistorySample[];
      readonly last: number;
    }
  | { readonly kind: "alive"; readonly writer: EndpointId; readonly alive: boolean }
  | { readonly kind: "confirm"; readonly writer: EndpointId; readonly reader: EndpointId; readonly written: number }
  | { readonly kind: "confirmed"; readonly writer: EndpointId; readonly reader: EndpointId; readonly written: number };

/** How participants that share memory find each other and talk about it. Between threads and between processes alike. */
export interface EndpointBus {
  readonly discovery: DiscoveryTable;
  readonly entries: ReadonlyMap<EndpointId, EndpointEntry>;
  readonly memory: SegmentMemory;
  /** Keeps the thread alive while an answer of others is awaited: the bus alone does not. Dispose to let go. */
  hold(): Disposable;
  /** Tells everybody whom it concerns, this participant included: its own endpoints find each other in the same way. */
  send(message: EndpointMessage): void;
  /** `entry` is asked again for each participant that comes, and when it is announced again. */
  addEndpoint(id: EndpointId, entry: () => EndpointEntry): void;
  /** Tells that an own endpoint's entry has changed. */
  renewEndpoint(id: EndpointId): void;
  removeEndpoint(id: EndpointId): void;
  addNode(name: string): void;
  removeNode(name: string): void;
  /** Whether the participant behind a place in a ring is still there: see `ownerOf`. */
  isOwnerAlive(owner: number): boolean;
  /** Another transport has found a participant that this bus reaches. */
  meet?(participant: ParticipantId): void;
  close(): void | Promise<void>;
}

/** A participant as the rings know it: 31 bits of its random id, not 0. */
export function ownerOf(participant: ParticipantId): number {
  return (Number.parseInt(participant.slice(0, 8), 16) >>> 1) | 1;
}
