import { DelosError } from "@delos/core";
import { array, assert, constantFrom, json, oneof, property, shuffledSubarray, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLaunch } from "./launch-file.ts";

const GOOD = `
name: loop
args: { track: loop, seed: 3, who: me }
domain: 7
modules:
  car:
    component: ./car.ts#car
    config:
      track: $(track)
      seed: $(seed)
      greeting: "to $(who): $(seed)"
      list: [1, $(seed)]
  control:
    component: "@delos/control/component"
    placement: process
    after: [car]
    autostart: false
    required: true
    respawn: { when: crash, delay_ms: 50, most: 3 }
    deadline_ms: 100
    stop_timeout_ms: 500
`;

test("reads modules with their defaults and replaces arguments", () => {
  const spec = parseLaunch(GOOD, "/robot/loop.launch.yaml", { seed: 4 });
  expect(spec).toMatchObject({ name: "loop", directory: "/robot", transports: "threads", domain: 7 });
  expect(spec.args).toEqual({ track: "loop", seed: 4, who: "me" });
  expect(spec.modules).toEqual([
    {
      name: "car",
      component: "./car.ts#car",
      placement: "thread",
      config: { track: "loop", seed: 4, greeting: "to me: 4", list: [1, 4] },
      autostart: true,
      after: [],
      required: false,
      respawn: { when: "never", delayMs: 1000, most: Number.POSITIVE_INFINITY },
      deadlineMs: Number.POSITIVE_INFINITY,
      stopTimeoutMs: 3000,
    },
    {
      name: "control",
      component: "@delos/control/component",
      placement: "process",
      config: {},
      autostart: false,
      after: ["car"],
      required: true,
      respawn: { when: "crash", delayMs: 50, most: 3 },
      deadlineMs: 100,
      stopTimeoutMs: 500,
    },
  ]);
});

test("JSON is YAML, and the file's name is the launch's", () => {
  const spec = parseLaunch('{"modules":{"a":{"component":"./a.js"}}}', "dir/talk.launch.json");
  expect(spec.name).toBe("talk");
});

describe("says file, line, column, field and what was expected:", () => {
  const wrong: readonly [string, string, string][] = [
    ["modules: [", "LAUNCH_SYNTAX", "f.yaml:1:"],
    ["modules:\n  a: {component: ./a.js}\n  a: {component: ./b.js}", "LAUNCH_SYNTAX", "f.yaml:3:3"],
    ["- a", "LAUNCH_CONFIG", "f.yaml:1:1: the configuration is no object"],
    ["", "LAUNCH_CONFIG", "f.yaml:1:1: the configuration is no object"],
    ["name: x", "LAUNCH_CONFIG", "modules is missing, at least one module was expected"],
    ["modules: {}\nnmae: x", "LAUNCH_CONFIG", "f.yaml:1:1: modules is {}, at least one module was expected"],
    [
      "modules: {a: {component: ./a.js}}\nnmae: x",
      "LAUNCH_CONFIG",
      "f.yaml:2:1: nmae is not a field; there are: name,",
    ],
    ["modules:\n  a b: {component: ./a.js}", "LAUNCH_CONFIG", "f.yaml:2:3: modules.a b is no name"],
    ["modules:\n  a: {}", "LAUNCH_CONFIG", "f.yaml:2:3: modules.a.component is missing, a text was expected"],
    ["modules:\n  a: 5", "LAUNCH_CONFIG", "f.yaml:2:3: modules.a is 5, an object was expected"],
    [
      "modules:\n  a:\n    component: ./a.js\n    placement: moon",
      "LAUNCH_CONFIG",
      'f.yaml:4:5: modules.a.placement is "moon", one of thread, process, inline was expected',
    ],
    [
      "modules:\n  a:\n    component: ./a.js\n    respawn: {when: crash, delay: 5}",
      "LAUNCH_CONFIG",
      "f.yaml:4:28: modules.a.respawn.delay is not a field; there are: when, delay_ms, most",
    ],
    [
      "modules:\n  a:\n    component: ./a.js\n    deadline_ms: soon",
      "LAUNCH_CONFIG",
      'f.yaml:4:5: modules.a.deadline_ms is "soon", a number of at least 1 was expected',
    ],
    [
      "modules:\n  a:\n    component: ./a.js\n    after: [b]",
      "LAUNCH_CONFIG",
      'f.yaml:4:13: modules.a.after[0] is "b", the name of a module was expected',
    ],
    [
      "modules:\n  a: {component: ./a.js, after: [b]}\n  b: {component: ./a.js, after: [a]}",
      "LAUNCH_CONFIG",
      "goes round in a circle: a → b → a",
    ],
    ["modules:\n  a: {component: ./a.js, config: 5}", "LAUNCH_CONFIG", "modules.a.config is 5, an object was expected"],
    [
      "args: {x: 1}\nmodules:\n  a: {component: ./a.js, config: {y: $(z)}}",
      "LAUNCH_CONFIG",
      "f.yaml:3:35: modules.a.config.y names an argument z; there are: x",
    ],
  ];
  test.for(wrong)("%j", ([text, code, message]) => {
    let thrown: unknown;
    try {
      parseLaunch(text, "f.yaml");
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DelosError);
    expect((thrown as DelosError).code).toBe(code);
    expect((thrown as DelosError).message).toContain(message);
    expect((thrown as DelosError).message).toMatch(/f\.yaml:\d+:\d+: /);
  });

  test("an argument that the file does not have", () => {
    expect(() => parseLaunch(GOOD, "f.yaml", { speed: 1 })).toThrow("no argument speed; there are: track, seed, who");
  });
});

test("any text is a launch or a DelosError, never anything else", () => {
  const pieces = GOOD.split(/(?<=\n)/);
  const text = oneof(
    string({ unit: "grapheme", maxLength: 60 }),
    shuffledSubarray(pieces).map((some) => some.join("")),
    json(),
    array(constantFrom(...`a:modules \n-{}[],&*|?<#~"'!$()`.split("")), { maxLength: 30 }).map((characters) =>
      characters.join(""),
    ),
  );
  assert(
    property(text, (input) => {
      try {
        parseLaunch(input, "f.yaml");
      } catch (error) {
        expect(error).toBeInstanceOf(DelosError);
      }
    }),
    { numRuns: 500 },
  );
});
