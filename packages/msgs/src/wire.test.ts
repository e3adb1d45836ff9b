import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BackwardWriter } from "./backward-writer.ts";
import { text } from "./utf8.ts";
import { cursor, int64, length, sint64, tag, uint64, varint32 } from "./wire.ts";

const bytesOf = (write: (writer: BackwardWriter) => void): Uint8Array => {
  const writer = new BackwardWriter(1);
  write(writer);
  return writer.copy();
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
      const bytes = bytesOf((writer) => writer.varint64(value));
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
      const head = bytesOf((writer) => writer.varint64(value >> 50n));
      const bytes = new Uint8Array([...head, ...new Uint8Array(room)]);
      const expected = Number(value >> 50n);
      if (expected <= room) expect(length(bytes, 0, bytes.length)).toBe(expected);
      else expect(() => length(bytes, 0, bytes.length)).toThrow(`length ${expected}, but only ${room} bytes are left`);
    }),
  );
});

test("a writer grows from nothing and keeps what it has", () => {
  const long = "x".repeat(5000);
  const bytes = bytesOf((writer) => {
    writer.raw(Uint8Array.of(9));
    writer.string(long);
    writer.double(1.5);
    writer.int32(-1);
  });
  expect(bytes.length).toBe(10 + 8 + 2 + 5000 + 1);
  expect(bytes.at(-1)).toBe(9);
  expect(text(bytes, 20, 5020, true)).toBe(long);
});
