import { readdirSync, readFileSync } from "node:fs";
import { type Clock, DelosError, SimulatedClock } from "@delos/core";
import { delos } from "@delos/msgs";
import { inProcess } from "@delos/transport";
import { describe, expect, test } from "vitest";
import { open, type RuntimeOptions } from "./runtime.ts";
import { service, topic } from "./topic.ts";

/** The seven laws of the runtime (docs/architecture.md), one test each at least. */

const Log = topic("/t", delos.Log);
const quiet: RuntimeOptions = { log: () => {} };

describe("law 1: every queue is bounded and counted", () => {
  test("a subscription, a stream and a fusion that nobody reads hold no more than they say, and count the rest", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const [publisher, other] = [node.publisher(Log), topic("/never", delos.Log)];
    const subscription = node.subscribe(Log, { depth: 5 });
    subscription.stream({ queue: 7 });
    const drops: number[] = [];
    subscription.on("dropped", ({ total }) => drops.push(total));
    const fusion = node.fuse([Log, other], () => {}, { kind: "approximateTime", queue: 3 });
    for (let i = 0; i < 1000; i++) publisher.publish({});
    expect(subscription.stats).toMatchObject({ received: 1000, dropped: 993, lost: 0, queueDepth: 7 });
    expect(fusion.stats).toMatchObject({ fused: 0, skipped: 997 });
    expect(runtime.executor.waiting).toBe(0);
  });

  test("samples published from a callback wait in bounded queues too: the newest stay, the others are counted", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const start = topic("/start", delos.Log);
    const [trigger, publisher] = [node.publisher(start), node.publisher(Log)];
    const subscription = node.subscribe(Log, { depth: 5 });
    const dropped: number[] = [];
    subscription.on("dropped", ({ total }) => dropped.push(total));
    const got: unknown[] = [];
    subscription.on(({ message }) => got.push(message.message));
    node.subscribe(start).on(() => {
      for (let i = 0; i < 100; i++) publisher.publish({ message: String(i) });
      expect(runtime.executor.waiting).toBeLessThanOrEqual(5);
    });
    trigger.publish({});
    await runtime.settled();
    expect(got).toEqual(["95", "96", "97", "98", "99"]);
    expect(subscription.stats).toMatchObject({ received: 100, dropped: 95 });
    expect(dropped.at(-1)).toBe(95);
  });

  test("a reliable subscriber that keeps all has its publisher wait, then say what it dropped", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const start = topic("/start", delos.Log);
    const resourceLimits = { maxSamples: 10, maxInstances: 10, maxSamplesPerInstance: 10 };
    const all = topic("/all", delos.Log, { history: "keep_all", resourceLimits });
    const [trigger, publisher, subscription] = [node.publisher(start), node.publisher(all), node.subscribe(all)];
    const results: string[] = [];
    node.subscribe(start).on(() => {
      for (let i = 0; i < 30; i++) results.push(publisher.publish({ message: String(i) }));
    });
    const got: unknown[] = [];
    subscription.on(({ message }) => got.push(message.message));
    trigger.publish({});
    expect(results).toEqual([...Array(10).fill("sent"), ...Array(10).fill("queued"), ...Array(10).fill("dropped")]);
    expect(got).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
    expect(publisher.stats.dropped).toBe(10);
    expect(subscription.stats).toMatchObject({ received: 20, lost: 10, dropped: 0 });
  });
});

