import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apollo } from "@delos/msgs";
import {
  type ActionHandler,
  actionClient,
  action as actionOf,
  open,
  parameter,
  serveAction,
  service,
  topic,
} from "@delos/runtime";
import { codecFor, ros1Schema, ros2Schema, wellKnownRosAction, wellKnownRosText } from "@delos/wire";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { type Bridge, openBridge } from "../bridge.ts";
import { type Ros, roslib } from "./roslib.test-support.ts";

const { Action, Param, Service, Topic } = roslib;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-rosbridge-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const standard = (name: string): ReturnType<typeof codecFor> =>
  codecFor(ros2Schema(name.replace("/", "/msg/"), wellKnownRosText(name, "ros2")!));
const Chatter = topic("/chatter", standard("std_msgs/String"));
const Scan = topic("/scan", standard("sensor_msgs/LaserScan"));
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);

async function page(bridge: Bridge): Promise<Ros & AsyncDisposable> {
  const ros = new roslib.Ros({ url: bridge.url.replace("http", "ws") });
  await new Promise<void>((resolve, reject) => {
    ros.on("connection", () => resolve());
    ros.on("error", (error) => reject(error as Error));
  });
  return Object.assign(ros, {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => ros.on("close", () => resolve()));
      ros.close();
      await closed;
    },
  });
}

const openServer = async (runtime: Awaited<ReturnType<typeof open>>): Promise<Bridge> =>
  await openBridge({ runtime, port: 0, page: folder });

