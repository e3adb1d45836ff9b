import { copyFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FoxgloveClient } from "@foxglove/ws-protocol";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Command } from "../protocol.ts";
import { FramePage, folder, MediaPage, rig, START_S, uploadFolders } from "./media.test-support.ts";

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
    // Only the newer protocol knows of playback.
    const newer = new WebSocket(given.bridge.url.replace("http", "ws"), ["foxglove.sdk.v1"]);
    newer.on("message", (data, isBinary) => {
      const message: any = isBinary ? {} : JSON.parse((data as Buffer).toString());
      if (message.op === "serverInfo") infos.push(message);
    });
    viewer.on("advertise", (channels) => channels.forEach(({ topic }) => topics.add(topic)));
    await expect.poll(() => [...topics]).toContain("/apollo/localization/pose");
    await expect.poll(() => infos.length).toBe(1);
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
    newer.close();
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
});
