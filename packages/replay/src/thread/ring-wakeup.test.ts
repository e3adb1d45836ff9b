import { afterAll, expect, test, vi } from "vitest";

/**
 * The other thread may run between any two steps of a consumer that goes to sleep. These tests put the producer's steps
 * right before and right after the consumer is entered as a waiter, which no scheduler does on demand.
 */
type WaitAsync = (words: Int32Array, index: number, expected: number) => unknown;
const atomics = Atomics as unknown as { waitAsync: WaitAsync };
const { waitAsync } = atomics;
let before = (): void => {};
let after = (): void => {};
atomics.waitAsync = (words, index, expected) => {
  before();
  const waiting = waitAsync(words, index, expected);
  after();
  return waiting;
};
afterAll(() => {
  atomics.waitAsync = waitAsync;
});
const { createRingMemory, RecordKind, RingConsumer, RingProducer } = await import("./ring.ts");

const rig = () => {
  const memory = createRingMemory(4096);
  [before, after] = [() => {}, () => {}];
  const producer = new RingProducer(memory);
  const push = (): void => {
    expect(producer.push(RecordKind.clock, 0, 1n, 0, 0, 0, undefined)).toBe(true);
    producer.flush();
  };
  return { producer, consumer: new RingConsumer(memory), push };
};

test.for(["before", "after"] as const)(
  "a flush without news %s the consumer waits does not cost it the next wake-up",
  async (when) => {
    const { producer, consumer, push } = rig();
    if (when === "before") before = () => producer.flush();
    else after = () => producer.flush();
    const waiting = consumer.wait();
    push();
    await waiting;
    expect(consumer.take(vi.fn())).toBe(1);
  },
);

test.for(["before", "after"] as const)("news that come %s the consumer waits wake it", async (when) => {
  const { consumer, push } = rig();
  if (when === "before") before = push;
  else after = push;
  await consumer.wait();
  expect(consumer.take(vi.fn())).toBe(1);
});

test("news that were taken before they were announced do not cost the next wake-up", async () => {
  const { producer, consumer, push } = rig();
  producer.push(RecordKind.clock, 0, 1n, 0, 0, 0, undefined);
  expect(consumer.take(vi.fn())).toBe(1);
  before = () => producer.flush();
  const waiting = consumer.wait();
  push();
  await waiting;
  expect(consumer.take(vi.fn())).toBe(1);
});
