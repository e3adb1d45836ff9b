import type { Clock } from "@delos/core";

/**
 * Watches that something happens at least every `periodMs`: deadlines and liveliness leases. Costs one reading of the clock
 * per event and one alarm per period, however many events there are. It starts with the first event.
 */
export class TimeWatch implements Disposable {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onMissed: () => void;
  #lastMs = Number.NaN;
  #alarm: Disposable | undefined;

  constructor(clock: Clock, periodMs: number, onMissed: () => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onMissed = onMissed;
  }

  /** It happened. */
  met(): void {
    this.#lastMs = this.#clock.monotonicMs();
    if (this.#alarm === undefined) this.#arm();
  }

  [Symbol.dispose](): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
  }

  #arm(): void {
    const check = (): void => {
      this.#alarm = undefined;
      const nowMs = this.#clock.monotonicMs();
      const missed = nowMs - this.#lastMs >= this.#periodMs;
      if (missed) this.#lastMs += this.#periodMs;
      this.#arm();
      if (missed) this.#onMissed();
    };
    this.#alarm = this.#clock.alarm(this.#lastMs + this.#periodMs, check, { background: true });
  }
}
