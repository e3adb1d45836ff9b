import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "@delos/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPrograms, type Cell, type Programs, runCell } from "./interop-cell.test-support.ts";
import { namespacesWork } from "./lossy-pair.test-support.ts";
import { installed } from "./peers.test-support.ts";

/**
 * Every sample of a reliable topic arrives once, whole and in order, however bad the link is. The short form: `bench/rtps/interop.ts`
 * has all the kinds of samples, weathers and directions.
 */
describe.for(["cyclone", "fastdds"] as const)("to and from %s over a bad link", (stack) => {
  describe.skipIf(!installed[stack] || !namespacesWork)("(skipped without it, or without network namespaces)", () => {
    const clock = new SystemClock();
    let folder: string;
    let programs: Programs;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "delos-loss-"));
      programs = buildPrograms(folder, [stack]);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const weather = { loss: 20, reorder: 20, duplicate: 5, seed: 7 };
    const large = { kind: "blob", count: 4, size: 1 << 20, reliability: "reliable", durability: "volatile" } as const;
    const cells: Cell[] = (["delos", "peer"] as const).flatMap((from) => [
      { stack, from, kind: "string", count: 200, reliability: "reliable", durability: "volatile", weather },
      { stack, from, kind: "reading", count: 60, reliability: "reliable", durability: "transient_local", weather },
      { ...large, stack, from, weather, count: 1 },
      { ...large, stack, from, weather, thread: true },
      { stack, from, kind: "string", count: 200, reliability: "best_effort", durability: "volatile", weather },
    ]);
    test.for(cells.map((cell) => ({ thread: false, ...cell })))(
      "$from publishes $kind, $reliability, $durability, in a thread of its own: $thread",
      async (cell) => {
        const { arrived, expected, problems } = await runCell(cell, programs, () => clock.monotonicMs(), 120_000);
        expect(problems).toEqual([]);
        if (cell.reliability === "reliable") expect(arrived).toBe(expected);
        else expect(arrived).toBeGreaterThan(0);
      },
    );
  });
});
