import type { QosOptions } from "@delos/transport";
import { completeQos } from "@delos/transport";
import { beforeEach, expect, test } from "vitest";
import { type EndpointData, writeEndpointData } from "./endpoint-data.ts";
import type { Engine } from "./engine.ts";
import { withHeader } from "./pl-cdr.ts";
import { range, SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import * as entity from "./wire/entity-id.ts";
import { writeMessage } from "./wire/message.ts";

/**
 * DDS 1.4 §2.2.3: some policies may change at run time (partition, deadline, latency budget, ownership strength, lifespan, time-based filter, data of
 * the user), and locators may. Pairs that still fit go on where they are.
 */
let net: SimulatedNetwork;
let us: Engine;
let them: Engine;
let told: Map<number, number>;

beforeEach(() => {
  net = new SimulatedNetwork();
  [us, them] = [net.engine(), net.engine()];
  us.start();
  them.start();
  told = new Map();
});

/** Their built-in writer tells the endpoint again, changed. */
function retell(data: EndpointData, qos: QosOptions, more: Partial<EndpointData> = {}): void {
  const writerId = data.kind === "publication" ? entity.PUBLICATIONS_WRITER : entity.SUBSCRIPTIONS_WRITER;
  const sn = (told.get(writerId) ?? 1) + 1;
  told.set(writerId, sn);
  const list = writeEndpointData({ ...data, ...more, qos: completeQos(data.qos, qos) });
  const submessage = {
    kind: "DATA",
    readerId: 0,
    writerId,
    sn,
    inlineQos: undefined,
    payload: withHeader(list),
    isKey: false,
  } as const;
  const submessages = [{ ...submessage, littleEndian: true }];
  us.receive(writeMessage({ version: 0x0203, vendor: 0x01de, prefix: them.prefix, submessages }), {
    address: "10.0.0.2",
    port: 7411,
  });
}

test("a publication that changes goes on: nothing comes twice, nothing is left out", () => {
  const reader = new TestReader(us, "t", { durability: "transient_local", history: "keep_all" });
  const changes: number[] = [];
  reader.local.changed = (remote) => void changes.push(remote.data!.qos.ownershipStrength);
  const writer = new TestWriter(them, "t", { durability: "transient_local", history: "keep_all" });
  for (let i = 0; i < 5; i++) writer.write(i);
  net.advance(300);
  retell(writer.local.data, { ownershipStrength: 7 }, { userData: Uint8Array.of(1) });
  for (let i = 5; i < 10; i++) writer.write(i);
  net.advance(300);
  expect(reader.received).toEqual(range(0, 10));
  expect(changes).toEqual([7]);
  expect(reader.matched).toHaveLength(1);
});

test("a publication that does not fit any more is let go of, and taken again when it does", () => {
  const reader = new TestReader(us, "t", { deadlineMs: 100 });
  const writer = new TestWriter(them, "t", { deadlineMs: 100 });
  net.advance(300);
  expect(reader.matched).toHaveLength(1);
  retell(writer.local.data, { deadlineMs: 200 });
  expect(reader.matched).toHaveLength(0);
  retell(writer.local.data, { deadlineMs: 50 });
  expect(reader.matched).toHaveLength(1);
});

test("a subscription that changes goes on, and is let go of when it does not fit", () => {
  const writer = new TestWriter(us, "t", { deadlineMs: 100, durability: "transient_local", history: "keep_all" });
  const reader = new TestReader(them, "t", { deadlineMs: 100, durability: "transient_local", history: "keep_all" });
  for (let i = 0; i < 5; i++) writer.write(i);
  net.advance(300);
  retell(reader.local.data, { deadlineMs: 300 });
  for (let i = 5; i < 10; i++) writer.write(i);
  net.advance(300);
  expect(reader.received).toEqual(range(0, 10));
  expect(writer.matched).toHaveLength(1);
  retell(reader.local.data, { deadlineMs: 50 });
  expect(writer.matched).toHaveLength(0);
  expect(writer.writer.allAcknowledged).toBe(true);
});
