import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LocalOrigin, REACH_M } from "./local-origin.ts";
import { Playhead } from "./playhead.ts";
import { PoseTrack, type TimedPose, turn } from "./pose-track.ts";
import { writeStrip } from "./ribbon.ts";
import { Trail } from "./trail.ts";

const T0 = 1_500_000_000;
const pose = (timeS: number, x: number, y = 0, heading = 0): TimedPose => ({ timeS, x, y, heading, speedMps: 0 });

describe("the track of poses", () => {
  const out = pose(0, 0);

  test("between two poses lies the pose between them", () => {
    const track = new PoseTrack();
    track.add(pose(10, 100, 0, 3));
    track.add(pose(11, 110, 20, -3));
    expect(track.sample(10.25, out)).toBe(true);
    expect(out).toMatchObject({ timeS: 10.25, x: 102.5, y: 5 });
    expect(out.heading).toBeCloseTo(3 + 0.25 * (2 * Math.PI - 6), 12); // across π, not back through zero
  });

  test("outside of what is known it is the first or the last, nothing is guessed", () => {
    const track = new PoseTrack();
    expect(track.sample(1, out)).toBe(false);
    track.add(pose(10, 100));
    track.add(pose(11, 110));
    track.sample(9, out);
    expect(out.x).toBe(100);
    track.sample(12, out);
    expect(out.x).toBe(110);
  });

  test("a jump is not driven through", () => {
    const track = new PoseTrack();
    track.add(pose(10, 0));
    track.add(pose(10.1, 500));
    track.sample(10.05, out);
    expect(out.x).toBe(0);
    track.sample(10.1, out);
    expect(out.x).toBe(500);
  });

  test("keeps its order and its size however long it runs", () => {
    const track = new PoseTrack();
    for (let i = 0; i < 5000; i++) expect(track.add(pose(i / 100, i))).toBe(true);
    expect(track.add(pose(3, 0))).toBe(false);
    expect(track.length).toBeLessThanOrEqual(256);
    track.sample(49.985, out);
    expect(out.x).toBeCloseTo(4998.5, 6);
  });

  test("turns the shorter way", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        (a, b) => {
          const difference = turn(a, b);
          expect(Math.abs(difference)).toBeLessThanOrEqual(Math.PI + 1e-9);
          expect(Math.cos(a + difference)).toBeCloseTo(Math.cos(b), 9);
          expect(Math.sin(a + difference)).toBeCloseTo(Math.sin(b), 9);
        },
      ),
    );
  });
});

describe("the moment that is drawn", () => {
  /** Frames at `hz` with uneven arrival, drawn at 60 Hz; what was drawn. */
  function run(hz: number, jitterMs: number, seconds: number, rate = 1): { timeS: number; atMs: number }[] {
    const playhead = new Playhead();
    const arrivals: { timeS: number; atMs: number }[] = [];
    let random = 7;
    for (let i = 0; i < seconds * hz; i++) {
      random = (random * 16807) % 2147483647;
      const atMs = (i * 1000) / hz + (jitterMs * random) / 2147483647;
      arrivals.push({ timeS: T0 + (rate * i) / hz, atMs: Math.max(atMs, arrivals.at(-1)?.atMs ?? 0) });
    }
    const drawn: { timeS: number; atMs: number }[] = [];
    let next = 0;
    for (let atMs = 0; atMs < seconds * 1000; atMs += 1000 / 60) {
      while (next < arrivals.length && arrivals[next]!.atMs <= atMs) {
        playhead.arrive(arrivals[next]!.timeS, arrivals[next]!.atMs);
        next++;
      }
      drawn.push({ timeS: playhead.at(atMs), atMs });
    }
    return drawn;
  }

  test.for([
    { hz: 100, jitterMs: 0, rate: 1 },
    { hz: 60, jitterMs: 6, rate: 1 },
    { hz: 20, jitterMs: 15, rate: 1 },
    { hz: 20, jitterMs: 15, rate: 4 },
  ])("runs evenly at $hz Hz with $jitterMs ms of jitter at rate $rate", ({ hz, jitterMs, rate }) => {
    const settled = run(hz, jitterMs, 6, rate).filter(({ atMs }) => atMs > 3000);
    const steps = settled.slice(1).map(({ timeS }, i) => (timeS - settled[i]!.timeS) / rate);
    expect(Math.min(...steps)).toBeGreaterThan(0.5 / 60);
    expect(Math.max(...steps)).toBeLessThan(1.6 / 60);
  });

  test("never runs past the newest state nor backwards, and is not far behind", () => {
    for (const hz of [20, 60, 100]) {
      let last = Number.NEGATIVE_INFINITY;
      for (const { timeS, atMs } of run(hz, 10, 5).slice(1)) {
        expect(timeS).toBeLessThanOrEqual(T0 + atMs / 1000 + 1e-6);
        expect(timeS).toBeGreaterThanOrEqual(last);
        if (atMs > 2000) expect(T0 + atMs / 1000 - timeS).toBeLessThan(0.25);
        last = timeS;
      }
    }
  });

  test("comes to rest on the newest state when nothing more arrives", () => {
    const playhead = new Playhead();
    for (let i = 0; i <= 60; i++) playhead.arrive(T0 + i / 60, (i * 1000) / 60);
    for (let ms = 1000; ms < 2000; ms += 16) playhead.at(ms);
    expect(playhead.at(2000)).toBeCloseTo(T0 + 1, 6);
  });

  test("goes back at once when time does, and says so", () => {
    const playhead = new Playhead();
    expect(playhead.at(0)).toBeNaN();
    expect(playhead.arrive(T0 + 5, 0)).toBe(false);
    expect(playhead.arrive(T0 + 1, 16)).toBe(true);
    expect(playhead.at(17)).toBe(T0 + 1);
  });
});

