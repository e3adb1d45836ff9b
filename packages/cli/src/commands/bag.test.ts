import { existsSync, readdirSync, readFileSync } from "node:fs";
import { PassThrough, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runProgram } from "../program.ts";
import { commands } from "./bag.ts";

const bags = fileURLToPath(new URL("../../../../../shared/bags/", import.meta.url));

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function delos(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err] = [new Text(), new Text()];
  const world = { out, err, in: new PassThrough(), env: {}, cwd: bags, signal: new AbortController().signal };
  const nouns = [{ name: "bag", summary: "Recordings", load: async () => commands }];
  const status = await runProgram(["bag", ...args], world, nouns);
  return { status, out: out.text, err: err.text };
}

interface Expectation {
  readonly kind: string;
  readonly messages: number;
  readonly start_ns: string | null;
  readonly end_ns: string | null;
  readonly digest: string;
  readonly size: number;
  readonly compression?: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly messages: number;
    readonly type: string;
    readonly md5sum?: string;
    readonly schema_encoding?: string;
    readonly message_encoding?: string;
  }[];
  readonly metadata?: unknown;
  readonly attachments?: unknown;
  readonly messages_when_bad_chunks_are_skipped?: number;
}

const files = existsSync(bags)
  ? ["rosbag", "mcap", "record"].flatMap((folder) =>
      readdirSync(`${bags}${folder}`)
        .filter((name) => name.endsWith(".expect.json"))
        .map((name) => `${folder}/${name.slice(0, -".expect.json".length)}`),
    )
  : [];
const expectationOf = (file: string): Expectation =>
  JSON.parse(readFileSync(`${bags}${file}.expect.json`, "utf8")) as Expectation;
const FORMATS: Readonly<Record<string, string>> = { "rosbag2.0": "rosbag", mcap: "mcap", "cyber-record": "record" };

