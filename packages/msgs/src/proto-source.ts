import { DelosError, describeError } from "@delos/core";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";

/**
 * `.proto` sources to `FileDescriptorProto` bytes, as protoc makes them: protobufjs parses, what its own descriptor export
 * loses (files, proto2 defaults, order) is taken from the parsed tree here.
 */

/** A parsed source: its declarations in protobufjs' form, and what that form leaves out. */
export interface ParsedProto {
  readonly name: string;
  readonly package: string;
  readonly syntax: "proto2" | "proto3";
  readonly imports: readonly string[];
  /** Indices into `imports`. */
  readonly publicImports: readonly number[];
  readonly content: protobuf.NamespaceBase;
}

export function parseProto(name: string, source: string): ParsedProto {
  let parsed: protobuf.IParserResult;
  let heads: ReturnType<typeof readHeads>;
  try {
    parsed = protobuf.parse(source, new protobuf.Root(), { keepCase: true });
    heads = readHeads(source);
  } catch (cause) {
    throw new DelosError("MSG_PROTO_SYNTAX", `${name}: ${describeError(cause)}`, { cause, details: { file: name } });
  }
  const pack = parsed.package ?? "";
  const content = pack === "" ? parsed.root : (parsed.root.lookup(pack) as protobuf.NamespaceBase);
  return { name, package: pack, content, ...heads };
}

/** Syntax and imports, from the tokens: the parser does not tell public imports from others. */
function readHeads(source: string): Pick<ParsedProto, "syntax" | "imports" | "publicImports"> {
  const tokens = protobuf.tokenize(source, false);
  let syntax = "proto2";
  const imports: string[] = [];
  const publicImports: number[] = [];
  const quoted = (): string => {
    const quote = tokens.next();
    if (quote !== '"' && quote !== "'") throw new Error(`illegal token '${quote}' (line ${tokens.line})`);
    const value = tokens.next() ?? "";
    tokens.next();
    return value;
  };
  let depth = 0;
  for (let token = tokens.next(); token !== null; token = tokens.next()) {
    // The parser leaves this name out without a word.
    if (token === "__proto__") throw new Error(`illegal name '__proto__' (line ${tokens.line})`);
    if (token === "{") depth++;
    else if (token === "}") depth--;
    else if (depth > 0) continue;
    else if (token === "edition" && tokens.peek() === "=")
      throw new Error("editions are not known, proto2 and proto3 are");
    else if (token === "syntax" && tokens.peek() === "=") {
      tokens.next();
      syntax = quoted();
    } else if (token === "import") {
      const next = tokens.peek();
      if (next === "public" || next === "weak") tokens.next();
      if (next === "public") publicImports.push(imports.length);
      imports.push(quoted());
    }
  }
  if (syntax !== "proto2" && syntax !== "proto3") throw new Error(`syntax "${syntax}" is not known`);
  return { syntax, imports, publicImports };
}

/**
 * Compiles `names` and all they import, dependencies first. `source` gives the text of a path, undefined when there is none.
 * @throws {DelosError} `MSG_PROTO_SYNTAX`, `MSG_PROTO_IMPORT`, `MSG_BAD_DESCRIPTOR`
 */
export function compileProto(names: readonly string[], source: (name: string) => string | undefined): Uint8Array[] {
  const files = new Map<string, ParsedProto>();
  const ordered: ParsedProto[] = [];
  const visit = (name: string, from: readonly string[]): void => {
    if (from.includes(name))
      throw new DelosError("MSG_PROTO_IMPORT", `${[...from, name].join(" imports ")}: a circle`, {
        details: { file: name },
      });
    if (files.has(name)) return;
    const text = source(name) ?? wellKnown(name);
    if (text === undefined)
      throw new DelosError(
        "MSG_PROTO_IMPORT",
        from.length === 0 ? `no file ${name}` : `${from.at(-1)} imports ${name}, which is not there`,
        { details: { file: name, importedBy: from.at(-1) ?? "" } },
      );
    const parsed = parseProto(name, text);
    files.set(name, parsed);
    for (const dependency of parsed.imports) visit(dependency, [...from, name]);
    ordered.push(parsed);
  };
  for (const name of names) visit(name, []);
  const symbols = new Map<string, "message" | "enum" | "package">();
  for (const file of ordered) defineSymbols(file, symbols);
  return ordered.map((file) => new FileCompiler(file, symbols).compile());
}

