import { AbortedError, ClosedError, Events, Fifo, type MessageCodec, onAbort, TimeoutError } from "@delos/core";
import {
  type EndpointInfo,
  Incompatibility,
  type Loan,
  type PublishResult,
  Sample,
  type Writer,
  type WriterCounters,
  type WriterEvents,
  type WriterOptions,
} from "@delos/transport";
import type { KeyExtractor, MessageValue } from "@delos/wire";
import { keyOfSchema } from "../rtps-writer.ts";
import { encodeExtras, plainSchema, type Report } from "./calls.ts";
import { type RecordFields, SMALL_BYTES } from "./channel.ts";
import type { ThreadedTransport } from "./threaded-transport.ts";

/**
 * So much of large samples is with the protocol, as far as a writer that keeps all may wait: it fills datagrams from where they lie.
 * What is beyond it waits here, where it is, for the other side would have to copy it.
 */
const BYTES_AHEAD = 1 << 23;

/** The user's end of a publication whose protocol runs in another thread. */
export class ThreadedWriter implements Writer {
  readonly info: EndpointInfo;
  readonly events: Events<WriterEvents>;
  readonly #transport: ThreadedTransport;
  readonly #index: number;
  readonly #onGone: () => void;
  readonly #matched = new Map<string, EndpointInfo>();
  readonly #key: KeyExtractor | undefined;
  readonly #codec: MessageCodec | undefined;
  readonly #fields: RecordFields;
  /** What found no room in the channel. */
  readonly #pending = new Fifo<Sample>();
  readonly #waiting = new Set<() => void>();
  #given = 0;
  #written = 0;
  #dropped = 0;
  #deadlinesMissed = 0;
  #closed = false;
  #ended: Promise<void> | undefined;

