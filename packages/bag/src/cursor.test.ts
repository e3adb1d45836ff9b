import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openRecording } from "./index.ts";
import type { FileRecording, Query } from "./recording.ts";
import { cyberRecordOf, mcapOf, type PlainMessage, rosbagOf } from "./recordings.test.support.ts";

/**
 * Cursors against the naive model: all messages in a list, sorted by time, stable, and a position in it. Files have small
 * chunks whose ranges overlap, stamps out of order and equal stamps.
 */
const writers: Readonly<Record<string, (messages: readonly PlainMessage[], every: number) => Promise<Uint8Array>>> = {
  "rosbag none": async (messages, flushEvery) => rosbagOf(messages, { compression: "none", flushEvery }),
  "rosbag lz4": async (messages, flushEvery) => rosbagOf(messages, { compression: "lz4", flushEvery }),
  "mcap none": (messages, flushEvery) => mcapOf(messages, { compression: "none", flushEvery }),
  "mcap lz4": (messages, flushEvery) => mcapOf(messages, { compression: "lz4", flushEvery }),
  "mcap zstd": (messages, flushEvery) => mcapOf(messages, { compression: "zstd", flushEvery }),
  "mcap without chunks": (messages) => mcapOf(messages, { compression: "none", chunkBytes: 0 }),
  "mcap without indexes": (messages, flushEvery) =>
    mcapOf(messages, {
      compression: "none",
      flushEvery,
      features: { chunkIndexes: false, messageIndexes: false, repeatedChannels: false },
    }),
  record: async (messages, flushEvery) => cyberRecordOf(messages, { flushEvery }),
};

const plainMessages = fc.array(
  fc.record({
    topic: fc.constantFrom("/a", "/b", "/c"),
    timeNs: fc.oneof(
      { weight: 6, arbitrary: fc.bigInt({ min: 1n, max: 30n }) },
      { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 4_000_000_000_000_000_000n }) },
    ),
    data: fc.uint8Array({ maxLength: 12 }),
  }),
  { maxLength: 60 },
);

const queries = fc.record(
  {
    startNs: fc.bigInt({ min: -2n, max: 32n }),
    endNs: fc.bigInt({ min: -2n, max: 32n }),
    topics: fc.subarray(["/a", "/b", "/c", "/none"]),
    reverse: fc.boolean(),
  },
  { requiredKeys: [] },
);

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant("next" as const) },
    { weight: 3, arbitrary: fc.constant("previous" as const) },
    { weight: 1, arbitrary: fc.bigInt({ min: -1n, max: 33n }) },
  ),
  { maxLength: 120 },
);

function selected(messages: readonly PlainMessage[], query: Query): PlainMessage[] {
  const topics = query.topics === undefined ? undefined : new Set(query.topics);
  const list = messages
    .filter(
      (m) =>
        (topics === undefined || topics.has(m.topic)) &&
        (query.startNs === undefined || m.timeNs >= query.startNs) &&
        (query.endNs === undefined || m.timeNs <= query.endNs),
    )
    .sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
  return query.reverse === true ? list.reverse() : list;
}

/** Every step of the cursor does what the model does. */
function expectSame(
  recording: FileRecording,
  list: readonly PlainMessage[],
  query: Query,
  walk: readonly unknown[],
): void {
  using cursor = recording.cursor(query);
  let position = 0;
  for (const step of walk) {
    if (typeof step === "bigint") {
      cursor.seek(step);
      const index = list.findIndex((m) => (query.reverse === true ? m.timeNs <= step : m.timeNs >= step));
      position = index < 0 ? list.length : index;
      continue;
    }
    const moved = step === "next" ? cursor.next() : cursor.previous();
    const expected = step === "next" ? list[position] : list[position - 1];
    expect(moved).toBe(expected !== undefined);
    if (expected === undefined) continue;
    position += step === "next" ? 1 : -1;
    expect(cursor.logTimeNs).toBe(expected.timeNs);
    expect(cursor.channel.topic).toBe(expected.topic);
    expect(cursor.data).toEqual(expected.data);
    expect(cursor.buffer.subarray(cursor.dataStart, cursor.dataEnd)).toEqual(expected.data);
    expect((BigInt(cursor.logTimeHigh) << 32n) | BigInt(cursor.logTimeLow)).toBe(expected.timeNs);
  }
}

