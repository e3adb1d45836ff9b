import { DelosError, type JsonValue } from "@delos/core";
import { fromBase64, toBase64 } from "./base64.ts";
import { type EnumType, type FieldType, isBytes, type PrimitiveName, type UnionType } from "./type-tree.ts";

type Struct = Record<string, unknown>;
const UTF8 = new TextEncoder();

/**
 * The JSON of a value: 64-bit integers as decimal strings, bytes as base64, enums by name, numbers JSON lacks as "NaN",
 * "Infinity", "-Infinity".
 */
export function valueToJson(type: FieldType, value: unknown): JsonValue {
  switch (type.kind) {
    case "primitive":
      if (typeof value === "bigint") return value.toString();
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : (value as JsonValue);
    case "string":
      return value as string;
    case "time": {
      const { sec, nsec } = value as { sec: number; nsec: number };
      return { sec, nsec };
    }
    case "enum":
      return type.members.find((member) => member.value === value)?.name ?? (value as number);
    case "bitmask":
      return typeof value === "bigint" ? value.toString() : (value as number);
    case "array":
    case "sequence":
      if (isBytes(type)) return toBase64(Uint8Array.from(value as ArrayLike<number>));
      return Array.from(value as ArrayLike<unknown>, (item) => valueToJson(type.element, item));
    case "struct": {
      const object: Record<string, JsonValue> = {};
      for (const field of type.fields) {
        const item = (value as Struct)[field.name];
        if (item !== undefined && item !== null) object[field.name] = valueToJson(field.type, item);
      }
      return object;
    }
    case "union": {
      const { $discriminator } = value as Struct;
      const field = memberOf(type, $discriminator)?.field;
      const item = field === undefined ? undefined : (value as Struct)[field.name];
      return {
        $discriminator: valueToJson(type.discriminator, $discriminator),
        ...(item === undefined ? {} : { [field!.name]: valueToJson(field!.type, item) }),
      };
    }
  }
}

/** The value of `valueToJson`'s output, and of hand-written JSON. @throws {DelosError} `WIRE_VALUE` naming the field */
export function valueFromJson(type: FieldType, json: JsonValue, where: string): unknown {
  const wrong = (wanted: string): DelosError =>
    new DelosError("WIRE_VALUE", `${where}: ${wanted} expected, not ${JSON.stringify(json).slice(0, 60)}`, {
      details: { field: where },
    });
  switch (type.kind) {
    case "primitive":
      return primitiveFromJson(type.name, json, wrong);
    case "string":
      if (typeof json !== "string") throw wrong("a string");
      if (type.bound !== undefined && (type.wide ? json.length : UTF8.encode(json).length) > type.bound)
        throw wrong(`at most ${type.bound} ${type.wide ? "characters" : "bytes"}`);
      return json;
    case "time": {
      const object = objectOf(json, wrong);
      const part = (key: string): unknown =>
        primitiveFromJson(type.signed ? "int32" : "uint32", object[key] ?? 0, wrong);
      for (const key of Object.keys(object)) if (key !== "sec" && key !== "nsec") throw wrong("{sec, nsec}");
      return { sec: part("sec"), nsec: part("nsec") };
    }
    case "enum":
      return enumFromJson(type, json, wrong);
    case "bitmask":
      return primitiveFromJson(type.bits === 64 ? "uint64" : `uint${type.bits}`, json, wrong);
    case "array":
    case "sequence": {
      if (isBytes(type) && typeof json === "string") return checked(type, fromBase64(json, where), wrong);
      if (!Array.isArray(json)) throw wrong(isBytes(type) ? "base64 or an array" : "an array");
      const items = json.map((item, i) => valueFromJson(type.element, item as JsonValue, `${where}[${i}]`));
      return checked(type, isBytes(type) ? Uint8Array.from(items as number[]) : items, wrong);
    }
    case "struct": {
      const object = objectOf(json, wrong);
      const value: Struct = {};
      for (const [key, item] of Object.entries(object)) {
        const field = type.fields.find(({ name, hidden }) => name === key && !hidden);
        if (field === undefined) {
          throw new DelosError("WIRE_VALUE", `${where}: ${type.name} has no field ${key}`, { details: { field: key } });
        }
        if (item !== null) value[key] = valueFromJson(field.type, item, where === "" ? key : `${where}.${key}`);
      }
      return value;
    }
    case "union": {
      const object = objectOf(json, wrong);
      const $discriminator = valueFromJson(
        type.discriminator,
        object["$discriminator"] ?? null,
        `${where}.$discriminator`,
      );
      const field = memberOf(type, $discriminator)?.field;
      for (const key of Object.keys(object)) {
        if (key !== "$discriminator" && key !== field?.name)
          throw wrong(`the member of its discriminator, not ${key},`);
      }
      const item = field === undefined ? undefined : object[field.name];
      return item === undefined
        ? { $discriminator }
        : { $discriminator, [field!.name]: valueFromJson(field!.type, item, `${where}.${field!.name}`) };
    }
  }
}

