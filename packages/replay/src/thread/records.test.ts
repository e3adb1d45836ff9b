import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRecordRing, RecordKind, RecordView, RecordWriter, recordReaderOptions } from "./records.ts";

function rig(capacity = 4096) {
  const ring = createRecordRing(capacity);
  const reader = ring.reader(recordReaderOptions);
  const writer = new RecordWriter(ring.writer());
  const view = new RecordView();
  const take = (): RecordView[] => {
    const taken: RecordView[] = [];
    reader.drain((bytes, offset, length) => {
      view.read(bytes, offset, length);
      taken.push(Object.assign(new RecordView(), view));
    });
    return taken;
  };
  return { writer, take, reader };
}

test("a record comes out as it went in, in memory of its own", () => {
  const { writer, take } = rig();
  const payload = new Uint8Array([9, 1, 2, 3]).subarray(1);
  expect(writer.push(RecordKind.message, 7, 123_456_789_012_345_678n, 1.5, 2.5, 42, payload)).toBe(true);
  expect(writer.push(RecordKind.jump, 2, -5n, Number.NaN, 3, 0, undefined, 11)).toBe(true);
  expect(take()).toEqual([]); // not before it is flushed
  writer.flush();
  const seen = take();
  expect(seen).toMatchObject([
    {
      kind: RecordKind.message,
      rehearsal: false,
      channel: 7,
      timeNs: 123_456_789_012_345_678n,
      dueMs: 1.5,
      sentMs: 2.5,
      sequence: 42,
    },
    { kind: RecordKind.jump, channel: 2, timeNs: -5n, number: 11 },
  ]);
  expect([...seen[0]!.payload]).toEqual([1, 2, 3]);
  for (let i = 0; i < 100; i++) writer.push(RecordKind.message, 0, 0n, 0, 0, 0, new Uint8Array(20).fill(255));
  writer.flush();
  take();
  expect([...seen[0]!.payload]).toEqual([1, 2, 3]);
});

test("a rehearsal is marked, and the next record is not", () => {
  const { writer, take } = rig();
  writer.rehearsing = true;
  writer.push(RecordKind.message, 1, 0n, 0, 0, 0, new Uint8Array(3));
  writer.rehearsing = false;
  writer.push(RecordKind.message, 2, 0n, 0, 0, 0, new Uint8Array(3));
  writer.flush();
  expect(take().map(({ rehearsal, kind, channel }) => [rehearsal, kind, channel])).toEqual([
    [true, RecordKind.message, 1],
    [false, RecordKind.message, 2],
  ]);
});

test("whatever the sizes and the takings: nothing lost, torn, repeated or out of order", () => {
  const action = fc.oneof(
    fc.record({ size: fc.integer({ min: 0, max: 900 }), offset: fc.integer({ min: 0, max: 7 }) }),
    fc.constant("take" as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
      const { writer, take } = rig();
      const pushed: { readonly sequence: number; readonly size: number }[] = [];
      const taken: { readonly sequence: number; readonly size: number }[] = [];
      const takeAll = (): void => {
        writer.flush();
        for (const { sequence, payload } of take()) {
          if (payload.some((byte) => byte !== (sequence & 255))) throw new Error(`record ${sequence} is torn`);
          taken.push({ sequence, size: payload.length });
        }
      };
      for (const action of actions) {
        if (action === "take") {
          takeAll();
          continue;
        }
        const sequence = pushed.length;
        const payload = new Uint8Array(action.size + action.offset).subarray(action.offset).fill(sequence & 255);
        if (writer.push(RecordKind.message, 0, 0n, 0, 0, sequence, payload))
          pushed.push({ sequence, size: action.size });
      }
      takeAll();
      expect(taken).toEqual(pushed);
    }),
  );
});

test("a full ring takes nothing more until something is taken out, and says so without waiting", () => {
  const { writer, take } = rig();
  const payload = new Uint8Array(writer.largestPayload);
  let count = 0;
  while (writer.push(RecordKind.message, 0, 0n, 0, 0, count, payload)) count++;
  expect(count).toBeGreaterThanOrEqual(3);
  expect(take()).toHaveLength(count);
  writer.waitForRoom(0);
  expect(writer.hasRoom).toBe(true);
  expect(writer.push(RecordKind.message, 0, 0n, 0, 0, 0, payload)).toBe(true);
});

test("a reader that is behind the end of a closed ring still gets what was pushed", async () => {
  const { writer, reader } = rig();
  writer.push(RecordKind.ended, 0, 1n, 0, 0, 0, undefined, 3);
  writer[Symbol.dispose]();
  const numbers: number[] = [];
  const view = new RecordView();
  await reader.listen((bytes, offset, length) => {
    view.read(bytes, offset, length);
    numbers.push(view.number);
  });
  expect(numbers).toEqual([3]);
});

test.for([0, 2 ** 29 + 1])("refuses a capacity of %i", (capacity) => {
  expect(() => createRecordRing(capacity)).toThrow(/capacityBytes/);
});
