import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import * as bridge from "./bridge.ts";
import type { Message } from "./schema.ts";
import { MalformedFrameError } from "./wire.ts";

const root = await new protobuf.Root().load(
  fileURLToPath(new URL("../../../../proto/delos/bridge.proto", import.meta.url)),
  { keepCase: true },
);
const types = root.lookup("delos.bridge") as protobuf.Namespace;
const ours = Object.entries(bridge as Readonly<Record<string, unknown>>).filter(
  (entry): entry is [string, Message<unknown>] => typeof entry[1] === "object" && "decode" in (entry[1] ?? {}),
);

describe("the page's tables and proto/delos/bridge.proto", () => {
  test("name the same messages", () => {
    const theirs = types.nestedArray.filter((type) => type instanceof protobuf.Type).map((type) => type.name);
    expect(ours.map(([name]) => name).sort()).toEqual(theirs.sort());
  });

  test.for(ours)("agree on every field of %s", ([name, message]) => {
    const fields = types.lookupType(name).fieldsArray;
    expect(Object.fromEntries(Object.entries(message.fields).map(([field, { number }]) => [field, number]))).toEqual(
      Object.fromEntries(fields.map((field) => [field.name, field.id])),
    );
  });
});

/** Random values of a protobufjs type; 64-bit counters stay below 2^53, as on a page. */
function valuesOf(type: protobuf.Type): fc.Arbitrary<Record<string, unknown>> {
  const fields = type.fieldsArray.map((field) => {
    field.resolve();
    const single = singleValue(field);
    const arbitrary = field.repeated ? fc.array(single, { maxLength: 6 }) : single;
    return [field.name, fc.option(arbitrary, { nil: undefined, freq: 4 })] as const;
  });
  return fc
    .record(Object.fromEntries(fields))
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, present]) => present !== undefined)));
}

function singleValue(field: protobuf.Field): fc.Arbitrary<unknown> {
  if (field.resolvedType instanceof protobuf.Type) return valuesOf(field.resolvedType);
  if (field.resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(field.resolvedType.values));
  switch (field.type) {
    case "double":
      return fc.double();
    case "string":
      return fc.string({ unit: "grapheme" });
    case "bool":
      return fc.boolean();
    case "bytes":
      return fc.uint8Array({ maxLength: 20 });
    case "uint32":
      return fc.nat(0xffffffff);
    case "sint32":
      return fc.integer();
    default:
      return fc.nat(Number.MAX_SAFE_INTEGER);
  }
}

const Frame = types.lookupType("Frame");
const Command = types.lookupType("Command");

test("reads any frame as protobufjs reads it", () => {
  fc.assert(
    fc.property(valuesOf(Frame), (value) => {
      const bytes = Frame.encode(Frame.fromObject(value)).finish();
      const theirs = Frame.toObject(Frame.decode(bytes), { longs: Number, enums: Number });
      expect(withoutZeros(bridge.Frame.decode(bytes))).toEqual(withoutZeros(theirs));
    }),
  );
});

test("writes frames that protobufjs reads back", () => {
  fc.assert(
    fc.property(valuesOf(Frame), (value) => {
      const frame = bridge.Frame.decode(Frame.encode(Frame.fromObject(value)).finish());
      const theirs = Frame.toObject(Frame.decode(bridge.Frame.encode(frame)), { longs: Number, enums: Number });
      expect(withoutZeros(theirs)).toEqual(withoutZeros(frame));
    }),
  );
});

test("frames joined by their bytes are one frame, merged as protobufjs merges them", () => {
  fc.assert(
    fc.property(valuesOf(Frame), valuesOf(Frame), (first, second) => {
      const parts = [first, second].map((value) => Frame.encode(Frame.fromObject(value)).finish());
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const theirs = Frame.toObject(Frame.decode(bytes), { longs: Number, enums: Number });
      expect(withoutZeros(bridge.Frame.decode(bytes))).toEqual(withoutZeros(theirs));
    }),
  );
});

test("writes every command as protobufjs does", () => {
  const command = fc.oneof(
    ...Command.fieldsArray.map((field) => singleValue(field).map((value) => ({ [field.name]: value }))),
  );
  fc.assert(
    fc.property(command, (value) => {
      expect([...bridge.Command.encode(value)]).toEqual([...Command.encode(value).finish()]);
    }),
  );
});

test("keeps a command's false, zero and empty text: in a oneof they mean something", () => {
  expect(Command.toObject(Command.decode(bridge.Command.encode({ play: false })))).toEqual({ play: false });
  expect(Command.toObject(Command.decode(bridge.Command.encode({ inspect: "" })))).toEqual({ inspect: "" });
  expect(Command.toObject(Command.decode(bridge.Command.encode({ seek_s: 0 })))).toEqual({ seek_s: 0 });
  expect(Command.toObject(Command.decode(bridge.Command.encode({ rate: Infinity })))).toEqual({ rate: Infinity });
});

test("passes over fields of a newer server", () => {
  const newer = protobuf
    .parse(
      `syntax = "proto3"; message Newer { Extra extra = 900; fixed32 a = 901; fixed64 b = 902; uint64 c = 903; Hello hello = 1; }
     message Extra { string text = 1; } message Hello { string title = 2; }`,
    )
    .root.lookupType("Newer");
  const bytes = newer.encode({ extra: { text: "x" }, a: 1, b: 2, c: 3, hello: { title: "drive" } }).finish();
  expect(bridge.Frame.decode(bytes).hello?.title).toBe("drive");
});

const sample = bridge.Frame.encode({
  hello: { server: "delos 0.1.0", title: "garage", can_control: true, role: 0, can_open: false },
  series: [{ id: "speed", time_s: [1, 2], value: [3, 4] }],
  density: { topics: ["/a"], buckets: 3, counts: [1, 300, 70000] },
});

test("every cut of a frame is read or refused, never anything else", () => {
  for (let length = 0; length < sample.length; length++) expectReadOrRefused(sample.subarray(0, length));
});

test("any bytes are read or refused, never anything else", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectReadOrRefused(bytes)));
});

function expectReadOrRefused(bytes: Uint8Array): void {
  for (const message of [bridge.Frame, bridge.Command, bridge.TopicList]) {
    try {
      expect(message.decode(bytes)).toBeTypeOf("object");
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedFrameError);
    }
  }
}

/** proto3 cannot tell an absent zero from a written one; both sides are compared without them. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros);
  if (value instanceof Uint8Array) return [...value];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined && v !== "" && v !== 0 && v !== false && !isEmpty(v))
      .map(([key, v]) => [key, withoutZeros(v)]),
  );
}

function isEmpty(value: unknown): boolean {
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
}
