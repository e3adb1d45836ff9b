import { describe, expect, test, vi } from "vitest";
import { createBell, LogRing, type LogRingOptions, PinRing, RingError } from "./index.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const message = (number: number, length: number): Uint8Array => new Uint8Array(length).fill(number & 255);
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof RingError ? error.code : String(error);
  }
  return "nothing thrown";
};

/** Counters far from zero, at their sign change and at their wrap-around: everything must work there too. */
const STARTS: readonly LogRingOptions[] = [
  {},
  { startPosition: 2 ** 31 - 4096, startSequence: 2 ** 31 - 3 },
  { startPosition: 2 ** 32 - 4096, startSequence: 2 ** 32 - 3 },
  { startPosition: 5 * 2 ** 31 - 8, startSequence: 2 ** 40 - 1 },
];

describe.for(STARTS)("a log ring that starts at %o", (start) => {
  const create = (options: LogRingOptions = {}): LogRing =>
    LogRing.create({ capacityBytes: 4096, ...start, ...options });

  test("hands every message to every reader, in order", () => {
    const ring = create();
    const readers = [ring.reader(), ring.reader({ mode: "reliable" }), LogRing.attach(ring.buffer).reader()];
    using writer = ring.writer();
    for (let i = 0; i < 200; i++) {
      expect(writer.write(message(i, i))).toBe(true);
      for (const reader of readers) {
        expect(reader.take()).toEqual(message(i, i));
        expect(reader.take()).toBeUndefined();
        expect(reader.sequence).toBe((start.startSequence ?? 0) + i);
      }
    }
    expect(readers.map((reader) => [reader.received, reader.lost])).toEqual(readers.map(() => [200, 0]));
  });

  test.for(["keep-last", "reliable"] as const)(
    "%s: a message larger than the batch comes behind small ones",
    (mode) => {
      for (const freshBatches of [false, true]) {
        const ring = create({ capacityBytes: 65536 });
        const reader = ring.reader({ mode, freshBatches, batchBytes: 256 });
        using writer = ring.writer();
        for (let round = 0; round < 6; round++) {
          const lengths = [10, 70, 5000 + round * 1000, 3, 0, 900];
          for (const [i, length] of lengths.entries()) expect(writer.write(message(i, length))).toBe(true);
          for (const [i, length] of lengths.entries()) expect(reader.take()).toEqual(message(i, length));
          expect(reader.take()).toBeUndefined();
        }
        expect(reader.lost).toBe(0);
      }
    },
  );

  test("messages of any size around the largest that is copied word by word come whole, alone and together", () => {
    const ring = create({ capacityBytes: 65536 });
    const reader = ring.reader({ mode: "reliable" });
    using writer = ring.writer();
    const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
    for (let length = 1250; length < 1290; length++) {
      writer.write(counting(length));
      expect(reader.take()).toEqual(counting(length));
    }
    const lengths = [0, 1, 600, 3, 620, 17, 1];
    for (let first = 0; first < lengths.length; first++) {
      const together = lengths.slice(first);
      writer.writeBatch(together.map(counting));
      expect(together.map(() => reader.take())).toEqual(together.map(counting));
    }
  });

  test("what a reader hands out is forwarded to another ring as it is", () => {
    const [from, to] = [create(), create()];
    const [reader, end] = [from.reader(), to.reader()];
    using writer = from.writer();
    using forwarder = to.writer();
    for (const [i, length] of [64, 64, 3, 64, 0, 200].entries()) {
      // Two together, so that the second does not start where the first did.
      writer.writeBatch([message(i, length), message(i + 100, length)]);
      expect(reader.drain((batch, offset, size) => forwarder.write(batch, offset, size))).toBe(2);
      expect([end.take(), end.take()]).toEqual([message(i, length), message(i + 100, length)]);
    }
  });

  test("a slow keep-last reader counts exactly what it lost, and what it gets is whole and in order", () => {
    const ring = create();
    const reader = ring.reader();
    using writer = ring.writer();
    let sent = 0;
    let last = -1;
    for (const burst of [1, 10, 1000, 3, 500, 5000, 1]) {
      for (let i = 0; i < burst; i++, sent++)
        writer.write(new Uint8Array(new Int32Array(2 + (sent % 60)).fill(sent).buffer));
      while (reader.next()) {
        const words = new Int32Array(reader.bytes.buffer, reader.offset, reader.length / 4);
        expect(words[0]!).toBeGreaterThan(last);
        last = words[0]!;
        expect(words.every((word) => word === last)).toBe(true);
        expect(words.length).toBe(2 + (last % 60));
        expect(reader.received + reader.lost).toBe(last + 1);
      }
      expect(last).toBe(sent - 1);
    }
    expect(reader.lost).toBeGreaterThan(5000);
    expect(reader.received + reader.lost).toBe(sent);
  });

  test("a reliable reader makes the writer wait, and frees it again", () => {
    const ring = create();
    const reader = ring.reader({ mode: "reliable" });
    using writer = ring.writer();
    let sent = 0;
    let received = 0;
    for (let round = 0; round < 30; round++) {
      while (writer.write(message(sent, 100))) sent++;
      expect(writer.write(message(0, 100))).toBe(false);
      expect(writer.waitForSpace(100, { timeoutMs: 0 })).toBe(false);
      reader.drain((all, offset, length) => {
        expect(all.subarray(offset, offset + length)).toEqual(message(received, 100));
        received++;
      });
      expect(received).toBe(sent);
      expect(writer.waitForSpace(100)).toBe(true);
    }
    expect(sent).toBeGreaterThan(30 * 35);
    expect(reader.lost).toBe(0);
    expect(writer.reliableReaders).toBe(1);
    reader.close();
    expect(writer.reliableReaders).toBe(0);
    for (let i = 0; i < 1000; i++) expect(writer.write(message(i, 100))).toBe(true);
  });

  test("a late joiner gets what comes, or first what the ring still holds", () => {
    const ring = create();
    using writer = ring.writer();
    for (let i = 0; i < 1000; i++) writer.write(message(i, 20));
    const newest = ring.reader();
    const oldest = ring.reader({ start: "oldest" });
    const reliable = ring.reader({ start: "oldest", mode: "reliable" });
    writer.write(message(1000, 20));
    expect(newest.take()).toEqual(message(1000, 20));
    expect(newest.lost).toBe(0);
    for (const reader of [oldest, reliable]) {
      let count = 0;
      let next = -1;
      reader.drain((all, offset) => {
        if (next >= 0) expect(all[offset]).toBe(next & 255);
        next = all[offset]! + 1;
        count++;
      });
      expect(next).toBe(1001 & 255);
      expect(count).toBeGreaterThan(4096 / 32 - 20);
      expect(reader.lost).toBe(0);
    }
  });

  test("a new writer takes over from a dead one at the last published message", () => {
    const ring = create();
    const reader = ring.reader({ mode: "reliable" });
    const dead = ring.writer();
    dead.write(bytes(1));
    const _cork = dead.cork();
    dead.write(message(66, 500)); // marked and written, never published
    const at = dead.reserve(100);
    dead.bytes.fill(77, at, at + 50); // and one half written
    expect(codeOf(() => ring.writer())).toBe("RING_WRITER_TAKEN");
    using writer = ring.writer({ takeover: true });
    for (let i = 2; i < 60; i++) writer.write(message(i, 17));
    expect(reader.take()).toEqual(bytes(1));
    for (let i = 2; i < 60; i++) expect(reader.take()).toEqual(message(i, 17));
    expect(reader.take()).toBeUndefined();
    const history = ring.reader({ start: "oldest" });
    expect(history.take()).toEqual(bytes(1));
    for (let i = 2; i < 60; i++) expect(history.take()).toEqual(message(i, 17));
  });

  test("corked messages come together", () => {
    const ring = create();
    const reader = ring.reader();
    using writer = ring.writer();
    {
      using _cork = writer.cork();
      for (let i = 0; i < 10; i++) writer.write(bytes(i));
      expect(reader.hasNext).toBe(false);
    }
    expect(reader.drain(() => {})).toBe(10);
    expect(writer.writeBatch([bytes(1), bytes(2), bytes(3)])).toBe(3);
    expect(reader.drain(() => {}, 2)).toBe(2);
    expect(reader.drain(() => {})).toBe(1);
  });
});

