import { type Clock, type Events, Fifo } from "@delos/core";
import type { EndpointId, EndpointInfo } from "./endpoint.ts";
import { InstanceDeadlines } from "./instance-deadlines.ts";
import type { Qos } from "./qos.ts";
import type { Sample } from "./sample.ts";
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
  readonly #deadlines: InstanceDeadlines | undefined;
  readonly #limit: number;
  readonly #lifespanNs: bigint | undefined;
  readonly #bySource: boolean;
  /** Nothing but reliability and the length to think of: the fast path. */
  readonly #plain: boolean;
  #anyLifespan: boolean;
  readonly #instanceOf: ((sample: Sample) => string) | undefined;
  /** Under exclusive ownership: whose samples count, of each instance. */
  readonly #owners = new Map<string, EndpointId>();
  /** Under a time-based filter: when each instance's last sample passed. */
  readonly #passedMs = new Map<string, number>();
  #lastTakenSourceNs = -(1n << 63n);
  #closed = false;

  #received = 0;
  #taken = 0;
  #dropped = 0;
  #lost = 0;
  #expired = 0;
  #filtered = 0;
  #deadlinesMissed = 0;

  /** `instanceOf`: of a keyed topic, which instance a sample is of. History, ownership and filters count for each. */
  constructor(
    qos: Qos,
    clock: Clock,
    events: Events<ReaderEvents>,
    onData: () => void,
    instanceOf?: (sample: Sample) => string,
  ) {
    this.#instanceOf = instanceOf;
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
      this.#deadlines = new InstanceDeadlines(clock, qos.deadlineMs, qos.resourceLimits.maxInstances, (instance) => {
        this.#deadlinesMissed++;
        this.#owners.delete(instance);
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
  }

  leave(id: EndpointId): void {
    this.#publications.delete(id);
    this.#disown(id);
  }

  /** Reports a change of a publication's liveliness; under exclusive ownership the next strongest takes over. */
  setAlive(id: EndpointId, alive: boolean): void {
    const publication = this.#publications.get(id);
    if (publication === undefined || publication.alive === alive) return;
    publication.alive = alive;
    if (!alive) this.#disown(id);
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
    this.#deadlines?.[Symbol.dispose]();
    this.#dropped += this.#samples.length;
    for (const sample of this.#samples) sample.release();
    this.#samples.clear();
    this.#publications.clear();
  }

  #consider(sample: Sample): void {
    const { ownership, timeBasedFilterMs } = this.#qos;
    const perInstance = ownership === "exclusive" || timeBasedFilterMs > 0 || this.#deadlines !== undefined;
    const instance = perInstance ? (this.#instanceOf?.(sample) ?? "") : "";
    this.#received++;
    if (ownership === "exclusive" && !this.#isOwners(sample, instance)) {
      this.#filter(sample);
      return;
    }
    if (sample.extras?.instanceState === undefined) this.#deadlines?.met(instance);
    else this.#deadlines?.end(instance);
    if (timeBasedFilterMs > 0) {
      const nowMs = this.#clock.monotonicMs();
      if (nowMs - (this.#passedMs.get(instance) ?? -Infinity) < timeBasedFilterMs) {
        this.#filter(sample);
        return;
      }
      remember(this.#passedMs, instance, nowMs, this.#qos.resourceLimits.maxInstances);
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
      const oldest = this.#superseded(sample);
      if (oldest >= 0) {
        this.#samples.removeAt(oldest)!.release();
        this.#samples.push(sample);
        this.#drop(); // and no onData: the sample takes the turn of the one that went
        return;
      }
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
    const oldest = full ? this.#superseded(sample) : -1;
    this.#samples.insert(at, sample);
    if (oldest < 0) {
      this.#onData();
      return;
    }
    this.#samples.removeAt(Math.min(oldest, at))!.release();
    this.#drop();
  }

  /** Which of the queued samples makes room for this one, under keep_last; −1 when its instance has room yet. DDS 1.4 §2.2.3.18. */
  #superseded(sample: Sample): number {
    const instanceOf = this.#instanceOf;
    if (instanceOf === undefined) return 0;
    const instance = instanceOf(sample);
    let oldest = -1;
    let count = 0;
    for (let i = this.#samples.length - 1; i >= 0; i--) {
      if (instanceOf(this.#samples.at(i)!) !== instance) continue;
      oldest = i;
      count++;
    }
    if (count >= this.#qos.depth) return oldest;
    return this.#samples.length >= this.#qos.resourceLimits.maxSamples ? 0 : -1;
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

  /**
   * DDS 1.4 §2.2.3.9: an instance belongs to the strongest of the publications alive that have written it; of equals to the one with the
   * lowest id, so that all agree. Who is stronger takes it over by writing it.
   */
  #isOwners({ publisher, extras }: Sample, instance: string): boolean {
    const publication = this.#publications.get(publisher);
    if (publication?.alive !== true) return false;
    const owner = this.#owners.get(instance);
    if (owner !== publisher) {
      const other = owner === undefined ? undefined : this.#publications.get(owner);
      if (other !== undefined && !isStronger(publication.info, other.info)) return false;
      remember(this.#owners, instance, publisher, this.#qos.resourceLimits.maxInstances);
    }
    if (extras?.instanceState === "unregistered") this.#owners.delete(instance);
    return true;
  }

  #disown(id: EndpointId): void {
    for (const [instance, owner] of this.#owners) if (owner === id) this.#owners.delete(instance);
  }
}

const isStronger = (a: EndpointInfo, b: EndpointInfo): boolean =>
  a.qos.ownershipStrength > b.qos.ownershipStrength ||
  (a.qos.ownershipStrength === b.qos.ownershipStrength && a.id < b.id);

/** Law 1: the instance that was new the longest ago is forgotten for one too many. */
function remember<T>(map: Map<string, T>, instance: string, value: T, limit: number): void {
  if (map.size >= limit && !map.has(instance)) map.delete(map.keys().next().value!);
  map.set(instance, value);
}

const toNs = (ms: number): bigint | undefined => (ms === Infinity ? undefined : BigInt(Math.round(ms * 1e6)));
