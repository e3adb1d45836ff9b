import type { Watchdog } from "./watchdog.ts";

/** Who watches the watchdog: its trip, and that its thread still looks. */
export class WatchdogGuard {
  readonly #watchdog: Pick<Watchdog, "block" | "tripped">;
  readonly #silenceMs: number;
  #looks: number | undefined;
  #movedMs = 0;

  constructor(watchdog: Pick<Watchdog, "block" | "tripped">, silenceMs: number) {
    this.#watchdog = watchdog;
    this.#silenceMs = silenceMs;
  }

  /** Why the car must stop; undefined while all is well. */
  look(nowMs: number): string | undefined {
    const { looks } = this.#watchdog.block;
    if (looks !== this.#looks) {
      this.#looks = looks;
      this.#movedMs = nowMs;
    }
    const { tripped } = this.#watchdog;
    if (tripped !== undefined) return `watchdog: ${tripped.name} has not turned for more than ${tripped.deadlineMs} ms`;
    const silent = !(nowMs - this.#movedMs <= this.#silenceMs);
    return silent ? `the watchdog has not looked for more than ${this.#silenceMs} ms` : undefined;
  }
}
