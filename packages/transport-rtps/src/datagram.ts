import { ByteWriter } from "@delos/wire";
import type { Change } from "./history.ts";
import { DATA_INLINE_QOS, DATA_KEY, DATA_PAYLOAD } from "./wire/data.ts";
import { FRAG_INLINE_QOS, FRAG_KEY } from "./wire/data-frag.ts";
import { ID, LITTLE_ENDIAN } from "./wire/submessage.ts";

/** The largest that UDP over IPv4 carries. */
export const DATAGRAM_BYTES = 65_507;
const POOLED = 64;
/** What most messages fit in that are not part of a burst: fresh memory of 64 KiB for each of a hundred destinations costs more than they do. */
const SMALL_BYTES = 2048;
const POOLED_SMALL = 512;

/** Datagrams on their way: taken when a message begins, given back when the socket has sent it. */
export class DatagramPool {
  readonly #large: Datagram[] = [];
  readonly #small: Datagram[] = [];

  /** For a message that will have at least so many bytes. */
  take(bytes: number): Datagram {
    const small = bytes <= SMALL_BYTES;
    const datagram =
      (small ? this.#small : this.#large).pop() ?? new Datagram(this, small ? SMALL_BYTES : DATAGRAM_BYTES);
    datagram.offset = 0;
    return datagram;
  }

  give(datagram: Datagram): void {
    const small = datagram.capacity === SMALL_BYTES;
    const free = small ? this.#small : this.#large;
    if (free.length < (small ? POOLED_SMALL : POOLED)) free.push(datagram);
  }
}

/**
 * A message that is being written: a cursor over memory that is used again. Samples, of which there may be millions a second,
 * are written word by word here; the rare submessages by the functions of `wire/`.
 */
export class Datagram extends ByteWriter {
  /** Back to the pool; made once, for the socket calls it for every datagram. */
  readonly sent: () => void;

  readonly capacity: number;

  constructor(pool: DatagramPool, capacity: number) {
    super({ target: new Uint8Array(capacity) });
    this.capacity = capacity;
    this.sent = () => pool.give(this);
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
