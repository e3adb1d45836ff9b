import { MalformedError } from "@delos/core";
import type { DefaultValue } from "./type-tree.ts";

/** Which ROS the text comes from: they differ in built-in types, bounds, defaults and comments. */
export type RosDialect = "ros1" | "ros2";

/** What follows a type: `[]`, `[3]`, `[<=3]`. */
export type ArrayText = { readonly length: number } | { readonly bound: number | undefined };

export interface RosFieldText {
  /** As written, without array and bound: `float64`, `Header`, `geometry_msgs/Point`. */
  readonly type: string;
  readonly stringBound: number | undefined;
  readonly array: ArrayText | undefined;
  readonly name: string;
  readonly defaultText: string | undefined;
}

export interface RosConstantText {
  readonly type: string;
  readonly name: string;
  readonly text: string;
}

/** One message as its text says it, names unresolved. */
export interface RosMessageText {
  /** `pkg/Type`, without `msg` between. */
  readonly name: string;
  readonly fields: readonly RosFieldText[];
  readonly constants: readonly RosConstantText[];
}

const TYPE = /^([A-Za-z][\w/]*)(?:<=(\d+))?(?:\[(<=)?(\d*)\])?$/;
const SEPARATOR = /^={40,}\s*$/;

/** `pkg/msg/Type` and `pkg/Type` name the same type: the latter. */
export function shortRosName(name: string): string {
  const parts = name.split("/");
  return parts.length > 2 ? `${parts[0]}/${parts.at(-1)}` : name;
}

/**
 * Splits a definition as recordings carry it: the type's own text, then one part a dependency, each after a line of 80 `=`
 * and a line `MSG: pkg/Type`.
 * @throws {MalformedError} `WIRE_SCHEMA` with the offset of the character that cannot be understood
 */
export function parseRosText(text: string, rootName: string, dialect: RosDialect): RosMessageText[] {
  const messages: RosMessageText[] = [];
  let name = shortRosName(rootName);
  let [fields, constants]: [RosFieldText[], RosConstantText[]] = [[], []];
  let nameExpected = false;
  let offset = 0;
  const flush = (): void => void messages.push({ name, fields, constants });
  for (const whole of text.split("\n")) {
    const line = whole.endsWith("\r") ? whole.slice(0, -1) : whole;
    if (SEPARATOR.test(line)) {
      flush();
      [fields, constants, nameExpected] = [[], [], true];
    } else if (nameExpected && line.trim() !== "") {
      const header = /^MSG:\s*(\S+)\s*$/.exec(line);
      if (header === null) throw new MalformedError("WIRE_SCHEMA", `"MSG: pkg/Type" expected, not "${line}"`, offset);
      [name, nameExpected] = [shortRosName(header[1]!), false];
    } else {
      const member = parseLine(line, offset, dialect);
      if (member !== undefined && "text" in member) constants.push(member);
      else if (member !== undefined) fields.push(member);
    }
    offset += whole.length + 1;
  }
  if (!nameExpected) flush();
  return messages;
}

function parseLine(line: string, offset: number, dialect: RosDialect): RosFieldText | RosConstantText | undefined {
  const clean = stripComment(line, dialect).trim();
  if (clean === "") return undefined;
  const match = /^(\S+)\s+([A-Za-z]\w*)\s*(.*)$/s.exec(clean);
  const type = match === null ? null : TYPE.exec(match[1]!);
  if (match === null || type === null) throw new MalformedError("WIRE_SCHEMA", `no field: "${clean}"`, offset);
  const [, , name, rest] = match;
  const [, base, stringBound, bounded, size] = type;
  if (rest!.startsWith("=")) {
    // ROS 1: a string constant is everything after the "=", '#' included.
    const raw = dialect === "ros1" && base === "string" ? line.slice(line.indexOf("=") + 1) : rest!.slice(1);
    return { type: base!, name: name!, text: raw.trim() };
  }
  if (rest !== "" && dialect === "ros1") throw new MalformedError("WIRE_SCHEMA", `no field: "${clean}"`, offset);
  if (stringBound !== undefined && !/^w?string$/.test(base!)) {
    throw new MalformedError("WIRE_SCHEMA", `only strings have bounds: "${clean}"`, offset);
  }
  if (bounded !== undefined && size === "") throw new MalformedError("WIRE_SCHEMA", `no bound: "${clean}"`, offset);
  return {
    type: base!,
    stringBound: stringBound === undefined ? undefined : Number(stringBound),
    array: arrayText(bounded !== undefined, size),
    name: name!,
    defaultText: rest === "" ? undefined : rest,
  };
}

function arrayText(bounded: boolean, size: string | undefined): ArrayText | undefined {
  if (size === undefined) return undefined;
  if (size === "") return { bound: undefined };
  return bounded ? { bound: Number(size) } : { length: Number(size) };
}

/** ROS 2 allows '#' inside quoted defaults. */
function stripComment(line: string, dialect: RosDialect): string {
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote !== "") {
      if (char === "\\") i++;
      else if (char === quote) quote = "";
    } else if (char === "#") return line.slice(0, i);
    else if (dialect === "ros2" && (char === '"' || char === "'")) quote = char;
  }
  return quote === "" ? line : line.split("#")[0]!;
}

/** The value of a constant or default of the (normalised) built-in type `type`. */
export function parseRosValue(type: string, text: string): number | bigint | boolean | string | undefined {
  if (type === "string" || type === "wstring") return unquote(text);
  if (type === "bool") {
    const lower = text.toLowerCase();
    return lower === "true" || lower === "1" ? true : lower === "false" || lower === "0" ? false : undefined;
  }
  if (type.startsWith("float")) {
    const value = Number(text);
    return text !== "" && (Number.isFinite(value) || /^[+-]?(inf|nan)/i.test(text)) ? value : undefined;
  }
  if (!/^[+-]?(0x[\da-f]+|0b[01]+|0o[0-7]+|\d+)$/i.test(text)) return undefined;
  const magnitude = BigInt(text.replace(/^[+-]/, ""));
  const value = text.startsWith("-") ? -magnitude : magnitude;
  return /^u?int64$/.test(type) ? value : Number(value);
}

/** `[1, 2]`, `["a, b"]`: the default of an array. */
export function parseRosValues(type: string, text: string): DefaultValue[] | undefined {
  if (!text.startsWith("[") || !text.endsWith("]")) return undefined;
  const items = text
    .slice(1, -1)
    .match(/\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^,]+)\s*(?:,|$)/g)
    ?.map((item) => item.trim().replace(/,$/, "").trim())
    .filter((item) => item !== "");
  const values = (items ?? []).map((item) => parseRosValue(type, item));
  return values.includes(undefined) ? undefined : (values as DefaultValue[]);
}

function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return text;
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}
