import type { RingMemory } from "../src/index.ts";

/**
 * Runs the real code of several ring ends under every possible interleaving of their accesses to the shared memory.
 *
 * A thread is a function. Each access it makes (an `Atomics` call, a plain load or store of a control word, half of a copy
 * of message bytes, a sleep, a wake-up) is one step. To take a step, the function is run again from its beginning with the
 * results of its earlier accesses replayed; the next access is carried out on the memory, and the one after that suspends
 * it by an exception. So nothing of the code under test is rewritten, and its private state needs no copying.
 *
 * The state of the whole is the memory and what each thread has seen so far, because that decides everything it will do.
 * States that were met before are not entered again; that makes the search exhaustive and finite. Memory is sequentially
 * consistent here; what weaker machines may do is discussed in docs/decisions.
 *
 * Words that only one thread ever touches need no interleaving: an access to them joins the step before it. Which words those
 * are is found out on the way. When one turns out to be shared after all, the search starts again with that knowledge, so
 * the last search, which is the one that counts, is right about all of them.
 *
 * Readers may copy messages word by word: the first words of such a run are steps each, those after them only now and then.
 *
 * Two more things may happen in a state: a thread that may be killed is killed, once in a run; and, only after that, a
 * sleep may time out. As long as nobody was killed, a state in which everybody sleeps is a lost wake-up.
 */
export interface Scenario<Event> {
  readonly memoryBytes: number;
  /** Byte from which on there are nothing but messages. */
  readonly messagesFrom?: number;
  /** Makes the ring; runs before the threads. */
  readonly prepare: (memory: RingMemory) => void;
  readonly threads: readonly ThreadSpec<Event>[];
  /** Called when all threads have ended; throws when what they logged is wrong. `killed` is −1 or the thread killed. */
  readonly check: (logs: readonly (readonly Event[])[], killed: number) => void;
}

export interface ThreadSpec<Event> {
  readonly run: (context: ThreadContext<Event>) => void;
  /** May be killed before any of its steps. */
  readonly mayDie?: boolean;
  /** Starts only when that thread is dead or done. */
  readonly after?: number;
  /** Its first step (an `atomically`) is taken before the search begins; threads that are prepared so, in their order. */
  readonly prepared?: boolean;
  /** Views of `memory.bytes` are for reading: what was there when they were asked for, seen in two steps. */
  readonly reads?: boolean;
}

export interface ThreadContext<Event> {
  readonly memory: RingMemory;
  log(event: Event): void;
  /** What `work` does is one step: for set-up whose interleavings are of no interest. */
  atomically<T>(work: () => T): T;
  /** Message bytes from the shared memory, read in two steps. */
  read(offset: number, length: number): Uint8Array;
  isDead(thread: number): boolean;
}

export interface ExploreResult {
  readonly states: number;
  readonly steps: number;
  readonly ends: number;
  readonly longest: number;
  readonly sharedWords: number;
}

const RUNNING = -1;
const DONE = -2;
const DEAD = -3;

interface ThreadState {
  readonly results: readonly unknown[];
  /** RUNNING, DONE, DEAD, or the word it sleeps on. */
  readonly status: number;
  /** Of the results. */
  readonly hash: readonly [number, number];
  readonly log: readonly unknown[];
  readonly timeouts: number;
}

/** So many words of a run are steps each; of those after them every 128th. */
const RUN_STEPS = 12;
const RUN_MASK = 127;

/** A sleep that times out changes nothing by itself: twice in a quiet state is as good as for ever. */
const MOST_TIMEOUTS = 2;

interface State {
  readonly memory: Int32Array;
  readonly threads: readonly ThreadState[];
  readonly killed: number;
}

class Suspended extends Error {}
const SUSPENDED = new Suspended("suspended");

/** @throws whatever a thread or `check` throws, with the schedule that led there in its message */
export function explore<Event>(scenario: Scenario<Event>, mostStates = 5_000_000): ExploreResult {
  const sharedWords = new Set<number>();
  for (;;) {
    const result = search(scenario, mostStates, sharedWords);
    if (result !== undefined) return { ...result, sharedWords: sharedWords.size };
  }
}

/** How much longer to search, to find more shared words, once it is known that the search must start again. */
const STEPS_TO_LEARN = 3000;

