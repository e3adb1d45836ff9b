import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRecording } from "@delos/bag";
import { delos } from "@delos/msgs";
import { open, type Runtime, topic } from "@delos/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { densityOf, recordingDensity } from "./density.ts";
import { GRID_START_NS, type GridTopic, gridIndex, writeGridRecording } from "./grid-recording.ts";
import { openReplay, type Replay, type ReplayOptions } from "./replay.ts";

const MS = 1_000_000n;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-replay-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function grid(...topics: readonly GridTopic[]): string {
  const path = join(folder, `grid${files++}.mcap`);
  writeGridRecording(path, topics);
  return path;
}

interface Got {
  readonly topic: string;
  readonly index: number;
  readonly timeNs: bigint;
}

/** Opens a replay that has not begun, and writes down what comes. */
async function rig(runtime: Runtime, path: string, options: Omit<ReplayOptions, "runtime"> = {}) {
  const replay = await openReplay([path], { runtime, begin: false, ...options });
  const got: Got[] = [];
  const node = runtime.node("/listener");
  for (const name of new Set(replay.recording.channels.map((channel) => channel.topic)))
    node.subscribeAny(name, { depth: 10_000 }).on(({ bytes, sourceTimeNs }) => {
      got.push({ topic: name, index: gridIndex(bytes), timeNs: sourceTimeNs });
    });
  return { replay, got };
}

const ended = (replay: Replay): Promise<void> =>
  new Promise((resolve, reject) => {
    replay.events.on("ended", () => resolve());
    replay.events.on("failed", reject);
  });

