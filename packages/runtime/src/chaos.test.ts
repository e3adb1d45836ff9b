import { SimulatedClock } from "@delos/core";
import { delos } from "@delos/msgs";
import { inProcess, type QosOptions } from "@delos/transport";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Node } from "./node.ts";
import type { Publisher } from "./publisher.ts";
import { open, type Runtime } from "./runtime.ts";
import type { Subscription } from "./subscription.ts";
import { service, topic } from "./topic.ts";

const TOPICS = [0, 1, 2].map((i) => topic(`/t${i}`, delos.Log));
const Echo = service("/echo", delos.Log, delos.Log, { depth: 3 });

const pick = fc.nat(1000);
const qos: fc.Arbitrary<QosOptions> = fc.record(
  {
    reliability: fc.constantFrom("best_effort", "reliable"),
    durability: fc.constantFrom("volatile", "transient_local"),
    history: fc.constantFrom("keep_last", "keep_all"),
    depth: fc.integer({ min: 1, max: 4 }),
    resourceLimits: fc.record({
      maxSamples: fc.integer({ min: 1, max: 3 }),
      maxInstances: fc.constant(1),
      maxSamplesPerInstance: fc.constant(1),
    }),
    deadlineMs: fc.constantFrom(5, 50),
    lifespanMs: fc.constantFrom(1, 20),
    ownership: fc.constantFrom("shared", "exclusive"),
  },
  { requiredKeys: [] },
);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("publisher" as const), pick, qos }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("subscribe" as const), pick, qos }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("publish" as const), pick, qos: fc.constant({}) }) },
  ...(["stream", "every", "serve", "call", "fuse", "close", "closeNode", "advance", "nest"] as const).map((name) => ({
    weight: name === "advance" || name === "nest" ? 3 : 1,
    arbitrary: fc.record({ do: fc.constant(name), pick, qos: fc.constant({}) }),
  })),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Two runtimes on one bus, and whatever the steps make of them: from outside, and from within callbacks and ticks. */
class World {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly runtimes: Runtime[] = [];
  readonly nodes: Node[] = [];
  readonly publishers: Publisher<delos.Log>[] = [];
  readonly subscriptions: Subscription<delos.Log>[] = [];
  readonly closers: (() => unknown)[] = [];
  readonly calls: Promise<unknown>[] = [];
  #names = 0;
  #nested: Step[] = [];

  async start(): Promise<this> {
    const bus = inProcess();
    for (const name of ["a", "b"]) {
      this.runtimes.push(await open({ name, log: () => {}, clock: this.clock, transports: [bus] }));
    }
    for (let i = 0; i < 3; i++) this.#newNode(i);
    return this;
  }

  run({ do: what, pick, qos }: Step): void {
    const node = this.nodes[pick % this.nodes.length]!;
    const at = TOPICS[pick % TOPICS.length]!;
    switch (what) {
      case "publisher":
        this.publishers.push(this.#own(node.publisher(at, qos)));
        break;
      case "subscribe": {
        const subscription = this.#own(node.subscribe(at, qos));
        subscription.on(() => this.#runNested());
        this.subscriptions.push(subscription);
        break;
      }
      case "publish": {
        const publisher = this.publishers[pick % this.publishers.length];
        if (publisher !== undefined && !publisher.closed) publisher.publish({ message: String(pick) });
        break;
      }
      case "stream":
        this.subscriptions[pick % this.subscriptions.length]?.stream({ queue: 1 + (pick % 3) });
        break;
      case "every":
        this.#own(node.every(1 + (pick % 9), () => this.#runNested()));
        break;
      case "serve":
        this.#own(node.serve(Echo, pick % 2 === 0 ? (q) => q : async (q) => q, { concurrency: 1 }));
        break;
      case "call":
        this.calls.push(
          node.call(Echo, { message: "?" }, { timeoutMs: 1 + (pick % 20) }).catch((error: unknown) => ({ error })),
        );
        break;
      case "fuse": {
        const policy =
          pick % 2 === 0 ? ({ kind: "latest" } as const) : ({ kind: "approximateTime", queue: 2 } as const);
        this.#own(node.fuse([TOPICS[0]!, TOPICS[1]!], () => this.#runNested(), policy));
        break;
      }
      case "close":
        this.closers[pick % this.closers.length]?.();
        break;
      case "closeNode":
        void node[Symbol.asyncDispose]();
        this.nodes.splice(this.nodes.indexOf(node), 1);
        this.#newNode(pick);
        break;
      case "advance":
        this.clock.advance(pick % 12);
        break;
      case "nest":
        break;
    }
  }

  /** The next callbacks run one of these each. */
  nest(steps: readonly Step[]): void {
    // The clock belongs to the outside: its alarms do not fire from within what they set off.
    this.#nested = steps.filter((each) => each.do !== "advance");
  }

  #runNested(): void {
    const next = this.#nested.shift();
    if (next !== undefined) this.run(next);
  }

  #newNode(pick: number): void {
    this.nodes.push(this.runtimes[pick % 2]!.node(`n${this.#names++}`));
  }

  #own<C extends object>(one: C): C {
    const close = (Reflect.get(one, Symbol.asyncDispose) ?? Reflect.get(one, Symbol.dispose)) as () => unknown;
    this.closers.push(() => Reflect.apply(close, one, []) as unknown);
    return one;
  }
}

test("whatever is opened, published and closed, wherever from: nothing throws, all is counted, nothing is left", async () => {
  const program = fc.array(fc.tuple(step, fc.array(step, { maxLength: 6 })), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(program, async (steps) => {
      const world = await new World().start();
      for (const [outer, inner] of steps) {
        world.nest(inner);
        world.run(outer);
        for (const subscription of world.subscriptions) {
          const { received, dropped, queueDepth } = subscription.stats;
          expect(dropped).toBeLessThanOrEqual(received * 8); // the queue's, and those of its streams
          if (!subscription.closed) expect(queueDepth).toBeLessThanOrEqual(200);
        }
      }
      for (const runtime of world.runtimes) await runtime.settled();
      world.clock.advance(50); // the time-outs of all calls
      for (const outcome of await Promise.all(world.calls)) {
        const codes = ["TIMEOUT", "CLOSED", "SERVICE_LOST", "SERVICE_BUSY"];
        expect(outcome).toSatisfy(
          (o: { error?: { code: string } }) => o.error === undefined || codes.includes(o.error.code),
        );
      }
      expect(world.runtimes.map((runtime) => [runtime.errors, runtime.executor.waiting])).toEqual([
        [0, 0],
        [0, 0],
      ]);
      const [a, b] = world.runtimes as [Runtime, Runtime];
      await a[Symbol.asyncDispose]();
      expect(b.graph.nodes.filter((node) => node.participant.id === a.participant.id)).toEqual([]);
      await b[Symbol.asyncDispose]();
      const { discovery } = a.transports[0]!;
      expect([discovery.participants.size, discovery.nodes.size, discovery.endpoints.size]).toEqual([0, 0, 0]);
      expect(world.clock.nextAlarmMs).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
