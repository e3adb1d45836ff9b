import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LogRing, type LogWriter, PinRing, type PinWriter, type RingReader } from "./index.ts";

/** What can be done to a ring from one thread, in any order. */
type Step =
  | { readonly do: "write"; readonly length: number }
  | { readonly do: "batch"; readonly count: number }
  | { readonly do: "read"; readonly reader: number; readonly most: number }
  | { readonly do: "join"; readonly reliable: boolean; readonly oldest: boolean }
  | { readonly do: "leave"; readonly reader: number }
  | { readonly do: "abandon" }
  | { readonly do: "takeover" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("write" as const), length: fc.integer({ min: 4, max: 900 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("batch" as const), count: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      reader: fc.nat(7),
      most: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(10_000)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("join" as const), reliable: fc.boolean(), oldest: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), reader: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("abandon" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("takeover" as const) }) },
);

/** The model: every message ever written, and for each reader the number it must not fall behind and where it stands. */
interface ModelReader {
  readonly reader: RingReader;
  readonly reliable: boolean;
  readonly joinedAt: number;
  /** Number of the message it saw last, −1 before the first. */
  last: number;
}

function check(make: (start: number) => LogRing | PinRing, start: number, steps: readonly Step[]): void {
  const ring = make(start);
  const lengths: number[] = [];
  let writer: LogWriter | PinWriter = ring.writer();
  const readers: ModelReader[] = [];

  const write = (length: number): boolean => {
    const n = lengths.length;
    const bytes = new Uint8Array(length).fill(n + 1);
    new DataView(bytes.buffer).setUint32(0, n, true);
    const fitted = writer.write(bytes);
    if (fitted) lengths.push(length);
    // Without reliable readers that lag there is always room.
    else expect(readers.some((one) => one.reliable && one.last + 1 < n)).toBe(true);
    return fitted;
  };
  const read = (one: ModelReader, most: number): void => {
    const { reader } = one;
    for (let i = 0; i < most && reader.next(); i++) {
      const n = reader.sequence - start;
      expect(n).toBeGreaterThan(one.last);
      expect(n).toBeLessThan(lengths.length);
      expect(reader.length).toBe(lengths[n]);
      const at = reader.bytes.subarray(reader.offset, reader.offset + reader.length);
      expect(new DataView(at.buffer, at.byteOffset).getUint32(0, true)).toBe(n);
      for (let k = 4; k < at.length; k++) if (at[k] !== ((n + 1) & 255)) expect.fail(`message ${n} is torn`);
      if (one.last >= 0)
        expect(reader.lost + reader.received).toBe(n - (one.joinedAt === -1 ? 0 : firstOf(one, n)) + 1);
      if (one.reliable && n > one.joinedAt && one.last >= one.joinedAt) expect(n).toBe(one.last + 1);
      one.last = n;
    }
  };
  /** Where a reader's count begins: at the first message it got, less what it lost before. */
  const firsts = new Map<ModelReader, number>();
  const firstOf = (one: ModelReader, n: number): number => {
    const known = firsts.get(one);
    if (known !== undefined) return known;
    const first = n + 1 - one.reader.lost - one.reader.received;
    firsts.set(one, first);
    return first;
  };

  for (const action of steps) {
    if (action.do === "write") write(action.length);
    else if (action.do === "batch") {
      const before = lengths.length;
      const cork = writer.cork();
      for (let i = 0; i < action.count && write(8 + i); i++);
      cork[Symbol.dispose]();
      expect(writer.sequence - start).toBeGreaterThanOrEqual(before);
    } else if (action.do === "read") {
      const one = readers[action.reader];
      if (one !== undefined) read(one, action.most);
    } else if (action.do === "join") {
      if (readers.length === 8) continue;
      const { reliable, oldest } = action;
      const reader = ring.reader({ mode: reliable ? "reliable" : "keep-last", start: oldest ? "oldest" : "newest" });
      readers.push({ reader, reliable, joinedAt: lengths.length, last: -1 });
    } else if (action.do === "leave") {
      readers[action.reader]?.reader.close();
      readers.splice(action.reader, 1);
    } else {
      if (action.do === "abandon") {
        // Dies with a batch that was written but not published.
        const _cork = writer.cork();
        for (let i = 0; i < 3; i++) if (!writer.write(new Uint8Array(60).fill(255))) break;
      }
      const published = lengths.length;
      writer = ring.writer({ takeover: true });
      // A full ring publishes what it has: then the corked ones count after all, and the model ends here.
      if (writer.sequence - start !== published) return;
    }
  }
  for (const one of readers) {
    read(one, Number.POSITIVE_INFINITY);
    if (one.last >= one.joinedAt || lengths.length > one.joinedAt) expect(one.last).toBe(lengths.length - 1);
    if (one.reliable && one.reader.received > 0 && one.last >= one.joinedAt) {
      // Nothing is lost from where it joined; history may have been written over while it was read.
      expect(one.reader.lost).toBeLessThanOrEqual(one.joinedAt);
    }
    expect(one.reader.next()).toBe(false);
  }
}

const STARTS = [0, 2 ** 31 - 20, 2 ** 32 - 20, 2 ** 40];

test("a log ring behaves like a list of messages of which readers may miss the oldest", () => {
  fc.assert(
    fc.property(fc.constantFrom(...STARTS), fc.array(step, { maxLength: 120 }), (start, steps) =>
      check(
        (startSequence) => LogRing.create({ capacityBytes: 4096, startSequence, startPosition: startSequence * 8 }),
        start,
        steps,
      ),
    ),
    { numRuns: 400 },
  );
});

test("a pin ring behaves like a list of messages of which readers may miss the oldest", () => {
  fc.assert(
    fc.property(fc.constantFrom(...STARTS), fc.array(step, { maxLength: 120 }), (start, steps) =>
      check(
        (startSequence) => PinRing.create({ maxMessageBytes: 1000, depth: 8, chunks: 20, startSequence }),
        start,
        steps,
      ),
    ),
    { numRuns: 400 },
  );
});
