import { Assembly } from "./assembly.ts";
import type { Incoming } from "./incoming.ts";
import { LateMap } from "./late-map.ts";
import { NumberRanges } from "./number-ranges.ts";
import { patientAlarm } from "./patient-alarm.ts";
import type { RemoteWriter } from "./remote.ts";
import type { StatefulReader } from "./stateful-reader.ts";
import { ACKNACK_FINAL } from "./wire/acknack.ts";
import type { DataFrag } from "./wire/data-frag.ts";
import type { Gap } from "./wire/gap.ts";
import type { Heartbeat } from "./wire/heartbeat.ts";
import type { HeartbeatFrag } from "./wire/heartbeat-frag.ts";
import { VENDOR_DELOS, VENDOR_FAST } from "./wire/message.ts";
import { writeNackFrag } from "./wire/nack-frag.ts";
import { MAX_BITS, membersOf, type NumberSet, NumberSetFields, numberSet } from "./wire/number-set.ts";
import { ID } from "./wire/submessage.ts";

export const READER_LIMITS = {
  /** Samples that may be held behind a hole. */
  heldSamples: 4096,
  heldBytes: 64 << 20,
  sampleBytes: 64 << 20,
  /** Bytes and number of unfinished samples of one writer. */
  assemblyBytes: 128 << 20,
  assemblies: 32,
  bestEffortAssemblies: 4,
} as const;

const HOLE_MS = 10;
const HOLE_MAX_MS = 500;
const FIRST_CONTACT_MS = 20;
/** Between built-in endpoints there is no hurry that would justify asking twice: where a hundred start at once, answers take their time. */
const BUILTIN_MS = 100;
/** …and by so many times the time that answers take then. */
const PATIENCE = 2;
const FIRST_CONTACT_MAX_MS = 1000;
const FRAGMENT_SPACING_MS = 20;
/** Bytes of fragments asked for at a time: a third of the receive buffer that is asked for. */
const REQUEST_BYTES = 1_400_000;

/** What mostly is missing, and the set that says so: an acknowledgment is no reason for an object. */
const NOTHING: readonly number[] = [];
const NOTHING_FROM = new NumberSetFields();

/** What a reader knows of one of its writers. DDSI-RTPS 2.5 §8.4.10.4, §8.4.12. */
export class WriterProxy {
  readonly reader: StatefulReader;
  readonly remote: RemoteWriter;
  readonly reliable: boolean;
  /** Lowest number not delivered and not declared irrelevant; 0 until it is known where the stream begins. */
  #next: number;
  /** Best effort: highest number seen. */
  #highest = 0;
  /** What the writer said last that it has. */
  #announced = 0;
  /** A jump over samples never announced, to be said twice before it is believed. */
  #pendingFirst = 0;
  readonly #forAll = { count: 0, atMs: -Infinity };
  readonly #forThis = { count: 0, atMs: -Infinity };
  #heardHeartbeat = false;
  #ackCount = 0;
  #nackCount = 0;
  readonly #held = new LateMap<number, Incoming>();
  #heldBytes = 0;
  readonly #irrelevant = new NumberRanges();
  readonly #assemblies = new LateMap<number, Assembly>();
  #assemblyBytes = 0;
  #alarm: Disposable | undefined;
  #waitMs: number;
  /** How long a hole waits for what may only be late. */
  readonly #holeMs: number;
  /** The reader had no room: what is next is asked for again when it has. */
  #blocked = false;
  #closed = false;

  constructor(reader: StatefulReader, remote: RemoteWriter, options: { reliable: boolean; transientLocal: boolean }) {
    this.reader = reader;
    this.remote = remote;
    this.reliable = options.reliable;
    this.#next = options.transientLocal ? 1 : 0;
    const builtin = remote.data === undefined && remote.participant.data.vendor === VENDOR_DELOS;
    this.#holeMs = builtin ? BUILTIN_MS : HOLE_MS;
    this.#waitMs = builtin ? BUILTIN_MS : FIRST_CONTACT_MS;
    if (this.reliable && !builtin) this.#arm(this.#waitMs);
  }

