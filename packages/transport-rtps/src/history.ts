import type { Outgoing } from "./packer.ts";

/** A sample in a writer's history. */
export interface Change extends Outgoing {
  /** Of a keyed topic: which instance it belongs to. */
  readonly key: string;
  /** Bytes of all samples up to and including this one: what flow control counts with. */
  readonly position: number;
  /** Late joiners get it. */
  kept: boolean;
  /** 0: goes as one DATA. Else the fragment size, fixed with the first transmission. */
  fragmentSize: number;
}

/** Samples by sequence number, between `first` and `last`, in a ring that grows; holes are where samples were removed. */
export class History {
  /** Lowest number that is there; `last + 1` when there is none. */
  first = 1;
  last = 0;
  count = 0;
  bytes = 0;
  #ring: (Change | undefined)[] = Array.from({ length: 16 });

  get(sn: number): Change | undefined {
    return sn < this.first || sn > this.last ? undefined : this.#ring[sn & (this.#ring.length - 1)];
  }

  /** `change.sn` is `last + 1`. */
  push(change: Change): void {
    this.last = change.sn;
    if (this.last - this.first >= this.#ring.length) this.#grow();
    this.#ring[change.sn & (this.#ring.length - 1)] = change;
    this.count++;
    this.bytes += change.payload?.length ?? 0;
  }

  remove(sn: number): void {
    const change = this.get(sn);
    if (change === undefined) return;
    this.#ring[sn & (this.#ring.length - 1)] = undefined;
    this.count--;
    this.bytes -= change.payload?.length ?? 0;
    while (this.first <= this.last && this.#ring[this.first & (this.#ring.length - 1)] === undefined) this.first++;
  }

  #grow(): void {
    const old = this.#ring;
    const grown: (Change | undefined)[] = Array.from({ length: old.length * 2 });
    for (let sn = this.first; sn < this.last; sn++) grown[sn & (grown.length - 1)] = old[sn & (old.length - 1)];
    this.#ring = grown;
  }
}