const asked = <T>(ask: (done: (value: T) => void, failed: (error: string) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => ask(resolve, (error) => reject(new Error(error))));

describe("rosbridge, with the client roslib", () => {
  test("subscribes and publishes; what is left out has its default, a header its time", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const publisher = node.publisher(Chatter);
    const points: unknown[] = [];
    node.subscribeAny("/point").on((sample) => void points.push(sample.resolve(codecFor).message));
    await using ros = await page(bridge);
    const heard: unknown[] = [];
    const chatter = new Topic({ ros, name: "/chatter", messageType: "std_msgs/String" });
    chatter.subscribe((message) => void heard.push(message));
    await vi.waitFor(() => {
      publisher.publish({ data: "hello" });
      expect(heard[0]).toEqual({ data: "hello" });
    });
    chatter.unsubscribe();
    await vi.waitFor(() => expect(publisher.matched.filter(({ node: name }) => name === "/bridge").length).toBe(1));

    const point = new Topic<object>({ ros, name: "/point", messageType: "geometry_msgs/PointStamped" });
    point.publish({ header: { frame_id: "map" }, point: { x: 1 } });
    await vi.waitFor(() => expect(points.length).toBe(1));
    expect(points[0]).toMatchObject({ header: { frame_id: "map" }, point: { x: 1, y: 0, z: 0 } });
    expect((points[0] as { header: { stamp: { sec: number } } }).header.stamp.sec).toBeGreaterThan(1_000_000_000);
    point.publish({ header: { stamp: { secs: 5, nsecs: 6 } }, point: {} });
    await vi.waitFor(() => expect(points.length).toBe(2));
    expect(points[1]).toMatchObject({ header: { stamp: { sec: 5, nanosec: 6 } } });
  });

  test("protobuf topics of Apollo are there in their JSON form", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const pads: unknown[] = [];
    node.subscribe(Pad).on(({ message }) => void pads.push(message));
    await using ros = await page(bridge);
    const pad = new Topic<object>({ ros, name: Pad.name, messageType: "apollo.control.PadMessage" });
    const heard: unknown[] = [];
    pad.subscribe((message) => void heard.push(message));
    pad.publish({ action: "RESET" });
    await vi.waitFor(() => expect([pads.length, heard.length]).toEqual([1, 1]));
    expect(pads).toEqual([{ action: apollo.control.DrivingAction.RESET }]);
    expect(heard).toEqual([{ action: "RESET" }]);
  });

  test.for(["none", "png", "cbor"] as const)("messages come compressed by %s", async (compression) => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const publisher = node.publisher(Scan);
    await using ros = await page(bridge);
    const heard: { ranges: ArrayLike<number>; header: unknown; angle_min: number }[] = [];
    const scan = new Topic<(typeof heard)[0]>({
      ros,
      name: "/scan",
      messageType: "sensor_msgs/LaserScan",
      compression,
    });
    scan.subscribe((message) => void heard.push(message));
    const ranges = Float32Array.from({ length: 361 }, (_, i) => i / 4);
    await vi.waitFor(() => {
      publisher.publish(Scan.type.decode(Scan.type.encode({ angle_min: -1.5, ranges, header: { frame_id: "laser" } })));
      expect(heard.length).toBeGreaterThan(0);
    });
    expect(Array.from(heard[0]!.ranges)).toEqual([...ranges]);
    expect(heard[0]).toMatchObject({ angle_min: -1.5, header: { frame_id: "laser", stamp: { sec: 0, nanosec: 0 } } });
  });

  test("long messages come in fragments, both ways", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const got: string[] = [];
    node.subscribe(Chatter).on(({ message }) => void got.push((message as { data: string }).data));
    const socket = new WebSocket(bridge.url.replace("http", "ws"));
    await once(socket, "open");
    const frames: { op: string; data: string; num: number; total: number }[] = [];
    socket.on("message", (data: Buffer) => void frames.push(JSON.parse(data.toString())));
    socket.send(JSON.stringify({ op: "subscribe", topic: "/chatter", fragment_size: 100 }));
    const long = "ä".repeat(500);
    const text = JSON.stringify({ op: "publish", topic: "/chatter", type: "std_msgs/String", msg: { data: long } });
    const pieces = [text.slice(0, 200), text.slice(200, 300), text.slice(300)];
    for (const num of [2, 0, 1]) {
      socket.send(JSON.stringify({ op: "fragment", id: "f", num, total: 3, data: pieces[num] }));
    }
    await vi.waitFor(() => expect(frames.length > 0 && frames.length === frames[0]!.total).toBe(true));
    expect(got).toEqual([long]);
    expect(frames.every(({ op, data }) => op === "fragment" && data.length <= 100)).toBe(true);
    expect(JSON.parse(frames.map(({ data }) => data).join(""))).toMatchObject({ op: "publish", msg: { data: long } });
    socket.terminate();
  });

  test("64-bit numbers are numbers, times of ROS 1 have their old names", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const old = topic("/old", codecFor(ros1Schema("my/Old", "time at\nint64 big\nfloat64 nothing\nuint8[] raw")));
    const publisher = node.publisher(old);
    await using ros = await page(bridge);
    const heard: unknown[] = [];
    new Topic({ ros, name: "/old", messageType: "my/Old" }).subscribe((message) => void heard.push(message));
    await vi.waitFor(() => {
      publisher.publish({ at: { sec: 1, nsec: 2 }, big: 12n, nothing: Number.NaN, raw: Uint8Array.of(1, 2) });
      expect(heard.length).toBeGreaterThan(0);
    });
    expect(heard[0]).toEqual({ at: { secs: 1, nsecs: 2 }, big: 12, nothing: null, raw: "AQI=" });
  });

  test("calls services of the bus, and serves its own", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const [request, response] = ["Request", "Response"].map((part) =>
      codecFor(
        ros2Schema(`example_interfaces/srv/AddTwoInts_${part}`, part === "Request" ? "int64 a\nint64 b" : "int64 sum"),
      ),
    ) as [ReturnType<typeof codecFor>, ReturnType<typeof codecFor>];
    node.serve(service("/add", request, response), ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
    await using ros = await page(bridge);
    const add = new Service<object, object>({ ros, name: "/add", serviceType: "example_interfaces/AddTwoInts" });
    expect(await asked((done, failed) => add.callService({ a: 2, b: 40 }, done, failed))).toEqual({ sum: 42 });
    await expect(asked((done, failed) => add.callService({ c: 1 }, done, failed))).rejects.toThrow(/c/);
    const nobody = new Service<object, object>({ ros, name: "/nobody", serviceType: "x/Y" });
    await expect(asked((done, failed) => nobody.callService({}, done, failed))).rejects.toThrow(/nobody serves/);

    const own = new Service<{ data: boolean }, object>({ ros, name: "/page/set", serviceType: "std_srvs/SetBool" });
    void own.advertise((given, answer) => {
      Object.assign(answer, { success: given.data, message: "from the page" });
      return true;
    });
    await vi.waitFor(() => expect(runtime.graph.services.map(({ name }) => name)).toContain("/page/set"));
    await using other = await page(bridge);
    const theirs = new Service<object, object>({ ros: other, name: "/page/set", serviceType: "std_srvs/SetBool" });
    expect(await asked((done, failed) => theirs.callService({ data: true }, done, failed))).toEqual({
      success: true,
      message: "from the page",
    });
    void own.unadvertise();
    await vi.waitFor(() =>
      expect(runtime.graph.services.filter(({ name, servers }) => name === "/page/set" && servers.length > 0)).toEqual(
        [],
      ),
    );
  });

  test("rosapi: topics, types, nodes, details", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    node.publisher(Chatter);
    node.publisher(Pad);
    await using ros = await page(bridge);
    const topics = await asked<{ topics: string[]; types: string[] }>((done, failed) => ros.getTopics(done, failed));
    expect(topics.types[topics.topics.indexOf("/chatter")]).toBe("std_msgs/msg/String");
    expect(await asked((done, failed) => ros.getTopicType("/chatter", done, failed))).toBe("std_msgs/msg/String");
    expect(await asked((done, failed) => ros.getTopicsForType("std_msgs/String", done, failed))).toEqual(["/chatter"]);
    expect(await asked((done, failed) => ros.getNodes(done, failed))).toContain("/robot");
    const details = await asked<unknown[]>((done, failed) => ros.getMessageDetails("geometry_msgs/Pose", done, failed));
    expect(ros.decodeTypeDefs(details)).toEqual({
      position: { x: "float64", y: "float64", z: "float64" },
      orientation: { x: "float64", y: "float64", z: "float64", w: "float64" },
    });
    const raw = await asked<{ topics: string[]; typedefs_full_text: string[] }>((done, failed) =>
      ros.getTopicsAndRawTypes(done, failed),
    );
    expect(raw.typedefs_full_text[raw.topics.indexOf("/chatter")]).toMatch(/string data/);
  });

  test("parameters", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("/control");
    const own = node.parameters({ kp: parameter.number(1.5, { max: 10 }) });
    await using ros = await page(bridge);
    expect(await asked((done, failed) => ros.getParams(done, failed))).toEqual(["/control:kp"]);
    const kp = new Param<number>({ ros, name: "/control:kp" });
    expect(await asked((done, failed) => kp.get(done, failed))).toBe(1.5);
    await asked((done, failed) => kp.set(2.5, done, failed));
    expect(own.values.kp).toBe(2.5);
    await expect(asked((done, failed) => kp.set(99, done, failed))).rejects.toThrow(/10/);
    expect(own.values.kp).toBe(2.5);
  });

  describe("actions", () => {
    const FIBONACCI = "example_interfaces/action/Fibonacci";
    type Goal = { order: number };
    type Sequence = { sequence: readonly number[] };
    const Fibonacci = actionOf<Goal, Sequence, Sequence>("/fibonacci", FIBONACCI, wellKnownRosAction(FIBONACCI)!);
    const ofPage = (ros: Ros) =>
      new Action<Goal, Sequence, Sequence>({ ros, name: "/fibonacci", actionType: "example_interfaces/Fibonacci" });

    async function served(handler: ActionHandler<Goal, Sequence, Sequence>) {
      const runtime = await open({ log: () => {} });
      const bridge = await openServer(runtime);
      serveAction(runtime.node("/counter"), Fibonacci, handler);
      const ros = await page(bridge);
      return {
        ros,
        bridge,
        async [Symbol.asyncDispose]() {
          for (const each of [ros, bridge, runtime]) await each[Symbol.asyncDispose]();
        },
      };
    }
    const outcome = (ros: Ros, goal: Goal, seen: unknown[] = [], onId: (id: string) => void = () => {}) =>
      asked<Sequence>((done, failed) => {
        onId(ofPage(ros).sendGoal(goal, done, (feedback) => void seen.push(feedback), failed));
      });

    test("a goal is sent, tells how far it is, and has its result", async () => {
      await using at = await served({
        execute: ({ order }, goal) => {
          goal.feedback({ sequence: [0, 1] });
          return { sequence: [0, 1, 1, 2, 3, 5].slice(0, order + 1) };
        },
      });
      const seen: unknown[] = [];
      expect(await outcome(at.ros, { order: 4 }, seen)).toEqual({ sequence: [0, 1, 1, 2, 3] });
      expect(seen).toEqual([{ sequence: [0, 1] }]);
    });

    test("goals that are refused, that fail, that nobody serves, or of another type end with their reason", async () => {
      await using at = await served({
        accept: ({ order }) => order >= 0,
        execute: () => {
          throw new Error("no");
        },
      });
      await expect(outcome(at.ros, { order: -1 })).rejects.toThrow(/does not accept the goal/);
      await expect(outcome(at.ros, { order: 1 })).rejects.toThrow(/Action was aborted/);
      await expect(outcome(at.ros, { ordr: 1 } as unknown as Goal)).rejects.toThrow(/ordr/);
      const send = (name: string, actionType: string) =>
        asked((done, failed) => {
          new Action({ ros: at.ros, name, actionType }).sendGoal({}, done, () => {}, failed);
        });
      await expect(send("/nobody", "a/B")).rejects.toThrow(/nobody serves the action \/nobody/);
      await expect(send("/fibonacci", "a/B")).rejects.toThrow(/is of type example_interfaces/);
    });

    test.for(["cancelGoal", "cancelAllGoals"] as const)("a goal is cancelled by %s", async (how) => {
      let running = 0;
      await using at = await served({
        execute: (_, goal) => {
          running++;
          return new Promise((resolve) =>
            goal.signal.addEventListener("abort", () => resolve({ sequence: [7] }), { once: true }),
          );
        },
      });
      let id = "";
      const ended = outcome(at.ros, { order: 9 }, [], (given) => (id = given)).catch(String);
      await vi.waitFor(() => expect(running).toBe(1));
      ofPage(at.ros)[how](id);
      expect(await ended).toMatch(/\[7\]/);
    });

    test("a page that goes cancels what it has asked for", async () => {
      const ended: string[] = [];
      let running = 0;
      await using at = await served({
        execute: (_, goal) => {
          running++;
          return new Promise((resolve) =>
            goal.signal.addEventListener("abort", () => {
              ended.push("cancelled");
              resolve({ sequence: [] });
            }),
          );
        },
      });
      const other = await page(at.bridge);
      void outcome(other, { order: 9 }).catch(() => {});
      await vi.waitFor(() => expect(running).toBe(1));
      await other[Symbol.asyncDispose]();
      await vi.waitFor(() => expect(ended).toEqual(["cancelled"]));
    });

    test("a page serves an action: goals, feedback, results, failures, cancelling", async () => {
      await using runtime = await open({ log: () => {} });
      await using bridge = await openServer(runtime);
      await using ros = await page(bridge);
      const own = ofPage(ros);
      own.advertise(
        ({ order }, id) => {
          if (order < 0) return own.setFailed(id);
          if (order > 100) return own.sendFeedback(id, { sequence: [order] }); // works until it is cancelled
          own.sendFeedback(id, { sequence: [0] });
          own.setSucceeded(id, { sequence: [0, order] });
        },
        (id) => own.setCanceled(id, { sequence: [9] }),
      );
      await vi.waitFor(() =>
        expect(runtime.graph.services.map(({ name }) => name)).toContain("/fibonacci/_action/send_goal"),
      );
      await using user = runtime.node("/user");
      await using goals = actionClient(user, Fibonacci);
      const seen: unknown[] = [];
      const done = await goals.send({ order: 5 }, { onFeedback: ({ sequence }) => void seen.push([...sequence]) });
      const { status, result } = await done.result();
      expect([status, [...result.sequence]]).toEqual(["succeeded", [0, 5]]);
      expect(seen).toEqual([[0]]);
      expect((await (await goals.send({ order: -1 })).result()).status).toBe("aborted");

      const far: unknown[] = [];
      const long = await goals.send({ order: 101 }, { onFeedback: ({ sequence }) => void far.push([...sequence]) });
      await vi.waitFor(() => expect(far).toEqual([[101]]));
      expect(await long.cancel()).toBe(true);
      const cancelled = await long.result();
      expect([cancelled.status, [...cancelled.result.sequence]]).toEqual(["canceled", [9]]);

      const lost = await goals.send({ order: 102 });
      own.unadvertise();
      const end = await lost.result().then(
        ({ status: how }) => how,
        ({ code }: { code: string }) => code,
      );
      expect(end).toMatch(/^(aborted|SERVICE_LOST)$/); // as far as the server still had time to say so
    });

    test("an action whose parts nobody knows cannot be served, and that is said", async () => {
      await using runtime = await open();
      await using bridge = await openServer(runtime);
      const socket = new WebSocket(bridge.url.replace("http", "ws"));
      await once(socket, "open");
      const said: unknown[] = [];
      socket.on("message", (data: Buffer) => void said.push(JSON.parse(data.toString())));
      socket.send(JSON.stringify({ op: "advertise_action", id: "7", action: "/walk", type: "legs/Walk" }));
      await vi.waitFor(() =>
        expect(said).toMatchObject([
          { op: "status", level: "error", id: "7", msg: expect.stringContaining("legs/Walk") },
        ]),
      );
      socket.terminate();
    });
  });

  test("a throttled topic comes no faster, and its queue keeps the newest", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    const publisher = node.publisher(Chatter);
    await using ros = await page(bridge);
    const heard: string[] = [];
    new Topic<{ data: string }>({
      ros,
      name: "/chatter",
      messageType: "std_msgs/String",
      throttle_rate: 30,
      queue_length: 2,
    }).subscribe(({ data }) => void heard.push(data));
    await vi.waitFor(() => expect(publisher.matched.filter(({ node: name }) => name === "/bridge").length).toBe(2));
    for (let i = 0; i < 100; i++) publisher.publish({ data: String(i) });
    await vi.waitFor(() => expect(heard).toEqual(["0", "98", "99"]));
  });
});

