import { describe, expect, test } from "vitest";
import { atomicsSleeper, createBell, PinRing, type PinRingOptions, RingError, ringMemory } from "./index.ts";

const message = (number: number, length: number): Uint8Array => new Uint8Array(length).fill(number & 255);
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof RingError ? error.code : String(error);
  }
  return "nothing thrown";
};

const STARTS: readonly PinRingOptions[] = [
  {},
  { startSequence: 2 ** 20 - 5 },
  { startSequence: 2 ** 31 - 5 },
  { startSequence: 2 ** 32 - 5 },
  { startSequence: 3 * 2 ** 31 - 2 },
];

describe.for(STARTS)("a pin ring that starts at %o", (start) => {
  const create = (options: PinRingOptions = {}): PinRing =>
    PinRing.create({ maxMessageBytes: 1000, depth: 8, chunks: 12, ...start, ...options });

  test("hands every message to every reader, in order, in place", () => {
    const ring = create();
    const readers = [ring.reader(), ring.reader({ mode: "reliable" }), PinRing.attach(ring.buffer).reader()];
    using writer = ring.writer();
    for (let i = 0; i < 100; i++) {
      expect(writer.write(message(i, i * 10))).toBe(true);
      for (const reader of readers) {
        expect(reader.take()).toEqual(message(i, i * 10));
        expect(reader.bytes.buffer).toBe(ring.buffer);
        expect(reader.take()).toBeUndefined();
        expect(reader.sequence).toBe((start.startSequence ?? 0) + i);
      }
    }
    expect(readers.map((reader) => [reader.received, reader.lost])).toEqual(readers.map(() => [100, 0]));
  });

  test("a held message stays untouched while the writer goes on; released, its chunk serves again", () => {
    const ring = create();
    const reader = ring.reader();
    using writer = ring.writer();
    writer.write(message(7, 900));
    {
      using held = reader.pin()!;
      for (let i = 0; i < 100; i++) expect(writer.write(message(8, 1000))).toBe(true);
      expect(new Uint8Array(held.bytes)).toEqual(message(7, 900));
      expect(held.sequence).toBe(start.startSequence ?? 0);
      expect(reader.held).toBe(1);
      held.release();
      expect(reader.held).toBe(0);
    }
    expect(reader.held).toBe(0);
    reader.drain(() => {});
    expect(reader.received + reader.lost).toBe(101);
  });

  test("a slow keep-last reader counts exactly what it lost", () => {
    const ring = create();
    const reader = ring.reader();
    using writer = ring.writer();
    let sent = 0;
    for (const burst of [1, 3, 8, 9, 100, 2, 33]) {
      for (let i = 0; i < burst; i++, sent++)
        expect(writer.write(new Uint8Array(Int32Array.of(sent).buffer))).toBe(true);
      let last = -1;
      while (reader.next()) {
        last = new DataView(reader.bytes.buffer).getInt32(reader.offset, true);
        expect(reader.received + reader.lost).toBe(last + 1);
      }
      expect(last).toBe(sent - 1);
    }
    expect(reader.lost).toBeGreaterThan(100);
  });

  test("a reliable reader makes the writer wait, and frees it again", () => {
    const ring = create();
    const reader = ring.reader({ mode: "reliable" });
    const watcher = ring.reader(); // keep-last, never reads: stops nobody
    using writer = ring.writer();
    let [sent, received] = [0, 0];
    for (let round = 0; round < 20; round++) {
      while (writer.write(message(sent, 100))) sent++;
      expect(sent - received).toBe(8);
      expect(writer.waitForSpace(100, { timeoutMs: 0 })).toBe(false);
      expect(reader.take()).toEqual(message(received++, 100));
      expect(writer.waitForSpace(100)).toBe(true);
      for (let one = reader.take(); one !== undefined; one = reader.take())
        expect(one).toEqual(message(received++, 100));
      expect(received).toBe(sent);
    }
    expect(reader.lost).toBe(0);
    expect(writer.readers).toBe(2);
    reader.close();
    for (let i = 0; i < 100; i++) expect(writer.write(message(i, 100))).toBe(true);
    watcher.close();
    expect(writer.readers).toBe(0);
  });

  test("a reliable reader loses nothing when messages are more than chunks, and loans are open", () => {
    const ring = create({ chunks: 3 });
    const reader = ring.reader({ mode: "reliable" });
    using writer = ring.writer();
    const loans = [writer.loan(10)!, writer.loan(10)!, writer.loan(10)!];
    expect(writer.loan(10)).toBeUndefined();
    loans[2]!.publish(1);
    loans[0]!.publish(2);
    loans[1]!.cancel();
    loans[1]!.cancel();
    expect(writer.write(message(3, 3))).toBe(true);
    expect(writer.write(message(4, 4))).toBe(false);
    const held = reader.pin()!;
    expect(held.bytes.length).toBe(1);
    expect(reader.take()!.length).toBe(2);
    expect(writer.write(message(5, 5))).toBe(false); // one chunk is held, one current, one unread
    held.release();
    expect(writer.write(message(5, 5))).toBe(true);
    expect(reader.take()).toEqual(message(3, 3));
    expect(reader.take()).toEqual(message(5, 5));
    expect(reader.lost).toBe(0);
  });

  test("a late joiner gets what comes, or first what the ring still holds", () => {
    const ring = create();
    using writer = ring.writer();
    for (let i = 0; i < 20; i++) writer.write(message(i, 20));
    const newest = ring.reader();
    const oldest = ring.reader({ start: "oldest" });
    for (let i = 12; i < 20; i++) expect(oldest.take()).toEqual(message(i, 20));
    writer.write(message(20, 20));
    expect(newest.take()).toEqual(message(20, 20));
    expect(oldest.take()).toEqual(message(20, 20));
    expect([newest.lost, oldest.lost]).toEqual([0, 0]);
  });

  test("of a reliable late joiner's history some may go, but nothing that was written after it came", () => {
    const ring = create();
    const dead = ring.writer({ takeover: true });
    dead.write(message(0, 4));
    const writer = ring.writer({ takeover: true });
    writer.write(message(1, 4)); // looks how far the readers are: there are none
    const reader = ring.reader({ mode: "reliable", start: "oldest" });
    let sent = 2;
    while (writer.write(message(sent, 4))) sent++;
    const got: number[] = [];
    for (let one = reader.take(); one !== undefined; one = reader.take()) got.push(one[0]!);
    expect(got.slice(-(sent - 2))).toEqual(Array.from({ length: sent - 2 }, (_, i) => i + 2));
    expect(reader.lost).toBeLessThanOrEqual(2);
  });

  test("a new writer takes over from a dead one: nothing published is lost, no chunk is lost", () => {
    const ring = create({ chunks: 9 });
    const reader = ring.reader({ mode: "reliable" });
    for (let round = 0; round < 20; round++) {
      const dead = ring.writer({ takeover: true });
      dead.write(message(round, 3));
      dead.loan(500)!.bytes.fill(99);
      const _cork = dead.cork();
      dead.write(message(66, 7)); // named, never shown
      const writer = ring.writer({ takeover: true });
      let fitted = 0;
      while (writer.write(message(fitted, 5))) fitted++;
      expect(fitted).toBe(7);
      expect(reader.take()).toEqual(message(round, 3));
      for (let i = 0; i < fitted; i++) expect(reader.take()).toEqual(message(i, 5));
      expect(reader.take()).toBeUndefined();
    }
  });
});

