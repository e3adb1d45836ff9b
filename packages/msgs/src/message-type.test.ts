import { type JsonValue, MalformedError } from "@delos/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  apollo,
  fieldReader,
  foxglove,
  google,
  loadDescriptorSet,
  type MessageType,
  messageTypes,
  unknownFields,
} from "./index.ts";
import { loadProtoText } from "./proto.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/[\s|]/g, ""), "hex"));
const { Chassis } = apollo.canbus;
const { Header, PointENU, StatusPb } = apollo.common;
const { LocalizationEstimate } = apollo.localization;

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { offset?: number } };
    return details?.offset === undefined ? code : [code, details.offset];
  }
  return "no error";
}

describe("wire bytes, computed by hand", () => {
  test("doubles, a string, varints, a nested message", () => {
    const bytes = hex(`
      0a 1e | 09 000000000000f83f | 12 05 68656c6c6f | 18 ac02 | 20 ffffffffffffffffff01
      12 0b | 0a 09 | 09 000000000000f0bf
      21 0000000000000000`);
    const value = {
      header: { timestamp_sec: 1.5, module_name: "hello", sequence_num: 300, lidar_timestamp: 2n ** 64n - 1n },
      pose: { position: { x: -1 } },
      measurement_time: 0,
    };
    expect(LocalizationEstimate.decode(bytes)).toEqual(value);
    expect(LocalizationEstimate.encode(value)).toEqual(bytes);
  });

  test("32-bit floats, a negative int32 of ten bytes, booleans, enums", () => {
    const bytes = hex("18 01 | 2d 00006040 | 38 ffffffffffffffffff01 | a801 04");
    const value = { engine_started: true, speed_mps: 3.5, fuel_range_m: -1, driving_mode: 4 } as const;
    expect(Chassis.encode(value)).toEqual(bytes);
    expect(Chassis.decode(bytes)).toEqual(value);
  });

  test("repeated numbers one by one where the source does not say packed, and as a block where it does", () => {
    const { LatControllerConf } = apollo.control;
    expect(LatControllerConf.encode({ matrix_q: [1, 2] })).toEqual(hex("59 000000000000f03f 59 0000000000000040"));
    const { PerceptionObstacle } = apollo.perception;
    expect(PerceptionObstacle.encode({ point_cloud: [1, 2] })).toEqual(hex("62 10 000000000000f03f 0000000000000040"));
    expect(PerceptionObstacle.encode({ point_cloud: [] })).toEqual(hex(""));
  });

  test("both forms of repeated numbers are read, mixed as well", () => {
    const { LatControllerConf } = apollo.control;
    const mixed = hex("59 000000000000f03f | 5a 10 0000000000000040 0000000000000840 | 59 0000000000001040");
    expect(LatControllerConf.decode(mixed)).toEqual({ matrix_q: [1, 2, 3, 4] });
  });

  test("fields go out in the order of their numbers, whatever the order they were set in", () => {
    expect(PointENU.encode({ z: 3, x: 1 })).toEqual(hex("09 000000000000f03f 19 0000000000000840"));
  });
});

describe("presence", () => {
  test("a field set to its default is written; one that is not set is not", () => {
    expect(Header.encode({ version: 1 })).toEqual(hex("38 01"));
    expect(Header.encode({ version: undefined })).toEqual(hex(""));
    expect(PointENU.encode({ x: Number.NaN })).toEqual(hex("09 000000000000f87f"));
  });

  test("what is absent is absent after decoding, and get gives its meaning", () => {
    const point = PointENU.decode(hex(""));
    expect(Object.keys(point)).toEqual([]);
    expect(point.x).toBeUndefined();
    expect(PointENU.get(point, "x")).toBeNaN();
    expect(PointENU.get(point, "z")).toBe(0);
    expect(Header.get({}, "version")).toBe(1);
    expect(Header.get({}, "module_name")).toBe("");
    expect(Header.get({}, "lidar_timestamp")).toBe(0n);
    expect(Header.get({}, "status")).toEqual({});
    expect(Chassis.get({}, "gear_location")).toBe(Chassis.GearPosition.GEAR_NEUTRAL);
    expect(apollo.control.PadMessage.get({}, "action")).toBe(apollo.control.DrivingAction.STOP);
    expect(apollo.planning.ADCTrajectory.get({}, "adc_trajectory_point")).toEqual([]);
    expect(Chassis.get({ speed_mps: 2 }, "speed_mps")).toBe(2);
    expect(codeOf(() => Chassis.get({}, "speed" as never))).toBe("MSG_UNKNOWN_FIELD");
  });

  test("proto3: zeros are not written, but optional fields, messages and −0 are", () => {
    const { LocationFix, Vector3 } = foxglove;
    expect(Vector3.encode({ x: 0, y: -0, z: 0 })).toEqual(hex("11 0000000000000080"));
    expect(LocationFix.encode({ latitude: 0, heading: 0, color: {} })).toEqual(hex("42 00 51 0000000000000000"));
  });

  test("decoded messages are plain objects", () => {
    const value = LocalizationEstimate.decode(hex("12 0b 0a 09 09 000000000000f0bf"));
    expect(value).toStrictEqual({ pose: { position: { x: -1 } } });
    expect(structuredClone(value)).toStrictEqual(value);
  });
});

