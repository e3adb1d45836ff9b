import { DelosError, MalformedError, type MessageCodec } from "@delos/core";
import { messageTypes, SchemaTypes, type TypeRegistry } from "@delos/msgs";
import { codecFor as wireCodecFor } from "@delos/wire";
import type { Channel } from "./recording.ts";

/**
 * Codecs for the channels of recordings, each made once per schema: protobuf by the descriptors in the file or, where it has
 * none (Apollo's ROS bags), by name from a registry; ROS 1, ROS 2 and JSON by their schema texts.
 */
export class ChannelCodecs {
  readonly #registry: TypeRegistry;
  readonly #loaded = new SchemaTypes();
  readonly #made = new WeakMap<Channel, MessageCodec | DelosError>();

  /** `registry`: types known by name. Default: Delos' own, which are Apollo's and some more. */
  constructor(registry: TypeRegistry = messageTypes) {
    this.#registry = registry;
  }

  /**
   * The codec of the channel's messages. It takes what is behind `channel.payloadOffset`.
   * @throws {DelosError} why there is none: `BAG_NO_TYPE`, `WIRE_SCHEMA…`, `MSG_…`
   */
  codecFor(channel: Channel): MessageCodec {
    let codec = this.#made.get(channel);
    if (codec === undefined) {
      try {
        codec = this.#make(channel);
      } catch (error) {
        if (!(error instanceof DelosError)) throw error;
        codec = error;
      }
      this.#made.set(channel, codec);
    }
    if (codec instanceof DelosError) throw codec;
    return codec;
  }

  /**
   * Decodes a message's `data`, as a cursor or a `RecordedMessage` gives it.
   * @throws {DelosError} as `codecFor`
   * @throws {MalformedError} when the bytes do not follow the type
   */
  decode(channel: Channel, data: Uint8Array): unknown {
    return this.codecFor(channel).decode(payloadOf(channel, data));
  }

  #make(channel: Channel): MessageCodec {
    const { schema } = channel;
    if (schema.messageEncoding !== "protobuf") return wireCodecFor(schema);
    if (schema.schemaEncoding === "protobuf" && schema.data.length > 0) {
      try {
        return this.#loaded.codecFor(schema);
      } catch (error) {
        const known = this.#registry.find(schema.name, { topic: channel.topic });
        if (known !== undefined) return known;
        throw error;
      }
    }
    const known = this.#registry.find(schema.name, { topic: channel.topic });
    if (known !== undefined) return known;
    throw new DelosError(
      "BAG_NO_TYPE",
      `${channel.topic} is of type ${schema.name || "(none)"}, of which the file holds no descriptor and which is not known here`,
      { details: { topic: channel.topic, type: schema.name } },
    );
  }
}

/**
 * The message itself within `data`: Apollo's protobuf inside ROS bags stands behind its own length.
 * @throws {MalformedError} BAG_PAYLOAD_LENGTH when that length is not the one there is
 */
export function payloadOf(channel: Channel, data: Uint8Array): Uint8Array {
  const offset = channel.payloadOffset ?? 0;
  if (offset === 0) return data;
  if (data.length < offset) throw new MalformedError("BAG_PAYLOAD_LENGTH", "a message without its length", 0);
  const length = (data[0]! | (data[1]! << 8) | (data[2]! << 16) | (data[3]! << 24)) >>> 0;
  if (length !== data.length - offset) {
    throw new MalformedError(
      "BAG_PAYLOAD_LENGTH",
      `a message says it has ${length} of ${data.length - offset} bytes`,
      0,
    );
  }
  return data.subarray(offset);
}
