import {
  AbortedError,
  ClosedError,
  DelosError,
  type Events,
  Fifo,
  type MessageCodec,
  onAbort,
  TimeoutError,
} from "@delos/core";
import {
  type EndpointId,
  type EndpointInfo,
  endpointMismatches,
  Incompatibility,
  isReportable,
  type Loan,
  type PublishResult,
  type Sample,
  type SampleInfo,
  TimeWatch,
  type TransportContext,
  type WaitLimits,
  type Writer,
  type WriterCounters,
  type WriterEvents,
} from "@delos/transport";
import {
  LogRing,
  type LogWriter,
  type Loan as PinLoan,
  PinRing,
  type PinWriter,
  StraightCopy,
} from "sharedarraybuffer-ring";
import type { EndpointBus, EndpointEntry, HistorySample, Segment } from "./endpoint-bus.ts";
import { encodeExtras, headerBytes, type PinPlace, payloadOffset, RecordMemory, writeHeader } from "./record.ts";

/** Payloads up to this stand in the LogRing, larger ones in the PinRing. */
export const SMALL_BYTES = 4096;
const LOG_BYTES = 1 << 20;
const PIN_READERS = 256;
const LEAST_CHUNK_BYTES = 1 << 16;
/** How often memory is asked for again when there was none. */
const RETRY_MS = 1000;

interface Pool {
  readonly generation: number;
  readonly ring: PinRing;
  readonly writer: PinWriter;
  readonly segment: Segment;
}

interface Confirmation {
  readonly missing: Set<EndpointId>;
  readonly written: number;
  readonly check: () => void;
  /** Whether the readers have been asked: only once nothing of it waits on this side. */
  asked: boolean;
}

/**
 * A publication over shared memory. Each sample is a record in a LogRing; a large one has its payload in a chunk of a PinRing
 * and only its place in the record, so that small and large samples keep their order and one bell rings for both. When a
 * sample is larger than the chunks, a new PinRing with larger ones follows; readers finish the old one first.
 */
export class ShmWriter implements Writer {
  readonly info: EndpointInfo;
  readonly events: Events<WriterEvents>;
  readonly #context: TransportContext;
  readonly #bus: EndpointBus;
  readonly #codec: MessageCodec | undefined;
  readonly #renewOthers: () => void;
  readonly #onClosed: () => void;
  /** Undefined until the first subscription, where memory is made on demand. */
  #log!: LogWriter;
  /** The memory of `#log`. */
  #records!: RecordMemory;
  #logSegment: Segment | undefined;
  readonly #matched: Map<EndpointId, EndpointInfo> = new Map();
  /** Samples that a reliable keep_all reader left no room for. */
  readonly #backlog: Fifo<Sample> = new Fifo();
  readonly #history: Fifo<Sample> | undefined;
  readonly #limit: number;
  /** Messages are encoded here, and nothing is to be done before they are written. */
  readonly #isPlain: boolean;
  readonly #deadline: TimeWatch | undefined;
  readonly #lease: TimeWatch | undefined;
  readonly #confirmations: Set<Confirmation> = new Set();
  /** Who waits until nothing waits here. */
  readonly #roomWaits: Set<() => void> = new Set();
  readonly #copy = new StraightCopy();
  #pool: Pool | undefined;
  /** Readers for whom the ring is reliable: they must have attached to a new pool before it may forget anything. */
  #strict = 0;
  /** Subscriptions that fit and for whom there is no memory yet. */
  readonly #unserved: Set<EndpointId> = new Set();
  #serveAgainMs = Number.NEGATIVE_INFINITY;
  #toldCode: string | undefined;
  #guessBytes = 512;
  #flushing = false;
  /** Keeps the thread alive while samples wait. */
  #waiting: Disposable | undefined;
  #stuckOnPool = false;
  #droppedBefore = 0;
  #alive = true;
  #written = 0;
  #dropped = 0;
  #deadlinesMissed = 0;
  #livelinessLost = 0;
  #closed = false;

