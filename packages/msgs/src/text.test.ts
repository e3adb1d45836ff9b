import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apollo } from "./index.ts";
import { loadProtoText } from "./proto.ts";

const { ADCTrajectory } = apollo.planning;
const { Header } = apollo.common;
const { ControlConf, LatControllerConf } = apollo.control;
const { HMIConfig } = { HMIConfig: apollo.hmi.Config };

function errorOf(run: () => unknown): object {
  try {
    run();
  } catch (error) {
    const { name, code, message, details } = error as Error & { code: string; details: object };
    return { name, code, message, ...details };
  }
  return {};
}

test("prints nested messages, lists, enums by name, strings with escapes, floats as short as they may be", () => {
  const text = ADCTrajectory.toText({
    header: {
      module_name: 'a "quote"\n\\ tab\t é \u0001',
      status: { error_code: 1000 },
      lidar_timestamp: 2n ** 64n - 1n,
    },
    total_path_length: 1e21,
    adc_trajectory_point: [{ x: -0, y: 0.1, z: Number.NaN }, {}],
    estop: { is_estop: false },
  });
  expect(text).toBe(`header {
  module_name: "a \\"quote\\"\\n\\\\ tab\\t é \\001"
  lidar_timestamp: 18446744073709551615
  status {
    error_code: CONTROL_ERROR
  }
}
total_path_length: 1e+21
adc_trajectory_point {
  x: -0
  y: 0.1
  z: nan
}
adc_trajectory_point {
}
estop {
  is_estop: false
}
`);
  expect(apollo.canbus.Chassis.toText({ speed_mps: Math.fround(0.1), odometer_m: Infinity })).toBe(
    "speed_mps: 0.1\nodometer_m: inf\n",
  );
});

describe("reads every way of writing", () => {
  test.for([
    ["a message with and without colon", "status { msg: 'x' }", { status: { msg: "x" } }],
    ["", "status: { msg: 'x' }", { status: { msg: "x" } }],
    ["angle brackets", "status: < msg: 'x' >", { status: { msg: "x" } }],
    [
      "separators",
      "version: 3; timestamp_sec: 1, status { msg: 'x', error_code: OK; }",
      { version: 3, timestamp_sec: 1, status: { msg: "x", error_code: 0 } },
    ],
    ["comments, line ends and tabs", "# all\r\nversion:\t3 # three\n#\n# end", { version: 3 }],
    ["everything on one line", "version:3 timestamp_sec:1", { version: 3, timestamp_sec: 1 }],
    ["an enum by number", "status { error_code: 1000 }", { status: { error_code: 1000 } }],
    ["concatenated strings", "module_name: 'a' \"b\"\n  'c'", { module_name: "abc" }],
    ["hexadecimal and octal", "version: 0x1F sequence_num: 017", { version: 31, sequence_num: 15 }],
    [
      "big integers",
      "lidar_timestamp: 18446744073709551615 camera_timestamp: 0xffffffffffffffff",
      { lidar_timestamp: 2n ** 64n - 1n, camera_timestamp: 2n ** 64n - 1n },
    ],
    ["numbers with a point, an exponent, an f", "timestamp_sec: .5e+1", { timestamp_sec: 5 }],
    ["", "timestamp_sec: 5.", { timestamp_sec: 5 }],
    ["", "timestamp_sec: 1.5F", { timestamp_sec: 1.5 }],
    ["a minus apart", "timestamp_sec: - 3", { timestamp_sec: -3 }],
    ["infinities", "timestamp_sec: -Infinity", { timestamp_sec: -Infinity }],
    ["not a number", "timestamp_sec: NaN", { timestamp_sec: Number.NaN }],
    [
      "escapes of all kinds",
      String.raw`module_name: "\a\b\f\n\r\t\v\?\'\"\\ \101\x41\u00e9\U0001F600 \303\251"`,
      { module_name: "\x07\b\f\n\r\t\v?'\"\\ AAé😀 é" },
    ],
    ["nothing", "  \n", {}],
    ["a byte order mark", "\ufeffversion: 1", { version: 1 }],
  ] as const)("%s %s", ([, text, expected]) => {
    expect(Header.fromText(text)).toEqual(expected);
  });

  test("lists in brackets, also of messages, together with single ones", () => {
    expect(LatControllerConf.fromText("matrix_q: [1, 2.5]\nmatrix_q: 3 matrix_q: []")).toEqual({
      matrix_q: [1, 2.5, 3],
    });
    expect(ADCTrajectory.fromText("adc_trajectory_point: [{x: 1}, <y: 2>] adc_trajectory_point { }")).toEqual({
      adc_trajectory_point: [{ x: 1 }, { y: 2 }, {}],
    });
    expect(ADCTrajectory.fromText("adc_path_point: []")).toEqual({ adc_path_point: [] });
  });

  test("booleans", () => {
    for (const [word, value] of [
      ["true", true],
      ["True", true],
      ["t", true],
      ["1", true],
      ["false", false],
      ["False", false],
      ["f", false],
      ["0", false],
    ] as const)
      expect(apollo.planning.EStop.fromText(`is_estop: ${word}`)).toEqual({ is_estop: value });
  });

  test("bytes keep what is no text", () => {
    const { Transform } = apollo.common.config;
    expect(Transform.fromText(String.raw`source_frame: "\377\000a"`)).toEqual({
      source_frame: Uint8Array.of(255, 0, 97),
    });
  });
});