describe("unknown fields", () => {
  const future = hex("09 000000000000f03f | f83f 07 | 9a06 03 616263 | a10600000000000000aa | a50601020304");

  test("survive, at the end of their message, in the order they came", () => {
    const point = PointENU.decode(future);
    expect(point).toMatchObject({ x: 1 });
    expect(unknownFields(point)).toEqual(future.subarray(9));
    expect(PointENU.encode({ ...point, y: 0 })).toEqual(
      new Uint8Array([...future.subarray(0, 9), ...hex("11 0000000000000000"), ...future.subarray(9)]),
    );
  });

  test("inside nested messages, too", () => {
    const nested = new Uint8Array([...hex("12 24 0a 22"), ...future.subarray(0, 34)]);
    expect(LocalizationEstimate.encode(LocalizationEstimate.decode(nested))).toEqual(nested);
  });

  test("many of them take memory and time in proportion", () => {
    const many = new Uint8Array(300_000);
    for (let i = 0; i < many.length; i += 3) many.set([0xf8, 0x3f, i & 0x7f], i);
    const point = PointENU.decode(many);
    expect(Buffer.compare(unknownFields(point)!, many)).toBe(0);
    expect(Buffer.compare(PointENU.encode(point), many)).toBe(0);
  });

  test("groups, and a known number with another wire type", () => {
    const group = hex("f33f | 08 01 | 13 14 | f43f");
    expect(PointENU.encode(PointENU.decode(group))).toEqual(group);
    const varintAsX = hex("08 05");
    expect(PointENU.decode(varintAsX)).not.toHaveProperty("x");
    expect(PointENU.encode(PointENU.decode(varintAsX))).toEqual(varintAsX);
  });

  test("a number that a proto2 enum does not know is one of them; proto3 keeps it as the value", () => {
    const code = StatusPb.decode(hex("08 e707 12 02 6869"));
    expect(code).toMatchObject({ msg: "hi" });
    expect(code).not.toHaveProperty("error_code");
    expect(StatusPb.encode(code)).toEqual(hex("12 02 6869 08 e707"));
    const deletion = foxglove.SceneEntityDeletion.decode(hex("10 63"));
    expect(deletion).toEqual({ type: 99 });
    expect(foxglove.SceneEntityDeletion.encode(deletion)).toEqual(hex("10 63"));
  });

  test("in a block of enums the known ones are values and the others unknown", () => {
    const type = loadProtoText(
      'syntax = "proto2"; message M { enum E { A = 1; B = 2; } repeated E e = 1 [packed = true]; }',
    ).get("M");
    const value = type.decode(hex("0a 04 01 07 02 09"));
    expect(value).toMatchObject({ e: [1, 2] });
    expect(type.encode(value)).toEqual(hex("0a 02 01 02 | 08 07 08 09"));
  });

  test("are carried by create and not shown by JSON or text", () => {
    const point = PointENU.create(PointENU.decode(future));
    expect(PointENU.encode(point)).toEqual(future);
    expect(PointENU.toJSON(point)).toEqual({ x: 1 });
    expect(PointENU.toText(point)).toBe("x: 1\n");
  });
});

