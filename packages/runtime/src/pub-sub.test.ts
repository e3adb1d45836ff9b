import { AbortedError, ClosedError, SimulatedClock, UsageError } from "@delos/core";
import { delos } from "@delos/msgs";
import { inProcess, type Sample } from "@delos/transport";
import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { open, type RuntimeOptions } from "./runtime.ts";
import { topic } from "./topic.ts";

const Log = topic("/t", delos.Log);
const Clock = topic("/c", delos.Clock);
const quiet: RuntimeOptions = { log: () => {} };
const note = (message: string): delos.Log => ({ message });
const texts = (samples: readonly Sample<delos.Log>[]): unknown[] => samples.map((sample) => sample.message.message);

describe("publish and subscribe", () => {
  test("a callback gets each message by reference, with who sent it and when", async () => {
    const clock = new SimulatedClock(5_000_000_000n);
    await using runtime = await open({ ...quiet, clock });
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    const got: Sample<delos.Log>[] = [];
    node.subscribe(Log).on((sample) => got.push(sample));
    const message = note("hello");
    expect(publisher.publish(message)).toBe("sent");
    clock.advance(10);
    publisher.publish(note("again"), { sourceTimeNs: 7n });
    expect(got[0]!.message).toBe(message);
    expect(got.map((s) => [s.publisher, s.sequence])).toEqual([
      [publisher.id, 1],
      [publisher.id, 2],
    ]);
    expect(got.map((s) => [s.sourceTimeNs, s.receptionTimeNs])).toEqual([
      [5_000_000_000n, 5_000_000_000n],
      [7n, 5_010_000_000n],
    ]);
    expect(delos.Log.decode(got[0]!.bytes)).toEqual(message);
    expect(got[0]!.json).toEqual({ message: "hello" });
  });

  test("latest gives the newest sample, and nothing once that is too old or from a later pass of the recording", async () => {
    const clock = new SimulatedClock(1_000_000_000n);
    await using runtime = await open({ ...quiet, clock });
    const node = runtime.node("n");
    const subscription = node.subscribe(Log, { depth: 1 });
    expect(subscription.latest()).toBeUndefined();
    const publisher = node.publisher(Log);
    for (const text of ["a", "b", "c"]) publisher.publish(note(text));
    clock.advance(200);
    expect(subscription.latest({ maxAgeMs: 200 })?.message.message).toBe("c");
    clock.advance(1);
    expect(subscription.latest({ maxAgeMs: 200 })).toBeUndefined();
    expect(subscription.latest()?.message.message).toBe("c");
    expect(subscription.stats.lastAgeMs).toBe(201);
    clock.jumpTo(0n);
    expect(subscription.latest({ maxAgeMs: 200 })).toBeUndefined();
  });

  test("callback, stream and latest read one subscription together", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const subscription = node.subscribe(Log);
    const called: unknown[] = [];
    subscription.on((sample) => called.push(sample.message.message));
    const stream = subscription.stream();
    const publisher = node.publisher(Log);
    for (const text of ["a", "b"]) publisher.publish(note(text));
    expect(called).toEqual(["a", "b"]);
    const streamed = [(await stream.next()).value, (await stream.next()).value];
    expect(texts(streamed)).toEqual(["a", "b"]);
    expect(subscription.latest()?.message.message).toBe("b");
    expect(subscription.stats).toMatchObject({ received: 2, dropped: 0, lost: 0, late: 0, queueDepth: 0 });
  });

  test("callbacks run in the order they were added, the same one as often as it was added, until disposed", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const subscription = node.subscribe(Log);
    const calls: string[] = [];
    const twice = (): void => void calls.push("twice");
    const first = subscription.on(twice);
    subscription.on(() => calls.push("between"));
    subscription.on(twice);
    const publisher = node.publisher(Log);
    publisher.publish(note("x"));
    first[Symbol.dispose]();
    publisher.publish(note("y"));
    expect(calls).toEqual(["twice", "between", "twice", "between", "twice"]);
  });

  test("bytes with a schema reach typed subscribers, and anybody by name", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const player = node.publisherOfBytes("/t", { ...delos.Log.schema });
    const [typed, any] = [node.subscribe(Log), node.subscribeAny("/t")];
    const bytes = delos.Log.encode({ message: "recorded", stamp_ns: 12n });
    player.publishBytes(bytes, { sourceTimeNs: 99n });
    expect(typed.latest()?.message).toEqual({ message: "recorded", stamp_ns: 12n });
    expect(any.latest()?.bytes).toBe(bytes);
    expect(any.latest()?.sourceTimeNs).toBe(99n);
    expect(any.latest()?.schema.name).toBe("delos.Log");
    expect(any.latest()?.json).toEqual({ message: "recorded", stamp_ns: "12" });
  });

  test("a type that nobody compiled in decodes by the schema that came with it; one without a schema gives its bytes", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const any = node.subscribeAny("/x");
    node.publisherOfBytes("/x", { name: "x/Y", messageEncoding: "ros1", schemaEncoding: "", data: new Uint8Array() });
    const [publication] = any.matched;
    expect(publication?.schema?.name).toBe("x/Y");
    const other = node.publisherOfBytes("/x", {
      name: "x/Y",
      messageEncoding: "ros1",
      schemaEncoding: "",
      data: new Uint8Array(),
    });
    other.publishBytes(Uint8Array.of(1, 2));
    expect([...any.latest()!.bytes]).toEqual([1, 2]);
    expect(() => any.latest()!.json).toThrow("No codec for messages of type x/Y");
  });

  test("a misspelt field and a wrong type of field do not compile", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    // @ts-expect-error There is no such field.
    publisher.publish({ massage: "x" });
    // @ts-expect-error A time in ns is a bigint.
    publisher.publish({ stamp_ns: 5 });
    const newest = node.subscribe(Log).latest();
    expectTypeOf(newest).toEqualTypeOf<Sample<delos.Log> | undefined>();
    expect(publisher.stats.published).toBe(2);
  });

  test("a loan is filled in place and published; an abandoned one is not", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    const subscription = node.subscribe(Log);
    node.subscribe(Log);
    {
      using _abandoned = publisher.loan(64);
    }
    using loan = publisher.loan(64);
    const length = delos.Log.encodeInto(note("lent"), loan.bytes);
    loan.commit(length);
    expect(() => loan.commit(length)).toThrow(ClosedError);
    expect(subscription.latest()?.message).toEqual(note("lent"));
    expect(subscription.stats.received).toBe(1);
  });

  test("a latched topic gives its last message to whoever comes later", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const latched = topic("/map", delos.Log, { durability: "transient_local", depth: 1 });
    const publisher = node.publisher(latched);
    publisher.publish(note("old"));
    publisher.publish(note("new"));
    const got: unknown[] = [];
    const late = node.subscribe(latched);
    late.on((sample) => got.push(sample.message.message));
    await runtime.settled();
    expect(late.latest()?.message.message).toBe("new");
    publisher.publish(note("newer"));
    expect(got).toEqual(["new", "newer"]);
    const immediately = node.subscribe(latched, { depth: 10 });
    immediately.on((sample) => got.push(sample.message.message));
    publisher.publish(note("newest"));
    await runtime.settled();
    expect(got.slice(2)).toEqual(["newest", "newer", "newest"]);
  });

  test("events tell of matches, their end and incompatible peers, to listeners attached after opening", async () => {
    const log = vi.fn();
    await using runtime = await open({ log });
    const node = runtime.node("n");
    const publisher = node.publisher(Log, { reliability: "best_effort" });
    const subscription = node.subscribe(Log, { reliability: "reliable" });
    const seen: string[] = [];
    subscription.on("incompatible", (event) => seen.push(event.explain()));
    publisher.on("incompatible", (event) => seen.push(event.mismatches[0]!.policy));
    const good = node.subscribe(Log, { reliability: "best_effort" });
    good.on("matched", (peer) => seen.push(`matched ${peer.node}`));
    good.on("unmatched", (peer) => seen.push(`unmatched ${peer.node}`));
    await runtime.settled();
    await publisher[Symbol.asyncDispose]();
    await runtime.settled();
    expect(seen).toHaveLength(4);
    expect(seen).toContain("reliability");
    expect(seen).toContain("matched /n");
    expect(seen).toContain("unmatched /n");
    expect(seen.find((line) => line.includes("best_effort") && line.includes("reliable"))).toBeDefined();
    expect(log.mock.calls.map(([record]) => record.level)).toContain("warn");
    expect(subscription.matched).toEqual([]);
  });

  test("publishers and subscriptions refuse use after closing, and close with signal, node and runtime", async () => {
    const runtime = await open(quiet);
    const node = runtime.node("n");
    const signal = new AbortController();
    const publisher = node.publisher(Log, { signal: signal.signal });
    const subscription = node.subscribe(Log);
    const stream = subscription.stream();
    signal.abort();
    expect(() => publisher.publish(note("x"))).toThrow(ClosedError);
    await node[Symbol.asyncDispose]();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(() => node.publisher(Log)).toThrow(ClosedError);
    await runtime[Symbol.asyncDispose]();
    await runtime[Symbol.asyncDispose]();
    expect(() => runtime.node("m")).toThrow(ClosedError);
    const stopped = new AbortController();
    const other = await open({ ...quiet, signal: stopped.signal });
    stopped.abort();
    expect(() => other.node("m")).toThrow(ClosedError);
  });

  test("two runtimes in one thread hear each other only over a bus they share", async () => {
    const bus = inProcess();
    await using a = await open({ ...quiet, transports: [bus] });
    await using b = await open({ ...quiet, transports: [bus] });
    await using alone = await open(quiet);
    const publisher = a.node("a").publisher(Log);
    const heard = b.node("b").subscribe(Log);
    const ignoring = a.node("c").subscribe(Log, { ignoreLocal: true });
    const apart = alone.node("d").subscribe(Log);
    publisher.publish(note("x"));
    expect(heard.latest()?.message.message).toBe("x");
    expect([ignoring.stats.received, apart.stats.received]).toEqual([0, 0]);
    expect(b.graph.nodes.map((n) => n.name)).toEqual(["/a", "/b", "/c"]);
  });

  test("names and QoS that make no sense are refused at once", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    expect(() => topic("has space", delos.Log)).toThrow(UsageError);
    expect(() => topic("", delos.Log)).toThrow(UsageError);
    expect(() => node.publisher(Log, { depth: 0 })).toThrow(
      'QoS policy "depth" is a whole number of at least 1, not 0',
    );
    expect(() => node.subscribe(Log, { depht: 1 } as never)).toThrow('no QoS policy "depht"');
  });
});

