import { MalformedError } from "@delos/core";
import { xxh32 } from "./xxh32.ts";

/**
 * LZ4 frames, version 1.6.x of the frame format (doc/lz4_Frame_format.md): what MCAP's and ROS's `lz4` chunks hold.
 *
 *   magic 0x184D2204 | FLG | BD | [content size u64] | [dictionary id u32] | header checksum
 *   ( u32 block size, top bit: stored | block | [u32 xxh32 of the block] )*   | u32 0 | [u32 xxh32 of the content]
 *
 * Any flags are read except dictionaries. All checksums that are there are checked.
 */
const MAGIC = 0x184d2204;
const SKIPPABLE = 0x184d2a50;

/** No LZ4 block grows by more than this factor: one byte of length stands for 255 bytes of output. */
export const LZ4_MAX_RATIO = 255;

/**
 * Decodes all frames of `source[start, end)` into `target` from 0, which should be LZ4_SLACK longer than `limit`.
 * `checked`: the container has a checksum of its own over the result; that of the frames' content is not computed as well.
 * `cut`: the source may end after any block, without the frame's end mark and checksum.
 * @returns bytes written, at most `limit`
 * @throws {MalformedError} BAG_LZ4 with the offset in `source`
 */
export function decodeLz4Frames(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  limit: number,
  checked = false,
  cut = false,
): number {
  const stop = Math.min(limit, target.length);
  const sourceView = new DataView(source.buffer, source.byteOffset, source.length);
  const targetView = new DataView(target.buffer, target.byteOffset, target.length);
  let at = start;
  let written = 0;
  while (at < end) {
    const magic = u32(source, at, end);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      at = at + 8 + u32(source, at + 4, end);
      if (at > end) throw malformed("a skippable frame runs past the end", end);
      continue;
    }
    if (magic !== MAGIC) throw malformed(`no LZ4 frame: magic 0x${magic.toString(16)}`, at);
    const header = readFrameHeader(source, at, end);
    at = header.end;
    const frameStart = written;
    for (;;) {
      if (cut && at === end) return written;
      const word = u32(source, at, end);
      at += 4;
      if (word === 0) break;
      const size = word & 0x7fffffff;
      if (at + size > end) throw malformed(`a block of ${size} bytes runs past the end`, at - 4);
      if (header.blockChecksums && xxh32(source, at, at + size) !== u32(source, at + size, end)) {
        throw malformed("block checksum does not match", at);
      }
      const blockLimit = Math.min(stop, written + header.blockMaxSize);
      if (word >>> 31 === 1) {
        if (written + size > blockLimit) throw malformed("more output than declared", at);
        target.set(source.subarray(at, at + size), written);
        written += size;
      } else {
        written = decodeBlock(
          source,
          sourceView,
          at,
          at + size,
          target,
          targetView,
          written,
          blockLimit,
          header.independent ? written : frameStart,
        );
      }
      at += size + (header.blockChecksums ? 4 : 0);
    }
    if (header.contentSize !== undefined && header.contentSize !== written - frameStart) {
      throw malformed(`the frame declares ${header.contentSize} bytes and holds ${written - frameStart}`, start);
    }
    if (header.contentChecksum) {
      const stored = u32(source, at, end);
      if (!checked && xxh32(target, frameStart, written) !== stored) {
        throw malformed("content checksum does not match", at);
      }
      at += 4;
    }
  }
  return written;
}

/**
 * The part of one cut frame's content that lies in whole blocks (the format's block is all or nothing: a match may reach
 * anywhere in it), found from the block sizes alone; nothing is decoded. `bytes` of the source up to the end of the last of
 * them, and at most `content` bytes after decompression.
 * @throws {MalformedError} BAG_LZ4 when the frame's header is cut or wrong
 */
export function wholeLz4Blocks(source: Uint8Array): { readonly bytes: number; readonly content: number } {
  const end = source.length;
  if (u32(source, 0, end) !== MAGIC) throw malformed("no LZ4 frame", 0);
  const header = readFrameHeader(source, 0, end);
  let at = header.end;
  let content = 0;
  while (at + 4 <= end) {
    const word = u32(source, at, end);
    const size = word & 0x7fffffff;
    const next = at + 4 + size + (header.blockChecksums ? 4 : 0);
    if (word === 0 || next > end) break;
    content += Math.min(header.blockMaxSize, word >>> 31 === 1 ? size : size * LZ4_MAX_RATIO);
    at = next;
  }
  return { bytes: at, content };
}

interface FrameHeader {
  readonly independent: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly contentSize: number | undefined;
  readonly blockMaxSize: number;
  readonly end: number;
}

