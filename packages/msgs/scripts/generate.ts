/**
 * `npm run generate -w @delos/msgs`: the `.proto` sources of proto/ → src/generated. Deterministic and without network; a
 * test checks that what is committed is what this makes.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { EnumDescriptor, FieldDescriptor, MessageDescriptor } from "../src/descriptor.ts";
import { DescriptorPool } from "../src/descriptor-pool.ts";
import { compileProto } from "../src/proto-source.ts";

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), "..");
export const generatedFolder = join(packageFolder, "src/generated");
const protoFolder = join(packageFolder, "../../proto");

/** Text of every file below src/generated, by path. */
export function generate(): Map<string, string> {
  const names = readdirSync(protoFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".proto"))
    .map((name) => name.split(sep).join("/"))
    .sort();
  const sources = new Map(names.map((name) => [name, readFileSync(join(protoFolder, name), "utf8")]));
  const pool = new DescriptorPool();
  const files = compileProto(names, (name) => sources.get(name)).map((bytes) => pool.add(bytes));
  pool.check();
  const comments = new Map([...sources.values()].flatMap(commentsOf));

  const out = new Map<string, string>();
  const table = files.map(
    ({ name, messages, enums, bytes }) =>
      `  [\n    ${quote(name)},\n    ${quote(messages.flatMap(messageNames).join(" "))},\n    ${quote([...enums, ...messages.flatMap(nestedEnums)].map((each) => each.name).join(" "))},\n    ${quote(Buffer.from(bytes).toString("base64"))},\n  ],`,
  );
  out.set(
    "descriptors.ts",
    `${HEAD}\n/** File, its messages, its enums, its FileDescriptorProto in base64. */\nexport const descriptors: readonly (readonly [file: string, messages: string, enums: string, base64: string])[] = [\n${table.join("\n")}\n];\n`,
  );

  const packages = new Set<string>();
  for (const file of files) {
    const parts = file.package.split(".");
    for (let i = 1; i <= parts.length; i++) packages.add(parts.slice(0, i).join("."));
  }
  for (const name of [...packages].sort()) {
    const own = files.filter((file) => file.package === name);
    const children = [...packages].filter(
      (other) => other.startsWith(`${name}.`) && !other.slice(name.length + 1).includes("."),
    );
    const writer = new PackageWriter(name, comments);
    for (const file of own) {
      for (const each of file.enums) writer.enum(each);
      for (const each of file.messages) writer.message(each);
    }
    out.set(modulePath(name), writer.finish(children.sort()));
  }
  const roots = [...packages].filter((name) => !name.includes(".")).sort();
  out.set("index.ts", `${HEAD}\n${roots.map((name) => `export * as ${name} from "./${name}.ts";`).join("\n")}\n`);
  return out;
}

const HEAD = "// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.\n";
const quote = (text: string): string => JSON.stringify(text);
const modulePath = (name: string): string => `${name.split(".").join("/")}.ts`;
const messageNames = (message: MessageDescriptor): string[] => [
  message.name,
  ...message.messages.flatMap(messageNames),
];
const nestedEnums = (message: MessageDescriptor): EnumDescriptor[] => [
  ...message.enums,
  ...message.messages.flatMap(nestedEnums),
];

/** Comments of a source, by the full name of what they speak about. */
function commentsOf(source: string): [string, string][] {
  const { package: pack, root } = protobuf.parse(source, new protobuf.Root(), {
    keepCase: true,
    alternateCommentMode: true,
    preferTrailingComment: true,
  });
  const found: [string, string][] = [];
  const visit = (scope: string, content: protobuf.NamespaceBase): void => {
    for (const each of content.nestedArray) {
      const name = scope === "" ? each.name : `${scope}.${each.name}`;
      if (each.comment !== null && each.comment !== undefined) found.push([name, each.comment]);
      if (each instanceof protobuf.Enum)
        for (const [value, comment] of Object.entries(each.comments))
          if (comment) found.push([`${name}.${value}`, comment]);
      if (each instanceof protobuf.Type) {
        for (const field of each.fieldsArray) if (field.comment) found.push([`${name}.${field.name}`, field.comment]);
        visit(name, each);
      }
    }
  };
  visit(pack ?? "", pack === undefined || pack === null ? root : (root.lookup(pack) as protobuf.NamespaceBase));
  return found;
}

