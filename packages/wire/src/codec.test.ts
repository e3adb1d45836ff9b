import { DelosError, MalformedError } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cdrCodec, codecFor, type DynamicCodec, idlSchema, ros1Codec, ros1Schema, ros2Schema } from "./codec.ts";
import { parseIdl } from "./idl.ts";
import { md5Hex } from "./md5.ts";
import { type FieldType, field, type PrimitiveName, primitive, type StructType } from "./type-tree.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const schema = { name: "T", messageEncoding: "cdr", schemaEncoding: "omgidl", data: new Uint8Array() };

const idlCodec = (text: string, version: 1 | 2 = 1, littleEndian = true): DynamicCodec =>
  cdrCodec(idlSchema("T", text), parseIdl(text, "T"), { version, littleEndian });

test("md5 of RFC 1321's examples", () => {
  expect(["", "a", "message digest", "1234567890".repeat(8)].map(md5Hex)).toEqual([
    "d41d8cd98f00b204e9800998ecf8427e",
    "0cc175b9c0f1b6a831c399e269772661",
    "f96b697d7cb7938d525a2f31aaf161d0",
    "57edf4a22be3c955ac49da2e2107b67a",
  ]);
});

describe("golden bytes", () => {
  test("ROS 1: std_msgs/Header", () => {
    const codec = codecFor(ros1Schema("std_msgs/Header", "uint32 seq\ntime stamp\nstring frame_id"));
    const value = { seq: 7, stamp: { sec: 1, nsec: 2 }, frame_id: "map" };
    const bytes = hex("07000000 01000000 02000000 03000000 6d6170");
    expect(codec.encode(value)).toEqual(bytes);
    expect(codec.decode(bytes)).toEqual(value);
  });

  test("std_msgs/String as Cyclone DDS sends it", () => {
    const codec = codecFor({ ...schema, name: "std_msgs/msg/String", schemaEncoding: "ros2msg" });
    const bytes = hex("00010001 0f000000 48656c6c6f20576f726c643a203100 00");
    expect(codec.encode({ data: "Hello World: 1" })).toEqual(bytes);
    expect(codec.decode(bytes)).toEqual({ data: "Hello World: 1" });
    expect(codec.decode(hex("00000000 00000003 686900"))).toEqual({ data: "hi" });
  });

  test("XCDR1 aligns to eight, XCDR2 to four", () => {
    const text = "struct T { octet a; double b; };";
    const value = { a: 1, b: 1 };
    expect(idlCodec(text).encode(value)).toEqual(hex("00010000 01000000 00000000 000000000000f03f"));
    expect(idlCodec(text, 2).encode(value)).toEqual(hex("00070000 01000000 000000000000f03f"));
    expect(idlCodec(text, 2, false).encode(value)).toEqual(hex("00060000 01000000 3ff0000000000000"));
  });

  test("XCDR2 delimits appendable structs and sequences of structs, skips what it does not know", () => {
    const text = "@final struct P { short x; }; @appendable struct T { octet a; sequence<P> ps; };";
    const bytes = hex("00090000 12000000 01000000 08000000 02000000 0100 0200 0000");
    const fixed = hex("00090000 10000000 01000000 08000000 02000000 01000200");
    expect(idlCodec(text, 2).encode({ a: 1, ps: [{ x: 1 }, { x: 2 }] })).toEqual(fixed);
    expect(idlCodec(text, 2).decode(bytes)).toEqual({ a: 1, ps: [{ x: 1 }, { x: 2 }] });
    // A sender whose type ends earlier: the rest keeps its defaults.
    expect(idlCodec(text, 2).decode(hex("00090000 01000000 07000000"))).toEqual({ a: 7, ps: [] });
  });

  test("mutable: members in any order, unknown ones skipped unless they must be understood", () => {
    const text = "@mutable struct T { @id(1) long a; @id(2) string b; @id(3) @optional octet c; };";
    // PL_CDR2: EMHEADER with length codes 2 (four bytes), 5 (length is the string's own) and an unknown member 9.
    const bytes = hex(
      `000b0000 24000000
      02000050 03000000 686900 00
      09000020 ffffffff
      01000020 2a000000
      03000000 05`.replaceAll(/\s/g, ""),
    ).slice();
    new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
    expect(idlCodec(text, 2).decode(bytes)).toEqual({ a: 42, b: "hi", c: 5 });
    const must = Uint8Array.from(bytes);
    must[23] = 0xa0;
    expect(() => idlCodec(text, 2).decode(must)).toThrow(MalformedError);
    // PL_CDR: short parameter headers, ended by 0x3f02.
    const classic = hex("00030000 02000800 03000000 68690000 09000400 ffffffff 01000400 2a000000 023f0000");
    expect(idlCodec(text).decode(classic)).toEqual({ a: 42, b: "hi" });
  });

  test("an empty ROS 2 message has one byte and no field", () => {
    const codec = codecFor(ros2Schema("p/msg/Empty", ""));
    expect(codec.encode({})).toEqual(hex("00010003 00000000"));
    expect(codec.decode(hex("00010000 00"))).toEqual({});
  });
});

