import type { MessageCodec } from "@delos/core";
import { type FieldDescriptor, type MessageDescriptor, MessageType } from "@delos/msgs";
import { type DynamicCodec, type FieldType, type StructType, shortRosName } from "@delos/wire";

/** rosapi/TypeDef: `fieldarraylen` is -1 for one, 0 for a list of any length, or its length. */
export interface TypeDefinition {
  readonly type: string;
  readonly fieldnames: string[];
  readonly fieldtypes: string[];
  readonly fieldarraylen: number[];
  readonly examples: string[];
  readonly constnames: string[];
  readonly constvalues: string[];
}

/** The type and those it is made of, the type itself first. */
export function typeDefinitions(codec: MessageCodec): TypeDefinition[] {
  const found = new Map<string, TypeDefinition>();
  if (codec instanceof MessageType) addDescriptor(codec.descriptor, found);
  else {
    const { type } = codec as Partial<DynamicCodec>;
    if (type?.kind === "struct") addStruct(type, found);
  }
  return [...found.values()];
}

const empty = (type: string): TypeDefinition => ({
  type,
  fieldnames: [],
  fieldtypes: [],
  fieldarraylen: [],
  examples: [],
  constnames: [],
  constvalues: [],
});

function addStruct(struct: StructType, found: Map<string, TypeDefinition>): void {
  const name = shortRosName(struct.name);
  if (found.has(name)) return;
  const definition = empty(name);
  found.set(name, definition);
  for (const { name: constant, value } of struct.constants) {
    definition.constnames.push(constant);
    definition.constvalues.push(String(value));
  }
  for (const field of struct.fields) {
    if (field.hidden) continue;
    const { type } = field;
    const isList = type.kind === "array" || type.kind === "sequence";
    const element = isList ? type.element : type;
    definition.fieldnames.push(field.name);
    definition.fieldtypes.push(nameOf(element));
    definition.fieldarraylen.push(isList ? (type.kind === "array" ? type.length : 0) : -1);
    definition.examples.push(exampleOf(element, isList));
    if (element.kind === "struct") addStruct(element, found);
  }
}

function nameOf(type: FieldType): string {
  if (type.kind === "primitive") return type.name;
  if (type.kind === "time") return type.signed ? "duration" : "time";
  if (type.kind === "string") return type.wide ? "wstring" : "string";
  return type.kind === "struct" || type.kind === "union" || type.kind === "enum" ? shortRosName(type.name) : type.kind;
}

function exampleOf(type: FieldType, isList: boolean): string {
  if (isList) return "[]";
  if (type.kind === "primitive") return type.name === "bool" ? "false" : type.name.startsWith("float") ? "0.0" : "0";
  return type.kind === "string" ? "" : "{}";
}

function addDescriptor(descriptor: MessageDescriptor, found: Map<string, TypeDefinition>): void {
  if (found.has(descriptor.name)) return;
  const definition = empty(descriptor.name);
  found.set(descriptor.name, definition);
  for (const field of descriptor.fields) {
    const isList = field.label === "repeated";
    definition.fieldnames.push(field.name);
    definition.fieldtypes.push(field.message?.name ?? field.enum?.name ?? field.type);
    definition.fieldarraylen.push(isList ? 0 : -1);
    definition.examples.push(exampleOfField(field, isList));
    if (field.message !== undefined) addDescriptor(field.message, found);
  }
}

function exampleOfField(field: FieldDescriptor, isList: boolean): string {
  if (isList) return "[]";
  if (field.message !== undefined) return "{}";
  if (field.enum !== undefined) return field.enum.values[0]?.name ?? "0";
  return field.type === "bytes" ? "" : String(field.default ?? "");
}
