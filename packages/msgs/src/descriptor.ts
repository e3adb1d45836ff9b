/**
 * What a type is made of, read from `FileDescriptorProto` bytes (google/protobuf/descriptor.proto), as compilers, MCAP
 * files and Cyber records hold them. The bytes stay beside what is read from them, so a schema that is passed on is the
 * one that came, bit by bit.
 */
export interface FileDescriptor {
  /** Path of the source, `modules/common/proto/header.proto`. */
  readonly name: string;
  readonly package: string;
  readonly syntax: "proto2" | "proto3";
  readonly dependencies: readonly string[];
  readonly messages: readonly MessageDescriptor[];
  readonly enums: readonly EnumDescriptor[];
  /** The `FileDescriptorProto` itself. */
  readonly bytes: Uint8Array;
}

export interface MessageDescriptor {
  /** Full name without leading dot: `apollo.canbus.Chassis`. */
  readonly name: string;
  readonly file: FileDescriptor;
  /** In the order of the source. */
  readonly fields: readonly FieldDescriptor[];
  readonly oneofs: readonly string[];
  readonly messages: readonly MessageDescriptor[];
  readonly enums: readonly EnumDescriptor[];
  /** True for the hidden type behind a `map<…>` field. */
  readonly mapEntry: boolean;
  readonly deprecated: boolean;
}

export type ScalarType =
  | "double"
  | "float"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64"
  | "bool"
  | "string"
  | "bytes";

export type FieldType = ScalarType | "enum" | "message" | "group";

export interface FieldDescriptor {
  readonly name: string;
  readonly jsonName: string;
  readonly number: number;
  readonly label: "optional" | "required" | "repeated";
  readonly type: FieldType;
  /** Of messages and groups. */
  readonly message: MessageDescriptor | undefined;
  readonly enum: EnumDescriptor | undefined;
  /** What an absent field means. Undefined for messages; absent repeated fields mean an empty list. */
  readonly default: number | bigint | string | boolean | Uint8Array | undefined;
  /** True when the source says it: `[default = nan]`. */
  readonly hasDefault: boolean;
  /** A repeated field of numbers written as one block of bytes. Both forms are read. */
  readonly packed: boolean;
  /** True when "set to the default" and "not set" differ: all of proto2, and `optional`, messages, oneofs of proto3. */
  readonly presence: boolean;
  /** Name of the oneof it is part of. */
  readonly oneof?: string;
  readonly deprecated: boolean;
}

export interface EnumDescriptor {
  readonly name: string;
  readonly file: FileDescriptor;
  /** In the order of the source; the first is the default. Several names may stand for one number. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
  /** False in proto3, where other numbers are values too. In proto2 they are kept as unknown fields. */
  readonly closed: boolean;
  /** First name of a number. */
  nameOf(number: number): string | undefined;
  numberOf(name: string): number | undefined;
}
