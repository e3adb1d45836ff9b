import { expect, test } from "vitest";
import { range, SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";

test("keep_last counts for each instance: what waits of one makes no room for another", () => {
  const net = new SimulatedNetwork();
  const [us, them] = [net.engine(), net.engine()];
  us.start();
  them.start();
  const writer = new TestWriter(us, "t", { depth: 2 });
  const reader = new TestReader(them, "t", { history: "keep_all" });
  net.advance(300);
  net.weather = { loss: 1 };
  const keys = ["a", "b", "c"];
  for (let n = 0; n < 300; n++) {
    const payload = new Uint8Array(50_000).fill(n & 0xff);
    new DataView(payload.buffer).setUint32(0, n);
    writer.writer.write({ payload, isKey: false, time: undefined, inlineQos: undefined }, keys[n % 3]!);
  }
  // The rarest instance is written once more, and then only one of the others.
  for (let n = 300; n < 310; n++) {
    const payload = new Uint8Array(8).fill(n & 0xff, 4);
    new DataView(payload.buffer).setUint32(0, n);
    writer.writer.write({ payload, isKey: false, time: undefined, inlineQos: undefined }, "a");
  }
  net.weather = {};
  net.advance(10_000);
  // b: 295, 298; c: 296, 299; a: 308, 309.
  expect(reader.received.slice(-6)).toEqual([295, 296, 298, 299, 308, 309]);
  expect(reader.received.length).toBeLessThan(200);
  expect([...reader.received].sort((a, b) => a - b)).toEqual(reader.received);
  expect(writer.writer.allAcknowledged).toBe(true);
});

test("a keyless topic has one instance", () => {
  const net = new SimulatedNetwork();
  const [us, them] = [net.engine(), net.engine()];
  us.start();
  them.start();
  const writer = new TestWriter(us, "t", { depth: 2 });
  const reader = new TestReader(them, "t", { history: "keep_all" });
  net.advance(300);
  net.weather = { loss: 1 };
  for (let n = 0; n < 300; n++) writer.write(n, 50_000);
  net.weather = {};
  net.advance(10_000);
  expect(reader.received.slice(-2)).toEqual(range(298, 300));
  expect(writer.writer.allAcknowledged).toBe(true);
});

test("samples whose lifespan is over are nobody's any more: who comes late gets what is left", () => {
  const net = new SimulatedNetwork();
  const [us, them] = [net.engine(), net.engine()];
  us.start();
  them.start();
  const writer = new TestWriter(us, "t", { durability: "transient_local", history: "keep_all" });
  net.advance(300);
  for (let n = 0; n < 20; n++) writer.write(n);
  const start = 1_700_000_000;
  expect(writer.writer.expire({ seconds: start, fraction: 0 })).toMatchObject({ seconds: start, fraction: 0 });
  expect(writer.writer.expire({ seconds: start, fraction: 15 })).toMatchObject({ seconds: start, fraction: 15 });
  const reader = new TestReader(them, "t", { durability: "transient_local", history: "keep_all" });
  net.advance(500);
  expect(reader.received).toEqual(range(15, 20));
  expect(writer.writer.expire({ seconds: start + 1, fraction: 0 })).toBeUndefined();
  expect(writer.writer.history.count).toBe(0);
  writer.write(20);
  net.advance(500);
  expect(reader.received).toEqual(range(15, 21));
  expect(writer.writer.allAcknowledged).toBe(true);
});
