import { Session } from "node:inspector/promises";
import { expect, test } from "vitest";
import { LogRing, PinRing } from "./index.ts";

const MESSAGES = 300_000;

/** Bytes that `work` allocates, also those that are collected meanwhile. */
async function allocatedBy(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  work();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const sizeOf = (node: (typeof profile)["head"]): number =>
    node.children.reduce((sum, child) => sum + sizeOf(child), node.selfSize);
  return sizeOf(profile.head);
}

test("the sampler sees what is allocated and dropped", async () => {
  let last: Uint8Array | undefined;
  const memory = new Uint8Array(64);
  const bytes = await allocatedBy(() => {
    for (let i = 0; i < MESSAGES; i++) last = memory.subarray(i & 31);
  });
  expect(last).toBeDefined();
  expect(bytes / MESSAGES).toBeGreaterThan(30);
});

test.for(["log", "pin"] as const)(
  "writing to a %s ring and reading from it allocates nothing for a message",
  async (kind) => {
    const ring =
      kind === "log" ? LogRing.create() : PinRing.create({ maxMessageBytes: 65536, depth: 128, chunks: 160 });
    const [writer, reader] = [ring.writer(), ring.reader({ mode: "reliable" })];
    const message = new Uint8Array(300).fill(7);
    const sum = new Float64Array(1);
    const visit = (bytes: Uint8Array, offset: number, length: number): void => {
      sum[0]! += bytes[offset]! + bytes[offset + length - 1]!;
    };
    const pass = (messages: number): void => {
      for (let n = 0; n < messages; n += 64) {
        for (let i = 0; i < 64; i++) if (!writer.write(message)) throw new Error("no room");
        reader.drain(visit);
      }
    };
    pass(100_000); // compiled by then
    // A view now and then, for a batch, is far less than one for each message.
    expect((await allocatedBy(() => pass(MESSAGES))) / MESSAGES).toBeLessThan(8);
    expect(sum[0]).toBeGreaterThan(MESSAGES * 14);
  },
);
