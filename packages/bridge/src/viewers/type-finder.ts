import type { MessageCodec, MessageSchema } from "@delos/core";
import { messageTypes } from "@delos/msgs";
import { codecFor, ros2Schema, shortRosName, wellKnownRosText } from "@delos/wire";
import type { ViewedBus } from "./viewed-bus.ts";

const ROS_NAME = /^(\w+)\/(?:msg\/)?(\w+)$/;

/** `std_msgs/String` and `std_msgs/msg/String` are one type. */
export function isSameType(a: string, b: string): boolean {
  return a === b || a.replace("/msg/", "/") === b.replace("/msg/", "/");
}

/**
 * The codec for what a viewer publishes on a topic: as whoever is on the topic already has the type; else a type of Delos by
 * its name (`apollo.control.PadMessage`, `pb_msgs/PadMessage`); else a standard type of ROS, as ROS 2 encodes it. Undefined
 * when nobody knows its fields.
 */
export function codecOfType(bus: ViewedBus, topic: string, type: string): MessageCodec | undefined {
  const spoken = schemasOn(bus, topic).find(({ name }) => isSameType(name, type));
  const known = spoken === undefined ? undefined : bus.codecs(spoken);
  if (known !== undefined) return known;
  const protobuf = messageTypes.find(type, { topic });
  if (protobuf !== undefined) return protobuf as MessageCodec;
  const ros = ROS_NAME.exec(type);
  const text = ros === null ? undefined : wellKnownRosText(shortRosName(type), "ros2");
  return text === undefined ? undefined : (codecFor(ros2Schema(`${ros![1]}/msg/${ros![2]}`, text)) as MessageCodec);
}

/** Types that somebody publishes or wants on a topic. */
export function schemasOn({ runtime }: ViewedBus, topic: string): readonly MessageSchema[] {
  const found: MessageSchema[] = [];
  for (const { discovery } of runtime.transports)
    for (const endpoint of discovery.endpoints.values())
      if (endpoint.topic === topic && endpoint.schema !== undefined) found.push(endpoint.schema);
  return found;
}
