import { expect, test } from "vitest";
import { stress } from "../stress/stress.ts";

/**
 * Threads that are terminated wherever they happen to be. The long run (`stress/main.ts`, 100 million messages) is the same
 * with other numbers; its result is in docs/decisions.
 */
test.for(["log", "pin"] as const)(
  "%s ring: nothing torn, repeated or reordered, and every loss is counted",
  async (kind) => {
    const report = await stress({
      kind,
      messages: 300_000,
      reliableReaders: 2,
      keepLastReaders: 1,
      terminations: 12,
      seed: 7,
    });
    expect(report).toMatchObject({
      torn: 0,
      repeated: 0,
      reordered: 0,
      miscounted: 0,
      lostByReliable: 0,
      missedByReliable: 0,
      readersFinished: 3,
    });
    expect(report.received).toBeGreaterThanOrEqual(600_000);
    expect(report.readersTerminated + report.writersTerminated).toBeGreaterThan(0);
  },
);
