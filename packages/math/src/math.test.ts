import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  butterworthLowPass,
  CubicSpline,
  DigitalFilter,
  eulerZxyOf,
  filtfilt,
  goldenSectionSearch,
  HysteresisFilter,
  headingOf,
  invert,
  lerp,
  lowerBound,
  lowPassCoefficients,
  MeanFilter,
  multiply,
  multiplyAdd,
  multiplyQuaternions,
  normalizeAngle,
  quaternionOfEulerZxy,
  quaternionOfHeading,
  RiccatiSolver,
  rotate,
  seededRandom,
  slerpAngle,
  solve,
  Table2d,
  utm,
  utmZoneOf,
  wrapAngle,
} from "./index.ts";

const finite = fc.double({ min: -50, max: 50, noNaN: true });

describe("angles", () => {
  test("the ends belong to −π", () => {
    expect(normalizeAngle(Math.PI)).toBe(-Math.PI);
    expect(normalizeAngle(-Math.PI)).toBe(-Math.PI);
    expect(wrapAngle(-0.5)).toBeCloseTo(2 * Math.PI - 0.5, 15);
  });
  test("a normalised angle is the same direction, in range", () => {
    fc.assert(
      fc.property(finite, (a) => {
        const n = normalizeAngle(a);
        expect(n >= -Math.PI && n < Math.PI).toBe(true);
        expect(Math.sin(n)).toBeCloseTo(Math.sin(a), 12);
        expect(Math.cos(n)).toBeCloseTo(Math.cos(a), 12);
      }),
    );
  });
  test("interpolation takes the short way through ±π", () => {
    expect(slerpAngle(3, 0, -3, 1, 0.5)).toBeCloseTo(-Math.PI, 12);
    expect(slerpAngle(0.1, 1, 0.5, 1, 1)).toBeCloseTo(0.1, 15);
  });
});

describe("rotations", () => {
  test("heading 0 points east: forward (y) becomes east (x)", () => {
    const east = rotate(quaternionOfHeading(0), [0, 1, 0]);
    expect(east[0]).toBeCloseTo(1, 15);
    expect(east[1]).toBeCloseTo(0, 15);
    const north = rotate(quaternionOfHeading(Math.PI / 2), [0, 1, 0]);
    expect(north[1]).toBeCloseTo(1, 15);
  });
  test("angles survive the quaternion; rotation is Rz·Rx·Ry by plain matrices", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3.1, max: 3.1, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        fc.double({ min: -3.1, max: 3.1, noNaN: true }),
        (yaw, pitch, roll) => {
          const q = quaternionOfEulerZxy({ yaw, pitch, roll });
          expect(q.w).toBeGreaterThanOrEqual(0);
          const back = eulerZxyOf(q);
          expect(Math.cos(back.yaw - yaw)).toBeCloseTo(1, 9);
          expect(back.pitch).toBeCloseTo(pitch, 7);
          expect(Math.cos(back.roll - roll)).toBeCloseTo(1, 9);
          // v = (1, 2, 3) turned by hand: first about y, then x, then z.
          const [x1, y1, z1] = [Math.cos(roll) + 3 * Math.sin(roll), 2, 3 * Math.cos(roll) - Math.sin(roll)];
          const [y2, z2] = [y1 * Math.cos(pitch) - z1 * Math.sin(pitch), y1 * Math.sin(pitch) + z1 * Math.cos(pitch)];
          const expected = [x1 * Math.cos(yaw) - y2 * Math.sin(yaw), x1 * Math.sin(yaw) + y2 * Math.cos(yaw), z2];
          rotate(q, [1, 2, 3]).forEach((v, i) => {
            expect(v).toBeCloseTo(expected[i]!, 12);
          });
          expect(Math.cos(headingOf(q) - yaw - Math.PI / 2)).toBeCloseTo(1, 9);
        },
      ),
    );
  });
  test("a product of quaternions turns like one after the other", () => {
    const a = quaternionOfEulerZxy({ yaw: 0.3, pitch: 0.2, roll: -0.4 });
    const b = quaternionOfEulerZxy({ yaw: -1.1, pitch: 0.5, roll: 0.7 });
    const twice = rotate(a, rotate(b, [1, -2, 0.5]));
    rotate(multiplyQuaternions(a, b), [1, -2, 0.5]).forEach((v, i) => {
      expect(v).toBeCloseTo(twice[i]!, 14);
    });
  });
});

