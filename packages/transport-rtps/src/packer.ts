import { ByteWriter } from "@delos/wire";
import type { Outlet } from "./outlet.ts";
import { DATA_INLINE_QOS, DATA_KEY, DATA_PAYLOAD } from "./wire/data.ts";
import { FRAG_INLINE_QOS, FRAG_KEY } from "./wire/data-frag.ts";
import type { Locator } from "./wire/locator.ts";
import { HEADER_BYTES } from "./wire/message.ts";
import { writeSequenceNumber } from "./wire/sequence-number.ts";
import { ID, LITTLE_ENDIAN } from "./wire/submessage.ts";
import type { RtpsTime } from "./wire/time.ts";

export const DATAGRAM_BYTES = 65_507;
/** Datagrams of one burst between two heartbeats: each heartbeat costs an answer. */
const TRAILER_EVERY = 8;
const TRAILER_BYTES = 32;
const POOLED = 64;

/** Buffers of datagrams on their way: taken when a message begins, given back when the socket has sent it. */
export class BufferPool {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(DATAGRAM_BYTES);
  }

  give(buffer: Uint8Array): void {
    if (this.#free.length < POOLED) this.#free.push(buffer);
  }
}

/** What all packers of a participant share. */
export interface PackerContext {
  readonly outlet: Outlet;
  readonly pool: BufferPool;
  /** The 20 bytes that every message begins with. */
  readonly header: Uint8Array;
  /** Called when a packer begins a message: it wants to be flushed soon. */
  opened(packer: Packer): void;
  /** A message was not sent: nobody at its destination has answered yet. */
  withheld(): void;
}

/** Something that adds a heartbeat when a message with its samples ends. */
export interface Trailer {
  trail(packer: Packer): void;
}

/** A sample, or the end of an instance, as it goes out. */
export interface Outgoing {
  readonly sn: number;
  readonly payload: Uint8Array | undefined;
  readonly isKey: boolean;
  readonly time: RtpsTime | undefined;
  /** A whole parameter list, little-endian, sentinel included. */
  readonly inlineQos: Uint8Array | undefined;
}

/**
 * Collects submessages for one destination into datagrams: many small samples share one, a lone one leaves at the end of the
 * turn. INFO_DST and INFO_TS are written where they change.
 */
export class Packer {
  readonly locator: Locator;
  /** Largest message. */
  readonly limit: number;
  /** Somebody there has answered. Until then no more goes there than came from those who named the address. */
  verified: boolean;
  credit = 0;
  readonly #context: PackerContext;
  readonly #trailers = new Set<Trailer>();
  #writer: ByteWriter | undefined;
  #destination: Uint8Array | undefined;
  #seconds = Number.NaN;
  #fraction = 0;
  #sinceTrailers = 0;

  constructor(context: PackerContext, locator: Locator, limit: number, verified = true) {
    this.#context = context;
    this.verified = verified;
    this.locator = locator;
    this.limit = Math.min(limit, DATAGRAM_BYTES);
  }

  /** One DATA. `destination`: the receiving participant's prefix; undefined: whoever has matched the writer. */
  data(writerId: number, out: Outgoing, destination: Uint8Array | undefined, readerId: number): void {
    const { payload, inlineQos } = out;
    const body = 20 + (inlineQos?.length ?? 0) + (payload?.length ?? 0);
    const writer = this.#begin(body, destination, out.time);
    const flags =
      (inlineQos === undefined ? 0 : DATA_INLINE_QOS) |
      (payload === undefined ? 0 : out.isKey ? DATA_KEY : DATA_PAYLOAD);
    this.#header(writer, ID.DATA, flags, (body + 3) & ~3);
    writer.uint16(0);
    writer.uint16(16);
    writer.uint32be(readerId);
    writer.uint32be(writerId);
    writeSequenceNumber(writer, out.sn);
    if (inlineQos !== undefined) writer.raw(inlineQos);
    if (payload !== undefined) writer.raw(payload);
    writer.zeros(-body & 3);
  }

