import { DelosError, type JsonValue, MalformedError, type MessageCodec, type MessageSchema } from "@delos/core";
import { CdrReader, type XcdrVersion } from "./cdr-reader.ts";
import { CdrWriter } from "./cdr-writer.ts";
import { compileDecoder, type Decoder } from "./compile-decoder.ts";
import { compileEncoder, type Encoder } from "./compile-encoder.ts";
import { encapsulationWord, formOf, readEncapsulation } from "./encapsulation.ts";
import { parseIdl } from "./idl.ts";
import { valueFromJson, valueToJson } from "./json-form.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageWriter } from "./message-writer.ts";
import { parseRos1, parseRos2, ros1Md5 } from "./ros-schema.ts";
import { shortRosName } from "./ros-text.ts";
import type { StructType, UnionType } from "./type-tree.ts";
import { wellKnownRosText } from "./well-known.ts";
import { hasWideStrings, WIDE_STRINGS, type WideStrings } from "./wide-strings.ts";
import { xcdrVersionOf } from "./xcdr-version.ts";

/** A value of a type that was only known at run time: fields by name. */
export type MessageValue = Record<string, unknown>;

/** A codec that also tells the tree it was compiled from. */
export interface DynamicCodec extends MessageCodec<MessageValue> {
  readonly type: StructType | UnionType;
}

/**
 * The codec of any schema that says what its bytes mean: `ros1msg`, `ros2msg`, `ros2idl`, `omgidl`, or JSON messages.
 * A ROS type without text is looked up among the standard ones.
 *
 * Values: structs are objects; integers up to 32 bits and floats numbers, 64-bit integers bigint; `uint8` arrays
 * `Uint8Array`, other arrays of numbers typed arrays, all other arrays plain; ROS 1 times `{sec, nsec}`. Everything decoded
 * is a copy. Encoding also takes plain arrays of numbers, and fills in defaults for absent fields.
 *
 * @throws {MalformedError} `WIRE_SCHEMA` when the text cannot be understood
 * @throws {DelosError} `WIRE_SCHEMA_UNKNOWN`, `WIRE_SCHEMA_UNSUPPORTED`
 */
export function codecFor(schema: MessageSchema): MessageCodec<MessageValue> {
  if (schema.messageEncoding === "json") return jsonCodec(schema);
  const text = new TextDecoder().decode(schema.data);
  switch (schema.schemaEncoding) {
    case "ros1msg":
      if (schema.messageEncoding === "ros1") return ros1Codec(schema, parseRos1(rosText(schema, text), schema.name));
      break;
    case "ros2msg":
      if (schema.messageEncoding === "cdr") return cdrCodec(schema, parseRos2(rosText(schema, text), schema.name));
      break;
    case "ros2idl":
    case "omgidl":
      if (schema.messageEncoding === "cdr") return cdrCodec(schema, parseIdl(text, schema.name));
      break;
    case "":
      if (schema.messageEncoding === "ros1") return ros1Codec(schema, parseRos1(rosText(schema, text), schema.name));
      if (schema.messageEncoding === "cdr") return cdrCodec(schema, parseRos2(rosText(schema, text), schema.name));
  }
  throw new DelosError(
    "WIRE_SCHEMA_UNSUPPORTED",
    `no codec for ${schema.messageEncoding} messages by a ${schema.schemaEncoding || "missing"} schema`,
    { details: { type: schema.name, messageEncoding: schema.messageEncoding, schemaEncoding: schema.schemaEncoding } },
  );
}

function rosText(schema: MessageSchema, text: string): string {
  if (schema.data.length > 0) return text;
  const dialect = schema.messageEncoding === "ros1" ? "ros1" : "ros2";
  const known = wellKnownRosText(shortRosName(schema.name), dialect);
  if (known !== undefined) return known;
  // A schema that is there and says nothing is a message without fields.
  if (schema.schemaEncoding !== "") return "";
  throw new DelosError("WIRE_SCHEMA_UNKNOWN", `${schema.name} has no definition and is no standard type`, {
    details: { type: schema.name },
  });
}

/** The schema of a ROS 1 type given as text, its checksum computed. */
export function ros1Schema(name: string, text: string): MessageSchema {
  const data = new TextEncoder().encode(text);
  return { name, messageEncoding: "ros1", schemaEncoding: "ros1msg", data, md5sum: ros1Md5(text, name) };
}

/** The schema of a ROS 2 type given as `.msg` text. */
export function ros2Schema(name: string, text: string): MessageSchema {
  return { name, messageEncoding: "cdr", schemaEncoding: "ros2msg", data: new TextEncoder().encode(text) };
}

/** The schema of a DDS type given as IDL. */
export function idlSchema(name: string, text: string): MessageSchema {
  return { name, messageEncoding: "cdr", schemaEncoding: "omgidl", data: new TextEncoder().encode(text) };
}

