import { CdrWriter } from "./cdr-writer.ts";
import type { MessageValue } from "./codec.ts";
import { compileEncoder, type Encoder } from "./compile-encoder.ts";
import { md5 } from "./md5.ts";
import { type Field, type FieldType, PRIMITIVE_BYTES, type StructType } from "./type-tree.ts";

/** The identity of a keyed topic's instances. */
export interface KeyExtractor {
  /** The key members alone, in order: what a dispose carries as its payload. */
  readonly type: StructType;
  /** 16 bytes, equal for equal keys: PID_KEY_HASH. */
  hash(value: MessageValue): Uint8Array;
  /** The key members as plain CDR, with encapsulation header: the payload of a dispose. */
  encode(value: MessageValue): Uint8Array;
  /** True when the hash is an MD5, from which the key cannot be told. */
  readonly hashed: boolean;
}

/**
 * Key of an IDL type with `@key` members; undefined for a keyless type. DDSI-RTPS 2.5 §9.6.4.8: the key members as big-endian
 * CDR; those bytes, zero-padded, if they can never exceed 16, else their MD5.
 */
export function keyOf(type: StructType): KeyExtractor | undefined {
  const keyed = keyType(type);
  if (keyed === undefined) return undefined;
  const hashed = maxBytes(keyed, 0) > 16;
  let encoder: Encoder | undefined;
  return {
    type: keyed,
    hashed,
    encode(value) {
      encoder ??= compileEncoder(keyed, "cdr1");
      const writer = new CdrWriter();
      writer.uint32be(0x0001_0000);
      writer.origin = 4;
      encoder(writer, value, keyed.name);
      return writer.finish();
    },
    hash(value) {
      encoder ??= compileEncoder(keyed, "cdr1");
      const writer = new CdrWriter({ littleEndian: false });
      encoder(writer, value, keyed.name);
      if (hashed) return md5(writer.written);
      const hash = new Uint8Array(16);
      hash.set(writer.written);
      return hash;
    },
  };
}

/** The type with its key members only; a nested struct contributes its own key, or all of itself if it has none. */
function keyType(type: StructType): StructType | undefined {
  const fields = type.fields
    .filter(({ key }) => key)
    .map((field): Field => {
      const inner = field.type.kind === "struct" ? (keyType(field.type) ?? field.type) : field.type;
      return { ...field, type: inner };
    });
  return fields.length === 0 ? undefined : { ...type, extensibility: "final", fields, constants: [] };
}

/** The offset after the longest possible value that starts at `offset`, alignment included; Infinity without bound. */
function maxBytes(type: FieldType, offset: number): number {
  const aligned = (size: number): number => Math.ceil(offset / size) * size + size;
  switch (type.kind) {
    case "primitive":
      return aligned(PRIMITIVE_BYTES[type.name]);
    case "enum":
    case "bitmask":
      return aligned(type.bits / 8);
    case "time":
      return aligned(4) + 4;
    case "string":
      return type.bound === undefined ? Infinity : aligned(4) + (type.wide ? 4 * type.bound : type.bound + 1);
    case "array":
      // Beyond 16 bytes the exact figure does not matter.
      return type.length > 16 ? Infinity : repeat(type.element, type.length, offset);
    case "sequence":
      return (type.bound ?? Infinity) > 16 ? Infinity : repeat(type.element, type.bound!, aligned(4));
    case "struct":
      return type.fields.reduce((at, { type: of }) => maxBytes(of, at), offset);
    case "union":
      return Infinity;
  }
}

function repeat(element: FieldType, count: number, offset: number): number {
  let at = offset;
  for (let i = 0; i < count; i++) at = maxBytes(element, at);
  return at;
}
