import type { MessageSchema } from "@delos/core";
import { shortRosName, wellKnownRosText } from "@delos/wire";

/**
 * How topics and types are named on the wire. `ros2`: as the RMWs of ROS 2 do (`rt/chatter`, `std_msgs::msg::dds_::String_`).
 * `plain`: as they are, for DDS peers and Cyber RT. `auto`: ROS 2's way for ROS 2 types (`pkg/msg/Type`), plainly for others.
 */
export type Naming = "auto" | "ros2" | "plain";

const ROS_TYPE = /^(\w+)\/(msg|srv|action)\/(\w+)$/;
const DDS_ROS_TYPE = /^(\w+)::(msg|srv|action)::dds_::(\w+)_$/;
/** Prefixes of ROS 2's own topics. design.ros2.org, "Topic and Service name mapping to DDS". */
const SERVICE_TOPIC = /^r[qr]\//;

const usesRos = (schema: MessageSchema | undefined, naming: Naming): boolean =>
  naming === "ros2" || (naming === "auto" && schema?.messageEncoding === "cdr" && ROS_TYPE.test(schema.name));

export function topicOnWire(topic: string, schema: MessageSchema | undefined, naming: Naming): string {
  if (!usesRos(schema, naming) || SERVICE_TOPIC.test(topic)) return topic;
  return topic.startsWith("/") ? `rt${topic}` : `rt/${topic}`;
}

/** `*`: of a reader that takes any type. */
export function typeOnWire(schema: MessageSchema | undefined, naming: Naming): string {
  if (schema === undefined) return "*";
  const ros = naming === "plain" ? null : ROS_TYPE.exec(schema.name);
  return ros === null ? schema.name : `${ros[1]}::${ros[2]}::dds_::${ros[3]}_`;
}

/** The topic that users know; the inverse of `topicOnWire`. */
export function topicOfWire(name: string, naming: Naming): string {
  return naming !== "plain" && name.startsWith("rt/") ? name.slice(2) : name;
}

/** The schema that a foreign endpoint's type name tells; its text is there for ROS 2's standard types only. */
export function schemaOfWire(type: string): MessageSchema | undefined {
  if (type === "*") return undefined;
  const ros = DDS_ROS_TYPE.exec(type);
  const name = ros === null ? type : `${ros[1]}/${ros[2]}/${ros[3]}`;
  const text = ros === null ? undefined : wellKnownRosText(shortRosName(name), "ros2");
  const data = text === undefined ? new Uint8Array(0) : new TextEncoder().encode(text);
  return { name, messageEncoding: "cdr", schemaEncoding: text === undefined ? "" : "ros2msg", data };
}