const chosen = (idl: string): ReturnType<typeof codecFor> => codecFor(idlSchema("T", idl));
describe("which version of CDR a type is written in", () => {
  const header = (idl: string): string => Buffer.from(chosen(idl).encode({}).subarray(0, 2)).toString("hex");
  test.for([
    ["struct T { long x; };", "0001"],
    ["@final struct T { long x; };", "0001"],
    ["@appendable struct T { long x; };", "0009"],
    ["@mutable struct T { long x; };", "000b"],
    ["struct T { @optional long x; };", "0007"],
    ["@appendable struct P { long x; }; struct T { sequence<P> p; };", "0007"],
    ["@data_representation(XCDR2) struct T { long x; };", "0007"],
    ["@data_representation(XCDR1) @appendable struct T { long x; };", "0001"],
    ["@data_representation(XCDR1) @mutable struct T { long x; };", "0003"],
    ["@data_representation(XCDR1 | XCDR2) @mutable struct T { long x; };", "000b"],
  ] as const)("%s", ([idl, expected]) => {
    expect(header(idl)).toBe(expected);
  });
  test("XML is none", () => {
    expect(() => chosen("@data_representation(XML) struct T { long x; };")).toThrow(/representation/);
  });
});

test("XCDR2 delimits a sequence of arrays, and not an array of arrays", () => {
  const codec = chosen(
    "@data_representation(XCDR2) struct T { sequence<Row> rows; Row grid[2]; }; typedef long Row[2];",
  );
  const [a, b] = [Int32Array.of(1, 2), Int32Array.of(3, 4)];
  const bytes = hex("00070000 0c000000 01000000 01000000 02000000 01000000 02000000 03000000 04000000");
  expect(codec.encode({ rows: [a], grid: [a, b] })).toEqual(bytes);
  expect(codec.decode(bytes)).toEqual({ rows: [a], grid: [a, b] });
});

test("a string's bound counts bytes", () => {
  const codec = idlCodec("struct T { string<4> s; };");
  expect(codec.decode(codec.encode({ s: "äö" }))).toEqual({ s: "äö" });
  expect(() => codec.encode({ s: "äöü" })).toThrow(/longer than 4/);
  expect(() => codec.fromJSON({ s: "äöü" })).toThrow(/at most 4 bytes/);
});

test("defaults fill in what a value lacks", () => {
  const codec = codecFor(ros2Schema("p/msg/T", 'int32 a 5\nstring s "x"\nint32[2] v [7, 8]\ngeometry_msgs/Pose pose'));
  expect(codec.decode(codec.encode({}))).toEqual({
    a: 5,
    s: "x",
    v: Int32Array.of(7, 8),
    pose: { position: { x: 0, y: 0, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } },
  });
});

