import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { apollo, google } from "./index.ts";
import { loadProto, loadProtoText } from "./proto.ts";

const folder = mkdtempSync(join(tmpdir(), "delos-proto-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function errorOf(run: () => unknown): object {
  try {
    run();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  return { message: "no error" };
}

const robot = write(
  "robots/proto/robot.proto",
  `syntax = "proto2";
  package robots;
  import "robots/proto/arm.proto";
  import public "google/protobuf/timestamp.proto";
  message Robot { optional string name = 1 [default = "R2"]; repeated Arm arms = 2; optional google.protobuf.Timestamp since = 3; }`,
);
write("robots/proto/arm.proto", "package robots; message Arm { optional float reach_m = 1 [default = nan]; }");

describe("files", () => {
  test("imports are found below the folders above the file", () => {
    const type = loadProto(robot).get("robots.Robot");
    const value = { arms: [{ reach_m: 1.5 }], since: { seconds: 5n } };
    expect(type.decode(type.encode(value))).toEqual(value);
    expect(type.get({}, "name")).toBe("R2");
    expect(type.descriptor.file.name).toBe("robots/proto/robot.proto");
    expect(type.descriptor.file.dependencies).toEqual(["robots/proto/arm.proto", "google/protobuf/timestamp.proto"]);
  });

  test("or below those that are given", () => {
    expect(loadProto([robot], { importPaths: [folder] }).names).toEqual([
      "google.protobuf.Timestamp",
      "robots.Arm",
      "robots.Robot",
    ]);
    expect(errorOf(() => loadProto(robot, { importPaths: [join(folder, "robots/proto")] }))).toEqual({
      code: "MSG_PROTO_IMPORT",
      message: "robot.proto imports robots/proto/arm.proto, which is not there",
    });
  });

  test("a file that is not there", () => {
    expect(errorOf(() => loadProto(join(folder, "none.proto")))).toMatchObject({ code: "MSG_PROTO_IMPORT" });
  });

  test("imports stay below their folders", () => {
    const file = write("a/escape.proto", 'import "../robots/proto/arm.proto";');
    expect(errorOf(() => loadProto(file, { importPaths: [join(folder, "a")] }))).toMatchObject({
      code: "MSG_PROTO_IMPORT",
    });
  });
});

describe("texts", () => {
  test("one alone, and several that import each other", () => {
    expect(loadProtoText("message M { optional int32 a = 1; }").names).toEqual(["M"]);
    const types = loadProtoText({
      "a.proto":
        'syntax = "proto3"; package p.q; import "b.proto"; message A { r.B b = 1; A.C c = 2; message C { .p.r.B d = 1; } }',
      "b.proto": 'syntax = "proto3"; package p.r; message B { map<string, E> m = 1; enum E { Z = 0; } }',
    });
    expect(types.names).toEqual(["p.q.A", "p.q.A.C", "p.r.B"]);
    const value = { b: { m: new Map([["k", 0]]) }, c: { d: {} } };
    expect(types.get("p.q.A").decode(types.get("p.q.A").encode(value))).toEqual(value);
  });

  test.for([
    ["MSG_PROTO_SYNTAX", "message M { optional int32 = 1; }", "illegal"],
    ["MSG_PROTO_SYNTAX", "message M { int32 a = 1; }", "line 1"],
    ["MSG_PROTO_SYNTAX", 'syntax = "proto4"; message M {}', "proto4"],
    ["MSG_PROTO_SYNTAX", 'edition = "2023"; message M {}', "editions are not known"],
    ["MSG_PROTO_SYNTAX", "message M { optional int32 __proto__ = 1; }", "__proto__"],
    ["MSG_PROTO_SYNTAX", "message M {", "message.proto"],
    ["MSG_BAD_DESCRIPTOR", "message M { optional Nothing a = 1; }", "M.a is a Nothing, which is defined nowhere"],
    ["MSG_BAD_DESCRIPTOR", "message M { optional int32 a = 0; }", "number 0"],
    ["MSG_PROTO_SYNTAX", "message M { optional int32 a = 1; optional int32 b = 1; }", "duplicate id 1"],
    ["MSG_BAD_DESCRIPTOR", "enum E {}", "E has no value"],
  ] as const)("%s: %s", ([code, text, message]) => {
    expect(errorOf(() => loadProtoText(text))).toMatchObject({ message: expect.stringContaining(message) });
    expect(errorOf(() => loadProtoText(text))).toMatchObject({ code });
  });

  test("a circle of imports", () => {
    expect(errorOf(() => loadProtoText({ "a.proto": 'import "b.proto";', "b.proto": 'import "a.proto";' }))).toEqual({
      code: "MSG_PROTO_IMPORT",
      message: "a.proto imports b.proto imports a.proto: a circle",
    });
  });

  test("the inner of two types of one name is meant", () => {
    const type = loadProtoText(`package a; message T { optional int32 outer = 1; }
      message M { message T { optional int32 inner = 1; } optional T one = 1; optional .a.T two = 2; optional a.T three = 3; }`);
    const fields = type.get("a.M").descriptor.fields.map((field) => field.message?.name);
    expect(fields).toEqual(["a.M.T", "a.T", "a.T"]);
  });

  test("proto3 optional is presence, a oneof of one is none", () => {
    const type = loadProtoText(
      'syntax = "proto3"; message M { optional int32 a = 1; int32 b = 2; oneof o { int32 c = 3; } }',
    ).get("M");
    expect(type.descriptor.fields.map((field) => [field.presence, field.oneof])).toEqual([
      [true, undefined],
      [false, undefined],
      [true, "o"],
    ]);
    expect(type.descriptor.oneofs).toEqual(["o"]);
    expect(type.encode({ a: 0, b: 0, c: 0 })).toEqual(Uint8Array.of(8, 0, 24, 0));
  });

  test("what is told of a field", () => {
    const type = loadProtoText(`message M {
      repeated int32 p = 1 [packed = true, deprecated = true]; optional E e = 2 [default = B]; optional int64 big = 3 [default = -5, json_name = "large"];
      optional bytes raw = 4 [default = "a\\\\b"]; required float f = 5 [default = 1e10]; enum E { option allow_alias = true; A = 1; B = 2; C = 2; } }`).get(
      "M",
    );
    const [p, e, big, raw, f] = type.descriptor.fields;
    expect(p).toMatchObject({ label: "repeated", type: "int32", packed: true, deprecated: true, default: undefined });
    expect(e).toMatchObject({ type: "enum", default: 2, hasDefault: true });
    expect(e?.enum?.nameOf(2)).toBe("B");
    expect(e?.enum?.numberOf("C")).toBe(2);
    expect(big).toMatchObject({ default: -5n, jsonName: "large" });
    expect(raw?.default).toEqual(new TextEncoder().encode("a\\b"));
    expect(f).toMatchObject({ label: "required", default: 1e10 });
  });
});

test("a foreign copy of a known type is its own type with the same bytes", () => {
  const text = "package apollo.common; message PointENU { optional double x = 1; }";
  const type = loadProtoText(text).get("apollo.common.PointENU");
  expect(type).not.toBe(apollo.common.PointENU);
  expect(type.encode(type.decode(apollo.common.PointENU.encode({ x: 1, y: 2 })))).toEqual(
    apollo.common.PointENU.encode({ x: 1, y: 2 }),
  );
  expect(google.protobuf.Timestamp.encode({ seconds: -1n })).toHaveLength(11);
});
