import { beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "./engine.ts";
import type { Incoming } from "./incoming.ts";
import { SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import { readMessage, type SubmessageBody, writeMessage } from "./wire/message.ts";
import { numberSet } from "./wire/number-set.ts";
import { DURATION_INFINITE, type RtpsTime } from "./wire/time.ts";

/**
 * DDSI-RTPS 2.5 clause by clause: what a receiver makes of submessages that the peers at hand never send, thrown at a participant that has matched
 * a writer.
 */
let net: SimulatedNetwork;
let us: Engine;
let them: Engine;
let reader: TestReader;
let writerId: number;
/** Source times of what was delivered. */
let times: (RtpsTime | undefined)[];

beforeEach(() => {
  net = new SimulatedNetwork();
  [us, them] = [net.engine(), net.engine()];
  us.start();
  them.start();
  reader = new TestReader(us, "t", { history: "keep_all" });
  times = [];
  const { sink } = reader.reader;
  const deliver = sink.deliver.bind(sink);
  sink.deliver = (remote, sample: Incoming) => {
    times.push(sample.time);
    return deliver(remote, sample);
  };
  const writer = new TestWriter(them, "t");
  writerId = writer.local.data.guid.entityId;
  net.advance(300);
});

const bytesOf = (submessages: readonly SubmessageBody[], littleEndian = true, prefix = them.prefix): Uint8Array =>
  writeMessage({
    version: 0x0203,
    vendor: 0x01de,
    prefix,
    submessages: submessages.map((submessage) => ({ ...submessage, littleEndian })),
  });
const receive = (bytes: Uint8Array): void => us.receive(bytes, { address: "10.0.0.2", port: 7411 });
/** Sample number `sn`, which says so. */
const data = (sn: number): SubmessageBody => {
  const payload = new Uint8Array(8).fill(sn & 0xff, 4);
  new DataView(payload.buffer).setUint32(0, sn);
  return { kind: "DATA", readerId: 0, writerId, sn, inlineQos: undefined, payload, isKey: false };
};
const at = (seconds: number): SubmessageBody => ({ kind: "INFO_TS", time: { seconds, fraction: 5 } });
const source = (prefix: string): SubmessageBody => ({ kind: "INFO_SRC", version: 0x0203, vendor: 0x01de, prefix });
const destination = (prefix: string): SubmessageBody => ({ kind: "INFO_DST", prefix });
const gap = (start: number, base: number, numbers: number[], more = {}): SubmessageBody => ({
  kind: "GAP",
  readerId: 0,
  writerId,
  start,
  irrelevant: numberSet(base, numbers),
  ...more,
});
const other = (id: number, bytes: number, flags = 0): SubmessageBody => ({
  kind: "OTHER",
  id,
  flags,
  bytes: new Uint8Array(bytes),
});

describe.for([true, false])("little endian: %s", (littleEndian) => {
  test("§8.3.8.9, §8.3.8.10: a time holds until the next one, and does not outlive its source", () => {
    receive(
      bytesOf(
        [
          data(1),
          at(100),
          data(2),
          data(3),
          { kind: "INFO_TS", time: undefined },
          data(4),
          at(200),
          source(them.prefix),
          data(5),
          { kind: "INFO_TS", time: { seconds: -1, fraction: 0xffff_ffff } },
          data(6),
        ],
        littleEndian,
      ),
    );
    expect(reader.received).toEqual([1, 2, 3, 4, 5, 6]);
    const hundred = { seconds: 100, fraction: 5 };
    expect(times).toEqual([undefined, hundred, hundred, undefined, undefined, undefined]);
  });

  test("§8.3.8.8: INFO_DST for others shuts out, for us and for all it lets in again", () => {
    const [all, stranger] = ["00".repeat(12), "77".repeat(12)];
    receive(
      bytesOf(
        [destination(stranger), data(1), destination(us.prefix), data(1), destination(all), data(2)],
        littleEndian,
      ),
    );
    expect(reader.received).toEqual([1, 2]);
    receive(bytesOf([data(3), destination(stranger), data(4)], littleEndian));
    receive(bytesOf([data(4)], littleEndian));
    expect(reader.received).toEqual([1, 2, 3, 4]);
  });

  test("§8.3.8.10: what another source has sent counts for that one", () => {
    receive(bytesOf([source("77".repeat(12)), data(1), source(them.prefix), data(1)], littleEndian));
    receive(bytesOf([source(them.prefix), data(2)], littleEndian, "77".repeat(12)));
    expect(reader.received).toEqual([1, 2]);
  });

  test("§8.3.3.2.3: PAD, vendors' own and INFO_REPLY are passed over, wherever they stand and whatever their flags", () => {
    const reply: SubmessageBody = { kind: "INFO_REPLY", unicast: [new Uint8Array(24)], multicast: [] };
    receive(bytesOf([other(0x01, 0), data(1), other(0x01, 8), other(0x83, 12, 0xfe), data(2)], littleEndian));
    receive(bytesOf([reply, data(3), other(0x0d, 12), other(0x20, 4), data(4), other(0xff, 0)], littleEndian));
    expect(reader.received).toEqual([1, 2, 3, 4]);
    expect(us.counters.values["malformed"]).toBeUndefined();
  });

  test("§9.4.5.1.3: a last submessage of length 0 reaches to the end", () => {
    const bytes = bytesOf([data(1), data(2)], littleEndian);
    const last = bytesOf([data(1)], littleEndian).length;
    bytes[last + 2] = 0;
    bytes[last + 3] = 0;
    receive(bytes);
    expect(reader.received).toEqual([1, 2]);
  });

  test("§9.4.5.4: octetsToInlineQos of a later version steps over what it has added", () => {
    const plain = bytesOf([data(1)], littleEndian);
    const at = 20 + 4 + 20;
    const longer = new Uint8Array(plain.length + 8);
    longer.set(plain.subarray(0, at));
    longer.set(plain.subarray(at), at + 8);
    const view = new DataView(longer.buffer);
    view.setUint16(22, view.getUint16(22, littleEndian) + 8, littleEndian);
    view.setUint16(26, 24, littleEndian);
    receive(longer);
    expect(reader.received).toEqual([1]);
  });

  test("§8.3.8.4: a GAP of group information and a filtered count; one whose list begins before its start", () => {
    receive(
      bytesOf([gap(1, 3, [4], { more: { flags: 0x06, bytes: new Uint8Array(28) } }), data(3), data(5)], littleEndian),
    );
    expect(reader.received).toEqual([3, 5]);
    receive(bytesOf([gap(7, 6, [6]), data(7)], littleEndian));
    expect(reader.received).toEqual([3, 5, 7]);
  });

  test("§8.3.8.6: a HEARTBEAT of group information counts as any other", () => {
    receive(bytesOf([data(1), data(3)], littleEndian));
    const heartbeat = { kind: "HEARTBEAT", readerId: 0, writerId, firstSn: 1, lastSn: 3, count: 100 } as const;
    const more = { flags: 0x08, bytes: new Uint8Array(32) };
    receive(bytesOf([{ ...heartbeat, final: true, liveliness: false, more }], littleEndian));
    net.advance(1);
    receive(bytesOf([{ ...heartbeat, firstSn: 3, count: 101, final: true, liveliness: false, more }], littleEndian));
    expect(reader.received).toEqual([1, 3]);
    expect(reader.lost).toBe(1);
  });

  test("what is said beyond comes back byte for byte", () => {
    const more = { flags: 0x08, bytes: new Uint8Array(32).fill(7) };
    const heartbeat = {
      kind: "HEARTBEAT",
      readerId: 0,
      writerId,
      firstSn: 1,
      lastSn: 2,
      count: 3,
      final: true,
    } as const;
    const bytes = bytesOf(
      [
        { ...heartbeat, liveliness: true, more },
        gap(2, 3, [5], { more: { flags: 0x04, bytes: new Uint8Array(8).fill(9) } }),
        { ...data(1), more: { flags: 0x10, bytes: new Uint8Array(0) } } as SubmessageBody,
      ],
      littleEndian,
    );
    expect(writeMessage(readMessage(bytes))).toEqual(bytes);
  });
});

test.for([2 ** 32 - 2, 2 ** 53 - 10])("sequence numbers beyond %i", (first) => {
  const late = new TestReader(us, "late", { history: "keep_all", reliability: "best_effort" });
  const writer = new TestWriter(them, "late");
  net.advance(300);
  writerId = writer.local.data.guid.entityId;
  for (let i = 0; i < 5; i++) receive(bytesOf([{ ...data(i), sn: first + i } as SubmessageBody]));
  expect(late.received).toEqual([0, 1, 2, 3, 4]);
  expect(late.lost).toBe(0);
});

test("a time without end is no time of a sample", () => {
  receive(bytesOf([{ kind: "INFO_TS", time: DURATION_INFINITE }, data(1)]));
  expect(reader.received).toEqual([1]);
});

test("several fragments in one submessage, in any order, the last one shorter; repeated ones do no harm", () => {
  const whole = new Uint8Array(10_500).fill(1);
  new DataView(whole.buffer).setUint32(0, 1);
  const fragments = (first: number, count: number): SubmessageBody => ({
    kind: "DATA_FRAG",
    readerId: 0,
    writerId,
    sn: 1,
    firstFragment: first,
    fragmentCount: count,
    fragmentSize: 1000,
    sampleSize: whole.length,
    inlineQos: undefined,
    isKey: false,
    payload: whole.subarray((first - 1) * 1000, (first + count - 1) * 1000),
  });
  receive(bytesOf([fragments(8, 4), fragments(1, 3)]));
  receive(bytesOf([fragments(2, 2), fragments(11, 1), fragments(4, 4)], false));
  expect(reader.received).toEqual([1]);
  expect(reader.torn).toBe(0);
});
