import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Command, Frame, type Frame as FrameValue, PlaybackState, type World } from "../protocol/bridge.ts";
import { PageState } from "./page.ts";

const T0 = 1_500_000_000;
const frame = (part: Partial<FrameValue>): FrameValue => Frame.decode(Frame.encode(part));
const hello = { server: "s", title: "t", can_control: true, role: 0, can_open: false };

function world(timeS: number, x: number, rest: Partial<World> = {}): Partial<FrameValue> {
  const pose = { x, y: 0, z: 0, heading: 0, pitch: 0, roll: 0, speed_mps: 1, acceleration_mps2: 0, yaw_rate_radps: 0 };
  return {
    world: {
      time_s: T0 + timeS,
      pose: { ...pose, source: "/pose", time_s: T0 + timeS, spread: undefined },
      chassis: undefined,
      trajectory: undefined,
      control: undefined,
      obstacles: [],
      fix: undefined,
      predictions: [],
      ...rest,
    },
  };
}

function playback(rest: Partial<FrameValue["playback"] & object>): Partial<FrameValue> {
  const zero = { published: 0, late: 0, max_lateness_ms: 0, loop: true, rate: 1, loop_range: undefined };
  return {
    playback: { state: PlaybackState.playing, start_s: T0, end_s: T0 + 60, position_s: T0, pass: 1, ...zero, ...rest },
  };
}

describe("what the page knows", () => {
  let sent: Command[];
  let state: PageState;
  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    state = new PageState((command) => sent.push(command) > 0);
    state.connectionChanged({ kind: "open" });
    state.frame(frame({ hello }), 0);
  });
  afterEach(() => void vi.useRealTimers());

  test("numbers follow at reading speed, the picture at once", () => {
    for (let i = 0; i < 20; i++) state.frame(frame(world(i / 100, i)), 100 + i);
    expect(state.track.newest!.x).toBe(19);
    expect(state.pose.value?.x).not.toBe(19);
    vi.advanceTimersByTime(60);
    expect(state.pose.value?.x).toBe(19);
  });

  test("a new pass forgets the path that was driven, a pause does not", () => {
    state.frame(frame(playback({})), 0);
    for (let i = 0; i < 10; i++) state.frame(frame(world(i, i)), i * 100);
    expect(state.trail.length).toBe(10);
    state.frame(frame(playback({ state: PlaybackState.paused })), 1000);
    expect(state.trail.length).toBe(10);
    state.frame(frame(playback({ pass: 2 })), 1100);
    expect(state.trail.length).toBe(0);
    expect(state.plots.newestS).toBeNaN();
  });

  test("time that goes back or a car that is suddenly elsewhere cuts the path", () => {
    for (let i = 0; i < 5; i++) state.frame(frame(world(i, i)), i * 100);
    state.frame(frame(world(5, 500)), 600);
    expect(state.trail.length).toBe(1);
    state.frame(frame(world(6, 501)), 700);
    state.frame(frame(world(2, 100)), 800);
    expect(state.trail.length).toBe(1);
    expect(state.track.newest!.x).toBe(100);
  });

  test("an absent part of the world is absent on the page", () => {
    const chassis = { time_s: T0, speed_mps: 3 } as World["chassis"];
    state.frame(frame(world(0, 0, { chassis })), 0);
    vi.advanceTimersByTime(60);
    expect(state.chassis.value?.speed_mps).toBe(3);
    state.frame(frame(world(1, 0)), 1000);
    vi.advanceTimersByTime(60);
    expect(state.chassis.value).toBeUndefined();
  });

  test("a chassis that no longer comes is old after a while of recorded time", () => {
    const chassis = { time_s: T0, speed_mps: 3 } as World["chassis"];
    state.frame(frame(world(1, 0, { chassis })), 1000);
    state.checkStaleness(1000);
    expect(state.stale.value).toEqual({ pose: false, chassis: false });
    state.frame(frame(world(4, 1, { chassis })), 4000);
    vi.advanceTimersByTime(60);
    state.checkStaleness(4000);
    expect(state.stale.value).toEqual({ pose: false, chassis: true });
  });

  test("while the server is gone everything is old", () => {
    state.frame(frame(world(1, 0)), 1000);
    state.connectionChanged({ kind: "lost", retryAtMs: 2000 });
    expect(state.stale.value.pose).toBe(true);
  });

  test("the inspected topic is asked for again after a reconnect", () => {
    state.inspect("/pose");
    state.connectionChanged({ kind: "lost", retryAtMs: 0 });
    sent.length = 0;
    state.connectionChanged({ kind: "open" });
    expect(sent).toEqual([{ inspect: "/pose" }]);
  });

  test("a message of a topic that is no longer looked at is left out", () => {
    state.inspect("/b");
    state.frame(frame({ raw: { topic: "/a", time_s: 1, json: "{}", size: 2, error: "" } }), 0);
    expect(state.raw.value).toBeUndefined();
  });

  test("notices are kept in order, up to a bound", () => {
    for (let i = 0; i < 5000; i++) state.note(0, "x", String(i));
    expect(state.notices.value).toHaveLength(2000);
    expect(state.notices.value.at(-1)!.text).toBe("4999");
    expect(new Set(state.notices.value.map(({ number }) => number)).size).toBe(2000);
  });

  test("a command that cannot be sent is told, not lost silently", () => {
    const alone = new PageState(() => false);
    alone.command({ play: true });
    expect(alone.notices.value.at(-1)!.text).toContain("not sent");
  });
});
