import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DelosError, describeError, type JsonValue, UsageError } from "@delos/core";
import {
  loadDescriptorSet,
  type MessageType,
  messageTypes,
  protoDefinition,
  rosMd5,
  rosName,
  type TypeRegistry,
} from "@delos/msgs";
import { shortRosName, wellKnownRosText } from "@delos/wire";
import type { Command, CommandContext } from "../command.ts";
import { type RosKind, rosFile, rosParts } from "../ros-files.ts";

const WHERE = {
  proto: { type: "string", multiple: true },
  "proto-path": { type: "string", multiple: true },
  "descriptor-set": { type: "string" },
} as const;
const WHERE_HELP = {
  proto: "Take the type from this .proto file (repeatable)",
  "proto-path": "Folder below which its imports are (repeatable)",
  "descriptor-set":
    "Take the type from this FileDescriptorSet, as protoc --include_imports --descriptor_set_out writes it",
};
const TOPIC_HELP = "Topic it is on, where several types share a ROS name (pb_msgs/Imu)";
const NAMES = "TYPE is a full name (apollo.canbus.Chassis) or Apollo's ROS name (pb_msgs/Chassis).";

const encode: Command = {
  name: "msg encode",
  usage: "msg encode TYPE [--text] [--topic TOPIC] [--proto FILE… | --descriptor-set FILE] < JSON > BYTES",
  summary: "Encode a message: JSON or text format in, protobuf bytes out",
  description: `${NAMES} JSON has the names of the .proto, 64-bit integers as strings, bytes as base64, enums by name.`,
  examples: ["echo '{\"speed_mps\":3.5}' | delos msg encode pb_msgs/Chassis > chassis.bin"],
  options: { ...WHERE, topic: { type: "string" }, text: { type: "boolean" } },
  optionHelp: { ...WHERE_HELP, topic: TOPIC_HELP, text: "Input is protobuf text format (.pb.txt)" },
  async run(context) {
    const type = await typeOf(context);
    const input = new TextDecoder().decode(await readAll(context));
    const value = context.values["text"] === true ? type.fromText(input) : type.fromJSON(parseJson(input));
    context.out.write(type.encode(value));
  },
};

const decode: Command = {
  name: "msg decode",
  usage: "msg decode TYPE [--text] [--topic TOPIC] [--proto FILE… | --descriptor-set FILE] < BYTES > JSON",
  summary: "Decode a message: protobuf bytes in, JSON or text format out",
  description: `${NAMES} Fields that are not set are absent. --json prints one line.`,
  examples: ["delos msg decode pb_msgs/Chassis < chassis.bin"],
  options: { ...WHERE, topic: { type: "string" }, text: { type: "boolean" } },
  optionHelp: { ...WHERE_HELP, topic: TOPIC_HELP, text: "Print protobuf text format" },
  async run(context) {
    const type = await typeOf(context);
    const value = type.decode(await readAll(context));
    if (context.values["text"] === true && !context.json) context.out.write(type.toText(value));
    else context.out.write(`${JSON.stringify(type.toJSON(value), null, context.json ? 0 : 2)}\n`);
  },
};

const show: Command = {
  name: "msg show",
  usage: "msg show TYPE [--topic TOPIC] [--proto FILE… | --descriptor-set FILE] [--json]",
  summary: "Show the definition of a message type",
  description: `${NAMES} --json adds the ROS name and its md5sum.
Types of ROS 2 (std_msgs/msg/String, std_srvs/srv/Trigger, example_interfaces/action/Fibonacci) are shown as ros2 interface show has them.`,
  examples: ["delos msg show pb_msgs/PadMessage", "delos msg show geometry_msgs/msg/Twist"],
  options: { ...WHERE, topic: { type: "string" } },
  optionHelp: { ...WHERE_HELP, topic: TOPIC_HELP },
  async run(context) {
    const [name = ""] = context.positionals;
    const ros = /^\w+\/(msg|srv|action)\/\w+$/.test(name) ? rosDefinition(context, name) : undefined;
    if (ros !== undefined) {
      context.out.write(context.json ? `${JSON.stringify({ name, definition: ros })}\n` : ros);
      return;
    }
    const type = await typeOf(context);
    context.out.write(context.json ? `${JSON.stringify(describe(type))}\n` : protoDefinition(type.descriptor));
  },
};

const list: Command = {
  name: "msg list",
  usage: "msg list [PREFIX] [--proto FILE… | --descriptor-set FILE] [--json]",
  summary: "List message types",
  examples: ["delos msg list apollo.control"],
  options: WHERE,
  optionHelp: WHERE_HELP,
  async run(context) {
    const [prefix = ""] = context.positionals;
    const names = (await registryOf(context)).names.filter((name) => name === prefix || name.startsWith(prefix));
    context.out.write(
      context.json ? `${JSON.stringify({ types: names })}\n` : names.map((name) => `${name}\n`).join(""),
    );
  },
};

