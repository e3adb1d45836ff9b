import { ByteWriter } from "@delos/wire";
import type { Change } from "./history.ts";
import { DATA_INLINE_QOS, DATA_KEY, DATA_PAYLOAD } from "./wire/data.ts";
import { FRAG_INLINE_QOS, FRAG_KEY } from "./wire/data-frag.ts";
import type { NumberSet } from "./wire/number-set.ts";
import { ID, LITTLE_ENDIAN } from "./wire/submessage.ts";

/** The largest that UDP over IPv4 carries. */
export const DATAGRAM_BYTES = 65_507;
const POOLED = 64;
/** What most messages fit in that are not part of a burst: fresh memory of 64 KiB for each of a hundred destinations costs more than they do. */
const SMALL_BYTES = 2048;
const POOLED_SMALL = 512;
/** Of each datagram's memory that are kept. */
const VIEWS = 4;
/** What goes to other hosts fits in it. */
const MEDIUM_BYTES = 14_336;
const POOLED_MEDIUM = 128;

/** Datagrams on their way: taken when a message begins, given back when the socket has sent it. */
export class DatagramPool {
  readonly #large = new FreeList(POOLED);
  readonly #medium = new FreeList(POOLED_MEDIUM);
  readonly #small = new FreeList(POOLED_SMALL);

  /** For a message that has at least so many bytes from the start; `most`: that will have no more. */
  take(bytes: number, most: number): Datagram {
    const capacity = bytes <= SMALL_BYTES ? SMALL_BYTES : most <= MEDIUM_BYTES ? MEDIUM_BYTES : DATAGRAM_BYTES;
    const datagram = this.#listOf(capacity).take() ?? new Datagram(this, capacity);
    datagram.offset = 0;
    return datagram;
  }

  give(datagram: Datagram): void {
    this.#listOf(datagram.capacity).give(datagram);
  }

  #listOf(capacity: number): FreeList {
    return capacity === SMALL_BYTES ? this.#small : capacity === MEDIUM_BYTES ? this.#medium : this.#large;
  }
}

/** A list through the datagrams themselves: an array that is emptied and filled again makes its memory anew each time. */
class FreeList {
  readonly #most: number;
  #count = 0;
  #first: Datagram | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  take(): Datagram | undefined {
    const datagram = this.#first;
    if (datagram === undefined) return undefined;
    this.#first = datagram.nextFree;
    datagram.nextFree = undefined;
    this.#count--;
    return datagram;
  }

  give(datagram: Datagram): void {
    if (this.#count === this.#most) return;
    this.#count++;
    datagram.nextFree = this.#first;
    this.#first = datagram;
  }
}

/**
 * A message that is being written: a cursor over memory that is used again. Samples, of which there may be millions a second,
 * and what almost every message holds beside them are written word by word here, without an object of their own; the rare
 * submessages by the functions of `wire/`.
 */
export class Datagram extends ByteWriter {
  /** Back to the pool; made once, for the socket calls it for every datagram. */
  readonly sent: () => void;

  /** In the pool. */
  nextFree: Datagram | undefined;
  readonly capacity: number;
  /** Views of this memory, of lengths that messages had before: those of steady traffic come again and again. */
  readonly #messages: Uint8Array[] = [];
  #oldest = 0;

  constructor(pool: DatagramPool, capacity: number) {
    super({ target: new Uint8Array(capacity) });
    this.capacity = capacity;
    this.sent = () => pool.give(this);
  }