describe("bad input", () => {
  test("memory that holds no such ring is refused by name", () => {
    expect(codeOf(() => LogRing.attach(new SharedArrayBuffer(8192)))).toBe("RING_NOT_A_RING");
    expect(codeOf(() => LogRing.attach(new SharedArrayBuffer(0)))).toBe("RING_NOT_A_RING");
    const spoilt = (word: number, value: number): string => {
      const ring = LogRing.create({ capacityBytes: 4096 });
      new Int32Array(ring.buffer)[word] = value;
      return codeOf(() => LogRing.attach(ring.buffer));
    };
    expect(spoilt(0, 1)).toBe("RING_NOT_A_RING");
    expect(spoilt(1, 99)).toBe("RING_VERSION");
    expect(spoilt(2, 2)).toBe("RING_KIND");
    for (const value of [-1, 0, 5000, 2048, 8192, 2 ** 30]) expect(spoilt(3, value)).toBe("RING_LAYOUT");
    for (const value of [-1, 1, 2 ** 30]) expect(spoilt(4, value)).toBe("RING_LAYOUT");
    for (const value of [-1, 0, 4096]) expect(spoilt(5, value)).toBe("RING_LAYOUT");
    for (const value of [-1, 0, 2 ** 30]) expect(spoilt(7, value)).toBe("RING_LAYOUT");
  });

  test("a ring of impossible sizes is refused", () => {
    for (const capacityBytes of [0, -1, Number.NaN, 2 ** 30]) {
      expect(codeOf(() => LogRing.create({ capacityBytes }))).toBe("RING_USAGE");
    }
    for (const maxMessageBytes of [0, -1, 1.5, Number.NaN, 2 ** 20]) {
      expect(codeOf(() => LogRing.create({ maxMessageBytes }))).toBe("RING_USAGE");
    }
    for (const maxReaders of [-1, 1.5, 1e6]) expect(codeOf(() => LogRing.create({ maxReaders }))).toBe("RING_USAGE");
    expect(codeOf(() => LogRing.createIn(new SharedArrayBuffer(100)))).toBe("RING_USAGE");
    expect(codeOf(() => LogRing.create({ startPosition: 4 }))).toBe("RING_USAGE");
  });

  test("messages over the limit and misuse of reservations are errors, and harm nobody", () => {
    const ring = LogRing.create({ capacityBytes: 4096 });
    const reader = ring.reader();
    using writer = ring.writer();
    expect(codeOf(() => writer.write(new Uint8Array(writer.maxMessageBytes + 1)))).toBe("RING_TOO_LARGE");
    expect(codeOf(() => writer.reserve(-1))).toBe("RING_USAGE");
    expect(codeOf(() => writer.reserve(1.5))).toBe("RING_USAGE");
    expect(codeOf(() => writer.reserve(Number.NaN))).toBe("RING_USAGE");
    expect(codeOf(() => writer.commit(1))).toBe("RING_USAGE");
    writer.reserve(10);
    expect(codeOf(() => writer.reserve(10))).toBe("RING_USAGE");
    expect(codeOf(() => writer.commit(11))).toBe("RING_USAGE");
    writer.cancel();
    writer.write(new Uint8Array(writer.maxMessageBytes).fill(9));
    expect(reader.take()).toEqual(new Uint8Array(writer.maxMessageBytes).fill(9));
    writer.write(bytes());
    expect(reader.take()).toEqual(bytes());
  });

  test("a part of a message that it does not have is refused, by both rings", () => {
    const rings = [
      LogRing.create({ capacityBytes: 4096 }),
      PinRing.create({ maxMessageBytes: 64, depth: 4, chunks: 8 }),
    ];
    for (const ring of rings) {
      const reader = ring.reader();
      const writer = ring.writer();
      const whole = bytes(1, 2, 3, 4, 5, 6, 7, 8);
      for (const [offset, length] of [
        [1, 8],
        [9, 0],
        [-1, 2],
        [0.5, 1],
        [0, Number.NaN],
        [2, -1],
      ] as const) {
        expect(codeOf(() => writer.write(whole, offset, length))).toBe("RING_USAGE");
      }
      expect(writer.write(whole, 8)).toBe(true);
      expect(writer.write(whole, 5)).toBe(true);
      expect(writer.write(whole, 2, 3)).toBe(true);
      expect([reader.take(), reader.take(), reader.take()]).toEqual([bytes(), bytes(6, 7, 8), bytes(3, 4, 5)]);
    }
  });

  test("closed ends say so, closing twice is nothing", () => {
    const ring = LogRing.create({ capacityBytes: 4096 });
    const reader = ring.reader({ mode: "reliable" });
    const writer = ring.writer();
    writer.write(bytes(1));
    writer.close();
    writer.close();
    expect(codeOf(() => writer.write(bytes(1)))).toBe("RING_CLOSED");
    expect(codeOf(() => writer.waitForSpace(1))).toBe("RING_CLOSED");
    expect(reader.ended).toBe(false);
    expect(reader.take()).toEqual(bytes(1));
    expect(reader.ended).toBe(true);
    expect(reader.wait()).toBe(true);
    using again = ring.writer();
    again.write(bytes(2));
    expect(reader.ended).toBe(false);
    expect(reader.take()).toEqual(bytes(2));
    reader.close();
    reader.close();
    expect(codeOf(() => reader.next())).toBe("RING_CLOSED");
    expect(codeOf(() => reader.wait())).toBe("RING_CLOSED");
  });

  test("one reliable reader too many is refused; keep-last readers never are", () => {
    const ring = LogRing.create({ capacityBytes: 4096, maxReaders: 33 });
    const readers = Array.from({ length: 33 }, () => ring.reader({ mode: "reliable" }));
    expect(codeOf(() => ring.reader({ mode: "reliable" }))).toBe("RING_TOO_MANY_READERS");
    const others = Array.from({ length: 100 }, () => ring.reader());
    using writer = ring.writer();
    writer.write(bytes(5));
    for (const reader of [...readers, ...others]) expect(reader.take()).toEqual(bytes(5));
    readers[7]!.close();
    expect(ring.reader({ mode: "reliable" }).take()).toBeUndefined();
  });

  test("a reader whose owner is dead is reaped; if it lives after all, it is told", () => {
    const ring = LogRing.create({ capacityBytes: 4096 });
    const reader = ring.reader({ mode: "reliable", owner: 42 });
    using writer = ring.writer({ isAlive: (owner) => owner !== 42 });
    while (writer.write(message(1, 50)));
    expect(writer.waitForSpace(50)).toBe(true);
    for (let i = 0; i < 500; i++) expect(writer.write(message(2, 50))).toBe(true);
    expect(codeOf(() => reader.next())).toBe("RING_REAPED");
  });

  test("control words and records that were scribbled over: an error or a counted loss, then it goes on", () => {
    let state = 12345;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
    for (let run = 0; run < 3000; run++) {
      const ring = LogRing.create({ capacityBytes: 4096 });
      const words = new Int32Array(ring.buffer);
      const readers = [ring.reader(), ring.reader({ mode: "reliable" })];
      const writer = ring.writer();
      for (let i = 0; i < 300 && writer.write(message(i, Math.floor(random() * 100))); i++);
      for (let i = 0; i < 1 + random() * 20; i++) {
        const anywhere = random() < 0.3 ? Math.floor(random() * words.length) : 16 + Math.floor(random() * 60);
        words[anywhere] = random() < 0.5 ? Math.floor(random() * 2 ** 32) : Math.floor(random() * 8192) * 8 - 32768;
      }
      for (const reader of readers) {
        for (let i = 0; i < 20; i++) {
          try {
            reader.drain((_, __, length) => expect(length).toBeLessThanOrEqual(1016), 1000);
          } catch (error) {
            expect(error).toBeInstanceOf(RingError);
          }
        }
      }
      for (const end of [...readers, writer]) end.close();
    }
  });
});

