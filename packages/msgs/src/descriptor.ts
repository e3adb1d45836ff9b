import { DelosError, describeError } from "@delos/core";
import { checkBytes, cursor, DELIMITED, length, skip, tag, text, uint64, VARINT } from "./wire.ts";

/**
 * What a type is made of, read from `FileDescriptorProto` bytes (google/protobuf/descriptor.proto), as compilers, MCAP
 * files and Cyber records hold them. The bytes stay beside what is read from them, so a schema that is passed on is the
 * one that came, bit by bit.
 */
export interface FileDescriptor {
  /** Path of the source, `modules/common/proto/header.proto`. */
  readonly name: string;
  readonly package: string;
  readonly syntax: "proto2" | "proto3";
  readonly dependencies: readonly string[];
  readonly messages: readonly MessageDescriptor[];
  readonly enums: readonly EnumDescriptor[];
  /** The `FileDescriptorProto` itself. */
  readonly bytes: Uint8Array;
}

export interface MessageDescriptor {
  /** Full name without leading dot: `apollo.canbus.Chassis`. */
  readonly name: string;
  readonly file: FileDescriptor;
  /** In the order of the source. */
  readonly fields: readonly FieldDescriptor[];
  readonly oneofs: readonly string[];
  readonly messages: readonly MessageDescriptor[];
  readonly enums: readonly EnumDescriptor[];
  /** True for the hidden type behind a `map<…>` field. */
  readonly mapEntry: boolean;
  readonly deprecated: boolean;
}

export type ScalarType =
  | "double"
  | "float"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64"
  | "bool"
  | "string"
  | "bytes";

export type FieldType = ScalarType | "enum" | "message" | "group";

export interface FieldDescriptor {
  readonly name: string;
  readonly jsonName: string;
  readonly number: number;
  readonly label: "optional" | "required" | "repeated";
  readonly type: FieldType;
  /** Of messages and groups. */
  readonly message: MessageDescriptor | undefined;
  readonly enum: EnumDescriptor | undefined;
  /** What an absent field means. Undefined for messages; absent repeated fields mean an empty list. */
  readonly default: number | bigint | string | boolean | Uint8Array | undefined;
  /** True when the source says it: `[default = nan]`. */
  readonly hasDefault: boolean;
  /** A repeated field of numbers written as one block of bytes. Both forms are read. */
  readonly packed: boolean;
  /** True when "set to the default" and "not set" differ: all of proto2, and `optional`, messages, oneofs of proto3. */
  readonly presence: boolean;
  /** Name of the oneof it is part of. */
  readonly oneof?: string;
  readonly deprecated: boolean;
}

export interface EnumDescriptor {
  readonly name: string;
  readonly file: FileDescriptor;
  /** In the order of the source; the first is the default. Several names may stand for one number. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
  /** False in proto3, where other numbers are values too. In proto2 they are kept as unknown fields. */
  readonly closed: boolean;
  /** First name of a number. */
  nameOf(number: number): string | undefined;
  numberOf(name: string): number | undefined;
}

const TYPES: readonly (FieldType | undefined)[] = [
  undefined,
  "double",
  "float",
  "int64",
  "uint64",
  "int32",
  "fixed64",
  "fixed32",
  "bool",
  "string",
  "group",
  "message",
  "bytes",
  "uint32",
  "enum",
  "sfixed32",
  "sfixed64",
  "sint32",
  "sint64",
];
const LABELS = [undefined, "optional", "required", "repeated"] as const;

/** A field of a descriptor message as it stands on the wire: a number for varints, bytes for what has a length. */
type RawField = readonly [number: number, value: number | Uint8Array];

function* rawFields(bytes: Uint8Array): Generator<RawField> {
  let pos = 0;
  const end = bytes.length;
  while (pos < end) {
    const fieldTag = tag(bytes, pos, end);
    pos = cursor.pos;
    if ((fieldTag & 7) === VARINT) {
      const value = Number(BigInt.asIntN(64, uint64(bytes, pos, end)));
      pos = cursor.pos;
      yield [fieldTag >>> 3, value];
    } else if ((fieldTag & 7) === DELIMITED) {
      const size = length(bytes, pos, end);
      pos = cursor.pos + size;
      yield [fieldTag >>> 3, bytes.subarray(cursor.pos, pos)];
    } else pos = skip(fieldTag, bytes, pos, end, 0);
  }
}