describe("errors say what and where", () => {
  test.for([
    [
      "an unknown field",
      "version: 1\n  modul_name: 'x'",
      "MSG_UNKNOWN_FIELD",
      2,
      3,
      "apollo.common.Header has no field modul_name; did you mean module_name?",
    ],
    [
      "an unknown field inside",
      "status {\n  mgs: 'x' }",
      "MSG_UNKNOWN_FIELD",
      2,
      3,
      "apollo.common.StatusPb has no field mgs; did you mean msg?",
    ],
    ["a missing colon", "version 1", "MSG_TEXT_SYNTAX", 1, 9, '":" is expected after version, not "1"'],
    [
      "an open message",
      "status {\n msg: 'x'",
      "MSG_TEXT_SYNTAX",
      2,
      10,
      '"}" is missing: apollo.common.StatusPb is still open, not the end',
    ],
    [
      "the wrong bracket",
      "status < msg: 'x' }",
      "MSG_TEXT_SYNTAX",
      1,
      19,
      'a field of apollo.common.StatusPb is expected, not "}"',
    ],
    [
      "a closing bracket too many",
      "version: 1 }",
      "MSG_TEXT_SYNTAX",
      1,
      12,
      "a field of apollo.common.Header is expected",
    ],
    ["an open string", "module_name: 'x\ny'", "MSG_TEXT_SYNTAX", 1, 14, "does not end on its line"],
    ["a bad escape", String.raw`module_name: "\q"`, "MSG_TEXT_SYNTAX", 1, 15, "no such escape"],
    ["escapes that are no UTF-8", String.raw`module_name: "\377"`, "MSG_BAD_UTF8", 1, 14, "do not make UTF-8"],
    ["an unknown enum value", "status { error_code: OKAY }", "MSG_WRONG_VALUE", 1, 22, "is one of OK, CONTROL_ERROR"],
    [
      "an enum number that is none",
      "status { error_code: 7 }",
      "MSG_WRONG_VALUE",
      1,
      22,
      "one of enum apollo.common.ErrorCode",
    ],
    ["a number too big", "version: 4294967296", "MSG_WRONG_VALUE", 1, 10, "an unsigned 32-bit integer"],
    ["a negative one", "version: -1", "MSG_WRONG_VALUE", 1, 10, "an unsigned 32-bit integer"],
    ["a fraction", "version: 1.5", "MSG_WRONG_VALUE", 1, 10, "is an integer (uint32), not 1.5"],
    [
      "a 64-bit integer too big",
      "lidar_timestamp: 18446744073709551616",
      "MSG_WRONG_VALUE",
      1,
      18,
      "an unsigned 64-bit bigint",
    ],
    ["a word for a number", "timestamp_sec: fast", "MSG_WRONG_VALUE", 1, 16, "is a number, not fast"],
    [
      "a string for a number",
      "timestamp_sec: '1'",
      "MSG_TEXT_SYNTAX",
      1,
      16,
      "a value for apollo.common.Header.timestamp_sec is expected",
    ],
    ["a number for a string", "module_name: 1", "MSG_TEXT_SYNTAX", 1, 14, "a quoted string"],
    ["a number for a message", "status: 1", "MSG_TEXT_SYNTAX", 1, 9, '"{" is expected'],
    ["the same field twice", "version: 1 version: 2", "MSG_WRONG_VALUE", 1, 12, "is there twice"],
    ["a sign that means nothing", "version: 1 % 2", "MSG_TEXT_SYNTAX", 1, 12, '"%" has no meaning here'],
    ["letters glued to a number", "version: 1x", "MSG_TEXT_SYNTAX", 1, 10, "1x is no number"],
    ["an extension", "[a.b]: 1", "MSG_TEXT_SYNTAX", 1, 1, "extensions"],
  ] as const)("%s", ([, text, code, line, column, message]) => {
    expect(errorOf(() => Header.fromText(text))).toMatchObject({
      name: "MalformedError",
      code,
      line,
      column,
      message: expect.stringContaining(`line ${line}, column ${column}: `),
    });
    expect(() => Header.fromText(text)).toThrow(message);
  });

  test("a required field that is not there", () => {
    expect(errorOf(() => apollo.common.adapter.AdapterManagerConfig.fromText("config { type: GPS }"))).toMatchObject({
      code: "MSG_REQUIRED_MISSING",
    });
  });

  test("two members of a oneof", () => {
    const text = "cruise {}\nnot_ready {}";
    expect(errorOf(() => apollo.decision.MainDecision.fromText(text))).toMatchObject({ code: "MSG_ONEOF", line: 2 });
  });

  test("nesting without end", () => {
    const type = loadProtoText('syntax = "proto2"; message M { optional M m = 1; }').get("M");
    expect(errorOf(() => type.fromText("m {".repeat(100_000)))).toMatchObject({ code: "MSG_TOO_DEEP" });
  });
});

