import * as fc from "fast-check";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";
import { describe, expect, test } from "vitest";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import { apollo, delos, fieldReader, foxglove, type MessageType, messageTypes, unknownFields } from "./index.ts";
import { loadProtoText } from "./proto.ts";

/** Every kind of field, in both syntaxes: what Apollo's own messages do not use must work in a stranger's. */
const sink = loadProtoText(`
  syntax = "proto2";
  package test;
  message Sink {
    enum Colour { RED = 1; GREEN = 2; BLUE = -3; }
    message Inner { optional int32 a = 1; repeated string b = 2; optional Inner next = 3; }
    optional double f_double = 1 [default = nan];
    optional float f_float = 2 [default = 1.5];
    optional int32 f_int32 = 3 [default = -7];
    optional int64 f_int64 = 4;
    optional uint32 f_uint32 = 5;
    optional uint64 f_uint64 = 6;
    optional sint32 f_sint32 = 7;
    optional sint64 f_sint64 = 8;
    optional fixed32 f_fixed32 = 9;
    optional fixed64 f_fixed64 = 10;
    optional sfixed32 f_sfixed32 = 11;
    optional sfixed64 f_sfixed64 = 12;
    optional bool f_bool = 13;
    optional string f_string = 14;
    optional bytes f_bytes = 15;
    optional Colour f_enum = 16;
    optional Inner f_message = 17;
    repeated double r_double = 21;
    repeated float r_float = 22 [packed = true];
    repeated int32 r_int32 = 23;
    repeated int64 r_int64 = 24 [packed = true];
    repeated uint64 r_uint64 = 26;
    repeated sint32 r_sint32 = 27 [packed = true];
    repeated fixed64 r_fixed64 = 30 [packed = true];
    repeated bool r_bool = 33 [packed = true];
    repeated string r_string = 34;
    repeated bytes r_bytes = 35;
    repeated Colour r_enum = 36;
    repeated Colour p_enum = 37 [packed = true];
    repeated Inner r_message = 38;
    oneof choice { int32 c_int = 41; string c_text = 42; Inner c_message = 43; }
    optional uint32 far = 536870911;
    optional string constructor = 51;
    optional int32 toString = 52;
  }
`).get("test.Sink");

const sink3 = loadProtoText(`
  syntax = "proto3";
  package test;
  message Sink3 {
    enum Colour { RED = 0; GREEN = 1; }
    double f_double = 1;
    float f_float = 2;
    int32 f_int32 = 3;
    uint64 f_uint64 = 4;
    bool f_bool = 5;
    string f_string = 6;
    bytes f_bytes = 7;
    Colour f_enum = 8;
    optional int32 o_int32 = 9;
    repeated uint32 r_uint32 = 10;
    repeated Colour r_enum = 11;
    repeated sint64 u_sint64 = 12 [packed = false];
    Sink3 f_message = 13;
  }
`).get("test.Sink3");

const TYPES: readonly MessageType[] = [
  sink,
  sink3,
  ...[
    apollo.localization.LocalizationEstimate,
    apollo.canbus.Chassis,
    apollo.canbus.ChassisDetail,
    apollo.control.ControlCommand,
    apollo.planning.ADCTrajectory,
    apollo.decision.DecisionResult,
    apollo.dreamview.SimulationWorld,
    apollo.perception.PerceptionObstacles,
    apollo.prediction.PredictionObstacles,
    apollo.cyber.proto.Index,
    apollo.hdmap.Map,
    foxglove.SceneUpdate,
    delos.ParameterEvent,
  ].map((type) => messageTypes.get(type.name)),
];

const int = (bits: number, signed: boolean): fc.Arbitrary<number> =>
  signed
    ? fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    : fc.integer({ min: 0, max: 2 ** bits - 1 });
const big = (signed: boolean): fc.Arbitrary<bigint> =>
  fc.oneof(
    signed ? fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }) : fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.nat(300).map(BigInt),
  );

function element(field: FieldDescriptor, depth: number): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "double":
      return fc.double();
    case "float":
      return fc.float();
    case "int32":
    case "sint32":
    case "sfixed32":
      return int(32, true);
    case "uint32":
    case "fixed32":
      return int(32, false);
    case "int64":
    case "sint64":
    case "sfixed64":
      return big(true);
    case "uint64":
    case "fixed64":
      return big(false);
    case "bool":
      return fc.boolean();
    case "string":
      return fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.string({ maxLength: 200 }));
    case "bytes":
      return fc.uint8Array({ maxLength: 40 });
    case "enum":
      return fc.constantFrom(...field.enum!.values.map((value) => value.number));
    default:
      return message(field.message!, depth - 1);
  }
}

