import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Handover } from "./handover.ts";

interface Sample {
  readonly sequence: number;
  readonly by: "old" | "new";
}

test("however two ways interleave: in order, once, and nothing that was under way is lost", () => {
  const published = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(published, fc.nat(), fc.nat(), fc.nat(), fc.infiniteStream(fc.boolean()), (count, a, b, c, coins) => {
      const before = a % (count + 1); // delivered before the handover began
      const newFrom = b % (count + 1); // the new way brings everything from here on
      const oldUntil = newFrom + (c % (count - newFrom + 1)); // the old one everything before this
      const old = numbers(before, Math.max(before, oldUntil), "old");
      const fresh = numbers(newFrom, count, "new");
      const got: number[] = [];
      let dropped = 0;
      const handover = new Handover<Sample>(
        before === 0 ? undefined : before,
        ({ sequence }) => void got.push(sequence),
        () => void dropped++,
      );
      const total = old.length + fresh.length;
      while (old.length + fresh.length > 0) {
        const takeOld = old.length > 0 && (fresh.length === 0 || coins.next().value);
        if (takeOld) handover.byOldWay(old.shift()!);
        else handover.byNewWay(fresh.shift()!);
      }
      handover.giveUpOldWay();
      expect(got).toEqual(Array.from({ length: count - before }, (_, i) => before + 1 + i));
      expect(got.length + dropped).toBe(total);
      expect(handover.held).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

test("a way that loses samples loses them once: order and uniqueness stay", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 60 }), fc.nat(), (fate, at) => {
      const newFrom = fate.length === 0 ? 0 : at % fate.length;
      const got: number[] = [];
      const handover = new Handover<Sample>(
        undefined,
        ({ sequence }) => void got.push(sequence),
        () => {},
      );
      fate.forEach(([lostByOld, oldFirst], i) => {
        const sequence = i + 1;
        const byOld = (): void => (lostByOld ? undefined : handover.byOldWay({ sequence, by: "old" }));
        const byNew = (): void => void (i >= newFrom && handover.byNewWay({ sequence, by: "new" }));
        for (const way of oldFirst ? [byOld, byNew] : [byNew, byOld]) way();
      });
      handover.giveUpOldWay();
      const expected = fate.flatMap(([lostByOld], i) => (lostByOld && i < newFrom ? [] : [i + 1]));
      expect(got).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test("a silent old way is not waited for when nothing is missing", () => {
  const got: number[] = [];
  const handover = new Handover<Sample>(
    7,
    ({ sequence }) => void got.push(sequence),
    () => {},
  );
  handover.byNewWay({ sequence: 8, by: "new" });
  expect(got).toEqual([8]);
  expect(handover.caughtUp).toBe(true);
});

test("what is missing is waited for, but not for ever", () => {
  const got: number[] = [];
  const handover = new Handover<Sample>(
    7,
    ({ sequence }) => void got.push(sequence),
    () => {},
  );
  for (let sequence = 10; sequence < 1030; sequence++) handover.byNewWay({ sequence, by: "new" });
  expect(got).toEqual([]);
  for (let sequence = 1030; sequence < 1040; sequence++) handover.byNewWay({ sequence, by: "new" });
  expect(got).toEqual(Array.from({ length: 1030 }, (_, i) => i + 10));
});

const numbers = (from: number, to: number, by: Sample["by"]): Sample[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => ({ sequence: from + 1 + i, by }));
