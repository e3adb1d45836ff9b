import { messageCodecs } from "@delos/bag";
import { DelosError, type MessageCodec, type MessageSchema } from "@delos/core";
import { type Service, type ServiceGraph, service as serviceOf, serviceTopics } from "@delos/runtime";
import type { EndpointInfo, Sample } from "@delos/transport";
import { codecFor, idlSchema, ros2Schema } from "@delos/wire";
import { type Bus, isHidden, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, countOption, numberOption, positionals, text } from "../bus-options.ts";
import { rosService } from "../bus-parameters.ts";
import { columns, fromYaml, line, toYaml, withIntegers } from "../bus-text.ts";
import { idlOf, rosType } from "../bus-types.ts";
import type { Command, CommandContext } from "../command.ts";
import { rosFile, rosParts } from "../ros-files.ts";
import { messageOf } from "./topic-pub.ts";

/** Where the fields of a service come from that is not a standard one. */
const FIELDS_OPTIONS = { cdr: { type: "string" }, srv: { type: "string" } } as const;
const FIELDS_HELP = {
  cdr: "The fields of request and response in IDL, with --- between them",
  srv: "The .srv file of ROS 2, or its text; types of its members are looked for beside it",
} as const;

export const serviceCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "service list",
    usage: "service list [-t] [-c] [--json]",
    summary: "List the services on the bus",
    examples: ["delos service list -t"],
    options: {
      ...BUS_OPTIONS,
      "show-types": { type: "boolean", short: "t" },
      "count-services": { type: "boolean", short: "c" },
      "include-hidden-services": { type: "boolean" },
    },
    optionHelp: {
      ...BUS_HELP,
      "show-types": "With their types",
      "count-services": "Only how many there are",
      "include-hidden-services": "Also services of which a part begins with an underscore",
    },
    async run(context) {
      positionals(context, this.usage);
      await using bus = await open(context, "auto");
      await bus.discovered();
      const hidden = context.values["include-hidden-services"] === true;
      const services = bus.graph.services.filter(({ name }) => hidden || !isHidden(name));
      if (context.json) line(context, { services: services.map(describe), count: services.length });
      else if (context.values["count-services"] === true) context.out.write(`${services.length}\n`);
      else {
        const types = context.values["show-types"] === true;
        context.out.write(columns(services.map((each) => [each.name, ...(types ? [`[${typeOf(each) ?? "?"}]`] : [])])));
      }
    },
  },
  {
    name: "service type",
    usage: "service type SERVICE [--json]",
    summary: "Print the type of a service",
    examples: ["delos service type /add_two_ints"],
    options: BUS_OPTIONS,
    optionHelp: BUS_HELP,
    async run(context) {
      const [name] = positionals(context, this.usage, "SERVICE");
      await using bus = await open(context, "auto");
      const found = await find(bus, name!);
      if (context.json) line(context, describe(found));
      else context.out.write(`${typeOf(found) ?? `${found.request?.name} -> ${found.response?.name}`}\n`);
    },
  },
  {
    name: "service find",
    usage: "service find TYPE [-c] [--json]",
    summary: "List the services of a type",
    examples: ["delos service find example_interfaces/srv/AddTwoInts"],
    options: {
      ...BUS_OPTIONS,
      "count-services": { type: "boolean", short: "c" },
      "include-hidden-services": { type: "boolean" },
    },
    optionHelp: {
      ...BUS_HELP,
      "count-services": "Only how many there are",
      "include-hidden-services": "Also services of which a part begins with an underscore",
    },
    async run(context) {
      const [type] = positionals(context, this.usage, "TYPE");
      await using bus = await open(context, "auto");
      await bus.discovered();
      const hidden = context.values["include-hidden-services"] === true;
      const wanted = new Set([type!, rosType(type!, "srv")]);
      const names = bus.graph.services
        .filter((each) => (hidden || !isHidden(each.name)) && wanted.has(typeOf(each) ?? ""))
        .map(({ name }) => name);
      if (context.json) line(context, { type, services: names, count: names.length });
      else if (context.values["count-services"] === true) context.out.write(`${names.length}\n`);
      else context.out.write(names.map((name) => `${name}\n`).join(""));
    },
  },
  {
    name: "service info",
    usage: "service info SERVICE [--json]",
    summary: "Show the type of a service, and who serves and who calls it",
    examples: ["delos service info /add_two_ints"],
    options: BUS_OPTIONS,
    optionHelp: BUS_HELP,
    async run(context) {
      const [name] = positionals(context, this.usage, "SERVICE");
      await using bus = await open(context, "auto");
      const { name: full } = await find(bus, name!);
      await bus.discovered();
      const found = bus.graph.services.find((each) => each.name === full) ?? (await find(bus, name!));
      const who = (endpoints: readonly EndpointInfo[]): string[] =>
        endpoints.map(({ node, participant }) => node || participant.name || participant.id).sort();
      const [servers, clients] = [who(found.servers), who(found.clients)];
      if (context.json) line(context, { ...describe(found), server_nodes: servers, client_nodes: clients });
      else {
        const list = (names: readonly string[]): string => names.map((each) => `  ${each}\n`).join("");
        context.out.write(`Type: ${typeOf(found) ?? "(none told)"}\n`);
        context.out.write(`Servers: ${servers.length}\n${list(servers)}Clients: ${clients.length}\n${list(clients)}`);
      }
    },
  },
  {
    name: "service echo",
    usage: "service echo SERVICE [TYPE] [--srv FILE | --cdr 'REQUEST --- RESPONSE'] [--count N] [--json]",
    summary: "Print the requests and answers of a service as they go by",
    description: `
Listens to the service's own topics, so that neither side has to do anything for it (ros2's needs introspection switched on).`,
    examples: ["delos service echo /add_two_ints"],
    options: { ...BUS_OPTIONS, ...FIELDS_OPTIONS, count: { type: "string", short: "n" } },
    optionHelp: {
      ...BUS_HELP,
      ...FIELDS_HELP,
      count: "End after so many requests and answers",
    },
    async run(context) {
      const [name, type] = positionals(context, this.usage, "SERVICE", "TYPE?");
      let left = countOption(context.values, "count") ?? Infinity;
      await using bus = await open(context, "auto");
      const service = await resolve(context, bus, name!, type);
      const topics = serviceTopics(service);
      const over = new AbortController();
      const clients = new Map<string, string>();
      const show = (event: "request" | "response", codec: MessageCodec, sample: Sample): void => {
        if (left <= 0) return;
        const { related, attributes } = sample.extras ?? {};
        const { publisher, sequence } = event === "request" ? sample : (related ?? sample);
        // A request may name who waits for the answer, and the answer may go to that one's name.
        if (event === "request" && related !== undefined) clients.set(related.publisher, publisher);
        const client = clients.get(publisher) ?? publisher;
        const failed = attributes?.["error"];
        const body = failed === undefined ? { message: codec.toJSON(sample.message) } : { error: failed };
        if (context.json) line(context, { service: name, event, client, sequence, ...body });
        else context.out.write(`${event} ${sequence} of ${client}:\n${toYaml(body)}---\n`);
        if (--left === 0) over.abort();
      };
      bus.node.subscribe(topics.request).on((sample) => show("request", service.request, sample));
      bus.node.subscribe(topics.response).on((sample) => show("response", service.response, sample));
      const signal = AbortSignal.any([context.signal, over.signal]);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      context.signal.throwIfAborted();
    },
  },
  {
    name: "service call",
    usage:
      "service call SERVICE [TYPE] [VALUE] [--srv FILE | --cdr 'REQUEST --- RESPONSE'] [--timeout S] [--rate HZ] [--json]",
    summary: "Call a service and print the answer",
    description: `
VALUE is the request in JSON or YAML. Without TYPE the service's own is used: Delos' peers tell it with its definition, of ROS 2's
standard types the name is enough; other types of ROS 2 need --srv or --cdr with the fields of both.`,
    examples: [
      "delos service call /add_two_ints example_interfaces/srv/AddTwoInts '{a: 2, b: 40}'",
      "delos service call /control/parameters/get '{names: [kp]}'",
    ],
    options: {
      ...BUS_OPTIONS,
      ...FIELDS_OPTIONS,
      timeout: { type: "string" },
      rate: { type: "string", short: "r" },
      times: { type: "string" },
    },
    optionHelp: {
      ...BUS_HELP,
      ...FIELDS_HELP,
      timeout: "Seconds to wait for the answer (default 5)",
      rate: "Call again and again, so many times a second",
      times: "With --rate: so many times",
    },
    async run(context) {
      const [name, second, third] = positionals(context, this.usage, "SERVICE", "TYPE?", "VALUE?");
      const isType = second !== undefined && /^[\w./]+$/.test(second) && !/^(true|false|null|[\d.]+)$/.test(second);
      const [type, value] = isType ? [second, third] : [undefined, second];
      const request = fromYaml(value ?? "{}", "VALUE");
      const timeoutMs = (numberOption(context.values, "timeout") ?? 5) * 1000;
      const rate = numberOption(context.values, "rate");
      const times = rate === undefined ? 1 : (countOption(context.values, "times") ?? Infinity);
      await using bus = await open(context, "auto");
      const service = await resolve(context, bus, name!, type);
      const message = messageOf(service.request, request);
      for (let n = 0; n < times; n++) {
        if (n > 0) await bus.sleep(1000 / rate!);
        const answer = await bus.node.call(service, message, { timeoutMs, signal: context.signal });
        const json = service.response.toJSON(answer);
        if (context.json) line(context, { service: name, type: service.response.schema.name, response: json });
        else context.out.write(`response:\n${toYaml(withIntegers(json, answer))}`);
      }
    },
  },
];

