import type { Lease } from "@delos/transport";
import { RecordMemory } from "./record.ts";

const LEAST_BYTES = 512;
const MOST_SPARE = 4;

/**
 * Private memory for the batches that a reader takes out of the ring. A batch is filled again as soon as all samples in it are
 * released: the next one is then copied into memory that is in the cache, and nothing needs to be cleared or collected.
 */
export class BatchMemory {
  #current: Batch | undefined;
  readonly #spare: Batch[] = [];

  /** The batch that was filled last. */
  get current(): Batch {
    return this.#current!;
  }

  /** Memory for the next batch, of at least so many bytes. */
  next(length: number): Uint8Array {
    this.#current?.fillNoMore();
    let batch = this.#spare.pop();
    if (batch === undefined || batch.records.bytes.length < length) {
      const size = Math.max(LEAST_BYTES, 2 ** (32 - Math.clz32(length - 1)));
      const records = new RecordMemory(new Uint8Array(size));
      batch = new Batch(records, (free) => this.#spare.length < MOST_SPARE && this.#spare.push(free));
    }
    batch.fill();
    this.#current = batch;
    return batch.records.bytes;
  }
}

/** One piece of memory, lent with each sample in it. */
class Batch implements Lease {
  readonly records: RecordMemory;
  readonly #free: (batch: Batch) => void;
  /** Samples that are not released, and 1 while more of them may come. */
  #users = 0;
  #pinned = false;

  constructor(records: RecordMemory, free: (batch: Batch) => void) {
    this.records = records;
    this.#free = free;
  }

  fill(): void {
    this.#users = 1;
  }

  fillNoMore(): void {
    this.end();
  }

  /** There is one more sample in it. */
  lend(): this {
    this.#users++;
    return this;
  }

  end(): void {
    if (--this.#users === 0 && !this.#pinned) this.#free(this);
  }

  /** It is never filled again, and collected with its last sample: a copy of each would cost more. */
  pin(): void {
    this.#pinned = true;
  }
}
