import { UsageError } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApproximateTime, type ApproximateTimeOptions } from "./approximate-time.ts";

/** Feeds `<lane><time>` events, lanes by letter, and returns the sets that came out, each with the event that made it do so. */
function run(lanes: number, events: string, options: ApproximateTimeOptions = {}): string[] {
  const out: string[] = [];
  let now = "";
  const fusion = new ApproximateTime<string>(lanes, options, (set) => out.push(`${set.join(" ")} @${now}`));
  for (const event of events.split(" ")) {
    now = event;
    fusion.add(event.charCodeAt(0) - 97, event, BigInt(event.slice(1)) * 1_000_000_000n);
  }
  return out;
}

/** The pictures and the sets are those of message_filters' test_approximate_time_policy.cpp, letters for lanes, seconds for times. */
describe("gives the sets that message_filters gives", () => {
  const cases: readonly (readonly [name: string, events: string, sets: string, options?: ApproximateTimeOptions])[] = [
    ["exact match", "a0 b0 a3 b3 a6 b6", "a0 b0, a3 b3, a6 b6"],
    ["perfect match", "a0 b1 a3 b4 a6 b7", "a0 b1, a3 b4"],
    ["imperfect match", "a0 b1 a2 a3 b5 a6 b7", "a0 b1, a6 b5"],
    ["acceleration", "a0 b7 a12 b15 a17 b18", "a12 b7, a17 b18"],
    ["dropped messages, queue of 1", "a0 b1 b3 a4 b7 a8 a10 b11 a13 b14", "a4 b3, a10 b11", { queue: 1 }],
    ["dropped messages, queue of 2", "a0 b1 b3 a4 b7 a8 a10 b11 a13 b14", "a0 b1, a4 b3, a8 b7, a10 b11", { queue: 2 }],
    ["long queue", "a0 a1 a2 a3 a4 a5 a6 a7 a8 b3 a9 a10 a11 a12 b10 a13", "a10 b10", { queue: 5 }],
    ["double publish", "a0 b1 b3 a3", "a0 b1, a3 b3"],
    ["four topics", "a0 b1 c2 d3 a5 d5 b6 c6 a8 b9 c10 d11 a10 a13 b14", "a0 b1 c2 d3, a5 b6 c6 d5, a10 b9 c10 d11"],
    ["early publish", "a0 b1 c2 d3 a7", "a0 b1 c2 d3"],
    ["rate bound of 1.5 s", "a0 b1 a3 b4 a6 b7", "a0 b1, a3 b4", { minPeriodMs: [1500] }],
    ["rate bound of 2 s", "a0 b1 a3 b4 a6 b7", "a0 b1, a3 b4, a6 b7", { minPeriodMs: [2000] }],
  ];
  test.for(cases)("%s", ([, events, sets, options = {}]) => {
    const lanes = new Set(events.split(" ").map((event) => event[0])).size;
    expect(run(lanes, events, options).map((set) => set.split(" @")[0])).toEqual(sets.split(", "));
  });
});

test("a set goes out with the sample that proves it the best", () => {
  expect(run(2, "a0 b1 a3 b4 a6 b7")).toEqual(["a0 b1 @a3", "a3 b4 @a6"]);
  expect(run(2, "a0 b1 a3 b4 a6 b7", { minPeriodMs: [2000] })).toEqual(["a0 b1 @b1", "a3 b4 @b4", "a6 b7 @b7"]);
});

test("sets that would span more than the slop are not made", () => {
  expect(run(2, "a0 b50 a51 b100", { slopMs: 10_000 })).toEqual(["a51 b50 @b100"]);
});

test("counts what came into no set", () => {
  const fusion = new ApproximateTime<number>(2, { queue: 3 }, () => {});
  for (let i = 0; i < 10; i++) fusion.add(0, i, BigInt(i));
  expect(fusion.dropped).toBe(7);
});

test("refuses settings that make no sense", () => {
  expect(() => new ApproximateTime(1, {}, () => {})).toThrow(UsageError);
  expect(() => new ApproximateTime(2, { queue: 0 }, () => {})).toThrow(UsageError);
  expect(() => new ApproximateTime(2, { agePenalty: -1 }, () => {})).toThrow(UsageError);
});

test("whatever comes: sets do not cross, no sample is used twice, and nothing is forgotten in the count", () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(gaps, { minLength: 2, maxLength: 4 }), fc.integer({ min: 1, max: 12 }), (lanes, queue) => {
      const events = lanes
        .flatMap((steps, lane) => {
          let at = 0;
          return steps.map((step) => ({ lane, at: (at += step) }));
        })
        .sort((x, y) => x.at - y.at || x.lane - y.lane);
      const sets: (readonly number[])[] = [];
      const fusion = new ApproximateTime<number>(lanes.length, { queue }, (set) => sets.push(set));
      for (const { lane, at } of events) fusion.add(lane, at, BigInt(at));
      for (let i = 1; i < sets.length; i++) {
        expect(sets[i]!.every((at, lane) => at > sets[i - 1]![lane]!)).toBe(true);
      }
      const used = sets.length * lanes.length;
      expect(used + fusion.dropped).toBeLessThanOrEqual(events.length);
      expect(events.length - used - fusion.dropped).toBeLessThanOrEqual(queue * lanes.length);
    }),
  );
});