describe("errors of user code", () => {
  test("of one callback reach neither the publisher nor other subscribers; they are counted, logged and reported", async () => {
    const log = vi.fn();
    await using runtime = await open({ log });
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    const [bad, good] = [node.subscribe(Log), node.subscribe(Log)];
    bad.on(() => {
      throw new Error("mine");
    });
    bad.on(async () => Promise.reject(new Error("later")));
    const reported: string[] = [];
    runtime.events.on("error", ({ error, node, where }) => reported.push(`${node} ${where} ${String(error)}`));
    const got: unknown[] = [];
    bad.on((sample) => got.push(sample.message.message));
    good.on((sample) => got.push(sample.message.message));
    expect(publisher.publish(note("x"))).toBe("sent");
    await runtime.settled();
    expect(got).toEqual(["x", "x"]);
    expect(bad.stats.errors).toBe(2);
    expect(runtime.errors).toBe(2);
    expect(reported).toEqual(["/n a callback of /t Error: mine", "/n a callback of /t Error: later"]);
    expect(log.mock.calls.map(([record]) => record.message)).toContain("error in a callback of /t: Error: mine");
  });

  test("of a listener of events are reported too", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const publisher = node.publisher(Log);
    publisher.on("matched", () => {
      throw new Error("mine");
    });
    node.subscribe(Log);
    await runtime.settled();
    expect(runtime.errors).toBe(1);
  });

  test("of a subscriber of the log do not make the log grow without end", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const log = node.subscribe(topic("/delos/log", delos.Log));
    log.on(() => {
      throw new Error("reader of the log");
    });
    runtime.log.info("one");
    runtime.log.info("two");
    await runtime.settled();
    expect(log.stats).toMatchObject({ received: 2, errors: 2 });
  });
});

