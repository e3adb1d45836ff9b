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

// Hashes and payloads as Cyclone DDS 0.10 sends them (`GenerateKeyhash`).
test.for([
  [
    "XCDR2 aligns to four",
    "@appendable struct T { @key long a; long x; @key long long b; };",
    { a: 1, b: 2n },
    "000000010000000000000002",
  ],
  [
    "by member id",
    "@mutable struct T { @id(5) @key long a; @id(1) @key long long b; };",
    { a: 1, b: 2n },
    "000000000000000200000001",
  ],
  [
    "by member id, final",
    "@final struct T { @id(9) @key octet a; @id(2) @key long b; };",
    { a: 1, b: 2 },
    "0000000201",
  ],
] as const)("the key's hash: %s", ([, idl, value, hash]) => {
  expect(hex(key(idl)!.hash(value))).toBe(hash.padEnd(32, "0"));
});

test.for([
  [
    "appendable",
    "@appendable struct T { @key long a; long x; @key long long b; };",
    { a: 1, b: 2n },
    "00090000 01000000 0200000000000000",
  ],
  [
    "mutable",
    "@mutable struct T { @id(5) @key long a; @id(1) @key long long b; };",
    { a: 1, b: 2n },
    "000b0000 0200000000000000 01000000",
  ],
  [
    "final",
    "@final struct T { @key string s; @key long long l; };",
    { s: "long key that is", l: 4n },
    "00010000 11000000 6c6f6e67206b6579207468617420697300 000000 0400000000000000",
  ],
  [
    "nested",
    "@appendable struct P { short a; octet b; }; @appendable struct T { @key string s; @key P p; };",
    { s: "key", p: { a: 1, b: 2 } },
    "00090001 04000000 6b657900 0100 02 00",
  ],
] as const)("the key as a payload has no delimiters: %s", ([, idl, value, payload]) => {
  const extractor = key(idl)!;
  const bytes = extractor.encode(value);
  // Fast DDS 2.9 takes up to 16 bytes for the hash.
  expect(hex(bytes)).toBe(payload.replaceAll(" ", "").padEnd(40, "0"));
  expect(extractor.decode(bytes)).toEqual(value);
});

test("a key that may be absent is refused", () => {
  expect(() => key("@mutable struct T { @key @optional long a; };")).toThrow(/optional/);
});

test("an annotation may be written in capitals", () => {
  expect(key("struct T { @Key long id; };")!.hashed).toBe(false);
});

test("keys may be told by a pragma", () => {
  const text = "module m {\n  struct T { long id; string s; long b; };\n  #pragma keylist T id b\n};";
  const hashed = keyOf(parseIdl(text, "m::T") as StructType)!;
  expect(hex(hashed.hash({ id: 1, s: "x", b: 2 }))).toBe("00000001000000020000000000000000");
  expect(() => parseIdl("struct T { long id; };\n#pragma keylist T other\n", "T")).toThrow(/no member/);
  expect(keyOf(parseIdl("struct T { long id; };\n#pragma keylist T\n", "T") as StructType)).toBeUndefined();
});

test("a type without keys has none", () => {
  expect(key("struct T { long id; };")).toBeUndefined();
});
