import type { MessageSchema } from "@delos/core";
import type { XcdrVersion } from "./cdr-reader.ts";
import { parseIdl } from "./idl.ts";
import type { FieldType, StructType, UnionType } from "./type-tree.ts";

/**
 * The version of CDR that values of a type are written in: what its `@data_representation` allows, or else XCDR2 as soon as
 * anything in it is appendable, mutable or optional, and XCDR1 for what is final throughout. So Cyclone DDS does it, which gives such
 * types no XCDR1 at all; every type of ROS 2 is final. DDS-XTypes 1.3 §7.6.3.1.
 */
export function xcdrVersionOf(type: StructType | UnionType): XcdrVersion {
  const preferred = isPlain(type, new Map()) ? 1 : 2;
  const allowed = type.representations;
  return allowed === undefined || allowed.includes(preferred) ? preferred : allowed[0]!;
}

/** The same of a schema: what a publication of it offers. Other schemas than IDL's are written in XCDR1. */
export function xcdrVersionOfSchema(schema: MessageSchema): XcdrVersion {
  if (schema.schemaEncoding !== "omgidl" && schema.schemaEncoding !== "ros2idl") return 1;
  return xcdrVersionOf(parseIdl(new TextDecoder().decode(schema.data), schema.name));
}

/** Nothing in it has a form of its own in XCDR2. */
function isPlain(type: FieldType, known: Map<FieldType, boolean>): boolean {
  const seen = known.get(type);
  if (seen !== undefined) return seen;
  const plain = ((): boolean => {
    switch (type.kind) {
      case "struct":
        return (
          type.extensibility === "final" && type.fields.every((field) => !field.optional && isPlain(field.type, known))
        );
      case "union":
        return type.extensibility === "final" && type.cases.every(({ field }) => isPlain(field.type, known));
      case "array":
      case "sequence":
        return isPlain(type.element, known);
      default:
        return true;
    }
  })();
  known.set(type, plain);
  return plain;
}