describe.for(Object.keys(writers))("%s", (name) => {
  const write = writers[name]!;

  test("a cursor goes forward, backward and anywhere like a list sorted by time", async () => {
    await fc.assert(
      fc.asyncProperty(
        plainMessages,
        fc.integer({ min: 1, max: 9 }),
        queries,
        steps,
        async (messages, every, query, walk) => {
          using recording = await openRecording(await write(messages, every));
          expect(recording.problems.filter((problem) => problem.code !== "BAG_MISSING_SCHEMA")).toEqual([]);
          expect(recording.complete).toBe(true);
          const list = selected(messages, query);
          expectSame(recording, list, query, walk);
          const through = Array.from({ length: list.length + 1 }, () => "next");
          expectSame(recording, list, query, [...through, ...through.map(() => "previous"), ...through]);
        },
      ),
      { seed: 20261122, numRuns: 150 },
    );
  });

  test("counts, times and channels are those of the messages", async () => {
    await fc.assert(
      fc.asyncProperty(plainMessages, fc.integer({ min: 1, max: 9 }), async (messages, every) => {
        using recording = await openRecording(await write(messages, every));
        const sorted = selected(messages, {});
        expect(recording.messageCount).toBe(messages.length);
        expect(recording.startNs).toBe(sorted[0]?.timeNs);
        expect(recording.endNs).toBe(sorted.at(-1)?.timeNs);
        recording.verify();
        for (const topic of ["/a", "/b", "/c"]) {
          const channels = recording.channels.filter((channel) => channel.topic === topic);
          const count = channels.reduce((sum, channel) => sum + channel.messageCount!, 0);
          expect(count).toBe(messages.filter((message) => message.topic === topic).length);
        }
        expect(recording.channels.map((channel) => channel.index)).toEqual(recording.channels.map((_, i) => i));
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

test("several files are one recording: by time, ties in the order of the files, whatever their formats", async () => {
  await fc.assert(
    fc.asyncProperty(plainMessages, plainMessages, plainMessages, queries, steps, async (a, b, c, query, walk) => {
      const inputs = [
        rosbagOf(a, { flushEvery: 4 }),
        await mcapOf(b, { flushEvery: 3 }),
        cyberRecordOf(c, { flushEvery: 5 }),
      ];
      using recording = await openRecording(inputs);
      expect(recording.format).toBe("merged");
      expect(recording.messageCount).toBe(a.length + b.length + c.length);
      expectSame(recording, selected([...a, ...b, ...c], query), query, walk);
    }),
    { seed: 11, numRuns: 100 },
  );
});

test("a cursor may stand anywhere while others read the same recording", async () => {
  const messages = Array.from({ length: 50 }, (_, i) => ({
    topic: "/a",
    timeNs: BigInt(i + 1),
    data: Uint8Array.of(i),
  }));
  using recording = await openRecording(await mcapOf(messages, { compression: "lz4", flushEvery: 4 }));
  using slow = recording.cursor();
  slow.next();
  const held = slow.data;
  expect([...recording.messages()].map((message) => message.data[0])).toEqual(messages.map((_, i) => i));
  expect(held).toEqual(Uint8Array.of(0));
});

test("a cursor on no message, a closed cursor and a closed recording say so", async () => {
  const messages = [{ topic: "/a", timeNs: 5n, data: Uint8Array.of(1) }];
  const recording = await openRecording(rosbagOf(messages));
  const cursor = recording.cursor();
  expect(() => cursor.data).toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(cursor.next()).toBe(true);
  expect(cursor.next()).toBe(false);
  expect(() => cursor.logTimeNs).toThrow(expect.objectContaining({ code: "USAGE" }));
  cursor[Symbol.dispose]();
  cursor[Symbol.dispose]();
  expect(() => cursor.next()).toThrow(expect.objectContaining({ code: "CLOSED" }));
  recording[Symbol.dispose]();
  recording[Symbol.dispose]();
  expect(() => recording.cursor()).toThrow(expect.objectContaining({ code: "CLOSED" }));
});

test("a file is read as its bytes in memory are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "delos-cursor-"));
  try {
    const messages = Array.from({ length: 500 }, (_, i) => ({
      topic: `/${i % 5}`,
      timeNs: BigInt(1 + ((i * 37) % 500)),
      data: new Uint8Array(i % 90).fill(i),
    }));
    for (const [name, write] of Object.entries(writers)) {
      const path = join(folder, name.replaceAll(" ", "-"));
      const bytes = await write(messages, 40);
      writeFileSync(path, bytes);
      using file = await openRecording(path);
      using memory = await openRecording(bytes);
      const texts = (recording: FileRecording): string[] =>
        [...recording.messages()].map(
          ({ channel, logTimeNs, publishTimeNs, sequence, data }) =>
            `${channel.index} ${channel.topic} ${logTimeNs} ${publishTimeNs} ${sequence} ${data.join()}`,
        );
      expect(texts(file)).toEqual(texts(memory));
      expect(file.messageCount).toBe(messages.length);
      expectSame(file, selected(messages, {}), {}, [
        250n,
        ...Array<string>(400).fill("previous"),
        1n,
        "next",
        499n,
        "next",
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("stepping allocates nothing per message", async () => {
  const messages = Array.from({ length: 20_000 }, (_, i) => ({
    topic: "/a",
    timeNs: BigInt(i + 1),
    data: Uint8Array.of(i),
  }));
  using recording = await openRecording(await mcapOf(messages, { compression: "none", chunkBytes: 2 ** 24 }));
  using cursor = recording.cursor();
  const walk = (): number => {
    let sum = 0;
    while (cursor.next()) sum += cursor.logTimeLow + cursor.dataEnd - cursor.dataStart;
    while (cursor.previous()) sum += cursor.logTimeLow;
    return sum;
  };
  for (let round = 0; round < 8; round++) walk();
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 5; round++) walk();
  // 200 000 steps: an object each would be at least 3 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
});
