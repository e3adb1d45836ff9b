import { ClosedError, Events } from "@delos/core";
import { type Discovery, DiscoveryTable } from "./discovery.ts";
import type { EndpointInfo, ParticipantId } from "./endpoint.ts";
import { endpointMismatches, Incompatibility, isReportable } from "./endpoint-matching.ts";
import { InProcessReader } from "./in-process-reader.ts";
import { InProcessWriter } from "./in-process-writer.ts";
import type {
  EndpointOptions,
  Reader,
  ReaderOptions,
  Transport,
  TransportContext,
  TransportFactory,
  Writer,
  WriterOptions,
} from "./transport.ts";

/** What the participants of one thread share. Runtimes that were given the same bus hear each other. */
export class InProcessBus {
  readonly discovery: DiscoveryTable = new DiscoveryTable();
  readonly #topics: Map<string, { readonly writers: Set<InProcessWriter>; readonly readers: Set<InProcessReader> }> =
    new Map();

  addWriter(writer: InProcessWriter): void {
    const topic = this.#topic(writer.info.topic);
    // Those that a listener of the announcement adds connect themselves.
    const readers = Array.from(topic.readers);
    topic.writers.add(writer);
    this.discovery.addEndpoint(writer.info);
    for (const reader of readers) connect(writer, reader);
  }

  addReader(reader: InProcessReader): void {
    const topic = this.#topic(reader.info.topic);
    const writers = Array.from(topic.writers);
    topic.readers.add(reader);
    this.discovery.addEndpoint(reader.info);
    for (const writer of writers) connect(writer, reader);
  }

  remove(endpoint: InProcessWriter | InProcessReader): void {
    const name = endpoint.info.topic;
    const topic = this.#topic(name);
    topic.writers.delete(endpoint as InProcessWriter);
    topic.readers.delete(endpoint as InProcessReader);
    if (topic.writers.size + topic.readers.size === 0) this.#topics.delete(name);
    this.discovery.removeEndpoint(endpoint.info.id);
  }

  /** Matches the pairs of these two participants anew. */
  reconsider(ours: ParticipantId, theirs: ParticipantId): void {
    const isPair = (a: EndpointInfo, b: EndpointInfo): boolean =>
      a.participant.id === ours && b.participant.id === theirs;
    for (const { writers, readers } of Array.from(this.#topics.values())) {
      for (const writer of Array.from(writers)) {
        for (const reader of Array.from(readers)) {
          if (!isPair(writer.info, reader.info) && !isPair(reader.info, writer.info)) continue;
          // The reader decides when to let go: only it knows what else has come by another way.
          if (!writer.serves(reader)) connect(writer, reader);
          else if (!reader.context.carries(reader.info, writer.info)) writer.disconnect(reader);
        }
      }
    }
  }

  /** The other writers of a participant whose liveliness one assertion renews. */
  *writersOf(participant: ParticipantId): Iterable<InProcessWriter> {
    for (const { writers } of this.#topics.values()) {
      for (const writer of writers) if (writer.info.participant.id === participant) yield writer;
    }
  }

  #topic(name: string): { readonly writers: Set<InProcessWriter>; readonly readers: Set<InProcessReader> } {
    let topic = this.#topics.get(name);
    if (topic === undefined) this.#topics.set(name, (topic = { writers: new Set(), readers: new Set() }));
    return topic;
  }
}

function connect(writer: InProcessWriter, reader: InProcessReader): void {
  if (writer.closed || reader.closed) return; // a listener of an earlier match has closed it
  if (!writer.context.carries(writer.info, reader.info) || !reader.context.carries(reader.info, writer.info)) return;
  if (reader.ignoreLocal && writer.info.participant.id === reader.info.participant.id) return;
  const mismatches = endpointMismatches(writer.info, reader.info);
  if (mismatches.length === 0) writer.connect(reader);
  else if (isReportable(mismatches)) {
    writer.events.emit("incompatible", new Incompatibility(writer.info, reader.info, mismatches));
    reader.events.emit("incompatible", new Incompatibility(reader.info, writer.info, mismatches));
  }
}

class InProcessTransport implements Transport {
  readonly name = "inprocess";
  readonly counters: Readonly<Record<string, number>> = {};
  readonly #bus: InProcessBus;
  readonly #context: TransportContext;
  readonly #endpoints: Set<Writer | Reader> = new Set();
  #closed = false;

  constructor(bus: InProcessBus, context: TransportContext) {
    this.#bus = bus;
    this.#context = context;
    bus.discovery.addParticipant(context.participant);
  }

  get discovery(): Discovery {
    return this.#bus.discovery;
  }

  announceNode(name: string): Disposable {
    this.#mustBeOpen();
    const node = { participant: this.#context.participant, name };
    this.#bus.discovery.addNode(node);
    return { [Symbol.dispose]: () => this.#bus.discovery.removeNode(node) };
  }

  createWriter(options: WriterOptions): Writer {
    this.#mustBeOpen();
    const info = this.#describe(options, "publication", options.schema);
    const writer = new InProcessWriter(info, this.#context, this.#bus, options.events ?? new Events(), () =>
      this.#endpoints.delete(writer),
    );
    this.#endpoints.add(writer);
    this.#bus.addWriter(writer);
    return writer;
  }

  createReader(options: ReaderOptions): Reader {
    this.#mustBeOpen();
    const info = this.#describe(options, "subscription", options.schema);
    const reader = new InProcessReader(info, this.#context, this.#bus, options, () => this.#endpoints.delete(reader));
    this.#endpoints.add(reader);
    this.#bus.addReader(reader);
    return reader;
  }

  renew(): void {
    this.#bus.discovery.renewParticipant(this.#context.participant);
  }

  reconsider(participant: ParticipantId): void {
    this.#bus.reconsider(this.#context.participant.id, participant);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#endpoints].map((endpoint) => endpoint[Symbol.asyncDispose]()));
    this.#bus.discovery.removeParticipant(this.#context.participant.id);
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new ClosedError("The in-process transport");
  }

  #describe(options: EndpointOptions, kind: EndpointInfo["kind"], schema: EndpointInfo["schema"]): EndpointInfo {
    const { id, node, topic, qos } = options;
    return { id, kind, participant: this.#context.participant, node, topic, schema, qos };
  }
}

let buses = 0;

/**
 * Samples pass by reference within one thread: `publish` puts them into each subscriber's queue, nothing is copied or
 * encoded. Runtimes share a bus only when they are given the same one.
 */
export function inProcess(bus: InProcessBus = new InProcessBus()): TransportFactory {
  return {
    address: { name: "inprocess", reach: "thread", domain: domainOf(bus) },
    open: async (context) => new InProcessTransport(bus, context),
  };
}

const domains: WeakMap<InProcessBus, string> = new WeakMap();

function domainOf(bus: InProcessBus): string {
  let domain = domains.get(bus);
  if (domain === undefined) domains.set(bus, (domain = `bus-${++buses}`));
  return domain;
}
