import { MalformedError } from "@delos/core";
import { secondsHigh, secondsLow } from "../time.ts";

/**
 * A record of a ROS bag 2.0 (wiki.ros.org/Bags/Format/2.0):
 *
 *   u32 header length | header: ( u32 field length, name "=" value )* | u32 data length | data
 */
export const OP = { message: 2, bagHeader: 3, indexData: 4, chunk: 5, chunkInfo: 6, connection: 7 } as const;

/** Longest header that is believed: the connection headers of real bags stay far below. */
export const MAX_HEADER_BYTES = 1 << 20;

/** The fields of one header, found by name where they lie: headers are many, and few of their fields are ever asked for. */
export class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Name start, "=", end, for each field. */
  readonly #places: readonly number[];

  constructor(bytes: Uint8Array, view: DataView, places: readonly number[]) {
    this.#bytes = bytes;
    this.#view = view;
    this.#places = places;
  }

  get op(): number | undefined {
    const at = this.#find("op");
    const value = at < 0 ? undefined : this.#valueAt(at, 1);
    return value === undefined ? undefined : this.#bytes[value];
  }

  has(name: string): boolean {
    return this.#find(name) >= 0;
  }

  /** The value where it lies. */
  get(name: string): Uint8Array | undefined {
    const at = this.#find(name);
    return at < 0 ? undefined : this.#bytes.subarray(this.#places[at + 1]! + 1, this.#places[at + 2]!);
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : utf8.decode(value);
  }

  /** @throws {MalformedError} BAG_BAD_RECORD at `offset` when the field is missing or has another size */
  u32(name: string, offset: number): number {
    return this.#view.getUint32(this.#sized(name, 4, offset), true);
  }

  /** u64 as a double: positions in files, which stay below 2⁵³. */
  u64(name: string, offset: number): number {
    const at = this.#sized(name, 8, offset);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** ns, as halves. */
  time(name: string, offset: number): { readonly high: number; readonly low: number } {
    const at = this.#sized(name, 8, offset);
    const [seconds, nanoseconds] = [this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true)];
    const low = secondsLow(seconds, nanoseconds);
    return { high: secondsHigh(seconds, nanoseconds, low), low };
  }

  #sized(name: string, length: number, offset: number): number {
    const at = this.#find(name);
    const value = at < 0 ? undefined : this.#valueAt(at, length);
    if (value === undefined) throw malformed(`field "${name}" is missing or not ${length} bytes long`, offset);
    return value;
  }

  /** Where the value of a field begins, if it is `length` bytes long. */
  #valueAt(place: number, length: number): number | undefined {
    const value = this.#places[place + 1]! + 1;
    return value + length === this.#places[place + 2] ? value : undefined;
  }

  /** The last field of that name, as a map would have it; −1 when there is none. */
  #find(name: string): number {
    const places = this.#places;
    for (let i = places.length - 3; i >= 0; i -= 3) {
      const start = places[i]!;
      if (name.length + start !== places[i + 1]) continue;
      let k = 0;
      while (k < name.length && this.#bytes[start + k] === name.charCodeAt(k)) k++;
      if (k === name.length) return i;
    }
    return -1;
  }
}

/** Fields of a header in `bytes[start, end)`, in any order; each is split at its first "=". `bytes` is not copied. */
export function readFields(bytes: Uint8Array, start: number, end: number, base = 0): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places: number[] = [];
  let at = start;
  while (at < end) {
    if (at + 4 > end) throw malformed("a header field is cut", base + at);
    const length = view.getUint32(at, true);
    const from = at + 4;
    at = from + length;
    if (at > end) throw malformed(`a header field of ${length} bytes runs past its header`, base + from - 4);
    let equals = from;
    while (equals < at && bytes[equals] !== 0x3d) equals++;
    if (equals === at) throw malformed('a header field has no "="', base + from);
    places.push(from, equals, at);
  }
  return new Fields(bytes, view, places);
}

export function malformed(what: string, offset: number): MalformedError {
  return new MalformedError("BAG_BAD_RECORD", what, offset, { details: { inFile: true } });
}

const utf8 = new TextDecoder();
