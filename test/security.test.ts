import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** docs/security.md and the tests that it names: neither has what the other has not. */
const FILES = [
  "packages/bridge/src/security/attacks.threads.test.ts",
  "packages/bridge/src/media/media-attacks.threads.test.ts",
  "test/hmi-security.browser.test.ts",
];

/** The names of a file's tests, as they stand in it. */
const testsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^\s*test(?:\.skipIf\([^\n]*\))?\("((?:[^"\\]|\\.)*)"/gm)].map(
    ([, name]) => name!,
  );

const page = readFileSync("docs/security.md", "utf8");
const [, table = ""] = /<!-- attacks -->\n([^]*)<!-- \/attacks -->/.exec(page) ?? [];
const rows = table
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")))
  .slice(1);

const inOrder = (a: string, b: string): number => a.localeCompare(b);

test("every attempt in the table is a test, and every such test stands in the table", () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.map(([attempt]) => attempt!).sort(inOrder)).toEqual(FILES.flatMap(testsOf).sort(inOrder));
});

test("every row says what stands against it", () => {
  for (const [attempt, answer] of rows) expect(answer?.length, attempt).toBeGreaterThan(5);
});
