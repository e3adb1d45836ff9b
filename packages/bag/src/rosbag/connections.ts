import type { MessageSchema } from "@delos/core";
import type { ChannelList, RecordedChannel } from "../channel-list.ts";
import { type Fields, readFields } from "./record.ts";

/** Connections of one bag: connection id to channel. Ids are small in practice and anything in a damaged file. */
export class Connections {
  readonly all: RecordedChannel[] = [];
  readonly #channels: ChannelList;
  readonly #dense = new Int32Array(4096).fill(-1);
  readonly #sparse = new Map<number, number>();
  readonly #byIndex = new Map<number, RecordedChannel>();

  constructor(channels: ChannelList) {
    this.#channels = channels;
  }

  /** Channel index of a connection, −1 when it is not defined. */
  indexOf(id: number): number {
    return id < 4096 ? this.#dense[id]! : (this.#sparse.get(id) ?? -1);
  }

  /** The channel behind an index that `indexOf` gave. */
  byIndex(index: number): RecordedChannel {
    return this.#byIndex.get(index)!;
  }

  /**
   * Takes a connection record. The header's `topic` is the name the messages are stored under; the data's is the name the
   * publisher used.
   * @throws {MalformedError} when fields are missing
   */
  define(header: Fields, data: Uint8Array, offset: number): void {
    const id = header.u32("conn", offset);
    if (this.indexOf(id) >= 0) return;
    const fields = readFields(data, 0, data.length, offset);
    const topic = header.text("topic") ?? fields.text("topic") ?? "";
    const metadata = new Map<string, string>();
    for (const name of ["callerid", "latching", "md5sum"]) {
      const value = fields.text(name);
      if (value !== undefined) metadata.set(name, value);
    }
    const schema = schemaOf(fields);
    const payloadOffset = schema.messageEncoding === "protobuf" ? 4 : 0;
    const channel = this.#channels.add({ topic, schema, metadata, payloadOffset });
    this.all.push(channel);
    this.#byIndex.set(channel.index, channel);
    if (id < 4096) this.#dense[id] = channel.index;
    else this.#sparse.set(id, channel.index);
  }
}

/**
 * Apollo 1.0 to 3.0 made every protobuf message a ROS message: type `pb_msgs/` and the short name, definition the literal
 * text `protobuf`, data a u32 length and the protobuf bytes. No descriptor is stored; a registry finds the type by name.
 */
function schemaOf(fields: Fields): MessageSchema {
  const name = fields.text("type") ?? "";
  const md5sum = fields.text("md5sum") ?? "";
  const definition = fields.get("message_definition") ?? new Uint8Array(0);
  if (name.startsWith("pb_msgs/") && new TextDecoder().decode(definition).trim() === "protobuf") {
    return { name, messageEncoding: "protobuf", schemaEncoding: "", data: new Uint8Array(0), md5sum };
  }
  return { name, messageEncoding: "ros1", schemaEncoding: "ros1msg", data: definition.slice(), md5sum };
}
