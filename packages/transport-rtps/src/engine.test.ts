import { describe, expect, test } from "vitest";
import { range, SimulatedNetwork, TestReader, TestWriter, type Weather } from "./simulated-network.test-support.ts";
import { READER_LIMITS } from "./writer-proxy.ts";

const KEEP_ALL = { history: "keep_all" } as const;

describe("discovery", () => {
  test("two participants find each other and their endpoints within milliseconds of the first announcement", () => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine()];
    const [writer, reader] = [new TestWriter(a, "t"), new TestReader(b, "t")];
    a.start();
    b.start();
    net.advance(20);
    expect([writer.matched.length, reader.matched.length]).toEqual([1, 1]);
  });

  test("who comes later is found by those who are there at its first announcement, and finds them", () => {
    const net = new SimulatedNetwork();
    const old = range(0, 3).map(() => net.engine());
    for (const engine of old) engine.start();
    const readers = old.map((engine) => new TestReader(engine, "t"));
    net.advance(10_000);
    const late = net.engine();
    const writer = new TestWriter(late, "t");
    late.start();
    net.advance(5); // the next announcement would come after 100 ms
    expect([late.participants.size, writer.matched.length]).toEqual([3, 3]);
    expect(readers.map(({ matched }) => matched.length)).toEqual([1, 1, 1]);
  });

  test("among many that start together each pair needs few messages and says nothing twice", () => {
    const net = new SimulatedNetwork();
    const engines = range(0, 20).map(() => net.engine());
    const readers = engines.map((engine, i) => [0, 1, 2].map((n) => new TestReader(engine, `t${i} ${n}`)));
    expect(readers.flat()).toHaveLength(60);
    for (const engine of engines) engine.start();
    const announcements = 6 * engines.length; // at most
    net.advance(3000);
    for (const engine of engines) {
      const found = [...engine.participants.values()].map((each) => [...each.readers.values()].filter((r) => r.data));
      expect(found.map((each) => each.length)).toEqual(range(0, 19).map(() => 3));
      expect(engine.counters.values["duplicate samples"] ?? 0).toBe(0);
    }
    const pairs = (engines.length * (engines.length - 1)) / 2;
    expect((net.sent - announcements) / pairs).toBeLessThan(5);
  });

  test("who announce themselves and do not answer are greeted a few at a time, each all the same", () => {
    const net = new SimulatedNetwork();
    const old = net.engine();
    old.start();
    net.advance(20_000);
    const greeted: string[] = [];
    net.onSend = (_, from, to) => {
      if (from.address === "10.0.0.1" && to.port === 7410) greeted.push(to.address);
    };
    const silent = (): void => {
      const engine = net.engine();
      engine.start();
      net.settle();
      net.kill(engine);
    };
    for (let i = 0; i < 30; i++) silent();
    net.advance(49);
    expect(greeted).toHaveLength(8);
    net.advance(5000);
    expect(new Set(greeted).size).toBe(30);
    // They do not stand long in the way of one who does.
    for (let i = 0; i < 30; i++) silent();
    const writer = new TestWriter(old, "t");
    const late = net.engine();
    const reader = new TestReader(late, "t");
    late.start();
    net.advance(300);
    expect([reader.matched.length, writer.matched.length]).toEqual([1, 1]);
  });

  test.for([0, 0.3])("participants tell each other of their nodes, with what they change (%f lost)", (loss) => {
    const net = new SimulatedNetwork({ loss }, 3);
    const told: string[] = [];
    const engines = ["a", "b", "c"].map((name) =>
      net.engine({
        listener: { nodesTold: (_, payload) => told.push(`${name} ${new TextDecoder().decode(payload)}`) },
      }),
    );
    for (const [i, engine] of engines.entries()) {
      engine.tellNodes(new TextEncoder().encode(`nodes  ${i}`));
      engine.start();
    }
    net.advance(5000);
    expect(told.sort()).toEqual(["a nodes  1", "a nodes  2", "b nodes  0", "b nodes  2", "c nodes  0", "c nodes  1"]);
    told.length = 0;
    engines[0]!.tellNodes(new TextEncoder().encode("more"));
    net.advance(5000);
    expect(told.sort()).toEqual(["b more", "c more"]);
  });

  test.for([0, 100, 300, 900])(
    "whose first words were all lost meet at the next announcement (%i bytes longer)",
    (length) => {
      const net = new SimulatedNetwork({ loss: 1 });
      const name = "x".repeat(length);
      const [a, b] = [net.engine({ name }), net.engine({ name })];
      const [writer, reader] = [new TestWriter(a, "t"), new TestReader(b, "t")];
      a.start();
      b.start();
      net.advance(2000);
      net.weather = {};
      net.advance(2000);
      expect([writer.matched.length, reader.matched.length]).toEqual([1, 1]);
    },
  );

  test("a goodbye and a lease that ends both take everything away", () => {
    const net = new SimulatedNetwork();
    const [a, b, c] = [net.engine(), net.engine(), net.engine({ leaseMs: 5000 })];
    const reader = new TestReader(a, "t");
    for (const engine of [a, b, c]) engine.start();
    const writers = [new TestWriter(b, "t"), new TestWriter(c, "t")];
    net.advance(100);
    expect([reader.matched.length, ...writers.map(({ matched }) => matched.length)]).toEqual([2, 1, 1]);
    b.close();
    net.advance(10);
    expect(reader.matched).toHaveLength(1);
    net.kill(c);
    net.advance(4800);
    expect(reader.matched).toHaveLength(1);
    net.advance(1000);
    expect(reader.matched).toHaveLength(0);
    expect(a.participants.size).toBe(0);
  });

  test("endpoints that come and go are followed", () => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    net.advance(100);
    const reader = new TestReader(a, "t");
    const writer = new TestWriter(b, "t");
    net.advance(20);
    expect(reader.matched).toHaveLength(1);
    b.removeWriter(writer.local);
    net.advance(20);
    expect(reader.matched).toHaveLength(0);
  });

  test.for([0, 0.3])("a participant whose address changes is followed there (%f of datagrams lost)", (loss) => {
    const net = new SimulatedNetwork();
    const [a, b, c] = [net.engine(), net.engine(), net.engine()];
    for (const engine of [a, b, c]) engine.start();
    const [writer, reader] = [new TestWriter(a, "t", KEEP_ALL), new TestReader(b, "t", KEEP_ALL)];
    const [back, answers] = [new TestWriter(b, "back", KEEP_ALL), new TestReader(c, "back", KEEP_ALL)];
    net.advance(500);
    net.weather = { loss };
    for (let n = 0; n < 5; n++) {
      net.move(b, `10.8.0.${n + 1}`);
      writer.write(n);
      back.write(n);
      net.advance(loss === 0 ? 200 : 15_000);
      expect([reader.received, answers.received]).toEqual([range(0, n + 1), range(0, n + 1)]);
    }
    expect([reader.lost, answers.lost, writer.matched.length, reader.matched.length]).toEqual([0, 0, 1, 1]);
  });

  test.for([0.05, 0.2, 0.3])("at %f loss everybody still finds everybody", (loss) => {
    const net = new SimulatedNetwork({ loss, duplicate: 0.05, reorder: 0.2 }, 7);
    const engines = range(0, 8).map(() => net.engine());
    const readers = engines.map((engine) => new TestReader(engine, "t"));
    const writers = engines.map((engine) => new TestWriter(engine, "t"));
    for (const engine of engines) engine.start();
    net.advance(15_000);
    expect(readers.map(({ matched }) => matched.length)).toEqual(engines.map(() => 8));
    expect(writers.map(({ matched }) => matched.length)).toEqual(engines.map(() => 8));
  });
});

