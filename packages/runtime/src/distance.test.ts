import { Logger, type LogRecord, SystemClock } from "@delos/core";
import { delos } from "@delos/msgs";
import { InProcessBus, inProcess, type Reach, type TransportFactory } from "@delos/transport";
import { expect, test } from "vitest";
import { openAll } from "./auto-transports.ts";
import { open, type Runtime } from "./runtime.ts";
import { topic } from "./topic.ts";

const Log = topic("/t", delos.Log);

/** A transport of another name and reach, which is a bus in memory all the same. */
function named(name: string, reach: Reach, bus = new InProcessBus()): TransportFactory {
  return { ...inProcess(bus), address: { name, reach, domain: "d" } };
}
const opened = (...transports: TransportFactory[]): Promise<Runtime> => open({ log: () => {}, transports });

test("each pair talks over the nearest transport that both have, and over no other", async () => {
  const [near, middle, far] = [named("near", "thread"), named("middle", "host"), named("far", "network")];
  await using a = await opened(near, middle, far);
  await using b = await opened(near, middle, far);
  await using c = await opened(middle, far);
  await using d = await opened(far);
  const publisher = a.node("a").publisher(Log, { durability: "transient_local" });
  publisher.publish({ message: "before" });
  const subscriptions = [a, b, c, d].map((runtime) =>
    runtime.node("s").subscribe(Log, { durability: "transient_local" }),
  );
  const got: string[][] = subscriptions.map(() => []);
  subscriptions.forEach((s, i) => s.on(({ message }) => got[i]!.push(message.message!)));
  for (const runtime of [a, b, c, d]) await runtime.settled();
  expect(publisher.publish({ message: "now" })).toBe("sent");
  expect(got).toEqual(Array.from({ length: 4 }, () => ["before", "now"]));
  expect(publisher.stats).toMatchObject({ published: 2, subscribers: 4 });
  for (const subscription of subscriptions) expect(subscription.matched.map((peer) => peer.id)).toEqual([publisher.id]);
  const { connections } = a.graph.topics.find(({ name }) => name === "/t")!;
  expect(connections.map((c) => `${c.transport}`).sort()).toEqual(["far", "middle", "near", "near"]);
});

test("a message is encoded once for all transports", async () => {
  const [near, far] = [named("near", "thread"), named("far", "network")];
  await using a = await opened(near, far);
  await using b = await opened(far);
  const raw = [a, b].map((runtime) => runtime.node("tool").subscribeAny("/t"));
  a.node("a").publisher(Log).publish({ message: "x" });
  expect(raw[0]!.latest()!.bytes).toBe(raw[1]!.latest()!.bytes);
});

test("auto: a transport that cannot be opened is one line of warning, and nobody is told of it", async () => {
  const records: LogRecord[] = [];
  const log = new Logger("delos", new SystemClock(), (record) => records.push(record));
  const near = named("near", "thread");
  const broken: TransportFactory = {
    ...named("far", "network"),
    optional: true,
    open: () => Promise.reject(new Error("EPERM")),
  };
  const addresses = [broken.address, near.address];
  const open = (factory: TransportFactory) =>
    factory.open === broken.open ? broken.open({} as never) : Promise.resolve({ name: factory.address.name } as never);
  expect(await openAll([broken, near], addresses, log, open)).toEqual([{ name: "near" }]);
  expect(addresses).toEqual([near.address]);
  expect(records.map(({ level, message }) => [level, message])).toEqual([
    ["warn", expect.stringMatching(/far cannot be opened.*\(network\) is left to near: .*EPERM/)],
  ]);
  const needed = { ...broken, optional: false };
  await expect(openAll([needed], [needed.address], log, open)).rejects.toThrow("EPERM");
});

test("auto: a domain that is none is wrong usage; without auto nothing but this thread is reached", async () => {
  await expect(open({ transports: "auto", domain: 233 })).rejects.toThrow(/0 to 232/);
  await using runtime = await open({ log: () => {} });
  expect(runtime.transports.map(({ name }) => name)).toEqual(["inprocess"]);
});
