import process from "node:process";
import { InProcessBus, inProcess, type Reach, type Transport, type TransportFactory } from "@delos/transport";
import { expect, test } from "vitest";
import {
  Count,
  expectMovesThereAndBack,
  MEMORIES,
  opened,
  pair,
  publishUntil,
  servedBy,
} from "./moving.test-support.ts";

/** A transport of another name and reach, which is a bus in memory all the same. */
function named(name: string, reach: Reach): TransportFactory {
  const bus = inProcess(new InProcessBus());
  return {
    address: { name, reach, domain: "d" },
    open: async (context) => Object.assign(await bus.open(context), { name }),
  };
}

test("a pair moves closer when a nearer transport comes, and back when it goes, while it publishes", async () => {
  const [near, far] = [named("near", "thread"), named("far", "host")];
  await using one = await pair(far);
  one.publish(5);
  expect(one.ways()).toEqual(["far", "far"]);
  await one.a.addTransport(near);
  one.publish(5);
  expect(one.ways()).toEqual(["far", "far"]); // the other has it not yet
  await one.b.addTransport(near);
  await publishUntil(one, "near");
  const gone = one.b.removeTransport("near");
  await publishUntil(one, "far");
  await gone;
  await one.a.addTransport(named("other", "process"));
  await one.b.addTransport(near);
  await publishUntil(one, "near");
  await Promise.all([one.a.removeTransport("near"), publishUntil(one, "far")]);
  await expect.poll(() => one.got.length).toBe(one.publisher.sequence);
  expect(one.events).toEqual(["matched", "matched"]); // it was one pair all the time
});

test.for(MEMORIES)("the same with the rings of %s as the nearer transport", ([, memory]) =>
  expectMovesThereAndBack(named("far", "network"), memory({ domain: `moving.${process.pid}` })),
);

test("several subscriptions move each by itself", async () => {
  const [near, far] = [named("near", "thread"), named("far", "host")];
  await using one = await pair(far);
  const [c, d] = [await opened(far, near), await opened(far)];
  const others = [c, d].map((runtime) => runtime.node("s").subscribe(Count));
  const got: number[][] = others.map(() => []);
  others.forEach((subscription, i) => subscription.on(({ message }) => got[i]!.push(Number(message.message))));
  one.publish(3);
  await one.a.addTransport(near);
  await expect.poll(() => servedBy(others[0]!, c)).toEqual(["near"]);
  one.publish(3);
  expect(servedBy(one.subscription, one.b)).toEqual(["far"]);
  expect(servedBy(others[1]!, d)).toEqual(["far"]);
  await one.a.removeTransport("near");
  expect(servedBy(others[0]!, c)).toEqual(["far"]);
  one.publish(3);
  await expect.poll(() => got.map((list) => list.length)).toEqual([9, 9]);
  expect(got).toEqual([one.got, one.got]);
  await Promise.all([c[Symbol.asyncDispose](), d[Symbol.asyncDispose]()]);
});

test("a transport that cannot let go of a pair keeps it, and nothing comes twice", async () => {
  const near = named("near", "thread");
  const bus = named("stubborn", "network");
  const stubborn: TransportFactory = {
    ...bus,
    open: async (context) => Object.assign(await bus.open(context), { reconsider: undefined }) as Transport,
  };
  await using one = await pair(stubborn);
  await one.a.addTransport(near);
  await one.b.addTransport(near);
  one.publish(20);
  await one.b.settled();
  expect(servedBy(one.subscription, one.b)).toEqual(["stubborn"]);
  // What comes up now is nearer from the start.
  const later = one.b.node("later").subscribe(Count);
  await expect.poll(() => servedBy(later, one.b)).toEqual(["near"]);
});

test("wrong names are refused", async () => {
  await using runtime = await opened(named("near", "thread"));
  await expect(runtime.addTransport(named("near", "host"))).rejects.toThrow(/near already/);
  await expect(runtime.removeTransport("far")).rejects.toThrow(/no transport far/);
  const broken: TransportFactory = { ...named("far", "host"), open: () => Promise.reject(new Error("EPERM")) };
  await expect(runtime.addTransport(broken)).rejects.toThrow("EPERM");
  expect(runtime.participant.transports.map(({ name }) => name)).toEqual(["near"]);
});
