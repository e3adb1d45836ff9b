import type { JsonValue } from "@delos/core";
import { describe, expect, test } from "vitest";
import { apollo, foxglove, google } from "./index.ts";

const { Header, PointENU } = apollo.common;
const { Chassis } = apollo.canbus;

test("names of the proto, big integers as strings, enums by name, bytes as base64, absent fields absent", () => {
  const header = {
    timestamp_sec: 1.5,
    lidar_timestamp: 2n ** 64n - 1n,
    status: { error_code: 3000, msg: "" },
  } as const;
  expect(Header.toJSON(header)).toEqual({
    timestamp_sec: 1.5,
    lidar_timestamp: "18446744073709551615",
    status: { error_code: "LOCALIZATION_ERROR", msg: "" },
  });
  expect(google.protobuf.Any.toJSON({ value: Uint8Array.of(255, 254, 253, 252) })).toEqual({ value: "//79/A==" });
  expect(apollo.planning.ADCTrajectory.toJSON({ adc_trajectory_point: [] })).toEqual({});
});

test("a set NaN is a string, as infinities are; an absent one is absent", () => {
  expect(PointENU.toJSON({ x: Number.NaN, y: -Infinity })).toEqual({ x: "NaN", y: "-Infinity" });
  expect(PointENU.fromJSON({ x: "NaN", y: "-Infinity" })).toEqual({ x: Number.NaN, y: -Infinity });
  expect(PointENU.toJSON(PointENU.decode(new Uint8Array()))).toEqual({});
});

test("fields stand in the order of the proto, whatever the order they were set in", () => {
  expect(JSON.stringify(PointENU.toJSON({ z: 3, x: 1 }))).toBe('{"x":1,"z":3}');
});

test("a message with unset values made by hand: undefined and null are absent", () => {
  expect(PointENU.toJSON({ x: undefined, y: 1 })).toEqual({ y: 1 });
  expect(PointENU.fromJSON({ x: null, y: 1 })).toEqual({ y: 1 });
});

describe("reads what protobuf's own JSON mapping allows", () => {
  test.for<[string, JsonValue, object]>([
    ["camelCase names", { timestampSec: 1 }, { timestamp_sec: 1 }],
    [
      "numbers in strings",
      { timestamp_sec: "1.5", version: "7", lidar_timestamp: "9" },
      { timestamp_sec: 1.5, version: 7, lidar_timestamp: 9n },
    ],
    ["small 64-bit integers as numbers", { lidar_timestamp: 9 }, { lidar_timestamp: 9n }],
    ["enums by number", { status: { error_code: 1000 } }, { status: { error_code: 1000 } }],
  ])("%s", ([, json, expected]) => {
    expect(Header.fromJSON(json)).toEqual(expected);
  });

  test("both alphabets of base64, with and without padding", () => {
    for (const value of ["//79/A==", "__79_A==", "//79/A", "__79_A"])
      expect(google.protobuf.Any.fromJSON({ value })).toEqual({ value: Uint8Array.of(255, 254, 253, 252) });
  });
});

describe("times", () => {
  const { Timestamp, Duration } = google.protobuf;
  test.for<[JsonValue, bigint, number]>([
    ["1970-01-01T00:00:00Z", 0n, 0],
    ["2026-01-02T03:04:05.000000006Z", 1767323045n, 6],
    ["2026-01-02T03:04:05.5+01:00", 1767319445n, 500_000_000],
    ["1969-12-31T23:59:59.25Z", -1n, 250_000_000],
    [{ sec: 5, nsec: 7 }, 5n, 7],
    [{ seconds: "5", nanos: 7 }, 5n, 7],
  ])("%j", ([json, seconds, nanos]) => {
    expect(Timestamp.fromJSON(json)).toEqual({ seconds, nanos });
  });

  test("spans", () => {
    expect(Duration.fromJSON("1.5s")).toEqual({ seconds: 1n, nanos: 500_000_000 });
    expect(Duration.fromJSON("-0.25s")).toEqual({ seconds: 0n, nanos: -250_000_000 });
    expect(Duration.fromJSON({ nsec: 3 })).toEqual({ seconds: 0n, nanos: 3 });
    expect(Duration.toJSON({ seconds: 1n })).toEqual({ seconds: "1" });
  });

  test("inside other messages; what is no time is refused by name", () => {
    expect(foxglove.Log.fromJSON({ timestamp: "1970-01-01T00:00:01Z" })).toEqual({
      timestamp: { seconds: 1n, nanos: 0 },
    });
    expect(() => foxglove.Log.fromJSON({ timestamp: "yesterday" })).toThrow(
      "foxglove.Log.timestamp takes a time such as",
    );
    expect(() => Timestamp.fromJSON("2026-13-01T00:00:00Z")).toThrow("google.protobuf.Timestamp takes a time");
    expect(() => Duration.fromJSON("1.5")).toThrow("takes a span");
    expect(() => Timestamp.fromJSON({ sec: 1, min: 2 })).toThrow("no field min");
  });
});

