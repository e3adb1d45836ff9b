import { DelosError } from "@delos/core";
import { CdrReader, type XcdrVersion } from "./cdr-reader.ts";
import { CdrWriter } from "./cdr-writer.ts";
import type { MessageValue } from "./codec.ts";
import { compileDecoder, type Decoder } from "./compile-decoder.ts";
import { compileEncoder, type Encoder } from "./compile-encoder.ts";
import { encapsulationWord, formOf, readEncapsulation } from "./encapsulation.ts";
import { md5 } from "./md5.ts";
import { type Field, type FieldType, PRIMITIVE_BYTES, type StructType } from "./type-tree.ts";
import { WIDE_STRINGS } from "./wide-strings.ts";
import { xcdrVersionOf } from "./xcdr-version.ts";

const MAX_HASH_BYTES = 16;

/** The identity of a keyed topic's instances. */
export interface KeyExtractor {
  /** The key members alone, by member id: what a dispose carries as its payload. */
  readonly type: StructType;
  /** 16 bytes, equal for equal keys: PID_KEY_HASH. */
  hash(value: MessageValue): Uint8Array;
  /** The key members, with encapsulation header: the payload of a dispose. */
  encode(value: MessageValue): Uint8Array;
  /** The key members of such a payload. @throws {MalformedError} */
  decode(payload: Uint8Array): MessageValue;
  /** False when a peer can tell the key from its hash, so that a dispose needs no payload. */
  readonly hashed: boolean;
}

/**
 * Key of an IDL type with `@key` members; undefined for a keyless type. DDSI-RTPS 2.5 §9.6.4.8, DDS-XTypes 1.3 §7.6.8: the key members by
 * member id as big-endian CDR of the version that samples are written in, without any delimiters; those bytes, zero-padded, if they can
 * never exceed 16, else their MD5. Cyclone DDS 0.10 cannot tell the key of an XCDR2 type from any hash: `hashed` is true for them.
 */
export function keyOf(type: StructType): KeyExtractor | undefined {
  const keyed = keyType(type);
  if (keyed === undefined) return undefined;
  const version = xcdrVersionOf(type);
  const long = maxBytes(keyed, 0, version) > MAX_HASH_BYTES;
  let encoder: Encoder | undefined;
  const decoders: Partial<Record<XcdrVersion, Decoder>> = {};
  const write = (value: MessageValue, writer: CdrWriter): CdrWriter => {
    encoder ??= compileEncoder(keyed, `cdr${version}`);
    writer.version = version;
    writer.wide = WIDE_STRINGS[version][0]!;
    encoder(writer, value, keyed.name);
    return writer;
  };
  return {
    type: keyed,
    hashed: long || version === 2,
    encode(value) {
      const writer = new CdrWriter();
      writer.zeros(4);
      writer.origin = 4;
      const end = write(value, writer).offset;
      const padding = -end & 3;
      // Fast DDS 2.9 takes up to 16 bytes, this header included, for the hash. What stands behind a key nobody reads.
      writer.zeros(Math.max(padding, MAX_HASH_BYTES + 4 - end));
      const bytes = writer.finish();
      const word = encapsulationWord({
        version,
        littleEndian: true,
        form: formOf(type.extensibility, version),
        padding,
      });
      new DataView(bytes.buffer).setUint32(0, word);
      return bytes;
    },
    decode(payload) {
      const reader = new CdrReader(payload, { code: "WIRE_CDR" });
      const header = readEncapsulation(reader);
      reader.version = header.version;
      reader.littleEndian = header.littleEndian;
      reader.origin = reader.offset;
      reader.wide = WIDE_STRINGS[header.version][0]!;
      decoders[header.version] ??= compileDecoder(keyed, `cdr${header.version}`);
      return decoders[header.version]!.body(reader) as MessageValue;
    },
    hash(value) {
      const { written } = write(value, new CdrWriter({ littleEndian: false }));
      if (long) return md5(written);
      const hash = new Uint8Array(MAX_HASH_BYTES);
      hash.set(written);
      return hash;
    },
  };
}

/** The type with its key members only; a nested struct contributes its own key, or all of itself if it has none. */
function keyType(type: StructType): StructType | undefined {
  const fields = type.fields
    .filter(({ key }) => key)
    .map((field): Field => {
      if (!field.optional) return { ...field, type: keyPart(field.type) };
      throw new DelosError("WIRE_SCHEMA_UNSUPPORTED", `${type.name}.${field.name}: a key cannot be optional`);
    })
    .sort((a, b) => a.id - b.id);
  return fields.length === 0 ? undefined : { ...type, extensibility: "final", fields, constants: [] };
}

function keyPart(type: FieldType): FieldType {
  switch (type.kind) {
    case "struct":
      return (
        keyType(type) ?? {
          ...type,
          extensibility: "final",
          fields: type.fields.map((f) => ({ ...f, type: keyPart(f.type) })),
        }
      );
    case "array":
    case "sequence":
      return { ...type, element: keyPart(type.element) };
    default:
      return type;
  }
}

/** The offset after the longest possible value that starts at `offset`, alignment included; Infinity without bound. */
function maxBytes(type: FieldType, offset: number, version: XcdrVersion): number {
  const aligned = (size: number): number => {
    const to = version === 2 ? Math.min(size, 4) : size;
    return Math.ceil(offset / to) * to + size;
  };
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
      return type.length > 16 ? Infinity : repeat(type.element, type.length, offset, version);
    case "sequence":
      return (type.bound ?? Infinity) > 16 ? Infinity : repeat(type.element, type.bound!, aligned(4), version);
    case "struct":
      return type.fields.reduce((at, { type: of }) => maxBytes(of, at, version), offset);
    case "union":
      return Infinity;
  }
}

function repeat(element: FieldType, count: number, offset: number, version: XcdrVersion): number {
  let at = offset;
  for (let i = 0; i < count; i++) at = maxBytes(element, at, version);
  return at;
}
