import { AbortedError, DelosError, Fifo, onAbort } from "@delos/core";
import type { Sample } from "@delos/transport";

/** What happens to a sample for which a stream's queue has no room. */
export type Overflow = "dropOldest" | "dropNewest" | "fail";

export interface StreamOptions {
  /** Samples that may wait, ≥ 1; the subscription's depth unless given. */
  readonly queue?: number;
  /** `dropOldest` unless given. `fail` ends the loop by an error with code STREAM_OVERFLOW. */
  readonly overflow?: Overflow;
  /** Ends the loop by an `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Samples as an async iterator over a bounded queue of its own. It starts with the first sample after it was made, not at
 * the first `next()`, and ends when its subscription closes, `return()` is called (a `break` does) or the signal fires.
 */
export class SampleStream<T> implements AsyncIterableIterator<Sample<T>>, AsyncDisposable {
  readonly #limit: number;
  readonly #overflow: Overflow;
  readonly #queue: Fifo<Sample<T>> = new Fifo();
  readonly #waiting: Fifo<Waiting<T>> = new Fifo();
  readonly #abort: Disposable;
  readonly #onEnd: (stream: SampleStream<T>) => void;
  #dropped = 0;
  #ended = false;
  #error: unknown;

  constructor(topic: string, depth: number, options: StreamOptions, onEnd: (stream: SampleStream<T>) => void) {
    this.#limit = Math.max(1, options.queue ?? depth);
    this.#overflow = options.overflow ?? "dropOldest";
    this.#onEnd = onEnd;
    this.#abort = onAbort(options.signal, () => {
      this.#queue.clear();
      this.end(new AbortedError(`The stream of ${topic}`, options.signal?.reason));
    });
  }

  get length(): number {
    return this.#queue.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(sample: Sample<T>): void {
    if (this.#ended) return;
    sample.retain();
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: sample });
      return;
    }
    if (this.#queue.length >= this.#limit) {
      this.#dropped++;
      if (this.#overflow === "dropNewest") return;
      if (this.#overflow === "fail") {
        this.end(new DelosError("STREAM_OVERFLOW", `A stream's queue of ${this.#limit} samples is full`));
        return;
      }
      this.#queue.shift();
    }
    this.#queue.push(sample);
  }

  /** No more samples. What is queued can still be read; then the loop ends, or throws `error`. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#abort?.[Symbol.dispose]();
    for (let w = this.#waiting.shift(); w !== undefined; w = this.#waiting.shift()) {
      if (this.#error === undefined) w.resolve({ done: true, value: undefined });
      else w.reject(this.#takeError());
    }
    this.#onEnd(this);
  }

  next(): Promise<IteratorResult<Sample<T>>> {
    const sample = this.#queue.shift();
    if (sample !== undefined) return Promise.resolve({ done: false, value: sample });
    if (this.#error !== undefined) return Promise.reject(this.#takeError() as Error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Sample<T>>> {
    this.#queue.clear();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** An error ends the loop once; afterwards the stream is merely over. */
  #takeError(): unknown {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<Sample<T>>) => void;
  readonly reject: (error: unknown) => void;
}
