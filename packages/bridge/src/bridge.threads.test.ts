import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { createFile, McapWriter } from "@delos/bag";
import { apollo, delos } from "@delos/msgs";
import { openReplay } from "@delos/replay";
import { open, type Runtime, topic } from "@delos/runtime";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { type Bridge, openBridge } from "./bridge.ts";
import { Command, Frame } from "./protocol.ts";

let folder: string;
let page: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-bridge-"));
  page = join(folder, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(page, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(page, "assets", "app-AbCd1234.js"), "console.log(1);".repeat(200));
  writeFileSync(join(page, "assets", "packed.css"), "a{}".repeat(1000));
  writeFileSync(join(page, "assets", "packed.css.gz"), gzipSync("a{}".repeat(1000)));
  writeFileSync(join(page, "secret.key"), "not of a type that is served");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);

/** A page that puts together what it gets. */
class TestPage {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];

  constructor(bridge: Bridge, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${bridge.url.replace("http", "ws")}ws`, { headers });
    this.socket.on("message", (data) => void this.frames.push(Frame.decode(data as Buffer)));
    this.socket.on("error", () => {});
  }

  async opened(): Promise<this> {
    await once(this.socket, "open");
    return this;
  }

  send(command: Command): void {
    this.socket.send(Command.encode(command));
  }

  /** The newest value of a part. */
  last<K extends keyof Frame>(part: K): Frame[K] {
    return this.frames.findLast((frame) => frame[part] !== undefined)?.[part];
  }

  get texts(): (string | undefined)[] {
    return this.frames.flatMap((frame) => frame.notices ?? []).map((notice) => notice.text);
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

function get(bridge: Bridge, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port: bridge.port, host: "127.0.0.1", path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** How a WebSocket ends that is not let in: the status of the answer. */
async function refusal(bridge: Bridge, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(`${bridge.url.replace("http", "ws")}ws`, { headers });
  socket.on("error", () => {});
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
  socket.terminate();
  return response.statusCode;
}

describe("the page's files", () => {
  test("come with their type, a strict policy, compressed, and not twice", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const index = await get(bridge, "/");
    expect(index.status).toBe(200);
    expect(index.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(index.headers["content-security-policy"]).toMatch(/default-src 'none'.*script-src 'self'/);
    expect(index.headers["x-content-type-options"]).toBe("nosniff");
    expect(index.headers["cache-control"]).toBe("no-cache");

    const script = await get(bridge, "/assets/app-AbCd1234.js?x=1", { "accept-encoding": "gzip, br" });
    expect(script.headers).toMatchObject({
      "content-encoding": "gzip",
      "content-type": "text/javascript; charset=utf-8",
    });
    expect(script.headers["cache-control"]).toMatch(/immutable/);
    expect(gunzipSync(script.body).toString()).toBe("console.log(1);".repeat(200));
    const plain = await get(bridge, "/assets/packed.css", { "accept-encoding": "gzip;q=0" });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body.toString()).toBe("a{}".repeat(1000));
    const again = await get(bridge, "/", { "if-none-match": index.headers["etag"] as string });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await get(bridge, "/", {}, "HEAD")).body.length).toBe(0);
  });

  test.for([
    "/../package.json",
    "/%2e%2e/package.json",
    "/assets",
    "/nothing.js",
    "/secret.key",
    "//etc/passwd",
    "/\0",
  ])("%s is no file", async (path) => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    expect((await get(bridge, encodeURI(path))).status).toBe(404);
  });

  test("other names, origins and methods get nothing", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    expect((await get(bridge, "/", { host: "evil.example" })).status).toBe(403);
    expect((await get(bridge, "/", { host: `127.0.0.1:${bridge.port + 1}` })).status).toBe(403);
    expect((await get(bridge, "/", { origin: "http://evil.example" })).status).toBe(403);
    expect((await get(bridge, "/", {}, "POST")).status).toBe(405);
  });

  test("without a built page there is a word about it", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page: undefined });
    expect((await get(bridge, "/")).status).toBe(200);
  });
});

describe("the WebSocket", () => {
  test("is closed to pages of elsewhere and under foreign names", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    expect(await refusal(bridge, { origin: "http://evil.example" })).toBe(403);
    expect(await refusal(bridge, { origin: "null" })).toBe(403);
    expect(await refusal(bridge, { host: `evil.example:${bridge.port}` })).toBe(403);
    const own = await new TestPage(bridge, { origin: `http://localhost:${bridge.port}` }).opened();
    await expect.poll(() => own.last("hello")).toEqual({ server: "delos", title: "live", role: 1 });
    own.socket.terminate();
  });

  test("shows the live bus: world, plots, topics with rates, messages, to every page the same", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const [first, second] = [await new TestPage(bridge).opened(), await new TestPage(bridge).opened()];
    publishPoses(runtime, 200);
    for (const { last } of [first, second].map((one) => ({ last: one.last.bind(one) }))) {
      await expect.poll(() => last("world")?.pose?.x).toBe(199);
      await expect
        .poll(() => last("topics")?.topics?.[0])
        .toMatchObject({
          name: Pose.name,
          type: "apollo.localization.LocalizationEstimate",
          encoding: "protobuf",
          received: 200n,
        });
    }
    expect(first.last("topics")!.topics![0]!.lost).toBeUndefined(); // none
    expect(first.last("topics")!.topics![0]!.rate_hz).toBeCloseTo(100, 0);
    const speeds = first.frames.flatMap((frame) => frame.series ?? []).filter(({ id }) => id === "speed");
    expect(speeds.flatMap(({ value }) => value!)).toHaveLength(200);
    expect(first.last("playback")).toEqual({}); // NONE is proto3's default: there is nothing to play

    first.send({ inspect: Pose.name });
    await expect.poll(() => first.last("raw")?.topic).toBe(Pose.name);
    expect(JSON.parse(first.last("raw")!.json!)).toMatchObject({ pose: { position: { x: 199 } } });
    expect(second.last("raw")).toBeUndefined();
    // Somebody who comes later sees the same, before anything new happens.
    const late = await new TestPage(bridge).opened();
    await expect.poll(() => late.last("world")?.pose?.x).toBe(199);
    bridge.note("warn", "test", "once");
    const later = await new TestPage(bridge).opened();
    await expect.poll(() => later.texts).toEqual(["once"]);
    await expect.poll(() => late.texts).toEqual(["once"]);
    later.socket.terminate();
    for (const one of [first, second, late]) one.socket.terminate();
    await expect.poll(() => bridge.clients).toBe(0);
  });

  test("takes garbage, counts it, says so once, and throws out who sends nothing else", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const one = await new TestPage(bridge).opened();
    one.socket.send("text");
    one.socket.send(Buffer.from([255, 255, 255, 255]));
    one.socket.send(Buffer.alloc(0));
    one.socket.send(Command.encode({ rate: Number.NaN }));
    await expect.poll(() => one.texts).toContain("a message that is no command was left out");
    one.send({ play: true });
    await expect.poll(() => one.texts.some((text) => text?.includes("nothing to play"))).toBe(true);
    expect(one.socket.readyState).toBe(WebSocket.OPEN);
    for (let i = 0; i < 60; i++) one.socket.send("text");
    const [code] = (await once(one.socket, "close")) as [number];
    expect(code).toBe(1008);
    await expect.poll(() => bridge.clients).toBe(0);
  });

  test("cuts off messages that are too long, and the others do not notice", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const [bad, good] = [await new TestPage(bridge).opened(), await new TestPage(bridge).opened()];
    bad.socket.send(Buffer.alloc(100_000));
    await once(bad.socket, "close");
    publishPoses(runtime, 2);
    await expect.poll(() => good.last("world")?.pose?.x).toBe(1);
    good.socket.terminate();
  });

  test("leaves out frames for a page that does not read, and brings it up to date when it does", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const slow = await new TestPage(bridge).opened();
    await expect.poll(() => slow.last("hello")).toBeDefined();
    slow.socket.pause();
    const big = topic("/apollo/planning", apollo.planning.ADCTrajectory);
    const publisher = runtime.node("/big").publisher(big);
    const point = { path_point: { x: 1.5, y: 2.5 }, v: 3, relative_time: 0 };
    let published = 0;
    // Until well above what sockets hold: every trajectory is a frame of a megabyte.
    const flood = setInterval(() => {
      published++;
      const trajectory_point = Array.from({ length: 30_000 }, () => ({ ...point, v: published }));
      publisher.publish({ header: { timestamp_sec: published }, trajectory_point });
    }, 20);
    const watcher = await new TestPage(bridge).opened();
    await expect.poll(() => published, { timeout: 60_000 }).toBeGreaterThan(25);
    clearInterval(flood);
    slow.socket.resume();
    await expect.poll(() => slow.last("world")?.trajectory?.speed_mps?.[0], { timeout: 60_000 }).toBe(published);
    await expect.poll(() => Number(slow.last("counters")?.frames_dropped ?? 0), { timeout: 60_000 }).toBeGreaterThan(0);
    for (const one of [slow, watcher]) one.socket.terminate();
  });

  test("a hundred pages are sent the same frames, each encoded once", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const publisher = runtime.node("/robot").publisher(Pose);
    const pages = await Promise.all(Array.from({ length: 100 }, () => new TestPage(bridge).opened()));
    const isWorld = (frame: Frame): boolean => frame.world !== undefined;
    // Each is greeted by itself, and has had what was waiting.
    publisher.publish(poseAt(-5));
    await expect.poll(() => pages.every((one) => one.last("world")?.pose?.x === -5)).toBe(true);
    for (const one of pages) one.frames.length = 0;
    const encode = vi.spyOn(Frame, "encode");
    try {
      for (let i = 1; i <= 20; i++) {
        publisher.publish(poseAt(i));
        await expect.poll(() => pages[99]!.last("world")?.pose?.x).toBe(i);
      }
      await expect.poll(() => pages.every((one) => one.last("world")?.pose?.x === 20)).toBe(true);
      const encoded = encode.mock.calls.filter(([frame]) => isWorld(frame as Frame)).length;
      expect(encoded).toBeGreaterThanOrEqual(20);
      expect(new Set(pages.map((one) => one.frames.filter(isWorld).length))).toEqual(new Set([encoded]));
    } finally {
      encode.mockRestore();
    }
    for (const { socket } of pages) socket.terminate();
  });

  test("a hidden page gets its playback once a second and nothing else", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    const hidden = await new TestPage(bridge).opened();
    await expect.poll(() => hidden.last("hello")).toBeDefined();
    hidden.send({ visible: false });
    hidden.send({ inspect: "" });
    await expect.poll(() => hidden.frames.filter((frame) => Object.keys(frame).join() === "playback").length).toBe(2);
    const before = hidden.frames.length;
    publishPoses(runtime, 50);
    await expect.poll(() => hidden.frames.length).toBeGreaterThan(before);
    expect(hidden.frames.slice(before).every((frame) => frame.world === undefined)).toBe(true);
    hidden.send({ visible: true });
    await expect.poll(() => hidden.last("world")?.pose?.x).toBe(49);
    hidden.socket.terminate();
  });
});

