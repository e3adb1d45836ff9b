import { hostname } from "node:os";
import process from "node:process";
import { DelosError, UsageError } from "@delos/core";
import type { Graph } from "@delos/runtime";
import type { NodeInfo } from "@delos/transport";
import { type Bus, isHidden, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, countOption, numberOption, positionals } from "../bus-options.ts";
import { parametersOf } from "../bus-parameters.ts";
import { line } from "../bus-text.ts";
import type { Command } from "../command.ts";

export const nodeCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "node list",
    usage: "node list [-a] [-c] [--json]",
    summary: "List the nodes on the bus",
    examples: ["delos node list"],
    options: {
      ...BUS_OPTIONS,
      all: { type: "boolean", short: "a" },
      "count-nodes": { type: "boolean", short: "c" },
    },
    optionHelp: {
      ...BUS_HELP,
      all: "Also nodes of which a part of the name begins with an underscore",
      "count-nodes": "Only how many there are",
    },
    async run(context) {
      positionals(context, this.usage);
      await using bus = await open(context, "auto");
      await bus.discovered();
      const all = context.values["all"] === true;
      const nodes = bus.graph.nodes.filter(({ name }) => all || !isHidden(name));
      if (context.json) line(context, { nodes: nodes.map(describe), count: nodes.length });
      else if (context.values["count-nodes"] === true) context.out.write(`${nodes.length}\n`);
      else context.out.write(nodes.map(({ name }) => `${name}\n`).join(""));
    },
  },
  {
    name: "node info",
    usage: "node info NODE [--json]",
    summary: "Show what a node publishes, subscribes to, serves and calls",
    examples: ["delos node info /talker"],
    options: { ...BUS_OPTIONS, "include-hidden": { type: "boolean" } },
    optionHelp: { ...BUS_HELP, "include-hidden": "Also hidden topics and services" },
    async run(context) {
      const [given] = positionals(context, this.usage, "NODE");
      await using bus = await open(context, "auto");
      const name = absolute(given!);
      const node = await find(bus, name);
      await bus.discovered();
      const info = infoOf(bus.graph, name, context.values["include-hidden"] === true);
      if (context.json) line(context, { ...describe(node), ...info });
      else {
        const lines = [name];
        for (const [title, list] of Object.entries(info)) {
          lines.push(`  ${TITLES[title]!}:`, ...list.map(({ name: each, type }) => `    ${each}: ${type ?? "?"}`));
        }
        context.out.write(`${lines.join("\n")}\n`);
      }
    },
  },
  {
    name: "node ping",
    usage: "node ping NODE [--count N] [--timeout S] [--json]",
    summary: "Ask a node for its parameters and measure how long the answer takes",
    description: "A node without parameters has no service that could answer: then it is only told that it is there.",
    examples: ["delos node ping /control --count 3"],
    options: { ...BUS_OPTIONS, count: { type: "string" }, timeout: { type: "string" } },
    optionHelp: {
      ...BUS_HELP,
      count: "How often (default: until Ctrl-C)",
      timeout: "Seconds to wait for an answer (default 3)",
    },
    async run(context) {
      const [given] = positionals(context, this.usage, "NODE");
      const count = countOption(context.values, "count") ?? Infinity;
      const timeoutMs = (numberOption(context.values, "timeout") ?? 3) * 1000;
      await using bus = await open(context, "auto");
      const name = absolute(given!);
      await find(bus, name);
      const parameters = await parametersOf(bus, name);
      for (let n = 1; n <= count; n++) {
        const before = bus.nowMs;
        await parameters.names({ timeoutMs, signal: context.signal });
        const ms = Number((bus.nowMs - before).toFixed(3));
        if (context.json) line(context, { node: name, sequence: n, time_ms: ms });
        else context.out.write(`answer of ${name}: sequence=${n} time=${ms} ms\n`);
        if (n < count) await bus.sleep(1000);
      }
    },
  },
  {
    name: "node kill",
    usage: "node kill NODE [--json]",
    summary: "End the process of a node on this host",
    description:
      "The process gets SIGTERM, with all nodes that it holds. Nodes of other hosts, and of peers that do not tell their process, cannot be ended from here.",
    examples: ["delos node kill /talker"],
    options: BUS_OPTIONS,
    optionHelp: BUS_HELP,
    async run(context) {
      const [given] = positionals(context, this.usage, "NODE");
      await using bus = await open(context, "auto");
      const name = absolute(given!);
      const { participant } = await find(bus, name);
      if (participant.host !== hostname() || participant.pid === undefined || participant.pid === process.pid) {
        throw new UsageError(`the process of ${name} is not one of this host that could be ended from here`);
      }
      const together = bus.graph.nodes
        .filter((node) => node.participant.pid === participant.pid)
        .map((node) => node.name);
      try {
        process.kill(participant.pid, "SIGTERM");
      } catch (cause) {
        throw new DelosError("BUS_NODE_KILL", `process ${participant.pid} of ${name} cannot be ended`, { cause });
      }
      if (context.json) line(context, { pid: participant.pid, nodes: together });
      else context.out.write(`process ${participant.pid} was asked to end: ${together.join(", ")}\n`);
    },
  },
];

export const commands: readonly Command[] = nodeCommands(openBus);

const absolute = (name: string): string => (name.startsWith("/") ? name : `/${name}`);

/** @throws {DelosError} BUS_NODE_UNKNOWN */
async function find(bus: Bus, name: string): Promise<NodeInfo> {
  const found = await bus.waitFor(() => bus.graph.nodes.find((node) => node.name === name));
  if (found !== undefined) return found;
  throw new DelosError("BUS_NODE_UNKNOWN", `there is no node ${name} on the bus; see: delos node list`, {
    details: { node: name },
  });
}

function describe({ name, participant }: NodeInfo): object {
  return {
    name,
    participant: participant.name,
    vendor: participant.vendor,
    ...(participant.host === undefined ? {} : { host: participant.host }),
    ...(participant.pid === undefined ? {} : { pid: participant.pid }),
    transports: participant.transports.map((transport) => transport.name),
  };
}

interface Part {
  readonly name: string;
  readonly type: string | undefined;
}

const TITLES: Readonly<Record<string, string>> = {
  subscribers: "Subscribers",
  publishers: "Publishers",
  service_servers: "Service Servers",
  service_clients: "Service Clients",
};

function infoOf(graph: Graph, node: string, hidden: boolean): Readonly<Record<string, readonly Part[]>> {
  const shown = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
    list.filter(({ name }) => hidden || !isHidden(name));
  const topics = (kind: "publications" | "subscriptions"): Part[] =>
    shown(graph.topics).flatMap((topic) => {
      const own = topic[kind].find((endpoint) => endpoint.node === node);
      return own === undefined ? [] : { name: topic.name, type: own.schema?.name ?? topic.schemas[0]?.name };
    });
  const services = (kind: "servers" | "clients"): Part[] =>
    shown(graph.services)
      .filter((service) => service[kind].some((endpoint) => endpoint.node === node))
      .map((service) => ({ name: service.name, type: service.request?.name.replace(/_Request$/, "") }));
  return {
    subscribers: topics("subscriptions"),
    publishers: topics("publications"),
    service_servers: services("servers"),
    service_clients: services("clients"),
  };
}