class Again extends Error {}

function search<Event>(
  scenario: Scenario<Event>,
  mostStates: number,
  sharedWords: Set<number>,
): Omit<ExploreResult, "sharedWords"> | undefined {
  const sharedBefore = new Set(sharedWords);
  const touchedBy = new Map<number, number>();
  let stepsLeft = Number.POSITIVE_INFINITY;
  const real = globalThis.Atomics;
  const realRandom = Math.random;
  const buffer = new SharedArrayBuffer(Math.ceil(scenario.memoryBytes / 8) * 8);
  const live = new Int32Array(buffer);
  const liveBytes = new Uint8Array(buffer);

  // What the thread that is being run right now replays and does.
  let replay: readonly unknown[] = [];
  let position = 0;
  let fresh: unknown[] = [];
  let atomic = 0;
  let asleepOn = RUNNING;
  let woken: number[] = [];
  let suspended = false;
  let statuses: readonly number[] = [];
  let lastLoaded = -1; // the word, by a plain load
  let loadedInTurn = 0;

  let current = 0;
  let searching = false;
  const touch = (word: number): void => {
    const before = touchedBy.get(word) ?? 0;
    const now = before | (1 << current);
    if (now === before) return;
    touchedBy.set(word, now);
    if ((now & (now - 1)) === 0) return;
    sharedWords.add(word);
    if (!sharedBefore.has(word) && stepsLeft === Number.POSITIVE_INFINITY) stepsLeft = STEPS_TO_LEARN;
  };
  const isShared = (from: number, words: number): boolean => {
    for (let word = from; word < from + words; word++) if (sharedBefore.has(word)) return true;
    return false;
  };

  /** One access, to `words` words from word `from`; 0 words: always a step of its own, unless it goes `on` with the last. */
  const access = (from: number, words: number, perform: () => unknown, on = false): unknown => {
    if (suspended) throw SUSPENDED; // a finally block of a suspended thread
    if (position < replay.length) return replay[position++];
    const visible = !on && (!searching || words === 0 || isShared(from, words));
    if ((fresh.length > 0 && atomic === 0 && visible) || asleepOn !== RUNNING) {
      suspended = true;
      throw SUSPENDED;
    }
    if (searching) for (let word = from; word < from + words; word++) touch(word);
    const result = perform();
    fresh.push(result);
    return result;
  };

  class SharedBytes extends Uint8Array<SharedArrayBuffer> {
    override set(source: ArrayLike<number>, at = 0): void {
      const half = source.length >>> 1;
      const target = liveBytes.subarray(this.byteOffset, this.byteOffset + this.length);
      const first = (this.byteOffset + at) >>> 2;
      const middle = (this.byteOffset + at + half) >>> 2;
      const end = (this.byteOffset + at + source.length + 3) >>> 2;
      access(first, middle - first, () => target.set(Array.prototype.slice.call(source, 0, half), at));
      access(middle, end - middle, () => target.set(Array.prototype.slice.call(source, half), at + half));
    }
    override subarray(from = 0, to = this.length): Uint8Array<SharedArrayBuffer> {
      return new SharedBytes(buffer, this.byteOffset + from, to - from);
    }
  }

  const read = (from: number, length: number): Uint8Array => {
    const half = length >>> 1;
    const [start, middle, end] = [from >>> 2, (from + half) >>> 2, (from + length + 3) >>> 2];
    const first = access(start, middle - start, () => liveBytes.slice(from, from + half)) as Uint8Array;
    const second = access(middle, end - middle, () => liveBytes.slice(from + half, from + length)) as Uint8Array;
    const whole = new Uint8Array(length);
    whole.set(first);
    whole.set(second, half);
    return whole;
  };

  /** For readers: a view is what was there when it was asked for. */
  class ReadBytes extends Uint8Array<SharedArrayBuffer> {
    override subarray(from = 0, to = this.length): Uint8Array<SharedArrayBuffer> {
      return read(from, to - from) as Uint8Array<SharedArrayBuffer>;
    }
  }

  const firstOfMessages = (scenario.messagesFrom ?? scenario.memoryBytes) >>> 2;
  const load = (word: number): unknown => {
    loadedInTurn = word > firstOfMessages && word === lastLoaded + 1 ? loadedInTurn + 1 : 0;
    lastLoaded = word;
    const on = loadedInTurn >= RUN_STEPS && (loadedInTurn & RUN_MASK) !== 0;
    return access(word, 1, () => live[word], on);
  };

  const words = new Proxy(live, {
    get(target, key) {
      if (typeof key === "string" && key.charCodeAt(0) <= 57) return load(Number(key));
      return Reflect.get(target, key, target) as unknown;
    },
    set(target, key, value: number) {
      access(Number(key), 1, () => (target[Number(key)] = value));
      return true;
    },
  });

  const shared = <A extends unknown[], R>(call: (words: Int32Array, index: number, ...rest: A) => R) =>
    ((array: Int32Array, index: number, ...rest: A): R =>
      array === words
        ? (access(index, 1, () => call(live, index, ...rest)) as R)
        : call(array, index, ...rest)) as typeof call;
  const shim = {
    load: shared(real.load.bind(real) as (words: Int32Array, index: number) => number),
    store: shared(real.store.bind(real) as (words: Int32Array, index: number, value: number) => number),
    add: shared(real.add.bind(real) as (words: Int32Array, index: number, value: number) => number),
    and: shared(real.and.bind(real) as (words: Int32Array, index: number, value: number) => number),
    or: shared(real.or.bind(real) as (words: Int32Array, index: number, value: number) => number),
    exchange: shared(real.exchange.bind(real) as (words: Int32Array, index: number, value: number) => number),
    compareExchange: shared(
      real.compareExchange.bind(real) as (words: Int32Array, index: number, expected: number, value: number) => number,
    ),
    notify: () => 0,
  };

  const memory: RingMemory = {
    buffer,
    words,
    bytes: new SharedBytes(buffer),
    sleeper: {
      wait(_, index, expected) {
        access(index, 0, () => {
          if (live[index] === expected) asleepOn = index;
          return 1;
        });
      },
      waitAsync: () => undefined,
      notify(_, index) {
        access(index, 0, () => void woken.push(index));
      },
    },
  };
  const readMemory: RingMemory = { ...memory, bytes: new ReadBytes(buffer) };

  const run = (state: State, thread: number): State => {
    const before = state.threads[thread]!;
    live.set(state.memory);
    current = thread;
    if (stepsLeft-- <= 0) throw new Again();
    replay = before.results;
    position = 0;
    fresh = [];
    atomic = 0;
    asleepOn = RUNNING;
    woken = [];
    suspended = false;
    lastLoaded = -1;
    statuses = state.threads.map((one) => one.status);
    let random = thread + 1;
    Math.random = () => (random = (random * 16807) % 2147483647) / 2147483647;
    const log: unknown[] = [];
    const spec = scenario.threads[thread]!;
    let status = RUNNING;
    try {
      spec.run({
        memory: spec.reads === true ? readMemory : memory,
        log: (event) => void log.push(event),
        atomically: (work) => {
          // Only a step that starts here may hold several accesses: what came before has been a step of its own.
          access(0, 0, () => undefined);
          atomic++;
          try {
            return work();
          } finally {
            atomic--;
          }
        },
        read,
        isDead: (other) => access(0, 0, () => statuses[other] === DEAD) as boolean,
      });
      status = asleepOn === RUNNING ? DONE : asleepOn; // asleep in its last access: run again once woken
    } catch (thrown) {
      if (!suspended) throw thrown;
      status = asleepOn;
    }
    const results = fresh.length === 0 ? before.results : [...before.results, ...fresh];
    let hash = before.hash;
    for (const one of fresh) hash = mix(hash, one);
    const threads = state.threads.map((one, i) => {
      if (i === thread) return { results, status, hash, log, timeouts: one.timeouts };
      return one.status >= 0 && woken.includes(one.status) ? { ...one, status: RUNNING } : one;
    });
    return { memory: live.slice(), threads, killed: state.killed };
  };

  const mayRun = (state: State, thread: number): boolean => {
    const after = scenario.threads[thread]!.after;
    return state.threads[thread]!.status === RUNNING && (after === undefined || state.threads[after]!.status <= DONE);
  };

  const seen = new Set<string>();
  let [steps, ends, longest] = [0, 0, 0];
  const schedule: string[] = [];

  const visit = (state: State): void => {
    const key = keyOf(state);
    if (seen.has(key)) return;
    if (seen.size >= mostStates) throw new Error(`more than ${mostStates} states`);
    seen.add(key);
    longest = Math.max(longest, schedule.length);
    let moved = false;
    for (let thread = 0; thread < scenario.threads.length; thread++) {
      const status = state.threads[thread]!.status;
      if (mayRun(state, thread)) {
        moved = true;
        step(String(thread), () => run(state, thread));
      }
      if (scenario.threads[thread]!.mayDie === true && state.killed < 0 && (status === RUNNING || status >= 0)) {
        step(`${thread}x`, () => withThread(state, thread, DEAD, thread));
      }
    }
    if (moved) return;
    // Nobody can move. After a killing a sleep may end by its time-out; otherwise a wake-up was lost.
    const sleeper = state.threads.findIndex((one) => one.status >= 0 && one.timeouts < MOST_TIMEOUTS);
    if (state.killed >= 0 && sleeper >= 0) {
      step(`${sleeper}t`, () => withThread(state, sleeper, RUNNING, state.killed, 1));
      return;
    }
    const asleep = state.threads.findIndex((one) => one.status >= 0);
    if (asleep >= 0) throw new Error(`thread ${asleep} sleeps for ever: its wake-up was lost`);
    ends++;
    scenario.check(state.threads.map((one) => one.log) as readonly (readonly Event[])[], state.killed);
  };

  const step = (name: string, take: () => State): void => {
    schedule.push(name);
    steps++;
    visit(take());
    schedule.pop();
  };

  try {
    scenario.prepare({ ...memory, words: live, bytes: liveBytes });
    globalThis.Atomics = shim as unknown as typeof Atomics;
    let start: State = {
      memory: live.slice(),
      threads: scenario.threads.map(() => ({ results: [], status: RUNNING, hash: [1, 2], log: [], timeouts: 0 })),
      killed: -1,
    };
    scenario.threads.forEach((thread, i) => {
      if (thread.prepared === true) start = run(start, i);
    });
    searching = true;
    visit(start);
    if (stepsLeft !== Number.POSITIVE_INFINITY) return undefined;
  } catch (error) {
    if (error instanceof Again) return undefined;
    if (error instanceof Error && schedule.length > 0) error.message += `\n  schedule: ${schedule.join(" ")}`;
    throw error;
  } finally {
    globalThis.Atomics = real;
    Math.random = realRandom;
  }
  return { states: seen.size, steps, ends, longest };
}

