import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { ClosedError, DelosError } from "@delos/core";

/** Where a writer's bytes go, in order; formats that finish their header afterwards also write at a position. */
export interface ByteSink extends Disposable {
  /** Appends. The bytes may be used again after the call. */
  write(bytes: Uint8Array): void;
  /** Overwrites what was written before. */
  writeAt(bytes: Uint8Array, position: number): void;
  /** Asks for what was written to be on the disk when the call returns. */
  sync(): void;
}

/** Creates `path`, replacing what was there. */
export function createFile(path: string): ByteSink {
  return new FileSink(path);
}

/** Collects in memory. */
export class MemorySink implements ByteSink {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** Everything written so far: a view, valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  write(bytes: Uint8Array): void {
    const end = this.#length + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = end;
  }

  writeAt(bytes: Uint8Array, position: number): void {
    this.#bytes.set(bytes, position);
  }

  sync(): void {}

  [Symbol.dispose](): void {}
}

class FileSink implements ByteSink {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, "w");
    } catch (cause) {
      throw new DelosError("BAG_IO", `cannot write ${path}: ${(cause as Error).message}`, {
        cause,
        details: { file: path },
      });
    }
  }

  write(bytes: Uint8Array): void {
    this.#put(bytes, null);
  }

  writeAt(bytes: Uint8Array, position: number): void {
    this.#put(bytes, position);
  }

  sync(): void {
    if (this.#descriptor === undefined) throw new ClosedError(this.#path);
    fsyncSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #put(bytes: Uint8Array, position: number | null): void {
    if (this.#descriptor === undefined) throw new ClosedError(this.#path);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(
          this.#descriptor,
          bytes,
          done,
          bytes.length - done,
          position === null ? null : position + done,
        );
      }
    } catch (cause) {
      throw new DelosError("BAG_IO", `cannot write ${this.#path}: ${(cause as Error).message}`, {
        cause,
        details: { file: this.#path },
      });
    }
  }
}