test("values that do not fit are refused by field", () => {
  const codec = codecFor(
    ros2Schema(
      "p/msg/T",
      "string<=2 s\nint32[2] v\nuint8[<=1] b\ngeometry_msgs/Point p\nint64 n\nuint8 u\nint32 i\nfloat32 f\nbool ok\nint64[] l",
    ),
  );
  for (const [value, named] of [
    [{ s: 5 }, "p/msg/T.s"],
    [{ s: "abc" }, "p/msg/T.s"],
    [{ v: [1] }, "p/msg/T.v"],
    [{ b: [1, 2] }, "p/msg/T.b"],
    [{ p: 3 }, "p/msg/T.p"],
    [{ n: "x" }, "p/msg/T.n"],
    [{ u: 256 }, "p/msg/T.u"],
    [{ u: -1 }, "p/msg/T.u"],
    [{ i: "RED" }, "p/msg/T.i"],
    [{ i: Number.NaN }, "p/msg/T.i"],
    [{ i: 2 ** 31 }, "p/msg/T.i"],
    [{ f: "x" }, "p/msg/T.f"],
    [{ ok: "false" }, "p/msg/T.ok"],
    [{ b: [300] }, "p/msg/T.b"],
    [{ l: [1, "x"] }, "p/msg/T.l"],
  ] as const) {
    expect(() => codec.encode(value)).toThrow(
      expect.objectContaining({ code: "WIRE_VALUE", details: { field: named } }),
    );
  }
  expect(codec.decode(codec.encode({ u: 255, i: -1.5, l: [1, "2"], f: "0.5", ok: 1, b: [7] }))).toMatchObject({
    u: 255,
    i: -1,
    f: 0.5,
    ok: true,
    b: Uint8Array.of(7),
    l: BigInt64Array.of(1n, 2n),
  });
  expect(() => codec.fromJSON({ nope: 1 })).toThrow(/no field nope/);
  expect(() => codec.fromJSON({ b: [300] })).toThrow(/255/);
});

test("JSON: names of enums, base64, big integers, numbers that JSON lacks", () => {
  const codec = idlCodec("enum E { LOW, HIGH }; struct T { E e; sequence<octet> b; long long n; double d; char c; };");
  const value = { e: 1, b: Uint8Array.of(1, 2, 255), n: -5n, d: Number.NaN, c: "x" };
  const json = { e: "HIGH", b: "AQL/", n: "-5", d: "NaN", c: "x" };
  expect(codec.toJSON(value)).toEqual(json);
  expect(codec.fromJSON(json)).toEqual(value);
  expect(codec.decode(codec.encode(value))).toEqual(value);
});

describe("unions", () => {
  const text =
    "enum K { A, B, C }; @appendable union U switch (K) { case A: long n; case B: string s; }; struct T { U u; long after; };";
  test.for([1, 2] as const)("XCDR%i round trip, also of a discriminator without member", (version) => {
    const codec = idlCodec(text, version);
    for (const u of [{ $discriminator: 0, n: 5 }, { $discriminator: 1, s: "x" }, { $discriminator: 2 }]) {
      const value = { u, after: 9 };
      expect(codec.decode(codec.encode(value))).toEqual(value);
      expect(codec.fromJSON(codec.toJSON(value))).toEqual(value);
    }
  });
});

