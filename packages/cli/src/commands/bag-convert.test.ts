import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { createRecording, type RecordingFormat } from "@delos/bag";
import { messageTypes } from "@delos/msgs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProgram } from "../program.ts";
import { commands } from "./bag.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-bag-convert-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function delos(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err] = [new Text(), new Text()];
  const world = { out, err, in: new PassThrough(), env: {}, cwd: folder, signal: new AbortController().signal };
  const nouns = [{ name: "bag", summary: "Recordings", load: async () => commands }];
  const status = await runProgram(["bag", ...args], world, nouns);
  return { status, out: out.text, err: err.text };
}

const Chassis = messageTypes.get("apollo.canbus.Chassis");
const chassis = {
  topic: "/apollo/canbus/chassis",
  schema: Chassis.schema,
  metadata: new Map([["callerid", "/canbus"]]),
};
const counter = { topic: "/counter", metadata: new Map<string, string>() };

/** 60 messages of two topics, written as a driver would, in small chunks. */
async function drive(name: string, format: RecordingFormat, options: { offsetNs?: bigint; cdr?: boolean } = {}) {
  using writer = await createRecording(join(folder, name), { format, chunkBytes: 256 });
  const second = {
    ...counter,
    schema: options.cdr === true ? { ...Chassis.schema, messageEncoding: "cdr" } : Chassis.schema,
  };
  const channels = [
    { index: 0, messageCount: undefined, ...chassis },
    { index: 1, messageCount: undefined, ...second },
  ];
  for (let i = 0; i < 60; i++) {
    const timeNs = 1_000_000_000n + (options.offsetNs ?? 0n) + BigInt(i) * 10_000_000n;
    writer.write(channels[i % 2]!, timeNs, timeNs, i, Chassis.encode(Chassis.fromJSON({ speed_mps: i })));
  }
}

const digestOf = async (...files: string[]): Promise<string[]> =>
  (await delos("digest", ...files)).out.split("\n").map((line) => line.split("  ")[0]!);

test("through all three formats and back, the messages stay the same", async () => {
  await drive("a.mcap", "mcap");
  for (const [from, to, ...more] of [
    ["a.mcap", "b.record"],
    ["b.record", "c.bag", "--compression", "none"],
    ["c.bag", "d.record"],
    ["d.record", "e.bag"],
    ["e.bag", "f.mcap", "--compression", "lz4"],
    ["f.mcap", "g.mcap", "--compression", "none"],
  ] as const) {
    const { status, err } = await delos("convert", from, to, ...more);
    expect({ from, to, status, err }).toEqual({ from, to, status: 0, err: `${to}: 60 messages\n` });
  }
  const [a, b, c, d, e, f, g] = await digestOf(..."a.mcap b.record c.bag d.record e.bag f.mcap g.mcap".split(" "));
  expect([b, d, f, g]).toEqual([a, a, a, a]); // bare protobuf
  expect(e).toBe(c); // with Apollo's length before it
  expect(c).not.toBe(a);
  const decoded = await Promise.all(
    ["a.mcap", "e.bag", "d.record", "g.mcap"].map(async (file) =>
      (await delos("cat", file)).out.replace(/"type":"[^"]*"/g, '"type":""'),
    ),
  );
  expect(new Set(decoded).size).toBe(1);
  expect(decoded[0]!.split("\n")[7]).toContain('"message":{"speed_mps":7}');
});

test("publishers survive: callerid in a bag, metadata in MCAP", async () => {
  await drive("a.mcap", "mcap");
  await delos("convert", "a.mcap", "b.bag");
  await delos("convert", "b.bag", "c.mcap");
  const info = JSON.parse((await delos("info", "c.mcap", "--json")).out) as { topics: unknown[] };
  expect(info.topics).toEqual([
    expect.objectContaining({ name: "/apollo/canbus/chassis", type: "apollo.canbus.Chassis", messages: 30 }),
    expect.objectContaining({ name: "/counter", messages: 30 }),
  ]);
});

