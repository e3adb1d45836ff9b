import type { MessageSchema } from "@delos/core";
import type { Channel } from "./recording.ts";

/** A channel as its file describes it; counted while an index or a scan tells. */
export class RecordedChannel implements Channel {
  readonly index: number;
  readonly topic: string;
  readonly schema: MessageSchema;
  readonly payloadOffset: number;
  readonly metadata: ReadonlyMap<string, string>;
  messageCount: number | undefined;

  constructor(index: number, init: ChannelInit) {
    this.index = index;
    this.topic = init.topic;
    this.schema = init.schema;
    this.payloadOffset = init.payloadOffset ?? 0;
    this.metadata = init.metadata ?? new Map();
    this.messageCount = undefined;
  }
}

export interface ChannelInit {
  readonly topic: string;
  readonly schema: MessageSchema;
  readonly payloadOffset?: number;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** The channels of a recording, of all its files: index is identity. */
export class ChannelList {
  readonly all: RecordedChannel[] = [];

  add(init: ChannelInit): RecordedChannel {
    const channel = new RecordedChannel(this.all.length, init);
    this.all.push(channel);
    return channel;
  }
}
