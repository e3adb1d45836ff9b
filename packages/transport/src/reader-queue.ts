import { type Clock, type Events, Fifo } from "@delos/core";
import type { EndpointId, EndpointInfo } from "./endpoint.ts";
import type { Qos } from "./qos.ts";
import type { Sample } from "./sample.ts";
import { TimeWatch } from "./time-watch.ts";
import type { ReaderCounters, ReaderEvents } from "./transport.ts";

interface Publication {
  readonly info: EndpointInfo;
  readonly lifespanNs: bigint | undefined;
  alive: boolean;
}

/**
 * The receiving end of a reader, whatever the transport: what has arrived and was not taken yet, bounded and counted as its
 * QoS says. Transports that have no queue of their own kind put their samples here.
 */
export class ReaderQueue implements Disposable {
  readonly #qos: Qos;
  readonly #clock: Clock;
  readonly #events: Events<ReaderEvents>;
  readonly #onData: () => void;
  readonly #samples: Fifo<Sample> = new Fifo();
  readonly #publications: Map<EndpointId, Publication> = new Map();
  readonly #deadline: TimeWatch | undefined;
  readonly #limit: number;
  readonly #lifespanNs: bigint | undefined;
  readonly #bySource: boolean;
  /** Nothing but reliability and the length to think of: the fast path. */
  readonly #plain: boolean;
  #anyLifespan: boolean;
  #owner: EndpointId | undefined;
  #lastPassedMs = -Infinity;
  #lastTakenSourceNs = -(1n << 63n);
  #closed = false;

  #received = 0;
  #taken = 0;
  #dropped = 0;
  #lost = 0;
  #expired = 0;
  #filtered = 0;
  #deadlinesMissed = 0;

  constructor(qos: Qos, clock: Clock, events: Events<ReaderEvents>, onData: () => void) {
    this.#qos = qos;
    this.#clock = clock;
    this.#events = events;
    this.#onData = onData;
    this.#limit = qos.history === "keep_last" ? qos.depth : qos.resourceLimits.maxSamples;
    this.#lifespanNs = toNs(qos.lifespanMs);
    this.#anyLifespan = this.#lifespanNs !== undefined;
    this.#bySource = qos.destinationOrder !== "by_reception_timestamp";
    this.#plain =
      qos.deadlineMs === Infinity && qos.timeBasedFilterMs === 0 && qos.ownership === "shared" && !this.#bySource;
    if (qos.deadlineMs !== Infinity) {
      this.#deadline = new TimeWatch(clock, qos.deadlineMs, () => {
        this.#deadlinesMissed++;
        events.emit("deadlineMissed", { total: this.#deadlinesMissed });
      });
    }
  }

  get length(): number {
    return this.#samples.length;
  }

  get counters(): ReaderCounters {
    return {
      received: this.#received,
      taken: this.#taken,
      dropped: this.#dropped,
      lost: this.#lost,
      expired: this.#expired,
      filtered: this.#filtered,
      deadlinesMissed: this.#deadlinesMissed,
    };
  }

  /** A publication this reader listens to from now on, or one whose QoS has changed. Call before its first sample. */
  join(info: EndpointInfo): void {
    const lifespanNs = toNs(info.qos.lifespanMs);
    const alive = this.#publications.get(info.id)?.alive ?? true;
    this.#publications.set(info.id, { info, lifespanNs, alive });
    this.#anyLifespan ||= lifespanNs !== undefined;
    this.#chooseOwner();
  }

  leave(id: EndpointId): void {
    this.#publications.delete(id);
    this.#chooseOwner();
  }

  /** Reports a change of a publication's liveliness; under exclusive ownership the next strongest takes over. */
  setAlive(id: EndpointId, alive: boolean): void {
    const publication = this.#publications.get(id);
    if (publication === undefined || publication.alive === alive) return;
    publication.alive = alive;
    this.#chooseOwner();
    this.#events.emit("livelinessChanged", { publication: publication.info, alive });
  }

  /** Whether `put` would take a sample now; always under keep_last. */
  get hasRoom(): boolean {
    return this.#qos.history === "keep_last" || this.#samples.length < this.#limit;
  }

