import { DelosError } from "@delos/core";
import protobuf from "protobufjs";

/**
 * protobufjs' `Writer` on memory that is there already: a loan of a publisher, a record of a ring. Whatever writes to a
 * `Writer`, protobufjs' own types or code that `pbjs` made, so encodes straight into shared memory, with no buffer between:
 *
 *     using loan = publisher.loan(MOST_BYTES);
 *     const { length } = Scan.encode(scan, new MemoryWriter(loan.bytes)).finish();
 *     loan.commit(length);
 *
 * Types of this package need it not: their `encodeInto` is several times faster.
 */
export class MemoryWriter extends protobuf.Writer {
  #memory: Uint8Array;

  constructor(memory: Uint8Array) {
    super();
    this.#memory = this.buf = memory;
  }

  /** Starts anew, in `memory`. */
  on(memory: Uint8Array): this {
    this.#memory = this.buf = memory;
    this.view = null;
    this.states = null;
    this.pos = 0;
    return this;
  }

  /**
   * The message: the part of the memory that it takes.
   * @throws {DelosError} `MSG_NO_ROOM` (details: `needed`, `room`)
   */
  override finish(): Uint8Array {
    const memory = this.#memory;
    const { buf, pos } = this;
    if (pos > memory.length)
      throw new DelosError("MSG_NO_ROOM", `the message needs ${pos} bytes, ${memory.length} are there`, {
        details: { needed: pos, room: memory.length },
      });
    if (buf !== memory) memory.set(buf.subarray(0, pos));
    return memory.subarray(0, pos);
  }

  /**
   * Called by every method before it writes, with the most it may need. When that is not there the rest is written into
   * private memory: often it fits after all, and if it does not, `finish` knows by how much.
   */
  _reserve(more: number): void {
    const needed = this.pos + more;
    if (needed <= this.buf.length) return;
    const larger = new Uint8Array(Math.max(needed, this.buf.length * 2));
    larger.set(this.buf.subarray(0, this.pos));
    this.buf = larger;
    this.view = null;
  }
}
