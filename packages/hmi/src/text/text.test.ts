import { describe, expect, test } from "vitest";
import { bearingDeg, bytes, clock, count, fixed, hertz, metres, rate, UNKNOWN, utc } from "./format.ts";
import { drivingMode, gearLetter, signals } from "./modes.ts";

describe("numbers", () => {
  test("have fixed digits, a real minus sign and no negative zero", () => {
    expect([fixed(1.25, 1), fixed(-1.26, 1), fixed(-0.001, 2), fixed(0, 0)]).toEqual(["1.3", "−1.3", "0.00", "0"]);
  });
  test("that are not known are a dash", () => {
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(fixed(value, 2)).toBe(UNKNOWN);
      expect(metres(value, 2)).toBe(UNKNOWN);
    }
    expect([hertz(0), utc(0), utc(Number.NaN), clock(Number.NaN)]).toEqual(["–", "–", "–", "–"]);
  });
  test("have as many digits as are worth reading", () => {
    expect([hertz(100.2), hertz(19.96), hertz(1)]).toEqual(["100", "20.0", "1.00"]);
    expect([bytes(12), bytes(1234), bytes(999_700), bytes(2.5e6)]).toEqual(["12 B", "1.23 kB", "1.00 MB", "2.50 MB"]);
    expect(count(1234567)).toBe("1\u202f234\u202f567");
  });
  test("rates are factors, and the fastest has a name", () => {
    expect([rate(1), rate(0.25), rate(Number.POSITIVE_INFINITY)]).toEqual(["1×", "0.25×", "max"]);
  });
});

describe("times", () => {
  test("carry over when they are rounded", () => {
    expect([clock(0), clock(59.96), clock(3599.99), clock(3661.25)]).toEqual([
      "0:00.0",
      "1:00.0",
      "1:00:00.0",
      "1:01:01.3",
    ]);
    expect([clock(7, 0), clock(-3.2)]).toEqual(["0:07", "−0:03.2"]);
  });
  test("of day are UTC, cut to the hundredth, not rounded into the next day", () => {
    expect(utc(1_496_957_375.409)).toBe("2017-06-08 21:29:35.40");
    expect(utc(1_496_966_399.999)).toBe("2017-06-08 23:59:59.99");
  });
});

test("a heading counter-clockwise from east is a bearing clockwise from north", () => {
  expect(bearingDeg(0)).toBe(90);
  expect(bearingDeg(Math.PI / 2)).toBeCloseTo(0, 10);
  expect(bearingDeg(Math.PI)).toBeCloseTo(270, 10);
  expect(bearingDeg(-Math.PI / 2)).toBeCloseTo(180, 10);
});

describe("words of the car", () => {
  test("driving modes of Apollo have their badges, others keep their name", () => {
    expect(drivingMode("COMPLETE_AUTO_DRIVE")).toEqual({ kind: "auto", label: "AUTO" });
    expect(drivingMode("COMPLETE_MANUAL")).toEqual({ kind: "manual", label: "MANUAL" });
    expect(drivingMode("EMERGENCY_MODE").kind).toBe("emergency");
    expect(drivingMode("AUTO_STEER_ONLY").kind).toBe("partly");
    expect(drivingMode(undefined)).toEqual({ kind: "unknown", label: "–" });
    expect(drivingMode("SOME_MODE").label).toBe("SOME MODE");
  });
  test("gears are letters", () => {
    expect(
      ["GEAR_PARKING", "GEAR_REVERSE", "GEAR_NEUTRAL", "GEAR_DRIVE", "D", "GEAR_LOW", undefined].map(gearLetter),
    ).toEqual(["P", "R", "N", "D", "D", "LOW", ""]);
  });
  test("the hazard lamps are both signals", () => {
    expect(signals("LEFT")).toEqual({ left: true, right: false });
    expect(signals("TURN_RIGHT")).toEqual({ left: false, right: true });
    expect(signals("EMERGENCY")).toEqual({ left: true, right: true });
    expect(signals(undefined)).toEqual({ left: false, right: false });
  });
});