test("law 2: one dispatch order for callbacks, iterators, timers and services", async () => {
  const run = async (): Promise<string[]> => {
    const clock = new SimulatedClock();
    await using runtime = await open({ ...quiet, clock });
    const order: string[] = [];
    const [a, b] = [runtime.node("a"), runtime.node("b")];
    const Ping = service("/ping", delos.Log, delos.Log);
    b.serve(Ping, ({ message = "" }) => {
      order.push(`served ${message}`);
      return { message };
    });
    const publisher = a.publisher(Log);
    b.subscribe(Log).on(({ message }) => order.push(`callback ${message.message}`));
    const stream = a.subscribe(Log).stream();
    void (async () => {
      for await (const { message } of stream) order.push(`stream ${message.message}`);
    })();
    a.every(10, ({ seq }) => {
      order.push(`tick ${seq}`);
      publisher.publish({ message: `a${seq}` });
      void a.call(Ping, { message: `p${seq}` }).then(({ message }) => order.push(`answered ${message}`));
      publisher.publish({ message: `b${seq}` });
      order.push(`end of tick ${seq}`);
    });
    for (let i = 0; i < 2; i++) {
      clock.advance(10);
      await runtime.settled();
    }
    return order;
  };
  const expected = [0, 1].flatMap((n) => [
    `tick ${n}`,
    `end of tick ${n}`,
    `callback a${n}`,
    `served p${n}`,
    `callback b${n}`,
    `stream a${n}`,
    `answered p${n}`,
    `stream b${n}`,
  ]);
  const first = await run();
  expect([...first].sort()).toEqual([...expected].sort());
  expect(first.filter((line) => !/^(stream|answered)/.test(line))).toEqual(
    expected.filter((line) => !/^(stream|answered)/.test(line)),
  );
  for (let i = 0; i < 5; i++) expect(await run()).toEqual(first);
});

describe("law 3: the clock is injected", () => {
  test("a runtime whose clock stands still sees no time pass", async () => {
    let reads = 0;
    const clock: Clock = {
      nowNs: () => (reads++, 77n),
      nowMs: () => 77e-6,
      monotonicMs: () => 0,
      alarm: () => ({ [Symbol.dispose]: () => {} }),
    };
    await using runtime = await open({ ...quiet, clock });
    const node = runtime.node("n");
    let ticks = 0;
    node.every(1, () => ticks++);
    const subscription = node.subscribe(Log, { deadlineMs: 1e9 });
    const publisher = node.publisher(Log, { deadlineMs: 1 });
    publisher.publish({});
    await new Promise((resolve) => setImmediate(resolve));
    const { sourceTimeNs, receptionTimeNs } = subscription.latest()!;
    expect([ticks, sourceTimeNs, receptionTimeNs, publisher.stats.deadlinesMissed]).toEqual([0, 77n, 77n, 0]);
    expect(reads).toBeGreaterThan(0);
  });

  test("no source of the runtime or the transport names another clock", () => {
    for (const folder of [new URL("./", import.meta.url), new URL("../../transport/src/", import.meta.url)]) {
      const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
      for (const file of sources.filter((name) => !/\.(test|test-support)\.ts$/.test(name))) {
        const text = readFileSync(new URL(file, folder), "utf8");
        expect([file, /Date\.now|performance\.|hrtime|new Date|setTimeout|setInterval/.test(text)]).toEqual([
          file,
          false,
        ]);
      }
    }
  });
});

test("law 4: a signal that outlives what it would close does not hold it", async () => {
  await using runtime = await open(quiet);
  const node = runtime.node("n");
  const program = new AbortController();
  const { signal } = program;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  for (let i = 0; i < 10; i++) {
    const subscription = node.subscribe(Log, { signal });
    const stream = subscription.stream({ signal });
    node.every({ periodMs: 1000, signal }, () => {})[Symbol.dispose]();
    await stream[Symbol.asyncDispose]();
    await subscription[Symbol.asyncDispose]();
    await node.publisher(Log, { signal })[Symbol.asyncDispose]();
  }
  expect(listeners).toBe(0);
  for (let i = 0; i < 3; i++)
    void node
      .parametersOf("/nobody")
      .list("", { timeoutMs: 1, signal })
      .catch(() => {});
  expect(node.parts).toHaveLength(3); // one client, which is a publisher and a subscription
});

