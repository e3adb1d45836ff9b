import { PassThrough, Writable } from "node:stream";
import { DelosError, UsageError } from "@delos/core";
import { describe, expect, test } from "vitest";
import type { Command } from "./command.ts";
import { editDistance, nearest } from "./nearest.ts";
import { NOUNS, type Noun } from "./nouns.ts";
import { runProgram, version } from "./program.ts";

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const command = (name: string, run: Command["run"]): Command => ({
  name,
  usage: `${name} FILE`,
  summary: `Does ${name}`,
  options: { limit: { type: "string", short: "n" } },
  run,
});

async function delos(args: readonly string[], run: Command["run"] = async () => {}, abort = new AbortController()) {
  const [out, err] = [new Text(), new Text()];
  const noun: Noun = {
    name: "thing",
    summary: "Things",
    load: async () => [command("thing make", run), command("thing mend", run)],
  };
  const world = { out, err, in: new PassThrough(), env: {}, cwd: "/", signal: abort.signal };
  const status = await runProgram(args, world, [noun]);
  return { status, out: out.text, err: err.text };
}

test("without arguments it says what there is, as wrong usage", async () => {
  expect(await delos([])).toMatchObject({ status: 2, out: expect.stringContaining("thing") });
});

test("help is asked for in every usual way", async () => {
  for (const args of [["--help"], ["-h"], ["help"]]) {
    expect(await delos(args)).toMatchObject({ status: 0, out: expect.stringContaining("Usage: delos <command>") });
  }
  for (const args of [
    ["thing", "--help"],
    ["help", "thing"],
  ]) {
    expect(await delos(args)).toMatchObject({ status: 0, out: expect.stringContaining("mend") });
  }
  const help = await delos(["thing", "make", "--help"]);
  expect(help).toMatchObject({ status: 0, out: expect.stringContaining("-n, --limit VALUE") });
});

test("the version is that of the package", async () => {
  expect(await delos(["--version"])).toEqual({ status: 0, out: `${version()}\n`, err: "" });
});

test("options and positionals reach the command", async () => {
  let seen: unknown;
  await delos(["thing", "make", "a.bag", "-n", "3", "--json"], async ({ positionals, values, json }) => {
    seen = { positionals, limit: values["limit"], json };
  });
  expect(seen).toEqual({ positionals: ["a.bag"], limit: "3", json: true });
});

describe("errors", () => {
  test("a misspelt command, verb or option names the one that was meant", async () => {
    expect(await delos(["thnig"])).toMatchObject({ status: 2, err: expect.stringContaining('Did you mean "thing"?') });
    expect(await delos(["thing", "mkae"])).toMatchObject({ status: 2, err: expect.stringContaining('"make"') });
    const option = await delos(["thing", "make", "--limt", "3"]);
    expect(option).toMatchObject({ status: 2, err: expect.stringContaining("Did you mean --limit?") });
  });

  test("a failure is one line with its code, under --json an object", async () => {
    const fail = async (): Promise<never> => {
      throw new DelosError("BAG_EMPTY", "a.bag is empty", { details: { file: "a.bag" } });
    };
    expect(await delos(["thing", "make"], fail)).toEqual({
      status: 1,
      out: "",
      err: "delos: BAG_EMPTY: a.bag is empty\n",
    });
    const json = await delos(["thing", "make", "--json"], fail);
    expect(JSON.parse(json.err)).toEqual({ error: { code: "BAG_EMPTY", message: "a.bag is empty", file: "a.bag" } });
    expect(json).toMatchObject({ status: 1, out: "" });
  });

  test("wrong usage is status 2, a status of the command is passed on, an unknown error is told as such", async () => {
    expect((await delos(["thing", "make"], () => Promise.reject(new UsageError("which file?")))).status).toBe(2);
    expect((await delos(["thing", "make"], async () => 3)).status).toBe(3);
    const unknown = await delos(["thing", "make"], () => Promise.reject(new TypeError("x is not a function")));
    expect(unknown).toMatchObject({ status: 1, err: "delos: INTERNAL: TypeError: x is not a function\n" });
  });

  test("Ctrl-C is 130, whether the command returns or throws because of it", async () => {
    const abort = new AbortController();
    const returns = await delos(["thing", "make"], async () => abort.abort(), abort);
    expect(returns.status).toBe(130);
    const again = new AbortController();
    const throws = await delos(
      ["thing", "make"],
      async ({ signal }) => {
        again.abort();
        signal.throwIfAborted();
      },
      again,
    );
    expect(throws).toEqual({ status: 130, out: "", err: "" });
  });
});

test("edit distance", () => {
  expect([editDistance("", "abc"), editDistance("kitten", "sitting"), editDistance("same", "same")]).toEqual([3, 3, 0]);
  expect(nearest("xyz", ["info", "cat"])).toBeUndefined();
  expect(nearest("inf", ["info", "index"])).toBe("info");
});

test.for(NOUNS)("every command of $name is complete and named for its noun", async (noun) => {
  for (const { name, usage, summary, options, optionHelp } of await noun.load()) {
    expect(name === noun.name || name.startsWith(`${noun.name} `)).toBe(true);
    expect(usage.startsWith(name)).toBe(true);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(Object.keys(optionHelp ?? {}).sort(), `help of each option of ${name}`).toEqual(Object.keys(options).sort());
  }
});
