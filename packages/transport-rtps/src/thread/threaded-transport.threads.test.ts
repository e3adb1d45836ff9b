import { Logger, SystemClock } from "@delos/core";
import { completeQos, endpointId, type ParticipantInfo, type Reader, Sample, type Transport } from "@delos/transport";
import { describeTransport } from "@delos/transport/conformance";
import { expect, test, vi } from "vitest";
import { Delos, READING } from "../delos-under-test.test-support.ts";
import { freshPrefix } from "../participant.ts";
import { type RtpsOptions, rtps } from "../rtps-transport.ts";

// Each test a domain of its own: what an earlier test said last cannot reach the next.
let domain = process.pid;
const options = (): RtpsOptions => ({ domain: 20 + (domain++ % 80), interfaces: ["127.0.0.1"], thread: true });

describeTransport("RTPS in a thread of its own", () => rtps(options()));

const clock = new SystemClock();
const schema = { name: "test/Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
const QOS = completeQos({ history: "keep_all" });

async function open(factoryOptions: RtpsOptions): Promise<{ transport: Transport; info: ParticipantInfo }> {
  const factory = rtps(factoryOptions);
  const about = { name: "t", host: "t", pid: process.pid, thread: 0, vendor: "delos" } as const;
  const info: ParticipantInfo = { id: freshPrefix(), transports: [factory.address], ...about };
  const log = new Logger("t", clock, () => {});
  return { transport: await factory.open({ participant: info, clock, log, carries: () => true }), info };
}

test("what arrives in fragments is put together where the user reads it, but for the first of a size", async () => {
  const shared = options();
  const [here, there] = [await open({ ...shared, thread: false }), await open(shared)];
  const got: [length: number, first: number | undefined, last: number | undefined][] = [];
  let sequence = 0;
  const writerId = endpointId(here.info.id, 1, "publication");
  const writer = here.transport.createWriter({ id: writerId, node: "", topic: "large", qos: QOS, schema });
  const reader: Reader = there.transport.createReader({
    id: endpointId(there.info.id, 1, "subscription"),
    node: "",
    topic: "large",
    qos: QOS,
    schema,
    onData: () => {
      for (let sample = reader.take(); sample !== undefined; sample = reader.take()) {
        got.push([sample.bytes.length, sample.bytes[0], sample.bytes.at(-1)]);
        sample.release();
      }
    },
  });
  await vi.waitFor(() => expect([writer.matched.length, reader.matched.length]).toEqual([1, 1]), 10_000);
  const sizes = [...Array.from({ length: 20 }, () => 300_000), ...Array.from({ length: 10 }, () => 1 << 20)];
  for (const [n, bytes] of sizes.entries()) {
    const info = { publisher: writerId, sequence: ++sequence, sourceTimeNs: 0n, receptionTimeNs: 0n };
    expect(writer.write(Sample.ofBytes(new Uint8Array(bytes).fill(n), schema, info))).not.toBe("dropped");
    await vi.waitFor(() => expect(got).toHaveLength(n + 1), { timeout: 10_000, interval: 2 });
  }
  expect(got).toEqual(sizes.map((bytes, n) => [bytes, n, n]));
  expect(there.transport.counters).toMatchObject({
    "samples put together beside the ring": 2,
    "samples put together in the ring": 28,
  });
  await there.transport[Symbol.asyncDispose]();
  await here.transport[Symbol.asyncDispose]();
});

test("keep_last 1 of a keyed topic: the last of each instance arrives, however much is written at a time", async () => {
  const { domain: place = 0, ...shared } = options();
  const [here, there] = [await Delos.open(place, shared), await Delos.open(place, shared)];
  const [writer, reader] = [here.writer("t", READING, { depth: 1 }), there.reader("t", READING, { depth: 1 })];
  const last = new Map<number, string>();
  reader.onMessage = (message) => {
    const { id, text } = message as { id: number; text: string };
    last.set(id, text.trim());
  };
  await vi.waitFor(() => expect([writer.inner.matched.length, reader.inner.matched.length]).toEqual([1, 1]), 10_000);
  // More than the rings between the threads hold.
  const [instances, rounds] = [20, 60];
  const padding = " ".repeat(60_000);
  for (let n = 0; n < rounds; n++) {
    for (let id = 0; id < instances; id++) writer.send({ id, text: `${n}${padding}` });
  }
  const all = Array.from({ length: instances }, (_, id) => [id, String(rounds - 1)] as const);
  await vi.waitFor(() => expect([...last].sort(([a], [b]) => a - b)).toEqual(all), { timeout: 20_000, interval: 20 });
  await here.transport[Symbol.asyncDispose]();
  await there.transport[Symbol.asyncDispose]();
});