describe("matrices", () => {
  test("an inverse is one; a solution solves", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 16, maxLength: 16 }), (entries) => {
        const a = Float64Array.from(entries, (e, i) => e + (i % 5 === 0 ? 300 : 0)); // dominant diagonal
        multiply(a, invert(a, 4), 4, 4, 4).forEach((v, i) => {
          expect(v).toBeCloseTo(i % 5 === 0 ? 1 : 0, 10);
        });
        const x = solve(a, Float64Array.of(1, -2, 3, 4), 4);
        multiply(a, x, 4, 4, 1).forEach((v, i) => {
          expect(v).toBeCloseTo([1, -2, 3, 4][i]!, 9);
        });
      }),
    );
  });
  test("pivoting is needed and done", () => {
    expect([...solve(Float64Array.of(0, 1, 1, 0), Float64Array.of(3, 7), 2)]).toEqual([7, 3]);
    expect([...invert(Float64Array.of(0, 2, 4, 0), 2)]).toEqual([0, 0.25, 0.5, 0]);
  });
  test("one rounding instead of two", () => {
    // (2^27 + 1)² − 2^54 = 2^28 + 1 exactly; the rounded product has lost the 1.
    expect(multiplyAdd(134217729, 134217729, -(2 ** 54))).toBe(2 ** 28 + 1);
    expect(multiplyAdd(1e308, 10, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("Riccati", () => {
  /** The textbook form on nested arrays, with explicit transposes. */
  function reference(A: number[][], b: number[], q: number[], r: number, eps: number, cap: number): number[] {
    const mul = (x: number[][], y: number[][]): number[][] =>
      x.map((row) => y[0]!.map((_, j) => row.reduce((s, v, k) => s + v * y[k]![j]!, 0)));
    const t = (x: number[][]): number[][] => x[0]!.map((_, j) => x.map((row) => row[j]!));
    const B = b.map((v) => [v]);
    const Q = q.map((v, i) => q.map((_, j) => (i === j ? v : 0)));
    let P = Q;
    for (let step = 0; step < cap; step++) {
      const s = 1 / (r + mul(mul(t(B), P), B)[0]![0]!);
      const PA = mul(P, A);
      const first = mul(t(A), PA);
      const second = mul(mul(t(A), mul(P, B)), mul(t(B), PA));
      const next = first.map((row, i) => row.map((v, j) => v - s * second[i]![j]! + Q[i]![j]!));
      const change = Math.max(...next.flatMap((row, i) => row.map((v, j) => v - P[i]![j]!)));
      P = next;
      if (Math.abs(change) < eps) break;
    }
    const s = 1 / (r + mul(mul(t(B), P), B)[0]![0]!);
    return mul(mul(t(B), P), A)[0]!.map((v) => v * s);
  }
  test.for([4, 6])("%i states agree with the textbook form, step count included", (n) => {
    const random = seededRandom(n);
    for (let round = 0; round < 50; round++) {
      const A = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (i === j ? 0.9 : 0) + 0.1 * random.normal()),
      );
      const b = Array.from({ length: n }, () => random.normal());
      const q = Array.from({ length: n }, () => random.uniform());
      const solver = new RiccatiSolver(n);
      solver.solve(Float64Array.from(A.flat()), Float64Array.from(b), Float64Array.from(q), 1, 0.01, 150);
      const expected = reference(A, b, q, 1, 0.01, 150);
      solver.k.forEach((v, i) => {
        expect(v).toBeCloseTo(expected[i]!, 9);
      });
    }
  });
  test("converges to the closed form with one state", () => {
    // a = b = r = 1, q = 1: p² − p − 1 = 0, the golden ratio; k = p/(1 + p) = 1/φ.
    const solver = new RiccatiSolver(1);
    solver.solve(Float64Array.of(1), Float64Array.of(1), Float64Array.of(1), 1, 1e-14, 1000);
    expect(solver.k[0]).toBeCloseTo(2 / (1 + Math.sqrt(5)), 12);
  });
  test("stops at the cap", () => {
    const solver = new RiccatiSolver(4);
    expect(
      solver.solve(new Float64Array(16).fill(0.5), Float64Array.of(1, 1, 1, 1), new Float64Array(4).fill(1), 1, 0, 7),
    ).toBe(7);
  });
});

describe("filters", () => {
  test("the low-pass lets a constant through and halves the power at the cut-off", () => {
    const { numerator, denominator } = lowPassCoefficients(0.01, 10);
    expect(numerator.reduce((s, v) => s + v, 0)).toBeCloseTo(
      denominator.reduce((s, v) => s + v, 0),
      14,
    );
    // Hand-worked: α = 2π·10·0.01/2 = 0.314159…, g = α²/(1 + √2α + α²).
    const alpha = 0.1 * Math.PI;
    expect(numerator[0]).toBeCloseTo(alpha ** 2 / (1 + Math.SQRT2 * alpha + alpha ** 2), 15);
  });
  test("direct form by hand: y0 = x0·n0, y1 = n0·x1 + n1·x0 − d1·y0", () => {
    const filter = new DigitalFilter({ numerator: [0.5, 0.25], denominator: [1, -0.5] });
    expect([4, 2, 0].map((x) => filter.filter(x))).toEqual([2, 3, 2]);
  });
  test("the dead zone holds the last output; no coefficients give 0", () => {
    const filter = new DigitalFilter({ numerator: [1], denominator: [1] });
    filter.deadZone = 0.5;
    expect([1, 1.3, 1.6].map((x) => filter.filter(x))).toEqual([1, 1, 1.6]);
    expect(new DigitalFilter().filter(5)).toBe(0);
  });
  test("the mean drops the extremes of more than two and forgets what left the window", () => {
    const filter = new MeanFilter(4);
    expect([3, 5, 100, -100, 6].map((x) => filter.update(x))).toEqual([3, 4, 5, 4, 5.5]);
    expect(() => new MeanFilter(128)).toThrow(RangeError);
  });
  test("hysteresis switches at the thresholds and passes between", () => {
    const filter = new HysteresisFilter();
    expect(filter.filter(3, 1, 0.5, 0.5)).toBe(1.5);
    expect(filter.state).toBe(1);
    expect(filter.filter(1.2, 1, 0.5, 0.5)).toBe(1.2);
    expect(filter.state).toBe(1);
    expect(filter.filter(0.2, 1, 0.5, 0.5)).toBe(0.5);
    expect(filter.state).toBe(0);
  });
});

describe("zero-phase Butterworth (values of scipy 1.17.1)", () => {
  // x = [sin(0.0013·i²) + 0.3·cos(i) for i in range(120)]; b, a = butter(6, 0.05); filtfilt(b, a, x)
  const x = Array.from({ length: 120 }, (_, i) => Math.sin((0.013 * i * i) / 10) + 0.3 * Math.cos(i));
  test("coefficients to the last digit", () => {
    const { numerator, denominator } = butterworthLowPass(6, 0.05);
    expect(numerator[0]).toBe(1.7536549719840554e-7);
    expect(denominator).toEqual([
      1.0, -5.393212484861354, 12.147425170416897, -14.623787566607604, 9.923048570770401, -3.5980635338866374,
      0.5446010675601195,
    ]);
    expect(butterworthLowPass(3, 0.3).denominator).toEqual([
      1.0, -1.1619174836717323, 0.6959427557896507, -0.13776130125989283,
    ]);
  });
  test("filtered signal", () => {
    const y = filtfilt(butterworthLowPass(6, 0.05), x);
    const expected = [
      [0, 0.22969304344641267],
      [1, 0.2098187173990811],
      [2, 0.19140304632764077],
      [17, 0.3951624179033002],
      [60, -0.5252329447165314],
      [118, -0.020419113818958255],
      [119, -0.016815534875630624],
    ] as const;
    for (const [i, v] of expected) expect(Math.abs(y[i]! / v - 1)).toBeLessThan(1e-11);
    expect(filtfilt(butterworthLowPass(3, 0.3), x)[119]).toBeCloseTo(-0.15086416707984723, 13);
  });
  test("far from its ends a straight line passes unchanged; too short a signal is refused", () => {
    const line = Array.from({ length: 100 }, (_, i) => 3 + 0.5 * i);
    filtfilt(butterworthLowPass(2, 0.2), line).forEach((v, i) => {
      if (i > 40 && i < 60) expect(v).toBeCloseTo(line[i]!, 4);
    });
    expect(() => filtfilt(butterworthLowPass(6, 0.05), x.slice(0, 21))).toThrow(RangeError);
  });
});

describe("interpolation", () => {
  test("lower bound, lerp, golden section", () => {
    expect(lowerBound([1, 2, 2, 3], 2)).toBe(1);
    expect(lowerBound([1, 2, 2, 3], 9)).toBe(4);
    expect(lerp(10, 1, 20, 2, 1.25)).toBe(12.5);
    expect(lerp(10, 1, 20, 1, 5)).toBe(10);
    expect(goldenSectionSearch((s) => (s - 1.25) ** 2, 0, 4)).toBeCloseTo(1.25, 5);
  });
  test("a table with different y in every row, by hand", () => {
    const table = new Table2d([
      [0, -1, -20],
      [0, 1, 20],
      [2, 0, 10],
      [2, 4, 30],
      [2, 4, 50], // overwrites
    ]);
    expect(table.at(-5, 0.5)).toBe(10);
    expect(table.at(9, 2)).toBe(30);
    expect(table.at(0.5, 0.5)).toBeCloseTo(10 + (15 - 10) * 0.25, 12);
    expect(table.at(1, 99)).toBe(35);
    expect(() => new Table2d([])).toThrow(RangeError);
    expect(() => new Table2d([[0, Number.NaN, 1]])).toThrow(RangeError);
  });
  test("the spline meets its points, is straight through two and cubic through four", () => {
    const points = [
      [4, 1],
      [8, 0.6],
      [12, 0.4],
      [20, 0.3],
      [25, 0.2],
    ] as const;
    const spline = new CubicSpline(points);
    for (const [x, y] of points) expect(spline.at(x)).toBeCloseTo(y, 12);
    expect(spline.at(-3)).toBeCloseTo(1, 12);
    expect(spline.at(99)).toBeCloseTo(0.2, 12);
    expect(
      new CubicSpline([
        [0, 1],
        [2, 5],
      ]).at(0.5),
    ).toBeCloseTo(2, 12);
    const cubic = (x: number): number => x ** 3 - 2 * x ** 2 + 3;
    const exact = new CubicSpline([0, 1, 2, 4].map((x) => [x, cubic(x)] as const));
    for (const x of [0.3, 1.5, 3.7]) expect(exact.at(x)).toBeCloseTo(cubic(x), 10);
  });
});

describe("UTM", () => {
  /** Krüger's series to n⁴ (Karney 2011, eq. 35): an independent projection, good to under a micrometre here. */
  function kruger(longitudeDeg: number, latitudeDeg: number, zone: number): [number, number] {
    const f = 1 / 298.257223563;
    const n = f / (2 - f);
    const A = (6378137 / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
    const alpha = [
      n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4,
      (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4,
      (61 / 240) * n ** 3 - (103 / 140) * n ** 4,
      (49561 / 161280) * n ** 4,
    ];
    const e = (2 * Math.sqrt(n)) / (1 + n);
    const phi = (latitudeDeg * Math.PI) / 180;
    const lambda = ((longitudeDeg - (zone * 6 - 183)) * Math.PI) / 180;
    const t = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)));
    const xi = Math.atan2(t, Math.cos(lambda));
    const eta = Math.atanh(Math.sin(lambda) / Math.hypot(1, t));
    let [x, y] = [eta, xi];
    alpha.forEach((a, i) => {
      const j = 2 * (i + 1);
      x += a * Math.cos(j * xi) * Math.sinh(j * eta);
      y += a * Math.sin(j * xi) * Math.cosh(j * eta);
    });
    return [500000 + 0.9996 * A * x, 0.9996 * A * y];
  }
  test("agrees with Krüger's series within a hundredth of a millimetre and comes back", () => {
    const zone10 = utm(10);
    for (const [lon, lat] of [
      [-122.0169, 37.4165],
      [-125.5, 48.2],
      [-120.1, 1],
    ] as const) {
      const { eastingM, northingM } = zone10.forward(lon, lat);
      const [x, y] = kruger(lon, lat, 10);
      expect(Math.abs(eastingM - x)).toBeLessThan(1e-5);
      expect(Math.abs(northingM - y)).toBeLessThan(1e-5);
      const back = zone10.inverse(eastingM, northingM);
      expect(back.longitudeDeg).toBeCloseTo(lon, 9);
      expect(back.latitudeDeg).toBeCloseTo(lat, 9);
    }
    expect(utmZoneOf(-122)).toBe(10);
    expect(utmZoneOf(180)).toBe(1);
    expect(() => utm(61)).toThrow(RangeError);
  });
});

describe("noise", () => {
  test("is the same for the same seed and normal enough", () => {
    const a = seededRandom(7);
    const b = seededRandom(7);
    const values = Array.from({ length: 20000 }, () => a.normal());
    expect(values.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => b.normal()));
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});

test("the golden-section search ends between numbers that lie farther apart than its tolerance", () => {
  expect(goldenSectionSearch((x) => x, 1e15, 1e300)).toBeLessThan(1e16);
  expect(goldenSectionSearch(() => 0, -1e308, 1e308)).not.toBeUndefined();
});