test("filter keeps topics and times, merge puts files together by time", async () => {
  await drive("a.mcap", "mcap");
  await drive("b.record", "record", { offsetNs: 5_000_000n });
  expect((await delos("filter", "a.mcap", "few.mcap", "--topics", "/counter", "--end-ns", "1099999999")).status).toBe(
    0,
  );
  expect((await delos("filter", "a.mcap", "other.mcap", "--exclude-topics", "/counter")).status).toBe(0);
  const names = async (file: string): Promise<string[]> =>
    (await delos("cat", file, "--raw")).out
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { topic: string }).topic);
  expect(await names("few.mcap")).toEqual(Array<string>(5).fill("/counter"));
  expect(await names("other.mcap")).toEqual(Array<string>(30).fill("/apollo/canbus/chassis"));
  expect((await delos("merge", "a.mcap", "b.record", "all.mcap")).status).toBe(0);
  const times = (await delos("cat", "all.mcap", "--raw")).out
    .split("\n")
    .slice(0, -1)
    .map((line) => BigInt((JSON.parse(line) as { log_time_ns: string }).log_time_ns));
  expect(times).toEqual(Array.from({ length: 120 }, (_, i) => 1_000_000_000n + BigInt(i) * 5_000_000n));
});

test("recover copies what is intact, never touches its input, and says by its status whether something was lost", async () => {
  await drive("a.mcap", "mcap");
  expect((await delos("recover", "a.mcap", "whole.mcap")).status).toBe(0);
  truncateSync(join(folder, "a.mcap"), 1500);
  const before = await digestOf("a.mcap");
  const { status, err } = await delos("recover", "a.mcap", "rest.mcap");
  expect(status).toBe(3);
  expect(err).toMatch(/BAG_(TRUNCATED|UNCLOSED) at byte/);
  expect(await digestOf("rest.mcap", "a.mcap")).toEqual([before[0], ...before]);
  expect((await delos("check", "rest.mcap")).status).toBe(0);
});

test("what a format cannot hold is refused and leaves nothing behind", async () => {
  await drive("a.mcap", "mcap", { cdr: true });
  for (const out of ["x.bag", "x.record"]) {
    const { status, err } = await delos("convert", "a.mcap", out);
    expect(status).toBe(1);
    expect(err).toMatch(/^delos: BAG_CANNOT_WRITE: .*\/counter.*cdr/);
  }
  expect((await delos("convert", "a.mcap", "x.bag", "--topics", "/apollo/canbus/chassis")).status).toBe(0);
  expect((await delos("convert", "a.mcap", "y.bag", "--compression", "zstd")).err).toContain("BAG_CANNOT_WRITE");
  expect(readdirSync(folder).sort()).toEqual(["a.mcap", "x.bag"]);
});

test("neither an input nor an existing file is overwritten", async () => {
  await drive("a.mcap", "mcap");
  expect((await delos("convert", "a.mcap", "a.mcap")).status).toBe(2);
  expect((await delos("convert", "a.mcap", "./a.mcap", "--force")).status).toBe(2);
  writeFileSync(join(folder, "b.mcap"), "mine");
  expect((await delos("convert", "a.mcap", "b.mcap")).err).toContain("BAG_EXISTS");
  expect((await delos("convert", "a.mcap", "b.mcap", "--force")).status).toBe(0);
  expect((await delos("convert", "a.mcap")).status).toBe(2);
  expect((await delos("convert", "a.mcap", "c.txt")).status).toBe(2);
  expect((await delos("recover", "a.mcap", "b.mcap", "c.mcap")).status).toBe(2);
  expect(existsSync(join(folder, "c.txt"))).toBe(false);
});

test("split makes parts by time on a grid or by size, and together they are the whole", async () => {
  await drive("a.mcap", "mcap");
  const { status, err } = await delos("split", "a.mcap", "--duration", "0.25");
  expect(status).toBe(0);
  expect(err.split("\n").slice(0, -1)).toEqual([
    "a_0.mcap: 25 messages",
    "a_1.mcap: 25 messages",
    "a_2.mcap: 10 messages",
  ]);
  expect((await delos("merge", "a_0.mcap", "a_1.mcap", "a_2.mcap", "again.bag")).status).toBe(0);
  expect((await delos("split", "again.bag", "part.record", "--size", "0.0001")).status).toBe(0);
  const parts = readdirSync(folder).filter((name) => name.startsWith("part_"));
  expect(parts.length).toBeGreaterThan(3);
  expect((await delos("merge", ...parts.map((_, i) => `part_${i}.record`), "whole.mcap")).status).toBe(0);
  const [a, whole] = await digestOf("a.mcap", "whole.mcap");
  expect(whole).toBe(a);
  expect((await delos("split", "a.mcap", "--duration", "0.25")).err).toContain("BAG_EXISTS");
  for (const wrong of [[], ["--size", "1", "--duration", "1"], ["--size", "0"], ["--duration", "x"]]) {
    expect((await delos("split", "a.mcap", ...wrong)).status).toBe(2);
  }
});
