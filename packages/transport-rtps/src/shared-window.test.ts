import { expect, test } from "vitest";
import { range, SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import { WRITER_TIMING } from "./stateful-writer.ts";

const QOS = { history: "keep_all" } as const;

/** Bytes that so many writers of one participant send before a reader's participant, which has gone silent, answers. */
function unanswered(writers: number): number {
  const net = new SimulatedNetwork();
  const [here, there] = [net.engine(), net.engine()];
  here.start();
  there.start();
  const publications = range(0, writers).map((n) => {
    void new TestReader(there, `topic ${n}`, QOS);
    return new TestWriter(here, `topic ${n}`, QOS);
  });
  net.advance(1000);
  for (const writer of publications) writer.write(0);
  net.advance(200);
  net.kill(there);
  const before = net.sentBytes;
  for (let i = 1; i <= 3000; i++) for (const writer of publications) writer.write(i, 1000);
  net.advance(50);
  return net.sentBytes - before;
}

test("writers share what a receiver's buffer holds, however many they are", () => {
  const one = unanswered(1);
  expect(one).toBeGreaterThan(WRITER_TIMING.windowBytes * 0.8);
  expect(one).toBeLessThan(WRITER_TIMING.windowBytes * 1.2);
  const eight = unanswered(8);
  expect(eight).toBeGreaterThan(WRITER_TIMING.windowBytes * 0.5);
  expect(eight).toBeLessThan(WRITER_TIMING.windowBytes * 1.5);
});

test("who has been answered takes no share", () => {
  const net = new SimulatedNetwork();
  const [here, there] = [net.engine(), net.engine()];
  here.start();
  there.start();
  const readers = range(0, 8).map((n) => new TestReader(there, `topic ${n}`, QOS));
  const writers = range(0, 8).map((n) => new TestWriter(here, `topic ${n}`, QOS));
  net.advance(1000);
  for (const writer of writers) writer.write(0);
  net.advance(200);
  expect(readers.map(({ received }) => received)).toEqual(readers.map(() => [0]));
  net.kill(there);
  const before = net.sentBytes;
  for (let i = 1; i <= 3000; i++) writers[3]!.write(i, 1000);
  net.advance(50);
  expect(net.sentBytes - before).toBeGreaterThan(WRITER_TIMING.windowBytes * 0.8);
});
