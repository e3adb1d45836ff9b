import { DelosError } from "@delos/core";
import { type FieldType, PRIMITIVE_BYTES } from "./type-tree.ts";

/** The serialisations that codecs are compiled for. */
export type Dialect = "ros1" | "cdr1" | "cdr2";

/** No value can be decoded or encoded that is larger: a definition's array length is a claim like any other. */
const MAX_BYTES = 0x4000_0000;
/** Structs that one value can hold without any sequence telling how many: beyond it the definition is an attack. */
const MAX_NODES = 100_000;

/**
 * Fewest bytes that a value of `type` can have on the wire, alignment not counted: what a claimed element count is checked
 * against before anything is allocated.
 */
export function minBytes(type: FieldType, dialect: Dialect): number {
  if (type.kind !== "struct") return minBytesOf(type, dialect);
  // Structs are shared between fields: without the memory, a chain of doubling types would take for ever.
  const known = sizes[dialect].get(type) ?? minBytesOf(type, dialect);
  sizes[dialect].set(type, known);
  return known;
}

const sizes: Readonly<Record<Dialect, WeakMap<FieldType, number>>> = {
  ros1: new WeakMap(),
  cdr1: new WeakMap(),
  cdr2: new WeakMap(),
};

function minBytesOf(type: FieldType, dialect: Dialect): number {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_BYTES[type.name];
    case "string":
    case "sequence":
      return 4;
    case "time":
      return 8;
    case "enum":
    case "bitmask":
      return type.bits / 8;
    case "array":
      return type.length * minBytes(type.element, dialect);
    case "union":
      return type.extensibility === "appendable" && dialect === "cdr2" ? 4 : minBytes(type.discriminator, dialect);
    case "struct":
      if (type.extensibility === "mutable" || (type.extensibility === "appendable" && dialect === "cdr2")) return 4;
      return type.fields.reduce(
        (sum, field) =>
          sum + (field.hidden ? 0 : field.optional ? (dialect === "cdr2" ? 1 : 4) : minBytes(field.type, dialect)),
        0,
      );
  }
}

/** @throws {DelosError} `WIRE_SCHEMA_TOO_LARGE` for a type whose single value would be absurdly large */
export function checkTypeSize(type: FieldType, dialect: Dialect): void {
  const known = new Map<FieldType, number>();
  const nodes = (of: FieldType): number => {
    const seen = known.get(of);
    if (seen !== undefined) return seen;
    let count = 1;
    if (of.kind === "struct") for (const field of of.fields) count += nodes(field.type);
    else if (of.kind === "union") for (const { field } of of.cases) count += nodes(field.type);
    else if (of.kind === "sequence") count += nodes(of.element);
    // Elements without bytes are not held back by what is left of the input.
    else if (of.kind === "array") count += nodes(of.element) * (minBytes(of.element, dialect) === 0 ? of.length : 1);
    known.set(of, count);
    return count;
  };
  if (nodes(type) > MAX_NODES || minBytes(type, dialect) > MAX_BYTES) {
    throw new DelosError("WIRE_SCHEMA_TOO_LARGE", "a single value of the type is too large");
  }
}
