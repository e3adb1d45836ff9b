import { DelosError, MalformedError } from "@delos/core";
import { IdlParser } from "./idl-parser.ts";
import type { IdlAnnotation, IdlDeclaration, IdlExpression, IdlMember, IdlTypeText } from "./idl-syntax.ts";
import { md5 } from "./md5.ts";
import {
  type BitmaskType,
  type Constant,
  type DefaultValue,
  type EnumType,
  type Extensibility,
  type Field,
  type FieldType,
  type PrimitiveName,
  type PrimitiveType,
  primitive,
  type StructType,
  type UnionType,
} from "./type-tree.ts";

type Value = number | bigint | boolean | string;

const BASIC: Readonly<Record<string, PrimitiveName>> = {
  boolean: "bool",
  octet: "uint8",
  float: "float32",
  double: "float64",
};
const SEPARATOR = /^={40,}[ \t]*\r?\n[ \t]*IDL:[^\n]*$/m;

/**
 * The tree of one type of an IDL text: `omgidl` as it is, `ros2idl` as rosidl's files one after another, separated by a line of
 * 80 `=` and a line `IDL: pkg/msg/Type`. `name` may be `module::Type`, `pkg/msg/Type`, or a type's own name if there is
 * just one of it. Types without an extensibility annotation are final, as with Cyclone's and ROS 2's tools.
 *
 * @throws {MalformedError} `WIRE_SCHEMA`
 * @throws {DelosError} `WIRE_SCHEMA_UNKNOWN`, `WIRE_SCHEMA_UNSUPPORTED`
 */
export function parseIdl(text: string, name: string): StructType | UnionType {
  const declarations = new Map<string, IdlDeclaration>();
  const parts = /^[ \t]*={40,}/.test(text) ? `\n${text}`.split(SEPARATOR) : text.split(SEPARATOR);
  for (const part of parts) new IdlParser(part, declarations).parse();
  const resolver = new IdlResolver(declarations);
  const full = resolver.find(name);
  const type = full === undefined ? undefined : resolver.declared(full);
  if (type?.kind === "struct" || type?.kind === "union") return type;
  throw new DelosError("WIRE_SCHEMA_UNKNOWN", `the IDL declares no struct ${name}`, {
    details: { type: name, declared: [...declarations].filter(([, d]) => d.kind === "struct").map(([key]) => key) },
  });
}

class IdlResolver {
  readonly #declarations: ReadonlyMap<string, IdlDeclaration>;
  readonly #types = new Map<string, FieldType>();
  readonly #open = new Set<string>();

  constructor(declarations: ReadonlyMap<string, IdlDeclaration>) {
    this.#declarations = declarations;
  }

  /** The full name of the type that a schema calls `name`. */
  find(name: string): string | undefined {
    const full = name.replaceAll("/", "::").replace(/^::/, "");
    const parts = full.split("::");
    const last = parts.at(-1)!;
    // rosidl's DDS names put the type, with an underscore, into a module `dds_`.
    const mangled = [...parts.slice(0, -1), "dds_", `${last}_`].join("::");
    for (const candidate of [full, mangled]) if (this.#declarations.has(candidate)) return candidate;
    const alike = [...this.#declarations.keys()].filter((key) => key.split("::").at(-1) === last);
    return alike.length === 1 ? alike[0] : undefined;
  }

  declared(full: string): FieldType {
    const known = this.#types.get(full);
    if (known !== undefined) return known;
    if (this.#open.has(full)) {
      throw new DelosError("WIRE_SCHEMA_UNSUPPORTED", `${full} contains itself`, { details: { type: full } });
    }
    this.#open.add(full);
    const declaration = this.#declarations.get(full)!;
    const type = this.#make(full, declaration);
    this.#open.delete(full);
    this.#types.set(full, type);
    return type;
  }

  #make(full: string, declaration: IdlDeclaration): FieldType {
    switch (declaration.kind) {
      case "struct":
        return this.#struct(full, declaration);
      case "union":
        return this.#union(full, declaration);
      case "enum":
        return this.#enum(full, declaration);
      case "bitmask":
        return this.#bitmask(full, declaration);
      case "typedef":
        return this.#dimensioned(
          this.#type(declaration.type, declaration.scope),
          declaration.dimensions,
          declaration.scope,
        );
      default:
        throw new MalformedError("WIRE_SCHEMA", `${full} is no type`, 0);
    }
  }

