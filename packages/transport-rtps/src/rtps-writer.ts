import { AbortedError, ClosedError, Events, onAbort, TimeoutError } from "@delos/core";
import {
  type EndpointInfo,
  InstanceDeadlines,
  type Loan,
  type PublishResult,
  type Sample,
  type SampleExtras,
  TimeWatch,
  type Writer,
  type WriterCounters,
  type WriterEvents,
  type WriterOptions,
} from "@delos/transport";
import { type KeyExtractor, keyOf, type MessageValue, parseIdl } from "@delos/wire";
import { CycloneServices } from "./cyclone-services.ts";
import type { EndpointData } from "./endpoint-data.ts";
import type { Outgoing } from "./history.ts";
import type { LocalWriter } from "./local-endpoint.ts";
import { inlineQosOf, isCdr } from "./payload.ts";
import type { RemoteReader } from "./remote.ts";
import type { RtpsTransport } from "./rtps-transport.ts";
import { StatefulWriter } from "./stateful-writer.ts";
import { guidHex, hexOf } from "./wire/guid.ts";
import { VENDOR_CYCLONE } from "./wire/message.ts";
import { nsOfTime, TimeFields, timeOfNs } from "./wire/time.ts";

interface Instance {
  readonly extras: SampleExtras | undefined;
  readonly name: string;
  readonly inlineQos: Uint8Array | undefined;
}

/** A publication on the network. */
export class RtpsWriter implements Writer {
  readonly info: EndpointInfo;
  readonly events: Events<WriterEvents>;
  readonly #transport: RtpsTransport;
  readonly #onClosed: () => void;
  readonly #data: EndpointData;
  readonly #writer: StatefulWriter;
  readonly #local: LocalWriter;
  readonly #matched = new Map<RemoteReader, EndpointInfo>();
  readonly #waiting = new Set<() => void>();
  readonly #deadlines: InstanceDeadlines | undefined;
  readonly #lease: TimeWatch | undefined;
  readonly #key: KeyExtractor | undefined;
  readonly #framed: boolean;
  #alive = true;
  #written = 0;
  #deadlinesMissed = 0;
  #livelinessLost = 0;
  /** Samples of one moment share their time. */
  #lastTimeNs = -1n;
  readonly #lastTime = new TimeFields();
  /** The sample that is being written: its fields are copied into the history. */
  readonly #out: { -readonly [K in keyof Outgoing]: Outgoing[K] };
  #lastInstance: Instance | undefined;
  /** When the oldest sample's lifespan is over. */
  #expiry: Disposable | undefined;
  #closed = false;
  /** Called when somebody has acknowledged something. */
  onProgress: (() => void) | undefined;

