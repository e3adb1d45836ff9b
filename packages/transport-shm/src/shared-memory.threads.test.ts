import { Logger, SystemClock } from "@delos/core";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { completeQos, endpointId, newParticipant, Sample, type Transport } from "@delos/transport";
import { afterEach, expect, test } from "vitest";
import type { PeerData, PeerReport } from "../stress/peer.worker.ts";
import { sharedMemory } from "./index.ts";

let domains = 0;
const workers: Worker[] = [];
const opened: Transport[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  await Promise.all(opened.splice(0).map((transport) => transport[Symbol.asyncDispose]()));
});

function peer(data: PeerData): Worker {
  const worker = spawnWorker(new URL("../stress/peer.worker.ts", import.meta.url).href, { workerData: data });
  workers.push(worker);
  return worker;
}

const next = <T>(worker: Worker, wanted: (message: T) => boolean = () => true): Promise<T> =>
  new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message: T) => {
      if (wanted(message)) resolve(message);
    });
  });

async function open(domain: string): Promise<{ transport: Transport; participant: ReturnType<typeof newParticipant> }> {
  const factory = sharedMemory({ domain });
  const participant = newParticipant("main", [factory.address]);
  const clock = new SystemClock();
  const log = new Logger("test", clock, () => {});
  const transport = await factory.open({ participant, clock, log, carries: () => true });
  opened.push(transport);
  return { transport, participant };
}

const KEEP_ALL = { history: "keep_all" } as const;
const isReport = (message: unknown): boolean => typeof message === "object" && message !== null && "torn" in message;

test("between threads: small and ever larger samples, reliable, arrive all, whole and in order", async () => {
  const domain = `threads-${++domains}`;
  const lengths = [8, 100, 4096, 4097, 50_000, 8, 200_000, 1_000_000];
  const data = { domain, topic: "/t", qos: KEEP_ALL, count: 400, lengths };
  const readers = [1, 2].map(() => peer({ ...data, role: "reader" }));
  const reports = readers.map((reader) => next<PeerReport>(reader, isReport));
  const writer = peer({ ...data, role: "writer" });
  const done = next<{ done: boolean; dropped: number }>(writer, (message) => typeof message === "object");
  // The second reader may match after the first samples were sent: it then gets what comes after.
  const first = await Promise.race(reports);
  expect(first).toEqual({ received: 400, torn: 0, outOfOrder: 0, lost: 0, dropped: 0 });
  expect(await done).toEqual({ done: true, dropped: 0 });
});

test("a writer's thread that is terminated leaves the bus, and its reader goes on with the next one", async () => {
  const domain = `threads-${++domains}`;
  const { transport, participant } = await open(domain);
  let [received, torn] = [0, 0];
  const reader = transport.createReader({
    id: endpointId(participant.id, 1, "subscription"),
    node: "/main",
    topic: "/t",
    qos: completeQos(KEEP_ALL),
    onData: () => {
      for (let sample = reader.take(); sample !== undefined; sample = reader.take()) {
        const [first, last] = [
          new DataView(sample.bytes.buffer, sample.bytes.byteOffset).getUint32(0, true),
          sample.bytes.at(-1),
        ];
        if ((first & 255) !== last) torn++;
        received++;
        sample.release();
      }
    },
  });
  for (let round = 0; round < 3; round++) {
    const before = received;
    const writer = peer({ domain, topic: "/t", role: "writer", qos: KEEP_ALL, count: 0, lengths: [64, 5000, 70_000] });
    await expect.poll(() => received, { timeout: 30_000 }).toBeGreaterThan(before + 100);
    await writer.terminate();
    await expect.poll(() => reader.matched.length, { timeout: 30_000 }).toBe(0);
  }
  expect(torn).toBe(0);
  expect(reader.counters.lost).toBe(0);
  expect(transport.discovery.participants.size).toBe(1);
});

test("a reliable reader's thread that is terminated no longer holds the writer up", async () => {
  const domain = `threads-${++domains}`;
  const { transport, participant } = await open(domain);
  const writer = transport.createWriter({
    id: endpointId(participant.id, 1, "publication"),
    node: "/main",
    topic: "/t",
    qos: completeQos(KEEP_ALL),
    schema: { name: "test.Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() },
  });
  const reader = peer({ domain, topic: "/t", role: "reader", qos: KEEP_ALL, count: 0, lengths: [] });
  await expect.poll(() => writer.matched.length, { timeout: 30_000 }).toBe(1);
  await reader.terminate();
  let queued = 0;
  for (let n = 0; n < 200; n++) {
    const info = { publisher: writer.info.id, sequence: n + 1, sourceTimeNs: 0n, receptionTimeNs: 0n };
    const result = writer.write(Sample.ofBytes(new Uint8Array(100_000), writer.info.schema!, info));
    if (result === "queued") queued++;
  }
  expect(queued).toBeGreaterThan(100);
  await expect.poll(() => writer.matched.length, { timeout: 30_000 }).toBe(0);
  await writer.waitForAcknowledgments();
  const info = { publisher: writer.info.id, sequence: 201, sourceTimeNs: 0n, receptionTimeNs: 0n };
  expect(writer.write(Sample.ofBytes(new Uint8Array(100_000), writer.info.schema!, info))).toBe("sent");
});
