import { DelosError, describeError } from "@delos/core";
import type { EnumDescriptor, FieldDescriptor, FieldType, FileDescriptor, MessageDescriptor } from "./descriptor.ts";
import { collect, descriptorSet, fileHeader } from "./descriptor-bytes.ts";
import { bad, LinkedField } from "./linked-field.ts";

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
      for (const field of message.fields) {
        void (field.message ?? field.enum ?? field.default);
        if (field.message?.mapEntry === true && field.label !== "repeated")
          bad(`${message.name}.${field.name} is one entry of a map`, { field: `${message.name}.${field.name}` });
      }
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
    if (message.mapEntry) checkMapEntry(name, fields);
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
const camelCase = (name: string): string => name.replace(/_+([a-zA-Z0-9]?)/g, (_, next: string) => next.toUpperCase());

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

/** The hidden type of a map field: `{key = 1; value = 2;}`, the key an integer, a boolean or a string. */
function checkMapEntry(message: string, fields: readonly FieldDescriptor[]): void {
  const [key, value, ...more] = [...fields].sort((a, b) => a.number - b.number);
  const whole = key?.number === 1 && value?.number === 2 && more.length === 0;
  const single = key?.label === "optional" && value?.label === "optional" && value.type !== "group";
  if (!whole || !single || ["double", "float", "bytes", "enum", "message", "group"].includes(key.type))
    bad(`${message} is no entry of a map`, { message });
}
