import { DelosError } from "@delos/core";
import type { Connection, TopicGraph } from "@delos/runtime";
import type { EndpointInfo, Qos } from "@delos/transport";
import { isHidden, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, positionals } from "../bus-options.ts";
import { columns, line } from "../bus-text.ts";
import { rosType } from "../bus-types.ts";
import type { Command, CommandContext } from "../command.ts";
import { echoCommand } from "./topic-echo.ts";
import { pubCommand } from "./topic-pub.ts";
import { rateCommands } from "./topic-rates.ts";

const HIDDEN = { "include-hidden-topics": { type: "boolean" } } as const;
const HIDDEN_HELP = { "include-hidden-topics": "Also topics of which a part begins with an underscore" } as const;

export const topicCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "topic list",
    usage: "topic list [-t] [-c] [-v] [--include-hidden-topics] [--json]",
    summary: "List the topics on the bus",
    examples: ["delos topic list -t"],
    options: {
      ...BUS_OPTIONS,
      ...HIDDEN,
      "show-types": { type: "boolean", short: "t" },
      "count-topics": { type: "boolean", short: "c" },
      verbose: { type: "boolean", short: "v" },
    },
    optionHelp: {
      ...BUS_HELP,
      ...HIDDEN_HELP,
      "show-types": "With their types",
      "count-topics": "Only how many there are",
      verbose: "With their types and the numbers of publishers and subscribers",
    },
    async run(context) {
      positionals(context, this.usage);
      const topics = await topicsOf(context, open);
      const { values } = context;
      if (values["count-topics"] === true) {
        if (context.json) line(context, { count: topics.length });
        else context.out.write(`${topics.length}\n`);
      } else if (context.json) line(context, { topics: topics.map(summaryOf) });
      else if (values["verbose"] === true) {
        const rows = topics.map((topic) => [
          topic.name,
          `[${typesOf(topic).join(", ")}]`,
          `${topic.publications.length} publishers`,
          `${topic.subscriptions.length} subscribers`,
        ]);
        context.out.write(columns(rows));
      } else {
        const types = values["show-types"] === true;
        for (const topic of topics) {
          context.out.write(`${topic.name}${types ? ` [${typesOf(topic).join(", ")}]` : ""}\n`);
        }
      }
    },
  },
  {
    name: "topic info",
    usage: "topic info TOPIC [-v] [--json]",
    summary: "Show who publishes and subscribes to a topic, with QoS, and who talks to whom over which transport",
    examples: ["delos topic info /chatter -v"],
    options: { ...BUS_OPTIONS, verbose: { type: "boolean", short: "v" } },
    optionHelp: { ...BUS_HELP, verbose: "Every endpoint with its node, place and QoS, and every pair" },
    async run(context) {
      const [name] = positionals(context, this.usage, "TOPIC");
      await using bus = await open(context, "auto");
      if ((await bus.waitFor(() => bus.topicMeant(name!))) === undefined) unknownTopic(name!);
      await bus.discovered();
      const topic = bus.topicMeant(name!) ?? unknownTopic(name!);
      if (context.json) line(context, infoOf(topic));
      else context.out.write(infoText(topic, context.values["verbose"] === true));
    },
  },
  {
    name: "topic type",
    usage: "topic type TOPIC [--json]",
    summary: "Print the type of a topic",
    examples: ["delos topic type /chatter"],
    options: BUS_OPTIONS,
    optionHelp: BUS_HELP,
    async run(context) {
      const [name] = positionals(context, this.usage, "TOPIC");
      await using bus = await open(context, "auto");
      const topic = (await bus.waitFor(() => withType(bus.topicMeant(name!)))) ?? unknownTopic(name!);
      if (context.json) line(context, { topic: topic.name, types: typesOf(topic) });
      else context.out.write(`${typesOf(topic).join("\n")}\n`);
    },
  },
  {
    name: "topic find",
    usage: "topic find TYPE [-c] [--include-hidden-topics] [--json]",
    summary: "List the topics of a type",
    examples: ["delos topic find std_msgs/msg/String"],
    options: { ...BUS_OPTIONS, ...HIDDEN, "count-topics": { type: "boolean", short: "c" } },
    optionHelp: { ...BUS_HELP, ...HIDDEN_HELP, "count-topics": "Only how many there are" },
    async run(context) {
      const [type] = positionals(context, this.usage, "TYPE");
      const wanted = new Set([type!, rosType(type!)]);
      const found = (await topicsOf(context, open)).filter((topic) => typesOf(topic).some((each) => wanted.has(each)));
      if (context.json) line(context, { type, topics: found.map(({ name }) => name), count: found.length });
      else if (context.values["count-topics"] === true) context.out.write(`${found.length}\n`);
      else context.out.write(found.map(({ name }) => `${name}\n`).join(""));
    },
  },
  echoCommand(open),
  ...rateCommands(open),
  pubCommand(open),
];

export const commands: readonly Command[] = topicCommands(openBus);

async function topicsOf(context: CommandContext, open: OpenBus): Promise<readonly TopicGraph[]> {
  await using bus = await open(context, "auto");
  await bus.discovered();
  const hidden = context.values["include-hidden-topics"] === true;
  return bus.graph.topics.filter(({ name }) => hidden || !isHidden(name));
}

