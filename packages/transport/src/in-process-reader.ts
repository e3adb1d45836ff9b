import { Events, type MessageCodec } from "@delos/core";
import type { EndpointInfo } from "./endpoint.ts";
import type { InProcessBus } from "./in-process.ts";
import type { InProcessWriter } from "./in-process-writer.ts";
import { ReaderQueue } from "./reader-queue.ts";
import type { Sample } from "./sample.ts";
import type { Reader, ReaderCounters, ReaderEvents, ReaderOptions, TransportContext } from "./transport.ts";

export class InProcessReader implements Reader {
  readonly info: EndpointInfo;
  readonly context: TransportContext;
  readonly events: Events<ReaderEvents>;
  readonly ignoreLocal: boolean;
  readonly queue: ReaderQueue;
  readonly codec: MessageCodec | undefined;
  readonly #bus: InProcessBus;
  readonly #onClosed: () => void;
  readonly #writers: Set<InProcessWriter> = new Set();
  /** Reliable writers that hold samples back until there is room. */
  readonly #waiting: Set<InProcessWriter> = new Set();
  closed = false;

  constructor(
    info: EndpointInfo,
    context: TransportContext,
    bus: InProcessBus,
    options: ReaderOptions,
    onClosed: () => void,
  ) {
    this.info = info;
    this.context = context;
    this.events = options.events ?? new Events();
    this.ignoreLocal = options.ignoreLocal ?? false;
    this.codec = options.codec;
    this.queue = new ReaderQueue(info.qos, context.clock, this.events, options.onData);
    this.#bus = bus;
    this.#onClosed = onClosed;
  }

  get matched(): readonly EndpointInfo[] {
    return [...this.#writers].map((writer) => writer.info);
  }

  get counters(): ReaderCounters {
    return this.queue.counters;
  }

  get available(): number {
    return this.queue.length;
  }

  take(): Sample | undefined {
    const sample = this.queue.take();
    if (this.#waiting.size > 0) this.#letIn();
    return sample;
  }

  /** Called by the writer, as are the two below. */
  joined(writer: InProcessWriter): void {
    this.#writers.add(writer);
    this.queue.join(writer.info);
    this.events.emit("matched", writer.info);
  }

  left(writer: InProcessWriter): void {
    this.#waiting.delete(writer);
    if (!this.#writers.delete(writer)) return;
    this.queue.leave(writer.info.id);
    this.events.emit("unmatched", writer.info);
  }

  waitsForRoom(writer: InProcessWriter): void {
    this.#waiting.add(writer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#bus.remove(this);
    this.queue[Symbol.dispose]();
    for (const writer of Array.from(this.#writers)) writer.disconnect(this);
    this.#onClosed();
  }

  #letIn(): void {
    for (const writer of Array.from(this.#waiting)) if (writer.flush(this)) this.#waiting.delete(writer);
  }
}
