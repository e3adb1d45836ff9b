import { ClosedError, type EventMap, Events, type MessageCodec, type MessageSchema, UsageError } from "@delos/core";
import {
  type EndpointId,
  type EndpointInfo,
  type Incompatibility,
  type Loan,
  type PublishResult,
  type Qos,
  Sample,
  type SampleExtras,
  type Transport,
  type WaitLimits,
  type Writer,
  type WriterEvents,
} from "@delos/transport";
import { noteIncompatible, stillThere } from "./incompatible-peers.ts";
import { MatchedPeers } from "./matched-peers.ts";
import type { NodeContext } from "./node-context.ts";

export interface PublisherStats {
  readonly published: number;
  /** Samples that some reliable subscriber will never get. */
  readonly dropped: number;
  readonly deadlinesMissed: number;
  readonly subscribers: number;
}

export interface PublisherEvents extends EventMap {
  matched: EndpointInfo;
  unmatched: EndpointInfo;
  incompatible: Incompatibility;
  deadlineMissed: { readonly total: number };
  livelinessLost: { readonly total: number };
}

export interface PublishOptions {
  /** When the message came into being; the clock's time unless given. */
  readonly sourceTimeNs?: bigint | undefined;
  readonly extras?: SampleExtras | undefined;
}

/** Publishes messages of one type on one topic. */
export class Publisher<T = unknown> implements AsyncDisposable {
  readonly id: EndpointId;
  readonly topic: string;
  readonly schema: MessageSchema;
  readonly qos: Qos;
  readonly #codec: MessageCodec<T> | undefined;
  readonly #context: NodeContext;
  readonly #byTransport: Map<Transport, Writer> = new Map();
  /** Replaced, never changed: a callback may open and close transports. */
  #writers: readonly Writer[] = [];
  readonly #events: Events<PublisherEvents> = new Events();
  readonly #peers: MatchedPeers;
  readonly #incompatible: Map<EndpointId, Incompatibility> = new Map();
  #sequence = 0;
  #closed = false;

  constructor(
    context: NodeContext,
    topic: string,
    schema: MessageSchema,
    codec: MessageCodec<T> | undefined,
    qos: Qos,
    id: EndpointId,
  ) {
    this.id = id;
    this.topic = topic;
    this.schema = schema;
    this.qos = qos;
    this.#codec = codec;
    this.#context = context;
    const isServed = (peer: EndpointId): boolean =>
      this.#writers.some((writer) => writer.matched.some(({ id: other }) => other === peer));
    this.#peers = new MatchedPeers(context, isServed, (event, peer) => this.#later(event, peer));
    for (const transport of context.transports) this.addTransport(transport);
  }

