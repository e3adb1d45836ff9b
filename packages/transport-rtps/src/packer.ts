import type { ByteWriter } from "@delos/wire";
import { DATAGRAM_BYTES, type Datagram, type DatagramPool } from "./datagram.ts";
import type { Change } from "./history.ts";
import type { Counters, Outlet } from "./outlet.ts";
import type { Locator } from "./wire/locator.ts";
import { HEADER_BYTES } from "./wire/message.ts";
import type { NumberSet } from "./wire/number-set.ts";
import { ID } from "./wire/submessage.ts";

/** Datagrams of one burst between two heartbeats: each heartbeat costs an answer. */
const TRAILER_EVERY = 8;
const TRAILER_BYTES = 32;

/** What all packers of a participant share. */
export interface PackerContext {
  readonly outlet: Outlet;
  readonly counters: Counters;
  readonly pool: DatagramPool;
  /** The 20 bytes that every message begins with. */
  readonly header: Uint8Array;
  /** Called when a packer begins a message: it wants to be flushed soon. */
  opened(packer: Packer): void;
  /** A sample was written since this was set to false. */
  sampled: boolean;
  /** A message was not sent: nobody at its destination has answered yet. */
  withheld(): void;
}

/** Something that adds a heartbeat when a message with its samples ends. */
export interface Trailer {
  /** The packer that took it in last, as long as that has not ended the message: with a hundred writers nobody searches for each sample. */
  trailedBy: Packer | undefined;
  trail(packer: Packer): void;
}

/**
 * Collects submessages for one destination into datagrams: many small samples share one, a lone one leaves at the end of the
 * turn. INFO_DST and INFO_TS are written where they change.
 */
export class Packer {
  readonly locator: Locator;
  /** Largest message. */
  readonly limit: number;
  /** Largest message that is one packet: of a larger one, each packet that is lost loses all. */
  readonly packet: number;
  /** Somebody there has answered. Until then no more goes there than came from those who named the address. */
  verified: boolean;
  credit = 0;
  /** Writers with samples on the way there: they share what the receive buffer there holds. */
  busyWriters = 0;
  /** It is among those that have begun a message, before the one that did so next. */
  isOpened = false;
  nextOpened: Packer | undefined;
  readonly #context: PackerContext;
  /** The first `#trailing` of them; what follows is left from messages before. */
  readonly #trailers: (Trailer | undefined)[] = [];
  #trailing = 0;
  #datagram: Datagram | undefined;
  #destination: Uint8Array | undefined;
  #seconds = Number.NaN;
  #fraction = 0;
  #sinceTrailers = 0;
  #most: number;

  constructor(
    context: PackerContext,
    locator: Locator,
    { message, packet }: { readonly message: number; readonly packet: number },
    verified = true,
  ) {
    this.#context = context;
    this.verified = verified;
    this.locator = locator;
    this.limit = Math.min(message, DATAGRAM_BYTES);
    this.packet = Math.min(packet, this.limit);
    this.#most = this.limit;
  }

  /** One DATA. `destination`: the receiving participant's prefix; undefined: whoever has matched the writer. */
  data(writerId: number, change: Change, destination: Uint8Array | undefined, readerId: number): void {
    const { inlineQos } = change;
    const body = 20 + (inlineQos === undefined ? 0 : inlineQos.length) + change.payloadBytes;
    this.#beginSample(body, destination, change).data(writerId, change, readerId);
  }

  /** Fragments `first` … `first + count − 1` of a sample. */
  dataFrag(
    writerId: number,
    change: Change,
    first: number,
    count: number,
    destination: Uint8Array | undefined,
    readerId: number,
  ): void {
    const bytes = Math.min(count * change.fragmentSize, change.payloadBytes - (first - 1) * change.fragmentSize);
    const body = 32 + (first === 1 && change.inlineQos !== undefined ? change.inlineQos.length : 0) + bytes;
    this.#beginSample(body, destination, change).dataFrag(writerId, change, first, count, readerId);
  }

  heartbeat(
    flags: number,
    destination: Uint8Array | undefined,
    readerId: number,
    writerId: number,
    firstSn: number,
    lastSn: number,
    count: number,
  ): void {
    this.#begin(28, destination).heartbeat(flags, readerId, writerId, firstSn, lastSn, count);
  }

  ackNack(
    flags: number,
    destination: Uint8Array | undefined,
    readerId: number,
    writerId: number,
    missing: NumberSet,
    count: number,
  ): void {
    const datagram = this.#begin(24 + 4 * missing.words.length, destination);
    datagram.ackNack(flags, readerId, writerId, missing, count);
  }