  #struct(full: string, declaration: IdlDeclaration & { kind: "struct" }): StructType {
    const { scope, annotations } = declaration;
    const extensibility = extensibilityOf(annotations);
    const base = declaration.base === undefined ? undefined : this.#type(declaration.base, scope);
    if (base !== undefined && base.kind !== "struct")
      throw new MalformedError("WIRE_SCHEMA", `${full}: base is no struct`, 0);
    const hashIds = wordOf(annotation(annotations, "autoid")) === "HASH";
    const fields: Field[] = [...(base?.fields ?? [])];
    let nextId = Math.max(-1, ...fields.map(({ id }) => id)) + 1;
    for (const member of declaration.members) {
      const made = this.#field(member, nextId, scope, hashIds);
      fields.push(made);
      nextId = made.id + 1;
    }
    for (const by of ["name", "id"] as const) {
      if (new Set(fields.map((f) => f[by])).size !== fields.length) {
        throw new MalformedError("WIRE_SCHEMA", `${full} has two members of the same ${by}`, 0);
      }
    }
    const representations = representationsOf(annotations);
    return { kind: "struct", name: full, extensibility, fields, constants: this.#constantsOf(full), representations };
  }

  /** rosidl puts the constants of a message `X` into a module `X_Constants` beside it. */
  #constantsOf(full: string): Constant[] {
    const prefix = `${full}_Constants::`;
    const constants: Constant[] = [];
    for (const [name, declaration] of this.#declarations) {
      if (declaration.kind !== "const" || !name.startsWith(prefix)) continue;
      const { type } = declaration;
      const text = type.kind === "basic" || type.kind === "name" ? type.name : type.kind;
      constants.push({
        name: name.slice(prefix.length),
        type: text,
        value: this.#evaluate(declaration.value, declaration.scope),
      });
    }
    return constants;
  }

  #field(member: IdlMember, nextId: number, scope: readonly string[], hashIds: boolean): Field {
    const { name, annotations } = member;
    const type = this.#dimensioned(this.#type(member.type, scope), member.dimensions, scope);
    const has = (what: string): boolean => {
      const found = annotation(annotations, what);
      return found !== undefined && (found.value === undefined || this.#evaluate(found.value, scope) !== false);
    };
    const explicit = annotation(annotations, "id")?.value;
    const hash = annotation(annotations, "hashid");
    const hashed =
      hash === undefined ? name : hash.value === undefined ? name : String(this.#evaluate(hash.value, scope));
    const id =
      explicit !== undefined
        ? Number(this.#evaluate(explicit, scope))
        : hash !== undefined || hashIds
          ? hashedId(hashed)
          : nextId;
    const text = annotation(annotations, "default")?.value;
    return {
      name,
      type,
      id,
      key: has("key"),
      optional: has("optional"),
      mustUnderstand: has("must_understand"),
      defaultValue: text === undefined ? undefined : defaultFor(type, this.#evaluate(text, scope)),
      hidden: name === "structure_needs_at_least_one_member",
    };
  }

  #union(full: string, declaration: IdlDeclaration & { kind: "union" }): UnionType {
    const { scope } = declaration;
    const discriminator = this.#type(declaration.discriminator, scope);
    const fits =
      discriminator.kind === "enum" || (discriminator.kind === "primitive" && !discriminator.name.startsWith("float"));
    if (!fits) throw new MalformedError("WIRE_SCHEMA", `${full}: no such discriminator`, 0);
    const extensibility = extensibilityOf(declaration.annotations);
    if (extensibility === "mutable")
      throw new DelosError("WIRE_SCHEMA_UNSUPPORTED", `${full}: mutable unions cannot be decoded`);
    const cases = declaration.cases.map(({ labels, member }, i) => ({
      labels: labels.filter((label) => label !== undefined).map((label) => this.#label(label, scope)),
      isDefault: labels.includes(undefined),
      field: this.#field(member, i + 1, scope, false),
    }));
    const all = cases.flatMap(({ labels }) => labels.map(Number));
    if (new Set(all).size !== all.length || cases.filter(({ isDefault }) => isDefault).length > 1) {
      throw new MalformedError("WIRE_SCHEMA", `${full} has a case twice`, 0);
    }
    return {
      kind: "union",
      name: full,
      extensibility,
      discriminator: discriminator as PrimitiveType | EnumType,
      cases,
      representations: representationsOf(declaration.annotations),
    };
  }

  #label(label: IdlExpression, scope: readonly string[]): number | bigint {
    const value = this.#evaluate(label, scope);
    if (typeof value === "boolean") return Number(value);
    return typeof value === "string" ? value.charCodeAt(0) : value;
  }

  #enum(full: string, declaration: IdlDeclaration & { kind: "enum" }): EnumType {
    let next = 0;
    const members = declaration.members.map(({ name, annotations }) => {
      const given = annotation(annotations, "value")?.value;
      const value = given === undefined ? next : Number(this.#evaluate(given, declaration.scope));
      next = value + 1;
      return { name, value };
    });
    const bound = this.#bitBound(declaration, 32);
    return { kind: "enum", name: full, bits: bound <= 8 ? 8 : bound <= 16 ? 16 : 32, members };
  }

  #bitmask(full: string, declaration: IdlDeclaration & { kind: "bitmask" }): BitmaskType {
    let next = 0;
    const flags = declaration.flags.map(({ name, annotations }) => {
      const given = annotation(annotations, "position")?.value;
      const position = given === undefined ? next : Number(this.#evaluate(given, declaration.scope));
      next = position + 1;
      return { name, position };
    });
    const bound = this.#bitBound(declaration, 32);
    return { kind: "bitmask", name: full, bits: bound <= 8 ? 8 : bound <= 16 ? 16 : bound <= 32 ? 32 : 64, flags };
  }

  #bitBound(declaration: IdlDeclaration, otherwise: number): number {
    const given = annotation(declaration.annotations, "bit_bound")?.value;
    return given === undefined ? otherwise : Number(this.#evaluate(given, declaration.scope));
  }

  #type(text: IdlTypeText, scope: readonly string[]): FieldType {
    switch (text.kind) {
      case "basic":
        return primitive(BASIC[text.name] ?? (text.name as PrimitiveName));
      case "string":
        return { kind: "string", wide: text.wide, bound: this.#size(text.bound, scope) };
      case "sequence":
        return { kind: "sequence", element: this.#type(text.element, scope), bound: this.#size(text.bound, scope) };
      case "name":
        return this.declared(this.#lookUp(text.name, scope, text.offset));
    }
  }

  /** `T a[2][3]` is an array of 2 arrays of 3. */
  #dimensioned(type: FieldType, dimensions: readonly IdlExpression[], scope: readonly string[]): FieldType {
    return dimensions.reduceRight<FieldType>(
      (element, dimension) => ({ kind: "array", element, length: this.#size(dimension, scope)! }),
      type,
    );
  }

  #size(expression: IdlExpression | undefined, scope: readonly string[]): number | undefined {
    if (expression === undefined) return undefined;
    const size = Number(this.#evaluate(expression, scope));
    if (Number.isInteger(size) && size > 0 && size <= 0xffff_ffff) return size;
    throw new MalformedError("WIRE_SCHEMA", `${size} is no length`, 0);
  }

  /** From the innermost scope outwards. IDL 4.2 §7.5.2. */
  #lookUp(name: string, scope: readonly string[], offset: number): string {
    if (name.startsWith("::")) {
      if (this.#declarations.has(name.slice(2))) return name.slice(2);
    } else {
      for (let depth = scope.length; depth >= 0; depth--) {
        const full = [...scope.slice(0, depth), name].join("::");
        if (this.#declarations.has(full)) return full;
      }
    }
    throw new DelosError("WIRE_SCHEMA_UNKNOWN", `the IDL lacks ${name}`, { details: { missing: name, offset } });
  }

  #evaluate(expression: IdlExpression, scope: readonly string[]): Value {
    switch (expression.kind) {
      case "value":
        return expression.value;
      case "name":
        return this.#named(expression.name, scope, expression.offset);
      case "unary": {
        const operand = this.#evaluate(expression.operand, scope);
        if (expression.operator === "-") return typeof operand === "bigint" ? -operand : -Number(operand);
        return expression.operator === "~" ? ~BigInt(operand) : operand;
      }
      case "binary":
        return arithmetic(
          expression.operator,
          this.#evaluate(expression.left, scope),
          this.#evaluate(expression.right, scope),
        );
    }
  }

  #named(name: string, scope: readonly string[], offset: number): Value {
    const full = this.#find(name, scope);
    const declaration = full === undefined ? undefined : this.#declarations.get(full);
    // Parameters of annotations are words of their own: `@extensibility(FINAL)`.
    if (declaration === undefined) return name;
    if (declaration.kind === "enumerator") {
      const type = this.declared([...declaration.scope, declaration.enum].join("::")) as EnumType;
      return BigInt(type.members.find((member) => member.name === declaration.name)!.value);
    }
    if (declaration.kind !== "const") throw new MalformedError("WIRE_SCHEMA", `${name} is no constant`, offset);
    if (this.#open.has(full!)) throw new MalformedError("WIRE_SCHEMA", `${name} is defined by itself`, offset);
    this.#open.add(full!);
    const value = this.#evaluate(declaration.value, declaration.scope);
    this.#open.delete(full!);
    return value;
  }

  #find(name: string, scope: readonly string[]): string | undefined {
    try {
      return this.#lookUp(name, scope, 0);
    } catch {
      return undefined;
    }
  }
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") {
    if ((operator === "/" || operator === "%") && right === 0n)
      throw new MalformedError("WIRE_SCHEMA", "division by 0", 0);
    if (operator === "<<" && (right > 64n || right < 0n))
      throw new MalformedError("WIRE_SCHEMA", `shift by ${right}`, 0);
    switch (operator) {
      case "+":
        return left + right;
      case "-":
        return left - right;
      case "*":
        return BigInt.asIntN(128, left * right);
      case "/":
        return left / right;
      case "%":
        return left % right;
      case "<<":
        return left << right;
      case ">>":
        return left >> BigInt.asUintN(8, right);
      case "|":
        return left | right;
      case "&":
        return left & right;
      case "^":
        return left ^ right;
    }
  }
  const [a, b] = [Number(left), Number(right)];
  const value = { "+": a + b, "-": a - b, "*": a * b, "/": a / b }[operator];
  if (value === undefined || Number.isNaN(value))
    throw new MalformedError("WIRE_SCHEMA", `no such value: ${left} ${operator} ${right}`, 0);
  return value;
}

/** Identifiers of IDL that differ in case alone are the same: some write `@Key`. IDL 4.2 §7.2.3. */
const annotation = (annotations: readonly IdlAnnotation[], name: string): IdlAnnotation | undefined =>
  annotations.find((candidate) => candidate.name.split("::").at(-1)!.toLowerCase() === name);

const wordOf = (found: IdlAnnotation | undefined): string | undefined =>
  found?.value?.kind === "name" ? found.value.name.split("::").at(-1) : undefined;

function extensibilityOf(annotations: readonly IdlAnnotation[]): Extensibility {
  const word = wordOf(annotation(annotations, "extensibility"));
  if (word === "MUTABLE" || annotation(annotations, "mutable") !== undefined) return "mutable";
  return word === "APPENDABLE" || annotation(annotations, "appendable") !== undefined ? "appendable" : "final";
}

/** `@data_representation(XCDR1 | XCDR2)`: a mask of words. DDS-XTypes 1.3 §7.3.1.2.1.6. */
function representationsOf(annotations: readonly IdlAnnotation[]): readonly (1 | 2)[] | undefined {
  const mask = annotation(annotations, "data_representation")?.value;
  if (mask === undefined) return undefined;
  const words = (of: IdlExpression): (string | undefined)[] =>
    of.kind === "binary"
      ? [...words(of.left), ...words(of.right)]
      : [of.kind === "name" ? of.name.split("::").at(-1) : ""];
  const named = words(mask);
  const versions = ([1, 2] as const).filter((version) => named.includes(`XCDR${version}`));
  if (versions.length > 0) return versions;
  throw new DelosError("WIRE_SCHEMA_UNSUPPORTED", "a data representation other than XCDR1 and XCDR2 cannot be written");
}

/** DDS-XTypes 1.3 §7.3.1.2.1.1: 28 bits of the MD5 of the member's name. */
function hashedId(name: string): number {
  const hash = md5(new TextEncoder().encode(name));
  return new DataView(hash.buffer).getUint32(0, true) & 0x0fff_ffff;
}

function defaultFor(type: FieldType, value: Value): DefaultValue {
  if (type.kind === "primitive") {
    if (type.name === "int64" || type.name === "uint64") return BigInt(value);
    if (type.name === "bool") return value === true || value === 1n;
    return type.name === "char" || type.name === "wchar" ? String(value) : Number(value);
  }
  if (type.kind === "enum") {
    if (typeof value === "string") return type.members.find(({ name }) => name === value)?.value ?? 0;
    return Number(value);
  }
  if (type.kind === "bitmask") return type.bits === 64 ? BigInt(value) : Number(value);
  if (type.kind === "array" || type.kind === "sequence") return [defaultFor(type.element, value)];
  return String(value);
}