  /** A sample has arrived. Under keep_all without room it is dropped and counted: ask `hasRoom` before. */
  put(sample: Sample): void {
    if (this.#plain) {
      this.#received++;
      this.#push(sample);
    } else this.#consider(sample);
  }

  take(): Sample | undefined {
    for (let sample = this.#samples.shift(); sample !== undefined; sample = this.#samples.shift()) {
      if (this.#anyLifespan && this.#isExpired(sample)) {
        this.#expired++;
        sample.release();
        continue;
      }
      this.#taken++;
      if (this.#bySource) this.#lastTakenSourceNs = sample.sourceTimeNs;
      return sample;
    }
    return undefined;
  }

  /** Samples that will never arrive. */
  lose(count: number): void {
    this.#lost += count;
    this.#events.emit("lost", { count, total: this.#lost });
  }

  /** What is queued is gone, and counted as dropped. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#deadline?.[Symbol.dispose]();
    this.#dropped += this.#samples.length;
    for (const sample of this.#samples) sample.release();
    this.#samples.clear();
    this.#publications.clear();
  }

  #consider(sample: Sample): void {
    if (this.#qos.ownership === "exclusive" && sample.publisher !== this.#owner) {
      this.#received++;
      this.#filter(sample);
      return;
    }
    this.#deadline?.met();
    this.#received++;
    if (this.#qos.timeBasedFilterMs > 0) {
      const nowMs = this.#clock.monotonicMs();
      if (nowMs - this.#lastPassedMs < this.#qos.timeBasedFilterMs) {
        this.#filter(sample);
        return;
      }
      this.#lastPassedMs = nowMs;
    }
    if (this.#bySource) this.#insert(sample);
    else this.#push(sample);
  }

  #filter(sample: Sample): void {
    this.#filtered++;
    sample.release();
  }

  #push(sample: Sample): void {
    if (this.#samples.length >= this.#limit) {
      if (this.#qos.history === "keep_all") {
        sample.release();
        this.#drop();
        return;
      }
      this.#samples.shift()!.release();
      this.#samples.push(sample);
      this.#drop(); // and no onData: the sample takes the turn of the one that went
      return;
    }
    this.#samples.push(sample);
    this.#onData();
  }

  /** By source time: behind everything that is not newer. What comes after a newer one was taken comes too late. */
  #insert(sample: Sample): void {
    const full = this.#samples.length >= this.#limit;
    if (sample.sourceTimeNs < this.#lastTakenSourceNs || (full && this.#qos.history === "keep_all")) {
      sample.release();
      this.#drop();
      return;
    }
    let at = this.#samples.length;
    while (at > 0 && this.#samples.at(at - 1)!.sourceTimeNs > sample.sourceTimeNs) at--;
    this.#samples.insert(at, sample);
    if (!full) {
      this.#onData();
      return;
    }
    this.#samples.shift()!.release();
    this.#drop();
  }

  #drop(): void {
    this.#dropped++;
    if (!this.#closed && this.#events.has("dropped")) {
      this.#events.emit("dropped", { count: 1, total: this.#dropped });
    }
  }

  #isExpired(sample: Sample): boolean {
    const ageNs = this.#clock.nowNs() - sample.sourceTimeNs;
    const offeredNs = this.#publications.get(sample.publisher)?.lifespanNs;
    return (
      (offeredNs !== undefined && ageNs > offeredNs) || (this.#lifespanNs !== undefined && ageNs > this.#lifespanNs)
    );
  }

  /** DDS 1.4 §2.2.3.9: the strongest publication alive; of equals the one with the lowest id, so that all agree. */
  #chooseOwner(): void {
    this.#owner = [...this.#publications.values()]
      .filter((publication) => publication.alive)
      .map((publication) => publication.info)
      .sort((a, b) => b.qos.ownershipStrength - a.qos.ownershipStrength || (a.id < b.id ? -1 : 1))[0]?.id;
  }
}

const toNs = (ms: number): bigint | undefined => (ms === Infinity ? undefined : BigInt(Math.round(ms * 1e6)));
