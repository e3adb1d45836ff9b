import { Session } from "node:inspector/promises";
import type { Clock } from "@delos/core";
import { expect, test } from "vitest";
import type { Engine } from "./engine.ts";
import type { Outgoing } from "./history.ts";
import type { Outlet } from "./outlet.ts";
import { SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import type { Locator } from "./wire/locator.ts";

/*
 * What the protocol makes for a sample and its acknowledgment, from `write` to the datagram and from the datagram to the reader:
 * nothing. The world around it makes nothing either here, so that whatever is counted is the protocol's.
 */
const ROUNDS = 100_000;
const TRIES = 3;
const VIEW_BYTES = 96;

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

/** Time that stands, unless it is moved on by whole milliseconds. */
class StillClock implements Clock {
  ms = 1;
  readonly #alarms = new Set<{ atMs: number; callback: () => void }>();

  nowNs(): bigint {
    return 1_700_000_000_000_000_000n;
  }

  nowMs(): number {
    return 1_700_000_000_000;
  }

  monotonicMs(): number {
    return this.ms;
  }

  alarm(atMs: number, callback: () => void): Disposable {
    const alarm = { atMs, callback };
    this.#alarms.add(alarm);
    return { [Symbol.dispose]: () => void this.#alarms.delete(alarm) };
  }

  tick(): void {
    this.ms++;
    for (const alarm of Array.from(this.#alarms)) {
      if (alarm.atMs <= this.ms && this.#alarms.delete(alarm)) alarm.callback();
    }
  }
}

/** Two hosts. Datagrams lie in memory that is there for each length, and are carried one after the other. */
class Wire {
  readonly clock = new StillClock();
  readonly hosts: { engine: Engine; address: string }[] = [];
  readonly #copies = new Map<number, Uint8Array>();
  readonly #waiting: Uint8Array[] = [];
  readonly #to: number[] = [];
  readonly #deferred: (() => void)[] = [];
  #from = 0;
  #sent = 0;
  #called = 0;
  #defers = 0;
  readonly #froms: Locator[] = [];

  /** One more host, with what it reads datagrams from. */
  readonly outletOf = (host: number): Outlet => ({
    send: (bytes, { address }, done) => {
      const other = 1 - host;
      if (address === this.hosts[host]?.address) return done();
      const key = bytes.length * 2 + other;
      let copy = this.#copies.get(key);
      // What is read later is not written over: while there is discovery, several datagrams wait.
      if (copy === undefined || this.#sent - this.#from > 0) {
        copy = new Uint8Array(bytes.length);
        this.#copies.set(key, copy);
      }
      copy.set(bytes);
      this.#waiting[this.#sent & 1023] = copy;
      this.#to[this.#sent++ & 1023] = other;
      done();
    },
    defer: (_, callback) => void (this.#deferred[this.#defers++ & 1023] = callback),
  });

  settle(): void {
    for (;;) {
      if (this.#called < this.#defers) this.#deferred[this.#called++ & 1023]!();
      else if (this.#from < this.#sent) {
        const at = this.#from++ & 1023;
        const to = this.#to[at]!;
        this.hosts[to]?.engine.receive(this.#waiting[at]!, this.#froms[1 - to]!);
      } else return;
    }
  }

  advance(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.settle();
      this.clock.tick();
    }
    this.settle();
  }

  add(network: SimulatedNetwork): Engine {
    const engine = network.engine({ clock: this.clock, outlet: this.outletOf(this.hosts.length) });
    const address = engine.self.data.defaultUnicast[0]!.address;
    this.hosts.push({ engine, address });
    this.#froms.push({ address, port: 7411 });
    return engine;
  }
}

test("a sample that is written, read, and answered by another makes nothing in the protocol of either side", async () => {
  const wire = new Wire();
  const network = new SimulatedNetwork();
  const [here, there] = [wire.add(network), wire.add(network)];
  const [ping, pong] = [new TestWriter(here, "ping"), new TestWriter(there, "pong")];
  const [atThere, atHere] = [new TestReader(there, "ping"), new TestReader(here, "pong")];
  const payload = new Uint8Array(64);
  const sample: Outgoing = { payload, isKey: false, time: { seconds: 1, fraction: 2 }, inlineQos: undefined };
  let [asked, answered] = [0, 0];
  // The readers' own way to the user makes views of what has arrived: not the protocol's matter.
  atThere.reader.sink.deliver = () => {
    asked++;
    return pong.writer.write(sample) !== "dropped";
  };
  atHere.reader.sink.deliver = () => ++answered > 0;
  here.start();
  there.start();
  wire.advance(1000);
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      ping.writer.write(sample);
      wire.settle();
    }
  };
  rounds(20_000); // compiled by then
  wire.advance(300);
  const before = here.counters.sent + there.counters.sent;
  let bytes = Infinity;
  // Where the machine is busy, the compiler comes late.
  for (let i = 0; i < TRIES; i++) {
    bytes = Math.min(bytes, await allocatedBy(() => rounds(ROUNDS)));
  }
  expect([asked, answered]).toEqual([20_000 + TRIES * ROUNDS, 20_000 + TRIES * ROUNDS]);
  // There and back, with what is acknowledged on the way, and the acknowledgment of the answer.
  expect((here.counters.sent + there.counters.sent - before) / ROUNDS / TRIES).toBeLessThan(4);
  // Two views: who has read a datagram of another length before makes one of the next, and so does a socket's every datagram.
  expect(bytes / ROUNDS).toBeLessThan(2 * VIEW_BYTES + 16);
});