describe("bad input", () => {
  test("memory that holds no such ring is refused by name", () => {
    expect(codeOf(() => PinRing.attach(new SharedArrayBuffer(8192)))).toBe("RING_NOT_A_RING");
    const spoilt = (word: number, value: number): string => {
      const ring = PinRing.create({ maxMessageBytes: 1000, depth: 4 });
      new Int32Array(ring.buffer)[word] = value;
      return codeOf(() => PinRing.attach(ring.buffer));
    };
    expect(spoilt(1, 99)).toBe("RING_VERSION");
    expect(spoilt(2, 1)).toBe("RING_KIND");
    for (const value of [-1, 0, 64, 2 ** 30]) expect(spoilt(3, value)).toBe("RING_LAYOUT");
    for (const value of [-1, 0, 257, 31]) expect(spoilt(4, value)).toBe("RING_LAYOUT");
    for (const value of [-1, 0, 5000]) expect(spoilt(5, value)).toBe("RING_LAYOUT");
    for (const value of [-1, 0, 3, 8, 2 ** 30]) expect(spoilt(6, value)).toBe("RING_LAYOUT");
  });

  test("impossible sizes, messages over the limit and misuse of loans are errors", () => {
    for (const options of [
      { maxMessageBytes: 0 },
      { maxMessageBytes: 2 ** 31 },
      { depth: 0 },
      { depth: 2 ** 20 },
      { chunks: 0 },
      { chunks: 5000 },
      { maxReaders: 257 },
      { maxReaders: 0 },
      { maxMessageBytes: 2 ** 29, chunks: 10 },
    ]) {
      expect(codeOf(() => PinRing.create(options))).toBe("RING_USAGE");
    }
    const ring = PinRing.create({ maxMessageBytes: 100, depth: 2 });
    expect(codeOf(() => [ring.writer(), ring.writer()])).toBe("RING_WRITER_TAKEN");
    const writer = ring.writer({ takeover: true });
    expect(codeOf(() => writer.write(new Uint8Array(101)))).toBe("RING_TOO_LARGE");
    expect(codeOf(() => writer.loan(-1))).toBe("RING_USAGE");
    const loan = writer.loan(100)!;
    expect(loan.bytes.length).toBe(100);
    expect(codeOf(() => loan.publish(101))).toBe("RING_TOO_LARGE");
    loan.publish(100);
    expect(codeOf(() => loan.publish(100))).toBe("RING_USAGE");
    writer.close();
    expect(codeOf(() => writer.loan(1))).toBe("RING_CLOSED");
  });

  test("33 readers and more: as many as there are places, each with its own pin", () => {
    const ring = PinRing.create({ maxMessageBytes: 64, depth: 2, maxReaders: 40 });
    const readers = Array.from({ length: 40 }, () => ring.reader({ mode: "reliable" }));
    expect(codeOf(() => ring.reader())).toBe("RING_TOO_MANY_READERS");
    using writer = ring.writer();
    for (let i = 0; i < 10; i++) {
      writer.write(message(i, 8));
      const held = readers.map((reader) => reader.pin()!);
      for (const one of held) expect(new Uint8Array(one.bytes)).toEqual(message(i, 8));
      for (const one of held) one.release();
    }
    readers[35]!.close();
    expect(ring.reader().take()).toBeUndefined();
  });

  test("a dead reader's pins are reaped; a reader that lives after all is told", () => {
    const ring = PinRing.create({ maxMessageBytes: 64, depth: 2, chunks: 2 });
    const reader = ring.reader({ mode: "reliable", owner: 42 });
    using writer = ring.writer({ isAlive: (owner) => owner !== 42 });
    writer.write(message(1, 8));
    writer.write(message(2, 8));
    reader.pin();
    reader.pin();
    expect(writer.write(message(3, 8))).toBe(false);
    expect(writer.waitForSpace(8)).toBe(true);
    for (let i = 0; i < 10; i++) expect(writer.write(message(3, 8))).toBe(true);
    expect(codeOf(() => reader.next())).toBe("RING_REAPED");
  });

  test("closing a reader keeps what it holds, and gives the place up with the last of it", () => {
    const ring = PinRing.create({ maxMessageBytes: 64, depth: 2, maxReaders: 1 });
    using writer = ring.writer();
    const reader = ring.reader();
    writer.write(message(5, 64));
    const held = reader.pin()!;
    reader.close();
    reader.close();
    for (let i = 0; i < 50; i++) writer.write(message(6, 64));
    expect(new Uint8Array(held.bytes)).toEqual(message(5, 64));
    expect(codeOf(() => ring.reader())).toBe("RING_TOO_MANY_READERS");
    held.release();
    expect(ring.reader().closed).toBe(false);
    expect(codeOf(() => reader.next())).toBe("RING_CLOSED");
  });

  test("control words that were scribbled over: an error or a counted loss, then it goes on", () => {
    let state = 777;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
    for (let run = 0; run < 3000; run++) {
      const ring = PinRing.create({ maxMessageBytes: 64, depth: 4, chunks: 6, maxReaders: 3 });
      const words = new Int32Array(ring.buffer);
      const readers = [ring.reader(), ring.reader({ mode: "reliable" })];
      const writer = ring.writer();
      for (let i = 0; i < 3; i++) writer.write(message(i, 20));
      for (let i = 0; i < 1 + random() * 20; i++) {
        words[16 + Math.floor(random() * (words.length - 16))] = Math.floor(random() * 2 ** 32);
      }
      for (const reader of readers) {
        for (let i = 0; i < 10; i++) {
          try {
            reader.drain((_, __, length) => expect(length).toBeLessThanOrEqual(64), 1000);
            writer.write(message(i, 20));
          } catch (error) {
            expect(error).toBeInstanceOf(RingError);
          }
        }
      }
      for (const end of [...readers, writer]) end.close();
    }
  });
});

