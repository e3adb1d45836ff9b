import { fileURLToPath } from "node:url";
import { SystemClock } from "@delos/core";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import { describe, expect, test } from "vitest";
import { askTopic, countTopic } from "../../test/counter.ts";
import { open } from "../runtime.ts";
import { type LaunchOptions, launch, type ModuleStatus } from "./launch.ts";
import { parseLaunch } from "./launch-file.ts";
import { LOOP_STATE } from "./watchdog-block.ts";

const COUNTER = "./counter.ts#counter";
const file = fileURLToPath(new URL("../../test/f.yaml", import.meta.url));

/** Modules in threads, and an ear on the same bus. The domain keeps tests apart. */
async function threads(modules: string, domain: number, options: LaunchOptions = {}) {
  const transports = [inProcess(), sharedMemory({ domain: String(domain) })];
  const runtime = await open({ transports, log: () => {} });
  const node = runtime.node("ear");
  const counts = node.subscribe(countTopic);
  const ask = node.publisher(askTopic);
  const launched = await launch(parseLaunch(`modules:\n${modules}`, file), { domain, logLevel: "fatal", ...options });
  return {
    runtime,
    launched,
    counts,
    /** Asks module a for something bad, as soon as it listens. */
    async ask(what: number) {
      await expect.poll(() => ask.matched.length).toBeGreaterThan(0);
      ask.publish({ time_ns: 0n, pass: what });
    },
    ends: () => launched.ended,
    [Symbol.asyncDispose]: async () => {
      await launched[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

test("modules run in threads of their own, hear each other and give signs of life", async () => {
  await using loop = await threads(
    `  a: {component: "${COUNTER}"}\n  b: {component: "${COUNTER}", config: {first: 1000}}`,
    1,
  );
  const { launched, counts } = loop;
  const [a, b] = launched.modules;
  expect(a!.threadId).toBeGreaterThan(0);
  expect(b!.threadId).not.toBe(a!.threadId);
  const seen = new Set<boolean>();
  for await (const { message } of counts.stream()) if (seen.add(message.pass! >= 1000).size === 2) break;
  await expect.poll(() => launched.status("a").beats).toBeGreaterThan(3);
});

describe("why a module ended is kept:", () => {
  test.for([
    ["thrown in the open", 1, "Error", "thrown in the open"],
    ["said by itself", 2, "Error", "cannot go on"],
    ["its thread left", 4, "LAUNCH_MODULE_ENDED", "its thread ended with status 7"],
  ] as const)("%s", async ([, what, code, message]) => {
    await using loop = await threads(`  a: {component: "${COUNTER}"}`, 2);
    await loop.ask(what);
    const ended = (await loop.ends())!;
    expect(ended).toMatchObject({ name: "a", state: "crashed", crash: { phase: "run", code, message } });
  });

  test("killed", async () => {
    await using loop = await threads(`  a: {component: "${COUNTER}"}\n  b: {component: "${COUNTER}"}`, 3);
    await expect.poll(() => loop.launched.status("a").beats).toBeGreaterThan(0);
    await loop.launched.kill("a");
    expect(loop.launched.modules.map(({ state }) => state)).toEqual(["crashed", "running"]);
    expect(loop.launched.status("a").crash).toMatchObject({ message: "it was ended by force" });
    expect(loop.launched.watch.state(0)).toBe(LOOP_STATE.watched); // a watchdog sees its silence
    await loop.launched.start("a");
    expect(loop.launched.status("a")).toMatchObject({ state: "running", crash: undefined });
  });
});

test("a blocked module stands still in shared memory, and is ended by force", async () => {
  await using loop = await threads(`  a: {component: "${COUNTER}", stop_timeout_ms: 200}`, 4);
  await loop.ask(3);
  const { launched } = loop;
  const clock = new SystemClock();
  let [beats, since] = [-1, clock.monotonicMs()];
  await expect
    .poll(() => {
      const now = launched.status("a").beats;
      if (now !== beats) [beats, since] = [now, clock.monotonicMs()];
      return clock.monotonicMs() - since;
    })
    .toBeGreaterThan(100);
  await launched.stop("a");
  expect(launched.status("a")).toMatchObject({ state: "stopped", crash: { message: "it was ended by force" } });
});

test("crash, wait, run: a module that is to be started again is", async () => {
  const again = `  a: {component: "${COUNTER}", respawn: {when: crash, delay_ms: 1}}`;
  await using loop = await threads(again, 5);
  const seen: ModuleStatus[] = [];
  loop.launched.events.on("state", (status) => void seen.push(status));
  const { threadId } = loop.launched.status("a");
  await loop.ask(1);
  await expect.poll(() => seen.map(({ state }) => state)).toEqual(["waiting", "starting", "running"]);
  expect(loop.launched.status("a")).toMatchObject({ restarts: 1, crash: { message: "thrown in the open" } });
  expect(loop.launched.status("a").threadId).not.toBe(threadId);
});

test.for(["thread", "process"] as const)("what cannot be started says why, from its %s", async (placement) => {
  const transports = "transports: auto\ndomain: 91\n";
  const refused = async (module: string): Promise<unknown> => {
    try {
      await using _ = await launch(
        parseLaunch(`${transports}modules:\n  a:\n    ${module}\n    placement: ${placement}`, file),
      );
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(await refused("component: ./counter.ts#broken")).toMatchObject({
    code: "Error",
    message: `${file}:4:3: modules.a: no engine`,
  });
  expect(await refused("component: ./counter.ts#notOne")).toMatchObject({
    code: "LAUNCH_COMPONENT",
    message: expect.stringMatching(/exports no component notOne; its components: broken, counter, stubborn$/) as string,
  });
  expect(await refused(`component: ${COUNTER}\n    config:\n      period_ms: -1`)).toMatchObject({
    code: "LAUNCH_CONFIG",
    message: `${file}:7:7: modules.a.config.period_ms is -1, a number of at least 1 was expected`,
  });
});

test("a module in a process of its own lives, is heard over the network's loopback, and ends", async () => {
  const modules = `  a: {component: "${COUNTER}", placement: process}`;
  await using loop = await threads(modules, 92, { transports: "auto" });
  const { launched } = loop;
  await using far = await open({ transports: "auto", domain: 92, log: () => {} });
  const counts = far.node("far").subscribe(countTopic);
  await expect.poll(() => launched.status("a").beats).toBeGreaterThan(3);
  for await (const { message } of counts.stream()) if (message.pass! > 0) break;
  const { pid } = launched.status("a");
  expect(pid).not.toBe(process.pid);
  await launched.stop("a");
  expect(launched.status("a")).toMatchObject({ state: "stopped", crash: undefined });
  expect(() => process.kill(pid!, 0)).toThrow("ESRCH");
});
