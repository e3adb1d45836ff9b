import { expect, test } from "vitest";
import { DrivingAction } from "./messages.ts";
import { StopLatch } from "./stop-latch.ts";

test("keeps the first reason and the gravest severity", () => {
  const latch = new StopLatch();
  latch.trip("silence", "soft", 10);
  latch.trip("operator", "emergency", 20);
  latch.trip("more silence", "soft", 30);
  expect(latch.stop).toEqual({ reason: "silence", severity: "emergency", atMs: 10 });
  expect(latch.trips).toBe(1);
});

test("only RESET clears it", () => {
  const latch = new StopLatch();
  latch.trip("silence", "soft", 10);
  for (const action of [DrivingAction.START, DrivingAction.STOP, undefined]) {
    expect(latch.onPad(action === undefined ? {} : { action })).toBe(false);
    expect(latch.stop).toBeDefined();
  }
  expect(latch.onPad({ action: DrivingAction.RESET })).toBe(true);
  expect(latch.stop).toBeUndefined();
  expect(latch.onPad({ action: DrivingAction.RESET })).toBe(false);
});
