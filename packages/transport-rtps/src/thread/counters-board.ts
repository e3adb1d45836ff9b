const BYTES = 1 << 16;
/** A thread that does not answer for so long has ended, or is busier than a question is worth. */
const PATIENCE_MS = 100;

/**
 * Counters of the protocol's thread, for a getter that cannot wait for a promise: the asking thread sleeps until they stand
 * here, as JSON.
 *
 *   word 0  0: asked; n: so many bytes are here
 *   byte 4  the bytes
 */
export class CountersBoard {
  readonly buffer: SharedArrayBuffer;
  readonly #length: Int32Array;
  readonly #bytes: Uint8Array;
  #last: Readonly<Record<string, number>> = {};

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.buffer = buffer;
    this.#length = new Int32Array(buffer, 0, 1);
    this.#bytes = new Uint8Array(buffer, 4);
  }

  ask(notify: () => void): Readonly<Record<string, number>> {
    Atomics.store(this.#length, 0, 0);
    notify();
    Atomics.wait(this.#length, 0, 0, PATIENCE_MS);
    const length = Atomics.load(this.#length, 0);
    const text = Buffer.from(this.#bytes.subarray(0, length)).toString();
    if (length > 0) this.#last = JSON.parse(text) as Record<string, number>;
    return this.#last;
  }

  answer(counters: Readonly<Record<string, number>>): void {
    const text = Buffer.from(JSON.stringify(counters));
    if (text.length > this.#bytes.length) return;
    this.#bytes.set(text);
    Atomics.store(this.#length, 0, text.length);
    Atomics.notify(this.#length, 0);
  }
}
