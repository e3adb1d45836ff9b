import { Heartbeat, WatchdogBlock } from "@delos/runtime";
import { describe, expect, test } from "vitest";
import { WatchdogCore } from "./watchdog-core.ts";

function watch(...deadlinesMs: number[]): { block: WatchdogBlock; core: WatchdogCore } {
  const block = WatchdogBlock.create(deadlinesMs);
  return { block, core: new WatchdogCore(block, 1000) };
}

test("trips for the loop that stands still longer than its deadline, names it, and stays tripped", () => {
  const { block, core } = watch(50, 30);
  for (let t = 0; t <= 200; t += 10) {
    block.beat(0);
    if (t <= 100) block.beat(1);
    expect(core.look(t)).toBe(t > 130 ? 1 : undefined);
    expect(block.trip).toBe(t > 130 ? 1 : undefined);
  }
  block.beat(1);
  expect(core.look(210)).toBe(1);
});

test("RESET gives every loop its full deadline again, and no more", () => {
  const { block, core } = watch(50);
  block.beat(0);
  core.look(0);
  core.look(60);
  expect(block.trip).toBe(0);
  block.reset();
  expect(core.look(70)).toBeUndefined();
  expect(block.trip).toBeUndefined();
  expect(core.look(120)).toBeUndefined();
  expect(core.look(121)).toBe(0);
});

test("a loop without a deadline counts its turns and never trips", () => {
  const { block, core } = watch(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  block.beat(0);
  expect(core.look(0)).toBeUndefined();
  expect(core.look(1e9)).toBeUndefined();
  expect(block.beats(0)).toBe(1);
});

test("a loop that never begins trips after the grace; one that ended in order never", () => {
  const { block, core } = watch(50, 50);
  using heartbeat = new Heartbeat(block.buffer, 0);
  heartbeat.beat();
  heartbeat[Symbol.dispose]();
  for (let t = 0; t <= 1000; t += 10) expect(core.look(t)).toBeUndefined();
  expect(core.look(1001)).toBe(1);
});

test("a watchdog that was late itself sees first that the loops have moved on", () => {
  const { block, core } = watch(50);
  block.beat(0);
  core.look(0);
  block.beat(0);
  expect(core.look(5000)).toBeUndefined();
  expect(core.look(5051)).toBe(0);
});

test("beats wrap", () => {
  const { block, core } = watch(50);
  new Int32Array(block.buffer)[48] = -1; // beats of loop 0: one before 2³²
  block.beat(0);
  core.look(0);
  expect(block.beats(0)).toBe(0);
  block.beat(0);
  expect(core.look(51)).toBeUndefined();
});

test("counts its looks: the sign of its own life", () => {
  const { block, core } = watch(50);
  core.look(0);
  core.look(10);
  expect(block.looks).toBe(2);
});

describe("refuses", () => {
  test("blocks without loops, too many, impossible deadlines", () => {
    expect(() => WatchdogBlock.create([])).toThrow("0 loops");
    expect(() => WatchdogBlock.create(Array.from({ length: 65 }, () => 10))).toThrow("65 loops");
    for (const bad of [0, -1, Number.NaN, 2 ** 31]) {
      expect(() => WatchdogBlock.create([bad])).toThrow("deadline");
    }
  });

  test("memory that is no block, or is cut short", () => {
    const { buffer } = WatchdogBlock.create([10, 10]);
    const bytes = new Uint8Array(buffer);
    for (const length of [0, 4, 8, 64, 192, bytes.length - 64]) {
      const cut = new SharedArrayBuffer(length);
      new Uint8Array(cut).set(bytes.subarray(0, length));
      expect(() => WatchdogBlock.attach(cut)).toThrow("no watchdog's block");
    }
    expect(() => new Heartbeat(buffer, 2)).toThrow("loop 2");
    expect(WatchdogBlock.attach(buffer).loops).toBe(2);
  });
});
