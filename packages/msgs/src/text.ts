import { MalformedError } from "@delos/core";
import { mapFields } from "./compile.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
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
const textName = (field: FieldDescriptor): string =>
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

export function messageFromText(descriptor: MessageDescriptor, text: string): Message {
  const reader = new TextReader(text);
  const message: Message = {};
  reader.message(descriptor, message, undefined, 0);
  reader.locate(0, () => checkRequired(descriptor, message));
  return message;
}

type Token =
  | { readonly kind: "end" | "symbol" | "word" | "number"; readonly text: string; readonly start: number }
  | { readonly kind: "string"; readonly text: string; readonly start: number; readonly bytes: Uint8Array };

const SPACE = /(?:[ \t\r\n\f\v]|#[^\n]*)*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]?/y;
const utf8 = new TextEncoder();

class TextReader {
  readonly #text: string;
  #pos = 0;
  #token: Token;

  constructor(text: string) {
    // A byte order mark at the start is an editor's, not ours.
    this.#text = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
    this.#token = this.#scan();
  }

  /** Runs `read`; an error of a value or a name gets the place in the text where it stands. */
  locate<R>(start: number, read: () => R): R {
    try {
      return read();
    } catch (error) {
      if (error instanceof MalformedError || !(error instanceof Error && "code" in error)) throw error;
      throw this.#error(String(error.code), error.message, start, error);
    }
  }

  message(descriptor: MessageDescriptor, into: Message, close: string | undefined, depth: number): void {
    if (depth > MAX_DEPTH)
      throw this.#error("MSG_TOO_DEEP", `messages nested more than ${MAX_DEPTH} deep`, this.#token.start);
    const oneofs = new Map<string, string>();
    const single = new Set<string>();
    for (;;) {
      const token = this.#token;
      if (token.kind === "end") {
        if (close === undefined) return;
        throw this.#syntax(`"${close}" is missing: ${descriptor.name} is still open`, token);
      }
      if (close !== undefined && this.#accept(close)) return;
      this.#field(descriptor, into, oneofs, single, depth);
      if (!this.#accept(";")) this.#accept(",");
    }
  }

  #field(
    descriptor: MessageDescriptor,
    into: Message,
    oneofs: Map<string, string>,
    single: Set<string>,
    depth: number,
  ): void {
    const name = this.#token;
    if (name.text === "[" && name.kind === "symbol")
      throw this.#error("MSG_TEXT_SYNTAX", "extensions and Any in brackets are not known here", name.start);
    if (name.kind !== "word") throw this.#syntax(`a field of ${descriptor.name} is expected`, name);
    const field = this.locate(name.start, () => textField(descriptor, name.text));
    this.#next();
    const where = `${descriptor.name}.${field.name}`;
    const colon = this.#accept(":");
    if (!colon && field.message === undefined) throw this.#syntax(`":" is expected after ${name.text}`, this.#token);
    if (field.label !== "repeated") {
      this.locate(name.start, () => checkOneof(field, oneofs, where));
      if (single.has(field.name)) throw this.#error("MSG_WRONG_VALUE", `${where} is there twice`, name.start);
      single.add(field.name);
      setOwn(into, field.name, this.#value(field, where, depth));
      return;
    }
    if (!Object.hasOwn(into, field.name)) setOwn(into, field.name, field.message?.mapEntry === true ? new Map() : []);
    const all = into[field.name] as unknown[] | Map<unknown, unknown>;
    const add = (): void => {
      const value = this.#value(field, where, depth);
      if (all instanceof Map) addEntry(field, value as Message, all);
      else all.push(value);
    };
    if (!this.#accept("[")) add();
    else if (!this.#accept("]")) {
      do add();
      while (this.#accept(","));
      this.#expect("]");
    }
  }

  #value(field: FieldDescriptor, where: string, depth: number): unknown {
    if (field.message !== undefined) {
      const open = this.#token;
      const close = this.#accept("{") ? "}" : this.#accept("<") ? ">" : undefined;
      if (close === undefined) throw this.#syntax(`"{" is expected: ${where} is a message`, open);
      const message: Message = {};
      this.message(field.message, message, close, depth + 1);
      return message;
    }
    const { start } = this.#token;
    return this.locate(start, () => checkScalar(field, this.#scalar(field, where), where));
  }

  #scalar(field: FieldDescriptor, where: string): unknown {
    const first = this.#token;
    if (field.type === "string" || field.type === "bytes") return this.#strings(field, where);
    const minus = this.#accept("-");
    const token = this.#token;
    this.#next();
    const wrong = (): MalformedError =>
      this.#error(
        "MSG_WRONG_VALUE",
        `${where} is ${article(field)}, not ${minus ? "-" : ""}${token.text}`,
        first.start,
      );
    if (token.kind !== "word" && token.kind !== "number") throw this.#syntax(`a value for ${where} is expected`, token);
    switch (field.type) {
      case "double":
      case "float": {
        const value = token.kind === "number" ? decimal(token.text) : named(token.text);
        if (value === undefined) throw wrong();
        // 32-bit floats beyond their range become infinite in text format.
        const signed = minus ? -value : value;
        return field.type === "float" ? Math.fround(signed) : signed;
      }
      case "bool": {
        if (minus) throw wrong();
        if (/^(?:true|True|t|1|0x1|01)$/.test(token.text)) return true;
        if (/^(?:false|False|f|0|0x0|00)$/.test(token.text)) return false;
        throw wrong();
      }
      case "enum": {
        if (token.kind === "number") return Number(integer(token.text, minus) ?? fail(wrong()));
        const number = minus ? undefined : field.enum!.numberOf(token.text);
        if (number === undefined)
          throw this.#error(
            "MSG_WRONG_VALUE",
            `${where} is one of ${field.enum!.values.map((value) => value.name).join(", ")}, not ${token.text}`,
            first.start,
          );
        return number;
      }
      default: {
        const value = token.kind === "number" ? integer(token.text, minus) : undefined;
        if (value === undefined) throw wrong();
        return field.type.endsWith("64") ? value : Number(value);
      }
    }
  }

  #strings(field: FieldDescriptor, where: string): string | Uint8Array {
    const start = this.#token;
    const parts: Uint8Array[] = [];
    for (let token = this.#token; token.kind === "string"; token = this.#token) {
      parts.push(token.bytes);
      this.#next();
    }
    if (parts.length === 0) throw this.#syntax(`a quoted string for ${where} is expected`, start);
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let pos = 0;
    for (const part of parts) {
      bytes.set(part, pos);
      pos += part.length;
    }
    if (field.type === "bytes") return bytes;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.#error("MSG_BAD_UTF8", `${where}: the escapes of this string do not make UTF-8`, start.start);
    }
  }

  #accept(symbol: string): boolean {
    if (this.#token.kind !== "symbol" || this.#token.text !== symbol) return false;
    this.#next();
    return true;
  }

  #expect(symbol: string): void {
    const token = this.#token;
    if (!this.#accept(symbol)) throw this.#syntax(`"${symbol}" is expected`, token);
  }

  #next(): void {
    this.#token = this.#scan();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#pos;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#pos += found.length;
    return found;
  }

  #scan(): Token {
    this.#match(SPACE);
    const start = this.#pos;
    const character = this.#text[start];
    if (character === undefined) return { kind: "end", text: "", start };
    if (character === '"' || character === "'") return this.#scanString(character, start);
    const word = this.#match(WORD);
    if (word !== "") return { kind: "word", text: word, start };
    const number = this.#match(NUMBER);
    if (number !== "") {
      if (/[A-Za-z0-9_]/.test(this.#text[this.#pos] ?? ""))
        throw this.#error("MSG_TEXT_SYNTAX", `${number}${this.#text[this.#pos]} is no number`, start);
      return { kind: "number", text: number, start };
    }
    if (!"{}<>[]:;,-".includes(character))
      throw this.#error("MSG_TEXT_SYNTAX", `${JSON.stringify(character)} has no meaning here`, start);
    this.#pos++;
    return { kind: "symbol", text: character, start };
  }

  #scanString(quote: string, start: number): Token {
    const bytes: number[] = [];
    let plain = this.#pos + 1;
    for (let at = plain; ; ) {
      const character = this.#text[at];
      if (character === undefined || character === "\n")
        throw this.#error("MSG_TEXT_SYNTAX", "this string does not end on its line", start);
      if (character !== quote && character !== "\\") {
        at++;
        continue;
      }
      if (at > plain) bytes.push(...utf8.encode(this.#text.slice(plain, at)));
      if (character === quote) {
        this.#pos = at + 1;
        return { kind: "string", text: this.#text.slice(start, at + 1), start, bytes: Uint8Array.from(bytes) };
      }
      at = this.#scanEscape(at, bytes);
      plain = at;
    }
  }

  /** Reads the escape at `at` into `bytes`; returns the position behind it. */
  #scanEscape(at: number, bytes: number[]): number {
    ESCAPE.lastIndex = at;
    const found = ESCAPE.exec(this.#text);
    if (found === null) throw this.#error("MSG_TEXT_SYNTAX", "no such escape", at);
    const [whole, octal, hex, short, long, letter] = found;
    if (octal !== undefined) {
      const value = Number.parseInt(octal, 8);
      if (value > 255) throw this.#error("MSG_TEXT_SYNTAX", `\\${octal} is more than a byte`, at);
      bytes.push(value);
    } else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (short !== undefined || long !== undefined) {
      const code = Number.parseInt((short ?? long)!, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        throw this.#error("MSG_TEXT_SYNTAX", `${whole} is no Unicode character`, at);
      bytes.push(...utf8.encode(String.fromCodePoint(code)));
    } else bytes.push(LETTERS[letter!]!);
    return at + whole.length;
  }

  #syntax(message: string, token: Token): MalformedError {
    const seen = token.kind === "end" ? "the end" : JSON.stringify(token.text.slice(0, 40));
    return this.#error("MSG_TEXT_SYNTAX", `${message}, not ${seen}`, token.start);
  }

  #error(code: string, message: string, offset: number, cause?: unknown): MalformedError {
    const before = this.#text.slice(0, offset);
    const line = before.split("\n").length;
    const column = offset - before.lastIndexOf("\n");
    return new MalformedError(code, `line ${line}, column ${column}: ${message}`, offset, {
      cause,
      details: { line, column },
    });
  }
}

const ESCAPE = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv?"'\\]))/y;
const LETTERS: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "?": 63,
  '"': 34,
  "'": 39,
  "\\": 92,
};

function textField(descriptor: MessageDescriptor, name: string): FieldDescriptor {
  const field = fieldNamed(descriptor, name);
  if (field !== undefined && field.name === name && field.type !== "group") return field;
  const group = descriptor.fields.find((each) => each.type === "group" && textName(each) === name);
  if (group === undefined) throw unknownFieldError(descriptor, name);
  return group;
}

function addEntry(field: FieldDescriptor, entry: Message, into: Map<unknown, unknown>): void {
  const [key, value] = mapFields(field.message!);
  into.set(entry["key"] ?? key.default, entry["value"] ?? (value.message === undefined ? value.default : {}));
}

function article(field: FieldDescriptor): string {
  return field.type === "double" || field.type === "float"
    ? "a number"
    : field.type === "bool"
      ? "true or false"
      : field.type === "enum"
        ? `a value of ${field.enum!.name}`
        : `an integer (${field.type})`;
}

/** A number of a `double` field: decimal, with or without point and exponent, perhaps ending in `f`. */
function decimal(text: string): number | undefined {
  if (/^0[xX]/.test(text)) return Number(text);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return Number(text.replace(/[fF]$/, ""));
}

function named(word: string): number | undefined {
  if (/^inf(?:inity)?f?$/i.test(word)) return Infinity;
  return /^nanf?$/i.test(word) ? Number.NaN : undefined;
}

/** Decimal, `0x` hexadecimal or `0` octal. */
function integer(text: string, minus: boolean): bigint | undefined {
  let value: bigint;
  if (/^0[xX][0-9a-fA-F]+$/.test(text) || /^(?:0|[1-9]\d*)$/.test(text)) value = BigInt(text);
  else if (/^0[0-7]+$/.test(text)) value = BigInt(`0o${text.slice(1)}`);
  else return undefined;
  return minus ? -value : value;
}

function fail(error: Error): never {
  throw error;
}
