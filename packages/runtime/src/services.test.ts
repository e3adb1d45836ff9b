import { AbortedError, ClosedError, DelosError, SimulatedClock, TimeoutError } from "@delos/core";
import { delos } from "@delos/msgs";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import { expect, test } from "vitest";
import { open, type RuntimeOptions } from "./runtime.ts";
import { serviceTopics } from "./service-topics.ts";
import { service } from "./topic.ts";

const quiet: RuntimeOptions = { log: () => {} };
const Double = service("/double", delos.Clock, delos.Clock);
const double = ({ time_ns = 0n }: delos.Clock): delos.Clock => ({ time_ns: time_ns * 2n });

test("a call gets the answer that belongs to it, whatever order answers come in", async () => {
  await using runtime = await open(quiet);
  const server = runtime.node("server");
  const waiting: (() => void)[] = [];
  const served = server.serve(Double, async (request) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return double(request);
  });
  const client = runtime.node("client");
  const calls = [1n, 2n, 3n].map((time_ns) => client.call(Double, { time_ns }));
  await runtime.settled();
  expect(waiting).toHaveLength(3);
  for (const answer of waiting.reverse()) answer();
  expect(await Promise.all(calls)).toEqual([{ time_ns: 2n }, { time_ns: 4n }, { time_ns: 6n }]);
  expect(served.stats).toMatchObject({ served: 3, failed: 0, active: 0, waiting: 0 });
});

test("clients do not get each other's answers", async () => {
  await using runtime = await open(quiet);
  runtime.node("server").serve(Double, double);
  const [a, b] = [runtime.node("a"), runtime.node("b")];
  const answers = await Promise.all([a.call(Double, { time_ns: 1n }), b.call(Double, { time_ns: 5n })]);
  expect(answers).toEqual([{ time_ns: 2n }, { time_ns: 10n }]);
});

test("a call waits for the server to come", async () => {
  await using runtime = await open(quiet);
  const client = runtime.node("client").client(Double);
  expect(client.ready).toBe(false);
  const call = client.call({ time_ns: 4n });
  await runtime.settled();
  runtime.node("server").serve(Double, double);
  expect(await call).toEqual({ time_ns: 8n });
  expect([client.ready, client.pending]).toEqual([true, 0]);
});

test("without a server, or without an answer, the call times out on the runtime's clock and says which", async () => {
  const clock = new SimulatedClock();
  await using runtime = await open({ ...quiet, clock });
  const node = runtime.node("client");
  const missing = node.call(Double, {}, { timeoutMs: 100 });
  clock.advance(99);
  clock.advance(1);
  await expect(missing).rejects.toThrow(TimeoutError);
  await expect(missing).rejects.toThrow("no server");
  runtime.node("server").serve(Double, () => new Promise(() => {}));
  const silent = node.call(Double, {}, { timeoutMs: 100 });
  clock.advance(100);
  await expect(silent).rejects.toThrow("no answer");
});

test("an answer waits until discovery has shown the server who wants it", async () => {
  const bus = inProcess();
  await using there = await open({ ...quiet, transports: [bus] });
  await using here = await open({ ...quiet, transports: [bus] });
  const server = there.node("server").serve(Double, double);
  const { request, response } = serviceTopics(Double);
  const node = here.node("client");
  const question = node.publisher(request);
  question.publish({ time_ns: 4n });
  await here.settled();
  expect(server.stats).toMatchObject({ served: 0, active: 1 });
  const answers = node.subscribe(response);
  await here.settled();
  expect(server.stats).toMatchObject({ served: 1, active: 0 });
  expect(answers.latest()?.message).toEqual({ time_ns: 8n });
  expect(answers.latest()?.extras?.related).toEqual({ publisher: question.id, sequence: 1 });
});

test("a server of another QoS is named in the time-out", async () => {
  const clock = new SimulatedClock();
  await using runtime = await open({ ...quiet, clock });
  runtime.node("server").serve({ ...Double, qos: { reliability: "best_effort" } }, double);
  const call = runtime.node("client").call(Double, {}, { timeoutMs: 10 });
  clock.advance(10);
  await expect(call).rejects.toThrow(/offers reliability best_effort, the subscriber asks for reliable/);
});

