/** One end of a ring under stress: a writer or a reader that checks every byte. See stress.ts. */
import { workerData } from "node:worker_threads";
import { atomicsSleeper, LogRing, PinRing, type RingReader, ringMemory } from "../src/index.ts";
import { CONTROL, COUNT, COUNTERS_WORDS, lengthOf, type StressWorkerData } from "./stress-data.ts";

const data = workerData as StressWorkerData;
const alive = new Int32Array(data.alive);
const counts = new Float64Array(data.counts);
const isAlive = (owner: number): boolean => Atomics.load(alive, owner) === 1;
const memory = ringMemory(data.ring, atomicsSleeper, await otherView());
const ring = data.kind === "log" ? LogRing.attach(memory) : PinRing.attach(memory);

if (data.role === "writer") write();
else read();

interface Views {
  readonly loadOrdinaryView: () => Promise<(buffer: SharedArrayBuffer) => Uint8Array>;
}

async function otherView(): Promise<Uint8Array | undefined> {
  if (data.view === undefined) return undefined;
  const { loadOrdinaryView } = (await import(data.view)) as Views;
  return (await loadOrdinaryView())(data.ring);
}

/** Message n: as long as n says, its first word n, every other word n too, negated. */
function write(): void {
  const largest = ring.maxMessageBytes;
  const words = new Int32Array(largest >>> 2);
  const all = new Uint8Array(words.buffer);
  using writer = ring.writer({ takeover: true, isAlive });
  let n = writer.sequence;
  for (let turn = 0; n < data.messages; turn++) {
    // Now and then a batch, now and then a reservation that comes to nothing.
    const batch = turn % 7 === 0 ? 1 + (n % 50) : 1;
    {
      using _cork = batch > 1 ? writer.cork() : undefined;
      for (let i = 0; i < batch && n < data.messages; i++) {
        const length = lengthOf(n, largest);
        words.fill(~n, 0, length >>> 2);
        words[0] = n;
        const message = all.subarray(0, length);
        if (!writer.write(message)) {
          writer.flush();
          if (!writer.waitForSpace(length)) return;
          if (!writer.write(message)) throw new Error("no room after waiting for it");
        }
        n++;
      }
    }
    if (turn % 1000 === 999) {
      if (writer instanceof Object && "reserve" in writer) {
        if (writer.reserve(100) >= 0) writer.cancel();
      } else {
        writer.loan(100)?.cancel();
      }
      if (Atomics.load(alive, CONTROL) === 1) return; // asked to stop
      if (data.pauseEvery > 0 && turn % data.pauseEvery === data.pauseEvery - 1) Atomics.wait(alive, CONTROL, 0, 1);
    }
  }
}

function read(): void {
  const base = data.owner * COUNTERS_WORDS;
  const reader: RingReader = ring.reader({
    mode: data.reliable ? "reliable" : "keep-last",
    start: data.owner % 2 === 0 ? "newest" : "oldest",
    owner: data.owner,
  });
  let words = new Int32Array(reader.bytes.buffer);
  let seen = reader.bytes;
  let first = -1;
  let last = -1;
  const add = (counter: number): void => void (counts[base + counter] = counts[base + counter]! + 1);
  counts[base + COUNT.attached] = 1;
  for (;;) {
    while (reader.next()) {
      if (reader.bytes !== seen) {
        seen = reader.bytes;
        words = new Int32Array(seen.buffer);
      }
      const sequence = reader.sequence;
      const n = sequence | 0;
      const start = reader.offset >>> 2;
      if (first < 0) first = sequence - reader.lost;
      else if (sequence === last) add(COUNT.repeated);
      else if (sequence < last) add(COUNT.reordered);
      last = sequence;
      let whole = reader.length === lengthOf(sequence, ring.maxMessageBytes) && words[start] === n;
      for (let i = 1; i < reader.length >>> 2 && whole; i++) whole = words[start + i] === ~n;
      if (!whole) add(COUNT.torn);
      if (reader.received + reader.lost !== last - first + 1) add(COUNT.miscounted);
      if (data.slow > 0 && sequence % data.slow === 0) Atomics.wait(alive, CONTROL, 0, 1);
      if ((reader.received & 255) === 0) {
        counts[base + COUNT.received] = reader.received;
        counts[base + COUNT.lost] = reader.lost;
        counts[base + COUNT.last] = last;
      }
    }
    counts[base + COUNT.received] = reader.received;
    counts[base + COUNT.lost] = reader.lost;
    counts[base + COUNT.last] = last;
    if (reader.ended && last === data.messages - 1) break;
    if (reader.ended && Atomics.load(alive, CONTROL) === 1) break;
    if (reader.ended) Atomics.wait(alive, CONTROL, 0, 1);
    else reader.wait({ timeoutMs: 50 });
  }
  counts[base + COUNT.finished] = 1;
  reader.close();
}
