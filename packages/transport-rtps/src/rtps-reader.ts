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
  type SampleExtras,
} from "@delos/transport";
import { codecFor, type KeyExtractor, type MessageValue } from "@delos/wire";
import { CycloneServices } from "./cyclone-services.ts";
import { FRAME_BYTES } from "./history.ts";
import type { Incoming } from "./incoming.ts";
import type { LocalReader } from "./local-endpoint.ts";
import { framedBytes, isCdr, readInlineQos, unframedOf } from "./payload.ts";
import type { RemoteWriter } from "./remote.ts";
import type { RtpsTransport } from "./rtps-transport.ts";
import { keyOfSchema } from "./rtps-writer.ts";
import type { PayloadMemory } from "./sample-memory.ts";
import { StatefulReader } from "./stateful-reader.ts";
import { guidHex, hexOf } from "./wire/guid.ts";
import { VENDOR_CYCLONE, VENDOR_DELOS } from "./wire/message.ts";
import { NsHalves, nsOfWords } from "./wire/time.ts";

const NOTHING = new Uint8Array(0);

/** A datagram's memory belongs to its sample alone; keeping a small sample must not keep the whole datagram. */
const DATAGRAM: Lease = {
  keep: (bytes) => Uint8Array.from(bytes),
  end: () => {},
};

/** What is known of a publication that this reader listens to. */
interface Source {
  readonly info: EndpointInfo;
  readonly schema: MessageSchema;
  /** Its payloads are frames around other encodings. */
  readonly framed: boolean;
  readonly vendor: number;
}

/** Whether the payload begins as one of XCDR1 or XCDR2 does: what no codec could read is not handed out. DDSI-RTPS 2.5 §10.2. */
const isRepresented = ({ length, 0: high, 1: low }: Uint8Array): boolean =>
  length >= 4 && high === 0 && low! <= 0x0b && low !== 4 && low !== 5;

/** Where a reader puts what it got: the user's queue, or the way to the thread where that is. */
export interface SampleQueue extends Pick<ReaderQueue, keyof ReaderQueue> {
  /** Where large samples are put together, unless that is all the same. */
  readonly memory?: PayloadMemory;
}

/** Which instance a sample of a keyed type is of; undefined for other types. */
export function instancesOf(options: ReaderOptions): ((sample: Sample) => string) | undefined {
  const key = keyOfSchema(options);
  if (key === undefined) return undefined;
  const codec = options.codec ?? codecFor(options.schema!);
  const known = new WeakMap<Sample, string>();
  return (sample) => {
    let instance = known.get(sample);
    if (instance !== undefined) return instance;
    const { extras } = sample;
    const ended = extras?.instanceState !== undefined;
    const hash = extras?.keyHash ?? (ended ? undefined : key.hash(sample.as(codec).message as MessageValue));
    known.set(sample, (instance = hash === undefined ? "" : hexOf(hash)));
    return instance;
  };
}

/** A subscription on the network: one endpoint, or for a reader of any type one for each type found. */
export class RtpsReader implements Reader {
  readonly info: EndpointInfo;
  readonly events: Events<ReaderEvents>;
  readonly #transport: RtpsTransport;
  readonly #options: ReaderOptions;
  readonly #onClosed: () => void;
  readonly #queue: SampleQueue;
  readonly #memory: PayloadMemory;
  readonly #codec: MessageCodec | undefined;
  readonly #key: KeyExtractor | undefined;
  readonly #locals = new Map<string, { local: LocalReader; reader: StatefulReader }>();
  readonly #matched = new Map<RemoteWriter, Source>();
  /** That of the sample before: mostly the same one again. */
  #lastRemote: RemoteWriter | undefined;
  #lastSource: Source | undefined;
  /** Source time of the sample before, as words and as halves of ns: samples of one moment share it. */
  #lastSeconds = 0;
  #lastFraction = 0;
  readonly #lastTime = new NsHalves();
  /** Some writer was told that there is no room. */
  #refused = false;
  #closed = false;

