/** Below it memory of one's own costs no more than taking it from here. */
const LEAST_BYTES = 1 << 16;
const MOST_BUFFERS = 16;
const MOST_BYTES = 1 << 26;

/** Where the samples of a reader are put together from fragments. */
export interface PayloadMemory {
  /** At least `bytes`, with what was in it before. */
  take(bytes: number): Uint8Array;
  /** What was taken is not needed any more. */
  give(memory: Uint8Array): void;
}

/**
 * Memory for samples that are put together from fragments, used again when their readers have released them: fresh memory is
 * paid for a page at a time when it is first touched, which takes longer than filling it.
 */
export class SampleMemory implements PayloadMemory {
  /** Those used last at the end: they are still in the processor's cache. */
  readonly #free: Uint8Array[] = [];
  #bytes = 0;

  take(bytes: number): Uint8Array {
    for (let i = this.#free.length - 1; i >= 0; i--) {
      const buffer = this.#free[i]!;
      if (buffer.length < bytes || buffer.length > 2 * bytes) continue;
      this.#free.splice(i, 1);
      this.#bytes -= buffer.length;
      return buffer;
    }
    return Buffer.allocUnsafeSlow(bytes < LEAST_BYTES ? bytes : Math.ceil(bytes / LEAST_BYTES) * LEAST_BYTES);
  }

  give(buffer: Uint8Array): void {
    if (buffer.length < LEAST_BYTES || buffer.length > MOST_BYTES) return;
    this.#free.push(buffer);
    this.#bytes += buffer.length;
    while (this.#free.length > MOST_BUFFERS || this.#bytes > MOST_BYTES) this.#bytes -= this.#free.shift()!.length;
  }
}
