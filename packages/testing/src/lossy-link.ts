import type { Clock } from "@delos/core";
import { Random } from "./random.ts";

export interface LossyLinkOptions {
  readonly seed: number;
  readonly clock: Clock;
  /** Probability that a packet is lost. */
  readonly drop?: number;
  /** Probability that a packet comes twice. */
  readonly duplicate?: number;
  /** Probability that a packet is held back behind the next ones. */
  readonly reorder?: number;
  /** How long a packet is held back when it is, ms: 10 unless given. */
  readonly reorderByMs?: number;
  /** Time every packet takes, ms. */
  readonly delayMs?: number;
  /** Up to this much more, evenly distributed, ms. */
  readonly jitterMs?: number;
}

export interface LossyLinkCounters {
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly underWay: number;
}

/**
 * A bad network in between, one direction, for tests: what is sent arrives late, twice, in another order or not at all, and
 * always in the same way for the same seed. Time is the clock's, so a simulated one makes it quick and exact. delivered =
 * sent − dropped + duplicated − underWay.
 */
export class LossyLink<P> implements Disposable {
  readonly #options: Required<LossyLinkOptions>;
  readonly #random: Random;
  readonly #deliver: (packet: P) => void;
  readonly #alarms: Set<Disposable> = new Set();
  #sent = 0;
  #delivered = 0;
  #dropped = 0;
  #duplicated = 0;
  #reordered = 0;
  /** While true, nothing passes: a pulled cable. */
  cut = false;

  constructor(options: LossyLinkOptions, deliver: (packet: P) => void) {
    this.#options = { drop: 0, duplicate: 0, reorder: 0, reorderByMs: 10, delayMs: 0, jitterMs: 0, ...options };
    this.#random = new Random(options.seed);
    this.#deliver = deliver;
  }

  get counters(): LossyLinkCounters {
    return {
      sent: this.#sent,
      delivered: this.#delivered,
      dropped: this.#dropped,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      underWay: this.#alarms.size,
    };
  }

  send(packet: P): void {
    this.#sent++;
    const { drop, duplicate } = this.#options;
    // Each packet takes the same number of draws: settings and fates of others do not change its own.
    const [lost, twice] = [this.#random.chance(drop), this.#random.chance(duplicate)];
    const delays = [this.#delay(), this.#delay()] as const;
    if (lost || this.cut) {
      this.#dropped++;
      return;
    }
    this.#carry(packet, delays[0]);
    if (!twice) return;
    this.#duplicated++;
    this.#carry(packet, delays[1]);
  }

  /** What is under way is lost. */
  [Symbol.dispose](): void {
    for (const alarm of this.#alarms) alarm[Symbol.dispose]();
    this.#dropped += this.#alarms.size;
    this.#alarms.clear();
  }

  #delay(): { readonly ms: number; readonly held: boolean } {
    const { delayMs, jitterMs, reorder, reorderByMs } = this.#options;
    const jitter = jitterMs * this.#random.uniform();
    const held = this.#random.chance(reorder);
    return { ms: delayMs + jitter + (held ? reorderByMs : 0), held };
  }

  #carry(packet: P, { ms, held }: { readonly ms: number; readonly held: boolean }): void {
    if (held) this.#reordered++;
    if (ms <= 0) {
      this.#delivered++;
      this.#deliver(packet);
      return;
    }
    const { clock } = this.#options;
    const alarm = clock.alarm(clock.monotonicMs() + ms, () => {
      this.#alarms.delete(alarm);
      this.#delivered++;
      this.#deliver(packet);
    });
    this.#alarms.add(alarm);
  }
}