/** Google's own files, which every compiler brings along. */
function wellKnown(name: string): string | undefined {
  return WELL_KNOWN[name];
}

const WELL_KNOWN: Readonly<Record<string, string>> = {
  "google/protobuf/any.proto":
    'syntax = "proto3"; package google.protobuf; message Any { string type_url = 1; bytes value = 2; }',
  "google/protobuf/duration.proto":
    'syntax = "proto3"; package google.protobuf; message Duration { int64 seconds = 1; int32 nanos = 2; }',
  "google/protobuf/timestamp.proto":
    'syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }',
  "google/protobuf/empty.proto": 'syntax = "proto3"; package google.protobuf; message Empty {}',
};

type Symbols = Map<string, "message" | "enum" | "package">;

const join = (scope: string, name: string): string => (scope === "" ? name : `${scope}.${name}`);

function defineSymbols(file: ParsedProto, symbols: Symbols): void {
  const parts = file.package.split(".");
  for (let i = 1; i <= parts.length; i++) symbols.set(parts.slice(0, i).join("."), "package");
  const define = (scope: string, content: protobuf.NamespaceBase): void => {
    for (const each of content.nestedArray) {
      const name = join(scope, each.name);
      if (each instanceof protobuf.Enum) symbols.set(name, "enum");
      else if (each instanceof protobuf.Type) {
        symbols.set(name, "message");
        define(name, each);
      }
    }
  };
  define(file.package, file.content);
}

const TYPE_CODES: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};
/** Options of a file that descriptors carry; custom options, in parentheses, are left out. */
const FILE_OPTIONS: ReadonlySet<string> = new Set([
  "java_package",
  "java_outer_classname",
  "java_multiple_files",
  "java_string_check_utf8",
  "optimize_for",
  "go_package",
  "cc_generic_services",
  "java_generic_services",
  "py_generic_services",
  "deprecated",
  "cc_enable_arenas",
  "objc_class_prefix",
  "csharp_namespace",
  "swift_prefix",
  "php_class_prefix",
  "php_namespace",
  "ruby_package",
]);
const LABEL_CODES = { optional: 1, required: 2, repeated: 3 } as const;

type Plain = { [key: string]: unknown };

class FileCompiler {
  readonly #file: ParsedProto;
  readonly #symbols: Symbols;

  constructor(file: ParsedProto, symbols: Symbols) {
    this.#file = file;
    this.#symbols = symbols;
  }