describe("claimed lengths", () => {
  test.for([
    ["sequence<double>", "ffffff7f"],
    ["sequence<string>", "ffffffff"],
    ["string", "ffffffff"],
  ])("%s of %s elements is refused before anything is allocated", ([type, length]) => {
    const bytes = hex(`00010000 ${length} 00000000`);
    expect(() => idlCodec(`struct T { ${type} x; };`).decode(bytes)).toThrow(MalformedError);
  });

  test("sequences of empty structs cannot multiply without end", () => {
    const codec = codecFor(ros1Schema("p/T", `E[] a\n${"=".repeat(80)}\nMSG: p/E\n`));
    expect(() => codec.decode(hex("ffffffff"))).toThrow(MalformedError);
    expect(codec.decode(hex("02000000"))).toEqual({ a: [{}, {}] });
  });

  test("a chain of types that doubles in size is refused, and quickly", () => {
    const parts = Array.from({ length: 60 }, (_, i) => `MSG: p/A${i + 1}\nA${i + 2} a\nA${i + 2} b\n`);
    const text = [`A1 a\n`, ...parts, "MSG: p/A61\n"].join(`${"=".repeat(80)}\n`);
    expect(() => codecFor(ros1Schema("p/A", text)).decode(new Uint8Array())).toThrow(
      expect.objectContaining({ code: "WIRE_SCHEMA_TOO_LARGE" }),
    );
    expect(() => codecFor(ros1Schema("p/A", "float64[200000000] x")).encode({})).toThrow(
      expect.objectContaining({ code: "WIRE_SCHEMA_TOO_LARGE" }),
    );
  });

  test("bytes after a message mean another type", () => {
    expect(() => codecFor(ros1Schema("p/T", "uint8 x")).decode(hex("0102"))).toThrow(MalformedError);
    expect(() => idlCodec("struct T { octet x; };").decode(hex("00010000 0100000000"))).toThrow(MalformedError);
  });
});

// ------------------------------------------------------------------------------------------ any type, any value

interface Typed {
  readonly type: FieldType;
  readonly value: fc.Arbitrary<unknown>;
}

const integer = (bits: number, signed: boolean): fc.Arbitrary<unknown> => {
  const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  if (bits < 64) return fc.integer({ min, max });
  return fc.bigInt(signed ? { min: -(1n << 63n), max: (1n << 63n) - 1n } : { min: 0n, max: (1n << 64n) - 1n });
};
const PRIMITIVES: Readonly<Record<PrimitiveName, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  char: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  wchar: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  float32: fc.float(),
  float64: fc.double(),
  int8: integer(8, true),
  uint8: integer(8, false),
  int16: integer(16, true),
  uint16: integer(16, false),
  int32: integer(32, true),
  uint32: integer(32, false),
  int64: integer(64, true),
  uint64: integer(64, false),
};
const TYPED: Partial<Record<PrimitiveName, (items: never[]) => unknown>> = {
  int8: (items) => Int8Array.from(items),
  uint8: (items) => Uint8Array.from(items),
  int16: (items) => Int16Array.from(items),
  uint16: (items) => Uint16Array.from(items),
  int32: (items) => Int32Array.from(items),
  uint32: (items) => Uint32Array.from(items),
  int64: (items) => BigInt64Array.from(items),
  uint64: (items) => BigUint64Array.from(items),
  float32: (items) => Float32Array.from(items),
  float64: (items) => Float64Array.from(items),
};

const text = fc.string({ unit: "grapheme", maxLength: 8 });

function typed(ros1: boolean): fc.Arbitrary<Typed> {
  const names = Object.keys(PRIMITIVES).filter((name) => !ros1 || !name.endsWith("char")) as PrimitiveName[];
  return fc.letrec<{ any: Typed; struct: Typed; list: Typed; leaf: Typed }>((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("list"), tie("struct")),
    leaf: fc.oneof(
      fc.constantFrom(...names).map((name): Typed => ({ type: primitive(name), value: PRIMITIVES[name] })),
      fc
        .constantFrom(false, ...(ros1 ? [] : [true]))
        .map((wide): Typed => ({ type: { kind: "string", wide }, value: text })),
      fc.boolean().map(
        (signed): Typed => ({
          type: ros1 ? { kind: "time", signed } : primitive("int32"),
          value: ros1 ? fc.record({ sec: integer(31, false), nsec: integer(30, false) }) : PRIMITIVES.int32,
        }),
      ),
    ),
    list: fc
      .record({ of: tie("any"), length: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }) })
      .map(({ of, length }): Typed => {
        const limits = length === undefined ? { maxLength: 4 } : { minLength: length, maxLength: length };
        const make = of.type.kind === "primitive" ? TYPED[of.type.name] : undefined;
        const items = fc.array(of.value, limits);
        return {
          type:
            length === undefined ? { kind: "sequence", element: of.type } : { kind: "array", element: of.type, length },
          value: make === undefined ? items : items.map((list) => make(list as never[])),
        };
      }),
    struct: structOf(tie("any"), ros1),
  })).any;
}

