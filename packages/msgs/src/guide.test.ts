import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesOfSet } from "./descriptor-bytes.ts";
import * as msgs from "./index.ts";
import * as proto from "./proto.ts";

/** Runs the code of docs/guides/messages.md; where a comment behind a statement is a value, it must be that value. */
const guide = readFileSync(new URL("../../../docs/guides/messages.md", import.meta.url), "utf8");
const folder = mkdtempSync(join(tmpdir(), "delos-guide-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the code of the guide does what its comments say", () => {
  writeFileSync(join(folder, "robot.proto"), "package robots; message Robot { optional string name = 1; }");
  const loadProto = (file: string): msgs.TypeRegistry => proto.loadProto(file.replace("examples", folder));
  const robot = loadProto("examples/robot.proto").get("robots.Robot");
  const [desc] = filesOfSet(robot.schema.data);
  const names = {
    ...msgs,
    ...proto,
    loadProto,
    channel: { proto_desc: msgs.apollo.cyber.proto.ProtoDesc.encode({ desc }) },
  };

  const code = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block!).join("");
  const checks = code.split("\n").map((line) => {
    const [, statement, value] = /^(?!const )(.+); \/\/ (.+)$/.exec(line) ?? [];
    return statement === undefined ? line : `check(${JSON.stringify(line)}, () => (${statement}), () => (${value}));`;
  });
  const checked: string[] = [];
  const check = (line: string, actual: () => unknown, expected: () => unknown): void => {
    expect([line, actual()]).toEqual([line, expected()]);
    checked.push(line);
  };
  // oxlint-disable-next-line typescript/no-implied-eval -- the guide's own code
  const run = new Function("check", ...Object.keys(names), checks.join("\n")) as (...args: unknown[]) => void;
  run(check, ...Object.values(names));
  expect(checked.length).toBeGreaterThan(14);
});

test("every code of an error that the guide names exists, and every one that exists is named", () => {
  const sources = readdirSync(new URL("./", import.meta.url)).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const codes = sources.flatMap((name) => [
    ...readFileSync(new URL(name, import.meta.url), "utf8").matchAll(/"(MSG_[A-Z_0-9]+)"/g),
  ]);
  const named = [...guide.matchAll(/`(MSG_[A-Z_0-9]+)`/g)].map(([, code]) => code);
  expect(new Set(named)).toEqual(new Set(codes.map(([, code]) => code)));
});
