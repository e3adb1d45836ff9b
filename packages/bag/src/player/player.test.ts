import { SimulatedClock } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryRecording } from "./memory-recording.ts";
import { type Jump, Player, type PlayerOptions } from "./player.ts";

const T0 = 1_700_000_000_000_000_000n;
const MS = 1_000_000n;

interface Sent {
  readonly id: number;
  readonly topic: string;
  readonly recordedMs: number;
  readonly atMs: number;
}

/** A player of messages at the given ms, whose sink writes down what it gets and may be full for a while. */
function rig(
  messages: readonly { readonly ms: number; readonly topic?: string }[],
  options: PlayerOptions = {},
  metadata: Record<string, Record<string, string>> = {},
) {
  const clock = new SimulatedClock(5n * MS);
  const sent: Sent[] = [];
  const stamps: { readonly recordedMs: number; readonly atMs: number; readonly after: number }[] = [];
  const jumps: Jump[] = [];
  const sink = { full: false };
  const recording = memoryRecording(
    messages.map(({ ms, topic = "/a" }) => ({ topic, logTimeNs: T0 + BigInt(Math.round(ms * 1e6)) })),
    metadata,
  );
  const relativeMs = (timeNs: bigint): number => Number(timeNs - T0) / 1e6;
  const player = new Player(
    recording,
    {
      message: (message) => {
        if (sink.full) return false;
        const { topic } = message.channel;
        const id = Number(new TextDecoder().decode(message.data));
        sent.push({ id, topic, recordedMs: relativeMs(message.logTimeNs), atMs: clock.monotonicMs() });
        return true;
      },
      clock: (timeNs) => {
        if (sink.full) return false;
        stamps.push({ recordedMs: relativeMs(timeNs), atMs: clock.monotonicMs(), after: sent.length });
        return true;
      },
      jump: (jump) => {
        if (sink.full) return false;
        jumps.push(jump);
        return true;
      },
    },
    clock,
    options,
  );
  /** Sleeps exactly as the player asks, up to `untilMs` or `most` wake-ups. */
  const run = (untilMs = Number.POSITIVE_INFINITY, most = 10_000): void => {
    for (let i = 0; i < most; i++) {
      player.poll();
      const dueMs = player.nextDueMs();
      if (dueMs > untilMs || dueMs === Number.POSITIVE_INFINITY) break;
      if (dueMs === Number.NEGATIVE_INFINITY) continue;
      let dueNs = Math.ceil(dueMs * 1e6);
      if (dueNs / 1e6 < dueMs) dueNs++; // the product was rounded down to a whole number: that would be just too early
      clock.advanceTo(BigInt(dueNs) + 5n * MS);
    }
    if (untilMs !== Number.POSITIVE_INFINITY) clock.advanceTo(BigInt(Math.round(untilMs * 1e6)) + 5n * MS);
    player.poll();
  };
  return { player, clock, sent, stamps, jumps, sink, run, ids: () => sent.map(({ id }) => id) };
}

const grid = (count: number, everyMs = 10): { ms: number }[] =>
  Array.from({ length: count }, (_, i) => ({ ms: i * everyMs }));

const arbitraryMessages = fc
  .array(fc.record({ ms: fc.integer({ min: 0, max: 3000 }), topic: fc.constantFrom("/a", "/b", "/c") }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list) => list.sort((a, b) => a.ms - b.ms));

