import { DelosError, MalformedError } from "@delos/core";
import { md5Hex } from "./md5.ts";
import {
  parseRosText,
  parseRosValue,
  parseRosValues,
  type RosDialect,
  type RosFieldText,
  type RosMessageText,
  shortRosName,
} from "./ros-text.ts";
import {
  type Constant,
  type DefaultValue,
  type Field,
  type FieldType,
  field,
  primitive,
  type StructType,
} from "./type-tree.ts";
import { wellKnownRosText } from "./well-known.ts";

const PLAIN = new Set<string>("bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split(" "));

/** Built-in type names that mean something else than they say. ROS 1's `byte` is signed, ROS 2's is not. */
const ALIASES: Readonly<Record<RosDialect, Readonly<Record<string, string>>>> = {
  ros1: { byte: "int8", char: "uint8" },
  ros2: { byte: "uint8", char: "uint8", octet: "uint8" },
};

/** What rosidl makes of an action: the three parts of its text, and what carries them. */
const ACTION_PART = /_(?:Goal|Result|Feedback|FeedbackMessage|(?:SendGoal|GetResult)_(?:Request|Response))$/;

/** A type as its definition has it: of each field the built-in type's name, or the full name of another type. */
export interface RosDescription {
  readonly name: string;
  readonly fields: {
    readonly name: string;
    readonly type: string;
    readonly nested: string;
    readonly array: RosFieldText["array"];
    readonly stringBound: number | undefined;
  }[];
}

/** The messages of one definition, by `pkg/Type`; types that the text leaves out are looked up among the well-known ones. */
class RosDefinitions {
  readonly dialect: RosDialect;
  readonly root: string;
  /** `pkg/Type` of the action that the root is a part of; its other parts begin with that, too. */
  readonly #action: string | undefined;
  readonly #texts = new Map<string, RosMessageText>();
  readonly #structs = new Map<string, StructType>();
  readonly #md5s = new Map<string, string>();
  /** Types being resolved, outermost first: meeting one of them again is a type that contains itself. */
  readonly #open = new Set<string>();

  constructor(text: string, rootName: string, dialect: RosDialect) {
    this.dialect = dialect;
    this.root = shortRosName(rootName);
    this.#action = rootName.includes("/action/") ? this.root.replace(ACTION_PART, "") : undefined;
    for (const message of parseRosText(text, rootName, dialect)) {
      if (!this.#texts.has(message.name)) this.#texts.set(message.name, message);
    }
  }

  struct(name: string = this.root): StructType {
    const known = this.#structs.get(name);
    if (known !== undefined) return known;
    const made = this.#within(name, (text) => this.#makeStruct(text));
    this.#structs.set(name, made);
    return made;
  }

  /** genmsg's checksum: of the text without comments, constants first, types of other messages replaced by their checksum. */
  md5(name: string = this.root): string {
    const known = this.#md5s.get(name);
    if (known !== undefined) return known;
    const made = this.#within(name, (text) => {
      const constants = text.constants.map((constant) => `${constant.type} ${constant.name}=${constant.text}`);
      const fields = text.fields.map((f) => {
        if (this.#builtIn(f.type) === undefined) return `${this.md5(this.#resolve(f.type, text.name))} ${f.name}`;
        const array = f.array === undefined ? "" : "length" in f.array ? `[${f.array.length}]` : "[]";
        return `${f.type}${array} ${f.name}`;
      });
      return md5Hex([...constants, ...fields].join("\n"));
    });
    this.#md5s.set(name, made);
    return made;
  }

  /** The root and every type that it is made of, as rosidl describes them: itself first. */
  descriptions(): RosDescription[] {
    const found = new Map<string, RosDescription>();
    const visit = (name: string): void => {
      if (found.has(name)) return;
      this.#within(name, (text) => {
        const described: RosDescription = { name: this.#fullName(name), fields: [] };
        found.set(name, described);
        for (const { name: fieldName, type, array, stringBound } of text.fields) {
          const builtIn = this.#builtIn(type, stringBound);
          const inner = builtIn === undefined ? this.#resolve(type, name) : undefined;
          const nested = inner !== undefined ? this.#fullName(inner) : builtIn?.kind === "struct" ? builtIn.name : "";
          described.fields.push({ name: fieldName, type: nested === "" ? type : "", nested, array, stringBound });
          if (inner !== undefined) visit(inner);
          else if (builtIn?.kind === "struct") visit(shortRosName(builtIn.name));
        }
      });
    };
    visit(this.root);
    return [...found.values()];
  }

  #within<R>(name: string, make: (text: RosMessageText) => R): R {
    if (this.#open.has(name)) throw new MalformedError("WIRE_SCHEMA", `${name} contains itself`, 0);
    this.#open.add(name);
    try {
      return make(this.#textOf(name));
    } finally {
      this.#open.delete(name);
    }
  }

  #textOf(name: string): RosMessageText {
    const given = this.#texts.get(name);
    if (given !== undefined) return given;
    const known = wellKnownRosText(name, this.dialect);
    if (known === undefined) {
      throw new DelosError("WIRE_SCHEMA_UNKNOWN", `the definition of ${this.root} lacks ${name}`, {
        details: { type: this.root, missing: name },
      });
    }
    const [text] = parseRosText(known, name, this.dialect);
    this.#texts.set(name, text!);
    return text!;
  }

  #makeStruct(text: RosMessageText): StructType {
    const fields = text.fields.map((f, id) => this.#field(f, id, text.name));
    const twice = fields.find(({ name }, i) => fields.findIndex((other) => other.name === name) !== i);
    if (twice !== undefined) throw new MalformedError("WIRE_SCHEMA", `${text.name} has ${twice.name} twice`, 0);
    if (fields.length === 0 && this.dialect === "ros2") {
      // rosidl: IDL has no empty struct. Every ROS 2 node writes this one byte.
      fields.push(field("structure_needs_at_least_one_member", primitive("uint8"), 0, { hidden: true }));
    }
    const constants = text.constants.map(({ name, type, text: value }): Constant => {
      const parsed = parseRosValue(ALIASES[this.dialect][type] ?? type, value);
      if (parsed === undefined) throw new MalformedError("WIRE_SCHEMA", `${name} = ${value} is no ${type}`, 0);
      // ROS 1 has no quotes around string constants: what stands there is the value.
      return { name, type, value: this.dialect === "ros1" && type === "string" ? value : parsed };
    });
    return { kind: "struct", name: this.#fullName(text.name), extensibility: "final", fields, constants };
  }

  #fullName(name: string): string {
    if (this.dialect === "ros1") return name;
    if (this.#action !== undefined && name.startsWith(`${this.#action}_`)) return name.replace("/", "/action/");
    return name.replace("/", /_(Request|Response)$/.test(name) ? "/srv/" : "/msg/");
  }

  #field(text: RosFieldText, id: number, owner: string): Field {
    const element = this.#builtIn(text.type, text.stringBound) ?? this.struct(this.#resolve(text.type, owner));
    const type: FieldType =
      text.array === undefined
        ? element
        : "length" in text.array
          ? { kind: "array", element, length: text.array.length }
          : { kind: "sequence", element, bound: text.array.bound };
    return field(text.name, type, id, { defaultValue: this.#default(text) });
  }

  #default(text: RosFieldText): DefaultValue | undefined {
    if (text.defaultText === undefined) return undefined;
    const type = ALIASES[this.dialect][text.type] ?? text.type;
    const parse = text.array === undefined ? parseRosValue : parseRosValues;
    const value = parse(type, text.defaultText);
    if (value === undefined) {
      throw new MalformedError("WIRE_SCHEMA", `${text.name}: ${text.defaultText} is no ${text.type}`, 0);
    }
    return value;
  }

  #builtIn(name: string, bound?: number): FieldType | undefined {
    const type = ALIASES[this.dialect][name] ?? name;
    if (PLAIN.has(type)) return primitive(type as Parameters<typeof primitive>[0]);
    if (type === "string") return { kind: "string", wide: false, bound };
    if (type === "wstring" && this.dialect === "ros2") return { kind: "string", wide: true, bound };
    if (type !== "time" && type !== "duration") return undefined;
    if (this.dialect === "ros1") return { kind: "time", signed: type === "duration" };
    // Early ROS 2 still allowed the ROS 1 words.
    return this.struct(`builtin_interfaces/${type === "time" ? "Time" : "Duration"}`);
  }

  /** genmsg's order: as written, then in the own package; `Header` is std_msgs'. Some tools leave the package out. */
  #resolve(written: string, owner: string): string {
    const name = shortRosName(written);
    if (name.includes("/")) return name;
    const own = `${owner.split("/")[0]}/${name}`;
    if (this.#texts.has(own) || wellKnownRosText(own, this.dialect) !== undefined) return own;
    if (name === "Header") return "std_msgs/Header";
    const elsewhere = [...this.#texts.keys()].filter((key) => key.endsWith(`/${name}`));
    return elsewhere.length === 1 ? elsewhere[0]! : own;
  }
}

/**
 * The tree of a ROS 1 `message_definition` (with its dependencies, as bags carry it).
 * @param name `pkg/Type`
 * @throws {MalformedError} `WIRE_SCHEMA`
 * @throws {DelosError} `WIRE_SCHEMA_UNKNOWN` when a type is neither in the text nor well known
 */
export function parseRos1(text: string, name: string): StructType {
  return new RosDefinitions(text, name, "ros1").struct();
}

/** The checksum by which ROS 1 nodes agree on a type: 32 hex digits, equal to what `rosmsg md5` prints. */
export function ros1Md5(text: string, name: string): string {
  return new RosDefinitions(text, name, "ros1").md5();
}

/** @throws as `parseRos2` */
export function describeRos2(text: string, name: string): RosDescription[] {
  return new RosDefinitions(text, name, "ros2").descriptions();
}

/** The tree of a ROS 2 `.msg` text, with dependencies after separators as in MCAP's `ros2msg`. */
export function parseRos2(text: string, name: string): StructType {
  return new RosDefinitions(text, name, "ros2").struct();
}
