import { type EventMap, Events, UsageError } from "@delos/core";
import type { NodeContext } from "./node-context.ts";

/** One turn of periodic work. It knows its own lateness. */
export interface Tick {
  /** Counts the ticks that ran, from 0. */
  readonly seq: number;
  /** When it was due, in ms of `clock.monotonicMs()`. Due times lie on a fixed grid, so that a timer never drifts. */
  readonly scheduledMs: number;
  /** Time since the previous tick; the period on the first. */
  readonly dtMs: number;
  /** How long after its due time it runs. */
  readonly latenessMs: number;
  /** Due times since the previous tick at which nothing ran. */
  readonly missed: number;
}

/**
 * What happens when a tick comes so late that others are due as well. skip: it stands for all of them, and they count as
 * missed. catchUp: each of them runs, one after the other, up to `maxCatchUp` (10); older ones count as missed.
 */
export type OverrunPolicy = "skip" | "catchUp";

export interface TimerOptions {
  readonly periodMs: number;
  readonly overrun?: OverrunPolicy;
  readonly maxCatchUp?: number;
  /** Does not keep the process alive. */
  readonly background?: boolean;
  /**
   * Due to a fraction of a millisecond instead of one or two of the event loop's. In a worker thread, that is: it sleeps the
   * last two milliseconds away, and what comes meanwhile is handed out right before the tick. Elsewhere an ordinary timer.
   */
  readonly precise?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface TimerStats {
  readonly ticks: number;
  readonly missed: number;
  /** Ticks that came a period or more late, took longer than a period, or found the previous one still at work. */
  readonly overruns: number;
  readonly maxLatenessMs: number;
  readonly maxDurationMs: number;
  readonly errors: number;
}

export interface TimerEvents extends EventMap {
  overrun: { readonly tick: Tick; readonly durationMs: number; readonly missed: number };
}

/**
 * Periodic work on the runtime's clock. A callback that returns a promise is at work until that settles; ticks that are due
 * meanwhile count as missed.
 */
export class Timer implements Disposable {
  readonly periodMs: number;
  readonly #context: NodeContext;
  readonly #callback: (tick: Tick) => unknown;
  readonly #overrun: OverrunPolicy;
  readonly #maxCatchUp: number;
  readonly #alarmOptions: { readonly background: boolean; readonly precise: boolean };
  readonly #events: Events<TimerEvents> = new Events();
  readonly #task = { run: () => this.#run() };
  /** The grid: due times are origin + n · period, computed, not summed, so that rounding does not pile up. */
  readonly #originMs: number;
  #slot = 1;
  #alarm: Disposable | undefined;
  #lastRunMs: number | undefined;
  #atWork = false;
  #unreported = 0;
  #ticks = 0;
  #missed = 0;
  #overruns = 0;
  #maxLatenessMs = 0;
  #maxDurationMs = 0;
  #errors = 0;
  #closed = false;

  constructor(context: NodeContext, options: TimerOptions, callback: (tick: Tick) => unknown) {
    if (!(options.periodMs > 0) || options.periodMs === Infinity) {
      throw new UsageError(`A period of ${options.periodMs} ms: it must be positive and finite`);
    }
    this.periodMs = options.periodMs;
    this.#context = context;
    this.#callback = callback;
    this.#overrun = options.overrun ?? "skip";
    this.#maxCatchUp = options.maxCatchUp ?? 10;
    this.#alarmOptions = { background: options.background ?? false, precise: options.precise ?? false };
    this.#originMs = context.clock.monotonicMs();
    this.#arm();
  }

  get stats(): TimerStats {
    return {
      ticks: this.#ticks,
      missed: this.#missed,
      overruns: this.#overruns,
      maxLatenessMs: this.#maxLatenessMs,
      maxDurationMs: this.#maxDurationMs,
      errors: this.#errors,
    };
  }

  get closed(): boolean {
    return this.#closed;
  }

  on<K extends keyof TimerEvents & string>(event: K, listener: (value: TimerEvents[K]) => void): Disposable {
    return this.#events.on(event, listener);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#alarm?.[Symbol.dispose]();
    this.#context.release(this);
    this.#events.clear();
  }

  #arm(): void {
    const { clock, executor } = this.#context;
    const dueMs = this.#originMs + this.#slot * this.periodMs;
    this.#alarm = clock.alarm(dueMs, () => executor.post(this.#task), this.#alarmOptions);
  }

  #run(): void {
    if (this.#closed) return;
    const { clock } = this.#context;
    const nowMs = clock.monotonicMs();
    const scheduledMs = this.#originMs + this.#slot * this.periodMs;
    const behind = Math.max(0, Math.floor((nowMs - scheduledMs) / this.periodMs));
    if (this.#atWork) {
      // The previous tick has not come to its end.
      this.#slot += behind + 1;
      this.#miss(behind + 1);
      this.#arm();
      return;
    }
    const skipped = this.#overrun === "skip" ? behind : Math.max(0, behind - this.#maxCatchUp);
    this.#miss(skipped);
    this.#slot += skipped + 1;
    this.#arm();
    const tick: Tick = {
      seq: this.#ticks++,
      scheduledMs,
      dtMs: this.#lastRunMs === undefined ? this.periodMs : nowMs - this.#lastRunMs,
      latenessMs: Math.max(0, nowMs - scheduledMs),
      missed: this.#unreported,
    };
    this.#unreported = 0;
    this.#lastRunMs = nowMs;
    this.#maxLatenessMs = Math.max(this.#maxLatenessMs, tick.latenessMs);
    this.#call(tick, nowMs);
  }

  #call(tick: Tick, startMs: number): void {
    let result: unknown;
    try {
      result = this.#callback(tick);
    } catch (error) {
      this.#failed(error);
    }
    if (!(result instanceof Promise)) {
      this.#finish(tick, startMs);
      return;
    }
    this.#atWork = true;
    void result
      .catch((error: unknown) => this.#failed(error))
      .then(() => {
        this.#atWork = false;
        this.#finish(tick, startMs);
      });
  }

  #finish(tick: Tick, startMs: number): void {
    const durationMs = this.#context.clock.monotonicMs() - startMs;
    this.#maxDurationMs = Math.max(this.#maxDurationMs, durationMs);
    if (tick.latenessMs < this.periodMs && durationMs <= this.periodMs && tick.missed === 0) return;
    this.#overruns++;
    if (this.#events.has("overrun")) {
      this.#context.emit(this.#events, "overrun", { tick, durationMs, missed: tick.missed });
    }
  }

  #miss(count: number): void {
    this.#missed += count;
    this.#unreported += count;
  }

  #failed(error: unknown): void {
    this.#errors++;
    this.#context.report(error, `a timer of ${this.periodMs} ms`);
  }
}