  /** What was written, as a view of this memory: mostly one that is there. */
  get message(): Uint8Array {
    const messages = this.#messages;
    for (let i = 0; i < messages.length; i++) if (messages[i]!.length === this.offset) return messages[i]!;
    const view = this.written;
    if (messages.length < VIEWS) messages.push(view);
    else messages[this.#oldest++ % VIEWS] = view;
    return view;
  }

  /** Submessage header, §9.4.5.1. */
  header(id: number, flags: number, length: number): void {
    this.view.setUint32(this.offset, id | ((flags | LITTLE_ENDIAN) << 8) | (length << 16), true);
    this.offset += 4;
  }

  infoTimestamp(seconds: number, fraction: number): void {
    this.header(ID.INFO_TS, 0, 8);
    this.view.setUint32(this.offset, seconds, true);
    this.view.setUint32(this.offset + 4, fraction, true);
    this.offset += 8;
  }

  /** DATA, drawn in `wire/data.ts`. There is room. */
  data(writerId: number, change: Change, readerId: number): void {
    const { inlineQos, content } = change;
    const body = 20 + (inlineQos === undefined ? 0 : inlineQos.length) + change.payloadBytes;
    const flags =
      (inlineQos === undefined ? 0 : DATA_INLINE_QOS) |
      (content === undefined ? 0 : change.isKey ? DATA_KEY : DATA_PAYLOAD);
    this.header(ID.DATA, flags, (body + 3) & ~3);
    this.#ids(16, writerId, change.sn, readerId);
    if (inlineQos !== undefined) this.raw(inlineQos);
    if (content !== undefined) {
      change.copy(this.bytes, this.offset);
      this.offset += change.payloadBytes;
    }
    this.#pad(-body & 3);
  }

  /** DATA_FRAG, drawn in `wire/data-frag.ts`: fragments `first` … `first + count − 1`. There is room. */
  dataFrag(writerId: number, change: Change, first: number, count: number, readerId: number): void {
    const { fragmentSize, payloadBytes } = change;
    const from = (first - 1) * fragmentSize;
    const to = Math.min(from + count * fragmentSize, payloadBytes);
    const inlineQos = first === 1 ? change.inlineQos : undefined;
    const body = 32 + (inlineQos === undefined ? 0 : inlineQos.length) + to - from;
    const flags = (inlineQos === undefined ? 0 : FRAG_INLINE_QOS) | (change.isKey ? FRAG_KEY : 0);
    this.header(ID.DATA_FRAG, flags, (body + 3) & ~3);
    this.#ids(28, writerId, change.sn, readerId);
    const { view, offset } = this;
    view.setUint32(offset, first, true);
    view.setUint16(offset + 4, count, true);
    view.setUint16(offset + 6, fragmentSize, true);
    view.setUint32(offset + 8, payloadBytes, true);
    this.offset = offset + 12;
    if (inlineQos !== undefined) this.raw(inlineQos);
    change.copy(this.bytes, this.offset, from, to);
    this.offset += to - from;
    this.#pad(-body & 3);
  }

  /** HEARTBEAT, drawn in `wire/heartbeat.ts`. There is room for 32 bytes. */
  heartbeat(flags: number, readerId: number, writerId: number, firstSn: number, lastSn: number, count: number): void {
    this.header(ID.HEARTBEAT, flags, 28);
    const { view, offset } = this;
    view.setUint32(offset, readerId, false);
    view.setUint32(offset + 4, writerId, false);
    view.setUint32(offset + 8, Math.floor(firstSn / 0x1_0000_0000), true);
    view.setUint32(offset + 12, firstSn, true);
    view.setUint32(offset + 16, Math.floor(lastSn / 0x1_0000_0000), true);
    view.setUint32(offset + 20, lastSn, true);
    view.setInt32(offset + 24, count, true);
    this.offset = offset + 28;
  }

  /** ACKNACK, drawn in `wire/acknack.ts`. There is room for 28 bytes and the words of the set. */
  ackNack(flags: number, readerId: number, writerId: number, { base, numBits, words }: NumberSet, count: number): void {
    this.header(ID.ACKNACK, flags, 24 + 4 * words.length);
    const { view, offset } = this;
    view.setUint32(offset, readerId, false);
    view.setUint32(offset + 4, writerId, false);
    view.setUint32(offset + 8, Math.floor(base / 0x1_0000_0000), true);
    view.setUint32(offset + 12, base, true);
    view.setUint32(offset + 16, numBits, true);
    let at = offset + 20;
    for (let i = 0; i < words.length; i++, at += 4) view.setUint32(at, words[i]!, true);
    view.setInt32(at, count, true);
    this.offset = at + 4;
  }

  /** What DATA and DATA_FRAG begin with. */
  #ids(octetsToInlineQos: number, writerId: number, sn: number, readerId: number): void {
    const { view, offset } = this;
    view.setUint32(offset, octetsToInlineQos << 16, true);
    view.setUint32(offset + 4, readerId, false);
    view.setUint32(offset + 8, writerId, false);
    view.setUint32(offset + 12, Math.floor(sn / 0x1_0000_0000), true);
    view.setUint32(offset + 16, sn, true);
    this.offset = offset + 20;
  }

  #pad(count: number): void {
    for (let i = 0; i < count; i++) this.bytes[this.offset++] = 0;
  }
}
