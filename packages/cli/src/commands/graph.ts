import type { Graph } from "@delos/runtime";
import type { EndpointInfo } from "@delos/transport";
import { isHidden, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, positionals } from "../bus-options.ts";
import { line } from "../bus-text.ts";
import type { Command } from "../command.ts";

export const graphCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "graph",
    usage: "graph [--dot] [--include-hidden] [--json]",
    summary: "Show who is on the bus and who talks to whom, and why not",
    examples: ["delos graph", "delos graph --dot > bus.dot"],
    options: { ...BUS_OPTIONS, dot: { type: "boolean" }, "include-hidden": { type: "boolean" } },
    optionHelp: {
      ...BUS_HELP,
      dot: "As a drawing for Graphviz",
      "include-hidden": "Also what has a name with a part that begins with an underscore",
    },
    async run(context) {
      positionals(context, this.usage);
      await using bus = await open(context, "auto");
      await bus.discovered();
      const graph = visible(bus.graph, context.values["include-hidden"] === true);
      if (context.json) line(context, asJson(graph));
      else context.out.write(context.values["dot"] === true ? asDot(graph) : asText(graph));
    },
  },
];

export const commands: readonly Command[] = graphCommands(openBus);

function visible(graph: Graph, hidden: boolean): Graph {
  const shown = ({ name }: { readonly name: string }): boolean => hidden || !isHidden(name);
  return {
    participants: graph.participants,
    nodes: graph.nodes.filter(shown),
    topics: graph.topics.filter(shown),
    services: graph.services.filter(shown),
  };
}

const nameOf = (endpoint: EndpointInfo): string =>
  endpoint.node || endpoint.participant.name || endpoint.participant.id;
const names = (endpoints: readonly EndpointInfo[]): string[] => [...new Set(endpoints.map(nameOf))];

function asJson(graph: Graph): object {
  return {
    participants: graph.participants.map(({ id, name, host, pid, thread, vendor, transports }) => ({
      id,
      name,
      vendor,
      ...(host === undefined ? {} : { host }),
      ...(pid === undefined ? {} : { pid }),
      ...(thread === undefined ? {} : { thread }),
      transports,
    })),
    nodes: graph.nodes.map(({ name, participant }) => ({ name, participant: participant.id })),
    topics: graph.topics.map((topic) => ({
      name: topic.name,
      types: [...new Set(topic.schemas.map((schema) => schema.name))],
      publishers: names(topic.publications),
      subscribers: names(topic.subscriptions),
      connections: topic.connections.map(({ publication, subscription, transport, mismatches }) => ({
        from: nameOf(publication),
        to: nameOf(subscription),
        transport: transport ?? null,
        talks: mismatches.length === 0 && transport !== undefined,
        mismatches: mismatches.map(({ policy, offered, requested }) => ({ policy, offered, requested })),
      })),
    })),
    services: graph.services.map((service) => ({
      name: service.name,
      request: service.request?.name ?? null,
      response: service.response?.name ?? null,
      servers: names(service.servers),
      clients: names(service.clients),
    })),
  };
}

function asText(graph: Graph): string {
  const lines = [
    `${graph.participants.length} participants, ${graph.nodes.length} nodes, ${graph.topics.length} topics`,
  ];
  for (const { name, host, pid, vendor, id } of graph.participants) {
    const place = [host, pid === undefined ? undefined : `process ${pid}`]
      .filter((part) => part !== undefined)
      .join(", ");
    lines.push(`participant ${name || id} (${vendor}${place === "" ? "" : `; ${place}`})`);
    for (const node of graph.nodes) if (node.participant.id === id) lines.push(`  ${node.name}`);
  }
  for (const topic of graph.topics) {
    lines.push(`topic ${topic.name} [${topic.schemas.map((schema) => schema.name).join(", ")}]`);
    for (const name of names(topic.publications)) lines.push(`  ${name} ->`);
    for (const name of names(topic.subscriptions)) lines.push(`  -> ${name}`);
    for (const { publication, subscription, transport, mismatches } of topic.connections) {
      const why = mismatches.map(({ policy, offered, requested }) => `${policy} ${offered}, not ${requested}`);
      const pair = `${nameOf(publication)} -> ${nameOf(subscription)}`;
      lines.push(
        why.length > 0 ? `  ! ${pair}: ${why.join("; ")}` : `  ${pair} over ${transport ?? "nothing in common"}`,
      );
    }
  }
  for (const service of graph.services) {
    const [servers, clients] = [names(service.servers).join(", "), names(service.clients).join(", ")];
    lines.push(`service ${service.name}: ${servers || "no server"}${clients === "" ? "" : ` <- ${clients}`}`);
  }
  return `${lines.join("\n")}\n`;
}

function asDot(graph: Graph): string {
  const quote = (name: string): string => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;
  const topic = (name: string): string => quote(`topic ${name}`);
  const lines = ["digraph delos {", "  rankdir=LR;", "  node [shape=ellipse];"];
  for (const { name } of graph.nodes) lines.push(`  ${quote(name)};`);
  for (const { name, publications, subscriptions } of graph.topics) {
    lines.push(`  ${topic(name)} [shape=box, label=${quote(name)}];`);
    for (const from of names(publications)) lines.push(`  ${quote(from)} -> ${topic(name)};`);
    for (const to of names(subscriptions)) lines.push(`  ${topic(name)} -> ${quote(to)};`);
  }
  return `${lines.join("\n")}\n}\n`;
}
