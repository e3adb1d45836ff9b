import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NumberRanges } from "./number-ranges.ts";

test("ranges behave like the set of their numbers", () => {
  const ranges = fc.array(fc.tuple(fc.nat(60), fc.nat(8)), { maxLength: 20 });
  fc.assert(
    fc.property(ranges, fc.nat(60), (list, below) => {
      const [tested, model] = [new NumberRanges(), new Set<number>()];
      for (const [first, count] of list) {
        tested.add(first, first + count - 1);
        for (let n = first; n < first + count; n++) model.add(n);
      }
      for (let n = 0; n < 80; n++) {
        let end = n;
        while (model.has(end + 1)) end++;
        expect(tested.endOf(n)).toBe(model.has(n) ? end : undefined);
        expect(tested.nextStart(n) > n).toBe(!model.has(n));
      }
      tested.dropBelow(below);
      for (let n = below; n < 80; n++) expect(tested.endOf(n) !== undefined).toBe(model.has(n));
    }),
  );
});

test("a range of 2⁵² numbers is one entry, and there are never more than the limit", () => {
  const ranges = new NumberRanges(4);
  ranges.add(10, 2 ** 52);
  expect([ranges.size, ranges.endOf(1_000_000)]).toEqual([1, 2 ** 52]);
  for (let n = 0; n < 10; n += 2) ranges.add(n, n);
  expect(ranges.size).toBeLessThanOrEqual(4);
});
