import { expect, test } from "vitest";
import { parseIdl } from "./idl.ts";
import { keyOf } from "./key.ts";
import type { StructType } from "./type-tree.ts";

const key = (text: string): ReturnType<typeof keyOf> => keyOf(parseIdl(text, "T") as StructType);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

test("a short key is its own hash, big-endian and padded with zeros", () => {
  const id = key("struct T { @key long id; string rest; };")!;
  expect(hex(id.hash({ id: 1, rest: "x" }))).toBe("00000001000000000000000000000000");
  expect(id.hashed).toBe(false);
  const pair = key("struct T { @key octet a; long x; @key long long b; };")!;
  expect(hex(pair.hash({ a: 1, b: 2n }))).toBe("01000000000000000000000000000002");
});

test("a key that may be longer is hashed, however short it is", () => {
  const name = key("struct T { @key string name; };")!;
  expect(name.hashed).toBe(true);
  // md5 of 00000005 "BLUE" 00
  expect(hex(name.hash({ name: "BLUE" }))).toBe("cac217c318363f8ef1160eeedef9e886");
  expect(key("struct T { @key string<11> name; };")!.hashed).toBe(false);
  expect(key("struct T { @key string<12> name; };")!.hashed).toBe(true);
});

test("nested structs contribute their keys, or all of themselves", () => {
  const text = "struct P { @key short x; short y; }; struct Q { short x; short y; }; struct T { @key P p; @key Q q; };";
  expect(hex(key(text)!.hash({ p: { x: 1, y: 2 }, q: { x: 3, y: 4 } }))).toBe("00010003000400000000000000000000");
});

test("a type without keys has none", () => {
  expect(key("struct T { long id; };")).toBeUndefined();
});