test("an error of the handler reaches the caller with its code, and the server goes on", async () => {
  await using runtime = await open(quiet);
  const server = runtime.node("server");
  const served = server.serve(Double, (request) => {
    if (request.time_ns === 13n) throw new DelosError("UNLUCKY", "thirteen");
    if (request.time_ns === 14n) throw new TypeError("no code");
    return double(request);
  });
  const client = runtime.node("client");
  await expect(client.call(Double, { time_ns: 13n })).rejects.toMatchObject({ code: "UNLUCKY", message: "thirteen" });
  await expect(client.call(Double, { time_ns: 14n })).rejects.toMatchObject({ code: "SERVICE_FAILED" });
  expect(await client.call(Double, { time_ns: 1n })).toEqual({ time_ns: 2n });
  expect(served.stats).toMatchObject({ served: 1, failed: 2 });
  expect(runtime.errors).toBe(2);
});

test("requests beyond the concurrency wait in order, beyond the depth they are refused", async () => {
  await using runtime = await open(quiet);
  const answers: (() => void)[] = [];
  const seen: unknown[] = [];
  const narrow = service("/narrow", delos.Clock, delos.Clock, { depth: 2 });
  const served = runtime.node("server").serve(
    narrow,
    async (request) => {
      seen.push(request.time_ns);
      await new Promise<void>((resolve) => answers.push(resolve));
      return request;
    },
    { concurrency: 1 },
  );
  const client = runtime.node("client");
  const calls = [1n, 2n, 3n, 4n].map((time_ns) => client.call(narrow, { time_ns }));
  await expect(calls[3]).rejects.toMatchObject({ code: "SERVICE_BUSY" });
  expect(served.stats).toMatchObject({ active: 1, waiting: 2, refused: 1 });
  for (let i = 0; i < 3; i++) {
    answers[i]!();
    await calls[i];
  }
  expect(seen).toEqual([1n, 2n, 3n]);
});

test("requests that wait are what was asked, also when the memory that lent them holds others by then", async () => {
  const bus = sharedMemory({ domain: `services-${process.pid}` });
  await using here = await open({ ...quiet, transports: [bus] });
  await using there = await open({ ...quiet, transports: [bus] });
  const narrow = service("/narrow", delos.Clock, delos.Clock, { depth: 1000 });
  there.node("server").serve(
    narrow,
    async (request) => {
      await new Promise((resolve) => setImmediate(resolve));
      return double(request);
    },
    { concurrency: 1 },
  );
  const client = here.node("client").client(narrow);
  await client.call({ time_ns: 0n });
  const numbers = Array.from({ length: 300 }, (_, n) => 2n ** 40n + BigInt(n));
  const calls = numbers.map(async (time_ns, n) => {
    for (let turn = 0; turn < n % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    return await client.call({ time_ns });
  });
  expect(await Promise.all(calls)).toEqual(numbers.map((time_ns) => ({ time_ns: time_ns * 2n })));
});

test("a call ends when its signal fires, when the client closes and when the server goes away", async () => {
  const bus = inProcess();
  await using here = await open({ ...quiet, transports: [bus] });
  const there = await open({ ...quiet, transports: [bus] });
  let serverSignal: AbortSignal | undefined;
  there.node("server").serve(Double, (_, { signal }) => {
    serverSignal = signal;
    return new Promise(() => {});
  });
  const node = here.node("client");
  const abort = new AbortController();
  const aborted = node.call(Double, {}, { signal: abort.signal });
  abort.abort();
  await expect(aborted).rejects.toThrow(AbortedError);
  await expect(node.call(Double, {}, { signal: abort.signal })).rejects.toThrow(AbortedError);
  const client = here.node("other").client(Double);
  const closed = client.call({});
  const unanswered = node.call(Double, {});
  await client[Symbol.asyncDispose]();
  await expect(closed).rejects.toThrow(ClosedError);
  await here.settled();
  await there[Symbol.asyncDispose]();
  await expect(unanswered).rejects.toMatchObject({ code: "SERVICE_LOST" });
  expect(serverSignal?.aborted).toBe(true);
});

test("services stand in the graph as services, named as ROS 2 names them on DDS", async () => {
  await using runtime = await open(quiet);
  runtime.node("server").serve(Double, double);
  runtime.node("client").client(Double);
  const { services, topics } = runtime.graph;
  expect(topics).toEqual([]);
  expect(services).toHaveLength(1);
  expect(services[0]).toMatchObject({ name: "/double", request: { name: "delos.Clock" } });
  expect(services[0]!.servers.map((s) => [s.node, s.topic])).toEqual([["/server", "rq/doubleRequest"]]);
  expect(services[0]!.clients.map((c) => [c.node, c.topic])).toEqual([["/client", "rr/doubleReply"]]);
});
