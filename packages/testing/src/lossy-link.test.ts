import { SimulatedClock } from "@delos/core";
import { expect, test } from "vitest";
import { LossyLink, type LossyLinkOptions } from "./lossy-link.ts";

function carry(options: Omit<LossyLinkOptions, "clock">, count = 10_000) {
  const clock = new SimulatedClock();
  const arrived: { readonly n: number; readonly afterMs: number }[] = [];
  const link = new LossyLink<{ n: number; sentMs: number }>({ clock, ...options }, ({ n, sentMs }) => {
    arrived.push({ n, afterMs: clock.monotonicMs() - sentMs });
  });
  for (let n = 0; n < count; n++) {
    link.send({ n, sentMs: clock.monotonicMs() });
    clock.advance(1);
  }
  clock.advance(1000);
  return { arrived, link, clock };
}

test("a perfect link delivers at once, in order", () => {
  const { arrived, link } = carry({ seed: 1 }, 100);
  expect(arrived).toEqual(Array.from({ length: 100 }, (_, n) => ({ n, afterMs: 0 })));
  expect(link.counters).toEqual({ sent: 100, delivered: 100, dropped: 0, duplicated: 0, reordered: 0, underWay: 0 });
});

test("drops and duplicates as often as told, and counts them all", () => {
  const { arrived, link } = carry({ seed: 2, drop: 0.3, duplicate: 0.1 });
  const { sent, delivered, dropped, duplicated } = link.counters;
  expect(dropped / sent).toBeCloseTo(0.3, 1);
  expect(duplicated / (sent - dropped)).toBeCloseTo(0.1, 1);
  expect(delivered).toBe(arrived.length);
  expect(delivered).toBe(sent - dropped + duplicated);
});

test("delay, jitter and reordering stay in their bounds", () => {
  const { arrived, link } = carry({ seed: 3, delayMs: 5, jitterMs: 2, reorder: 0.2, reorderByMs: 20 });
  const held = arrived.filter(({ afterMs }) => afterMs >= 25);
  expect(arrived.every(({ afterMs }) => (afterMs >= 5 && afterMs < 7.001) || (afterMs >= 25 && afterMs < 27.001))).toBe(
    true,
  );
  expect(held).toHaveLength(link.counters.reordered);
  expect(arrived.some(({ n }, i) => i > 0 && n < arrived[i - 1]!.n)).toBe(true);
});

test("does the same for the same seed, and loses no more packets for being slower", () => {
  const lost = (options: Omit<LossyLinkOptions, "clock">): number[] => {
    const got = new Set(carry(options, 500).arrived.map(({ n }) => n));
    return Array.from({ length: 500 }, (_, n) => n).filter((n) => !got.has(n));
  };
  expect(lost({ seed: 7, drop: 0.2 })).toEqual(lost({ seed: 7, drop: 0.2 }));
  expect(lost({ seed: 7, drop: 0.2, delayMs: 9, jitterMs: 3, reorder: 0.5 })).toEqual(lost({ seed: 7, drop: 0.2 }));
  expect(lost({ seed: 8, drop: 0.2 })).not.toEqual(lost({ seed: 7, drop: 0.2 }));
});

test("nothing passes a cut link, and nothing comes after it is closed", () => {
  const clock = new SimulatedClock();
  const arrived: number[] = [];
  const link = new LossyLink<number>({ seed: 1, clock, delayMs: 10 }, (n) => arrived.push(n));
  link.send(1);
  link.cut = true;
  link.send(2);
  link.cut = false;
  clock.advance(10);
  link.send(3);
  expect(link.counters.underWay).toBe(1);
  link[Symbol.dispose]();
  clock.advance(100);
  expect(arrived).toEqual([1]);
  expect(link.counters).toMatchObject({ sent: 3, delivered: 1, dropped: 2, underWay: 0 });
  expect(clock.nextAlarmMs).toBeUndefined();
});
