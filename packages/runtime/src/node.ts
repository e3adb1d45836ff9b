import { AbortedError, type Clock, ClosedError, Lifetime, type Logger, type MessageSchema, onAbort } from "@delos/core";
import {
  completeQos,
  type EndpointId,
  type EndpointKind,
  type QosOptions,
  qosPresets,
  type Transport,
} from "@delos/transport";
import { type Fused, Fusion, type FusionPolicy } from "./fusion.ts";
import type { NodeContext } from "./node-context.ts";
import { ParameterHost } from "./parameter-host.ts";
import type { Definitions, Parameters, ParameterValidator } from "./parameters.ts";
import { Publisher } from "./publisher.ts";
import { RemoteParameters } from "./remote-parameters.ts";
import { type CallOptions, ServiceClient } from "./service-client.ts";
import { type ServeOptions, type ServiceHandler, ServiceServer } from "./service-server.ts";
import { serviceTopics } from "./service-topics.ts";
import { Subscription } from "./subscription.ts";
import { type Tick, Timer, type TimerOptions } from "./timer.ts";
import { checkName, type Service, type Topic } from "./topic.ts";

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
  readonly #overrides: Readonly<Record<string, unknown>>;
  /** Of `call`, by the service's name. */
  readonly #clients: Map<string, ServiceClient> = new Map();
  /** Listeners at signals that close a part: they go with it, for a signal may live as long as the program. */
  readonly #aborts: Map<object, Disposable> = new Map();
  #parameters: ParameterHost | undefined;
  readonly #announced: Map<Transport, Disposable> = new Map();

  /** Use `runtime.node(name)`. */
  constructor(
    context: Omit<NodeContext, "release">,
    announced: readonly Transport[],
    newId: (kind: EndpointKind) => EndpointId,
    onClosed: (node: Node) => void,
    overrides: Readonly<Record<string, unknown>>,
  ) {
    this.name = context.name;
    this.log = context.log;
    this.#newId = newId;
    this.#overrides = overrides;
    this.#context = { ...context, release: (part) => this.#release(part) };
    this.#lifetime.defer(() => onClosed(this));
    this.#lifetime.defer(() => {
      for (const announcement of this.#announced.values()) announcement[Symbol.dispose]();
    });
    for (const transport of announced) this.addTransport(transport, true);
  }

  /** For the runtime: what is open here talks through this one, too; `announce`: and the node is seen there. */
  addTransport(transport: Transport, announce: boolean): void {
    if (this.#lifetime.closed) return;
    if (announce) this.#announced.set(transport, transport.announceNode(this.name));
    for (const part of this.endpoints) part.addTransport(transport);
  }

  /** For the runtime: the transport goes. */
  async removeTransport(transport: Transport): Promise<void> {
    await Promise.all(this.endpoints.map((part) => part.removeTransport(transport)));
    this.#announced.get(transport)?.[Symbol.dispose]();
    this.#announced.delete(transport);
  }

  get endpoints(): readonly (Publisher | Subscription)[] {
    const parts = [...this.#parts];
    return parts.filter((part) => part instanceof Publisher || part instanceof Subscription);
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
    return this.#own(new Publisher(this.#context, topicName, schema, undefined, completeQos(qos), id), signal);
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
    const complete = completeQos(qosPresets.observer, qos);
    const id = this.#newId("subscription");
    return this.#own(new Subscription(this.#context, topicName, undefined, complete, id, { ignoreLocal }), signal);
  }

  /** Calls `callback` every `periodMs` of the runtime's clock, first one period from now. */
  every(period: number | TimerOptions, callback: (tick: Tick) => unknown): Timer {
    this.#mustBeOpen();
    const options = typeof period === "number" ? { periodMs: period } : period;
    return this.#own(new Timer(this.#context, options, callback), options.signal);
  }

  /** Calls `callback` once, `delayMs` from now on the runtime's clock. Disposing cancels. */
  after(delayMs: number, callback: () => unknown): Disposable {
    this.#mustBeOpen();
    const { clock, executor } = this.#context;
    const part: Disposable = {
      [Symbol.dispose]: () => {
        alarm[Symbol.dispose]();
        this.#parts.delete(part);
      },
    };
    const task = {
      run: () => {
        if (!this.#parts.delete(part)) return; // cancelled while it waited its turn
        try {
          const result = callback();
          if (result instanceof Promise) result.catch((error: unknown) => this.#context.report(error, "a timer"));
        } catch (error) {
          this.#context.report(error, "a timer");
        }
      },
    };
    const alarm = clock.alarm(clock.monotonicMs() + delayMs, () => executor.post(task));
    return this.#own(part, undefined);
  }

  /** Resolves `delayMs` from now on the runtime's clock. @throws {AbortedError} when `signal` fires first */
  sleep(delayMs: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.after(delayMs, () => {
        abort[Symbol.dispose]();
        resolve();
      });
      const abort = onAbort(options.signal, () => {
        timer[Symbol.dispose]();
        reject(new AbortedError("Sleeping", options.signal?.reason));
      });
    });
  }

  /**
   * Calls `callback` with one sample of each topic: by default in the way of a Cyber RT component, whenever one comes on the
   * first topic, with the newest of the others.
   */
  fuse<const T extends readonly [unknown, unknown, ...unknown[]]>(
    topics: { readonly [I in keyof T]: Topic<T[I]> },
    callback: (...samples: Fused<T>) => unknown,
    policy: FusionPolicy = { kind: "latest" },
  ): Fusion<T> {
    this.#mustBeOpen();
    const subscriptions = (topics as readonly Topic[]).map((topic) => this.subscribe(topic));
    type Subscriptions = { readonly [I in keyof T]: Subscription<T[I]> };
    return this.#own(
      new Fusion<T>(this.#context, subscriptions as unknown as Subscriptions, policy, callback),
      undefined,
    );
  }

  /** Answers a service. An error thrown by `handler` reaches the caller with its code. */
  serve<Q, A>(service: Service<Q, A>, handler: ServiceHandler<Q, A>, options: ServeOptions = {}): ServiceServer<Q, A> {
    this.#mustBeOpen();
    const { request, response } = serviceTopics(service);
    // The answer's way first: a client takes the server for ready when it sees both.
    const responses = this.publisher(response);
    const requests = this.subscribe(request);
    return this.#own(new ServiceServer(this.#context, service, handler, options, requests, responses), options.signal);
  }

  /** A client of a service, for programs that want to know whether a server is there. */
  client<Q, A>(service: Service<Q, A>): ServiceClient<Q, A> {
    this.#mustBeOpen();
    const { request, response } = serviceTopics(service);
    const responses = this.subscribe(response);
    const requests = this.publisher(request);
    return this.#own(new ServiceClient(this.#context, service, requests, responses), undefined);
  }

  /** Asks a service once: see `ServiceClient.call`. The client is kept for the next time. */
  call<Q, A>(service: Service<Q, A>, request: Q, options?: CallOptions): Promise<A> {
    const known = this.#clients.get(service.name) as ServiceClient<Q, A> | undefined;
    const { request: asked, response: answered } = known?.service ?? {};
    if (known?.closed === false && asked === service.request && answered === service.response) {
      return known.call(request, options);
    }
    const client = this.client(service);
    this.#clients.set(service.name, client as unknown as ServiceClient);
    return client.call(request, options);
  }

  /**
   * Declares parameters, with the values that the runtime was started with where it was given some. `validate` judges all
   * values of the group together.
   * @throws {ParameterError} when a default or a given value does not fit, {UsageError} for a name that is taken
   */
  parameters<const D extends Definitions>(definitions: D, validate?: ParameterValidator<D>): Parameters<D> {
    this.#mustBeOpen();
    this.#parameters ??= new ParameterHost(
      this,
      this.#overrides,
      this.#context.transports.some(({ name }) => name === "rtps"),
    );
    return this.#parameters.declare(definitions, validate);
  }

  /** The parameters of another node, by its full name. */
  parametersOf(nodeName: string): RemoteParameters {
    return new RemoteParameters(this, nodeName);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#lifetime.closed) {
      for (const part of Array.from(this.#parts)) this.#lifetime.own(part);
    }
    return this.#lifetime[Symbol.asyncDispose]();
  }

  #own<P extends Disposable | AsyncDisposable>(part: P, signal: AbortSignal | undefined): P {
    this.#parts.add(part);
    if (signal === undefined) return part;
    const close = (): void => {
      if (Symbol.asyncDispose in part) void part[Symbol.asyncDispose]();
      else (part as Disposable)[Symbol.dispose]();
    };
    this.#aborts.set(part, onAbort(signal, close));
    return part;
  }

  #release(part: object): void {
    this.#parts.delete(part as Disposable);
    this.#aborts.get(part)?.[Symbol.dispose]();
    this.#aborts.delete(part);
  }

  #mustBeOpen(): void {
    if (this.#lifetime.closed) throw new ClosedError(`Node ${this.name}`);
  }
}