describe("several times the same field", () => {
  test("the last number counts, messages are merged, lists grow", () => {
    const bytes = hex("38 02 38 03 | 42 02 08 00 | 42 04 12 02 6869");
    expect(Header.decode(bytes)).toEqual({ version: 3, status: { error_code: 0, msg: "hi" } });
  });

  test("of a oneof the last member counts", () => {
    const { MainDecision } = apollo.decision;
    const bytes = new Uint8Array([...MainDecision.encode({ cruise: {} }), ...MainDecision.encode({ not_ready: {} })]);
    expect(MainDecision.decode(bytes)).toEqual({ not_ready: {} });
  });
});

describe("maps and groups, which only foreign types have", () => {
  const type = loadProtoText(`syntax = "proto2"; message M {
    map<string, int32> counts = 1;
    map<uint64, M> children = 2;
    repeated group Item = 3 { optional int32 a = 1; repeated group Deep = 2 { optional string s = 1; } }
  }`).get("M");

  test("maps are Maps", () => {
    const bytes = hex(
      "0a 05 | 0a 01 61 10 01 | 0a 07 | 0a 09 | 5f5f".slice(0, 0) + "0a 05 0a 01 61 10 01 | 12 04 08 07 12 00",
    );
    const value = type.decode(bytes);
    expect(value).toEqual({ counts: new Map([["a", 1]]), children: new Map([[7n, {}]]) });
    expect(type.encode(value)).toEqual(bytes);
    expect(type.decode(hex("0a 00 12 00"))).toEqual({ counts: new Map([["", 0]]), children: new Map([[0n, {}]]) });
    expect(type.fromJSON(type.toJSON(value))).toEqual(value);
    expect(type.fromText(type.toText(value))).toEqual(value);
  });

  test("a key called __proto__ is a key", () => {
    const value = { counts: new Map([["__proto__", 1]]) };
    expect(type.decode(type.encode(value))).toEqual(value);
    const json = type.toJSON(value);
    expect(Object.keys(json["counts"] as object)).toEqual(["__proto__"]);
    expect(type.fromJSON(JSON.parse(JSON.stringify(json)))).toEqual(value);
  });

  test("groups end where their end tag is", () => {
    const value = { item: [{ a: 1, deep: [{ s: "x" }, {}] }, {}] };
    const bytes = hex("1b | 08 01 | 13 0a 01 78 14 | 13 14 | 1c | 1b 1c");
    expect(type.encode(value)).toEqual(bytes);
    expect(type.decode(bytes)).toEqual(value);
    expect(type.toText(value)).toContain("Item {\n  a: 1\n  Deep {");
    expect(type.fromText(type.toText(value))).toEqual(value);
    expect(codeOf(() => type.decode(bytes.subarray(0, 4)))).toEqual(["MSG_TRUNCATED", 4]);
    expect(codeOf(() => type.decode(hex("1b 24")))).toEqual(["MSG_BAD_TAG", 1]);
  });
});