describe("bad input", () => {
  test("anything at all in a message is told of, and hurts nobody", async () => {
    await using runtime = await open();
    await using bridge = await openServer(runtime);
    await using node = runtime.node("robot");
    node.publisher(Chatter);
    const ops = [
      "subscribe",
      "unsubscribe",
      "advertise",
      "unadvertise",
      "publish",
      "call_service",
      "fragment",
      "send_action_goal",
      "cancel_action_goal",
      "advertise_action",
      "unadvertise_action",
      "action_feedback",
      "action_result",
      "nothing",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc
            .record({
              op: fc.constantFrom(...ops),
              topic: fc.oneof(fc.constant("/chatter"), fc.jsonValue()),
              action: fc.oneof(fc.constant("/fibonacci"), fc.jsonValue()),
              id: fc.oneof(fc.constant("1"), fc.jsonValue()),
              service: fc.oneof(fc.constant("/rosapi/topic_type"), fc.jsonValue()),
              type: fc.oneof(fc.constant("std_msgs/String"), fc.jsonValue()),
              msg: fc.jsonValue(),
              args: fc.jsonValue(),
              num: fc.jsonValue(),
              total: fc.jsonValue(),
            })
            .map((json) => JSON.stringify(json)),
        ),
        async (message) => {
          const raw = new WebSocket(bridge.url.replace("http", "ws"));
          raw.on("error", () => {});
          await once(raw, "open");
          raw.send(message);
          raw.ping();
          await once(raw, "pong");
          raw.terminate();
        },
      ),
      { numRuns: 100 },
    );
    expect(runtime.errors).toBe(0);
    await using ros = await page(bridge);
    expect(ros.isConnected).toBe(true);
  });
});