/** Any message of the type: some of its fields, at most one of a oneof, those that are required. */
function message(descriptor: MessageDescriptor, depth = 3): fc.Arbitrary<Record<string, unknown>> {
  const fields = descriptor.fields.filter((field) => depth > 0 || field.message === undefined);
  return fc.subarray(fields, { maxLength: Math.min(8, fields.length) }).chain((some) => {
    const oneofs = new Set<string>();
    const chosen = fields.filter((field) => {
      if (field.label === "required") return true;
      if (!some.includes(field) || (field.oneof !== undefined && oneofs.has(field.oneof))) return false;
      if (field.oneof !== undefined) oneofs.add(field.oneof);
      return true;
    });
    return fc.record(
      Object.fromEntries(
        chosen.map((field) => [
          field.name,
          field.label === "repeated"
            ? fc.array(element(field, depth), { minLength: 1, maxLength: 4 })
            : element(field, depth),
        ]),
      ),
      { noNullPrototype: true },
    );
  });
}

/** What proto3 does not write, it does not read back. */
function withoutImplicitZeros(descriptor: MessageDescriptor, value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    descriptor.fields.flatMap((field) => {
      const own = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
      if (own === undefined) return [];
      if (field.message !== undefined) {
        const strip = (each: unknown): unknown => withoutImplicitZeros(field.message!, each as Record<string, unknown>);
        return [[field.name, field.label === "repeated" ? (own as unknown[]).map(strip) : strip(own)]];
      }
      const zero =
        own instanceof Uint8Array ? own.length === 0 : own === "" || own === false || own === 0n || Object.is(own, 0);
      return !field.presence && field.label !== "repeated" && zero ? [] : [[field.name, own]];
    }),
  );
}

/** protobufjs on the very descriptor that the type hands out. */
function reference(type: MessageType): protobuf.Type {
  const root = protobuf.Root.fromDescriptor(type.schema.data, { keepCase: true });
  return root.lookupType(type.name);
}

/** protobufjs' form of 64-bit integers. */
function long(value: bigint): protobuf.Long {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: value >= 0n };
}

/** A value as protobufjs takes it. */
function forProtobufjs(value: unknown): unknown {
  if (typeof value === "bigint") return long(value);
  if (Array.isArray(value)) return value.map(forProtobufjs);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, forProtobufjs(each)]));
}

