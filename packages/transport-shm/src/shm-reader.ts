import { Events, type MessageCodec } from "@delos/core";
import {
  type EndpointId,
  type EndpointInfo,
  endpointMismatches,
  Incompatibility,
  isReportable,
  type Reader,
  type ReaderCounters,
  type ReaderEvents,
  type ReaderOptions,
  ReaderQueue,
  type Sample,
  type TransportContext,
} from "@delos/transport";
import {
  type EndpointBus,
  type EndpointEntry,
  type HistorySample,
  ownerOf,
  type SegmentHandle,
} from "./endpoint-bus.ts";
import { isStrict } from "./shm-writer.ts";
import { Source } from "./source.ts";

/** A subscription over shared memory: one source for each publication, all into one bounded queue. */
export class ShmReader implements Reader {
  readonly info: EndpointInfo;
  readonly events: Events<ReaderEvents>;
  readonly #context: TransportContext;
  readonly #bus: EndpointBus;
  readonly #ignoreLocal: boolean;
  readonly #codec: MessageCodec | undefined;
  readonly #queue: ReaderQueue;
  readonly #sources: Map<EndpointId, Source> = new Map();
  /** The same to walk through for each sample. */
  #sourceList: readonly Source[] = [];
  /** A source may wait for room in the queue. */
  readonly #stalls: boolean;
  readonly #onClosed: () => void;
  #closed = false;

  constructor(
    info: EndpointInfo,
    options: ReaderOptions,
    context: TransportContext,
    bus: EndpointBus,
    onClosed: () => void,
  ) {
    this.info = info;
    this.events = options.events ?? new Events();
    this.#context = context;
    this.#bus = bus;
    this.#ignoreLocal = options.ignoreLocal ?? false;
    this.#codec = options.codec;
    this.#queue = new ReaderQueue(info.qos, context.clock, this.events, options.onData);
    this.#stalls = info.qos.history === "keep_all";
    this.#onClosed = onClosed;
  }

  get matched(): readonly EndpointInfo[] {
    return [...this.#sources.values()].map((source) => source.publication);
  }

  get counters(): ReaderCounters {
    return this.#queue.counters;
  }

  get available(): number {
    return this.#queue.length;
  }

  take(): Sample | undefined {
    const sample = this.#queue.take();
    if (this.#stalls && sample !== undefined) {
      const sources = this.#sourceList;
      for (let i = 0; i < sources.length; i++) sources[i]!.resume();
    }
    return sample;
  }

  /** A publication of the topic has come up: attaches to its rings if it fits. */
  consider({ info: publication, segments }: EndpointEntry): void {
    if (this.#closed || this.#sources.has(publication.id)) return;
    if (this.#ignoreLocal && publication.participant.id === this.info.participant.id) return;
    if (!this.#context.carries(this.info, publication)) return;
    const mismatches = endpointMismatches(publication, this.info);
    if (mismatches.length > 0) {
      if (isReportable(mismatches)) {
        this.events.emit("incompatible", new Incompatibility(this.info, publication, mismatches));
      }
      return;
    }
    if (segments === undefined) return; // made on demand: the publication has heard of us, and will say where
    const [writer, reader] = [publication.id, this.info.id];
    const wantsHistory = publication.qos.durability !== "volatile" && this.info.qos.durability !== "volatile";
    let source: Source;
    try {
      source = new Source({
        publication,
        segments,
        memory: this.#bus.memory,
        queue: this.#queue,
        codec: this.#codec,
        clock: this.#context.clock,
        log: this.#context.log,
        strict: isStrict(publication, this.info),
        wantsHistory,
        owner: ownerOf(this.info.participant.id),
        onSegmentAttached: () => this.#bus.send({ kind: "segmentAttached", writer, reader }),
        onConfirmed: (written) => this.#bus.send({ kind: "confirmed", writer, reader, written }),
      });
    } catch (error) {
      this.#context.log.error("shared memory: cannot read a publication", {
        topic: publication.topic,
        error: String(error),
      });
      return;
    }
    this.#sources.set(writer, source);
    this.#sourceList = [...this.#sources.values()];
    this.#queue.join(publication);
    this.#bus.send({ kind: "attached", writer, reader, wantsHistory });
    this.events.emit("matched", publication);
    void source.run();
  }

  /** Attaches, or lets go, as `carries` says now. */
  reconsider(entry: EndpointEntry): void {
    const { info: publication } = entry;
    const source = this.#sources.get(publication.id);
    if (source === undefined) this.consider(entry);
    else if (!this.#context.carries(this.info, publication)) {
      source.close();
      this.#sources.delete(publication.id);
      this.#sourceList = [...this.#sources.values()];
      this.#queue.leave(publication.id);
      this.#bus.send({ kind: "detached", writer: publication.id, reader: this.info.id });
      this.events.emit("unmatched", publication);
    }
  }

  addPool(writer: EndpointId, generation: number, buffer: SegmentHandle): void {
    this.#sources.get(writer)?.addPool(generation, buffer);
  }

  history(writer: EndpointId, samples: readonly HistorySample[], last: number): void {
    this.#sources.get(writer)?.history(samples, last);
  }

  setAlive(writer: EndpointId, alive: boolean): void {
    if (this.#sources.has(writer)) this.#queue.setAlive(writer, alive);
  }

  confirm(writer: EndpointId, written: number): void {
    this.#sources.get(writer)?.confirm(written);
  }

  left(writer: EndpointId): void {
    const source = this.#sources.get(writer);
    if (source === undefined) return;
    source.end();
    this.#sources.delete(writer);
    this.#sourceList = [...this.#sources.values()];
    this.#queue.leave(writer);
    this.events.emit("unmatched", source.publication);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const sources = Array.from(this.#sources.values());
    this.#sources.clear();
    this.#sourceList = [];
    this.#queue[Symbol.dispose]();
    for (const source of sources) {
      source.close();
      this.#queue.leave(source.publication.id);
      this.events.emit("unmatched", source.publication);
    }
    this.#bus.removeEndpoint(this.info.id);
    this.#onClosed();
  }
}
