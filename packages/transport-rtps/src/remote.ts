import type { EndpointData } from "./endpoint-data.ts";
import { LateMap } from "./late-map.ts";
import type { Packer } from "./packer.ts";
import type { ParticipantData } from "./participant-data.ts";
import type { ReaderProxy } from "./reader-proxy.ts";
import { bytesOfHex, type GuidPrefix } from "./wire/guid.ts";
import type { WriterProxy } from "./writer-proxy.ts";

/** A participant that was discovered, with what this side knows of its endpoints. */
export class RemoteParticipant {
  readonly prefix: GuidPrefix;
  readonly prefixBytes: Uint8Array;
  data: ParticipantData;
  /** Where its built-in endpoints and its user endpoints are reached. */
  metatraffic: Packer | undefined;
  userTraffic: Packer | undefined;
  readonly writers: Map<number, RemoteWriter> = new Map();
  readonly readers: Map<number, RemoteReader> = new Map();
  /** Addresses that it was heard from: only from these it may say goodbye. */
  readonly addresses: Set<string> = new Set();
  lastHeardMs: number;
  /** Bytes heard minus bytes sent to it; below zero nothing is sent until it has shown that it hears us. */
  credit = 0;
  verified = false;
  /** It is being told of us, again and again. */
  greeted = false;
  /** It is this participant itself. */
  isSelf = false;
  /** When it is told of us again. */
  greetingAlarm: Disposable | undefined;
  /** Sequence number of its announcement. */
  announcementSn = 0;

  constructor(data: ParticipantData, nowMs: number) {
    this.prefix = data.prefix;
    this.prefixBytes = bytesOfHex(data.prefix);
    this.data = data;
    this.lastHeardMs = nowMs;
  }
}

/** A writer elsewhere, built-in or the user's, and this side's readers that listen to it. */
export class RemoteWriter {
  readonly participant: RemoteParticipant;
  readonly entityId: number;
  /** Undefined for built-in endpoints. */
  data: EndpointData | undefined;
  /** Replaced, never changed while it is walked through. */
  links: readonly WriterProxy[] = [];

  constructor(participant: RemoteParticipant, entityId: number, data?: EndpointData) {
    this.participant = participant;
    this.entityId = entityId;
    this.data = data;
  }
}

/** What a reader elsewhere wants of one of our writers: that it serves it, or lets go of it. */
export interface Pairing {
  /** Of its requests; a higher one is newer. */
  readonly count: number;
  readonly attached: boolean;
}

/** A reader elsewhere, and this side's writers that serve it. */
export class RemoteReader {
  readonly participant: RemoteParticipant;
  readonly entityId: number;
  data: EndpointData | undefined;
  readonly links: LateMap<number, ReaderProxy> = new LateMap();
  /** The last change of pairing that it asked each writer for. */
  readonly pairings: LateMap<number, Pairing> = new LateMap();

  constructor(participant: RemoteParticipant, entityId: number, data?: EndpointData) {
    this.participant = participant;
    this.entityId = entityId;
    this.data = data;
  }
}