describe.skipIf(!existsSync(bags))("the recordings that other tools wrote", () => {
  test.for(files)("bag info %s agrees with what an independent reader found", async (file) => {
    const expected = expectationOf(file);
    const { status, out } = await delos("info", file, "--json");
    expect(status).toBe(0);
    const info = JSON.parse(out) as Record<string, unknown>;
    expect(info).toMatchObject({
      file,
      format: FORMATS[expected.kind],
      messages: expected.messages,
      start_ns: expected.start_ns,
      end_ns: expected.end_ns,
      size: expected.size,
      ...(expected.compression === undefined ? {} : { compression: [expected.compression] }),
      topics: [...expected.topics]
        .sort((a, b) => (a.topic < b.topic ? -1 : 1))
        .map(({ topic, messages, type, md5sum, schema_encoding, message_encoding }) => ({
          name: topic,
          messages,
          type,
          ...(md5sum === undefined ? {} : { md5sum }),
          ...(schema_encoding === undefined ? {} : { schema_encoding, message_encoding }),
        })),
      ...(expected.metadata === undefined ? {} : { metadata: expected.metadata }),
      ...(expected.attachments === undefined ? {} : { attachments: expected.attachments }),
    });
  });

  test.for(files)("bag digest %s", async (file) => {
    expect((await delos("digest", file)).out).toBe(`${expectationOf(file).digest}  ${file}\n`);
  });

  test.for(files)("bag cat %s prints every message, decoded, in order of time", async (file) => {
    const { status, out } = await delos("cat", file, "--json");
    expect(status).toBe(0);
    const lines = out.split("\n").slice(0, -1);
    const expected = expectationOf(file);
    expect(lines).toHaveLength(expected.messages);
    const counts = new Map<string, number>(expected.topics.map(({ topic }) => [topic, 0]));
    let last = 0n;
    for (const line of lines) {
      const message = JSON.parse(line) as { topic: string; log_time_ns: string; message?: object };
      counts.set(message.topic, counts.get(message.topic)! + 1);
      expect(BigInt(message.log_time_ns) >= last && typeof message.message === "object").toBe(true);
      last = BigInt(message.log_time_ns);
    }
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(expected.topics.map(({ topic, messages }) => [topic, messages])),
    );
  });

  test.for(files.filter((file) => expectationOf(file).messages_when_bad_chunks_are_skipped !== undefined))(
    "%s with bad chunks skipped",
    async (file) => {
      const { out } = await delos("info", file, "--skip-bad-chunks", "--json");
      expect((JSON.parse(out) as { messages: number }).messages).toBe(
        expectationOf(file).messages_when_bad_chunks_are_skipped,
      );
    },
  );

  test("bag conformance prints no failure", async () => {
    const { status, out, err } = await delos("conformance", "mcap/conformance");
    expect(err).toBe("");
    expect(out).toMatch(/^\d+ passed, 0 failed\n$/);
    expect(Number(/^\d+/.exec(out)![0])).toBeGreaterThan(107);
    expect(status).toBe(0);
  });

  test("bag check finds what is damaged and nothing else", async () => {
    for (const file of files) {
      const damaged = /cut|flip|trunc|killed|no_footer/.test(file);
      expect({ file, status: (await delos("check", file)).status }).toEqual({ file, status: damaged ? 1 : 0 });
    }
  });

  test("bag cat takes a range, topics, a limit and a direction", async () => {
    const file = "mcap/garage_a_lz4.mcap";
    const all = (await delos("cat", file, "--topics", "/apollo/canbus/chassis", "--raw")).out.split("\n").slice(0, -1);
    const times = all.map((line) => (JSON.parse(line) as { log_time_ns: string }).log_time_ns);
    const range = await delos(
      ..."cat --raw --limit 7 --reverse --topics /apollo/canbus/chassis".split(" "),
      `--start-ns=${times[10]}`,
      `--end-ns=${times[19]}`,
      file,
    );
    expect(range.out.split("\n").slice(0, -1)).toEqual(all.slice(13, 20).reverse());
  });

  test("the human form of bag info names format, times, topics and damage", async () => {
    const { out, err } = await delos("info", "mcap/garage_a_lz4.flip_chunk_byte.mcap");
    expect(out).toContain("MCAP, not complete");
    expect(out).toContain("/apollo/localization/pose  191 msgs : apollo.localization.LocalizationEstimate");
    expect(err).toContain("BAG_CHUNK_CRC at byte 38122");
  });
});

test("what is no recording is an error with a code, and the other files still have their turn", async () => {
  const here = fileURLToPath(import.meta.url);
  const { status, out, err } = await delos("info", here, "/nowhere.bag");
  expect(status).toBe(1);
  expect(out).toBe("");
  expect(err).toMatch(/delos: BAG_UNKNOWN_FORMAT: .*\n.*delos: BAG_IO: /);
});

test("wrong usage is status 2", async () => {
  for (const args of [["info"], ["cat", "x", "--start-ns", "soon"], ["conformance"], ["cat", "x", "--limit", "-1"]]) {
    expect((await delos(...args)).status).toBe(2);
  }
});

describe.skipIf(!existsSync(bags))("a reader that goes away", () => {
  test("ends bag cat quietly", async () => {
    let seen = 0;
    const out = new Writable({
      highWaterMark: 1024,
      write(chunk: Buffer, _encoding, done) {
        seen += chunk.length;
        done(seen > 100_000 ? Object.assign(new Error("broken pipe"), { code: "EPIPE" }) : null);
      },
    });
    const err = new Text();
    const world = { out, err, in: new PassThrough(), env: {}, cwd: bags, signal: new AbortController().signal };
    const nouns = [{ name: "bag", summary: "Recordings", load: async () => commands }];
    expect(await runProgram(["bag", "cat", "record/drive_a.record"], world, nouns)).toBe(0);
    expect(seen).toBeLessThan(400_000);
    expect(err.text).toBe("");
  });
});
