import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFile, McapWriter } from "@delos/bag";
import { apollo, type foxglove, SchemaTypes } from "@delos/msgs";
import { openReplay, openReplayDeck } from "@delos/replay";
import { open, parameter, type Runtime, service, topic } from "@delos/runtime";
import { codecFor, ros2Schema } from "@delos/wire";
import {
  type Channel,
  FoxgloveClient,
  type IWebSocket,
  type ParameterValues,
  type ServerInfo,
  type Service,
} from "@foxglove/ws-protocol";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { type Bridge, openBridge } from "../bridge.ts";
import { SUBPROTOCOLS } from "./foxglove/messages.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-foxglove-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);
const text = ros2Schema("std_msgs/msg/String", "string data");
const Chatter = topic("/chatter", codecFor(text));

/** Threads start, recordings are opened: that takes its time beside other work. */
function waitFor<T>(check: () => T | Promise<T>, options: { readonly interval?: number } = {}): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, ...options });
}

/** A viewer: the real client of the protocol's own package. */
class Viewer {
  readonly channels: Map<string, Channel> = new Map();
  readonly services: Map<string, Service> = new Map();
  readonly statuses: { readonly level: number; readonly message: string }[] = [];
  readonly socket: WebSocket;
  readonly client: FoxgloveClient;
  readonly hello: Promise<ServerInfo>;

  constructor(bridge: Bridge, options: { subprotocol?: string; headers?: Record<string, string> } = {}) {
    const { subprotocol = SUBPROTOCOLS[1], headers = {} } = options;
    this.socket = new WebSocket(bridge.url.replace("http", "ws"), [subprotocol], { headers });
    this.client = new FoxgloveClient({ ws: this.socket as unknown as IWebSocket });
    this.client.on("error", () => {});
    this.client.on("advertise", (channels) => {
      for (const channel of channels) this.channels.set(channel.topic, channel);
    });
    this.client.on("unadvertise", (ids) => {
      for (const [name, { id }] of this.channels) if (ids.includes(id)) this.channels.delete(name);
    });
    this.client.on("advertiseServices", (services) => {
      for (const each of services) this.services.set(each.name, each);
    });
    this.client.on("status", (status) => void this.statuses.push(status));
    this.hello = new Promise((resolve) => this.client.on("serverInfo", resolve));
  }

  /** Once the channel is there. */
  async channel(name: string): Promise<Channel> {
    return await waitFor(() => this.channels.get(name) ?? Promise.reject(new Error(`no channel ${name}`)));
  }

  /** Messages of a topic as they come: bytes, decoded by the schema that was advertised. */
  async decoded(name: string): Promise<{ readonly timeNs: bigint; readonly message: unknown }[]> {
    const channel = await this.channel(name);
    const isProtobuf = channel.encoding === "protobuf";
    const codec = (isProtobuf ? new SchemaTypes().codecFor.bind(new SchemaTypes()) : codecFor)({
      name: channel.schemaName,
      messageEncoding: channel.encoding,
      schemaEncoding: channel.schemaEncoding ?? "",
      data: new Uint8Array(Buffer.from(channel.schema, isProtobuf ? "base64" : "utf8")),
    });
    const messages: { timeNs: bigint; message: unknown }[] = [];
    const id = this.client.subscribe(channel.id);
    this.client.on("message", ({ subscriptionId, timestamp, data }) => {
      if (subscriptionId !== id) return;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      messages.push({ timeNs: timestamp, message: codec.decode(bytes) });
    });
    return messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, "close");
    this.client.close();
    await closed;
  }
}

/** Five seconds along x, from 587 km east and 4142 km north, 10 m/s. Returns the file's name. */
function recordedDrive(name: string, startNs: bigint): string {
  const file = join(folder, `${name}.mcap`);
  using writer = new McapWriter(createFile(file), { compression: "none" });
  const { name: type, schemaEncoding: encoding, data } = Pose.type.schema;
  const schemaId = writer.addSchema({ name: type, encoding, data });
  const channel = writer.addChannel({ topic: Pose.name, schemaId, messageEncoding: "protobuf" });
  for (let i = 0; i < 500; i++) {
    const timeNs = startNs + BigInt(i) * 10_000_000n;
    const position = { x: 587_000 + i / 10, y: 4_142_000, z: 0 };
    writer.writeMessage(channel, i, timeNs, timeNs, Pose.type.encode({ pose: { position } }));
  }
  return file;
}