describe("pacing", () => {
  test("every message goes out exactly at origin + (t − t0) / rate, in order, none lost, none twice", () => {
    fc.assert(
      fc.property(arbitraryMessages, fc.constantFrom(0.01, 0.5, 1, 3, 1000), (messages, rate) => {
        const { sent, run, player } = rig(messages, { rate });
        run();
        expect(sent.map(({ id }) => id)).toEqual(messages.map((_, i) => i));
        for (const { recordedMs, atMs } of sent) {
          const targetMs = (recordedMs - messages[0]!.ms) / rate;
          expect(atMs).toBeGreaterThanOrEqual(targetMs - 1e-6);
          expect(atMs - targetMs).toBeLessThan(2e-6); // the simulated clock counts whole nanoseconds
        }
        expect(player.state).toBe("ended");
        expect(player.late).toBe(0);
      }),
    );
  });

  test("a caller that wakes late sends at once, counts it, and the next target is unaffected", () => {
    const { sent, run, player, clock } = rig(grid(5));
    run(5);
    clock.advance(20); // asleep while the messages of 10 and 20 ms were due
    player.poll();
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 25, 25]);
    expect(player.late).toBe(2);
    expect(player.maxLatenessMs).toBeCloseTo(15);
    run();
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 25, 25, 30, 40]);
  });

  test("with any sleep, pause, rate change and full sink: never early, never out of order, none lost or twice", () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant("sleep" as const), ms: fc.double({ min: 0, max: 300, noNaN: true }) }),
      fc.record({
        do: fc.constant("rate" as const),
        rate: fc.constantFrom(0.1, 1, 2.5, 100, Number.POSITIVE_INFINITY),
      }),
      fc.record({ do: fc.constantFrom("pause" as const, "play" as const, "full" as const, "free" as const) }),
    );
    fc.assert(
      fc.property(arbitraryMessages, fc.array(action, { maxLength: 40 }), (messages, actions) => {
        const { sent, player, clock, sink, run } = rig(messages);
        for (const step of actions) {
          if (step.do === "sleep") clock.advance(step.ms);
          if (step.do === "rate") player.setRate(step.rate);
          if (step.do === "pause") player.pause();
          if (step.do === "play" && player.state !== "ended") player.play();
          if (step.do === "full" || step.do === "free") sink.full = step.do === "full";
          const before = player.positionNs;
          player.poll();
          expect(player.positionNs).toBeGreaterThanOrEqual(before);
          const last = sent.at(-1);
          if (last !== undefined && Number.isFinite(player.rate))
            expect(last.recordedMs).toBeLessThanOrEqual(Number(player.positionNs - T0) / 1e6 + 1e-3);
        }
        sink.full = false;
        if (player.state !== "ended") player.play();
        run();
        expect(sent.map(({ id }) => id)).toEqual(messages.map((_, i) => i));
      }),
    );
  });

  test("a pause shifts the origin by its length; position stands still", () => {
    const { sent, run, player, clock } = rig(grid(4));
    run(15);
    player.pause();
    clock.advance(1000);
    expect(player.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
    expect(player.positionNs - T0).toBe(15n * MS);
    player.play();
    run();
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10, 1020, 1030]);
  });

  test("a rate change goes on from the position reached", () => {
    const { sent, run, player } = rig(grid(5));
    run(15);
    player.setRate(0.5);
    run(25);
    expect(player.positionNs - T0).toBe(20n * MS);
    player.setRate(10);
    run();
    expect(sent.map(({ atMs }) => Math.round(atMs * 1e6) / 1e6)).toEqual([0, 10, 25, 26, 27]);
  });

  test("as fast as possible sends everything without time passing, in portions of the caller's size", () => {
    const { ids, player } = rig(grid(100), { rate: Number.POSITIVE_INFINITY });
    expect(player.poll(30)).toBe(30);
    expect(player.poll()).toBe(70);
    expect(ids()).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(player.late).toBe(0);
    expect(player.state).toBe("ended");
  });

  test("gaps longer than skip-empty are jumped over, shorter ones kept", () => {
    const { sent, run } = rig([{ ms: 0 }, { ms: 400 }, { ms: 60_000 }, { ms: 60_100 }], { skipEmptyS: 0.5 });
    run();
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 400, 400, 500]);
  });

  test("waits for the start delay, at full speed too", () => {
    for (const rate of [1, Number.POSITIVE_INFINITY]) {
      const { sent, run } = rig(grid(2), { rate, delayMs: 200 });
      run(199);
      expect(sent).toEqual([]);
      run();
      expect(sent[0]!.atMs).toBe(200);
    }
  });

  test.for([0, 0.001, 1001, -1, Number.NaN])("refuses rate %d", (rate) => {
    expect(() => rig(grid(1), { rate })).toThrow(/rate/);
  });
});

