import {
  type LogReader,
  type LogReaderOptions,
  LogRing,
  type LogWriter,
  type LogWriterOptions,
  type PinReader,
  type PinReaderOptions,
  PinRing,
  type PinRingOptions,
  type PinWriter,
  type PinWriterOptions,
  type RingMemory,
  type RingReader,
} from "../src/index.ts";
import { PLACES, RECORD_HEADER_BYTES } from "../src/log-layout.ts";
import type { Scenario, ThreadContext, ThreadSpec } from "./explorer.ts";

/** What threads report: a message that was read, or a number under a name. */
export type Event =
  | { readonly sequence: number; readonly bytes: Uint8Array }
  | { readonly name: string; readonly value: number };

type Check = Scenario<Event>["check"];
type Context = ThreadContext<Event>;

/** Four of these fill a LogRing of the least capacity. */
const LARGE = 1000;
const message = (n: number, length: number): Uint8Array => new Uint8Array(length).fill(n + 1);

function expectWhole(event: Event): void {
  if (!("bytes" in event)) return;
  const { bytes, sequence } = event;
  if (bytes.every((byte) => byte === sequence + 1)) return;
  throw new Error(`message ${sequence} is torn: ${[...new Set(bytes)].join(",")}`);
}

/** Every message whole, in order, none twice; returns the numbers. */
function sequencesOf(log: readonly Event[]): number[] {
  const sequences: number[] = [];
  for (const event of log) {
    if (!("bytes" in event)) continue;
    expectWhole(event);
    const last = sequences.at(-1);
    if (last !== undefined && event.sequence <= last) throw new Error(`${event.sequence} came after ${last}`);
    sequences.push(event.sequence);
  }
  return sequences;
}

const valueOf = (log: readonly Event[], name: string): number => {
  const found = log.find((event) => "name" in event && event.name === name);
  return found !== undefined && "name" in found ? found.value : Number.NaN;
};

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Reads until `last` has been seen, sleeping when there is nothing. */
function readTo(context: Context, reader: RingReader, last: number, inPlace: boolean): void {
  for (;;) {
    while (reader.next()) {
      const { offset, length, sequence } = reader;
      const bytes = inPlace ? context.read(offset, length) : reader.bytes.slice(offset, offset + length);
      context.log({ sequence, bytes });
    }
    if (reader.sequence >= last || reader.ended) break;
    reader.wait();
  }
  context.log({ name: "lost", value: reader.lost });
  context.log({ name: "received", value: reader.received });
}

interface Writing {
  write(bytes: Uint8Array): boolean;
  waitForSpace(length: number): boolean;
}

function writeAll(writer: Writing, from: number, to: number, length: number): void {
  for (let n = from; n < to; n++) {
    while (!writer.write(message(n, length))) writer.waitForSpace(length);
  }
}

const logFrom = (startPosition: number): Pick<Scenario<Event>, "memoryBytes" | "messagesFrom" | "prepare"> => {
  const options = { capacityBytes: 4096, maxReaders: 2, startPosition };
  const memoryBytes = LogRing.bytesFor(options);
  const prepare = (memory: RingMemory): void => void LogRing.createIn(memory, options);
  return { memoryBytes, messagesFrom: memoryBytes - options.capacityBytes, prepare };
};
/** The counters stand just before their wrap-around, so that every scenario also crosses it. */
const log = logFrom(2 ** 32 - 2048);
/** A multiple of 4 KB, the ring's size, and of 2 GB, in front of which there is room for three large messages and 8 bytes. */
const BEFORE_2_GB = 2 ** 32 - 3 * (LARGE + 8) - 8;
/** The word that the first reliable reader announces its position in. */
const FIRST_CURSOR = PLACES + 2;
const pinOptions = { maxMessageBytes: 8, depth: 2, chunks: 3, maxReaders: 2 };
const pinWith = (options: PinRingOptions): { memoryBytes: number; prepare: (memory: RingMemory) => void } => ({
  memoryBytes: PinRing.bytesFor({ ...pinOptions, ...options }),
  prepare: (memory) => void PinRing.createIn(memory, { ...pinOptions, ...options }),
});

/** `before`: messages that are written already when the search begins. */
type Options = {
  readonly before?: number;
  readonly prepared?: boolean;
  readonly mayDie?: boolean;
  readonly after?: number;
  /** A successor opens its end in one step. */
  readonly opensAtOnce?: boolean;
};