async function served(runtime: Runtime, options: Partial<BridgeChoices> = {}): Promise<Bridge> {
  return await openBridge({ runtime, port: 0, page: folder, server: "delos test", ...options });
}
type BridgeChoices = Parameters<typeof openBridge>[0];

describe("the Foxglove protocol, with the client of @foxglove/ws-protocol", () => {
  test("says who it is; both names of the subprotocol are echoed, others refused", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    for (const subprotocol of SUBPROTOCOLS) {
      await using viewer = new Viewer(bridge, { subprotocol });
      const hello = await viewer.hello;
      expect(viewer.socket.protocol).toBe(subprotocol);
      expect(hello).toMatchObject({ op: "serverInfo", name: "delos test" });
      expect(hello.capabilities).toContain("clientPublish");
      expect(hello.capabilities).not.toContain("playbackControl");
    }
    const stranger = new WebSocket(bridge.url.replace("http", "ws"), ["foxglove.websocket.v9"]);
    const [, response] = (await once(stranger, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
  });

  test("topics are channels with their schemas; messages come as they were published", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("car");
    const poses = node.publisher(Pose);
    const chatter = node.publisher(Chatter);
    await using viewer = new Viewer(bridge);
    const pose = await viewer.decoded(Pose.name);
    const talk = await viewer.decoded(Chatter.name);
    expect(await viewer.channel(Pose.name)).toMatchObject({
      encoding: "protobuf",
      schemaEncoding: "protobuf",
      schemaName: "apollo.localization.LocalizationEstimate",
    });
    await waitFor(() => expect(poses.matched.filter(({ node: name }) => name === "/bridge").length).toBe(2));
    const sent = { header: { sequence_num: 7 }, pose: { position: { x: 1, y: 2, z: 3 }, heading: 0.5 } };
    poses.publish(sent, { sourceTimeNs: 1_500_000_000_123_456_789n });
    await waitFor(() => {
      chatter.publish({ data: "hi" });
      expect(talk.length).toBeGreaterThan(0);
    });
    expect(pose).toEqual([{ timeNs: 1_500_000_000_123_456_789n, message: sent }]);
    expect(talk[0]!.message).toEqual({ data: "hi" });
    await poses[Symbol.asyncDispose]();
    await waitFor(() => expect(viewer.channels.has(Pose.name)).toBe(false));
  });

  test("a subscription that ended with its channel may be cancelled; one that never was is told of", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("talker");
    const chatter = node.publisher(Chatter);
    await using viewer = new Viewer(bridge);
    const { id } = await viewer.channel(Chatter.name);
    const subscription = viewer.client.subscribe(id);
    // As Foxglove and Lichtblick do when a channel goes.
    const gone = new Promise<void>((resolve) => {
      viewer.client.on("unadvertise", () => {
        viewer.client.unsubscribe(subscription);
        viewer.client.unsubscribe(77);
        resolve();
      });
    });
    let got = 0;
    viewer.client.on("message", () => void got++);
    await waitFor(() => {
      chatter.publish({ data: "hi" });
      expect(got).toBeGreaterThan(0);
    });
    await chatter[Symbol.asyncDispose]();
    await gone;
    // On its way when the channel went: nothing to complain about, either.
    viewer.client.unsubscribe(viewer.client.subscribe(id));
    viewer.client.subscribe(4711);
    await waitFor(() => expect(viewer.statuses.length).toBeGreaterThan(1));
    const said = viewer.statuses.map(({ message }) => message);
    expect(said).toEqual(["there is no subscription 77", "there is no channel 4711"]);
  });

  test("latched messages reach every viewer that comes later", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("map");
    const Latched = topic("/map", codecFor(text), { durability: "transient_local", depth: 2 });
    const publisher = node.publisher(Latched);
    for (const data of ["a", "b", "c"]) publisher.publish({ data });
    for (let i = 0; i < 2; i++) {
      await using viewer = new Viewer(bridge);
      const got = await viewer.decoded(Latched.name);
      await waitFor(() => expect(got.map(({ message }) => message)).toEqual([{ data: "b" }, { data: "c" }]));
    }
  });

  test("viewers publish JSON of types known here, and bytes in the topic's own encoding", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("car");
    const pads: unknown[] = [];
    node.subscribe(Pad).on(({ message }) => void pads.push(message));
    const points: unknown[] = [];
    node.subscribeAny("/point").on((sample) => void points.push(sample.resolve(codecFor).message));
    await using viewer = new Viewer(bridge);
    await viewer.hello;
    const pad = viewer.client.advertise({ topic: Pad.name, encoding: "json", schemaName: "apollo.control.PadMessage" });
    const bytes = viewer.client.advertise({ topic: Pad.name, encoding: "protobuf", schemaName: "pb_msgs/PadMessage" });
    const point = viewer.client.advertise({ topic: "/point", encoding: "json", schemaName: "geometry_msgs/Point" });
    viewer.client.sendMessage(pad, Buffer.from('{"action":"START"}'));
    viewer.client.sendMessage(bytes, apollo.control.PadMessage.encode({ action: apollo.control.DrivingAction.STOP }));
    viewer.client.sendMessage(point, Buffer.from('{"x":1.5}'));
    await waitFor(() => expect([pads.length, points.length]).toEqual([2, 1]));
    expect(pads).toEqual([
      { action: apollo.control.DrivingAction.START },
      { action: apollo.control.DrivingAction.STOP },
    ]);
    expect(points).toEqual([{ x: 1.5, y: 0, z: 0 }]);
    viewer.client.sendMessage(pad, Buffer.from('{"actoin":"START"}'));
    await waitFor(() => expect(viewer.statuses.at(-1)?.message).toMatch(/actoin/));
    viewer.client.advertise({ topic: "/x", encoding: "json", schemaName: "no/Such" });
    await waitFor(() => expect(viewer.statuses.at(-1)?.message).toMatch(/nothing here knows the type no\/Such/));
    expect(pads.length).toBe(2);
  });

  test("what viewers publish in ROS' types is a channel whose schema tells all that it is made of", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using viewer = new Viewer(bridge);
    await viewer.hello;
    viewer.client.advertise({ topic: "/goal", encoding: "json", schemaName: "geometry_msgs/PoseStamped" });
    const { schema, schemaEncoding, encoding } = await viewer.channel("/goal");
    expect([encoding, schemaEncoding]).toEqual(["cdr", "ros2msg"]);
    const [top, ...parts] = schema.split(/^=+\n/m);
    expect(top!.trim()).toBe("std_msgs/Header header\ngeometry_msgs/Pose pose");
    const defined = new Map(parts.map((part) => [/^MSG: (\S+)\n/.exec(part)![1]!, part.split("\n").slice(1)]));
    const used = [top!.split("\n"), ...defined.values()].flat().flatMap((line) => /^(\w+\/\w+) /.exec(line)?.[1] ?? []);
    expect([...defined.keys()].toSorted()).toEqual([...new Set(used)].toSorted());
    expect(defined.size).toBe(5);
  });

  test("parameters are read, set and watched", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("/control");
    const own = node.parameters({ kp: parameter.number(1.5, { min: 0, max: 10 }), name: parameter.string("mkz") });
    await using viewer = new Viewer(bridge);
    await viewer.hello;
    const answers: ParameterValues[] = [];
    viewer.client.on("parameterValues", (event) => void answers.push(event));
    viewer.client.getParameters([], "all");
    await waitFor(() => expect(answers.map(({ id }) => id)).toEqual(["all"]));
    expect(answers[0]!.parameters).toEqual([
      { name: "/control.kp", value: 1.5, type: "float64" },
      { name: "/control.name", value: "mkz" },
    ]);
    viewer.client.subscribeParameterUpdates(["/control.kp"]);
    viewer.client.setParameters([{ name: "/control.kp", value: 2 }], "set");
    await waitFor(() => expect(answers.length).toBe(3));
    expect(own.values.kp).toBe(2);
    expect(answers.slice(1).map(({ parameters }) => parameters[0])).toEqual([
      { name: "/control.kp", value: 2, type: "float64" },
      { name: "/control.kp", value: 2, type: "float64" },
    ]);
    viewer.client.setParameters([{ name: "/control.kp", value: 99 }], "too much");
    await waitFor(() => expect(viewer.statuses.length).toBeGreaterThan(0));
    expect(own.values.kp).toBe(2);
    await waitFor(() => expect(answers.at(-1)).toMatchObject({ id: "too much", parameters: [{ value: 2 }] }));
  });

  test("services are called in JSON; what goes wrong is told", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("adder");
    const request = codecFor(ros2Schema("example_interfaces/srv/AddTwoInts_Request", "int64 a\nint64 b"));
    const response = codecFor(ros2Schema("example_interfaces/srv/AddTwoInts_Response", "int64 sum"));
    node.serve(service("/add", request, response), ({ a, b }) => {
      if (a === 13n) throw new Error("not that one");
      return { sum: (a as bigint) + (b as bigint) };
    });
    await using viewer = new Viewer(bridge);
    const add = await waitFor(() => viewer.services.get("/add") ?? Promise.reject(new Error("no service")));
    expect(JSON.parse(add.request!.schema)).toMatchObject({ properties: { a: { type: "string" } } });
    // Where viewers of the old protocol look for them; those of today warn of a server that says it twice.
    expect([add.requestSchema, add.responseSchema]).toEqual([add.request!.schema, add.response!.schema]);
    await using modern = new Viewer(bridge, { subprotocol: "foxglove.sdk.v1" });
    const same = await waitFor(() => modern.services.get("/add") ?? Promise.reject(new Error("no service")));
    expect(same).toEqual({ id: add.id, name: "/add", type: add.type, request: add.request, response: add.response });
    const answers: unknown[] = [];
    viewer.client.on("serviceCallResponse", ({ callId, data, encoding }) => {
      answers.push([
        callId,
        encoding,
        JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()),
      ]);
    });
    viewer.client.on("serviceCallFailure", ({ callId, message }) => void answers.push([callId, message]));
    const call = (callId: number, json: string, serviceId = add.id): void =>
      viewer.client.sendServiceCallRequest({
        serviceId,
        callId,
        encoding: "json",
        data: new DataView(Uint8Array.from(Buffer.from(json)).buffer),
      });
    call(1, '{"a":"2","b":40}');
    await waitFor(() => expect(answers).toEqual([[1, "json", { sum: "42" }]]));
    call(2, '{"a":13}');
    await waitFor(() => expect(answers[1]).toEqual([2, expect.stringMatching(/not that one/)]));
    call(3, "{", add.id);
    await waitFor(() => expect(answers[2]).toEqual([3, expect.stringMatching(/no JSON/)]));
    call(4, "{}", 4711);
    await waitFor(() => expect(answers[3]).toEqual([4, expect.stringMatching(/no service 4711/)]));
  });

  test("the connection graph names nodes, and what has changed", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using talker = runtime.node("talker");
    talker.publisher(Chatter);
    await using viewer = new Viewer(bridge);
    await viewer.hello;
    const published = new Map<string, string[]>();
    const removed: string[] = [];
    viewer.client.on("connectionGraphUpdate", (update) => {
      for (const { name, publisherIds } of update.publishedTopics) published.set(name, publisherIds);
      removed.push(...update.removedTopics);
    });
    viewer.client.subscribeConnectionGraph();
    await waitFor(() => expect(published.get("/chatter")).toEqual(["/talker"]));
    await talker[Symbol.asyncDispose]();
    await waitFor(() => expect(published.get("/chatter")?.length === 0 || removed.includes("/chatter")).toBe(true));
  });

  test("the car comes in Foxglove's own messages, near its local frame's origin", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("car");
    const poses = node.publisher(Pose);
    await using viewer = new Viewer(bridge);
    const transforms = await viewer.decoded("/delos/viewer/tf");
    const scenes = await viewer.decoded("/delos/viewer/scene");
    const at = { x: 587061.25, y: 4141628.5, z: -28.75 };
    await waitFor(() => {
      poses.publish({ pose: { position: at, heading: Math.PI / 2 } });
      expect(transforms.length).toBeGreaterThan(0);
      expect(scenes.length).toBeGreaterThan(0);
    });
    const [toLocal, toBase] = (transforms.at(-1)!.message as foxglove.FrameTransforms).transforms!;
    expect(toLocal).toMatchObject({ parent_frame_id: "map", child_frame_id: "local" });
    expect(toBase).toMatchObject({ parent_frame_id: "local", child_frame_id: "base_link" });
    expect(toLocal!.translation!.x! + toBase!.translation!.x!).toBe(at.x);
    expect(Math.abs(toBase!.translation!.x!)).toBeLessThanOrEqual(50);
    expect(toLocal!.translation!.z! + toBase!.translation!.z!).toBe(at.z);
    expect(toBase!.translation!.z!).toBeCloseTo(0.25);
    expect(toBase!.rotation!.z).toBeCloseTo(Math.SQRT1_2);
    const { entities } = scenes.at(-1)!.message as foxglove.SceneUpdate;
    expect(entities!.map(({ id, frame_id }) => [id, frame_id])).toEqual([["car", "base_link"]]);
  });

  test("a pose of UTM is a place on the globe, in the zone that the bridge was told; the way comes as GeoJSON", async () => {
    for (const [utmZone, longitudeDeg] of [
      [undefined, -122.016],
      [{ zone: 32, hemisphere: "north" }, 9.984],
    ] as const) {
      await using runtime = await open();
      await using bridge = await served(runtime, { utmZone });
      await using node = runtime.node("car");
      const poses = node.publisher(Pose);
      await using viewer = new Viewer(bridge);
      const locations = await viewer.decoded("/delos/viewer/location");
      const tracks = await viewer.decoded("/delos/viewer/track");
      let [i, timeNs] = [0, 1_600_000_000_000_000_000n];
      await waitFor(
        () => {
          const position = { x: 587_000 + ++i, y: 4_141_600, z: 12 };
          poses.publish({ pose: { position, heading: 0 } }, { sourceTimeNs: (timeNs += 100_000_000n) });
          expect(tracks.length).toBeGreaterThan(0);
        },
        { interval: 20 },
      );
      const location = locations.at(-1)!.message as foxglove.LocationFix;
      expect(location.longitude).toBeCloseTo(longitudeDeg, 2);
      expect(location.latitude).toBeCloseTo(37.417, 2);
      expect(location).toMatchObject({ altitude: 12, heading: Math.PI / 2 });
      const { geojson } = tracks.at(-1)!.message as foxglove.GeoJSON;
      const { type, geometry } = JSON.parse(geojson!);
      expect([type, geometry.type, geometry.coordinates.length]).toEqual(["Feature", "MultiLineString", 1]);
      const [[longitude, latitude], next] = geometry.coordinates[0];
      expect([longitude, latitude]).toEqual([expect.closeTo(longitudeDeg, 2), expect.closeTo(37.417, 2)]);
      expect(next[0]).toBeGreaterThan(longitude); // eastward
    }
  });

  test("a pose of a robot's own map is nowhere on the globe", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("robot");
    const poses = node.publisher(Pose);
    await using viewer = new Viewer(bridge);
    const locations = await viewer.decoded("/delos/viewer/location");
    const scenes = await viewer.decoded("/delos/viewer/scene");
    await waitFor(() => {
      poses.publish({ pose: { position: { x: 3, y: -4, z: 0 }, heading: 0 } });
      expect(scenes.length).toBeGreaterThan(1);
    });
    expect(locations).toEqual([]);
  });

  test("a recording is led by the viewer, and its time is told", async () => {
    const startNs = 1_600_000_000_000_000_000n;
    const file = recordedDrive("drive", startNs);
    await using runtime = await open({ clock: "recorded" });
    await using replay = await openReplay([file], { runtime, paused: true });
    await using bridge = await served(runtime, { replay });
    await using viewer = new Viewer(bridge, { subprotocol: "foxglove.sdk.v1" });
    const hello = await viewer.hello;
    expect(hello).toMatchObject({ dataStartTime: { sec: 1_600_000_000, nsec: 0 } });
    expect(hello.capabilities).toEqual(expect.arrayContaining(["time", "playbackControl"]));
    const got = await viewer.decoded(Pose.name);
    const times: bigint[] = [];
    viewer.client.on("time", ({ timestamp }) => void times.push(timestamp));
    const states: { status: number; timeNs: bigint; requestId: string }[] = [];
    viewer.socket.on("message", (data: ArrayBuffer | Buffer, isBinary: boolean) => {
      const bytes = Buffer.from(data as ArrayBuffer);
      if (!isBinary || bytes[0] !== 5) return;
      states.push({ status: bytes[1]!, timeNs: bytes.readBigUInt64LE(2), requestId: bytes.toString("utf8", 19) });
    });
    const control = Buffer.alloc(19 + 2);
    control[0] = 3;
    control[1] = 0; // play
    control.writeFloatLE(1000, 2);
    control[6] = 1;
    control.writeBigUInt64LE(startNs + 2_000_000_000n, 7);
    control.writeUInt32LE(2, 15);
    control.write("r7", 19);
    viewer.socket.send(control.subarray(0, 21));
    await waitFor(() => expect(states.some(({ requestId }) => requestId === "r7")).toBe(true));
    expect(states.find(({ requestId }) => requestId === "r7")).toMatchObject({
      status: 0,
      timeNs: startNs + 2_000_000_000n,
    });
    await waitFor(() => expect(got.at(-1)?.timeNs).toBe(startNs + 4_990_000_000n));
    expect(got[0]!.timeNs).toBeGreaterThanOrEqual(startNs + 2_000_000_000n);
    await waitFor(() => expect(times.at(-1)).toBe(startNs + 4_990_000_000n));
    await waitFor(() => expect(states.at(-1)?.status).toBe(3));
  });

  test("who comes while a recording stands still is told the time before any channel; the old protocol nothing of playback", async () => {
    const startNs = 1_600_000_000_000_000_000n;
    await using runtime = await open({ clock: "recorded" });
    await using replay = await openReplay([recordedDrive("still", startNs)], { runtime, paused: true });
    await using bridge = await served(runtime, { replay });
    for (const subprotocol of SUBPROTOCOLS) {
      await using viewer = new Viewer(bridge, { subprotocol });
      const frames: Buffer[] = [];
      viewer.socket.on("message", (data: ArrayBuffer | Buffer) => void frames.push(Buffer.from(data as ArrayBuffer)));
      const hello = await viewer.hello;
      await viewer.channel(Pose.name);
      // Its answer comes after whatever the greeting has had to say.
      viewer.client.getParameters([], "greeted");
      await waitFor(() => expect(frames.some((frame) => frame.includes('"greeted"'))).toBe(true));
      const kinds = frames.map((frame) => (frame[0] === 0x7b ? JSON.parse(frame.toString()).op : frame[0]));
      expect(kinds.slice(0, 3)).toEqual(["serverInfo", 2, "advertise"]);
      expect(frames[1]!.readBigUInt64LE(1)).toBe(startNs);
      const isLiving = subprotocol === "foxglove.sdk.v1";
      expect(kinds.includes(5)).toBe(isLiving);
      expect(hello.capabilities.includes("playbackControl" as never)).toBe(isLiving);
      expect(hello.capabilities).toContain("time");
    }
  });

  test("another recording is another session: what a viewer looks at goes on", async () => {
    const [first, second] = [1_600_000_000_000_000_000n, 1_700_000_000_000_000_000n];
    await using runtime = await open({ clock: "recorded" });
    await using deck = await openReplayDeck([recordedDrive("first", first)], { runtime, loop: true });
    await using bridge = await served(runtime, { deck });
    await using viewer = new Viewer(bridge);
    const sessions: unknown[] = [];
    viewer.client.on("serverInfo", ({ sessionId }) => void sessions.push(sessionId));
    const times: bigint[] = [];
    viewer.client.on("time", ({ timestamp }) => void times.push(timestamp));
    // A viewer never subscribes twice to a channel that stays.
    const transforms = await viewer.decoded("/delos/viewer/tf");
    await waitFor(() => expect(transforms.length).toBeGreaterThan(0));
    await deck.exchange([recordedDrive("second", second)]);
    await waitFor(() => expect(transforms.at(-1)!.timeNs).toBeGreaterThanOrEqual(second));
    expect(times.at(-1)).toBeGreaterThanOrEqual(second);
    expect(new Set(sessions).size).toBe(2);
    expect(viewer.statuses).toEqual([]);
    const poses = await viewer.decoded(Pose.name);
    await waitFor(() => expect(poses.length).toBeGreaterThan(0));
  });
});

