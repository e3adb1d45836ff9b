import { describe, expect, test } from "vitest";
import { type DrivingState, eventsBetween } from "../../motion/driving-events.ts";
import type { Trajectory } from "../../protocol/bridge.ts";
import { fitted, plannedCurve } from "../pnc/plan-curves.ts";
import { Dreamview, lengthsOf } from "./dreamview.ts";

describe("the distance tool", () => {
  test("adds up its parts and names the last", () => {
    expect(lengthsOf([])).toEqual({ lastM: 0, totalM: 0 });
    const points = [
      { x: 0, y: 0 },
      { x: 3, y: 4 },
      { x: 3, y: 5.5 },
    ];
    expect(lengthsOf(points)).toEqual({ lastM: 1.5, totalM: 6.5 });
  });

  test("Esc closes the innermost first", () => {
    const dreamview = new Dreamview();
    dreamview.monitorShown.value = true;
    dreamview.measure(true);
    dreamview.addPoint({ x: 1, y: 2 });
    dreamview.menuShown.value = true;
    expect(dreamview.close()).toBe(true);
    expect([dreamview.menuShown.value, dreamview.measuring.value]).toEqual([false, true]);
    expect(dreamview.close()).toBe(true);
    expect([dreamview.measuring.value, dreamview.measured.value.length]).toEqual([false, 0]);
    expect(dreamview.close()).toBe(true);
    expect(dreamview.close()).toBe(false);
  });

  test("its points are bounded", () => {
    const dreamview = new Dreamview();
    for (let i = 0; i < 500; i++) dreamview.addPoint({ x: i, y: 0 });
    expect(dreamview.measured.value).toHaveLength(100);
  });
});

describe("events of a drive", () => {
  const auto: DrivingState = { mode: "COMPLETE_AUTO_DRIVE", estop: false, error: "NO_ERROR", reverse: false };

  test("the first state is none", () => {
    expect(eventsBetween(undefined, auto)).toEqual([]);
  });

  test.for([
    [{ mode: "COMPLETE_MANUAL" }, ["manual"]],
    [{ mode: "EMERGENCY_MODE", error: "MANUAL_INTERVENTION" }, ["emergency", "chassisError"]],
    [{ mode: "AUTO_STEER_ONLY" }, ["partly"]],
    [{ mode: "SOMETHING_ELSE" }, []],
    [{ estop: true }, ["estop"]],
    [{ reverse: true }, ["reverse"]],
    [{}, []],
  ] as const)("%j after driving by itself is %j", ([change, expected]) => {
    expect(eventsBetween(auto, { ...auto, ...change })).toEqual(expected);
  });

  test("an end is told where it matters, and nothing is told twice", () => {
    expect(eventsBetween({ ...auto, estop: true, reverse: true, error: "X" }, auto)).toEqual(["plan"]);
    expect(eventsBetween({ ...auto, error: "X" }, { ...auto, error: "X" })).toEqual([]);
    expect(eventsBetween({ ...auto, mode: "" }, auto)).toEqual([]); // it was not known before
  });
});

describe("plans in the monitor", () => {
  const plan: Trajectory = {
    source: "/planning",
    x: [0, 1],
    y: [0, 0],
    speed_mps: [5, 6],
    relative_time_s: [0, 0.5],
    header_time_s: 1000,
    is_estop: false,
    acceleration_mps2: [],
    curvature_per_m: [0.1, 0.2],
  };

  test("stand at recorded times; what the plan does not say is not drawn", () => {
    expect(plannedCurve(plan, "speed")).toEqual({ timesS: [1000, 1000.5], values: [5, 6] });
    expect(plannedCurve(plan, "curvature")?.values).toEqual([0.1, 0.2]);
    expect(plannedCurve(plan, "acceleration")).toBeUndefined();
    expect(plannedCurve(undefined, "speed")).toBeUndefined();
  });

  test("the path over the ground keeps its proportions and fits", () => {
    const fit = fitted([0, 100], [0, 10], 500, 400, 10)!;
    expect(fit.scale * 100).toBeLessThanOrEqual(500);
    expect(fit).toMatchObject({ middleX: 50, middleY: 5 });
    expect(fitted([3], [3], 500, 400, 10)!.scale).toBeCloseTo((0.88 * 400) / 10);
    expect(fitted([], [], 500, 400, 10)).toBeUndefined();
  });
});
