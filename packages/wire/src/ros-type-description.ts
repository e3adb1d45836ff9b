import { describeRos2, type RosDescription } from "./ros-schema.ts";

/** type_description_interfaces/msg/FieldType: the ids of what stands alone. */
const TYPE_IDS: Readonly<Record<string, number>> = {
  int8: 2,
  uint8: 3,
  int16: 4,
  uint16: 5,
  int32: 6,
  uint32: 7,
  int64: 8,
  uint64: 9,
  float32: 10,
  float64: 11,
  /** rosidl: a `.msg`'s char is a uint8. */
  char: 3,
  bool: 15,
  byte: 16,
  octet: 16,
  string: 17,
  wstring: 18,
};
const [NESTED, BOUNDED_STRING, BOUNDED_WSTRING] = [1, 21, 22];
const [ARRAY, BOUNDED_SEQUENCE, SEQUENCE] = [48, 96, 144];

type Field = RosDescription["fields"][number];

/**
 * A ROS 2 type as REP 2011 has it hashed (`RIHS01_` and the SHA-256 of this text): its fields and those of all types that it is
 * made of, as Python's `json.dumps` writes them.
 * @throws as `parseRos2`
 */
export function rosTypeDescription(text: string, name: string): string {
  const [root, ...others] = describeRos2(text, name);
  const referenced = others.sort((a, b) => (a.name < b.name ? -1 : 1)).map(individual);
  return `{"type_description": ${individual(root!)}, "referenced_type_descriptions": [${referenced.join(", ")}]}`;
}

function individual({ name, fields }: RosDescription): string {
  // rosidl: a type without fields has one, for IDL has no empty struct.
  const empty: Field = {
    name: "structure_needs_at_least_one_member",
    type: "uint8",
    nested: "",
    array: undefined,
    stringBound: undefined,
  };
  const all = (fields.length > 0 ? fields : [empty]).map(fieldOf);
  return `{"type_name": ${JSON.stringify(name)}, "fields": [${all.join(", ")}]}`;
}

function fieldOf({ name, type, nested, array, stringBound }: Field): string {
  const alone =
    nested !== ""
      ? NESTED
      : stringBound === undefined
        ? TYPE_IDS[type]!
        : type === "wstring"
          ? BOUNDED_WSTRING
          : BOUNDED_STRING;
  const [offset, capacity] =
    array === undefined
      ? [0, 0]
      : "length" in array
        ? [ARRAY, array.length]
        : array.bound === undefined
          ? [SEQUENCE, 0]
          : [BOUNDED_SEQUENCE, array.bound];
  const ids = `"type_id": ${alone! + offset!}, "capacity": ${capacity}, "string_capacity": ${stringBound ?? 0}`;
  return `{"name": ${JSON.stringify(name)}, "type": {${ids}, "nested_type_name": ${JSON.stringify(nested)}}}`;
}