describe("selection", () => {
  test("start and duration are inclusive seconds after the first message; the first message played goes at once", () => {
    const { sent, run } = rig(grid(10, 100), { startS: 0.25, durationS: 0.35 });
    run();
    expect(sent.map(({ id, atMs }) => [id, atMs])).toEqual([
      [3, 0],
      [4, 100],
      [5, 200],
      [6, 300],
    ]);
  });

  test("topics, expressions and exclusions", () => {
    const messages = ["/a", "/b", "/ab", "/c"].map((topic, ms) => ({ ms, topic }));
    const play = (options: PlayerOptions): string[] => {
      const { run, sent } = rig(messages, options);
      run();
      return sent.map(({ topic }) => topic);
    };
    expect(play({ topics: ["/a", "/c"] })).toEqual(["/a", "/c"]);
    expect(play({ topics: ["/c"], regex: /^\/a/ })).toEqual(["/a", "/ab", "/c"]);
    expect(play({ exclude: ["/a"], excludeRegex: /b$/ })).toEqual(["/c"]);
    expect(rig(messages, { topics: ["/a", "/nowhere"] }).player.missingTopics).toEqual(["/nowhere"]);
  });

  test("a selection without messages ends at once, looping or not", () => {
    const { player, run, sent } = rig(grid(3), { topics: ["/nowhere"], loop: true });
    run();
    expect([player.state, sent.length]).toEqual(["ended", 0]);
  });

  test("with a start offset the last latched message of each caller comes first", () => {
    const messages = [
      { ms: 0, topic: "/map" },
      { ms: 1, topic: "/map" },
      { ms: 2, topic: "/other" },
      { ms: 50, topic: "/a" },
      { ms: 60, topic: "/a" },
    ];
    const { sent, run } = rig(messages, { startS: 0.055 }, { "/map": { latching: "1" } });
    run();
    expect(sent.map(({ id, atMs }) => [id, atMs])).toEqual([
      [1, 0],
      [4, 0],
    ]);
  });
});

describe("loops and jumps", () => {
  test("a loop restarts the time base without a gap and without drift, and announces the jump first", () => {
    const { sent, run, jumps, player, clock } = rig(grid(3), { loop: true });
    run(25);
    clock.advance(7); // waking late in a pass delays no later pass
    run(70);
    expect(sent.map(({ id, atMs }) => [id, atMs])).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
      [0, 20],
      [1, 32],
      [2, 40],
      [0, 40],
      [1, 50],
      [2, 60],
      [0, 60],
      [1, 70],
    ]);
    expect(jumps.map(({ reason, pass, timeNs }) => [reason, pass, timeNs - T0])).toEqual([
      ["loop", 1, 0n],
      ["loop", 2, 0n],
      ["loop", 3, 0n],
    ]);
    expect(player.pass).toBe(3);
  });

  test("a loop over one instant is held to 100 passes a second", () => {
    const { sent, run } = rig([{ ms: 0 }], { loop: true });
    run(100);
    expect(sent).toHaveLength(11);
  });

  test("seek goes on from the new position at once, forward and back", () => {
    const { sent, run, player, jumps } = rig(grid(10));
    run(25);
    player.seek(T0 + 75n * MS);
    run(30);
    player.seek(T0 + 10n * MS);
    run(45);
    expect(sent.map(({ id, atMs }) => [id, atMs])).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
      [8, 30],
      [1, 30],
      [2, 40],
    ]);
    expect(jumps.map(({ reason, pass }) => [reason, pass])).toEqual([
      ["seek", 0],
      ["seek", 1],
    ]);
  });

  test("a paused player shows the state at the place it is sought to when asked for a backfill", () => {
    const messages = [...grid(10), { ms: 5, topic: "/b" }].sort((a, b) => a.ms - b.ms);
    const backfill = { maxAgeNs: 1000n * MS, maxMessages: 100 };
    const { player, sent, run } = rig(messages, { paused: true, backfill });
    player.seek(T0 + 55n * MS);
    run();
    expect(sent.map(({ recordedMs, topic }) => [recordedMs, topic])).toEqual([
      [5, "/b"],
      [50, "/a"],
    ]);
    player.step(1);
    player.poll();
    expect(sent.at(-1)!.recordedMs).toBe(60);
  });

  test("an A-B loop repeats its part until it is lifted", () => {
    const { run, player, ids } = rig(grid(6));
    run(25);
    player.setLoopRange({ fromNs: T0 + 10n * MS, toNs: T0 + 30n * MS });
    run(65);
    expect(ids()).toEqual([0, 1, 2, 3, 1, 2, 3, 1, 2]);
    player.setLoopRange(undefined);
    run();
    expect(ids().slice(9)).toEqual([3, 4, 5]);
  });

  test("an ended player starts again on play", () => {
    const { run, player, ids, jumps } = rig(grid(2));
    run();
    player.play();
    run();
    expect(ids()).toEqual([0, 1, 0, 1]);
    expect(jumps[0]).toMatchObject({ reason: "restart", pass: 1 });
  });
});

