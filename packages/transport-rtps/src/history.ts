import type { RtpsTime } from "./wire/time.ts";

/** What a writer is given: a sample, or the end of an instance. */
export interface Outgoing {
  /** The serialized sample or key. Kept by reference until nobody can ask for it any more: it must not change. */
  readonly payload: Uint8Array | undefined;
  readonly isKey: boolean;
  readonly time: RtpsTime | undefined;
  /** A whole parameter list, little-endian, sentinel included. */
  readonly inlineQos: Uint8Array | undefined;
  /** The payload is no CDR: it goes out framed as a sequence of octets. */
  readonly framed?: boolean;
  /** Called when the payload is not needed any more. */
  readonly released?: (() => void) | undefined;
}

/**
 * What is not CDR itself (protobuf, JSON, ROS 1) travels as the CDR of `struct { sequence<octet> data; }`: any DDS program can
 * receive it, none takes it for something else.
 *
 *   0  0,1 (CDR_LE), 0, number of zeros at the end (XTypes 1.3 §7.6.3.1.2)
 *   4  uint32, little-endian: length
 *   8  the bytes, then zeros up to a whole word
 */
export const FRAME_BYTES = 8;

/**
 * A sample in a writer's history: a slot that is filled again and again. Long-lived objects that are made anew for every
 * sample are what garbage collection takes longest over.
 */
export class Change {
  /** 0: the slot is empty. */
  sn = 0;
  content: Uint8Array | undefined = undefined;
  framed = false;
  /** Of the payload as it goes over the wire. */
  payloadBytes = 0;
  isKey = false;
  timed = false;
  seconds = 0;
  fraction = 0;
  inlineQos: Uint8Array | undefined = undefined;
  /** Of a keyed topic: which instance it belongs to. */
  key = "";
  /** Bytes of all samples up to and including this one: what flow control counts with. */
  position = 0;
  /** Late joiners get it. */
  kept = false;
  /** 0: goes as one DATA. Else the fragment size, fixed with the first transmission. */
  fragmentSize = 0;
  released: (() => void) | undefined = undefined;

  static of(sn: number, sample: Outgoing): Change {
    const change = new Change();
    change.fill(sn, sample, "", 0);
    return change;
  }

  fill(
    sn: number,
    { payload, isKey, time, inlineQos, framed, released }: Outgoing,
    key: string,
    position: number,
  ): void {
    this.sn = sn;
    this.content = payload;
    this.framed = framed === true && payload !== undefined;
    this.payloadBytes = payloadBytesOf(payload, framed === true);
    this.isKey = isKey;
    this.timed = time !== undefined;
    if (time !== undefined) {
      this.seconds = time.seconds;
      this.fraction = time.fraction;
    }
    this.inlineQos = inlineQos;
    this.key = key;
    this.position = position;
    this.kept = false;
    this.fragmentSize = 0;
    this.released = released;
  }

  empty(): void {
    this.sn = 0;
    this.content = undefined;
    this.inlineQos = undefined;
    if (this.released === undefined) return;
    this.released();
    this.released = undefined;
  }

  /** Copies the payload's bytes `from` up to `to` to `target` at `at`. */
  copy(target: Uint8Array, at: number, from = 0, to: number = this.payloadBytes): void {
    const content = this.content!;
    if (!this.framed) {
      target.set(from === 0 && to === content.length ? content : content.subarray(from, to), at);
      return;
    }
    const { length } = content;
    const end = FRAME_BYTES + length;
    if (from === 0 && to === this.payloadBytes) {
      writeFrameHeader(target, at, length);
      target.set(content, at + FRAME_BYTES);
      for (let i = end; i < to; i++) target[at + i] = 0;
      return;
    }
    // A fragment: what lies in it of the three parts.
    if (from < FRAME_BYTES) {
      const header = new Uint8Array(FRAME_BYTES);
      writeFrameHeader(header, 0, length);
      target.set(header.subarray(from, Math.min(to, FRAME_BYTES)), at);
    }
    const [first, last] = [Math.max(from, FRAME_BYTES), Math.min(to, end)];
    if (first < last) target.set(content.subarray(first - FRAME_BYTES, last - FRAME_BYTES), at + first - from);
    for (let i = Math.max(end, from); i < to; i++) target[at + i - from] = 0;
  }
}

export function payloadBytesOf(payload: Uint8Array | undefined, framed: boolean): number {
  if (payload === undefined) return 0;
  return framed ? (FRAME_BYTES + payload.length + 3) & ~3 : payload.length;
}

function writeFrameHeader(target: Uint8Array, at: number, length: number): void {
  target[at] = 0;
  target[at + 1] = 1;
  target[at + 2] = 0;
  target[at + 3] = -length & 3;
  target[at + 4] = length;
  target[at + 5] = length >>> 8;
  target[at + 6] = length >>> 16;
  target[at + 7] = length >>> 24;
}

/** Samples by sequence number, between `first` and `last`, in a ring of slots that grows; empty ones are holes. */
export class History {
  /** Lowest number that is there; `last + 1` when there is none. */
  first = 1;
  last = 0;
  count = 0;
  bytes = 0;
  #ring: Change[] = Array.from({ length: 16 }, () => new Change());
  #mask = 15;

  get(sn: number): Change | undefined {
    const change = this.#ring[sn & this.#mask]!;
    return change.sn === sn && sn > 0 ? change : undefined;
  }

  /** Takes the next sample, number `last + 1`. */
  append(sample: Outgoing, key: string, position: number): Change {
    const sn = ++this.last;
    if (sn - this.first > this.#mask) this.#grow();
    const change = this.#ring[sn & this.#mask]!;
    change.fill(sn, sample, key, position);
    this.count++;
    this.bytes += change.payloadBytes;
    return change;
  }

  remove(sn: number): void {
    const change = this.get(sn);
    if (change === undefined) return;
    change.empty();
    this.count--;
    this.bytes -= change.payloadBytes;
    while (this.first <= this.last && this.#ring[this.first & this.#mask]!.sn !== this.first) this.first++;
  }

  /** Lets go of everything. */
  clear(): void {
    for (let sn = this.first; sn <= this.last; sn++) this.remove(sn);
  }

  #grow(): void {
    const old = this.#ring;
    const mask = old.length * 2 - 1;
    const grown: Change[] = Array.from({ length: old.length * 2 });
    for (let sn = this.first; sn < this.last; sn++) grown[sn & mask] = old[sn & this.#mask]!;
    for (let i = 0; i <= mask; i++) grown[i] ??= new Change();
    this.#ring = grown;
    this.#mask = mask;
  }
}
