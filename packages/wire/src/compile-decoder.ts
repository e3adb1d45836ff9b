import type { CdrReader } from "./cdr-reader.ts";
import { defaultLiteral, isDelimitedInXcdr2, TYPED_ARRAYS } from "./compile-literals.ts";
import { runSource } from "./compile-source.ts";
import type { MessageReader } from "./message-reader.ts";
import { checkTypeSize, type Dialect, minBytes } from "./type-size.ts";
import type { ArrayType, FieldType, SequenceType, StructType, UnionType } from "./type-tree.ts";

export interface Decoder {
  /** The value as its type says. */
  readonly value: (reader: MessageReader | CdrReader) => unknown;
  /** The same without the delimiter in front: how an outermost struct stands in a plain encapsulation. */
  readonly body: (reader: MessageReader | CdrReader) => unknown;
}

/**
 * Straight-line JavaScript that decodes one type. Objects come out of literals, so all values of a type share one hidden
 * class; a general interpreter over the tree is several times slower.
 */
export function compileDecoder(type: FieldType, dialect: Dialect): Decoder {
  checkTypeSize(type, dialect);
  const source = new DecoderSource(dialect);
  const value = source.functionOf(type);
  const body = type.kind === "struct" && type.extensibility !== "mutable" ? source.bodyOf(type) : value;
  return runSource(`${source.text} return { value: ${value}, body: ${body} };`) as Decoder;
}

