import type { MessageSchema } from "@delos/core";
import type { Subscription } from "@delos/runtime";
import type { Sample } from "@delos/transport";
import type { Adapter } from "../world/observation.ts";
import { RateMeter } from "./rate-meter.ts";

/** What is known of a topic that somebody has published. */
export class WatchedTopic {
  readonly name: string;
  readonly subscription: Subscription;
  readonly rate = new RateMeter();
  schema: MessageSchema;
  adapter: Adapter | undefined;
  received = 0;
  /** The newest sample, for those who look at the topic and for adapters that want no other. */
  newest: Sample | undefined;
  /** `newest` has not been given to the adapter yet. */
  pending = false;
  /** Messages that could not be read. */
  unreadable = 0;

  constructor(name: string, schema: MessageSchema, subscription: Subscription) {
    this.name = name;
    this.schema = schema;
    this.subscription = subscription;
  }
}
