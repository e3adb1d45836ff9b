import type { MalformedError } from "@delos/core";
import { mapFields } from "./code.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import { concat, TextScanner } from "./text-scanner.ts";
import { textName } from "./text-writer.ts";
import {
  checkOneof,
  checkRequired,
  checkScalar,
  fieldNamed,
  type Message,
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
export function messageFromText(descriptor: MessageDescriptor, text: string): Message {
  const reader = new TextReader(text);
  const message: Message = {};
  reader.message(descriptor, message, undefined, 0);
  reader.checkRequired(descriptor, message);
  return message;
}

class TextReader {
  readonly #scanner: TextScanner;

  constructor(text: string) {
    this.#scanner = new TextScanner(text);
  }

  checkRequired(descriptor: MessageDescriptor, message: Message): void {
    this.#scanner.locate(0, () => checkRequired(descriptor, message));
  }

  message(descriptor: MessageDescriptor, into: Message, close: string | undefined, depth: number): void {
    if (depth > MAX_DEPTH)
      throw this.#scanner.error(
        "MSG_TOO_DEEP",
        `messages nested more than ${MAX_DEPTH} deep`,
        this.#scanner.token.start,
      );
    const oneofs = new Map<string, string>();
    const single = new Set<string>();
    for (;;) {
      const token = this.#scanner.token;
      if (token.kind === "end") {
        if (close === undefined) return;
        throw this.#scanner.syntax(`"${close}" is missing: ${descriptor.name} is still open`, token);
      }
      if (close !== undefined && this.#scanner.accept(close)) return;
      this.#field(descriptor, into, oneofs, single, depth);
      if (!this.#scanner.accept(";")) this.#scanner.accept(",");
    }
  }

  #field(
    descriptor: MessageDescriptor,
    into: Message,
    oneofs: Map<string, string>,
    single: Set<string>,
    depth: number,
  ): void {
    const name = this.#scanner.token;
    if (name.text === "[" && name.kind === "symbol")
      throw this.#scanner.error("MSG_TEXT_SYNTAX", "extensions and Any in brackets are not known here", name.start);
    if (name.kind !== "word") throw this.#scanner.syntax(`a field of ${descriptor.name} is expected`, name);
    const field = this.#scanner.locate(name.start, () => textField(descriptor, name.text));
    this.#scanner.next();
    const where = `${descriptor.name}.${field.name}`;
    const colon = this.#scanner.accept(":");
    if (!colon && field.message === undefined)
      throw this.#scanner.syntax(`":" is expected after ${name.text}`, this.#scanner.token);
    if (field.label !== "repeated") {
      this.#scanner.locate(name.start, () => checkOneof(field, oneofs, where));
      if (single.has(field.name)) throw this.#scanner.error("MSG_WRONG_VALUE", `${where} is there twice`, name.start);
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
    if (!this.#scanner.accept("[")) add();
    else if (!this.#scanner.accept("]")) {
      do add();
      while (this.#scanner.accept(","));
      this.#scanner.expect("]");
    }
  }

  #value(field: FieldDescriptor, where: string, depth: number): unknown {
    if (field.message !== undefined) {
      const open = this.#scanner.token;
      const close = this.#scanner.accept("{") ? "}" : this.#scanner.accept("<") ? ">" : undefined;
      if (close === undefined) throw this.#scanner.syntax(`"{" is expected: ${where} is a message`, open);
      const message: Message = {};
      this.message(field.message, message, close, depth + 1);
      return message;
    }
    const { start } = this.#scanner.token;
    return this.#scanner.locate(start, () => checkScalar(field, this.#scalar(field, where), where));
  }

  #scalar(field: FieldDescriptor, where: string): unknown {
    const first = this.#scanner.token;
    if (field.type === "string" || field.type === "bytes") return this.#strings(field, where);
    const minus = this.#scanner.accept("-");
    const token = this.#scanner.token;
    this.#scanner.next();
    const wrong = (): MalformedError =>
      this.#scanner.error(
        "MSG_WRONG_VALUE",
        `${where} is ${article(field)}, not ${minus ? "-" : ""}${token.text}`,
        first.start,
      );
    if (token.kind !== "word" && token.kind !== "number")
      throw this.#scanner.syntax(`a value for ${where} is expected`, token);
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
          throw this.#scanner.error(
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
    const start = this.#scanner.token;
    const parts: Uint8Array[] = [];
    for (let token = this.#scanner.token; token.kind === "string"; token = this.#scanner.token) {
      parts.push(token.bytes);
      this.#scanner.next();
    }
    if (parts.length === 0) throw this.#scanner.syntax(`a quoted string for ${where} is expected`, start);
    const bytes = concat(parts);
    if (field.type === "bytes") return bytes;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.#scanner.error("MSG_BAD_UTF8", `${where}: the escapes of this string do not make UTF-8`, start.start);
    }
  }
}

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
