import { spawnWorker, type Worker } from "@delos/core/worker";
import { LogRing, PinRing } from "../src/index.ts";
import { CONTROL, COUNT, COUNTERS_WORDS, type StressWorkerData } from "./stress-data.ts";

export interface StressOptions {
  readonly kind: "log" | "pin";
  /** Messages the writers send together. */
  readonly messages: number;
  /** Reliable readers that stay to the end. They must receive everything. */
  readonly reliableReaders: number;
  /** Keep-last readers that stay to the end. */
  readonly keepLastReaders: number;
  /** How often a thread chosen at random is terminated, wherever it is, and another put in its place. */
  readonly terminations: number;
  readonly seed: number;
  /** Module whose `loadOrdinaryView` gives half of the threads other views of the same memory. */
  readonly view?: string | undefined;
}

export interface StressReport {
  readonly messages: number;
  readonly seconds: number;
  readonly received: number;
  readonly lost: number;
  readonly torn: number;
  readonly repeated: number;
  readonly reordered: number;
  /** Times that received + lost of a reader was not what it had passed. Must be 0. */
  readonly miscounted: number;
  readonly lostByReliable: number;
  readonly missedByReliable: number;
  readonly writersTerminated: number;
  readonly readersTerminated: number;
  readonly readersFinished: number;
}

const MOST_OWNERS = 4096;

/** One ring, a writer and readers in threads of their own, some of them terminated at random moments and replaced. */
export async function stress(options: StressOptions): Promise<StressReport> {
  const { kind, messages } = options;
  let state = options.seed >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const ring =
    kind === "log"
      ? LogRing.create({ capacityBytes: 1 << 16, maxMessageBytes: 4096 })
      : PinRing.create({ maxMessageBytes: 4096, depth: 16, chunks: 40 });
  const alive = new SharedArrayBuffer(MOST_OWNERS * 4);
  const counts = new SharedArrayBuffer(MOST_OWNERS * COUNTERS_WORDS * 8);
  const [aliveWords, counters] = [new Int32Array(alive), new Float64Array(counts)];
  const count = (owner: number, what: number): number => counters[owner * COUNTERS_WORDS + what]!;

  interface Thread {
    readonly data: StressWorkerData;
    readonly worker: Worker;
    readonly ended: Promise<number>;
    readonly stays: boolean;
  }
  const failures: unknown[] = [];
  let owners = 1;
  const start = (role: "writer" | "reader", reliable: boolean, stays: boolean): Thread => {
    const owner = owners++;
    const data: StressWorkerData = {
      kind,
      role,
      ring: ring.buffer as SharedArrayBuffer,
      alive,
      counts,
      messages,
      view: owner % 4 < 2 ? undefined : options.view,
      owner,
      reliable,
      slow: role === "reader" && !reliable && owner % 3 === 0 ? 5000 : 0,
      pauseEvery: owner % 2 === 0 ? 20000 : 0,
    };
    Atomics.store(aliveWords, owner, 1);
    const worker = spawnWorker(new URL("./stress.worker.ts", import.meta.url).href, { workerData: data });
    worker.on("error", (error) => failures.push(error));
    const ended = new Promise<number>((resolve) => void worker.on("exit", resolve));
    return { data, worker, ended, stays };
  };
  const kill = async (thread: Thread): Promise<void> => {
    await thread.worker.terminate();
    await thread.ended;
    Atomics.store(aliveWords, thread.data.owner, 0);
  };

  const readers = [
    ...Array.from({ length: options.reliableReaders }, () => start("reader", true, true)),
    ...Array.from({ length: options.keepLastReaders }, () => start("reader", false, true)),
  ];
  const attached = (): boolean => readers.every((reader) => count(reader.data.owner, COUNT.attached) === 1);
  while (!attached() && failures.length === 0) await pause(1);

  const startedMs = performance.now();
  let writer = start("writer", false, false);
  let guests = [start("reader", true, false), start("reader", false, false)];
  let [writersTerminated, readersTerminated] = [0, 0];
  let writing = stateOf(writer.ended);
  /** What a reader that stays has come to: terminations are spread over the whole run. */
  const passed = (): number => count(readers[0]!.data.owner, COUNT.last);
  for (let i = 0; i < options.terminations && failures.length === 0; i++) {
    const due = ((i + random(1000) / 1000) * messages) / options.terminations;
    while (passed() < due && !writing.ended && failures.length === 0) await pause(1);
    await pause(random(20));
    if (random(2) === 0) {
      if (writing.ended) continue;
      await kill(writer);
      writersTerminated++;
      writer = start("writer", false, false);
      writing = stateOf(writer.ended);
    } else {
      const at = random(guests.length);
      await kill(guests[at]!);
      readersTerminated++;
      guests = guests.map((guest, index) => (index === at ? start("reader", random(2) === 0, false) : guest));
    }
  }
  while (failures.length === 0) {
    await writer.ended;
    // A writer may have been terminated after its last message and before it closed the ring.
    if (ring.closed) break;
    writer = start("writer", false, false);
  }
  const stayed = [...readers];
  const all = stateOf(Promise.all(stayed.map((reader) => reader.ended)));
  while (!all.ended && failures.length === 0) await pause(10);
  Atomics.store(aliveWords, CONTROL, 1);
  Atomics.notify(aliveWords, CONTROL);
  await Promise.all([...guests, ...readers, writer].map(kill));
  if (failures.length > 0) throw failures[0];

  const sum = (what: number, of: (owner: number) => boolean = () => true): number => {
    let total = 0;
    for (let owner = 1; owner < owners; owner++) if (of(owner)) total += count(owner, what);
    return total;
  };
  const isReliable = (owner: number): boolean => stayed.some((r) => r.data.owner === owner && r.data.reliable);
  return {
    messages,
    seconds: (performance.now() - startedMs) / 1000,
    received: sum(COUNT.received),
    lost: sum(COUNT.lost),
    torn: sum(COUNT.torn),
    repeated: sum(COUNT.repeated),
    reordered: sum(COUNT.reordered),
    miscounted: sum(COUNT.miscounted),
    lostByReliable: sum(COUNT.lost, isReliable),
    missedByReliable: options.reliableReaders * messages - sum(COUNT.received, isReliable),
    writersTerminated,
    readersTerminated,
    readersFinished: sum(COUNT.finished, (owner) => stayed.some((r) => r.data.owner === owner)),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Whether it has ended, for those who look now and then. */
function stateOf(work: Promise<unknown>): { readonly ended: boolean } {
  const state = { ended: false };
  void work.then(() => (state.ended = true));
  return state;
}
