import { type Clock, ClosedError, Lifetime, type Logger, type MessageSchema, onAbort } from "@delos/core";
import { completeQos, type EndpointId, type EndpointKind, type QosOptions } from "@delos/transport";
import type { NodeContext } from "./node-context.ts";
import { Publisher } from "./publisher.ts";
import { Subscription } from "./subscription.ts";
import { type Tick, Timer, type TimerOptions } from "./timer.ts";
import { checkName, type Topic } from "./topic.ts";

export interface EndpointChoices extends QosOptions {
  /** Closes the endpoint when it fires. */
  readonly signal?: AbortSignal | undefined;
}

export interface SubscribeOptions extends EndpointChoices {
  /** Leaves out what this runtime itself publishes. */
  readonly ignoreLocal?: boolean;
}

/** A named participant of the graph: owns publishers, subscriptions, timers, services and parameters, and closes them. */
export class Node implements AsyncDisposable {
  /** Absolute: `/perception/camera`. */
  readonly name: string;
  readonly log: Logger;
  readonly #context: NodeContext;
  readonly #parts: Set<Disposable | AsyncDisposable> = new Set();
  readonly #lifetime: Lifetime = new Lifetime();
  readonly #newId: (kind: EndpointKind) => EndpointId;

  /** Use `runtime.node(name)`. */
  constructor(
    context: Omit<NodeContext, "release">,
    newId: (kind: EndpointKind) => EndpointId,
    onClosed: (node: Node) => void,
  ) {
    this.name = context.name;
    this.log = context.log;
    this.#newId = newId;
    this.#context = { ...context, release: (part) => void this.#parts.delete(part as Disposable) };
    this.#lifetime.defer(() => onClosed(this));
    for (const transport of context.transports) this.#lifetime.own(transport.announceNode(this.name));
  }

  get clock(): Clock {
    return this.#context.clock;
  }

  get closed(): boolean {
    return this.#lifetime.closed;
  }

  /** Publications, subscriptions, timers and services that are open. */
  get parts(): readonly object[] {
    return [...this.#parts];
  }

  /** @throws {UsageError} when a QoS policy makes no sense */
  publisher<T>(topic: Topic<T>, options: EndpointChoices = {}): Publisher<T> {
    this.#mustBeOpen();
    const { signal, ...qos } = options;
    const complete = completeQos(topic.qos, qos);
    const id = this.#newId("publication");
    return this.#own(new Publisher<T>(this.#context, topic.name, topic.type.schema, topic.type, complete, id), signal);
  }

  /** For messages that are encoded already: a player, a bridge. Use `publishBytes`. */
  publisherOfBytes(topicName: string, schema: MessageSchema, options: EndpointChoices = {}): Publisher {
    this.#mustBeOpen();
    checkName("topic", topicName);
    const { signal, ...qos } = options;
    const id = this.#newId("publication");
    const codec = this.#context.codecs(schema);
    return this.#own(new Publisher(this.#context, topicName, schema, codec, completeQos(qos), id), signal);
  }

  subscribe<T>(topic: Topic<T>, options: SubscribeOptions = {}): Subscription<T> {
    this.#mustBeOpen();
    const { signal, ignoreLocal = false, ...qos } = options;
    const complete = completeQos(topic.qos, qos);
    const id = this.#newId("subscription");
    const subscription = new Subscription<T>(this.#context, topic.name, topic.type, complete, id, { ignoreLocal });
    return this.#own(subscription, signal);
  }

  /**
   * Subscribes to whatever is published under this name: `sample.bytes` with `sample.schema`, and `sample.json` and
   * `sample.message` where the runtime's codecs know the type. Best effort and volatile unless told otherwise, which matches
   * every publisher.
   */
  subscribeAny(topicName: string, options: SubscribeOptions = {}): Subscription {
    this.#mustBeOpen();
    checkName("topic", topicName);
    const { signal, ignoreLocal = false, ...qos } = options;
    const complete = completeQos({ reliability: "best_effort", depth: 100 }, qos);
    const id = this.#newId("subscription");
    return this.#own(new Subscription(this.#context, topicName, undefined, complete, id, { ignoreLocal }), signal);
  }

  /** Calls `callback` every `periodMs` of the runtime's clock, first one period from now. */
  every(period: number | TimerOptions, callback: (tick: Tick) => unknown): Timer {
    this.#mustBeOpen();
    const options = typeof period === "number" ? { periodMs: period } : period;
    return this.#own(new Timer(this.#context, options, callback), options.signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#lifetime.closed) {
      for (const part of Array.from(this.#parts)) this.#lifetime.own(part);
    }
    return this.#lifetime[Symbol.asyncDispose]();
  }

  #own<P extends Disposable | AsyncDisposable>(part: P, signal: AbortSignal | undefined): P {
    this.#parts.add(part);
    if (signal !== undefined) {
      onAbort(signal, () => {
        if (Symbol.asyncDispose in part) void part[Symbol.asyncDispose]();
        else (part as Disposable)[Symbol.dispose]();
      });
    }
    return part;
  }

  #mustBeOpen(): void {
    if (this.#lifetime.closed) throw new ClosedError(`Node ${this.name}`);
  }
}
