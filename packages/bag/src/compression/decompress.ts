import { DelosError, MalformedError } from "@delos/core";
import { decodeLz4Frames, LZ4_MAX_RATIO, LZ4_SLACK, wholeLz4Blocks } from "./lz4.ts";
import { zstdBound } from "./zstd-frame.ts";

/** A reader met a codec that is loaded on demand: load it and open again. Never leaves this package. */
export class CodecNotLoadedError extends DelosError {
  readonly codec: "zstd" | "bz2";
  constructor(codec: "zstd" | "bz2") {
    super("BAG_CODEC_NOT_LOADED", `the ${codec} codec is not loaded`);
    this.codec = codec;
  }
}

let zstd: typeof import("@foxglove/wasm-zstd") | undefined;
let bz2: { decompress(source: Uint8Array, size: number): Uint8Array } | undefined;

/** Loads the WebAssembly of a codec, once. LZ4 is our own and always there. */
export async function loadCodec(codec: "zstd" | "bz2"): Promise<void> {
  if (codec === "zstd" && zstd === undefined) {
    const module = await import("@foxglove/wasm-zstd");
    await module.isLoaded;
    zstd = module;
  } else if (codec === "bz2" && bz2 === undefined) {
    const { default: Bzip2 } = await import("@foxglove/wasm-bz2");
    bz2 = await Bzip2.init();
  }
}

/** Compresses with zstd (level 3 unless told). @throws {CodecNotLoadedError} before `loadCodec("zstd")` */
export function compressZstd(bytes: Uint8Array, level = 3): Uint8Array {
  if (zstd === undefined) throw new CodecNotLoadedError("zstd");
  return zstd.compress(bytes, level);
}

/** Where decompressed bytes go: memory that is used again for the next chunk. */
export interface OutputBuffer {
  /** At least `length` bytes; what was there before is gone. */
  reserve(length: number): Uint8Array;
}

/**
 * Decompresses a whole chunk whose container declares `size` bytes of content, exactly.
 * `checked`: the caller compares a checksum of the content afterwards.
 * The declaration is checked against `limit` and against what the compressed bytes can hold before memory is taken.
 * @throws {MalformedError | DelosError} BAG_CHUNK_TOO_LARGE, BAG_CHUNK_SIZE, BAG_LZ4, BAG_ZSTD, BAG_BZ2, BAG_COMPRESSION_UNKNOWN
 */
export function decompress(
  compression: string,
  source: Uint8Array,
  size: number,
  output: OutputBuffer,
  limit: number,
  checked = false,
): Uint8Array {
  if (size > limit) {
    throw new DelosError(
      "BAG_CHUNK_TOO_LARGE",
      `a chunk declares ${size} bytes; the limit is ${limit} (option maxChunkBytes)`,
    );
  }
  switch (compression) {
    case "lz4": {
      if (size > source.length * LZ4_MAX_RATIO) throw impossible(size, source.length, compression);
      const target = output.reserve(size + LZ4_SLACK);
      const written = decodeLz4Frames(source, 0, source.length, target, size, checked);
      if (written !== size) throw wrongSize(size, written);
      return target.subarray(0, size);
    }
    case "zstd": {
      if (zstd === undefined) throw new CodecNotLoadedError("zstd");
      const { bound, exact } = zstdBound(source);
      if (exact !== undefined && exact !== size) throw wrongSize(size, exact);
      if (size > bound) throw impossible(size, source.length, compression);
      return exactly(size, "BAG_ZSTD", () => zstd!.decompress(source, size));
    }
    case "bz2": {
      if (bz2 === undefined) throw new CodecNotLoadedError("bz2");
      if (source.length < 14 || source[0] !== 0x42 || source[1] !== 0x5a || source[2] !== 0x68) {
        throw new MalformedError("BAG_BZ2", "no bzip2 stream", 0);
      }
      return exactly(size, "BAG_BZ2", () => bz2!.decompress(source, size));
    }
    default:
      throw new DelosError("BAG_COMPRESSION_UNKNOWN", `unknown compression ${JSON.stringify(compression)}`);
  }
}

/**
 * What the whole blocks of a cut LZ4 chunk hold. Not more than `limit` bytes are taken.
 * @throws {MalformedError | DelosError} BAG_LZ4, BAG_CHUNK_TOO_LARGE
 */
export function decompressCutLz4(source: Uint8Array, output: OutputBuffer, limit: number): Uint8Array {
  const { bytes, content } = wholeLz4Blocks(source);
  if (content > limit) {
    throw new DelosError(
      "BAG_CHUNK_TOO_LARGE",
      `a cut chunk may hold ${content} bytes; the limit is ${limit} (option maxChunkBytes)`,
    );
  }
  const target = output.reserve(content + LZ4_SLACK);
  return target.subarray(0, decodeLz4Frames(source, 0, bytes, target, content, true, true));
}

function exactly(size: number, code: string, run: () => Uint8Array): Uint8Array {
  let result: Uint8Array;
  try {
    result = run();
  } catch (cause) {
    throw new DelosError(code, "the compressed data is damaged", { cause });
  }
  if (result.length !== size) throw wrongSize(size, result.length);
  return new Uint8Array(result.buffer, result.byteOffset, result.length);
}

function wrongSize(declared: number, found: number): DelosError {
  return new DelosError("BAG_CHUNK_SIZE", `a chunk declares ${declared} bytes and holds ${found}`);
}

function impossible(size: number, compressed: number, compression: string): DelosError {
  return new DelosError("BAG_CHUNK_SIZE", `${compressed} bytes of ${compression} cannot hold the ${size} declared`);
}
