import type { Clock } from "@delos/core";
import type { Qos } from "@delos/transport";
import { type Change, History, type Outgoing, payloadBytesOf } from "./history.ts";
import type { Outlet } from "./outlet.ts";
import { type Packer, type Trailer, wholePayload } from "./packer.ts";
import { patientAlarm } from "./patient-alarm.ts";
import { ReaderProxy } from "./reader-proxy.ts";
import { receiveBufferOf } from "./receive-buffer.ts";
import type { RemoteReader } from "./remote.ts";
import type { AckNack } from "./wire/acknack.ts";
import { writeGap } from "./wire/gap.ts";
import { HEARTBEAT_FINAL, HEARTBEAT_LIVELINESS } from "./wire/heartbeat.ts";
import { VENDOR_DELOS } from "./wire/message.ts";
import type { NackFrag } from "./wire/nack-frag.ts";
import { MAX_BITS, membersOf, numberSet } from "./wire/number-set.ts";
import { ID } from "./wire/submessage.ts";
import type { RtpsTime } from "./wire/time.ts";

/** What a writer needs of its participant. */
export interface WriterContext {
  readonly clock: Clock;
  readonly outlet: Outlet;
  /** How long participants take to answer at present, where many come at once; else 0, ms. */
  readonly responseMs: number;
  /** The packer for samples that all of `proxies` (of more than one participant) hear at once, if there is one. */
  multicastFor(proxies: readonly ReaderProxy[]): Packer | undefined;
  count(reason: string, count?: number): void;
}

export interface WriterListener {
  /** A reliable reader has answered a heartbeat for the first time: from now on it gets everything. */
  heard?(reader: RemoteReader): void;
  /** Somebody has acknowledged something, or is gone. */
  acknowledged?(): void;
}

export type WriterQos = Pick<Qos, "reliability" | "durability" | "history" | "depth"> & { readonly maxSamples: number };

export const WRITER_TIMING = {
  /**
   * Unacknowledged bytes on the way to the slowest reader that answers. Delos participants say what their receive buffers
   * hold, and get half of it; of others a buffer that holds so much is presumed.
   */
  windowBytes: 1 << 20,
  maxWindowBytes: 4 << 20,
  /** Writers with samples on the way to the same destination share that, down to this. */
  leastWindowBytes: 64 << 10,
  /** Fragments are sent in portions of this size, with a look at the sockets between. */
  turnBytes: 256 << 10,
  heartbeatMs: 100,
  /** A built-in reader is expected to speak first, and not reminded sooner. */
  greetingMs: 250,
  heartbeatMaxMs: 2000,
  /** Where a participant goes on being heard, what its readers lack is lost and not unwanted: they are reminded this often… */
  lossyMs: 100,
  /** …as long as nothing has been heard of it for less than this, and the reader itself has not left so many without an answer. */
  livelyMs: 10_000,
  lossyReminders: 100,
  /**
   * The heartbeat behind a repair, or the answer to it, can be lost as what is repaired was: it is said again after these
   * intervals, until the reader says something.
   */
  chaseMs: [15, 30, 50],
  /** What is repaired is sent so often at most, where repairs are lost… */
  repairCopies: 6,
  /** …and no question is answered by more than this, unless it asks for more itself. */
  repairBytes: 512 << 10,
  resendSuppressionMs: 20,
  /** Built-in readers of Delos do not ask again within 100 ms: what comes sooner has crossed the answer. */
  builtinSuppressionMs: 90,
  /** A reader without progress for so long no longer holds back the sending… */
  lagMs: 500,
  /** …and after so long no longer holds samples of a keep_all history. */
  giveUpMs: 10_000,
  /** Unacknowledged samples that a keep_last writer still resends, beyond its depth. */
  retainSamples: 4096,
  retainBytes: 8 << 20,
} as const;

/** What a message with one fragment needs beside it: its headers, a heartbeat or two. */
const FRAGMENT_OVERHEAD = 128;
/** For a host's own loopback, and the most elsewhere, whatever the network carries. */
const FRAGMENT_LOOPBACK = 15_000;
const FRAGMENT_MOST = 13_600;

/** So many times the time that answers take at present is waited for one. */
const PATIENCE = 2;

/** What a sample counts for in flow control beside its payload. */
const SAMPLE_OVERHEAD = 64;

/**
 * A writer as a state machine: samples, acknowledgments and time in; datagrams (through packers) out. DDSI-RTPS 2.5 §8.4.9.
 *
 * New samples go to all destinations together, held back only by a window of unacknowledged bytes. Repairs go to the reader
 * that asked. Whatever a reader may ask for that is not there any more is answered with GAP.
 */
