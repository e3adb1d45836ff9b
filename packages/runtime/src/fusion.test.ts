import { delos } from "@delos/msgs";
import { expect, expectTypeOf, test } from "vitest";
import { open } from "./runtime.ts";
import { topic } from "./topic.ts";

const A = topic("/a", delos.Log);
const B = topic("/b", delos.Clock);
const C = topic("/c", delos.Log);
const D = topic("/d", delos.Log);

test("latest: the first topic triggers with the newest of the others, once each has come", async () => {
  await using runtime = await open({ log: () => {} });
  const node = runtime.node("n");
  const [a, b, c, d] = [node.publisher(A), node.publisher(B), node.publisher(C), node.publisher(D)];
  const sets: unknown[] = [];
  const fusion = node.fuse([A, B, C, D], (sa, sb, sc, sd) => {
    expectTypeOf(sa.message).toEqualTypeOf<delos.Log>();
    expectTypeOf(sb.message).toEqualTypeOf<delos.Clock>();
    sets.push([sa.message.message, sb.message.time_ns, sc.message.message, sd.message.message]);
  });
  a.publish({ message: "a1" });
  b.publish({ time_ns: 1n });
  c.publish({ message: "c1" });
  a.publish({ message: "a2" });
  d.publish({ message: "d1" });
  expect(sets).toEqual([]);
  a.publish({ message: "a3" });
  b.publish({ time_ns: 2n });
  b.publish({ time_ns: 3n });
  a.publish({ message: "a4" });
  a.publish({ message: "a5" });
  expect(sets).toEqual([
    ["a3", 1n, "c1", "d1"],
    ["a4", 3n, "c1", "d1"],
    ["a5", 3n, "c1", "d1"],
  ]);
  expect(fusion.stats).toEqual({ fused: 3, skipped: 2, errors: 0 });
});

test("approximateTime: sets of samples that belong together, by the time the program names", async () => {
  await using runtime = await open({ log: () => {} });
  const node = runtime.node("n");
  const [a, b] = [node.publisher(A), node.publisher(B)];
  const sets: unknown[] = [];
  const stampNs = (sample: { readonly message: unknown }): bigint => {
    const { stamp_ns, time_ns } = sample.message as { stamp_ns?: bigint; time_ns?: bigint };
    return stamp_ns ?? time_ns ?? 0n;
  };
  const callback = (x: { message: delos.Log }, y: { message: delos.Clock }): void => {
    sets.push([x.message.stamp_ns, y.message.time_ns]);
  };
  const fusion = node.fuse([A, B], callback, { kind: "approximateTime", stampNs });
  for (const base of [0n, 100n, 200n]) {
    a.publish({ stamp_ns: base });
    a.publish({ stamp_ns: base + 40n });
    b.publish({ time_ns: base + 38n });
  }
  expect(sets).toEqual([
    [40n, 38n],
    [140n, 138n],
    [240n, 238n],
  ]);
  expect(fusion.stats).toMatchObject({ fused: 3, skipped: 3 });
});

test("errors of the callback are counted, and closing it closes its subscriptions", async () => {
  await using runtime = await open({ log: () => {} });
  const node = runtime.node("n");
  const [a, b] = [node.publisher(A), node.publisher(C)];
  const fusion = node.fuse([A, C], () => {
    throw new Error("mine");
  });
  b.publish({});
  a.publish({});
  expect(fusion.stats).toEqual({ fused: 1, skipped: 0, errors: 1 });
  await fusion[Symbol.asyncDispose]();
  await fusion[Symbol.asyncDispose]();
  expect([a.matched, b.matched]).toEqual([[], []]);
  expect(node.parts).toHaveLength(2);
});