const withType = (topic: TopicGraph | undefined): TopicGraph | undefined =>
  topic !== undefined && topic.schemas.length > 0 ? topic : undefined;

function unknownTopic(name: string): never {
  throw new DelosError(
    "BUS_TOPIC_UNKNOWN",
    `nobody on the bus publishes or subscribes to ${name}; see: delos topic list`,
    {
      details: { topic: name },
    },
  );
}

const typesOf = (topic: TopicGraph): string[] => [...new Set(topic.schemas.map(({ name }) => name))];

function summaryOf(topic: TopicGraph): object {
  const types = typesOf(topic);
  return {
    name: topic.name,
    type: types[0] ?? null,
    types,
    publishers: topic.publications.length,
    subscribers: topic.subscriptions.length,
  };
}

/** One endpoint as data. */
function endpointOf(endpoint: EndpointInfo): object {
  const { participant, schema, qos } = endpoint;
  return {
    id: endpoint.id,
    node: endpoint.node,
    type: schema?.name ?? null,
    encoding: schema?.messageEncoding ?? null,
    ...(endpoint.typeHash === undefined ? {} : { type_hash: endpoint.typeHash }),
    participant: participant.name,
    vendor: participant.vendor,
    ...(participant.host === undefined ? {} : { host: participant.host }),
    ...(participant.pid === undefined ? {} : { pid: participant.pid }),
    ...(participant.thread === undefined ? {} : { thread: participant.thread }),
    transports: participant.transports.map(({ name }) => name),
    qos: qosOf(qos),
  };
}

/** In the words of DDS; times in ms, endless ones as null. */
function qosOf(qos: Qos): object {
  const ms = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    reliability: qos.reliability,
    durability: qos.durability,
    history: qos.history,
    depth: qos.depth,
    deadline_ms: ms(qos.deadlineMs),
    lifespan_ms: ms(qos.lifespanMs),
    liveliness: qos.liveliness,
    liveliness_lease_ms: ms(qos.livelinessLeaseMs),
    ownership: qos.ownership,
    partition: qos.partition,
  };
}

function connectionOf({ publication, subscription, mismatches, transport }: Connection): object {
  return {
    publication: publication.id,
    subscription: subscription.id,
    from: nameOf(publication),
    to: nameOf(subscription),
    transport: transport ?? null,
    talks: mismatches.length === 0 && transport !== undefined,
    mismatches: mismatches.map(({ policy, offered, requested, explanation }) => ({
      policy,
      offered,
      requested,
      explanation,
    })),
  };
}

function infoOf(topic: TopicGraph): object {
  return {
    ...summaryOf(topic),
    topic: topic.name,
    publications: topic.publications.map(endpointOf),
    subscriptions: topic.subscriptions.map(endpointOf),
    connections: topic.connections.map(connectionOf),
  };
}

const nameOf = (endpoint: EndpointInfo): string => endpoint.node || endpoint.participant.name || endpoint.id;

function infoText(topic: TopicGraph, verbose: boolean): string {
  const lines = [
    `Type: ${typesOf(topic).join(", ") || "(none told)"}`,
    `Publisher count: ${topic.publications.length}`,
    `Subscription count: ${topic.subscriptions.length}`,
  ];
  for (const { publication, subscription, transport, mismatches } of topic.connections) {
    const how = mismatches.length === 0 ? (transport ?? "no transport in common") : "do not match";
    lines.push(`${nameOf(publication)} -> ${nameOf(subscription)}: ${how}`);
    for (const { explanation } of mismatches) lines.push(`  ${explanation}`);
  }
  if (verbose) {
    for (const endpoint of [...topic.publications, ...topic.subscriptions]) lines.push("", ...endpointText(endpoint));
  }
  return `${lines.join("\n")}\n`;
}

function endpointText(endpoint: EndpointInfo): string[] {
  const { participant, qos } = endpoint;
  const place = [participant.host, participant.pid === undefined ? undefined : `process ${participant.pid}`]
    .filter((part) => part !== undefined)
    .join(", ");
  const history = qos.history === "keep_all" ? "keep_all" : `keep_last (${qos.depth})`;
  return [
    `Node name: ${endpoint.node || "(not told)"}`,
    `Topic type: ${endpoint.schema?.name ?? "any"}`,
    ...(endpoint.typeHash === undefined ? [] : [`Topic type hash: ${endpoint.typeHash}`]),
    `Endpoint type: ${endpoint.kind === "publication" ? "PUBLISHER" : "SUBSCRIPTION"}`,
    `GID: ${endpoint.id.replaceAll(/..(?=.)/g, "$&.")}`,
    `Participant: ${participant.name || participant.id} (${participant.vendor}${place === "" ? "" : `; ${place}`})`,
    "QoS profile:",
    `  Reliability: ${qos.reliability}`,
    `  History (Depth): ${history}`,
    `  Durability: ${qos.durability}`,
    `  Lifespan: ${duration(qos.lifespanMs)}`,
    `  Deadline: ${duration(qos.deadlineMs)}`,
    `  Liveliness: ${qos.liveliness}`,
    `  Liveliness lease duration: ${duration(qos.livelinessLeaseMs)}`,
  ];
}

const duration = (ms: number): string => (Number.isFinite(ms) ? `${ms} ms` : "infinite");
