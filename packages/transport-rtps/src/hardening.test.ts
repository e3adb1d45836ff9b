import { partitionsMeet } from "@delos/transport";
import { beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "./engine.ts";
import { ENGINE_LIMITS } from "./engine-options.ts";
import { schemaOfWire, topicOfWire } from "./names.ts";
import { range, SimulatedNetwork, seeded, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import { readTypeHash } from "./type-hash.ts";
import * as entity from "./wire/entity-id.ts";
import type { Locator } from "./wire/locator.ts";
import { writeLocator } from "./wire/locator.ts";
import { type SubmessageBody, writeMessage } from "./wire/message.ts";
import { numberSet } from "./wire/number-set.ts";
import { PID } from "./wire/parameter-id.ts";
import { ParameterListBuilder, writeString } from "./wire/parameter-list.ts";
import { writeTime } from "./wire/time.ts";

/**
 * What real RTPS stacks were attacked with, thrown at a participant in full operation. Each must end as: dropped and counted, no
 * exception, no growth, the peers unaffected. The numbers are those of the list of bad inputs that the project keeps.
 */
let net: SimulatedNetwork;
let victim: Engine;
let peer: Engine;
let reader: TestReader;
let writer: TestWriter;
let sent: number;
/** Everything that was sent while the two found each other and talked. */
let traffic: Uint8Array[];
const ATTACKER: Locator = { address: "10.9.9.9", port: 7410 };
const PEER: Locator = { address: "10.0.0.2", port: 7411 };

beforeEach(() => {
  net = new SimulatedNetwork();
  [victim, peer] = [net.engine(), net.engine()];
  traffic = [];
  net.onSend = (bytes) => void traffic.push(Uint8Array.from(bytes));
  victim.start();
  peer.start();
  reader = new TestReader(victim, "t", { history: "keep_all" });
  writer = new TestWriter(peer, "t", { history: "keep_all" });
  net.advance(300);
  sent = 0;
  talk();
  writer.write(sent++, 50_000);
  net.advance(300);
  net.onSend = undefined;
  expect(reader.received).toEqual(range(0, sent));
});

/** The peers still talk: nothing lost, nothing twice, nothing out of order. */
function talk(): void {
  for (let i = 0; i < 5; i++) writer.write(sent++);
  net.advance(50);
}

function expectUnharmed(): void {
  talk();
  net.advance(1000);
  talk();
  expect(reader.received).toEqual(range(0, sent));
  expect(victim.counters.values["failed"]).toBeUndefined();
  expect(reader.matched).toHaveLength(1);
  expect(victim.participants.has(peer.prefix)).toBe(true);
}

const refused = (): number => {
  const { "datagrams received": _, "datagrams sent": __, ...reasons } = victim.counters.values;
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
};

/** Sends one message in the name of `prefix`. */
function forge(submessages: SubmessageBody[], prefix = peer.prefix, from = PEER, littleEndian = true): void {
  const all = submessages.map((submessage) => ({ ...submessage, littleEndian }));
  victim.receive(writeMessage({ version: 0x0203, vendor: 0x01de, prefix, submessages: all }), from);
}

/** The same as bytes to be spoiled by `spoil`. */
function forgeBytes(
  submessages: SubmessageBody[],
  spoil: (bytes: Uint8Array, view: DataView) => Uint8Array | void,
): void {
  const all = submessages.map((submessage) => ({ ...submessage, littleEndian: true }));
  const bytes = writeMessage({ version: 0x0203, vendor: 0x01de, prefix: peer.prefix, submessages: all });
  victim.receive(spoil(bytes, new DataView(bytes.buffer)) ?? bytes, PEER);
}

const ids = () => ({ readerId: 0, writerId: writer.local.data.guid.entityId });
const data = (sn: number, more: object = {}): SubmessageBody => ({
  kind: "DATA",
  ...ids(),
  sn,
  inlineQos: undefined,
  payload: new Uint8Array(8),
  isKey: false,
  ...more,
});
const heartbeat = (firstSn: number, lastSn: number, count = 1_000_000): SubmessageBody => ({
  kind: "HEARTBEAT",
  ...ids(),
  firstSn,
  lastSn,
  count,
  final: false,
  liveliness: false,
});
const fragment = (more: object): SubmessageBody => ({
  kind: "DATA_FRAG",
  ...ids(),
  sn: 1000,
  firstFragment: 1,
  fragmentCount: 1,
  fragmentSize: 1000,
  sampleSize: 2000,
  inlineQos: undefined,
  payload: new Uint8Array(1000),
  isKey: false,
  ...more,
});

/** An announcement with any parameters. */
function announcement(
  prefix: string,
  build: (list: ParameterListBuilder) => void = () => {},
  locator: Locator = { address: "10.7.7.7", port: 9 },
): SubmessageBody {
  const list = new ParameterListBuilder()
    .add(PID.PARTICIPANT_GUID, (value) => {
      value.raw(Uint8Array.from(Buffer.from(prefix, "hex")));
      value.uint32be(entity.PARTICIPANT);
    })
    .add(PID.BUILTIN_ENDPOINT_SET, (value) => value.uint32(entity.BUILTIN_ENDPOINTS))
    .add(PID.METATRAFFIC_UNICAST_LOCATOR, (value) => writeLocator(value, locator))
    .add(PID.DEFAULT_UNICAST_LOCATOR, (value) => writeLocator(value, locator));
  build(list);
  return discovery(entity.SPDP_WRITER, 1, list.finish());
}

const discovery = (writerId: number, sn: number, list: Uint8Array, encapsulation = 3): SubmessageBody => {
  const payload = new Uint8Array(4 + list.length);
  payload[1] = encapsulation;
  payload.set(list, 4);
  return { kind: "DATA", readerId: 0, writerId, sn, inlineQos: undefined, payload, isKey: false };
};

const prefixOf = (n: number): string => `0199${n.toString(16).padStart(20, "0")}`;

describe("1: cut anywhere", () => {
  test("every datagram that we send, at every length", () => {
    for (const bytes of traffic) {
      for (let length = 0; length < bytes.length; length += bytes.length > 2000 ? 41 : 1) {
        victim.receive(bytes.subarray(0, length), ATTACKER);
      }
    }
    expect(victim.counters.values["malformed"]).toBeGreaterThan(100);
    expectUnharmed();
  });
});

describe("2: headers", () => {
  test.for([
    [0, 0x53],
    [4, 1],
    [4, 3],
  ])("byte %i as %i makes it no message for us", ([at, byte]) => {
    const before = victim.counters.values["malformed"] ?? 0;
    forgeBytes([data(sent + 1)], (bytes) => void (bytes[at!] = byte!));
    expect(victim.counters.values["malformed"]).toBe(before + 1);
    expectUnharmed();
  });
});

describe("3 to 6: lengths, flags, parameter lists", () => {
  const spoils: [string, (bytes: Uint8Array, view: DataView) => Uint8Array | void][] = [
    ["too short for the kind", (_, view) => view.setUint16(22, 12, true)],
    ["beyond the datagram", (_, view) => view.setUint16(22, 2000, true)],
    ["65535", (_, view) => view.setUint16(22, 65_535, true)],
    ["octetsToInlineQos out of range", (_, view) => view.setUint16(26, 60_000, true)],
    ["octetsToInlineQos too small", (_, view) => view.setUint16(26, 3, true)],
    ["inline QoS that is none", (bytes) => void (bytes[21] = bytes[21]! | 2)],
    ["data and key at once", (bytes) => void (bytes[21] = bytes[21]! | 8)],
    ["the other byte order", (bytes) => void (bytes[21] = bytes[21]! ^ 1)],
    ["sequence number 0", (bytes) => void bytes.fill(0, 36, 44)],
    ["sequence number 2⁶³ − 1", (bytes) => void bytes.fill(0xff, 36, 44)],
  ];
  test.for(spoils)("DATA with %s", ([, spoil]) => {
    const before = refused();
    forgeBytes([data(sent + 1)], spoil);
    expect(refused()).toBe(before + 1);
    expectUnharmed();
  });

  test("a parameter whose length is no multiple of 4, or longer than what is left", () => {
    for (const length of [3, 60_000]) {
      const before = refused();
      const value = new Uint8Array(8);
      const list = { littleEndian: true, parameters: [{ pid: PID.KEY_HASH, value }] };
      forgeBytes([data(sent + 1, { inlineQos: list })], (_, view) => view.setUint16(46, length, true));
      expect(refused()).toBe(before + 1);
    }
    expectUnharmed();
  });

  test("a parameter that must be understood and is not", () => {
    forge([announcement(prefixOf(1), (list) => list.add(0x4abc, (value) => value.uint32(1)))], prefixOf(1), ATTACKER);
    expect(victim.participants.has(prefixOf(1))).toBe(false);
    expectUnharmed();
  });
});

describe("7: sets", () => {
  test.for([257, 2 ** 31, 2 ** 32 - 1])("of %i bits", (numBits) => {
    const before = refused();
    forgeBytes([{ kind: "GAP", ...ids(), start: 1, irrelevant: { base: 2, numBits: 32, words: [1] } }], (_, view) =>
      view.setUint32(48, numBits, true),
    );
    expect(refused()).toBe(before + 1);
    expectUnharmed();
  });

  test("with fewer words than bits, or from 0", () => {
    const before = refused();
    forgeBytes(
      [{ kind: "ACKNACK", ...ids(), missing: { base: 1, numBits: 32, words: [1] }, count: 1, final: false }],
      (_, view) => view.setUint32(40, 256, true),
    );
    forge([{ kind: "ACKNACK", ...ids(), missing: numberSet(0, [0, 1]), count: 1, final: false }]);
    expect(refused()).toBe(before + 2);
    expectUnharmed();
  });
});

describe("8 and 9: numbers far away", () => {
  test("a GAP over 2⁵² numbers ahead costs one range and skips nothing that is there", () => {
    const far = sent + 100_000;
    forge([{ kind: "GAP", ...ids(), start: far, irrelevant: numberSet(2 ** 52, []) }]);
    expectUnharmed();
  });

  test("a HEARTBEAT that ends before it begins, or begins at 0", () => {
    for (const [first, last] of [
      [10, 5],
      [0, 5],
    ] as const) {
      const before = refused();
      forge([heartbeat(first, last)]);
      expect(refused()).toBe(before + 1);
    }
    expectUnharmed();
  });

  test("one HEARTBEAT with an enormous last causes no walk and no flood of requests", () => {
    let datagrams = 0;
    net.onSend = () => void datagrams++;
    forge([heartbeat(1, 2 ** 52)]);
    net.advance(20);
    expect(datagrams).toBeLessThan(10);
    net.advance(600);
    expectUnharmed();
  });

  test("one HEARTBEAT that jumps far ahead does not throw away what a live writer sends", () => {
    forge([heartbeat(1_000_000, 1_000_010)]);
    net.advance(600);
    expectUnharmed();
    expect(reader.lost).toBe(0);
  });
});

describe("10: acknowledgments", () => {
  test("for what was never written, and from readers that nobody knows", () => {
    const own = new TestWriter(victim, "u");
    const theirs = new TestReader(peer, "u");
    net.advance(100);
    const readerId = theirs.local.data.guid.entityId;
    const writerId = own.local.data.guid.entityId;
    forge([
      { kind: "ACKNACK", readerId, writerId, missing: numberSet(5000, [5000, 5001]), count: 1 << 20, final: false },
    ]);
    forge([{ kind: "ACKNACK", readerId: 0x99904, writerId, missing: numberSet(1, [1]), count: 1, final: false }]);
    forge([{ kind: "NACK_FRAG", readerId, writerId, sn: 77, missing: numberSet(1, [1, 2]), count: 1 }]);
    expect(victim.counters.values).toMatchObject({
      "acknack beyond the last sample": 1,
      "acknack of an unknown reader": 1,
    });
    net.advance(600);
    own.write(1);
    net.advance(100);
    expect(theirs.received).toEqual([1]);
    expectUnharmed();
  });
});

describe("11: fragments", () => {
  test.for([
    { fragmentSize: 0 },
    { firstFragment: 0 },
    { fragmentCount: 0 },
    { sampleSize: 0 },
    { firstFragment: 3 },
    { fragmentCount: 9 },
    { payload: new Uint8Array(996) },
    { sampleSize: 2 ** 32 - 1, firstFragment: 2 ** 32 - 1 },
  ])("of impossible dimensions: %o", (more) => {
    const before = refused();
    forge([fragment(more)]);
    expect(refused()).toBe(before + 1);
    expectUnharmed();
  });

  test("of samples that change their size, overlap, or are larger than anybody allows", () => {
    forge([fragment({ sn: sent + 10 }), fragment({ sn: sent + 10, sampleSize: 3000 }), fragment({ sn: sent + 10 })]);
    forge([fragment({ sn: sent + 11, sampleSize: 2 ** 31 })]);
    expect(victim.counters.values["fragments of changed dimensions"]).toBe(1);
    expect(victim.counters.values["fragments of too large a sample"]).toBe(1);
    expectUnharmed();
  });

  test("of thousands of samples that are never completed stay within their bounds", () => {
    for (let sn = 100; sn < 3000; sn++) forge([fragment({ sn, sampleSize: 60_000_000 })]);
    expect(victim.counters.values["fragments without room"]).toBeGreaterThan(2000);
    expectUnharmed();
  });
});

describe("12 to 15, 18, 20, 21: announcements", () => {
  const bad: [string, (list: ParameterListBuilder) => void][] = [
    ["a name longer than its parameter", (list) => list.add(PID.ENTITY_NAME, (value) => value.uint32(1000))],
    [
      "a name without its NUL",
      (list) => list.add(PID.ENTITY_NAME, (value) => (value.uint32(4), value.uint32(0x61616161))),
    ],
    ["2³² − 1 properties", (list) => list.add(PID.PROPERTY_LIST, (value) => value.uint32(0xffff_ffff))],
    ["2³² − 1 bytes of user data", (list) => list.add(PID.USER_DATA, (value) => value.uint32(0xffff_ffff))],
    [
      "a lease of nothing",
      (list) => list.add(PID.PARTICIPANT_LEASE_DURATION, (v) => writeTime(v, { seconds: 0, fraction: 0 })),
    ],
    [
      "a negative lease",
      (list) => list.add(PID.PARTICIPANT_LEASE_DURATION, (v) => writeTime(v, { seconds: -5, fraction: 9 })),
    ],
    ["another domain", (list) => list.add(PID.DOMAIN_ID, (value) => value.uint32(9))],
    ["another domain's tag", (list) => list.add(PID.DOMAIN_TAG, (value) => writeString(value, "elsewhere"))],
  ];
  test.for(bad)("with %s are refused", ([, build]) => {
    const before = refused();
    forge([announcement(prefixOf(2), build)], prefixOf(2), ATTACKER);
    expect(refused()).toBe(before + 1);
    expect(victim.participants.has(prefixOf(2))).toBe(false);
    expectUnharmed();
  });

  test("with an infinite lease end some day all the same", () => {
    const forever = (list: ParameterListBuilder): unknown =>
      list.add(PID.PARTICIPANT_LEASE_DURATION, (value) =>
        writeTime(value, { seconds: 0x7fff_ffff, fraction: 0xffff_ffff }),
      );
    forge([announcement(prefixOf(3), forever)], prefixOf(3), ATTACKER);
    expect(victim.participants.get(prefixOf(3))!.data.leaseMs).toBeLessThan(Infinity);
  });

  test("in an unknown encapsulation", () => {
    const list = new ParameterListBuilder().finish();
    for (const encapsulation of [0, 9, 0x77]) {
      const before = refused();
      forge([discovery(entity.SPDP_WRITER, 1, list, encapsulation)], prefixOf(4), ATTACKER);
      expect(refused()).toBe(before + 1);
    }
    expectUnharmed();
  });

  test("with locators of which none can be used, and with thousands", () => {
    const places: Locator[] = [
      { address: "239.255.0.1", port: 7400 },
      { address: "255.255.255.255", port: 7400 },
      { address: "0.0.0.0", port: 7400 },
      { address: "127.0.0.1", port: 7400 },
    ];
    let datagrams = 0;
    net.onSend = (_, __, to) => {
      if (places.some(({ address }) => address === to.address && address !== "239.255.0.1")) datagrams++;
    };
    for (const [i, place] of places.entries()) {
      forge([announcement(prefixOf(100 + i), () => {}, place)], prefixOf(100 + i), ATTACKER);
    }
    const many = (list: ParameterListBuilder): void => {
      for (let i = 0; i < 2000; i++) {
        list.add(PID.METATRAFFIC_UNICAST_LOCATOR, (value) => writeLocator(value, { address: "10.1.1.1", port: 7 + i }));
      }
    };
    forge([announcement(prefixOf(200), many)], prefixOf(200), ATTACKER);
    expect(victim.participants.get(prefixOf(200))!.data.metatrafficUnicast).toHaveLength(16);
    net.advance(2000);
    expect(datagrams).toBe(0);
    expectUnharmed();
  });

  test("of unknown kinds, and of ports that there are not: their locators are passed over", () => {
    const places: [kind: number, port: number][] = [
      [16, 7411],
      [2, 7411],
      [-1, 0],
      [0x7fff_ffff, 7411],
      [1, 0],
      [1, 65_536],
      [1, 0xffff_ffff],
    ];
    const build = (list: ParameterListBuilder): void => {
      for (const [kind, port] of places) {
        list.add(PID.METATRAFFIC_UNICAST_LOCATOR, (value) => {
          value.int32(kind);
          value.uint32(port);
          value.zeros(12);
          value.raw(Uint8Array.of(10, 6, 6, 6));
        });
      }
    };
    forge([announcement(prefixOf(300), build)], prefixOf(300), ATTACKER);
    expect(victim.participants.get(prefixOf(300))!.data.metatrafficUnicast).toEqual([{ address: "10.7.7.7", port: 9 }]);
    expectUnharmed();
  });

  test("of endpoints with empty, huge and treacherous names", () => {
    const before = victim.participants.get(peer.prefix)!.writers.size;
    for (const [i, name] of ["", "x".repeat(65_000), "__proto__", "constructor", "../../etc/passwd"].entries()) {
      const list = new ParameterListBuilder()
        .add(PID.ENDPOINT_GUID, (value) => {
          value.raw(Uint8Array.from(Buffer.from(peer.prefix, "hex")));
          value.uint32be(0x7700_0003 + (i << 8));
        })
        .add(PID.TOPIC_NAME, (value) => writeString(value, name))
        .add(PID.TYPE_NAME, (value) => writeString(value, "T"))
        .finish();
      forge([discovery(entity.PUBLICATIONS_WRITER, 2 + i, list)]);
    }
    expect(victim.participants.get(peer.prefix)!.writers.size).toBe(before + 3);
    expect(Object.prototype).not.toHaveProperty("writers");
    expectUnharmed();
  });

  test("of endpoints in another's name", () => {
    const before = victim.counters.values["announcement of another's GUID"] ?? 0;
    const list = new ParameterListBuilder()
      .add(PID.ENDPOINT_GUID, (value) => {
        value.raw(Uint8Array.from(Buffer.from(prefixOf(5), "hex")));
        value.uint32be(0x0000_0103);
      })
      .finish();
    forge([discovery(entity.PUBLICATIONS_WRITER, 2, list)]);
    expect(victim.counters.values["announcement of another's GUID"]).toBe(before + 1);
    expectUnharmed();
  });
});

/** An endpoint of the peer that is announced with any parameters, on our reader's topic. */
function announceEndpoint(entityId: number, build: (list: ParameterListBuilder) => void, sn: number): void {
  const list = new ParameterListBuilder()
    .add(PID.ENDPOINT_GUID, (value) => {
      value.raw(Uint8Array.from(Buffer.from(peer.prefix, "hex")));
      value.uint32be(entityId);
    })
    .add(PID.TOPIC_NAME, (value) => writeString(value, "t"))
    .add(PID.TYPE_NAME, (value) => writeString(value, "T"));
  build(list);
  forge([discovery(entity.PUBLICATIONS_WRITER, sn, list.finish())]);
}

describe("2, 3, 7, 9: at the edge of what is allowed", () => {
  test("a vendor that nobody knows is heard", () => {
    const prefix = prefixOf(50);
    const submessages = [{ ...announcement(prefix), littleEndian: true }];
    victim.receive(writeMessage({ version: 0x0204, vendor: 0x7777, prefix, submessages }), ATTACKER);
    expect(victim.participants.get(prefix)?.data.vendor).toBe(0x7777);
    expectUnharmed();
  });

  test("octetsToNextHeader of 0 means the rest of the datagram, and so nothing can follow", () => {
    const before = refused();
    // The HEARTBEAT says 0: what stands behind it is its body, not a second submessage.
    forgeBytes([heartbeat(1, sent), heartbeat(1, sent, 1_000_001)], (_, view) => view.setUint16(22, 0, true));
    expect(refused()).toBe(before);
    expectUnharmed();
  });

  test.for([0, 1, 256])("a set of %i bits is read", (numBits) => {
    const words = Array.from({ length: Math.ceil(numBits / 32) }, () => 0);
    const before = refused();
    forge([{ kind: "GAP", ...ids(), start: sent + 1, irrelevant: { base: sent + 1, numBits, words } }]);
    expect(refused()).toBe(before);
    expectUnharmed();
  });

  test("a set whose numbers end beyond 2⁶³ is refused", () => {
    const before = refused();
    forgeBytes(
      [{ kind: "GAP", ...ids(), start: 1, irrelevant: { base: 2, numBits: 32, words: [1] } }],
      (bytes) => void bytes.fill(0xff, 40, 48),
    );
    expect(refused()).toBe(before + 1);
    expectUnharmed();
  });

  test("heartbeats whose count goes back say nothing new", () => {
    forge([heartbeat(1, sent, 50)]);
    for (const count of [49, 48, 1, -5]) forge([heartbeat(1, sent + 1000, count)]);
    let asked = 0;
    net.onSend = () => void asked++;
    net.advance(5);
    expect(asked).toBeLessThan(4);
    net.advance(1000);
    net.onSend = undefined;
    expectUnharmed();
  });
});

describe("12 to 14, 26: texts and lists of endpoints and participants", () => {
  const lists: [string, (list: ParameterListBuilder) => void][] = [
    ["2³² − 1 partitions", (list) => list.add(PID.PARTITION, (value) => value.uint32(0xffff_ffff))],
    ["2³² − 1 data representations", (list) => list.add(PID.DATA_REPRESENTATION, (value) => value.uint32(0xffff_ffff))],
    ["2³² − 1 bytes of user data", (list) => list.add(PID.USER_DATA, (value) => value.uint32(0xffff_ffff))],
    [
      "a partition of 60 000 characters",
      (list) =>
        list.add(PID.PARTITION, (value) => {
          value.uint32(1);
          writeString(value, "*a".repeat(30_000));
        }),
    ],
    ["a kind of durability that there is not", (list) => list.add(PID.DURABILITY, (value) => value.uint32(77))],
    ["a presentation of no scope", (list) => list.add(PID.PRESENTATION, (v) => (v.uint32(9), v.uint32(0)))],
  ];
  test.for(lists)("an endpoint with %s is refused", ([, build]) => {
    const before = refused();
    announceEndpoint(0x7703, build, 2);
    net.advance(1);
    expect(refused()).toBeGreaterThan(before);
    expect(reader.matched).toHaveLength(1);
    expectUnharmed();
  });

  test("a name without letters, with a NUL inside or with bytes that are no UTF-8 is a name like any other", () => {
    const raw = (bytes: number[]) => (list: ParameterListBuilder) =>
      list.add(PID.ENTITY_NAME, (value) => {
        value.uint32(bytes.length);
        value.raw(Uint8Array.from(bytes));
      });
    for (const [i, bytes] of [[0], [0x61, 0, 0x62, 0], [0xff, 0xfe, 0]].entries()) {
      forge([announcement(prefixOf(60 + i), raw(bytes))], prefixOf(60 + i), ATTACKER);
    }
    expect(victim.counters.values["failed"]).toBeUndefined();
    expectUnharmed();
  });

  test("ten thousand properties: a few are kept", () => {
    const many = (list: ParameterListBuilder): unknown =>
      list.add(PID.PROPERTY_LIST, (value) => {
        value.uint32(4000);
        for (let i = 0; i < 4000; i++) {
          writeString(value, `p${i}`);
          writeString(value, "");
        }
      });
    forge([announcement(prefixOf(70), many)], prefixOf(70), ATTACKER);
    expect(victim.participants.get(prefixOf(70))?.data.properties.size ?? 0).toBeLessThanOrEqual(256);
    expectUnharmed();
  });

  // Item 26. Nothing that comes from the network is compiled to an expression; what is compared goes forward only.
  test("patterns that make others try for ever end after as many steps as they have characters", () => {
    const pattern = "*a".repeat(1000);
    expect(partitionsMeet([`${pattern}b`], ["a".repeat(2000)])).toBe(false);
    expect(partitionsMeet([`${"[a-z]*".repeat(500)}!`], ["z".repeat(2000)])).toBe(false);
    expect(readTypeHash(new TextEncoder().encode("typehash=RIHS01_".repeat(10_000)))).toBeUndefined();
    expect(topicOfWire(`rt/${"/".repeat(60_000)}`, "auto")).toHaveLength(60_001);
    expect(schemaOfWire(`${"a::msg::dds_::".repeat(4000)}b_`)?.name).toContain("a::msg");
  });
});

describe("16: reflection", () => {
  test("an address that has not answered gets no more bytes than were sent in its name", () => {
    const target: Locator = { address: "10.200.0.1", port: 53 };
    let reflected = 0;
    let forged = 0;
    net.onSend = (bytes, _, to) => {
      if (to.address === target.address) reflected += bytes.length;
    };
    for (let i = 0; i < 20; i++) {
      const prefix = prefixOf(300);
      const submessages = [{ ...announcement(prefix, () => {}, target), littleEndian: true }];
      const bytes = writeMessage({ version: 0x0203, vendor: 0x01de, prefix, submessages });
      forged += bytes.length;
      victim.receive(bytes, ATTACKER);
      net.advance(200);
    }
    net.advance(10_000);
    expect(reflected).toBeGreaterThan(0);
    expect(reflected).toBeLessThanOrEqual(forged);
    expect(victim.counters.values["withheld from an address that has not answered"]).toBeGreaterThan(0);
  });
});

describe("17: a flood of participants that do not exist", () => {
  test("pushes out only itself", () => {
    for (let i = 0; i < 5000; i++) forge([announcement(prefixOf(1000 + i))], prefixOf(1000 + i), ATTACKER);
    expect(victim.participants.size).toBeLessThanOrEqual(ENGINE_LIMITS.unverified + 1);
    expectUnharmed();
    const late = net.engine();
    late.start();
    const other = new TestReader(late, "t");
    net.advance(1000);
    expect([other.matched.length, victim.participants.has(late.prefix)]).toEqual([1, true]);
  });
});

describe("19: in another's name", () => {
  test("a goodbye from an address that the participant never spoke from is ignored", () => {
    const list = new ParameterListBuilder().add(PID.STATUS_INFO, (value) => value.uint32be(3)).finish();
    const goodbye: SubmessageBody = {
      kind: "DATA",
      readerId: 0,
      writerId: entity.SPDP_WRITER,
      sn: 9,
      inlineQos: { littleEndian: true, parameters: [{ pid: PID.STATUS_INFO, value: list.subarray(4, 8) }] },
      payload: undefined,
      isKey: false,
    };
    forge([goodbye], peer.prefix, ATTACKER);
    expect(victim.counters.values["goodbye from another address"]).toBe(1);
    expectUnharmed();
  });

  test("an announcement from another address does not move a participant", () => {
    forge([announcement(peer.prefix)], peer.prefix, ATTACKER);
    expect(victim.counters.values["announcement from another address"]).toBe(1);
    expect(victim.participants.get(peer.prefix)!.metatraffic!.locator.address).toBe(PEER.address);
    expectUnharmed();
  });
});

test("a hundred thousand mutated datagrams leave no exception and no harm", () => {
  const random = seeded(20_260_701);
  const pick = (n: number): number => Math.floor(random() * n);
  for (let i = 0; i < 100_000; i++) {
    const original = traffic[pick(traffic.length)]!;
    const bytes = Uint8Array.from(original.subarray(0, random() < 0.2 ? pick(original.length) : original.length));
    for (let k = 1 + pick(6); k > 0 && bytes.length > 0; k--) {
      // Not the prefix: what is not known is dropped unread.
      const at = random() < 0.05 ? pick(bytes.length) : 20 + pick(Math.max(1, bytes.length - 20));
      if (at < bytes.length) bytes[at] = random() < 0.3 ? [0, 1, 0x7f, 0x80, 0xff][pick(5)]! : pick(256);
    }
    victim.receive(bytes, PEER);
    if (i % 1000 === 0) net.settle();
  }
  expect(victim.counters.values["failed"]).toBeUndefined();
  expect(victim.counters.values["malformed"]).toBeGreaterThan(1000);
  expect(victim.participants.size).toBeLessThanOrEqual(ENGINE_LIMITS.participants);
});
