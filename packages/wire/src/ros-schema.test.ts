import { DelosError, MalformedError } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRos1, parseRos2, ros1Md5 } from "./ros-schema.ts";

const SEPARATOR = "=".repeat(80);

describe("ROS 1 text", () => {
  const text = [
    "# a comment",
    "Header header  # of std_msgs",
    "string GREETING= hello # not a comment ",
    "int32 LIMIT = -7 # a comment",
    "float64 HALF=0.5",
    "Part[] parts",
    "other_pkg/Part[2] two",
    "byte b",
    "char c",
    "time t",
    "duration[3] d",
    SEPARATOR,
    "MSG: my_pkg/Part",
    "uint8[] data",
    SEPARATOR,
    "MSG: other_pkg/Part",
    "int64 x",
    SEPARATOR,
    "MSG: std_msgs/Header",
    "uint32 seq",
    "time stamp",
    "string frame_id",
  ].join("\n");
  const type = parseRos1(text, "my_pkg/Whole");

  test("fields, arrays and names as genmsg resolves them", () => {
    const summary = type.fields.map(({ name, type: of }) => {
      const element = of.kind === "array" || of.kind === "sequence" ? of.element : of;
      const what = "name" in element ? element.name : element.kind;
      return `${name}: ${what}${of.kind === "array" ? `[${of.length}]` : of.kind === "sequence" ? "[]" : ""}`;
    });
    expect(summary).toEqual([
      "header: std_msgs/Header",
      "parts: my_pkg/Part[]",
      "two: other_pkg/Part[2]",
      "b: int8",
      "c: uint8",
      "t: time",
      "d: time[3]",
    ]);
  });

  test("a string constant reaches to the end of its line", () => {
    expect(type.constants).toEqual([
      { name: "GREETING", type: "string", value: "hello # not a comment" },
      { name: "LIMIT", type: "int32", value: -7 },
      { name: "HALF", type: "float64", value: 0.5 },
    ]);
  });

  test("a type that the text leaves out and nobody knows is named", () => {
    expect(() => parseRos1("foo/Bar x", "my_pkg/A")).toThrow(expect.objectContaining({ code: "WIRE_SCHEMA_UNKNOWN" }));
  });

  test("a type that contains itself is refused, by parser and checksum", () => {
    const loop = `B b\n${SEPARATOR}\nMSG: p/B\nA a\n`;
    expect(() => parseRos1(`${loop}${SEPARATOR}\nMSG: p/A\nB b`, "p/A")).toThrow(MalformedError);
    expect(() => ros1Md5(loop, "p/A")).toThrow(DelosError);
  });

  test.for(["x", "int32", "int32 1x", "int32[-1] x", "int32 A=b", "int32 x y", "string<=3[<=] s", "int32<=4 x"])(
    "refuses %o",
    (line) => {
      expect(() => parseRos1(line, "p/A")).toThrow(MalformedError);
    },
  );
});

describe("ROS 2 text", () => {
  test("bounds, defaults, constants, the names with msg in them", () => {
    const type = parseRos2(
      [
        "string<=5[<=3] names [\"a#\", 'b, c']  # comment",
        "int32[3] numbers [1, 2, -3]",
        "int64 big 9007199254740993",
        'string text "say \\"hi\\" # no comment"',
        "wstring<=4 wide",
        "bool on true",
        "uint8 HEX=0x1f",
        "std_msgs/msg/Header header",
        "builtin_interfaces/Time at",
        "byte b 255",
      ].join("\r\n"),
      "pkg/msg/Type",
    );
    expect(type.name).toBe("pkg/msg/Type");
    expect(type.fields.map(({ name, defaultValue }) => [name, defaultValue])).toEqual([
      ["names", ["a#", "b, c"]],
      ["numbers", [1, 2, -3]],
      ["big", 9007199254740993n],
      ["text", 'say "hi" # no comment'],
      ["wide", undefined],
      ["on", true],
      ["header", undefined],
      ["at", undefined],
      ["b", 255],
    ]);
    expect(type.fields[0]!.type).toEqual({
      kind: "sequence",
      bound: 3,
      element: { kind: "string", wide: false, bound: 5 },
    });
    expect(type.constants).toEqual([{ name: "HEX", type: "uint8", value: 31 }]);
  });

  test("a message without members has its one hidden byte", () => {
    expect(parseRos2("# nothing\n", "p/msg/Empty").fields).toMatchObject([{ hidden: true }]);
  });
});

test("any text is parsed or refused with a DelosError", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("int32 x", "string<=4 s", SEPARATOR, "MSG: a/B", "B b", "Header h", "A[] a", "uint8 X=300", "x"),
  );
  fc.assert(
    fc.property(fc.array(line), fc.boolean(), (lines, second) => {
      try {
        (second ? parseRos2 : parseRos1)(lines.join("\n"), "a/A");
      } catch (error) {
        expect(error).toBeInstanceOf(DelosError);
      }
    }),
  );
});
