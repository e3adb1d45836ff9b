import { DelosError } from "@delos/core";
import { mapFields } from "./code.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import { UNKNOWN_FIELDS } from "./unknown-fields.ts";
import { MAX_DEPTH } from "./wire.ts";
import { wrongValue } from "./wrong-value.ts";

export type Message = Record<string | symbol, unknown>;

/** Fields by name, and by the camelCase name that other programs write in JSON. */
const names = new WeakMap<MessageDescriptor, ReadonlyMap<string, FieldDescriptor>>();

export function fieldNamed(descriptor: MessageDescriptor, name: string): FieldDescriptor | undefined {
  let fields = names.get(descriptor);
  if (fields === undefined) {
    const byName = new Map(descriptor.fields.map((field) => [field.jsonName, field]));
    for (const field of descriptor.fields) byName.set(field.name, field);
    names.set(descriptor, (fields = byName));
  }
  return fields.get(name);
}

/** The error for a name that the type does not have: names it, the type, and the field that was perhaps meant. */
export function unknownFieldError(descriptor: MessageDescriptor, name: string): DelosError {
  const near = nearest(
    name,
    descriptor.fields.map((field) => field.name),
  );
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return new DelosError("MSG_UNKNOWN_FIELD", `${descriptor.name} has no field ${name}${hint}`, {
    details: { type: descriptor.name, field: name },
  });
}

/** The candidate with the fewest edits, when it is close enough to be a misspelling. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, replacements, swaps of neighbours. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      next.push(best);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}

export function ownValue(message: object, name: string): unknown {
  return Object.hasOwn(message, name) ? (message as Message)[name] : undefined;
}

/** Sets a field whatever its name is: `__proto__` is a name like any other. */
export function setOwn(message: object, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(message, name, { value, enumerable: true, configurable: true, writable: true });
  else (message as Message)[name] = value;
}

/**
 * A checked deep copy: every field known and of its type, 32-bit floats rounded as the wire will round them, what is
 * undefined left out, at most one field of a oneof. Unknown fields are carried along.
 */
export function createMessage(descriptor: MessageDescriptor, init: unknown, path = "", depth = 0): Message {
  if (depth > MAX_DEPTH)
    throw new DelosError(
      "MSG_TOO_DEEP",
      `${descriptor.name} contains itself, or is nested more than ${MAX_DEPTH} deep`,
    );
  if (typeof init !== "object" || init === null || Array.isArray(init))
    throw wrongValue(path === "" ? descriptor.name : path, `a ${descriptor.name}`, init);
  const message: Message = {};
  const oneofs = new Map<string, string>();
  for (const [name, value] of Object.entries(init)) {
    if (value === undefined) continue;
    const field = fieldNamed(descriptor, name);
    if (field === undefined || field.name !== name) throw unknownFieldError(descriptor, name);
    const where = path === "" ? `${descriptor.name}.${name}` : `${path}.${name}`;
    checkOneof(field, oneofs, where);
    setOwn(message, name, createField(field, value, where, depth));
  }
  const unknown = (init as Message)[UNKNOWN_FIELDS];
  if (unknown instanceof Uint8Array) message[UNKNOWN_FIELDS] = unknown.slice();
  return message;
}

export function checkOneof(field: FieldDescriptor, seen: Map<string, string>, where: string): void {
  if (field.oneof === undefined) return;
  const other = seen.get(field.oneof);
  if (other !== undefined)
    throw new DelosError("MSG_ONEOF", `${where}: ${other} is set already, of oneof ${field.oneof} one can be`, {
      details: { field: where, oneof: field.oneof },
    });
  seen.set(field.oneof, field.name);
}

