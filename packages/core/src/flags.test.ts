import { expect, test } from "vitest";
import { readFlags } from "./flags.ts";

const defaults = { preview: true, exact: false, misses: 20, file: "a" } as const;

test("reads a command line's list and Apollo's conf file alike", () => {
  expect(readFlags(defaults, "exact=true,misses=3")).toEqual({ preview: true, exact: true, misses: 3, file: "a" });
  const conf = "# shipped\n--exact\n--nopreview\n--file=b/c.txt\n--v=3\n";
  expect(readFlags(defaults, conf, { unknown: "ignore" })).toEqual({
    preview: false,
    exact: true,
    misses: 20,
    file: "b/c.txt",
  });
});

test("names the flag and what was expected", () => {
  expect(() => readFlags(defaults, "misses=many", { source: "control.conf" })).toThrow(
    /control\.conf: misses=many: a number/,
  );
  expect(() => readFlags(defaults, "exact=maybe")).toThrow(/true or false/);
  expect(() => readFlags(defaults, "nosuch")).toThrow(/no such flag nosuch; known: preview/);
  expect(() => readFlags(defaults, "__proto__=1")).toThrow(/no such flag/);
});
