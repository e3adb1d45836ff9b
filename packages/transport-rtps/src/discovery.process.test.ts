import { afterEach, describe, expect, test, vi } from "vitest";
import { Delos, STRING } from "./delos-under-test.test-support.ts";
import type { RtpsOptions } from "./rtps-transport.ts";

/** How participants find each other, or do not, on real sockets of loopback. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const LOOPBACK = { interfaces: ["127.0.0.1"] } as const;
let domain = 20 + (process.pid % 80);
let open: Delos[] = [];

afterEach(async () => {
  await Promise.all(open.map(({ transport }) => transport[Symbol.asyncDispose]()));
  open = [];
  domain = 20 + ((domain + 1) % 80);
});

async function delos(options: RtpsOptions, name?: string): Promise<Delos> {
  const opened = await Delos.open(domain, { ...LOOPBACK, ...options }, name);
  open.push(opened);
  return opened;
}

const others = ({ transport }: Delos): string[] =>
  [...transport.discovery.participants.values()].map(({ name }) => name).filter((name) => name !== "self");

async function expectTalk(a: Delos, b: Delos): Promise<void> {
  const writer = a.writer("/t", STRING);
  const reader = b.reader("/t", STRING);
  await until(() => expect(writer.inner.matched).toHaveLength(1));
  writer.send({ data: "hello" });
  await until(() => expect(reader.messages).toEqual([{ data: "hello" }]));
}

test("by multicast", async () => {
  await expectTalk(await delos({}), await delos({}));
});

test("by a configured peer, one side alone naming the other, without any multicast", async () => {
  const silent = await delos({ multicast: false });
  await expectTalk(silent, await delos({ multicast: false, peers: ["127.0.0.1"] }));
});

test("by multicast DNS, without 239.255.0.1 and without peers", async () => {
  const [first, second] = [
    await delos({ multicast: false, mdns: true }),
    await delos({ multicast: false, mdns: true }),
  ];
  await expectTalk(first, second);
});

test("multicast DNS keeps domains apart", async () => {
  await delos({ multicast: false, mdns: true, domainTag: "workshop" }, "elsewhere");
  const [first, second] = [
    await delos({ multicast: false, mdns: true }),
    await delos({ multicast: false, mdns: true }),
  ];
  await expectTalk(first, second);
  expect(others(first)).not.toContain("elsewhere");
});

describe("who is kept apart", () => {
  test("another domain tag: neither sees the other, while equals meet", async () => {
    const workshop = await delos({ domainTag: "workshop" }, "workshop");
    const [first, second] = [await delos({}), await delos({})];
    await expectTalk(first, second);
    expect([others(first), others(second)].flat()).not.toContain("workshop");
    expect(others(workshop)).toEqual(["workshop"]);
    await expectTalk(workshop, await delos({ domainTag: "workshop" }));
  });

  test("a participant whose name the filter does not let in", async () => {
    const guarded = await delos({ participantFilter: "car-*" }, "guarded");
    await delos({}, "visitor");
    const car = await delos({}, "car-7");
    await expectTalk(car, guarded);
    await until(() => expect(guarded.counters["unwanted participant"]).toBeGreaterThan(0));
    expect(others(guarded).sort()).toEqual(["car-7", "guarded"]);
  });

  test("a card that is not here is refused by its name; with one that is, its participants meet", async () => {
    await expect(delos({ interfaces: ["no-such-card"] })).rejects.toMatchObject({ code: "RTPS_INTERFACE" });
    const here = await delos({ interfaces: ["127.0.0.1"] }, "here");
    await expectTalk(here, await delos({}));
  });
});
