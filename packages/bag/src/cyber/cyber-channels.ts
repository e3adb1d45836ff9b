import { describeError } from "@delos/core";
import { protoDescToSet } from "@delos/msgs";
import type { ChannelList, RecordedChannel } from "../channel-list.ts";
import type { ProblemList } from "../problems.ts";

/** Channels of one Cyber record. Messages name their channel in full, so a name is found by its bytes, without a string. */
export class CyberChannels {
  readonly all: RecordedChannel[] = [];
  readonly #channels: ChannelList;
  readonly #problems: ProblemList;
  readonly #byTopic = new Map<string, RecordedChannel>();
  readonly #names: Uint8Array[] = [];
  /** Open addressing over hashes of names: slot → place in `all`, −1 when free. */
  #slots = new Int32Array(256).fill(-1);

  constructor(channels: ChannelList, problems: ProblemList) {
    this.#channels = channels;
    this.#problems = problems;
  }

  byTopic(topic: string): RecordedChannel | undefined {
    return this.#byTopic.get(topic);
  }

  define(topic: string, type: string, protoDesc: Uint8Array, offset: number): RecordedChannel {
    const known = this.#byTopic.get(topic);
    if (known !== undefined) {
      if (type !== known.schema.name) {
        this.#problems.addOnce(
          `conflict ${topic}`,
          "BAG_CONFLICT",
          offset,
          `${topic} is defined as ${known.schema.name} and as ${type}: the first is used`,
        );
      }
      return known;
    }
    let data: Uint8Array = new Uint8Array(0);
    try {
      if (protoDesc.length > 0) data = protoDescToSet(protoDesc);
    } catch (error) {
      this.#problems.addOnce(
        `schema ${topic}`,
        "BAG_MISSING_SCHEMA",
        offset,
        `the descriptor of ${topic} is damaged: ${describeError(error)}`,
      );
    }
    if (data.length === 0) {
      this.#problems.addOnce(
        `schema ${topic}`,
        "BAG_MISSING_SCHEMA",
        offset,
        `${topic} has no descriptor: its messages stay raw unless the type ${type} is known`,
      );
    }
    return this.#add(topic, { name: type, messageEncoding: "protobuf", schemaEncoding: "protobuf", data });
  }

  /** The place in `all` of the channel whose name is `bytes[start, end)`; a name without a CHANNEL section gets a channel. */
  find(bytes: Uint8Array, start: number, end: number, offset: number): RecordedChannel {
    const mask = this.#slots.length - 1;
    let slot = hashOf(bytes, start, end) & mask;
    for (let place = this.#slots[slot]!; place >= 0; place = this.#slots[slot]!) {
      if (equals(this.#names[place]!, bytes, start, end)) return this.all[place]!;
      slot = (slot + 1) & mask;
    }
    const topic = new TextDecoder().decode(bytes.subarray(start, end));
    const known = this.#byTopic.get(topic); // two names may differ in malformed UTF-8 only
    if (known !== undefined) return known;
    this.#problems.addOnce(
      `unknown ${topic}`,
      "BAG_UNKNOWN_CHANNEL",
      offset,
      `messages of ${JSON.stringify(topic)}, which no CHANNEL section defines: type unknown`,
    );
    return this.#add(topic, {
      name: "",
      messageEncoding: "protobuf",
      schemaEncoding: "",
      data: new Uint8Array(0),
    });
  }

  #add(topic: string, schema: RecordedChannel["schema"]): RecordedChannel {
    const channel = this.#channels.add({ topic, schema });
    this.all.push(channel);
    this.#byTopic.set(topic, channel);
    this.#names.push(new TextEncoder().encode(topic));
    if (this.all.length * 2 > this.#slots.length) this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    else {
      this.#place(this.all.length - 1);
      return channel;
    }
    for (let place = 0; place < this.all.length; place++) this.#place(place);
    return channel;
  }

  #place(place: number): void {
    const mask = this.#slots.length - 1;
    const name = this.#names[place]!;
    let slot = hashOf(name, 0, name.length) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = place;
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

function equals(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
