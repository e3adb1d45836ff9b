import { Events, Logger, type MessageCodec, type MessageSchema, SimulatedClock } from "@delos/core";
import {
  completeQos,
  endpointId,
  inProcess,
  newParticipant,
  type ParticipantInfo,
  type PublishResult,
  type QosOptions,
  type Reader,
  type ReaderEvents,
  Sample,
  type Transport,
  type TransportFactory,
} from "@delos/transport";

/** A topic as tests name it: what `topic()` of the runtime gives fits. */
export interface TestTopic<T> {
  readonly name: string;
  readonly type: MessageCodec<T>;
  readonly qos?: QosOptions;
}

/**
 * A bus in memory with its own hand on it: tests publish what a module under test shall hear, and collect what it says,
 * without a runtime of their own. Runtimes join it by `transport`.
 *
 *     const bus = await TestBus.open();
 *     await using runtime = await open({ transports: [bus.transport], clock: bus.clock });
 *     …start the module on `runtime`…
 *     bus.publish(Chassis, { speed_mps: 3 });
 *     bus.clock.advance(10);
 *     expect(bus.collect(Control)).toEqual([…]);
 */
export class TestBus implements AsyncDisposable {
  /** Give this to runtimes that shall be on the bus. */
  readonly transport: TransportFactory;
  readonly clock: SimulatedClock;
  readonly #own: Transport;
  readonly #writers: Map<string, (message: unknown, bytes: Uint8Array | undefined) => PublishResult> = new Map();
  readonly #readers: Map<string, Reader> = new Map();
  readonly #participant: ParticipantInfo;
  #endpoints = 0;

  static async open(
    options: { readonly clock?: SimulatedClock; readonly transport?: TransportFactory } = {},
  ): Promise<TestBus> {
    const { clock = new SimulatedClock(), transport = inProcess() } = options;
    const participant = newParticipant("test", [transport.address]);
    const log = new Logger("test", clock, () => {});
    const own = await transport.open({ participant, clock, log, carries: () => true });
    return new TestBus(transport, clock, own, participant);
  }

  private constructor(
    transport: TransportFactory,
    clock: SimulatedClock,
    own: Transport,
    participant: ParticipantInfo,
  ) {
    this.transport = transport;
    this.clock = clock;
    this.#own = own;
    this.#participant = participant;
  }

  /** Publishes as a stranger would. The topic's writer stays, so that transient-local topics keep their last samples. */
  publish<T>(topic: TestTopic<T>, message: T): PublishResult {
    return this.#writer(topic.name, topic.type.schema, topic.type as MessageCodec, topic.qos)(message, undefined);
  }

  publishBytes(topicName: string, schema: MessageSchema, bytes: Uint8Array, qos: QosOptions = {}): PublishResult {
    return this.#writer(topicName, schema, undefined, qos)(undefined, bytes);
  }

  /** Collects a topic from now on; `collect` then gives what came. */
  watch<T>(topic: TestTopic<T>): void {
    if (this.#readers.has(topic.name)) return;
    const options = {
      id: endpointId(this.#participant.id, ++this.#endpoints, "subscription"),
      node: "/test",
      topic: topic.name,
      qos: completeQos({ ...topic.qos, reliability: "best_effort", durability: "volatile", depth: 100_000 }),
      codec: topic.type as MessageCodec,
      onData: () => {},
      events: new Events<ReaderEvents>(),
    };
    this.#readers.set(topic.name, this.#own.createReader(options));
  }

  /** The messages that came since `watch` or the last `collect`; the first call watches. */
  collect<T>(topic: TestTopic<T>): T[] {
    return this.collectSamples(topic).map((sample) => sample.message);
  }

  collectSamples<T>(topic: TestTopic<T>): Sample<T>[] {
    this.watch(topic);
    const reader = this.#readers.get(topic.name)!;
    const samples: Sample<T>[] = [];
    for (let sample = reader.take(); sample !== undefined; sample = reader.take()) {
      samples.push(sample.retain() as Sample<T>);
    }
    return samples;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#own[Symbol.asyncDispose]();
  }

  #writer(
    topic: string,
    schema: MessageSchema,
    codec: MessageCodec | undefined,
    qos: QosOptions = {},
  ): (message: unknown, bytes: Uint8Array | undefined) => PublishResult {
    const key = `${topic} ${schema.name}`;
    let write = this.#writers.get(key);
    if (write !== undefined) return write;
    const id = endpointId(this.#participant.id, ++this.#endpoints, "publication");
    const writer = this.#own.createWriter({ id, node: "/test", topic, qos: completeQos(qos), schema, codec });
    let sequence = 0;
    write = (message, bytes) => {
      const nowNs = this.clock.nowNs();
      return writer.write(new Sample(schema, codec, message, bytes, id, ++sequence, nowNs, nowNs));
    };
    this.#writers.set(key, write);
    return write;
  }
}
