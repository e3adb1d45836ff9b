/**
 * A message type as a tree, whatever text it was written in: ROS 1 and ROS 2 messages and OMG IDL all become this, and every
 * codec is compiled from it.
 */
export type PrimitiveName =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64"
  /** One byte, a one-character string in values (IDL `char`; ROS's `char` is a uint8). */
  | "char"
  /** Two bytes, a one-character string in values. */
  | "wchar";

export interface PrimitiveType {
  readonly kind: "primitive";
  readonly name: PrimitiveName;
}

export interface StringType {
  readonly kind: "string";
  readonly wide: boolean;
  /** Most bytes (wide: UTF-16 code units), without terminator. */
  readonly bound?: number | undefined;
}

/** ROS 1 `time` (uint32 pair) and `duration` (int32 pair): `{sec, nsec}`. */
export interface TimeType {
  readonly kind: "time";
  readonly signed: boolean;
}

export interface EnumType {
  readonly kind: "enum";
  readonly name: string;
  /** 8, 16 or 32 bits on the wire. */
  readonly bits: 8 | 16 | 32;
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

export interface BitmaskType {
  readonly kind: "bitmask";
  readonly name: string;
  readonly bits: 8 | 16 | 32 | 64;
  readonly flags: readonly { readonly name: string; readonly position: number }[];
}

export interface ArrayType {
  readonly kind: "array";
  readonly element: FieldType;
  readonly length: number;
}

export interface SequenceType {
  readonly kind: "sequence";
  readonly element: FieldType;
  readonly bound?: number | undefined;
}

/** How a type may change between sender and receiver. DDS-XTypes 1.3 §7.2.2. */
export type Extensibility = "final" | "appendable" | "mutable";

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly key: boolean;
  readonly optional: boolean;
  /** Member id of XTypes: position unless `@id` says otherwise. */
  readonly id: number;
  readonly mustUnderstand: boolean;
  /** Value of a field that the sender of a value left out. Absent: zero, empty, false. */
  readonly defaultValue?: DefaultValue | undefined;
  /** ROS 2 gives a struct without members one byte; values do not show it. */
  readonly hidden: boolean;
}

export type DefaultValue = number | bigint | boolean | string | readonly DefaultValue[];

export interface Constant {
  readonly name: string;
  readonly type: string;
  readonly value: number | bigint | boolean | string;
}

export interface StructType {
  readonly kind: "struct";
  /** `pkg/Type` (ROS 1), `pkg/msg/Type` (ROS 2), `module::Type` (IDL). */
  readonly name: string;
  readonly extensibility: Extensibility;
  readonly fields: readonly Field[];
  readonly constants: readonly Constant[];
  /** What `@data_representation` allows, if it stands there. */
  readonly representations?: readonly (1 | 2)[] | undefined;
}

export interface UnionCase {
  readonly labels: readonly (number | bigint)[];
  readonly isDefault: boolean;
  readonly field: Field;
}

/** In values: `{ $discriminator, [member]: value }`. */
export interface UnionType {
  readonly kind: "union";
  readonly name: string;
  readonly extensibility: Extensibility;
  readonly discriminator: PrimitiveType | EnumType;
  readonly cases: readonly UnionCase[];
  readonly representations?: readonly (1 | 2)[] | undefined;
}

export type FieldType =
  | PrimitiveType
  | StringType
  | TimeType
  | EnumType
  | BitmaskType
  | ArrayType
  | SequenceType
  | StructType
  | UnionType;

/** Bytes of a primitive, without alignment. */
export const PRIMITIVE_BYTES: Readonly<Record<PrimitiveName, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  char: 1,
  int16: 2,
  uint16: 2,
  wchar: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

export const primitive = (name: PrimitiveName): PrimitiveType => ({ kind: "primitive", name });

/** A field with everything at its default. */
export function field(name: string, type: FieldType, id: number, more: Partial<Field> = {}): Field {
  return { name, type, id, key: false, optional: false, mustUnderstand: false, hidden: false, ...more };
}

/** True for what becomes a `Uint8Array` in values and base64 in JSON. */
export function isBytes(type: FieldType): boolean {
  return (
    (type.kind === "array" || type.kind === "sequence") &&
    type.element.kind === "primitive" &&
    type.element.name === "uint8"
  );
}
