import { UsageError } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultQos, type QosOptions, qosPresets } from "./qos.ts";
import { completeQos } from "./qos-completion.ts";
import { partitionsMeet, qosMismatches } from "./qos-matching.ts";

describe("completing QoS", () => {
  test("later parts win, the rest is the default", () => {
    expect(completeQos({ depth: 1, deadlineMs: 20 }, undefined, { depth: 3 })).toEqual({
      ...defaultQos,
      depth: 3,
      deadlineMs: 20,
    });
    expect(completeQos({ resourceLimits: { maxSamples: 5 } as never }).resourceLimits).toMatchObject({
      maxSamples: 5,
      maxInstances: 10_000,
    });
  });

  test.for(Object.entries(qosPresets))("the preset %s is valid, and two endpoints of it match", ([, preset]) => {
    const qos = completeQos(preset);
    expect(qosMismatches(qos, qos)).toEqual([]);
  });

  test("the observer's preset matches every preset of a publisher", () => {
    const observer = completeQos(qosPresets.observer);
    for (const preset of Object.values(qosPresets)) expect(qosMismatches(completeQos(preset), observer)).toEqual([]);
  });

  test.for<[QosOptions, string]>([
    [{ depth: 0 }, `"depth" is a whole number of at least 1, not 0`],
    [{ depth: 1.5 }, `"depth"`],
    [{ deadlineMs: 0 }, `"deadlineMs" is a positive number of ms`],
    [{ lifespanMs: Number.NaN }, `"lifespanMs"`],
    [{ livelinessLeaseMs: -1 }, `"livelinessLeaseMs"`],
    [{ latencyBudgetMs: -1 }, `"latencyBudgetMs"`],
    [{ reliability: "RELIABLE" as never }, `"reliability" is one of best_effort, reliable, not RELIABLE`],
    [{ durability: "latched" as never }, `"durability" is one of`],
    [{ ownershipStrength: 0.5 }, `"ownershipStrength"`],
    [{ timeBasedFilterMs: 30, deadlineMs: 20 }, `"timeBasedFilterMs" (30 ms) is longer than deadlineMs (20 ms)`],
    [{ resourceLimits: { maxSamples: 0, maxInstances: 1, maxSamplesPerInstance: 1 } }, "maxSamples = 0"],
    [{ reliable: true } as never, `There is no QoS policy "reliable"`],
  ])("%o is refused", ([options, message]) => {
    expect(() => completeQos(options)).toThrow(UsageError);
    expect(() => completeQos(options)).toThrow(message);
  });
});

describe("request and offer (DDS 1.4 §2.2.3)", () => {
  const mismatch = (offered: QosOptions, requested: QosOptions): string[] =>
    qosMismatches(completeQos(offered), completeQos(requested)).map((m) => m.policy);
  const ladders: readonly (readonly [policy: string, key: keyof QosOptions, weakToStrong: readonly unknown[]])[] = [
    ["reliability", "reliability", ["best_effort", "reliable"]],
    ["durability", "durability", ["volatile", "transient_local", "transient", "persistent"]],
    ["liveliness", "liveliness", ["automatic", "manual_by_participant", "manual_by_topic"]],
    ["deadline", "deadlineMs", [Infinity, 100, 20]],
    ["liveliness lease", "livelinessLeaseMs", [Infinity, 100, 20]],
    ["latency budget", "latencyBudgetMs", [100, 20, 0]],
    ["destination order", "destinationOrder", ["by_reception_timestamp", "by_source_timestamp"]],
  ];
  test.for(ladders)("%s: an offer fulfils what is not stronger than itself", ([policy, key, values]) => {
    values.forEach((offer, o) =>
      values.forEach((request, r) => {
        expect([offer, request, mismatch({ [key]: offer }, { [key]: request })]).toEqual([
          offer,
          request,
          o >= r ? [] : [policy],
        ]);
      }),
    );
  });

  test("ownership must be equal", () => {
    expect(mismatch({ ownership: "exclusive" }, { ownership: "shared" })).toEqual(["ownership"]);
    expect(mismatch({ ownership: "shared" }, { ownership: "exclusive" })).toEqual(["ownership"]);
    expect(mismatch({ ownership: "exclusive" }, { ownership: "exclusive" })).toEqual([]);
  });

  test("history, depth, lifespan, strength, filter and limits do not matter", () => {
    expect(
      mismatch(
        { history: "keep_all", depth: 1, lifespanMs: 1, ownershipStrength: 4 },
        { depth: 99, lifespanMs: 9, timeBasedFilterMs: 5 },
      ),
    ).toEqual([]);
  });

  test("every explanation names both values", () => {
    const offered = completeQos({ reliability: "best_effort", deadlineMs: 500 });
    const requested = completeQos({ deadlineMs: 20, durability: "transient_local" });
    const found = qosMismatches(offered, requested);
    expect(found.map((m) => [m.policy, m.offered, m.requested])).toEqual([
      ["reliability", "best_effort", "reliable"],
      ["durability", "volatile", "transient_local"],
      ["deadline", "500 ms", "20 ms"],
    ]);
    for (const m of found) expect([m.offered, m.requested].every((value) => m.explanation.includes(value))).toBe(true);
  });
});

describe("partitions", () => {
  test.for<[a: string[], b: string[], meet: boolean]>([
    [[], [], true],
    [[], [""], true],
    [["a"], [], false],
    [["a", "b"], ["c", "b"], true],
    [["a*"], ["abc"], true],
    [["abc"], ["a?c"], true],
    [["abc"], ["a?"], false],
    [["*"], [""], true],
    [["*"], [], true],
    [["a*"], ["a*"], false],
    [["?"], [""], false],
    [["robot[0-9]"], ["robot7"], true],
    [["robot[!0-9]"], ["robot7"], false],
    [["robot[^0-9]"], ["robotx"], true],
    [["x[]y]z"], ["x]z"], true],
    [["x[a"], ["x[a"], false],
    [["*a*b*c"], ["xxaxxbxxc"], true],
    [["*a*b*c"], ["xxaxxbxxcd"], false],
  ])("%o and %o: %o, whichever side is whose", ([a, b, meet]) => {
    expect([partitionsMeet(a, b), partitionsMeet(b, a)]).toEqual([meet, meet]);
  });

  test("a plain name meets itself, and a pattern as long as one likes costs no more than its length allows", () => {
    fc.assert(
      fc.property(
        fc.string().filter((s) => !/[*?[]/.test(s)),
        (name) => partitionsMeet([name], [name]),
      ),
    );
    expect(partitionsMeet([`${"*a".repeat(2000)}b`], ["a".repeat(4000)])).toBe(false);
  });
});
