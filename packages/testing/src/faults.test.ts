import type { MessageCodec } from "@delos/core";
import { inProcess } from "@delos/transport";
import { describeTransport } from "@delos/transport/conformance";
import { expect, test } from "vitest";
import { TestBus, type TestTopic } from "./bus.ts";
import { type Fault, Faults, withFaults } from "./faults.ts";

describeTransport("in-process with no fault on", () => withFaults(inProcess(), new Faults(1)), {
  byReference: true,
  simulatedClock: true,
  synchronous: true,
});

type Value = { readonly n: number };
const type: MessageCodec<Value> = {
  schema: { name: "N", messageEncoding: "json", schemaEncoding: "", data: new Uint8Array() },
  encode: ({ n }) => Uint8Array.of(n),
  decode: (bytes) => ({ n: bytes[0]! }),
  toJSON: ({ n }) => ({ n }),
  fromJSON: (json) => json as Value,
};
const A: TestTopic<Value> = { name: "/a", type };
const B: TestTopic<Value> = { name: "/b", type };

/** What comes of 1, 2 before the fault, 3, 4 during it and 5 after it, at 10 ms each. */
async function during(fault: Fault): Promise<{ got: unknown[]; other: unknown[]; faults: Faults }> {
  const faults = new Faults(9);
  await using bus = await TestBus.open({ transport: withFaults(inProcess(), faults) });
  bus.watch(A);
  bus.watch(B);
  const got: unknown[] = [];
  const send = (n: number): void => {
    bus.publish(A, { n });
    bus.publish(B, { n });
    bus.clock.advance(10);
    for (const s of bus.collectSamples(A))
      got.push([s.message.n, Number(s.sourceTimeNs) / 1e6, bus.clock.monotonicMs()]);
  };
  for (const n of [1, 2]) send(n);
  {
    using _on = faults.begin("/a", fault);
    for (const n of [3, 4]) send(n);
  }
  send(5);
  bus.clock.advance(100);
  for (const s of bus.collectSamples(A)) got.push([s.message.n, Number(s.sourceTimeNs) / 1e6, bus.clock.monotonicMs()]);
  return { got, other: bus.collect(B).map(({ n }) => n), faults };
}

test("drop, freeze, delay and clock jump do to one topic what they say, while they are on", async () => {
  const before = [
    [1, 0, 10],
    [2, 10, 20],
  ];
  const after = [5, 40, 50];
  expect((await during({ drop: 1 })).got).toEqual([...before, after]);
  expect((await during({ freeze: true })).got).toEqual([...before, [2, 20, 30], [2, 30, 40], after]);
  expect((await during({ clockJumpMs: -5 })).got).toEqual([...before, [3, 15, 30], [4, 25, 40], after]);
  expect((await during({ delayMs: 25 })).got).toEqual([...before, after, [3, 20, 50], [4, 30, 150]]);
  const { other, faults } = await during({ drop: 0.5 });
  expect(other).toEqual([1, 2, 3, 4, 5]);
  expect([faults.touched("/a"), faults.touched("/b")]).toEqual([2, 0]);
});

test("corrupt changes bytes, and only bytes", async () => {
  const faults = new Faults(3);
  await using bus = await TestBus.open({ transport: withFaults(inProcess(), faults) });
  bus.watch(A);
  faults.begin("/a", { corrupt: 1 });
  for (let n = 0; n < 100; n++) bus.publish(A, { n });
  const samples = bus.collectSamples(A);
  expect(samples).toHaveLength(100);
  samples.forEach((sample, n) => expect(sample.message.n).not.toBe(n));
});