test("an event loop listens, and one bell wakes it for several rings", async () => {
  const bell = createBell();
  const rings = [1, 2].map(() => PinRing.create({ maxMessageBytes: 64, depth: 4, bell }));
  const readers = rings.map((ring) => ring.reader({ mode: "reliable" }));
  const writers = rings.map((ring) => PinRing.attach(ring.buffer, { bell }).writer());
  const seen: number[][] = [[], []];
  const listening = readers.map((reader, i) => reader.listen((bytes, offset) => void seen[i]!.push(bytes[offset]!)));
  for (let i = 0; i < 200; i++) {
    const writer = writers[i & 1]!;
    if (!writer.write(message(i, 9))) {
      expect(await writer.waitForSpaceAsync(9)).toBe(true);
      writer.write(message(i, 9));
    }
  }
  for (const writer of writers) writer.close();
  await Promise.all(listening);
  expect(seen.map((list) => list.length)).toEqual([100, 100]);
  expect(seen[1]).toEqual(Array.from({ length: 100 }, (_, i) => (2 * i + 1) & 255));
});

test("an event loop that has more to read does not have itself woken for it, also where each message fills a turn", async () => {
  const options = { maxMessageBytes: 4096, depth: 8 };
  let wakes = 0;
  const notify: typeof atomicsSleeper.notify = (words, index) => {
    wakes++;
    atomicsSleeper.notify(words, index);
  };
  const memory = ringMemory(new SharedArrayBuffer(PinRing.bytesFor(options)), { ...atomicsSleeper, notify });
  const ring = PinRing.createIn(memory, options);
  const [writer, reader] = [ring.writer(), ring.reader({ mode: "reliable" })];
  const MESSAGES = 500;
  let written = 0;
  const write = (count: number): void => {
    for (let i = 0; i < count && written < MESSAGES; i++) if (writer.write(message(written, 4096))) written++;
  };
  const listening = reader.listen(
    () => {
      write(2); // there is always one more by the time this one has been read
      if (reader.received === MESSAGES) writer.close();
    },
    { bytes: 4096 },
  );
  write(2);
  await listening;
  expect([written, reader.received, reader.lost]).toEqual([MESSAGES, MESSAGES, 0]);
  expect(wakes).toBeLessThan(20);
});