/** @internal Fields by number, each a list in order of arrival. */
export function collect(bytes: Uint8Array): {
  all(number: number): readonly Uint8Array[];
  texts(number: number): readonly string[];
  text(number: number): string | undefined;
  number(number: number): number | undefined;
} {
  const byNumber = new Map<number, (number | Uint8Array)[]>();
  for (const [number, value] of rawFields(bytes)) {
    const values = byNumber.get(number);
    if (values === undefined) byNumber.set(number, [value]);
    else values.push(value);
  }
  const all = (number: number): readonly Uint8Array[] =>
    (byNumber.get(number) ?? []).filter((value): value is Uint8Array => typeof value !== "number");
  const texts = (number: number): readonly string[] => all(number).map((value) => text(value, 0, value.length, false));
  return {
    all,
    texts,
    text: (number) => texts(number).at(-1),
    number: (number) => {
      const value = byNumber.get(number)?.at(-1);
      return typeof value === "number" ? value : undefined;
    },
  };
}

/** The files of a `FileDescriptorSet`, each as the bytes of its `FileDescriptorProto`. */
export function filesOfSet(set: Uint8Array): Uint8Array[] {
  checkBytes(set);
  return [...rawFields(set)].flatMap(([number, value]) => (number === 1 && typeof value !== "number" ? [value] : []));
}

/** Name and imports of a `FileDescriptorProto`, without reading the rest. */
export function fileHeader(bytes: Uint8Array): { readonly name: string; readonly dependencies: readonly string[] } {
  const file = collect(bytes);
  return { name: file.text(1) ?? "", dependencies: file.texts(3) };
}

function bad(message: string, details: Readonly<Record<string, unknown>>): never {
  throw new DelosError("MSG_BAD_DESCRIPTOR", message, { details });
}

const camelCase = (name: string): string => name.replace(/_+([a-zA-Z0-9]?)/g, (_, next: string) => next.toUpperCase());

/** Files that refer to each other, read when they are needed. */
export class DescriptorPool {
  readonly #sources = new Map<string, () => Uint8Array>();
  readonly #files = new Map<string, FileDescriptor>();
  readonly #messages = new Map<string, MessageDescriptor>();
  readonly #enums = new Map<string, EnumDescriptor>();
  /** File of a full name, for files that are not read yet. */
  readonly #homes = new Map<string, string>();

  /** `names`: full names of the messages and enums in it, so that a look-up reads this file only. */
  addLazy(file: string, source: () => Uint8Array, names: readonly string[]): void {
    this.#sources.set(file, source);
    for (const name of names) this.#homes.set(name, file);
  }

  /** The same file twice is fine, two different ones of one name are not. */
  add(bytes: Uint8Array): FileDescriptor {
    const { name } = fileHeader(bytes);
    if (name === "") bad("descriptor of a file without a name", {});
    const known = this.#files.get(name);
    if (known !== undefined) {
      if (!sameBytes(known.bytes, bytes)) bad(`two different files are called ${name}`, { file: name });
      return known;
    }
    const file = this.#read(bytes);
    this.#files.set(name, file);
    return file;
  }

