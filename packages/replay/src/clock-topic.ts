import { messageCodecs } from "@delos/bag";
import { DelosError, type MessageCodec, type MessageSchema } from "@delos/core";
import { delos } from "@delos/msgs";
import type { Node } from "@delos/runtime";
import { type Publisher, topic } from "@delos/runtime";

export const CLOCK_TOPIC = "/clock";

/** Stamps of recorded time, in the type that the recording's own world understands. */
export interface ClockPublisher {
  publish(timeNs: bigint, rate: number, pass: number): void;
}

const text = (definition: string): Uint8Array => new TextEncoder().encode(definition);

/** rosgraph_msgs/Clock.msg of ROS 1 */
const ROS1: MessageSchema = {
  name: "rosgraph_msgs/Clock",
  messageEncoding: "ros1",
  schemaEncoding: "ros1msg",
  data: text("time clock\n"),
  md5sum: "a9c97c1d230cfc112e270351a944ee47",
};
/** rosgraph_msgs/msg/Clock.msg of ROS 2 */
const ROS2: MessageSchema = {
  name: "rosgraph_msgs/msg/Clock",
  messageEncoding: "cdr",
  schemaEncoding: "ros2msg",
  data: text(
    `builtin_interfaces/Time clock\n${"=".repeat(80)}\nMSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n`,
  ),
};

/** `encodings`: of the recording's messages. The first that has a clock type of its own decides; else it is delos.Clock. */
export function clockPublisher(node: Node, encodings: Iterable<string>): ClockPublisher {
  for (const encoding of encodings) {
    if (encoding === "ros1" || encoding === "cdr") return rosClock(node, encoding === "ros1" ? ROS1 : ROS2);
    if (encoding === "protobuf") break;
  }
  const publisher = node.publisher(topic(CLOCK_TOPIC, delos.Clock));
  return {
    publish: (timeNs, rate, pass) => void publisher.publish({ time_ns: timeNs, rate, pass }, { sourceTimeNs: timeNs }),
  };
}

function rosClock(node: Node, schema: MessageSchema): ClockPublisher {
  const codec = messageCodecs()(schema) as MessageCodec | undefined;
  if (codec === undefined) throw new DelosError("PLAYER_FAILED", `no codec for ${schema.name}`);
  const publisher: Publisher = node.publisher(topic(CLOCK_TOPIC, codec));
  const fraction = schema === ROS1 ? "nsec" : "nanosec";
  return {
    publish: (timeNs) => {
      const clock = { sec: Number(timeNs / 1_000_000_000n), [fraction]: Number(timeNs % 1_000_000_000n) };
      publisher.publish({ clock }, { sourceTimeNs: timeNs });
    },
  };
}
