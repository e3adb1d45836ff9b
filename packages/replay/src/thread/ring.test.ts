import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRingMemory, RecordKind, RingConsumer, RingProducer, type RingRecord } from "./ring.ts";

function ring(capacity = 4096) {
  const memory = createRingMemory(capacity);
  return { producer: new RingProducer(memory), consumer: new RingConsumer(memory) };
}

test("a record comes out as it went in, in memory of its own", () => {
  const { producer, consumer } = ring();
  const payload = new Uint8Array([9, 1, 2, 3]).subarray(1);
  expect(producer.push(RecordKind.message, 7, 123_456_789_012_345_678n, 1.5, 2.5, 42, payload)).toBe(true);
  expect(producer.push(RecordKind.jump, 2, -5n, Number.NaN, 3, 0, undefined, 11)).toBe(true);
  const seen: RingRecord[] = [];
  expect(consumer.take((record) => void seen.push(record))).toBe(2);
  expect(seen[0]).toMatchObject({
    kind: RecordKind.message,
    channel: 7,
    timeNs: 123_456_789_012_345_678n,
    dueMs: 1.5,
    sentMs: 2.5,
    sequence: 42,
  });
  expect([...seen[0]!.payload]).toEqual([1, 2, 3]);
  expect(seen[1]).toMatchObject({ kind: RecordKind.jump, channel: 2, timeNs: -5n, number: 11 });
  for (let i = 0; i < 100; i++) producer.push(RecordKind.message, 0, 0n, 0, 0, 0, new Uint8Array(20).fill(255));
  expect([...seen[0]!.payload]).toEqual([1, 2, 3]);
  expect(consumer.isEmpty).toBe(false);
});

test("whatever the sizes and the takings: nothing lost, torn, repeated or out of order", () => {
  const action = fc.oneof(
    fc.record({ size: fc.integer({ min: 0, max: 900 }), offset: fc.integer({ min: 0, max: 7 }) }),
    fc.constant("take" as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
      const { producer, consumer } = ring();
      const pushed: { readonly sequence: number; readonly size: number }[] = [];
      const taken: { readonly sequence: number; readonly size: number }[] = [];
      const take = (): number =>
        consumer.take(({ sequence, payload }) => {
          if (payload.some((byte) => byte !== (sequence & 255))) throw new Error(`record ${sequence} is torn`);
          taken.push({ sequence, size: payload.length });
        });
      for (const action of actions) {
        if (action === "take") {
          take();
          continue;
        }
        const sequence = pushed.length;
        const payload = new Uint8Array(action.size + action.offset).subarray(action.offset).fill(sequence & 255);
        if (producer.push(RecordKind.message, 0, 0n, 0, 0, sequence, payload))
          pushed.push({ sequence, size: action.size });
      }
      while (take() > 0);
      expect(taken).toEqual(pushed);
      expect(consumer.isEmpty).toBe(true);
    }),
  );
});

test("a full ring takes nothing more until something is taken out", () => {
  const { producer, consumer } = ring();
  const payload = new Uint8Array(producer.largestPayload);
  let count = 0;
  while (producer.push(RecordKind.message, 0, 0n, 0, 0, count, payload)) count++;
  expect(count).toBeGreaterThanOrEqual(3);
  expect(consumer.take(() => {})).toBe(count);
  expect(producer.push(RecordKind.message, 0, 0n, 0, 0, 0, payload)).toBe(true);
});

test("the consumer sleeps only while there is nothing, and a flush wakes it", async () => {
  const { producer, consumer } = ring();
  producer.push(RecordKind.clock, 0, 1n, 0, 0, 0, undefined);
  expect(consumer.wait()).toBeUndefined();
  consumer.take(() => {});
  const waiting = consumer.wait();
  expect(waiting).toBeInstanceOf(Promise);
  producer.push(RecordKind.clock, 0, 2n, 0, 0, 0, undefined);
  producer.flush();
  await waiting;
  const times: bigint[] = [];
  consumer.take(({ timeNs }) => void times.push(timeNs));
  expect(times).toEqual([2n]);
});

test.for([0, 1000, 4095, 12_288])("refuses a capacity of %i", (capacity) => {
  expect(() => createRingMemory(capacity)).toThrow(RangeError);
});