describe("names that JavaScript uses itself", () => {
  // Written as a descriptor: recordings of strangers may hold any name, whatever parsers of sources think of it.
  const field = (name: string, number: number, type: number, label = 1, more: object = {}) => ({
    name,
    number,
    type,
    label,
    ...more,
  });
  const { Type, Label } = google.protobuf.FieldDescriptorProto;
  const set = google.protobuf.FileDescriptorSet.encode({
    file: [
      google.protobuf.FileDescriptorProto.create({
        name: "names.proto",
        message_type: [
          {
            name: "M",
            oneof_decl: [{ name: "o" }],
            field: [
              field("__proto__", 1, Type.TYPE_INT32),
              field("constructor", 2, Type.TYPE_STRING),
              field("toString", 3, Type.TYPE_MESSAGE, Label.LABEL_OPTIONAL, { type_name: ".M" }),
              field("hasOwnProperty", 4, Type.TYPE_INT32, Label.LABEL_REPEATED),
              field("valueOf", 5, Type.TYPE_INT32, Label.LABEL_OPTIONAL, { oneof_index: 0 }),
              field("isPrototypeOf", 6, Type.TYPE_INT32, Label.LABEL_OPTIONAL, { oneof_index: 0 }),
            ] as google.protobuf.FieldDescriptorProto[],
          },
        ],
      }),
    ],
  });
  const type = loadDescriptorSet(set).get("M");

  test("are fields like all others", () => {
    const bytes = hex("08 05 | 12 01 78 | 1a 02 08 07 | 20 01 20 02 | 30 09");
    const value = type.decode(bytes);
    expect(Object.keys(value)).toEqual(["__proto__", "constructor", "toString", "hasOwnProperty", "isPrototypeOf"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(type.encode(value)).toEqual(bytes);
    expect(type.encode({})).toEqual(hex(""));
    const json: JsonValue = JSON.parse(JSON.stringify(type.toJSON(value)));
    expect(type.encode(type.fromJSON(json))).toEqual(bytes);
    expect(type.encode(type.fromText(type.toText(value)))).toEqual(bytes);
    expect(type.encode(type.create(value))).toEqual(bytes);
    expect(type.get({}, "constructor")).toBe("");
    expect(type.decode(hex("28 01 30 02"))).toEqual({ isPrototypeOf: 2 });
  });
});

describe("malformed bytes", () => {
  test.for([
    ["a length beyond the end", "12 ff01 61", ["MSG_TRUNCATED", 1]],
    ["a length of 2^63", "12 ffffffffffffffff7f", ["MSG_TRUNCATED", 1]],
    ["a varint of eleven bytes", "18 ffffffffffffffffffff01", ["MSG_BAD_VARINT", 1]],
    ["a double cut short", "09 00000000000000", ["MSG_TRUNCATED", 1]],
    ["nothing behind a tag", "09", ["MSG_TRUNCATED", 1]],
    ["a tag cut short", "80", ["MSG_TRUNCATED", 1]],
    ["field number 0", "00", ["MSG_BAD_TAG", 0]],
    ["field number 0 with a long tag", "8000", ["MSG_BAD_TAG", 0]],
    ["a field number beyond 2^29", "ffffffffff0f", ["MSG_BAD_TAG", 0]],
    ["wire type 7", "0f", ["MSG_BAD_TAG", 0]],
    ["an end of group without a start", "f43f", ["MSG_BAD_TAG", 1]],
    ["a group without an end", "f33f 08 01", ["MSG_TRUNCATED", 4]],
    ["a nested message that reaches into what follows", "42 02 12 05 6869", ["MSG_TRUNCATED", 3]],
  ] as const)("%s", ([, bytes, expected]) => {
    expect(codeOf(() => Header.decode(hex(bytes)))).toEqual(expected);
    expect(() => Header.decode(hex(bytes))).toThrow(MalformedError);
  });

  test("messages nested without end are refused before the stack is", () => {
    const type = loadProtoText('syntax = "proto2"; message M { optional M m = 1; }').get("M");
    const nest = (depth: number): Uint8Array => {
      let bytes = new Uint8Array(0);
      for (let i = 0; i < depth; i++) {
        const { length } = bytes;
        const head = length < 0x80 ? [0x0a, length] : [0x0a, (length & 0x7f) | 0x80, length >> 7];
        bytes = new Uint8Array([...head, ...bytes]);
      }
      return bytes;
    };
    expect(type.encode(type.decode(nest(100)))).toEqual(nest(100));
    expect(codeOf(() => type.decode(nest(101)))).toEqual(["MSG_TOO_DEEP", expect.any(Number)]);
    expect(codeOf(() => type.decode(hex("f33f".repeat(5000))))).toEqual(["MSG_TOO_DEEP", expect.any(Number)]);
    const circle: Record<string, unknown> = {};
    circle["m"] = circle;
    expect(codeOf(() => type.encode(circle))).toBe("MSG_TOO_DEEP");
    expect(codeOf(() => type.create(circle))).toBe("MSG_TOO_DEEP");
  });

  test("a small message at the bottom counts as one level, too", () => {
    const type = loadProtoText(
      'syntax = "proto2"; message P { optional int32 x = 1; } message M { optional M m = 1; optional P p = 2; }',
    ).get("M");
    const nest = (depth: number): Record<string, unknown> => (depth === 0 ? { p: { x: -1 } } : { m: nest(depth - 1) });
    expect(type.decode(type.encode(nest(99)))).toEqual(nest(99));
    expect(codeOf(() => type.encode(nest(100)))).toBe("MSG_TOO_DEEP");
  });

  test("strings that are not UTF-8: proto3 refuses, proto2 reads the replacement character", () => {
    expect(codeOf(() => foxglove.GeoJSON.decode(hex("0a 02 c3 28")))).toEqual(["MSG_BAD_UTF8", 2]);
    expect(Header.decode(hex("12 02 c3 28"))).toEqual({ module_name: "\ufffd(" });
  });

  test("required fields", () => {
    const { GPGGA } = apollo.drivers.gnss.gpgga;
    expect(codeOf(() => GPGGA.decode(hex("")))).toEqual(["MSG_REQUIRED_MISSING", 0]);
    expect(codeOf(() => GPGGA.encode({} as never))).toBe("MSG_REQUIRED_MISSING");
    expect(GPGGA.decode(GPGGA.encode({ gpgga: "" }))).toEqual({ gpgga: "" });
  });
});

describe("buffers", () => {
  test("a decoded message does not refer to the bytes it came from", () => {
    const { Any } = google.protobuf;
    for (const bytes of [Any.encode({ value: Uint8Array.of(1, 2) }), Buffer.from("12020102", "hex")]) {
      const value = Any.decode(bytes);
      bytes.fill(0xff);
      expect(value).toStrictEqual({ value: Uint8Array.of(1, 2) });
    }
  });

  test("bytes may lie anywhere in a buffer, also one that threads share", () => {
    const text = "länger als vierundzwanzig Zeichen";
    const bytes = Header.encode({ timestamp_sec: 2.5, module_name: text });
    for (const memory of [new ArrayBuffer(100), new SharedArrayBuffer(100)]) {
      const place = new Uint8Array(memory, 3, bytes.length);
      place.set(bytes);
      expect(Header.decode(place)).toEqual({ timestamp_sec: 2.5, module_name: text });
    }
  });

  test("encodeInto says how much room is needed", () => {
    const room = new Uint8Array(5);
    expect(codeOf(() => PointENU.encodeInto({ x: 1 }, room))).toBe("MSG_NO_ROOM");
    expect(() => PointENU.encodeInto({ x: 1 }, room, 3)).toThrow("needs 9 bytes, 2 are there");
    expect(room).toEqual(new Uint8Array(5));
  });

  test("strings of every length and kind", () => {
    for (const unit of ["a", "ß", "漢", "𝄞"]) {
      for (let length = 0; length < 140; length++) {
        const value = { module_name: unit.repeat(length) };
        expect(Header.decode(Header.encode(value))).toEqual(value);
      }
    }
    expect(Header.decode(Header.encode({ module_name: "a\ud800" }))).toEqual({ module_name: "a\ufffd" });
  });

  test("an encoder called inside another one does not disturb it", () => {
    const outer = {
      get module_name() {
        return String(PointENU.encode({ x: 1, y: 2 }).length);
      },
      version: 7,
    };
    expect(Header.encode(outer)).toEqual(hex("12 02 3138 38 07"));
  });
});

describe("wrong values name their field", () => {
  test.for([
    ["apollo.common.Header.timestamp_sec takes a number", { timestamp_sec: "1" }],
    ["apollo.common.Header.sequence_num takes an unsigned 32-bit integer", { sequence_num: -1 }],
    ["apollo.common.Header.sequence_num", { sequence_num: 1.5 }],
    ["apollo.common.Header.lidar_timestamp takes an unsigned 64-bit bigint", { lidar_timestamp: 5 }],
    ["apollo.common.Header.lidar_timestamp", { lidar_timestamp: -5n }],
    ["apollo.common.Header.module_name takes a string", { module_name: 7 }],
    ["apollo.common.Header.status takes a apollo.common.StatusPb", { status: 7 }],
    ["msg takes a string", { status: { msg: false } }],
  ] as const)("%s", ([message, value]) => {
    expect(() => Header.encode(value as never)).toThrow(message);
    expect(() => Header.create(value as never)).toThrow(message.split(" takes")[1] ?? message);
  });

  test("create knows every field, encode leaves out what it does not know", () => {
    expect(() => Header.create({ modul_name: "x" } as never)).toThrow(
      "has no field modul_name; did you mean module_name?",
    );
    expect(() => Chassis.create({ driving_mode: 17 as never })).toThrow(
      "one of enum apollo.canbus.Chassis.DrivingMode",
    );
    const { MainDecision } = apollo.decision;
    expect(codeOf(() => MainDecision.create({ cruise: {}, stop: {} }))).toBe("MSG_ONEOF");
    for (const nothing of [null, undefined, 5, "x", []])
      for (const use of [(v: unknown) => Header.encode(v as never), (v: unknown) => Header.create(v as never)])
        expect(codeOf(() => use(nothing))).toBe("MSG_WRONG_VALUE");
  });

  test("create rounds 32-bit floats as the wire does", () => {
    const chassis = Chassis.create({ speed_mps: 0.1, steering_timestamp: 0.1 });
    expect(chassis).toEqual({ speed_mps: Math.fround(0.1), steering_timestamp: 0.1 });
    expect(Chassis.decode(Chassis.encode({ speed_mps: 0.1 }))).toEqual({ speed_mps: Math.fround(0.1) });
    expect(codeOf(() => Chassis.create({ speed_mps: 1e39 }))).toBe("MSG_WRONG_VALUE");
    expect(Chassis.create({ speed_mps: Infinity })).toEqual({ speed_mps: Infinity });
  });
});

test("types flow: a misspelt field or a wrong kind of value does not compile", () => {
  expectTypeOf(LocalizationEstimate).toExtend<MessageType<apollo.localization.LocalizationEstimate>>();
  expectTypeOf<apollo.localization.LocalizationEstimate["pose"]>().toEqualTypeOf<
    apollo.localization.Pose | undefined
  >();
  expectTypeOf<apollo.common.Header["lidar_timestamp"]>().toEqualTypeOf<bigint | undefined>();
  expectTypeOf<apollo.canbus.Chassis.DrivingMode>().toEqualTypeOf<0 | 1 | 2 | 3 | 4>();
  expectTypeOf(PointENU.get({}, "x")).toEqualTypeOf<number>();
  // @ts-expect-error pose has no field headng
  void (() => LocalizationEstimate.encode({ pose: { headng: 1 } }));
  // @ts-expect-error a 64-bit integer is a bigint
  void (() => Header.encode({ lidar_timestamp: 1 }));
  // @ts-expect-error no such number in this enum
  void (() => Chassis.encode({ driving_mode: 17 }));
  // @ts-expect-error no such type
  void (() => apollo.localization.LocalizationEstimat);
  // @ts-expect-error messages are shared by reference: readers do not change them
  void ((point: apollo.common.PointENU) => (point.x = 1));
  expect(Chassis.DrivingMode.COMPLETE_AUTO_DRIVE).toBe(1);
});

describe("fieldReader", () => {
  test("fills one object with the fields asked for, typed by their paths", () => {
    const reader = fieldReader(LocalizationEstimate, {
      x: "pose.position.x",
      z: "pose.position.z",
      who: "header.module_name",
      stampNs: "header.lidar_timestamp",
    });
    const bytes = LocalizationEstimate.encode({
      header: { module_name: "gnss" },
      pose: { position: { x: 2.5, y: 1 } },
    });
    const values = reader.read(bytes);
    expect(values).toEqual({ x: 2.5, z: PointENU.get({}, "z"), who: "gnss", stampNs: 0n });
    expect(reader.read(LocalizationEstimate.encode({}))).toBe(values);
    expect(values.who).toBe("");
    expectTypeOf(values).toEqualTypeOf<{
      readonly x: number;
      readonly z: number;
      readonly who: string;
      readonly stampNs: bigint;
    }>();
  });

  test("refuses paths that lead nowhere", () => {
    // @ts-expect-error -- no such field
    expect(codeOf(() => fieldReader(PointENU, { x: "w" }))).toBe("MSG_UNKNOWN_FIELD");
    // @ts-expect-error -- a message is no single value
    expect(codeOf(() => fieldReader(LocalizationEstimate, { pose: "pose" }))).toBe("USAGE");
    const any = messageTypes.get("apollo.common.Polygon");
    expect(codeOf(() => fieldReader(any, { x: "point.x" }))).toBe("USAGE");
    expect(codeOf(() => fieldReader(any, { x: "point" }))).toBe("USAGE");
    // @ts-expect-error -- not bytes
    expect(codeOf(() => fieldReader(PointENU, { x: "x" }).read("x"))).toBe("MSG_NOT_BYTES");
  });
});
