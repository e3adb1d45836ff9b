import { type EventMap, Events, type MessageCodec, type MessageSchema } from "@delos/core";
import type {
  EndpointId,
  EndpointInfo,
  Incompatibility,
  ParticipantId,
  Qos,
  Reader,
  ReaderCounters,
  ReaderEvents,
  Sample,
  Transport,
} from "@delos/transport";
import { Handover } from "./handover.ts";
import { noteIncompatible, stillThere } from "./incompatible-peers.ts";
import { MatchedPeers } from "./matched-peers.ts";
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
  readonly transport: Transport;
  readonly reader: Reader;
}

/** A publication on its way from one transport to another. */
interface Move<T> {
  readonly from: Source;
  readonly handover: Handover<Sample<T>>;
  alarm: Disposable;
  /** The old way was told that it is not needed any more. */
  released: boolean;
  /** The old way is no more; what it brought may come once more by the new one, which had it from its history. */
  ended: boolean;
}

/** So long a new way waits for what the old one seems not to bring: it was lost, or pushed out of a history, before. */
const MOST_WAIT_MS = 250;
/** The same where all of it comes, and something that the new way has brought waits for it. */
const MOST_WAIT_FOR_ALL_MS = 5000;

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
  readonly #codec: MessageCodec<T> | undefined;
  readonly #ignoreLocal: boolean;
  /** One for each transport. Replaced, never changed. */
  #sources: readonly Source[] = [];
  /** What readers had counted whose transports have gone. */
  readonly #goneCounters: ReaderCounters[] = [];
  /** Publications that change their transport now. */
  readonly #moves: Map<EndpointId, Move<T>> = new Map();
  /** Numbers of the samples handed out last, by publisher; that of the last one apart. */
  readonly #handedOut: Map<EndpointId, number> = new Map();
  #lastPublisher: EndpointId | undefined;
  #lastSequence = 0;
  #repeated = 0;
  readonly #events: Events<SubscriptionEvents> = new Events();
  readonly #peers: MatchedPeers;
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
    this.#codec = codec;
    this.#ignoreLocal = options.ignoreLocal ?? false;
    const isServed = (peer: EndpointId): boolean =>
      this.#sources.some(({ reader }) => reader.matched.some(({ id: other }) => other === peer));
    this.#peers = new MatchedPeers(context, isServed, (event, peer) => this.#matching(event, peer));
    for (const transport of context.transports) this.addTransport(transport);
  }

  /** For the runtime: listens on this one, too. */
  addTransport(transport: Transport): void {
    if (this.#closed) return;
    const { executor, name: node } = this.#context;
    const { id, topic, qos, schema } = this;
    // History of transient-local publications arrives while the reader is made: it waits for the callbacks to be attached.
    let source: Source | undefined;
    const events = new Events<ReaderEvents>();
    this.#forward(events, transport);
    const task = { run: () => this.#arrived(source!) };
    const reader = transport.createReader({
      id,
      node,
      topic,
      qos,
      schema,
      codec: this.#codec as MessageCodec | undefined,
      ignoreLocal: this.#ignoreLocal,
      events,
      onData: () => (source === undefined ? executor.defer(task) : executor.post(task)),
    });
    source = { transport, reader };
    this.#sources = [...this.#sources, source];
    for (const publication of reader.matched) this.#maybeMove(publication, source);
  }

  /** Whether this transport serves publications that have another way. */
  leaves(transport: Transport): boolean {
    const reader = this.#sources.find((source) => source.transport === transport)?.reader;
    const { choice } = this.#context;
    return (
      reader?.matched.some((peer) => choice.between(reader.info.participant, peer.participant) !== undefined) === true
    );
  }

  /** How many publications this transport serves. */
  servedBy(transport: Transport): number {
    return this.#sources.find((source) => source.transport === transport)?.reader.matched.length ?? 0;
  }

  /** For the runtime: the transport goes. */
  async removeTransport(transport: Transport): Promise<void> {
    const source = this.#sources.find((one) => one.transport === transport);
    if (source === undefined) return;
    await source.reader[Symbol.asyncDispose]();
    this.#sources = this.#sources.filter((one) => one !== source);
    this.#goneCounters.push(source.reader.counters);
  }

  /** For the runtime: the ways to this participant have changed. What has its publications keeps them until another has. */
  keepWays(participant: ParticipantId): void {
    const { choice } = this.#context;
    for (const { transport, reader } of this.#sources) {
      for (const publication of reader.matched) {
        if (publication.participant.id !== participant && this.id.slice(0, 24) !== participant) continue;
        const nearest = choice.between(reader.info.participant, publication.participant);
        if (nearest?.name !== transport.name) choice.keep(reader.info, publication, transport);
      }
    }
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
    const all = this.#sources.flatMap((source) => source.reader.matched);
    return this.#moves.size === 0 ? all : [...new Map(all.map((info) => [info.id, info])).values()];
  }

  /** Publications of this topic that this subscription cannot listen to, with the reasons. */
  get incompatible(): readonly Incompatibility[] {
    return stillThere(this.#incompatible, this.#context);
  }

  get stats(): SubscriptionStats {
    const counters = [...this.#sources.map((source) => source.reader.counters), ...this.#goneCounters];
    const sum = (field: keyof ReaderCounters): number => counters.reduce((total, c) => total + c[field], 0);
    const available = this.#sources.reduce((total, source) => total + source.reader.available, 0);
    const latest = this.#latest;
    return {
      received: sum("received") - this.#repeated,
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
    for (const { alarm } of this.#moves.values()) alarm[Symbol.dispose]();
    this.#moves.clear();
    this.#peers[Symbol.dispose]();
    for (const stream of this.#streams) stream.end();
    this.#latest = this.#latest?.retain(); // what was seen last can still be looked at
    await Promise.all(this.#sources.map((source) => source.reader[Symbol.asyncDispose]()));
    this.#events.clear();
  }

  /** One turn of the executor: one sample. */
  #arrived(source: Source): void {
    const sample = source.reader.take() as Sample<T> | undefined;
    if (sample === undefined) return; // keep_last let go of it meanwhile
    const move = this.#moves.size === 0 ? undefined : this.#moves.get(sample.publisher);
    if (move === undefined) {
      this.#dispatch(sample);
      return;
    }
    if (move.from === source) move.handover.byOldWay(sample);
    else {
      const isNews = move.handover.byNewWay(sample.retain());
      // Each way keeps the order: after something new, nothing old comes.
      if (move.ended && isNews) this.#endMove(sample.publisher);
    }
    this.#followMove(sample.publisher, move);
  }

  /** A publication that came by one transport has been matched by another, too: it moves there. */
  #maybeMove(publication: EndpointInfo, to: Source): void {
    const has = ({ reader }: Source): boolean => reader.matched.some(({ id }) => id === publication.id);
    const from = this.#sources.find((source) => source !== to && has(source));
    if (from === undefined) return;
    const { id } = publication;
    this.#endMove(id);
    const last = id === this.#lastPublisher ? this.#lastSequence : this.#handedOut.get(id);
    const drop = (sample: Sample<T>): void => {
      this.#repeated++;
      sample.release();
    };
    const { clock, executor } = this.#context;
    const { reliability, history, resourceLimits } = this.qos;
    // Nothing of it is lost unless the old way ends, which is told.
    const isWhole = reliability === "reliable" && history === "keep_all";
    const mostHeld = isWhole ? resourceLimits.maxSamples : undefined;
    const handover = new Handover<Sample<T>>(last, (sample) => this.#dispatch(sample), drop, mostHeld);
    const giveUp = (): void => {
      if (this.#moves.get(id) !== move) return;
      if (isWhole && handover.held > 0 && clock.monotonicMs() < atMs + MOST_WAIT_FOR_ALL_MS) {
        move.alarm = wait();
        return;
      }
      handover.giveUpOldWay();
      this.#followMove(id, move);
    };
    const wait = (): Disposable =>
      clock.alarm(clock.monotonicMs() + MOST_WAIT_MS, () => executor.post({ run: giveUp }), { background: true });
    const atMs = clock.monotonicMs();
    const move: Move<T> = { from, handover, alarm: wait(), released: false, ended: false };
    this.#moves.set(id, move);
  }

  /** Lets the old way go once the new one has everything. */
  #followMove(id: EndpointId, move: Move<T>): void {
    if (move.released || move.ended || !move.handover.caughtUp || this.#closed) return;
    move.released = true;
    move.alarm[Symbol.dispose]();
    const { reader, transport } = move.from;
    const publication = reader.matched.find((one) => one.id === id);
    if (publication === undefined) return;
    const { choice, executor } = this.#context;
    executor.defer({
      run: () => {
        choice.release(reader.info, publication, transport);
        transport.reconsider?.(publication.participant.id);
      },
    });
  }

  /** The old way has ended. What it has brought already is in the executor's queue, before what is posted now. */
  #oldWayEnded(publication: EndpointInfo, move: Move<T>): void {
    const { id } = publication;
    const { choice, executor } = this.#context;
    const run = (): void => {
      move.handover.giveUpOldWay();
      move.ended = true;
      choice.release(move.from.reader.info, publication, move.from.transport);
      if (this.#moves.get(id) === move && !this.matched.some((one) => one.id === id)) this.#endMove(id);
    };
    executor.defer({ run });
  }

  #endMove(id: EndpointId): void {
    this.#moves.get(id)?.alarm[Symbol.dispose]();
    this.#moves.delete(id);
  }

  /** One sample to everybody. */
  #dispatch(sample: Sample<T>): void {
    if (this.#closed) {
      sample.release();
      return;
    }
    if (sample.publisher !== this.#lastPublisher) {
      if (this.#lastPublisher !== undefined) this.#handedOut.set(this.#lastPublisher, this.#lastSequence);
      this.#lastPublisher = sample.publisher;
    }
    this.#lastSequence = sample.sequence;
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

  #matching(event: "matched" | "unmatched", peer: EndpointInfo): void {
    if (event === "unmatched") {
      this.#handedOut.delete(peer.id);
      if (this.#moves.get(peer.id)?.ended === true) this.#endMove(peer.id);
    }
    this.#later(event, peer);
  }

  #later<K extends keyof SubscriptionEvents & string>(event: K, value: SubscriptionEvents[K]): void {
    this.#context.executor.defer({ run: () => this.#context.emit(this.#events, event, value) });
  }

  #forward(events: Events<ReaderEvents>, transport: Transport): void {
    const sourceOf = (): Source | undefined => this.#sources.find((source) => source.transport === transport);
    events.on("matched", (peer) => {
      this.#peers.matched(peer);
      const source = sourceOf();
      if (source !== undefined) this.#maybeMove(peer, source);
    });
    events.on("unmatched", (peer) => {
      const source = sourceOf();
      const move = this.#moves.get(peer.id);
      if (move !== undefined && move.from === source) this.#oldWayEnded(peer, move);
      if (source !== undefined) this.#peers.unmatched(source.reader.info, peer, transport.name);
    });
    events.on("deadlineMissed", (value) => this.#later("deadlineMissed", value));
    events.on("livelinessChanged", (value) => this.#later("livelinessChanged", value));
    events.on("lost", (value) => this.#later("lost", value));
    events.on("dropped", (value) => {
      if (this.#events.has("dropped")) this.#later("dropped", value);
    });
    events.on("incompatible", (value) => {
      noteIncompatible(this.#incompatible, value, this.#context);
      this.#later("incompatible", value);
    });
  }
}
