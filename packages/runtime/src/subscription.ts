import { type EventMap, Events, type MessageCodec, type MessageSchema } from "@delos/core";
import type {
  EndpointId,
  EndpointInfo,
  Incompatibility,
  Qos,
  Reader,
  ReaderCounters,
  ReaderEvents,
  Sample,
} from "@delos/transport";
import { noteIncompatible, stillThere } from "./incompatible-peers.ts";
import type { NodeContext } from "./node-context.ts";
import { SampleStream, type StreamOptions } from "./sample-stream.ts";

export interface SubscriptionStats {
  /** Samples that reached this subscription. */
  readonly received: number;
  /** Of those, pushed out of a bounded queue: the subscription's or one of its streams'. */
  readonly dropped: number;
  /** Samples that were sent but never arrived. */
  readonly lost: number;
  /** expired + deadlinesMissed: samples past their lifespan when their turn came, deadlines that passed without one. */
  readonly late: number;
  readonly expired: number;
  readonly deadlinesMissed: number;
  /** Received but not wanted: time-based filter, weaker publishers. */
  readonly filtered: number;
  /** Samples that wait in the queue and in streams now. */
  readonly queueDepth: number;
  /** Age of the newest sample by its source time, in ms; undefined before the first. */
  readonly lastAgeMs: number | undefined;
  /** Callbacks that threw or rejected. */
  readonly errors: number;
}

export interface SubscriptionEvents extends EventMap {
  matched: EndpointInfo;
  unmatched: EndpointInfo;
  incompatible: Incompatibility;
  deadlineMissed: { readonly total: number };
  lost: { readonly count: number; readonly total: number };
  dropped: { readonly count: number; readonly total: number };
  livelinessChanged: { readonly publication: EndpointInfo; readonly alive: boolean };
}

/**
 * Called with each sample, in the runtime's one dispatch order. The message is the subscriber's to keep, though not to change.
 * The sample itself, with its `bytes`, may lie in memory that a transport lent: whoever keeps it past the callback calls
 * `sample.retain()`.
 */
export type SampleCallback<T> = (sample: Sample<T>) => unknown;

interface Source {
  readonly reader: Reader;
}

/**
 * Receives a topic. One bounded queue, three ways to read it, in any mixture: `on` calls back for each sample (the fast path),
 * `stream` iterates, `latest` looks at the newest.
 */
export class Subscription<T = unknown> implements AsyncDisposable {
  readonly id: EndpointId;
  readonly topic: string;
  /** Undefined when any type is taken. */
  readonly schema: MessageSchema | undefined;
  readonly qos: Qos;
  readonly #context: NodeContext;
  readonly #sources: readonly Source[];
  readonly #events: Events<SubscriptionEvents> = new Events();
  readonly #incompatible: Map<EndpointId, Incompatibility> = new Map();
  /** Replaced, never changed: callbacks come and go while one of them runs. */
  #callbacks: readonly SampleCallback<T>[] = [];
  #streams: readonly SampleStream<T>[] = [];
  #streamsDropped = 0;
  #latest: Sample<T> | undefined;
  #errors = 0;
  #closed = false;

