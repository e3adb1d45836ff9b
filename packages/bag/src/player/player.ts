import { type Clock, UsageError } from "@delos/core";
import type { MessageCursor, RecordedMessage, Recording } from "../recording.ts";
import { type BackfillLimits, messagesBefore } from "./backfill.ts";
import { Pace } from "./pace.ts";
import { ReadAheadCursor } from "./read-ahead.ts";
import { type Selection, select } from "./selection.ts";

export const MIN_RATE = 0.01;
export const MAX_RATE = 1000;

/** Messages more than this behind their time count as late. */
const LATE_MS = 1;

/** A pass of a loop takes at least this long, so that a recording of one instant does not loop without end in no time. */
const MIN_PASS_MS = 10;

/** What jumps in time are for. `step` goes back by messages; the others move to a time. */
export type JumpReason = "loop" | "seek" | "restart" | "step";

/** Time does not go on from where it was: sent before the first message that follows. */
export interface Jump {
  readonly reason: JumpReason;
  readonly timeNs: bigint;
  /** How often time has gone back. */
  readonly pass: number;
}

/**
 * Where the player puts what it plays. Each call answers whether it was taken; what was not is offered again by the next
 * `poll()`, so a full sink delays messages (they count as late) and loses none.
 */
export interface PlayerSink {
  /**
   * `message` and its data are valid during the call only, unless `owned`: then a sink that takes it may keep its data, or give
   * it away. `dueMs` is NaN for messages that have no time of their own; `timeNs` is its log time.
   */
  message(message: RecordedMessage | MessageCursor, dueMs: number, timeNs: bigint, owned: boolean): boolean;
  /** A stamp of simulated time. */
  clock(timeNs: bigint): boolean;
  jump(jump: Jump): boolean;
}

export interface PlayerOptions extends Selection {
  /** Recorded seconds per second, 0.01 … 1000; Infinity: as fast as the sink takes it. Default 1. */
  readonly rate?: number | undefined;
  readonly loop?: boolean | undefined;
  readonly paused?: boolean | undefined;
  /** Waits this long before the first message, and with `delayEachPass` before every pass. */
  readonly delayMs?: number | undefined;
  readonly delayEachPass?: boolean | undefined;
  /** Gaps longer than this many recorded seconds are jumped over. */
  readonly skipEmptyS?: number | undefined;
  /** Stamps of simulated time a second (of wall time; at full speed, of recorded time). Absent: none. */
  readonly clockHz?: number | undefined;
  /** Also a stamp right before each message: of all topics, or of these. */
  readonly clockTopics?: "all" | readonly string[] | undefined;
  /** Pauses after a message on one of these. */
  readonly pauseTopics?: readonly string[] | undefined;
  /** After a seek, send the last message of every topic before it, as far as these limits allow; latched ones always. */
  readonly backfill?: BackfillLimits | undefined;
}

export type PlayerState = "playing" | "paused" | "ended";

/**
 * Plays a recording: decides what is sent and when, and nothing else. It waits for nothing and owns no thread or timer: the
 * caller calls `poll()` not before `nextDueMs()`, and after every command.
 *
 * The semantics are those of `rosbag play`: one fixed monotonic origin, the first message at once, late messages at once, no
 * gap between the passes of a loop, latched messages before the start first. Beyond it: seek, steps back, A-B loops.
 */
export class Player implements Disposable {
  readonly #recording: Recording;
  readonly #clock: Clock;
  readonly #sink: PlayerSink;
  readonly #options: PlayerOptions;
  readonly #cursor: ReadAheadCursor;
  readonly #pace: Pace;
  readonly #clockPeriodMs: number;
  readonly #clockTopics: "all" | ReadonlySet<string>;
  readonly #pauseTopics: ReadonlySet<string>;
  /** Bounds of the selection, both inclusive. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Topics that are played; undefined: all. */
  readonly topics: readonly string[] | undefined;
  /** Topics that were asked for and are not in the recording. */
  readonly missingTopics: readonly string[];

