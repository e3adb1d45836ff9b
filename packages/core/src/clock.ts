import process from "node:process";
import { isMainThread } from "node:worker_threads";

/**
 * Time. Nothing else in Delos reads the machine's clock: a runtime is given one of these, so a recording's time or a
 * test's time drives everything in the same way (law 3 of the architecture).
 */
export interface Clock {
  /** Time of day: ns since the Unix epoch. On a recorded clock, the recording's time. */
  nowNs(): bigint;
  /** The same in ms with fractions (resolution about 0.25 µs today): allocates nothing. */
  nowMs(): number;
  /** Ms from an arbitrary origin; never goes back, except that a recorded clock follows its recording's loops. */
  monotonicMs(): number;
  /**
   * Calls back once, as soon as `monotonicMs() >= atMs`. Disposing cancels. Alarms of equal time fire in the order set.
   */
  alarm(atMs: number, callback: () => void, options?: AlarmOptions): Disposable;
}

export interface AlarmOptions {
  /** Does not keep the process alive. */
  readonly background?: boolean;
  /** Due to a fraction of a millisecond: a worker thread sleeps the last bit away. Without effect in the main thread. */
  readonly precise?: boolean;
}

/** Timers of the event loop come late by a millisecond, the one they round to, and a little. */
const NAP_MS = 1.1;
const napping = new Int32Array(new SharedArrayBuffer(4));

/** Readings of several clocks count when they lie so close together; the closest of some tries otherwise. */
const CLOSE_NS = 2000;
const MOST_TRIES = 16;
/** `performance.timeOrigin` is finer than `Date.now()`, and right unless it is further from it than this. */
const MOST_ERROR_MS = 2;

/** Looked up once: `process` is a dictionary. */
const { hrtime } = process;

/** The machine's clock. Time of day is read once and continued monotonically, so that steps of NTP never reorder stamps. */
export class SystemClock implements Clock {
  /** Time of day minus the monotonic counters, which Node reads from one source. */
  readonly #offsetNs: bigint;
  readonly #offsetMs: number;

  constructor() {
    const { counterNs, counterMs, wallMs } = readTogether();
    const { timeOrigin } = performance;
    // The machine may have slept, or its time may have been set, since the process has started.
    const isRight = Math.abs(timeOrigin + counterMs - (wallMs + 0.5)) < MOST_ERROR_MS;
    this.#offsetMs = isRight ? timeOrigin : wallMs + 0.5 - counterMs;
    this.#offsetNs = BigInt(Math.round((this.#offsetMs + counterMs) * 1000)) * 1000n - counterNs;
  }

  nowNs(): bigint {
    return BigInt.asIntN(64, this.#offsetNs + hrtime.bigint()); // asIntN: added as machine words
  }

  nowMs(): number {
    return this.#offsetMs + performance.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  alarm(atMs: number, callback: () => void, options: AlarmOptions = {}): Disposable {
    if (options.precise === true && !isMainThread) return preciseAlarm(atMs, callback, options.background === true);
    // A timer of the event loop counts whole milliseconds and may fire early by a fraction: ask again for the rest.
    let handle: ReturnType<typeof setTimeout> | undefined;
    const arm = (): void => {
      const leftMs = atMs - performance.now();
      handle = setTimeout(
        () => (performance.now() >= atMs ? callback() : arm()),
        Math.min(Math.max(0, Math.ceil(leftMs)), 0x7fffffff),
      );
      if (options.background === true) handle.unref();
    };
    arm();
    return { [Symbol.dispose]: () => clearTimeout(handle) };
  }
}

/** The machine's clocks at one moment: between two readings the thread may be put aside for long. */
function readTogether(): { counterNs: bigint; counterMs: number; wallMs: number } {
  let best = { counterNs: 0n, counterMs: 0, wallMs: 0 };
  let leastNs = Infinity;
  for (let i = 0; i < MOST_TRIES && leastNs > CLOSE_NS; i++) {
    const beforeNs = process.hrtime.bigint();
    const [counterMs, wallMs] = [performance.now(), Date.now()];
    const tookNs = Number(process.hrtime.bigint() - beforeNs);
    if (tookNs >= leastNs) continue;
    leastNs = tookNs;
    best = { counterNs: beforeNs + BigInt(tookNs >> 1), counterMs, wallMs };
  }
  return best;
}

/**
 * A timer of the event loop for all but the last milliseconds, which the thread sleeps away; what came in meanwhile is handed
 * out (the poll phase) before the callback runs (the check phase).
 */
function preciseAlarm(atMs: number, callback: () => void, background: boolean): Disposable {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  let immediate: ReturnType<typeof setImmediate> | undefined;
  const nap = (): void => {
    const leftMs = atMs - performance.now();
    if (leftMs > NAP_MS + 1) {
      arm(leftMs);
      return;
    }
    if (leftMs > 0) Atomics.wait(napping, 0, 0, leftMs);
    immediate = setImmediate(callback);
  };
  const arm = (leftMs: number): void => {
    timeout = setTimeout(nap, Math.min(Math.max(0, Math.floor(leftMs - NAP_MS)), 0x7fffffff));
    if (background) timeout.unref();
  };
  arm(atMs - performance.now());
  return {
    [Symbol.dispose]() {
      clearTimeout(timeout);
      clearImmediate(immediate);
    },
  };
}

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told: replay and simulation advance it, tests step it.
 * Alarms fire inside `advanceTo`, in time order, with the clock standing at their time.
 */
export class SimulatedClock implements Clock {
  #nowNs: bigint;
  #originNs: bigint;
  #order = 0;
  readonly #alarms: Alarm[] = [];

  constructor(startNs: bigint = 0n) {
    this.#nowNs = startNs;
    this.#originNs = startNs;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  nowMs(): number {
    return Number(this.#nowNs / 1000n) / 1000;
  }

  monotonicMs(): number {
    return Number(this.#nowNs - this.#originNs) / 1e6;
  }

  alarm(atMs: number, callback: () => void): Disposable {
    const alarm: Alarm = { atMs, order: this.#order++, callback };
    let i = this.#alarms.length;
    while (i > 0 && this.#alarms[i - 1]!.atMs > atMs) i--;
    this.#alarms.splice(i, 0, alarm);
    return {
      [Symbol.dispose]: () => {
        const at = this.#alarms.indexOf(alarm);
        if (at >= 0) this.#alarms.splice(at, 1);
      },
    };
  }

  /** Moves on to `timeNs`, firing what is due on the way. A time in the past is ignored: use `jumpTo` for a loop. */
  advanceTo(timeNs: bigint): void {
    for (;;) {
      const next = this.#alarms[0];
      if (next === undefined) break;
      const dueNs = this.#originNs + BigInt(Math.ceil(next.atMs * 1e6));
      if (dueNs > timeNs) break;
      this.#alarms.shift();
      if (dueNs > this.#nowNs) this.#nowNs = dueNs;
      next.callback();
    }
    if (timeNs > this.#nowNs) this.#nowNs = timeNs;
  }

  /** Moves on by `ms`. */
  advance(ms: number): void {
    this.advanceTo(this.#nowNs + BigInt(Math.round(ms * 1e6)));
  }

  /** Sets the time, back or forth, without firing anything; pending alarms keep their distance from now. */
  jumpTo(timeNs: bigint): void {
    this.#originNs += timeNs - this.#nowNs;
    this.#nowNs = timeNs;
  }

  /** When the next alarm is due, in ms of `monotonicMs()`; undefined when none is set. */
  get nextAlarmMs(): number | undefined {
    return this.#alarms[0]?.atMs;
  }
}