  constructor(
    info: EndpointInfo,
    codec: MessageCodec | undefined,
    context: TransportContext,
    bus: EndpointBus,
    events: Events<WriterEvents>,
    hooks: { readonly renewOthers: () => void; readonly onClosed: () => void },
  ) {
    this.info = info;
    this.events = events;
    this.#codec = codec?.encodeInto === undefined ? undefined : codec;
    this.#context = context;
    this.#bus = bus;
    this.#renewOthers = hooks.renewOthers;
    this.#onClosed = hooks.onClosed;
    const { qos } = info;
    this.#limit = qos.history === "keep_last" ? qos.depth : qos.resourceLimits.maxSamples;
    if (qos.durability !== "volatile") this.#history = new Fifo();
    if (qos.deadlineMs !== Number.POSITIVE_INFINITY) {
      this.#deadline = new TimeWatch(context.clock, qos.deadlineMs, () => {
        this.#deadlinesMissed++;
        events.emit("deadlineMissed", { total: this.#deadlinesMissed });
      });
    }
    if (qos.liveliness !== "automatic" && qos.livelinessLeaseMs !== Number.POSITIVE_INFINITY) {
      this.#lease = new TimeWatch(context.clock, qos.livelinessLeaseMs, () => this.#setAlive(false));
      this.#lease.met();
    }
    this.#isPlain = this.#codec !== undefined && this.#history === undefined && this.#lease === undefined;
    if (!bus.memory.onDemand) this.#openLog();
  }