  get fileNames(): readonly string[] {
    return [...new Set([...this.#sources.keys(), ...this.#files.keys()])];
  }

  file(name: string): FileDescriptor | undefined {
    const source = this.#sources.get(name);
    if (source !== undefined && !this.#files.has(name)) this.add(source());
    return this.#files.get(name);
  }

  message(name: string): MessageDescriptor | undefined {
    this.#load(name);
    return this.#messages.get(name);
  }

  enum(name: string): EnumDescriptor | undefined {
    this.#load(name);
    return this.#enums.get(name);
  }

  /** Full names of all messages, map entries left out. Reads every file. */
  messageNames(): string[] {
    for (const name of this.#sources.keys()) this.file(name);
    return [...this.#messages.values()].filter((message) => !message.mapEntry).map((message) => message.name);
  }

  /**
   * A `FileDescriptorSet` with `file` and everything it imports, dependencies first, as C++ and Python readers need it.
   */
  setOf(file: FileDescriptor): Uint8Array {
    const ordered: FileDescriptor[] = [];
    const seen = new Set<string>();
    const visit = (next: FileDescriptor): void => {
      if (seen.has(next.name)) return;
      seen.add(next.name);
      for (const dependency of next.dependencies) {
        const imported = this.file(dependency);
        if (imported !== undefined) visit(imported);
      }
      ordered.push(next);
    };
    visit(file);
    return descriptorSet(ordered.map((each) => each.bytes));
  }

  /** Reads and links everything now. @throws {DelosError} `MSG_BAD_DESCRIPTOR` naming what is missing */
  check(): void {
    for (const name of this.fileNames) {
      const file = this.file(name)!;
      for (const dependency of file.dependencies)
        if (this.file(dependency) === undefined)
          bad(`${name} imports ${dependency}, which is not there`, { file: name, import: dependency });
    }
    for (const message of this.#messages.values())
      for (const field of message.fields) void (field.message ?? field.enum ?? field.default);
  }

  #load(name: string): void {
    const home = this.#homes.get(name);
    if (home !== undefined) this.file(home);
  }

  #read(bytes: Uint8Array): FileDescriptor {
    let raw: ReturnType<typeof collect>;
    try {
      raw = collect(bytes);
    } catch (cause) {
      throw new DelosError("MSG_BAD_DESCRIPTOR", `not a descriptor of a file: ${describeError(cause)}`, { cause });
    }
    const syntax = raw.text(12) ?? "proto2";
    const name = raw.text(1) ?? "";
    if (syntax !== "proto2" && syntax !== "proto3")
      bad(`${name} is written in ${syntax}; proto2 and proto3 are known`, { file: name, syntax });
    const file: { -readonly [K in keyof FileDescriptor]: FileDescriptor[K] } = {
      name,
      package: raw.text(2) ?? "",
      syntax,
      dependencies: raw.texts(3),
      messages: [],
      enums: [],
      bytes,
    };
    const scope = file.package === "" ? "" : `${file.package}.`;
    file.messages = raw.all(4).map((message) => this.#readMessage(file, scope, message, 0));
    file.enums = raw.all(5).map((each) => this.#readEnum(file, scope, each));
    return file;
  }

  #readMessage(file: FileDescriptor, scope: string, bytes: Uint8Array, depth: number): MessageDescriptor {
    if (depth > 64) bad(`${file.name}: messages nested too deep`, { file: file.name });
    const raw = collect(bytes);
    const name = scope + (raw.text(1) ?? bad(`${file.name}: a message without a name`, { file: file.name }));
    this.#define(name, file);
    const options = raw.all(7).at(-1);
    const flags = options === undefined ? undefined : collect(options);
    const oneofs = raw.all(8).map((oneof) => collect(oneof).text(1) ?? "");
    const message: { -readonly [K in keyof MessageDescriptor]: MessageDescriptor[K] } = {
      name,
      file,
      fields: [],
      oneofs: [],
      messages: [],
      enums: [],
      mapEntry: flags?.number(7) === 1,
      deprecated: flags?.number(3) === 1,
    };
    message.messages = raw.all(3).map((nested) => this.#readMessage(file, `${name}.`, nested, depth + 1));
    message.enums = raw.all(4).map((each) => this.#readEnum(file, `${name}.`, each));
    const fields = raw.all(2).map((field) => this.#readField(message, oneofs, field));
    checkFields(name, fields);
    message.fields = fields;
    const used = new Set(fields.map((field) => field.oneof));
    message.oneofs = oneofs.filter((oneof) => used.has(oneof));
    this.#messages.set(name, message);
    return message;
  }

  #readField(owner: MessageDescriptor, oneofs: readonly string[], bytes: Uint8Array): FieldDescriptor {
    const raw = collect(bytes);
    const name = raw.text(1) ?? bad(`${owner.name}: a field without a name`, { message: owner.name });
    const where = `${owner.name}.${name}`;
    const number = raw.number(3) ?? 0;
    if (number < 1 || number > 0x1fffffff)
      bad(`${where}: no field can have number ${number}`, { field: where, number });
    const label = LABELS[raw.number(4) ?? 1];
    if (label === undefined) bad(`${where}: label ${raw.number(4)} does not exist`, { field: where });
    const typeName = raw.text(6);
    const linked = typeName === undefined ? undefined : () => this.#resolve(where, owner.name, typeName);
    // A compiler leaves the kind out when it does not know yet what the name stands for.
    const code = raw.number(5);
    const type = code === undefined ? linked && ("values" in linked() ? "enum" : "message") : TYPES[code];
    if (type === undefined) bad(`${where}: type ${code} does not exist`, { field: where });
    if ((type === "message" || type === "group" || type === "enum") && linked === undefined)
      bad(`${where}: ${type} without the name of its type`, { field: where });
    const options = raw.all(8).at(-1);
    const flags = options === undefined ? undefined : collect(options);
    const proto3 = owner.file.syntax === "proto3";
    const oneofIndex = raw.number(9);
    const oneof = oneofIndex === undefined || raw.number(17) === 1 ? undefined : oneofs[oneofIndex];
    if (oneofIndex !== undefined && oneofs[oneofIndex] === undefined)
      bad(`${where}: oneof ${oneofIndex} does not exist`, { field: where });
    const packable = type !== "string" && type !== "bytes" && type !== "message" && type !== "group";
    const packed = label === "repeated" && packable && (flags?.number(2) ?? (proto3 ? 1 : 0)) === 1;
    const defaultText = raw.text(7);
    const defaultBytes = raw.all(7).at(-1);
    return new LinkedField({
      name,
      number,
      label,
      type,
      packed,
      jsonName: raw.text(10) ?? camelCase(name),
      hasDefault: defaultText !== undefined,
      presence: label !== "repeated" && (!proto3 || oneofIndex !== undefined || type === "message"),
      deprecated: flags?.number(3) === 1,
      ...(oneof === undefined ? {} : { oneof }),
      where,
      defaultText,
      defaultBytes,
      linked,
    });
  }

  #readEnum(file: FileDescriptor, scope: string, bytes: Uint8Array): EnumDescriptor {
    const raw = collect(bytes);
    const name = scope + (raw.text(1) ?? bad(`${file.name}: an enum without a name`, { file: file.name }));
    this.#define(name, file);
    const values = raw.all(2).map((value) => {
      const each = collect(value);
      return { name: each.text(1) ?? "", number: (each.number(2) ?? 0) | 0 };
    });
    if (values.length === 0) bad(`enum ${name} has no value`, { enum: name });
    const byName = new Map(values.map((value) => [value.name, value.number]));
    const byNumber = new Map([...values].reverse().map((value) => [value.number, value.name]));
    const descriptor: EnumDescriptor = {
      name,
      file,
      values,
      closed: file.syntax === "proto2",
      nameOf: (number) => byNumber.get(number),
      numberOf: (value) => byName.get(value),
    };
    this.#enums.set(name, descriptor);
    return descriptor;
  }

  #define(name: string, file: FileDescriptor): void {
    if (this.#messages.has(name) || this.#enums.has(name))
      bad(`${name} is defined twice, the second time in ${file.name}`, { type: name, file: file.name });
  }

  /** Compilers write full names with a leading dot; a name without one is looked up from the inside out. */
  #resolve(where: string, scope: string, typeName: string): MessageDescriptor | EnumDescriptor {
    const candidates = [typeName.replace(/^\./, "")];
    if (!typeName.startsWith(".")) {
      const parts = scope.split(".");
      candidates.unshift(...parts.map((_, i) => [...parts.slice(0, parts.length - i), typeName].join(".")));
    }
    for (const candidate of candidates) {
      const found = this.message(candidate) ?? this.enum(candidate);
      if (found !== undefined) return found;
    }
    return bad(`${where} is a ${typeName}, which is defined nowhere`, { field: where, type: typeName });
  }
}

/** Bytes of a `FileDescriptorSet` of these files. */
export function descriptorSet(files: readonly Uint8Array[]): Uint8Array {
  const heads = files.map((file) => {
    const head = [0x0a];
    for (let rest = file.length; ; rest >>>= 7) {
      head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) return head;
    }
  });
  const set = new Uint8Array(files.reduce((sum, file, i) => sum + heads[i]!.length + file.length, 0));
  let pos = 0;
  for (const [i, file] of files.entries()) {
    set.set(heads[i]!, pos);
    set.set(file, (pos += heads[i]!.length));
    pos += file.length;
  }
  return set;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function checkFields(message: string, fields: readonly FieldDescriptor[]): void {
  const numbers = new Set<number>();
  const names = new Set<string>();
  for (const field of fields) {
    if (numbers.has(field.number)) bad(`${message}: two fields have number ${field.number}`, { message });
    if (names.has(field.name)) bad(`${message}: two fields are called ${field.name}`, { message });
    numbers.add(field.number);
    names.add(field.name);
  }
}

interface LinkedFieldParts extends Omit<FieldDescriptor, "message" | "enum" | "default"> {
  readonly where: string;
  readonly defaultText: string | undefined;
  readonly defaultBytes: Uint8Array | undefined;
  readonly linked: (() => MessageDescriptor | EnumDescriptor) | undefined;
}

/** A field whose message or enum is looked up at the first question, so that files may refer to each other freely. */
class LinkedField implements FieldDescriptor {
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