describe("reliability", () => {
  const weathers: [string, Weather][] = [
    ["fair weather", {}],
    ["5 % loss", { loss: 0.05 }],
    ["20 % loss, reordering, duplicates", { loss: 0.2, reorder: 0.3, duplicate: 0.1 }],
    ["30 % loss, reordering, duplicates", { loss: 0.3, reorder: 0.3, duplicate: 0.1 }],
  ];
  test.for(weathers)("%s: every sample from the match on arrives once and in order", ([, weather]) => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    const [writer, reader] = [new TestWriter(a, "t", KEEP_ALL), new TestReader(b, "t", KEEP_ALL)];
    net.advance(200);
    expect([writer.matched.length, reader.matched.length]).toEqual([1, 1]);
    net.weather = weather;
    for (let n = 0; n < 5000; n++) {
      expect(writer.write(n, 100)).not.toBe("dropped");
      if (n % 10 === 0) net.advance(1);
    }
    net.advance(20_000);
    expect(reader.received).toEqual(range(0, 5000));
    expect([reader.lost, writer.writer.allAcknowledged, writer.writer.history.count]).toEqual([0, true, 0]);
  });

  test.for(weathers)("%s: large samples arrive whole by their fragments", ([, weather]) => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    const [writer, reader] = [new TestWriter(a, "t", KEEP_ALL), new TestReader(b, "t", KEEP_ALL)];
    net.advance(200);
    net.weather = weather;
    for (let n = 0; n < 5; n++) writer.write(n, 1_000_000 + n);
    net.advance(120_000);
    expect([reader.received, reader.torn, reader.lost]).toEqual([range(0, 5), 0, 0]);
  });

  test("a sample beyond what a reader takes is lost once, and does not stand in the way of those that follow", () => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine({ messageLimit: () => 60_000 }), net.engine()];
    a.start();
    b.start();
    const [writer, reader] = [new TestWriter(a, "t", KEEP_ALL), new TestReader(b, "t", KEEP_ALL)];
    net.advance(200);
    writer.write(0);
    writer.write(1, READER_LIMITS.sampleBytes + 1);
    writer.write(2, 100_000);
    net.advance(10_000);
    expect([reader.received, reader.lost]).toEqual([[0, 2], 1]);
    expect([writer.writer.allAcknowledged, writer.writer.history.count]).toEqual([true, 0]);
  });

  test("a transient-local reader that comes late gets the last samples, a volatile one nothing", () => {
    const net = new SimulatedNetwork({ loss: 0.2 }, 3);
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    const writer = new TestWriter(a, "t", { durability: "transient_local", depth: 3 });
    for (let n = 0; n < 10; n++) writer.write(n);
    net.advance(5000);
    const late = new TestReader(b, "t", { durability: "transient_local" });
    const lateVolatile = new TestReader(b, "t");
    net.advance(5000);
    writer.write(10);
    net.advance(5000);
    expect(late.received).toEqual([7, 8, 9, 10]);
    expect(lateVolatile.received).toEqual([10]);
    expect([late.lost, lateVolatile.lost]).toEqual([0, 0]);
  });

  test("a dead reader does not hold up the others", () => {
    const net = new SimulatedNetwork();
    const [a, b, c] = [net.engine(), net.engine(), net.engine()];
    for (const engine of [a, b, c]) engine.start();
    const writer = new TestWriter(a, "t", { depth: 10 });
    const reader = new TestReader(b, "t", KEEP_ALL);
    const dead = new TestReader(c, "t", KEEP_ALL);
    net.advance(200);
    expect(dead.matched).toHaveLength(1);
    net.kill(c);
    for (let n = 0; n < 3000; n++) {
      writer.write(n, 10_000);
      net.advance(1);
    }
    net.advance(3000);
    // While the writer still waited for the dead one, keep_last let go of what could not be sent; then all flows.
    expect(reader.received.slice(-1000)).toEqual(range(2000, 3000));
    expect(reader.received.length + writer.writer.dropped).toBeGreaterThanOrEqual(3000);
  });

  test("a reader without room gets the rest when it has some", () => {
    const net = new SimulatedNetwork({ loss: 0.1 }, 5);
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    const [writer, reader] = [new TestWriter(a, "t", KEEP_ALL), new TestReader(b, "t", KEEP_ALL)];
    net.advance(1000);
    reader.room = 5;
    for (let n = 0; n < 50; n++) writer.write(n);
    net.advance(1000);
    expect(reader.received).toEqual(range(0, 5));
    for (let more = 0; more < 9; more++) {
      reader.room = 5;
      reader.reader.resume();
      net.advance(1000);
    }
    expect(reader.received).toEqual(range(0, 50));
  });

  test("eight readers that listen to the group are served by one datagram", () => {
    const net = new SimulatedNetwork();
    const engines = range(0, 9).map(() => net.engine({ multicastData: true }));
    for (const engine of engines) engine.start();
    const writer = new TestWriter(engines[0]!, "t");
    const readers = engines.slice(1).map((engine) => new TestReader(engine, "t", { reliability: "best_effort" }));
    net.advance(1000);
    let datagrams = 0;
    net.onSend = () => void datagrams++;
    writer.write(1);
    net.advance(10);
    expect(readers.map(({ received }) => received)).toEqual(readers.map(() => [1]));
    expect(datagrams).toBe(1);
  });

  test("many samples of one turn share datagrams", () => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    const [writer, reader] = [new TestWriter(a, "t"), new TestReader(b, "t", { reliability: "best_effort" })];
    net.advance(1000);
    let datagrams = 0;
    net.onSend = () => void datagrams++;
    for (let n = 0; n < 200; n++) writer.write(n, 20);
    net.advance(10);
    expect(reader.received).toEqual(range(0, 200));
    expect(datagrams).toBe(1);
  });
});