/** ROS 1 serialisation: little-endian, no padding. Bytes after the message are an error: its type is another one. */
export function ros1Codec(schema: MessageSchema, type: StructType): DynamicCodec {
  let decoder: Decoder | undefined;
  let encoder: Encoder | undefined;
  const reader = new MessageReader(new Uint8Array(0), { code: "WIRE_ROS1" });
  return {
    schema,
    type,
    encode(value) {
      encoder ??= compileEncoder(type, "ros1");
      const writer = new MessageWriter();
      encoder(writer, value, type.name);
      return writer.finish();
    },
    decode(bytes) {
      decoder ??= compileDecoder(type, "ros1");
      reader.reset(bytes);
      const value = decoder.value(reader) as MessageValue;
      if (reader.more) throw reader.malformed(`${reader.remaining} bytes after ${type.name}`);
      return value;
    },
    toJSON: (value) => valueToJson(type, value),
    fromJSON: (json) => valueFromJson(type, json, "") as MessageValue,
  };
}

/** How `cdrCodec` writes; it reads every form. */
export interface CdrOptions {
  /** Default: as `xcdrVersionOf` says, 1 for all that is final. */
  readonly version?: XcdrVersion;
  readonly littleEndian?: boolean;
  /** How wide strings are written: by default as most peers read them, `units4` in XCDR1, `bytes2` in XCDR2. */
  readonly wideStrings?: WideStrings;
}

/**
 * CDR with its encapsulation header, in the version and byte order that the header names. In which form wide strings stand no
 * header says: a payload that cannot be read in one is read in the next (`WideStrings`).
 */
export function cdrCodec(schema: MessageSchema, type: StructType | UnionType, options: CdrOptions = {}): DynamicCodec {
  const { version = xcdrVersionOf(type), littleEndian = true, wideStrings = WIDE_STRINGS[version][0]! } = options;
  let wide: boolean | undefined;
  const decoders: Partial<Record<XcdrVersion, Decoder>> = {};
  let encoder: Encoder | undefined;
  const reader = new CdrReader(new Uint8Array(0), { code: "WIRE_CDR" });
  function read(bytes: Uint8Array): MessageValue {
    reader.reset(bytes);
    const header = readEncapsulation(reader);
    reader.version = header.version;
    reader.littleEndian = header.littleEndian;
    reader.origin = reader.offset;
    decoders[header.version] ??= compileDecoder(type, `cdr${header.version}`);
    const decoder = decoders[header.version]!;
    if ((header.form === "parameters") !== (type.extensibility === "mutable")) {
      throw reader.malformed(`${type.name} is ${type.extensibility}, the payload is in ${header.form} form`, 0);
    }
    if (header.form === "parameters" || type.kind === "union") return decoder.value(reader) as MessageValue;
    if (header.form === "delimited") {
      reader.enter();
      return decoder.body(reader) as MessageValue;
    }
    const value = decoder.body(reader) as MessageValue;
    // Writers pad to whole words, some without saying so. More than that is another type's data.
    if (reader.remaining > 3) throw reader.malformed(`${reader.remaining} bytes after ${type.name}`);
    return value;
  }

  return {
    schema,
    type,
    encode(value) {
      encoder ??= compileEncoder(type, `cdr${version}`);
      const writer = new CdrWriter({ littleEndian });
      writer.zeros(4);
      writer.origin = 4;
      writer.version = version;
      writer.wide = wideStrings;
      encoder(writer, value, type.name);
      // Padded to whole words, as both stacks do: the options say by how much.
      const padding = -writer.offset & 3;
      writer.zeros(padding);
      const form = formOf(type.extensibility, version);
      const word = encapsulationWord({ version, littleEndian, form, padding });
      const bytes = writer.finish();
      new DataView(bytes.buffer).setUint32(0, word);
      return bytes;
    },
    decode(bytes) {
      wide ??= hasWideStrings(type);
      if (!wide) return read(bytes);
      reader.reset(bytes);
      const { version: written } = readEncapsulation(reader);
      let failure: unknown;
      // Always in this order: what a payload means does not depend on those before it.
      for (const form of WIDE_STRINGS[written]) {
        reader.wide = form;
        try {
          return read(bytes);
        } catch (error) {
          if (!(error instanceof MalformedError)) throw error;
          failure ??= error;
        }
      }
      throw failure;
    },
    toJSON: (value) => valueToJson(type, value),
    fromJSON: (json) => valueFromJson(type, json, "") as MessageValue,
  };
}

/** JSON messages: the value is what `JSON.parse` gives. */
export function jsonCodec(schema: MessageSchema): MessageCodec<MessageValue> {
  return {
    schema,
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode(bytes) {
      try {
        return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as MessageValue;
      } catch (cause) {
        const at = /position (\d+)/.exec(String(cause));
        throw new MalformedError("WIRE_JSON", "no JSON", Number(at?.[1] ?? 0), { cause });
      }
    },
    toJSON: (value) => value as JsonValue,
    fromJSON: (json) => json as MessageValue,
  };
}