describe("the trail", () => {
  test("leaves out points too near to count", () => {
    const trail = new Trail(100, 1);
    for (let i = 0; i < 50; i++) trail.add(i * 0.1, 0, i);
    expect(trail.length).toBe(5);
  });

  test("never grows beyond its capacity, and still begins where the drive began", () => {
    const trail = new Trail(64, 0.25);
    for (let i = 0; i < 10_000; i++) {
      trail.add(i, Math.sin(i), i);
      expect(trail.length).toBeLessThanOrEqual(64);
    }
    expect(trail.x[0]).toBe(0);
    expect(trail.x[trail.length - 1]).toBe(9999);
    const times = [...trail.timeS.subarray(0, trail.length)];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(trail.revision).toBeGreaterThan(0);
  });

  test("counts the points up to a moment", () => {
    const trail = new Trail(16, 0);
    for (let i = 0; i < 10; i++) trail.add(i, 0, i);
    expect([-1, 0, 4.5, 9, 20].map((t) => trail.countUntil(t))).toEqual([0, 1, 5, 10, 10]);
  });
});

describe("the local origin", () => {
  test("keeps local coordinates small and exact to the millimetre", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e7, max: 1e7, noNaN: true }),
        fc.double({ min: -1e7, max: 1e7, noNaN: true }),
        (x, y) => {
          const origin = new LocalOrigin();
          origin.follow(x, y);
          expect(Math.abs(Math.fround(x - origin.x) - (x - origin.x))).toBeLessThan(1e-3);
          expect(Math.abs(Math.fround(y - origin.y) - (y - origin.y))).toBeLessThan(1e-3);
        },
      ),
    );
  });

  test("moves only when it must, by whole grid cells", () => {
    const origin = new LocalOrigin();
    expect(origin.follow(587_061.4, 4_141_628.7)).toBe(true);
    expect(origin.follow(587_061.4 + REACH_M / 2, 4_141_628.7)).toBe(false);
    expect(origin.revision).toBe(1);
    expect(origin.follow(587_061.4 + 2 * REACH_M, 4_141_628.7)).toBe(true);
    expect(origin.revision).toBe(2);
    expect([origin.x % 50, origin.y % 50]).toEqual([0, 0]);
  });
});

describe("a ribbon on the ground", () => {
  const strip = (x: number[], y: number[], width: number): number[][] => {
    const out = new Float32Array(x.length * 6);
    writeStrip(out, x, y, 0, x.length, x.length, width, 0, 0);
    return Array.from({ length: x.length * 2 }, (_, i) => [...out.subarray(i * 3, i * 3 + 2)]);
  };

  test("has its edges half the width to the left and right", () => {
    expect(strip([0, 1, 2], [0, 0, 0], 2)).toEqual([
      [0, 1],
      [0, -1],
      [1, 1],
      [1, -1],
      [2, 1],
      [2, -1],
    ]);
  });

  test("keeps its width in a bend and throws no spike in a reversal", () => {
    const [, , leftJoint, rightJoint] = strip([0, 10, 10], [0, 0, 10], 2);
    expect(Math.hypot(leftJoint![0]! - rightJoint![0]!, leftJoint![1]! - rightJoint![1]!)).toBeCloseTo(
      2 * Math.SQRT2,
      5,
    );
    for (const [x, y] of strip([0, 10, 0], [0, 0, 0.01], 2)) expect(Math.hypot(x!, y!)).toBeLessThan(15);
  });

  test("survives points that are the same", () => {
    for (const [x, y] of strip([1, 1, 1, 2], [1, 1, 1, 1], 2)) {
      expect(Number.isFinite(x!) && Number.isFinite(y!)).toBe(true);
    }
  });
});
