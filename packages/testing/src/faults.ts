import type { Events } from "@delos/core";
import {
  type Discovery,
  type EndpointInfo,
  type PublishResult,
  type Reader,
  type ReaderOptions,
  Sample,
  type SampleInfo,
  type Transport,
  type TransportContext,
  type TransportFactory,
  type Writer,
  type WriterCounters,
  type WriterEvents,
  type WriterOptions,
} from "@delos/transport";
import { Random } from "./random.ts";

/** What is wrong with a topic while a fault is on. */
export interface Fault {
  /** Probability that a sample is not published at all. */
  readonly drop?: number;
  /** Every sample comes this much later, ms of the clock. */
  readonly delayMs?: number;
  /** The last message before the fault is published again and again in place of new ones: a sensor that froze. */
  readonly freeze?: boolean;
  /** Probability that a byte of a message is another; what is published is bytes then. */
  readonly corrupt?: number;
  /** Source time stamps are wrong by this much, ms: a publisher whose clock jumped. */
  readonly clockJumpMs?: number;
}

/** Which faults are on, and how many samples they have touched. */
export class Faults {
  readonly random: Random;
  readonly #faults: Map<string, Fault> = new Map();
  readonly #touched: Map<string, number> = new Map();

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Begins a fault on a topic, in place of one that is on. Disposing ends it. */
  begin(topic: string, fault: Fault): Disposable {
    this.#faults.set(topic, fault);
    return {
      [Symbol.dispose]: () => {
        if (this.#faults.get(topic) === fault) this.#faults.delete(topic);
      },
    };
  }

  /** Samples of a topic that were published while a fault was on. */
  touched(topic: string): number {
    return this.#touched.get(topic) ?? 0;
  }

  /** The fault that meets the next sample of a topic. */
  meet(topic: string): Fault | undefined {
    const fault = this.#faults.get(topic);
    if (fault !== undefined) this.#touched.set(topic, this.touched(topic) + 1);
    return fault;
  }
}

/**
 * Puts faults between publishers and any transport, for tests of what a system does about them:
 *
 *     const faults = new Faults(1);
 *     await using runtime = await open({ transports: [withFaults(inProcess(), faults)] });
 *     using _gone = faults.begin("/apollo/localization/pose", { drop: 1 });
 */
export function withFaults(inner: TransportFactory, faults: Faults): TransportFactory {
  return {
    address: inner.address,
    open: async (context) => new FaultyTransport(await inner.open(context), context, faults),
  };
}

class FaultyTransport implements Transport {
  readonly name: string;
  readonly #inner: Transport;
  readonly #context: TransportContext;
  readonly #faults: Faults;

  constructor(inner: Transport, context: TransportContext, faults: Faults) {
    this.name = inner.name;
    this.#inner = inner;
    this.#context = context;
    this.#faults = faults;
  }

  get discovery(): Discovery {
    return this.#inner.discovery;
  }
  get counters(): Readonly<Record<string, number>> {
    return this.#inner.counters;
  }
  announceNode(name: string): Disposable {
    return this.#inner.announceNode(name);
  }
  createReader(options: ReaderOptions): Reader {
    return this.#inner.createReader(options);
  }
  createWriter(options: WriterOptions): Writer {
    return new FaultyWriter(this.#inner.createWriter(options), this.#context, this.#faults);
  }
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }
}

class FaultyWriter implements Writer {
  readonly #inner: Writer;
  readonly #context: TransportContext;
  readonly #faults: Faults;
  readonly #delayed: Set<Disposable> = new Set();
  #last: Sample | undefined;

  constructor(inner: Writer, context: TransportContext, faults: Faults) {
    this.#inner = inner;
    this.#context = context;
    this.#faults = faults;
  }

  get info(): EndpointInfo {
    return this.#inner.info;
  }
  get matched(): readonly EndpointInfo[] {
    return this.#inner.matched;
  }
  get events(): Events<WriterEvents> {
    return this.#inner.events;
  }
  get counters(): WriterCounters {
    return this.#inner.counters;
  }
  assertLiveliness(): void {
    this.#inner.assertLiveliness();
  }
  waitForAcknowledgments(options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<void> {
    return this.#inner.waitForAcknowledgments(options);
  }
  /** None, so that loans are written like everything else. */
  loan(): undefined {
    return undefined;
  }

  write(sample: Sample): PublishResult {
    const fault = this.#faults.meet(this.info.topic);
    if (fault === undefined) {
      this.#last = sample.retain();
      return this.#inner.write(sample);
    }
    const { random } = this.#faults;
    const { drop = 0, corrupt = 0, clockJumpMs = 0, freeze = false, delayMs } = fault;
    const content = freeze ? this.#last : sample;
    if (random.chance(drop) || content === undefined) return "sent"; // as if it had been: that is the fault
    const { publisher, sequence, receptionTimeNs, extras } = sample;
    const sourceTimeNs = sample.sourceTimeNs + BigInt(Math.round(clockJumpMs * 1e6));
    const info: SampleInfo = { publisher, sequence, sourceTimeNs, receptionTimeNs, extras };
    const faulty = corrupt > 0 ? corrupted(content, info, corrupt, random) : withInfo(content, info);
    return delayMs === undefined ? this.#inner.write(faulty) : this.#writeLater(faulty, delayMs);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    for (const alarm of this.#delayed) alarm[Symbol.dispose]();
    return this.#inner[Symbol.asyncDispose]();
  }

  #writeLater(sample: Sample, delayMs: number): PublishResult {
    const { clock } = this.#context;
    const alarm = clock.alarm(clock.monotonicMs() + delayMs, () => {
      this.#delayed.delete(alarm);
      this.#inner.write(sample);
    });
    this.#delayed.add(alarm);
    return "queued";
  }
}

function withInfo(content: Sample, info: SampleInfo): Sample {
  const { codec, schema } = content;
  if (content.isDecoded && codec !== undefined) return Sample.ofValue(content.message, codec, info);
  return Sample.ofBytes(content.bytes, schema, info, codec);
}

function corrupted(content: Sample, info: SampleInfo, probability: number, random: Random): Sample {
  const bytes = content.bytes.map((byte) => (random.chance(probability) ? byte ^ random.integer(1, 255) : byte));
  return Sample.ofBytes(bytes, content.schema, info, content.codec);
}
