import { DelosError } from "@delos/core";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import * as forward from "./forward-writes.ts";
import { keepUnknown, UNKNOWN_FIELDS, unknownEnum, unknownField } from "./unknown-fields.ts";
import { text } from "./utf8.ts";
import * as wire from "./wire.ts";
import { MAX_DEPTH } from "./wire.ts";
import { wrongValue } from "./wrong-value.ts";

/**
 * A decoder and an encoder for each message type, compiled from its descriptor when it is first used: straight code for
 * every field, which the engine turns into machine code of the same shape. Nothing of a descriptor enters the code but
 * numbers and quoted names, so a hostile descriptor can at worst describe a strange message.
 *
 * Decoded messages are plain objects: a field that was not on the wire is not there.
 */
export interface Codec {
  /** Reads `bytes` from `pos` to exactly `end` into `into`, or into a new object. */
  decode(
    into: object | undefined,
    bytes: Uint8Array,
    view: DataView,
    pos: number,
    end: number,
    depth: number,
  ): Record<string, unknown>;
  /**
   * Writes `message` from `pos` on, not beyond `end`. The position behind it, or a negative number: at least so many bytes
   * are missing.
   */
  encode(message: object, bytes: Uint8Array, view: DataView, pos: number, end: number, depth: number): number;
}

export interface CodecSource {
  of(descriptor: MessageDescriptor): Codec;
}

/** What compiled code may call. */
const runtime = {
  ...wire,
  ...forward,
  keepUnknown,
  UNKNOWN_FIELDS,
  unknownEnum,
  unknownField,
  text,
  own: (message: object, name: string): unknown =>
    Object.hasOwn(message, name) ? (message as Record<string, unknown>)[name] : undefined,
  define(message: object, name: string, value: unknown): void {
    Object.defineProperty(message, name, { value, enumerable: true, configurable: true, writable: true });
  },
  clear(message: object, names: readonly string[]): void {
    for (const name of names) delete (message as Record<string, unknown>)[name];
  },
  missing(message: string, field: string, pos: number): never {
    throw wire.malformed("MSG_REQUIRED_MISSING", `${message}: required field ${field} is not there`, pos);
  },
  absent(where: string): never {
    throw new DelosError("MSG_REQUIRED_MISSING", `required field ${where} is not set`, { details: { field: where } });
  },
  wrong(where: string, expected: string, value: unknown): never {
    throw wrongValue(where, expected, value);
  },
  tooDeepValue(): never {
    throw new DelosError("MSG_TOO_DEEP", `messages nested more than ${MAX_DEPTH} deep, or containing themselves`);
  },
  two63: 1n << 63n,
  two64: 1n << 64n,
};

/** Compiles `source`, which sees the runtime as `R` and `kids` as `K`. */
export function build(source: string, kids: readonly unknown[]): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the point of a compiler; what it compiles is made above
  const factory = new Function("R", "K", source) as (runtime: object, kids: readonly unknown[]) => unknown;
  return factory(runtime, kids);
}

export const quote = JSON.stringify;

/** Names that a plain object answers to although nobody set them. */
const inherited = (name: string): boolean => name in Object.prototype;

/** Whether the wire form of the element is: one varint, 8 bytes, with a length, a group, 4 bytes. */
export function wireTypeOf(field: FieldDescriptor): number {
  switch (field.type) {
    case "double":
    case "fixed64":
    case "sfixed64":
      return wire.FIXED64;
    case "float":
    case "fixed32":
    case "sfixed32":
      return wire.FIXED32;
    case "string":
    case "bytes":
    case "message":
      return wire.DELIMITED;
    case "group":
      return wire.START_GROUP;
    default:
      return wire.VARINT;
  }
}

export const tagOf = (field: FieldDescriptor, wireType: number): number => ((field.number << 3) | wireType) >>> 0;

/** Code that reads and sets a field of the message in variable `message`, whatever the field's name is. */
interface Slots {
  readonly get: string;
  set(value: string): string;
}

export function slots(message: string, name: string): Slots {
  const place = `${message}[${quote(name)}]`;
  return {
    get: inherited(name) ? `R.own(${message},${quote(name)})` : place,
    set: (value) => (name === "__proto__" ? `R.define(${message},${quote(name)},${value})` : `${place}=${value}`),
  };
}

export function mapFields(entry: MessageDescriptor): readonly [key: FieldDescriptor, value: FieldDescriptor] {
  const key = entry.fields.find((field) => field.number === 1);
  const value = entry.fields.find((field) => field.number === 2);
  if (key === undefined || value === undefined)
    throw new DelosError("MSG_BAD_DESCRIPTOR", `${entry.name} is no map entry: key or value is missing`);
  return [key, value];
}
