import { messageCodecs } from "@delos/bag";
import { describeError, Lifetime } from "@delos/core";
import type { Node, Runtime } from "@delos/runtime";
import type { CodecResolver, EndpointInfo, Sample } from "@delos/transport";
import { adapterFor } from "../world/adapters/index.ts";
import type { WorldModel } from "../world/world-model.ts";
import { WatchedTopic } from "./watched-topic.ts";

const MAX_TOPICS = 2000;
/** Names of ROS 2's and DDS' own endpoints behind services and actions: not topics of anybody. */
const HIDDEN = /^(rq|rr|rs|ra)\/|\/_(action|service_event)\b/;

export const isHiddenTopic = (topic: string): boolean => HIDDEN.test(topic);

/** Both ends inclusive. */
export interface TimeRange {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Subscribes to everything there is, measures it, and tells the world model what its messages say. */
export class BusWatcher implements AsyncDisposable {
  readonly topics: Map<string, WatchedTopic> = new Map();
  readonly #node: Node;
  readonly #world: WorldModel;
  readonly #codecs: CodecResolver = messageCodecs();
  readonly #lifetime = new Lifetime();
  readonly #runtime: Runtime;
  #recorded: TimeRange | undefined;
  /** Grows when a topic comes or changes its type. */
  revision = 0;
  received = 0;

  /**
   * `recorded`: the time of a recording that plays. Messages of other times beside it (logs, statistics) are of now, which
   * on such a bus is where the recording is.
   */
  constructor(runtime: Runtime, node: Node, world: WorldModel, recorded?: TimeRange) {
    this.#runtime = runtime;
    this.#node = node;
    this.#world = world;
    this.#recorded = recorded;
    for (const { discovery } of runtime.transports) {
      const listener = discovery.events.on("endpointJoined", (endpoint) => this.#found(endpoint));
      this.#lifetime.defer(() => listener[Symbol.dispose]());
    }
    this.#findAll();
  }

  get lost(): number {
    let lost = 0;
    for (const { subscription } of this.topics.values()) lost += lostBy(subscription.stats);
    return lost;
  }

  /** Gives adapters that want the newest message only what has come since the last call. */
  readPending(): void {
    for (const topic of this.topics.values()) {
      if (!topic.pending) continue;
      topic.pending = false;
      this.#read(topic, topic.newest!);
    }
  }

  /** Time has jumped. */
  reset(): void {
    for (const topic of this.topics.values()) {
      topic.rate.reset();
      topic.pending = false;
    }
  }

  /** Another recording plays: topics of the one before are as if they had never been, unless others publish them too. */
  exchanged(topicsBefore: Iterable<string>, recorded: TimeRange): void {
    this.#recorded = recorded;
    for (const name of topicsBefore) {
      const topic = this.topics.get(name);
      if (topic === undefined) continue;
      this.topics.delete(name);
      void topic.subscription[Symbol.asyncDispose]();
    }
    this.revision++;
    this.#findAll();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }

  #findAll(): void {
    for (const { discovery } of this.#runtime.transports)
      for (const endpoint of discovery.endpoints.values()) this.#found(endpoint);
  }

  #found({ kind, topic, schema, qos }: EndpointInfo): void {
    if (kind !== "publication" || schema === undefined || isHiddenTopic(topic)) return;
    if (this.topics.has(topic) || this.topics.size >= MAX_TOPICS) return;
    // Asking for what a late subscriber gets is possible only where it is offered; a foreign peer may say one thing per writer.
    const durability = qos.durability === "volatile" ? "volatile" : "transient_local";
    const subscription = this.#node.subscribeAny(topic, { depth: 100, durability });
    const watched = new WatchedTopic(topic, schema, subscription);
    watched.adapter = adapterFor(schema.name);
    this.topics.set(topic, watched);
    this.revision++;
    subscription.on((sample) => this.#take(watched, sample));
  }

  #take(topic: WatchedTopic, sample: Sample): void {
    const timeS = this.#timeOf(sample);
    topic.received++;
    this.received++;
    topic.rate.add(timeS, sample.isEncoded ? sample.bytes.length : 0);
    topic.newest = sample;
    if (sample.schema !== topic.schema) this.#changedType(topic, sample);
    // What the system says about itself is of now, and not of the world.
    if (!topic.name.startsWith("/delos/")) this.#world.advance(timeS);
    if (topic.adapter === undefined) return;
    if (topic.adapter.newestOnly === true) topic.pending = true;
    else this.#read(topic, sample);
  }

  #timeOf({ sourceTimeNs }: Sample): number {
    const recorded = this.#recorded;
    if (recorded !== undefined && (sourceTimeNs < recorded.startNs || sourceTimeNs > recorded.endNs))
      return this.#world.timeS ?? Number(recorded.startNs / 1000n) / 1e6;
    return Number(sourceTimeNs / 1000n) / 1e6;
  }

  #changedType(topic: WatchedTopic, { schema }: Sample): void {
    if (schema.name !== topic.schema.name) {
      topic.adapter = adapterFor(schema.name);
      this.revision++;
    }
    topic.schema = schema;
  }

  #read(topic: WatchedTopic, sample: Sample): void {
    const timeS = this.#timeOf(sample);
    try {
      const { message } = sample.resolve(this.#codecs);
      for (const observation of topic.adapter!.read(message, topic.name))
        this.#world.observe(topic.name, timeS, observation);
    } catch (error) {
      if (topic.unreadable++ > 0) return; // once is enough; the count goes on
      this.#world.observe(topic.name, timeS, {
        kind: "notice",
        level: "error",
        source: topic.name,
        text: `messages of type ${sample.schema.name} cannot be read: ${describeError(error)}`,
      });
    }
  }
}

export function lostBy(stats: { readonly lost: number; readonly dropped: number }): number {
  return stats.lost + stats.dropped;
}
