import type { CdrWriter } from "./cdr-writer.ts";
import { absentLiteral, isDelimitedInXcdr2, TYPED_ARRAYS, zeroLiteral } from "./compile-literals.ts";
import { runSource } from "./compile-source.ts";
import type { MessageWriter } from "./message-writer.ts";
import { checkTypeSize, type Dialect } from "./type-size.ts";
import type { ArrayType, Field, FieldType, PrimitiveName, SequenceType, StructType, UnionType } from "./type-tree.ts";

/** Writes `value`; `where` names it in errors. */
export type Encoder = (writer: MessageWriter | CdrWriter, value: unknown, where: string) => void;

/** The counterpart of `compileDecoder`. Fields that a value lacks are written as their defaults. */
export function compileEncoder(type: FieldType, dialect: Dialect): Encoder {
  checkTypeSize(type, dialect);
  const source = new EncoderSource(dialect);
  const name = source.functionOf(type);
  return runSource(`${source.text} return ${name};`) as Encoder;
}

class EncoderSource {
  text = "";
  readonly #dialect: Dialect;
  readonly #names = new Map<FieldType, string>();
  #count = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  functionOf(type: FieldType): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const name = this.#define(this.#codeOf(type));
    this.#names.set(type, name);
    return name;
  }

  #define(code: string): string {
    const name = `f${this.#count++}`;
    this.text += `function ${name}(w, v, where) { ${code} }\n`;
    return name;
  }

  #codeOf(type: FieldType): string {
    switch (type.kind) {
      case "struct":
        return this.#struct(type);
      case "union":
        return this.#union(type);
      case "array":
      case "sequence":
        return this.#list(type, false);
      default:
        return this.#statement(type, "v", "where");
    }
  }

  /** A statement that writes the expression `value`; `where` is an expression too. */
  #statement(type: FieldType, value: string, where: string): string {
    switch (type.kind) {
      case "primitive":
        return this.#primitive(type.name, value, where);
      case "string":
        return `w.${type.wide ? "wstring" : "string"}(${value}, ${type.bound ?? "Infinity"}, ${where});`;
      case "time":
        return `w.${type.signed ? "duration" : "time"}(${value}, ${where});`;
      case "enum":
        return this.#primitive(`int${type.bits}`, value, where);
      case "bitmask":
        return this.#primitive(`uint${type.bits}`, value, where);
      default:
        return `${this.functionOf(type)}(w, ${value}, ${where});`;
    }
  }

  #primitive(name: PrimitiveName, value: string, where: string): string {
    if (name === "char" || name === "wchar") return `w.${name}(${value});`;
    if (name === "bool") return `w.bool(w.truth(${value}, ${where}));`;
    if (name.startsWith("float")) return `w.${name}(w.float(${value}, ${where}));`;
    if (name.endsWith("64")) return `w.${name}(w.big(${value}, ${where}));`;
    const most = 2 ** Number(/\d+/.exec(name)![0]);
    const [low, high] = name.startsWith("u") ? [0, most - 1] : [-most / 2, most / 2 - 1];
    return `w.${name}(w.integer(${value}, ${low}, ${high}, ${where}));`;
  }

  #list(type: ArrayType | SequenceType, inner: boolean): string {
    const { element } = type;
    const limits = type.kind === "array" ? `0, ${type.length}` : `${type.bound ?? "Infinity"}, -1`;
    const check = `const a = w.elements(v, ${limits}, where);`;
    const make = element.kind === "primitive" ? TYPED_ARRAYS[element.name] : undefined;
    if (make !== undefined) return `${check} w.array(${make}, a, where);`;
    const nested = type.kind === "array" && element.kind === "array" && isDelimitedInXcdr2(element);
    const item = `a[i] ?? ${element.kind === "struct" ? "{}" : zeroLiteral(element)}`;
    const write = nested
      ? `${this.#define(this.#list(element, true))}(w, ${item}, where);`
      : this.#statement(element, `(${item})`, "where");
    const loop = `${check} for (let i = 0; i < a.length; i++) { ${write} }`;
    return this.#dialect === "cdr2" && !inner && isDelimitedInXcdr2(type)
      ? `const start = w.enter(); ${loop} w.leave(start);`
      : loop;
  }

  #struct(type: StructType): string {
    const open = `w.object(v, where);`;
    if (type.extensibility === "mutable") {
      const members = type.fields.map((field) => this.#member(type, field)).join(" ");
      return this.#dialect === "cdr2"
        ? `${open} const start = w.enter(); const o = w.origin; ${members} w.leave(start);`
        : `${open} const o = w.origin; ${members} w.endList();`;
    }
    const members = type.fields.map((field) => this.#field(type, field)).join(" ");
    return type.extensibility === "appendable" && this.#dialect === "cdr2"
      ? `${open} const start = w.enter(); ${members} w.leave(start);`
      : `${open} ${members}`;
  }

  #value(type: StructType, field: Field): string {
    const where = JSON.stringify(`${type.name}.${field.name}`);
    return this.#statement(field.type, `(v[${JSON.stringify(field.name)}] ?? ${absentLiteral(field)})`, where);
  }

  #field(type: StructType, field: Field): string {
    if (field.hidden) return "w.uint8(0);";
    if (!field.optional) return this.#value(type, field);
    const present = `v[${JSON.stringify(field.name)}] != null`;
    if (this.#dialect === "cdr2")
      return `if (${present}) { w.bool(true); ${this.#value(type, field)} } else w.bool(false);`;
    return `if (${present}) { const o = w.origin, s = w.beginMember(${field.id}, ${field.mustUnderstand}); ${this.#value(type, field)} w.endMember(s, o); } else w.absentMember(${field.id});`;
  }

  #member(type: StructType, field: Field): string {
    const must = field.mustUnderstand || field.key;
    const write = `{ const s = w.beginMember(${field.id}, ${must}); ${this.#value(type, field)} w.endMember(s, o); }`;
    return field.optional ? `if (v[${JSON.stringify(field.name)}] != null) ${write}` : write;
  }

  #union(type: UnionType): string {
    const char = type.discriminator.kind === "primitive" && type.discriminator.name === "char";
    const cases = type.cases.map(({ labels, isDefault, field }) => {
      const all = [...labels.map((label) => `case ${Number(label)}:`), ...(isDefault ? ["default:"] : [])].join(" ");
      const value = `(v[${JSON.stringify(field.name)}] ?? ${absentLiteral(field)})`;
      return `${all} ${this.#statement(field.type, value, JSON.stringify(`${type.name}.${field.name}`))} break;`;
    });
    const body = `w.object(v, where); const d = v.$discriminator;
      ${this.#statement(type.discriminator, "d", "where")} switch (${char ? "d.charCodeAt(0)" : "Number(d)"}) { ${cases.join(" ")} }`;
    return type.extensibility !== "final" && this.#dialect === "cdr2"
      ? `const start = w.enter(); ${body} w.leave(start);`
      : body;
  }
}
