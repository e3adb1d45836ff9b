import type { MessageSchema } from "@delos/core";
import {
  type EndpointId,
  type EndpointInfo,
  endpointMismatches,
  type Mismatch,
  type NodeInfo,
  type ParticipantInfo,
  type Transport,
} from "@delos/transport";
import { serviceOfTopic } from "./service-topics.ts";
import type { TransportChoice } from "./transport-choice.ts";

/** A publication and a subscription of one topic, and whether they talk. */
export interface Connection {
  readonly publication: EndpointInfo;
  readonly subscription: EndpointInfo;
  /** Why they do not; empty when they do. */
  readonly mismatches: readonly Mismatch[];
  /** The transport that serves the pair, chosen by distance; undefined when they have none in common. */
  readonly transport: string | undefined;
}

export interface TopicGraph {
  readonly name: string;
  /** The types published, or else asked for: one in a healthy system. */
  readonly schemas: readonly MessageSchema[];
  readonly publications: readonly EndpointInfo[];
  readonly subscriptions: readonly EndpointInfo[];
  readonly connections: readonly Connection[];
}

export interface ServiceGraph {
  readonly name: string;
  readonly request: MessageSchema | undefined;
  readonly response: MessageSchema | undefined;
  readonly servers: readonly EndpointInfo[];
  readonly clients: readonly EndpointInfo[];
}

/** Who is on the bus and who talks to whom, as known here at one moment. Sorted by name. */
export interface Graph {
  readonly participants: readonly ParticipantInfo[];
  readonly nodes: readonly NodeInfo[];
  readonly topics: readonly TopicGraph[];
  readonly services: readonly ServiceGraph[];
}

export function graphOf(transports: readonly Transport[], choice: TransportChoice): Graph {
  const participants = new Map<string, ParticipantInfo>();
  const nodes = new Map<string, NodeInfo>();
  const endpoints = new Map<EndpointId, EndpointInfo>();
  for (const { discovery } of transports) {
    for (const [id, participant] of discovery.participants) participants.set(id, participant);
    for (const [key, node] of discovery.nodes) nodes.set(key, node);
    for (const [id, endpoint] of discovery.endpoints) endpoints.set(id, endpoint);
  }
  const byTopic = new Map<string, EndpointInfo[]>();
  for (const endpoint of endpoints.values()) {
    const others = byTopic.get(endpoint.topic);
    if (others === undefined) byTopic.set(endpoint.topic, [endpoint]);
    else others.push(endpoint);
  }
  const topics = [...byTopic].map(([name, list]) => topicGraph(name, list, choice)).sort(byName);
  return {
    participants: [...participants.values()].sort(byName),
    nodes: [...nodes.values()].sort(byName),
    topics: topics.filter((topic) => serviceOfTopic(topic.name) === undefined),
    services: serviceGraphs(topics),
  };
}

function topicGraph(name: string, endpoints: readonly EndpointInfo[], choice: TransportChoice): TopicGraph {
  const publications = endpoints.filter((endpoint) => endpoint.kind === "publication");
  const subscriptions = endpoints.filter((endpoint) => endpoint.kind === "subscription");
  const typed = publications.length > 0 ? publications : subscriptions;
  const schemas = new Map(typed.map(({ schema }) => [`${schema?.name} ${schema?.messageEncoding}`, schema]));
  return {
    name,
    schemas: [...schemas.values()].filter((schema) => schema !== undefined),
    publications,
    subscriptions,
    connections: publications.flatMap((publication) =>
      subscriptions.map((subscription) => ({
        publication,
        subscription,
        mismatches: endpointMismatches(publication, subscription),
        transport: choice.between(publication.participant, subscription.participant)?.name,
      })),
    ),
  };
}

/** Servers listen for requests, clients for answers. */
function serviceGraphs(topics: readonly TopicGraph[]): ServiceGraph[] {
  const services = new Map<string, { request?: TopicGraph; response?: TopicGraph }>();
  for (const topic of topics) {
    const found = serviceOfTopic(topic.name);
    if (found === undefined) continue;
    services.set(found.service, { ...services.get(found.service), [found.part]: topic });
  }
  return [...services].map(([name, { request, response }]) => ({
    name,
    request: request?.schemas[0],
    response: response?.schemas[0],
    servers: request?.subscriptions ?? [],
    clients: response?.subscriptions ?? [],
  }));
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
