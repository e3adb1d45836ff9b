import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createFile, McapWriter } from "@delos/bag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../program.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-start-"));
  using writer = new McapWriter(createFile(join(folder, "a.mcap")), { compression: "none" });
  for (const topic of ["/a", "/b"]) {
    const id = writer.addChannel({ topic, schemaId: 0, messageEncoding: "raw" });
    for (let i = 0; i < 50; i++) {
      const timeNs = 1_700_000_000_000_000_000n + BigInt(i) * 20_000_000n;
      writer.writeMessage(id, i, timeNs, timeNs, new Uint8Array([i]));
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `delos` in this process. `stop` is Ctrl-C. */
function delos(...args: string[]) {
  const stop = new AbortController();
  const text = { out: "", err: "" };
  const stream = (which: "out" | "err"): PassThrough => {
    const through = new PassThrough();
    through.on("data", (data: Buffer) => void (text[which] += String(data)));
    return through;
  };
  const world = { out: stream("out"), err: stream("err"), in: new PassThrough(), env: {}, cwd: folder };
  const status = runProgram(args, { ...world, signal: stop.signal });
  return { status, text, stop };
}

describe("delos start", () => {
  test("--once --headless plays one pass and ends with 0", async () => {
    const { status, text } = delos("start", "a.mcap", "--once", "--headless", "--rate", "100");
    expect(await status).toBe(0);
    expect(text.out).toMatch(/^\[ENDED {2}\] {2}Bag Time: 1700000000\.980000 {3}Duration: 0\.980000 \/ 0\.980000$/m);
    expect(text.out).not.toContain("HMI");
    expect(text.err).toContain("100 messages sent");
  });

  test("prints where the page is, runs until Ctrl-C, and ends with 130", async () => {
    const { status, text, stop } = delos("start", "a.mcap", "--port", "0", "--loop");
    await expect.poll(() => text.out).toMatch(/^HMI: http:\/\/127\.0\.0\.1:\d+\/\n/);
    const url = /http\S+/.exec(text.out)![0];
    expect((await fetch(url)).status).toBe(200);
    await expect
      .poll(() => text.out)
      .toMatch(/\[RUNNING\] {2}Bag Time: 1700000000\.\d{6} {3}Duration: 0\.\d{6} \/ 0\.980000/);
    stop.abort();
    expect(await status).toBe(130);
    await expect(fetch(url)).rejects.toThrow(/fetch failed/);
  });

  test.for(["0", "61", "32X", "north"])("--utm-zone %s is wrong usage", async (zone) => {
    const { status, text } = delos("start", "a.mcap", "--port", "0", "--utm-zone", zone);
    expect(await status).toBe(2);
    expect(text.err).toContain(`--utm-zone ${zone}: a zone is a number of 1 to 60`);
  });

  test("--utm-zone 56S is a zone of the south", async () => {
    const { status, text, stop } = delos("start", "a.mcap", "--port", "0", "--utm-zone", "56S");
    await expect.poll(() => text.out).toMatch(/^HMI: /);
    stop.abort();
    expect(await status).toBe(130);
  });

  test("--json prints an object a line", async () => {
    const { status, text } = delos("start", "a.mcap", "--once", "--headless", "--rate", "max", "--json");
    expect(await status).toBe(0);
    const lines = text.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({
      state: "ended",
      published: 100,
      rate: "max",
      position_ns: "1700000000980000000",
    });
  });

  test("plays only what was asked for, and names what is not there", async () => {
    const options = ["--topics", "/a,/c", "--start", "0.5", "--duration", "0.2", "--rate", "max"];
    const { status, text } = delos("start", "a.mcap", "--once", "--headless", ...options);
    expect(await status).toBe(0);
    expect(text.err).toContain("11 messages sent");
    expect(text.err).toContain("no topic /c");
  });

  test("says which port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { status, text } = delos("start", "a.mcap", "--port", String(port));
    expect(await status).toBe(1);
    expect(text.err).toMatch(new RegExp(`^delos: BRIDGE_PORT_IN_USE: port ${port} .*--port`, "m"));
    await new Promise((resolve) => void server.close(resolve));
  });

  test.for([
    [["--rate", "0"], 2, "--rate 0: a number from 0.01 to 1000"],
    [["--rate", "fast"], 2, "--rate fast"],
    [["--port", "70000"], 2, "--port 70000"],
    [["--start", "-1"], 2, "--start"],
    [["--strat", "1"], 2, "Did you mean --start"],
  ] as const)("%j is wrong usage", async ([options, wanted, message]) => {
    const { status, text } = delos("start", "a.mcap", "--headless", ...options);
    expect(await status).toBe(wanted);
    expect(text.err).toContain(message);
  });

  test("a file that is none is an error with its code", async () => {
    const { status, text } = delos("start", "nowhere.bag", "--headless");
    expect(await status).toBe(1);
    expect(text.err).toMatch(/^delos: BAG_IO: .*nowhere\.bag/m);
  });
});

describe("delos bag play", () => {
  test("plays and ends; options of all three worlds", async () => {
    for (const options of [
      ["a.mcap", "-i", "/a:=/x", "-p", "/old"],
      ["a.mcap", "--rate", "max", "--remap", "/a:=/x", "--clock", "--start-offset", "0"],
      ["-f", "a.mcap", "-c", "/a", "-c", "/b", "--rate", "max", "-s", "0"],
    ]) {
      const { status, text } = delos("bag", "play", ...options);
      expect(await status, text.err).toBe(0);
      expect(text.err).toContain("100 messages sent, none late");
    }
  });

  test("begin and end by time", async () => {
    const { status, text } = delos(
      "bag",
      "play",
      "a.mcap",
      "-i",
      "-b",
      "1700000000.2",
      "-e",
      "1700000000.4",
      "-k",
      "/b",
    );
    expect(await status).toBe(0);
    expect(text.err).toContain("11 messages sent");
  });

  test.for([
    [[], "which recording"],
    [["a.mcap", "--regex", "("], "regular expression"],
    [["a.mcap", "--begin", "yesterday"], "--begin yesterday"],
    [["a.mcap", ":=x"], "OLD:=NEW"],
  ] as const)("%j is wrong usage", async ([options, message]) => {
    const { status, text } = delos("bag", "play", ...options);
    expect(await status).toBe(2);
    expect(text.err).toContain(message);
  });
});
