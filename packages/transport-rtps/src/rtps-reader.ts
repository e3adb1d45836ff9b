import { Events, MalformedError, type MessageCodec, type MessageSchema } from "@delos/core";
import {
  type EndpointInfo,
  type Lease,
  type Reader,
  type ReaderCounters,
  type ReaderEvents,
  type ReaderOptions,
  ReaderQueue,
  Sample,
} from "@delos/transport";
import { CycloneServices } from "./cyclone-services.ts";
import type { LocalReader } from "./local-endpoint.ts";
import { isCdr, readInlineQos, unframePayload } from "./payload.ts";
import type { RemoteWriter } from "./remote.ts";
import type { RtpsTransport } from "./rtps-transport.ts";
import { keyOfSchema } from "./rtps-writer.ts";
import { StatefulReader } from "./stateful-reader.ts";
import { guidHex } from "./wire/guid.ts";
import { VENDOR_CYCLONE, VENDOR_DELOS } from "./wire/message.ts";
import { nsOfTime } from "./wire/time.ts";
import type { Incoming } from "./writer-proxy.ts";

/** A datagram's memory belongs to its sample alone; keeping a small sample must not keep the whole datagram. */
const DATAGRAM: Lease = {
  keep: (bytes) => Uint8Array.from(bytes),
  end: () => {},
};

/** A subscription on the network: one endpoint, or for a reader of any type one for each type found. */
export class RtpsReader implements Reader {
  readonly info: EndpointInfo;
  readonly events: Events<ReaderEvents>;
  readonly #transport: RtpsTransport;
  readonly #options: ReaderOptions;
  readonly #onClosed: () => void;
  readonly #queue: ReaderQueue;
  readonly #codec: MessageCodec | undefined;
  readonly #locals = new Map<string, { local: LocalReader; reader: StatefulReader }>();
  readonly #matched = new Map<RemoteWriter, EndpointInfo>();
  #closed = false;

  constructor(transport: RtpsTransport, options: ReaderOptions, onClosed: () => void) {
    const { id, node, topic, qos, schema } = options;
    this.#transport = transport;
    this.#options = options;
    this.#onClosed = onClosed;
    this.#codec = options.codec;
    this.events = options.events ?? new Events();
    this.info = { id, kind: "subscription", participant: transport.context.participant, node, topic, schema, qos };
    this.#queue = new ReaderQueue(qos, transport.context.clock, this.events, options.onData);
  }

  announce(): void {
    this.#add(keyOfSchema(this.#options) !== undefined);
  }

  /** Subscribes to one more topic and type of the wire. */
  announceAs(topic: string, type: string, keyed: boolean): void {
    if (!this.#closed && !this.#locals.has(`${topic} ${type}`)) this.#add(keyed, { topic, type });
  }

  /** On the wire. */
  get guids(): string[] {
    return [...this.#locals.values()].map(({ local }) => guidHex(local.data.guid));
  }

  get matched(): readonly EndpointInfo[] {
    return [...this.#matched.values()];
  }

  get counters(): ReaderCounters {
    return this.#queue.counters;
  }

  get available(): number {
    return this.#queue.length;
  }

  take(): Sample | undefined {
    const sample = this.#queue.take();
    for (const { reader } of this.#locals.values()) reader.resume();
    return sample;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const matched = [...this.#matched];
    for (const { local } of this.#locals.values()) this.#transport.engine.removeReader(local);
    this.#queue[Symbol.dispose]();
    for (const [remote, info] of matched) if (this.#matched.delete(remote)) this.events.emit("unmatched", info);
    this.#onClosed();
  }

  #add(keyed: boolean, named?: { readonly topic: string; readonly type: string }): void {
    const { engine } = this.#transport;
    const data = this.#transport.dataOf(this.#options, "subscription", keyed, named);
    const { qos } = this.info;
    const reader = new StatefulReader(
      data.guid.entityId,
      { reliable: qos.reliability === "reliable", transientLocal: qos.durability !== "volatile" },
      {
        deliver: (remote, sample) => this.#deliver(remote, sample),
        lost: (count) => this.#queue.lose(count),
      },
      engine,
    );
    const local: LocalReader = {
      data,
      reader,
      accepts: (remote) => this.#accepts(local, remote, named?.type),
      matched: (remote) => {
        const info = this.#transport.endpointOf(remote);
        this.#matched.set(remote, info);
        this.#queue.join(info);
        this.events.emit("matched", info);
      },
      unmatched: (remote) => {
        const info = this.#matched.get(remote);
        if (info === undefined || !this.#matched.delete(remote)) return;
        this.#queue.leave(info.id);
        this.events.emit("unmatched", info);
      },
      liveliness: (remote, alive) => {
        const info = this.#matched.get(remote);
        if (info !== undefined) this.#queue.setAlive(info.id, alive);
      },
    };
    this.#locals.set(named === undefined ? "" : `${named.topic} ${named.type}`, { local, reader });
    engine.addReader(local);
  }

  #accepts(local: LocalReader, remote: RemoteWriter, type: string | undefined): boolean {
    const { engine } = this.#transport;
    if (this.#options.ignoreLocal === true && remote.participant === engine.self) return false;
    if (type !== undefined && type !== remote.data!.type) return false;
    // A foreign writer knows no reader of any type; an endpoint of its own type is made for it.
    const anyType = this.info.schema === undefined && type === undefined;
    if (anyType && remote.participant.data.vendor !== VENDOR_DELOS) return false;
    return this.#transport.decide(this.info, local.data, remote, (event) => this.events.emit("incompatible", event));
  }

  /** False when the queue is full and the writer would send the sample again. */
  #deliver(remote: RemoteWriter, incoming: Incoming): boolean {
    if (!this.#queue.hasRoom && this.info.qos.reliability === "reliable") return false;
    const publication = this.#matched.get(remote);
    if (publication === undefined) return true;
    try {
      this.#queue.put(this.#sampleOf(publication, remote, incoming));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#transport.engine.count("malformed payload");
      this.#queue.lose(1);
    }
    return true;
  }

  #sampleOf(publication: EndpointInfo, remote: RemoteWriter, incoming: Incoming): Sample {
    const fromDelos = remote.participant.data.vendor === VENDOR_DELOS;
    const facts = readInlineQos(incoming.inlineQos, fromDelos);
    const { sequence = incoming.sn } = facts;
    let { extras } = facts;
    const schema: MessageSchema = publication.schema ?? this.info.schema!;
    const { payload = new Uint8Array(0) } = incoming;
    let bytes = incoming.isKey || isCdr(schema) ? payload : unframePayload(payload);
    if (remote.participant.data.vendor === VENDOR_CYCLONE && isCdr(schema)) {
      const { cycloneServices: services } = this.#transport;
      const { topic } = remote.data!;
      if (CycloneServices.isRequestTopic(topic)) {
        bytes = services.takeRequest(bytes, { publisher: publication.id, sequence });
      } else if (CycloneServices.isReplyTopic(topic)) {
        const reply = services.takeReply(bytes);
        bytes = reply.payload;
        if (reply.related !== undefined) extras = { ...extras, related: reply.related };
      }
    }
    const nowNs = this.#transport.context.clock.nowNs();
    const sourceTimeNs = incoming.time === undefined ? nowNs : nsOfTime(incoming.time);
    const sample = new Sample(
      schema,
      this.#codec,
      undefined,
      bytes,
      publication.id,
      sequence,
      sourceTimeNs,
      nowNs,
      extras,
    );
    return incoming.owned ? sample : sample.lend(DATAGRAM);
  }
}
