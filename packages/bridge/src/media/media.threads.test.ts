import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createFile, McapWriter } from "@delos/bag";
import { apollo } from "@delos/msgs";
import { openReplayDeck, type ReplayDeck } from "@delos/replay";
import { open, type Runtime } from "@delos/runtime";
import { FoxgloveClient } from "@foxglove/ws-protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Bridge, type BridgeOptions, openBridge } from "../bridge.ts";
import { Command, Frame } from "../protocol.ts";
import type { ListedRecording } from "./messages.ts";

const START_S = 1_700_000_000;
const { COMPLETE_AUTO_DRIVE, COMPLETE_MANUAL } = apollo.canbus.Chassis.DrivingMode;
let folder: string;
let page: string;
let elsewhere: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-media-"));
  page = join(folder, "page");
  elsewhere = join(folder, "elsewhere");
  for (const path of [page, elsewhere, join(folder, "drives")]) mkdirSync(path);
  writeFileSync(join(page, "index.html"), "<!doctype html>");
  drive(join(folder, "drives", "first.mcap"), { y: 0, seconds: 20 });
  drive(join(folder, "drives", "second.mcap"), { y: 2, seconds: 10, startS: START_S + 5000, topic: "/other/pose" });
  drive(join(elsewhere, "secret.mcap"), { y: 9, seconds: 1 });
  writeFileSync(join(folder, "drives", "letter.bag"), "a letter");
  writeFileSync(join(folder, "drives", "notes.txt"), "not for anybody");
  symlinkSync(join(elsewhere, "secret.mcap"), join(folder, "drives", "link.mcap"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ten metres a second to the east, `y` to the north; the car drives itself between a quarter and three quarters. */
function drive(
  path: string,
  {
    y,
    seconds,
    startS = START_S,
    topic = "/apollo/localization/pose",
  }: { y: number; seconds: number; startS?: number; topic?: string },
): void {
  const Pose = apollo.localization.LocalizationEstimate;
  const Chassis = apollo.canbus.Chassis;
  using writer = new McapWriter(createFile(path), { compression: "none", chunkBytes: 16 * 1024 });
  const channel = (name: string, type: { readonly schema: { name: string; data: Uint8Array } }): number =>
    writer.addChannel({
      topic: name,
      schemaId: writer.addSchema({ name: type.schema.name, encoding: "protobuf", data: type.schema.data }),
      messageEncoding: "protobuf",
    });
  const [poses, chassis] = [channel(topic, Pose), channel("/apollo/canbus/chassis", Chassis)];
  for (let i = 0; i < seconds * 50; i++) {
    const timeS = startS + i / 50;
    const timeNs = BigInt(startS) * 1_000_000_000n + BigInt(i) * 20_000_000n;
    const header = { timestamp_sec: timeS };
    const pose = { position: { x: 500_000 + i / 5, y: 4_000_000 + y, z: 0 }, heading: 0 };
    writer.writeMessage(poses, i, timeNs, timeNs, Pose.encode({ header, pose }));
    const automatic = i > seconds * 12.5 && i < seconds * 37.5;
    const driving_mode = automatic ? COMPLETE_AUTO_DRIVE : COMPLETE_MANUAL;
    writer.writeMessage(chassis, i, timeNs, timeNs, Chassis.encode({ header, speed_mps: 10, driving_mode }));
  }
}

interface Rig extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly deck: ReplayDeck;
  readonly bridge: Bridge;
}

async function rig(options: Partial<BridgeOptions> = {}): Promise<Rig> {
  const runtime = await open();
  const deck = await openReplayDeck([join(folder, "drives", "first.mcap")], { runtime, loop: true });
  const bridge = await openBridge({ runtime, deck, port: 0, page, ...options });
  return {
    runtime,
    deck,
    bridge,
    [Symbol.asyncDispose]: async () => {
      await bridge[Symbol.asyncDispose]();
      await deck[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

type Answer = { readonly answer?: any; readonly error?: { readonly code: string; readonly text: string } };

class MediaPage implements Disposable {
  readonly socket: WebSocket;
  readonly written: number[] = [];
  readonly errors: string[] = [];
  readonly #waiting = new Map<number, (told: Answer) => void>();
  #ids = 0;

  constructor(bridge: Bridge, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${bridge.url.replace("http", "ws")}media`, { headers });
    this.socket.on("error", () => {});
    this.socket.on("message", (data: Buffer) => {
      const told = JSON.parse(data.toString());
      if (told.written !== undefined) this.written.push(told.written);
      if (told.id === 0) this.errors.push(told.error.code);
      this.#waiting.get(told.id)?.(told);
    });
  }

  async ask(what: object): Promise<Answer> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
    const id = ++this.#ids;
    return await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, ...what }));
    });
  }

  async list(): Promise<ListedRecording[]> {
    return (await this.ask({ do: "list" })).answer.recordings;
  }

  async named(name: string): Promise<ListedRecording> {
    return (await this.list()).find((each) => each.name === name)!;
  }

  async send(name: string, bytes: Uint8Array, announced = bytes.length): Promise<Answer> {
    const begun = await this.ask({ do: "upload", name, bytes: announced });
    if (begun.error !== undefined) return begun;
    for (let at = 0; at < bytes.length; at += 1_000_000) this.socket.send(bytes.subarray(at, at + 1_000_000));
    return await this.ask({ do: "uploaded" });
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

class FramePage implements Disposable {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];

  constructor(bridge: Bridge) {
    this.socket = new WebSocket(`${bridge.url.replace("http", "ws")}ws`);
    this.socket.on("message", (data) => void this.frames.push(Frame.decode(data as Buffer)));
  }

  last<K extends keyof Frame>(part: K): Frame[K] {
    return this.frames.findLast((frame) => frame[part] !== undefined)?.[part];
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

const uploadFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("delos-uploads-"));

describe("recordings on the page", () => {
  test("the list: recordings of the folders with what they hold, nothing else and nothing by a link from elsewhere", async () => {
    await using given = await rig();
    using media = new MediaPage(given.bridge);
    const list = await media.list();
    expect(list.map(({ name }) => name).sort()).toEqual(["first.mcap", "letter.bag", "second.mcap"]);
    expect(list.find(({ name }) => name === "second.mcap")).toMatchObject({
      format: "mcap",
      durationS: 9.98,
      startS: START_S + 5000,
      messages: 1000,
      complete: true,
      error: "",
      playing: false,
    });
    expect(list.find(({ name }) => name === "first.mcap")!.playing).toBe(true);
    expect(list.find(({ name }) => name === "letter.bag")!.error).toBe("BAG_UNKNOWN_FORMAT");
    expect(JSON.stringify(list)).not.toContain(folder); // where they are is nobody's business
  });

  test("no path can be asked for", async () => {
    await using given = await rig({ media: { folders: [join(folder, "drives")] } });
    using media = new MediaPage(given.bridge);
    const secret = join(elsewhere, "secret.mcap");
    for (const recording of [
      secret,
      "../elsewhere/secret.mcap",
      "drives/../../elsewhere/secret.mcap",
      "link.mcap",
      "",
      "first.mcap\0",
    ])
      for (const what of ["open", "trace"]) {
        const { error } = await media.ask({ do: what, recording });
        expect(error?.code).toBe("BRIDGE_NO_SUCH");
      }
    expect(given.deck.replay.recording.files).toEqual([join(folder, "drives", "first.mcap")]);
  });

  test("another recording takes the place of the first: world, topics, title, density, marks and viewers follow", async () => {
    await using given = await rig();
    using frames = new FramePage(given.bridge);
    using media = new MediaPage(given.bridge);
    await expect.poll(() => frames.last("world")?.pose?.source).toBe("/apollo/localization/pose");
    await expect.poll(() => frames.last("marks")?.marks?.map(({ kind }) => kind ?? 0)).toEqual([0, 1]);
    expect(frames.last("hello")).toMatchObject({ title: "first.mcap", can_open: true });
    expect(frames.last("marks")!.marks![0]!.time_s).toBeCloseTo(START_S + 5.02, 3);
    const infos: any[] = [];
    const topics = new Set<string>();
    const viewer = new FoxgloveClient({
      ws: new WebSocket(given.bridge.url.replace("http", "ws"), [FoxgloveClient.SUPPORTED_SUBPROTOCOL]) as never,
    });
    viewer.on("serverInfo", (info) => void infos.push(info));
    viewer.on("advertise", (channels) => channels.forEach(({ topic }) => topics.add(topic)));
    await expect.poll(() => [...topics]).toContain("/apollo/localization/pose");
    topics.clear();

    expect((await media.ask({ do: "open", recording: (await media.named("second.mcap")).id })).error).toBeUndefined();
    await expect.poll(() => frames.last("hello")?.title).toBe("second.mcap");
    await expect.poll(() => frames.last("world")?.pose?.source).toBe("/other/pose");
    expect(frames.last("world")!.pose!.y).toBeCloseTo(4_000_002, 6);
    expect(frames.last("playback")).toMatchObject({ start_s: START_S + 5000, state: 1 });
    const names = frames.last("topics")!.topics!.map(({ name }) => name);
    expect(names).toContain("/other/pose");
    expect(names).not.toContain("/apollo/localization/pose");
    await expect.poll(() => frames.last("density")?.topics).toContain("/other/pose");
    await expect.poll(() => frames.last("marks")?.marks?.[0]?.time_s).toBeCloseTo(START_S + 5002.52, 3);
    await expect.poll(() => infos.length).toBe(2);
    expect(infos[1].sessionId).not.toBe(infos[0].sessionId);
    expect(infos[1].dataStartTime).toEqual({ sec: START_S + 5000, nsec: 0 });
    await expect.poll(() => [...topics]).toContain("/other/pose");
    expect([...topics]).not.toContain("/apollo/localization/pose");
    viewer.close();
  });

  test("how recordings drive: what plays and what is compared with it, in the map's coordinates", async () => {
    await using given = await rig();
    using media = new MediaPage(given.bridge);
    const own = (await media.ask({ do: "trace" })).answer;
    const other = (await media.ask({ do: "trace", recording: (await media.named("second.mcap")).id })).answer;
    expect(own).toMatchObject({ startS: START_S, endS: START_S + 19.98 });
    expect(own.timeS.length).toBeGreaterThan(300);
    for (const key of ["x", "y", "headingRad", "speedMps"]) expect(own[key]).toHaveLength(own.timeS.length);
    const at = own.timeS.findIndex((timeS: number) => timeS >= START_S + 10);
    expect(own.x[at]).toBeCloseTo(500_000 + (own.timeS[at] - START_S) * 10, 1);
    expect(new Set(own.y)).toEqual(new Set([4_000_000]));
    expect(new Set(other.y)).toEqual(new Set([4_000_002]));
    expect(own.speedMps.at(-1)).toBe(10);
  });

  test("a part is looped over until told otherwise", async () => {
    await using given = await rig();
    using frames = new FramePage(given.bridge);
    await expect.poll(() => frames.last("playback")?.state).toBe(1);
    const range = { from_s: START_S + 3, to_s: START_S + 3.2 };
    frames.socket.send(Command.encode({ loop_range: range }));
    await expect.poll(() => frames.last("playback")?.loop_range).toEqual(range);
    await expect.poll(() => given.deck.replay.pass).toBeGreaterThan(2);
    frames.socket.send(Command.encode({ loop_range: { from_s: 0, to_s: 0 } }));
    await expect.poll(() => frames.last("playback")?.loop_range).toBeUndefined();
  });
});

describe("sending a recording", () => {
  const bytes = (): Buffer => readFileSync(join(folder, "drives", "second.mcap"));

  test("it comes in parts, plays, is in the list, and is gone with the server", async () => {
    const before = uploadFolders();
    let path: string;
    {
      await using given = await rig();
      using frames = new FramePage(given.bridge);
      using media = new MediaPage(given.bridge);
      const { answer, error } = await media.send("../../C:\\drives\\Fahrt 7.mcap", bytes());
      expect(error).toBeUndefined();
      await expect.poll(() => frames.last("hello")?.title).toBe("Fahrt 7.mcap");
      [path] = given.deck.replay.recording.files as [string];
      expect(path.startsWith(join(tmpdir(), "delos-uploads-"))).toBe(true);
      expect(media.written.at(-1)).toBe(bytes().length);
      expect((await media.list()).find(({ id }) => id === answer.recording)).toMatchObject({
        name: "Fahrt 7.mcap",
        playing: true,
      });
    }
    expect(existsSync(dirname(path))).toBe(false);
    expect(uploadFolders()).toEqual(before);
  });

  test("what is no recording, or cut to nothing, is refused with its code, goes, and the first plays on", async () => {
    await using given = await rig();
    using media = new MediaPage(given.bridge);
    const { replay } = given.deck;
    expect((await media.send("letter.mcap", Buffer.from("a letter, and no recording"))).error?.code).toBe(
      "BAG_UNKNOWN_FORMAT",
    );
    expect((await media.send("cut.mcap", bytes().subarray(0, 60))).error?.code).toBe("REPLAY_EMPTY");
    expect((await media.send("part.mcap", bytes().subarray(0, 500), 5000)).error?.code).toBe("BRIDGE_UPLOAD");
    expect((await media.ask({ do: "uploaded" })).error?.code).toBe("BRIDGE_UPLOAD");
    expect(given.deck.replay).toBe(replay);
    expect(replay.state).toBe("playing");
    expect((await media.list()).map(({ name }) => name).sort()).toEqual(["first.mcap", "letter.bag", "second.mcap"]);
  });

  test("a cut recording plays as far as it goes, and says what is missing", async () => {
    await using given = await rig();
    using frames = new FramePage(given.bridge);
    using media = new MediaPage(given.bridge);
    const cut = join(folder, "cut.mcap");
    copyFileSync(join(folder, "drives", "first.mcap"), cut);
    truncateSync(cut, Math.round(readFileSync(cut).length * 0.6));
    expect((await media.send("cut.mcap", readFileSync(cut))).error).toBeUndefined();
    const texts = (): string => frames.frames.flatMap(({ notices = [] }) => notices.map(({ text }) => text)).join("\n");
    await expect.poll(texts).toMatch(/BAG_\w+: /);
    await expect.poll(() => frames.last("marks")?.marks?.some(({ kind }) => kind === 4)).toBe(true);
  });

  test("more than the limit, and more than was announced, is not taken", async () => {
    await using given = await rig({ media: { uploadBytes: 100_000 } });
    using media = new MediaPage(given.bridge);
    expect((await media.ask({ do: "upload", name: "huge.bag", bytes: 100_001 })).error?.code).toBe(
      "BRIDGE_UPLOAD_SIZE",
    );
    expect((await media.ask({ do: "upload", name: "none.bag", bytes: 0 })).error?.code).toBe("BRIDGE_UPLOAD");
    expect((await media.ask({ do: "upload", name: "liar.bag", bytes: 10 })).error).toBeUndefined();
    media.socket.send(Buffer.alloc(11));
    await expect.poll(() => media.errors).toEqual(["BRIDGE_UPLOAD"]);
    expect((await media.ask({ do: "uploaded" })).error?.code).toBe("BRIDGE_UPLOAD");
    media.socket.send(Buffer.alloc(2 * 1024 * 1024)); // longer than any message of the protocol
    await once(media.socket, "close");
  });

  test("what was on its way when the page left is gone", async () => {
    const before = uploadFolders();
    await using given = await rig();
    const media = new MediaPage(given.bridge);
    await media.ask({ do: "upload", name: "half.bag", bytes: 1000 });
    media.socket.send(Buffer.alloc(500));
    await expect.poll(() => media.written).toEqual([500]);
    const [made] = uploadFolders().filter((name) => !before.includes(name));
    expect(readdirSync(join(tmpdir(), made!))).toHaveLength(1);
    media.socket.terminate();
    await expect.poll(() => readdirSync(join(tmpdir(), made!))).toEqual([]);
  });

  test("only an operator opens and sends; a viewer sees the list and compares", async () => {
    const token = "t".repeat(32);
    const viewerToken = "v".repeat(32);
    await using given = await rig({ security: { tokenNeeded: true, token, viewerToken } });
    using media = new MediaPage(given.bridge, { Authorization: `Bearer ${viewerToken}` });
    const { answer } = await media.ask({ do: "list" });
    expect(answer).toMatchObject({ canOpen: false, uploadBytes: 0 });
    const { id } = answer.recordings.find(({ name }: ListedRecording) => name === "second.mcap");
    expect((await media.ask({ do: "open", recording: id })).error?.code).toBe("BRIDGE_NOT_ALLOWED");
    expect((await media.ask({ do: "upload", name: "a.bag", bytes: 10 })).error?.code).toBe("BRIDGE_NOT_ALLOWED");
    expect((await media.ask({ do: "trace", recording: id })).answer.timeS.length).toBeGreaterThan(100);
    using foreign = new MediaPage(given.bridge, { Origin: "https://elsewhere.example" });
    const [refused] = (await once(foreign.socket, "unexpected-response").then(([, response]) => [response])) as any[];
    expect(refused.statusCode).toBe(403);
  });

  test("messages that are none of the protocol end the connection", async () => {
    await using given = await rig();
    using media = new MediaPage(given.bridge);
    expect((await media.ask({ do: "format the disk" })).error?.code).toBe("BRIDGE_MALFORMED");
    const closed = once(media.socket, "close");
    for (let i = 0; i < 60; i++) media.socket.send("{");
    expect((await closed)[0]).toBe(1008);
  });
});
