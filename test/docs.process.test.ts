import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { builtinRecordingPath } from "@delos/replay";
import { afterAll, describe, expect, test } from "vitest";

/**
 * What the documents say is true: each command in a ```sh block runs and succeeds, each link leads to a file. A folder with the
 * recordings that the guides speak of stands ready, and `delos` and `npm` are found there as on a user's machine.
 */
const documents = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
  ...readdirSync("packages").map((name) => `packages/${name}/README.md`),
  ...readdirSync("examples").map((name) => `examples/${name}/README.md`),
].filter((file) => existsSync(file));

const folder = mkdtempSync(join(tmpdir(), "delos-docs-"));
copyFileSync(builtinRecordingPath(), join(folder, "drive.mcap"));
copyFileSync(builtinRecordingPath(), join(folder, "my-drive.mcap"));
const bin = resolve("packages/delos/bin/delos.mjs");
shim("delos", `exec "${process.execPath}" "${bin}" "$@"`);
shim("npx", 'shift 0; [ "$1" = delos ] || exit 97; shift; exec delos "$@"');
afterAll(() => rmSync(folder, { recursive: true }));

function shim(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Lines of the ```sh blocks, without comments; a trailing backslash joins lines. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block!.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.replace(/(^|\s)#\s.*$/, "").trim())
    .filter((line) => line !== "");
}

/** What a test runs in place of a command that would not end, or that is this test itself. */
function bounded(command: string): string {
  if (/^npm start\b/.test(command)) {
    const options = command.replace(/^npm start( --)?/, "");
    return `delos start ${options.replace(/--rate \S+|--loop|--paused|--port \S+/g, "")} --once --headless --rate max`;
  }
  if (/^(npx )?delos start\b/.test(command))
    return `${command.replace(/--rate \S+|--loop/g, "")} --once --headless --rate max`;
  return command;
}

describe.for(documents)("%s", (document) => {
  const text = readFileSync(document, "utf8");

  test("its links lead somewhere", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(resolve(dirname(document), link)))).toEqual([]);
  });

  for (const command of new Set(commandsOf(text))) {
    test(command, () => {
      const [npm, script] = command.split(" ").filter((word) => word !== "run");
      if (npm === "npm" && script !== "start" && !command.includes("-w ") && !command.includes("--workspace")) {
        // npm test runs this test, npm run bench takes minutes and is run by the benchmark's own test.
        const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
        if (script !== "install") expect(Object.keys(scripts)).toContain(script);
        return;
      }
      const inRepository = npm === "npm" && script !== "start";
      const run = spawnSync("sh", ["-c", bounded(command)], {
        cwd: inRepository ? "." : folder,
        env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
        encoding: "utf8",
        timeout: 120_000,
      });
      expect(run.status, `${run.stdout}\n${run.stderr}`).toBe(0);
    });
  }
});