test("law 4: everything opened is disposable, everything that waits takes a signal, and nothing is left behind", async () => {
  const clock = new SimulatedClock();
  const bus = inProcess();
  const watcher = await open({ ...quiet, transports: [bus] });
  const runtime = await open({ ...quiet, clock, transports: [bus], statisticsPeriodMs: 50 });
  const Ping = service("/ping", delos.Log, delos.Log);
  for (let round = 0; round < 20; round++) {
    const node = runtime.node(`n${round}`);
    const publisher = node.publisher(Log, { deadlineMs: 30, durability: "transient_local" });
    const subscription = node.subscribe(Log, { deadlineMs: 40 });
    subscription.on(() => {});
    node.every(10, () => publisher.publish({}));
    node.after(1e6, () => {});
    node.serve(Ping, (request) => request);
    node.fuse([Log, Log], () => {});
    node.parameters({});
    clock.advance(100);
    const abort = new AbortController();
    const { signal } = abort;
    const waits = [
      node.call(service("/nobody", delos.Log, delos.Log), {}, { signal }),
      node.sleep(1e6, { signal }),
      subscription.stream({ signal }).next(),
      publisher.waitForAcknowledgments({ signal: AbortSignal.abort() }),
    ];
    abort.abort();
    for (const result of await Promise.allSettled(waits)) expect(result.status).toBe("rejected");
    if (round % 2 === 0) await node[Symbol.asyncDispose]();
  }
  expect(runtime.nodes).toHaveLength(10);
  await runtime[Symbol.asyncDispose]();
  expect(clock.nextAlarmMs).toBeUndefined();
  expect(runtime.executor.waiting).toBe(0);
  const { participants, nodes, topics, services } = watcher.graph;
  expect([participants.length, nodes, topics, services]).toEqual([1, [], [], []]);
  await watcher[Symbol.asyncDispose]();
  await using closes = await open(quiet);
  expect(Symbol.asyncDispose in closes).toBe(true);
});

describe("law 5: mismatches explain themselves", () => {
  test.for([
    ["QoS", { reliability: "best_effort" }, {}, delos.Log, ["best_effort", "reliable"]],
    ["deadline", { deadlineMs: 100 }, { deadlineMs: 20 }, delos.Log, ["100 ms", "20 ms"]],
    ["type", {}, {}, delos.Clock, ["delos.Log", "delos.Clock"]],
  ] as const)(
    "%s: both sides get an event, a line in the log and a line in the graph with both values",
    async ([, offered, requested, type, values]) => {
      const lines: string[] = [];
      await using runtime = await open({ log: ({ message }) => lines.push(message) });
      const publisher = runtime.node("talker").publisher(Log, offered);
      const subscription = runtime.node("listener").subscribe<unknown>({ ...Log, type: type as never }, requested);
      const events: string[] = [];
      publisher.on("incompatible", (event) => events.push(event.explain()));
      subscription.on("incompatible", (event) => events.push(event.explain()));
      await runtime.settled();
      const { connections } = runtime.graph.topics.find(({ name }) => name === "/t")!;
      const texts = [...events, ...lines, connections[0]!.mismatches[0]!.explanation];
      expect(texts).toHaveLength(4);
      for (const text of texts) for (const value of values) expect(text).toContain(value);
      expect([publisher.incompatible.length, subscription.incompatible.length]).toEqual([1, 1]);
    },
  );
});

test("law 6: messages carry their schema: a stranger decodes a topic it was not compiled for", async () => {
  const bus = inProcess();
  await using robot = await open({ ...quiet, transports: [bus] });
  await using tool = await open({ ...quiet, transports: [bus] });
  const publisher = robot.node("robot").publisher(topic("/clock2", delos.Clock));
  const found = tool.graph.topics.find(({ name }) => name === "/clock2")!;
  const schema = { ...found.schemas[0]!, data: found.schemas[0]!.data.slice() };
  const player = robot.node("player").publisherOfBytes("/replayed", schema);
  const seen = tool.node("tool").subscribeAny("/replayed");
  player.publishBytes(delos.Clock.encode({ time_ns: 12n, rate: 0.5 }));
  expect(seen.latest()?.json).toEqual({ time_ns: "12", rate: 0.5 });
  expect(seen.latest()?.codec).not.toBe(delos.Clock);
  expect(publisher.schema.data.length).toBeGreaterThan(0);
});

describe("law 7: publish is synchronous and says how it went", () => {
  test("it returns no promise, and subscribers of this runtime have run when it returns", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    let heard = 0;
    node.subscribe(Log).on(() => heard++);
    expect(publisher.publish({})).toBe("sent");
    expect(heard).toBe(1);
  });

  test("a message that cannot be encoded fails where it is encoded, and the publisher goes on", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    const raw = node.subscribeAny("/t");
    expect(publisher.publish({ message: 5 as never })).toBe("sent");
    expect(() => raw.latest()!.bytes).toThrow(DelosError);
    expect(publisher.publish({ message: "fine" })).toBe("sent");
    expect(raw.latest()!.bytes).toEqual(delos.Log.encode({ message: "fine" }));
  });
});
