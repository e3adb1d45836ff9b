import { copyOf, Incoming } from "./incoming.ts";
import type { DataFrag } from "./wire/data-frag.ts";

/** A sample whose fragments are arriving. DDSI-RTPS 2.5 §8.4.14.1. */
export class Assembly {
  readonly sn: number;
  readonly total: number;
  readonly fragmentSize: number;
  /** What it will be when all is there. */
  readonly sample = new Incoming();
  arrived = 0;
  /** Highest fragment number seen. */
  highest = 0;
  lastArrivalMs: number;
  lastRequestMs = -Infinity;
  /** What was missing when it was last asked for. */
  requested = 0;
  readonly #have: Uint8Array;
  #firstMissing = 1;

  /** `memory`: where the payload is put together, at least as large as the sample. */
  constructor(first: DataFrag, memory: Uint8Array, nowMs: number) {
    this.sn = first.sn;
    this.fragmentSize = first.fragmentSize;
    this.total = Math.ceil(first.sampleSize / first.fragmentSize);
    const { sample } = this;
    sample.readerId = first.readerId;
    sample.writerId = first.writerId;
    sample.sn = first.sn;
    sample.isKey = first.isKey;
    // Whatever was in it before: nobody sees it until every byte was written.
    sample.bytes = memory;
    sample.from = 0;
    sample.to = first.sampleSize;
    sample.owned = true;
    this.#have = new Uint8Array(this.total + 1);
    this.lastArrivalMs = nowMs;
  }

  /** Of the whole sample. */
  get bytes(): number {
    return this.sample.to;
  }

  get complete(): boolean {
    return this.arrived === this.total;
  }

  /** Takes fragments; false when they belong to a sample of other dimensions. */
  add(data: DataFrag, about: Incoming, nowMs: number): boolean {
    const { sample, fragmentSize } = this;
    if (data.fragmentSize !== fragmentSize || data.sampleSize !== sample.to) return false;
    sample.inlineQos ??= copyOf(data.inlineQos);
    if (!sample.timed && about.timed) {
      sample.timed = true;
      sample.seconds = about.seconds;
      sample.fraction = about.fraction;
    }
    this.lastArrivalMs = nowMs;
    let fresh = 0;
    for (let n = data.firstFragment; n < data.firstFragment + data.fragmentCount; n++) {
      if (this.#have[n] === 1) continue;
      this.#have[n] = 1;
      fresh++;
    }
    this.arrived += fresh;
    // Those that are there already are the same once more.
    if (fresh > 0) {
      const at = (data.firstFragment - 1) * fragmentSize;
      const bytes = Math.min(data.fragmentCount * fragmentSize, sample.to - at);
      sample.bytes.set(data.payload.length === bytes ? data.payload : data.payload.subarray(0, bytes), at);
    }
    this.highest = Math.max(this.highest, data.firstFragment + data.fragmentCount - 1);
    return true;
  }

  /** Up to `limit` missing fragments, ascending, none above `upTo`. */
  missing(upTo: number, limit: number): number[] {
    while (this.#have[this.#firstMissing] === 1) this.#firstMissing++;
    const missing: number[] = [];
    for (let n = this.#firstMissing; n <= upTo && n < this.#firstMissing + limit; n++) {
      if (this.#have[n] === 0) missing.push(n);
    }
    return missing;
  }
}