function structOf(any: fc.Arbitrary<Typed>, ros1: boolean): fc.Arbitrary<Typed> {
  const members = fc.array(fc.record({ of: any, optional: ros1 ? fc.constant(false) : fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  });
  const extensibility = fc.constantFrom(
    ...(ros1 ? (["final"] as const) : (["final", "appendable", "mutable"] as const)),
  );
  return fc.tuple(members, extensibility).map(([list, ext]): Typed => {
    const fields = list.map(({ of, optional }, i) => field(`f${i}`, of.type, i, { optional }));
    const values = Object.fromEntries(list.map(({ of }, i) => [`f${i}`, of.value]));
    const requiredKeys = fields.filter(({ optional }) => !optional).map(({ name }) => name);
    return {
      type: { kind: "struct", name: "T", extensibility: ext, fields, constants: [] },
      value: fc.record(values, { requiredKeys }).map((value) => ({ ...value })),
    };
  });
}

const sample = (ros1: boolean): fc.Arbitrary<{ type: StructType; value: Record<string, unknown> }> =>
  structOf(typed(ros1), ros1).chain(({ type, value }) =>
    value.map((made) => ({ type: type as StructType, value: made as Record<string, unknown> })),
  );

describe("any value of any type", () => {
  const forms: [string, (type: StructType) => DynamicCodec][] = [
    ["ROS 1", (type) => ros1Codec({ ...schema, messageEncoding: "ros1" }, type)],
    ["XCDR1, little-endian", (type) => cdrCodec(schema, type)],
    ["XCDR1, big-endian", (type) => cdrCodec(schema, type, { littleEndian: false })],
    ["XCDR2, little-endian", (type) => cdrCodec(schema, type, { version: 2 })],
    ["XCDR2, big-endian", (type) => cdrCodec(schema, type, { version: 2, littleEndian: false })],
  ];
  describe.for(forms)("%s", ([name, make]) => {
    const samples = sample(name === "ROS 1");

    test("comes back from its bytes", () => {
      fc.assert(
        fc.property(samples, ({ type, value }) => {
          const codec = make(type);
          expect(codec.decode(codec.encode(value))).toEqual(value);
        }),
      );
    });

    test("comes back from its JSON", () => {
      fc.assert(
        fc.property(samples, ({ type, value }) => {
          const codec = make(type);
          const json = JSON.stringify(codec.toJSON(value));
          expect(JSON.stringify(codec.toJSON(codec.fromJSON(JSON.parse(json))))).toBe(json);
        }),
      );
    });

    test("cut anywhere, it is refused or shorter, never anything else", () => {
      fc.assert(
        fc.property(samples, ({ type, value }) => {
          const codec = make(type);
          const bytes = codec.encode(value);
          for (let length = 0; length < bytes.length; length++) {
            try {
              codec.decode(bytes.subarray(0, length));
            } catch (error) {
              expect(error).toBeInstanceOf(MalformedError);
            }
          }
        }),
        { numRuns: 40 },
      );
    });

    test("with bytes changed, it is read or refused", () => {
      const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(samples, change, ({ type, value }, changes) => {
          const codec = make(type);
          const bytes = codec.encode(value);
          if (bytes.length === 0) return;
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          try {
            codec.decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DelosError);
          }
        }),
      );
    });
  });

  test("a plain value cut anywhere is refused (beyond its padding)", () => {
    const codec = codecFor(ros2Schema("geometry_msgs/msg/PoseStamped", "")) as DynamicCodec;
    const bytes = codec.encode({ header: { stamp: { sec: 1, nanosec: 2 }, frame_id: "map" } });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => codec.decode(bytes.subarray(0, length))).toThrow(MalformedError);
    }
  });
});