describe.for(TYPES)("$name", (type) => {
  const theirs = reference(type);
  const any = message(type.descriptor);

  test("decodes what it has encoded", () => {
    fc.assert(
      fc.property(any, (value) => {
        expect(type.decode(type.encode(value))).toEqual(withoutImplicitZeros(type.descriptor, value));
      }),
    );
  });

  test("encodes byte for byte what protobufjs encodes", () => {
    fc.assert(
      fc.property(any, (value) => {
        const expected = theirs.encode(forProtobufjs(value) as object).finish();
        expect(Buffer.from(type.encode(value)).toString("hex")).toBe(Buffer.from(expected).toString("hex"));
      }),
    );
  });

  test("reads what protobufjs reads, and writes it again alike", () => {
    fc.assert(
      fc.property(any, (value) => {
        const bytes = theirs.encode(forProtobufjs(value) as object).finish();
        const again = theirs.encode(theirs.decode(bytes)).finish();
        expect(Buffer.from(type.encode(type.decode(bytes))).toString("hex")).toBe(Buffer.from(again).toString("hex"));
      }),
    );
  });

  test("JSON and back", () => {
    fc.assert(
      fc.property(any, (value) => {
        // A negative zero is a plain zero in JSON text: JSON.stringify knows no other.
        const json = JSON.parse(JSON.stringify(type.toJSON(value)), (_, each: unknown) => each) as never;
        expect(type.encode(type.fromJSON(json))).toEqual(type.encode(plusZero(value) as typeof value));
      }),
    );
  });

  test("text and back", () => {
    fc.assert(
      fc.property(any, (value) => {
        expect(type.encode(type.fromText(type.toText(value)))).toEqual(type.encode(value));
      }),
    );
  });

  test("create copies", () => {
    fc.assert(
      fc.property(any, (value) => {
        const copy = type.create(value);
        expect(copy).toEqual(value);
        expect(type.encode(copy)).toEqual(type.encode(value));
      }),
    );
  });

  test.for(["own", "shared"])(
    "encodeInto writes the same bytes anywhere in %s memory, and nothing around them",
    (kind) => {
      fc.assert(
        fc.property(any, fc.nat(9), fc.nat(20), (value, offset, room) => {
          const bytes = type.encode(value);
          const size = bytes.length + 40;
          const whole = new Uint8Array(kind === "own" ? new ArrayBuffer(size) : new SharedArrayBuffer(size)).fill(0xaa);
          const buffer = whole.subarray(3);
          const end = offset + bytes.length + room;
          expect(type.encodeInto(value, buffer, offset, end)).toBe(bytes.length);
          expect(buffer.subarray(offset, offset + bytes.length)).toEqual(bytes);
          expect(buffer.subarray(0, offset).every((byte) => byte === 0xaa)).toBe(true);
          expect(buffer.subarray(end).every((byte) => byte === 0xaa)).toBe(true);
        }),
      );
    },
  );

  test("encodeInto says how much is missing, and never writes behind the end", () => {
    fc.assert(
      fc.property(any, fc.nat(), (value, less) => {
        const bytes = type.encode(value);
        if (bytes.length === 0) return;
        const room = less % bytes.length;
        const buffer = new Uint8Array(bytes.length + 20).fill(0xaa);
        let details: unknown;
        try {
          type.encodeInto(value, buffer, 4, 4 + room);
        } catch (error) {
          details = (error as { readonly details?: unknown }).details;
        }
        expect(details).toEqual({ needed: bytes.length, room });
        expect(buffer.subarray(4 + room).every((byte) => byte === 0xaa)).toBe(true);
      }),
    );
  });

  test("a field reader sees what the decoder sees, also where messages are merged and members of a oneof follow each other", () => {
    const paths = leavesOf(type.descriptor);
    const reader = fieldReader(type, Object.fromEntries(paths.map((path) => [path, path])));
    fc.assert(
      fc.property(any, any, fc.nat(9), (first, second, at) => {
        const bytes = Buffer.concat([Buffer.alloc(at, 0xff), type.encode(first), type.encode(second)]);
        const whole = type.decode(bytes.subarray(at));
        const expected = paths.map((path) => [path, leafOf(type.descriptor, whole, path)]);
        expect({ ...reader.read(bytes, at) }).toEqual(Object.fromEntries(expected));
        const encoded = { memory: bytes, byteOffset: at, byteLength: bytes.length - at };
        expect({ ...reader.of(encoded) }).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  test("a field reader reads or refuses any prefix", () => {
    const reader = fieldReader(type, Object.fromEntries(leavesOf(type.descriptor).map((path) => [path, path])));
    fc.assert(
      fc.property(any, (value) => {
        const bytes = type.encode(value);
        for (let length = 0; length < bytes.length; length++) {
          try {
            reader.read(bytes, 0, length);
          } catch (error) {
            expect((error as { readonly name: string }).name).toBe("MalformedError");
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("a type that knows nothing passes everything on", () => {
    const nothing = loadProtoText('syntax = "proto2"; message Nothing {}').get("Nothing");
    fc.assert(
      fc.property(any, (value) => {
        const bytes = type.encode(value);
        const passed = nothing.decode(bytes);
        expect(Object.keys(passed)).toEqual([]);
        expect(nothing.encode(passed)).toEqual(bytes);
        expect(unknownFields(passed) ?? new Uint8Array()).toEqual(bytes);
      }),
    );
  });

  test("every prefix is read or refused with code and offset, never anything else", () => {
    fc.assert(
      fc.property(any, (value) => {
        const bytes = type.encode(value);
        // Once as part of the whole, so that reading on would succeed, and once alone: the same must happen.
        for (let length = 0; length < bytes.length; length++) {
          const part = bytes.subarray(0, length);
          expect(outcome(type, part)).toBe("ok");
          expect(attempt(type, part)).toEqual(attempt(type, part.slice()));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("damaged bytes are read or refused with code and offset", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(any, damage, (value, changes) => {
        const bytes = type.encode(value).slice();
        if (bytes.length === 0) return;
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        expect(outcome(type, bytes)).toBe("ok");
      }),
      { numRuns: 500 },
    );
  });
});

/** Paths of single values, some messages deep. */
function leavesOf(descriptor: MessageDescriptor, depth = 2): string[] {
  return descriptor.fields.flatMap(({ name, label, message }) => {
    if (label === "repeated" || name.includes(".")) return [];
    if (message === undefined) return [name];
    return depth === 0 ? [] : leavesOf(message, depth - 1).map((rest) => `${name}.${rest}`);
  });
}

function leafOf(descriptor: MessageDescriptor, value: unknown, path: string): unknown {
  const [name, ...rest] = path.split(".");
  const field = descriptor.fields.find((each) => each.name === name)!;
  const own = value !== undefined && Object.hasOwn(value as object, name!) ? (value as never)[name!] : undefined;
  return rest.length === 0 ? (own ?? field.default) : leafOf(field.message!, own, rest.join("."));
}

function plusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(plusZero);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plusZero(each)]));
}

/** "ok" when the bytes are read, and what was read can be written and read again; or refused as they should be. */
function outcome(type: MessageType, bytes: Uint8Array): string {
  let value: Record<string, unknown>;
  try {
    value = type.decode(bytes);
  } catch (error) {
    const { name, code, details } = error as { name?: string; code?: string; details?: { offset?: number } };
    const placed = typeof details?.offset === "number" && details.offset >= 0 && details.offset <= bytes.length;
    return name === "MalformedError" && code?.startsWith("MSG_") === true && placed ? "ok" : `threw ${String(error)}`;
  }
  const once = type.encode(value);
  const twice = type.encode(type.decode(once));
  type.toJSON(value);
  type.toText(value);
  return Buffer.from(once).equals(Buffer.from(twice)) ? "ok" : "does not settle";
}

function attempt(type: MessageType, bytes: Uint8Array): unknown {
  try {
    return type.decode(bytes);
  } catch (error) {
    return String(error);
  }
}

test("any bytes at all are read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      for (const type of [sink, sink3]) expect(outcome(type, bytes)).toBe("ok");
    }),
    { numRuns: 2000 },
  );
});
