import type { Clock } from "@delos/core";
import type { EndpointData } from "./endpoint-data.ts";
import type { Outlet } from "./outlet.ts";
import type { OwnParticipantData, ParticipantData } from "./participant-data.ts";
import type { RemoteParticipant, RemoteReader, RemoteWriter } from "./remote.ts";
import type { GuidPrefix } from "./wire/guid.ts";
import type { Locator } from "./wire/locator.ts";

/** What strangers can make a participant keep. */
export const ENGINE_LIMITS = {
  participants: 1000,
  /** Of them, such as have not answered yet: a flood of forgeries pushes out only itself. */
  unverified: 200,
  endpointsPerParticipant: 4096,
  addressesPerParticipant: 8,
  discoverySampleBytes: 1 << 20,
} as const;

export interface EngineOptions {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly announcement: Omit<OwnParticipantData, "prefix">;
  readonly prefix: GuidPrefix;
  /** Where announcements go besides to those who are known: the multicast group, configured peers. */
  readonly announceTo: readonly Locator[];
  readonly announceMs: number;
  /** Where this participant reaches itself. */
  readonly self: Locator;
  /** Whether the address is one of this host. */
  isLocal(address: string): boolean;
  /** Whether the address can be reached directly: in a subnet of one of our interfaces. */
  isNear(address: string): boolean;
  /** Largest message towards the address. */
  messageLimit(address: string): number;
  /** Largest message that goes there as one packet. */
  packetLimit(address: string): number;
  /** Participants that are not wanted: by name, by vendor. */
  wanted?(data: ParticipantData): boolean;
  readonly listener?: EngineListener;
}

/** What the engine tells of others; endpoints' own matches go to the endpoints. */
export interface EngineListener {
  participantFound?(participant: RemoteParticipant): void;
  /** It says other things of itself. */
  participantChanged?(participant: RemoteParticipant): void;
  participantLost?(participant: RemoteParticipant): void;
  /** Whether an endpoint elsewhere concerns nobody here: then it is not found. */
  ignores?(data: EndpointData, participant: RemoteParticipant): boolean;
  /** Before it is matched with local endpoints. */
  endpointFound?(endpoint: RemoteReader | RemoteWriter): void;
  /** It says other things of itself; before its pairs hear of it. */
  endpointChanged?(endpoint: RemoteReader | RemoteWriter): void;
  endpointLost?(endpoint: RemoteReader | RemoteWriter): void;
  /** A participant of Delos has told of its nodes. The bytes are valid until the call returns. */
  nodesTold?(participant: RemoteParticipant, payload: Uint8Array): void;
}