  /** What others need to read this publication. */
  get entry(): EndpointEntry {
    const { info } = this;
    const [pool, log] = [this.#pool, this.#logSegment];
    if (log === undefined) return { info, segments: undefined };
    const pin = pool && { generation: pool.generation, buffer: pool.segment.handle };
    return { info, segments: { log: log.handle, pin } };
  }

  get matched(): readonly EndpointInfo[] {
    return [...this.#matched.values()];
  }

  get counters(): WriterCounters {
    return { written: this.#written, dropped: this.#dropped, deadlinesMissed: this.#deadlinesMissed };
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(sample: Sample): PublishResult {
    this.#begin();
    if (this.#history !== undefined) this.#remember(sample);
    if (this.#unserved.size > 0) this.#serve();
    if (this.#matched.size === 0) return this.#unserved.size > 0 ? this.#lose() : "sent";
    const outcome = this.#backlog.length === 0 ? this.#tryPut(sample) : "full";
    return outcome === "full" ? this.#hold(sample) : outcome;
  }

  put(message: unknown, sequence: number, sourceTimeNs: bigint): PublishResult | undefined {
    if (!this.#isPlain || this.#closed || this.#matched.size === 0) return undefined;
    if (this.#backlog.length > 0 || this.#unserved.size > 0 || this.#guessBytes > SMALL_BYTES) return undefined;
    if (this.#encodeSmall(message, sequence, sourceTimeNs, undefined) !== true) return undefined;
    this.#begin();
    return "sent";
  }

  loan(size: number): Loan | undefined {
    if (this.#closed) throw new ClosedError(`The writer on ${this.info.topic}`);
    if (size <= SMALL_BYTES || this.#history !== undefined || this.#matched.size === 0) return undefined;
    if (this.#backlog.length > 0) return undefined;
    let pool: Pool;
    try {
      pool = this.#poolFor(size);
    } catch (error) {
      this.#noMemory(error); // the publisher lends memory of its own, and what it publishes is counted there
      return undefined;
    }
    const chunk = this.#mayUse(pool) ? pool.writer.loan(size) : undefined;
    if (chunk === undefined) return undefined;
    return {
      bytes: chunk.bytes.subarray(0, size),
      commit: (info, length = size) => {
        this.#begin();
        return this.#publishChunk(pool, chunk, length, info, encodeExtras(info.extras)) ? "sent" : this.#lose();
      },
      [Symbol.dispose]: () => chunk.cancel(),
    };
  }

  assertLiveliness(): void {
    if (this.info.qos.liveliness === "manual_by_participant") this.#renewOthers();
    else this.renew();
  }

  /** Called for every writer of the participant with manual_by_participant. */
  renew(): void {
    this.#lease?.met();
    this.#setAlive(true);
  }

  waitForAcknowledgments(options: WaitLimits = {}): Promise<void> {
    return this.#wait(`Waiting for acknowledgments on ${this.info.topic}`, options, (end) => {
      const reliable = [...this.#matched.values()].filter((reader) => reader.qos.reliability === "reliable");
      const missing = new Set(this.info.qos.reliability === "reliable" ? reliable.map((reader) => reader.id) : []);
      const check = (): void => {
        if (missing.size === 0) end();
      };
      const confirmation: Confirmation = { missing, written: this.#written, check, asked: false };
      this.#confirmations.add(confirmation);
      this.#askReaders();
      confirmation.check();
      return () => this.#confirmations.delete(confirmation);
    });
  }

  waitForRoom(options: WaitLimits = {}): Promise<void> {
    return this.#wait(`Waiting for room on ${this.info.topic}`, options, (end) => {
      this.#roomWaits.add(end);
      if (this.#backlog.length === 0) end();
      return () => this.#roomWaits.delete(end);
    });
  }

  /** Keeps the thread alive until `start`, or what it sets going, has called `end`; it returns what is to be done then. */
  #wait(what: string, { timeoutMs, signal }: WaitLimits, start: (end: () => void) => () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new AbortedError(what, signal.reason));
        return;
      }
      const alive = this.#bus.hold();
      const parts: (Disposable | undefined)[] = [alive];
      let stop: (() => void) | undefined;
      let ended = false;
      const end = (error?: Error): void => {
        if (ended) return;
        ended = true;
        stop?.();
        for (const part of parts) part?.[Symbol.dispose]();
        if (error === undefined) resolve();
        else reject(error);
      };
      parts.push(onAbort(signal, () => end(new AbortedError(what, signal?.reason))));
      if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY) {
        const { clock } = this.#context;
        parts.push(clock.alarm(clock.monotonicMs() + timeoutMs, () => end(new TimeoutError(what, timeoutMs))));
      }
      stop = start(() => end());
      if (ended) stop();
    });
  }

  /** A subscription of the topic has come up: it attaches by itself if it fits; if it does not, say so. */
  consider(subscription: EndpointInfo): void {
    if (this.#closed || this.#matched.has(subscription.id)) return;
    if (!this.#context.carries(this.info, subscription)) return;
    const mismatches = endpointMismatches(this.info, subscription);
    if (isReportable(mismatches)) {
      this.events.emit("incompatible", new Incompatibility(this.info, subscription, mismatches));
    } else if (mismatches.length === 0 && this.#logSegment === undefined) {
      this.#unserved.add(subscription.id);
      this.#serve();
    }
  }

  /** A reader has put its cursor into our ring: from here on it gets what is written. */
  attached(subscription: EndpointInfo, wantsHistory: boolean): void {
    if (this.#closed || this.#matched.has(subscription.id)) return;
    this.#matched.set(subscription.id, subscription);
    this.#countStrict();
    if (wantsHistory) this.#sendHistory(subscription.id);
    this.events.emit("matched", subscription);
    if (!this.#alive) this.#bus.send({ kind: "alive", writer: this.info.id, alive: false });
  }

  left(id: EndpointId): void {
    this.#unserved.delete(id);
    const subscription = this.#matched.get(id);
    if (subscription === undefined) return;
    this.#matched.delete(id);
    this.#countStrict();
    this.reap();
    this.confirmed(id, Number.POSITIVE_INFINITY);
    this.events.emit("unmatched", subscription);
    this.#flushSoon();
  }

  /** Takes away what readers hold that are no more. */
  reap(): void {
    if (this.#logSegment !== undefined) this.#log.reap();
    this.#pool?.writer.reap();
    this.#flushSoon();
  }

  segmentAttached(): void {
    const writer = this.#pool?.writer;
    if (writer !== undefined && writer.readers >= this.#matched.size) writer.history = 0;
    this.#flushSoon();
  }

  confirmed(reader: EndpointId, written: number): void {
    for (const confirmation of Array.from(this.#confirmations)) {
      if (written < confirmation.written) continue;
      confirmation.missing.delete(reader);
      confirmation.check();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.[Symbol.dispose]();
    this.#lease?.[Symbol.dispose]();
    for (let i = 0; i < this.#backlog.length; i++) this.#dropped++;
    this.#backlog.clear();
    this.#waiting?.[Symbol.dispose]();
    for (const end of Array.from(this.#roomWaits)) end();
    if (this.#logSegment !== undefined) this.#log.close();
    this.#pool?.writer.close();
    this.#logSegment?.retire();
    this.#pool?.segment.retire();
    this.#bus.removeEndpoint(this.info.id);
    for (const reader of Array.from(this.#matched.keys())) this.left(reader);
    this.#history?.clear();
    this.#onClosed();
  }

  #begin(): void {
    if (this.#closed) throw new ClosedError(`The writer on ${this.info.topic}`);
    this.#written++;
    if (this.#lease !== undefined) this.assertLiveliness();
    this.#deadline?.met();
  }

  /** The ring of records: at the start, or, where memory is made on demand, for the first who wants to read. */
  #openLog(): void {
    const options = { capacityBytes: LOG_BYTES, maxReaders: PIN_READERS };
    const segment = this.#bus.memory.create(LogRing.bytesFor(options));
    this.#log = LogRing.createIn(segment.memory, options).writer({ isAlive: (owner) => this.#bus.isOwnerAlive(owner) });
    this.#records = new RecordMemory(this.#log.bytes);
    this.#logSegment = segment;
  }

  /** Makes memory for those who wait for it; tries again now and then while there is none. */
  #serve(): void {
    const now = this.#context.clock.monotonicMs();
    if (now < this.#serveAgainMs) return;
    try {
      if (this.#logSegment === undefined) this.#openLog();
    } catch (error) {
      this.#noMemory(error);
      this.#serveAgainMs = now + RETRY_MS;
      return;
    }
    this.#unserved.clear();
    this.#bus.renewEndpoint(this.info.id);
  }

  /** Tells once that there is no memory, whatever is then lost for want of it. @throws what is another error */
  #noMemory(error: unknown): void {
    if (!(error instanceof DelosError && error.code.startsWith("SHM_"))) throw error;
    if (this.#toldCode === error.code) return;
    this.#toldCode = error.code;
    const { topic } = this.info;
    this.#context.log.error(`samples of ${topic} are dropped: ${error.code}: ${error.message}`, { code: error.code });
  }

  #tryPut(sample: Sample): PublishResult | "full" {
    try {
      return this.#put(sample) ? "sent" : "full";
    } catch (error) {
      this.#noMemory(error);
      return this.#lose();
    }
  }

  /** Puts a sample into the rings. False when a reliable reader leaves no room. */
  #put(sample: Sample): boolean {
    const extras = encodeExtras(sample.extras);
    const codec = this.#codec;
    if (codec !== undefined && !sample.isEncoded && sample.codec === codec) return this.#encode(sample, codec, extras);
    const { bytes } = sample;
    if (bytes.length > SMALL_BYTES) return this.#putLarge(bytes, sample, extras);
    const start = payloadOffset(extras?.length ?? 0);
    const at = this.#log.reserve(start + bytes.length);
    if (at < 0) return this.#full(false);
    this.#describe(at, sample.sequence, sample.sourceTimeNs, extras, bytes.length);
    this.#copy.copy(bytes, this.#log.bytes, at + start);
    this.#log.commit(start + bytes.length);
    return true;
  }

  /** Encodes straight into the ring: into a record if it is small, else into a chunk. */
  #encode(sample: Sample, codec: MessageCodec, extras: Uint8Array | undefined): boolean {
    while (this.#guessBytes <= SMALL_BYTES) {
      const outcome = this.#encodeSmall(sample.message, sample.sequence, sample.sourceTimeNs, extras);
      if (outcome !== "larger") return outcome || this.#full(false);
    }
    for (;;) {
      const pool = this.#poolFor(this.#guessBytes);
      const chunk = this.#mayUse(pool) ? pool.writer.loan(this.#guessBytes) : undefined;
      if (chunk === undefined) return this.#full(true);
      let length: number;
      try {
        length = codec.encodeInto!(sample.message, chunk.bytes, 0);
      } catch (error) {
        chunk.cancel();
        if (!this.#growGuess(error)) throw error;
        continue;
      }
      // Small ones after a large one: back to records, unless the next is large again.
      if (length <= SMALL_BYTES) this.#guessBytes = SMALL_BYTES;
      return this.#publishChunk(pool, chunk, length, sample, extras);
    }
  }

  /** Into a record. False when a reliable reader leaves no room; "larger" when the message needs more than was thought. */
  #encodeSmall(
    message: unknown,
    sequence: number,
    sourceTimeNs: bigint,
    extras: Uint8Array | undefined,
  ): boolean | "larger" {
    const log = this.#log;
    const start = payloadOffset(extras?.length ?? 0);
    const room = this.#guessBytes;
    const at = log.reserve(start + room);
    if (at < 0) return false;
    let length: number;
    try {
      length = this.#codec!.encodeInto!(message, log.bytes, at + start, at + start + room);
    } catch (error) {
      log.cancel();
      if (!this.#growGuess(error)) throw error;
      return "larger";
    }
    this.#describe(at, sequence, sourceTimeNs, extras, length);
    log.commit(start + length);
    return true;
  }

  #growGuess(error: unknown): boolean {
    const needed = error instanceof DelosError ? error.details["needed"] : undefined;
    if (typeof needed !== "number" || needed <= this.#guessBytes) return false;
    this.#guessBytes = needed;
    return true;
  }

  #putLarge(bytes: Uint8Array, info: SampleInfo, extras: Uint8Array | undefined): boolean {
    const pool = this.#poolFor(bytes.length);
    const chunk = this.#mayUse(pool) ? pool.writer.stage(bytes) : undefined;
    if (chunk === undefined) return this.#full(true);
    return this.#publishChunk(pool, chunk, bytes.length, info, extras);
  }

  #publishChunk(pool: Pool, chunk: PinLoan, length: number, info: SampleInfo, extras: Uint8Array | undefined): boolean {
    const size = payloadOffset(extras?.length ?? 0, true);
    const at = this.#log.reserve(size);
    if (at < 0) {
      chunk.cancel();
      return this.#full(false);
    }
    const place = { generation: pool.generation, pinSequence: pool.writer.sequence };
    this.#describe(at, info.sequence, info.sourceTimeNs, extras, length, place);
    chunk.publish(length); // before the record that names it
    this.#log.commit(size);
    return true;
  }

  /** `place`: of a large sample's payload. */
  #describe(
    at: number,
    sequence: number,
    sourceTimeNs: bigint,
    extras: Uint8Array | undefined,
    payloadBytes: number,
    place?: PinPlace,
  ): void {
    const droppedBefore = this.#droppedBefore;
    this.#droppedBefore = 0;
    writeHeader(this.#records, at, payloadBytes, sequence, sourceTimeNs, droppedBefore, extras?.length ?? 0, place);
    if (extras !== undefined) this.#log.bytes.set(extras, at + headerBytes(place !== undefined));
  }

  /** A pool whose chunks take `size` bytes; announces a new one when the present one's are too small. */
  #poolFor(size: number): Pool {
    const present = this.#pool;
    if (present !== undefined && present.ring.maxMessageBytes >= size) return present;
    const chunkBytes = Math.max(LEAST_CHUNK_BYTES, 2 ** Math.ceil(Math.log2(size)));
    const { ring, segment } = this.#newPool(chunkBytes);
    // Nothing is forgotten early before those who are matched have attached.
    const writer = ring.writer({ isAlive: (owner) => this.#bus.isOwnerAlive(owner), history: ring.depth });
    const generation = (present?.generation ?? 0) + 1;
    present?.segment.retire();
    this.#pool = { generation, ring, writer, segment };
    this.#bus.send({ kind: "segment", writer: this.info.id, generation, buffer: segment.handle });
    return this.#pool;
  }

  /** As deep as there is memory for. */
  #newPool(maxMessageBytes: number): { readonly ring: PinRing; readonly segment: Segment } {
    for (let depth = maxMessageBytes <= 1 << 24 ? 8 : 2; ; depth /= 2) {
      const options = { maxMessageBytes, depth, chunks: depth * 2, maxReaders: PIN_READERS };
      try {
        const segment = this.#bus.memory.create(PinRing.bytesFor(options));
        return { ring: PinRing.createIn(segment.memory, options), segment };
      } catch (error) {
        if (depth === 1) throw error;
      }
    }
  }

  /** Whether the pool may take a message: it must not forget its first ones before all reliable readers are attached. */
  #mayUse(pool: Pool): boolean {
    return pool.writer.sequence < pool.ring.depth || pool.writer.reliableReaders >= this.#strict;
  }

  #full(pool: boolean): false {
    this.#stuckOnPool = pool;
    return false;
  }

  /** There was no room: the sample waits, or is dropped and counted. */
  #hold(sample: Sample): PublishResult {
    if (this.#strict === 0) return this.#lose(); // all chunks are held by best-effort readers
    if (this.#backlog.length >= this.#limit) {
      const result = this.#lose();
      if (this.info.qos.history === "keep_all") return result;
      this.#backlog.shift();
    }
    this.#backlog.push(sample.retain());
    this.#waiting ??= this.#bus.hold();
    this.#flushSoon();
    return "queued";
  }

  #lose(): "dropped" {
    this.#dropped++;
    this.#droppedBefore++;
    return "dropped";
  }

  #flushSoon(): void {
    if (this.#flushing || this.#backlog.length === 0) return;
    this.#flushing = true;
    this.#flushBacklog()
      .catch((error: unknown) => {
        if (!this.#closed) this.#context.log.error("shared memory: samples wait in vain", { error: String(error) });
      })
      .finally(() => (this.#flushing = false));
  }

  async #flushBacklog(): Promise<void> {
    while (!this.#closed && this.#backlog.length > 0) {
      while (this.#backlog.length > 0 && this.#tryPut(this.#backlog.at(0)!) !== "full") this.#backlog.shift();
      if (this.#backlog.length === 0) {
        this.#askReaders();
        return;
      }
      const pool = this.#pool;
      if (this.#stuckOnPool && pool !== undefined) {
        if (!this.#mayUse(pool)) return; // `segmentAttached` or `left` comes
        await pool.writer.waitForSpaceAsync(pool.ring.maxMessageBytes, 1000);
      } else {
        await this.#log.waitForSpaceAsync(SMALL_BYTES * 2, 1000);
      }
    }
  }

  #askReaders(): void {
    if (this.#backlog.length > 0) return;
    this.#waiting?.[Symbol.dispose]();
    this.#waiting = undefined;
    for (const end of Array.from(this.#roomWaits)) end();
    for (const confirmation of Array.from(this.#confirmations)) {
      if (confirmation.asked) continue;
      confirmation.asked = true;
      const { written } = confirmation;
      for (const reader of Array.from(confirmation.missing)) {
        this.#bus.send({ kind: "confirm", writer: this.info.id, reader, written });
      }
    }
  }

  #countStrict(): void {
    this.#strict = 0;
    for (const reader of this.#matched.values()) if (isStrict(this.info, reader)) this.#strict++;
  }

  #remember(sample: Sample): void {
    const history = this.#history!;
    history.push(sample.retain());
    if (history.length > this.#limit) history.shift();
  }

  #sendHistory(reader: EndpointId): void {
    const samples: HistorySample[] = [];
    let last = Number.NEGATIVE_INFINITY;
    for (const sample of this.#history ?? []) {
      const { bytes, sequence, sourceTimeNs, extras } = sample;
      samples.push({ bytes: new Uint8Array(bytes), sequence, sourceTimeNs, extras: encodeExtras(extras) });
      last = sequence;
    }
    this.#bus.send({ kind: "history", writer: this.info.id, reader, samples, last });
  }

  #setAlive(alive: boolean): void {
    if (alive === this.#alive) return;
    this.#alive = alive;
    this.#bus.send({ kind: "alive", writer: this.info.id, alive });
    if (!alive) this.events.emit("livelinessLost", { total: ++this.#livelinessLost });
  }
}

/** Whether a pair lets the writer wait for the reader, as in every transport: reliable, and the reader keeps all. */
export function isStrict(publication: EndpointInfo, subscription: EndpointInfo): boolean {
  return (
    publication.qos.reliability === "reliable" &&
    subscription.qos.reliability === "reliable" &&
    subscription.qos.history === "keep_all"
  );
}
