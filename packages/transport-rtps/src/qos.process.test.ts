import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Incompatibility, QosOptions } from "@delos/transport";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Delos, STRING, startPeer } from "./delos-under-test.test-support.ts";
import { buildPeer, installed, type Stack } from "./peers.test-support.ts";

/**
 * What matches and what does not, decided by three implementations: ours must say of each pair what the peer's own status says,
 * whichever of the two publishes.
 */
interface Case {
  readonly what: string;
  readonly offer: readonly [ours: QosOptions, theirs: string];
  readonly request: readonly [ours: QosOptions, theirs: string];
  /** Our name of the policy that keeps them apart, and its id in DDS 1.4 §2.2.3; undefined: they match. */
  readonly policy: readonly [name: string, id: number] | undefined;
  /** Fast DDS 2.9 carries the policy and does not compare it. */
  readonly onlyCyclone?: boolean;
}

const RELIABILITY = ["reliability", 11] as const;
const DURABILITY = ["durability", 2] as const;
const DEADLINE = ["deadline", 4] as const;
const OWNERSHIP = ["ownership", 6] as const;
const LIVELINESS = ["liveliness", 8] as const;
const LEASE = ["liveliness lease", 8] as const;
const BUDGET = ["latency budget", 5] as const;
const ORDER = ["destination order", 12] as const;

const live = (liveliness: QosOptions["liveliness"], livelinessLeaseMs: number): [QosOptions, string] => [
  { liveliness, livelinessLeaseMs } as QosOptions,
  `live ${liveliness!.replace("manual_by_", "")} ${livelinessLeaseMs}`,
];
const CASES: readonly Case[] = [
  { what: "the same", offer: [{}, ""], request: [{}, ""], policy: undefined },
  {
    what: "best effort, reliable asked for",
    offer: [{ reliability: "best_effort" }, "be"],
    request: [{}, ""],
    policy: RELIABILITY,
  },
  {
    what: "reliable, best effort asked for",
    offer: [{}, ""],
    request: [{ reliability: "best_effort" }, "be"],
    policy: undefined,
  },
  {
    what: "volatile, transient local asked for",
    offer: [{}, ""],
    request: [{ durability: "transient_local" }, "tl"],
    policy: DURABILITY,
  },
  {
    what: "transient local, volatile asked for",
    offer: [{ durability: "transient_local" }, "tl"],
    request: [{}, ""],
    policy: undefined,
  },
  {
    what: "no deadline, one asked for",
    offer: [{}, ""],
    request: [{ deadlineMs: 500 }, "deadline 500"],
    policy: DEADLINE,
  },
  {
    what: "a longer deadline than asked for",
    offer: [{ deadlineMs: 700 }, "deadline 700"],
    request: [{ deadlineMs: 500 }, "deadline 500"],
    policy: DEADLINE,
  },
  {
    what: "a shorter deadline than asked for",
    offer: [{ deadlineMs: 300 }, "deadline 300"],
    request: [{ deadlineMs: 500 }, "deadline 500"],
    policy: undefined,
  },
  {
    what: "exclusive ownership, shared asked for",
    offer: [{ ownership: "exclusive" }, "exclusive"],
    request: [{}, ""],
    policy: OWNERSHIP,
  },
  {
    what: "shared ownership, exclusive asked for",
    offer: [{}, ""],
    request: [{ ownership: "exclusive" }, "exclusive"],
    policy: OWNERSHIP,
  },
  {
    what: "exclusive ownership on both sides",
    offer: [{ ownership: "exclusive" }, "exclusive"],
    request: [{ ownership: "exclusive" }, "exclusive"],
    policy: undefined,
  },
  {
    what: "automatic liveliness, manual by topic asked for",
    offer: live("automatic", 600),
    request: live("manual_by_topic", 600),
    policy: LIVELINESS,
  },
  {
    what: "liveliness by participant, by topic asked for",
    offer: live("manual_by_participant", 600),
    request: live("manual_by_topic", 600),
    policy: LIVELINESS,
  },
  {
    what: "liveliness by topic, automatic asked for",
    offer: live("manual_by_topic", 600),
    request: live("automatic", 600),
    policy: undefined,
  },
  {
    what: "a longer lease than asked for",
    offer: live("automatic", 900),
    request: live("automatic", 600),
    policy: LEASE,
  },
  { what: "no lease, one asked for", offer: [{}, ""], request: live("automatic", 600), policy: LEASE },
  {
    what: "a latency budget where none is asked for",
    offer: [{ latencyBudgetMs: 20 }, "budget 20"],
    request: [{}, ""],
    policy: BUDGET,
    onlyCyclone: true,
  },
  {
    what: "a latency budget as large as asked for",
    offer: [{ latencyBudgetMs: 20 }, "budget 20"],
    request: [{ latencyBudgetMs: 20 }, "budget 20"],
    policy: undefined,
  },
  {
    what: "order of reception, of the source asked for",
    offer: [{}, ""],
    request: [{ destinationOrder: "by_source_timestamp" }, "order"],
    policy: ORDER,
    onlyCyclone: true,
  },
  {
    what: "order of the source, of reception asked for",
    offer: [{ destinationOrder: "by_source_timestamp" }, "order"],
    request: [{}, ""],
    policy: undefined,
  },
  {
    what: "partitions that meet by a pattern",
    offer: [{ partition: ["front-left"] }, "partition front-left"],
    request: [{ partition: ["front*"] }, "partition front*"],
    policy: undefined,
  },
];