class DecoderSource {
  text = "";
  readonly #dialect: Dialect;
  readonly #names = new Map<FieldType, string>();
  readonly #bodies = new Map<FieldType, string>();
  #count = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The name of the function that reads `type`. */
  functionOf(type: FieldType): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const name = this.#define(this.#codeOf(type));
    this.#names.set(type, name);
    return name;
  }

  #define(code: string): string {
    const name = `f${this.#count++}`;
    this.text += `function ${name}(r) { ${code} }\n`;
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
        return `return ${this.#expression(type)};`;
    }
  }

  #expression(type: FieldType): string {
    switch (type.kind) {
      case "primitive":
        return `r.${type.name}()`;
      case "string":
        return `r.${type.wide ? "wstring" : "string"}(${type.bound ?? "Infinity"})`;
      case "time":
        return type.signed ? "r.duration()" : "r.time()";
      case "enum":
        return `r.int${type.bits}()`;
      case "bitmask":
        return `r.uint${type.bits}()`;
      case "array":
      case "sequence": {
        const numbers = this.#numbers(type);
        return numbers ?? `${this.functionOf(type)}(r)`;
      }
      default:
        return `${this.functionOf(type)}(r)`;
    }
  }

  /** An array or sequence of numbers is one copy. */
  #numbers(type: ArrayType | SequenceType): string | undefined {
    if (type.element.kind !== "primitive") return undefined;
    const make = TYPED_ARRAYS[type.element.name];
    if (make === undefined) return undefined;
    const count =
      type.kind === "array"
        ? `${type.length}`
        : `r.count(${minBytes(type.element, this.#dialect)}, ${type.bound ?? "Infinity"})`;
    return make === "Uint8Array" ? `r.copy8(${count})` : `r.array(${make}, ${count})`;
  }

  #list(type: ArrayType | SequenceType, inner: boolean): string {
    const { element } = type;
    const size = minBytes(element, this.#dialect);
    const count =
      type.kind === "array"
        ? `const n = ${type.length}; r.fits(n, ${size});`
        : `const n = r.count(${size}, ${type.bound ?? "Infinity"});`;
    // A[2][3] is one array with one delimiter in front, not an array of delimited arrays.
    const nested = type.kind === "array" && element.kind === "array" && this.#numbers(element) === undefined;
    const read = nested ? `${this.#define(this.#list(element, true))}(r)` : this.#expression(element);
    const loop = `${count} const a = new Array(n); for (let i = 0; i < n; i++) a[i] = ${read};`;
    return this.#dialect === "cdr2" && !inner && isDelimitedInXcdr2(type)
      ? `const outer = r.enter(); ${loop} r.leave(outer); return a;`
      : `${loop} return a;`;
  }

  #struct(type: StructType): string {
    if (type.extensibility === "mutable") return this.#mutable(type);
    const body = this.bodyOf(type);
    if (type.extensibility === "final" || this.#dialect !== "cdr2") return `return ${body}(r);`;
    return `const outer = r.enter(); const v = ${body}(r); r.leave(outer); return v;`;
  }

  /** The members in order. Of an appendable struct of XCDR2, members after the sender's last one keep their defaults. */
  bodyOf(type: StructType): string {
    const known = this.#bodies.get(type);
    if (known !== undefined) return known;
    const may = type.extensibility === "appendable" && this.#dialect === "cdr2";
    const shown = type.fields.filter((field) => !field.hidden);
    const reads = type.fields.map((field) => {
      const key = JSON.stringify(field.name);
      if (field.hidden) return `if (r.more) ${this.#expression(field.type)};`;
      if (field.optional) {
        return `{ const x = ${may ? "r.more ? " : ""}${this.#optional(field.type)}${may ? " : undefined" : ""}; if (x !== undefined) v[${key}] = x; }`;
      }
      return `v[${key}] = ${may ? `r.more ? ${this.#expression(field.type)} : ${defaultLiteral(field)}` : this.#expression(field.type)};`;
    });
    const simple = shown.length === type.fields.length && !may && shown.every((field) => !field.optional);
    const code = simple
      ? `return { ${shown.map((field) => `${JSON.stringify(field.name)}: ${this.#expression(field.type)}`).join(", ")} };`
      : `const v = {}; ${reads.join(" ")} return v;`;
    const name = this.#define(code);
    this.#bodies.set(type, name);
    return name;
  }

  #optional(type: FieldType): string {
    const read = this.#expression(type);
    if (this.#dialect === "cdr2") return `(r.bool() ? ${read} : undefined)`;
    return `${this.#define(
      `const e = r.end, o = r.origin; const v = r.optionalMember() ? ${read} : undefined; r.endMember(e, o); return v;`,
    )}(r)`;
  }

  #mutable(type: StructType): string {
    const literal = type.fields
      .filter((field) => !field.optional)
      .map((field) => `${JSON.stringify(field.name)}: ${defaultLiteral(field)}`);
    const cases = type.fields.map(
      (field) => `case ${field.id}: v[${JSON.stringify(field.name)}] = ${this.#expression(field.type)}; break;`,
    );
    const loop = `const e = r.end, o = r.origin; for (let id = r.member(); id >= 0; id = r.member()) {
      switch (id) { ${cases.join(" ")} default: r.unknownMember(id); } r.endMember(e, o); }`;
    return this.#dialect === "cdr2"
      ? `const v = { ${literal.join(", ")} }; const outer = r.enter(); ${loop} r.leave(outer); return v;`
      : `const v = { ${literal.join(", ")} }; ${loop} return v;`;
  }

  #union(type: UnionType): string {
    const cases = type.cases.map(({ labels, isDefault, field }) => {
      const all = [...labels.map((label) => `case ${Number(label)}:`), ...(isDefault ? ["default:"] : [])].join(" ");
      return `${all} v = { "$discriminator": d, ${JSON.stringify(field.name)}: ${this.#expression(field.type)} }; break;`;
    });
    const key =
      type.discriminator.kind === "primitive" && type.discriminator.name === "char" ? "d.charCodeAt(0)" : "Number(d)";
    const absent = type.cases.some(({ isDefault }) => isDefault) ? "" : `default: v = { "$discriminator": d };`;
    const body = `const d = ${this.#expression(type.discriminator)}; let v; switch (${key}) { ${cases.join(" ")} ${absent} }`;
    return type.extensibility !== "final" && this.#dialect === "cdr2"
      ? `const outer = r.enter(); ${body} r.leave(outer); return v;`
      : `${body} return v;`;
  }
}
