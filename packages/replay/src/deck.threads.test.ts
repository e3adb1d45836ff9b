import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "@delos/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openReplayDeck } from "./deck.ts";
import { type GridTopic, gridIndex, writeGridRecording } from "./grid-recording.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-deck-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function grid(name: string, ...topics: readonly GridTopic[]): string {
  const path = join(folder, `${name}.mcap`);
  writeGridRecording(path, topics);
  return path;
}

describe("a deck", () => {
  test("plays another recording in place of the first, whole and from its start, at the rate of the first", async () => {
    const first = grid("first", { topic: "/a", count: 1000, periodMs: 10 });
    const second = grid("second", { topic: "/a", count: 20, periodMs: 1 }, { topic: "/b", count: 7, periodMs: 2 });
    await using runtime = await open();
    await using deck = await openReplayDeck([first], { runtime, rate: 5, topics: ["/a"], durationS: 1, paused: true });
    const got: string[] = [];
    const node = runtime.node("/listener");
    for (const topic of ["/a", "/b"])
      node.subscribeAny(topic, { depth: 100 }).on(({ bytes }) => void got.push(`${topic}${gridIndex(bytes)}`));
    const before = deck.replay;
    const told: unknown[] = [];
    deck.events.on("exchanged", (exchange) => void told.push(exchange));
    const replay = await deck.exchange([second]);
    expect(told).toEqual([{ replay, before: before.recording }]);
    expect(deck.replay).toBe(replay);
    expect(before.closed).toBe(true);
    await expect.poll(() => replay.state).toBe("ended");
    await expect.poll(() => got.length).toBe(27);
    expect(got.filter((each) => each.startsWith("/b"))).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `/b${i}`));
    expect(replay.rate).toBe(5);
    expect(runtime.nodes.filter(({ name }) => name === "/replay")).toHaveLength(1);
  });

  test("what cannot be opened leaves the first alone", async () => {
    const first = grid("alone", { topic: "/a", count: 1000, periodMs: 10 });
    const nonsense = join(folder, "nonsense.bag");
    writeFileSync(nonsense, "this is a letter and no recording");
    const empty = grid("empty");
    await using runtime = await open();
    await using deck = await openReplayDeck([first], { runtime, paused: true });
    const { replay } = deck;
    await expect(deck.exchange([nonsense])).rejects.toMatchObject({ code: "BAG_UNKNOWN_FORMAT" });
    await expect(deck.exchange([empty])).rejects.toMatchObject({ code: "REPLAY_EMPTY" });
    await expect(deck.exchange([join(folder, "nowhere.bag")])).rejects.toMatchObject({ code: "BAG_IO" });
    expect(deck.replay).toBe(replay);
    replay.step();
    await expect.poll(() => replay.stats.delivered).toBe(1);
  });

  test("exchanges that are asked for at once happen one after the other, and none after the end", async () => {
    const files = ["x", "y", "z"].map((name) => grid(name, { topic: `/${name}`, count: 10, periodMs: 1 }));
    await using runtime = await open();
    const deck = await openReplayDeck([files[0]!], { runtime });
    const both = await Promise.all([deck.exchange([files[1]!]), deck.exchange([files[2]!])]);
    expect(deck.replay).toBe(both[1]);
    expect(both[0].closed).toBe(true);
    const late = deck.exchange([files[0]!]);
    await Promise.all([expect(late).rejects.toMatchObject({ code: "CLOSED" }), deck[Symbol.asyncDispose]()]);
    expect(deck.replay.closed).toBe(true);
    await deck[Symbol.asyncDispose]();
  });

  test("tells which part is looped over, until a seek leaves it", async () => {
    const path = grid("loop", { topic: "/a", count: 1000, periodMs: 10 });
    await using runtime = await open();
    await using deck = await openReplayDeck([path], { runtime });
    const { replay } = deck;
    const { startNs } = replay.recording;
    expect(replay.loopRange).toBeUndefined();
    const range = { fromNs: startNs + 100_000_000n, toNs: startNs + 200_000_000n };
    replay.setLoopRange(range);
    await expect.poll(() => replay.loopRange).toEqual(range);
    await expect.poll(() => replay.pass).toBeGreaterThan(2); // round and round
    replay.seek(startNs + 5_000_000_000n);
    await expect.poll(() => replay.loopRange).toBeUndefined();
  });
});
