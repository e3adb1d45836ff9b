import { createSocket } from "node:dgram";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { announce, browse, type FoundService, type MdnsLink, openMdns } from "./index.ts";

/** Two programs of one host on a port that nobody else uses: real sockets, on loopback alone. */
let port = 20_000 + (process.pid % 10_000);
let [here, there]: MdnsLink[] = [];
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

beforeEach(async () => {
  port++;
  [here, there] = await Promise.all([0, 1].map(() => openMdns({ interfaces: ["127.0.0.1"], port })));
});
afterEach(() => Promise.all([here!, there!].map((link) => link[Symbol.asyncDispose]())));

const page = { name: "Delos on car 7", type: "_delos._tcp", port: 8888, txt: { path: "/", tls: "no" } };

test("what one announces the other finds, with its facts, and loses when it is taken back", async () => {
  const lost: FoundService[] = [];
  using seen = browse(there!, "_delos._tcp", { lost: (service) => void lost.push(service) });
  const announcement = await announce(here!, page);
  await until(() => expect(seen.services).toMatchObject([{ ...page, addresses: ["127.0.0.1"] }]));
  await announcement[Symbol.asyncDispose]();
  await until(() => expect(lost).toMatchObject([{ name: page.name }]));
  expect(seen.services).toEqual([]);
});

test("who looks later asks, and is answered", async () => {
  await using _announcement = await announce(here!, page);
  using seen = browse(there!, "_delos._tcp");
  await until(() => expect(seen.services).toHaveLength(1));
});

test("two of one name: the second takes another, and both are found", async () => {
  await using _first = await announce(here!, page);
  await using second = await announce(there!, { ...page, port: 9999 });
  expect(second.name).toBe("Delos on car 7 (2)");
  using seen = browse(here!, "_delos._tcp");
  await until(() =>
    expect(Object.fromEntries(seen.services.map(({ name, port: at }) => [name, at]))).toEqual({
      "Delos on car 7": 8888,
      "Delos on car 7 (2)": 9999,
    }),
  );
});

test("the farewell arrives although the link is closed right after it", async () => {
  using seen = browse(there!, "_delos._tcp");
  const brief = await openMdns({ port, interfaces: ["127.0.0.1"] });
  const announcement = await announce(brief, page);
  await until(() => expect(seen.services).toHaveLength(1));
  await announcement[Symbol.asyncDispose]();
  await brief[Symbol.asyncDispose]();
  await until(() => expect(seen.services).toEqual([]));
});

test("two that want a name at the same moment end with two names", async () => {
  const [first, second] = await Promise.all([announce(here!, page), announce(there!, { ...page, port: 9999 })]);
  expect([first.name, second.name].sort()).toEqual(["Delos on car 7", "Delos on car 7 (2)"]);
  await Promise.all([first, second].map((each) => each[Symbol.asyncDispose]()));
});

test("several services share a link, and other types stay out of sight", async () => {
  const types = ["_delos._tcp", "_http._tcp", "_rtps-discovery._udp"];
  const all = await Promise.all(types.map((type) => announce(here!, { ...page, type })));
  const seen = types.map((type) => browse(there!, type));
  for (const [i, { services }] of seen.entries()) {
    await until(() => expect(seen[i]!.services).toMatchObject([{ type: types[i] }]));
    expect(services).toBeDefined();
  }
  for (const each of seen) each[Symbol.dispose]();
  await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
});

describe("bad packets", () => {
  const packets: [string, Buffer][] = [
    [
      "a name that points at itself",
      Buffer.from("000084000000000100000000c00c000c000100000078000 2c00c".replaceAll(" ", ""), "hex"),
    ],
    ["a count of records that are not there", Buffer.from("00008400ffffffffffffffff", "hex")],
    ["nothing", Buffer.alloc(0)],
    ["a label beyond the end", Buffer.from("0000840000000001000000003f616263", "hex")],
    ["more than any message holds", Buffer.alloc(12_000, 1)],
  ];
  test.for(packets)("%s: counted, and nothing else happens", async ([, bytes]) => {
    const sender = createSocket("udp4");
    const counted = there!.counters.malformed;
    await new Promise((resolve) => sender.send(bytes, port, "127.0.0.1", resolve));
    sender.close();
    await until(() => expect(here!.counters.malformed + there!.counters.malformed).toBeGreaterThan(counted));
    await using _announcement = await announce(here!, page);
    using seen = browse(there!, "_delos._tcp");
    await until(() => expect(seen.services).toHaveLength(1));
  });
});

test.for([{ type: "http" }, { type: "_x._sctp" }, { port: 0 }, { port: 70_000 }, { name: "" }])(
  "an offer that is none is refused: %o",
  async (part) => {
    await expect(announce(here!, { ...page, ...part })).rejects.toMatchObject({ code: "USAGE" });
  },
);
