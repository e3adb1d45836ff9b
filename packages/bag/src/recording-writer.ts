import { DelosError, type MessageSchema } from "@delos/core";
import { messageTypes, rosMd5, rosName, type TypeRegistry } from "@delos/msgs";
import { type ByteSink, createFile } from "./byte-sink.ts";
import { payloadOf } from "./channel-codecs.ts";
import { CyberWriter } from "./cyber/cyber-writer.ts";
import { McapWriter } from "./mcap/mcap-writer.ts";
import type { Attachment, Channel, Metadata, RecordingFormat } from "./recording.ts";
import { RosbagWriter } from "./rosbag/rosbag-writer.ts";

/** Writes messages of any recording into a file of one format; each format keeps what it can express. */
export interface RecordingWriter extends Disposable {
  readonly format: RecordingFormat;
  /**
   * Appends a message as it was read. Channels are introduced by their first message.
   * @throws {DelosError} BAG_CANNOT_WRITE when the format has no way to hold messages of this encoding
   */
  write(channel: Channel, logTimeNs: bigint, publishTimeNs: bigint, sequence: number, data: Uint8Array): void;
  /** Kept by MCAP, dropped by the others. */
  addMetadata(metadata: Metadata): void;
  addAttachment(attachment: Attachment): void;
  /** Finishes the file. Again: nothing. */
  close(): void;
}

export interface RecordingWriterOptions {
  readonly format: RecordingFormat;
  /** What the format writes: MCAP none, lz4, zstd (default); ROS bag none, lz4 (default); record none. */
  readonly compression?: string | undefined;
  readonly chunkBytes?: number | undefined;
  /** Where types are found that the source names without describing them. Default: Delos' own. */
  readonly registry?: TypeRegistry;
}

/** The format that a file name asks for: `.bag`, `.mcap`, `.record` (and `.record.00000`). Undefined for others. */
export function formatOfName(name: string): RecordingFormat | undefined {
  if (name.endsWith(".bag")) return "rosbag";
  if (name.endsWith(".mcap")) return "mcap";
  return /\.record(\.\d+)*$/.test(name) ? "record" : undefined;
}

/** Creates a recording in `target`, a file name or a sink. @throws {DelosError} BAG_IO, BAG_CANNOT_WRITE */
export async function createRecording(
  target: string | ByteSink,
  options: RecordingWriterOptions,
): Promise<RecordingWriter> {
  const { format, compression, chunkBytes, registry = messageTypes } = options;
  const known = COMPRESSIONS[format];
  if (compression !== undefined && !known.includes(compression)) {
    throw new DelosError(
      "BAG_CANNOT_WRITE",
      `a ${format} file is written with ${known.join(" or ")}, not ${compression}`,
    );
  }
  const chunk = chunkBytes === undefined ? {} : { chunkBytes };
  const sink = typeof target === "string" ? createFile(target) : target;
  switch (format) {
    case "mcap": {
      const how = { ...chunk, compression: (compression ?? "zstd") as "none" | "lz4" | "zstd" };
      return new McapRecording(await McapWriter.create(sink, how), registry);
    }
    case "rosbag": {
      const how = { ...chunk, compression: (compression ?? "lz4") as "none" | "lz4" };
      return new RosbagRecording(new RosbagWriter(sink, how));
    }
    case "record":
      return new CyberRecording(new CyberWriter(sink, chunk), registry);
  }
}

const COMPRESSIONS: Readonly<Record<RecordingFormat, readonly string[]>> = {
  mcap: ["none", "lz4", "zstd"],
  rosbag: ["none", "lz4"],
  record: ["none"],
};

class McapRecording implements RecordingWriter {
  readonly format = "mcap";
  readonly #writer: McapWriter;
  readonly #registry: TypeRegistry;
  readonly #channels = new Map<Channel, number>();
  readonly #schemas = new Map<string, number>();

  constructor(writer: McapWriter, registry: TypeRegistry) {
    this.#writer = writer;
    this.#registry = registry;
  }

  write(channel: Channel, logTimeNs: bigint, publishTimeNs: bigint, sequence: number, data: Uint8Array): void {
    let id = this.#channels.get(channel);
    if (id === undefined) {
      id = this.#add(channel);
      this.#channels.set(channel, id);
    }
    this.#writer.writeMessage(id, sequence, logTimeNs, publishTimeNs, payloadOf(channel, data));
  }

  addMetadata({ name, entries }: Metadata): void {
    this.#writer.addMetadata(name, entries);
  }

  addAttachment(attachment: Attachment): void {
    const { name, mediaType, logTimeNs, createTimeNs } = attachment;
    this.#writer.addAttachment({ name, mediaType, logTimeNs, createTimeNs, data: attachment.read() });
  }

