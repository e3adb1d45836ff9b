import { UsageError } from "@delos/core";
import type { Sample } from "@delos/transport";

export interface ApproximateTimeOptions {
  /** Samples held per topic, 10 unless given; the oldest goes when there are more. */
  readonly queue?: number;
  /** Sets that span more than this are never made. */
  readonly slopMs?: number;
  /** How much a better match must be better to justify waiting: 0.1 unless given. */
  readonly agePenalty?: number;
  /** Per topic: no two samples come closer than this. Knowing it lets sets go out earlier. */
  readonly minPeriodMs?: readonly number[];
  /** What time a sample belongs to; its source time unless given. */
  readonly stampNs?: (sample: Sample) => bigint;
}

interface Stamped<M> {
  readonly message: M;
  readonly ns: bigint;
}

/** A topic's samples: `past` were looked at in the current search, `queue` are still to come. Oldest first. */
interface Lane<M> {
  queue: Stamped<M>[];
  past: Stamped<M>[];
  /** Whether one that might have matched better has been dropped: then this topic is no pivot. */
  hasDropped: boolean;
  readonly minPeriodNs: bigint;
}

/** A boundary of a set of samples: whose it is, and when. */
interface Boundary {
  readonly lane: number;
  readonly ns: bigint;
}

/**
 * The adaptive algorithm of ROS' message_filters (ApproximateTime policy): without knowing rates or tolerances, it finds
 * sets of one sample per topic such that each sample is in at most one set, sets do not cross, and each set is the one with
 * the smallest span around its pivot. The pivot is the sample that comes last in the first set possible; every set around
 * it has been seen once all of its topics have a sample after it.
 *
 * http://wiki.ros.org/message_filters/ApproximateTime
 */
export class ApproximateTime<M> {
  readonly #lanes: readonly Lane<M>[];
  readonly #limit: number;
  readonly #slopNs: number;
  readonly #wait: number;
  readonly #onSet: (set: readonly M[]) => void;
  #candidate: { readonly set: readonly M[]; readonly startNs: bigint; readonly endNs: bigint } | undefined;
  #pivot: Boundary | undefined;
  #dropped = 0;

