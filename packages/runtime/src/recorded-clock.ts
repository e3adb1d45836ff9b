import type { Events, SimulatedClock } from "@delos/core";
import { delos } from "@delos/msgs";
import type { Executor } from "./executor.ts";
import type { RuntimeEvents } from "./runtime.ts";
import { type Topic, topic } from "./topic.ts";

/** What time it is, from whoever replays or simulates. Best published before each message, with the message's time. */
export const clockTopic: Topic<delos.Clock> = topic("/clock", delos.Clock, { depth: 1000 });

/**
 * Lets a clock follow `/clock`. Moving on fires every alarm on the way, each at its own time and with all its consequences,
 * so what a program does depends on the recorded times alone and not on how fast they come. The first time, another pass
 * (the replay loops or is sought) and a step back are jumps: no alarm fires, timers keep their distance, and the runtime
 * reports `clockJumped`.
 */
export class ClockFollower {
  readonly #clock: SimulatedClock;
  readonly #executor: Executor;
  readonly #events: Events<RuntimeEvents>;
  #pass: number | undefined;

  constructor(clock: SimulatedClock, executor: Executor, events: Events<RuntimeEvents>) {
    this.#clock = clock;
    this.#executor = executor;
    this.#events = events;
  }

  follow({ time_ns: toNs = 0n, pass = 0 }: delos.Clock): void {
    const fromNs = this.#clock.nowNs();
    if (pass === this.#pass && toNs >= fromNs) {
      this.#executor.ahead(() => this.#clock.advanceTo(toNs));
      return;
    }
    const isFirst = this.#pass === undefined;
    this.#pass = pass;
    this.#clock.jumpTo(toNs);
    if (!isFirst) this.#events.emit("clockJumped", { fromNs, toNs });
  }
}
