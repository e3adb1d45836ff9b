import type { JsonValue, MessageCodec } from "@delos/core";
import { type FieldDescriptor, type MessageDescriptor, MessageType } from "@delos/msgs";
import type { DynamicCodec, FieldType } from "@delos/wire";

/** Deeper parts of recursive types are objects of anything. */
const MAX_DEPTH = 8;

/** The JSON form of a codec's messages (`toJSON`, `fromJSON`) as a JSON Schema, for forms and checks in viewers. */
export function jsonSchemaOf(codec: MessageCodec): JsonValue {
  if (codec instanceof MessageType) return ofDescriptor(codec.descriptor, 0);
  const { type } = codec as Partial<DynamicCodec>;
  return type === undefined ? { type: "object", title: codec.schema.name } : ofType(type, 0);
}

function ofDescriptor(descriptor: MessageDescriptor, depth: number): JsonValue {
  if (depth > MAX_DEPTH) return { type: "object", title: descriptor.name };
  const properties = Object.fromEntries(descriptor.fields.map((field) => [field.name, ofField(field, depth)]));
  return { type: "object", title: descriptor.name, properties };
}

function ofField(field: FieldDescriptor, depth: number): JsonValue {
  if (field.message?.mapEntry === true) {
    const value = field.message.fields.find(({ number }) => number === 2)!;
    return { type: "object", additionalProperties: ofElement(value, depth) };
  }
  const element = ofElement(field, depth);
  return field.label === "repeated" ? { type: "array", items: element } : element;
}

function ofElement(field: FieldDescriptor, depth: number): JsonValue {
  switch (field.type) {
    case "message":
    case "group":
      return ofDescriptor(field.message!, depth + 1);
    case "enum":
      return { type: "string", enum: field.enum!.values.map(({ name }) => name) };
    case "bool":
      return { type: "boolean" };
    case "string":
      return { type: "string" };
    case "bytes":
      return { type: "string", contentEncoding: "base64" };
    case "double":
    case "float":
      return { type: "number" };
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return { type: "string", pattern: "^-?\\d+$" };
    default:
      return { type: "integer" };
  }
}

function ofType(type: FieldType, depth: number): JsonValue {
  switch (type.kind) {
    case "primitive":
      if (type.name === "bool") return { type: "boolean" };
      if (type.name === "char" || type.name === "wchar") return { type: "string", maxLength: 1 };
      if (type.name === "int64" || type.name === "uint64") return { type: "string", pattern: "^-?\\d+$" };
      return { type: type.name.startsWith("float") ? "number" : "integer" };
    case "string":
      return { type: "string", ...(type.bound === undefined ? {} : { maxLength: type.bound }) };
    case "time":
      return { type: "object", properties: { sec: { type: "integer" }, nsec: { type: "integer" } } };
    case "enum":
      return { type: "string", enum: type.members.map(({ name }) => name) };
    case "bitmask":
      return { type: type.bits === 64 ? "string" : "integer" };
    case "array":
    case "sequence": {
      const { element } = type;
      if (element.kind === "primitive" && element.name === "uint8")
        return { type: "string", contentEncoding: "base64" };
      return { type: "array", items: ofType(element, depth + 1) };
    }
    case "struct": {
      const title = type.name;
      if (depth > MAX_DEPTH) return { type: "object", title };
      const shown = type.fields.filter(({ hidden }) => !hidden);
      const properties = Object.fromEntries(shown.map((field) => [field.name, ofType(field.type, depth + 1)]));
      return { type: "object", title, properties };
    }
    case "union":
      return { type: "object", title: type.name };
  }
}
