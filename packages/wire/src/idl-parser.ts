import { DelosError, MalformedError } from "@delos/core";
import type { IdlAnnotation, IdlCase, IdlDeclaration, IdlExpression, IdlMember, IdlTypeText } from "./idl-syntax.ts";
import { idlTokens, type Token, unquoteIdl } from "./idl-tokens.ts";

const BASIC = new Set(
  "boolean octet char wchar short long float double int8 uint8 int16 uint16 int32 uint32 int64 uint64".split(" "),
);
/** Binary operators, weakest first. IDL 4.2 §7.4.1.3. */
const STRENGTHS = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]];
const KEYLIST = /^[ \t]*#[ \t]*pragma[ \t]+keylist[ \t]+(\S+)([^\n]*)$/gm;
/** How deep modules, types and expressions may nest. */
const MAX_DEPTH = 100;

/**
 * Parses the data-type part of OMG IDL 4.2 (building blocks core data types, extended data types, annotations) by recursive
 * descent into declarations by their full name (`module::Type`).
 * @throws {MalformedError} `WIRE_SCHEMA` at the token that does not fit
 * @throws {DelosError} `WIRE_SCHEMA_UNSUPPORTED` for what has no place in messages or in this implementation
 */
export class IdlParser {
  readonly declarations: Map<string, IdlDeclaration>;
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, into: Map<string, IdlDeclaration> = new Map()) {
    this.#text = text;
    this.#tokens = idlTokens(text);
    this.declarations = into;
  }

  parse(): Map<string, IdlDeclaration> {
    while (this.#peek().kind !== "end") this.#definition([]);
    for (const [, type, members] of this.#text.matchAll(KEYLIST))
      this.#markKeys(type!, members!.trim().split(/[\s,]+/));
    return this.declarations;
  }

  /** `#pragma keylist Type member member`: how keys were told before there were annotations; Cyclone DDS reads it still. */
  #markKeys(type: string, keys: readonly string[]): void {
    const name = type.replaceAll("/", "::").replace(/^::/, "");
    for (const [full, declaration] of this.declarations) {
      if (declaration.kind !== "struct" || (full !== name && !full.endsWith(`::${name}`))) continue;
      const missing = keys.find((key) => key !== "" && !declaration.members.some((member) => member.name === key));
      if (missing !== undefined) {
        throw new DelosError("WIRE_SCHEMA_UNSUPPORTED", `#pragma keylist ${type}: ${missing} is no member of it`);
      }
      const members = declaration.members.map((member): IdlMember => {
        const annotations = [...member.annotations, { name: "key", value: undefined }];
        return keys.includes(member.name) ? { ...member, annotations } : member;
      });
      this.declarations.set(full, { ...declaration, members });
    }
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }

  #fail(wanted: string, token: Token = this.#peek()): MalformedError {
    return new MalformedError("WIRE_SCHEMA", `${wanted} expected, not ${token.text.slice(0, 40)}`, token.offset);
  }

  #unsupported(what: string): DelosError {
    const { offset } = this.#peek();
    return new DelosError("WIRE_SCHEMA_UNSUPPORTED", `IDL ${what} cannot be decoded`, { details: { offset } });
  }

  #accept(text: string): boolean {
    if (this.#peek().text !== text || this.#peek().kind === "string") return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#fail(`"${text}"`);
  }

  #identifier(): string {
    const token = this.#next();
    // An identifier that would change an object's prototype is nobody's field.
    if (token.kind !== "name" || token.text.includes("::") || token.text === "__proto__") {
      throw this.#fail("a name", token);
    }
    return token.text.replace(/^_/, "");
  }

  #nested<R>(parse: () => R): R {
    if (++this.#depth > MAX_DEPTH) throw this.#fail("less nesting");
    const result = parse();
    this.#depth--;
    return result;
  }

  #declare(scope: readonly string[], name: string, declaration: IdlDeclaration): void {
    const full = [...scope, name].join("::");
    if (!this.declarations.has(full)) this.declarations.set(full, declaration);
  }

  #definition(scope: readonly string[]): void {
    const annotations = this.#annotations();
    const word = this.#peek().text;
    switch (word) {
      case "module":
        this.#next();
        return this.#nested(() => {
          const inner = [...scope, this.#identifier()];
          this.#expect("{");
          while (!this.#accept("}")) this.#definition(inner);
          this.#accept(";");
        });
      case "struct":
        return this.#struct(scope, annotations);
      case "union":
        return this.#union(scope, annotations);
      case "enum":
        return this.#enum(scope, annotations);
      case "bitmask":
        return this.#bitmask(scope, annotations);
      case "typedef":
        return this.#typedef(scope, annotations);
      case "const":
        return this.#const(scope, annotations);
      case ";":
        this.#next();
        return;
      case "bitset":
      case "interface":
      case "exception":
      case "valuetype":
      case "native":
        throw this.#unsupported(word);
      default:
        throw this.#fail("a definition");
    }
  }

  #annotations(): IdlAnnotation[] {
    const annotations: IdlAnnotation[] = [];
    while (this.#accept("@")) {
      const { text: name } = this.#next();
      let value: IdlExpression | undefined;
      if (name === "annotation") {
        // The definition of an annotation: of no use to a codec.
        while (!this.#accept("}")) if (this.#next().kind === "end") throw this.#fail('"}"');
        this.#accept(";");
        continue;
      }
      if (this.#accept("(")) {
        for (let first = true; !this.#accept(")"); first = false) {
          if (this.#peek().kind === "name" && this.#peek(1).text === "=") this.#at += 2;
          const parameter = this.#expression();
          if (first) value = parameter;
          this.#accept(",");
        }
      }
      annotations.push({ name: name.replace(/^::/, ""), value });
    }
    return annotations;
  }

  #struct(scope: readonly string[], annotations: IdlAnnotation[]): void {
    this.#expect("struct");
    const name = this.#identifier();
    if (this.#accept(";")) return;
    // A base's scoped name may be glued to the colon only if it is absolute; the tokens keep them apart.
    const base = this.#accept(":") ? this.#type() : undefined;
    this.#expect("{");
    const members: IdlMember[] = [];
    while (!this.#accept("}")) members.push(...this.#members());
    this.#accept(";");
    this.#declare(scope, name, { kind: "struct", scope, annotations, base, members });
  }

  #members(): IdlMember[] {
    const annotations = this.#annotations();
    const type = this.#type();
    const members: IdlMember[] = [];
    do {
      const name = this.#identifier();
      members.push({ annotations, type, name, dimensions: this.#dimensions() });
    } while (this.#accept(","));
    // Annotations may also follow in the old style `//@key`, which is a comment, or stand before the semicolon.
    this.#expect(";");
    return members;
  }

  #dimensions(): IdlExpression[] {
    const dimensions: IdlExpression[] = [];
    while (this.#accept("[")) {
      dimensions.push(this.#expression());
      this.#expect("]");
    }
    return dimensions;
  }

  #union(scope: readonly string[], annotations: IdlAnnotation[]): void {
    this.#expect("union");
    const name = this.#identifier();
    if (this.#accept(";")) return;
    this.#expect("switch");
    this.#expect("(");
    this.#annotations();
    const discriminator = this.#type();
    this.#expect(")");
    this.#expect("{");
    const cases: IdlCase[] = [];
    while (!this.#accept("}")) {
      const labels: (IdlExpression | undefined)[] = [];
      for (;;) {
        if (this.#accept("default")) labels.push(undefined);
        else if (this.#accept("case")) labels.push(this.#expression());
        else break;
        this.#expect(":");
      }
      if (labels.length === 0) throw this.#fail('"case"');
      const [member, ...more] = this.#members();
      if (member === undefined || more.length > 0) throw this.#fail("one member");
      cases.push({ labels, member });
    }
    this.#accept(";");
    this.#declare(scope, name, { kind: "union", scope, annotations, discriminator, cases });
  }

  #enum(scope: readonly string[], annotations: IdlAnnotation[]): void {
    this.#expect("enum");
    const name = this.#identifier();
    const members = this.#enumerators();
    this.#declare(scope, name, { kind: "enum", scope, annotations, members });
    for (const member of members) {
      const declaration = { kind: "enumerator", scope, annotations: [], enum: name, name: member.name } as const;
      this.#declare(scope, member.name, declaration);
      this.#declare([...scope, name], member.name, declaration);
    }
  }

  #bitmask(scope: readonly string[], annotations: IdlAnnotation[]): void {
    this.#expect("bitmask");
    const name = this.#identifier();
    this.#declare(scope, name, { kind: "bitmask", scope, annotations, flags: this.#enumerators() });
  }

  #enumerators(): { name: string; annotations: IdlAnnotation[] }[] {
    const members: { name: string; annotations: IdlAnnotation[] }[] = [];
    this.#expect("{");
    while (!this.#accept("}")) {
      const annotations = this.#annotations();
      const name = this.#identifier();
      // Not IDL, but written: `A = 3`.
      if (this.#accept("=")) annotations.push({ name: "value", value: this.#expression() });
      members.push({ name, annotations });
      this.#accept(",");
    }
    this.#accept(";");
    return members;
  }

  #typedef(scope: readonly string[], annotations: IdlAnnotation[]): void {
    this.#expect("typedef");
    const type = this.#type();
    do {
      const name = this.#identifier();
      this.#declare(scope, name, { kind: "typedef", scope, annotations, type, dimensions: this.#dimensions() });
    } while (this.#accept(","));
    this.#expect(";");
  }

  #const(scope: readonly string[], annotations: IdlAnnotation[]): void {
    this.#expect("const");
    const type = this.#type();
    const name = this.#identifier();
    this.#expect("=");
    this.#declare(scope, name, { kind: "const", scope, annotations, type, value: this.#expression() });
    this.#expect(";");
  }

  #type(): IdlTypeText {
    return this.#nested(() => {
      this.#annotations();
      const token = this.#next();
      const { text, offset } = token;
      if (token.kind !== "name") throw this.#fail("a type", token);
      if (text === "string" || text === "wstring") {
        return { kind: "string", wide: text === "wstring", bound: this.#accept("<") ? this.#bound() : undefined };
      }
      if (text === "sequence") {
        this.#expect("<");
        const element = this.#type();
        const bound = this.#accept(",") ? this.#bound() : undefined;
        if (bound === undefined) this.#expect(">");
        return { kind: "sequence", element, bound };
      }
      if (text === "map" || text === "fixed" || text === "any" || text === "struct") throw this.#unsupported(text);
      if (text === "unsigned") return { kind: "basic", name: `u${this.#integer(this.#next().text)}`, offset };
      if (text === "long" && this.#accept("double")) throw this.#unsupported("long double");
      if (text === "short" || text === "long") return { kind: "basic", name: this.#integer(text), offset };
      return BASIC.has(text) ? { kind: "basic", name: text, offset } : { kind: "name", name: text, offset };
    });
  }

  #integer(word: string): string {
    if (word === "short") return "int16";
    if (word !== "long") throw this.#fail("short or long");
    return this.#accept("long") ? "int64" : "int32";
  }

  /** The bound of `string<8>`, closing bracket included. */
  #bound(): IdlExpression {
    const bound = this.#unary();
    this.#expect(">");
    return bound;
  }

  #expression(lowest = 0): IdlExpression {
    return this.#nested(() => {
      let left = this.#unary();
      for (;;) {
        const shift = this.#peek().text === ">" && this.#peek(1).text === ">";
        const operator = shift ? ">>" : this.#peek().text;
        const strength = this.#peek().kind === "symbol" ? STRENGTHS.findIndex((level) => level.includes(operator)) : -1;
        if (strength < lowest || strength < 0) return left;
        this.#at += shift ? 2 : 1;
        left = { kind: "binary", operator, left, right: this.#expression(strength + 1) };
      }
    });
  }

  #unary(): IdlExpression {
    return this.#nested(() => {
      const token = this.#next();
      if (token.text === "(") {
        const inner = this.#expression();
        this.#expect(")");
        return inner;
      }
      if (token.kind === "symbol" && "-+~".includes(token.text)) {
        return { kind: "unary", operator: token.text, operand: this.#unary() };
      }
      if (token.kind === "string") {
        let value = unquoteIdl(token.text);
        while (this.#peek().kind === "string") value += unquoteIdl(this.#next().text);
        return { kind: "value", value };
      }
      if (token.kind === "char") return { kind: "value", value: unquoteIdl(token.text) };
      if (token.kind === "number") return { kind: "value", value: idlNumber(token.text) };
      if (token.kind !== "name") throw this.#fail("a value", token);
      if (/^true$/i.test(token.text)) return { kind: "value", value: true };
      if (/^false$/i.test(token.text)) return { kind: "value", value: false };
      return { kind: "name", name: token.text, offset: token.offset };
    });
  }
}

function idlNumber(text: string): number | bigint {
  if (/^0[xX]/.test(text)) return BigInt(text);
  if (/^0[0-7]+[lLuU]*$/.test(text)) return BigInt(`0o${text.replace(/[lLuU]+$/, "").slice(1)}`);
  return /^\d+[lLuU]*$/.test(text) ? BigInt(text.replace(/[lLuU]+$/, "")) : Number.parseFloat(text);
}
