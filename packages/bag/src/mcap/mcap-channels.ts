import type { MessageSchema } from "@delos/core";
import type { ChannelList, RecordedChannel } from "../channel-list.ts";
import type { ProblemList } from "../problems.ts";
import type { McapChannel, McapSchema } from "./records.ts";

/** Schemas and channels of one MCAP file, by their ids. */
export class McapChannels {
  readonly all: RecordedChannel[] = [];
  readonly #channels: ChannelList;
  readonly #problems: ProblemList;
  readonly #schemas = new Map<number, McapSchema>();
  readonly #records = new Map<number, McapChannel>();
  /** Channel index by channel id, −1 when not defined; as long as the largest id needs. */
  indexes: Int32Array = new Int32Array(64).fill(-1);

  constructor(channels: ChannelList, problems: ProblemList) {
    this.#channels = channels;
    this.#problems = problems;
  }

  get schemaCount(): number {
    return this.#schemas.size;
  }

  has(id: number): boolean {
    return this.#records.has(id);
  }

  hasSchema(id: number): boolean {
    return this.#schemas.has(id);
  }

  byId(id: number): RecordedChannel | undefined {
    const record = this.#records.get(id);
    return record === undefined ? undefined : this.all.find((channel) => channel.index === this.indexes[id]);
  }

  defineSchema(schema: McapSchema, offset: number): void {
    if (schema.id === 0) {
      this.#problems.addOnce("schema 0", "BAG_BAD_RECORD", offset, "a schema with id 0, which means none");
      return;
    }
    const known = this.#schemas.get(schema.id);
    if (known === undefined) this.#schemas.set(schema.id, schema);
    else if (known.name !== schema.name || known.encoding !== schema.encoding || !sameBytes(known.data, schema.data)) {
      this.#problems.addOnce(
        `schema ${schema.id}`,
        "BAG_CONFLICT",
        offset,
        `schema ${schema.id} is defined twice, as ${known.name} and as ${schema.name}: the first is used`,
      );
    }
  }

  defineChannel(channel: McapChannel, offset: number): void {
    const known = this.#records.get(channel.id);
    if (known !== undefined) {
      if (
        known.topic !== channel.topic ||
        known.schemaId !== channel.schemaId ||
        known.messageEncoding !== channel.messageEncoding
      ) {
        this.#problems.addOnce(
          `channel ${channel.id}`,
          "BAG_CONFLICT",
          offset,
          `channel ${channel.id} is defined twice, for ${known.topic} and ${channel.topic}: the first is used`,
        );
      }
      return;
    }
    this.#records.set(channel.id, channel);
    const schema = this.#schemas.get(channel.schemaId);
    if (schema === undefined && channel.schemaId !== 0) {
      this.#problems.addOnce(
        `missing ${channel.schemaId}`,
        "BAG_MISSING_SCHEMA",
        offset,
        `${channel.topic} refers to schema ${channel.schemaId}, which no record defines: its messages stay raw`,
      );
    }
    const added = this.#channels.add({
      topic: channel.topic,
      schema: messageSchema(channel, schema),
      metadata: channel.metadata,
    });
    this.all.push(added);
    if (channel.id >= this.indexes.length) {
      const larger = new Int32Array(2 ** Math.ceil(Math.log2(channel.id + 1))).fill(-1);
      larger.set(this.indexes);
      this.indexes = larger;
    }
    this.indexes[channel.id] = added.index;
  }
}

function messageSchema(channel: McapChannel, schema: McapSchema | undefined): MessageSchema {
  const md5sum = channel.metadata.get("md5sum");
  return {
    name: schema?.name ?? "",
    messageEncoding: channel.messageEncoding,
    schemaEncoding: schema?.encoding ?? "",
    data: schema?.data ?? new Uint8Array(0),
    ...(md5sum === undefined ? {} : { md5sum }),
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
