import { DelosError } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIdl } from "./idl.ts";
import type { StructType } from "./type-tree.ts";

const struct = (text: string, name: string): StructType => {
  const type = parseIdl(text, name);
  if (type.kind !== "struct") throw new Error("a struct was expected");
  return type;
};

test("modules, typedefs, constants, enums, annotations", () => {
  const type = struct(
    `
    #include "other.idl"
    // comment
    module a { /* block
      comment */
      const long SIZE = 2 * (3 + 1) - 0x2;
      enum Colour { RED, @value(5) GREEN, BLUE };
      module b {
        typedef sequence<double, SIZE> Doubles;
        typedef long Grid[2][3];
        @final @nested struct Point { double x; double y; };
        @mutable struct Base { @key @id(7) unsigned long long id; };
        @appendable struct Thing : Base {
          @key string<SIZE> name;
          Doubles values; ::a::b::Grid grid; Colour colour;
          @optional Point maybe; @default(value=3.5) float f, g;
          octet raw[SIZE]; sequence<sequence<octet>> nested; wchar w; char c; boolean ok;
          @verbatim (language="comment", text="a" "\\n" "b") int16 i; uint8 u;
        };
      };
    };`,
    "a::b::Thing",
  );
  expect(type.extensibility).toBe("appendable");
  expect(type.fields.map(({ name, id, key, optional }) => [name, id, key, optional].join(" "))).toEqual([
    "id 7 true false",
    "name 8 true false",
    "values 9 false false",
    "grid 10 false false",
    "colour 11 false false",
    "maybe 12 false true",
    "f 13 false false",
    "g 14 false false",
    "raw 15 false false",
    "nested 16 false false",
    "w 17 false false",
    "c 18 false false",
    "ok 19 false false",
    "i 20 false false",
    "u 21 false false",
  ]);
  const types = new Map(type.fields.map((field) => [field.name, field.type]));
  expect(types.get("name")).toEqual({ kind: "string", wide: false, bound: 6 });
  expect(types.get("values")).toMatchObject({ kind: "sequence", bound: 6, element: { name: "float64" } });
  expect(types.get("grid")).toMatchObject({ kind: "array", length: 2, element: { kind: "array", length: 3 } });
  expect(types.get("colour")).toMatchObject({
    bits: 32,
    members: [
      { name: "RED", value: 0 },
      { name: "GREEN", value: 5 },
      { name: "BLUE", value: 6 },
    ],
  });
});

describe("ros2idl", () => {
  const line = "=".repeat(80);
  const text = `${line}
IDL: pkg/msg/Outer
// generated
#include "pkg/msg/Inner.idl"
module pkg { module msg {
  module Outer_Constants { const uint8 LIMIT = 3; const string NAME = "n"; };
  struct Outer { pkg::msg::Inner inner; sequence<pkg::msg::Inner, 2> more; };
}; };
${line}
IDL: pkg/msg/Inner
module pkg { module msg { struct Inner { uint8 structure_needs_at_least_one_member; }; }; };
`;
  test("files in any order, constants of the message", () => {
    const type = struct(text, "pkg/msg/Outer");
    expect(type.constants).toEqual([
      { name: "LIMIT", type: "uint8", value: 3n },
      { name: "NAME", type: "string", value: "n" },
    ]);
    expect(type.fields[0]!.type).toMatchObject({ kind: "struct", name: "pkg::msg::Inner" });
  });
  test("a type is found by its mangled and by its own name", () => {
    const mangled = "module p { module msg { module dds_ { struct T_ { long x; }; }; }; };";
    expect(struct(mangled, "p/msg/T").name).toBe("p::msg::dds_::T_");
    expect(struct("struct Lonely { long x; };", "anything::Lonely").name).toBe("Lonely");
  });
});

test("unions carry their labels, default included", () => {
  const type = parseIdl("enum K { A, B, C }; union U switch (K) { case A: case B: long n; default: string s; };", "U");
  expect(type).toMatchObject({
    kind: "union",
    cases: [
      { labels: [0n, 1n], isDefault: false, field: { name: "n" } },
      { labels: [], isDefault: true, field: { name: "s" } },
    ],
  });
});

test.for([
  ["struct A { A a; };", "WIRE_SCHEMA_UNSUPPORTED"],
  ["struct A { sequence<A> a; };", "WIRE_SCHEMA_UNSUPPORTED"],
  ["struct A { map<string, long> m; };", "WIRE_SCHEMA_UNSUPPORTED"],
  ["struct A { long double d; };", "WIRE_SCHEMA_UNSUPPORTED"],
  ["bitset A { bitfield<3> x; };", "WIRE_SCHEMA_UNSUPPORTED"],
  ["struct A { Missing m; };", "WIRE_SCHEMA_UNKNOWN"],
  ["struct B { long x; };", "WIRE_SCHEMA_UNKNOWN"],
  ["struct A { long x; long x; };", "WIRE_SCHEMA"],
  ["struct A { long x[0]; };", "WIRE_SCHEMA"],
  ["struct A { long x[1 / 0]; };", "WIRE_SCHEMA"],
  ["const long N = N; struct A { long x[N]; };", "WIRE_SCHEMA"],
  ["struct A { long __proto__; };", "WIRE_SCHEMA"],
  ["struct A { long x }", "WIRE_SCHEMA"],
  [`struct A { ${"sequence<".repeat(500)}`, "WIRE_SCHEMA"],
  ["union A switch (float) { case 1: long x; };", "WIRE_SCHEMA"],
  ["union A switch (long) { case 1: long x; case 1: long y; };", "WIRE_SCHEMA"],
] as const)("refuses %s with %s", ([text, code]) => {
  expect(() => parseIdl(text, "A")).toThrow(expect.objectContaining({ code }));
});

test("any text is parsed or refused with a DelosError", () => {
  const word = fc.oneof(
    fc.constantFrom(
      ..."struct A { } ; long x sequence < > , module @ ( ) key union switch case : default 1 = const".split(" "),
    ),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      try {
        parseIdl(words.join(" "), "A");
      } catch (error) {
        expect(error).toBeInstanceOf(DelosError);
      }
    }),
  );
});
