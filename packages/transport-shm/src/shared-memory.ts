import { ClosedError, Events } from "@delos/core";
import type {
  Discovery,
  EndpointInfo,
  EndpointOptions,
  ParticipantId,
  ParticipantInfo,
  Reader,
  ReaderOptions,
  Transport,
  TransportContext,
  TransportFactory,
  Writer,
  WriterOptions,
} from "@delos/transport";
import type { EndpointBus, EndpointMessage } from "./endpoint-bus.ts";
import { loadOrdinaryView } from "./koffi.ts";
import { ProcessBus, sharedArrayBuffers } from "./process-bus.ts";
import { ShmReader } from "./shm-reader.ts";
import { ShmWriter } from "./shm-writer.ts";

export interface SharedMemoryOptions {
  /** Separates buses within one process. Default "0". */
  readonly domain?: string;
}

/**
 * Samples through rings in shared memory, between the threads of this process: each is written once however many read it,
 * small ones are read in batches, large ones in place. No thread is special; any may come first, leave, or be terminated.
 */
export function sharedMemory(options: SharedMemoryOptions = {}): TransportFactory {
  const { domain = "0" } = options;
  return {
    address: { name: "shm", reach: "process", domain },
    open: async (context) => {
      const transport: SharedMemoryTransport = new SharedMemoryTransport("shm", context);
      const memory = sharedArrayBuffers(await loadOrdinaryView());
      return transport.join(
        new ProcessBus(domain, context.participant, memory, (message) => transport.receive(message)),
      );
    },
  };
}

/** The transport over shared memory, whoever shares it: the bus knows. */
export class SharedMemoryTransport implements Transport {
  readonly name: string;
  readonly #context: TransportContext;
  #bus!: EndpointBus;
  readonly #writers: Map<string, ShmWriter> = new Map();
  readonly #readers: Map<string, ShmReader> = new Map();
  #closed = false;

  constructor(name: string, context: TransportContext) {
    this.name = name;
    this.#context = context;
  }

  /** To be called once, before anything else. The bus gives what it hears to `receive`. */
  join(bus: EndpointBus): this {
    this.#bus = bus;
    return this;
  }

  get discovery(): Discovery {
    return this.#bus.discovery;
  }

  get counters(): Readonly<Record<string, number>> {
    return { writers: this.#writers.size, readers: this.#readers.size };
  }

  announceNode(name: string): Disposable {
    this.#mustBeOpen();
    this.#bus.addNode(name);
    return { [Symbol.dispose]: () => this.#bus.removeNode(name) };
  }

  createWriter(options: WriterOptions): Writer {
    this.#mustBeOpen();
    const info = this.#describe(options, "publication", options.schema);
    const writer = new ShmWriter(info, options.codec, this.#context, this.#bus, options.events ?? new Events(), {
      renewOthers: () => this.#renewByParticipant(),
      onClosed: () => this.#writers.delete(info.id),
    });
    this.#writers.set(info.id, writer);
    this.#bus.addEndpoint(info.id, () => writer.entry);
    for (const { info: other } of Array.from(this.#bus.entries.values())) {
      if (other.kind === "subscription" && other.topic === info.topic) writer.consider(other);
    }
    return writer;
  }

  createReader(options: ReaderOptions): Reader {
    this.#mustBeOpen();
    const info = this.#describe(options, "subscription", options.schema);
    const reader = new ShmReader(info, options, this.#context, this.#bus, () => this.#readers.delete(info.id));
    this.#readers.set(info.id, reader);
    this.#bus.addEndpoint(info.id, () => ({ info, segments: undefined }));
    for (const entry of Array.from(this.#bus.entries.values())) {
      if (entry.info.kind === "publication" && entry.info.topic === info.topic) reader.consider(entry);
    }
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const endpoints = [...this.#readers.values(), ...this.#writers.values()];
    await Promise.all(endpoints.map((endpoint) => endpoint[Symbol.asyncDispose]()));
    await this.#bus.close();
  }

  /** Takes from the rings what those held who are no more. */
  reap(): void {
    for (const writer of this.#writers.values()) writer.reap();
  }

  meet(participant: ParticipantInfo): void {
    this.#bus.meet?.(participant.id);
  }

  renew(): void {
    this.#bus.send({ kind: "renewed", from: this.#context.participant });
  }

  /** A reader attaches and lets go by itself; the writer hears of it. Only memory that it makes on demand it makes before. */
  reconsider(participant: ParticipantId): void {
    for (const entry of Array.from(this.#bus.entries.values())) {
      const { info } = entry;
      if (info.participant.id !== participant) continue;
      if (info.kind === "subscription") {
        if (!this.#bus.memory.onDemand) continue;
        for (const writer of Array.from(this.#writers.values())) {
          if (writer.info.topic === info.topic) writer.consider(info);
        }
        continue;
      }
      for (const reader of Array.from(this.#readers.values())) {
        if (reader.info.topic === info.topic) reader.reconsider(entry);
      }
    }
  }

  receive(message: EndpointMessage): void {
    switch (message.kind) {
      case "endpoint": {
        const { entry } = message;
        const { kind, topic } = entry.info;
        if (kind === "publication") {
          for (const reader of Array.from(this.#readers.values()))
            if (reader.info.topic === topic) reader.consider(entry);
        } else {
          for (const writer of Array.from(this.#writers.values())) {
            if (writer.info.topic === topic) writer.consider(entry.info);
          }
        }
        return;
      }
      case "endpointLeft":
        for (const reader of Array.from(this.#readers.values())) reader.left(message.id);
        for (const writer of Array.from(this.#writers.values())) writer.left(message.id);
        return;
      case "attached": {
        const subscription = this.#bus.entries.get(message.reader)?.info;
        if (subscription !== undefined) {
          this.#writers.get(message.writer)?.attached(subscription, message.wantsHistory);
        }
        return;
      }
      case "detached":
        this.#writers.get(message.writer)?.left(message.reader);
        return;
      case "renewed":
        this.#bus.discovery.renewParticipant(message.from);
        return;
      case "segmentAttached":
        this.#writers.get(message.writer)?.segmentAttached();
        return;
      case "confirmed":
        this.#writers.get(message.writer)?.confirmed(message.reader, message.written);
        return;
      case "segment":
        for (const reader of this.#readers.values()) reader.addPool(message.writer, message.generation, message.buffer);
        return;
      case "history":
        this.#readers.get(message.reader)?.history(message.writer, message.samples, message.last);
        return;
      case "alive":
        for (const reader of this.#readers.values()) reader.setAlive(message.writer, message.alive);
        return;
      case "confirm":
        this.#readers.get(message.reader)?.confirm(message.writer, message.written);
        return;
      default:
    }
  }

  #renewByParticipant(): void {
    for (const writer of this.#writers.values()) {
      if (writer.info.qos.liveliness === "manual_by_participant") writer.renew();
    }
  }

  #describe(options: EndpointOptions, kind: EndpointInfo["kind"], schema: EndpointInfo["schema"]): EndpointInfo {
    const { id, node, topic, qos } = options;
    return { id, kind, participant: this.#context.participant, node, topic, schema, qos };
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new ClosedError("The shared memory transport");
  }
}