  constructor(transport: ThreadedTransport, index: number, options: WriterOptions, onGone: () => void) {
    const { id, node, topic, qos, schema } = options;
    this.#transport = transport;
    this.#index = index;
    this.#onGone = onGone;
    this.#key = keyOfSchema(options);
    this.#codec = options.codec;
    this.events = options.events ?? new Events();
    this.info = { id, kind: "publication", participant: transport.context.participant, node, topic, schema, qos };
    this.#fields = {
      endpoint: index,
      publication: 0,
      sequence: 0,
      sourceTimeNs: 0n,
      receptionTimeNs: 0n,
      extras: undefined,
    };
    const endpoint = { index, id, node, topic, qos, schema: plainSchema(schema), ignoreLocal: false };
    transport.call({ call: "writer", endpoint });
  }

  get matched(): readonly EndpointInfo[] {
    return [...this.#matched.values()];
  }

  get counters(): WriterCounters {
    const dropped = this.#dropped + this.#transport.state.dropped(this.#index);
    return { written: this.#written, dropped, deadlinesMissed: this.#deadlinesMissed };
  }

  write(sample: Sample): PublishResult {
    if (this.#closed) throw new ClosedError(`The writer on ${this.info.topic}`);
    this.#written++;
    const { history, resourceLimits, depth } = this.info.qos;
    // What is superseded, of each instance, the protocol knows.
    const limit = this.#key === undefined ? depth : resourceLimits.maxSamples;
    if (history === "keep_all") {
      const open = this.#transport.state.open(this.#index, this.#given) + this.#pending.length;
      if (open >= resourceLimits.maxSamples) {
        this.#dropped++;
        return "dropped";
      }
    }
    if (this.#pending.length === 0 && this.#give(sample)) return "sent";
    this.#pending.push(sample.retain());
    if (history === "keep_all" || this.#pending.length <= limit) return "queued";
    this.#transport.down.giveBack(this.#pending.shift()!.bytes);
    this.#dropped++;
    return "queued";
  }

  /** There is room in the channel. */
  flush(): void {
    let first = this.#pending.at(0);
    while (first !== undefined && this.#give(first)) {
      this.#pending.shift();
      first = this.#pending.at(0);
    }
    if (first === undefined) for (const check of Array.from(this.#waiting)) check();
  }

  /** Memory of the protocol's thread, whose datagrams are filled from it. */
  loan(size: number): Loan | undefined {
    if (this.#closed) throw new ClosedError(`The writer on ${this.info.topic}`);
    const { down } = this.#transport;
    const bytes = down.lendFor(size);
    if (bytes === undefined) return undefined;
    let open = true;
    const end = (): void => {
      if (open) down.giveBack(bytes);
      open = false;
    };
    return {
      bytes,
      commit: (info, length = size) => {
        const result = this.write(Sample.ofBytes(bytes.subarray(0, length), this.info.schema!, info, this.#codec));
        if (result === "dropped") end();
        open = false;
        return result;
      },
      [Symbol.dispose]: end,
    };
  }

  assertLiveliness(): void {
    this.#transport.call({ call: "assertLiveliness", index: this.#index });
  }

  waitForAcknowledgments(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    const what = `Waiting for acknowledgments on ${this.info.topic}`;
    const { timeoutMs = Infinity, signal } = options;
    const { clock } = this.#transport.context;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new AbortedError(what, signal.reason));
        return;
      }
      const ends: Disposable[] = [];
      const end = (settle: () => void): void => {
        this.#waiting.delete(ask);
        for (const one of ends) one[Symbol.dispose]();
        settle();
      };
      // Asked once everything has gone: the answer is then about all of it.
      const ask = (): void => {
        if (this.#pending.length > 0 && !this.#closed) return;
        this.#waiting.delete(ask);
        const index = this.#index;
        void this.#transport
          .ask((reply) => ({ call: "waitForAcknowledgments", index, reply }))
          .then(() => end(resolve));
      };
      ends.push(onAbort(signal, () => end(() => reject(new AbortedError(what, signal?.reason)))));
      if (timeoutMs !== Infinity) {
        const atMs = clock.monotonicMs() + timeoutMs;
        ends.push(clock.alarm(atMs, () => end(() => reject(new TimeoutError(what, timeoutMs)))));
      }
      this.#waiting.add(ask);
      ask();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  report(report: Report): void {
    switch (report.call) {
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
      case "deadlineMissed":
        this.#deadlinesMissed = report.total;
        this.events.emit("deadlineMissed", { total: report.total });
        break;
      case "livelinessLost":
        this.events.emit("livelinessLost", { total: report.total });
        break;
      case "room":
        this.flush();
        break;
      default:
    }
  }

  async #close(): Promise<void> {
    this.#closed = true;
    // What found no room yet goes too, unless the other side is gone.
    for (const sample of this.#pending) this.#transport.down.late(this.#fieldsOf(sample), sample.bytes);
    this.#pending.clear();
    const index = this.#index;
    await this.#transport.ask((reply) => ({ call: "closeEndpoint", index, reply }));
    for (const info of Array.from(this.#matched.values())) {
      this.#matched.delete(info.id);
      this.events.emit("unmatched", info);
    }
    for (const check of Array.from(this.#waiting)) check();
    this.#onGone();
  }

  #give(sample: Sample): boolean {
    if (!this.#mayGive(sample.byteLength)) return false;
    if (!this.#transport.down.sample(this.#fieldsOf(sample), sample.bytes)) return false;
    this.#given++;
    return true;
  }

  #mayGive(bytes: number): boolean {
    if (bytes <= SMALL_BYTES || this.info.qos.history !== "keep_all") return true;
    const { state } = this.#transport;
    const limit = Math.max(2, Math.min(64, Math.floor(BYTES_AHEAD / bytes)));
    if (state.open(this.#index, this.#given) < limit) return true;
    // Not for each one that goes: a wake-up of this thread takes as long as sending several.
    state.setWaiting(this.#index, (limit >> 1) + 1);
    // Looked at again after it was said: the last one may have gone in between.
    return state.open(this.#index, this.#given) <= limit >> 1;
  }

  #fieldsOf(sample: Sample): RecordFields {
    const fields = this.#fields;
    let { extras } = sample;
    if (this.#key !== undefined && extras?.keyHash === undefined) {
      extras = { ...extras, keyHash: this.#key.hash(sample.message as MessageValue) };
    }
    fields.sequence = sample.sequence;
    fields.sourceTimeNs = sample.sourceTimeNs;
    fields.receptionTimeNs = sample.receptionTimeNs;
    fields.extras = encodeExtras(extras);
    return fields;
  }
}
