import { describe, expect, test } from "vitest";
import {
  bodyNormal,
  bodyPoint,
  FRONT_M,
  HEIGHT_M,
  REAR_M,
  stations,
  WHEEL_RADIUS_M,
  WIDTH_M,
} from "./car/body-surface.ts";
import { Resolution } from "./resolution.ts";
import { speedColour, speedScale } from "./speed-colours.ts";

describe("the car's body", () => {
  const us = Array.from({ length: 21 }, (_, i) => -1 + i / 10);

  test("stays inside the car's measures, above the ground", () => {
    for (const x of stations()) {
      expect(x).toBeGreaterThanOrEqual(REAR_M);
      expect(x).toBeLessThanOrEqual(FRONT_M);
      for (const u of us) {
        const { y, z } = bodyPoint(x, u);
        expect(y).toBeGreaterThanOrEqual(-1e-9);
        expect(y).toBeLessThanOrEqual(WIDTH_M / 2 + 1e-9);
        expect(z).toBeGreaterThan(0.15);
        expect(z).toBeLessThan(HEIGHT_M);
      }
    }
  });

  test("leaves room for the wheels", () => {
    for (const axle of [0, 2.85]) {
      for (let dx = -WHEEL_RADIUS_M; dx <= WHEEL_RADIUS_M; dx += 0.05) {
        const wheelTop = WHEEL_RADIUS_M + Math.sqrt(Math.max(0, WHEEL_RADIUS_M ** 2 - dx ** 2));
        expect(bodyPoint(axle + dx, -1).z).toBeGreaterThan(wheelTop);
      }
    }
  });

  test("its normals are unit vectors that point out of it", () => {
    for (const x of stations().filter((_, i) => i % 3 === 0)) {
      for (const u of us) {
        const n = bodyNormal(x, u);
        expect(Math.hypot(n.x, n.y, n.z)).toBeCloseTo(1, 6);
      }
    }
    expect(bodyNormal(1.2, 0).y).toBeGreaterThan(0.9); // the flank looks left
    expect(bodyNormal(3, 0.99).z).toBeGreaterThan(0.8); // the bonnet looks up
  });
});

describe("the number of pixels", () => {
  const run = (resolution: Resolution, ms: number, frames: number): void => {
    for (let i = 0; i < frames; i++) resolution.frame(ms);
  };

  test("falls while frames come late, but not below what can be looked at", () => {
    const resolution = new Resolution(2);
    resolution.setSize(1000, 600);
    run(resolution, 50, 400);
    expect(resolution.ratio).toBe(0.5);
  });

  test("stays where frames come in time, and comes back when they do again", () => {
    const resolution = new Resolution(1);
    run(resolution, 16.7, 500);
    expect(resolution.ratio).toBe(1);
    run(resolution, 40, 48);
    const low = resolution.ratio;
    expect(low).toBeLessThan(1);
    run(resolution, 16.7, 24 * 200);
    expect(resolution.ratio).toBeGreaterThan(low);
  });

  test("does not swing when the higher resolution never holds", () => {
    const resolution = new Resolution(1);
    let changes = 0;
    for (let i = 0; i < 60 * 600; i++) if (resolution.frame(resolution.ratio > 0.8 ? 30 : 16.7)) changes++;
    expect(changes).toBeLessThan(40); // in ten minutes
  });

  test("a small picture keeps its pixels, since they are not what is slow", () => {
    const resolution = new Resolution(1);
    resolution.setSize(390, 370);
    run(resolution, 50, 400);
    expect(resolution.ratio).toBe(1);
  });

  test("a page that was hidden says nothing about speed", () => {
    const resolution = new Resolution(2);
    run(resolution, 5000, 100);
    expect(resolution.ratio).toBe(2);
  });
});

describe("colours of speed", () => {
  test("grow brighter with speed, which is what the colour-blind see", () => {
    let last = -1;
    for (let part = 0; part <= 1; part += 0.05) {
      const rgb = [0, 0, 0];
      speedColour(part, rgb);
      const brightness = 0.2126 * rgb[0]! + 0.7152 * rgb[1]! + 0.0722 * rgb[2]!;
      expect(brightness).toBeGreaterThan(last);
      last = brightness;
    }
  });

  test("stay in range whatever the speed", () => {
    for (const part of [-5, 7, Number.NaN, Number.POSITIVE_INFINITY]) {
      const rgb = [0, 0, 0];
      speedColour(part, rgb);
      for (const c of rgb) expect(c >= 0 && c <= 1).toBe(true);
    }
  });

  test("the scale ends on a round number above the fastest", () => {
    expect([0, 5, 5.01, 10, 13.5, 20, 31].map(speedScale)).toEqual([5, 5, 10, 10, 20, 20, 40]);
  });
});
