import type { JsonValue, MessageCodec } from "@delos/core";
import { delos } from "@delos/msgs";
import { inProcess } from "@delos/transport";
import { expect, test } from "vitest";
import { clockTopic } from "./recorded-clock.ts";
import { open } from "./runtime.ts";
import { topic } from "./topic.ts";

const Input = topic("/in", delos.Log, { depth: 1000 });
const Output = topic("/out", delos.Log, { depth: 1000 });

/**
 * A module with every kind of work in it (callback, timer, stream, service, sleep), replayed on the recorded clock by a
 * player that lets the event loop turn as `pace` says. Gives everything it published, as bytes.
 */
async function replay(pace: (message: number) => boolean): Promise<string[]> {
  const bus = inProcess();
  await using player = await open({ log: () => {}, transports: [bus] });
  await using runtime = await open({ log: () => {}, transports: [bus], clock: "recorded" });
  const out: string[] = [];
  player
    .node("recorder")
    .subscribe(Output)
    .on((sample) => out.push(`${sample.sourceTimeNs} ${Buffer.from(sample.bytes).toString("hex")}`));
  const node = runtime.node("module");
  const output = node.publisher(Output);
  const say = (message: string): void =>
    void output.publish({ message: `${message} at ${node.clock.monotonicMs()}`, stamp_ns: node.clock.nowNs() });
  const input = node.subscribe(Input);
  input.on(({ message }) => say(`callback ${message.message}`));
  node.every(10, (tick) => say(`tick ${tick.seq} ${tick.dtMs} ${input.latest({ maxAgeMs: 15 })?.message.message}`));
  node.every(7, () => output.publish({ message: "seven" }));
  node.subscribe(Output).on(({ message }) => {
    if (message.message === "seven") say("echo of seven");
  });
  void (async () => {
    for await (const { message } of input.stream()) {
      say(`stream ${message.message}`);
      await node.sleep(3);
      say(`slept after ${message.message}`);
    }
  })();
  const source = player.node("player");
  const [clock, messages] = [source.publisher(clockTopic), source.publisher(Input)];
  for (let i = 0; i < 60; i++) {
    clock.publish({ time_ns: 1_700_000_000_000_000_000n + BigInt(i * 4_300_000) });
    messages.publish({ message: `m${i}` });
    // Promises settle before the clock goes on: that is what a deterministic replay waits for, at every rate.
    await runtime.settled();
    for (let turn = 0; pace(i) && turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return out;
}

test("the same input gives the same output bytes at every rate", async () => {
  const asFastAsPossible = await replay(() => false);
  expect(asFastAsPossible.length).toBeGreaterThan(200);
  expect(asFastAsPossible.filter((line) => line.includes(Buffer.from("slept").toString("hex")))).not.toEqual([]);
  expect(await replay(() => true)).toEqual(asFastAsPossible);
  expect(await replay((i) => i % 7 === 3)).toEqual(asFastAsPossible);
});

test("timers fire on the way, each at its time and with all its consequences", async () => {
  const bus = inProcess();
  await using player = await open({ log: () => {}, transports: [bus] });
  await using runtime = await open({ log: () => {}, transports: [bus], clock: "recorded" });
  const node = runtime.node("n");
  const output = node.publisher(Output);
  const seen: unknown[] = [];
  const clock = player.node("p").publisher(clockTopic);
  clock.publish({ time_ns: 5_000_000_000n });
  node.every(10, () => output.publish({ message: "tick" }));
  node.subscribe(Output).on(({ message }) => seen.push([message.message, node.clock.nowNs() / 1_000_000n]));
  clock.publish({ time_ns: 5_035_000_000n });
  expect(seen).toEqual([
    ["tick", 5010n],
    ["tick", 5020n],
    ["tick", 5030n],
  ]);
  expect(node.clock.nowNs()).toBe(5_035_000_000n);
});

test("clocks of ROS 1 and ROS 2 are followed too, and what is no clock is an error of its own", async () => {
  const bus = inProcess();
  await using player = await open({ log: () => {}, transports: [bus] });
  await using runtime = await open({ log: () => {}, transports: [bus], clock: "recorded" });
  const json = (name: string): MessageCodec => ({
    schema: { name, messageEncoding: "json", schemaEncoding: "", data: new Uint8Array() },
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown,
    toJSON: (value) => value as JsonValue,
    fromJSON: (value) => value,
  });
  const node = player.node("p");
  node.publisher(topic("/clock", json("rosgraph_msgs/Clock"))).publish({ clock: { sec: 12, nsec: 5 } });
  expect(runtime.clock.nowNs()).toBe(12_000_000_005n);
  node.publisher(topic("/clock", json("rosgraph_msgs/msg/Clock"))).publish({ clock: { sec: 13, nanosec: 7 } });
  expect(runtime.clock.nowNs()).toBe(13_000_000_007n);
  node.publisher(topic("/clock", json("std_msgs/Empty"))).publish({});
  expect([runtime.errors, runtime.clock.nowNs()]).toEqual([1, 13_000_000_007n]);
});

test("the first time, another pass and a step back are jumps: reported, without ticks", async () => {
  const bus = inProcess();
  await using player = await open({ log: () => {}, transports: [bus] });
  await using runtime = await open({ log: () => {}, transports: [bus], clock: "recorded" });
  const node = runtime.node("n");
  const jumps: unknown[] = [];
  let ticks = 0;
  runtime.events.on("clockJumped", ({ fromNs, toNs }) => jumps.push([fromNs, toNs]));
  node.every(10, () => ticks++);
  const clock = player.node("p").publisher(clockTopic);
  expect(node.clock.nowNs()).toBe(0n);
  clock.publish({ time_ns: 1_000_000_000_000n });
  expect(ticks).toBe(0);
  clock.publish({ time_ns: 1_000_025_000_000n });
  expect(ticks).toBe(2);
  clock.publish({ time_ns: 1_000_000_000_000n, pass: 1 });
  clock.publish({ time_ns: 1_000_006_000_000n, pass: 1 });
  expect(ticks).toBe(3);
  clock.publish({ time_ns: 900_000_000_000n, pass: 1 });
  clock.publish({ time_ns: 2_000_000_000_000n, pass: 2 });
  expect(ticks).toBe(3);
  expect(jumps).toEqual([
    [1_000_025_000_000n, 1_000_000_000_000n],
    [1_000_006_000_000n, 900_000_000_000n],
    [900_000_000_000n, 2_000_000_000_000n],
  ]);
});
