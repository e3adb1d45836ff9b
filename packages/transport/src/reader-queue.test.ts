import { Events, type MessageCodec, type MessageSchema, SimulatedClock } from "@delos/core";
import { expect, test } from "vitest";
import type { EndpointInfo } from "./endpoint.ts";
import type { QosOptions } from "./qos.ts";
import { completeQos } from "./qos-completion.ts";
import { ReaderQueue } from "./reader-queue.ts";
import { Sample, type SampleExtras } from "./sample.ts";

interface Reading {
  readonly key: string;
  readonly n: number;
}
const schema: MessageSchema = { name: "T", messageEncoding: "json", schemaEncoding: "", data: new Uint8Array() };
const codec = { schema } as MessageCodec<Reading>;
const participant = { id: "p", name: "", host: "", pid: 0, thread: 0, transports: [], vendor: "" };
const publication = (id: string, qos: QosOptions = {}): EndpointInfo => {
  const of = { id, kind: "publication", participant, node: "", topic: "/t", schema } as const;
  return { ...of, qos: completeQos(qos) };
};

/** A queue of readings, keyed, and what is in it as `a1 b2`. */
function keyed(qos: QosOptions) {
  const clock = new SimulatedClock(0n);
  let available = 0;
  const queue: ReaderQueue = new ReaderQueue(
    completeQos(qos),
    clock,
    new Events(),
    () => available++,
    (sample) => (sample.message as Reading).key,
  );
  let sequence = 0;
  const put = (text: string, publisher = "p1", extras?: SampleExtras, sourceTimeNs = 0n): void => {
    const value = { key: text[0]!, n: Number(text.slice(1)) };
    const info = { publisher, sequence: ++sequence, sourceTimeNs, receptionTimeNs: 0n, extras };
    queue.put(Sample.ofValue(value, codec, info));
  };
  const take = (): string => {
    const taken: string[] = [];
    for (let sample = queue.take(); sample !== undefined; sample = queue.take()) {
      const { key, n } = sample.message as Reading;
      taken.push(`${key}${n}`);
    }
    return taken.join(" ");
  };
  return { queue, clock, put, take, told: () => available };
}

test("keep_last keeps the last of each instance", () => {
  const { queue, put, take, told } = keyed({ depth: 1 });
  for (const text of ["a1", "b1", "a2", "c1", "a3", "b2"]) put(text);
  expect(queue.length).toBe(3);
  expect(told()).toBe(3);
  expect(take()).toBe("c1 a3 b2");
  expect(queue.counters).toMatchObject({ received: 6, taken: 3, dropped: 3 });
});

test("so it does in the order of the sources", () => {
  const { put, take } = keyed({ depth: 1, destinationOrder: "by_source_timestamp" });
  put("a1", "p1", undefined, 5n);
  put("b1", "p1", undefined, 3n);
  put("a2", "p1", undefined, 4n);
  put("b2", "p1", undefined, 9n);
  expect(take()).toBe("a1 b2");
});

test("all instances together are bounded", () => {
  const resourceLimits = { maxSamples: 5, maxInstances: 100, maxSamplesPerInstance: 100 };
  const { put, take } = keyed({ depth: 1, resourceLimits });
  for (let i = 0; i < 9; i++) put(`${"abcdefghi"[i]}1`);
  expect(take()).toBe("e1 f1 g1 h1 i1");
});

test("each instance has its own owner, who has written it and is alive", () => {
  const { queue, put, take } = keyed({ ownership: "exclusive" });
  const weak = publication("p1", { ownership: "exclusive", ownershipStrength: 1 });
  queue.join(weak);
  queue.join(publication("p2", { ownership: "exclusive", ownershipStrength: 5 }));
  put("a1", "p1");
  put("a2", "p2");
  put("a3", "p1"); // not heard: a is the stronger one's now
  put("b1", "p1"); // which has never written b
  queue.setAlive("p2", false);
  put("a4", "p1");
  queue.setAlive("p2", true);
  put("a5", "p1");
  put("a6", "p2");
  put("a7", "p1");
  put("a8", "p2", { instanceState: "unregistered" });
  put("a9", "p1");
  expect(take()).toBe("a1 a2 b1 a4 a5 a6 a8 a9");
  put("a1", "p2");
  queue.join({ ...weak, qos: { ...weak.qos, ownershipStrength: 9 } });
  put("a2", "p1");
  put("a3", "p2");
  queue.leave("p1");
  put("a4", "p2");
  expect(take()).toBe("a1 a2 a4");
});

test("an owner that misses the deadline loses what it owns", () => {
  const { queue, clock, put, take } = keyed({ ownership: "exclusive", deadlineMs: 100 });
  const qos: QosOptions = { ownership: "exclusive", deadlineMs: 100 };
  queue.join(publication("p1", { ...qos, ownershipStrength: 1 }));
  queue.join(publication("p2", { ...qos, ownershipStrength: 5 }));
  put("a1", "p2");
  put("a2", "p1");
  clock.advanceTo(150_000_000n);
  put("a3", "p1");
  expect(take()).toBe("a1 a3");
});

test("a time-based filter counts for each instance", () => {
  const { clock, put, take } = keyed({ timeBasedFilterMs: 100 });
  for (const text of ["a1", "b1", "a2", "b2"]) put(text);
  clock.advanceTo(100_000_000n);
  for (const text of ["a3", "b3", "a4"]) put(text);
  expect(take()).toBe("a1 b1 a3 b3");
});

test("each instance has its own deadline, as long as it lives", () => {
  const { queue, clock, put } = keyed({ deadlineMs: 100 });
  for (const text of ["a1", "b1", "c1"]) put(text);
  put("c2", "p1", { instanceState: "disposed" });
  clock.advanceTo(60_000_000n);
  put("b2");
  clock.advanceTo(110_000_000n);
  expect(queue.counters.deadlinesMissed).toBe(1);
  clock.advanceTo(170_000_000n);
  expect(queue.counters.deadlinesMissed).toBe(2);
  queue[Symbol.dispose]();
  clock.advanceTo(900_000_000n);
  expect(queue.counters.deadlinesMissed).toBe(2);
});