export class StatefulWriter implements Trailer {
  readonly entityId: number;
  readonly qos: WriterQos;
  readonly history = new History();
  readonly proxies: Map<RemoteReader, ReaderProxy> = new Map();
  /** The same as an array: walking through a map makes an object. */
  #readers: ReaderProxy[] = [];
  /** Samples that some reliable reader will never get. */
  dropped = 0;
  trailedBy: Packer | undefined;
  readonly #context: WriterContext;
  readonly #events: WriterListener;
  readonly #timing = WRITER_TIMING;
  #destinations: readonly Packer[] = [];
  /** They, and what follows from them, are up to date. */
  #routed = false;
  /** Of the destinations and of all readers' own addresses, the smallest. */
  #messageLimit = Infinity;
  /** The same of what is one packet. */
  #packetLimit = Infinity;
  #reliableReaders = 0;
  #windowBytes: number = WRITER_TIMING.windowBytes;
  /** Where this writer counts as one that has something on the way. */
  #busyAt: Packer | undefined;
  /** Up to where the slowest reader that counts has acknowledged; −1 when it is to be computed again. */
  #ackedPosition = -1;
  /** The window was full: it opens again only when half of it is free, or every acknowledgment would free one small datagram. */
  #windowClosed = false;
  /** Samples below have been sent. */
  #nextSn = 1;
  /** Next fragment of the sample at `#nextSn`. */
  #nextFragment = 1;
  #sentPosition = 0;
  #position = 0;
  #heartbeatCount = 0;
  #heartbeatAlarm: Disposable | undefined;
  #heartbeatMs: number = WRITER_TIMING.heartbeatMs;
  #pumpDeferred = false;
  /** Everything up to here was acknowledged by all and looked at for removal. */
  #prunedSn = 0;
  /** Fragments that were asked for; `again` follows when they have been sent. */
  readonly #repairs: Repair[] = [];
  /** Kept samples by instance, oldest first. */
  readonly #kept = new Map<string, number[]>();
  #keptCount = 0;
  #closed = false;

  constructor(entityId: number, qos: WriterQos, context: WriterContext, events: WriterListener = {}) {
    this.entityId = entityId;
    this.qos = qos;
    this.#context = context;
    this.#events = events;
  }

  get lastSn(): number {
    return this.history.last;
  }

  get allAcknowledged(): boolean {
    const readers = this.#readers;
    for (let i = 0; i < readers.length; i++) {
      const { reliable, acked } = readers[i]!;
      if (reliable && acked < this.history.last) return false;
    }
    return true;
  }

