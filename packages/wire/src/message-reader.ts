import { ByteReader, type NumericArray } from "./byte-reader.ts";

/** ROS 1's `{sec, nsec}`; both unsigned for `time`, both signed for `duration`. */
export interface RosTime {
  sec: number;
  nsec: number;
}

/**
 * What a generated decoder calls. This class reads ROS 1 serialisation: little-endian, no padding, u32 lengths.
 * `CdrReader` adds what CDR does differently, so one generator serves both.
 */
export class MessageReader extends ByteReader {
  /** How many values without bytes of their own (empty structs) a message may still hold. See `count`. */
  #freeElements = 65_536;

  override reset(bytes: Uint8Array): void {
    super.reset(bytes);
    this.#freeElements = 65_536;
  }

  /**
   * The length of a sequence, believed only if that many elements of at least `elementBytes` can follow.
   * Elements that may have no bytes at all count against a budget of the whole message.
   */
  count(elementBytes: number, bound: number): number {
    const count = this.uint32();
    if (count > bound) throw this.malformed(`${count} elements, at most ${bound} allowed`, this.offset - 4);
    this.fits(count, elementBytes);
    return count;
  }

  /** The check of `count`, for an array whose length the type fixes. */
  fits(count: number, elementBytes: number): void {
    if (elementBytes > 0) {
      if (count * elementBytes > this.end - this.offset) {
        throw this.malformed(`${count} elements of ${elementBytes} bytes needed, ${this.end - this.offset} bytes left`);
      }
    } else {
      this.#freeElements -= count;
      if (this.#freeElements < 0) throw this.malformed(`${count} elements without bytes are too many`);
    }
  }

  string(bound: number): string {
    const length = this.uint32();
    if (length > bound) throw this.malformed(`string of ${length} bytes, at most ${bound} allowed`, this.offset - 4);
    return this.utf8(length);
  }

  char(): string {
    return String.fromCharCode(this.uint8());
  }

  wchar(): string {
    return String.fromCharCode(this.uint16());
  }

  time(): RosTime {
    return { sec: this.uint32(), nsec: this.uint32() };
  }

  duration(): RosTime {
    return { sec: this.int32(), nsec: this.int32() };
  }

  /** An array of numbers; CDR aligns even an array that turns out empty, but only if it has a first element. */
  array<A extends NumericArray>(
    make: { new (buffer: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
    count: number,
  ): A {
    return this.numbers(make, count);
  }
}
