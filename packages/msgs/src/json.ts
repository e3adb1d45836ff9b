import { DelosError, type JsonValue } from "@delos/core";
import { mapFields } from "./code.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import { timeFromJson } from "./time-json.ts";
import {
  checkOneof,
  checkRequired,
  checkScalar,
  fieldNamed,
  type Message,
  ownValue,
  setOwn,
  unknownFieldError,
} from "./values.ts";
import { MAX_DEPTH } from "./wire.ts";
import { wrongValue } from "./wrong-value.ts";

/**
 * Messages as JSON: names as in the `.proto`, 64-bit integers as decimal strings, bytes as base64, enums by name, NaN and
 * infinities as strings, what is absent absent. Reading also takes what protobuf's own JSON mapping allows: camelCase
 * names, numbers in strings, enums by number, `null` for absent, times as strings.
 */
export function messageToJson(descriptor: MessageDescriptor, message: object): { [key: string]: JsonValue } {
  const entries: [string, JsonValue][] = [];
  for (const field of descriptor.fields) {
    const value = ownValue(message, field.name);
    if (value === undefined || value === null) continue;
    if (field.message?.mapEntry === true) {
      const each = mapFields(field.message)[1];
      const map = value as Map<unknown, unknown>;
      if (map.size > 0)
        entries.push([field.name, Object.fromEntries([...map].map(([key, one]) => [String(key), toJson(each, one)]))]);
    } else if (field.label === "repeated") {
      const list = Array.from(value as ArrayLike<unknown>, (each) => toJson(field, each));
      if (list.length > 0) entries.push([field.name, list]);
    } else entries.push([field.name, toJson(field, value)]);
  }
  return Object.fromEntries(entries);
}

function toJson(field: FieldDescriptor, value: unknown): JsonValue {
  switch (field.type) {
    case "message":
    case "group":
      return messageToJson(field.message!, value as object);
    case "enum":
      return field.enum!.nameOf(value as number) ?? (value as number);
    case "bytes":
      return toBase64(value as Uint8Array);
    case "double":
    case "float":
      return Number.isFinite(value) ? (value as number) : String(value);
    default:
      return typeof value === "bigint" ? String(value) : (value as JsonValue);
  }
}

export function messageFromJson(descriptor: MessageDescriptor, json: unknown): Message {
  const message = readMessage(descriptor, json, "", 0);
  checkRequired(descriptor, message);
  return message;
}

function readMessage(descriptor: MessageDescriptor, given: unknown, path: string, depth: number): Message {
  const json = timeFromJson(descriptor.name, given, path === "" ? descriptor.name : path);
  if (depth > MAX_DEPTH)
    throw new DelosError("MSG_TOO_DEEP", `${path}: messages nested more than ${MAX_DEPTH} deep`, {
      details: { field: path },
    });
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw wrongValue(path === "" ? descriptor.name : path, "a JSON object", json);
  const message: Message = {};
  const oneofs = new Map<string, string>();
  for (const [name, value] of Object.entries(json)) {
    const field = fieldNamed(descriptor, name);
    if (field === undefined) throw unknownFieldError(descriptor, name);
    if (value === null || value === undefined) continue;
    const where = path === "" ? `${descriptor.name}.${name}` : `${path}.${name}`;
    checkOneof(field, oneofs, where);
    if (Object.hasOwn(message, field.name))
      throw new DelosError("MSG_WRONG_VALUE", `${where} is there twice, as ${field.name} and ${field.jsonName}`, {
        details: { field: where },
      });
    setOwn(message, field.name, readField(field, value, where, depth));
  }
  return message;
}

function readField(field: FieldDescriptor, json: unknown, where: string, depth: number): unknown {
  if (field.message?.mapEntry === true) {
    if (typeof json !== "object" || Array.isArray(json)) throw wrongValue(where, "a JSON object", json);
    const [keyField, valueField] = mapFields(field.message);
    return new Map(
      Object.entries(json!).map(([key, value]) => [
        readKey(keyField, key, where),
        readElement(valueField, value, `${where}[${key}]`, depth),
      ]),
    );
  }
  if (field.label !== "repeated") return readElement(field, json, where, depth);
  if (!Array.isArray(json)) throw wrongValue(where, "an array", json);
  return json.map((each, i) => readElement(field, each, `${where}[${i}]`, depth));
}

function readKey(field: FieldDescriptor, key: string, where: string): unknown {
  if (field.type !== "bool") return readElement(field, key, where, 0);
  if (key !== "true" && key !== "false") throw wrongValue(where, "true or false as keys", key);
  return key === "true";
}

const INTEGER = /^-?\d+$/;
const NUMBER = /^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

function readElement(field: FieldDescriptor, json: unknown, where: string, depth: number): unknown {
  switch (field.type) {
    case "message":
    case "group":
      return readMessage(field.message!, json, where, depth + 1);
    case "enum": {
      if (typeof json !== "string") return checkScalar(field, json, where);
      const number = field.enum!.numberOf(json);
      if (number === undefined)
        throw wrongValue(where, `one of ${field.enum!.values.map((value) => value.name).join(", ")}`, json);
      return number;
    }
    case "bytes":
      if (typeof json !== "string") throw wrongValue(where, "a base64 string", json);
      return fromBase64(json) ?? fail(wrongValue(where, "a base64 string", json));
    case "double":
    case "float":
      if (json === "NaN") return Number.NaN;
      if (json === "Infinity" || json === "-Infinity") return json === "Infinity" ? Infinity : -Infinity;
      return checkScalar(field, typeof json === "string" && NUMBER.test(json) ? Number(json) : json, where);
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      if (typeof json === "string" && INTEGER.test(json)) return checkScalar(field, BigInt(json), where);
      return checkScalar(field, typeof json === "number" && Number.isSafeInteger(json) ? BigInt(json) : json, where);
    case "string":
    case "bool":
      return checkScalar(field, json, where);
    default:
      return checkScalar(field, typeof json === "string" && INTEGER.test(json) ? Number(json) : json, where);
  }
}

function fail(error: Error): never {
  throw error;
}

function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== "undefined")
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

/** Both alphabets, padded or not. Undefined when it is not base64. */
export function fromBase64(encoded: string): Uint8Array | undefined {
  const standard = encoded
    .replace(/-/g, "+")
    .replace(/_/g, "/")
    .replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) return undefined;
  if (typeof Buffer !== "undefined") return new Uint8Array(Buffer.from(standard, "base64"));
  return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
}