  constructor(transport: RtpsTransport, options: WriterOptions, onClosed: () => void) {
    const { id, node, topic, qos, schema } = options;
    this.#transport = transport;
    this.#onClosed = onClosed;
    this.events = options.events ?? new Events();
    this.info = { id, kind: "publication", participant: transport.context.participant, node, topic, schema, qos };
    this.#key = keyOfSchema(options);
    this.#framed = !isCdr(schema);
    const nothing = { payload: undefined, inlineQos: undefined, released: undefined };
    this.#out = { ...nothing, isKey: false, time: this.#lastTime, framed: this.#framed };
    this.#data = transport.dataOf(options, "publication", this.#key !== undefined);
    this.#writer = new StatefulWriter(
      this.#data.guid.entityId,
      { ...qos, maxSamples: qos.resourceLimits.maxSamples },
      transport.engine,
      {
        // Samples written before a reliable reader has matched this writer would be lost to it: it is told of when it answers.
        heard: (remote) => this.#match(remote),
        acknowledged: () => {
          if (this.#waiting.size > 0) for (const check of Array.from(this.#waiting)) check();
          this.onProgress?.();
        },
      },
    );
    this.#local = {
      data: this.#data,
      writer: this.#writer,
      accepts: (remote) =>
        transport.decide(this.info, this.#data, remote, (event) => this.events.emit("incompatible", event)),
      matched: (remote, moved) => {
        const answers = qos.reliability === "reliable" && remote.data!.qos.reliability === "reliable";
        if (moved || !answers) this.#match(remote);
      },
      unmatched: (remote) => {
        const info = this.#matched.get(remote);
        if (this.#matched.delete(remote)) this.events.emit("unmatched", info!);
      },
    };
    const { clock } = transport.context;
    if (qos.deadlineMs !== Infinity) {
      this.#deadlines = new InstanceDeadlines(clock, qos.deadlineMs, qos.resourceLimits.maxInstances, () => {
        this.events.emit("deadlineMissed", { total: ++this.#deadlinesMissed });
      });
    }
    if (qos.liveliness !== "automatic" && qos.livelinessLeaseMs !== Infinity) {
      this.#lease = new TimeWatch(clock, qos.livelinessLeaseMs, () => {
        if (!this.#alive) return;
        this.#alive = false;
        this.events.emit("livelinessLost", { total: ++this.#livelinessLost });
      });
      this.#lease.met();
    }
  }

  /** Samples whose lifespan is over are nobody's any more, whoever comes. */
  #expire(): void {
    const { clock } = this.#transport.context;
    const { lifespanMs } = this.info.qos;
    this.#expiry = undefined;
    const oldest = this.#writer.expire(timeOfNs(clock.nowNs() - BigInt(Math.round(lifespanMs * 1e6))));
    if (oldest === undefined || this.#closed) return;
    const ageMs = Number(clock.nowNs() - nsOfTime(oldest)) / 1e6;
    this.#expireIn(Math.min(Math.max(lifespanMs - ageMs, 1), lifespanMs));
  }

  #expireIn(waitMs: number): void {
    const { clock } = this.#transport.context;
    this.#expiry = clock.alarm(clock.monotonicMs() + waitMs, () => this.#expire(), { background: true });
  }

  /** Makes the writer known; apart from the constructor, for it may match at once. */
  announce(): void {
    this.#transport.engine.addWriter(this.#local);
  }

  /** On the wire. */
  get guids(): string[] {
    return [guidHex(this.#data.guid)];
  }

  get matched(): readonly EndpointInfo[] {
    return [...new Map([...this.#matched.values()].map((info) => [info.id, info])).values()];
  }

  get counters(): WriterCounters {
    return { written: this.#written, dropped: this.#writer.dropped, deadlinesMissed: this.#deadlinesMissed };
  }

  /** Samples that somebody may still ask for. */
  get pendingSamples(): number {
    return this.#writer.history.count;
  }

  /** `released`: the sample's memory is lent until this was called; without it, it is the writer's to keep. */
  write(sample: Sample, released?: () => void): PublishResult {
    if (this.#closed) throw new ClosedError(`The writer on ${this.info.topic}`);
    this.#written++;
    this.#asserted();
    if (this.info.qos.lifespanMs !== Infinity && this.#expiry === undefined) this.#expireIn(this.info.qos.lifespanMs);
    if (sample.sourceTimeNs !== this.#lastTimeNs) {
      this.#lastTimeNs = sample.sourceTimeNs;
      timeOfNs(sample.sourceTimeNs, this.#lastTime);
    }
    const sn = this.#writer.lastSn + 1;
    if (this.#key !== undefined) return this.#writeKeyed(this.#key, sample, sn, released);
    this.#deadlines?.met("");
    // No copy: a sample does not change, and is kept until everybody has it.
    const { bytes } = sample.retain();
    const out = this.#out;
    out.payload = this.#framed ? bytes : this.#forServices(sample, bytes);
    out.inlineQos = inlineQosOf(sample, sn, undefined);
    out.released = released;
    return this.#writer.write(out);
  }

  loan(): Loan | undefined {
    return undefined;
  }

  assertLiveliness(): void {
    const { liveliness } = this.info.qos;
    if (liveliness === "manual_by_topic") this.#writer.assertLiveliness();
    else if (liveliness === "manual_by_participant") this.#transport.engine.assertParticipant();
    this.#asserted();
  }

  waitForAcknowledgments(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    const what = `Waiting for acknowledgments on ${this.info.topic}`;
    const { timeoutMs = Infinity, signal } = options;
    const { clock } = this.#transport.context;
    return new Promise((resolve, reject) => {
      let alarm: Disposable | undefined;
      let abort: Disposable | undefined;
      const end = (settle: () => void): void => {
        this.#waiting.delete(check);
        alarm?.[Symbol.dispose]();
        abort?.[Symbol.dispose]();
        settle();
      };
      const check = (): void => {
        if (this.#closed || this.#writer.allAcknowledged) end(resolve);
      };
      if (signal?.aborted === true) {
        reject(new AbortedError(what, signal.reason));
        return;
      }
      this.#waiting.add(check);
      abort = onAbort(signal, () => end(() => reject(new AbortedError(what, signal?.reason))));
      if (timeoutMs !== Infinity) {
        alarm = clock.alarm(clock.monotonicMs() + timeoutMs, () =>
          end(() => reject(new TimeoutError(what, timeoutMs))),
        );
      }
      check();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadlines?.[Symbol.dispose]();
    this.#lease?.[Symbol.dispose]();
    this.#expiry?.[Symbol.dispose]();
    const matched = [...this.#matched.keys()];
    this.#transport.engine.removeWriter(this.#local);
    for (const remote of matched) this.#local.unmatched(remote);
    for (const check of Array.from(this.#waiting)) check();
    this.#onClosed();
  }

  #writeKeyed(key: KeyExtractor, sample: Sample, sn: number, released: (() => void) | undefined): PublishResult {
    const state = sample.extras?.instanceState;
    const { name, inlineQos } = this.#instanceOf(key, sample, sn);
    if (state === undefined) this.#deadlines?.met(name);
    else this.#deadlines?.end(name);
    // Short keys can be told from their hash. Long ones cannot, and Cyclone DDS wants the key itself then.
    const payload =
      state === undefined
        ? sample.retain().bytes
        : key.hashed && sample.isDecoded
          ? key.encode(sample.message as MessageValue)
          : undefined;
    const out = { payload, isKey: state !== undefined, time: this.#lastTime, inlineQos, framed: false, released };
    // Who comes late still hears of an instance that was disposed; one that nobody writes any more is forgotten.
    return this.#writer.write(out, name, state === "unregistered");
  }

  /** The instance that a sample is of. Samples that bring the same extras, key hash included, say the same. */
  #instanceOf(key: KeyExtractor, sample: Sample, sn: number): Instance {
    const { extras } = sample;
    const last = this.#lastInstance;
    if (last !== undefined && extras === last.extras && sample.sequence === sn) return last;
    const hash = extras?.keyHash ?? key.hash(sample.message as MessageValue);
    // The key is in the payload: nobody sends its hash with each sample, and reading it costs as much as the sample.
    const ended = extras?.instanceState !== undefined;
    const instance = { extras, name: hexOf(hash), inlineQos: inlineQosOf(sample, sn, ended ? hash : undefined) };
    if (extras?.keyHash !== undefined && sample.sequence === sn) this.#lastInstance = instance;
    return instance;
  }

  /** Calls to and from ROS 2 on Cyclone DDS carry their identity inside. */
  #forServices(sample: Sample, bytes: Uint8Array): Uint8Array {
    const { topic } = this.#data;
    if (!topic.startsWith("r")) return bytes;
    const services = this.#transport.cycloneServices;
    if (CycloneServices.isReplyTopic(topic)) return services.writeReply(bytes, sample.extras?.related) ?? bytes;
    if (!CycloneServices.isRequestTopic(topic)) return bytes;
    const servers = [...this.#matched.keys()];
    const cyclone = servers.some(({ participant }) => participant.data.vendor === VENDOR_CYCLONE);
    return cyclone ? services.writeRequest(bytes, sample) : bytes;
  }

  #match(remote: RemoteReader): void {
    if (this.#matched.has(remote)) return;
    const info = this.#transport.endpointOf(remote);
    this.#matched.set(remote, info);
    this.events.emit("matched", info);
  }

  /** DDS 1.4 §2.2.3.11: by participant, who writes or says so does it for all of them. */
  #asserted(): void {
    if (this.#lease === undefined) return;
    if (this.info.qos.liveliness === "manual_by_topic") this.renew();
    else this.#transport.renewByParticipant();
  }

  /** It was alive now. */
  renew(): void {
    this.#lease?.met();
    this.#alive = true;
  }
}

/** The key of a DDS type that has one. */
export function keyOfSchema({
  schema,
}: Pick<WriterOptions, "schema"> | { schema?: undefined }): KeyExtractor | undefined {
  if (schema === undefined || (schema.schemaEncoding !== "omgidl" && schema.schemaEncoding !== "ros2idl"))
    return undefined;
  const type = parseIdl(new TextDecoder().decode(schema.data), schema.name);
  return type.kind === "struct" ? keyOf(type) : undefined;
}
