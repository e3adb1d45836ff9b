import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { NOUNS } from "./nouns.ts";
import { runProgram } from "./program.ts";

/** A run that a reference has made by itself: what goes in, and what must come out. */
interface Case {
  readonly name: string;
  readonly command: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly input: readonly unknown[];
  /** Objects as lines of JSON, or texts as they are. */
  readonly output: readonly unknown[];
  /** Relative; 1e-9 unless the case is a long one with state. */
  readonly tolerance?: number;
  /** By field name, absolute, where the reference cannot do better. */
  readonly tolerances?: Readonly<Record<string, number>>;
}

const REFERENCES = {
  control: "control/reference/control.py",
  canbus: "vehicle/reference/canbus.py",
  "RTK localization": "localization/reference/rtk_localization.py",
  "RTK planning": "planning/reference/rtk_planning.py",
};
const SEED = "20170704";
const hasPython = spawnSync("python3", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "delos-reference-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasPython)("replays give what references in another language give (python3)", () => {
  test.for(Object.entries(REFERENCES))("%s", { timeout: 300_000 }, async ([, file]) => {
    const script = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    const made = spawnSync("python3", [script, SEED], { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(made.stderr).toBe("");
    const cases = JSON.parse(made.stdout) as Case[];
    expect(cases.length).toBeGreaterThan(2);
    for (const each of cases) expect([each.name, ...(await differencesOf(each))]).toEqual([each.name]);
  });
});

async function differencesOf(each: Case): Promise<string[]> {
  for (const [name, text] of Object.entries(each.files ?? {})) writeFileSync(join(folder, name), text);
  let text = "";
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const err = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = Readable.from([each.input.map((line) => JSON.stringify(line)).join("\n")]);
  const world = { out, err, in: input, env: {}, cwd: folder, signal: new AbortController().signal };
  const status = await runProgram([...each.command], world, NOUNS);
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (typeof each.output[0] === "string" ? line : (JSON.parse(line) as unknown)));
  const found: string[] = status === 0 ? [] : [`exit status ${status}`];
  if (lines.length !== each.output.length) found.push(`${lines.length} lines, expected ${each.output.length}`);
  for (const [i, line] of lines.entries()) compare(line, each.output[i], `line ${i + 1}`, each, found);
  return found.slice(0, 10);
}

/** Numbers to the case's tolerance, everything else, and what is present, exactly. */
function compare(ours: unknown, expected: unknown, at: string, each: Case, found: string[]): void {
  if (isRecord(ours) && isRecord(expected)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(expected)])) {
      compare(ours[key], expected[key], `${at}.${key}`, each, found);
    }
  } else if (typeof ours === "number" && typeof expected === "number") {
    const absolute = each.tolerances?.[at.slice(at.lastIndexOf(".") + 1)] ?? 1e-12;
    const allowed = Math.max(absolute, (each.tolerance ?? 1e-9) * Math.max(Math.abs(ours), Math.abs(expected)));
    if (!(Math.abs(ours - expected) <= allowed)) found.push(`${at}: ${ours}, expected ${expected}`);
  } else if (ours !== expected) {
    found.push(`${at}: ${JSON.stringify(ours)}, expected ${JSON.stringify(expected)}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
