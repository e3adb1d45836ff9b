import type { Sample } from "@delos/transport";
import type { TopicFeeds } from "../viewers/topic-feeds.ts";
import type { ViewedBus } from "../viewers/viewed-bus.ts";
import type { PlottedField, Samples } from "./messages.ts";

/** A field of a 100 Hz topic fills this in twenty seconds; whoever does not read for so long has left. */
const MAX_WAITING = 2000;

interface Watched {
  readonly key: string;
  readonly path: readonly string[];
  t: number[];
  v: number[];
}

/** Samples numeric fields of topics as their messages come. One subscription serves all fields of a topic. */
export class FieldWatch implements Disposable {
  readonly #bus: ViewedBus;
  readonly #feeds: TopicFeeds;
  readonly #topics: Map<string, { readonly fields: Watched[]; feed: Disposable }> = new Map();

  constructor(bus: ViewedBus, feeds: TopicFeeds) {
    this.#bus = bus;
    this.#feeds = feeds;
  }

  /** From now on these fields and no others. */
  watch(fields: readonly PlottedField[]): void {
    this[Symbol.dispose]();
    for (const { key, topic, path } of fields) {
      const field: Watched = { key, path: path.split(/[.[\]]+/).filter((part) => part !== ""), t: [], v: [] };
      const known = this.#topics.get(topic);
      if (known !== undefined) {
        known.fields.push(field);
        continue;
      }
      const entry = { fields: [field], feed: { [Symbol.dispose]: () => {} } as Disposable };
      this.#topics.set(topic, entry);
      entry.feed = this.#feeds.follow(topic, (sample, timeNs) => this.#take(entry.fields, sample, timeNs));
    }
  }

  /** What has come since the last call. */
  take(): Samples[] {
    const taken: Samples[] = [];
    for (const { fields } of this.#topics.values()) {
      for (const field of fields) {
        if (field.t.length === 0) continue;
        taken.push({ key: field.key, t: field.t, v: field.v });
        field.t = [];
        field.v = [];
      }
    }
    return taken;
  }

  [Symbol.dispose](): void {
    for (const { feed } of this.#topics.values()) feed[Symbol.dispose]();
    this.#topics.clear();
  }

  #take(fields: readonly Watched[], sample: Sample, timeNs: bigint): void {
    let message: unknown;
    try {
      message = sample.resolve(this.#bus.codecs).message;
    } catch {
      return; // unreadable: the page's topic list and console say so
    }
    const timeS = Number(timeNs / 1000n) / 1e6;
    for (const field of fields) {
      const value = numberAt(message, field.path);
      if (value === undefined || field.t.length >= MAX_WAITING) continue;
      field.t.push(timeS);
      field.v.push(value);
    }
  }
}

/** The number at a path; `true` is 1. Undefined: there is none. */
export function numberAt(message: unknown, path: readonly string[]): number | undefined {
  let at = message;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return undefined;
    if (!Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  if (typeof at === "number") return Number.isFinite(at) ? at : undefined;
  if (typeof at === "bigint") return Number(at);
  return typeof at === "boolean" ? Number(at) : undefined;
}