  /**
   * Takes a sample. `sent`: on its way to everybody. `queued`: behind the window. `dropped`: keep_all has no room.
   * `ends`: the sample ends its instance, which late joiners then need not hear of.
   */
  write(sample: Outgoing, key = "", ends = false): "sent" | "queued" | "dropped" {
    if (this.qos.history === "keep_all" && this.history.count >= this.qos.maxSamples) {
      this.#giveUpOnDeadReaders();
      this.#prune();
      if (this.history.count >= this.qos.maxSamples) {
        this.dropped++;
        sample.released?.();
        return "dropped";
      }
    }
    this.#position += payloadBytesOf(sample.payload, sample.framed === true) + SAMPLE_OVERHEAD;
    const change = this.history.append(sample, key, this.#position);
    const { sn } = change;
    if (this.qos.durability !== "volatile") this.#keep(change, ends);
    this.#heartbeatMs = this.#timing.heartbeatMs;
    this.#pump();
    if (this.qos.history === "keep_last") this.#evict();
    if (this.#nextSn > sn) return "sent";
    return this.#nextSn === sn || this.history.get(sn) !== undefined ? "queued" : "dropped";
  }

  addReader(
    remote: RemoteReader,
    options: { reliable: boolean; transientLocal: boolean; packer: Packer; silent?: boolean },
  ): ReaderProxy {
    const proxy = new ReaderProxy(remote, {
      ...options,
      reliable: options.reliable && this.qos.reliability === "reliable",
      firstSn: this.history.first,
      lastSn: this.#nextSn - 1,
      nowMs: this.#context.clock.monotonicMs(),
    });
    this.proxies.set(remote, proxy);
    this.#readers.push(proxy);
    if (proxy.reliable) this.#reliableReaders++;
    remote.links.set(this.entityId, proxy);
    this.#route();
    this.#messageLimit = Math.min(this.#messageLimit, options.packer.limit);
    this.#packetLimit = Math.min(this.#packetLimit, options.packer.packet);
    if (options.silent === true) proxy.remindAtMs = proxy.progressMs + this.#timing.greetingMs;
    if (proxy.reliable) {
      if (options.silent !== true) this.#heartbeatTo(proxy, false);
      this.#armHeartbeat();
    } else if (proxy.transientLocal) {
      // A best-effort reader cannot ask for the history: it gets it once.
      for (let sn = this.history.first; sn < this.#nextSn; sn++) {
        const change = this.history.get(sn);
        if (change?.kept === true) this.#resend(proxy, change);
      }
    }
    this.#pump();
    return proxy;
  }

  /** Tells the reader what there is, unless it has answered already. */
  contact(proxy: ReaderProxy): void {
    if (proxy.reliable && !proxy.heard) this.#heartbeatTo(proxy, false);
  }

  removeReader(remote: RemoteReader): void {
    const proxy = this.proxies.get(remote);
    if (proxy === undefined) return;
    proxy.stopChase();
    this.proxies.delete(remote);
    this.#readers = this.#readers.filter((reader) => reader !== proxy);
    if (proxy.reliable) this.#reliableReaders--;
    remote.links.delete(this.entityId);
    this.#route();
    this.#prune();
    this.#pump();
    this.#events.acknowledged?.();
  }

  /**
   * Destinations may have changed: locators of a participant, readers that share a multicast address. They are found anew when
   * there is something to send, for readers come by the hundred.
   */
  #route(): void {
    this.#routed = false;
    this.#notBusy();
    this.#ackedPosition = -1;
  }

  #findRoutes(): void {
    if (this.#routed) return;
    this.#routed = true;
    const multicast = this.#context.multicastFor([...this.proxies.values()]);
    const packers = new Set<Packer>();
    for (const proxy of this.proxies.values()) {
      proxy.route = multicast !== undefined && heard(proxy, multicast) ? multicast : proxy.packer;
      if (!proxy.deaf) packers.add(proxy.route);
    }
    this.#destinations = [...packers];
    this.#windowBytes = this.#timing.maxWindowBytes;
    let limit = Infinity;
    let packet = Infinity;
    for (const packer of packers) {
      limit = Math.min(limit, packer.limit);
      packet = Math.min(packet, packer.packet);
    }
    for (const proxy of this.proxies.values()) {
      const holds = receiveBufferOf(proxy.remote.participant.data);
      this.#windowBytes = Math.min(this.#windowBytes, holds === undefined ? this.#timing.windowBytes : holds / 2);
      limit = Math.min(limit, proxy.packer.limit);
      packet = Math.min(packet, proxy.packer.packet);
    }
    this.#messageLimit = limit;
    this.#packetLimit = packet;
  }

  /** To be called when a participant's locators have changed. */
  reroute(): void {
    this.#route();
    // Reminders go there, too, when there is nothing new.
    this.#findRoutes();
  }

  onAckNack(proxy: ReaderProxy, ack: AckNack): void {
    const nowMs = this.#context.clock.monotonicMs();
    if (!proxy.reliable || !proxy.isNewCount(ack.count, nowMs)) return;
    proxy.stopChase();
    const { base } = ack.missing;
    const asks = !proxy.heard && isPreemptive(proxy, ack);
    if (!proxy.heard && !asks) this.#heard(proxy, nowMs);
    const pushed = asks && proxy.asked === 1 && this.#push(proxy, nowMs);
    const acked = Math.min(base - 1, this.#nextSn - 1);
    if (base > this.#nextSn) this.#context.count("acknack beyond the last sample");
    if (acked > proxy.acked) {
      proxy.acked = acked;
      this.#ackedPosition = -1;
      proxy.progressMs = nowMs;
      proxy.patienceMs = 0;
      proxy.remindAtMs = 0;
      proxy.lagging = false;
      this.#heartbeatMs = this.#timing.heartbeatMs;
      proxy.forget(acked);
      this.#prune();
      if (!this.#unacknowledged()) this.#notBusy();
      this.#events.acknowledged?.();
    } else if (proxy.acked >= this.#nextSn - 1) proxy.progressMs = nowMs;
    const requested = ack.missing.numBits > 0;
    const answered = pushed || (requested && this.#answer(proxy, membersOf(ack.missing), nowMs));
    // What it shares with others may still be on its way to it, and this heartbeat must not overtake that.
    const lastSn = requested && proxy.route !== proxy.packer ? base + ack.missing.numBits - 1 : Infinity;
    // §8.4.9.2.9: a request that is not final wants to hear where things stand. After resends the reader goes on at once;
    // a request that crossed a resend is left alone, or the two would play ping-pong.
    const content = proxy.heard && !requested && proxy.acked >= this.#nextSn - 1;
    if (answered || !ack.final) this.#heartbeatTo(proxy, content, lastSn);
    if (answered && !content) this.#chase(proxy, lastSn);
    this.#armHeartbeat();
    this.#pump();
  }

  /** From now on it gets everything; what was written since the match, and kept from it, first. */
  #heard(proxy: ReaderProxy, nowMs: number): void {
    const { deaf } = proxy;
    proxy.heard = true;
    if (deaf) {
      this.#route();
      const end = Math.min(this.#nextSn, proxy.joinSn + 1 + MAX_BITS);
      const kept = Array.from({ length: end - proxy.joinSn - 1 }, (_, i) => proxy.joinSn + 1 + i);
      if (this.#answer(proxy, kept, nowMs)) this.#heartbeatTo(proxy, false);
    }
    this.#events.heard?.(proxy.remote);
  }

  onNackFrag(proxy: ReaderProxy, nack: NackFrag): void {
    if (nack.sn >= this.#nextSn) {
      this.#context.count("nackfrag beyond the last sample");
      return;
    }
    const change = this.history.get(nack.sn);
    if (((nack.count - proxy.lastFragCount) | 0) <= 0 && proxy.lastFragCount - nack.count < 1000) return;
    proxy.lastFragCount = nack.count;
    proxy.stopChase();
    if (change === undefined || !this.#isFor(proxy, change)) {
      this.#gap(proxy, [nack.sn]);
      return;
    }
    if (change.fragmentSize === 0) {
      this.#answer(proxy, [nack.sn], this.#context.clock.monotonicMs());
      return;
    }
    const total = Math.ceil(change.payloadBytes / change.fragmentSize);
    const fragments = [...membersOf(nack.missing)].filter((n) => n <= total);
    if (fragments.length === 0) return;
    const waiting = this.#repairs.find((repair) => repair.proxy === proxy && repair.sn === nack.sn);
    if (waiting !== undefined) waiting.fragments = [...new Set([...waiting.fragments, ...fragments])];
    else
      this.#repairs.push({
        proxy,
        sn: nack.sn,
        fragments,
        again: this.#copies(proxy, change, fragments),
        whole: false,
      });
    this.#deferPump();
  }

  /** Adds the heartbeat that ends a message with new samples. */
  trail(packer: Packer): void {
    if (!this.#anyReliable()) return;
    this.#writeHeartbeat(packer, undefined, 0, this.allAcknowledged, false);
    this.#armHeartbeat();
  }

  /** Manual by topic: tells all readers that the writer is alive. §8.4.13.5. */
  assertLiveliness(): void {
    this.#findRoutes();
    for (const packer of this.#destinations) this.#writeHeartbeat(packer, undefined, 0, true, true);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#heartbeatAlarm?.[Symbol.dispose]();
    this.#heartbeatAlarm = undefined;
    for (const [remote, proxy] of this.proxies) {
      proxy.stopChase();
      remote.links.delete(this.entityId);
    }
    this.proxies.clear();
    this.#readers = [];
    this.#reliableReaders = 0;
    this.#route();
    this.history.clear();
  }

  // ------------------------------------------------------------------------------------------------- new samples

  #pump(): void {
    if (this.#closed) return;
    let budget: number = this.#timing.turnBytes;
    while (this.#repairs.length > 0) {
      if (budget <= 0) return this.#deferPump();
      budget -= this.#repair();
    }
    if (this.#nextSn <= this.history.last) this.#findRoutes();
    while (this.#nextSn <= this.history.last) {
      const change = this.history.get(this.#nextSn);
      if (change !== undefined) {
        if (this.#nextFragment === 1 && this.#windowFull()) return;
        if (this.#destinations.length > 0) {
          const left = this.#sendNew(change, budget);
          if (left < 0) return this.#deferPump();
          budget = left;
        }
        this.#sentPosition = change.position;
      }
      this.#nextFragment = 1;
      this.#nextSn++;
      if (!this.#anyReliable()) this.#prune();
    }
  }

  /** Remaining budget; negative when the sample's fragments are not all sent yet. Whole samples cost nothing. */
  #sendNew(change: Change, budget: number): number {
    const fragmentSize = this.#fragmentSizeOf(change);
    if (fragmentSize === 0) {
      if (this.#busyAt === undefined) this.#busy();
      for (const packer of this.#destinations) {
        packer.data(this.entityId, change, undefined, 0);
        packer.trail(this);
      }
      return budget;
    }
    const total = Math.ceil(change.payloadBytes / fragmentSize);
    if (this.#busyAt === undefined) this.#busy();
    let left = budget;
    while (this.#nextFragment <= total) {
      if (left <= 0) return -1;
      const first = this.#nextFragment;
      let count = 0;
      for (const packer of this.#destinations) {
        count = this.#fragments(packer, change, first, total, undefined, 0);
        if (first + count > total) packer.trail(this);
      }
      this.#nextFragment += count;
      left -= count * fragmentSize;
    }
    return Math.max(left, 0);
  }

  /** Sends as many consecutive fragments as one message holds; returns how many. */
  #fragments(
    packer: Packer,
    change: Change,
    first: number,
    total: number,
    to: ReaderProxy | undefined,
    last: number,
  ): number {
    const size = change.fragmentSize;
    const fit = Math.max(1, Math.floor((wholePayload(packer.most) - 8) / size));
    const count = Math.min(fit, (last === 0 ? total : last) - first + 1);
    const [prefix, readerId] = [to?.remote.participant.prefixBytes, to?.remote.entityId ?? 0];
    packer.dataFrag(this.entityId, change, first, count, prefix, readerId);
    return count;
  }

  /** Once chosen it stays: all readers must be told the same. */
  #fragmentSizeOf(change: Change): number {
    if (change.fragmentSize > 0 || change.content === undefined) return change.fragmentSize;
    const limit = this.#messageLimit;
    const bytes = change.payloadBytes + (change.inlineQos === undefined ? 0 : change.inlineQos.length);
    if (bytes <= wholePayload(limit)) return 0;
    change.fragmentSize = limit > 32_768 ? FRAGMENT_LOOPBACK : fragmentOf(this.#packetLimit);
    return change.fragmentSize;
  }

  #windowFull(): boolean {
    if (this.#reliableReaders === 0) return false;
    const { leastWindowBytes } = this.#timing;
    const sharers = this.#busyAt === undefined ? 1 : this.#busyAt.busyWriters;
    const windowBytes = sharers === 1 ? this.#windowBytes : Math.max(this.#windowBytes / sharers, leastWindowBytes);
    const most = this.#windowClosed ? windowBytes / 2 : windowBytes;
    if (this.#ackedPosition >= 0 && this.#sentPosition - this.#ackedPosition < most) {
      this.#windowClosed = false;
      return false;
    }
    this.#ackedPosition = this.#slowest();
    this.#windowClosed = this.#sentPosition - this.#ackedPosition >= most;
    if (this.#windowClosed) this.#armHeartbeat();
    return this.#windowClosed;
  }

  /** Something is on the way to readers that acknowledge it. */
  #busy(): void {
    const [packer] = this.#destinations;
    if (packer === undefined || this.#reliableReaders === 0) return;
    this.#busyAt = packer;
    packer.busyWriters++;
  }

  #notBusy(): void {
    if (this.#busyAt === undefined) return;
    this.#busyAt.busyWriters--;
    this.#busyAt = undefined;
  }

  /** The position up to which every reader that still answers has acknowledged. */
  #slowest(): number {
    let acked = this.#sentPosition;
    const nowMs = this.#context.clock.monotonicMs();
    for (const proxy of this.proxies.values()) {
      if (!proxy.reliable || proxy.lagging) continue;
      if (proxy.acked < this.#nextSn - 1 && nowMs - proxy.progressMs > this.#timing.lagMs) {
        proxy.lagging = true;
        this.#context.count("reader lags");
        continue;
      }
      // Positions are known for what is in the history; what is not was acknowledged by all or given up.
      const change = this.history.get(proxy.acked + 1);
      if (change !== undefined && change.sn < this.#nextSn) {
        acked = Math.min(acked, change.position - change.payloadBytes - SAMPLE_OVERHEAD);
      }
    }
    return acked;
  }

  #deferPump(): void {
    if (this.#pumpDeferred || this.#closed) return;
    this.#pumpDeferred = true;
    this.#context.outlet.defer("loop", () => {
      this.#pumpDeferred = false;
      this.#pump();
    });
  }

  // ----------------------------------------------------------------------------------------------------- repairs

  /** A reader of Delos that asks for the first heartbeat wants all that is kept for late joiners: it need not ask a second time. */
  #push(proxy: ReaderProxy, nowMs: number): boolean {
    if (!proxy.transientLocal || proxy.remote.participant.data.vendor !== VENDOR_DELOS) return false;
    const kept: number[] = [];
    for (let sn = this.history.first; sn < this.#nextSn; sn++) {
      if (this.history.get(sn)?.kept === true) kept.push(sn);
    }
    return this.#answer(proxy, kept, nowMs);
  }

  /** False when everything that was asked for is on its way already. */
  #answer(proxy: ReaderProxy, requested: Iterable<number>, nowMs: number): boolean {
    const suppressionMs = isBuiltin(proxy) ? this.#timing.builtinSuppressionMs : this.#timing.resendSuppressionMs;
    const gone: number[] = [];
    let bytes = 0;
    let resent = 0;
    for (const sn of requested) {
      if (sn >= this.#nextSn) continue;
      const change = this.history.get(sn);
      if (change === undefined || !this.#isFor(proxy, change)) {
        gone.push(sn);
        continue;
      }
      const lastMs = proxy.resent.get(sn) ?? -Infinity;
      if (nowMs - lastMs < suppressionMs || bytes > this.#timing.turnBytes) continue;
      proxy.resent.set(sn, nowMs);
      bytes += change.payloadBytes;
      resent++;
      this.#resend(proxy, change);
    }
    if (gone.length > 0) this.#gap(proxy, gone);
    return resent + gone.length > 0;
  }

  #resend(proxy: ReaderProxy, change: Change): void {
    if (this.#fragmentSizeOf(change) === 0) {
      const { packer, remote } = proxy;
      const write = (): void => packer.data(this.entityId, change, remote.participant.prefixBytes, remote.entityId);
      // What built-in endpoints of Delos ask for is mostly what they never had, and there is much of it among many participants.
      if (isBuiltin(proxy)) write();
      else packer.inPackets(write);
    } else {
      const total = Math.ceil(change.payloadBytes / change.fragmentSize);
      const fragments = Array.from({ length: total }, (_, i) => i + 1);
      if (this.#repairs.some((repair) => repair.proxy === proxy && repair.sn === change.sn)) return;
      this.#repairs.push({ proxy, sn: change.sn, fragments, again: [], whole: true });
      this.#deferPump();
    }
    this.#context.count("samples resent");
  }

  /**
   * What is sent once more behind fragments that were asked for. A repair that is incomplete costs a whole round of question and
   * answer: Cyclone DDS asks for 256 fragments, and not again before they are all there or 100 ms are over. So as long as repairs
   * are lost, each goes more often; when they arrive, less so.
   */
  #copies(proxy: ReaderProxy, { sn, fragmentSize }: Change, fragments: readonly number[]): number[] {
    // Readers of Delos ask for a megabyte at a time, and at once for what has not come.
    if (proxy.remote.participant.data.vendor === VENDOR_DELOS) return [];
    const { repairCopies, repairBytes } = this.#timing;
    proxy.judgeRepair(sn, fragments, repairCopies);
    const copies = Math.min(Math.floor(proxy.repairCopies), Math.floor(repairBytes / fragmentSize / fragments.length));
    return Array.from({ length: Math.max(copies - 1, 0) }, () => fragments).flat();
  }

  /** One message of the oldest repair; returns the bytes it took. */
  #repair(): number {
    const repair = this.#repairs[0]!;
    const { proxy, sn, fragments } = repair;
    const change = this.history.get(sn);
    const first = fragments[0];
    if (change === undefined || first === undefined || !this.proxies.has(proxy.remote)) {
      this.#repairs.shift();
      return 0;
    }
    const total = Math.ceil(change.payloadBytes / change.fragmentSize);
    let run = 1;
    while (fragments[run] === first + run) run++;
    const { packer } = proxy;
    // What is sent for the first time, to one who came late, goes as new samples do. What was lost goes a packet a message.
    const write = (): number => this.#fragments(packer, change, first, total, proxy, first + run - 1);
    const count = repair.whole ? write() : packer.inPackets(write);
    fragments.splice(0, count);
    if (fragments.length === 0 && repair.again.length > 0) {
      repair.fragments = repair.again;
      repair.again = [];
    }
    if (repair.fragments.length === 0) {
      this.#repairs.shift();
      // The reader goes on asking when it hears this.
      this.#heartbeatTo(proxy, false);
      this.#chase(proxy);
      this.#armHeartbeat();
    }
    return count * change.fragmentSize;
  }

  /** What a volatile reader joined too late for is none of its business. */
  #isFor(proxy: ReaderProxy, change: Change): boolean {
    return change.sn > proxy.joinSn || (proxy.transientLocal && change.kept);
  }

  /** `gone` ascending, within 256 numbers of its first. A leading run of any length goes as the range. */
  #gap(proxy: ReaderProxy, gone: readonly number[]): void {
    const start = gone[0]!;
    let base = start + 1;
    let rest = 1;
    while (gone[rest] === base) {
      rest++;
      base++;
    }
    const irrelevant = numberSet(base, gone.slice(rest));
    proxy.packer.submessage(
      ID.GAP,
      0,
      28 + 4 * irrelevant.words.length,
      proxy.remote.participant.prefixBytes,
      (writer) => writeGap(writer, { readerId: proxy.remote.entityId, writerId: this.entityId, start, irrelevant }),
    );
  }

  // -------------------------------------------------------------------------------------------------- heartbeats

  #anyReliable(): boolean {
    return this.#reliableReaders > 0;
  }

  /** Heartbeats repeat while somebody has not acknowledged everything, ever more slowly. */
  #armHeartbeat(): void {
    // On the path of every sample: what the alarm needs to remember is made where there is one.
    if (this.#heartbeatAlarm === undefined && !this.#closed && this.#unacknowledged()) this.#startHeartbeats();
  }

  #startHeartbeats(): void {
    const { clock } = this.#context;
    this.#heartbeatAlarm = patientAlarm(clock, this.#heartbeatMs, () => {
      this.#heartbeatAlarm = undefined;
      const nowMs = clock.monotonicMs();
      let mostMs: number = this.#timing.heartbeatMaxMs;
      for (const proxy of this.proxies.values()) {
        if (!proxy.reliable || (proxy.heard && proxy.acked >= this.#nextSn - 1)) continue;
        // Who gets on needs no reminder, and who has not answered our greeting yet would not know what it is about.
        if (proxy.heard && nowMs - proxy.progressMs < this.#timing.heartbeatMs / 2) continue;
        if (!proxy.heard && proxy.remote.data === undefined && !proxy.remote.participant.verified) continue;
        // Where a hundred come at once, the answers of some must not make the others be asked ever faster.
        const longestMs = this.#longestSilenceMs(proxy, nowMs);
        mostMs = Math.min(mostMs, longestMs);
        if (nowMs < proxy.remindAtMs) continue;
        proxy.patienceMs = Math.min(Math.max(proxy.patienceMs * 2, this.#timing.heartbeatMs), longestMs);
        proxy.remindAtMs = nowMs + proxy.patienceMs * 0.9;
        // It comes the way that the samples come, behind them.
        proxy.reminders++;
        this.#remind(proxy);
      }
      // Who writes from another thread does not try while there is no room.
      if (this.qos.history === "keep_all" && this.history.count >= this.qos.maxSamples) {
        this.#giveUpOnDeadReaders();
        this.#prune();
        this.#events.acknowledged?.();
      }
      if (!this.#unacknowledged()) this.#notBusy();
      this.#heartbeatMs = Math.min(this.#heartbeatMs * 2, mostMs);
      this.#armHeartbeat();
      this.#pump();
    });
  }

  /**
   * How long a reader that lacks something is left in peace at most. Built-in endpoints of Delos come by the hundred, and their
   * readers ask by themselves.
   */
  #longestSilenceMs(proxy: ReaderProxy, nowMs: number): number {
    const { lossyMs, livelyMs, lossyReminders, heartbeatMaxMs } = this.#timing;
    if (isBuiltin(proxy) || proxy.reminders >= lossyReminders) return heartbeatMaxMs;
    return nowMs - proxy.remote.participant.lastHeardMs < livelyMs ? lossyMs : heartbeatMaxMs;
  }

  /** Says the last heartbeat again, until the reader says something. */
  #chase(proxy: ReaderProxy, lastSn?: number, attempt = 0): void {
    proxy.stopChase();
    const afterMs = this.#timing.chaseMs[attempt];
    // Delos readers ask by themselves for what they lack.
    if (afterMs === undefined || proxy.remote.participant.data.vendor === VENDOR_DELOS) return;
    proxy.chase = patientAlarm(this.#context.clock, afterMs, () => {
      proxy.chase = undefined;
      if (this.#closed || !this.proxies.has(proxy.remote) || proxy.acked >= this.#nextSn - 1) return;
      this.#heartbeatTo(proxy, false, lastSn);
      this.#chase(proxy, lastSn, attempt + 1);
    });
  }

  #unacknowledged(): boolean {
    const readers = this.#readers;
    for (let i = 0; i < readers.length; i++) {
      const { reliable, heard, acked } = readers[i]!;
      if (reliable && (!heard || acked < this.#nextSn - 1)) return true;
    }
    return false;
  }

  #remind(proxy: ReaderProxy): void {
    const { participant, entityId } = proxy.remote;
    const way = proxy.heard ? proxy.route : proxy.packer;
    this.#writeHeartbeat(way, participant.prefixBytes, entityId, false, false, proxy);
  }

  #heartbeatTo(proxy: ReaderProxy, final: boolean, lastSn?: number): void {
    const { participant, entityId } = proxy.remote;
    this.#writeHeartbeat(proxy.packer, participant.prefixBytes, entityId, final, false, proxy, lastSn);
    if (!isBuiltin(proxy)) return;
    // Where many come at once, all have much to do before they answer.
    const { clock, responseMs } = this.#context;
    if (responseMs === 0) return;
    const atMs = clock.monotonicMs() + this.#timing.heartbeatMs + PATIENCE * responseMs;
    proxy.remindAtMs = Math.max(proxy.remindAtMs, atMs);
  }

  #writeHeartbeat(
    packer: Packer,
    to: Uint8Array | undefined,
    readerId: number,
    final: boolean,
    liveliness: boolean,
    proxy?: ReaderProxy,
    upTo = Infinity,
  ): void {
    // Who has not heard one yet may take it for the end of what went before.
    const lastSn = proxy?.deaf === true ? proxy.joinSn : Math.min(this.#nextSn - 1, upTo);
    // A volatile reader is told where its own stream begins.
    const begins = proxy === undefined || proxy.transientLocal ? 1 : proxy.joinSn + 1;
    const firstSn = Math.min(Math.max(this.history.first, begins), lastSn + 1);
    const count = ++this.#heartbeatCount;
    const flags = (final ? HEARTBEAT_FINAL : 0) | (liveliness ? HEARTBEAT_LIVELINESS : 0);
    packer.heartbeat(flags, to, readerId, this.entityId, firstSn, lastSn, count);
  }

  // ----------------------------------------------------------------------------------------------------- history

  #keep(change: Change, ends: boolean): void {
    const kept = this.#kept.get(change.key) ?? [];
    if (!ends) {
      change.kept = true;
      this.#keptCount++;
      kept.push(change.sn);
    }
    const limit = ends ? 0 : this.qos.history === "keep_all" ? this.qos.maxSamples : this.qos.depth;
    while (kept.length > limit) {
      const sn = kept.shift()!;
      const old = this.history.get(sn);
      if (old === undefined) continue;
      old.kept = false;
      this.#keptCount--;
      if (sn <= this.#prunedSn) this.history.remove(sn);
    }
    if (kept.length === 0) this.#kept.delete(change.key);
    else this.#kept.set(change.key, kept);
  }

  /** Removes what everybody has and nobody may still ask for. */
  #prune(): void {
    if (this.history.count === this.#keptCount) return;
    let acked = this.#nextSn - 1;
    const readers = this.#readers;
    for (let i = 0; i < readers.length; i++) {
      const proxy = readers[i]!;
      if (proxy.reliable) acked = Math.min(acked, proxy.acked);
    }
    for (let sn = Math.max(this.#prunedSn + 1, this.history.first); sn <= acked; sn++) {
      if (this.history.get(sn)?.kept === false) this.history.remove(sn);
    }
    this.#prunedSn = Math.max(this.#prunedSn, acked);
  }

  /** keep_last: new samples push out old ones, first of all those that were not even sent. */
  #evict(): void {
    while (this.history.last - this.#nextSn + 1 > this.qos.depth) {
      const sn = this.#superseded();
      if (sn === 0 || (sn === this.#nextSn && this.#nextFragment > 1)) break; // the sample on its way goes on
      this.#drop(sn);
      if (sn === this.#nextSn) this.#nextSn++;
    }
    const { retainSamples, retainBytes } = this.#timing;
    while (
      this.history.count > this.qos.depth &&
      (this.history.count > Math.max(retainSamples, this.qos.depth) || this.history.bytes > retainBytes)
    ) {
      let sn = this.history.first;
      while (sn < this.#nextSn && this.history.get(sn)?.kept !== false) sn++;
      if (sn >= this.#nextSn) break;
      this.#drop(sn);
    }
  }

  /**
   * Lets go of samples from before that time, whose lifespan is over: who comes late does not get them, who asks is told of a gap.
   * Returns the time of the oldest that is left. DDS 1.4 §2.2.3.16.
   */
  expire(before: RtpsTime): RtpsTime | undefined {
    for (let sn = this.history.first; sn <= this.history.last; sn++) {
      const change = this.history.get(sn);
      if (change === undefined || !change.timed) continue;
      const seconds = (change.seconds >>> 0) - (before.seconds >>> 0);
      if (seconds > 0 || (seconds === 0 && change.fraction >= before.fraction)) return change;
      if (sn === this.#nextSn && this.#nextFragment > 1) continue;
      if (change.kept) this.#keptCount--;
      this.history.remove(sn);
    }
    return undefined;
  }

  /** The oldest unsent sample that has to make room for the newest; 0 when there is none. Each instance has its own depth. DDS 1.4 §2.2.3.18. */
  #superseded(): number {
    const { last } = this.history;
    const { key } = this.history.get(last)!;
    if (key === "") return this.#nextSn;
    let oldest = 0;
    let unsent = 0;
    let ofInstance = 0;
    for (let sn = last; sn >= this.#nextSn; sn--) {
      const change = this.history.get(sn);
      if (change === undefined) continue;
      unsent++;
      if (change.key !== key) continue;
      ofInstance++;
      oldest = sn;
    }
    if (ofInstance > this.qos.depth) return oldest;
    return unsent > this.qos.maxSamples ? this.#nextSn : 0;
  }

  #drop(sn: number): void {
    if (this.history.get(sn) === undefined) return;
    if (this.#anyReliable()) {
      this.dropped++;
      this.#context.count("samples dropped before they were acknowledged");
    }
    if (this.history.get(sn)?.kept === true) this.#keptCount--;
    this.history.remove(sn);
  }

  #giveUpOnDeadReaders(): void {
    const nowMs = this.#context.clock.monotonicMs();
    for (const proxy of this.proxies.values()) {
      if (!proxy.reliable || nowMs - proxy.progressMs < this.#timing.giveUpMs) continue;
      const lost = this.#nextSn - 1 - proxy.acked;
      if (lost <= 0) continue;
      this.dropped += lost;
      this.#context.count("samples given up on a dead reader", lost);
      proxy.acked = this.#nextSn - 1;
    }
  }
}

/** Fragments that somebody wants, of a sample that is kept. */
interface Repair {
  readonly proxy: ReaderProxy;
  readonly sn: number;
  fragments: number[];
  /** What follows them: the same once more. */
  again: number[];
  /** They are all of the sample. */
  readonly whole: boolean;
}

/** Heartbeats on request to somebody who goes on asking as if there had been none, until he is taken to ask in this way always. */
const MOST_ASKED = 10;

/**
 * Whether a reader only asks for its first heartbeat: nothing acknowledged, nothing requested, not final. Cyclone DDS sends base 1
 * then, Fast DDS 0; the answer to a heartbeat of an empty writer has the same base, but is final. §8.4.12.2.
 */
function isPreemptive(proxy: ReaderProxy, { missing, final }: AckNack): boolean {
  if (missing.numBits > 0 || missing.base > 1 || final) return false;
  return ++proxy.asked <= MOST_ASKED;
}

/** Of a participant of Delos. */
const isBuiltin = ({ remote: { data, participant } }: ReaderProxy): boolean =>
  data === undefined && participant.data.vendor === VENDOR_DELOS;

/** Fragments of a size that fits into one packet with what belongs to it. */
function fragmentOf(packetBytes: number): number {
  return Math.min(Math.max(packetBytes - FRAGMENT_OVERHEAD, 256), FRAGMENT_MOST) & ~3;
}

/** Whether the reader listens where `multicast` sends. */
function heard(proxy: ReaderProxy, multicast: Packer): boolean {
  const { participant, data } = proxy.remote;
  const locators =
    data === undefined || data.multicast.length === 0 ? participant.data.defaultMulticast : data.multicast;
  return locators.some(({ address, port }) => address === multicast.locator.address && port === multicast.locator.port);
}
