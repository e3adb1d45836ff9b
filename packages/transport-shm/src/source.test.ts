import { type Clock, Events, Logger, SimulatedClock, SystemClock } from "@delos/core";
import { completeQos, type EndpointInfo, endpointId, newParticipant, ReaderQueue, type Sample } from "@delos/transport";
import { LogRing, PinRing, ringMemory } from "sharedarraybuffer-ring";
import { expect, test } from "vitest";
import { payloadOffset, RecordMemory, writeHeader } from "./record.ts";
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
  const memory = new RecordMemory(records.bytes);
  let sequence = 0;
  /** As ShmWriter puts a large sample: the chunk, then its record. False: no chunk is free. */
  const publish = (): boolean => {
    const loan = chunks.loan(5000);
    if (loan === undefined) return false;
    loan.bytes.fill(sequence + 1, 0, 5000);
    const size = payloadOffset(0, true);
    const at = records.reserve(size);
    writeHeader(memory, at, 5000, ++sequence, 0n, 0, 0, { generation: 1, pinSequence: chunks.sequence });
    loan.publish(5000);
    records.commit(size);
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
  const memory = new RecordMemory(records.bytes);
  let sequence = 0;
  const publish = (): void => {
    const at = records.reserve(payloadOffset(0) + 8);
    writeHeader(memory, at, 8, ++sequence, simulated.nowNs(), 0, 0);
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

test("what is given back is filled again; what is kept stays as it was, of however many turns", async () => {
  const log = LogRing.create();
  const records = log.writer();
  const memory = new RecordMemory(records.bytes);
  let sequence = 0;
  const publish = (): void => {
    const at = records.reserve(payloadOffset(0) + 8);
    writeHeader(memory, at, 8, ++sequence, 0n, 0, 0);
    memory.floats[(at + payloadOffset(0)) >> 3] = sequence;
    records.commit(payloadOffset(0) + 8);
  };
  const kept: Sample[] = [];
  const seen = new Set<Uint8Array>();
  const numberIn = (sample: Sample): number => new DataView(sample.bytes.slice().buffer).getFloat64(0, true);
  let last: Sample | undefined;
  const queue: ReaderQueue = new ReaderQueue(qos, clock, new Events(), () => {
    const sample = queue.take()!;
    seen.add(sample.memory);
    expect(numberIn(sample)).toBe(sample.sequence);
    last?.release(); // as a subscription does: the newest stays until the next one comes
    last = sample;
    if (sample.sequence % 50 === 0) kept.push(sample.retain());
  });
  queue.join(publication);
  const source = sourceOf(log, queue, clock);
  const running = source.run();
  for (let turn = 1; turn <= 60; turn++) {
    for (let i = 0; i < 5; i++) publish();
    await expect.poll(() => last?.sequence).toBe(turn * 5);
  }
  expect(kept.map(numberIn)).toEqual([50, 100, 150, 200, 250, 300]);
  // Two are enough in turns, and each that something of was kept is followed by another.
  expect(seen.size).toBeLessThanOrEqual(2 + kept.length);
  source.close();
  records.close();
  await running;
});