  /** The writer's participant has answered us: its first heartbeat is to be expected, unless it has come. */
  expect(): void {
    if (this.reliable && !this.#heardHeartbeat) this.#arm(this.#waitMs);
  }

  /** Asks for the first heartbeat, unless there was one. */
  contact(): void {
    if (this.reliable && !this.#heardHeartbeat) this.#sendAckNack([], false);
  }

  get next(): number {
    return this.#next;
  }

  onData(sample: Incoming): void {
    if (!this.reliable) {
      this.#bestEffort(sample);
      return;
    }
    const { sn } = sample;
    if (this.#next > 0 && sn < this.#next) {
      this.#refuse(sample, "duplicate samples");
      return;
    }
    if (this.#assemblies.size > 0) {
      const assembly = this.#assemblies.get(sn);
      if (assembly !== undefined) this.#forget(assembly);
    }
    if (sn === this.#next) {
      if (this.#deliver(sample)) this.#drain();
      // What was put together of many datagrams need not come again.
      else if (sample.owned) this.#hold(sample);
      return;
    }
    this.#hold(sample);
  }

  onDataFrag(data: DataFrag, about: Incoming): void {
    const { sn } = data;
    const { context } = this.reader;
    const nowMs = context.clock.monotonicMs();
    if (this.reliable ? (this.#next > 0 && sn < this.#next) || this.#held.has(sn) : sn <= this.#highest) return;
    let assembly = this.#assemblies.get(sn);
    if (assembly === undefined) {
      if (!this.#admit(data)) return;
      assembly = new Assembly(data, this.reader.memory.take(data.sampleSize), nowMs);
      this.#assemblies.set(sn, assembly);
      this.#assemblyBytes += data.sampleSize;
    }
    if (!assembly.add(data, about, nowMs)) {
      context.count("fragments of changed dimensions");
      return;
    }
    if (!assembly.complete) {
      if (this.reliable) this.#arm(FRAGMENT_SPACING_MS);
      return;
    }
    this.#remove(assembly);
    this.onData(assembly.sample);
  }

  onHeartbeat(heartbeat: Heartbeat): void {
    if (!this.reliable) return;
    const { context } = this.reader;
    const nowMs = context.clock.monotonicMs();
    // Those for all and those for this reader may come by different ways: each has its own order.
    const seen = heartbeat.readerId === 0 ? this.#forAll : this.#forThis;
    if (((heartbeat.count - seen.count) | 0) <= 0 && nowMs - seen.atMs < 500) return;
    seen.count = heartbeat.count;
    seen.atMs = nowMs;
    const { firstSn, lastSn } = heartbeat;
    if (this.#next === 0) {
      const start = this.#startBy(heartbeat);
      if (start === undefined) return;
      this.#next = start;
    }
    this.#heardHeartbeat = true;
    if (firstSn > this.#next) {
      // OpenDDS #4302: one forged heartbeat must not make a reader throw away what a live writer is sending.
      if (firstSn > this.#announced + 1 && this.#announced > 0 && firstSn > this.#pendingFirst) {
        this.#pendingFirst = firstSn;
        context.count("heartbeats that jump ahead, to be confirmed");
        this.#sendAckNack(this.#missing(this.#announced), false);
        return;
      }
      this.#lose(firstSn);
    }
    this.#pendingFirst = 0;
    if (lastSn > this.#announced) this.#announced = lastSn;
    if (this.#blocked) return;
    this.#drain();
    const missing = this.#missing(lastSn);
    if (missing.length > 0 || !heartbeat.final) this.#request(missing, nowMs);
    this.#waitMs = this.#holeMs;
    if (missing.length > 0) this.#arm(this.#holeMs);
    else if (this.#assemblies.size === 0) this.#disarm();
  }

  onHeartbeatFrag(heartbeat: HeartbeatFrag): void {
    const assembly = this.#assemblies.get(heartbeat.sn);
    if (assembly !== undefined) this.#requestFragments(assembly, Math.min(heartbeat.lastFragment, assembly.total));
  }

  onGap(gap: Gap): void {
    if (!this.reliable) return;
    const { start, irrelevant } = gap;
    this.#irrelevant.add(start, irrelevant.base - 1);
    for (const sn of membersOf(irrelevant)) this.#irrelevant.add(sn, sn);
    for (const assembly of Array.from(this.#assemblies.values())) {
      if (this.#irrelevant.endOf(assembly.sn) !== undefined) this.#forget(assembly);
    }
    this.#drain();
  }

  /** The reader has room again. */
  resume(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#drain();
    if (this.#blocked) return;
    this.#request(this.#missing(Math.max(this.#announced, this.#next)), this.reader.context.clock.monotonicMs());
    this.#waitMs = this.#holeMs;
    this.#arm(this.#holeMs);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#disarm();
    for (const sample of this.#held.values()) this.#giveBack(sample);
    this.#held.clear();
    for (const assembly of Array.from(this.#assemblies.values())) this.#forget(assembly);
  }

  // ------------------------------------------------------------------------------------------------- in and out

  /**
   * Where the stream begins for a volatile reader, which the first heartbeat tells; what came before it was held. Undefined:
   * another heartbeat will tell.
   */
  #startBy({ firstSn, lastSn, readerId }: Heartbeat): number | undefined {
    const { participant, data } = this.remote;
    // A Delos writer tells each reader.
    if (participant.data.vendor === VENDOR_DELOS) return readerId === this.reader.entityId ? firstSn : undefined;
    // A volatile writer keeps nothing but what its readers, this one among them, have not acknowledged yet. The first sample may
    // be written, and be announced, before anything of it arrives.
    if (data?.qos.durability === "volatile") return firstSn;
    // What others announce is old, as far as it has not arrived newly.
    return Math.min(lastSn + 1, ...this.#held.keys(), ...this.#assemblies.keys());
  }

  #bestEffort(sample: Incoming): void {
    if (sample.sn <= this.#highest) {
      this.#refuse(sample, "duplicate samples");
      return;
    }
    const lost = this.#highest === 0 ? 0 : sample.sn - this.#highest - 1;
    this.#highest = sample.sn;
    for (const assembly of Array.from(this.#assemblies.values())) if (assembly.sn < sample.sn) this.#forget(assembly);
    if (lost > 0) this.reader.sink.lost(lost);
    this.reader.sink.deliver(this.remote, sample);
  }

  /** False when the reader has no room: the sample then counts as not arrived. */
  #deliver(sample: Incoming): boolean {
    if (!this.reader.sink.deliver(this.remote, sample)) {
      this.#blocked = true;
      this.reader.blocked(this);
      return false;
    }
    this.#next = sample.sn + 1;
    return true;
  }

  /** Delivers what is held and now in turn. */
  #drain(): void {
    if (this.#held.size === 0 && this.#irrelevant.size === 0) return;
    if (this.#next === 0 || this.#blocked) return;
    for (;;) {
      const sample = this.#held.get(this.#next);
      if (sample === undefined) {
        const end = this.#irrelevant.endOf(this.#next);
        if (end === undefined) break;
        this.#next = this.#firstHeld(this.#next, end) ?? end + 1;
        continue;
      }
      if (!this.#deliver(sample)) return;
      this.#release(sample);
    }
    this.#irrelevant.dropBelow(this.#next);
  }

  #hold(sample: Incoming): void {
    const { sn } = sample;
    if (this.#held.has(sn)) {
      this.#refuse(sample, "duplicate samples");
      return;
    }
    const bytes = sample.payloadBytes;
    const tooFar = this.#next > 0 && sn - this.#next > READER_LIMITS.heldSamples;
    if (tooFar || this.#held.size >= READER_LIMITS.heldSamples || this.#heldBytes + bytes > READER_LIMITS.heldBytes) {
      this.#refuse(sample, "samples too far ahead");
      return;
    }
    this.#held.set(sn, sample.keep());
    this.#heldBytes += bytes;
    // Not waiting for a heartbeat: Fast DDS sends one every 3 s.
    this.#arm(this.#holeMs);
  }

  /** What arrived before its writer declared it irrelevant is delivered all the same. */
  #firstHeld(from: number, to: number): number | undefined {
    let first: number | undefined;
    for (const sn of this.#held.keys()) if (sn >= from && sn <= to && sn < (first ?? Infinity)) first = sn;
    return first;
  }

  #refuse(sample: Incoming, reason: string): void {
    this.reader.context.count(reason);
    this.#giveBack(sample);
  }

  /** Nobody gets it. */
  #giveBack(sample: Incoming): void {
    if (sample.owned) this.reader.memory.give(sample.bytes);
  }

  #release(sample: Incoming): void {
    this.#held.delete(sample.sn);
    this.#heldBytes -= sample.payloadBytes;
  }

  /** Everything below `firstSn` is gone at the writer; what is held of it is delivered, the rest is lost. */
  #lose(firstSn: number): void {
    const held = [...this.#held.keys()].filter((sn) => sn < firstSn).sort((a, b) => a - b);
    let lost = 0;
    for (const sn of held) {
      lost += this.#lostBetween(this.#next, sn);
      const sample = this.#held.get(sn)!;
      this.#next = sn;
      if (!this.#deliver(sample)) return;
      this.#release(sample);
    }
    lost += this.#lostBetween(this.#next, firstSn);
    this.#next = firstSn;
    for (const assembly of Array.from(this.#assemblies.values())) if (assembly.sn < firstSn) this.#forget(assembly);
    // A transient-local reader did not miss what was gone before it came.
    if (lost > 0 && this.#announced > 0) this.reader.sink.lost(lost);
  }

  /** Numbers from `from` below `to` that were neither delivered nor irrelevant, without walking through them. */
  #lostBetween(from: number, to: number): number {
    let lost = 0;
    for (let sn = from; sn < to; ) {
      const end = this.#irrelevant.endOf(sn);
      if (end === undefined) {
        const next = Math.min(to, this.#irrelevant.nextStart(sn));
        lost += next - sn;
        sn = next;
      } else sn = end + 1;
    }
    return lost;
  }

  // -------------------------------------------------------------------------------------------------- fragments

  #admit(data: DataFrag): boolean {
    const { context } = this.reader;
    if (this.#next > 0 && data.sn - this.#next > READER_LIMITS.heldSamples) {
      context.count("samples too far ahead");
      return false;
    }
    if (data.sampleSize > READER_LIMITS.sampleBytes || data.sampleSize > this.reader.maxSampleBytes) {
      context.count("fragments of too large a sample");
      this.#renounce(data.sn);
      return false;
    }
    const most = this.reliable ? READER_LIMITS.assemblies : READER_LIMITS.bestEffortAssemblies;
    while (
      this.#assemblies.size > 0 &&
      (this.#assemblies.size >= most || this.#assemblyBytes + data.sampleSize > READER_LIMITS.assemblyBytes)
    ) {
      // Best effort: the newest matter. Reliable: the oldest, for they are next; what is refused is asked for again.
      if (this.reliable) {
        const newest = [...this.#assemblies.values()].reduce((a, b) => (a.sn > b.sn ? a : b));
        if (newest.sn < data.sn) {
          context.count("fragments without room");
          return false;
        }
        this.#forget(newest);
      } else this.#forget([...this.#assemblies.values()].reduce((a, b) => (a.sn < b.sn ? a : b)));
      context.count("unfinished samples dropped");
    }
    return true;
  }

  /** It will never be taken: asked for again and again, it would stand in the way of all that follows. */
  #renounce(sn: number): void {
    if (!this.reliable || this.#next === 0 || this.#irrelevant.endOf(sn) !== undefined) return;
    this.#irrelevant.add(sn, sn);
    this.reader.sink.lost(1);
    this.#drain();
  }

  #remove(assembly: Assembly): void {
    if (this.#assemblies.delete(assembly.sn)) this.#assemblyBytes -= assembly.bytes;
  }

  /** It will never be complete. */
  #forget(assembly: Assembly): void {
    this.#remove(assembly);
    this.#giveBack(assembly.sample);
  }

  #requestFragments(assembly: Assembly, upTo: number): void {
    if (!this.reliable || this.#blocked) return;
    const { context } = this.reader;
    const nowMs = context.clock.monotonicMs();
    // A request that was served entirely may be followed at once; otherwise what was asked for may still be under way.
    const served = assembly.requested > 0 && assembly.missing(assembly.requested, 1).length === 0;
    if (!served && nowMs - Math.max(assembly.lastRequestMs, 0) < FRAGMENT_SPACING_MS) return;
    // As many as a receive buffer can hold at once, in sets of 256.
    const most = Math.max(MAX_BITS, Math.floor(REQUEST_BYTES / assembly.fragmentSize));
    const missing = assembly.missing(upTo, most);
    if (missing.length === 0) return;
    assembly.lastRequestMs = nowMs;
    assembly.requested = missing.at(-1)!;
    for (let at = 0; at < missing.length; ) {
      const base = missing[at]!;
      let end = at;
      while (end < missing.length && missing[end]! < base + MAX_BITS) end++;
      this.#sendNackFrag(assembly, numberSet(base, missing.slice(at, end)));
      at = end;
    }
  }

  #sendNackFrag(assembly: Assembly, set: NumberSet): void {
    const count = ++this.#nackCount;
    this.reader.toWriter(this.remote, ID.NACK_FRAG, 0, 28 + 4 * set.words.length, (writer) =>
      writeNackFrag(writer, {
        readerId: this.reader.entityId,
        writerId: this.remote.entityId,
        sn: assembly.sn,
        missing: set,
        count,
      }),
    );
  }

  // --------------------------------------------------------------------------------------------------- requests

  /** Numbers from `next` to `last`, at most 256 ahead, that have not arrived at all. */
  #missing(last: number): readonly number[] {
    let missing: number[] | undefined;
    const end = Math.min(last, this.#next + MAX_BITS - 1);
    for (let sn = Math.max(this.#next, 1); sn <= end; sn++) {
      const irrelevant = this.#irrelevant.endOf(sn);
      if (irrelevant !== undefined) sn = irrelevant;
      else if (!this.#held.has(sn)) {
        missing ??= [];
        missing.push(sn);
      }
    }
    return missing ?? NOTHING;
  }

  /** Asks for whole samples by ACKNACK and for the rest of partly received ones by NACK_FRAG. */
  #request(missing: readonly number[], nowMs: number): void {
    if (this.#assemblies.size === 0) {
      this.#sendAckNack(missing, true);
      return;
    }
    const partly = missing.findIndex((sn) => this.#assemblies.has(sn));
    const whole = partly < 0 ? missing : missing.slice(0, partly);
    this.#sendAckNack(whole, true, partly < 0 ? undefined : missing[partly]);
    if (partly < 0) return;
    for (const sn of missing.slice(partly)) {
      const assembly = this.#assemblies.get(sn);
      // What still streams in needs no request.
      if (assembly !== undefined && nowMs - assembly.lastArrivalMs >= FRAGMENT_SPACING_MS / 4) {
        this.#requestFragments(assembly, assembly.total);
      }
    }
  }

  #sendAckNack(missing: readonly number[], final: boolean, end?: number): void {
    const first = this.#next > 0;
    // §8.4.12.2; before the first heartbeat Fast DDS answers only base 0, Cyclone DDS only base 1.
    const silent = !this.#heardHeartbeat && missing.length === 0;
    const base = silent
      ? this.remote.participant.data.vendor === VENDOR_FAST
        ? 0
        : 1
      : (missing[0] ?? end ?? Math.max(this.#next, first ? 1 : 0));
    let set: NumberSet = NOTHING_FROM;
    if (missing.length > 0) set = numberSet(base, missing);
    else NOTHING_FROM.base = base;
    const { reader } = this;
    reader.context.acknowledge(this.remote, final ? ACKNACK_FINAL : 0, reader.entityId, set, ++this.#ackCount);
  }

  #arm(afterMs: number): void {
    if (this.#alarm !== undefined || this.#closed) return;
    const { clock, responseMs } = this.reader.context;
    const patienceMs = this.#holeMs === BUILTIN_MS ? PATIENCE * responseMs : 0;
    this.#alarm = patientAlarm(clock, afterMs + patienceMs, () => {
      this.#alarm = undefined;
      this.#onAlarm();
    });
  }

  #disarm(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
  }

  #onAlarm(): void {
    const { clock } = this.reader.context;
    const nowMs = clock.monotonicMs();
    if (!this.#heardHeartbeat) {
      // Nothing heard of the writer yet: it may not know of this reader. Of a participant that is being greeted it surely does not.
      if (this.remote.participant.verified || this.remote.data !== undefined) this.#sendAckNack([], false);
      this.#waitMs = Math.min(this.#waitMs * 2, FIRST_CONTACT_MAX_MS);
      this.#arm(this.#waitMs);
      return;
    }
    if (this.#blocked) return;
    const heldUpTo = this.#held.size === 0 ? 0 : Math.max(...this.#held.keys());
    const missing = this.#missing(Math.max(heldUpTo, ...this.#assemblies.keys(), this.#announced));
    const streaming = [...this.#assemblies.values()].some((a) => nowMs - a.lastArrivalMs < FRAGMENT_SPACING_MS / 2);
    if (missing.length === 0) return;
    if (!streaming) {
      this.#request(missing, nowMs);
      this.#waitMs = Math.min(this.#waitMs * 2, HOLE_MAX_MS);
    }
    this.#arm(streaming ? FRAGMENT_SPACING_MS : Math.max(this.#waitMs, this.#holeMs));
  }
}
