import { expect, test } from "vitest";
import { ResponseTimes } from "./response-times.ts";

test("nothing is expected of a few, nor of what was long ago", () => {
  const times = new ResponseTimes();
  for (const atMs of [0, 1, 2]) times.add(300, atMs);
  expect(times.expectedMs(3)).toBe(0);
  times.add(300, 3);
  expect(times.expectedMs(4)).toBe(300);
  expect(times.expectedMs(2003)).toBe(0);
  times.add(300, 2003);
  expect(times.expectedMs(2004)).toBe(0);
});

test("the quarter that answers soonest counts, of the last eight", () => {
  const times = new ResponseTimes();
  for (let i = 0; i < 20; i++) times.add(1000, i);
  for (const ms of [2, 50, 150, 2, 50, 400, 2, 50]) times.add(ms, 20);
  expect(times.expectedMs(21)).toBe(2);
  for (let i = 0; i < 8; i++) times.add(400 + i, 30);
  expect(times.expectedMs(31)).toBe(402);
  for (let i = 0; i < 8; i++) times.add(2000, 40);
  expect(times.expectedMs(41)).toBe(500);
});
