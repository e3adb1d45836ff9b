import { type Clock, describeError, type Logger, type MessageCodec } from "@delos/core";
import { type EndpointInfo, type Lease, type ReaderQueue, Sample, type SampleExtras } from "@delos/transport";
import {
  holdProcess,
  type LogReader,
  LogRing,
  type PinnedMessage,
  type PinReader,
  PinRing,
} from "sharedarraybuffer-ring";
import { BatchMemory } from "./batch-memory.ts";
import type { HistorySample, SegmentHandle, SegmentMemory, Segments } from "./endpoint-bus.ts";
import { decodeExtras, headerBytes, newHeader, payloadOffset, readHeader } from "./record.ts";

/** The event loop gets a turn after so many samples, or so many bytes, whichever comes first. */
const TURN_SAMPLES = 256;
const TURN_BYTES = 65536;

/** Large samples that one reader holds in the rings at a time; further ones are copied out. */
const MOST_HELD = 4;

export interface SourceOptions {
  readonly publication: EndpointInfo;
  readonly segments: Segments;
  readonly memory: SegmentMemory;
  readonly queue: ReaderQueue;
  readonly codec: MessageCodec | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The writer waits for us. */
  readonly strict: boolean;
  readonly wantsHistory: boolean;
  readonly owner: number;
  readonly onSegmentAttached: () => void;
  readonly onConfirmed: (written: number) => void;
}

/** One publication as one reader hears it: its rings, and where we are in them. */
export class Source {
  readonly publication: EndpointInfo;
  readonly #options: SourceOptions;
  readonly #queue: ReaderQueue;
  readonly #log: LogReader;
  readonly #batches = new BatchMemory();
  readonly #header = newHeader();
  /**
   * Pools by generation, the one that is read and those to come. All are attached to at once: in a reliable pair the writer
   * may not forget anything before we are, and may have nothing to send us until it can. Undefined: could not be attached to.
   */
  readonly #pools: Map<number, PinReader | undefined> = new Map();
  readonly #confirms: number[] = [];
  /** Generation of the pool that is read. */
  #generation = 0;
  /** Number of the message that was last read from it. */
  #pinRead = -1;
  /** When what is delivered in this turn was here, and its halves: read once a turn, and again for what was sent later. */
  #nowNs: bigint | undefined;
  #nowHigh = 0;
  #nowLow = 0;
  #held = 0;
  #lostSeen = 0;
  /** The current record was read but could not be delivered yet. */
  #stalled = false;
  #awaitsHistory: boolean;
  #historyUntil = Number.NEGATIVE_INFINITY;
  #resume: (() => void) | undefined;
  #ended = false;
  #closed = false;

