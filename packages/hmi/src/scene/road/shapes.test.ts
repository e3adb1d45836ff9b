import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beside, dashes, type Point, unpacked, zebra } from "./shapes.ts";
import { stripsGeometry } from "./strips.ts";

const lengthOf = (points: readonly Point[]): number =>
  points.slice(1).reduce((sum, p, i) => sum + Math.hypot(p.x - points[i]!.x, p.y - points[i]!.y), 0);
const areaOf = (points: readonly Point[]): number =>
  Math.abs(
    points.reduce((sum, p, i) => {
      const next = points[(i + 1) % points.length]!;
      return sum + p.x * next.y - next.x * p.y;
    }, 0) / 2,
  );
const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
const line = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 2, maxLength: 8 });

describe("shapes of a road", () => {
  test("a tile's steps of centimetres are points in metres", () => {
    expect(unpacked([100, 250, -30, 5])).toEqual([
      { x: 1, y: 2.5 },
      { x: 0.7, y: 2.55 },
    ]);
    expect(unpacked([])).toEqual([]);
    expect(unpacked([1])).toEqual([]); // half a point is none
  });

  test("a broken line has its parts and its gaps, whatever its corners", () => {
    fc.assert(
      fc.property(line, (points) => {
        const total = lengthOf(points);
        const pieces = dashes(points, 3, 4.5);
        const whole = Math.floor(total / 7.5);
        const rest = Math.min(3, total - whole * 7.5);
        expect(pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)).toBeCloseTo(whole * 3 + rest, 5);
        for (const piece of pieces) expect(lengthOf(piece)).toBeLessThan(3 + 1e-6);
      }),
    );
    expect(dashes([], 1, 1)).toEqual([]);
  });

  test("beside a straight line, to its left", () => {
    expect(
      beside(
        [
          { x: 0, y: 0 },
          { x: 10, y: 0 },
        ],
        2,
      ),
    ).toEqual([
      { x: 0, y: 2 },
      { x: 10, y: 2 },
    ]);
  });

  test("a crosswalk's bars cover half of it, inside it, whatever its direction", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 20, noNaN: true }),
        fc.double({ min: 1, max: 6, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (long, wide, turn) => {
          const corner = (x: number, y: number): Point => ({
            x: x * Math.cos(turn) - y * Math.sin(turn),
            y: x * Math.sin(turn) + y * Math.cos(turn),
          });
          const area = [corner(0, 0), corner(long, 0), corner(long, wide), corner(0, wide)];
          const bars = zebra(area);
          expect(bars.reduce((sum, bar) => sum + areaOf(bar), 0)).toBeCloseTo((long * wide) / 2, 4);
          expect(bars.length).toBeGreaterThan(0);
        },
      ),
    );
    expect(zebra([{ x: 0, y: 0 }])).toEqual([]);
  });

  test("strips have two corners a point and two triangles between points", () => {
    const geometry = stripsGeometry([
      {
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 0 },
          { x: 1, y: 1 },
        ],
        widthM: 0.2,
        kind: 3,
      },
      {
        points: [
          { x: 5, y: 5 },
          { x: 6, y: 5 },
        ],
        widthM: 0.4,
        kind: 4,
      },
    ]);
    expect(geometry.getAttribute("position").count).toBe(10);
    expect(geometry.getIndex()!.count).toBe(18);
    expect([...geometry.getIndex()!.array].every((i) => i < 10)).toBe(true);
    expect([geometry.getAttribute("made").getX(6), geometry.getAttribute("made").getY(6)]).toEqual([
      expect.closeTo(0.2, 6),
      4,
    ]);
    expect([geometry.getAttribute("across").getX(0), geometry.getAttribute("across").getY(0)]).toEqual([-0, 1]);
  });
});
