import { DelosError, type JsonValue, type MessageCodec } from "@delos/core";
import { messageTypes } from "@delos/msgs";
import {
  type ParameterValue,
  type Publisher,
  type Service,
  service as serviceOf,
  topic as topicOf,
} from "@delos/runtime";
import type { Peer } from "../security/peer.ts";
import { jsonSchemaOf } from "../viewers/json-schema.ts";
import { codecOfType, schemasOn } from "../viewers/type-finder.ts";
import type { ViewedBus } from "../viewers/viewed-bus.ts";

const TIMEOUT_MS = 5000;
const MAX_PUBLISHERS = 64;
const PARAMETERS = /^(.+)\/parameters\/list$/;
/** Offered where nobody on the topic says what it carries. */
const COMMON_TYPES = ["std_msgs/msg/String", "std_msgs/msg/Bool", "std_msgs/msg/Float64", "geometry_msgs/msg/Twist"];

/** What one page asks of the bus by hand: publish, call, set. */
export class BusDesk implements Disposable {
  readonly #bus: ViewedBus;
  readonly #peer: Peer;
  readonly #publishers: Map<string, { readonly publisher: Publisher; readonly codec: MessageCodec }> = new Map();

  constructor(bus: ViewedBus, peer: Peer) {
    this.#bus = bus;
    this.#peer = peer;
  }

  /** Names of types for a topic, those that are spoken there first. */
  types(topic: string): string[] {
    const spoken = schemasOn(this.#bus, topic).map(({ name }) => name);
    return [...new Set([...spoken, ...COMMON_TYPES, ...messageTypes.names])];
  }

  /** @throws {DelosError} `BRIDGE_NO_SUCH` */
  schema(topic: string, type: string): JsonValue {
    return jsonSchemaOf(this.#codec(topic, type));
  }

  async publish(topic: string, type: string, message: JsonValue): Promise<JsonValue> {
    const codec = this.#codec(topic, type);
    const bytes = codec.encode(codec.fromJSON(message));
    return await this.#peer.perform("operate", "publish", { topic, type, message }, () => {
      const { publisher } = this.#publisher(topic, codec);
      publisher.publishBytes(bytes);
      return { subscribers: publisher.matched.length };
    });
  }

  service(name: string): JsonValue {
    const { request, response } = this.#service(name);
    return {
      type: request.schema.name.replace(/[._]?Request$/, ""),
      request: jsonSchemaOf(request),
      response: jsonSchemaOf(response),
    };
  }

  async call(name: string, request: JsonValue): Promise<JsonValue> {
    const service = this.#service(name);
    const message = service.request.fromJSON(request);
    return await this.#peer.perform("operate", "call service", { service: name, request }, async () =>
      service.response.toJSON(await this.#bus.node.call(service, message, { timeoutMs: TIMEOUT_MS })),
    );
  }

  /** Every node's parameters with their values. A node that does not answer has an `error` instead. */
  async parameters(): Promise<JsonValue> {
    const nodes = this.#bus.runtime.graph.services
      .filter(({ servers }) => servers.length > 0)
      .flatMap(({ name }) => PARAMETERS.exec(name)?.[1] ?? []);
    return await Promise.all(
      nodes.map(async (node) => {
        try {
          const remote = this.#bus.node.parametersOf(node);
          const [described, values] = await Promise.all([
            remote.list("", { timeoutMs: TIMEOUT_MS }),
            remote.get([], { timeoutMs: TIMEOUT_MS }),
          ]);
          const parameters = described.map((each) => ({ ...each, value: values[each.name] ?? null }));
          return { node, parameters: parameters as unknown as JsonValue };
        } catch (error) {
          return { node, error: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
  }

  async set(node: string, name: string, value: JsonValue): Promise<JsonValue> {
    return await this.#peer.perform("operate", "set parameters", { [`${node}.${name}`]: value }, async () => {
      const remote = this.#bus.node.parametersOf(node);
      await remote.set({ [name]: value as ParameterValue }, { timeoutMs: TIMEOUT_MS });
      return null;
    });
  }

  [Symbol.dispose](): void {
    for (const { publisher } of this.#publishers.values()) void publisher[Symbol.asyncDispose]();
    this.#publishers.clear();
  }

  #publisher(topic: string, codec: MessageCodec): { readonly publisher: Publisher; readonly codec: MessageCodec } {
    const known = this.#publishers.get(topic);
    if (known?.codec.schema.name === codec.schema.name) return known;
    if (known !== undefined) void known.publisher[Symbol.asyncDispose]();
    else if (this.#publishers.size >= MAX_PUBLISHERS)
      throw new DelosError("BRIDGE_BUSY", `a page publishes on ${MAX_PUBLISHERS} topics at most`);
    const made = { codec, publisher: this.#bus.node.publisher(topicOf(topic, codec)) as Publisher };
    this.#publishers.set(topic, made);
    return made;
  }

  #codec(topic: string, type: string): MessageCodec {
    const codec = codecOfType(this.#bus, topic, type);
    if (codec !== undefined) return codec;
    throw new DelosError("BRIDGE_NO_SUCH", `nothing here knows the type ${type}`, { details: { topic, type } });
  }

  #service(name: string): Service {
    const found = this.#bus.runtime.graph.services.find((each) => each.name === name && each.servers.length > 0);
    const [request, response] = [found?.request, found?.response].map((schema) => schema && this.#bus.codecs(schema));
    if (request !== undefined && response !== undefined) return serviceOf(name, request, response);
    const text = found === undefined ? `nobody serves ${name}` : `nothing here knows the types of ${name}`;
    throw new DelosError("BRIDGE_NO_SUCH", text, { details: { service: name } });
  }
}