export const commands: readonly Command[] = serviceCommands(openBus);

const typeOf = ({ request, response }: ServiceGraph): string | undefined =>
  (request ?? response)?.name.replace(/_(Request|Response)$/, "");

function describe(service: ServiceGraph): object {
  return {
    name: service.name,
    type: typeOf(service) ?? null,
    request: service.request?.name ?? null,
    response: service.response?.name ?? null,
    servers: service.servers.length,
    clients: service.clients.length,
  };
}

/** @throws {DelosError} BUS_SERVICE_UNKNOWN */
async function find(bus: Bus, name: string): Promise<ServiceGraph> {
  const absolute = name.startsWith("/") ? name : `/${name}`;
  const found = await bus.waitFor(() =>
    bus.graph.services.find((each) => each.name === absolute && each.servers.length > 0 && each.response !== undefined),
  );
  if (found !== undefined) return found;
  throw new DelosError("BUS_SERVICE_UNKNOWN", `nobody on the bus serves ${name}; see: delos service list`, {
    details: { service: name },
  });
}

async function resolve(
  context: CommandContext,
  bus: Bus,
  name: string,
  type: string | undefined,
): Promise<Service<unknown, unknown>> {
  const [cdr, srv] = [text(context.values, "cdr"), text(context.values, "srv")];
  const full = type === undefined ? undefined : rosType(type, "srv");
  if (cdr !== undefined) return ofFields(name, full ?? typeOf(await find(bus, name)) ?? "Service", cdr);
  if (srv !== undefined) return ofFile(context, name, full ?? typeOf(await find(bus, name)) ?? "Service", srv)!;
  const known = full === undefined ? undefined : (rosService(name, full) ?? ofFile(context, name, full, undefined));
  if (known !== undefined) return known as Service<unknown, unknown>;
  const { request, response } = await find(bus, name);
  const theirs = request?.name.replace(/_Request$/, "") ?? "";
  if (full !== undefined && full !== theirs) {
    throw new DelosError("BUS_TYPE_UNKNOWN", `${name} is of type ${theirs}, and the fields of ${full} are not known`, {
      details: { type: full },
    });
  }
  const standard = rosService(name, theirs) ?? ofFile(context, name, theirs, undefined);
  if (standard !== undefined) return standard as Service<unknown, unknown>;
  const codecs = messageCodecs();
  return serviceOf(name, codecOf(codecs, request!), codecOf(codecs, response!));
}

