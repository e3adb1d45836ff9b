import * as fc from "fast-check";
import { expect, test } from "vitest";
import { putLength, putRaw, putRecent, putString, putVarint64, varintSize } from "./forward-writes.ts";
import { text } from "./utf8.ts";
import { cursor, int64, length, sint64, tag, uint64, varint32 } from "./wire.ts";

const varint64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(10);
  return bytes.subarray(0, putVarint64(bytes, 0, value));
};

test("text reads any bytes as the platform's decoder does", () => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(text(bytes, 0, bytes.length, false)).toBe(decoder.decode(bytes));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
      const bytes = new TextEncoder().encode(value);
      expect(text(bytes, 0, bytes.length, true)).toBe(decoder.decode(bytes));
    }),
  );
});

test("numbers of every size", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.nat(63), (any, shift) => {
      const value = any >> BigInt(shift);
      const bytes = varint64(value);
      expect(bytes.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
      expect(uint64(bytes, 0, bytes.length)).toBe(value);
      expect(cursor.pos).toBe(bytes.length);
      expect(int64(bytes, 0, bytes.length)).toBe(BigInt.asIntN(64, value));
      expect(sint64(bytes, 0, bytes.length)).toBe((value >> 1n) ^ -(value & 1n));
      expect(varint32(bytes, 0, bytes.length)).toBe(Number(value & 0xffffffffn));
      if (value >= 8n && value < 1n << 32n) expect(tag(bytes, 0, bytes.length)).toBe(Number(value));
      else expect(() => tag(bytes, 0, bytes.length)).toThrow("no such field number");
    }),
  );
});

test("a length is never more than what is left", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.nat(20), (value, room) => {
      const head = varint64(value >> 50n);
      const bytes = new Uint8Array([...head, ...new Uint8Array(room)]);
      const expected = Number(value >> 50n);
      if (expected <= room) expect(length(bytes, 0, bytes.length)).toBe(expected);
      else expect(() => length(bytes, 0, bytes.length)).toThrow(`length ${expected}, but only ${room} bytes are left`);
    }),
  );
});

test.for(["own", "shared"])("bytes are copied whole whatever their places in %s memory", (kind) => {
  const memory = new Uint8Array(kind === "own" ? new ArrayBuffer(50_000) : new SharedArrayBuffer(50_000));
  const source = Uint8Array.from({ length: 40_000 }, (_, i) => i * 7 + (i >> 8));
  const place = fc.nat(8_000);
  fc.assert(
    fc.property(place, place, fc.constantFrom(0, 3, 63, 257, 16_384, 16_385, 32_000), (from, to, size) => {
      memory.fill(0);
      const part = source.subarray(from, from + size);
      expect(putRaw(memory, to, memory.length, part)).toBe(to + size);
      expect(Buffer.compare(memory.subarray(to, to + size), part)).toBe(0);
      expect(memory.subarray(0, to).every((byte) => byte === 0)).toBe(true);
      expect(memory.subarray(to + size).every((byte) => byte === 0)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("what has no room says how much is missing and touches nothing behind the end", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(300), (value, end) => {
      const encoded = new TextEncoder().encode(value);
      const needed = varintSize(encoded.length) + encoded.length;
      const memory = new Uint8Array(1000);
      const after = putString(memory, 0, end, value);
      if (needed <= end) expect(after).toBe(needed);
      else expect(after).toBeLessThan(0);
      if (after < 0) expect(-after).toBeLessThanOrEqual(needed - end);
      expect(memory.subarray(end).every((byte) => byte === 0)).toBe(true);
    }),
  );
});

test("a string that comes again is stored by words, as the same bytes", () => {
  const recent = { text: "", bytes: undefined, words: undefined };
  const texts = fc.array(
    fc.constantFrom("", "a", "ü", "localization", "planning/lane", "x".repeat(63), "漢".repeat(50)),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(texts, fc.nat(9), fc.nat(70), (list, pos, room) => {
      for (const text of list) {
        const [one, other] = [new Uint8Array(300).fill(0xaa), new Uint8Array(300).fill(0xaa)];
        const end = pos + room;
        const after = putString(one, pos, end, text);
        expect(Math.max(-1, putRecent(other, new DataView(other.buffer), pos, end, text, recent))).toBe(
          Math.max(-1, after),
        );
        if (after > 0) expect(other).toEqual(one);
        expect(other.subarray(Math.max(after, end)).every((byte) => byte === 0xaa)).toBe(true);
      }
    }),
  );
});

test("a length moves its content when the room left for it was wrong", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 4 }), (size, guess) => {
      const memory = new Uint8Array(50_000);
      for (let i = 0; i < size; i++) memory[5 + guess + i] = i;
      const after = putLength(memory, 5, 5 + guess, 5 + guess + size, memory.length);
      expect(after).toBe(5 + varintSize(size) + size);
      expect(length(memory, 5, memory.length)).toBe(size);
      for (let i = 0; i < size; i++) if (memory[cursor.pos + i] !== (i & 255)) throw new Error(`byte ${i} is wrong`);
      expect(putLength(memory, 5, 5 + guess, 5 + guess + size, after - 1)).toBe(-1);
    }),
  );
});
