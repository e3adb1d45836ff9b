import { DelosError, type MessageCodec } from "@delos/core";
import type { ParameterValue } from "@delos/runtime";
import type { EndpointInfo } from "@delos/transport";
import { isHiddenTopic } from "../../bus/bus-watcher.ts";
import type { Peer } from "../../security/peer.ts";
import { withDefinition } from "../ros-definition.ts";
import { codecOfType, isSameType } from "../type-finder.ts";
import { busNowNs, type ViewedBus } from "../viewed-bus.ts";
import { Fields, type Json } from "./messages.ts";
import { splitParameter } from "./parameter-names.ts";
import { typeDefinitions } from "./type-details.ts";

const PARAMETERS = /^(.+)\/parameters\/list$/;
const TIMEOUT_MS = 2000;

type Handler = (args: Fields) => Json | Promise<Json>;

/** What pages ask about the bus: the services `/rosapi/…`, answered here and not on the bus. */
export class RosApi {
  readonly #bus: ViewedBus;
  readonly #handlers: Readonly<Record<string, Handler>>;

  constructor(bus: ViewedBus, peer: Peer) {
    this.#bus = bus;
    this.#handlers = {
      topics: () => this.#topics(),
      topics_for_type: (args) => ({ topics: this.#topicsOf(args.text("type")) }),
      topics_and_raw_types: () => this.#rawTypes(),
      topic_type: (args) => ({ type: this.#typeOf(args.name("topic")) }),
      publishers: (args) => ({ publishers: this.#nodesOn(args.name("topic"), "publications") }),
      subscribers: (args) => ({ subscribers: this.#nodesOn(args.name("topic"), "subscriptions") }),
      services: () => ({ services: this.#services.map(({ name }) => name) }),
      services_for_type: (args) => ({
        services: this.#services.filter(({ type }) => isSameType(type, args.text("type"))).map(({ name }) => name),
      }),
      service_type: (args) => ({ type: this.#services.find(({ name }) => name === args.name("service"))?.type ?? "" }),
      service_providers: (args) => ({ providers: this.#serversOf(args.text("service")) }),
      service_node: (args) => ({ node: this.#serversOf(args.name("service"))[0] ?? "" }),
      service_request_details: (args) => ({ typedefs: this.#details(`${args.text("type")}_Request`) }),
      service_response_details: (args) => ({ typedefs: this.#details(`${args.text("type")}_Response`) }),
      message_details: (args) => ({ typedefs: this.#details(args.text("type")) }),
      nodes: () => ({ nodes: this.#nodes }),
      node_details: (args) => this.#nodeDetails(args.name("node")),
      action_servers: () => ({ action_servers: this.#actionServers() }),
      get_param_names: async () => ({ names: await this.#parameterNames() }),
      get_param: async (args) => this.#getParameter(args),
      has_param: async (args) => ({ exists: (await this.#parameterNames()).includes(this.#parameterName(args)) }),
      set_param: (args) => {
        const [name, value] = [args.text("name"), args.json["value"]];
        return peer.perform("operate", "set parameters", { [name]: value }, () => this.#setParameter(name, value));
      },
      delete_param: (args) => ({ successful: false, reason: `${args.text("name")} is declared by its node and stays` }),
      get_time: () => ({ time: timeOf(busNowNs(bus)) }),
      get_ros_version: () => ({ version: 2, distro: "delos" }),
    };
  }

  /** Undefined: the service is none of rosapi's. */
  answer(service: string, args: Json): Json | Promise<Json> | undefined {
    const name = /^\/?rosapi\/(\w+)$/.exec(service)?.[1];
    if (name === undefined) return undefined;
    if (!Object.hasOwn(this.#handlers, name))
      throw new DelosError("ROSBRIDGE_SERVICE", `rosapi has no service ${name} here`, { details: { service } });
    return this.#handlers[name]!(new Fields({ ...args, op: service }));
  }

  get #published(): { readonly name: string; readonly type: string }[] {
    return this.#bus.runtime.graph.topics
      .filter(({ name, schemas }) => !isHiddenTopic(name) && schemas.length > 0)
      .map(({ name, schemas }) => ({ name, type: schemas[0]!.name }));
  }

  get #services(): { readonly name: string; readonly type: string; readonly servers: readonly EndpointInfo[] }[] {
    return this.#bus.runtime.graph.services
      .filter(({ servers }) => servers.length > 0)
      .map(({ name, request, servers }) => ({
        name,
        servers,
        type: request?.name.replace(/[._]?Request$/, "") ?? "",
      }));
  }

  get #nodes(): string[] {
    return [...new Set(this.#bus.runtime.graph.nodes.map(({ name }) => name))];
  }

  #topics(): Json {
    const topics = this.#published;
    return { topics: topics.map(({ name }) => name), types: topics.map(({ type }) => type) };
  }

  #rawTypes(): Json {
    const topics = this.#published;
    const texts = topics.map(({ name }) => {
      const schema = this.#bus.runtime.graph.topics.find((each) => each.name === name)?.schemas[0];
      const defined = schema === undefined ? undefined : (withDefinition(schema) ?? schema);
      return defined?.schemaEncoding.startsWith("ros") === true ? new TextDecoder().decode(defined.data) : "";
    });
    return { ...this.#topics(), typedefs_full_text: texts };
  }

  #topicsOf(type: string): string[] {
    return this.#published.filter((each) => isSameType(each.type, type)).map(({ name }) => name);
  }

  #typeOf(topic: string): string {
    return this.#published.find(({ name }) => name === topic)?.type ?? "";
  }

  #nodesOn(topic: string, side: "publications" | "subscriptions"): string[] {
    const found = this.#bus.runtime.graph.topics.find(({ name }) => name === topic);
    return nodesOf(found?.[side] ?? []);
  }

  #serversOf(service: string): string[] {
    return nodesOf(this.#services.find(({ name }) => name === service)?.servers ?? []);
  }

  #nodeDetails(node: string): Json {
    const { topics, services } = this.#bus.runtime.graph;
    const has = (endpoints: readonly EndpointInfo[]): boolean => endpoints.some((each) => each.node === node);
    const shown = topics.filter(({ name }) => !isHiddenTopic(name));
    return {
      publishing: shown.filter(({ publications }) => has(publications)).map(({ name }) => name),
      subscribing: shown.filter(({ subscriptions }) => has(subscriptions)).map(({ name }) => name),
      services: services.filter(({ servers }) => has(servers)).map(({ name }) => name),
    };
  }

  #actionServers(): string[] {
    const action = /^(.+)\/_action\/send_goal$/;
    return this.#services.flatMap(({ name }) => action.exec(name)?.[1] ?? []);
  }

  #details(type: string): ReturnType<typeof typeDefinitions> {
    const codec = this.#codec(type);
    if (codec !== undefined) return typeDefinitions(codec);
    throw new DelosError("ROSBRIDGE_TYPE", `nothing here knows the type ${type}`, { details: { type } });
  }

  #codec(type: string): MessageCodec | undefined {
    const { topics, services } = this.#bus.runtime.graph;
    const schemas = [
      ...topics.flatMap((topic) => topic.schemas),
      ...services.flatMap(({ request, response }) => [request, response]),
    ];
    const wanted = type.replace("/srv/", "/");
    const spoken = schemas.find((each) => each !== undefined && isSameType(each.name.replace("/srv/", "/"), wanted));
    return (spoken && this.#bus.codecs(spoken)) ?? codecOfType(this.#bus, "", type);
  }

  get #nodesWithParameters(): string[] {
    return this.#services.flatMap(({ name }) => PARAMETERS.exec(name)?.[1] ?? []);
  }

  async #parameterNames(): Promise<string[]> {
    const lists = await Promise.all(
      this.#nodesWithParameters.map(async (node) => {
        const listed = await this.#bus.node.parametersOf(node).list("", { timeoutMs: TIMEOUT_MS });
        return listed.map(({ name }) => `${node}:${name}`);
      }),
    );
    return lists.flat().sort();
  }

  #parameterName(args: Fields): string {
    const split = splitParameter(args.text("name"), this.#nodesWithParameters);
    return split === undefined ? args.text("name") : `${split.node}:${split.own}`;
  }

  async #getParameter(args: Fields): Promise<Json> {
    const name = args.text("name");
    const split = splitParameter(name, this.#nodesWithParameters);
    const otherwise = args.textOr("default", "");
    const reason = `there is no parameter ${name}`;
    if (split === undefined) return { value: otherwise, successful: otherwise !== "", reason };
    const values = await this.#bus.node.parametersOf(split.node).get([split.own], { timeoutMs: TIMEOUT_MS });
    const value = values[split.own];
    if (value === undefined) return { value: otherwise, successful: otherwise !== "", reason };
    return { value: JSON.stringify(value), successful: true, reason: "" };
  }

  /** The value is JSON in a text, as roslib sends it. */
  async #setParameter(name: string, given: unknown): Promise<Json> {
    const split = splitParameter(name, this.#nodesWithParameters);
    if (split === undefined)
      throw new DelosError("ROSBRIDGE_PARAMETER", `there is no parameter ${name}`, { details: { parameter: name } });
    let value: unknown = given;
    if (typeof given === "string") {
      try {
        value = JSON.parse(given);
      } catch {
        value = given; // a text that is not quoted
      }
    }
    const values = { [split.own]: value as ParameterValue };
    await this.#bus.node.parametersOf(split.node).set(values, { timeoutMs: TIMEOUT_MS });
    return { successful: true, reason: "" };
  }
}

const nodesOf = (endpoints: readonly EndpointInfo[]): string[] => [...new Set(endpoints.map(({ node }) => node))];

function timeOf(timeNs: bigint): Json {
  return { secs: Number(timeNs / 1_000_000_000n), nsecs: Number(timeNs % 1_000_000_000n) };
}
