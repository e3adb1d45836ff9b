import type { MessageCodec } from "@delos/core";
import { delos } from "@delos/msgs";
import { open, topic } from "@delos/runtime";
import { expect, test } from "vitest";
import { TestBus } from "./bus.ts";

const In = topic("/in", delos.Log);
const Out = topic("/out", delos.Clock, { durability: "transient_local" });

test("a module under test hears what the test publishes, and the test collects what it says, on one clock", async () => {
  await using bus = await TestBus.open();
  await using runtime = await open({ transports: [bus.transport], clock: bus.clock, log: () => {} });
  const node = runtime.node("module");
  const output = node.publisher(Out);
  const input = node.subscribe(In);
  node.every(10, () => output.publish({ time_ns: node.clock.nowNs(), pass: input.stats.received }));
  bus.watch(Out);
  expect(bus.publish(In, { message: "x" })).toBe("sent");
  bus.publishBytes("/in", delos.Log.schema, delos.Log.encode({ message: "y" }));
  bus.clock.advance(20);
  expect(bus.collect(Out)).toEqual([
    { time_ns: 10_000_000n, pass: 2 },
    { time_ns: 20_000_000n, pass: 2 },
  ]);
  expect(bus.collect(Out)).toEqual([]);
  expect(input.latest()?.message.message).toBe("y");
});

test("what it publishes on a latched topic is there for modules that start later", async () => {
  await using bus = await TestBus.open();
  bus.publish(Out, { pass: 7 });
  await using runtime = await open({ transports: [bus.transport], log: () => {} });
  const late = runtime.node("late").subscribe({ ...Out, type: delos.Clock as MessageCodec<delos.Clock> });
  await runtime.settled();
  expect(late.latest()?.message.pass).toBe(7);
});
