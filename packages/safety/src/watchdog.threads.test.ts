import { spawnWorker } from "@delos/core/worker";
import { expect, test } from "vitest";
import { DrivingAction } from "./messages.ts";
import { Watchdog, type WatchdogOptions } from "./watchdog.ts";

// Nothing here sleeps or times: a thread that waits for the watchdog is blocked by it and released by it.
const output = (counters: SharedArrayBuffer, rest: object = {}): WatchdogOptions["output"] & object => ({
  module: new URL("../test/frames-output.ts", import.meta.url).href,
  options: { counters, failures: 0, ...rest },
});
const loops = [{ name: "control", deadlineMs: 50 }];
const shared = (): SharedArrayBuffer => new SharedArrayBuffer(16);

test("an event loop that waits for ever is noticed, and the car is stopped without it", async () => {
  const counters = shared();
  await using watchdog = await Watchdog.start({ loops, output: output(counters) });
  watchdog.heartbeat("control").beat();
  watchdog.block.wait("stop"); // this thread's event loop stands still from here
  const words = new Int32Array(counters);
  expect(Atomics.load(words, 0)).toBeGreaterThanOrEqual(1);
  expect(Atomics.load(words, 1)).toBe(0);
  expect(watchdog.tripped?.name).toBe("control");
});

test("an event loop that spins is noticed", async () => {
  await using watchdog = await Watchdog.start({ loops });
  watchdog.heartbeat("control").beat();
  while (watchdog.tripped === undefined);
  expect(watchdog.tripped).toEqual(loops[0]);
});

test("the safe command is repeated while the stop is latched", async () => {
  const counters = shared();
  await using watchdog = await Watchdog.start({ loops, output: output(counters) });
  watchdog.heartbeat("control").beat();
  watchdog.block.wait("stop");
  const words = new Int32Array(counters);
  for (let seen = Atomics.load(words, 0); seen < 5; seen = Atomics.load(words, 0)) Atomics.wait(words, 0, seen);
  expect(watchdog.block.stops).toBeGreaterThanOrEqual(4);
});

test("the stop is latched: beats, STOP and START do not clear it, RESET does", async () => {
  await using watchdog = await Watchdog.start({ loops });
  const heartbeat = watchdog.heartbeat("control");
  heartbeat.beat();
  watchdog.block.wait("trip");
  const looks = watchdog.block.looks;
  watchdog.onPad({ action: DrivingAction.START });
  watchdog.onPad({ action: DrivingAction.STOP });
  while (((watchdog.block.looks - looks) | 0) < 5) heartbeat.beat();
  expect(watchdog.tripped).toBeDefined();
  watchdog.onPad({ action: DrivingAction.RESET });
  // It beats while the watchdog clears the stop, as the recovered loop would.
  while (watchdog.tripped !== undefined) heartbeat.beat();
  heartbeat[Symbol.dispose]();
});

test("a worker that is killed is noticed, whichever of the loops it had", async () => {
  const both = [
    { name: "main", deadlineMs: 600_000 },
    { name: "planning", deadlineMs: 50 },
  ];
  await using watchdog = await Watchdog.start({ loops: both });
  watchdog.heartbeat("main").beat();
  const workerData = { buffer: watchdog.block.buffer, loop: 1 };
  const worker = spawnWorker(new URL("../test/beating.ts", import.meta.url).href, { workerData });
  await expect.poll(() => watchdog.block.beats(1), { timeout: 60_000 }).toBeGreaterThan(3);
  await worker.terminate();
  watchdog.block.wait("trip");
  expect(watchdog.tripped?.name).toBe("planning");
});

test("while the car is driven by hand it trips, but does not brake", async () => {
  const counters = shared();
  await using watchdog = await Watchdog.start({ loops, output: output(counters) });
  watchdog.block.arm(false);
  watchdog.heartbeat("control").beat();
  watchdog.block.wait("trip");
  const { looks } = watchdog.block;
  while (((watchdog.block.looks - looks) | 0) < 5);
  expect(Atomics.load(new Int32Array(counters), 0)).toBe(0);
  watchdog.block.arm(true);
  watchdog.block.wait("stop");
});

test("an output that fails is tried again at every look", async () => {
  const counters = shared();
  await using watchdog = await Watchdog.start({ loops, output: output(counters, { failures: 3 }) });
  watchdog.heartbeat("control").beat();
  watchdog.block.wait("stop");
  expect(watchdog.block.errors).toBe(3);
});

test("an output that cannot be opened is told at the start", async () => {
  await expect(Watchdog.start({ loops, output: output(shared(), { refuse: true }) })).rejects.toMatchObject({
    code: "SAFETY_OUTPUT",
  });
});

test("a watchdog that dies stops looking", async () => {
  const watchdog = await Watchdog.start({ loops });
  await watchdog.kill();
  const looks = watchdog.block.looks;
  await watchdog[Symbol.asyncDispose]();
  expect(watchdog.block.looks).toBe(looks);
});

test("ends in order, closes its output, and may be closed twice", async () => {
  const counters = shared();
  const watchdog = await Watchdog.start({ loops, output: output(counters) });
  await watchdog[Symbol.asyncDispose]();
  await watchdog[Symbol.asyncDispose]();
  expect(new Int32Array(counters)[2]).toBe(1);
  expect(() => watchdog.heartbeat("plannning")).toThrow("watched: control");
});
