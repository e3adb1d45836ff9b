import { SimulatedClock } from "@delos/core";
import { completeQos, type Qos, type QosOptions, qosMismatches } from "@delos/transport";
import type { EndpointData } from "./endpoint-data.ts";
import { Engine } from "./engine.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Incoming } from "./incoming.ts";
import type { LocalReader, LocalWriter } from "./local-endpoint.ts";
import type { Outlet } from "./outlet.ts";
import type { RemoteReader, RemoteWriter } from "./remote.ts";
import { StatefulReader } from "./stateful-reader.ts";
import { StatefulWriter } from "./stateful-writer.ts";
import { isMulticast, type Locator } from "./wire/locator.ts";

/** A reproducible source of chance: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export interface Weather {
  /** Share of datagrams lost, repeated, and held back so that later ones overtake them. */
  loss?: number;
  duplicate?: number;
  reorder?: number;
}

const START_NS = 1_700_000_000_000_000_000n;

/** Engines on one simulated clock and one network with weather; everything happens inside `advance`. */
export class SimulatedNetwork {
  readonly clock = new SimulatedClock(START_NS);
  weather: Weather;
  sent = 0;
  sentBytes = 0;
  /** Sees every datagram that is sent. */
  onSend: ((bytes: Uint8Array, from: Locator, to: Locator) => void) | undefined;
  readonly #random: () => number;
  readonly #engines = new Map<string, Engine>();
  /** Where each sends from. */
  readonly #homes = new Map<Engine, { address: string; port: number }>();
  #hosts = 0;
  #deferred: (() => void)[] = [];

  constructor(weather: Weather = {}, seed = 1) {
    this.weather = weather;
    this.#random = seeded(seed);
  }