function withThread(state: State, thread: number, status: number, killed: number, timeouts = 0): State {
  const threads = state.threads.map((one, i) =>
    i === thread ? { ...one, status, timeouts: one.timeouts + timeouts } : one,
  );
  return { memory: state.memory, threads, killed };
}

/** Two 32-bit hashes over the memory and two over what each thread has seen: two states of a run never share a key in practice. */
function keyOf(state: State): string {
  let [a, b] = [1, 2];
  const { memory } = state;
  for (let i = 0; i < memory.length; i++) {
    const word = memory[i]!;
    if (word === 0) continue;
    a = Math.imul(a ^ (word + i), 0x9e3779b1) ^ (a >>> 15);
    b = (Math.imul(b, 31) + Math.imul(word ^ (i << 16), 0x85ebca6b)) | 0;
  }
  let key = `${a},${b},${state.killed}`;
  for (const one of state.threads)
    key += `,${one.status},${one.timeouts},${one.results.length},${one.hash[0]},${one.hash[1]}`;
  return key;
}

function mix(hash: readonly [number, number], value: unknown): readonly [number, number] {
  let [a, b] = hash;
  const add = (word: number): void => {
    a = Math.imul(a ^ word, 0x9e3779b1) ^ (a >>> 13);
    b = (Math.imul(b, 31) + Math.imul(word, 0x85ebca6b) + 1) | 0;
  };
  if (value instanceof Uint8Array) for (const byte of value) add(byte);
  else add(value === undefined ? 0x7ead : Number(value));
  return [a, b];
}