  /** Any other submessage of at most `bytes`; `write` fills in the body. */
  submessage(
    id: number,
    flags: number,
    bytes: number,
    destination: Uint8Array | undefined,
    write: (writer: ByteWriter) => void,
  ): void {
    const datagram = this.#begin(bytes, destination);
    const at = datagram.offset;
    datagram.header(id, flags, 0);
    write(datagram);
    datagram.zeros(-datagram.offset & 3);
    datagram.patchUint16(at + 2, datagram.offset - at - 4);
  }

  /** What the messages that are written now may hold. */
  get most(): number {
    return this.#most;
  }

  /** What `write` writes goes in messages of one packet each, as far as its parts allow: it repairs what was lost. */
  inPackets<T>(write: () => T): T {
    this.#most = this.packet;
    try {
      return write();
    } finally {
      this.#most = this.limit;
    }
  }

  /** `trailer` adds its heartbeat when the message ends. */
  trail(trailer: Trailer): void {
    if (trailer.trailedBy === this) return;
    trailer.trailedBy = this;
    const trailers = this.#trailers;
    // It may have been in another's message since it came into this one.
    for (let i = this.#trailing - 1; i >= 0; i--) if (trailers[i] === trailer) return;
    trailers[this.#trailing++] = trailer;
  }

  /** Sends what is there. */
  flush(): void {
    const trailing = this.#trailing;
    if (trailing > 0) {
      const trailers = this.#trailers;
      this.#trailing = 0;
      this.#sinceTrailers = 0;
      for (let i = 0; i < trailing; i++) {
        const trailer = trailers[i]!;
        trailers[i] = undefined;
        if (trailer.trailedBy === this) trailer.trailedBy = undefined;
        trailer.trail(this);
      }
    }
    this.#send();
  }

  #send(): void {
    const datagram = this.#datagram;
    if (datagram === undefined) return;
    this.#datagram = undefined;
    const { outlet } = this.#context;
    if (!this.verified) {
      if (datagram.offset > this.credit) {
        this.#context.withheld();
        datagram.sent();
        return;
      }
      this.credit -= datagram.offset;
    }
    this.#context.counters.sent++;
    outlet.send(datagram.message, this.locator, datagram.sent);
  }

  #beginSample(body: number, destination: Uint8Array | undefined, change: Change): Datagram {
    this.#context.sampled = true;
    const datagram = this.#begin(body, destination);
    const { timed, seconds, fraction } = change;
    if (timed && (seconds !== this.#seconds || fraction !== this.#fraction)) {
      this.#seconds = seconds;
      this.#fraction = fraction;
      datagram.infoTimestamp(seconds, fraction);
    }
    return datagram;
  }

  #begin(body: number, destination: Uint8Array | undefined): Datagram {
    let datagram = this.#datagram;
    // Worst case: INFO_DST, INFO_TS, two headers, padding, and the heartbeats that may have to follow.
    const needed = body + 16 + 12 + 8 + this.#trailing * (TRAILER_BYTES + 16);
    if (datagram !== undefined && datagram.offset + needed > this.#most) {
      if (++this.#sinceTrailers >= TRAILER_EVERY) this.flush();
      else this.#send();
      datagram = this.#datagram;
    }
    if (datagram !== undefined && datagram.offset + needed > datagram.capacity) datagram = this.#grow(datagram);
    datagram ??= this.#open(needed + HEADER_BYTES);
    if (destination !== this.#destination) {
      this.#destination = destination;
      datagram.header(ID.INFO_DST, 0, 12);
      if (destination === undefined) datagram.zeros(12);
      else datagram.raw(destination);
    }
    return datagram;
  }

  /** The message becomes longer than its memory. */
  #grow(small: Datagram): Datagram {
    const large = this.#context.pool.take(this.limit, this.limit);
    large.raw(small.written);
    small.sent();
    this.#datagram = large;
    return large;
  }

  #open(bytes: number): Datagram {
    const datagram = this.#context.pool.take(bytes, Math.max(bytes, this.limit));
    datagram.raw(this.#context.header);
    this.#datagram = datagram;
    this.#destination = undefined;
    this.#seconds = Number.NaN;
    this.#context.opened(this);
    return datagram;
  }
}

/** Largest payload that goes as one DATA to a packer of that limit, with a short list of inline QoS. */
export const wholePayload = (limit: number): number => limit - HEADER_BYTES - 24 - 16 - 12 - 256;