describe("names the field that does not fit", () => {
  test.for<[string, JsonValue, string]>([
    [
      'apollo.common.Header.timestamp_sec takes a number, not the string "x"',
      { timestamp_sec: "x" },
      "MSG_WRONG_VALUE",
    ],
    ["apollo.common.Header.version takes an unsigned 32-bit integer", { version: 1.5 }, "MSG_WRONG_VALUE"],
    ["apollo.common.Header.version takes an unsigned 32-bit integer", { version: -1 }, "MSG_WRONG_VALUE"],
    [
      "apollo.common.Header.lidar_timestamp takes an unsigned 64-bit bigint",
      { lidar_timestamp: 2 ** 60 },
      "MSG_WRONG_VALUE",
    ],
    [
      "apollo.common.Header.lidar_timestamp takes an unsigned 64-bit bigint",
      { lidar_timestamp: "-1" },
      "MSG_WRONG_VALUE",
    ],
    ["apollo.common.Header.module_name takes a string", { module_name: 5 }, "MSG_WRONG_VALUE"],
    ["apollo.common.Header.status takes a JSON object, not an array", { status: [] }, "MSG_WRONG_VALUE"],
    [
      "apollo.common.Header.status.error_code takes one of OK, CONTROL_ERROR",
      { status: { error_code: "NO" } },
      "MSG_WRONG_VALUE",
    ],
    ["apollo.common.Header.status.error_code takes one of enum", { status: { error_code: 5 } }, "MSG_WRONG_VALUE"],
    ["apollo.common.StatusPb has no field mgs; did you mean msg?", { status: { mgs: 1 } }, "MSG_UNKNOWN_FIELD"],
    ["apollo.common.Header takes a JSON object, not null", null, "MSG_WRONG_VALUE"],
    ["is there twice", { timestamp_sec: 1, timestampSec: 2 }, "MSG_WRONG_VALUE"],
  ])("%s", ([message, json, code]) => {
    expect(() => Header.fromJSON(json)).toThrow(message);
    expect(() => Header.fromJSON(json)).toThrow(expect.objectContaining({ code }));
  });

  test("more", () => {
    expect(() => google.protobuf.Any.fromJSON({ value: "*" })).toThrow("takes a base64 string");
    expect(() => apollo.decision.MainDecision.fromJSON({ cruise: {}, stop: {} })).toThrow("cruise is set already");
    expect(() => apollo.drivers.gnss.gpgga.GPGGA.fromJSON({})).toThrow("required field");
    expect(() => Chassis.fromJSON({ speed_mps: 1e300 })).toThrow("range of a 32-bit float");
    expect(() => apollo.planning.ADCTrajectory.fromJSON({ adc_trajectory_point: {} })).toThrow("takes an array");
    expect(() => apollo.planning.ADCTrajectory.fromJSON({ adc_trajectory_point: [{ x: "a" }] })).toThrow(
      "apollo.planning.ADCTrajectory.adc_trajectory_point[0].x takes a number",
    );
    let deep: JsonValue = {};
    for (let i = 0; i < 200; i++) deep = { nested_type: [deep] };
    expect(() => google.protobuf.DescriptorProto.fromJSON(deep)).toThrow("nested more than 100 deep");
  });

  test("__proto__ in JSON is a name that no message has", () => {
    expect(() => Header.fromJSON(JSON.parse('{"__proto__": {"version": 1}}'))).toThrow("has no field __proto__");
  });
});