const logReader = (last: number, options: LogReaderOptions & Options = {}): ThreadSpec<Event> => ({
  prepared: true,
  ...options,
  reads: true,
  run: (context) => {
    const open = (): LogReader => LogRing.attach(context.memory).reader(options);
    readTo(context, options.prepared === false ? open() : context.atomically(open), last, false);
  },
});
const logWriter = (
  from: number,
  to: number,
  length: number,
  options: LogWriterOptions & Options = {},
): ThreadSpec<Event> => ({
  prepared: options.after === undefined,
  ...options,
  run: (context) => {
    const open = (): LogWriter => {
      const writer = LogRing.attach(context.memory).writer(options);
      writeAll(writer, 0, options.before ?? 0, length);
      return writer;
    };
    const atOnce = options.after === undefined || options.opensAtOnce === true;
    const writer = atOnce ? context.atomically(open) : open();
    writeAll(writer, Math.max(from, writer.sequence), to, length);
    if (options.after !== undefined) writer.close();
  },
});
const pinReader = (last: number, options: PinReaderOptions & Options = {}): ThreadSpec<Event> => ({
  prepared: true,
  ...options,
  reads: true,
  run: (context) => {
    const open = (): PinReader => PinRing.attach(context.memory).reader({ owner: 77, ...options });
    readTo(context, options.prepared === false ? open() : context.atomically(open), last, true);
  },
});
const pinWriter = (from: number, to: number, options: PinWriterOptions & Options = {}): ThreadSpec<Event> => ({
  prepared: options.after === undefined,
  ...options,
  run: (context) => {
    const isAlive = (): boolean => !context.isDead(0); // readers are thread 0
    const open = (): PinWriter => {
      const writer = PinRing.attach(context.memory).writer({ ...options, isAlive });
      writeAll(writer, 0, options.before ?? 0, 8);
      return writer;
    };
    const writer = options.after === undefined ? context.atomically(open) : open();
    writeAll(writer, Math.max(from, writer.sequence), to, 8);
    if (options.after !== undefined) writer.close();
  },
});

/** A reader that saw everything from 0 to `last`. */
const all =
  (last: number, ...readers: number[]): Check =>
  (logs, killed) => {
    for (const reader of readers) {
      if (reader === killed) continue;
      const sequences = sequencesOf(logs[reader]!);
      must(sequences.length === last + 1 && sequences.at(-1) === last, `got ${sequences.join(",")}`);
      must(valueOf(logs[reader]!, "lost") === 0, "counted a loss");
    }
  };

/** A keep-last reader that started with message 0: it saw the last message, and counted what it did not see. */
const counted =
  (last: number, ...readers: number[]): Check =>
  (logs, killed) => {
    for (const reader of readers) {
      const sequences = sequencesOf(logs[reader]!);
      if (reader === killed) continue;
      must(sequences.at(-1) === last, `got ${sequences.join(",")}`);
      const missing = last + 1 - sequences.length;
      must(valueOf(logs[reader]!, "lost") === missing, `counted ${valueOf(logs[reader]!, "lost")} of ${missing} lost`);
    }
  };

/** A reader that joined at some time: without a gap from its first message on. */
const gapless =
  (last: number, ...readers: number[]): Check =>
  (logs, killed) => {
    for (const reader of readers) {
      const sequences = sequencesOf(logs[reader]!);
      if (reader === killed || sequences.length === 0) continue;
      must(sequences.at(-1) === last && sequences.length === last + 1 - sequences[0]!, `got ${sequences.join(",")}`);
      must(valueOf(logs[reader]!, "lost") === 0, "counted a loss");
    }
  };

