import { Lifetime } from "@delos/core";
import type { Subscription } from "@delos/runtime";
import type { Sample } from "@delos/transport";
import { busTimeNs, type ViewedBus } from "./viewed-bus.ts";

/** Called with each message, in the bus' dispatch order; what it keeps it must `retain()`. */
export type FeedListener = (sample: Sample, timeNs: bigint) => void;

/** Messages kept for the dispatcher when it is late. */
const DEPTH = 200;

interface Feed {
  readonly subscription: Subscription;
  readonly listeners: Set<FeedListener>;
}

/**
 * The topics that viewers look at: one subscription of the bus serves all of them. Latched topics are the exception: who
 * comes late must get what was published before, so everybody has a subscription of their own there.
 */
export class TopicFeeds implements AsyncDisposable {
  readonly #bus: ViewedBus;
  readonly #feeds: Map<string, Feed> = new Map();
  readonly #own: Set<Subscription> = new Set();

  constructor(bus: ViewedBus) {
    this.#bus = bus;
  }

  /** Calls back with each message of the topic, of whatever type, until disposed. */
  follow(topic: string, listener: FeedListener): Disposable {
    return this.#isLatched(topic) ? this.#followAlone(topic, listener) : this.#followTogether(topic, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const lifetime = new Lifetime();
    for (const { subscription } of this.#feeds.values()) lifetime.own(subscription);
    for (const subscription of this.#own) lifetime.own(subscription);
    this.#feeds.clear();
    this.#own.clear();
    await lifetime[Symbol.asyncDispose]();
  }

  #isLatched(topic: string): boolean {
    return this.#bus.runtime.transports.some(({ discovery }) =>
      [...discovery.endpoints.values()].some(
        (endpoint) =>
          endpoint.topic === topic && endpoint.kind === "publication" && endpoint.qos.durability !== "volatile",
      ),
    );
  }

  #followAlone(topic: string, listener: FeedListener): Disposable {
    const options = { depth: DEPTH, durability: "transient_local", reliability: "reliable" } as const;
    const subscription = this.#bus.node.subscribeAny(topic, options);
    this.#own.add(subscription);
    subscription.on((sample) => listener(sample, busTimeNs(this.#bus, sample.sourceTimeNs)));
    return {
      [Symbol.dispose]: () => {
        if (this.#own.delete(subscription)) void subscription[Symbol.asyncDispose]();
      },
    };
  }

  #followTogether(topic: string, listener: FeedListener): Disposable {
    let feed = this.#feeds.get(topic);
    if (feed === undefined) {
      const subscription = this.#bus.node.subscribeAny(topic, { depth: DEPTH });
      const listeners = new Set<FeedListener>();
      feed = { subscription, listeners };
      this.#feeds.set(topic, feed);
      subscription.on((sample) => {
        const timeNs = busTimeNs(this.#bus, sample.sourceTimeNs);
        for (const each of listeners) each(sample, timeNs);
      });
    }
    const { listeners, subscription } = feed;
    const own: FeedListener = (sample, timeNs) => listener(sample, timeNs); // the same function may follow twice
    listeners.add(own);
    return {
      [Symbol.dispose]: () => {
        if (!listeners.delete(own) || listeners.size > 0 || this.#feeds.get(topic)?.listeners !== listeners) return;
        this.#feeds.delete(topic);
        void subscription[Symbol.asyncDispose]();
      },
    };
  }
}