function createField(field: FieldDescriptor, value: unknown, where: string, depth: number): unknown {
  if (field.message?.mapEntry === true) {
    if (!(value instanceof Map)) throw wrongValue(where, "a Map", value);
    const [keyField, valueField] = mapFields(field.message);
    return new Map(
      Array.from(value as Map<unknown, unknown>, ([key, each]) => [
        createElement(keyField, key, where, depth),
        createElement(valueField, each, `${where}[${String(key)}]`, depth),
      ]),
    );
  }
  if (field.label !== "repeated") return createElement(field, value, where, depth);
  const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (!list || (field.type === "bytes" && !Array.isArray(value))) throw wrongValue(where, "an array", value);
  return Array.from(value as ArrayLike<unknown>, (each, i) => createElement(field, each, `${where}[${i}]`, depth));
}

function createElement(field: FieldDescriptor, value: unknown, where: string, depth: number): unknown {
  if (field.message !== undefined) return createMessage(field.message, value, where, depth + 1);
  if (field.type === "bytes" && value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value);
  return checkScalar(field, value, where);
}

const LIMITS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  sint32: [-(2 ** 31), 2 ** 31 - 1],
  sfixed32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  fixed32: [0, 2 ** 32 - 1],
};
const MAX_FLOAT = 3.4028234663852886e38;

/** The value of a scalar field as messages hold it. @throws {DelosError} `MSG_WRONG_VALUE` naming `where` */
export function checkScalar(field: FieldDescriptor, value: unknown, where: string): unknown {
  switch (field.type) {
    case "double":
      if (typeof value !== "number") throw wrongValue(where, "a number", value);
      return value;
    case "float": {
      if (typeof value !== "number") throw wrongValue(where, "a number", value);
      if (Number.isFinite(value) && Math.abs(Math.fround(value)) > MAX_FLOAT)
        throw wrongValue(where, "a number in the range of a 32-bit float", value);
      return Math.fround(value);
    }
    case "bool":
      if (typeof value !== "boolean") throw wrongValue(where, "a boolean", value);
      return value;
    case "string":
      if (typeof value !== "string") throw wrongValue(where, "a string", value);
      return value;
    case "bytes":
      if (!(value instanceof Uint8Array)) throw wrongValue(where, "a Uint8Array", value);
      return value;
    case "enum": {
      const type = field.enum!;
      if (typeof value !== "number" || !Number.isInteger(value) || (value | 0) !== value)
        throw wrongValue(where, `a number of enum ${type.name}`, value);
      if (type.closed && type.nameOf(value) === undefined)
        throw wrongValue(
          where,
          `one of enum ${type.name} (${type.values.map((each) => each.number).join(", ")})`,
          value,
        );
      return value;
    }
    case "int64":
    case "sint64":
    case "sfixed64":
      if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value)
        throw wrongValue(where, "a 64-bit bigint", value);
      return value;
    case "uint64":
    case "fixed64":
      if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value)
        throw wrongValue(where, "an unsigned 64-bit bigint", value);
      return value;
    default: {
      const [min, max] = LIMITS[field.type]!;
      if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
        throw wrongValue(where, min === 0 ? "an unsigned 32-bit integer" : "a 32-bit integer", value);
      return value === 0 ? 0 : value;
    }
  }
}

/** Throws when a required field is missing anywhere inside. */
export function checkRequired(descriptor: MessageDescriptor, message: object): void {
  for (const field of descriptor.fields) {
    const value = ownValue(message, field.name);
    if (value === undefined) {
      if (field.label === "required")
        throw new DelosError("MSG_REQUIRED_MISSING", `required field ${descriptor.name}.${field.name} is not set`, {
          details: { field: `${descriptor.name}.${field.name}` },
        });
    } else if (field.message?.mapEntry === true) {
      const nested = mapFields(field.message)[1].message;
      if (nested !== undefined)
        for (const each of (value as Map<unknown, object>).values()) checkRequired(nested, each);
    } else if (field.message !== undefined) {
      for (const each of field.label === "repeated" ? (value as object[]) : [value])
        checkRequired(field.message, each!);
    }
  }
}