function checked(
  type: { kind: "array"; length: number } | { kind: "sequence"; bound?: number | undefined },
  items: ArrayLike<unknown>,
  wrong: (wanted: string) => DelosError,
): unknown {
  if (type.kind === "array" && items.length !== type.length) throw wrong(`${type.length} elements`);
  if (type.kind === "sequence" && items.length > (type.bound ?? Infinity))
    throw wrong(`at most ${type.bound} elements`);
  return items;
}

function objectOf(json: JsonValue, wrong: (wanted: string) => DelosError): Record<string, JsonValue> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw wrong("an object");
  return json as Record<string, JsonValue>;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = Object.fromEntries(
  [8n, 16n, 32n, 64n].flatMap((bits) => [
    [`int${bits}`, [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]],
    [`uint${bits}`, [0n, (1n << bits) - 1n]],
  ]),
);

function primitiveFromJson(name: PrimitiveName, json: JsonValue, wrong: (wanted: string) => DelosError): unknown {
  if (name === "bool") {
    if (typeof json !== "boolean") throw wrong("true or false");
    return json;
  }
  if (name === "char" || name === "wchar") {
    if (typeof json !== "string" || json.length !== 1) throw wrong("one character");
    return json;
  }
  if (name === "float32" || name === "float64") {
    const value = typeof json === "string" && /^(NaN|-?Infinity|[-+.\de]+)$/i.test(json) ? Number(json) : json;
    if (typeof value !== "number" || (Number.isNaN(value) && json !== "NaN")) throw wrong("a number");
    return value;
  }
  const whole = typeof json === "number" ? Number.isInteger(json) : typeof json === "string" && /^[+-]?\d+$/.test(json);
  if (!whole) throw wrong("an integer");
  const value = BigInt(json as number | string);
  const [low, high] = RANGES[name]!;
  if (value < low || value > high) throw wrong(`an integer of ${low} to ${high}`);
  return name === "int64" || name === "uint64" ? value : Number(value);
}

function enumFromJson(type: EnumType, json: JsonValue, wrong: (wanted: string) => DelosError): number {
  const member = type.members.find(({ name, value }) => name === json || value === json);
  if (member !== undefined) return member.value;
  if (typeof json === "number" && Number.isInteger(json)) return json;
  throw wrong(`one of ${type.members.map(({ name }) => name).join(", ")}`);
}

function memberOf(type: UnionType, discriminator: unknown): UnionType["cases"][number] | undefined {
  const label =
    type.discriminator.kind === "primitive" && type.discriminator.name === "char"
      ? String(discriminator).charCodeAt(0)
      : Number(discriminator);
  return (
    type.cases.find(({ labels }) => labels.some((candidate) => Number(candidate) === label)) ??
    type.cases.find(({ isDefault }) => isDefault)
  );
}