test("what was read and let go is filled next, also when it was still held as the writer looked", () => {
  const ring = PinRing.create({ maxMessageBytes: 2 ** 16, depth: 8, chunks: 16 });
  const reader = ring.reader({ mode: "reliable" });
  using writer = ring.writer({ history: 0, reuseEvery: 1 });
  const places = new Set<number>();
  for (let n = 0; n < 100; n++) {
    expect(writer.write(message(n, 1000))).toBe(true); // the message before is still pinned
    expect(reader.next()).toBe(true);
    expect(reader.bytes[reader.offset]).toBe(n & 255);
    places.add(reader.offset);
  }
  expect(places.size).toBe(2);
});

test("a large message takes the last one's place when its reader is through with it, and does not wait for one who is not", () => {
  const ring = PinRing.create({ maxMessageBytes: 2 ** 20, depth: 8, chunks: 16 });
  const reader = ring.reader({ mode: "reliable" });
  using writer = ring.writer({ history: 0 });
  const large = message(7, 2 ** 20);
  const placeOf = (): number => {
    expect(writer.write(large)).toBe(true);
    expect(reader.next()).toBe(true);
    return reader.offset;
  };
  const first = placeOf();
  expect(reader.next()).toBe(false);
  expect(placeOf()).toBe(first);
  const held = reader.hold();
  const places = new Set([first]);
  for (let n = 0; n < 20; n++) {
    const place = placeOf();
    expect(place).not.toBe(first); // it is held, however long
    places.add(place);
  }
  expect(places.size).toBe(3);
  held.release();
});
