import { SimulatedClock } from "@delos/core";
import { describe, expect, test } from "vitest";
import { broken, counter, countTopic, stubborn } from "../../test/counter.ts";
import { open } from "../runtime.ts";
import type { Component } from "./component.ts";
import { type LaunchOptions, launch, type ModuleStatus } from "./launch.ts";
import { parseLaunch } from "./launch-file.ts";
import { LOOP_STATE } from "./watchdog-block.ts";

const components: Readonly<Record<string, Component>> = {
  counter: counter as Component,
  broken: broken as Component,
  stubborn: stubborn as Component,
};

async function inline(modules: string, options: LaunchOptions = {}) {
  const clock = new SimulatedClock(1_000_000_000n);
  const runtime = await open({ clock, log: () => {} });
  const spec = parseLaunch(`modules:\n${modules}`, "f.yaml");
  const launched = await launch(spec, { runtime, placement: "inline", components, ...options });
  return {
    clock,
    runtime,
    launched,
    [Symbol.asyncDispose]: async () => {
      await launched[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

test("modules run on the clock of the runtime, and tell what they hear and say", async () => {
  await using loop = await inline("  a: {component: counter, config: {first: 5}}\n  b: {component: counter}");
  const { clock, runtime, launched } = loop;
  const counts: number[] = [];
  runtime
    .node("ear")
    .subscribe(countTopic)
    .on(({ message }) => void counts.push(message.pass!));
  clock.advance(15);
  expect(counts).toEqual([5, 0, 6, 1, 7, 2]);
  expect(launched.status("a")).toMatchObject({
    state: "running",
    beats: 3,
    restarts: 0,
    crash: undefined,
    inputs: [{ topic: "/ask", type: "delos.Clock" }],
    outputs: [{ topic: "/count", type: "delos.Clock" }],
  });
});

test("stop and start by name: the node goes and comes, and its silence is no fault", async () => {
  await using loop = await inline(
    "  a: {component: counter, deadline_ms: 20}\n  b: {component: counter, autostart: false}",
  );
  const { clock, runtime, launched } = loop;
  const seen: string[] = [];
  launched.events.on("state", ({ name, state }) => void seen.push(`${name} ${state}`));
  expect(launched.status("b").state).toBe("stopped");
  expect(launched.watch.state(1)).toBe(LOOP_STATE.ended);
  clock.advance(10);
  await launched.stop("a");
  expect(runtime.nodes.map(({ name }) => name)).not.toContain("/a");
  expect(launched.watch.state(0)).toBe(LOOP_STATE.ended);
  await launched.start("b");
  await launched.restart("a");
  clock.advance(5);
  expect(launched.watch.state(0)).toBe(LOOP_STATE.watched);
  expect(seen).toEqual(["a stopping", "a stopped", "b starting", "b running", "a starting", "a running"]);
});

test("waits for the modules that come before", async () => {
  await using loop = await inline("  a: {component: counter, after: [b]}\n  b: {component: counter, autostart: false}");
  expect(loop.launched.modules.map(({ state }) => state)).toEqual(["running", "running"]);
});

test("ends in the reverse order of the file", async () => {
  const loop = await inline("  a: {component: counter}\n  b: {component: counter}\n  c: {component: counter}");
  const ended: string[] = [];
  loop.launched.events.on("state", ({ name, state }) => {
    if (state === "stopped") ended.push(name);
  });
  await loop[Symbol.asyncDispose]();
  expect(ended).toEqual(["c", "b", "a"]);
  expect(await loop.launched.ended).toBeUndefined();
  await expect(loop.launched.start("a")).rejects.toMatchObject({ code: "LAUNCH_ENDED" });
});

describe("what cannot be started ends the launch with its reason and place:", () => {
  test.for([
    ["  a: {component: broken}", "Error", "f.yaml:2:3: modules.a: no engine"],
    [
      "  a: {component: counter, config: {period_ms: fast}}",
      "LAUNCH_CONFIG",
      'f.yaml:2:36: modules.a.config.period_ms is "fast", a number of at least 1 was expected',
    ],
    [
      "  a:\n    component: counter\n    config:\n      frist: 1",
      "LAUNCH_CONFIG",
      "f.yaml:5:7: modules.a.config.frist is not a field; there are: period_ms, first",
    ],
    ["  a: {component: ./nowhere.js}", "LAUNCH_COMPONENT", "f.yaml:2:7: modules.a.component is"],
    ["  a: {component: '@delos/nowhere'}", "LAUNCH_COMPONENT", "no such package or export"],
  ] as const)("%s", async ([modules, code, message]) => {
    await expect(inline(modules)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  test("an unknown name", async () => {
    await using loop = await inline("  a: {component: counter}");
    await expect(loop.launched.start("b")).rejects.toThrow("has no module b; there are: a");
  });
});

test("what is to be started again is, after its delay, so often and no more; the reason stays", async () => {
  await using loop = await inline(
    "  a: {component: counter}\n  b: {component: broken, respawn: {when: crash, delay_ms: 100, most: 2}}",
  );
  const { clock, launched } = loop;
  const state = (): ModuleStatus => launched.status("b");
  expect(state()).toMatchObject({ state: "waiting", restarts: 0, crash: { phase: "start", message: "no engine" } });
  clock.advance(99);
  expect(state().restarts).toBe(0);
  for (const restarts of [1, 2]) {
    clock.advance(restarts === 1 ? 1 : 100);
    await expect.poll(() => state().state).not.toBe("starting");
    expect(state().restarts).toBe(restarts);
  }
  expect(state()).toMatchObject({ state: "crashed", crash: { message: "no engine" } });
  clock.advance(1000);
  expect(state().state).toBe("crashed");
});

test("a module that does not end in time is ended by force", async () => {
  await using loop = await inline("  a: {component: stubborn, stop_timeout_ms: 50}\n  b: {component: counter}");
  const stopped = loop.launched.stop("a");
  await Promise.resolve();
  loop.clock.advance(50);
  await stopped;
  expect(loop.launched.status("a")).toMatchObject({ state: "stopped", crash: { message: "it was ended by force" } });
});
