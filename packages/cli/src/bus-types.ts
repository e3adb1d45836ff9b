import { DelosError, type MessageCodec, type MessageSchema, UsageError } from "@delos/core";
import { messageTypes } from "@delos/msgs";
import { codecFor, idlSchema, ros2Schema, shortRosName, wellKnownRosText } from "@delos/wire";
import { text } from "./bus-options.ts";
import type { CommandContext } from "./command.ts";
import { rosFile, rosParts } from "./ros-files.ts";

/** Where types come from that are neither Delos' own nor ROS' standard ones. */
export const TYPE_OPTIONS = { cdr: { type: "string" }, msg: { type: "string" } } as const;
export const TYPE_HELP = {
  cdr: "The type's fields in IDL: 'string color; long x;' (@key marks keys), or a whole IDL text that declares it",
  msg: "The type's .msg file of ROS 2, or its text; types of its members are looked for beside it",
} as const;

const ROS_TYPE = /^(\w+)\/(?:(msg|srv|action)\/)?(\w+)$/;
const DDS_ROS_TYPE = /^(\w+)::(msg|srv|action)::dds_::(\w+)_$/;

/** A topic and a type as the command line names them, and how they go on the wire. */
export interface Named {
  readonly topic: string;
  readonly type: string | undefined;
  readonly naming: "auto" | "ros2" | "plain";
}

/**
 * With --ros2 in ROS 2's way; without it as given, and whatever is published where no type is given. Who writes ROS 2's names
 * out (`rt/chatter`, `std_msgs::msg::dds_::String_`) means the same as --ros2.
 */
export function namesOf(context: CommandContext, topic: string, type: string | undefined): Named {
  const dds = type === undefined ? null : DDS_ROS_TYPE.exec(type);
  if (dds !== null && topic.startsWith("rt/")) {
    return { topic: topic.slice(2), type: `${dds[1]}/${dds[2]}/${dds[3]}`, naming: "ros2" };
  }
  if (context.values["ros2"] === true) return { topic: absolute(topic), type: type && rosType(type), naming: "ros2" };
  return { topic, type, naming: type === undefined ? "auto" : "plain" };
}

/**
 * ROS 2's topics are absolute: `chatter` is `/chatter`.
 * @throws {UsageError} for what ROS 2 takes for no name (rmw, `rmw_validate_full_topic_name`)
 */
function absolute(topic: string): string {
  const name = topic.startsWith("/") ? topic : `/${topic}`;
  const wrong =
    topic.startsWith("~") || topic.includes("{")
      ? "what ~ and {} stand for is to be written out here"
      : name.endsWith("/")
        ? "it ends in a slash"
        : name.includes("//")
          ? "it has two slashes in a row"
          : /\/\d/.test(name)
            ? "no part of it begins with a digit"
            : /[^\w/]/.test(name)
              ? "it is of letters, digits, _ and / alone"
              : undefined;
  if (wrong !== undefined) throw new UsageError(`${topic} is no topic of ROS 2: ${wrong}`);
  return name;
}

/** `std_msgs/String` is short for `std_msgs/msg/String`. */
export function rosType(type: string, kind: "msg" | "srv" | "action" = "msg"): string {
  const parts = ROS_TYPE.exec(type);
  return parts === null ? type : `${parts[1]}/${parts[2] ?? kind}/${parts[3]}`;
}

/**
 * The codec of a type by its name: fields given by --cdr or --msg, a protobuf type of Delos (`apollo.canbus.Chassis`,
 * `pb_msgs/Chassis`), a standard type of ROS 2, one of a ROS 2 that is installed here. Undefined when nobody knows its fields.
 */
export function findCodec(context: CommandContext, type: string, topic?: string): MessageCodec | undefined {
  const [cdr, msg] = [text(context.values, "cdr"), text(context.values, "msg")];
  if (cdr !== undefined) return codecFor(idlSchema(type, idlOf(type, cdr)));
  if (msg !== undefined)
    return codecFor(ros2Schema(type, rosParts(rosFile(type, "msg", msg, context)!, type, context.env)[0]!));
  const protobuf = messageTypes.find(type, topic === undefined ? {} : { topic });
  if (protobuf !== undefined) return protobuf as MessageCodec;
  const dds = DDS_ROS_TYPE.exec(type);
  const ros = dds === null ? type : `${dds[1]}/${dds[2]}/${dds[3]}`;
  if (!ROS_TYPE.test(ros)) return undefined;
  const known = wellKnownRosText(shortRosName(ros), "ros2");
  if (known !== undefined) return codecFor(ros2Schema(type, known));
  const file = rosFile(ros, "msg", undefined, context);
  return file === undefined ? undefined : codecFor(ros2Schema(type, rosParts(file, ros, context.env)[0]!));
}

/** @throws {DelosError} BUS_TYPE_UNKNOWN */
export function codecOf(context: CommandContext, type: string, topic?: string): MessageCodec {
  const codec = findCodec(context, type, topic);
  if (codec !== undefined) return codec;
  throw new DelosError(
    "BUS_TYPE_UNKNOWN",
    `the fields of ${type} are not known: give them by --cdr 'IDL' or --msg FILE`,
    { details: { type } },
  );
}

/** The schema of a type of which only the bytes matter. */
export const opaqueSchema = (type: string): MessageSchema => ({
  name: type,
  messageEncoding: "cdr",
  schemaEncoding: "",
  data: new Uint8Array(0),
});

/** Fields alone become a struct of the type's name, in the modules that the name says. */
export function idlOf(type: string, fields: string): string {
  if (/\b(struct|union)\s+\w/.test(fields)) return fields;
  const modules = type.replaceAll("/", "::").split("::").filter(Boolean);
  const struct = `struct ${modules.pop()} { ${fields.replace(/;?\s*$/, ";")} };`;
  return modules.reduceRight((inner, module) => `module ${module} { ${inner} };`, struct);
}