describe("bad input", () => {
  test("anything at all in a message is told of, and hurts nobody", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("car");
    node.publisher(Pose);
    await using good = new Viewer(bridge);
    await good.hello;
    const ops = [
      "subscribe",
      "unsubscribe",
      "advertise",
      "unadvertise",
      "getParameters",
      "setParameters",
      "fetchAsset",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
          fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from([1 + (bytes.length % 3), ...bytes])),
          fc.string(),
          fc
            .record({ op: fc.constantFrom(...ops), subscriptions: fc.jsonValue(), channels: fc.jsonValue() })
            .map((json) => JSON.stringify(json)),
        ),
        async (message) => {
          const raw = new WebSocket(bridge.url.replace("http", "ws"), [SUBPROTOCOLS[0]]);
          raw.on("error", () => {});
          await once(raw, "open");
          raw.send(message);
          raw.send(JSON.stringify({ op: "subscribe", subscriptions: [{ id: 1, channelId: 1 }] }));
          raw.ping();
          await once(raw, "pong");
          raw.terminate();
        },
      ),
      { numRuns: 60 },
    );
    expect(runtime.errors).toBe(0);
    expect(good.socket.readyState).toBe(WebSocket.OPEN);
  });

  test("a viewer that sends nothing but nonsense is closed", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using viewer = new Viewer(bridge);
    await viewer.hello;
    const closed = once(viewer.socket, "close");
    for (let i = 0; i < 60; i++) viewer.socket.send("{");
    expect((await closed)[0]).toBe(1008);
  });
});
