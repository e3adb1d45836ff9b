import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ChoicesFile } from "./drive-choices.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "delos-choices-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => join(folder, "selection.json");

test("what was chosen is there again, each kind by itself", () => {
  const first = new ChoicesFile(file());
  expect([first.choices, first.problem]).toEqual([{}, undefined]);
  first.keep("vehicle", "delos-shuttle");
  first.keep("map", "Loop, turned");
  expect(new ChoicesFile(file()).choices).toEqual({ vehicle: "delos-shuttle", map: "Loop, turned" });
  expect(readdirSync(folder)).toEqual(["selection.json"]); // no draft is left
});

test.for(["", "{", "null", "7", "[]", '"x"', '{"vehicle":7,"map":null}', '{"other":"x"}', "\u0000\u0001"])(
  "a file that holds %j is no choice, and is written anew",
  (text) => {
    writeFileSync(file(), text);
    const kept = new ChoicesFile(file());
    expect(kept.choices).toEqual({});
    kept.keep("map", "Loop");
    expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual({ map: "Loop" });
  },
);
