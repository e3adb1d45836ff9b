import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import { ownValue } from "./values.ts";

/**
 * Protobuf text format, as in Apollo's `.pb.txt` files. https://protobuf.dev/reference/protobuf/textformat-spec/
 *
 *   message := (name [":"] value [";" | ","])*
 *   value   := scalar | "{" message "}" | "<" message ">" | "[" [value ("," value)*] "]"
 *   scalar  := number | name of an enum value | true | false | inf | nan | string+
 */
export function messageToText(descriptor: MessageDescriptor, message: object): string {
  const lines: string[] = [];
  print(descriptor, message, "", lines);
  return lines.join("");
}

function print(descriptor: MessageDescriptor, message: object, indent: string, lines: string[]): void {
  const ascending = [...descriptor.fields].sort((a, b) => a.number - b.number);
  for (const field of ascending) {
    const value = ownValue(message, field.name);
    if (value === undefined || value === null) continue;
    if (field.message?.mapEntry === true) {
      for (const [key, each] of value as Map<unknown, unknown>)
        printElement(field, { key, value: each }, indent, lines);
    } else if (field.label === "repeated") {
      for (const each of Array.from(value as ArrayLike<unknown>)) printElement(field, each, indent, lines);
    } else printElement(field, value, indent, lines);
  }
}

function printElement(field: FieldDescriptor, value: unknown, indent: string, lines: string[]): void {
  if (field.message === undefined) {
    lines.push(`${indent}${field.name}: ${printScalar(field, value)}\n`);
    return;
  }
  lines.push(`${indent}${textName(field)} {\n`);
  print(field.message, value as object, `${indent}  `, lines);
  lines.push(`${indent}}\n`);
}

/** A group goes by the name of its type. */
export const textName = (field: FieldDescriptor): string =>
  field.type === "group" ? field.message!.name.slice(field.message!.name.lastIndexOf(".") + 1) : field.name;

function printScalar(field: FieldDescriptor, value: unknown): string {
  switch (field.type) {
    case "string":
      return quoteString(value as string);
    case "bytes":
      return quoteBytes(value as Uint8Array);
    case "enum":
      return field.enum!.nameOf(value as number) ?? String(value);
    case "float":
      return printNumber(value as number, shortestFloat(value as number));
    case "double":
      return printNumber(value as number, String(value));
    default:
      return String(value);
  }
}

function printNumber(value: number, finite: string): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : finite;
}

/** The fewest digits that read back as the same 32-bit float. */
function shortestFloat(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "'": "\\'",
  "\\": "\\\\",
};

function quoteString(value: string): string {
  const escaped = value.replace(
    /[^\P{Cc}\u0080-\u009f]|["'\\]/gu,
    (character) => ESCAPES[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}

function quoteBytes(value: Uint8Array): string {
  let out = '"';
  for (const byte of value) {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) out += ESCAPES[character] ?? `\\${byte.toString(8).padStart(3, "0")}`;
    else out += ESCAPES[character] ?? character;
  }
  return `${out}"`;
}