function readFrameHeader(source: Uint8Array, frame: number, end: number): FrameHeader {
  if (frame + 7 > end) throw malformed("the frame header is cut", end);
  const flags = source[frame + 4]!;
  const blockSizeId = (source[frame + 5]! >> 4) & 7;
  if (flags >> 6 !== 1) throw malformed(`frame version ${flags >> 6}`, frame + 4);
  if ((flags & 1) !== 0) throw malformed("the frame needs a dictionary", frame + 4);
  if (blockSizeId < 4) throw malformed(`block size id ${blockSizeId}`, frame + 5);
  const hasSize = (flags & 8) !== 0;
  const at = frame + 6 + (hasSize ? 8 : 0);
  if (at >= end) throw malformed("the frame header is cut", end);
  if (((xxh32(source, frame + 4, at) >>> 8) & 0xff) !== source[at])
    throw malformed("header checksum does not match", at);
  return {
    independent: (flags & 0x20) !== 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentSize: hasSize ? u32(source, frame + 6, end) + u32(source, frame + 10, end) * 2 ** 32 : undefined,
    blockMaxSize: 1 << (8 + 2 * blockSizeId),
    end: at + 1,
  };
}

/** `target` is to have this many bytes beyond the limit: short copies go in whole words and may spill. */
export const LZ4_SLACK = 16;

/**
 * One block of `source[start, end)` to `target` from `from`; matches may reach back to `window`. The result ends at `limit`
 * or before; up to LZ4_SLACK bytes behind it may be overwritten where `target` has them. @returns the end of the result
 *
 * Words are copied through views: bytes one by one take twice the time (docs/decisions/0003-decompression.md).
 */
function decodeBlock(
  source: Uint8Array,
  sourceView: DataView,
  start: number,
  end: number,
  target: Uint8Array,
  targetView: DataView,
  from: number,
  limit: number,
  window: number,
): number {
  let s = start;
  let d = from;
  const sourceSafe = end - LZ4_SLACK;
  const targetSafe = target.length - LZ4_SLACK;
  for (;;) {
    if (s >= end) throw malformed("the block ends within a sequence", s);
    const token = source[s++]!;
    let length = token >>> 4;
    if (length !== 15 && s <= sourceSafe && d <= targetSafe) {
      targetView.setInt32(d, sourceView.getInt32(s, true), true);
      if (length > 4) {
        targetView.setInt32(d + 4, sourceView.getInt32(s + 4, true), true);
        if (length > 8) {
          targetView.setInt32(d + 8, sourceView.getInt32(s + 8, true), true);
          targetView.setInt32(d + 12, sourceView.getInt32(s + 12, true), true);
        }
      }
      s += length;
      d += length;
      if (d > limit) throw malformed("more output than declared", s);
    } else {
      if (length === 15) {
        for (let more = 255; more === 255; length += more) {
          if (s >= end) throw malformed("the block ends within a length", s);
          more = source[s++]!;
        }
      }
      const literalEnd = s + length;
      if (literalEnd > end) throw malformed("literals run past the block", s);
      if (d + length > limit) throw malformed("more output than declared", s);
      if (length > 64) {
        target.set(source.subarray(s, literalEnd), d);
        d += length;
        s = literalEnd;
      } else {
        for (; s + 4 <= literalEnd; s += 4, d += 4) targetView.setInt32(d, sourceView.getInt32(s, true), true);
        while (s < literalEnd) target[d++] = source[s++]!;
      }
      if (s === end) return d; // the last sequence has literals only
    }
    if (s + 2 > end) throw malformed("the block ends within an offset", s);
    const offset = sourceView.getUint16(s, true);
    s += 2;
    let m = d - offset;
    if (offset === 0 || m < window) throw malformed(`a match reaches ${offset} bytes back`, s - 2);
    length = token & 15;
    if (length === 15) {
      for (let more = 255; more === 255; length += more) {
        if (s >= end) throw malformed("the block ends within a length", s);
        more = source[s++]!;
      }
    }
    length += 4;
    const matchEnd = d + length;
    if (matchEnd > limit) throw malformed("more output than declared", s);
    if (length > 256 && offset >= length) target.copyWithin(d, m, m + length);
    else if (offset >= 4 && matchEnd <= targetSafe) {
      for (; d < matchEnd; d += 4, m += 4) targetView.setInt32(d, targetView.getInt32(m, true), true);
    } else if (offset === 1) target.fill(target[m]!, d, matchEnd);
    else while (d < matchEnd) target[d++] = target[m++]!;
    d = matchEnd;
  }
}

function u32(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) throw malformed("the frame is cut", end);
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function malformed(what: string, offset: number): MalformedError {
  return new MalformedError("BAG_LZ4", what, offset);
}
