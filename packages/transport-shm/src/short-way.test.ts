import { DelosError, Events, Logger, type MessageCodec, SystemClock } from "@delos/core";
import {
  completeQos,
  endpointId,
  newParticipant,
  type QosOptions,
  type Reader,
  Sample,
  type Transport,
  type Writer,
} from "@delos/transport";
import { afterEach, expect, test } from "vitest";
import { sharedMemory } from "./index.ts";
import { SMALL_BYTES } from "./shm-writer.ts";

/** A message is a number of bytes; each of them is that number's lowest one. */
const schema = { name: "test.Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
const codec: MessageCodec<number> = {
  schema,
  encode: (length) => new Uint8Array(length).fill(length),
  encodeInto(length, target, offset = 0, end = target.length) {
    if (length < 0) throw new DelosError("MSG_WRONG_VALUE", "no length");
    if (end - offset < length) throw new DelosError("MSG_NO_ROOM", "no room", { details: { needed: length } });
    target.fill(length, offset, offset + length);
    return length;
  },
  decode: (bytes) => bytes.length,
  toJSON: (length) => length,
  fromJSON: Number,
};

const clock = new SystemClock();
const open: Transport[] = [];
let domains = 0;
afterEach(async () => {
  for (const transport of open.splice(0)) await transport[Symbol.asyncDispose]();
});

async function pair(options: QosOptions = {}): Promise<readonly [Writer, Reader]> {
  const factory = sharedMemory({ domain: `short-way-${process.pid}-${++domains}` });
  const [a, b] = await Promise.all(
    ["a", "b"].map(async (name) => {
      const participant = newParticipant(name, [factory.address]);
      const context = { participant, clock, log: new Logger(name, clock, () => {}), carries: () => true };
      const transport = await factory.open(context);
      open.push(transport);
      return { participant, transport };
    }),
  );
  const common = { node: "/n", topic: "/t", schema, codec: codec as MessageCodec };
  const qos = completeQos({ reliability: "reliable", history: "keep_all", ...options });
  const writer = a!.transport.createWriter({
    ...common,
    id: endpointId(a!.participant.id, 1, "publication"),
    qos,
    events: new Events(),
  });
  const reader = b!.transport.createReader({
    ...common,
    id: endpointId(b!.participant.id, 1, "subscription"),
    qos,
    events: new Events(),
    onData: () => {},
  });
  await expect.poll(() => [writer.matched.length, reader.matched.length]).toEqual([1, 1]);
  return [writer, reader];
}

const write = (writer: Writer, message: number, sequence: number): string =>
  writer.write(
    new Sample<unknown>(schema, codec as MessageCodec, message, undefined, writer.info.id, sequence, 0n, 0n),
  );

test("messages that go the short way and those that go the long one arrive in one order, with number and time", async () => {
  const [writer, reader] = await pair();
  for (let n = 1; n <= 300; n++) {
    if (n % 3 === 0) expect(write(writer, n, n)).toBe("sent");
    else expect(writer.put!(n, n, 2n ** 60n + BigInt(n))).toBe("sent");
  }
  expect(writer.counters).toEqual({ written: 300, dropped: 0, deadlinesMissed: 0 });
  await expect.poll(() => reader.available).toBe(300);
  for (let n = 1; n <= 300; n++) {
    const sample = reader.take()!;
    expect([sample.sequence, sample.bytes.length, new Set(sample.bytes)]).toEqual([n, n, new Set([n & 0xff])]);
    expect(sample.sourceTimeNs).toBe(n % 3 === 0 ? 0n : 2n ** 60n + BigInt(n));
    sample.release();
  }
});

test("a message that grows beyond records goes the long way, and nothing has happened before", async () => {
  const [writer, reader] = await pair();
  const sizes = [100, 1000, SMALL_BYTES, SMALL_BYTES + 1, 5];
  for (const [i, size] of sizes.entries()) {
    if (writer.put!(size, i + 1, 0n) === undefined) expect(write(writer, size, i + 1)).toBe("sent");
  }
  expect(writer.counters.written).toBe(sizes.length);
  await expect.poll(() => reader.available).toBe(sizes.length);
  expect(sizes.map(() => reader.take()!.retain().message)).toEqual(sizes);
});

test("a message that cannot be encoded is refused, and the next one goes through", async () => {
  const [writer, reader] = await pair();
  expect(() => writer.put!(-1, 1, 0n)).toThrow("no length");
  expect(writer.put!(3, 2, 0n)).toBe("sent");
  await expect.poll(() => reader.available).toBe(1);
  expect(reader.take()!.sequence).toBe(2);
});

test("a full ring, history for late joiners, a lease and a closed writer are no matter for the short way", async () => {
  const [writer, reader] = await pair();
  let sent = 0;
  while (writer.put!(400, sent + 1, 0n) === "sent") sent++;
  expect(sent).toBeGreaterThan(2000);
  expect(writer.counters).toMatchObject({ written: sent, dropped: 0 });
  expect(write(writer, 400, sent + 1)).toBe("queued");
  expect(writer.put!(1, sent + 2, 0n)).toBeUndefined(); // not before what waits
  await expect.poll(() => reader.available).toBe(sent + 1);
  for (const qos of [
    { durability: "transient_local", history: "keep_last" },
    { liveliness: "manual_by_topic", livelinessLeaseMs: 10_000 },
  ] as const) {
    const [other] = await pair(qos);
    expect(other.put!(1, 1, 0n)).toBeUndefined();
  }
  await writer[Symbol.asyncDispose]();
  expect(writer.put!(1, 1, 0n)).toBeUndefined();
});
