import { describe, expect, test } from "vitest";
import { LogRing, type LogWriter, PinRing, type PinWriter, RingError, type RingReader } from "./index.ts";

const message = (number: number): Uint8Array => new Uint8Array(40).fill(number & 255);
const isWhole = (bytes: Uint8Array): boolean => bytes.length === 40 && bytes.every((byte) => byte === bytes[0]);
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof RingError ? error.code : String(error);
  }
  return "nothing thrown";
};

interface Kind {
  readonly create: () => LogRing | PinRing;
  /** Messages that a full ring holds at most. */
  readonly most: number;
}

const KINDS: Readonly<Record<"log" | "pin", Kind>> = {
  log: { create: () => LogRing.create({ capacityBytes: 4096 }), most: 4096 / 48 },
  pin: { create: () => PinRing.create({ maxMessageBytes: 100, depth: 8, chunks: 16 }), most: 16 },
};

/** Everything that is there, each looked at; what is not whole is an error. */
function takeAll(reader: RingReader): number[] {
  const taken: number[] = [];
  for (let bytes = reader.take(); bytes !== undefined; bytes = reader.take()) {
    expect(isWhole(bytes)).toBe(true);
    taken.push(bytes[0]!);
  }
  return taken;
}

describe.for(["log", "pin"] as const)("a %s ring", (kind) => {
  const { create, most } = KINDS[kind];

  test("a second writer is refused; after a takeover the first one is, once the room it knew of is used up", () => {
    const ring = create();
    const first: LogWriter | PinWriter = ring.writer();
    expect(codeOf(() => ring.writer())).toBe("RING_WRITER_TAKEN");
    for (let i = 0; i < most * 3; i++) first.write(message(i));
    // The owner said that the first was dead, and it is not: both write.
    const second = ring.writer({ takeover: true });
    const reader = ring.reader({ mode: "reliable" });
    let written = 0;
    let fenced = "";
    for (; fenced === "" && written <= 2 * most; written++) {
      second.write(message(written));
      try {
        first.write(message(100 + written));
      } catch (error) {
        fenced = (error as RingError).code;
      }
      takeAll(reader);
    }
    expect(fenced).toBe("RING_WRITER_FENCED");
    expect(codeOf(() => first.write(message(0)))).toBe("RING_WRITER_FENCED");
    first.close(); // what is not its own any more stays open
    expect(ring.closed).toBe(false);
    takeAll(reader);
    for (let i = 0; i < 3 * most; i++) {
      expect(second.write(message(i))).toBe(true);
      expect(takeAll(reader)).toEqual([i & 255]);
    }
    second.close();
    expect(ring.closed).toBe(true);
  });

  test("with nobody who reads, the writer is never held up; who comes later gets what is still there, or what comes", () => {
    const ring = create();
    using writer = ring.writer();
    for (let i = 0; i < 10 * most; i++) expect(writer.write(message(i))).toBe(true);
    const [oldest, newest] = [ring.reader({ start: "oldest" }), ring.reader()];
    expect(takeAll(newest)).toEqual([]);
    const held = takeAll(oldest);
    expect(held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(most);
    expect(held.at(-1)).toBe((Math.ceil(10 * most) - 1) & 255);
    writer.write(message(200));
    expect([takeAll(oldest), takeAll(newest)]).toEqual([[200], [200]]);
    expect([oldest.lost, newest.lost]).toEqual([0, 0]);
  });

  test("40 readers of both kinds: each gets all, and none is in another's way", () => {
    const ring =
      kind === "log" ? LogRing.create({ maxReaders: 40 }) : PinRing.create({ maxMessageBytes: 100, maxReaders: 40 });
    const readers = Array.from({ length: 40 }, (_, i) => ring.reader({ mode: i % 2 === 0 ? "reliable" : "keep-last" }));
    using writer = ring.writer();
    for (let i = 0; i < 5; i++) writer.write(message(i));
    for (const reader of readers) expect(takeAll(reader)).toEqual([0, 1, 2, 3, 4]);
    for (const reader of readers) reader.close();
    for (let i = 0; i < 10 * most; i++) expect(writer.write(message(i))).toBe(true);
  });
});
