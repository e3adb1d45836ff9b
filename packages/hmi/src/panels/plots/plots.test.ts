import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roundStep } from "./axis.ts";
import { forEachPoint } from "./line-path.ts";
import { PlotStore } from "./plot-store.ts";
import { WindowBuffer } from "./window-buffer.ts";

const T0 = 1_500_000_000;
const known = (column: Float64Array): number[] => [...column].filter((value) => !Number.isNaN(value));

describe("the window of a plot", () => {
  test("keeps the newest seconds, in arrays that are never replaced", () => {
    const buffer = new WindowBuffer(1, 2, 0.1);
    const [column] = buffer.columns;
    for (let i = 0; i < 100; i++) buffer.add(0, [T0 + i / 10], [i]);
    expect(buffer.columns[0]).toBe(column);
    expect(column!.length).toBe(20);
    expect(known(column!)).toEqual(Array.from({ length: 20 }, (_, i) => 80 + i));
    expect(buffer.newestS).toBeCloseTo(T0 + 9.9, 5);
    expect(buffer.times[0]).toBeCloseTo(T0 + 8, 5);
  });

  test("a batch is the same as its samples one by one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (steps) => {
          let t = T0;
          const times = steps.map((step) => (t += step));
          const values = times.map((_, i) => i);
          const together = new WindowBuffer(1, 5, 0.02);
          const apart = new WindowBuffer(1, 5, 0.02);
          together.add(0, [times[0]!], [values[0]!]);
          together.add(0, times.slice(1), values.slice(1));
          times.forEach((time, i) => apart.add(0, [time], [values[i]!]));
          // Values that fall out of the window within a batch may be held into it only by the one that adds them.
          const newest = (buffer: WindowBuffer): number[] => [...buffer.columns[0]!].slice(-70);
          expect(newest(together).at(-1)).toEqual(newest(apart).at(-1));
          expect(together.newestS).toBeCloseTo(apart.newestS, 6);
        },
      ),
    );
  });

  test("a slow quantity is held until its next value, a silent one is a gap", () => {
    const buffer = new WindowBuffer(1, 4, 0.1, 1);
    buffer.add(0, [T0, T0 + 0.5], [1, 2]);
    expect(known(buffer.columns[0]!)).toEqual([1, 1, 1, 1, 1, 2]);
    buffer.add(0, [T0 + 3], [3]);
    expect(known(buffer.columns[0]!)).toEqual([1, 1, 1, 1, 1, 2, 3]);
  });

  test("after a jump far ahead nothing old is left", () => {
    const buffer = new WindowBuffer(2, 2, 0.1);
    buffer.add(0, [T0], [1]);
    buffer.add(1, [T0 + 1000], [2]);
    expect(known(buffer.columns[0]!)).toEqual([]);
    expect(known(buffer.columns[1]!)).toEqual([2]);
    expect([...buffer.times].every((t, i, all) => i === 0 || t > all[i - 1]!)).toBe(true);
  });

  test("what is older than the window, or no number at all, changes nothing", () => {
    const buffer = new WindowBuffer(1, 2, 0.1);
    buffer.add(0, [T0 + 10], [1]);
    buffer.add(0, [T0, Number.NaN, Number.POSITIVE_INFINITY], [5, 6, 7]);
    expect(known(buffer.columns[0]!)).toEqual([1]);
  });

  test("cleared it is as new", () => {
    const buffer = new WindowBuffer(1, 2, 0.1);
    buffer.add(0, [T0 + 10], [1]);
    buffer.clear();
    expect(buffer.empty).toBe(true);
    buffer.add(0, [T0], [2]);
    expect(known(buffer.columns[0]!)).toEqual([2]);
  });
});

test("the plots share one newest time", () => {
  const store = new PlotStore();
  expect(store.newestS).toBeNaN();
  store.add({ id: "speed", time_s: [T0], value: [1] });
  store.add({ id: "brake", time_s: [T0 + 2], value: [1] });
  store.add({ id: "something new", time_s: [T0 + 9], value: [1] });
  expect(store.newestS).toBeCloseTo(T0 + 2, 1);
});

describe("the line of a plot", () => {
  const drawn = (values: number[], pixelOf: (t: number) => number): [number, number, boolean][] => {
    const points: [number, number, boolean][] = [];
    const times = Float64Array.from(values, (_, i) => i);
    const column = Float64Array.from(values);
    forEachPoint(times, column, 0, values.length - 1, pixelOf, (x, value, begins) => points.push([x, value, begins]));
    return points;
  };

  test("is broken where values are missing", () => {
    expect(drawn([1, 2, Number.NaN, 3], (t) => t)).toEqual([
      [0, 1, true],
      [1, 2, false],
      [3, 3, true],
    ]);
  });

  test("keeps first, lowest, highest and last of a pixel column", () => {
    const points = drawn([5, 1, 9, 4, 7, 6], () => 0);
    expect(points.map(([, value]) => value)).toEqual([5, 1, 9, 6]);
  });

  test("loses no extreme, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        const points = drawn(values, (t) => Math.floor(t / 7)).map(([, value]) => value);
        expect(Math.max(...points)).toBe(Math.max(...values));
        expect(Math.min(...points)).toBe(Math.min(...values));
        expect(points.length).toBeLessThanOrEqual(4 * Math.ceil(values.length / 7));
      }),
    );
  });
});

test("axis steps are 1, 2 or 5 times a power of ten", () => {
  expect([0.3, 1, 1.1, 2.4, 5.1, 72, 0.0011].map(roundStep)).toEqual([0.5, 1, 2, 5, 10, 100, 0.002]);
});
