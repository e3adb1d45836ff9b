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

  follow({ timeNs: toNs, pass }: ClockReading): void {
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

interface ClockReading {
  readonly timeNs: bigint;
  readonly pass: number;
}

/**
 * What a message on `/clock` says: `delos.Clock`, or the `rosgraph_msgs` Clock of ROS 1 (`nsec`) or ROS 2 (`nanosec`).
 * Undefined for anything else.
 */
export function readClock(message: unknown): ClockReading | undefined {
  const { time_ns, pass, clock } = message as delos.Clock & { readonly clock?: Readonly<Record<string, unknown>> };
  if (typeof time_ns === "bigint") return { timeNs: time_ns, pass: pass ?? 0 };
  const [sec, nsec] = [clock?.["sec"], clock?.["nsec"] ?? clock?.["nanosec"]];
  if (typeof sec !== "number" || typeof nsec !== "number") return undefined;
  return { timeNs: BigInt(sec) * 1_000_000_000n + BigInt(nsec), pass: 0 };
}
