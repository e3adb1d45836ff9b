import type { XcdrVersion } from "./cdr-reader.ts";
import type { FieldType } from "./type-tree.ts";

/**
 * How a wide string stands in CDR, where nothing but its length tells:
 *
 * - `units4`: number of characters, then four bytes each. What ROS 2 on Linux writes in XCDR1 through Fast CDR 1 (Fast DDS up to ROS 2 Iron)
 *   and through rmw_cyclonedds (`Serialization.cpp`, CDR_Legacy: `sizeof(wchar_t)`). Both widen UTF-16 unit by unit, so that
 *   a character outside the basic plane is two; C++ programs of their own may write it as one.
 * - `units2`: number of UTF-16 units, two bytes each. Fast CDR 2 (ROS 2 Jazzy and later), whatever the version of CDR.
 * - `bytes2`: number of bytes, UTF-16. DDS-XTypes 1.3 §7.4.1.1.2 and §7.4.3.5 rule 7.
 *
 * None has a byte order mark or a NUL at its end. A single wide character has four bytes with the first and two with the others.
 */
export type WideStrings = "units4" | "units2" | "bytes2";

/**
 * How they are looked for: what is written by most comes first. `units4` and `units2` are never taken for each other (two UTF-16 units
 * are no character of four bytes, unless the second is a control character); the others can be, where more follows that fits both.
 */
export const WIDE_STRINGS: Readonly<Record<XcdrVersion, readonly WideStrings[]>> = {
  1: ["units4", "units2", "bytes2"],
  2: ["bytes2", "units2"],
};

/** Whether values of the type can hold wide strings or characters. */
export function hasWideStrings(type: FieldType): boolean {
  switch (type.kind) {
    case "primitive":
      return type.name === "wchar";
    case "string":
      return type.wide;
    case "array":
    case "sequence":
      return hasWideStrings(type.element);
    case "struct":
      return type.fields.some((field) => hasWideStrings(field.type));
    case "union":
      return type.cases.some(({ field }) => hasWideStrings(field.type));
    default:
      return false;
  }
}