class PackageWriter {
  readonly #package: string;
  readonly #comments: ReadonlyMap<string, string>;
  readonly #lines: string[] = [];
  readonly #imports = new Set<string>();
  #hasMessages = false;
  #hasNested = false;

  constructor(name: string, comments: ReadonlyMap<string, string>) {
    this.#package = name;
    this.#comments = comments;
  }

  finish(children: readonly string[]): string {
    const depth = this.#package.split(".").length;
    const up = "../".repeat(depth);
    const names = ["$message", ...(this.#hasNested ? ["$nested"] : [])];
    const imports = [
      ...(this.#hasMessages
        ? [
            `import { ${names.join(", ")} } from "${up}builtin.ts";`,
            `import type { MessageType } from "${up}message-type.ts";`,
          ]
        : []),
      ...[...this.#imports].sort().map((name) => `import type * as ${alias(name)} from "${this.#relative(name)}";`),
      ...children.map((name) => `export * as ${name.slice(name.lastIndexOf(".") + 1)} from "${this.#relative(name)}";`),
    ];
    return `${HEAD}${imports.length > 0 ? `\n${imports.join("\n")}\n` : ""}${this.#lines.join("\n")}\n`;
  }

  #relative(name: string): string {
    const from = this.#package.split(".").slice(0, -1);
    const to = name.split(".");
    let same = 0;
    while (same < from.length && same < to.length - 1 && from[same] === to[same]) same++;
    const up = from.length - same;
    return `${up === 0 ? "./" : "../".repeat(up)}${to.slice(same).join("/")}.ts`;
  }

  enum(type: EnumDescriptor): void {
    const name = short(type.name);
    this.#lines.push(
      "",
      ...this.#comment(type.name, ""),
      `export const ${name} = ${this.#enumObject(type, "")} as const;`,
      `export type ${name} = ${this.#enumType(type, `typeof ${name}`)};`,
    );
  }

  message(type: MessageDescriptor): void {
    this.#hasMessages = true;
    const name = short(type.name);
    this.#lines.push(
      "",
      ...this.#comment(type.name, ""),
      `export interface ${name} {`,
      ...this.#fields(type, "  "),
      "}",
    );
    const nested = type.messages.filter((each) => !each.mapEntry);
    const constant = `$message<${name}>(${quote(type.name)})`;
    if (nested.length + type.enums.length === 0) {
      this.#lines.push(`export const ${name}: MessageType<${name}> = ${constant};`);
      return;
    }
    this.#hasNested = true;
    this.#lines.push(
      `export declare namespace ${name} {`,
      ...this.#namespace(type, "  "),
      "}",
      `export const ${name} = $nested(${constant}, ${this.#nestedObject(type, name, "")});`,
    );
  }

  /** The values of what is declared inside a message: enums as objects, messages as types with their own inside. */
  #nestedObject(type: MessageDescriptor, path: string, indent: string): string {
    const inner = `${indent}  `;
    const parts = [
      ...type.enums.map((each) => `${inner}${short(each.name)}: ${this.#enumObject(each, inner)},`),
      ...type.messages
        .filter((each) => !each.mapEntry)
        .map((each) => {
          const name = `${path}.${short(each.name)}`;
          const constant = `$message<${name}>(${quote(each.name)})`;
          const empty = each.enums.length + each.messages.filter((one) => !one.mapEntry).length === 0;
          return `${inner}${short(each.name)}: ${empty ? constant : `$nested(${constant}, ${this.#nestedObject(each, name, inner)})`},`;
        }),
    ];
    return `{\n${parts.join("\n")}\n${indent}}`;
  }

  #namespace(type: MessageDescriptor, indent: string): string[] {
    const lines: string[] = [];
    for (const each of type.enums)
      lines.push(
        ...this.#comment(each.name, indent),
        `${indent}type ${short(each.name)} = ${this.#enumLiterals(each)};`,
      );
    for (const each of type.messages.filter((one) => !one.mapEntry)) {
      const name = short(each.name);
      lines.push(
        ...this.#comment(each.name, indent),
        `${indent}interface ${name} {`,
        ...this.#fields(each, `${indent}  `),
        `${indent}}`,
      );
      if (each.enums.length + each.messages.length > 0)
        lines.push(`${indent}namespace ${name} {`, ...this.#namespace(each, `${indent}  `), `${indent}}`);
    }
    return lines;
  }

  #fields(type: MessageDescriptor, indent: string): string[] {
    return type.fields.flatMap((field) => {
      const required = field.label === "required";
      const value = this.#fieldType(field);
      return [
        ...this.#comment(`${type.name}.${field.name}`, indent, field.deprecated),
        `${indent}readonly ${field.name}${required ? "" : "?"}: ${value}${required ? "" : " | undefined"};`,
      ];
    });
  }

  #fieldType(field: FieldDescriptor): string {
    if (field.message?.mapEntry === true) {
      const [key, value] = field.message.fields;
      return `ReadonlyMap<${this.#elementType(key!)}, ${this.#elementType(value!)}>`;
    }
    const element = this.#elementType(field);
    return field.label === "repeated" ? `readonly ${element}[]` : element;
  }

  #elementType(field: FieldDescriptor): string {
    switch (field.type) {
      case "message":
      case "group":
        return this.#reference(field.message!.file.package, field.message!.name);
      case "enum":
        return this.#reference(field.enum!.file.package, field.enum!.name);
      case "string":
        return "string";
      case "bytes":
        return "Uint8Array";
      case "bool":
        return "boolean";
      case "int64":
      case "uint64":
      case "sint64":
      case "fixed64":
      case "sfixed64":
        return "bigint";
      default:
        return "number";
    }
  }

  /** Always through the module of the package, this one too: names of nested types must not hide what is meant. */
  #reference(pack: string, name: string): string {
    this.#imports.add(pack);
    return `${alias(pack)}.${name.slice(pack.length + 1)}`;
  }

  #enumObject(type: EnumDescriptor, indent: string): string {
    const values = type.values.flatMap((value) => [
      ...this.#comment(`${type.name}.${value.name}`, `${indent}  `),
      `${indent}  ${value.name}: ${value.number},`,
    ]);
    return `{\n${values.join("\n")}\n${indent}}`;
  }

  #enumType(type: EnumDescriptor, object: string): string {
    // proto3 enums are open: a peer may send a number that has no name yet.
    return type.closed ? `(${object})[keyof ${object}]` : `(${object})[keyof ${object}] | (number & {})`;
  }

  #enumLiterals(type: EnumDescriptor): string {
    const numbers = [...new Set(type.values.map((value) => value.number))].join(" | ");
    return type.closed ? numbers : `${numbers} | (number & {})`;
  }

  #comment(name: string, indent: string, deprecated = false): string[] {
    const text = [this.#comments.get(name)?.replaceAll("*/", "* /"), deprecated ? "@deprecated" : undefined]
      .filter((part) => part !== undefined)
      .join(" ");
    if (text === "") return [];
    const lines = text.split("\n");
    return lines.length === 1
      ? [`${indent}/** ${text} */`]
      : [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
  }
}

const short = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
const alias = (name: string): string => `$${name.replaceAll(".", "_")}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(generatedFolder, { recursive: true, force: true });
  for (const [name, text] of generate()) {
    mkdirSync(dirname(join(generatedFolder, name)), { recursive: true });
    writeFileSync(join(generatedFolder, name), text);
  }
}