function codecOf(codecs: ReturnType<typeof messageCodecs>, schema: MessageSchema): MessageCodec {
  const codec = codecs(schema);
  if (codec !== undefined) return codec;
  throw new DelosError(
    "BUS_TYPE_UNKNOWN",
    `the fields of ${schema.name} are not known: give them by --srv FILE or --cdr 'REQUEST --- RESPONSE'`,
    {
      details: { type: schema.name },
    },
  );
}

/** A service of a `.srv` file: the one given, or one of a ROS 2 that is installed here. */
function ofFile(
  context: CommandContext,
  name: string,
  type: string,
  given: string | undefined,
): Service<unknown, unknown> | undefined {
  const file = rosFile(type, "srv", given, context);
  if (file === undefined) return undefined;
  const [request = "", response = ""] = rosParts(file, type, context.env);
  const codec = (part: string, fields: string) => codecFor(ros2Schema(`${type}_${part}`, fields)) as MessageCodec;
  return serviceOf(name, codec("Request", request), codec("Response", response));
}

/** A service of the fields on the command line. ROS 2 gives a struct without fields one, for IDL has no empty structs. */
function ofFields(name: string, type: string, cdr: string): Service<unknown, unknown> {
  const [request = "", response = ""] = cdr.split(/\s*---\s*/);
  const codec = (part: string, fields: string): MessageCodec => {
    const full = `${type}_${part}`;
    return codecFor(idlSchema(full, idlOf(full, fields.trim() || "octet structure_needs_at_least_one_member")));
  };
  return serviceOf(name, codec("Request", request), codec("Response", response));
}