export const commands: readonly Command[] = [encode, decode, show, list];

/** The parts of a type of ROS 2 with --- between them, each member of a message type followed by what that is made of. */
function rosDefinition(context: CommandContext, type: string): string | undefined {
  const [pkg = "", kind = "", short = ""] = type.split("/");
  const suffixes = { srv: ["_Request", "_Response"], action: ["_Goal", "_Result", "_Feedback"] }[kind] ?? [""];
  const known = suffixes.flatMap((suffix) => wellKnownRosText(`${pkg}/${short}${suffix}`, "ros2") ?? []);
  const file = known.length > 0 ? undefined : rosFile(type, kind as RosKind, undefined, context);
  const parts = file === undefined ? known : rosParts(file, type, context.env);
  if (parts.length === 0) return undefined;
  return parts.map((part) => indented(part, pkg)).join("---\n");
}

function indented(definition: string, pkg: string): string {
  const [own = "", ...others] = definition.split(/\n=+\nMSG: /);
  const beside = new Map(others.map((each) => [each.slice(0, each.indexOf("\n")), each.slice(each.indexOf("\n") + 1)]));
  const lines = (text: string, of: string, depth: number): string[] =>
    text.split("\n").flatMap((line) => {
      if (line.trim() === "") return [];
      const [, written = ""] = /^\s*([A-Za-z][\w/]*)/.exec(line) ?? [];
      const name =
        written === "Header" ? "std_msgs/Header" : written.includes("/") ? shortRosName(written) : `${of}/${written}`;
      const inner = beside.get(name) ?? (/^\s*#/.test(line) ? undefined : wellKnownRosText(name, "ros2"));
      const nested = inner === undefined || depth > 20 ? [] : lines(inner, name.split("/")[0]!, depth + 1);
      return [`${"\t".repeat(depth)}${line.trim()}\n`, ...nested];
    });
  return lines(own, pkg, 0).join("");
}

async function typeOf(context: CommandContext): Promise<MessageType> {
  const [name, ...more] = context.positionals;
  if (name === undefined) throw new UsageError("which type? See: delos msg list");
  if (more.length > 0) throw new UsageError(`one type at a time, not also ${more.join(" ")}`);
  const { topic } = context.values;
  return (await registryOf(context)).get(name, typeof topic === "string" ? { topic } : {});
}

/** Delos' own types, or those of the files that the options name. The parser of `.proto` is loaded only for those. */
async function registryOf({ values, cwd }: CommandContext): Promise<TypeRegistry> {
  const protos = strings(values["proto"]);
  const set = values["descriptor-set"];
  if (protos.length > 0 && set !== undefined) throw new UsageError("--proto and --descriptor-set exclude each other");
  if (typeof set === "string") return loadDescriptorSet(readFile(resolve(cwd, set)));
  if (protos.length === 0) return messageTypes;
  const { loadProto } = await import("@delos/msgs/proto");
  const importPaths = strings(values["proto-path"]).map((path) => resolve(cwd, path));
  return loadProto(
    protos.map((file) => resolve(cwd, file)),
    importPaths.length > 0 ? { importPaths } : {},
  );
}

const strings = (value: CommandContext["values"][string]): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];

function readFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new DelosError("FILE_UNREADABLE", describeError(cause), { cause, details: { file: path } });
  }
}

async function readAll({ in: input, signal }: CommandContext): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) {
    signal.throwIfAborted();
    chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new DelosError("MSG_JSON_SYNTAX", `standard input is not JSON: ${describeError(cause)}`, { cause });
  }
}

/** The definition as data. */
function describe(type: MessageType): object {
  const { descriptor } = type;
  return {
    name: type.name,
    ros_name: rosName(type),
    ros_md5sum: rosMd5(type),
    file: descriptor.file.name,
    syntax: descriptor.file.syntax,
    fields: descriptor.fields.map((field) => ({
      name: field.name,
      number: field.number,
      label: field.label,
      type: field.message?.name ?? field.enum?.name ?? field.type,
      ...(field.hasDefault ? { default: defaultOf(field) } : {}),
      ...(field.packed ? { packed: true } : {}),
      ...(field.oneof === undefined ? {} : { oneof: field.oneof }),
      ...(field.deprecated ? { deprecated: true } : {}),
      ...(field.enum === undefined
        ? {}
        : { values: Object.fromEntries(field.enum.values.map((value) => [value.name, value.number])) }),
    })),
  };
}

type Field = MessageType["descriptor"]["fields"][number];

function defaultOf(field: Field): JsonValue {
  const value = field.default;
  if (field.enum !== undefined) return field.enum.nameOf(value as number) ?? (value as number);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "bigint" ? String(value) : (value ?? null);
}