describe("waiting in an event loop", () => {
  test("listen hands over what comes until the writer closes", async () => {
    const ring = LogRing.create({ capacityBytes: 4096 });
    const reader = ring.reader({ mode: "reliable" });
    const writer = ring.writer();
    const seen: number[] = [];
    const listening = reader.listen((all, offset) => void seen.push(all[offset]!));
    for (let i = 0; i < 1000; i++) {
      if (!writer.write(message(i, 30))) {
        expect(await writer.waitForSpaceAsync(30)).toBe(true);
        writer.write(message(i, 30));
      }
    }
    writer.close();
    await listening;
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i & 255));
  });

  test("messages() gives copies; a signal and close() end waiting", async () => {
    const ring = LogRing.create({ capacityBytes: 4096 });
    const writer = ring.writer();
    const stop = new AbortController();
    const seen: Uint8Array[] = [];
    const reading = (async () => {
      for await (const one of ring.reader().messages({ signal: stop.signal })) seen.push(one);
    })();
    writer.write(bytes(1));
    writer.write(bytes(2));
    await expect.poll(() => seen.length).toBe(2);
    stop.abort();
    await reading;
    expect(seen).toEqual([bytes(1), bytes(2)]);

    const reader = ring.reader();
    const waiting = reader.waitAsync();
    reader.close();
    expect(await waiting).toBe(true);
    const another = ring.reader();
    await expect(another.waitAsync(undefined, AbortSignal.abort())).rejects.toMatchObject({ code: "RING_ABORTED" });
    expect(await another.waitAsync(1)).toBe(false);
  });

  test("one bell wakes a reader of several rings", async () => {
    const bell = createBell();
    const rings = [1, 2, 3].map(() => LogRing.create({ capacityBytes: 4096, bell }));
    const readers = rings.map((ring) => ring.reader());
    const writers = rings.map((ring) => LogRing.attach(ring.buffer, { bell }).writer());
    const waiting = readers[0]!.waitAsync(5000);
    writers[2]!.write(bytes(3));
    writers[0]!.write(bytes(1));
    expect(await waiting).toBe(true);
    expect(readers.map((reader) => reader.take())).toEqual([bytes(1), undefined, bytes(3)]);
  });
});