test("fields of a Delos superset that only text configuration of Apollo 1.5 names", () => {
  const conf = ControlConf.fromText(
    "lat_controller_conf { lat_err_gain_scheduler { scheduler { speed: 4 ratio: 1 } } } lon_controller_conf { pitch_angle_filter_conf { cutoff_freq: 5 } }",
  );
  expect(conf.lat_controller_conf?.lat_err_gain_scheduler?.scheduler).toEqual([{ speed: 4, ratio: 1 }]);
  expect(conf.lon_controller_conf?.pitch_angle_filter_conf).toEqual({ cutoff_freq: 5 });
  expect(HMIConfig.fromText("modules { name: 'GPS' }")).toEqual({ modules: [{ name: "GPS" }] });
});

test("any text is read or refused with line and column", () => {
  const good = `header { module_name: "a\\n" lidar_timestamp: 0x10 status < error_code: OK > }
    adc_trajectory_point: [{ x: -1.5e3 }, {}] # comment
    estop: { is_estop: true }; total_path_length: inf`;
  const piece = fc.constantFrom(
    "{",
    "}",
    "<",
    ">",
    "[",
    "]",
    ":",
    ",",
    ";",
    "-",
    '"',
    "'",
    "\\",
    "#",
    "\n",
    "0x",
    "1e",
    ".",
    "é",
    "header",
    "\u0000",
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length), fc.nat(3), fc.oneof(piece, fc.string({ maxLength: 5 }))), {
        minLength: 1,
        maxLength: 5,
      }),
      (edits) => {
        let text = good;
        for (const [at, cut, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + cut);
        try {
          const value = ADCTrajectory.fromText(text);
          expect(ADCTrajectory.fromText(ADCTrajectory.toText(value))).toEqual(value);
        } catch (error) {
          expect(error).toMatchObject({ name: "MalformedError", code: expect.stringMatching(/^MSG_/) });
          const { line, column } = (error as { details: { line: number; column: number } }).details;
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(text.split("\n").length);
          expect(column).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
