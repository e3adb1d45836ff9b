import { type EventMap, Events, Lifetime, type MessageCodec, type MessageSchema } from "@delos/core";
import { isHiddenTopic } from "../../bus/bus-watcher.ts";
import { withDefinition } from "../ros-definition.ts";
import type { ViewedBus } from "../viewed-bus.ts";
import type { Channel } from "./messages.ts";

export interface ChannelListEvents extends EventMap {
  advertised: readonly Channel[];
  unadvertised: readonly number[];
}

/** As many as the page watches. */
const MAX_CHANNELS = 2000;

/**
 * The topics of the bus as channels: those that somebody publishes and whose type is defined. Ids are never used again: a
 * topic that changes its type, or comes back, is a new channel.
 */
export class ChannelList implements Disposable {
  readonly events: Events<ChannelListEvents> = new Events();
  readonly #bus: ViewedBus;
  readonly #channels: Map<number, Channel> = new Map();
  readonly #byTopic: Map<string, Channel> = new Map();
  readonly #publications: Map<string, Set<string>> = new Map();
  readonly #lifetime: Lifetime = new Lifetime();
  #ids = 0;

  constructor(bus: ViewedBus) {
    this.#bus = bus;
    for (const { discovery } of bus.runtime.transports) {
      const joined = discovery.events.on("endpointJoined", ({ kind, id, topic, schema }) => {
        if (kind === "publication" && schema !== undefined) this.#found(id, topic, schema);
      });
      const left = discovery.events.on("endpointLeft", ({ id, topic }) => this.#left(id, topic));
      this.#lifetime.defer(() => joined[Symbol.dispose]());
      this.#lifetime.defer(() => left[Symbol.dispose]());
      for (const { kind, id, topic, schema } of discovery.endpoints.values())
        if (kind === "publication" && schema !== undefined) this.#found(id, topic, schema);
    }
  }

  get channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  find(id: number): Channel | undefined {
    return this.#channels.get(id);
  }

  /** Whether there is or was such a channel: a viewer may ask for one that has gone while its wish was on the way. */
  hadOnce(id: number): boolean {
    return id >= 1 && id <= this.#ids;
  }

  /** A channel that is no topic of the bus. */
  add(topic: string, codec: MessageCodec): Channel {
    return this.#add(topic, schemaParts(codec.schema)!);
  }

  [Symbol.dispose](): void {
    void this.#lifetime[Symbol.asyncDispose]();
    this.events.clear();
  }

  #found(id: string, topic: string, schema: MessageSchema): void {
    if (isHiddenTopic(topic)) return;
    const publications = this.#publications.get(topic);
    if (publications === undefined) this.#publications.set(topic, new Set([id]));
    else publications.add(id);
    const parts = schemaParts(withDefinition(schema) ?? schema) ?? schemaParts(this.#bus.codecs(schema)?.schema);
    const known = this.#byTopic.get(topic);
    if (parts === undefined || this.#channels.size >= MAX_CHANNELS) return;
    if (known !== undefined) {
      if (known.schemaName === parts.schemaName && known.encoding === parts.encoding) return;
      if (publications !== undefined && publications.size > 1) return; // two types at once: the first one stays
      this.#remove(known);
    }
    this.events.emit("advertised", [this.#add(topic, parts)]);
  }

  #left(id: string, topic: string): void {
    const publications = this.#publications.get(topic);
    if (publications === undefined || !publications.delete(id) || publications.size > 0) return;
    this.#publications.delete(topic);
    const channel = this.#byTopic.get(topic);
    if (channel !== undefined) this.#remove(channel);
  }

  #add(topic: string, parts: SchemaParts): Channel {
    const channel: Channel = { id: ++this.#ids, topic, ...parts };
    this.#channels.set(channel.id, channel);
    this.#byTopic.set(topic, channel);
    return channel;
  }

  #remove({ id, topic }: Channel): void {
    this.#channels.delete(id);
    this.#byTopic.delete(topic);
    this.events.emit("unadvertised", [id]);
  }
}

type SchemaParts = Pick<Channel, "encoding" | "schemaName" | "schema" | "schemaEncoding">;

/** Undefined when the schema is not written down: all encodings but JSON need it. */
function schemaParts(schema: MessageSchema | undefined): SchemaParts | undefined {
  if (schema === undefined) return undefined;
  const { name: schemaName, messageEncoding: encoding, schemaEncoding, data } = schema;
  if (data.length === 0 && encoding !== "json") return undefined;
  const isBinary = schemaEncoding === "protobuf" || schemaEncoding === "flatbuffer";
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString(isBinary ? "base64" : "utf8");
  return { encoding, schemaName, schema: text, schemaEncoding };
}
