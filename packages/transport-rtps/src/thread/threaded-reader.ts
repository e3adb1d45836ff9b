import { Events, type MessageCodec } from "@delos/core";
import {
  type EndpointInfo,
  Incompatibility,
  type Lease,
  type Reader,
  type ReaderCounters,
  type ReaderEvents,
  type ReaderOptions,
  ReaderQueue,
  Sample,
} from "@delos/transport";
import type { PinnedMessage } from "sharedarraybuffer-ring";
import { instancesOf } from "../rtps-reader.ts";
import { decodeExtras, plainSchema, type Report } from "./calls.ts";
import type { ChannelSample } from "./channel.ts";
import type { ThreadedTransport } from "./threaded-transport.ts";

/** The user's end of a subscription whose protocol runs in another thread. */
export class ThreadedReader implements Reader {
  readonly info: EndpointInfo;
  readonly events: Events<ReaderEvents>;
  readonly #transport: ThreadedTransport;
  readonly #index: number;
  readonly #onGone: () => void;
  readonly #queue: ReaderQueue;
  readonly #codec: MessageCodec | undefined;
  readonly #matched = new Map<string, EndpointInfo>();
  readonly #publications = new Map<number, EndpointInfo>();
  /** Publications that this side has let go of, with how many reports of their end are still on their way. */
  readonly #released = new Map<string, number>();
  #put = 0;
  #droppedThere = 0;
  #closed = false;
  #ended: Promise<void> | undefined;

  constructor(transport: ThreadedTransport, index: number, options: ReaderOptions, onGone: () => void) {
    const { id, node, topic, qos, schema } = options;
    this.#transport = transport;
    this.#index = index;
    this.#onGone = onGone;
    this.#codec = options.codec;
    const instanceOf = instancesOf(options); // a definition that cannot be read is refused here
    this.events = options.events ?? new Events();
    this.info = { id, kind: "subscription", participant: transport.context.participant, node, topic, schema, qos };
    this.#queue = new ReaderQueue(qos, transport.context.clock, this.events, options.onData, instanceOf);
    const ignoreLocal = options.ignoreLocal === true;
    transport.call({
      call: "reader",
      endpoint: { index, id, node, topic, qos, schema: plainSchema(schema), ignoreLocal },
    });
  }

  get matched(): readonly EndpointInfo[] {
    return [...this.#matched.values()];
  }

  get counters(): ReaderCounters {
    const counters = this.#queue.counters;
    const there = this.#droppedThere;
    return there === 0
      ? counters
      : { ...counters, received: counters.received + there, dropped: counters.dropped + there };
  }

  get available(): number {
    return this.#queue.length;
  }

  take(): Sample | undefined {
    const sample = this.#queue.take();
    this.#tell();
    return sample;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  sample(record: ChannelSample): void {
    const publication = this.#publications.get(record.publication);
    if (this.#closed || publication === undefined || this.#released.has(publication.id)) {
      record.pinned?.release();
      return;
    }
    const sample = new Sample(
      publication.schema ?? this.info.schema!,
      this.#codec,
      undefined,
      record.payload,
      publication.id,
      record.sequence,
      record.sourceTimeNs,
      record.receptionTimeNs,
      decodeExtras(record.extras),
    );
    this.#put++;
    this.#queue.put(record.pinned === undefined ? sample : sample.lend(leaseOf(record.pinned)));
    this.#tell();
  }

  /** The publication comes by another transport now: nothing more is taken from it, whatever is still on its way. */
  release(publication: EndpointInfo): void {
    const { id } = publication;
    if (!this.#matched.delete(id)) return;
    this.#released.set(id, (this.#released.get(id) ?? 0) + 1);
    this.#queue.leave(id);
    this.events.emit("unmatched", publication);
  }

  report(report: Report): void {
    if (this.#closed || this.#isOver(report)) return;
    switch (report.call) {
      case "join":
        this.#publications.set(report.publication, report.other);
        this.#queue.join(report.other);
        break;
      case "leave": {
        const info = this.#publications.get(report.publication);
        if (info !== undefined) this.#queue.leave(info.id);
        break;
      }
      case "alive": {
        const info = this.#publications.get(report.publication);
        if (info !== undefined) this.#queue.setAlive(info.id, report.alive);
        break;
      }
      case "lost":
        this.#queue.lose(report.count);
        break;
      case "dropped":
        this.#droppedThere += report.count;
        this.events.emit("dropped", { count: report.count, total: this.counters.dropped });
        break;
      case "matched":
        this.#matched.set(report.other.id, report.other);
        this.events.emit("matched", report.other);
        break;
      case "unmatched":
        if (this.#matched.delete(report.other.id)) this.events.emit("unmatched", report.other);
        break;
      case "incompatible":
        this.events.emit("incompatible", new Incompatibility(this.info, report.other, report.mismatches));
        break;
      default:
    }
  }

  /** Whether it is about the time before a publication was let go of. */
  #isOver(report: Report): boolean {
    if (this.#released.size === 0) return false;
    if (report.call === "leave" || report.call === "alive") {
      const id = this.#publications.get(report.publication)?.id;
      return id !== undefined && this.#released.has(id);
    }
    const left = report.call === "unmatched" ? this.#released.get(report.other.id) : undefined;
    if (report.call !== "unmatched" || left === undefined) return false;
    if (left > 1) this.#released.set(report.other.id, left - 1);
    else this.#released.delete(report.other.id);
    return true;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#queue[Symbol.dispose]();
    const index = this.#index;
    await this.#transport.ask((reply) => ({ call: "closeEndpoint", index, reply }));
    for (const info of Array.from(this.#matched.values())) {
      this.#matched.delete(info.id);
      this.events.emit("unmatched", info);
    }
    this.#onGone();
  }

  /** Says how many have left the queue; the protocol may have waited for that. */
  #tell(): void {
    const { state } = this.#transport;
    const open = this.#queue.length;
    state.setDone(this.#index, this.#put - open);
    if (state.takeWaiting(this.#index, open)) this.#transport.call({ call: "resume", index: this.#index });
  }
}

/** A large message lies in the pool until it is released, or is copied to be kept. */
const leaseOf = (pinned: PinnedMessage): Lease => ({
  keep: (bytes) => {
    const copy = bytes.slice();
    pinned.release();
    return copy;
  },
  end: () => pinned.release(),
});
