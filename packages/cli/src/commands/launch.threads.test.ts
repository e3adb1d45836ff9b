import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../program.ts";

const COUNTER = fileURLToPath(new URL("../../../runtime/test/counter.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "delos-launch-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** Runs `delos launch`; Ctrl-C as soon as the output says `until`. */
async function run(args: readonly string[], until?: string) {
  const interrupt = new AbortController();
  const [out, err] = [new PassThrough(), new PassThrough()];
  const text = { out: "", err: "" };
  out.on("data", (data) => {
    text.out += String(data);
    if (until !== undefined && text.out.includes(until)) interrupt.abort(new Error("Ctrl-C"));
  });
  err.on("data", (data) => (text.err += String(data)));
  const world = { out, err, in: new PassThrough(), env: {}, cwd: folder, signal: interrupt.signal };
  const status = await runProgram(["launch", ...args], world);
  return { status, ...text };
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("tells every change of every module's state, and Ctrl-C ends them in the reverse order of the file", async () => {
  const modules = ["one", "two"].map((name) => `  ${name}: { component: "${COUNTER}#counter" }\n`).join("");
  const file = fileOf("two.launch.yaml", `modules:\n${modules}`);
  const first = await run([file, "--json"], '"module":"two","state":"running"');
  expect(first.status).toBe(130);
  const told = lines(first.out);
  expect(told.filter(({ state }) => state === "stopped").map(({ module }) => module)).toEqual(["two", "one"]);
  expect(told.find(({ module, state }) => module === "one" && state === "starting")).toMatchObject({
    placement: "thread",
    restarts: 0,
    time_ns: expect.stringMatching(/^\d{19}$/) as string,
  });
});

test("ends with status 1 when a required module crashes, and says why", async () => {
  const file = fileOf(
    "broken.launch.yaml",
    `modules:\n  engine: { component: "${COUNTER}#broken", respawn: { when: crash, delay_ms: 1, most: 1 }, required: true }\n` +
      `  other: { component: "${COUNTER}#counter" }\n`,
  );
  const { status, out } = await run([file]);
  expect(status).toBe(1);
  expect(out).toContain("engine: waiting: Error: no engine\n");
  expect(out).toContain("engine: crashed: Error: no engine\n");
  expect(out).toContain("other: stopped\n");
});

describe("without starting anything,", () => {
  const text = `args: { first: 3 }\nmodules:\n  a: { component: "${COUNTER}#counter", deadline_ms: 50, config: { first: $(first) } }\n`;

  test("--list says what modules are, hear and say", async () => {
    const { status, out } = await run([fileOf("list.launch.yaml", text), "--list", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual({
      modules: [
        {
          name: "a",
          component: `${COUNTER}#counter`,
          summary: "Counts",
          placement: "thread",
          autostart: true,
          required: false,
          after: [],
          deadline_ms: 50,
          inputs: [{ topic: "/ask", type: "delos.Clock" }],
          outputs: [{ topic: "/count", type: "delos.Clock" }],
        },
      ],
    });
  });

  test("--show-args says what can be given, and --list checks it", async () => {
    const file = fileOf("args.launch.yaml", text);
    expect((await run([file, "first:=7", "--show-args"])).out).toBe("first:=7\n");
    const wrong = await run([file, "first:=x", "--list"]);
    expect(wrong).toMatchObject({ status: 1, out: "" });
    expect(wrong.err).toContain("LAUNCH_CONFIG");
    expect(wrong.err).toContain("args.launch.yaml:3:");
    expect(wrong.err).toContain('modules.a.config.first is "x", a whole number was expected');
  });

  test("the loop that comes along is in order", async () => {
    const { status, out } = await run(["closed-loop", "--list"]);
    expect(status).toBe(0);
    expect(out).toContain("guardian: Passes good commands on to canbus");
  });
});

test.for([
  [["nowhere.yaml"], 1, "LAUNCH_FILE"],
  [[], 2, "which file"],
  [["closed-loop", "speed"], 2, "NAME:=VALUE was expected"],
  [["closed-loop", "speed:=3"], 1, "LAUNCH_ARGUMENT"],
  [["closed-loop", "--transport", "smoke"], 2, "--transport is shm or auto"],
] as const)("%j is refused", async ([args, status, message]) => {
  const result = await run(args);
  expect(result.status).toBe(status);
  expect(result.err).toContain(message);
});