test("a reliable reader's cursor that was scribbled over holds the writer up only until its reader looks", () => {
  for (const kind of ["log", "pin"] as const) {
    const ring =
      kind === "log" ? LogRing.create({ capacityBytes: 4096 }) : PinRing.create({ maxMessageBytes: 64, depth: 4 });
    const reader = ring.reader({ mode: "reliable", owner: 4242 });
    using writer = ring.writer();
    for (let i = 0; i < 3; i++) expect(writer.write(message(i, 50))).toBe(true);
    reader.drain(() => {});
    const words = new Int32Array(ring.buffer);
    words[words.indexOf(4242) + 2] = 123456;
    for (let i = 0; i < 100 && writer.write(message(i, 50)); i++) reader.drain(() => {});
    expect(reader.hasNext).toBe(false);
    for (let i = 0; i < 200; i++) {
      expect(writer.write(message(i, 50))).toBe(true);
      expect(reader.drain(() => {})).toBe(1);
    }
    expect(reader.lost).toBe(0);
  }
});

test("a half of the positions that ends while a reliable reader copies does not make it free more than it has", () => {
  const ring = LogRing.create({ capacityBytes: 4096, startPosition: 2 ** 31 - 512 });
  const writer = ring.writer();
  const reader = ring.reader({ mode: "reliable" });
  const message = new Uint8Array(32);
  let written = 0;
  const write = (most: number): void => {
    for (let i = 0; i < most && writer.write(message); i++) written++;
  };
  write(10);
  const { add } = Atomics;
  // The reader's fence, between its copy and its second look: the writer crosses the half just then.
  const fence = vi.spyOn(Atomics, "add").mockImplementationOnce((...args: Parameters<typeof add>) => {
    write(20);
    return add(...args);
  });
  expect(reader.next()).toBe(true);
  fence.mockRestore();
  write(1000);
  let received = 1;
  while (reader.next()) received++;
  expect({ received, lost: reader.lost }).toEqual({ received: written, lost: 0 });
});
