import { expect, test } from "vitest";
import { RateMeter } from "./rate-meter.ts";

test.for([1, 20, 100, 2300])("measures %i Hz and its bytes", (hz) => {
  const meter = new RateMeter();
  const seconds = 5;
  for (let i = 0; i <= hz * seconds; i++) meter.add(1000 + i / hz, 10);
  const { hz: measured, bytesPerS } = meter.read(1000 + seconds);
  expect(measured).toBeCloseTo(hz, 5);
  expect(bytesPerS).toBeCloseTo(hz * 10, 3);
});

test("a message every three seconds has a rate, and loses it when they stop", () => {
  const meter = new RateMeter();
  for (let i = 0; i < 5; i++) meter.add(i * 3, 1);
  expect(meter.read(13).hz).toBeCloseTo(1 / 3);
  expect(meter.read(30).hz).toBe(0);
});

test("one message is no rate; time that goes back begins anew", () => {
  const meter = new RateMeter();
  meter.add(5, 1);
  expect(meter.read(5).hz).toBe(0);
  for (let i = 0; i < 200; i++) meter.add(10 + i / 100, 1);
  meter.add(1, 1);
  expect(meter.read(1).hz).toBe(0);
});
