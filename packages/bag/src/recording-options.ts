/** How a recording is opened. */
export interface OpenOptions {
  /**
   * What to do behind a damaged place of a file. `true` (default): skip the damaged chunk and go on with everything intact.
   * `false`: the recording ends, in file order, before the first damage.
   */
  readonly skipBadChunks?: boolean;
  /** Largest chunk that is decompressed, in bytes after decompression. Default 256 MiB. */
  readonly maxChunkBytes?: number;
}

export interface ReadOptions {
  readonly skipBadChunks: boolean;
  readonly maxChunkBytes: number;
}

export function readOptions(options: OpenOptions): ReadOptions {
  return { skipBadChunks: options.skipBadChunks ?? true, maxChunkBytes: options.maxChunkBytes ?? 256 * 2 ** 20 };
}
