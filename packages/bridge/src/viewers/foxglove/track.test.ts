import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Track } from "./track.ts";

/** Degrees of latitude. */
const METRE = 1 / 111_320;

function linesOf(track: Track): [number, number][][] {
  const { geojson } = track;
  return geojson === undefined ? [] : JSON.parse(geojson).geometry.coordinates;
}

describe("the track of the car", () => {
  test("is a line of the places where it was, and nothing while it stands", () => {
    const track = new Track();
    for (let i = 0; i < 10; i++) track.add(-122, 37, BigInt(i));
    expect(track.geojson).toBeUndefined();
    for (let i = 1; i <= 3; i++) track.add(-122, 37 + i * METRE, BigInt(10 + i));
    const [line] = linesOf(track);
    expect(line).toHaveLength(4);
    expect(line![0]).toEqual([-122, 37]);
    expect(line![3]![1]).toBeCloseTo(37 + 3 * METRE, 7);
  });

  test("is torn where time has jumped forwards, and begins anew where it has jumped back", () => {
    const track = new Track();
    for (const metres of [0, 1, 2, 500, 501]) track.add(8, 50 + metres * METRE, BigInt(metres));
    expect(linesOf(track).map(({ length }) => length)).toEqual([3, 2]);
    track.add(8, 50, 1n);
    track.add(8, 50 + METRE, 2n);
    expect(linesOf(track).map(({ length }) => length)).toEqual([2]);
  });

  test("stays short however far the car drives, from where it began to where it is", () => {
    const track = new Track();
    const count = 50_000;
    for (let i = 0; i <= count; i++) track.add(8, 40 + i * METRE, BigInt(i));
    const lines = linesOf(track);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.length).toBeLessThanOrEqual(2000);
    expect(lines[0]!.length).toBeGreaterThan(900);
    expect(lines[0]![0]).toEqual([8, 40]);
    expect(40 + count * METRE - lines[0]!.at(-1)![1]).toBeLessThan(100 * METRE);
  });

  test("never holds more, whatever the places are", () => {
    const place = fc.tuple(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -84, max: 84, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(place, { minLength: 2000, maxLength: 2500 }), (places) => {
        const track = new Track();
        places.forEach(([longitude, latitude], i) => {
          track.add(longitude, latitude, BigInt(i));
        });
        expect(linesOf(track).flat().length).toBeLessThanOrEqual(2000);
      }),
      { numRuns: 10 },
    );
  });
});
