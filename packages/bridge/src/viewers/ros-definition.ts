import type { MessageSchema } from "@delos/core";
import { type FieldType, parseRos1, parseRos2, type StructType, shortRosName, wellKnownRosText } from "@delos/wire";

/**
 * A schema of ROS with its definition. DDS discovery tells only the name of a type, and viewers want the text: that of the
 * standard types is written down here, with all they are made of. Undefined for all others.
 */
export function withDefinition(schema: MessageSchema): MessageSchema | undefined {
  const isRos1 = schema.messageEncoding === "ros1";
  if (schema.data.length > 0 || !(isRos1 || schema.messageEncoding === "cdr")) return undefined;
  const text = wellKnownRosText(shortRosName(schema.name), isRos1 ? "ros1" : "ros2");
  if (text === undefined) return undefined;
  const type = (isRos1 ? parseRos1 : parseRos2)(text, schema.name);
  const data = new TextEncoder().encode(definitionOf(type));
  return { ...schema, schemaEncoding: isRos1 ? "ros1msg" : "ros2msg", data };
}

const SEPARATOR = "=".repeat(80);

/** The text of a type, followed by those of the types it is made of (MCAP's ros1msg and ros2msg). */
function definitionOf(type: StructType): string {
  const parts = new Map<string, string>();
  const body = bodyOf(type, parts);
  return [body, ...[...parts].map(([name, text]) => `${SEPARATOR}\nMSG: ${name}\n${text}`)].join("\n");
}

function bodyOf(type: StructType, parts: Map<string, string>): string {
  const constants = type.constants.map(({ type: of, name, value }) => `${of} ${name}=${value}`);
  const fields = type.fields
    .filter(({ hidden }) => !hidden)
    .map(({ name, type: of }) => `${fieldText(of, parts)} ${name}`);
  return [...constants, ...fields].join("\n");
}

function fieldText(type: FieldType, parts: Map<string, string>): string {
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "string":
      return `${type.wide ? "wstring" : "string"}${type.bound === undefined ? "" : `<=${type.bound}`}`;
    case "time":
      return type.signed ? "duration" : "time";
    case "array":
      return `${fieldText(type.element, parts)}[${type.length}]`;
    case "sequence":
      return `${fieldText(type.element, parts)}[${type.bound === undefined ? "" : `<=${type.bound}`}]`;
    case "struct": {
      const name = shortRosName(type.name);
      if (!parts.has(name)) {
        parts.set(name, ""); // its place, before what it is made of itself
        parts.set(name, bodyOf(type, parts));
      }
      return name;
    }
    default:
      throw new TypeError(`no ${type.kind} in the messages of ROS`);
  }
}
