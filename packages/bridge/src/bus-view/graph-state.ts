import { hostname } from "node:os";
import type { EndpointInfo, ParticipantInfo } from "@delos/transport";
import { type BusWatcher, isHiddenTopic, lostBy } from "../bus/bus-watcher.ts";
import type { ViewedBus } from "../viewers/viewed-bus.ts";
import type { GraphNode, GraphState } from "./messages.ts";

/** More than anybody reads, and no more than a page can draw. */
const MAX_TOPICS = 1000;
const MAX_LINKS = 4000;

/** Who is on the bus and who talks to whom, with the rates and losses measured here. `nowS`: bus time. */
export function graphState({ runtime }: ViewedBus, watcher: BusWatcher, nowS: number): GraphState {
  const { nodes, topics, services } = runtime.graph;
  const shown = topics.filter(({ name }) => !isHiddenTopic(name)).slice(0, MAX_TOPICS);
  return {
    nodes: nodes.map(({ name, participant }) => nodeOf(name, participant, runtime.participant)),
    topics: shown.map(({ name, schemas, publications, subscriptions }) => {
      const measured = watcher.topics.get(name);
      const rate = measured?.rate.read(nowS);
      return {
        name,
        type: schemas.map((schema) => schema.name).join(", "),
        encoding: schemas[0]?.messageEncoding ?? "",
        publishers: namesOf(publications),
        subscribers: namesOf(subscriptions),
        ...(measured === undefined || rate === undefined
          ? {}
          : { rateHz: rate.hz, bytesPerS: rate.bytesPerS, lost: lostBy(measured.subscription.stats) }),
      };
    }),
    links: shown
      .flatMap(({ name, connections }) =>
        connections.map(({ publication, subscription, transport, mismatches }) => ({
          topic: name,
          from: nameOf(publication),
          to: nameOf(subscription),
          transport: transport ?? "",
          mismatches: mismatches.map(({ explanation }) => explanation),
        })),
      )
      .slice(0, MAX_LINKS),
    services: services.map(({ name, request, servers, clients }) => ({
      name,
      type: request?.name.replace(/[._]?Request$/, "") ?? "",
      servers: namesOf(servers),
      clients: namesOf(clients),
    })),
  };
}

function nodeOf(name: string, participant: ParticipantInfo, own: ParticipantInfo): GraphNode {
  return { name, participant: participant.name, vendor: participant.vendor, place: placeOf(participant, own) };
}

/** As near as one can say. */
function placeOf({ host, pid, thread }: ParticipantInfo, own: ParticipantInfo): string {
  if (host === undefined) return "";
  if (host !== own.host) return "another machine";
  if (pid !== own.pid) return pid === undefined ? hostname() : `process ${pid}`;
  if (thread === own.thread) return "this thread";
  return thread === undefined ? `process ${pid}` : thread === 0 ? "main thread" : `thread ${thread}`;
}

const nameOf = ({ node, participant }: EndpointInfo): string => (node === "" ? participant.name : node);
const namesOf = (endpoints: readonly EndpointInfo[]): string[] => [...new Set(endpoints.map(nameOf))].sort();