describe("liveliness", () => {
  test("automatic: asserted by the participant, lost with it", () => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine({ leaseMs: 60_000 })];
    a.start();
    b.start();
    const reader = new TestReader(a, "t", { livelinessLeaseMs: 1000 });
    const writer = new TestWriter(b, "t", { livelinessLeaseMs: 1000 });
    net.advance(10_000);
    expect([reader.matched.length, writer.matched.length, reader.liveliness]).toEqual([1, 1, []]);
    net.kill(b);
    net.advance(1100);
    expect(reader.liveliness).toEqual([false]);
  });

  test("manual by topic: by a heartbeat that says so, or by data", () => {
    const net = new SimulatedNetwork();
    const [a, b] = [net.engine(), net.engine()];
    a.start();
    b.start();
    const qos = { liveliness: "manual_by_topic", livelinessLeaseMs: 100 } as const;
    const reader = new TestReader(a, "t", qos);
    const writer = new TestWriter(b, "t", qos);
    net.advance(80);
    writer.writer.assertLiveliness();
    net.advance(80);
    expect(reader.liveliness).toEqual([]);
    net.advance(60);
    expect(reader.liveliness).toEqual([false]);
    writer.write(1);
    net.advance(10);
    expect(reader.liveliness).toEqual([false, true]);
  });
});
