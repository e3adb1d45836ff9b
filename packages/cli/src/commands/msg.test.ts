import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { apollo } from "@delos/msgs";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../program.ts";
import { commands } from "./msg.ts";

class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

const folder = mkdtempSync(join(tmpdir(), "delos-msg-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `delos msg VERB …` in memory. */
async function msg(
  args: readonly string[],
  input: string | Uint8Array = "",
): Promise<{ status: number; bytes: Buffer; text: string }> {
  const out = new Sink();
  const [verb, ...rest] = args;
  const world = {
    out,
    err: new Sink(),
    in: new PassThrough().end(Buffer.from(input)),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  };
  const command = commands.find((each) => each.name === `msg ${verb}`)!;
  const status = await runCommand(command, rest, world);
  return { status, bytes: out.bytes, text: out.bytes.toString() };
}

const chassis = {
  speed_mps: 3.5,
  driving_mode: "COMPLETE_AUTO_DRIVE",
  header: { lidar_timestamp: "18446744073709551615" },
};
const bytes = Buffer.from(
  apollo.canbus.Chassis.encode({ speed_mps: 3.5, driving_mode: 1, header: { lidar_timestamp: 2n ** 64n - 1n } }),
);

describe("encode and decode", () => {
  test.for(["apollo.canbus.Chassis", "pb_msgs/Chassis"])("by the name %s", async (name) => {
    expect(await msg(["encode", name], JSON.stringify(chassis))).toMatchObject({ status: 0, bytes });
    const { text } = await msg(["decode", name, "--json"], bytes);
    expect(text.endsWith("}\n")).toBe(true);
    expect(text.trimEnd()).not.toContain("\n");
    expect(JSON.parse(text)).toEqual(chassis);
    expect(JSON.parse((await msg(["decode", name], bytes)).text)).toEqual(chassis);
  });

  test("text format", async () => {
    const text =
      "speed_mps: 3.5\ndriving_mode: COMPLETE_AUTO_DRIVE\nheader {\n  lidar_timestamp: 18446744073709551615\n}\n";
    expect(await msg(["encode", "pb_msgs/Chassis", "--text"], text)).toMatchObject({ bytes });
    expect(await msg(["decode", "pb_msgs/Chassis", "--text"], bytes)).toMatchObject({ text });
  });

  test("nothing is a message with nothing set", async () => {
    expect(await msg(["encode", "pb_msgs/Chassis"], "{}")).toMatchObject({ bytes: Buffer.alloc(0) });
    expect(await msg(["decode", "pb_msgs/Chassis", "--json"], "")).toMatchObject({ text: "{}\n" });
  });

  test("the topic tells types of one ROS name apart", async () => {
    const input = JSON.stringify({ measurement_time: 5 });
    const { bytes: driver } = await msg(["encode", "pb_msgs/Imu", "--topic", "/apollo/sensor/gnss/imu"], input);
    expect(apollo.drivers.gnss.Imu.decode(driver)).toEqual({ measurement_time: 5 });
    await expect(msg(["encode", "pb_msgs/Imu"], input)).rejects.toMatchObject({ code: "MSG_UNKNOWN_FIELD" });
  });

  test("foreign types from sources and from descriptors", async () => {
    writeFileSync(
      join(folder, "mine.proto"),
      'syntax = "proto3"; package mine; message Thing { map<string, int64> sizes = 1; }',
    );
    writeFileSync(join(folder, "chassis.fds"), apollo.canbus.Chassis.schema.data);
    const thing = { sizes: { a: "9007199254740993" } };
    const { bytes: encoded } = await msg(["encode", "mine.Thing", "--proto", "mine.proto"], JSON.stringify(thing));
    expect(JSON.parse((await msg(["decode", "mine.Thing", "--proto", "mine.proto"], encoded)).text)).toEqual(thing);
    expect(
      JSON.parse((await msg(["decode", "apollo.canbus.Chassis", "--descriptor-set", "chassis.fds"], bytes)).text),
    ).toEqual(chassis);
    expect((await msg(["list", "--proto", "mine.proto"])).text).toBe("mine.Thing\n");
    expect((await msg(["show", "mine.Thing", "--proto", "mine.proto"])).text).toContain(
      "map<string, int64> sizes = 1;",
    );
  });
});

test("show prints what a .proto would", async () => {
  expect((await msg(["show", "pb_msgs/EStop"])).text).toBe(
    'syntax = "proto2";\npackage apollo.planning;\n\nmessage EStop {\n  optional bool is_estop = 1;\n  optional string reason = 2;\n}\n',
  );
  const { text } = await msg(["show", "apollo.planning_internal.Debug"]);
  expect(text).toContain("oneof debug_string {");
  expect((await msg(["show", "pb_msgs/Chassis"])).text).toContain("optional float speed_mps = 5 [default = nan];");
  expect((await msg(["show", "pb_msgs/PerceptionObstacle"])).text).toContain(
    "repeated double point_cloud = 12 [packed = true];",
  );
  expect((await msg(["show", "foxglove.LocationFix"])).text).toContain("  optional double heading = 10;\n");
  expect((await msg(["show", "foxglove.LocationFix"])).text).toContain("  double latitude = 1;\n");
});

test("show --json is the definition as data, with the ROS name and its md5sum", async () => {
  const shown = JSON.parse((await msg(["show", "pb_msgs/Chassis", "--json"])).text);
  expect(shown).toMatchObject({
    name: "apollo.canbus.Chassis",
    ros_name: "pb_msgs/Chassis",
    ros_md5sum: "d6a21658031a6a4615858d76f8b5178e",
    file: "modules/canbus/proto/chassis.proto",
    syntax: "proto2",
  });
  expect(shown.fields[2]).toEqual({ name: "speed_mps", number: 5, label: "optional", type: "float", default: "NaN" });
  expect(shown.fields.find((field: { name: string }) => field.name === "error_code")).toMatchObject({
    type: "apollo.canbus.Chassis.ErrorCode",
    default: "NO_ERROR",
    values: { NO_ERROR: 0, CMD_NOT_IN_PERIOD: 1 },
  });
});

test("list takes a prefix", async () => {
  expect((await msg(["list", "apollo.common.gnss_status."])).text).toBe(
    "apollo.common.gnss_status.GnssStatus\napollo.common.gnss_status.InsStatus\napollo.common.gnss_status.StreamStatus\n",
  );
  expect(JSON.parse((await msg(["list", "--json"])).text).types.length).toBeGreaterThan(300);
});

describe("errors", () => {
  test.for<[string, readonly string[], string | Uint8Array, string]>([
    ["no type", ["encode"], "", "USAGE"],
    ["two types", ["show", "a", "b"], "", "USAGE"],
    ["two places for types", ["show", "a", "--proto", "a", "--descriptor-set", "b"], "", "USAGE"],
    ["an unknown type", ["show", "pb_msgs/Chasis"], "", "MSG_UNKNOWN_TYPE"],
    ["no JSON", ["encode", "pb_msgs/Chassis"], "{", "MSG_JSON_SYNTAX"],
    ["an unknown field", ["encode", "pb_msgs/Chassis"], '{"speed": 1}', "MSG_UNKNOWN_FIELD"],
    ["a wrong value", ["encode", "pb_msgs/Chassis"], '{"speed_mps": "fast"}', "MSG_WRONG_VALUE"],
    ["bad text", ["encode", "pb_msgs/Chassis", "--text"], "speed_mps 1", "MSG_TEXT_SYNTAX"],
    ["bytes cut short", ["decode", "pb_msgs/Chassis"], bytes.subarray(0, 3), "MSG_TRUNCATED"],
    ["a file that is not there", ["list", "--descriptor-set", "none"], "", "FILE_UNREADABLE"],
    ["a source that is not there", ["list", "--proto", "none.proto"], "", "MSG_PROTO_IMPORT"],
  ])("%s", async ([, args, input, code]) => {
    await expect(msg(args, input)).rejects.toMatchObject({ code });
  });
});

describe("types of ROS 2", () => {
  test("a message with what it is made of", async () => {
    const { status, text } = await msg(["show", "geometry_msgs/msg/TwistStamped"]);
    const header =
      "Header header\n\tbuiltin_interfaces/Time stamp\n\t\tint32 sec\n\t\tuint32 nanosec\n\tstring frame_id\n";
    const vector = "\t\tfloat64 x\n\t\tfloat64 y\n\t\tfloat64 z\n";
    expect([status, text]).toEqual([
      0,
      `${header}Twist twist\n\tVector3 linear\n${vector}\tVector3 angular\n${vector}`,
    ]);
  });

  test("a service, an action, and one that nobody knows", async () => {
    expect((await msg(["show", "std_srvs/srv/SetBool"])).text).toBe("bool data\n---\nbool success\nstring message\n");
    expect((await msg(["show", "example_interfaces/action/Fibonacci", "--json"])).text).toBe(
      `${JSON.stringify({
        name: "example_interfaces/action/Fibonacci",
        definition: "int32 order\n---\nint32[] sequence\n---\nint32[] sequence\n",
      })}\n`,
    );
    await expect(msg(["show", "my_msgs/msg/Odd"])).rejects.toThrow("no message type my_msgs/msg/Odd");
  });
});
