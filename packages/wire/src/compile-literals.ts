import type { ArrayType, DefaultValue, Field, FieldType, PrimitiveName, SequenceType } from "./type-tree.ts";

/** Arrays of these become typed arrays in values; of the others, plain arrays. */
export const TYPED_ARRAYS: Readonly<Partial<Record<PrimitiveName, string>>> = {
  int8: "Int8Array",
  uint8: "Uint8Array",
  int16: "Int16Array",
  uint16: "Uint16Array",
  int32: "Int32Array",
  uint32: "Uint32Array",
  int64: "BigInt64Array",
  uint64: "BigUint64Array",
  float32: "Float32Array",
  float64: "Float64Array",
};

/**
 * XCDR2 puts a DHEADER before arrays and sequences of anything but primitives. `T a[2][3]` is one array of primitives, a sequence of
 * arrays is none. DDS-XTypes 1.3 §7.4.3.5, rules 9 to 12.
 */
export function isDelimitedInXcdr2({ kind, element }: ArrayType | SequenceType): boolean {
  if (element.kind === "primitive") return false;
  return kind === "sequence" || element.kind !== "array" || isDelimitedInXcdr2(element);
}

/** JavaScript for the value of a field that is not there. */
export function defaultLiteral(field: Field): string {
  if (field.defaultValue === undefined) return zeroLiteral(field.type);
  const { type } = field;
  if ((type.kind === "array" || type.kind === "sequence") && Array.isArray(field.defaultValue)) {
    const make = type.element.kind === "primitive" ? TYPED_ARRAYS[type.element.name] : undefined;
    const items = `[${field.defaultValue.map((item: DefaultValue) => literal(item, type.element)).join(", ")}]`;
    return make === undefined ? items : `${make}.from(${items})`;
  }
  return literal(field.defaultValue, type);
}

/** What an encoder writes instead of an absent field: a struct's own encoder fills in the rest. */
export function absentLiteral(field: Field): string {
  if (field.type.kind === "struct") return "{}";
  if (field.type.kind === "array" && field.type.element.kind === "struct") return `new Array(${field.type.length})`;
  return defaultLiteral(field);
}

function literal(value: DefaultValue, type: FieldType): string {
  if (isBig(type)) return `${BigInt(value as bigint | number)}n`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

const isBig = (type: FieldType): boolean =>
  (type.kind === "primitive" && (type.name === "int64" || type.name === "uint64")) ||
  (type.kind === "bitmask" && type.bits === 64);

/** JavaScript for zero, empty, false: what an absent value of `type` counts as. */
export function zeroLiteral(type: FieldType): string {
  switch (type.kind) {
    case "primitive":
      if (type.name === "bool") return "false";
      if (type.name === "char" || type.name === "wchar") return '"\\0"';
      return isBig(type) ? "0n" : "0";
    case "string":
      return '""';
    case "time":
      return "{ sec: 0, nsec: 0 }";
    case "enum":
      return String(type.members[0]?.value ?? 0);
    case "bitmask":
      return isBig(type) ? "0n" : "0";
    case "array":
    case "sequence": {
      const make = type.element.kind === "primitive" ? TYPED_ARRAYS[type.element.name] : undefined;
      const length = type.kind === "array" ? type.length : 0;
      if (make !== undefined) return `new ${make}(${length})`;
      return length === 0 ? "[]" : `Array.from({ length: ${length} }, () => (${zeroLiteral(type.element)}))`;
    }
    case "struct":
      return `{ ${type.fields
        .filter((field) => !field.hidden && !field.optional)
        .map((field) => `${JSON.stringify(field.name)}: ${defaultLiteral(field)}`)
        .join(", ")} }`;
    case "union": {
      const first = type.cases[0];
      const discriminator =
        type.discriminator.kind === "primitive" && type.discriminator.name === "char"
          ? JSON.stringify(String.fromCharCode(Number(first?.labels[0] ?? 0)))
          : type.discriminator.kind === "primitive" && type.discriminator.name === "bool"
            ? String(Boolean(first?.labels[0] ?? 0))
            : isBig(type.discriminator)
              ? `${BigInt(first?.labels[0] ?? 0)}n`
              : String(Number(first?.labels[0] ?? 0));
      const member =
        first === undefined ? "" : `, ${JSON.stringify(first.field.name)}: ${zeroLiteral(first.field.type)}`;
      return `{ "$discriminator": ${discriminator}${member} }`;
    }
  }
}
