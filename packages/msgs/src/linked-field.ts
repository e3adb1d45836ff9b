import { DelosError } from "@delos/core";
import type { EnumDescriptor, FieldDescriptor, FieldType, MessageDescriptor } from "./descriptor.ts";

/** @throws {DelosError} `MSG_BAD_DESCRIPTOR` */
export function bad(message: string, details: Readonly<Record<string, unknown>>): never {
  throw new DelosError("MSG_BAD_DESCRIPTOR", message, { details });
}

interface LinkedFieldParts extends Omit<FieldDescriptor, "message" | "enum" | "default"> {
  readonly where: string;
  readonly defaultText: string | undefined;
  readonly defaultBytes: Uint8Array | undefined;
  readonly linked: (() => MessageDescriptor | EnumDescriptor) | undefined;
}

/** A field whose message or enum is looked up at the first question, so that files may refer to each other freely. */
export class LinkedField implements FieldDescriptor {
  declare readonly name: string;
  declare readonly jsonName: string;
  declare readonly number: number;
  declare readonly label: "optional" | "required" | "repeated";
  declare readonly type: FieldType;
  declare readonly hasDefault: boolean;
  declare readonly packed: boolean;
  declare readonly presence: boolean;
  declare readonly oneof?: string;
  declare readonly deprecated: boolean;
  readonly #parts: LinkedFieldParts;
  #type: MessageDescriptor | EnumDescriptor | undefined;
  #default: FieldDescriptor["default"];
  #defaultKnown = false;

  constructor(parts: LinkedFieldParts) {
    const { where: _where, defaultText: _text, defaultBytes: _bytes, linked: _linked, ...own } = parts;
    Object.assign(this, own);
    this.#parts = parts;
  }

  #linked(): MessageDescriptor | EnumDescriptor {
    this.#type ??= this.#parts.linked!();
    if ("values" in this.#type !== (this.type === "enum"))
      bad(`${this.#parts.where}: ${this.#type.name} is not a ${this.type}`, { field: this.#parts.where });
    return this.#type;
  }

  get message(): MessageDescriptor | undefined {
    return this.type === "message" || this.type === "group" ? (this.#linked() as MessageDescriptor) : undefined;
  }

  get enum(): EnumDescriptor | undefined {
    return this.type === "enum" ? (this.#linked() as EnumDescriptor) : undefined;
  }

  get default(): FieldDescriptor["default"] {
    if (!this.#defaultKnown) {
      this.#default = this.label === "repeated" ? undefined : this.#readDefault();
      this.#defaultKnown = true;
    }
    return this.#default;
  }

  #readDefault(): FieldDescriptor["default"] {
    const { defaultText, defaultBytes, where } = this.#parts;
    const wrong = (): never => bad(`${where}: ${defaultText} is no default of a ${this.type}`, { field: where });
    switch (this.type) {
      case "message":
      case "group":
        return undefined;
      case "string":
        return defaultText ?? "";
      case "bytes":
        return defaultBytes === undefined ? new Uint8Array() : unescapeBytes(defaultText!);
      case "bool":
        return defaultText === "true";
      case "enum":
        return defaultText === undefined ? this.enum!.values[0]!.number : (this.enum!.numberOf(defaultText) ?? wrong());
      case "double":
      case "float": {
        if (defaultText === undefined) return 0;
        if (defaultText === "nan") return Number.NaN;
        if (/^-?inf$/.test(defaultText)) return defaultText === "inf" ? Infinity : -Infinity;
        const value = Number(defaultText);
        return Number.isNaN(value) ? wrong() : this.type === "float" ? Math.fround(value) : value;
      }
      case "int64":
      case "uint64":
      case "sint64":
      case "fixed64":
      case "sfixed64":
        if (defaultText === undefined) return 0n;
        return /^-?\d+$/.test(defaultText) ? BigInt(defaultText) : wrong();
      default: {
        const value = Number(defaultText ?? 0);
        return Number.isInteger(value) ? value : wrong();
      }
    }
  }
}

/** `bytes` defaults stand in descriptors C-escaped. */
function unescapeBytes(escaped: string): Uint8Array {
  const out: number[] = [];
  const short: Readonly<Record<string, number>> = {
    n: 10,
    r: 13,
    t: 9,
    '"': 34,
    "'": 39,
    "\\": 92,
    a: 7,
    b: 8,
    f: 12,
    v: 11,
  };
  for (const [part] of escaped.matchAll(/\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3}|\\.|[^\\]/gsu)) {
    if (part.startsWith("\\x")) out.push(Number.parseInt(part.slice(2), 16));
    else if (/^\\[0-7]/.test(part)) out.push(Number.parseInt(part.slice(1), 8) & 0xff);
    else if (part.startsWith("\\")) out.push(short[part[1]!] ?? part.charCodeAt(1));
    else out.push(...new TextEncoder().encode(part));
  }
  return Uint8Array.from(out);
}
