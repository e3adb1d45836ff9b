import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nsOfTime, timeOfNs } from "./time.ts";

test("ns survive the way to the wire's words and back, and the words are those of the definition", () => {
  const whole = fc.bigInt({ min: 0n, max: (1n << 32n) * 1_000_000_000n - 1n });
  const nearASecond = fc
    .tuple(fc.bigInt({ min: 1n, max: (1n << 32n) - 1n }), fc.integer({ min: -3, max: 3 }))
    .map(([seconds, off]) => seconds * 1_000_000_000n + BigInt(off));
  fc.assert(
    fc.property(fc.oneof(whole, nearASecond), (ns) => {
      const { seconds, fraction } = timeOfNs(ns);
      expect(BigInt(seconds >>> 0)).toBe(ns / 1_000_000_000n);
      expect(Math.abs(fraction - Number(ns % 1_000_000_000n) * 4.294967296)).toBeLessThanOrEqual(0.51);
      expect(nsOfTime({ seconds, fraction })).toBe(ns);
    }),
    { numRuns: 5000 },
  );
});
