import { tagOf, wireTypeOf } from "./code.ts";
import type { FieldDescriptor } from "./descriptor.ts";
import { DELIMITED, FIXED32, FIXED64, VARINT } from "./wire.ts";

/** A wanted field and the way to it, as numbers of the wire: the tag, and what is wanted inside where it is a message. */
interface WantedTag {
  /** Of a leaf: its numbers among the wanted fields. */
  readonly indices: readonly number[];
  readonly inside: ReadonlyMap<number, WantedTag> | undefined;
}

/**
 * Where the wanted fields stand in a message, and what must be as it was for them to stand there again. A publisher's messages
 * mostly differ in their numbers alone: the way to a field leads over the same tags and lengths. To compare those in any order
 * is quicker than to walk from one to the next, where each step must wait for the one before.
 */
interface MessageShape {
  readonly length: number;
  /** Offset, mask and value of words of 4 bytes, little-endian; all that a walk would look at. */
  readonly checks: Int32Array;
  /** Where each wanted field's value stands; −1 where it is not set. */
  readonly places: Int32Array;
}

/** Beyond that a walk costs no more. */
const MOST_CHECKS = 64;

/** The shape of the message from `start` to `end`; undefined where it has none that is worth keeping, or is malformed. */
function shapeOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: ReadonlyMap<number, WantedTag>,
  count: number,
): MessageShape | undefined {
  const length = end - start;
  if (length < 4) return undefined;
  const places = new Int32Array(count).fill(-1);
  const words: { readonly at: number; mask: number; value: number }[] = [];

  /** The byte at `pos` must have these bits in common with what stands there now. */
  const hold = (pos: number, bits: number): void => {
    const at = pos - start;
    let word = words.at(-1);
    if (word === undefined || at > word.at + 3)
      words.push((word = { at: Math.min(at, length - 4), mask: 0, value: 0 }));
    const shift = (at - word.at) * 8;
    word.mask |= bits << shift;
    word.value |= (bytes[pos]! & bits) << shift;
  };

  /** A varint of at most 32 bits, in full; −1 where there is none. */
  const number = (pos: number, stop: number): number => {
    let value = 0;
    for (let i = 0; i < 5 && pos < stop; i++, pos++) {
      const byte = bytes[pos]!;
      hold(pos, 0xff);
      value += (byte & 0x7f) * 2 ** (i * 7);
      if (byte < 0x80) {
        next = pos + 1;
        return value < 2 ** 32 ? value : -1;
      }
    }
    return -1;
  };
  let next = start;

  /** Whether the fields from `pos` to `stop` are understood. */
  const walk = (pos: number, stop: number, inside: ReadonlyMap<number, WantedTag> | undefined): boolean => {
    while (pos < stop) {
      if (words.length > MOST_CHECKS) return false;
      const tag = number(pos, stop);
      if (tag < 8) return false;
      const field = inside?.get(tag);
      pos = next;
      const value = pos;
      switch (tag & 7) {
        case VARINT:
          for (let left = 10; ; left--) {
            if (pos >= stop || left === 0) return false;
            hold(pos, 0x80); // its length matters, not its value
            if (bytes[pos++]! < 0x80) break;
          }
          break;
        case FIXED64:
          pos += 8;
          break;
        case FIXED32:
          pos += 4;
          break;
        case DELIMITED: {
          const size = number(pos, stop);
          if (size < 0 || size > stop - next) return false;
          pos = next + size;
          if (field?.inside !== undefined && !walk(next, pos, field.inside)) return false;
          break;
        }
        default:
          return false; // groups
      }
      if (field === undefined || field.inside !== undefined) continue;
      for (const index of field.indices) {
        if (places[index] !== -1) return false; // twice: a walk looks at both
        places[index] = value - start;
      }
    }
    return pos === stop;
  };

  if (!walk(start, end, wanted)) return undefined;
  return { length, checks: Int32Array.from(words.flatMap(({ at, mask, value }) => [at, mask, value])), places };
}

/**
 * The ways to the wanted fields, by tag. Undefined when a field is not where it is because of its tag and its place alone: when
 * another one of its oneof can undo it, or its value may be passed over.
 */
export function wantedTags(
  wanted: readonly (readonly FieldDescriptor[])[],
): ReadonlyMap<number, WantedTag> | undefined {
  interface Open {
    readonly indices: number[];
    readonly inside: Map<number, Open> | undefined;
  }
  const all: Map<number, Open> = new Map();
  for (const [index, steps] of wanted.entries()) {
    let level = all;
    for (const field of steps) {
      if (field.oneof !== undefined || field.type === "group" || field.enum?.closed === true) return undefined;
      const tag = tagOf(field, wireTypeOf(field));
      let way = level.get(tag);
      if (way === undefined) level.set(tag, (way = { indices: [], inside: field.message && new Map() }));
      if (way.inside === undefined) way.indices.push(index);
      else level = way.inside;
    }
  }
  return all;
}

const MOST_PATIENCE = 4096;
/** To learn a shape costs as much as walking through so many messages. */
const WORTH = 16;

/** The shape of the last messages, learned anew when others come; ever less eagerly as long as that does not pay. */
export class ShapeMemory {
  readonly #wanted: ReadonlyMap<number, WantedTag>;
  readonly #count: number;
  #shape: MessageShape | undefined;
  /** Messages that had it. */
  #hits = 0;
  /** Messages of other shapes until one of them is learned, and how many the last time. */
  #wait = 1;
  #patience = 1;

  constructor(wanted: ReadonlyMap<number, WantedTag>, count: number) {
    this.#wanted = wanted;
    this.#count = count;
  }

  /** The places of the wanted fields in the message from `start` to `end`, if it has the shape of the last ones. */
  placesIn(view: DataView, start: number, end: number): Int32Array | undefined {
    const shape = this.#shape;
    if (shape === undefined || end - start !== shape.length) return undefined;
    const { checks } = shape;
    for (let i = 0; i < checks.length; i += 3) {
      if ((view.getInt32(start + checks[i]!, true) & checks[i + 1]!) !== checks[i + 2]!) return undefined;
    }
    this.#hits++;
    return shape.places;
  }

  /** A message of another shape came. */
  missed(bytes: Uint8Array, start: number, end: number): void {
    if (--this.#wait > 0) return;
    this.#patience = this.#hits < WORTH ? Math.min(this.#patience * 2, MOST_PATIENCE) : 1;
    this.#wait = this.#patience;
    this.#hits = 0;
    this.#shape = shapeOf(bytes, start, end, this.#wanted, this.#count);
  }
}
