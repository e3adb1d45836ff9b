import type { QosOptions } from "@delos/transport";
import { describe, expect, test } from "vitest";
import { Foreign, READER, WRITER } from "./foreign-peer.test-support.ts";
import { range, SimulatedNetwork, seeded, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import type { SubmessageBody } from "./wire/message.ts";
import { membersOf, numberSet } from "./wire/number-set.ts";

/*
 * Where the stream of a volatile reader begins (§8.4.9.1.3: with what is written after the match), when the other side is a
 * Cyclone DDS and datagrams get lost just then. It does as that stack's 0.10 does in its captures and sources:
 *
 * - a reader asks before it has heard anything (base 1, count 0, not final), drops all data until the first heartbeat, and begins
 *   after what that one announces;
 * - a writer answers such a question with a heartbeat, which announces a sample from the moment in which it is written, before
 *   anything of it is sent.
 */
describe("a writer of ours and a reader of Cyclone DDS", () => {
  const setUp = (qos: QosOptions = {}) => {
    const net = new SimulatedNetwork();
    const engine = net.engine();
    engine.start();
    const writer = new TestWriter(engine, "t", { history: "keep_all", ...qos });
    const writerId = writer.writer.entityId;
    const ack = (base: number, missing: number[], count: number, final: boolean): SubmessageBody => ({
      kind: "ACKNACK",
      readerId: READER,
      writerId,
      missing: numberSet(base, missing),
      count,
      final,
    });
    return { net, engine, writer, writerId, ack };
  };
  const heardOf = ({ writer }: { writer: TestWriter }): boolean =>
    [...writer.writer.proxies.values()].every((proxy) => proxy.heard);

  test("a reader that asks for its first heartbeat has not heard one yet: samples wait for its answer", () => {
    const world = setUp();
    const { net, engine, writer, writerId, ack } = world;
    for (let n = 1; n <= 3; n++) writer.write(n); // before the match: none of its business
    const cyclone = new Foreign(net, engine, "subscription");
    cyclone.send(ack(1, [], 0, false));
    expect(heardOf(world)).toBe(false);
    for (let n = 4; n <= 6; n++) writer.write(n);
    net.advance(1000);
    expect(cyclone.last("DATA", writerId)).toBeUndefined();
    // Whichever of the heartbeats is the first to arrive, its stream begins with sample 4, and an answer is wanted.
    const told = cyclone.heard.flatMap((s) => (s.kind === "HEARTBEAT" && s.writerId === writerId ? [s] : []));
    expect(told.length).toBeGreaterThan(3);
    expect(new Set(told.map(({ firstSn, lastSn, final }) => `${firstSn} ${lastSn} ${final}`))).toEqual(
      new Set(["4 3 false"]),
    );
    cyclone.send(ack(4, [], 1, true));
    net.advance(1);
    expect(heardOf(world)).toBe(true);
    const samples = cyclone.heard.flatMap((s) => (s.kind === "DATA" && s.writerId === writerId ? [s.sn] : []));
    expect(samples).toEqual([4, 5, 6]);
    expect(cyclone.last("HEARTBEAT", writerId)).toMatchObject({ firstSn: 4, lastSn: 6, final: false });
    writer.write(7);
    net.advance(1);
    expect(cyclone.last("DATA", writerId)?.sn).toBe(7);
  });

  test("an answer to the heartbeat of an empty writer is one, though it acknowledges nothing either", () => {
    const world = setUp();
    const cyclone = new Foreign(world.net, world.engine, "subscription");
    expect(cyclone.last("HEARTBEAT", world.writerId)).toMatchObject({ firstSn: 1, lastSn: 0, final: false });
    cyclone.send(world.ack(1, [], 1, true));
    expect(heardOf(world)).toBe(true);
  });

  test("one that never says final is heard in the end", () => {
    const world = setUp();
    const cyclone = new Foreign(world.net, world.engine, "subscription");
    for (let count = 1; count <= 10; count++) cyclone.send(world.ack(1, [], count, false));
    expect(heardOf(world)).toBe(false);
    cyclone.send(world.ack(1, [], 11, false));
    expect(heardOf(world)).toBe(true);
  });

  test.for(range(1, 41))(
    "nothing is missing when 40 of 100 datagrams are lost from the match on: chance %i",
    (seed) => {
      const { net, engine, writer, writerId, ack } = setUp();
      writer.write(0);
      const cyclone = new Foreign(net, engine, "subscription");
      const random = seeded(seed);
      const lost = (): boolean => random() < 0.4;
      let [next, count] = [0, 0];
      const held = new Set<number>();
      const received: number[] = [];
      const answer = (base: number, missing: number[]): void => {
        const reply = ack(base, missing, ++count, true);
        if (!lost()) net.clock.alarm(net.clock.monotonicMs() + 0.2, () => cyclone.send(reply));
      };
      cyclone.onSubmessage = (submessage) => {
        if (!("writerId" in submessage) || submessage.writerId !== writerId || lost()) return;
        if (submessage.kind === "HEARTBEAT") {
          const { lastSn, final } = submessage;
          if (next === 0) next = lastSn + 1;
          const missing = range(next, Math.min(lastSn, next + 255) + 1).filter((sn) => !held.has(sn));
          if (missing.length > 0 || !final) answer(missing[0] ?? Math.max(next, lastSn + 1), missing);
        } else if (submessage.kind === "DATA" && next > 0 && submessage.sn >= next) {
          held.add(submessage.sn);
          while (held.delete(next)) received.push(next++);
        }
      };
      const ask = (): void => {
        if (next > 0) return;
        if (!lost()) cyclone.send(ack(1, [], 0, false));
        net.clock.alarm(net.clock.monotonicMs() + 100, ask);
      };
      ask();
      for (let n = 1; n <= 30; n++) {
        writer.write(n);
        net.advance(3);
      }
      net.advance(60_000);
      expect(received).toEqual(range(2, 32));
      expect(writer.writer.allAcknowledged).toBe(true);
    },
  );
});

describe("a reader of ours and a writer of Cyclone DDS", () => {
  const setUp = (durability: "volatile" | "transient_local" = "volatile") => {
    const net = new SimulatedNetwork();
    const engine = net.engine();
    engine.start();
    const reader = new TestReader(engine, "t", { history: "keep_all" });
    const cyclone = new Foreign(net, engine, "publication", { durability, history: "keep_all" });
    let count = 0;
    const heartbeat = (firstSn: number, lastSn: number): SubmessageBody => ({
      kind: "HEARTBEAT",
      readerId: 0,
      writerId: WRITER,
      firstSn,
      lastSn,
      count: ++count,
      final: false,
      liveliness: false,
    });
    const data = (n: number): SubmessageBody => {
      const payload = new Uint8Array(4);
      new DataView(payload.buffer).setUint32(0, n);
      return { kind: "DATA", readerId: 0, writerId: WRITER, sn: n, inlineQos: undefined, payload, isKey: false };
    };
    const requested = (): number[] => [...membersOf(cyclone.last("ACKNACK", WRITER)!.missing)];
    return { net, reader, cyclone, heartbeat, data, requested };
  };

  test("the heartbeat that announces the first sample overtakes it: it is asked for", () => {
    const { net, reader, cyclone, heartbeat, data, requested } = setUp();
    cyclone.send(heartbeat(1, 1));
    net.advance(1);
    expect(requested()).toEqual([1]);
    cyclone.send(data(1));
    expect([reader.received, reader.lost]).toEqual([[1], 0]);
  });

  test("the first sample is lost and the second arrives: the first is asked for", () => {
    const { net, reader, cyclone, heartbeat, data, requested } = setUp();
    cyclone.send(data(2));
    net.advance(5);
    expect(reader.received).toEqual([]); // until it is known what comes before
    cyclone.send(heartbeat(1, 2));
    net.advance(1);
    expect(requested()).toEqual([1]);
    cyclone.send(data(1));
    expect([reader.received, reader.lost]).toEqual([[1, 2], 0]);
  });

  test("it asks until it is told where the stream begins", () => {
    const { net, cyclone, data } = setUp();
    cyclone.send(data(1));
    const before = cyclone.heard.filter((s) => s.kind === "ACKNACK" && s.writerId === WRITER).length;
    net.advance(2000);
    const asked = cyclone.heard.flatMap((s) => (s.kind === "ACKNACK" && s.writerId === WRITER ? [s] : []));
    expect(asked.length).toBeGreaterThan(before);
    expect(asked.every(({ missing, final }) => missing.base === 1 && missing.numBits === 0 && !final)).toBe(true);
  });

  test("a writer in the middle of its work is joined where it is", () => {
    const { reader, cyclone, heartbeat, data } = setUp();
    cyclone.send(heartbeat(41, 40));
    cyclone.send(data(41), heartbeat(41, 41));
    expect([reader.received, reader.lost]).toEqual([[41], 0]);
  });

  test("of a writer that keeps a history only what comes newly is taken", () => {
    const { net, reader, cyclone, heartbeat, data, requested } = setUp("transient_local");
    cyclone.send(data(11));
    cyclone.send(heartbeat(1, 12));
    net.advance(1);
    expect(requested()).toEqual([12]);
    cyclone.send(data(12));
    expect([reader.received, reader.lost]).toEqual([[11, 12], 0]);
  });
});
