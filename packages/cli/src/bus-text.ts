import { DelosError, describeError, type JsonValue } from "@delos/core";
import { parse, stringify } from "yaml";

/** A message as a person reads it: YAML, as `ros2` prints it. */
export function toYaml(value: JsonValue, flow = false): string {
  return flow
    ? stringify(value, { collectionStyle: "flow", lineWidth: 0 })
    : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** For people: 64-bit integers, which are texts in our JSON, as the numbers that they are in `value`. */
export function withIntegers(json: JsonValue, value: unknown): JsonValue {
  if (typeof value === "bigint" && typeof json === "string") return value as unknown as JsonValue;
  if (typeof value !== "object" || value === null || typeof json !== "object" || json === null) return json;
  const of = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(json)) return json.map((each: JsonValue, i) => withIntegers(each, of[i]));
  return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, withIntegers(each, of[key])]));
}

/**
 * A value that a person wrote: YAML, of which JSON is a part. Integers beyond 2^53 become strings, and so do `.nan` and `.inf`
 * where `nonFinite` does not keep them, as in our JSON.
 * @throws {DelosError} BUS_VALUE
 */
export function fromYaml(text: string, what: string, nonFinite?: "keep"): JsonValue {
  try {
    return plain(parse(text, { intAsBigInt: true, maxAliasCount: 0 }) as unknown, nonFinite === "keep");
  } catch (cause) {
    throw new DelosError("BUS_VALUE", `${what} is neither JSON nor YAML: ${describeError(cause).split("\n")[0]}`, {
      cause,
    });
  }
}

function plain(value: unknown, keep: boolean): JsonValue {
  if (typeof value === "number" && !Number.isFinite(value)) return keep ? value : String(value);
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  }
  if (Array.isArray(value)) return value.map((each) => plain(each, keep));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, keep)]));
  }
  return (value ?? null) as JsonValue;
}

/** The part of a message at `a.b.0.c`; undefined when there is none. */
export function fieldOf(value: JsonValue, path: string): JsonValue | undefined {
  let part: JsonValue | undefined = value;
  for (const name of path.split(/[.[\]]+/).filter(Boolean)) {
    if (typeof part !== "object" || part === null) return undefined;
    part = (part as Readonly<Record<string, JsonValue>>)[name];
  }
  return part;
}

export interface Shortening {
  /** Lists and texts longer than this are cut. */
  readonly length: number;
  readonly noArrays: boolean;
  readonly noStrings: boolean;
}

/** For people: long lists and texts cut, or left out. */
export function shorten(value: JsonValue, how: Shortening): JsonValue {
  if (typeof value === "string") {
    if (how.noStrings) return `<string of ${value.length}>`;
    return value.length > how.length ? `${value.slice(0, how.length)}...` : value;
  }
  if (Array.isArray(value)) {
    if (how.noArrays) return `<list of ${value.length}>`;
    const shown = value.slice(0, how.length).map((each: JsonValue) => shorten(each, how));
    return value.length > how.length ? [...shown, "..."] : shown;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shorten(each, how)]));
}

/** All leaves in order, separated by commas; texts with a comma, quote or line end are quoted (RFC 4180). */
export function toCsv(value: JsonValue): string {
  const leaves: string[] = [];
  const walk = (part: JsonValue): void => {
    if (typeof part === "object" && part !== null) Object.values(part).forEach(walk);
    else {
      const text = String(part ?? "");
      leaves.push(/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    }
  };
  walk(value);
  return leaves.join(",");
}

/** Rows in columns. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), []);
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

export function line(context: { readonly out: NodeJS.WritableStream }, value: unknown): void {
  context.out.write(`${JSON.stringify(value)}\n`);
}
