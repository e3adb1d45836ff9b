/** Shorter sources gain nothing. */
const FROM_BYTES = 64;
const STAGE_BYTES = 16384;

/**
 * Copies into shared memory at full speed. V8 copies into a SharedArrayBuffer byte by byte (4 GB/s) unless source and
 * destination are aligned alike modulo 8; a source that is not is first straightened, piece by piece, in private memory.
 * Ordinary memory needs no such care, also when others see it: the C library copies it.
 */
export class StraightCopy {
  #stage: Uint8Array | undefined;

  /** `at` must be a multiple of 8 within `to`. */
  copy(source: Uint8Array, to: Uint8Array, at: number): void {
    const { length } = source;
    if ((source.byteOffset & 7) === 0 || length < FROM_BYTES || !isShared(to.buffer)) {
      to.set(source, at);
      return;
    }
    const stage = (this.#stage ??= new Uint8Array(STAGE_BYTES));
    for (let from = 0; from < length; from += STAGE_BYTES) {
      const part = Math.min(STAGE_BYTES, length - from);
      stage.set(part === length ? source : source.subarray(from, from + part));
      to.set(part === STAGE_BYTES ? stage : stage.subarray(0, part), at + from);
    }
  }
}

const isShared = (buffer: ArrayBufferLike): boolean =>
  typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
