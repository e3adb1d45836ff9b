import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { messageCodecs } from "@delos/bag";
import { apollo } from "@delos/msgs";
import { action, open, parameter, type Runtime, serveAction, service, topic } from "@delos/runtime";
import { InProcessBus, inProcess } from "@delos/transport";
import { codecFor, ros2Schema, wellKnownRosAction, wellKnownRosText } from "@delos/wire";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bus, domainOf, type OpenBus } from "./bus.ts";
import { qosOptions } from "./bus-options.ts";
import { fieldOf, fromYaml, shorten, toCsv } from "./bus-text.ts";
import { actionCommands } from "./commands/action.ts";
import { graphCommands } from "./commands/graph.ts";
import { monitorCommands } from "./commands/monitor.ts";
import { nodeCommands } from "./commands/node.ts";
import { paramCommands } from "./commands/param.ts";
import { serviceCommands } from "./commands/service.ts";
import { topicCommands } from "./commands/topic.ts";
import { runProgram } from "./program.ts";

let wire: InProcessBus;
let robot: Runtime;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "delos-bus-"));
  wire = new InProcessBus();
  robot = await open({ name: "robot", transports: [inProcess(wire)], log: () => {} });
});
afterEach(async () => {
  await robot[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The commands on a bus in memory: another runtime on the robot's bus. */
const openBus: OpenBus = async ({ signal }) =>
  new Bus(await open({ transports: [inProcess(wire)], codecs: messageCodecs(), log: () => {} }), {
    signal,
    spinMs: 50,
  });

function delos(...args: string[]) {
  const stop = new AbortController();
  const text = { out: "", err: "" };
  const stream = (which: "out" | "err"): PassThrough => {
    const through = new PassThrough();
    through.on("data", (data: Buffer) => void (text[which] += String(data)));
    return through;
  };
  const nouns = [
    topicCommands,
    nodeCommands,
    serviceCommands,
    actionCommands,
    paramCommands,
    graphCommands,
    monitorCommands,
  ].map((commands) => {
    const list = commands(openBus);
    return { name: list[0]!.name.split(" ")[0]!, summary: "", load: async () => list };
  });
  const input = new PassThrough();
  const world = { out: stream("out"), err: stream("err"), in: input, env: {}, cwd: folder, signal: stop.signal };
  return { status: runProgram(args, world, nouns), text, stop, input, out: world.out };
}

async function json(...args: string[]): Promise<unknown> {
  const { status, text } = delos(...args, "--json");
  expect([await status, text.err]).toEqual([0, ""]);
  return JSON.parse(text.out);
}

const lines = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((each) => JSON.parse(each) as unknown);

const Chassis = topic("/chassis", apollo.canbus.Chassis, { durability: "transient_local" });
const StringCodec = codecFor(ros2Schema("std_msgs/msg/String", "string data"));

describe("topics", () => {
  test("list, type, find and info tell what is there, and not the command itself", async () => {
    robot.node("car").publisher(Chassis);
    robot.node("eye").subscribe(topic("/chassis", apollo.canbus.Chassis, { reliability: "best_effort" }));
    expect(await json("topic", "list")).toEqual({
      topics: [
        {
          name: "/chassis",
          type: "apollo.canbus.Chassis",
          types: ["apollo.canbus.Chassis"],
          publishers: 1,
          subscribers: 1,
        },
      ],
    });
    expect(await json("topic", "type", "/chassis")).toEqual({ topic: "/chassis", types: ["apollo.canbus.Chassis"] });
    expect(await json("topic", "find", "apollo.canbus.Chassis")).toMatchObject({ topics: ["/chassis"], count: 1 });
    expect(await json("topic", "find", "std_msgs/String")).toMatchObject({ topics: [], count: 0 });
    expect(await json("topic", "info", "/chassis")).toMatchObject({
      publications: [{ node: "/car", qos: { durability: "transient_local", deadline_ms: null } }],
      subscriptions: [{ node: "/eye", qos: { reliability: "best_effort" } }],
      connections: [{ from: "/car", to: "/eye", transport: "inprocess", talks: true, mismatches: [] }],
    });
    const { status, text } = delos("topic", "info", "/chassis", "-v");
    expect(await status).toBe(0);
    expect(text.out).toContain("/car -> /eye: inprocess");
    expect(text.out).toContain("  Durability: transient_local");
  });

  test("a topic is found without its leading slash, as ros2 finds it", async () => {
    const words = robot.node("mouth").publisher(topic("/words", StringCodec, { durability: "transient_local" }));
    words.publish({ data: "hi" });
    expect(await json("topic", "info", "words")).toMatchObject({ name: "/words", publishers: 1 });
    expect(await json("topic", "type", "words")).toEqual({ topic: "/words", types: ["std_msgs/msg/String"] });
    expect(await json("topic", "echo", "words", "--once")).toMatchObject({ message: { data: "hi" } });
    using _ticking = robot.node("clock").every(20, () => words.publish({ data: "tick" }));
    expect(await json("topic", "hz", "words", "--once")).toMatchObject({ topic: "/words" });
    robot.node("square").publisher(topic("Square", StringCodec));
    expect(await json("topic", "info", "Square")).toMatchObject({ name: "Square" });
  });

  test("info explains a pair that does not match", async () => {
    robot.node("car").publisher(Chassis, { reliability: "best_effort" });
    robot.node("eye").subscribe(Chassis, { reliability: "reliable" });
    const { text, status } = delos("topic", "info", "/chassis");
    expect(await status).toBe(0);
    expect(text.out).toMatch(/\/car -> \/eye: do not match\n {2}.*best_effort/);
  });

  test("a topic that is not there is an error", async () => {
    const { text, status } = delos("topic", "info", "/nothing");
    expect(await status).toBe(1);
    expect(text.err).toContain("BUS_TOPIC_UNKNOWN");
  });

  test("echo without a type decodes what is published, and takes over its QoS: nothing latched is missed", async () => {
    robot.node("car").publisher(Chassis).publish({ speed_mps: 2.5, gear_location: 1 });
    const line = (await json("topic", "echo", "/chassis", "--once")) as Record<string, unknown>;
    expect(line).toMatchObject({
      topic: "/chassis",
      type: "apollo.canbus.Chassis",
      sequence: 1,
      message: { speed_mps: 2.5, gear_location: "GEAR_DRIVE" },
    });
    expect(line["publish_time_ns"]).toMatch(/^\d+$/);
  });

  test("echo as YAML, a field, CSV and raw", async () => {
    const echo = async (...args: string[]): Promise<string> => {
      const { status, text } = delos("topic", "echo", "/chassis", "--once", ...args);
      expect([await status, text.err]).toEqual([0, ""]);
      return text.out;
    };
    robot
      .node("car")
      .publisher(Chassis)
      .publish({ speed_mps: 2.5, header: { module_name: "a,b" } });
    expect(await echo()).toBe("speed_mps: 2.5\nheader:\n  module_name: a,b\n---\n");
    expect(await echo("--field", "header.module_name")).toBe("a,b\n---\n");
    expect(await echo("--csv")).toBe('2.5,"a,b"\n');
    const bytes = apollo.canbus.Chassis.encode({ speed_mps: 2.5, header: { module_name: "a,b" } });
    expect(await echo("--raw")).toBe(`${Buffer.from(bytes).toString("hex")}\n`);
  });

  test("echo waits for a slow reader, also of long lines", async () => {
    const words = robot.node("mouth").publisher(topic("/words", StringCodec));
    const echo = delos("topic", "echo", "/words", "--count", "20", "--json");
    echo.out.pause();
    await expect.poll(() => words.matched.length).toBe(1);
    for (let n = 0; n < 20; n++) words.publish({ data: `${n} ${"x".repeat(100_000)}` });
    await expect.poll(() => echo.out.listenerCount("drain")).toBe(1);
    await new Promise((turn) => setImmediate(turn));
    expect(echo.out.listenerCount("drain")).toBe(1);
    echo.out.resume();
    expect(await echo.status).toBe(0);
    expect(lines(echo.text.out)).toHaveLength(20);
  });

  test("64-bit integers are numbers to people, and texts in JSON", async () => {
    const codec = codecFor(ros2Schema("example_interfaces/msg/Int64", "int64 data\nint64[] more\nstring text"));
    const counts = robot.node("counter").publisher(topic("/counts", codec, { durability: "transient_local" }));
    counts.publish({ data: 2n ** 60n, more: [1n, -2n], text: "7" });
    const echo = delos("topic", "echo", "/counts", "--once");
    expect(await echo.status).toBe(0);
    expect(echo.text.out).toBe('data: 1152921504606846976\nmore:\n  - 1\n  - -2\ntext: "7"\n---\n');
    expect(await json("topic", "echo", "/counts", "--once")).toMatchObject({ message: { more: ["1", "-2"] } });
  });

  test("echo gives up after --timeout, and Ctrl-C ends it with 130", async () => {
    const late = delos(
      "topic",
      "echo",
      "/chassis",
      "apollo.canbus.Chassis",
      "--timeout",
      "0.1",
      "--reliability",
      "reliable",
    );
    expect(await late.status).toBe(1);
    expect(late.text.err).toContain("TIMEOUT");
    const stopped = delos("topic", "echo", "/chassis", "apollo.canbus.Chassis", "--reliability", "reliable");
    await expect.poll(() => robot.graph.topics.find(({ name }) => name === "/chassis")?.subscriptions.length).toBe(1);
    stopped.stop.abort();
    expect(await stopped.status).toBe(130);
  });

  test("pub publishes so many, as JSON or YAML, and waits for the subscriber", async () => {
    const got: unknown[] = [];
    robot
      .node("ear")
      .subscribe(topic("/chatter", StringCodec))
      .on(({ message }) => got.push(message));
    const { status, text } = delos(
      "topic",
      "pub",
      "/chatter",
      "std_msgs/msg/String",
      "{data: hi}",
      "--rate",
      "1000",
      "--times",
      "3",
      "--json",
    );
    expect(await status).toBe(0);
    expect(got).toEqual([{ data: "hi" }, { data: "hi" }, { data: "hi" }]);
    expect(lines(text.out)).toEqual(
      [1, 2, 3].map((sequence) => ({
        topic: "/chatter",
        type: "std_msgs/msg/String",
        sequence,
        message: { data: "hi" },
      })),
    );
  });

  test("pub takes messages of standard input", async () => {
    const got: unknown[] = [];
    robot
      .node("ear")
      .subscribe(topic("/chassis", apollo.canbus.Chassis))
      .on(({ message }) => got.push(message.speed_mps));
    const { status, input } = delos("topic", "pub", "/chassis", "apollo.canbus.Chassis", "--stdin");
    input.end('{"speed_mps":1}\n{"speed_mps":2}\n');
    expect([await status, got]).toEqual([0, [1, 2]]);
  });

  test("fields of one's own in IDL go there and come back", async () => {
    const fields = "@key string color; long x; sequence<long> more;";
    const echo = delos(
      "topic",
      "echo",
      "Square",
      "ShapeType",
      "--cdr",
      fields,
      "--once",
      "--json",
      "--reliability",
      "reliable",
    );
    await expect.poll(() => robot.graph.topics.find(({ name }) => name === "Square")?.subscriptions.length).toBe(1);
    const pub = delos(
      "topic",
      "pub",
      "Square",
      "ShapeType",
      "color: RED\nx: -3\nmore: [1, 2]",
      "--cdr",
      fields,
      "--once",
    );
    expect([await pub.status, await echo.status]).toEqual([0, 0]);
    expect(lines(echo.text.out)).toMatchObject([{ type: "ShapeType", message: { color: "RED", x: -3, more: [1, 2] } }]);
  });

  test("values and types that do not fit are told before anybody waits", async () => {
    const of = async (...args: string[]): Promise<[unknown, string]> => {
      const { status, text } = delos("topic", "pub", "/t", ...args);
      return [await status, /^delos: (\w+)/.exec(text.err)![1]!];
    };
    expect(await of("std_msgs/msg/String", "{data: [")).toEqual([1, "BUS_VALUE"]);
    expect(await of("std_msgs/msg/String", "{data: 3}", "--once")).toEqual([1, "BUS_VALUE"]);
    expect(await of("my_msgs/msg/Odd", "{}")).toEqual([1, "BUS_TYPE_UNKNOWN"]);
    expect(await of("std_msgs/msg/String", "{}", "--rate", "0")).toEqual([2, "USAGE"]);
    expect(await of("std_msgs/msg/String", "{}", "--depth", "none", "--once")).toEqual([2, "USAGE"]);
  });

  test("names that ROS 2 does not take are told with the reason", async () => {
    for (const [name, why] of [
      ["/1chatter", "digit"],
      ["/chatter/", "slash"],
      ["/a//b", "two slashes"],
      ["~/chatter", "written out"],
      ["/{node}/x", "written out"],
      ["/a-b", "letters"],
    ] as const) {
      const pub = delos("topic", "pub", name, "std_msgs/msg/String", "{data: hi}", "--ros2", "--once");
      expect([await pub.status, pub.text.err]).toEqual([2, expect.stringContaining("is no topic of ROS 2: ")]);
      expect(pub.text.err).toContain(why);
    }
  });

  test("a value that does not fit is told by its field; those that no JSON number holds go out", async () => {
    const of = (value: string) => delos("topic", "pub", "/v", "sensor_msgs/msg/LaserScan", value, "--once", "-w", "0");
    const odd = of("{range: [1]}");
    expect([await odd.status, odd.text.err]).toEqual([
      1,
      "delos: BUS_VALUE: the value is no sensor_msgs/msg/LaserScan: sensor_msgs/msg/LaserScan has no field range\n",
    ]);
    const deep = of("{ranges: [1, far]}");
    expect([await deep.status, deep.text.err]).toEqual([1, expect.stringContaining("LaserScan: ranges[1]: a number")]);
    const scan = delos(
      "topic",
      "echo",
      "/scan",
      "sensor_msgs/msg/LaserScan",
      "--reliability",
      "reliable",
      "--once",
      "--json",
    );
    const ranges = "{ranges: [1, .inf, -.inf, .nan]}";
    const pub = delos("topic", "pub", "/scan", "sensor_msgs/msg/LaserScan", ranges, "--once", "-w", "1");
    expect([await pub.status, await scan.status]).toEqual([0, 0]);
    expect(JSON.parse(scan.text.out)).toMatchObject({ message: { ranges: [1, "Infinity", "-Infinity", "NaN"] } });
  });

  test("echo that hears nothing says why", async () => {
    const echo = async (...args: string[]): Promise<string> => {
      const { status, text } = delos("topic", "echo", ...args, "--timeout", "0.2");
      expect(await status).toBe(1);
      return text.err;
    };
    expect(await echo("/nothing", "std_msgs/msg/String")).toContain("0 came; nobody publishes it");
    const words = topic("/words", StringCodec, { reliability: "best_effort" });
    robot.node("mouth").publisher(words);
    expect(await echo("/words", "std_msgs/msg/String")).toContain("its publishers, 1, are silent");
    expect(await echo("/words", "std_msgs/msg/String", "--reliability", "reliable")).toContain("subscribe best_effort");
    expect(await echo("/words", "std_msgs/msg/Int32")).toContain("expects std_msgs/msg/Int32");
  });

  test("hz, bw and delay report each second", async () => {
    const publisher = robot.node("car").publisher(topic("/chassis", apollo.canbus.Chassis));
    robot.node("clock").every(10, () => {
      publisher.publish({ header: { timestamp_sec: robot.clock.nowMs() / 1000 }, speed_mps: 1 });
    });
    const hz = (await json("topic", "hz", "/chassis", "--once")) as { rate_hz: number; window: number };
    expect(hz.rate_hz).toBeGreaterThan(0);
    expect(hz.window).toBeGreaterThan(1);
    const size = apollo.canbus.Chassis.encode({ header: { timestamp_sec: 1 }, speed_mps: 1 }).length;
    expect(await json("topic", "bw", "/chassis", "--once")).toMatchObject({ mean_bytes: size, min_bytes: size });
    expect(await json("topic", "delay", "/chassis", "--once")).toMatchObject({ by: "header" });
    const monitor = (await json("monitor", "--once", "--period", "0.2")) as { topics: { topic: string; hz: number }[] };
    expect(monitor.topics.map((each) => each.topic)).toContain("/chassis");
    expect(monitor.topics.find((each) => each.topic === "/chassis")!.hz).toBeGreaterThan(0);
  });
});

describe("nodes, services, parameters", () => {
  test("node list and info; hidden nodes are left out", async () => {
    const car = robot.node("/drive/car");
    robot.node("/_hidden");
    car.publisher(Chassis);
    expect(await json("node", "list")).toMatchObject({
      nodes: [{ name: "/drive/car", participant: "robot" }],
      count: 1,
    });
    expect(await json("node", "list", "-a")).toMatchObject({ count: 2 });
  });

  test("node info and node ping", async () => {
    const car = robot.node("car");
    car.publisher(Chassis);
    car.parameters({ kp: parameter.number(1) });
    expect(await json("node", "info", "car")).toMatchObject({
      name: "/car",
      publishers: expect.arrayContaining([{ name: "/chassis", type: "apollo.canbus.Chassis" }]),
      service_servers: expect.arrayContaining([expect.objectContaining({ name: "/car/parameters/get" })]),
    });
    expect(await json("node", "ping", "car", "--count", "1")).toMatchObject({ node: "/car", sequence: 1 });
    robot.node("mute");
    const { status, text } = delos("node", "ping", "mute");
    expect([await status, text.err]).toEqual([1, expect.stringContaining("BUS_NO_PARAMETERS")]);
  });

  test("service list, type and call, with the types that the server tells", async () => {
    const Ask = service("/ask", apollo.canbus.Chassis, apollo.canbus.Chassis);
    robot.node("server").serve(Ask, ({ speed_mps = 0 }) => ({ speed_mps: speed_mps * 2 }));
    expect(await json("service", "list")).toMatchObject({
      services: [{ name: "/ask", type: "apollo.canbus.Chassis" }],
    });
    expect(await json("service", "type", "/ask")).toMatchObject({ request: "apollo.canbus.Chassis", servers: 1 });
    expect(await json("service", "call", "/ask", "{speed_mps: 4}")).toMatchObject({ response: { speed_mps: 8 } });
  });

  test("service call of ROS 2 types: a standard one, and one by its fields", async () => {
    const part = (name: string, text: string) => codecFor(ros2Schema(name, text));
    const type = "example_interfaces/srv/AddTwoInts";
    const Add = service("/add", part(`${type}_Request`, "int64 a\nint64 b"), part(`${type}_Response`, "int64 sum"));
    robot.node("server").serve(Add, ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
    expect(await json("service", "call", "/add", type, "{a: 2, b: 40}")).toMatchObject({ response: { sum: "42" } });
    const Odd = service("/odd", part("my/srv/Odd_Request", "string what"), part("my/srv/Odd_Response", "bool good"));
    robot.node("other").serve(Odd, ({ what }) => ({ good: what === "tea" }));
    const fields = "string what --- boolean good";
    expect(await json("service", "call", "/odd", "my/srv/Odd", "{what: tea}", "--cdr", fields)).toMatchObject({
      response: { good: true },
    });
  });

  test("param list, get, set, dump and load", async () => {
    const values = robot.node("car").parameters({
      kp: parameter.number(1.5, { min: 0, max: 10 }),
      gear: parameter.integer(3),
      mode: parameter.oneOf(["auto", "manual"]),
    });
    expect(await json("param", "list")).toEqual({ nodes: { "/car": ["gear", "kp", "mode"] } });
    expect(await json("param", "list", "/car", "--filter", "^k")).toEqual({ nodes: { "/car": ["kp"] } });
    expect(await json("param", "get", "car", "kp")).toEqual({ node: "/car", name: "kp", value: 1.5 });
    await json("param", "set", "/car", "kp", "2");
    expect(values.values.kp).toBe(2);
    const refused = delos("param", "set", "/car", "kp", "11");
    expect([await refused.status, refused.text.err]).toEqual([1, expect.stringContaining("11 is not within [0, 10]")]);
    const dump = delos("param", "dump", "/car");
    expect(await dump.status).toBe(0);
    const file = join(folder, "car.yaml");
    writeFileSync(file, dump.text.out.replace("kp: 2", "kp: 4").replace("auto", "manual"));
    expect(readFileSync(file, "utf8")).toContain("ros__parameters");
    await json("param", "load", "/car", "car.yaml");
    expect(values.values).toEqual({ kp: 4, gear: 3, mode: "manual" });
  });

  test("parameters of a ROS 2 node, by rcl_interfaces", async () => {
    const rcl = (name: string, type: string) => {
      const text = (part: string): string => RCL[`${type}_${part}`]!;
      const codec = (part: string) => codecFor(ros2Schema(`rcl_interfaces/srv/${type}_${part}`, text(part)));
      return service(`/talker/${name}`, codec("Request"), codec("Response"));
    };
    let set: unknown;
    const talker = robot.node("talker");
    talker.serve(rcl("list_parameters", "ListParameters"), () => ({ result: { names: ["rate"], prefixes: [] } }));
    talker.serve(rcl("get_parameters", "GetParameters"), () => ({ values: [{ type: 3, double_value: 2.5 }] }));
    talker.serve(rcl("get_parameter_types", "GetParameterTypes"), () => ({ types: [3] }));
    talker.serve(rcl("set_parameters", "SetParameters"), ({ parameters }) => {
      set = parameters;
      return { results: [{ successful: true, reason: "" }] };
    });
    expect(await json("param", "list", "/talker")).toEqual({ nodes: { "/talker": ["rate"] } });
    expect(await json("param", "get", "/talker", "rate")).toMatchObject({ value: 2.5 });
    await json("param", "set", "/talker", "rate", "4");
    expect(set).toMatchObject([{ name: "rate", value: { type: 3, double_value: 4 } }]);
  });

  test("every type of ROS 2's parameters, as its node has declared it; a dump that ROS 2 reads; load is all or none", async () => {
    const node = robot.node("arm");
    const held: Record<string, Record<string, unknown>> = {
      flag: { type: 1, bool_value: true },
      big: { type: 2, integer_value: 2n ** 60n },
      gain: { type: 3, double_value: 2 },
      word: { type: 4, string_value: "on" },
      blob: { type: 5, byte_array_value: Uint8Array.of(1, 255) },
      flags: { type: 6, bool_array_value: [true, false] },
      counts: { type: 7, integer_array_value: [1n, 2n] },
      gains: { type: 8, double_array_value: [1, 2.5] },
      words: { type: 9, string_array_value: ["a", "b"] },
    };
    let asked = 0;
    const ros = (name: string, handler: (request: Record<string, unknown>) => Record<string, unknown>): void => {
      const known = (part: string) => {
        const text = wellKnownRosText(`rcl_interfaces/${name}_${part}`, "ros2")!;
        return codecFor(ros2Schema(`rcl_interfaces/srv/${name}_${part}`, text));
      };
      const path = name.replaceAll(/(?<=.)([A-Z])/g, "_$1").toLowerCase();
      node.serve(service(`/arm/${path}`, known("Request"), known("Response")), handler);
    };
    type Wanted = { name: string; value: { type: number } }[];
    const apply = (wanted: unknown): boolean => {
      asked++;
      const fits = (wanted as Wanted).every(({ name, value }) => held[name]?.["type"] === value.type);
      if (fits) for (const { name, value } of wanted as Wanted) held[name] = value;
      return fits;
    };
    const names = ({ names: list }: Record<string, unknown>): string[] => list as string[];
    ros("ListParameters", () => ({ result: { names: Object.keys(held), prefixes: [] } }));
    // As rclcpp: one that is not there, and there are no values at all.
    ros("GetParameters", (request) => ({
      values: names(request).every((name) => name in held) ? names(request).map((name) => held[name]) : [],
    }));
    ros("GetParameterTypes", (request) => ({ types: names(request).map((name) => held[name]?.["type"] ?? 0) }));
    ros("SetParameters", ({ parameters }) => ({ results: [{ successful: apply(parameters), reason: "wrong type" }] }));
    ros("SetParametersAtomically", ({ parameters }) => ({
      result: { successful: apply(parameters), reason: "wrong type" },
    }));

    const set = {
      flag: "false",
      big: "1152921504606846977",
      gain: "3",
      word: "off",
      blob: "[7, 8]",
      flags: "[false, true, true]",
      counts: "[3]",
      gains: "[4, 5]",
      words: "[c]",
    };
    for (const [name, value] of Object.entries(set)) await json("param", "set", "/arm", name, value);
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(set)) {
      values[name] = ((await json("param", "get", "/arm", name)) as { value: unknown }).value;
    }
    expect(values).toEqual({
      flag: false,
      big: "1152921504606846977",
      gain: 3,
      word: "off",
      blob: [7, 8],
      flags: [false, true, true],
      counts: [3],
      gains: [4, 5],
      words: ["c"],
    });
    const missing = delos("param", "get", "/arm", "nothing");
    expect([await missing.status, missing.text.err]).toEqual([1, expect.stringContaining("PARAMETER_UNKNOWN")]);

    const dump = delos("param", "dump", "/arm");
    expect(await dump.status).toBe(0);
    expect(dump.text.out).toBe(
      `/arm:
  ros__parameters:
    big: 1152921504606846977
    blob:
      - 7
      - 8
    counts:
      - 3
    flag: false
    flags:
      - false
      - true
      - true
    gain: 3.0
    gains:
      - 4.0
      - 5.0
    word: "off"
    words:
      - c
`,
    );
    writeFileSync(join(folder, "arm.yaml"), dump.text.out.replace("flag: false", "flag: true"));
    asked = 0;
    await json("param", "load", "/arm", "arm.yaml");
    expect([held["flag"], asked]).toMatchObject([{ bool_value: true }, 1]);
    writeFileSync(join(folder, "bad.yaml"), "{flag: false, gain: much}");
    const refused = delos("param", "load", "/arm", "bad.yaml");
    expect([await refused.status, refused.text.err]).toEqual([1, expect.stringContaining("flag, gain: wrong type")]);
    expect(held["flag"]).toMatchObject({ bool_value: true });
  });

  test("param describe and delete, of Delos nodes and of those of ROS 2", async () => {
    robot.node("car").parameters({
      kp: parameter.number(1, { min: 0, max: 10, unit: "1/s", description: "gain" }),
      gear: parameter.integer(3, { readOnly: true }),
    });
    expect(await json("param", "describe", "/car", "kp", "gear")).toEqual({
      node: "/car",
      parameters: [
        { name: "kp", type: "number", description: "gain", constraints: "unit: 1/s", minimum: 0, maximum: 10 },
        { name: "gear", type: "integer", read_only: true },
      ],
    });
    const unknown = delos("param", "describe", "/car", "ki");
    expect([await unknown.status, unknown.text.err]).toEqual([1, expect.stringContaining("PARAMETER_UNKNOWN")]);
    const kept = delos("param", "delete", "/car", "kp");
    expect([await kept.status, kept.text.err]).toEqual([1, expect.stringContaining("PARAMETER_REFUSED")]);

    const node = robot.node("talker");
    const ros = (name: string, handler: (request: Record<string, unknown>) => Record<string, unknown>): void => {
      const known = (part: string) => {
        const text = wellKnownRosText(`rcl_interfaces/${name}_${part}`, "ros2")!;
        return codecFor(ros2Schema(`rcl_interfaces/srv/${name}_${part}`, text));
      };
      const path = name.replaceAll(/(?<=.)([A-Z])/g, "_$1").toLowerCase();
      node.serve(service(`/talker/${path}`, known("Request"), known("Response")), handler);
    };
    let rate: unknown = "there";
    ros("ListParameters", () => ({ result: { names: ["rate"], prefixes: [] } }));
    ros("DescribeParameters", () => ({
      descriptors: [{ name: "rate", type: 3, floating_point_range: [{ from_value: 1, to_value: 9, step: 0 }] }],
    }));
    ros("SetParameters", ({ parameters }) => {
      rate = (parameters as { value: { type: number } }[])[0]!.value.type === 0 ? "gone" : "set";
      return { results: [{ successful: true, reason: "" }] };
    });
    expect(await json("param", "describe", "/talker", "rate")).toEqual({
      node: "/talker",
      parameters: [{ name: "rate", type: "double", minimum: 1, maximum: 9 }],
    });
    expect(await json("param", "delete", "/talker", "rate")).toEqual({ node: "/talker", name: "rate", deleted: true });
    expect(rate).toBe("gone");
  });

  test("service find, info and echo", async () => {
    const codec = (part: string) =>
      codecFor(
        ros2Schema(`example_interfaces/srv/AddTwoInts_${part}`, part === "Request" ? "int64 a\nint64 b" : "int64 sum"),
      );
    const add = service("/add", codec("Request"), codec("Response"));
    robot.node("adder").serve(add, ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
    expect(await json("service", "find", "example_interfaces/AddTwoInts")).toMatchObject({
      services: ["/add"],
      count: 1,
    });
    const caller = robot.node("caller");
    await caller.call(add, { a: 1n, b: 2n });
    expect(await json("service", "info", "/add")).toMatchObject({
      type: "example_interfaces/srv/AddTwoInts",
      server_nodes: ["/adder"],
      client_nodes: ["/caller"],
    });
    const echo = delos("service", "echo", "/add", "--count", "2", "--json");
    await expect.poll(() => robot.graph.services.find(({ name }) => name === "/add")?.servers.length).toBe(2);
    expect(await caller.call(add, { a: 40n, b: 2n })).toEqual({ sum: 42n });
    expect(await echo.status).toBe(0);
    expect(lines(echo.text.out)).toMatchObject([
      { event: "request", message: { a: "40", b: "2" } },
      { event: "response", message: { sum: "42" } },
    ]);
    const [request, response] = lines(echo.text.out) as { client: string; sequence: number }[];
    expect([response!.client, response!.sequence]).toEqual([request!.client, request!.sequence]);
  });

  test("action list, info, type and send_goal", async () => {
    const type = "example_interfaces/action/Fibonacci";
    const fibonacci = action<{ order: number }, object, object>("/fibonacci", type, wellKnownRosAction(type)!);
    serveAction(robot.node("counter"), fibonacci, {
      accept: ({ order }) => order > 0,
      execute: ({ order }, goal) => {
        goal.feedback({ sequence: [0, 1] });
        return { sequence: Array.from({ length: order }, (_, i) => i) };
      },
    });
    expect(await json("action", "list")).toEqual({
      actions: [{ name: "/fibonacci", type, servers: 1, clients: 0 }],
      count: 1,
    });
    expect(await json("action", "info", "/fibonacci")).toMatchObject({ type, servers: ["/counter"], clients: [] });
    expect(await json("action", "type", "fibonacci")).toEqual({ name: "/fibonacci", type });
    const goal = delos("action", "send_goal", "/fibonacci", type, "{order: 3}", "--feedback", "--json");
    expect([await goal.status, goal.text.err]).toEqual([0, ""]);
    expect(lines(goal.text.out)).toMatchObject([
      { event: "accepted" },
      { event: "feedback", feedback: { sequence: [0, 1] } },
      { event: "result", status: "succeeded", result: { sequence: [0, 1, 2] } },
    ]);
    const refused = delos("action", "send_goal", "/fibonacci", type, "{order: 0}");
    expect([await refused.status, refused.text.err]).toEqual([1, expect.stringContaining("ACTION_REJECTED")]);
    const fields = ["--msg", "int32 order --- int32[] sequence --- int32[] sequence"];
    const own = delos("action", "send_goal", "/fibonacci", type, "{order: 1}", ...fields);
    expect([await own.status, own.text.out]).toEqual([0, expect.stringContaining("status: succeeded")]);
    const unknown = delos("action", "info", "/nothing");
    expect([await unknown.status, unknown.text.err]).toEqual([1, expect.stringContaining("BUS_ACTION_UNKNOWN")]);
  });

  test("graph: as data, text and a drawing", async () => {
    robot.node("car").publisher(Chassis);
    robot.node("eye").subscribe(Chassis);
    expect(await json("graph")).toMatchObject({
      participants: [{ name: "robot", vendor: "delos" }],
      nodes: expect.arrayContaining([expect.objectContaining({ name: "/car" })]),
      topics: [{ name: "/chassis", publishers: ["/car"], connections: [{ transport: "inprocess", talks: true }] }],
    });
    const dot = delos("graph", "--dot");
    expect(await dot.status).toBe(0);
    expect(dot.text.out).toContain('"/car" -> "topic /chassis";\n  "topic /chassis" -> "/eye";');
    const text = delos("graph");
    expect(await text.status).toBe(0);
    expect(text.text.out).toContain("/car -> /eye over inprocess");
  });
});

const RCL: Readonly<Record<string, string>> = {
  ListParameters_Request: "string[] prefixes\nuint64 depth",
  ListParameters_Response: `rcl_interfaces/ListParametersResult result\n${"=".repeat(80)}\nMSG: rcl_interfaces/ListParametersResult\nstring[] names\nstring[] prefixes`,
  GetParameters_Request: "string[] names",
  GetParameters_Response: `ParameterValue[] values\n${valueText()}`,
  GetParameterTypes_Request: "string[] names",
  GetParameterTypes_Response: "uint8[] types",
  SetParameters_Request: `Parameter[] parameters\n${"=".repeat(80)}\nMSG: rcl_interfaces/Parameter\nstring name\nParameterValue value\n${valueText()}`,
  SetParameters_Response: `SetParametersResult[] results\n${"=".repeat(80)}\nMSG: rcl_interfaces/SetParametersResult\nbool successful\nstring reason`,
};

function valueText(): string {
  const lists = ["byte[] byte_array_value", "bool[] bool_array_value", "int64[] integer_array_value"];
  const more = ["float64[] double_array_value", "string[] string_array_value"];
  const plain = ["uint8 type", "bool bool_value", "int64 integer_value", "float64 double_value", "string string_value"];
  return `${"=".repeat(80)}\nMSG: rcl_interfaces/ParameterValue\n${[...plain, ...lists, ...more].join("\n")}`;
}

describe("options and text", () => {
  test("the domain: option, environment, 0; others are wrong usage", () => {
    expect(domainOf({ values: {}, env: {} })).toBe(0);
    expect(domainOf({ values: {}, env: { ROS_DOMAIN_ID: "7" } })).toBe(7);
    expect(domainOf({ values: { domain: "3" }, env: { ROS_DOMAIN_ID: "7" } })).toBe(3);
    for (const domain of ["233", "-1", "x"]) expect(() => domainOf({ values: { domain }, env: {} })).toThrow(/232/);
  });

  test("QoS in short, as ros2 spells it, and from a profile", () => {
    expect(qosOptions({})).toBeUndefined();
    expect(qosOptions({ reliability: "reliable", "qos-depth": "3" })).toEqual({ reliability: "reliable", depth: 3 });
    expect(qosOptions({ "qos-profile": "sensor_data", depth: "7" })).toEqual({ reliability: "best_effort", depth: 7 });
    expect(() => qosOptions({ "qos-profile": "fast" })).toThrow(/no QoS profile fast/);
  });

  test("values of the command line keep integers that a double cannot hold", () => {
    expect(fromYaml("{a: 9007199254740993, b: 1.5, c: [x, true, null]}", "VALUE")).toEqual({
      a: "9007199254740993",
      b: 1.5,
      c: ["x", true, null],
    });
  });

  test("parts, cuts and CSV", () => {
    const value = { a: { b: [1, { c: 'say "hi"' }] }, d: "x".repeat(5) };
    expect(fieldOf(value, "a.b[1].c")).toBe('say "hi"');
    expect(fieldOf(value, "a.x.c")).toBeUndefined();
    expect(toCsv(value)).toBe('1,"say ""hi""",xxxxx');
    expect(shorten(value, { length: 1, noArrays: false, noStrings: false })).toEqual({
      a: { b: [1, "..."] },
      d: "x...",
    });
    expect(shorten(value, { length: 9, noArrays: true, noStrings: true })).toEqual({
      a: { b: "<list of 2>" },
      d: "<string of 5>",
    });
  });
});