  #state: PlayerState = "paused";
  #loop: boolean;
  #fromNs: bigint;
  #toNs: bigint;
  #loopRange = false;
  /** The cursor stands behind a message that is still to be sent, of this log time. */
  #loaded = false;
  #nextNs = 0n;
  /** The message before that place is the one sent last: a step back goes before it. */
  #shown = false;
  #lastNs: bigint;
  #lastDueMs = Number.NaN;
  #passStartMs = Number.NaN;
  /** At full speed: when the pass may begin; −Infinity once it has. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #steps = 0;
  #held: RecordedMessage[] = [];
  #heldNext = 0;
  #jump: Jump | undefined;
  #pass = 0;
  #clockDueMs: number;
  #clockDueNs = 0n;
  #stampedNs: bigint | undefined;
  #published = 0;
  #late = 0;
  #maxLatenessMs = 0;

  /** @throws {UsageError} for a rate, start, duration or clock frequency out of range */
  constructor(recording: Recording, sink: PlayerSink, clock: Clock, options: PlayerOptions = {}) {
    const selected = select(recording, options);
    const { clockHz, delayMs = 0, skipEmptyS } = options;
    if (clockHz !== undefined && !(clockHz > 0 && clockHz <= 10_000))
      throw new UsageError(`clock frequency ${clockHz} is not within 0 … 10000 Hz`);
    if (!(delayMs >= 0)) throw new UsageError(`delay ${delayMs} ms is not ≥ 0`);
    if (skipEmptyS !== undefined && !(skipEmptyS >= 0)) throw new UsageError(`skip-empty ${skipEmptyS} s is not ≥ 0`);
    this.#recording = recording;
    this.#sink = sink;
    this.#clock = clock;
    this.#options = options;
    this.topics = selected.topics;
    this.missingTopics = selected.missingTopics;
    this.startNs = selected.startNs;
    this.endNs = selected.endNs;
    this.#fromNs = this.startNs;
    this.#toNs = this.endNs;
    this.#lastNs = this.startNs;
    this.#loop = options.loop ?? false;
    this.#pace = new Pace(checkRate(options.rate ?? 1));
    this.#clockPeriodMs = clockHz === undefined ? Number.POSITIVE_INFINITY : 1000 / clockHz;
    this.#clockTopics = options.clockTopics === "all" ? "all" : new Set(options.clockTopics);
    this.#pauseTopics = new Set(options.pauseTopics);
    this.#clockDueMs = Number.POSITIVE_INFINITY;
    this.#cursor = new ReadAheadCursor(recording.cursor({ endNs: this.endNs, topics: this.topics }));
    this.#toStart(clock.monotonicMs() + delayMs);
    if (clockHz !== undefined) this.#clockDueMs = clock.monotonicMs() + delayMs;
    if (options.paused !== true) this.play();
  }

  get state(): PlayerState {
    return this.#state;
  }
  get rate(): number {
    return this.#pace.rate;
  }
  get loop(): boolean {
    return this.#loop;
  }
  /** The part that is looped over; undefined: none. */
  get loopRange(): { readonly fromNs: bigint; readonly toNs: bigint } | undefined {
    return this.#loopRange ? { fromNs: this.#fromNs, toNs: this.#toNs } : undefined;
  }
  /** Messages taken by the sink. */
  get published(): number {
    return this.#published;
  }
  get late(): number {
    return this.#late;
  }
  get maxLatenessMs(): number {
    return this.#maxLatenessMs;
  }
  get pass(): number {
    return this.#pass;
  }