describe("a replay", () => {
  test("brings every message to the bus once, in order, with its recorded time", async () => {
    const path = grid(
      { topic: "/a", count: 5000, periodMs: 1 },
      { topic: "/b", count: 50, periodMs: 100, offsetMs: 0.5 },
    );
    await using runtime = await open();
    const { replay, got } = await rig(runtime, path, { rate: Number.POSITIVE_INFINITY });
    await using _ = replay;
    const end = ended(replay);
    replay.begin();
    await end;
    expect(got).toHaveLength(5050);
    expect(got.filter(({ topic }) => topic === "/a").map(({ index }) => index)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
    for (const [i, { timeNs }] of got.entries()) if (i > 0) expect(timeNs >= got[i - 1]!.timeNs).toBe(true);
    expect(got[0]!.timeNs).toBe(GRID_START_NS);
    expect(replay.stats).toMatchObject({ published: 5050, delivered: 5050, late: 0, pass: 0 });
    expect(replay.state).toBe("ended");
  });

  test("loses nothing when this thread is blocked, and the stamps of the player's thread stay right", async () => {
    const path = grid({ topic: "/a", count: 400, periodMs: 1, bytes: 1000 });
    await using runtime = await open();
    // A ring of a tenth of the messages: it is full during the block, so the player has to wait, too.
    const { replay, got } = await rig(runtime, path, { ringBytes: 32_768 });
    await using _ = replay;
    const sent: { readonly dueMs: number; readonly sentMs: number }[] = [];
    replay.onDelivery(({ dueMs, sentMs }) => void sent.push({ dueMs, sentMs }));
    const end = ended(replay);
    replay.begin();
    await expect.poll(() => got.length).toBeGreaterThan(0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    await end;
    expect(got.map(({ index }) => index)).toEqual(Array.from({ length: 400 }, (_, i) => i));
    expect(replay.stats.late).toBeGreaterThan(0);
    for (const { dueMs, sentMs } of sent) expect(sentMs).toBeGreaterThanOrEqual(dueMs - 0.01); // never early
  });

  test("messages longer than the ring come in their place", async () => {
    const path = grid(
      { topic: "/small", count: 100, periodMs: 1 },
      { topic: "/large", count: 20, periodMs: 5, offsetMs: 0.5, bytes: 200_000 },
    );
    await using runtime = await open();
    const { replay, got } = await rig(runtime, path, { ringBytes: 65_536, rate: Number.POSITIVE_INFINITY });
    await using _ = replay;
    const end = ended(replay);
    replay.begin();
    await end;
    expect(got.filter(({ topic }) => topic === "/large").map(({ index }) => index)).toEqual([...Array(20).keys()]);
    expect(got.filter(({ topic }) => topic === "/small")).toHaveLength(100);
    for (const [i, { timeNs }] of got.entries()) if (i > 0) expect(timeNs >= got[i - 1]!.timeNs).toBe(true);
  });

  test("obeys step, step back, seek, rate, loop and restart", async () => {
    const path = grid({ topic: "/a", count: 100, periodMs: 100 });
    await using runtime = await open();
    const { replay, got } = await rig(runtime, path, { paused: true });
    await using _ = replay;
    const jumps: string[] = [];
    replay.events.on("jump", ({ reason, pass }) => void jumps.push(`${reason} ${pass}`));
    const last = (): number | undefined => got.at(-1)?.index;
    replay.begin();
    replay.step(3);
    await expect.poll(last).toBe(2);
    replay.step(-1);
    await expect.poll(last).toBe(1);
    replay.step(1);
    await expect.poll(last).toBe(2);
    expect(got.map(({ index }) => index)).toEqual([0, 1, 2, 1, 2]);
    replay.seek(GRID_START_NS + 5000n * MS);
    replay.step(1);
    await expect.poll(last).toBe(50);
    expect(replay.positionNs).toBe(GRID_START_NS + 5000n * MS);
    replay.setRate(1000);
    replay.setLoop(true);
    replay.play();
    await expect.poll(() => replay.pass).toBeGreaterThan(3);
    expect(replay.rate).toBe(1000);
    replay.pause();
    await expect.poll(() => replay.state).toBe("paused");
    replay.restart();
    replay.step(1);
    await expect.poll(last).toBe(0);
    expect(jumps.slice(0, 3)).toEqual(["step 1", "seek 1", "loop 2"]);
    expect(jumps.at(-1)).toMatch(/^restart/);
  });

  test("latched topics are there for whoever comes late", async () => {
    const latched = new Map([["latching", "1"]]);
    const path = grid(
      { topic: "/map", count: 2, periodMs: 1, metadata: latched },
      { topic: "/a", count: 10, periodMs: 1 },
    );
    await using runtime = await open();
    await using replay = await openReplay([path], { runtime, rate: Number.POSITIVE_INFINITY, begin: false });
    const end = ended(replay);
    replay.begin();
    await end;
    const late = runtime.node("/late").subscribeAny("/map", { durability: "transient_local", depth: 1 });
    const seen: number[] = [];
    late.on(({ bytes }) => void seen.push(gridIndex(bytes)));
    await expect.poll(() => seen).toEqual([1]);
  });

  test("renames topics and leaves out what is not wanted", async () => {
    const path = grid({ topic: "/a", count: 3, periodMs: 1 }, { topic: "/b", count: 3, periodMs: 1 });
    await using runtime = await open();
    const remap = new Map([["/a", "/renamed"]]);
    const options = { rate: Number.POSITIVE_INFINITY, remap, prefix: "/old", exclude: ["/b"], begin: false };
    await using replay = await openReplay([path], { runtime, ...options });
    let count = 0;
    runtime
      .node("/n")
      .subscribeAny("/old/renamed")
      .on(() => void count++);
    const end = ended(replay);
    replay.begin();
    await end;
    expect([count, replay.stats.published]).toEqual([3, 3]);
  });

  test("leads a recorded clock: alarms fire at recorded times, and a loop is a jump back", async () => {
    const path = grid({ topic: "/a", count: 101, periodMs: 10 });
    await using runtime = await open({ clock: "recorded" });
    await using replay = await openReplay([path], { runtime, rate: Number.POSITIVE_INFINITY, begin: false });
    const node = runtime.node("/n");
    const order: string[] = [];
    node.subscribeAny("/a").on(({ bytes }) => void order.push(`m${gridIndex(bytes)}`));
    node.every(250, () => void order.push(`t${Number(runtime.clock.nowNs() - GRID_START_NS) / 1e6}`));
    const end = ended(replay);
    replay.begin();
    await end;
    const at = (what: string): number => order.indexOf(what);
    expect(order.filter((what) => what.startsWith("t"))).toEqual(["t250", "t500", "t750", "t1000"]);
    for (const ms of [250, 500, 750, 1000]) {
      expect(at(`t${ms}`)).toBeLessThan(at(`m${ms / 10}`));
      expect(at(`t${ms}`)).toBeGreaterThan(at(`m${ms / 10 - 1}`));
    }
    const jumped = new Promise((resolve) => void runtime.events.on("clockJumped", resolve));
    replay.play();
    expect(await jumped).toMatchObject({ toNs: GRID_START_NS });
  });

  test("publishes /clock when asked, in place of the recording's own", async () => {
    const path = grid({ topic: "/a", count: 100, periodMs: 10 }, { topic: "/clock", count: 5, periodMs: 1 });
    await using runtime = await open();
    const options = { rate: Number.POSITIVE_INFINITY, clockHz: 20, begin: false };
    await using replay = await openReplay([path], { runtime, ...options });
    const stamps: bigint[] = [];
    runtime
      .node("/n")
      .subscribe(topic("/clock", delos.Clock), { depth: 1000 })
      .on(({ message }) => void stamps.push(message.time_ns! - GRID_START_NS));
    const end = ended(replay);
    replay.begin();
    await end;
    expect(stamps.map((stamp) => stamp / MS)).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i * 50)));
  });

  test("closes at any time, more than once, and leaves no thread", async () => {
    const path = grid({ topic: "/a", count: 10, periodMs: 10_000 });
    await using runtime = await open();
    const replay = await openReplay([path], { runtime });
    await Promise.all([replay[Symbol.asyncDispose](), replay[Symbol.asyncDispose]()]);
    await replay[Symbol.asyncDispose]();
    expect(() => replay.play()).toThrow(/closed/);
    expect(runtime.nodes.filter((node) => node.name === "/replay")).toEqual([]);
  });

  test("says what is wrong with a file", async () => {
    const path = join(folder, "no-recording.txt");
    writeFileSync(path, "this is no recording");
    await using runtime = await open();
    await expect(openReplay([path], { runtime })).rejects.toMatchObject({ code: "BAG_UNKNOWN_FORMAT" });
    await expect(openReplay([join(folder, "nowhere.bag")], { runtime })).rejects.toMatchObject({ code: "BAG_IO" });
    await expect(openReplay([grid()], { runtime, rate: 0 })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("tells of damage that only reading finds, and plays what is intact", async () => {
    const path = grid({ topic: "/a", count: 1000, periodMs: 1, bytes: 8000 });
    const bytes = readFileSync(path);
    bytes[4_000_000] = bytes[4_000_000]! ^ 1;
    writeFileSync(path, bytes);
    await using runtime = await open();
    await using replay = await openReplay([path], { runtime, rate: Number.POSITIVE_INFINITY, begin: false });
    const problems: string[] = [];
    replay.events.on("problem", ({ code }) => void problems.push(code));
    const end = ended(replay);
    replay.begin();
    await end;
    await expect.poll(() => problems).toEqual(["BAG_CHUNK_CRC"]);
    expect(replay.stats.published).toBeLessThan(1000);
    expect(replay.stats.published).toBeGreaterThan(700);
  });

  test("a recording without messages ends at once", async () => {
    await using runtime = await open();
    await using replay = await openReplay([grid()], { runtime, loop: true, begin: false });
    const end = ended(replay);
    replay.begin();
    await end;
    expect(replay.stats.published).toBe(0);
  });
});

describe("density", () => {
  test("counts every message of a short recording in its bucket", async () => {
    const path = grid({ topic: "/a", count: 1000, periodMs: 1 }, { topic: "/b", count: 10, periodMs: 100 });
    const options = { startNs: GRID_START_NS, endNs: GRID_START_NS + 999n * MS, buckets: 10 };
    const density = await recordingDensity([path], options);
    expect(density).toEqual({
      topics: ["/a", "/b"],
      buckets: 10,
      counts: [...Array<number>(10).fill(100), ...Array<number>(10).fill(1)],
    });
  });

  test("estimates long recordings from a share of each bucket", async () => {
    const count = 450_000;
    const path = grid({ topic: "/a", count, periodMs: 0.01 });
    using recording = await openRecording(path);
    const options = { startNs: recording.startNs!, endNs: recording.endNs!, buckets: 20 };
    const { counts } = densityOf(recording, options);
    for (const bucket of counts) expect(Math.abs(bucket - count / 20)).toBeLessThan(count / 2000);
  });

  test("can be given up", async () => {
    const signal = AbortSignal.abort();
    const options = { startNs: 0n, endNs: 1n, buckets: 1, signal };
    await expect(recordingDensity([grid()], options)).rejects.toMatchObject({ code: "ABORTED" });
  });
});
