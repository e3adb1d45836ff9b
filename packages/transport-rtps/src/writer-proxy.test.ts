import { expect, test } from "vitest";
import { Foreign, WRITER } from "./foreign-peer.test-support.ts";
import { range, SimulatedNetwork, TestReader } from "./simulated-network.test-support.ts";
import type { SubmessageBody } from "./wire/message.ts";
import { numberSet } from "./wire/number-set.ts";

const setUp = () => {
  const net = new SimulatedNetwork();
  const engine = net.engine();
  engine.start();
  const reader = new TestReader(engine, "t", { history: "keep_all" });
  const foreign = new Foreign(net, engine, "publication");
  const readerId = reader.reader.entityId;
  let count = 0;
  const about = { readerId, writerId: WRITER } as const;
  const heartbeat = (firstSn: number, lastSn: number): SubmessageBody => {
    return { kind: "HEARTBEAT", ...about, firstSn, lastSn, count: ++count, final: true, liveliness: false };
  };
  const data = (sn: number): SubmessageBody => {
    const payload = Uint8Array.of(0, 0, sn >> 8, sn);
    return { kind: "DATA", ...about, sn, inlineQos: undefined, payload, isKey: false };
  };
  /** `from` up to `to` are irrelevant. */
  const gap = (from: number, to: number): SubmessageBody => {
    return { kind: "GAP", ...about, start: from, irrelevant: numberSet(to + 1, []) };
  };
  return { net, engine, reader, foreign, heartbeat, data, gap };
};

test("what has arrived before its writer declares it irrelevant is delivered, and nothing of it stays", () => {
  const { engine, reader, foreign, heartbeat, data, gap } = setUp();
  foreign.send(heartbeat(1, 0));
  // More than may be held behind a hole: what a gap left behind would be in the way of what follows.
  const rounds = 3000;
  for (let first = 1; first <= 5 * rounds; first += 5) {
    foreign.send(data(first), data(first + 3), data(first + 2), gap(first + 1, first + 4));
  }
  expect(reader.received).toEqual(range(0, rounds).flatMap((round) => [1, 3, 4].map((n) => 5 * round + n)));
  expect([reader.lost, engine.counters.values["samples too far ahead"]]).toEqual([0, undefined]);
});
