import { SimulatedClock } from "@delos/core";
import { delos } from "@delos/msgs";
import { inProcess } from "@delos/transport";
import { expect, test } from "vitest";
import { logTopic } from "./log-topic.ts";
import { open } from "./runtime.ts";
import { statisticsTopic } from "./statistics.ts";
import { topic } from "./topic.ts";

const Log = topic("/t", delos.Log);
const Clock = topic("/t", delos.Clock);

test("the graph shows nodes, topics with their types, and for each pair why it does not talk", async () => {
  const bus = inProcess();
  await using a = await open({ name: "a", log: () => {}, transports: [bus] });
  await using b = await open({ name: "b", log: () => {}, transports: [bus] });
  a.node("/drivers/camera").publisher(Log, { reliability: "best_effort" });
  const viewer = b.node("viewer");
  viewer.subscribe(Log);
  viewer.subscribe(Clock, { reliability: "best_effort" });
  viewer.subscribeAny("/t");
  for (const { graph } of [a, b]) {
    expect(graph.participants.map((p) => p.name)).toEqual(["a", "b"]);
    expect(graph.nodes.map((n) => [n.participant.name, n.name])).toEqual([
      ["a", "/drivers/camera"],
      ["b", "/viewer"],
    ]);
    const seen = graph.topics.find(({ name }) => name === "/t")!;
    expect(seen.schemas.map((schema) => schema.name)).toEqual(["delos.Log"]);
    expect(seen.connections.map((c) => [c.transport, c.mismatches.map((m) => m.policy)])).toEqual([
      ["inprocess", ["reliability"]],
      ["inprocess", ["type"]],
      ["inprocess", []],
    ]);
  }
});

test("log lines are a topic that late readers get too: level, node, code and values", async () => {
  const clock = new SimulatedClock(42n);
  await using runtime = await open({ log: () => {}, clock });
  const node = runtime.node("/perception/camera");
  node.log.child("driver").warn("hot", { celsius: 81, since: 5n });
  node.log.error("lost", { code: "CAMERA_LOST" });
  runtime.log.debug("not at this level");
  const lines: delos.Log[] = [];
  node.subscribe(logTopic).on(({ message }) => lines.push(message));
  await runtime.settled();
  expect(lines).toEqual([
    {
      stamp_ns: 42n,
      level: delos.Log.Level.WARN,
      node: "/perception/camera",
      logger: "driver",
      message: "hot",
      details: `{"celsius":81,"since":"5"}`,
    },
    {
      stamp_ns: 42n,
      level: delos.Log.Level.ERROR,
      node: "/perception/camera",
      message: "lost",
      code: "CAMERA_LOST",
    },
  ]);
});

test("statistics are the counters of every queue, on demand and as a topic", async () => {
  const clock = new SimulatedClock();
  await using runtime = await open({ log: () => {}, clock, statisticsPeriodMs: 1000 });
  const node = runtime.node("n");
  const publisher = node.publisher(Log, { deadlineMs: 400 });
  const subscription = node.subscribe(Log, { depth: 2 });
  subscription.stream({ queue: 1 });
  const reader = node.subscribe(statisticsTopic);
  for (let i = 0; i < 5; i++) publisher.publish({});
  clock.advance(1000);
  const { publishers = [], subscribers = [] } = reader.latest()!.message;
  expect(publishers.find((p) => p.topic === "/t")).toEqual({
    topic: "/t",
    node: "/n",
    published: 5n,
    refused: 0n,
    matched: 1,
    deadlines_missed: 2n,
  });
  expect(subscribers.find((s) => s.topic === "/t")).toMatchObject({ received: 5n, dropped: 4n, queued: 1, depth: 2 });
  expect(delos.Statistics.toJSON(runtime.statistics)).toMatchObject({ process: process.pid });
});