describe("with a replay", () => {
  function recording(): string {
    const path = join(folder, `poses${Math.random()}.mcap`);
    using writer = new McapWriter(createFile(path), { compression: "none" });
    const { schema } = Pose.type;
    const schemaId = writer.addSchema({ name: schema.name, encoding: schema.schemaEncoding, data: schema.data });
    const id = writer.addChannel({ topic: Pose.name, schemaId, messageEncoding: "protobuf" });
    for (let i = 0; i < 100; i++) {
      const timeNs = 1_000_000_000_000n + BigInt(i) * 100_000_000n;
      writer.writeMessage(id, i, timeNs, timeNs, Pose.type.encode(poseAt(i)));
    }
    return path;
  }

  test("the page leads it: step, seek, rate, loop, play; passes and density come along", async () => {
    await using runtime = await open();
    await using replay = await openReplay([recording()], { runtime, paused: true });
    await using bridge = await openBridge({ runtime, replay, port: 0, page, title: "test" });
    const one = await new TestPage(bridge).opened();
    const { State } = delos.bridge.Playback;
    await expect.poll(() => one.last("hello")).toMatchObject({ title: "test", can_control: true });
    await expect.poll(() => one.last("playback")).toMatchObject({ state: State.PAUSED, start_s: 1000, end_s: 1009.9 });
    one.send({ step: 2 });
    await expect.poll(() => one.last("world")?.pose?.x).toBe(1);
    one.send({ step: -1 });
    await expect.poll(() => one.last("world")?.pose?.x ?? 0).toBe(0);
    one.send({ seek_s: 1005 });
    one.send({ step: 1 });
    await expect.poll(() => one.last("world")?.pose?.x).toBe(50);
    expect(one.last("world")?.time_s).toBe(1005);
    one.send({ loop: true });
    one.send({ rate: 100 });
    one.send({ play: true });
    await expect.poll(() => one.last("playback")?.pass).toBeGreaterThan(3);
    expect(one.last("playback")).toMatchObject({ state: State.PLAYING, rate: 100, loop: true });
    one.send({ rate: Number.POSITIVE_INFINITY });
    await expect.poll(() => one.last("playback")?.rate).toBe(Number.POSITIVE_INFINITY);
    one.send({ rate: 1e9 });
    await expect.poll(() => one.last("playback")?.rate).toBe(1000);
    one.send({ play: false });
    await expect.poll(() => one.last("playback")?.state).toBe(State.PAUSED);
    await expect.poll(() => one.last("density")?.topics).toEqual([Pose.name]);
    expect(one.last("density")!.counts!.reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(one.last("topics")!.topics![0]).toMatchObject({ recorded: 100n });
    one.socket.terminate();
  });

  test("what is said beside the recording does not move its time", async () => {
    await using runtime = await open();
    await using replay = await openReplay([recording()], { runtime, paused: true });
    await using bridge = await openBridge({ runtime, replay, port: 0, page });
    const one = await new TestPage(bridge).opened();
    await expect.poll(() => one.last("hello")).toBeDefined();
    replay.step(1);
    await expect.poll(() => one.last("world")?.time_s).toBe(1000);
    const log = topic("/delos/log", delos.Log);
    runtime
      .node("/talker")
      .publisher(log)
      .publish({ level: delos.Log.Level.WARN, node: "/talker", message: "careful" });
    await expect.poll(() => one.texts).toContain("careful");
    expect(one.last("world")?.time_s).toBe(1000);
    one.socket.terminate();
  });

  test("after a jump back the world of before is gone, pass and world together", async () => {
    await using runtime = await open();
    await using replay = await openReplay([recording()], { runtime, rate: 50, loop: true });
    await using bridge = await openBridge({ runtime, replay, port: 0, page });
    const one = await new TestPage(bridge).opened();
    await expect.poll(() => one.last("playback")?.pass ?? 0).toBeGreaterThan(2);
    one.socket.terminate();
    // Within one pass the poses of the frames go forward only.
    let [pass, timeS] = [-1, 0];
    for (const frame of one.frames) {
      if (frame.playback?.pass !== undefined && frame.playback.pass !== pass) [pass, timeS] = [frame.playback.pass, 0];
      const poseS = frame.world?.pose?.time_s;
      if (poseS === undefined) continue;
      expect(poseS).toBeGreaterThanOrEqual(timeS);
      timeS = poseS;
    }
  });
});

describe("the server", () => {
  test("says which port is taken and what to do", async () => {
    await using runtime = await open();
    await using bridge = await openBridge({ runtime, port: 0, page });
    await expect(openBridge({ runtime, port: bridge.port, page })).rejects.toMatchObject({
      code: "BRIDGE_PORT_IN_USE",
      message: expect.stringContaining(`port ${bridge.port}`) as string,
    });
  });

  test("closes with pages connected, more than once, and the port is free again", async () => {
    await using runtime = await open();
    const bridge = await openBridge({ runtime, port: 0, page });
    const one = await new TestPage(bridge).opened();
    const closed = once(one.socket, "close");
    await Promise.all([bridge[Symbol.asyncDispose](), bridge[Symbol.asyncDispose]()]);
    expect(((await closed) as [number])[0]).toBe(1001);
    await using again = await openBridge({ runtime, port: bridge.port, page });
    // A page that connects again sees the new server.
    const back = await new TestPage(again).opened();
    await expect.poll(() => back.last("hello")).toBeDefined();
    back.socket.terminate();
  });
});

function poseAt(i: number): apollo.localization.LocalizationEstimate {
  return {
    header: { timestamp_sec: 1000 + i / 10, module_name: "test", sequence_num: i },
    pose: { position: { x: i, y: 0, z: 0 }, heading: 0, linear_velocity: { x: 10, y: 0, z: 0 } },
  };
}

/** At 100 Hz of the bus' time. */
function publishPoses(runtime: Runtime, count: number): void {
  const publisher = runtime.node("/poses").publisher(Pose);
  for (let i = 0; i < count; i++)
    publisher.publish(poseAt(i), { sourceTimeNs: 1_000_000_000_000n + BigInt(i) * 10_000_000n });
}
