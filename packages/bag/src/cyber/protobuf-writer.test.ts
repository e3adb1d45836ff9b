import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ProtoReader } from "./protobuf.ts";
import { ProtoWriter } from "./protobuf-writer.ts";

test("what is written is read back, wherever the memory had to grow", () => {
  const fields = fc.array(
    fc.oneof(
      fc.record({ field: fc.integer({ min: 1, max: 500 }), integer: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
      fc.record({ field: fc.integer({ min: 1, max: 500 }), bytes: fc.uint8Array({ maxLength: 400 }) }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(fields, (list) => {
      const writer = new ProtoWriter();
      for (const item of list) {
        if ("integer" in item) writer.integer(item.field, item.integer);
        else writer.sized(item.field, item.bytes);
      }
      const reader = new ProtoReader(writer.bytes);
      for (const item of list) {
        expect(reader.next()).toBe(true);
        expect(reader.field).toBe(item.field);
        if ("integer" in item) expect((BigInt(reader.high) << 32n) | BigInt(reader.low)).toBe(item.integer);
        else expect(writer.bytes.subarray(reader.start, reader.end)).toEqual(item.bytes);
      }
      expect(reader.next()).toBe(false);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("varints that never end, tags of nothing and lengths beyond the end are refused", () => {
  for (const bytes of [
    [0x08, ...Array<number>(10).fill(0x80), 0],
    [0x08, 0x80],
    [0x00, 0],
    [0x12, 5, 1],
    [0x0b],
    [0x0d, 1],
  ]) {
    const reader = new ProtoReader(Uint8Array.from(bytes));
    expect(() => {
      while (reader.next());
    }).toThrow(expect.objectContaining({ code: "BAG_PROTOBUF" }));
  }
});
