import { DelosError, type MessageCodec, type MessageSchema } from "@delos/core";
import { messageTypes, SchemaTypes } from "@delos/msgs";
import { codecFor } from "@delos/wire";

/**
 * Codecs for whatever types recordings and peers bring along: protobuf by the descriptors in the schema, or by name among
 * Delos' own types where there are none (Apollo's ROS bags); ROS 1, CDR and JSON by their definitions. Each is made once.
 * Undefined for a schema that cannot be understood: such messages stay bytes.
 */
export function messageCodecs(): (schema: MessageSchema) => MessageCodec | undefined {
  const types = new SchemaTypes();
  const known = new WeakMap<MessageSchema, MessageCodec | null>();
  return (schema) => {
    let codec = known.get(schema);
    if (codec === undefined) {
      codec = make(schema, types) ?? null;
      known.set(schema, codec);
    }
    return codec ?? undefined;
  };
}

function make(schema: MessageSchema, types: SchemaTypes): MessageCodec | undefined {
  try {
    if (schema.messageEncoding !== "protobuf") return codecFor(schema) as MessageCodec;
    if (schema.data.length === 0) return messageTypes.find(schema.name) as MessageCodec | undefined;
    return types.codecFor(schema) as MessageCodec;
  } catch (error) {
    if (error instanceof DelosError) return undefined;
    throw error;
  }
}
