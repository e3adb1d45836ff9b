import type { Clock } from "@delos/core";

/** So many at once, and so many a second on average: a bucket that fills by itself. */
export class Allowance {
  readonly #clock: Clock;
  readonly #perS: number;
  readonly #most: number;
  #left: number;
  #filledMs: number;

  constructor(clock: Clock, perS: number, most: number) {
    this.#clock = clock;
    this.#perS = perS;
    this.#most = most;
    this.#left = most;
    this.#filledMs = clock.monotonicMs();
  }

  /** False: there is nothing left, come later. */
  take(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(this.#most, this.#left + ((nowMs - this.#filledMs) / 1000) * this.#perS);
    this.#filledMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}

const MAX_ADDRESSES = 4096;

/** An allowance for each address. Those silent for longest are forgotten first. */
export class AllowanceByAddress {
  readonly #clock: Clock;
  readonly #perS: number;
  readonly #most: number;
  readonly #allowances = new Map<string, Allowance>();

  constructor(clock: Clock, perS: number, most: number) {
    this.#clock = clock;
    this.#perS = perS;
    this.#most = most;
  }

  take(address: string): boolean {
    const allowance = this.#allowances.get(address) ?? new Allowance(this.#clock, this.#perS, this.#most);
    this.#allowances.delete(address);
    if (this.#allowances.size >= MAX_ADDRESSES) this.#allowances.delete(this.#allowances.keys().next().value!);
    this.#allowances.set(address, allowance);
    return allowance.take();
  }
}
