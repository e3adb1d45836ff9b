import { expect, test } from "vitest";
import { Foreign } from "./foreign-peer.test-support.ts";
import { SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";

test("a writer says nothing to a reader of its own participant that does not listen to it", () => {
  const net = new SimulatedNetwork();
  const [here, there] = [net.engine(), net.engine()];
  const own = new TestReader(here, "t");
  here.removeReader(own.local);
  here.addReader({ ...own.local, ignoresOwn: true, accepts: (remote) => remote.participant !== here.self });
  const [writer, other] = [new TestWriter(here, "t"), new TestWriter(there, "t")];
  const reader = new TestReader(there, "t");
  here.start();
  there.start();
  net.advance(2000);
  expect([writer.matched.length, reader.matched.length, own.matched.length]).toEqual([1, 2, 1]);
  writer.write(1);
  other.write(2);
  net.advance(1000);
  expect([reader.received, own.received]).toEqual([[1, 2], [2]]);
  // Announcements alone: of two participants, every 3 s.
  net.sent = 0;
  net.advance(60_000);
  expect(net.sent).toBeLessThanOrEqual(42);
});

test("a reader that never answers, though its participant is there, is left in peace after ten seconds", () => {
  const net = new SimulatedNetwork();
  const engine = net.engine();
  engine.start();
  const writer = new TestWriter(engine, "t", { history: "keep_all" });
  const mute = new Foreign(net, engine, "subscription");
  const heartbeats = (): number =>
    mute.heard.filter((each) => each.kind === "HEARTBEAT" && each.writerId === writer.writer.entityId).length;
  const live = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 1000) {
      mute.send(); // the participant lives
      net.advance(1000);
    }
  };
  live(10_000);
  expect(heartbeats()).toBeGreaterThan(60);
  live(3000);
  const before = heartbeats();
  live(60_000);
  expect(heartbeats() - before).toBeLessThanOrEqual(32);
  expect(heartbeats() - before).toBeGreaterThan(20);
});
