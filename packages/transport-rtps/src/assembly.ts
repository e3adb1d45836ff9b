import type { DataFrag } from "./wire/data-frag.ts";
import type { ParameterList } from "./wire/parameter-list.ts";
import type { RtpsTime } from "./wire/time.ts";

/** A sample whose fragments are arriving. DDSI-RTPS 2.5 §8.4.14.1. */
export class Assembly {
  readonly sn: number;
  readonly total: number;
  readonly fragmentSize: number;
  readonly payload: Uint8Array;
  readonly isKey: boolean;
  inlineQos: ParameterList | undefined;
  time: RtpsTime | undefined;
  arrived = 0;
  /** Highest fragment number seen. */
  highest = 0;
  lastArrivalMs: number;
  lastRequestMs = -Infinity;
  /** What was missing when it was last asked for. */
  requested = 0;
  readonly #have: Uint8Array;
  #firstMissing = 1;

  constructor(first: DataFrag, nowMs: number) {
    this.sn = first.sn;
    this.fragmentSize = first.fragmentSize;
    this.total = Math.ceil(first.sampleSize / first.fragmentSize);
    this.payload = new Uint8Array(first.sampleSize);
    this.isKey = first.isKey;
    this.#have = new Uint8Array(this.total + 1);
    this.lastArrivalMs = nowMs;
  }

  get complete(): boolean {
    return this.arrived === this.total;
  }

  /** Takes fragments; false when they belong to a sample of other dimensions. */
  add(data: DataFrag, time: RtpsTime | undefined, nowMs: number): boolean {
    if (data.fragmentSize !== this.fragmentSize || data.sampleSize !== this.payload.length) return false;
    if (data.inlineQos !== undefined) {
      // Its values are views of a datagram; the sample outlives that.
      const parameters = data.inlineQos.parameters.map(({ pid, value }) => ({ pid, value: Uint8Array.from(value) }));
      this.inlineQos ??= { littleEndian: data.inlineQos.littleEndian, parameters };
    }
    this.time ??= time;
    this.lastArrivalMs = nowMs;
    for (let i = 0; i < data.fragmentCount; i++) {
      const n = data.firstFragment + i;
      if (this.#have[n] === 1) continue;
      const from = i * this.fragmentSize;
      const at = (n - 1) * this.fragmentSize;
      const bytes = Math.min(this.fragmentSize, this.payload.length - at);
      this.payload.set(data.payload.subarray(from, from + bytes), at);
      this.#have[n] = 1;
      this.arrived++;
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
