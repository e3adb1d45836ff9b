import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differenceOf, poseAt, shiftS, stationsOf, type Trace } from "./difference.ts";

/** East at 10 m/s, `y` to the north, a sample each tenth of a second. */
function straight({ y = 0, startS = 1000, seconds = 10, speedMps = 10 } = {}): Trace {
  const timeS = Array.from({ length: seconds * 10 + 1 }, (_, i) => startS + i / 10);
  return {
    startS,
    endS: startS + seconds,
    timeS,
    x: timeS.map((t) => (t - startS) * speedMps),
    y: timeS.map(() => y),
    headingRad: timeS.map(() => 0),
    speedMps: timeS.map(() => speedMps),
  };
}

describe("two runs", () => {
  test("a path two metres to the left is two metres to the left, whenever it was driven", () => {
    const { lateralM, speedMps, speedAtPlaceMps, stationM } = differenceOf(
      straight(),
      straight({ y: 2, startS: 5000 }),
      4000,
    );
    expect(lateralM.every((m) => Math.abs(m - 2) < 1e-9)).toBe(true);
    expect(speedMps.every((m) => Math.abs(m) < 1e-9)).toBe(true);
    expect(speedAtPlaceMps.every((m) => Math.abs(m) < 1e-9)).toBe(true);
    expect(stationM.at(-1)).toBeCloseTo(100, 9);
  });

  test("where the other run has ended or its path does, there is nothing to compare", () => {
    const other = straight({ seconds: 4 });
    const { lateralM, speedMps } = differenceOf(straight(), other, 0);
    expect(speedMps[40]).toBeCloseTo(0, 9);
    expect(speedMps[41]).toBeNaN();
    expect(lateralM[40]).toBeCloseTo(0, 9);
    expect(lateralM[42]).toBeNaN();
  });

  test("a faster run is faster at each moment and at each place", () => {
    const { speedMps, speedAtPlaceMps } = differenceOf(straight(), straight({ speedMps: 12 }), 0);
    expect(speedMps[50]).toBeCloseTo(2, 9);
    expect(speedAtPlaceMps[50]).toBeCloseTo(2, 9);
  });

  test("the road back beside the road out is another one", () => {
    const out = straight({ seconds: 10 });
    const back = straight({ y: 3, startS: 1010 });
    const both: Trace = {
      ...out,
      endS: 1020,
      timeS: [...out.timeS, ...back.timeS.slice(1)],
      x: [...out.x, ...back.x.slice(1).map((x) => 100 - x)],
      y: [...out.y, ...back.y.slice(1)],
      headingRad: [...out.headingRad, ...back.headingRad.slice(1).map(() => Math.PI)],
      speedMps: [...out.speedMps, ...back.speedMps.slice(1)],
    };
    const { lateralM } = differenceOf(both, both, 0);
    expect(Math.max(...lateralM.filter(Number.isFinite).map(Math.abs))).toBeLessThan(1e-6);
  });

  test("by start or by time, with an offset", () => {
    const [first, other] = [straight(), straight({ startS: 1003 })];
    expect(shiftS(first, other, "start", 0)).toBe(3);
    expect(shiftS(first, other, "time", 0)).toBe(0);
    expect(shiftS(first, other, "start", -0.5)).toBe(2.5);
    expect(poseAt(other, first.timeS[0]! + shiftS(first, other, "start", 0))).toMatchObject({ x: 0 });
  });

  test("a pose between two samples turns the short way round, and there is none in a gap", () => {
    const trace: Trace = {
      startS: 0,
      endS: 10,
      timeS: [0, 1, 8, 10],
      x: [0, 2, 3, 4],
      y: [0, 0, 0, 0],
      headingRad: [3, -3, 0, 0],
      speedMps: [0, 4, 4, 4],
    };
    expect(poseAt(trace, 0.5)).toMatchObject({ x: 1, speedMps: 2 });
    expect(Math.abs(poseAt(trace, 0.5)!.headingRad)).toBeCloseTo(Math.PI, 6);
    for (const timeS of [-0.1, 4, 10.1]) expect(poseAt(trace, timeS)).toBeUndefined();
    expect(poseAt(trace, 10)).toMatchObject({ x: 4 });
  });

  test("any run against itself differs by nothing", () => {
    const steps = fc.array(
      fc.record({ turn: fc.double({ min: -0.05, max: 0.05, noNaN: true }), speed: fc.integer({ min: 1, max: 20 }) }),
      {
        minLength: 2,
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(steps, (drive) => {
        let [x, y, heading] = [0, 0, 0];
        const poses = drive.map(({ turn, speed }) => {
          heading += turn;
          x += (speed / 10) * Math.cos(heading);
          y += (speed / 10) * Math.sin(heading);
          return { x, y, heading, speed };
        });
        const trace: Trace = {
          startS: 0,
          endS: poses.length / 10,
          timeS: poses.map((_, i) => i / 10),
          x: poses.map((pose) => pose.x),
          y: poses.map((pose) => pose.y),
          headingRad: poses.map((pose) => pose.heading),
          speedMps: poses.map((pose) => pose.speed),
        };
        const { lateralM, speedMps } = differenceOf(trace, trace, 0);
        expect(lateralM.filter(Number.isFinite).every((m) => Math.abs(m) < 1e-6)).toBe(true);
        expect(speedMps.every((m) => Math.abs(m) < 1e-9)).toBe(true);
        const stations = stationsOf(trace);
        expect(stations.every((m, i) => i === 0 || m > stations[i - 1]!)).toBe(true);
      }),
    );
  });
});
