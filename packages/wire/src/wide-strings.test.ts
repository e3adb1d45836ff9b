import type { MessageSchema } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cdrCodec } from "./codec.ts";
import { parseIdl } from "./idl.ts";
import type { StructType } from "./type-tree.ts";
import type { WideStrings } from "./wide-strings.ts";

const SCHEMA: MessageSchema = {
  name: "W",
  schemaEncoding: "omgidl",
  messageEncoding: "cdr",
  data: new Uint8Array(0),
};
const typeOf = (idl: string): StructType => parseIdl(idl, "W") as StructType;
const W = typeOf("@final struct W { wstring data; octet after; };");
const codec = cdrCodec(SCHEMA, W);
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("a wide string and a byte 7f behind it", () => {
  // The first three are what Debian's libfastcdr 1.0.26 writes for L"", L"Aé" and L"x😀"; the fourth is what ROS 2 makes of the third
  // (UTF-16 units, widened one by one); then Fast CDR 2, XTypes 1.3 in XCDR1 and XCDR2, and Fast CDR 2 in XCDR2.
  test.for([
    ["Fast CDR 1, empty", "00010000 00000000 7f", ""],
    ["Fast CDR 1", "00010000 02000000 41000000 e9000000 7f", "Aé"],
    ["Fast CDR 1, beyond the basic plane", "00010000 02000000 78000000 00f60100 7f", "x😀"],
    ["ROS 2 on Fast CDR 1 and on Cyclone DDS", "00010000 03000000 78000000 3dd80000 00de0000 7f", "x😀"],
    ["big-endian", "00000000 02000000 00000041 000000e9 7f".replace("02000000", "00000002"), "Aé"],
    ["Fast CDR 2", "00010000 03000000 7800 3dd8 00de 7f", "x😀"],
    ["XTypes in XCDR1", "00010000 06000000 7800 3dd8 00de 7f", "x😀"],
    ["XTypes in XCDR2", "00070000 06000000 7800 3dd8 00de 7f", "x😀"],
    ["Fast CDR 2 in XCDR2", "00070000 03000000 7800 3dd8 00de 7f", "x😀"],
  ] as const)("%s", ([, hex, data]) => {
    expect(codec.decode(bytes(hex))).toEqual({ data, after: 0x7f });
  });
});

test("a wide character has four bytes as Fast CDR 1 writes it, else two", () => {
  const wchars = cdrCodec(SCHEMA, typeOf("struct W { octet p; wchar c; sequence<wchar> s; };"));
  const value = { p: 1, c: "é", s: ["a", "b"] };
  const [four, two] = ["00010000 01000000 e9000000 02000000 61000000 62000000", "00010000 0100e900 02000000 61006200"];
  expect(Buffer.from(wchars.encode(value))).toEqual(Buffer.from(bytes(four)));
  for (const form of [four, two]) expect(wchars.decode(bytes(form))).toEqual(value);
});

test("what is no wide string in any form is refused with the first reason", () => {
  expect(() => codec.decode(bytes("00010000 ff000000 4100"))).toThrow(/past the end|only|bytes/);
  expect(() => codec.decode(bytes("00010000 01000000 000011007f000000 00000000 00000000"))).toThrow(/no character/);
});

test("the bound counts UTF-16 units", () => {
  const bounded = cdrCodec(SCHEMA, typeOf("@final struct W { wstring<3> data; octet after; };"));
  expect(bounded.decode(bytes("00010000 03000000 7800 3dd8 00de 7f"))).toEqual({ data: "x😀", after: 0x7f });
  expect(() => bounded.encode({ data: "x😀!", after: 0 })).toThrow(/longer than 3/);
});

test("written as most read it, or as is asked for", () => {
  const value = { data: "Aé", after: 0x7f };
  const hexOf = (options: Parameters<typeof cdrCodec>[2]): string =>
    Buffer.from(cdrCodec(SCHEMA, W, options).encode(value)).toString("hex");
  expect(hexOf({})).toBe("000100030200000041000000e90000007f000000");
  expect(hexOf({ wideStrings: "units2" })).toBe("00010003020000004100e9007f000000");
  expect(hexOf({ version: 2 })).toBe("00070003040000004100e9007f000000");
});

test("whatever the form, what was written is read, also among other members", () => {
  const type = typeOf("@final struct W { wstring a; double x; sequence<wstring> b; string c; };");
  const any = cdrCodec(SCHEMA, type);
  // Not those that are tried because nothing else fits: where more follows they can look like another.
  // No control characters: two of them side by side look like one character of four bytes.
  const text = fc.string({ unit: fc.constantFrom("a", "ß", "語", "😀", " ", "ÿ"), maxLength: 9 });
  const forms = fc.constantFrom<[1 | 2, WideStrings]>([1, "units4"], [1, "units2"], [2, "bytes2"]);
  fc.assert(
    fc.property(
      forms,
      fc.boolean(),
      text,
      fc.array(text, { maxLength: 3 }),
      ([version, wideStrings], littleEndian, a, b) => {
        const value = { a, x: 1.5, b, c: "end" };
        const written = cdrCodec(SCHEMA, type, { version, littleEndian, wideStrings }).encode(value);
        expect(any.decode(written)).toEqual(value);
      },
    ),
    { numRuns: 500 },
  );
});
