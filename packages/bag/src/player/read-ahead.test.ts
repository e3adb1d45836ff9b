import * as fc from "fast-check";
import { expect, test } from "vitest";
import { memoryRecording } from "./memory-recording.ts";
import { ReadAheadCursor } from "./read-ahead.ts";

const T0 = 1_700_000_000_000_000_000n;
const recordingOf = (times: readonly number[]) =>
  memoryRecording([...times].sort((a, b) => a - b).map((ms) => ({ topic: "/a", logTimeNs: T0 + BigInt(ms) })));

test("whatever is read ahead and whenever: next, previous and seek go as without", () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant("next" as const) },
    { weight: 2, arbitrary: fc.constant("previous" as const) },
    { weight: 3, arbitrary: fc.constant("ahead" as const) },
    { weight: 1, arbitrary: fc.integer({ min: -2, max: 22 }) },
  );
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 }),
      fc.array(action, { maxLength: 80 }),
      (times, actions) => {
        const recording = recordingOf(times);
        const plain = recording.cursor();
        const ahead = new ReadAheadCursor(recording.cursor());
        let on = false;
        for (const action of actions) {
          if (action === "ahead") {
            if (on) ahead.detach();
            ahead.readAhead();
          } else if (typeof action === "number") {
            const timeNs = T0 + BigInt(action);
            plain.seek(timeNs);
            ahead.seek(timeNs);
            on = false;
          } else {
            on = plain[action]();
            expect(ahead[action]()).toBe(on);
          }
          if (!on) continue;
          expect([ahead.sequence, ahead.logTimeNs, ahead.channel, [...ahead.data]]).toEqual([
            plain.sequence,
            plain.logTimeNs,
            plain.channel,
            [...plain.data],
          ]);
        }
      },
    ),
  );
});

test("reads ahead so much and no more, and its copies are the receiver's", () => {
  const recording = recordingOf(Array.from({ length: 200 }, (_, i) => i));
  const cursor = new ReadAheadCursor(recording.cursor());
  let count = 0;
  while (cursor.readAhead()) count++;
  expect(count).toBe(64);
  expect(cursor.next()).toBe(true);
  expect(cursor.owned).toBe(true);
  cursor.data.fill(0);
  expect(cursor.readAhead()).toBe(true);
  expect(cursor.previous()).toBe(true);
  expect(cursor.owned).toBe(false);
  expect(cursor.data.some((byte) => byte !== 0)).toBe(true);
});
