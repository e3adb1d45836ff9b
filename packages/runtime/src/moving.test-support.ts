import { existsSync } from "node:fs";
import process from "node:process";
import { delos } from "@delos/msgs";
import type { QosOptions, TransportFactory } from "@delos/transport";
import { hostMemory, sharedMemory } from "@delos/transport-shm";
import { expect } from "vitest";
import type { Publisher } from "./publisher.ts";
import { open, type Runtime } from "./runtime.ts";
import type { Subscription } from "./subscription.ts";
import { type Topic, topic } from "./topic.ts";

const reliable: QosOptions = { reliability: "reliable", history: "keep_all" };
export const Count: Topic<delos.Log> = topic("/count", delos.Log, reliable);

export const opened = (...transports: TransportFactory[]): Promise<Runtime> => open({ log: () => {}, transports });

export interface Pair extends AsyncDisposable {
  readonly a: Runtime;
  readonly b: Runtime;
  readonly publisher: Publisher<delos.Log>;
  readonly subscription: Subscription<delos.Log>;
  readonly got: number[];
  readonly events: string[];
  publish(times?: number): void;
  /** The transport of the pair as `topic info` shows it, seen by both sides. */
  ways(): (string | undefined)[];
}

export async function pair(...transports: TransportFactory[]): Promise<Pair> {
  const [a, b] = [await opened(...transports), await opened(...transports)];
  const publisher = a.node("a").publisher(Count);
  const subscription = b.node("b").subscribe(Count);
  const got: number[] = [];
  const events: string[] = [];
  subscription.on(({ message }) => got.push(Number(message.message)));
  for (const end of [publisher, subscription]) {
    end.on("matched", () => void events.push("matched"));
    end.on("unmatched", () => void events.push("unmatched"));
  }
  await expect.poll(() => publisher.matched.length + subscription.matched.length).toBe(2);
  await expect.poll(() => events.length).toBe(2);
  let count = 0;
  return {
    a,
    b,
    publisher,
    subscription,
    got,
    events,
    publish: (times = 1) => {
      for (let i = 0; i < times; i++) publisher.publish({ message: String(++count) });
    },
    ways: () =>
      [a, b].map(({ graph }) => graph.topics.find(({ name }) => name === Count.name)?.connections[0]?.transport),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
      expect(got).toEqual(Array.from({ length: count }, (_, i) => i + 1)); // all, in order, once
      expect(subscription.stats).toMatchObject({ received: count, lost: 0, dropped: 0 });
    },
  };
}

export const servedBy = (end: Publisher<delos.Log> | Subscription<delos.Log>, runtime: Runtime): string[] =>
  runtime.transports.filter((transport) => end.servedBy(transport) > 0).map(({ name }) => name);

/** Publishes all the while, until both ends talk over `way` and over no other. */
export async function publishUntil(pair: Pair, way: string): Promise<void> {
  const { publisher, subscription, a, b } = pair;
  const moved = (): boolean =>
    [servedBy(publisher, a), servedBy(subscription, b)].every((ways) => ways.length === 1 && ways[0] === way);
  for (let turn = 0; !moved(); turn++) {
    if (turn > 20_000) throw new Error(`served by ${[...servedBy(publisher, a), ...servedBy(subscription, b)].join()}`);
    pair.publish(3);
    await new Promise((resolve) => setImmediate(resolve));
  }
  pair.publish(10);
  expect(pair.ways()).toEqual([way, way]);
}

/** The transports over rings that this machine has, by their names. */
export const MEMORIES: [string, (options: { domain: string }) => TransportFactory][] = [["shm", sharedMemory]];
if (process.platform === "linux" && existsSync("/dev/shm")) MEMORIES.push(["shm-host", hostMemory]);

/** A pair that talks over the transport `far` moves to `near` and back, three times, while it publishes. */
export async function expectMovesThereAndBack(far: TransportFactory, near: TransportFactory): Promise<void> {
  const { name } = near.address;
  await using one = await pair(far);
  for (let round = 0; round < 3; round++) {
    await Promise.all([one.a.addTransport(near), one.b.addTransport(near), publishUntil(one, name)]);
    await one.publisher.waitForAcknowledgments();
    // Turn by turn one and the other side takes its transport away first.
    const [first, second] = round % 2 === 0 ? [one.a, one.b] : [one.b, one.a];
    await Promise.all([first.removeTransport(name), publishUntil(one, far.address.name)]);
    await second.removeTransport(name);
  }
  await expect.poll(() => one.got.length).toBe(one.publisher.sequence);
  expect(one.events).toEqual(["matched", "matched"]); // it was one pair all the time
}