  constructor(options: SourceOptions) {
    this.publication = options.publication;
    this.#options = options;
    this.#queue = options.queue;
    this.#awaitsHistory = options.wantsHistory;
    const { segments, memory, strict, owner } = options;
    // The pool first: what the records then speak of has not been forgotten there.
    if (segments.pin !== undefined) this.#attachPool(segments.pin.generation, segments.pin.buffer);
    this.#log = LogRing.attach(memory.attach(segments.log)).reader({
      mode: strict ? "reliable" : "keep-last",
      owner,
      freshBatches: (length) => this.#batches.next(length),
    });
  }

  /** Delivers what comes, on this thread's event loop, until the source is closed. Does not throw. */
  async run(): Promise<void> {
    using _alive = holdProcess();
    while (!this.#closed) {
      const more = this.#deliver(TURN_SAMPLES, TURN_BYTES);
      if (this.#closed) return;
      if (this.#stalled) await new Promise<void>((resolve) => (this.#resume = resolve));
      else if (more) await new Promise<void>((resolve) => void setImmediate(resolve));
      else {
        this.#confirm();
        if (this.#isClosed) return;
        const asleep = this.#log.fallAsleep();
        if (asleep !== undefined) await asleep;
        if (this.#log.ended && !this.#isClosed) await new Promise<void>((resolve) => (this.#resume = resolve));
      }
    }
  }

  /** Asked again: what we tell others may have ended us. */
  get #isClosed(): boolean {
    return this.#closed;
  }

  /** There may be room in the queue again. */
  resume(): void {
    const resume = this.#resume;
    if (resume === undefined) return;
    this.#resume = undefined;
    resume();
  }

  /** A pool for large samples, from this generation on. */
  addPool(generation: number, buffer: SegmentHandle): void {
    if (this.#closed || this.#pools.has(generation) || generation <= this.#generation) return;
    this.#attachPool(generation, buffer);
    // We may sleep with all records read, and the writer wait for us to take what was published before we came: no record of
    // it will wake us. A stalled record may be waiting for just this pool.
    if (!this.#stalled) this.#passOver();
    this.resume();
  }

  #attachPool(generation: number, buffer: SegmentHandle): void {
    const { memory, strict, owner } = this.#options;
    let reader: PinReader | undefined;
    try {
      reader = PinRing.attach(memory.attach(buffer)).reader({
        mode: strict ? "reliable" : "keep-last",
        start: "oldest", // its messages are known by their numbers; what came before us is passed over
        owner,
      });
    } catch (error) {
      const { topic } = this.publication;
      this.#options.log.error("shared memory: large samples are lost", { topic, error: describeError(error) });
    }
    this.#pools.set(generation, reader);
    this.#options.onSegmentAttached();
  }

  history(samples: readonly HistorySample[], last: number): void {
    if (!this.#awaitsHistory) return;
    this.#awaitsHistory = false;
    this.#historyUntil = last;
    const { publication, codec, clock } = this.#options;
    const publisher = publication.id;
    const receptionTimeNs = clock.nowNs();
    for (const one of samples) {
      const extras = one.extras === undefined ? undefined : decodeExtras(one.extras);
      const { bytes, sequence, sourceTimeNs } = one;
      this.#queue.put(
        Sample.ofBytes(
          bytes,
          publication.schema!,
          { publisher, sequence, sourceTimeNs, receptionTimeNs, extras },
          codec,
        ),
      );
    }
    this.#stalled = false;
    this.resume();
  }

  /** Answers as soon as everything that is written now has been read. */
  confirm(written: number): void {
    this.#confirms.push(written);
    if (!this.#stalled && !this.#log.hasNext) this.#confirm();
  }

  /** The publication has gone: what is still in its rings is delivered, then nothing more comes. */
  end(): void {
    if (this.#closed) return;
    this.#ended = true;
    this.#awaitsHistory = false;
    this.#stalled = false;
    while (this.#deliver(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY) && !this.#closed);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.close();
    for (const pool of this.#pools.values()) pool?.close();
    this.resume();
  }

  /** Delivers up to a limit. Whether there is more. */
  #deliver(mostSamples: number, mostBytes: number): boolean {
    const log = this.#log;
    let bytes = 0;
    this.#nowNs = undefined;
    try {
      for (let count = 0; count < mostSamples && bytes < mostBytes; count++) {
        if (this.#awaitsHistory) {
          this.#stalled = true;
          return true;
        }
        if (!this.#stalled) {
          if (!log.next()) {
            this.#countLost();
            this.#passOver();
            return false;
          }
          this.#countLost();
          bytes += log.length;
        }
        if (!this.#deliverCurrent()) {
          this.#stalled = true;
          return true;
        }
        this.#stalled = false;
        if (this.#closed) return false;
      }
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /**
   * All records are read. Messages of pools that we have no record of were published before we came: in a reliable pair the
   * writer would wait for us to take them. Only the very last one may still get its record.
   */
  #passOver(): void {
    if (!this.#options.strict) return;
    for (const pool of this.#pools.values()) {
      const available = pool?.available ?? 0; // asked for before the log, so that what has a record by then is not passed over
      if (available > 1 && !this.#log.hasNext) pool?.skip(available - 1);
    }
  }

  /** The current record. False when it must wait: for room in the queue, or for its pool. */
  #deliverCurrent(): boolean {
    const log = this.#log;
    const { offset } = log;
    const batch = this.#batches.current;
    const { bytes } = batch.records;
    const header = this.#header;
    if (!readHeader(batch.records, offset, log.length, header)) {
      this.#queue.lose(1);
      this.#options.log.error("shared memory: a record that is none", { topic: this.publication.topic });
      return true;
    }
    if (!this.#queue.hasRoom && !this.#ended) return false;
    if (header.sequence <= this.#historyUntil) return true; // it came as history; a pool passes over it with the next one
    if (header.large) return this.#deliverLarge(bytes, offset);
    if (header.droppedBefore > 0) this.#queue.lose(header.droppedBefore);
    const start = offset + payloadOffset(header.extrasBytes);
    const sample = this.#sampleOf(bytes, start, header.payloadBytes, this.#extras(bytes, offset));
    this.#queue.put(sample.lend(batch.lend()));
    return true;
  }

  #deliverLarge(bytes: Uint8Array, offset: number): boolean {
    const { generation, pinSequence, droppedBefore, payloadBytes } = this.#header;
    if (generation > this.#generation && !this.#goTo(generation)) return this.#ended ? this.#lostLarge() : false;
    if (droppedBefore > 0) this.#queue.lose(droppedBefore);
    const pin = generation === this.#generation ? this.#pools.get(generation) : undefined;
    if (pin === undefined) return this.#lostLarge();
    while (this.#pinRead < pinSequence && pin.next()) this.#pinRead = pin.sequence;
    if (this.#pinRead !== pinSequence || pin.length !== payloadBytes) return this.#lostLarge();
    const extras = this.#extras(bytes, offset);
    const message = pin.hold();
    if (this.#held >= MOST_HELD) {
      const copy = message.bytes.slice();
      message.release();
      this.#queue.put(this.#sampleOf(copy, 0, payloadBytes, extras));
      return true;
    }
    this.#held++;
    this.#queue.put(this.#sampleOf(message.bytes, 0, payloadBytes, extras).lend(this.#lease(message)));
    return true;
  }

  /** Its chunk was used again before we came. */
  #lostLarge(): true {
    this.#queue.lose(1);
    return true;
  }

  #lease(message: PinnedMessage): Lease {
    const give = (): void => {
      this.#held--;
      message.release();
    };
    return {
      keep: (bytes) => {
        const copy = new Uint8Array(bytes.length);
        copy.set(bytes);
        give();
        return copy;
      },
      end: give,
    };
  }

  /** Reads from another pool from now on. False while it is not there yet: its announcement is on its way. */
  #goTo(generation: number): boolean {
    if (!this.#pools.has(generation)) return false;
    for (const [older, reader] of this.#pools) {
      if (older >= generation) continue;
      reader?.close();
      this.#pools.delete(older);
    }
    this.#generation = generation;
    this.#pinRead = -1;
    return true;
  }

  /** A sample of the current record, its payload `length` bytes of `memory` from `start` on. */
  #sampleOf(memory: Uint8Array, start: number, length: number, extras: SampleExtras | undefined): Sample {
    const { publication, codec } = this.#options;
    const { sequence, sourceHigh, sourceLow } = this.#header;
    const isLater = sourceHigh > this.#nowHigh || (sourceHigh === this.#nowHigh && sourceLow >>> 0 > this.#nowLow);
    return Sample.inMemory(
      publication.schema!,
      codec,
      memory,
      start,
      length,
      publication.id,
      sequence,
      sourceHigh,
      sourceLow,
      this.#nowNs === undefined || isLater ? this.#readClock() : this.#nowNs,
      extras,
    );
  }

  #readClock(): bigint {
    const nowNs = this.#options.clock.nowNs();
    this.#nowNs = nowNs;
    this.#nowHigh = Number(nowNs >> 32n);
    this.#nowLow = Number(BigInt.asUintN(32, nowNs));
    return nowNs;
  }

  #extras(bytes: Uint8Array, offset: number): SampleExtras | undefined {
    const { extrasBytes, large } = this.#header;
    if (extrasBytes === 0) return undefined;
    const start = offset + headerBytes(large);
    return decodeExtras(bytes.subarray(start, start + extrasBytes));
  }

  #countLost(): void {
    const lost = this.#log.lost - this.#lostSeen;
    if (lost <= 0) return;
    this.#lostSeen = this.#log.lost;
    this.#queue.lose(lost);
  }

  #confirm(): void {
    for (const written of this.#confirms.splice(0)) this.#options.onConfirmed(written);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#options.log.error("shared memory: reading failed", { topic: this.publication.topic, error: String(error) });
    const code = error !== null && typeof error === "object" && "code" in error ? error.code : undefined;
    if (code !== "RING_CORRUPT") this.close(); // after RING_CORRUPT the ring's reader goes on at the newest
  }
}