export const scenarios: Readonly<Record<string, Scenario<Event>>> = {
  "log: publish against drain and sleep": { ...log, threads: [logReader(2), logWriter(0, 3, 8)], check: all(2, 0) },
  "log: two readers sleep on one bell": {
    ...log,
    threads: [logReader(0), logReader(0), logWriter(0, 1, 8)],
    check: all(0, 0, 1),
  },
  "log: keep-last, two messages more than a full ring holds": {
    ...log,
    threads: [logReader(4), logWriter(0, 5, LARGE, { before: 3 })],
    check: counted(4, 0),
  },
  "log: reliable, two messages more than a full ring holds, both sides sleep": {
    ...log,
    threads: [logReader(4, { mode: "reliable" }), logWriter(0, 5, LARGE, { before: 3 })],
    check: all(4, 0),
  },
  "log: reliable, the position passes a multiple of 2 GB while a batch is copied": {
    ...logFrom(BEFORE_2_GB),
    threads: [
      {
        prepared: true,
        reads: true,
        run: (context) => {
          const { memory } = context;
          const reader = context.atomically(() => LogRing.attach(memory).reader({ mode: "reliable" }));
          while (reader.sequence < 4) {
            while (reader.next()) {
              const first = reader.offset === RECORD_HEADER_BYTES;
              context.log({ name: first ? "first of a batch" : "further", value: reader.sequence });
              context.log({ name: "cursor", value: Atomics.load(memory.words, FIRST_CURSOR) });
            }
            if (reader.sequence < 4) reader.wait();
          }
        },
      },
      logWriter(0, 5, LARGE, { before: 3 }),
    ],
    check: ([events]) => {
      let last = -1;
      const batches: { last: number; readonly cursors: number[] }[] = [];
      for (const event of events!) {
        if (!("name" in event)) continue;
        if (event.name === "cursor") batches.at(-1)!.cursors.push(event.value);
        else {
          must(event.value === ++last, `got ${event.value} for ${last}`);
          if (event.name === "further") batches.at(-1)!.last = last;
          else batches.push({ last, cursors: [] });
        }
      }
      must(last === 4, `ended with ${last}`);
      // Three messages end 8 bytes before the boundary; there the ring's end is, too, and the fourth goes to its start.
      const endOf = (n: number): number => BEFORE_2_GB + (n + 1) * (LARGE + 8) + (n < 3 ? 0 : 8);
      for (const batch of batches) {
        for (const cursor of batch.cursors)
          must(((cursor - endOf(batch.last)) | 0) <= 0, `freed up to ${cursor >>> 0}, but copied only ${batch.last}`);
      }
    },
  },
  "log: a reliable reader joins while two messages go into a full ring": {
    ...log,
    threads: [logReader(5, { mode: "reliable", prepared: false }), logWriter(0, 6, LARGE, { before: 4 })],
    check: gapless(5, 0),
  },
  "log: the writer is killed anywhere, its successor opens at once and writes one more": {
    ...log,
    threads: [
      logReader(1),
      logWriter(0, 1, 8, { mayDie: true }),
      logWriter(0, 2, 8, { takeover: true, after: 1, opensAtOnce: true }),
    ],
    check: all(1, 0),
  },
  "log: the writer of one message is killed anywhere, its successor opens step by step": {
    ...log,
    threads: [logReader(0), logWriter(0, 1, 8, { mayDie: true }), logWriter(0, 1, 8, { takeover: true, after: 1 })],
    check: all(0, 0),
  },
  "log: a reliable reader is killed anywhere, the writer goes on": {
    ...log,
    threads: [
      logReader(4, { mode: "reliable", mayDie: true, owner: 77 }),
      {
        prepared: true,
        run: (context) => {
          const isAlive = (): boolean => !context.isDead(0);
          const writer = context.atomically(() => {
            const opened = LogRing.attach(context.memory).writer({ isAlive });
            writeAll(opened, 0, 4, LARGE);
            return opened;
          });
          writeAll(writer, 4, 5, LARGE);
        },
      },
    ],
    check: all(4, 0),
  },
  "pin: keep-last, four messages through two descriptors and two chunks": {
    ...pinWith({ chunks: 2 }),
    threads: [pinReader(3), pinWriter(0, 4, { before: 1 })],
    check: counted(3, 0),
  },
  "pin: reliable, three messages through two descriptors and two chunks, both sides sleep": {
    ...pinWith({ chunks: 2 }),
    threads: [pinReader(2, { mode: "reliable" }), pinWriter(0, 3, { before: 2 })],
    check: all(2, 0),
  },
  "pin: reliable, what has been read is filled again at once": {
    ...pinWith({ depth: 4, chunks: 3 }),
    threads: [pinReader(2, { mode: "reliable" }), pinWriter(0, 3, { history: 0, reuseEvery: 1 })],
    check: all(2, 0),
  },
  "pin: one chunk for everything": {
    ...pinWith({ depth: 1, chunks: 1 }),
    threads: [pinReader(1, { mode: "reliable" }), pinWriter(0, 2)],
    check: all(1, 0),
  },
  "pin: a reliable reader joins while four messages go through": {
    ...pinWith({ chunks: 2 }),
    threads: [pinReader(3, { mode: "reliable", prepared: false }), pinWriter(0, 4, { before: 2 })],
    check: gapless(3, 0),
  },
  "pin: the writer is killed anywhere, its successor ends the work": {
    ...pinWith({}),
    threads: [
      pinReader(1, { mode: "reliable" }),
      pinWriter(0, 1, { mayDie: true }),
      pinWriter(0, 2, { takeover: true, after: 1 }),
    ],
    check: all(1, 0),
  },
  "pin: a reader is killed anywhere, its pins are reaped": {
    ...pinWith({ chunks: 2 }),
    threads: [pinReader(2, { mode: "reliable", mayDie: true }), pinWriter(0, 3, { before: 2 })],
    check: all(2, 0),
  },
};
