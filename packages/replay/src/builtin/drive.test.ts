import { describe, expect, test } from "vitest";
import { nearestPlanIndex, planAt, planCourse } from "./course.ts";
import { gaussian, normalizeAngle, simulateBuiltinDrive, TICK_S } from "./drive.ts";

const { plan, states } = simulateBuiltinDrive();
const moving = states.filter((state) => state.time > 5);
const rms = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

describe("the course", () => {
  test("starts and ends at rest, and never asks for more than a passenger likes", () => {
    expect([plan[0]!.speed, plan.at(-1)!.speed]).toEqual([0, 0]);
    for (const point of plan) {
      expect(Math.abs(point.speed ** 2 * point.curvature)).toBeLessThan(2.2);
      expect(point.acceleration).toBeLessThan(1.6);
      expect(point.acceleration).toBeGreaterThan(-1.8);
    }
  });

  test("its points are where its headings and distances say", () => {
    for (let i = 1; i < plan.length; i++) {
      const [a, b] = [plan[i - 1]!, plan[i]!];
      expect(Math.hypot(b.x - a.x, b.y - a.y)).toBeCloseTo(b.s - a.s, 6);
      expect(Math.abs(normalizeAngle(Math.atan2(b.y - a.y, b.x - a.x) - (a.theta + b.theta) / 2))).toBeLessThan(1e-3);
      expect(b.time).toBeGreaterThan(a.time);
    }
  });

  test("is found again by time and by place", () => {
    for (const i of [0, 17, 1000, plan.length - 1]) {
      const point = plan[i]!;
      expect(planAt(plan, point.time).s).toBeCloseTo(point.s, 9);
      expect(nearestPlanIndex(plan, point.x + 0.01, point.y, Math.max(0, i - 20))).toBe(i);
    }
    expect(planAt(plan, -5)).toBe(plan[0]);
    expect(planAt(plan, 1e9).s).toBe(plan.at(-1)!.s);
  });
});

describe("the drive", () => {
  test("takes about forty seconds and ends standing at the end of the course", () => {
    expect(states.length * TICK_S).toBeGreaterThan(38);
    expect(states.length * TICK_S).toBeLessThan(50);
    const last = states.at(-1)!;
    expect(last.speed).toBe(0);
    expect(Math.hypot(last.x - plan.at(-1)!.x, last.y - plan.at(-1)!.y)).toBeLessThan(0.6);
  });

  test("tracks the plan as a good controller does", () => {
    expect(rms(moving.map((state) => state.command.lateralError))).toBeLessThan(0.08);
    expect(Math.max(...moving.map((state) => Math.abs(state.command.lateralError)))).toBeLessThan(0.2);
    expect(rms(moving.map((state) => state.command.stationError))).toBeLessThan(0.3);
  });

  test("moves as far as its speed says, and turns as its yaw rate says", () => {
    for (let i = 1; i < states.length; i++) {
      const [a, b] = [states[i - 1]!, states[i]!];
      expect(Math.hypot(b.x - a.x, b.y - a.y)).toBeCloseTo(b.speed * TICK_S, 6);
      expect(b.heading - a.heading).toBeCloseTo(b.yawRate * TICK_S, 12);
    }
  });

  test("is parked, engaged, driven and stopped in this order, with pedals that exclude each other", () => {
    expect(states[0]).toMatchObject({ gear: "GEAR_PARKING", engaged: false, speed: 0 });
    expect(states.findIndex((state) => state.engaged)).toBe(200);
    expect(new Set(states.map((state) => state.signal))).toEqual(new Set(["TURN_NONE", "TURN_LEFT", "TURN_RIGHT"]));
    for (const state of states) {
      expect(Math.min(state.throttlePercent, state.brakePercent)).toBe(0);
      expect(Math.max(state.throttlePercent, state.brakePercent)).toBeLessThan(60);
    }
  });

  test("is the same every time", () => {
    expect(simulateBuiltinDrive().states).toEqual(states);
  });
});

test("the noise is standard normal and follows its seed", () => {
  const [a, b] = [gaussian(7), gaussian(7)];
  const values = Array.from({ length: 20_000 }, () => a());
  expect(values.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => b()));
  expect(values.reduce((sum, v) => sum + v, 0) / values.length).toBeCloseTo(0, 1);
  expect(rms(values)).toBeCloseTo(1, 1);
});
