import { expect, test } from "vitest";
import { Foreign, READER } from "./foreign-peer.test-support.ts";
import { range, SimulatedNetwork, TestWriter } from "./simulated-network.test-support.ts";
import type { SubmessageBody } from "./wire/message.ts";
import { numberSet } from "./wire/number-set.ts";

/*
 * What a writer does for a reader of another stack whose link loses much: Cyclone DDS speaks only when a heartbeat asks it, wants 256 fragments
 * at a time, and nothing else for 100 ms when they have not all come.
 */
const PACKET_BYTES = 1472;

function setUp() {
  const net = new SimulatedNetwork();
  const engine = net.engine();
  engine.start();
  const writer = new TestWriter(engine, "t", { history: "keep_all" });
  const writerId = writer.writer.entityId;
  const cyclone = new Foreign(net, engine, "subscription");
  let count = 0;
  const ack = (base: number, missing: number[] = []): void =>
    cyclone.send({
      kind: "ACKNACK",
      readerId: READER,
      writerId,
      missing: numberSet(base, missing),
      count: ++count,
      final: true,
    });
  const nackFragments = (sn: number, fragments: number[]): void =>
    cyclone.send({
      kind: "NACK_FRAG",
      readerId: READER,
      writerId,
      sn,
      missing: numberSet(fragments[0]!, fragments),
      count: ++count,
    });
  const isOurs = (submessage: SubmessageBody): boolean => "writerId" in submessage && submessage.writerId === writerId;
  const heard = (kind: SubmessageBody["kind"]): number =>
    cyclone.heard.filter((submessage) => submessage.kind === kind && isOurs(submessage)).length;
  /** What comes within `ms`, by kind. */
  const within = (ms: number, kind: SubmessageBody["kind"]): number => {
    const before = heard(kind);
    net.advance(ms);
    return heard(kind) - before;
  };
  ack(1);
  return { net, writer, cyclone, ack, nackFragments, within };
}

test("a reader that lacks something is reminded ten times a second while its participant is heard, then ever more rarely", () => {
  const { writer, ack, within } = setUp();
  writer.write(1);
  for (let second = 0; second < 20; second++) {
    expect(within(1000, "HEARTBEAT")).toBeGreaterThanOrEqual(8);
    ack(1); // it lives, and has not got it
  }
  within(20_000, "HEARTBEAT");
  expect(within(10_000, "HEARTBEAT")).toBeLessThanOrEqual(6);
});

test("who has everything hears nothing more", () => {
  const { writer, ack, within } = setUp();
  writer.write(1);
  within(1, "HEARTBEAT");
  ack(2);
  expect(within(60_000, "HEARTBEAT")).toBe(0);
});

test("the heartbeat behind a repair is said again soon, until the reader says something", () => {
  const { writer, ack, within } = setUp();
  writer.write(1);
  within(50, "DATA");
  ack(1, [1]);
  // With the sample, and after 15, 45 and 95 ms; a usual reminder may be among them.
  expect(within(99, "HEARTBEAT")).toBeGreaterThanOrEqual(3);
  within(100, "HEARTBEAT");
  ack(1, [1]);
  within(1, "HEARTBEAT");
  ack(2);
  expect(within(99, "HEARTBEAT")).toBe(0);
});

test("repairs go one packet a message, and as often as repairs are lost", () => {
  const { writer, cyclone, ack, nackFragments, within } = setUp();
  writer.write(1, 300_000);
  within(5, "DATA_FRAG");
  const round = (fragments: number[]): number => {
    cyclone.sizes.length = 0;
    nackFragments(1, fragments);
    const sent = within(5, "DATA_FRAG");
    expect(Math.max(...cyclone.sizes)).toBeLessThanOrEqual(PACKET_BYTES);
    return sent;
  };
  const lost = range(1, 11);
  expect(round(lost)).toBe(10);
  // Asked for again: they were lost once more.
  expect(round(lost)).toBe(20);
  expect(round(lost)).toBe(30);
  // They have arrived; others are missing.
  expect(round(range(20, 30))).toBe(20);
  for (let base = 30; base < 110; base += 10) round(range(base, base + 10));
  expect(round(range(110, 120))).toBe(10);
  ack(2);
  expect(writer.writer.allAcknowledged).toBe(true);
});

test("no question is answered by more than half a megabyte", () => {
  const { writer, nackFragments, within } = setUp();
  writer.write(1, 1_000_000);
  within(20, "DATA_FRAG");
  const all = range(1, 257);
  for (let asked = 0; asked < 10; asked++) {
    nackFragments(1, all);
    expect(within(20, "DATA_FRAG") * 1344).toBeLessThanOrEqual(512 << 10);
  }
});
