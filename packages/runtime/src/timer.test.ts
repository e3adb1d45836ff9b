import { AbortedError, SimulatedClock, UsageError } from "@delos/core";
import { describe, expect, test } from "vitest";
import { open, type Runtime } from "./runtime.ts";
import type { Tick } from "./timer.ts";

const opened = async (): Promise<{ runtime: Runtime; clock: SimulatedClock }> => {
  const clock = new SimulatedClock();
  return { runtime: await open({ log: () => {}, clock }), clock };
};

describe("every", () => {
  test("ticks on a fixed grid that does not drift", async () => {
    const { runtime, clock } = await opened();
    await using node = runtime.node("n");
    const ticks: Tick[] = [];
    const timer = node.every(100 / 3, (tick) => ticks.push(tick));
    clock.advance(100_000);
    expect(ticks).toHaveLength(3000);
    expect(ticks[2999]!.scheduledMs).toBe(100_000);
    expect(ticks[0]).toMatchObject({ seq: 0, dtMs: 100 / 3, missed: 0 });
    expect(Math.max(...ticks.map((tick) => tick.latenessMs))).toBeLessThan(1e-5);
    expect(timer.stats).toMatchObject({ ticks: 3000, missed: 0, overruns: 0, errors: 0 });
  });

  test("a clock that was set keeps the timer's rhythm", async () => {
    const { runtime, clock } = await opened();
    await using node = runtime.node("n");
    const ticks: Tick[] = [];
    node.every(10, (tick) => ticks.push(tick));
    clock.advance(25);
    clock.jumpTo(0n);
    clock.advance(25);
    expect(ticks.map((tick) => [tick.scheduledMs, tick.missed])).toEqual([
      [10, 0],
      [20, 0],
      [30, 0],
      [40, 0],
      [50, 0],
    ]);
  });

  test("skip: a late tick stands for those it missed and says how many", async () => {
    const clock = new LateClock();
    await using runtime = await open({ log: () => {}, clock });
    const node = runtime.node("n");
    const ticks: Tick[] = [];
    const overruns: unknown[] = [];
    const timer = node.every(10, (tick) => ticks.push(tick));
    timer.on("overrun", ({ tick, missed }) => overruns.push([tick.seq, missed]));
    clock.fire(10);
    clock.fire(47);
    clock.fire(50);
    expect(ticks).toEqual([
      { seq: 0, scheduledMs: 10, dtMs: 10, latenessMs: 0, missed: 0 },
      { seq: 1, scheduledMs: 20, dtMs: 37, latenessMs: 27, missed: 2 },
      { seq: 2, scheduledMs: 50, dtMs: 3, latenessMs: 0, missed: 0 },
    ]);
    expect(overruns).toEqual([[1, 2]]);
    expect(timer.stats).toMatchObject({ ticks: 3, missed: 2, overruns: 1, maxLatenessMs: 27 });
  });

  test("catchUp: every due tick runs, up to the limit", async () => {
    const clock = new LateClock();
    await using runtime = await open({ log: () => {}, clock });
    const node = runtime.node("n");
    const ticks: Tick[] = [];
    const options = { periodMs: 10, overrun: "catchUp", maxCatchUp: 2 } as const;
    const timer = node.every(options, (tick) => ticks.push(tick));
    clock.fire(35);
    clock.fire(35);
    clock.fire(35);
    expect(ticks.map((tick) => [tick.scheduledMs, tick.latenessMs, tick.missed])).toEqual([
      [10, 25, 0],
      [20, 15, 0],
      [30, 5, 0],
    ]);
    clock.fire(95);
    expect(ticks[3]).toMatchObject({ scheduledMs: 40, missed: 3 });
    clock.fire(95);
    expect(ticks[4]).toMatchObject({ scheduledMs: 80, missed: 0 });
    expect(timer.stats.missed).toBe(3);
  });

  test("a tick that finds the previous one still at work is missed", async () => {
    const { runtime, clock } = await opened();
    await using node = runtime.node("n");
    const done: (() => void)[] = [];
    const ticks: Tick[] = [];
    const timer = node.every(10, (tick) => {
      ticks.push(tick);
      return new Promise<void>((resolve) => done.push(resolve));
    });
    clock.advance(35);
    expect(ticks).toHaveLength(1);
    done[0]!();
    await runtime.settled();
    clock.advance(10);
    expect(ticks[1]).toMatchObject({ seq: 1, scheduledMs: 40, missed: 2, dtMs: 30 });
    expect(timer.stats).toMatchObject({ ticks: 2, missed: 2, overruns: 1 });
  });

  test("errors, also later ones, are counted and the timer goes on", async () => {
    const { runtime, clock } = await opened();
    await using node = runtime.node("n");
    const timer = node.every(10, async ({ seq }) => {
      if (seq === 0) throw new Error("mine");
    });
    const other = node.every(10, () => {
      throw new Error("mine too");
    });
    clock.advance(10);
    await runtime.settled();
    clock.advance(10);
    await runtime.settled();
    expect([timer.stats.ticks, timer.stats.errors, other.stats.errors, runtime.errors]).toEqual([2, 1, 2, 3]);
  });

  test("ends by dispose, from within as well, by signal and with its node", async () => {
    const { runtime, clock } = await opened();
    const node = runtime.node("n");
    const calls: string[] = [];
    const once = node.every(10, () => {
      calls.push("once");
      once[Symbol.dispose]();
    });
    const abort = new AbortController();
    node.every({ periodMs: 10, signal: abort.signal }, () => calls.push("aborted"));
    node.every(10, () => calls.push("node"));
    clock.advance(10);
    abort.abort();
    clock.advance(10);
    await node[Symbol.asyncDispose]();
    clock.advance(100);
    expect(calls).toEqual(["once", "aborted", "node", "node"]);
    expect(clock.nextAlarmMs).toBeUndefined();
  });

  test.for([0, -1, Number.NaN, Infinity])("refuses a period of %f ms", async (periodMs) => {
    const { runtime } = await opened();
    await using node = runtime.node("n");
    expect(() => node.every(periodMs, () => {})).toThrow(UsageError);
  });
});

describe("after and sleep", () => {
  test("come once, at their time, in order", async () => {
    const { runtime, clock } = await opened();
    await using node = runtime.node("n");
    const order: string[] = [];
    node.after(20, () => order.push("20"));
    node.after(10, () => order.push("10 first"));
    node.after(10, () => order.push("10 second"));
    const cancelled = node.after(15, () => order.push("never"));
    cancelled[Symbol.dispose]();
    const slept = node.sleep(15).then(() => order.push("slept"));
    clock.advance(19);
    await slept;
    clock.advance(1);
    expect(order).toEqual(["10 first", "10 second", "slept", "20"]);
  });

  test("sleep ends by its signal", async () => {
    const { runtime, clock } = await opened();
    await using node = runtime.node("n");
    const abort = new AbortController();
    const slept = node.sleep(10, { signal: abort.signal });
    abort.abort();
    await expect(slept).rejects.toThrow(AbortedError);
    await expect(node.sleep(10, { signal: abort.signal })).rejects.toThrow(AbortedError);
    expect(clock.nextAlarmMs).toBeUndefined();
  });
});

/** A clock whose alarms come when the test says, however late. */
class LateClock extends SimulatedClock {
  #nowMs = 0;
  readonly #alarms: (() => void)[] = [];
  override monotonicMs(): number {
    return this.#nowMs;
  }
  override alarm(_atMs: number, callback: () => void): Disposable {
    this.#alarms.push(callback);
    return { [Symbol.dispose]: () => {} };
  }
  fire(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#alarms.shift()?.();
  }
}