  /** Recorded time now: what `/clock` would say. */
  get positionNs(): bigint {
    let position = this.#pace.positionNs(this.#clock.monotonicMs());
    if (this.#pace.running && this.#pace.rate === Number.POSITIVE_INFINITY) position = this.#lastNs;
    if (this.#loaded && position > this.#nextNs) position = this.#nextNs;
    return position > this.#toNs ? this.#toNs : position;
  }

  /** Monotonic ms at which `poll()` will have something to do; −Infinity: now; Infinity: not before a command. */
  nextDueMs(): number {
    if (this.#jump !== undefined || this.#heldNext < this.#held.length || this.#steps > 0)
      return Number.NEGATIVE_INFINITY;
    const messageMs = this.#messageDueMs();
    if (this.#jump !== undefined) return Number.NEGATIVE_INFINITY;
    return this.#state === "ended" ? Number.POSITIVE_INFINITY : Math.min(messageMs, this.#clockDueMs);
  }

  /**
   * Reads one message ahead of what was sent, for when there is time before `nextDueMs()`: it may take as long as reading and
   * decompressing a chunk. False when enough is there (64 messages or 16 MiB), or there is no more.
   */
  readAhead(): boolean {
    if (this.#state === "ended") return false;
    if (this.#loaded) this.#cursor.detach();
    return this.#cursor.readAhead();
  }

  /** Sends what is due, at most `limit` items. Returns how many; fewer than `limit`: nothing more is due, or the sink is full. */
  poll(limit = Number.POSITIVE_INFINITY): number {
    let sent = 0;
    while (sent < limit && this.#sendNext()) sent++;
    return sent;
  }

  play(): void {
    if (this.#state === "playing") return;
    if (this.#state === "ended") this.restart();
    this.#steps = 0;
    this.#state = "playing";
    this.#pace.run(this.#clock.monotonicMs());
  }

  pause(): void {
    if (this.#state !== "playing") return;
    this.#stand(this.positionNs);
    this.#state = "paused";
  }

  /**
   * Pauses and sends the next `count` messages, or for a negative count goes back by so many and sends the one arrived at:
   * a step back and a step forward give the same message again.
   */
  step(count: number): void {
    if (!Number.isInteger(count)) throw new UsageError(`step ${count} is not a whole number of messages`);
    this.pause();
    if (count >= 0) {
      if (this.#state !== "ended") this.#steps += count;
      return;
    }
    const ahead = Math.min(this.#steps, -count);
    this.#steps -= ahead;
    if (ahead < -count) this.#stepBack(-count - ahead);
  }

  /** Goes on from recorded time `timeNs`, kept within the selection. Playing or paused stays so; an ended player plays. */
  seek(timeNs: bigint): void {
    const to = timeNs < this.startNs ? this.startNs : timeNs > this.endNs ? this.endNs : timeNs;
    if (this.#loopRange && (to < this.#fromNs || to > this.#toNs)) this.setLoopRange(undefined);
    const back = to < this.positionNs;
    if (this.#state === "ended") {
      this.#state = "playing";
      this.#pace.run(this.#clock.monotonicMs());
    }
    this.#moveTo(to, back ? this.#pass + 1 : this.#pass, "seek");
    this.#pace.anchor(to, this.#clock.monotonicMs());
    this.#hold(messagesBefore(this.#recording, to, this.topics, this.#options.backfill));
  }

  /** From the start of the selection again. An ended player plays. */
  restart(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#pass++;
    this.#toStart(nowMs);
    this.#jump = { reason: "restart", timeNs: this.#firstNs(), pass: this.#pass };
    if (this.#state !== "ended") return;
    this.#state = "playing";
    this.#pace.run(nowMs);
  }

  /** @throws {UsageError} unless 0.01 ≤ rate ≤ 1000 or Infinity */
  setRate(rate: number): void {
    checkRate(rate);
    const nowMs = this.#clock.monotonicMs();
    if (rate === Number.POSITIVE_INFINITY || this.#pace.rate === Number.POSITIVE_INFINITY) {
      this.#pace.anchor(this.positionNs, nowMs);
      this.#clockDueNs = this.#lastNs;
    }
    this.#pace.setRate(rate, nowMs);
  }

  setLoop(loop: boolean): void {
    this.#loop = loop;
  }

  /** Loops over this part until told otherwise (A-B loop). Both ends inclusive. */
  setLoopRange(range: { readonly fromNs: bigint; readonly toNs: bigint } | undefined): void {
    if (range !== undefined && range.toNs < range.fromNs) throw new UsageError("the loop's end is before its start");
    this.#loopRange = range !== undefined;
    this.#fromNs = range !== undefined && range.fromNs > this.startNs ? range.fromNs : this.startNs;
    this.#toNs = range !== undefined && range.toNs < this.endNs ? range.toNs : this.endNs;
    if (range === undefined) return;
    const position = this.positionNs;
    if (position < this.#fromNs || position > this.#toNs) this.seek(this.#fromNs);
  }

  [Symbol.dispose](): void {
    this.#state = "ended";
    this.#jump = undefined;
    this.#hold([]);
    this.#steps = 0;
    this.#cursor[Symbol.dispose]();
  }

  /** One item to the sink. False: nothing is due, or it was not taken. */
  #sendNext(): boolean {
    if (this.#jump !== undefined) {
      if (!this.#sink.jump(this.#jump)) return false;
      this.#jump = undefined;
      return true;
    }
    if (this.#heldNext < this.#held.length) return this.#sendHeld();
    if (this.#steps > 0) return this.#sendStep();
    if (this.#isEnded()) return false;
    const messageMs = this.#messageDueMs();
    if (this.#jump !== undefined) return this.#sendNext(); // a new pass begins
    if (this.#isEnded()) return false;
    if (messageMs === Number.NEGATIVE_INFINITY) return this.#sendUnpaced();
    const nowMs = this.#clock.monotonicMs();
    const unpaced = this.#pace.rate === Number.POSITIVE_INFINITY && this.#state === "playing";
    if (!unpaced && this.#clockDueMs <= messageMs && this.#clockDueMs <= nowMs) return this.#sendClock(nowMs);
    if (messageMs > nowMs) return false;
    if (!unpaced) return this.#sendPaced(messageMs);
    this.#passStartMs = messageMs;
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
    return this.#sendUnpaced();
  }

  #isEnded(): boolean {
    return this.#state === "ended";
  }

  /** When the next message is due; loads it. Unless playing, and at the end: never. At full speed: −Infinity. */
  #messageDueMs(): number {
    if (this.#state !== "playing" || !this.#load()) return Number.POSITIVE_INFINITY;
    if (this.#pace.rate === Number.POSITIVE_INFINITY) return this.#notBeforeMs;
    return this.#pace.targetMs(this.#nextNs);
  }

  #sendPaced(dueMs: number): boolean {
    if (!this.#stampBefore() || !this.#sink.message(this.#cursor, dueMs, this.#nextNs, this.#cursor.owned))
      return false;
    const latenessMs = this.#clock.monotonicMs() - dueMs;
    if (latenessMs > LATE_MS) this.#late++;
    if (latenessMs > this.#maxLatenessMs) this.#maxLatenessMs = latenessMs;
    if (Number.isNaN(this.#passStartMs)) this.#passStartMs = dueMs;
    this.#sent(dueMs);
    return true;
  }

  #sendUnpaced(): boolean {
    const timeNs = this.#nextNs;
    if (this.#clockPeriodMs !== Number.POSITIVE_INFINITY && timeNs >= this.#clockDueNs) {
      if (!this.#sink.clock(timeNs)) return false;
      this.#stampedNs = timeNs;
      this.#clockDueNs = timeNs + BigInt(Math.round(this.#clockPeriodMs * 1e6));
    }
    if (!this.#stampBefore() || !this.#sink.message(this.#cursor, Number.NaN, timeNs, this.#cursor.owned)) return false;
    this.#sent(this.#passStartMs);
    return true;
  }

  #sendStep(): boolean {
    if (!this.#load()) return false;
    const timeNs = this.#nextNs;
    const stamps = this.#clockPeriodMs !== Number.POSITIVE_INFINITY || this.#stampsBefore(this.#cursor.channel.topic);
    if (stamps && this.#stampedNs !== timeNs) {
      if (!this.#sink.clock(timeNs)) return false;
      this.#stampedNs = timeNs;
    }
    if (!this.#sink.message(this.#cursor, Number.NaN, timeNs, this.#cursor.owned)) return false;
    this.#steps--;
    this.#sent(this.#clock.monotonicMs());
    this.#pace.anchor(timeNs, this.#clock.monotonicMs());
    return true;
  }

  #sendHeld(): boolean {
    const message = this.#held[this.#heldNext]!;
    if (!this.#sink.message(message, Number.NaN, message.logTimeNs, true)) return false;
    this.#published++;
    if (++this.#heldNext === this.#held.length) this.#hold([]);
    return true;
  }

  /** The stamp of the oldest grid point that is due; points missed since then are left out. */
  #sendClock(nowMs: number): boolean {
    const stamp = this.#pace.positionNs(this.#clockDueMs);
    if (!this.#sink.clock(stamp > this.#toNs ? this.#toNs : stamp)) return false;
    const missed = Math.floor((nowMs - this.#clockDueMs) / this.#clockPeriodMs);
    this.#clockDueMs += this.#clockPeriodMs * Math.max(1, missed);
    return true;
  }

  /** The stamp that goes right before a message, once. */
  #stampBefore(): boolean {
    if (this.#clockTopics !== "all" && this.#clockTopics.size === 0) return true;
    if (!this.#stampsBefore(this.#cursor.channel.topic) || this.#stampedNs === this.#nextNs) return true;
    if (!this.#sink.clock(this.#nextNs)) return false;
    this.#stampedNs = this.#nextNs;
    return true;
  }

  #stampsBefore(topic: string): boolean {
    return this.#clockTopics === "all" || (this.#clockTopics.size > 0 && this.#clockTopics.has(topic));
  }

  #sent(dueMs: number): void {
    this.#published++;
    this.#loaded = false;
    this.#shown = true;
    this.#lastNs = this.#nextNs;
    this.#lastDueMs = dueMs;
    if (this.#pauseTopics.size > 0 && this.#pauseTopics.has(this.#cursor.channel.topic)) this.#pauseAt(this.#lastNs);
  }

  #pauseAt(timeNs: bigint): void {
    if (this.#state !== "playing") return;
    this.#stand(timeNs);
    this.#state = "paused";
  }

  /** Puts the cursor behind the next message of the range. False at its end, when the player has ended. */
  #load(): boolean {
    if (this.#loaded) return true;
    for (let wrapped = false; ; wrapped = true) {
      if (this.#next()) {
        if (this.#nextNs <= this.#toNs) {
          this.#skipGap();
          return true;
        }
        this.#unload();
      }
      if (wrapped || !(this.#loop || this.#loopRange) || !this.#nextPass()) {
        this.#end();
        return false;
      }
    }
  }

  /** Puts the cursor behind the next message, if it is not there yet, whatever its time. */
  #next(): boolean {
    if (this.#loaded) return true;
    if (!this.#cursor.next()) return false;
    this.#nextNs = this.#cursor.logTimeNs;
    this.#loaded = true;
    return true;
  }

  #unload(): void {
    if (this.#loaded) this.#cursor.previous();
    this.#loaded = false;
  }

  #skipGap(): void {
    const { skipEmptyS } = this.#options;
    if (skipEmptyS === undefined || !this.#shown || this.#state !== "playing" || Number.isNaN(this.#lastDueMs)) return;
    const timeNs = this.#nextNs;
    if (Number(timeNs - this.#lastNs) > skipEmptyS * 1e9) this.#pace.anchor(timeNs, this.#lastDueMs);
  }

  /** The next pass begins when the last message of this one was due: no gap, no drift. False: there is nothing to play. */
  #nextPass(): boolean {
    const { delayMs = 0, delayEachPass } = this.#options;
    const nowMs = this.#clock.monotonicMs();
    const lastMs = Number.isNaN(this.#lastDueMs) ? nowMs : this.#lastDueMs;
    const soonestMs = (Number.isNaN(this.#passStartMs) ? nowMs : this.#passStartMs) + MIN_PASS_MS;
    const atMs = Math.max(lastMs, soonestMs) + (delayEachPass === true ? delayMs : 0);
    this.#toStart(atMs);
    if (!this.#loaded) return false;
    this.#jump = { reason: "loop", timeNs: this.#nextNs, pass: ++this.#pass };
    return true;
  }

  #end(): void {
    this.#steps = 0;
    // A message just stepped to or sent is where we stand; a selection without messages ends at its start.
    this.#stand(this.#lastNs);
    this.#state = "ended";
  }

  #stand(timeNs: bigint): void {
    const nowMs = this.#clock.monotonicMs();
    this.#pace.stop(nowMs);
    this.#pace.anchor(timeNs, nowMs);
    this.#lastDueMs = Number.NaN;
  }

  /** Before the first message of the range, which is due at `atMs`; latched messages before it come at once. */
  #toStart(atMs: number): void {
    this.#moveTo(this.#fromNs, this.#pass, undefined);
    this.#pace.anchor(this.#firstNs(), atMs);
    this.#notBeforeMs = atMs;
    this.#hold(messagesBefore(this.#recording, this.#fromNs, this.topics));
  }

  #moveTo(timeNs: bigint, pass: number, reason: JumpReason | undefined): void {
    this.#cursor.seek(timeNs);
    this.#loaded = false;
    this.#shown = false;
    this.#steps = 0;
    this.#lastNs = timeNs;
    this.#lastDueMs = Number.NaN;
    this.#passStartMs = Number.NaN;
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
    this.#clockDueNs = timeNs;
    this.#stampedNs = undefined;
    this.#pass = pass;
    if (reason !== undefined) this.#jump = { reason, timeNs, pass };
  }

  /** Time of the message behind the cursor's place, which it keeps; at the end of the range, its start. */
  #firstNs(): bigint {
    if (!this.#next()) return this.#fromNs;
    if (this.#nextNs <= this.#toNs) return this.#nextNs;
    this.#unload();
    return this.#fromNs;
  }

  #hold(messages: RecordedMessage[]): void {
    this.#held = messages;
    this.#heldNext = 0;
  }

  #stepBack(count: number): void {
    const cursor = this.#cursor;
    this.#unload();
    const shown = this.#shown && cursor.previous();
    let moved = 0;
    while (moved < count && cursor.previous()) {
      if (cursor.logTimeNs < this.#fromNs) {
        cursor.next();
        break;
      }
      moved++;
    }
    if (moved === 0) {
      if (shown) cursor.next(); // already at the first one
      return;
    }
    if (this.#state === "ended") this.#state = "paused";
    this.#shown = false;
    this.#stampedNs = undefined;
    this.#steps = 1;
    this.#next();
    this.#jump = { reason: "step", timeNs: this.#nextNs, pass: ++this.#pass };
  }
}

function checkRate(rate: number): number {
  if (rate === Number.POSITIVE_INFINITY || (rate >= MIN_RATE && rate <= MAX_RATE)) return rate;
  throw new UsageError(`rate ${rate} is not within ${MIN_RATE} … ${MAX_RATE}, or max`);
}