describe("steps", () => {
  test("forward sends the next message whatever its time, and position is that message's", () => {
    const { player, run, ids } = rig(grid(5, 1000), { paused: true });
    player.step(2);
    run();
    expect(ids()).toEqual([0, 1]);
    expect(player.positionNs - T0).toBe(1000n * MS);
    expect(player.state).toBe("paused");
  });

  test("back and forward again gives the same message, from any place", () => {
    fc.assert(
      fc.property(
        arbitraryMessages,
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 59 }),
        (messages, n, k) => {
          const shown = Math.min(n, messages.length);
          const back = Math.min(k, shown - 1);
          fc.pre(back >= 1);
          const { player, ids } = rig(messages, { paused: true });
          player.step(shown);
          player.poll();
          player.step(-back);
          player.poll();
          expect(ids().at(-1)).toBe(shown - 1 - back);
          player.step(back);
          player.poll();
          expect(ids().at(-1)).toBe(shown - 1);
          expect(ids()).toHaveLength(shown + 1 + back);
        },
      ),
    );
  });

  test("at the first message there is nothing to go back to, and the next step is the second", () => {
    const { player, ids, run } = rig(grid(3), { paused: true });
    player.step(-1);
    run();
    player.step(1);
    run();
    player.step(-1);
    run();
    player.step(-5);
    run();
    player.step(1);
    run();
    expect(ids()).toEqual([0, 1]);
  });

  test("after stepping, playing goes on from the message stepped to", () => {
    const { player, sent, run, clock } = rig(grid(4), { paused: true });
    player.step(2);
    run();
    clock.advance(500);
    player.play();
    run();
    expect(sent.map(({ id, atMs }) => [id, atMs])).toEqual([
      [0, 0],
      [1, 0],
      [2, 510],
      [3, 520],
    ]);
  });

  test("stepping pauses a playing player and does not leave the selection", () => {
    const { player, run, ids } = rig(grid(10), { startS: 0.02, durationS: 0.04 });
    run(25);
    expect(ids()).toEqual([2, 3, 4]);
    player.step(-9);
    run();
    player.step(9);
    run();
    expect(ids()).toEqual([2, 3, 4, 2, 3, 4, 5, 6]);
    expect(player.state).toBe("ended");
  });
});

describe("clock stamps", () => {
  test("come on their own grid between messages, never ahead of a message still to come", () => {
    const { stamps, run } = rig([{ ms: 0 }, { ms: 25 }, { ms: 50 }], { clockHz: 100 });
    run();
    expect(stamps.map(({ recordedMs, after }) => [recordedMs, after])).toEqual([
      [0, 0],
      [10, 1],
      [20, 1],
      [30, 2],
      [40, 2],
      [50, 2],
    ]);
  });

  test("go on while paused with time standing still, and a step stamps its message's time", () => {
    const { stamps, run, player } = rig(grid(5, 100), { clockHz: 10 });
    run(150);
    player.pause();
    run(350);
    player.step(1);
    run(350);
    expect(stamps.map(({ recordedMs }) => recordedMs)).toEqual([0, 100, 150, 150, 200]);
  });

  test("follow a loop back, after the jump is announced", () => {
    const { stamps, run, jumps } = rig(grid(3), { clockHz: 100, loop: true });
    run(30);
    expect(stamps.map(({ recordedMs }) => recordedMs)).toEqual([0, 10, 20, 10]);
    expect(jumps).toHaveLength(1);
  });

  test("before each message of the chosen topics, once a message", () => {
    const messages = [
      { ms: 0, topic: "/a" },
      { ms: 1, topic: "/b" },
      { ms: 2, topic: "/a" },
    ];
    const { stamps, run } = rig(messages, { clockTopics: ["/a"] });
    run();
    expect(stamps.map(({ recordedMs, after }) => [recordedMs, after])).toEqual([
      [0, 0],
      [2, 2],
    ]);
  });

  test("at full speed on a grid of recorded time", () => {
    const { stamps, player } = rig(grid(10), { clockHz: 50, rate: Number.POSITIVE_INFINITY });
    player.poll();
    expect(stamps.map(({ recordedMs }) => recordedMs)).toEqual([0, 20, 40, 60, 80]);
  });
});
