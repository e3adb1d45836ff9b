import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ClosedError, DelosError } from "@delos/core";

/**
 * Positioned, synchronous reads of something with a size: a file, bytes in memory, later a remote range or a browser's
 * file handle inside a worker. All readers of recordings stand on this and on nothing else of the machine.
 */
export interface ByteSource extends Disposable {
  readonly name: string;
  /** Bytes, fixed at opening: what a recorder appends later is not seen. */
  readonly size: number;
  /** Fills `target[offset, offset + length)` with the bytes at `position`. @throws {DelosError} BAG_IO when there are fewer */
  read(target: Uint8Array, offset: number, length: number, position: number): void;
  /** The bytes themselves where they are in memory already; undefined where they must be read. */
  view(position: number, length: number): Uint8Array | undefined;
}

export function openFile(path: string): ByteSource {
  return new FileSource(path);
}

export function bytesSource(bytes: Uint8Array, name = "(bytes)"): ByteSource {
  return new MemorySource(bytes, name);
}

/** `length` bytes at `position`: the source's own where it has them in memory, else a new array. */
export function readBytes(source: ByteSource, position: number, length: number): Uint8Array {
  const view = source.view(position, length);
  if (view !== undefined) return view;
  const bytes = new Uint8Array(length);
  source.read(bytes, 0, length, position);
  return bytes;
}

class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.name = path;
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch (cause) {
      throw new DelosError("BAG_IO", `cannot open ${path}: ${(cause as Error).message}`, {
        cause,
        details: { file: path },
      });
    }
    this.#descriptor = descriptor;
    const status = fstatSync(descriptor);
    if (!status.isFile()) {
      closeSync(descriptor);
      throw new DelosError("BAG_IO", `${path} is not a regular file: copy it to one first`, {
        details: { file: path },
      });
    }
    this.size = status.size;
  }

  read(target: Uint8Array, offset: number, length: number, position: number): void {
    if (this.#descriptor === undefined) throw new ClosedError(this.name);
    let done = 0;
    while (done < length) {
      const count = this.#readSome(this.#descriptor, target, offset + done, length - done, position + done);
      if (count === 0) throw tooShort(this.name, position + done, length - done);
      done += count;
    }
  }

  view(): undefined {
    return undefined;
  }

  #readSome(descriptor: number, target: Uint8Array, offset: number, length: number, position: number): number {
    try {
      return readSync(descriptor, target, offset, length, position);
    } catch (cause) {
      throw new DelosError("BAG_IO", `cannot read ${this.name}: ${(cause as Error).message}`, {
        cause,
        details: { file: this.name, offset: position, inFile: true },
      });
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

class MemorySource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, name: string) {
    // Views of a Buffer are Buffers, slower and of another kind than what is promised.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.name = name;
    this.size = bytes.length;
  }

  read(target: Uint8Array, offset: number, length: number, position: number): void {
    target.set(this.view(position, length), offset);
  }

  view(position: number, length: number): Uint8Array {
    if (position + length > this.size) throw tooShort(this.name, this.size, position + length - this.size);
    return this.#bytes.subarray(position, position + length);
  }

  [Symbol.dispose](): void {}
}

function tooShort(name: string, position: number, missing: number): DelosError {
  return new DelosError("BAG_IO", `${name} ends at byte ${position}: ${missing} bytes fewer than when it was opened`, {
    details: { file: name, offset: position },
  });
}