  /** Fragments `first` … `first + count − 1` of a sample. */
  dataFrag(
    writerId: number,
    out: Outgoing & { readonly payload: Uint8Array },
    fragments: { readonly first: number; readonly count: number; readonly size: number },
    destination: Uint8Array | undefined,
    readerId: number,
  ): void {
    const { first, count, size } = fragments;
    const bytes = out.payload.subarray((first - 1) * size, Math.min((first - 1 + count) * size, out.payload.length));
    const inlineQos = first === 1 ? out.inlineQos : undefined;
    const body = 32 + (inlineQos?.length ?? 0) + bytes.length;
    const writer = this.#begin(body, destination, out.time);
    const flags = (inlineQos === undefined ? 0 : FRAG_INLINE_QOS) | (out.isKey ? FRAG_KEY : 0);
    this.#header(writer, ID.DATA_FRAG, flags, (body + 3) & ~3);
    writer.uint16(0);
    writer.uint16(28);
    writer.uint32be(readerId);
    writer.uint32be(writerId);
    writeSequenceNumber(writer, out.sn);
    writer.uint32(first);
    writer.uint16(count);
    writer.uint16(size);
    writer.uint32(out.payload.length);
    if (inlineQos !== undefined) writer.raw(inlineQos);
    writer.raw(bytes);
    writer.zeros(-body & 3);
  }

  /** Any other submessage of at most `bytes`; `write` fills in the body. */
  submessage(
    id: number,
    flags: number,
    bytes: number,
    destination: Uint8Array | undefined,
    write: (writer: ByteWriter) => void,
  ): void {
    const writer = this.#begin(bytes, destination, undefined);
    const at = writer.offset;
    this.#header(writer, id, flags, 0);
    write(writer);
    writer.zeros(-writer.offset & 3);
    writer.patchUint16(at + 2, writer.offset - at - 4);
  }

  /** `trailer` adds its heartbeat when the message ends. */
  trail(trailer: Trailer): void {
    this.#trailers.add(trailer);
  }

  /** Sends what is there. */
  flush(): void {
    if (this.#trailers.size > 0) {
      const trailers = [...this.#trailers];
      this.#trailers.clear();
      this.#sinceTrailers = 0;
      for (const trailer of trailers) trailer.trail(this);
    }
    this.#send();
  }

  #send(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    const buffer = writer.bytes;
    const { outlet, pool } = this.#context;
    if (!this.verified) {
      if (writer.offset > this.credit) {
        this.#context.withheld();
        pool.give(buffer);
        return;
      }
      this.credit -= writer.offset;
    }
    outlet.send(writer.written, this.locator, () => pool.give(buffer));
  }

  #begin(body: number, destination: Uint8Array | undefined, time: RtpsTime | undefined): ByteWriter {
    // Worst case: INFO_DST, INFO_TS, two headers, padding, and the heartbeats that may have to follow.
    const needed = body + 16 + 12 + 8 + this.#trailers.size * (TRAILER_BYTES + 16);
    if (this.#writer !== undefined && this.#writer.offset + needed > this.limit) {
      if (++this.#sinceTrailers >= TRAILER_EVERY) this.flush();
      else this.#send();
    }
    if (this.#writer === undefined) this.#open();
    const writer = this.#writer!;
    if (destination !== this.#destination) {
      this.#destination = destination;
      this.#header(writer, ID.INFO_DST, 0, 12);
      if (destination === undefined) writer.zeros(12);
      else writer.raw(destination);
    }
    if (time !== undefined && (time.seconds !== this.#seconds || time.fraction !== this.#fraction)) {
      this.#seconds = time.seconds;
      this.#fraction = time.fraction;
      this.#header(writer, ID.INFO_TS, 0, 8);
      writer.int32(time.seconds);
      writer.uint32(time.fraction);
    }
    return writer;
  }

  #open(): void {
    const writer = new ByteWriter({ target: this.#context.pool.take() });
    writer.raw(this.#context.header);
    this.#writer = writer;
    this.#destination = undefined;
    this.#seconds = Number.NaN;
    this.#context.opened(this);
  }

  #header(writer: ByteWriter, id: number, flags: number, length: number): void {
    const { bytes, offset } = writer;
    writer.reserve(4);
    bytes[offset] = id;
    bytes[offset + 1] = flags | LITTLE_ENDIAN;
    bytes[offset + 2] = length;
    bytes[offset + 3] = length >> 8;
    writer.offset = offset + 4;
  }
}

/** Largest payload that goes as one DATA to a packer of that limit, with a short list of inline QoS. */
export const wholePayload = (limit: number): number => limit - HEADER_BYTES - 24 - 16 - 12 - 256;
