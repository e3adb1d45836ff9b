import { RingError } from "./errors.ts";

/**
 * A view of a part of somebody's bytes, kept for the next call: who forwards what a reader hands out mostly asks for the same
 * part of the same batch again, and to make a view costs more than to copy 1 KB.
 */
export class LastPart {
  #bytes: Uint8Array | undefined;
  #offset = 0;
  #part: Uint8Array = NOTHING;

  /** @throws {RingError} RING_USAGE when there is no such part */
  of(bytes: Uint8Array, offset: number, length: number): Uint8Array {
    if (bytes === this.#bytes && offset === this.#offset && length === this.#part.length) return this.#part;
    // Also catches NaN, negative numbers and fractions.
    if (offset >>> 0 !== offset || length >>> 0 !== length || offset + length > bytes.length) {
      throw new RingError("RING_USAGE", `${bytes.length} bytes have no ${length} from ${offset}`);
    }
    this.#bytes = bytes;
    this.#offset = offset;
    this.#part = bytes.subarray(offset, offset + length);
    return this.#part;
  }
}

const NOTHING = new Uint8Array(0);