  engine(options: Partial<EngineOptions> & { leaseMs?: number; multicastData?: boolean; name?: string } = {}): Engine {
    const address = `10.0.${this.#hosts >> 8}.${(this.#hosts & 255) + 1}`;
    this.#hosts++;
    const unicast: Locator = { address, port: 7410 };
    const user = { address, port: 7411 };
    const group: Locator = { address: "239.255.0.1", port: 7400 };
    const prefix = Array.from({ length: 12 }, (_, i) =>
      i === 0 ? 1 : i === 1 ? 0xde : Math.floor(this.#random() * 256),
    )
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    const engine = new Engine({
      clock: this.clock,
      outlet: this.#outletOf(user),
      prefix,
      announcement: {
        domain: 0,
        domainTag: "",
        name: options.name ?? address,
        leaseMs: options.leaseMs ?? 20_000,
        metatrafficUnicast: [unicast],
        metatrafficMulticast: [group],
        defaultUnicast: [user],
        defaultMulticast: options.multicastData === true ? [{ address: "239.255.0.1", port: 7401 }] : [],
        userData: new Uint8Array(0),
        properties: new Map(),
      },
      announceTo: [group],
      announceMs: 3000,
      self: user,
      isLocal: () => false,
      isNear: () => true,
      messageLimit: () => 14_000,
      packetLimit: () => 1472,
      ...options,
    });
    this.#engines.set(address, engine);
    this.#homes.set(engine, user);
    return engine;
  }

  /** The engine is cut off without a word, as by a power failure. */
  kill(engine: Engine): void {
    for (const [address, known] of this.#engines) if (known === engine) this.#engines.delete(address);
  }

  /** The engine's card gets another address, which its participant notices. */
  move(engine: Engine, address: string): void {
    this.kill(engine);
    this.#engines.set(address, engine);
    this.#homes.get(engine)!.address = address;
    engine.update({ metatrafficUnicast: [{ address, port: 7410 }], defaultUnicast: [{ address, port: 7411 }] });
  }

  advance(ms: number): void {
    this.settle();
    const endNs = this.clock.nowNs() + BigInt(Math.round(ms * 1e6));
    for (;;) {
      const next = this.clock.nextAlarmMs;
      if (next === undefined) break;
      const dueNs = START_NS + BigInt(Math.ceil(next * 1e6));
      if (dueNs > endNs) break;
      this.clock.advanceTo(dueNs);
      this.settle();
    }
    this.clock.advanceTo(endNs);
    this.settle();
  }

  settle(): void {
    while (this.#deferred.length > 0) {
      const deferred = this.#deferred;
      this.#deferred = [];
      for (const callback of deferred) callback();
    }
  }

  #outletOf(from: Locator): Outlet {
    return {
      send: (bytes, to, done) => {
        if (!this.#engines.has(from.address)) return;
        this.sent++;
        this.sentBytes += bytes.length;
        this.onSend?.(bytes, from, to);
        const copies = this.#random() < (this.weather.duplicate ?? 0) ? 2 : 1;
        for (let i = 0; i < copies; i++) this.#carry(Uint8Array.from(bytes), from, to);
        done();
      },
      defer: (when, callback) => {
        if (when !== "loop") this.#deferred.push(callback);
        else this.clock.alarm(this.clock.monotonicMs() + 0.02, callback);
      },
    };
  }

  #carry(bytes: Uint8Array, from: Locator, to: Locator): void {
    for (const [address, engine] of this.#engines) {
      const reaches = isMulticast(to.address) ? true : to.address === address;
      if (!reaches || this.#random() < (this.weather.loss ?? 0)) continue;
      const late = this.#random() < (this.weather.reorder ?? 0) ? 5 * this.#random() : 0;
      this.clock.alarm(this.clock.monotonicMs() + 0.1 + late, () => {
        if (this.#engines.get(address) === engine) engine.receive(bytes, from);
      });
    }
  }
}

/** What an endpoint announces that has nothing special about it. */
export const plainEndpointData = (of: Pick<EndpointData, "guid" | "kind" | "topic" | "qos">): EndpointData => ({
  ...of,
  type: "T",
  unicast: [],
  multicast: [],
  representations: [0],
  expectsInlineQos: false,
  userData: new Uint8Array(0),
  schema: undefined,
  node: "",
});

let entities = 0;

function dataOf(engine: Engine, kind: EndpointData["kind"], topic: string, qos: Qos): EndpointData {
  const entityId = ((++entities << 8) | (kind === "publication" ? 3 : 4)) >>> 0;
  return plainEndpointData({ guid: { prefix: engine.prefix, entityId }, kind, topic, qos });
}

/** A writer of one engine that matches by QoS alone. */
export class TestWriter {
  readonly writer: StatefulWriter;
  readonly matched: RemoteReader[] = [];
  readonly local: LocalWriter;
  /** Whether this protocol serves its pairs. */
  served = true;

  constructor(engine: Engine, topic: string, qos: QosOptions = {}) {
    const data = dataOf(engine, "publication", topic, completeQos(qos));
    this.writer = new StatefulWriter(
      data.guid.entityId,
      { ...data.qos, maxSamples: data.qos.resourceLimits.maxSamples },
      engine,
    );
    this.local = {
      data,
      writer: this.writer,
      accepts: (remote) => this.served && qosMismatches(data.qos, remote.data!.qos).length === 0,
      matched: (remote) => void this.matched.push(remote),
      unmatched: (remote) => void this.matched.splice(this.matched.indexOf(remote), 1),
    };
    engine.addWriter(this.local);
  }

  write(n: number, size = 4): "sent" | "queued" | "dropped" {
    const payload = new Uint8Array(Math.max(4, size)).fill(n & 0xff);
    new DataView(payload.buffer).setUint32(0, n);
    const time = { seconds: 1_700_000_000 + (n >> 8), fraction: n & 255 };
    return this.writer.write({ payload, isKey: false, time, inlineQos: undefined });
  }
}

/** A reader that records the numbers it got, each payload checked to be whole. */
export class TestReader {
  readonly reader: StatefulReader;
  readonly received: number[] = [];
  readonly matched: RemoteWriter[] = [];
  readonly liveliness: boolean[] = [];
  readonly local: LocalReader;
  lost = 0;
  torn = 0;
  served = true;
  /** Samples it takes before it has no room. */
  room = Infinity;

  constructor(engine: Engine, topic: string, qos: QosOptions = {}) {
    const data = dataOf(engine, "subscription", topic, completeQos(qos));
    const sink = {
      deliver: (_: RemoteWriter, sample: Incoming): boolean => this.#deliver(sample),
      lost: (count: number): void => void (this.lost += count),
    };
    const [reliable, transientLocal] = [data.qos.reliability === "reliable", data.qos.durability !== "volatile"];
    this.reader = new StatefulReader(data.guid.entityId, { reliable, transientLocal }, sink, engine);
    this.local = {
      data,
      reader: this.reader,
      accepts: (remote) => this.served && qosMismatches(remote.data!.qos, data.qos).length === 0,
      carries: () => this.served,
      matched: (remote) => void this.matched.push(remote),
      unmatched: (remote) => void this.matched.splice(this.matched.indexOf(remote), 1),
      liveliness: (_, alive) => void this.liveliness.push(alive),
    };
    engine.addReader(this.local);
  }

  #deliver({ payload }: Incoming): boolean {
    if (this.room-- <= 0) return false;
    const bytes = payload!;
    const n = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    for (let i = 4; i < bytes.length; i += 97) if (bytes[i] !== (n & 0xff)) this.torn++;
    this.received.push(n);
    return true;
  }
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