let domain = process.pid + 20;
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

describe.for(["cyclone", "fastdds"] as const)("what %s decides, we decide", (stack: Stack) => {
  describe.skipIf(!installed[stack])("(skipped where it is not installed)", () => {
    let folder: string;
    let built: ReturnType<typeof buildPeer>;
    let peers: ChildProcess[];
    let delos: Delos;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "delos-qos-"));
      built = buildPeer(stack, folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    beforeEach(async () => {
      peers = [];
      domain = 20 + ((domain + 1) % 80);
      delos = await Delos.open(domain);
    });
    afterEach(async () => {
      for (const peer of peers) peer.kill("SIGKILL");
      await delos.transport[Symbol.asyncDispose]();
    });

    function peer(role: string, words: string): readonly string[] {
      const args = [String(domain), role, "string", "rt/t", ...words.split(" ").filter(Boolean)];
      const started = startPeer(built.program, args, built.env);
      peers.push(started.process);
      return started.lines;
    }

    async function expectSameVerdict(
      ours: { readonly inner: { readonly matched: readonly unknown[] }; readonly incompatible: Incompatibility[] },
      theirs: readonly string[],
      { policy, onlyCyclone }: Case,
    ): Promise<void> {
      const expected = onlyCyclone === true && stack === "fastdds" ? undefined : policy;
      const verdict = expected === undefined ? "matched 1" : `incompatible policy ${expected[1]}`;
      await until(() => expect(theirs).toEqual(["made", verdict]));
      await until(() => expect(ours.inner.matched).toHaveLength(expected === undefined ? 1 : 0));
      if (expected === undefined) expect(ours.incompatible).toEqual([]);
      else {
        await until(() => expect(ours.incompatible).toHaveLength(1));
        expect(ours.incompatible[0]!.mismatches.map((mismatch) => mismatch.policy)).toContain(expected[0]);
      }
    }

    // Fast DDS 2.9 makes no endpoint that orders by the source's time.
    const makes = (words: string): boolean => stack === "cyclone" || words !== "order";

    test.for(CASES.filter(({ request }) => makes(request[1])))("we offer, it asks: $what", async (each) => {
      const writer = delos.writer("/t", STRING, each.offer[0]);
      await expectSameVerdict(writer, peer("request", each.request[1]), each);
    });

    test.for(CASES.filter(({ offer }) => makes(offer[1])))("it offers, we ask: $what", async (each) => {
      const reader = delos.reader("/t", STRING, each.request[0]);
      await expectSameVerdict(reader, peer("offer", each.offer[1]), each);
    });

    // DDS 1.4 §2.2.3.13 has no status for it. Cyclone DDS tells of it all the same, and so do we to who uses it.
    test.for(["writer", "reader"] as const)("partitions that do not meet: our %s", async (kind) => {
      const ours = delos[kind]("/t", STRING, { partition: ["a"] });
      // The second pair meets; by then the first has been decided.
      const second = delos[kind]("/t", STRING, { partition: ["b"] });
      const lines = peer(kind === "writer" ? "request" : "offer", "partition b");
      await until(() => expect(second.inner.matched).toHaveLength(1));
      await until(() => expect(lines).toContain("matched 1"));
      const told = lines.filter((line) => line === "incompatible policy 10").length;
      expect(told).toBe(stack === "cyclone" ? 1 : 0);
      await until(() => expect([ours.inner.matched.length, ours.incompatible.length]).toEqual([0, told]));
      for (const { mismatches } of ours.incompatible) expect(mismatches).toMatchObject([{ policy: "partition" }]);
    });

    // We bundle nothing and order nothing across samples of different topics: that is all we can offer.
    test.for([
      ["scope topic", "topic"],
      ["scope topic coherent", "topic, coherent"],
      ["scope topic ordered", "topic, ordered"],
      ["scope group", "group"],
    ] as const)("a subscriber's presentation that we do not offer: %s", async ([words, requested]) => {
      const writer = delos.writer("/t", STRING);
      const lines = peer("request", words);
      await until(() => expect(lines).toHaveLength(2));
      if (stack === "fastdds") {
        expect(lines[1]).toBe("matched 1");
        await until(() => expect(writer.inner.matched).toHaveLength(1));
        return;
      }
      expect(lines[1]).toBe("incompatible policy 3");
      await until(() => expect(writer.incompatible).toHaveLength(1));
      expect(writer.incompatible[0]!.mismatches).toMatchObject([
        { policy: "presentation", offered: "instance", requested },
      ]);
    });

    test("a publisher's presentation that goes beyond what we ask for", async () => {
      const reader = delos.reader("/t", STRING);
      const lines = peer("offer", "scope topic coherent ordered");
      await until(() => expect(lines).toEqual(["made", "matched 1"]));
      await until(() => expect(reader.inner.matched).toHaveLength(1));
      expect(reader.incompatible).toEqual([]);
    });
  });
});
