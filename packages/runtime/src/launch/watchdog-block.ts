import { DelosError, UsageError } from "@delos/core";

/**
 * What the watched loops and the watchdog's thread share. All words are int32; what different threads write lies on
 * different cache lines.
 *
 *   byte   0  magic "DWD1"   loops n                      written once, before any thread sees the block
 *   byte  64  looks          trip         stops  errors   written by the watchdog only
 *   byte 128  resets         closing       armed          written by the program that started the watchdog
 *   byte 192 + 64 i  beats   state        deadlineMs      loop i; beats and state are written by that loop only; 0: no deadline
 *
 * `looks` counts the watchdog's own looks and `beats` the turns of a loop; both wrap at 2³² and say only that something
 * moved, so that no clock is compared across threads. `trip` is 0 or 1 + the index of the loop that fell silent first.
 * `stops` counts the safe commands that the watchdog gave out and `errors` those that failed. `resets` counts the RESETs.
 * `armed` is 0 while the car is driven by hand: the watchdog trips all the same, but does not brake under the driver.
 */
const MAGIC = 0x3144_5744;
const LINE = 16; // words
const [MAGIC_AT, LOOPS_AT] = [0, 1];
const [LOOKS, TRIP, STOPS, ERRORS] = [LINE, LINE + 1, LINE + 2, LINE + 3];
const [RESETS, CLOSING, ARMED] = [2 * LINE, 2 * LINE + 1, 2 * LINE + 2];
const [BEATS, STATE, DEADLINE] = [0, 1, 2];
const MOST_LOOPS = 64;

/** A loop that has not beaten yet, one that is watched, one that ended in order. */
export const LOOP_STATE = { waiting: 0, watched: 1, ended: 2 } as const;
const lineOf = (loop: number): number => (3 + loop) * LINE;

/** The block as every thread sees it. Which side may write what stands in the drawing. */
export class WatchdogBlock {
  readonly #words: Int32Array;
  /** How many loops are watched. */
  readonly loops: number;

  private constructor(words: Int32Array, loops: number) {
    this.#words = words;
    this.loops = loops;
  }

  /**
   * Deadlines in ms; `Infinity` for a loop that counts its turns but is not watched.
   * @throws {UsageError} without a loop, with more than 64, or for a deadline that is not a number of ms above 0
   */
  static create(deadlinesMs: readonly number[]): WatchdogBlock {
    if (deadlinesMs.length === 0 || deadlinesMs.length > MOST_LOOPS) {
      throw new UsageError(`a watchdog of ${deadlinesMs.length} loops: 1 to ${MOST_LOOPS} were expected`);
    }
    const words = new Int32Array(new SharedArrayBuffer(lineOf(deadlinesMs.length) * 4));
    deadlinesMs.forEach((deadlineMs, loop) => {
      if (deadlineMs === Number.POSITIVE_INFINITY) return;
      if (!(deadlineMs >= 1 && deadlineMs <= 0x7fff_ffff)) {
        throw new UsageError(`loop ${loop} has a deadline of ${deadlineMs} ms: 1 or more were expected`);
      }
      words[lineOf(loop) + DEADLINE] = Math.ceil(deadlineMs);
    });
    words[LOOPS_AT] = deadlinesMs.length;
    words[ARMED] = 1;
    words[MAGIC_AT] = MAGIC;
    return new WatchdogBlock(words, deadlinesMs.length);
  }

  /** @throws {DelosError} SAFETY_BLOCK when the memory holds no such block */
  static attach(buffer: SharedArrayBuffer): WatchdogBlock {
    const words = new Int32Array(buffer);
    const loops = words[LOOPS_AT] ?? 0;
    if (words[MAGIC_AT] !== MAGIC || loops < 1 || words.length < lineOf(loops)) {
      throw new DelosError("SAFETY_BLOCK", `${buffer.byteLength} bytes of memory that hold no watchdog's block`);
    }
    return new WatchdogBlock(words, loops);
  }

  get buffer(): SharedArrayBuffer {
    return this.#words.buffer as SharedArrayBuffer;
  }

  // ---- a loop

  beat(loop: number): void {
    const line = lineOf(loop);
    Atomics.store(this.#words, line + STATE, LOOP_STATE.watched);
    Atomics.add(this.#words, line + BEATS, 1); // SYNC beat: seen by the watchdog's next look
  }

  end(loop: number): void {
    Atomics.store(this.#words, lineOf(loop) + STATE, LOOP_STATE.ended);
  }

  // ---- the watchdog

  beats(loop: number): number {
    return Atomics.load(this.#words, lineOf(loop) + BEATS); // SYNC beat
  }

  state(loop: number): number {
    return Atomics.load(this.#words, lineOf(loop) + STATE);
  }

  deadlineMs(loop: number): number {
    return this.#words[lineOf(loop) + DEADLINE]! || Number.POSITIVE_INFINITY;
  }

  looked(): void {
    Atomics.add(this.#words, LOOKS, 1);
  }

  setTrip(loop: number | undefined): void {
    Atomics.store(this.#words, TRIP, loop === undefined ? 0 : loop + 1); // SYNC trip
    Atomics.notify(this.#words, TRIP);
  }

  stopped(done: boolean): void {
    Atomics.add(this.#words, done ? STOPS : ERRORS, 1);
    Atomics.notify(this.#words, done ? STOPS : ERRORS);
  }

  get resets(): number {
    return Atomics.load(this.#words, RESETS); // SYNC reset
  }

  get armed(): boolean {
    return Atomics.load(this.#words, ARMED) !== 0; // SYNC arm
  }

  get closing(): boolean {
    return Atomics.load(this.#words, CLOSING) !== 0;
  }

  // ---- everybody else

  /** The loop whose silence tripped the watchdog; undefined while all is well. One atomic load: for polling in every cycle. */
  get trip(): number | undefined {
    const trip = Atomics.load(this.#words, TRIP); // SYNC trip
    return trip === 0 ? undefined : trip - 1;
  }

  /** Moves as long as the watchdog's thread lives. */
  get looks(): number {
    return Atomics.load(this.#words, LOOKS);
  }

  get stops(): number {
    return Atomics.load(this.#words, STOPS);
  }

  get errors(): number {
    return Atomics.load(this.#words, ERRORS);
  }

  /** Asks for the stop to be cleared; the watchdog does it at its next look. */
  reset(): void {
    Atomics.add(this.#words, RESETS, 1); // SYNC reset
  }

  /** Whether the program drives, from the chassis' driving mode. Armed from the start. */
  arm(armed: boolean): void {
    Atomics.store(this.#words, ARMED, armed ? 1 : 0); // SYNC arm
  }

  close(): void {
    Atomics.store(this.#words, CLOSING, 1);
  }

  /**
   * Blocks this thread until the watchdog has tripped, has given out its first safe command or could not, or is clear again.
   * Not for the main thread of a browser.
   */
  wait(what: "trip" | "stop" | "error" | "clear"): void {
    const at = { trip: TRIP, stop: STOPS, error: ERRORS, clear: TRIP }[what];
    for (;;) {
      const value = Atomics.load(this.#words, at);
      if ((value !== 0) !== (what === "clear")) return;
      Atomics.wait(this.#words, at, value);
    }
  }
}
