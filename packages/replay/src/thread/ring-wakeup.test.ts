import { afterAll, expect, test, vi } from "vitest";

/**
 * The player's thread may run between any two steps of a consumer that goes to sleep on the event loop. These tests put its
 * steps right before and right after the consumer is entered as a waiter, which no scheduler does on demand. A ring looks again
 * every 250 ms, which would hide a lost wake-up: that timer stands still here.
 */
vi.useFakeTimers({ toFake: ["setInterval"] });
type WaitAsync = (words: Int32Array, index: number, expected: number, timeoutMs?: number) => unknown;
const atomics = Atomics as unknown as { waitAsync: WaitAsync };
const { waitAsync } = atomics;
let before = (): void => {};
let after = (): void => {};
atomics.waitAsync = (words, index, expected, timeoutMs) => {
  before();
  const waiting = waitAsync(words, index, expected, timeoutMs);
  after();
  return waiting;
};
afterAll(() => {
  atomics.waitAsync = waitAsync;
  vi.useRealTimers();
});
const { createRecordRing, RecordKind, RecordWriter, recordReaderOptions } = await import("./records.ts");

const rig = () => {
  const ring = createRecordRing(4096);
  [before, after] = [() => {}, () => {}];
  const reader = ring.reader(recordReaderOptions);
  const writer = new RecordWriter(ring.writer());
  const push = (): void => {
    [before, after] = [() => {}, () => {}]; // once, not at the next sleep again
    expect(writer.push(RecordKind.clock, 0, 1n, 0, 0, 0, undefined)).toBe(true);
    writer.flush();
  };
  return { writer, reader, push, taken: () => reader.drain(() => {}) };
};

test.for(["before", "after"] as const)(
  "a flush without news %s the consumer waits does not cost it the next wake-up",
  async (when) => {
    const { writer, reader, push, taken } = rig();
    if (when === "before") before = () => writer.flush();
    else after = () => writer.flush();
    const waiting = reader.waitAsync();
    push();
    expect(await waiting).toBe(true);
    expect(taken()).toBe(1);
  },
);

test.for(["before", "after"] as const)("news that come %s the consumer waits wake it", async (when) => {
  const { reader, push, taken } = rig();
  if (when === "before") before = push;
  else after = push;
  expect(await reader.waitAsync()).toBe(true);
  expect(taken()).toBe(1);
});

test("news that were taken before they were announced do not cost the next wake-up", async () => {
  const { writer, reader, push, taken } = rig();
  push();
  expect(taken()).toBe(1);
  before = () => writer.flush();
  const waiting = reader.waitAsync();
  push();
  expect(await waiting).toBe(true);
  expect(taken()).toBe(1);
});

test("a consumer that waits is let go when it closes", async () => {
  const { reader } = rig();
  const listening = reader.listen(() => {});
  reader.close();
  await listening;
  expect(reader.closed).toBe(true);
});