  /** For the runtime: publishes through this one, too. */
  addTransport(transport: Transport): void {
    if (this.#closed) return;
    const { id, topic, qos, schema } = this;
    const events = new Events<WriterEvents>();
    this.#forward(events, () => writer.info, transport.name);
    const codec = this.#codec as MessageCodec | undefined;
    const writer: Writer = transport.createWriter({ id, node: this.#context.name, topic, qos, schema, codec, events });
    this.#byTransport.set(transport, writer);
    this.#writers = [...this.#byTransport.values()];
  }

  /** Whether this transport serves subscriptions that have another way. */
  leaves(transport: Transport): boolean {
    const writer = this.#byTransport.get(transport);
    const { choice } = this.#context;
    return (
      writer?.matched.some((peer) => choice.between(writer.info.participant, peer.participant) !== undefined) === true
    );
  }

  /** How many subscriptions this transport serves. */
  servedBy(transport: Transport): number {
    return this.#byTransport.get(transport)?.matched.length ?? 0;
  }

  /** For the runtime: the transport goes. */
  async removeTransport(transport: Transport): Promise<void> {
    const writer = this.#byTransport.get(transport);
    if (writer === undefined) return;
    this.#byTransport.delete(transport);
    this.#writers = [...this.#byTransport.values()];
    await writer[Symbol.asyncDispose]();
  }

  /**
   * Hands `message` over: neither side may change it any more, because subscribers of this thread get the very object.
   * Synchronous (law 7); subscribers of this runtime have run when it returns, unless it was called from a callback.
   * @throws {ClosedError} after the publisher was closed
   */
  publish(message: T, options?: PublishOptions): PublishResult {
    const codec = this.#codec;
    if (codec === undefined) throw new UsageError(`The publisher on ${this.topic} has only bytes: use publishBytes`);
    if (options === undefined && this.#writers.length === 1) {
      const result = this.#put(this.#writers[0]!, message);
      if (result !== undefined) return result;
    }
    return this.#write(codec, message, undefined, options);
  }

  /** Publishes a message that is encoded already, as `schema` says. The bytes are handed over like a message. */
  publishBytes(bytes: Uint8Array, options?: PublishOptions): PublishResult {
    return this.#write(this.#codec, undefined, bytes, options);
  }

  /**
   * Memory for a message of `size` bytes, filled in place: the transport's own where one transport serves all subscribers,
   * or else ordinary memory. `commit` publishes, disposing without it gives the memory back.
   */
  loan(size: number): PublisherLoan {
    const lent = this.#lender()?.loan(size);
    const bytes = lent?.bytes ?? new Uint8Array(size);
    let open = true;
    return {
      bytes,
      commit: (length = size, options) => {
        if (!open) throw new ClosedError(`The loan on ${this.topic}`);
        open = false;
        if (lent === undefined) return this.publishBytes(bytes.subarray(0, length), options);
        return this.#commit(lent, length, options);
      },
      [Symbol.dispose]: () => {
        if (open) lent?.[Symbol.dispose]();
        open = false;
      },
    };
  }

  on<K extends keyof PublisherEvents & string>(event: K, listener: (value: PublisherEvents[K]) => void): Disposable {
    return this.#events.on(event, listener);
  }

  get matched(): readonly EndpointInfo[] {
    const all = this.#writers.flatMap((writer) => writer.matched);
    return this.#writers.length === 1 ? all : [...new Map(all.map((info) => [info.id, info])).values()];
  }

  /** Subscriptions of this topic that cannot listen to this publisher, with the reasons. */
  get incompatible(): readonly Incompatibility[] {
    return stillThere(this.#incompatible, this.#context);
  }

  get stats(): PublisherStats {
    const counters = this.#writers.map((writer) => writer.counters);
    return {
      published: this.#sequence,
      dropped: counters.reduce((sum, c) => sum + c.dropped, 0),
      deadlinesMissed: Math.max(0, ...counters.map((c) => c.deadlinesMissed)),
      subscribers: this.matched.length,
    };
  }

  /** Of the newest sample; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  get closed(): boolean {
    return this.#closed;
  }

  assertLiveliness(): void {
    for (const writer of this.#writers) writer.assertLiveliness();
  }

  /** @throws {AbortedError} when `signal` fires, {TimeoutError} after `timeoutMs` of the runtime's clock */
  async waitForAcknowledgments(options: WaitLimits = {}): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.waitForAcknowledgments(options)));
  }

  /**
   * Resolves when nothing that was published waits on this side any more. For publishers that are faster than their reliable
   * subscribers: after "queued" this is the time to go on.
   * @throws {AbortedError} when `signal` fires, {TimeoutError} after `timeoutMs` of the runtime's clock
   */
  async waitForRoom(options: WaitLimits = {}): Promise<void> {
    await Promise.all(
      this.#writers.map((writer) => writer.waitForRoom?.(options) ?? writer.waitForAcknowledgments(options)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.release(this);
    await Promise.all(this.#writers.map((writer) => writer[Symbol.asyncDispose]()));
    this.#peers[Symbol.dispose]();
    this.#events.clear();
  }

  /** The one transport that serves all subscribers there are; none when late ones must get the sample from all. */
  #lender(): Writer | undefined {
    if (this.#writers.length === 1) return this.#writers[0];
    if (this.qos.durability !== "volatile") return undefined;
    const serving = this.#writers.filter((writer) => writer.matched.length > 0);
    return serving.length === 1 ? serving[0] : undefined;
  }

  /** The short way. Undefined where there is none for this message. */
  #put(writer: Writer, message: T): PublishResult | undefined {
    if (writer.put === undefined || this.#closed) return undefined;
    const { clock, executor } = this.#context;
    const sequence = this.#sequence + 1;
    const outermost = executor.hold();
    try {
      const result = writer.put(message, sequence, clock.nowNs());
      if (result !== undefined) this.#sequence = sequence;
      return result;
    } finally {
      if (outermost) executor.release();
    }
  }

  #write(
    codec: MessageCodec<T> | undefined,
    message: T | undefined,
    bytes: Uint8Array | undefined,
    options: PublishOptions | undefined,
  ): PublishResult {
    if (this.#closed) throw new ClosedError(`The publisher on ${this.topic}`);
    const nowNs = this.#context.clock.nowNs();
    const sourceTimeNs = options?.sourceTimeNs ?? nowNs;
    const sequence = ++this.#sequence;
    const { schema, id } = this;
    const sample = new Sample<T>(schema, codec, message, bytes, id, sequence, sourceTimeNs, nowNs, options?.extras);
    const { executor } = this.#context;
    const outermost = executor.hold();
    try {
      const writers = this.#writers;
      return writers.length === 1 ? writers[0]!.write(sample as Sample) : this.#writeAll(sample as Sample);
    } finally {
      if (outermost) executor.release();
    }
  }

  /** The same sample through every transport, each to the subscribers that are its own: encoded at most once. */
  #writeAll(sample: Sample): PublishResult {
    let result: PublishResult = "sent";
    for (const writer of this.#writers) {
      const one = writer.write(sample);
      if (one === "dropped" || (one === "queued" && result === "sent")) result = one;
    }
    return result;
  }

  #commit(loan: Loan, length: number, options: PublishOptions | undefined): PublishResult {
    if (this.#closed) throw new ClosedError(`The publisher on ${this.topic}`);
    const receptionTimeNs = this.#context.clock.nowNs();
    const sourceTimeNs = options?.sourceTimeNs ?? receptionTimeNs;
    const sequence = ++this.#sequence;
    const info = { publisher: this.id, sequence, sourceTimeNs, receptionTimeNs, extras: options?.extras };
    const { executor } = this.#context;
    const outermost = executor.hold();
    try {
      return loan.commit(info, length);
    } finally {
      if (outermost) executor.release();
    }
  }

  #later<K extends keyof PublisherEvents & string>(event: K, value: PublisherEvents[K]): void {
    this.#context.executor.defer({ run: () => this.#context.emit(this.#events, event, value) });
  }

  #forward(events: Events<WriterEvents>, own: () => EndpointInfo, by: string): void {
    events.on("matched", (peer) => this.#peers.matched(peer));
    events.on("unmatched", (peer) => this.#peers.unmatched(own(), peer, by));
    events.on("deadlineMissed", (value) => this.#later("deadlineMissed", value));
    events.on("livelinessLost", (value) => this.#later("livelinessLost", value));
    events.on("incompatible", (value) => {
      noteIncompatible(this.#incompatible, value, this.#context);
      this.#later("incompatible", value);
    });
  }
}

/** Memory for one message. Disposing without `commit` gives it back. */
export interface PublisherLoan extends Disposable {
  readonly bytes: Uint8Array;
  /** Publishes the first `length` bytes, all by default. The memory must not be touched afterwards. */
  commit(length?: number, options?: PublishOptions): PublishResult;
}
