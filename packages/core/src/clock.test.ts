import { describe, expect, test, vi } from "vitest";
import { SimulatedClock, SystemClock } from "./clock.ts";

describe("SimulatedClock", () => {
  test("stands still until it is told, and counts from where it began", () => {
    const clock = new SimulatedClock(1_700_000_000_123_456_789n);
    expect([clock.nowNs(), clock.monotonicMs()]).toEqual([1_700_000_000_123_456_789n, 0]);
    clock.advance(1.5);
    expect([clock.nowNs(), clock.monotonicMs()]).toEqual([1_700_000_000_124_956_789n, 1.5]);
    expect(clock.nowMs()).toBeCloseTo(1_700_000_000_124.956, 2);
    clock.advanceTo(5n);
    expect(clock.monotonicMs()).toBe(1.5);
  });

  test("alarms fire in time order, those of equal time in the order set, with the clock at their time", () => {
    const clock = new SimulatedClock();
    const fired: unknown[] = [];
    const at = (ms: number, name: string): Disposable => clock.alarm(ms, () => fired.push([name, clock.monotonicMs()]));
    at(20, "late");
    at(10, "first");
    at(10, "second");
    at(15, "cancelled")[Symbol.dispose]();
    expect(clock.nextAlarmMs).toBe(10);
    clock.advance(30);
    expect(fired).toEqual([
      ["first", 10],
      ["second", 10],
      ["late", 20],
    ]);
    expect([clock.monotonicMs(), clock.nextAlarmMs]).toEqual([30, undefined]);
  });

  test("an alarm set by an alarm fires in the same advance when it is due", () => {
    const clock = new SimulatedClock();
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.monotonicMs());
      clock.alarm(clock.monotonicMs() + 10, again);
    };
    clock.alarm(10, again);
    clock.advance(45);
    expect(fired).toEqual([10, 20, 30, 40]);
  });

  test("a jump fires nothing and moves the alarms along", () => {
    const clock = new SimulatedClock(1000n);
    const fired: bigint[] = [];
    clock.alarm(10, () => fired.push(clock.nowNs()));
    clock.jumpTo(5_000_000_000n);
    clock.jumpTo(2_000_000_000n);
    expect([fired, clock.monotonicMs()]).toEqual([[], 0]);
    clock.advance(10);
    expect(fired).toEqual([2_010_000_000n]);
  });
});

describe("SystemClock", () => {
  test("time of day agrees with the machine's, in ms and ns, and never goes back", () => {
    const clock = new SystemClock();
    const before = Date.now();
    const [ms, ns] = [clock.nowMs(), clock.nowNs()];
    const after = Date.now();
    expect(ms).toBeGreaterThanOrEqual(before - 2);
    expect(Number(ns / 1_000_000n)).toBeLessThanOrEqual(after + 2);
    // Both are the same moment, told twice.
    for (let i = 0; i < 5; i++) {
      const early = clock.nowMs();
      const between = Number(clock.nowNs()) / 1e6;
      expect([early <= between + 0.02, between <= clock.nowMs() + 0.02]).toEqual([true, true]);
    }
    let last = clock.nowNs();
    for (let i = 0; i < 10_000; i++) {
      const now = clock.nowNs();
      if (now < last) expect.unreachable("the clock went back");
      last = now;
    }
  });

  test("alarms never fire early, also when due already, and can be cancelled", async () => {
    const clock = new SystemClock();
    const cancelled = clock.alarm(clock.monotonicMs() + 1, () => expect.unreachable("it was cancelled"));
    cancelled[Symbol.dispose]();
    for (const delayMs of [-5, 0, 0.3, 2.7]) {
      const dueMs = clock.monotonicMs() + delayMs;
      const firedMs = await new Promise<number>((resolve) => clock.alarm(dueMs, () => resolve(clock.monotonicMs())));
      expect(firedMs).toBeGreaterThanOrEqual(dueMs);
    }
  });

  test("it is right though the thread was put aside between two readings", () => {
    const now = performance.now.bind(performance);
    let stalls = 2;
    const spy = vi.spyOn(performance, "now").mockImplementation(() => {
      const ms = now();
      const untilMs = ms + 30;
      if (stalls-- > 0) while (now() < untilMs);
      return ms;
    });
    const clock = new SystemClock();
    spy.mockRestore();
    expect(Math.abs(Number(clock.nowNs()) / 1e6 - clock.nowMs())).toBeLessThan(15);
  });

  test("it follows a time that was set since the process has started", () => {
    const { now } = Date;
    const spy = vi.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000);
    const clock = new SystemClock();
    spy.mockRestore();
    const before = Date.now() + 3_600_000;
    expect(clock.nowMs()).toBeGreaterThan(before - 60_000);
    expect(Number(clock.nowNs() / 1_000_000n)).toBeGreaterThan(before - 60_000);
  });
});
