import { MemorySink } from "./byte-sink.ts";
import { CyberWriter } from "./cyber/cyber-writer.ts";
import { McapWriter, type McapWriterOptions } from "./mcap/mcap-writer.ts";
import { type NewConnection, RosbagWriter } from "./rosbag/rosbag-writer.ts";

/** A message as tests think of it. */
export interface PlainMessage {
  readonly topic: string;
  readonly timeNs: bigint;
  readonly data: Uint8Array;
}

/** The messages in the order given, as an MCAP file. */
export async function mcapOf(
  messages: readonly PlainMessage[],
  options: McapWriterOptions & { readonly flushEvery?: number } = {},
): Promise<Uint8Array> {
  const sink = new MemorySink();
  const writer = await McapWriter.create(sink, options);
  const schemaId = writer.addSchema({ name: "Thing", encoding: "jsonschema", data: new TextEncoder().encode("{}") });
  const channels = new Map<string, number>();
  for (const [i, { topic, timeNs, data }] of messages.entries()) {
    let id = channels.get(topic);
    if (id === undefined) {
      id = writer.addChannel({ topic, schemaId, messageEncoding: "json" });
      channels.set(topic, id);
    }
    writer.writeMessage(id, i, timeNs, timeNs + 1n, data);
    if (options.flushEvery !== undefined && (i + 1) % options.flushEvery === 0) writer.flush();
  }
  writer.close();
  return sink.bytes.slice();
}

/** The same as a ROS bag. Every second message of a topic comes from a second publisher. */
export function rosbagOf(
  messages: readonly PlainMessage[],
  options: {
    readonly compression?: "none" | "lz4";
    readonly flushEvery?: number;
    readonly chunkBytes?: number;
    readonly connection?: Pick<NewConnection, "type" | "md5sum" | "definition">;
  } = {},
): Uint8Array {
  const sink = new MemorySink();
  const writer = new RosbagWriter(sink, options);
  const connections = new Map<string, number>();
  for (const [i, { topic, timeNs, data }] of messages.entries()) {
    const callerid = `/publisher_${i % 2}`;
    let id = connections.get(topic + callerid);
    if (id === undefined) {
      id = writer.addConnection({
        topic,
        ...(options.connection ?? STRING),
        callerid,
        latching: false,
      });
      connections.set(topic + callerid, id);
    }
    writer.writeMessage(id, timeNs, data);
    if (options.flushEvery !== undefined && (i + 1) % options.flushEvery === 0) writer.flush();
  }
  writer.close();
  return sink.bytes.slice();
}

/** The same as a Cyber record. */
export function cyberRecordOf(
  messages: readonly PlainMessage[],
  options: { readonly flushEvery?: number } = {},
): Uint8Array {
  const sink = new MemorySink();
  const writer = new CyberWriter(sink, { chunkIntervalNs: 2n ** 62n });
  for (const [i, { topic, timeNs, data }] of messages.entries()) {
    writer.addChannel(topic, "some.Thing", new Uint8Array(0));
    writer.writeMessage(topic, timeNs, data);
    if (options.flushEvery !== undefined && (i + 1) % options.flushEvery === 0) writer.flush();
  }
  writer.close();
  return sink.bytes.slice();
}

const STRING = {
  type: "std_msgs/String",
  md5sum: "992ce8a1687cec8c8bd883ec73ca41d1",
  definition: new TextEncoder().encode("string data\n"),
};