  close(): void {
    this.#writer.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** One channel per connection, one schema per type and text. */
  #add(channel: Channel): number {
    const { topic, metadata } = channel;
    const schema = describedSchema(channel, this.#registry);
    let schemaId = 0;
    if (schema.name !== "" || schema.schemaEncoding !== "") {
      const key = JSON.stringify([schema.name, schema.schemaEncoding, Buffer.from(schema.data).toString("base64")]);
      schemaId =
        this.#schemas.get(key) ??
        this.#writer.addSchema({ name: schema.name, encoding: schema.schemaEncoding, data: schema.data });
      this.#schemas.set(key, schemaId);
    }
    return this.#writer.addChannel({ topic, schemaId, messageEncoding: schema.messageEncoding, metadata });
  }
}

class RosbagRecording implements RecordingWriter {
  readonly format = "rosbag";
  readonly #writer: RosbagWriter;
  readonly #connections = new Map<Channel, { readonly id: number; readonly prefixed: boolean }>();
  #scratch = new Uint8Array(1024);

  constructor(writer: RosbagWriter) {
    this.#writer = writer;
  }

  write(channel: Channel, logTimeNs: bigint, _publishTimeNs: bigint, _sequence: number, data: Uint8Array): void {
    let connection = this.#connections.get(channel);
    if (connection === undefined) {
      connection = this.#add(channel);
      this.#connections.set(channel, connection);
    }
    this.#writer.writeMessage(connection.id, logTimeNs, connection.prefixed ? this.#withLength(data) : data);
  }

  addMetadata(): void {}

  addAttachment(): void {}

  close(): void {
    this.#writer.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(channel: Channel): { id: number; prefixed: boolean } {
    const { topic, schema, metadata, payloadOffset } = channel;
    const latching = metadata.get("latching");
    const publisher = {
      callerid: metadata.get("callerid"),
      latching: latching === undefined ? undefined : latching === "1",
    };
    if (schema.messageEncoding === "ros1") {
      const md5sum = schema.md5sum ?? metadata.get("md5sum") ?? "*";
      const id = this.#writer.addConnection({
        topic,
        type: schema.name,
        md5sum,
        definition: schema.data,
        ...publisher,
      });
      return { id, prefixed: false };
    }
    if (schema.messageEncoding !== "protobuf") throw cannot(channel, "a ROS bag");
    // Apollo's convention: the short name, its md5, the text "protobuf", and a length before the data.
    const full = schema.name.startsWith("pb_msgs/") ? undefined : { name: schema.name };
    const type = full === undefined ? schema.name : rosName(full);
    const md5sum = schema.md5sum ?? rosMd5(full ?? { name: schema.name.slice("pb_msgs/".length) });
    const definition = new TextEncoder().encode("protobuf");
    const id = this.#writer.addConnection({ topic, type, md5sum, definition, ...publisher });
    return { id, prefixed: (payloadOffset ?? 0) === 0 };
  }

  #withLength(data: Uint8Array): Uint8Array {
    const length = data.length + 4;
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length * 2);
    new DataView(this.#scratch.buffer).setUint32(0, data.length, true);
    this.#scratch.set(data, 4);
    return this.#scratch.subarray(0, length);
  }
}

class CyberRecording implements RecordingWriter {
  readonly format = "record";
  readonly #writer: CyberWriter;
  readonly #registry: TypeRegistry;
  readonly #seen = new Set<Channel>();

  constructor(writer: CyberWriter, registry: TypeRegistry) {
    this.#writer = writer;
    this.#registry = registry;
  }

  write(channel: Channel, logTimeNs: bigint, _publishTimeNs: bigint, _sequence: number, data: Uint8Array): void {
    if (!this.#seen.has(channel)) {
      const schema = describedSchema(channel, this.#registry);
      if (schema.messageEncoding !== "protobuf") throw cannot(channel, "a Cyber record");
      this.#writer.addChannel(channel.topic, schema.name, schema.schemaEncoding === "protobuf" ? schema.data : NOTHING);
      this.#seen.add(channel);
    }
    this.#writer.writeMessage(channel.topic, logTimeNs, payloadOf(channel, data));
  }

  addMetadata(): void {}

  addAttachment(): void {}

  close(): void {
    this.#writer.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const NOTHING = new Uint8Array(0);

/** The schema with its description, from the registry where the file has only a name. */
function describedSchema(channel: Channel, registry: TypeRegistry): MessageSchema {
  const { schema, topic } = channel;
  if (schema.messageEncoding !== "protobuf" || schema.data.length > 0) return schema;
  return registry.find(schema.name, { topic })?.schema ?? schema;
}

function cannot(channel: Channel, format: string): DelosError {
  const { topic, schema } = channel;
  return new DelosError(
    "BAG_CANNOT_WRITE",
    `${format} cannot hold ${topic}: its messages are ${schema.messageEncoding} (leave the topic out, or write MCAP)`,
    { details: { topic, messageEncoding: schema.messageEncoding } },
  );
}
