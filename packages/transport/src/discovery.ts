import { type EventMap, Events } from "@delos/core";
import type { EndpointId, EndpointInfo, NodeInfo, ParticipantId, ParticipantInfo } from "./endpoint.ts";

export interface DiscoveryEvents extends EventMap {
  participantJoined: ParticipantInfo;
  participantLeft: ParticipantInfo;
  /** It is reached in other ways than before. */
  participantRenewed: ParticipantInfo;
  nodeJoined: NodeInfo;
  nodeLeft: NodeInfo;
  endpointJoined: EndpointInfo;
  endpointLeft: EndpointInfo;
}

/** Who is on the bus, own participant included, and every change of it. */
export interface Discovery {
  readonly participants: ReadonlyMap<ParticipantId, ParticipantInfo>;
  /** By `participant id + node name`. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  readonly endpoints: ReadonlyMap<EndpointId, EndpointInfo>;
  readonly events: Events<DiscoveryEvents>;
}

/** What a transport keeps of the others. Adding what is known and removing what is not are no changes. */
export class DiscoveryTable implements Discovery {
  readonly participants: Map<ParticipantId, ParticipantInfo> = new Map();
  readonly nodes: Map<string, NodeInfo> = new Map();
  readonly endpoints: Map<EndpointId, EndpointInfo> = new Map();
  readonly events: Events<DiscoveryEvents> = new Events();

  addParticipant(participant: ParticipantInfo): void {
    if (this.participants.has(participant.id)) return;
    this.participants.set(participant.id, participant);
    this.events.emit("participantJoined", participant);
  }

  /** What a participant says of itself has changed. */
  renewParticipant(participant: ParticipantInfo): void {
    if (!this.participants.has(participant.id)) return;
    this.participants.set(participant.id, participant);
    this.events.emit("participantRenewed", participant);
  }

  /** Everything of the participant leaves with it: endpoints first, then nodes. */
  removeParticipant(id: ParticipantId): void {
    for (const endpoint of Array.from(this.endpoints.values())) {
      if (endpoint.participant.id === id) this.removeEndpoint(endpoint.id);
    }
    for (const node of Array.from(this.nodes.values())) if (node.participant.id === id) this.removeNode(node);
    const participant = this.participants.get(id);
    if (participant === undefined) return;
    this.participants.delete(id);
    this.events.emit("participantLeft", participant);
  }

  addNode(node: NodeInfo): void {
    const key = nodeKey(node);
    if (this.nodes.has(key)) return;
    this.nodes.set(key, node);
    this.events.emit("nodeJoined", node);
  }

  removeNode(node: NodeInfo): void {
    if (this.nodes.delete(nodeKey(node))) this.events.emit("nodeLeft", node);
  }

  addEndpoint(endpoint: EndpointInfo): void {
    if (this.endpoints.has(endpoint.id)) return;
    this.endpoints.set(endpoint.id, endpoint);
    this.events.emit("endpointJoined", endpoint);
  }

  removeEndpoint(id: EndpointId): void {
    const endpoint = this.endpoints.get(id);
    if (endpoint === undefined) return;
    this.endpoints.delete(id);
    this.events.emit("endpointLeft", endpoint);
  }
}

const nodeKey = (node: NodeInfo): string => `${node.participant.id} ${node.name}`;
