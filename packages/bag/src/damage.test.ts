import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DelosError } from "@delos/core";
import { describe, expect, test } from "vitest";
import { openRecording } from "./index.ts";
import { cyberRecordOf, mcapOf, type PlainMessage, rosbagOf } from "./recordings.test.support.ts";

/**
 * Damaged files: cut at every byte, with flipped bytes, with lying numbers. Whatever is in a file, opening it ends with a
 * recording or with an error that has a code; reading never throws; what comes out was in the sound file.
 */
const messages: readonly PlainMessage[] = Array.from({ length: 24 }, (_, i) => ({
  topic: ["/a", "/b", "/c"][i % 3]!,
  timeNs: 1_000_000_000n + BigInt((i * 7) % 24) * 1_000n,
  data: Uint8Array.from({ length: 10 + i }, (_, k) => (k * i) & 0xff),
}));

const sound: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  "rosbag none": async () => rosbagOf(messages, { compression: "none", flushEvery: 6 }),
  "rosbag lz4": async () => rosbagOf(messages, { compression: "lz4", flushEvery: 6 }),
  "mcap none": () => mcapOf(messages, { compression: "none", flushEvery: 6 }),
  "mcap lz4": () => mcapOf(messages, { compression: "lz4", flushEvery: 6 }),
  "mcap zstd": () => mcapOf(messages, { compression: "zstd", flushEvery: 6 }),
  "mcap without chunks": () => mcapOf(messages, { compression: "none", chunkBytes: 0 }),
  record: async () => cyberRecordOf(messages, { flushEvery: 6 }),
};

interface Outcome {
  readonly opened: boolean;
  /** Messages as text, in order of time. */
  readonly seen: readonly string[];
  readonly complete: boolean;
  readonly problems: readonly string[];
}

/** Opens, reads through and back, and says what came of it. */
async function read(bytes: Uint8Array, skipBadChunks: boolean): Promise<Outcome> {
  let recording: Awaited<ReturnType<typeof openRecording>>;
  try {
    recording = await openRecording(bytes, { skipBadChunks });
  } catch (error) {
    if (!(error instanceof DelosError) || !error.code.startsWith("BAG_")) throw error;
    return { opened: false, seen: [], complete: false, problems: [] };
  }
  using open = recording;
  open.verify();
  const seen: string[] = [];
  using cursor = open.cursor();
  while (cursor.next()) {
    seen.push(`${cursor.channel.topic} ${cursor.logTimeNs} ${Buffer.from(cursor.data).toString("hex")}`);
    void cursor.publishTimeNs;
    void cursor.sequence;
  }
  let back = 0;
  while (cursor.previous()) back++;
  // Plain comparisons: there are a hundred thousand of these files, and `expect` takes longer than reading one.
  if (back !== seen.length || open.messageCount !== seen.length) {
    throw new Error(`${seen.length} messages forward, ${back} backward, ${open.messageCount} counted`);
  }
  for (const { code, offset, message } of open.problems) {
    if (!/^BAG_[A-Z_0-9]+$/.test(code) || !(offset >= 0 && offset <= bytes.length)) {
      throw new Error(`problem ${code} at ${offset} of ${bytes.length}: ${message}`);
    }
  }
  return { opened: true, seen, complete: open.complete, problems: open.problems.map((problem) => problem.code) };
}

const textOf = ({ topic, timeNs, data }: PlainMessage): string =>
  `${topic} ${timeNs} ${Buffer.from(data).toString("hex")}`;

describe.for(Object.keys(sound))("%s", (name) => {
  test("cut at every byte, it keeps whole messages, the more the longer, and says that something is missing", async () => {
    const whole = await sound[name]!();
    const all = new Set(messages.map(textOf));
    let before = 0;
    for (let length = 0; length < whole.length; length++) {
      const { opened, seen, complete, problems } = await read(whole.slice(0, length), false);
      const sane = opened ? !complete && problems.length > 0 : length < 2100;
      const faithful = seen.every((message) => all.has(message)) && new Set(seen).size === seen.length;
      if (!sane || !faithful || seen.length < before) {
        expect.fail(`cut at ${length}: ${JSON.stringify({ opened, complete, problems, before, seen })}`);
      }
      before = seen.length;
    }
    expect((await read(whole, false)).seen).toHaveLength(messages.length);
    expect(before).toBe(messages.length);
  });

  test("with any bytes changed, it opens or is refused, and reading neither throws nor hangs", async () => {
    const whole = await sound[name]!();
    const random = generator(0x9e3779b9);
    let survivors = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = whole.slice();
      const changes = 1 + (random() % 4);
      for (let i = 0; i < changes; i++) mutate(bytes, random);
      const [skipping, strict] = [await read(bytes, true), await read(bytes, false)];
      if (skipping.opened && strict.opened) survivors++;
    }
    expect(survivors).toBeGreaterThan(100);
  });

  test("with a flipped bit anywhere, nothing untrue comes out where checksums guard it", async () => {
    // A bag has no checksum over times and topics, an MCAP file none outside of chunks, a record none at all.
    const guarded = /mcap (none|lz4|zstd)/.test(name) ? 1 : 0;
    const whole = await sound[name]!();
    const all = new Set(messages.map(textOf));
    const untrue: string[] = [];
    for (let at = 0; at < whole.length * guarded; at += 5) {
      const bytes = whole.slice();
      bytes[at] = bytes[at]! ^ (1 << (at & 7));
      const { seen } = await read(bytes, true);
      untrue.push(...seen.filter((message) => !all.has(message)).map((message) => `bit at ${at}: ${message}`));
    }
    expect(untrue).toEqual([]);
  });
});

const bags = fileURLToPath(new URL("../../../../shared/bags/", import.meta.url));

