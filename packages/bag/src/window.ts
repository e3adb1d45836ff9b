import type { ByteSource } from "./byte-source.ts";

/**
 * A window that moves over a source while a file is scanned: each byte is read once, in large pieces, and records are seen
 * where they lie. Memory is one window, or the largest record asked for.
 */
export class Window {
  readonly #source: ByteSource;
  readonly #size: number;
  #start = 0;
  #end = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);

  constructor(source: ByteSource, size = 1 << 20) {
    this.#source = source;
    this.#size = size;
  }

  /** Makes `length` bytes at `position` visible; returns their index in `bytes`. The caller has checked that they exist. */
  at(position: number, length: number): number {
    if (position >= this.#start && position + length <= this.#end) return position - this.#start;
    const want = Math.min(Math.max(length, this.#size), this.#source.size - position);
    const direct = this.#source.view(position, want);
    if (direct !== undefined) this.#show(direct);
    else {
      if (this.bytes.length < want) this.#show(new Uint8Array(want));
      this.#source.read(this.bytes, 0, want, position);
    }
    this.#start = position;
    this.#end = position + want;
    return 0;
  }

  #show(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
