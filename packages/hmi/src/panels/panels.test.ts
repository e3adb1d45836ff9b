import { describe, expect, test } from "vitest";
import { Topic } from "../protocol/bridge.ts";
import { actionOf, type Key } from "./keys/keyboard.ts";
import { matching } from "./topics/matching.ts";
import { childCount, childrenOf, parseMessage, summary } from "./topics/message-tree.ts";
import { densityRows } from "./transport/density.ts";
import { changedRate, RATES } from "./transport/rates.ts";

describe("keys", () => {
  const key = (name: string, held: Partial<Key> = {}): Key => ({
    key: name,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    ...held,
  });

  test("are those of the terminal's player", () => {
    expect(actionOf(key(" "))).toEqual({ kind: "play-pause" });
    expect(actionOf(key("s"))).toEqual({ kind: "step", direction: 1 });
    expect(actionOf(key("ArrowLeft"))).toEqual({ kind: "step", direction: -1 });
    expect(actionOf(key("["))).toEqual({ kind: "rate", factor: 0.9 });
    expect(actionOf(key("]"))).toEqual({ kind: "rate", factor: 1.1 });
    expect(actionOf(key("{"))).toEqual({ kind: "rate", factor: 0.5 });
    expect(actionOf(key("}"))).toEqual({ kind: "rate", factor: 2 });
    expect(actionOf(key("l"))).toEqual({ kind: "loop" });
    expect(actionOf(key("0"))).toEqual({ kind: "restart" });
    expect(actionOf(key("ArrowRight", { shiftKey: true }))).toEqual({ kind: "jump", direction: 1 });
  });

  test("leave the browser's own shortcuts alone", () => {
    for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }])
      for (const name of ["l", "s", "0", "c", "t", "ArrowLeft"]) expect(actionOf(key(name, held))).toBeUndefined();
    expect(actionOf(key("x"))).toBeUndefined();
  });
});

describe("rates", () => {
  test("from a tenth to ten, and as fast as it goes", () => {
    expect(RATES[0]).toBe(0.1);
    expect(RATES.slice(-2)).toEqual([10, Number.POSITIVE_INFINITY]);
  });
  test("changed by keys stay sensible", () => {
    expect(changedRate(1, 1.1)).toBe(1.1);
    expect(changedRate(0.01, 0.5)).toBe(0.01);
    expect(changedRate(Number.POSITIVE_INFINITY, 0.5)).toBe(0.5);
    let rate = 1;
    for (let i = 0; i < 8; i++) rate = changedRate(rate, 2);
    for (let i = 0; i < 8; i++) rate = changedRate(rate, 0.5);
    expect(rate).toBeCloseTo(100 / 256, 2);
  });
});

describe("topics", () => {
  const topic = (name: string, type: string) => ({ ...Topic.decode(new Uint8Array()), name, type });
  const topics = [
    topic("/apollo/planning", "apollo.planning.ADCTrajectory"),
    topic("/apollo/canbus/chassis", "apollo.canbus.Chassis"),
    topic("/tf", "tf2_msgs/TFMessage"),
  ];
  const names = (filter: string): string[] => matching(topics, filter).map(({ name }) => name);

  test("are found by parts of name and type, in any order and case", () => {
    expect(names("")).toHaveLength(3);
    expect(names("TRAJ apollo")).toEqual(["/apollo/planning"]);
    expect(names("tf2")).toEqual(["/tf"]);
    expect(names("nothing")).toEqual([]);
  });
});

describe("a message as a tree", () => {
  test("keeps what JSON keeps, and shows what is no JSON as text", () => {
    expect(parseMessage('{"a":[1,"2"]}')).toEqual({ a: [1, "2"] });
    expect(parseMessage("not json")).toBe("not json");
  });
  test("has short words for long things", () => {
    expect([summary([1, 2]), summary({ a: 1 }), summary(null), summary(true), summary(-0.5)]).toEqual([
      "[2]",
      "{1}",
      "null",
      "true",
      "-0.5",
    ]);
    expect(summary("x".repeat(5000)).length).toBeLessThan(310);
  });
  test("opens long lists by parts", () => {
    const list = Array.from({ length: 1000 }, (_, i) => i);
    expect(childCount(list)).toBe(1000);
    expect(childrenOf(list, 60, 63)).toEqual([
      ["60", 60],
      ["61", 61],
      ["62", 62],
    ]);
  });
});

test("density is counted against the fullest bucket of each topic", () => {
  const rows = densityRows({ topics: ["/a", "/b", "/none"], buckets: 3, counts: [1, 2, 4, 0, 100, 0, 0, 0] });
  expect(rows.map(({ topic, levels }) => [topic, ...levels])).toEqual([
    ["/a", 0.25, 0.5, 1],
    ["/b", 0, 1, 0],
    ["/none", 0, 0, 0],
  ]);
});
