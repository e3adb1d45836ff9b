import type { MessageSchema } from "@delos/core";
import { type FieldType, parseRos1, parseRos2, type StructType, shortRosName, wellKnownRosText } from "@delos/wire";

/**
 * A schema of ROS with all that it is made of, as viewers need it: DDS discovery tells only the name of a type, and a program
 * may leave out of its text the standard types that everybody knows (`std_msgs/Header`). Undefined where nothing is missing,
 * and where nobody here can tell what is.
 */
export function withDefinition(schema: MessageSchema): MessageSchema | undefined {
  const { name, messageEncoding, schemaEncoding, data } = schema;
  const isRos1 = messageEncoding === "ros1";
  if (!isRos1 && messageEncoding !== "cdr") return undefined;
  const own = isRos1 ? "ros1msg" : "ros2msg";
  if (data.length > 0 && schemaEncoding !== own) return undefined;
  const text =
    data.length > 0 ? new TextDecoder().decode(data) : wellKnownRosText(shortRosName(name), isRos1 ? "ros1" : "ros2");
  if (text === undefined) return undefined;
  const parts = new Map<string, string>();
  let body: string;
  try {
    body = bodyOf((isRos1 ? parseRos1 : parseRos2)(text, name), parts);
  } catch {
    return undefined; // it needs types that are not standard ones, or is no text of ROS
  }
  const there = new Set([...text.matchAll(/^MSG: *(\S+)/gm)].map(([, part]) => shortRosName(part!)));
  if (data.length > 0 && [...parts.keys()].every((part) => there.has(part))) return undefined;
  // The form of MCAP's ros1msg and ros2msg: the type, then those that it is made of.
  const whole = [body, ...[...parts].map(([part, its]) => `${SEPARATOR}\nMSG: ${part}\n${its}`)].join("\n");
  return { ...schema, schemaEncoding: own, data: new TextEncoder().encode(whole) };
}

const SEPARATOR = "=".repeat(80);

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