  constructor(lanes: number, options: ApproximateTimeOptions, onSet: (set: readonly M[]) => void) {
    if (lanes < 2) throw new UsageError(`Fusing ${lanes} topic: two are needed at least`);
    const { queue = 10, slopMs = Infinity, agePenalty = 0.1, minPeriodMs = [] } = options;
    if (!(queue >= 1)) throw new UsageError(`A queue of ${queue} samples: at least 1 is needed`);
    if (!(agePenalty >= 0)) throw new UsageError(`An age penalty of ${agePenalty}: at least 0 is needed`);
    this.#lanes = Array.from({ length: lanes }, (_, i) => ({
      queue: [],
      past: [],
      hasDropped: false,
      minPeriodNs: BigInt(Math.round((minPeriodMs[i] ?? 0) * 1e6)),
    }));
    this.#limit = queue;
    this.#slopNs = slopMs * 1e6;
    this.#wait = 1 + agePenalty;
    this.#onSet = onSet;
  }

  /** Samples that came into no set and never will. */
  get dropped(): number {
    return this.#dropped;
  }

  add(index: number, message: M, ns: bigint): void {
    const lane = this.#lanes[index]!;
    lane.queue.push({ message, ns });
    if (lane.queue.length === 1) this.#process();
    if (lane.queue.length + lane.past.length <= this.#limit) return;
    // Too many: give up the search, forget the oldest, and search again without it.
    for (const each of this.#lanes) recover(each, each.past.length);
    this.#forget(lane);
    lane.hasDropped = true;
    if (this.#pivot === undefined) return;
    this.#candidate = undefined;
    this.#pivot = undefined;
    this.#process();
  }

  #process(): void {
    while (this.#isComplete()) {
      const [start, end] = [this.#start(frontNs), this.#end(frontNs)];
      // Nothing that was dropped could have been better than what is here now, except where the set ends.
      this.#lanes.forEach((lane, i) => {
        if (i !== end.lane) lane.hasDropped = false;
      });
      if (this.#candidate === undefined || this.#pivot === undefined) {
        if (Number(end.ns - start.ns) > this.#slopNs || this.#lanes[end.lane]!.hasDropped) {
          this.#forget(this.#lanes[start.lane]!);
          continue;
        }
        this.#pivot = end;
        this.#choose(start, end);
      } else if (!this.#isNoBetter(start, end)) this.#choose(start, end);
      moveToPast(this.#lanes[start.lane]!);
      const { lane, ns } = this.#pivot;
      if (start.lane === lane)
        this.#publish(); // every set around the pivot was seen
      else if (this.#isNoBetter({ lane, ns }, end))
        this.#publish(); // the rest span [pivot, end], which is too much already
      else if (!this.#isComplete()) this.#searchAhead();
    }
  }

  /** With samples that may come at the earliest: can the candidate be proved best without waiting for them? */
  #searchAhead(): void {
    const moves = this.#lanes.map(() => 0);
    const pivot = this.#pivot!;
    const earliestNs = (lane: Lane<M>): bigint => {
      if (lane.queue.length > 0) return lane.queue[0]!.ns;
      const boundNs = lane.past.at(-1)!.ns + lane.minPeriodNs;
      return boundNs > pivot.ns ? boundNs : pivot.ns;
    };
    for (;;) {
      const [start, end] = [this.#start(earliestNs), this.#end(earliestNs)];
      if (this.#isNoBetter(pivot, end)) {
        this.#publish();
        return;
      }
      if (!this.#isNoBetter(start, end)) {
        this.#lanes.forEach((lane, i) => recover(lane, moves[i]!));
        return;
      }
      // Here start is never the pivot: the two conditions above would be each other's negation.
      moveToPast(this.#lanes[start.lane]!);
      moves[start.lane]!++;
    }
  }

  /** Whether the set from `start` to `end` is no better than the candidate, given what waiting for it costs. */
  #isNoBetter(start: Boundary, end: Boundary): boolean {
    const { startNs, endNs } = this.#candidate!;
    return Number(end.ns - endNs) * this.#wait >= Number(start.ns - startNs);
  }

  #choose(start: Boundary, end: Boundary): void {
    for (const lane of this.#lanes) {
      this.#dropped += lane.past.length;
      lane.past = [];
    }
    this.#candidate = {
      set: this.#lanes.map((lane) => lane.queue[0]!.message),
      startNs: start.ns,
      endNs: end.ns,
    };
  }

  #publish(): void {
    const { set } = this.#candidate!;
    this.#candidate = undefined;
    this.#pivot = undefined;
    for (const lane of this.#lanes) {
      recover(lane, lane.past.length);
      lane.queue.shift(); // the one in the set: everything before it went when the candidate was chosen
    }
    this.#onSet(set);
  }

  #forget(lane: Lane<M>): void {
    lane.queue.shift();
    this.#dropped++;
  }

  #isComplete(): boolean {
    return this.#lanes.every((lane) => lane.queue.length > 0);
  }

  #start(timeOf: (lane: Lane<M>) => bigint): Boundary {
    return this.#boundary(timeOf, (ns, best) => ns < best);
  }

  #end(timeOf: (lane: Lane<M>) => bigint): Boundary {
    return this.#boundary(timeOf, (ns, best) => ns > best);
  }

  #boundary(timeOf: (lane: Lane<M>) => bigint, isBetter: (ns: bigint, best: bigint) => boolean): Boundary {
    let best: Boundary = { lane: 0, ns: timeOf(this.#lanes[0]!) };
    for (let lane = 1; lane < this.#lanes.length; lane++) {
      const ns = timeOf(this.#lanes[lane]!);
      if (isBetter(ns, best.ns)) best = { lane, ns };
    }
    return best;
  }
}

const frontNs = <M>(lane: Lane<M>): bigint => lane.queue[0]!.ns;

function moveToPast<M>(lane: Lane<M>): void {
  lane.past.push(lane.queue.shift()!);
}

/** The last `count` of the past are to come again. */
function recover<M>(lane: Lane<M>, count: number): void {
  if (count > 0) lane.queue.unshift(...lane.past.splice(lane.past.length - count, count));
}
