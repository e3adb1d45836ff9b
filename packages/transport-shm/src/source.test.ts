import { type Clock, Events, Logger, SimulatedClock, SystemClock } from "@delos/core";
import { completeQos, type EndpointInfo, endpointId, newParticipant, ReaderQueue } from "@delos/transport";
import { LogRing, PinRing, ringMemory } from "sharedarraybuffer-ring";
import { expect, test } from "vitest";
import { newHeader, payloadOffset, writeHeader } from "./record.ts";
import { Source } from "./source.ts";

const clock = new SystemClock();
const qos = completeQos({ history: "keep_all" });
const schema = { name: "test.Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
const participant = newParticipant("writer", []);
const publication: EndpointInfo = {
  id: endpointId(participant.id, 1, "publication"),
  kind: "publication",
  participant,
  node: "/writer",
  topic: "/t",
  schema,
  qos,
};

const sourceOf = (log: LogRing, queue: ReaderQueue, itsClock: Clock): Source =>
  new Source({
    publication,
    segments: { log: log.buffer as SharedArrayBuffer, pin: undefined },
    memory: {
      onDemand: false,
      create: () => expect.unreachable(),
      attach: (handle) => ringMemory(handle as SharedArrayBuffer),
    },
    queue,
    codec: undefined,
    clock: itsClock,
    log: new Logger("test", itsClock, () => {}),
    strict: true,
    wantsHistory: false,
    owner: 7,
    onSegmentAttached: () => {},
    onConfirmed: () => {},
  });

test("a pool that is announced late, full of what was published before the reader came, holds nobody up", async () => {
  const log = LogRing.create();
  const pool = PinRing.create({ maxMessageBytes: 65_536, depth: 8, chunks: 16 });
  const [records, chunks] = [log.writer(), pool.writer({ history: pool.depth })];
  let sequence = 0;
  /** As ShmWriter puts a large sample: the chunk, then its record. False: no chunk is free. */
  const publish = (): boolean => {
    const loan = chunks.loan(5000);
    if (loan === undefined) return false;
    loan.bytes.fill(sequence + 1, 0, 5000);
    const header = { ...newHeader(), large: true, payloadBytes: 5000, sequence: ++sequence, generation: 1 };
    const at = records.reserve(payloadOffset(0));
    writeHeader(records.view, at, { ...header, pinSequence: chunks.sequence });
    loan.publish(5000);
    records.commit(payloadOffset(0));
    return true;
  };
  for (let i = 0; i < 8; i++) expect(publish()).toBe(true);

  const got: number[] = [];
  const queue: ReaderQueue = new ReaderQueue(qos, clock, new Events(), () => {
    for (let sample = queue.take(); sample !== undefined; sample = queue.take()) {
      expect(new Set(sample.bytes)).toEqual(new Set([sample.sequence]));
      got.push(sample.sequence);
      sample.release();
    }
  });
  queue.join(publication);
  const source = sourceOf(log, queue, clock);
  const running = source.run(); // all records are older than the reader: it sleeps
  source.addPool(1, pool.buffer as SharedArrayBuffer);
  for (let i = 0; i < 20; i++) {
    await expect.poll(publish).toBe(true);
    await expect.poll(() => got.at(-1)).toBe(sequence);
  }
  expect(got).toEqual(Array.from({ length: 20 }, (_, i) => 9 + i));
  expect(queue.counters.lost).toBe(0);
  source.close();
  records.close();
  await running;
});

test("no sample was here before it was sent, though a turn reads on while others are written", async () => {
  const simulated = new SimulatedClock(2n ** 60n - 5n);
  const log = LogRing.create();
  const records = log.writer();
  let sequence = 0;
  const publish = (): void => {
    const sourceTimeNs = simulated.nowNs();
    const header = { ...newHeader(), payloadBytes: 8, sequence: ++sequence, sourceTimeNs };
    const at = records.reserve(payloadOffset(0) + 8);
    writeHeader(records.view, at, header);
    records.commit(payloadOffset(0) + 8);
  };
  const got: [bigint, bigint][] = [];
  const queue: ReaderQueue = new ReaderQueue(qos, simulated, new Events(), () => {
    const sample = queue.take()!;
    got.push([sample.sourceTimeNs, sample.receptionTimeNs]);
    sample.release();
    if (sequence >= 100) return;
    simulated.advance(700);
    publish();
  });
  queue.join(publication);
  const source = sourceOf(log, queue, simulated);
  const running = source.run();
  publish();
  await expect.poll(() => got.length).toBe(100);
  expect(got.filter(([sent, here]) => here < sent)).toEqual([]);
  source.close();
  records.close();
  await running;
});
