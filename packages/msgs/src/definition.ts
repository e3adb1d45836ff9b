import type { EnumDescriptor, FieldDescriptor, MessageDescriptor } from "./descriptor.ts";

/**
 * A message type as `.proto` text, for people: its fields and what is declared inside it, names of other types in full.
 */
export function protoDefinition(descriptor: MessageDescriptor): string {
  const head = [
    `syntax = "${descriptor.file.syntax}";`,
    ...(descriptor.file.package === "" ? [] : [`package ${descriptor.file.package};`]),
    "",
  ];
  return `${[...head, ...message(descriptor, "")].join("\n")}\n`;
}

const short = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

function message(descriptor: MessageDescriptor, indent: string): string[] {
  const inner = `${indent}  `;
  const lines = [`${indent}message ${short(descriptor.name)} {`];
  for (const nested of descriptor.enums) lines.push(...enumeration(nested, inner));
  for (const nested of descriptor.messages) if (!nested.mapEntry) lines.push(...message(nested, inner));
  const done = new Set<string>();
  for (const each of descriptor.fields) {
    if (each.oneof === undefined) lines.push(inner + field(each, descriptor));
    else if (!done.has(each.oneof)) {
      done.add(each.oneof);
      const members = descriptor.fields.filter((other) => other.oneof === each.oneof);
      lines.push(`${inner}oneof ${each.oneof} {`, ...members.map((other) => `${inner}  ${field(other, descriptor)}`));
      lines.push(`${inner}}`);
    }
  }
  return [...lines, `${indent}}`];
}

function enumeration(descriptor: EnumDescriptor, indent: string): string[] {
  const values = descriptor.values.map((value) => `${indent}  ${value.name} = ${value.number};`);
  return [`${indent}enum ${short(descriptor.name)} {`, ...values, `${indent}}`];
}

function field(descriptor: FieldDescriptor, owner: MessageDescriptor): string {
  const options = [
    ...(descriptor.hasDefault ? [`default = ${defaultText(descriptor)}`] : []),
    ...(descriptor.packed && owner.file.syntax === "proto2" ? ["packed = true"] : []),
    ...(descriptor.deprecated ? ["deprecated = true"] : []),
  ];
  const tail = ` ${descriptor.name} = ${descriptor.number}${options.length > 0 ? ` [${options.join(", ")}]` : ""};`;
  const entry = descriptor.message;
  if (entry?.mapEntry === true) {
    const [key, value] = entry.fields.map(typeName);
    return `map<${key}, ${value}>${tail}`;
  }
  const implied = owner.file.syntax === "proto3" && (!descriptor.presence || descriptor.message !== undefined);
  const label =
    descriptor.oneof !== undefined || (implied && descriptor.label !== "repeated") ? "" : `${descriptor.label} `;
  return label + typeName(descriptor) + tail;
}

const typeName = (descriptor: FieldDescriptor): string =>
  descriptor.message?.name ?? descriptor.enum?.name ?? descriptor.type;

function defaultText({ default: value, type, enum: names }: FieldDescriptor): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(String.fromCharCode(...value));
  if (type === "enum") return names!.nameOf(value as number) ?? String(value);
  return String(value).replace("NaN", "nan").replace("Infinity", "inf");
}
