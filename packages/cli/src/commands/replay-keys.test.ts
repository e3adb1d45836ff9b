import { PassThrough } from "node:stream";
import { Events } from "@delos/core";
import type { Replay, ReplayEvents } from "@delos/replay";
import { describe, expect, test } from "vitest";
import { listenToKeys, ReplayKeys } from "./replay-keys.ts";
import { statusText } from "./status-line.ts";

/** A replay that writes down what it is told. */
function fakeReplay(state: Replay["state"] = "playing") {
  const told: string[] = [];
  const tell =
    (what: string) =>
    (...values: (number | bigint | boolean | object | undefined)[]): void =>
      void told.push([what, ...values.map((value) => (typeof value === "object" ? "range" : `${value}`))].join(" "));
  const replay = {
    told,
    state,
    rate: 2,
    loop: false,
    positionNs: 100_000_000_000n,
    events: new Events<ReplayEvents>(),
    recording: { startNs: 90_000_000_000n, endNs: 120_500_000_000n },
    play: tell("play"),
    pause: tell("pause"),
    step: tell("step"),
    seek: tell("seek"),
    setRate: tell("rate"),
    setLoop: tell("loop"),
    setLoopRange: tell("range"),
    restart: tell("restart"),
  };
  return replay as typeof replay & Replay;
}

describe("keys", () => {
  test.for([
    [" ", "pause"],
    ["s", "step 1"],
    ["\u001b[C", "step 1"],
    ["\u001b[D", "step -1"],
    ["\u001b[A", "rate 2.2"],
    ["\u001b[B", "rate 1.8181818181818181"],
    ["]", "seek 101000000000"],
    ["[", "seek 99000000000"],
    ["}", "seek 110000000000"],
    ["{", "seek 90000000000"],
    ["l", "loop true"],
    ["0", "restart"],
  ] as const)("%j does %s", ([key, wanted]) => {
    const replay = fakeReplay();
    expect(new ReplayKeys(replay, () => {}).press(key)).toBe(true);
    expect(replay.told.map((told) => told.replace(/(\.\d)0+\d$/, "$1"))).toEqual([wanted]);
  });

  test("space plays when it stands", () => {
    const replay = fakeReplay("paused");
    new ReplayKeys(replay, () => {}).press(" ");
    expect(replay.told).toEqual(["play"]);
  });

  test("a and b make a loop, in this order", () => {
    const replay = fakeReplay();
    const keys = new ReplayKeys(replay, () => {});
    expect(keys.press("b")).toBe(false);
    keys.press("a");
    expect(keys.press("b")).toBe(false); // of no length
    Object.assign(replay, { positionNs: 105_000_000_000n });
    expect(keys.press("b")).toBe(true);
    expect(replay.told).toEqual(["range undefined", "range range"]);
  });

  test("q and Ctrl-C end it, and say which", () => {
    const ends: boolean[] = [];
    const keys = new ReplayKeys(fakeReplay(), (interrupted) => void ends.push(interrupted));
    keys.press("q");
    keys.press("\u0003");
    expect(ends).toEqual([false, true]);
  });

  test("are read one by one from a terminal, which gets its mode back", () => {
    const modes: boolean[] = [];
    const terminal = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode(mode: boolean) {
        modes.push(mode);
        return this;
      },
    });
    const replay = fakeReplay();
    const listening = listenToKeys(terminal, new ReplayKeys(replay, () => {}))!;
    terminal.emit("data", Buffer.from("s\u001b[D\u001b[Cxs"));
    listening[Symbol.dispose]();
    terminal.emit("data", Buffer.from("s"));
    expect(replay.told).toEqual(["step 1", "step -1", "step 1", "step 1"]);
    expect(modes).toEqual([true, false]);
    expect(listenToKeys(new PassThrough(), new ReplayKeys(replay, () => {}))).toBeUndefined();
  });
});

describe("the status line", () => {
  test.for([
    ["playing", "[RUNNING]  Bag Time: 100.000000   Duration: 10.000000 / 30.500000"],
    ["paused", "[PAUSED ]  Bag Time: 100.000000   Duration: 10.000000 / 30.500000"],
    ["ended", "[ENDED  ]  Bag Time: 100.000000   Duration: 10.000000 / 30.500000"],
  ] as const)("of a replay that is %s", ([state, wanted]) => {
    expect(statusText(fakeReplay(state)).replace(/ {4,}/, " ")).toBe(wanted);
  });

  test("keeps the microseconds of today", () => {
    const replay = fakeReplay();
    Object.assign(replay, { positionNs: 1_699_999_999_123_456_789n });
    expect(statusText(replay)).toContain("Bag Time: 1699999999.123456 ");
  });
});