  constructor(
    context: NodeContext,
    topic: string,
    codec: MessageCodec<T> | undefined,
    qos: Qos,
    id: EndpointId,
    options: { readonly ignoreLocal?: boolean },
  ) {
    this.id = id;
    this.topic = topic;
    this.schema = codec?.schema;
    this.qos = qos;
    this.#context = context;
    // History of transient-local publications arrives while the reader is made: it waits for the callbacks to be attached.
    let opening = true;
    this.#sources = context.transports.map((transport) => {
      const events = new Events<ReaderEvents>();
      this.#forward(events);
      const task = { run: () => this.#dispatch(source.reader.take() as Sample<T> | undefined) };
      const source = {
        reader: transport.createReader({
          id,
          node: context.name,
          topic,
          qos,
          schema: codec?.schema,
          codec: codec as MessageCodec | undefined,
          ...options,
          events,
          onData: () => (opening ? context.executor.defer(task) : context.executor.post(task)),
        }),
      };
      return source;
    });
    opening = false;
  }

  /** Calls back for each sample from now on, until disposed. Callbacks of a subscription run in the order they were added. */
  on(callback: SampleCallback<T>): Disposable;
  on<K extends keyof SubscriptionEvents & string>(
    event: K,
    listener: (value: SubscriptionEvents[K]) => void,
  ): Disposable;
  on(what: SampleCallback<T> | string, listener?: (value: never) => void): Disposable {
    if (typeof what === "string") return this.#events.on(what, listener as (value: unknown) => void);
    const callback: SampleCallback<T> = (sample) => what(sample); // the same function may be added twice
    this.#callbacks = [...this.#callbacks, callback];
    return {
      [Symbol.dispose]: () => {
        this.#callbacks = this.#callbacks.filter((other) => other !== callback);
      },
    };
  }

  /** The samples from now on as an async iterator with a bounded queue of its own: `for await (const s of sub.stream())`. */
  stream(options: StreamOptions = {}): AsyncIterableIterator<Sample<T>> & AsyncDisposable {
    const stream = new SampleStream<T>(this.topic, this.qos.depth, options, (ended) => {
      this.#streams = this.#streams.filter((other) => other !== ended);
      this.#streamsDropped += ended.dropped;
    });
    if (this.#closed) stream.end();
    else if (!stream.ended) this.#streams = [...this.#streams, stream];
    return stream;
  }

  /**
   * The newest sample, or undefined when there is none or it came longer than `maxAgeMs` ago. Never throws. It is good until
   * the next one comes; `retain()` keeps it.
   */
  latest(options: { readonly maxAgeMs?: number } = {}): Sample<T> | undefined {
    if (this.#latest === undefined) return undefined;
    const { maxAgeMs } = options;
    if (maxAgeMs === undefined) return this.#latest;
    const ageMs = Number(this.#context.clock.nowNs() - this.#latest.receptionTimeNs) / 1e6;
    // Received in the future: the recorded clock went back, so it belongs to another pass.
    return ageMs >= 0 && ageMs <= maxAgeMs ? this.#latest : undefined;
  }

  /** Publications this subscription listens to, each with its QoS, node and place. */
  get matched(): readonly EndpointInfo[] {
    return this.#sources.flatMap((source) => source.reader.matched);
  }

  /** Publications of this topic that this subscription cannot listen to, with the reasons. */
  get incompatible(): readonly Incompatibility[] {
    return stillThere(this.#incompatible, this.#context);
  }

  get stats(): SubscriptionStats {
    const counters = this.#sources.map((source) => source.reader.counters);
    const sum = (field: keyof ReaderCounters): number => counters.reduce((total, c) => total + c[field], 0);
    const available = this.#sources.reduce((total, source) => total + source.reader.available, 0);
    const latest = this.#latest;
    return {
      received: sum("received"),
      dropped: sum("dropped") + this.#streams.reduce((total, s) => total + s.dropped, this.#streamsDropped),
      lost: sum("lost"),
      late: sum("expired") + sum("deadlinesMissed"),
      expired: sum("expired"),
      deadlinesMissed: sum("deadlinesMissed"),
      filtered: sum("filtered"),
      queueDepth: this.#streams.reduce((total, s) => total + s.length, available),
      lastAgeMs: latest && Number(this.#context.clock.nowNs() - latest.sourceTimeNs) / 1e6,
      errors: this.#errors,
    };
  }

  get closed(): boolean {
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.release(this);
    this.#callbacks = [];
    for (const stream of this.#streams) stream.end();
    this.#latest = this.#latest?.retain(); // what was seen last can still be looked at
    await Promise.all(this.#sources.map((source) => source.reader[Symbol.asyncDispose]()));
    this.#events.clear();
  }

  /** One turn of the executor: one sample to everybody. */
  #dispatch(sample: Sample<T> | undefined): void {
    if (sample === undefined) return; // keep_last let go of it meanwhile
    if (this.#closed) {
      sample.release();
      return;
    }
    if (this.schema === undefined) sample.resolve(this.#context.codecs);
    this.#latest?.release();
    this.#latest = sample;
    const callbacks = this.#callbacks;
    for (let i = 0; i < callbacks.length; i++) {
      try {
        const result = callbacks[i]!(sample);
        if (result !== undefined) this.#watch(result);
      } catch (error) {
        this.#failed(error);
      }
    }
    const streams = this.#streams;
    for (let i = 0; i < streams.length; i++) streams[i]!.push(sample);
  }

  /** An async callback may fail later. */
  #watch(result: unknown): void {
    if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#errors++;
    this.#context.report(error, `a callback of ${this.topic}`, this.topic);
  }

  #forward(events: Events<ReaderEvents>): void {
    const later = <K extends keyof SubscriptionEvents & string>(event: K, value: SubscriptionEvents[K]): void =>
      this.#context.executor.defer({ run: () => this.#context.emit(this.#events, event, value) });
    events.on("matched", (peer) => later("matched", peer));
    events.on("unmatched", (peer) => later("unmatched", peer));
    events.on("deadlineMissed", (value) => later("deadlineMissed", value));
    events.on("livelinessChanged", (value) => later("livelinessChanged", value));
    events.on("lost", (value) => later("lost", value));
    events.on("dropped", (value) => {
      if (this.#events.has("dropped")) later("dropped", value);
    });
    events.on("incompatible", (value) => {
      noteIncompatible(this.#incompatible, value, this.#context);
      later("incompatible", value);
    });
  }
}