describe.skipIf(!existsSync(bags))("files of other tools", () => {
  const files = [
    "rosbag/noetic-multitopic-none.bag",
    "rosbag/noetic-multitopic-lz4.bag",
    "rosbag/rosout_sample.bag",
    "mcap/lichtblick_example.mcap",
    "mcap/ros2_talker.mcap",
    "mcap/conformance/TenMessages/TenMessages-ch-chx-mx-pad-rch-rsh-st-sum.mcap",
    "mcap/conformance/OneAttachment/OneAttachment-ax-st-sum.mcap",
    "mcap/conformance/OneMetadata/OneMetadata.mcap",
  ];
  test.for(files)("%s, cut at every byte", async (file) => {
    const whole = new Uint8Array(readFileSync(bags + file));
    const everything = (await read(whole, false)).seen;
    const all = new Set(everything);
    let before = 0;
    for (let length = 0; length < whole.length; length++) {
      const { seen } = await read(whole.slice(0, length), false);
      if (seen.length < before || !seen.every((message) => all.has(message))) expect.fail(`cut at ${length}`);
      before = seen.length;
    }
    expect(before).toBe(everything.length);
  });

  test.for([
    "rosbag/turtle_none.bag",
    "rosbag/turtle_lz4.bag",
    "mcap/garage_a_lz4.mcap",
    "mcap/garage_a_nochunk.mcap",
    "mcap/ros2_wbag_0.mcap",
    "record/garage_a.record",
    "record/garage_a_killed.record",
  ])("%s, cut and changed at random", async (file) => {
    const whole = new Uint8Array(readFileSync(bags + file));
    const all = new Set((await read(whole, true)).seen);
    const random = generator(0x1234567);
    for (let round = 0; round < 12; round++) {
      const cut = whole.slice(0, random() % whole.length);
      const { seen } = await read(cut, round % 2 === 0);
      expect(seen.filter((message) => !all.has(message))).toEqual([]);
      const changed = whole.slice();
      for (let i = 0; i < 8; i++) mutate(changed, random);
      await read(changed, round % 2 === 0);
    }
  });
});

/** One of: a bit flipped, a byte set, a 32-bit number of the dangerous kind written, a stretch copied elsewhere or zeroed. */
function mutate(bytes: Uint8Array, random: () => number): void {
  const at = random() % bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (random() % 5) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << (random() & 7));
      break;
    case 1:
      bytes[at] = random() & 0xff;
      break;
    case 2: {
      const numbers = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, bytes.length, 0x10000, random()];
      if (at + 4 <= bytes.length) view.setUint32(at, numbers[random() % numbers.length]!, true);
      break;
    }
    case 3: {
      const length = Math.min(1 + (random() % 40), bytes.length - at);
      bytes.copyWithin(random() % (bytes.length - length + 1), at, at + length);
      break;
    }
    default:
      bytes.fill(0, at, Math.min(at + (random() % 30), bytes.length));
  }
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

describe("a compressed chunk in which a ROS bag ends", () => {
  const MIB = 1 << 20;
  const large: readonly PlainMessage[] = Array.from({ length: 90 }, (_, i) => ({
    topic: "/blob",
    timeNs: 1_000_000_000n + BigInt(i),
    data: Uint8Array.from({ length: 40_000 }, (_, k) =>
      k < 20_000 ? Math.imul(k + 40_000 * i, 0x9e3779b1) >>> 24 : i,
    ),
  }));
  const chunkAt = 4117;
  const dataAt = (bag: Buffer): number => chunkAt + 8 + bag.readUInt32LE(chunkAt);
  const packed = Buffer.from(rosbagOf(large, { compression: "lz4", chunkBytes: 8 * MIB }));
  const plain = Buffer.from(rosbagOf(large, { compression: "none", chunkBytes: 8 * MIB }));
  /** How many messages end in the first `blocks` blocks of 1 MiB. */
  const messagesIn = (blocks: number): number =>
    large.filter(({ data }) => plain.indexOf(data) + data.length - dataAt(plain) <= blocks * MIB).length;
  /** Where each block of the chunk's one frame ends. */
  const blockEnds: number[] = [];
  for (let at = dataAt(packed) + 7; packed.readUInt32LE(at) !== 0; ) {
    at += 4 + (packed.readUInt32LE(at) & 0x7fffffff);
    blockEnds.push(at);
  }

  test("has several blocks here", () => {
    expect(blockEnds.length).toBeGreaterThan(2);
    expect(messagesIn(1)).toBeGreaterThan(20);
  });

  test.for([...blockEnds.keys()])("keeps the messages in its %i first whole blocks", async (blocks) => {
    for (const cut of [-1, 0, 1, 3].map((d) => (blocks === 0 ? dataAt(packed) + 7 : blockEnds[blocks - 1]!) + d)) {
      const there = blockEnds.filter((end) => end <= cut).length;
      const { seen, complete, problems } = await read(packed.subarray(0, cut), false);
      expect(seen).toEqual(large.slice(0, messagesIn(there)).map(textOf));
      expect(complete).toBe(false);
      expect(problems).toContain("BAG_TRUNCATED");
    }
  });

  test("keeps them where the recorder was killed and the chunk says neither of its sizes", async () => {
    const killed = Buffer.from(packed.subarray(0, blockEnds[1]! + 1000));
    killed.writeUInt32LE(0, killed.indexOf("size=", chunkAt) + 5);
    killed.writeUInt32LE(0, dataAt(killed) - 4);
    const { seen, problems } = await read(killed, false);
    expect(seen).toEqual(large.slice(0, messagesIn(2)).map(textOf));
    expect(problems).toContain("BAG_UNCLOSED");
  });
});
