import { malformed, skip, VARINT } from "./wire.ts";

/**
 * Under this key a decoded message keeps the fields that its type does not know: their bytes, tags included, in the order
 * of arrival. `encode` appends them, so a module of yesterday passes on what a module of today has written.
 */
export const UNKNOWN_FIELDS: unique symbol = Symbol("unknown fields");

type Unknowns = { [UNKNOWN_FIELDS]?: Uint8Array };

/** Keeps the bytes from `start` to `stop` as an unknown field of `message`; spare room makes many of them linear. */
export function keepUnknown(message: object, bytes: Uint8Array, start: number, stop: number): void {
  const holder = message as Unknowns;
  const known = holder[UNKNOWN_FIELDS];
  const size = stop - start;
  if (known === undefined) {
    holder[UNKNOWN_FIELDS] = Uint8Array.prototype.slice.call(bytes, start, stop);
    return;
  }
  const used = known.length;
  let room = known;
  if (known.buffer.byteLength - used < size) room = new Uint8Array(Math.max(2 * used, used + size, 64));
  else room = new Uint8Array(known.buffer);
  if (room.buffer !== known.buffer) room.set(known);
  for (let i = 0; i < size; i++) room[used + i] = bytes[start + i]!;
  holder[UNKNOWN_FIELDS] = room.subarray(0, used + size);
}

/** Keeps a field that the type does not know, or whose wire type is not its own; returns the position behind it. */
export function unknownField(
  message: object,
  fieldTag: number,
  bytes: Uint8Array,
  start: number,
  pos: number,
  end: number,
  depth: number,
): number {
  if (fieldTag < 8) throw malformed("MSG_BAD_TAG", "field number 0", start);
  const stop = skip(fieldTag, bytes, pos, end, depth);
  keepUnknown(message, bytes, start, stop);
  return stop;
}

/** Keeps an enum value that its closed enum does not know as the varint field it came as. */
export function unknownEnum(message: object, number: number, bytes: Uint8Array, pos: number, stop: number): void {
  const field = tagBytes((number << 3) | VARINT);
  const whole = new Uint8Array(field.length + stop - pos);
  whole.set(field);
  whole.set(bytes.subarray(pos, stop), field.length);
  keepUnknown(message, whole, 0, whole.length);
}

function tagBytes(fieldTag: number): number[] {
  const out: number[] = [];
  let rest = fieldTag >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return out;
}
