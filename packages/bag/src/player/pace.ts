/**
 * Which instant of the recording belongs to which instant of the monotonic clock.
 *
 *   target(t) = origin + (t − base) / rate
 *
 * The origin is fixed: a message that goes out late changes nothing for the next one, so lateness never adds up. Only
 * pauses, rate changes, seeks and loops set a new (origin, base), and each of them without losing the position.
 */
export class Pace {
  #originMs = 0;
  #baseNs = 0n;
  #rate: number;
  #running = false;

  /** `rate` in recorded seconds per second; Infinity: as fast as possible. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  get rate(): number {
    return this.#rate;
  }

  get running(): boolean {
    return this.#running;
  }

  /** From now on, recorded time `timeNs` belongs to monotonic time `atMs`. */
  anchor(timeNs: bigint, atMs: number): void {
    this.#baseNs = timeNs;
    this.#originMs = atMs;
  }

  run(nowMs: number): void {
    if (this.#running) return;
    this.#running = true;
    this.#originMs = Math.max(nowMs, this.#originMs);
  }

  /** Stands still at the position of `nowMs`, or at `timeNs` when the caller knows better (a message just stepped to). */
  stop(nowMs: number): void {
    if (!this.#running) return;
    this.anchor(this.positionNs(nowMs), nowMs);
    this.#running = false;
  }

  /** Goes on from the position of `nowMs` at another rate. */
  setRate(rate: number, nowMs: number): void {
    if (this.#running && nowMs > this.#originMs) this.anchor(this.positionNs(nowMs), nowMs);
    this.#rate = rate;
  }

  /** Makes everything from now on due `ms` earlier (negative: later). */
  shift(ms: number): void {
    this.#originMs -= ms;
  }

  /** When the message of recorded time `timeNs` is due. */
  targetMs(timeNs: bigint): number {
    return this.#originMs + Number(timeNs - this.#baseNs) / 1e6 / this.#rate;
  }

  /** Recorded time at a monotonic time. Before the origin (a start delay), and while standing still: the base. */
  positionNs(nowMs: number): bigint {
    if (!this.#running || nowMs <= this.#originMs || this.#rate === Number.POSITIVE_INFINITY) return this.#baseNs;
    return this.#baseNs + BigInt(Math.round((nowMs - this.#originMs) * this.#rate * 1e6));
  }
}