  constructor(transport: RtpsTransport, options: ReaderOptions, onClosed: () => void, queue?: SampleQueue) {
    const { id, node, topic, qos, schema } = options;
    this.#transport = transport;
    this.#options = options;
    this.#onClosed = onClosed;
    this.#codec = options.codec;
    this.#key = keyOfSchema(options);
    this.events = options.events ?? new Events();
    this.info = { id, kind: "subscription", participant: transport.context.participant, node, topic, schema, qos };
    this.#queue =
      queue ?? new ReaderQueue(qos, transport.context.clock, this.events, options.onData, instancesOf(options));
    this.#memory = this.#queue.memory ?? transport.engine.memory;
  }

  announce(): void {
    this.#add(this.#key !== undefined);
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
    return Array.from(this.#matched.values(), ({ info }) => info);
  }

  get counters(): ReaderCounters {
    return this.#queue.counters;
  }

  get available(): number {
    return this.#queue.length;
  }

  take(): Sample | undefined {
    const sample = this.#queue.take();
    this.resume();
    return sample;
  }

  /** The queue has room again. */
  resume(): void {
    if (!this.#refused) return;
    this.#refused = false;
    for (const { reader } of this.#locals.values()) reader.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const matched = [...this.#matched];
    for (const { local } of this.#locals.values()) this.#transport.engine.removeReader(local);
    this.#queue[Symbol.dispose]();
    for (const [remote, { info }] of matched) if (this.#matched.delete(remote)) this.events.emit("unmatched", info);
    this.#onClosed();
  }

  #add(keyed: boolean, named?: { readonly topic: string; readonly type: string }): void {
    const { engine } = this.#transport;
    const data = this.#transport.dataOf(this.#options, "subscription", keyed, named);
    const { qos } = this.info;
    const reader = new StatefulReader(
      data.guid.entityId,
      {
        reliable: qos.reliability === "reliable",
        transientLocal: qos.durability !== "volatile",
        memory: this.#memory,
      },
      {
        deliver: (remote, sample) => this.#deliver(remote, sample),
        lost: (count) => this.#queue.lose(count),
      },
      engine,
    );
    const local: LocalReader = {
      data,
      reader,
      ignoresOwn: this.#options.ignoreLocal === true,
      accepts: (remote) => this.#accepts(local, remote, named?.type),
      carries: (remote) => this.#transport.context.carries(this.info, this.#transport.endpointOf(remote)),
      matched: (remote) => {
        const info = this.#listenTo(remote);
        this.#queue.join(info);
        this.events.emit("matched", info);
      },
      changed: (remote) => this.#queue.join(this.#listenTo(remote)),
      unmatched: (remote) => {
        const info = this.#matched.get(remote)?.info;
        if (info === undefined || !this.#matched.delete(remote)) return;
        this.#lastRemote = undefined;
        this.#queue.leave(info.id);
        this.events.emit("unmatched", info);
      },
      liveliness: (remote, alive) => {
        const info = this.#matched.get(remote)?.info;
        if (info !== undefined) this.#queue.setAlive(info.id, alive);
      },
    };
    this.#locals.set(named === undefined ? "" : `${named.topic} ${named.type}`, { local, reader });
    engine.addReader(local);
  }

  #listenTo(remote: RemoteWriter): EndpointInfo {
    const info = this.#transport.endpointOf(remote);
    const schema = info.schema ?? this.info.schema!;
    const { vendor } = remote.participant.data;
    this.#matched.set(remote, { info, schema, framed: !isCdr(schema), vendor });
    this.#lastRemote = undefined;
    return info;
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
    if (!this.#queue.hasRoom && this.info.qos.reliability === "reliable") {
      this.#refused = true;
      return false;
    }
    if (remote !== this.#lastRemote) {
      this.#lastSource = this.#matched.get(remote);
      this.#lastRemote = remote;
    }
    const source = this.#lastSource;
    if (source === undefined) {
      this.#giveBack(incoming);
      return true;
    }
    try {
      this.#queue.put(this.#sampleOf(source, remote, incoming));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#giveBack(incoming);
      this.#transport.engine.count("malformed payload");
      this.#queue.lose(1);
    }
    return true;
  }

  #giveBack(incoming: Incoming): void {
    if (incoming.owned) this.#memory.give(incoming.bytes);
  }

  #sampleOf(source: Source, remote: RemoteWriter, incoming: Incoming): Sample {
    const { info, schema, vendor } = source;
    let { sn: sequence } = incoming;
    let extras: SampleExtras | undefined;
    if (incoming.inlineQos !== undefined) {
      const facts = readInlineQos(incoming.inlineQos, vendor === VENDOR_DELOS);
      sequence = facts.sequence ?? sequence;
      extras = facts.extras;
    }
    if (source.framed && incoming.timed && !incoming.isKey) {
      return this.#sampleInDatagram(source, incoming, sequence, extras);
    }
    let bytes = source.framed && !incoming.isKey ? unframedOf(incoming) : (incoming.payload ?? NOTHING);
    if (vendor === VENDOR_CYCLONE && !source.framed) {
      const { cycloneServices: services } = this.#transport;
      const { topic } = remote.data!;
      if (CycloneServices.isRequestTopic(topic)) {
        bytes = services.takeRequest(bytes, { publisher: info.id, sequence });
      } else if (CycloneServices.isReplyTopic(topic)) {
        const reply = services.takeReply(bytes);
        bytes = reply.payload;
        if (reply.related !== undefined) extras = { ...extras, related: reply.related };
      }
    }
    if (extras?.instanceState === undefined) {
      if (incoming.isKey) throw new MalformedError("RTPS_MALFORMED", "a key without a status says nothing", 0);
      if (!source.framed && !isRepresented(bytes)) {
        throw new MalformedError("RTPS_MALFORMED", "a payload in no representation of CDR", 0);
      }
    }
    // Cyclone DDS says by the key, and not by its hash, which instance has come to an end.
    if (incoming.isKey && this.#key !== undefined && extras?.keyHash === undefined) {
      extras = { ...extras, keyHash: this.#key.hash(this.#key.decode(bytes)) };
    }
    const nowNs = this.#transport.engine.receptionTimeNs;
    const sourceTimeNs = incoming.timed ? nsOfWords(incoming.seconds, incoming.fraction) : nowNs;
    const sample = new Sample(schema, this.#codec, undefined, bytes, info.id, sequence, sourceTimeNs, nowNs, extras);
    return sample.lend(incoming.owned ? this.#memoryLease(incoming.bytes) : DATAGRAM);
  }

  /** Where Delos talks with Delos: for a view of the bytes and for the time of source nothing is made before somebody asks. */
  #sampleInDatagram(
    { info, schema }: Source,
    incoming: Incoming,
    sequence: number,
    extras: SampleExtras | undefined,
  ): Sample {
    const { high, low } = this.#sourceHalves(incoming);
    const { receptionTimeNs } = this.#transport.engine;
    const start = incoming.from + FRAME_BYTES;
    const length = framedBytes(incoming);
    return Sample.inMemory(
      schema,
      this.#codec,
      incoming.bytes,
      start,
      length,
      info.id,
      sequence,
      high,
      low,
      receptionTimeNs,
      extras,
    ).lend(incoming.owned ? this.#memoryLease(incoming.bytes) : DATAGRAM);
  }

  /** Whoever keeps it keeps the memory too; else it is used again. */
  #memoryLease(memory: Uint8Array): Lease {
    return { keep: (bytes) => bytes, end: () => this.#memory.give(memory) };
  }

  #sourceHalves({ seconds, fraction }: Incoming): NsHalves {
    if (seconds !== this.#lastSeconds || fraction !== this.#lastFraction) {
      this.#lastSeconds = seconds;
      this.#lastFraction = fraction;
      this.#lastTime.set(seconds, fraction);
    }
    return this.#lastTime;
  }
}