  compile(): Uint8Array {
    const { name, package: pack, syntax, imports, publicImports, content } = this.#file;
    const file: Plain = {
      name,
      dependency: imports,
      publicDependency: publicImports,
      messageType: typesOf(content).map((type) => this.#message(type, join(pack, type.name))),
      enumType: enumsOf(content).map((each) => this.#enum(each)),
      extension: extensionsOf(content).map((field) => this.#field(field, pack, new Map())),
    };
    const options = Object.entries(content.options ?? {}).filter(([option]) => FILE_OPTIONS.has(option));
    if (options.length > 0)
      file["options"] = Object.fromEntries(options.map(([option, value]) => [jsonName(option), value]));
    if (pack !== "") file["package"] = pack;
    if (syntax !== "proto2") file["syntax"] = syntax;
    const message = descriptor.FileDescriptorProto!;
    return message.encode(message.fromObject(file)).finish();
  }

  #message(type: protobuf.Type, name: string): Plain {
    const oneofs = new Map<string, number>();
    const real = type.oneofsArray.filter((oneof) => !isSynthetic(oneof));
    for (const oneof of [...real, ...type.oneofsArray.filter(isSynthetic)]) oneofs.set(oneof.name, oneofs.size);
    const fields = type.fieldsArray.filter((field) => field.extend === undefined);
    const options: Plain = {};
    if (type.options?.["deprecated"] !== undefined) options["deprecated"] = type.options["deprecated"];
    const message: Plain = {
      name: type.name,
      field: fields.map((field) => this.#field(field, name, oneofs)),
      // protoc puts the hidden types of map fields where the field stands: before types that follow it. Few depend on it.
      nestedType: [
        ...typesOf(type).map((nested) => this.#message(nested, join(name, nested.name))),
        ...fields.filter((field) => field instanceof protobuf.MapField).map((field) => this.#mapEntry(field, name)),
      ],
      enumType: enumsOf(type).map((each) => this.#enum(each)),
      extension: extensionsOf(type).map((field) => this.#field(field, name, new Map())),
      oneofDecl: [...oneofs.keys()].map((oneof) => ({ name: oneof })),
      extensionRange: (type.extensions ?? []).map((range) => ({
        start: (range as number[])[0],
        end: (range as number[])[1]! + 1,
      })),
      reservedRange: ranges(type.reserved).map(([start, end]) => ({ start, end: end + 1 })),
      reservedName: (type.reserved ?? []).filter((each) => typeof each === "string"),
    };
    if (Object.keys(options).length > 0) message["options"] = options;
    return message;
  }

  #field(field: protobuf.Field, scope: string, oneofs: ReadonlyMap<string, number>): Plain {
    const where = join(scope, field.name);
    const options = field.options ?? {};
    const map = field instanceof protobuf.MapField;
    const plain: Plain = {
      name: field.name,
      number: field.id,
      label: map ? LABEL_CODES.repeated : LABEL_CODES[(field.rule ?? "optional") as keyof typeof LABEL_CODES],
      jsonName: (options["json_name"] as string | undefined) ?? jsonName(field.name),
    };
    const scalar = map || field.type === "group" || field.type === "message" ? undefined : TYPE_CODES[field.type];
    if (map) {
      plain["type"] = TYPE_CODES["message"];
      plain["typeName"] = `.${join(scope, entryName(field.name))}`;
    } else if (scalar !== undefined) plain["type"] = scalar;
    else {
      const [kind, full] = this.#resolve(field.type, scope, where);
      const nested = field.parent instanceof protobuf.Type ? field.parent.nested?.[field.type] : undefined;
      const group = nested instanceof protobuf.Type && (nested as { group?: boolean }).group === true;
      plain["type"] = TYPE_CODES[group ? "group" : kind];
      plain["typeName"] = `.${full}`;
    }
    if (field.extend !== undefined) plain["extendee"] = `.${this.#resolve(field.extend, scope, where)[1]}`;
    const oneof = field.partOf === null ? undefined : oneofs.get(field.partOf.name);
    if (oneof !== undefined) plain["oneofIndex"] = oneof;
    if (options["proto3_optional"] === true) plain["proto3Optional"] = true;
    if (Object.hasOwn(options, "default")) plain["defaultValue"] = defaultText(field.type, options["default"]);
    const kept: Plain = {};
    for (const name of ["packed", "deprecated", "lazy", "jstype", "ctype"])
      if (options[name] !== undefined) kept[name] = options[name];
    if (Object.keys(kept).length > 0) plain["options"] = kept;
    return plain;
  }

  #mapEntry(field: protobuf.MapField, scope: string): Plain {
    const name = entryName(field.name);
    const inner = join(scope, name);
    const key = new protobuf.Field("key", 1, field.keyType);
    const value = new protobuf.Field("value", 2, field.type);
    return {
      name,
      field: [key, value].map((each) => this.#field(each, inner, new Map())),
      options: { mapEntry: true },
    };
  }

  #enum(type: protobuf.Enum): Plain {
    const plain: Plain = {
      name: type.name,
      value: Object.entries(type.values).map(([name, number]) => {
        const deprecated = type.valuesOptions?.[name]?.["deprecated"];
        return { name, number, ...(deprecated === true ? { options: { deprecated } } : {}) };
      }),
      reservedRange: ranges(type.reserved).map(([start, end]) => ({ start, end })),
      reservedName: (type.reserved ?? []).filter((each) => typeof each === "string"),
    };
    const options: Plain = {};
    if (type.options?.["allow_alias"] === true) options["allowAlias"] = true;
    if (type.options?.["deprecated"] === true) options["deprecated"] = true;
    if (Object.keys(options).length > 0) plain["options"] = options;
    return plain;
  }

  /** From the inside out; the scope that knows the first part of the name decides, as in C++. */
  #resolve(name: string, scope: string, where: string): readonly ["message" | "enum", string] {
    const undefinedType = (): never => {
      throw new DelosError(
        "MSG_BAD_DESCRIPTOR",
        `${this.#file.name}: ${where} is a ${name}, which is defined nowhere`,
        {
          details: { file: this.#file.name, field: where, type: name },
        },
      );
    };
    const found = (full: string): readonly ["message" | "enum", string] => {
      const kind = this.#symbols.get(full);
      return kind === "message" || kind === "enum" ? [kind, full] : undefinedType();
    };
    if (name.startsWith(".")) return found(name.slice(1));
    const [first = ""] = name.split(".");
    const parts = scope === "" ? [] : scope.split(".");
    for (let i = parts.length; i >= 0; i--) {
      const base = parts.slice(0, i).join(".");
      const kind = this.#symbols.get(join(base, first));
      if (kind === undefined) continue;
      if (first === name ? kind !== "package" : kind !== "enum") return found(join(base, name));
    }
    return undefinedType();
  }
}

const isSynthetic = (oneof: protobuf.OneOf): boolean =>
  oneof.fieldsArray.length === 1 && oneof.fieldsArray[0]!.options?.["proto3_optional"] === true;
const typesOf = (content: protobuf.NamespaceBase): protobuf.Type[] =>
  content.nestedArray.filter((each): each is protobuf.Type => each instanceof protobuf.Type);
const enumsOf = (content: protobuf.NamespaceBase): protobuf.Enum[] =>
  content.nestedArray.filter((each): each is protobuf.Enum => each instanceof protobuf.Enum);
const extensionsOf = (content: protobuf.NamespaceBase): protobuf.Field[] =>
  content.nestedArray.filter(
    (each): each is protobuf.Field => each instanceof protobuf.Field && each.extend !== undefined,
  );
const ranges = (reserved: readonly (number[] | string)[] | undefined): readonly (readonly [number, number])[] =>
  (reserved ?? []).filter((each): each is [number, number] => typeof each !== "string");

/** `some_field` → `SomeFieldEntry`, as protoc calls the type behind a map field. */
function entryName(field: string): string {
  return `${field.replace(/(?:^|_)([a-z0-9])/g, (_, first: string) => first.toUpperCase()).replaceAll("_", "")}Entry`;
}

function jsonName(field: string): string {
  return field.replace(/_+([A-Za-z0-9]?)/g, (_, next: string) => next.toUpperCase());
}

/** Descriptors hold defaults as text: C's shortest form of numbers, names of enum values, escaped bytes. */
function defaultText(type: string, value: unknown): string {
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    if (type === "double" || type === "float") return floatText(value, type === "double" ? [15, 17] : [6, 9]);
    if (!Number.isSafeInteger(value))
      throw new DelosError("MSG_PROTO_SYNTAX", `default ${value}: defaults beyond 2^53 cannot be read exactly`);
    return String(value);
  }
  if (type === "bytes" && typeof value === "string")
    return value.replace(/[^ -~]|["'\\]/g, (character) =>
      "\"'\\".includes(character) ? `\\${character}` : `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
    );
  return String(value);
}

/** `%.15g`, or `%.17g` when that does not read back as the same number. */
function floatText(value: number, [digits, more]: readonly [number, number]): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const same = (text: string): boolean =>
    more === 9 ? Math.fround(Number(text)) === Math.fround(value) : Number(text) === value;
  const short = value.toPrecision(digits);
  const precision = same(short) ? digits : more;
  const [mantissa = "", exponent = "0"] = value.toExponential(precision - 1).split("e");
  const power = Number(exponent);
  const trim = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power < -4 || power >= precision)
    return `${trim(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return trim(value.toFixed(Math.max(0, precision - 1 - power)));
}
