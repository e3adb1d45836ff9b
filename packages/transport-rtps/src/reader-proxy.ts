import { LateMap } from "./late-map.ts";
import type { Packer } from "./packer.ts";
import type { RemoteReader } from "./remote.ts";
import { VENDOR_DELOS, VENDOR_FAST } from "./wire/message.ts";

/** What a writer knows of one of its readers. DDSI-RTPS 2.5 §8.4.7.4. */
export class ReaderProxy {
  readonly remote: RemoteReader;
  readonly reliable: boolean;
  /** Where what is for this reader alone goes; its participant may move. */
  packer: Packer;
  /** Where new samples reach it: an address of its own, or one that it shares. */
  route: Packer;
  /** Samples before it are none of the reader's business, unless they are part of a transient-local history. */
  readonly joinSn: number;
  readonly transientLocal: boolean;
  /** Everything up to here has arrived or is irrelevant. */
  acked: number;
  /** It has answered a heartbeat: it knows where its samples begin. */
  heard = false;
  /** How often it has asked for a heartbeat as somebody who has not heard one. */
  asked = 0;
  /** Until it has: when it is reminded next, and how long it is left in peace after that. */
  remindAtMs = 0;
  patienceMs = 0;
  /** How often it was reminded since it last said anything. */
  reminders = 0;
  lastCount = 0;
  lastCountMs = -Infinity;
  lastFragCount = 0;
  /** When it last acknowledged something new (or had nothing to acknowledge). */
  progressMs: number;
  /** It does not answer: it holds back nobody any more. */
  lagging = false;
  /** When samples were last resent to it: requests that cross a resend are not answered twice. */
  readonly resent: LateMap<number, number> = new LateMap();
  /** How often fragments that it asks for are sent: more than once where repairs are lost. */
  repairCopies = 1;
  /** The fragments that it asked for last. */
  #repaired: { readonly sn: number; readonly fragments: ReadonlySet<number> } | undefined;
  /** The heartbeat behind a repair, once more. */
  chase: Disposable | undefined;

  constructor(
    remote: RemoteReader,
    options: {
      reliable: boolean;
      transientLocal: boolean;
      packer: Packer;
      firstSn: number;
      lastSn: number;
      nowMs: number;
    },
  ) {
    this.remote = remote;
    this.reliable = options.reliable;
    this.transientLocal = options.transientLocal;
    this.packer = options.packer;
    this.route = options.packer;
    this.joinSn = options.lastSn;
    this.acked = options.transientLocal ? options.firstSn - 1 : options.lastSn;
    this.progressMs = options.nowMs;
  }

  /**
   * Samples would be lost to it now: it takes the first heartbeat it hears for the end of what is none of its business, and what
   * comes before for nothing (Cyclone DDS, and others for all we know). Readers of Delos and Fast DDS ask.
   */
  get deaf(): boolean {
    const { vendor } = this.remote.participant.data;
    return this.reliable && !this.heard && !this.transientLocal && vendor !== VENDOR_DELOS && vendor !== VENDOR_FAST;
  }

  /** It has everything up to `acked`. */
  forget(acked: number): void {
    if (this.resent.size === 0) return;
    for (const sn of this.resent.keys()) if (sn <= acked) this.resent.delete(sn);
  }

  /** It asks for fragments: whether those it asked for before have arrived tells how often they must be sent. */
  judgeRepair(sn: number, fragments: readonly number[], most: number): void {
    const last = this.#repaired;
    this.#repaired = { sn, fragments: new Set(fragments) };
    if (last?.sn !== sn) return;
    const lost = fragments.some((n) => last.fragments.has(n));
    this.repairCopies = lost ? Math.min(this.repairCopies + 1, most) : Math.max(this.repairCopies - 0.25, 1);
  }

  stopChase(): void {
    this.chase?.[Symbol.dispose]();
    this.chase = undefined;
  }

  /** Whether `count` is newer than the last; after half a second any is, so that a counter that began again is heard. */
  isNewCount(count: number, nowMs: number): boolean {
    if (((count - this.lastCount) | 0) <= 0 && nowMs - this.lastCountMs < 500) return false;
    this.lastCount = count;
    this.lastCountMs = nowMs;
    this.reminders = 0;
    return true;
  }
}