describe("streams", () => {
  test.for([
    { overflow: "dropOldest", expected: ["c", "d"] },
    { overflow: "dropNewest", expected: ["a", "b"] },
  ] as const)("a full queue: $overflow, counted", async ({ overflow, expected }) => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const subscription = node.subscribe(Log);
    const stream = subscription.stream({ queue: 2, overflow });
    const publisher = node.publisher(Log);
    for (const text of ["a", "b", "c", "d"]) publisher.publish(note(text));
    expect(subscription.stats).toMatchObject({ received: 4, dropped: 2, queueDepth: 2 });
    expect(texts([(await stream.next()).value, (await stream.next()).value])).toEqual(expected);
    await stream[Symbol.asyncDispose]();
    expect(subscription.stats).toMatchObject({ dropped: 2, queueDepth: 0 });
  });

  test("overflow: fail gives what fitted, then the error, then the end", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const stream = node.subscribe(Log).stream({ queue: 1, overflow: "fail" });
    const publisher = node.publisher(Log);
    for (const text of ["a", "b"]) publisher.publish(note(text));
    expect(texts([(await stream.next()).value])).toEqual(["a"]);
    await expect(stream.next()).rejects.toMatchObject({ code: "STREAM_OVERFLOW" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("a loop ends by break, by closing the subscription and by its signal", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    const subscription = node.subscribe(Log);
    const publisher = node.publisher(Log);
    const first = subscription.stream();
    publisher.publish(note("a"));
    for await (const sample of first) {
      expect(sample.message.message).toBe("a");
      break;
    }
    const abort = new AbortController();
    const aborted = subscription.stream({ signal: abort.signal }).next();
    abort.abort("enough");
    await expect(aborted).rejects.toThrow(AbortedError);
    await expect(subscription.stream({ signal: abort.signal }).next()).rejects.toThrow(AbortedError);
    const last = subscription.stream();
    publisher.publish(note("b"));
    await subscription[Symbol.asyncDispose]();
    const left: unknown[] = [];
    for await (const sample of last) left.push(sample.message.message);
    expect(left).toEqual(["b"]);
    expect(await subscription.stream().next()).toMatchObject({ done: true });
  });
});

test("a node's name is its own until it closes", async () => {
  await using runtime = await open(quiet);
  const node = runtime.node("n");
  expect(() => runtime.node("/n")).toThrow("This runtime has a node /n already");
  await node[Symbol.asyncDispose]();
  expect(runtime.node("/n").name).toBe("/n");
});

test("peers that did not match are forgotten when they leave", async () => {
  await using runtime = await open(quiet);
  const node = runtime.node("n");
  const subscription = node.subscribe(Log);
  for (let i = 0; i < 3; i++) await node.publisher(Log, { reliability: "best_effort" })[Symbol.asyncDispose]();
  expect(subscription.incompatible).toEqual([]);
  const publisher = node.publisher(Log, { reliability: "best_effort" });
  expect(subscription.incompatible.map((event) => event.remote.id)).toEqual([publisher.id]);
});

test("a closed subscription no longer counts as matched, and its clock type no longer matters", async () => {
  await using runtime = await open(quiet);
  const node = runtime.node("n");
  const publisher = node.publisher(Clock);
  const subscription = node.subscribe(Clock);
  expect(publisher.matched).toHaveLength(1);
  await subscription[Symbol.asyncDispose]();
  expect(publisher.matched).toEqual([]);
  expect(publisher.publish({ time_ns: 1n })).toBe("sent");
  expect(publisher.stats).toMatchObject({ published: 1, dropped: 0, subscribers: 0 });
});
