import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Trajectory } from "../protocol/bridge.ts";
import { offsetFrom, planAt } from "./plan-target.ts";
import { thinned } from "./thinned.ts";

/** Straight ahead at 10 m/s for 5 s from (100, 50), towards `heading`. */
function straight(heading: number): Trajectory {
  const steps = Array.from({ length: 51 }, (_, i) => i);
  return {
    source: "/planning",
    x: steps.map((i) => 100 + i * Math.cos(heading)),
    y: steps.map((i) => 50 + i * Math.sin(heading)),
    speed_mps: steps.map(() => 10),
    relative_time_s: steps.map((i) => i / 10),
    header_time_s: 1000,
    is_estop: false,
    acceleration_mps2: [],
    curvature_per_m: [],
  };
}

describe("the plan's target", () => {
  test("is where the plan is at that time, between its points too", () => {
    const target = planAt(straight(0), 1002.25)!;
    expect(target.x).toBeCloseTo(122.5, 9);
    expect(target).toMatchObject({ y: 50, heading: 0, speedMps: 10 });
  });

  test("is nowhere before and after the plan, or without times", () => {
    expect(planAt(straight(0), 999.9)).toBeUndefined();
    expect(planAt(straight(0), 1005.2)).toBeUndefined();
    expect(planAt(straight(0), Number.NaN)).toBeUndefined();
    expect(planAt({ ...straight(0), relative_time_s: [] }, 1001)).toBeUndefined();
  });
});

describe("the car beside its plan", () => {
  test("left is positive whatever the direction, and so is a heading to the left", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3.1, max: 3.1, noNaN: true }),
        fc.double({ min: 1, max: 49, noNaN: true }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (heading, along, left, turned) => {
          const car = {
            x: 100 + along * Math.cos(heading) - left * Math.sin(heading),
            y: 50 + along * Math.sin(heading) + left * Math.cos(heading),
            heading: heading + turned,
          };
          const offset = offsetFrom(straight(heading), car)!;
          expect(offset.lateralM).toBeCloseTo(left, 6);
          expect(offset.headingRad).toBeCloseTo(turned, 6);
          expect(Math.hypot(car.x - offset.foot.x, car.y - offset.foot.y)).toBeCloseTo(Math.abs(left), 6);
        },
      ),
    );
  });

  test("far from the plan there is no error to speak of", () => {
    expect(offsetFrom(straight(0), { x: 120, y: 80, heading: 0 })).toBeUndefined();
    expect(offsetFrom({ ...straight(0), x: [], y: [] }, { x: 100, y: 50, heading: 0 })).toBeUndefined();
  });
});

test("a plan that creeps with a centimetre's noise has the direction of its road, not of the noise", () => {
  const x = Array.from({ length: 400 }, (_, i) => 0.004 * i + 0.00002 * i * i);
  const y = x.map((_, i) => 0.01 * Math.sin(i * 2.1));
  const times = x.map((_, i) => i * 0.01);
  const plan = { ...straight(0), header_time_s: 0, x, y, relative_time_s: times, speed_mps: x.map(() => 0.4) };
  for (const i of [20, 100, 200, 300]) {
    const at = { x: x[i]!, y: 0, heading: 0 };
    expect(Math.abs(planAt(plan, i * 0.01 + 0.003)!.heading)).toBeLessThan(0.06);
    expect(Math.abs(offsetFrom(plan, at)!.headingRad)).toBeLessThan(0.06);
    expect(Math.abs(offsetFrom(plan, at)!.lateralM)).toBeLessThan(0.03);
  }
  // A strip through what is left never turns back.
  const kept = thinned(x, y, x.length, 0.3);
  expect(kept[0]).toBe(0);
  expect(kept.at(-1)).toBe(x.length - 1);
  for (let k = 1; k < kept.length; k++) {
    const [dx, dy] = [x[kept[k]!]! - x[kept[k - 1]!]!, y[kept[k]!]! - y[kept[k - 1]!]!];
    expect(Math.hypot(dx, dy)).toBeGreaterThan(0.29);
    expect(Math.abs(Math.atan2(dy, dx))).toBeLessThan(0.08);
  }
  expect(thinned([], [], 0, 0.3)).toEqual([]);
  expect(thinned([5], [5], 1, 0.3)).toEqual([0]);
  expect(thinned([5, 5.01], [5, 5], 2, 0.3)).toEqual([0]); // it stands: nothing to draw
});
