import { MalformedError } from "@delos/core";

/**
 * The most bytes that zstd frames can decompress to, from their headers alone: no declared size is believed, and nothing
 * is allocated, before this agrees. RFC 8878 §3.1.1: every block states its size (raw, RLE) or yields at most 128 KiB.
 * @throws {MalformedError} BAG_ZSTD when headers do not follow the format
 */
export function zstdBound(source: Uint8Array): { readonly bound: number; readonly exact: number | undefined } {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  let at = 0;
  let bound = 0;
  let exact: number | undefined = 0;
  while (at < source.length) {
    need(source, at, 8);
    const magic = view.getUint32(at, true);
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== 0xfd2fb528) throw malformed(`no zstd frame: magic 0x${magic.toString(16)}`, at);
    const descriptor = source[at + 4]!;
    const singleSegment = (descriptor & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
    const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    const sizeAt = at + 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
    need(source, sizeAt, sizeBytes);
    const contentSize =
      sizeBytes === 0
        ? undefined
        : sizeBytes === 1
          ? source[sizeAt]!
          : sizeBytes === 2
            ? view.getUint16(sizeAt, true) + 256
            : sizeBytes === 4
              ? view.getUint32(sizeAt, true)
              : view.getUint32(sizeAt, true) + view.getUint32(sizeAt + 4, true) * 2 ** 32;
    exact = exact === undefined || contentSize === undefined ? undefined : exact + contentSize;
    at = sizeAt + sizeBytes;
    for (let last = false; !last; ) {
      need(source, at, 3);
      const header = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16);
      const size = header >> 3;
      const type = (header >> 1) & 3;
      last = (header & 1) !== 0;
      if (type === 3) throw malformed("reserved block type", at);
      bound += type === 2 ? 128 * 1024 : size;
      at += 3 + (type === 1 ? 1 : size);
    }
    if ((descriptor & 4) !== 0) at += 4;
    if (at > source.length) throw malformed("the frame is cut", source.length);
  }
  return { bound, exact };
}

function need(source: Uint8Array, at: number, length: number): void {
  if (at + length > source.length) throw malformed("the frame is cut", source.length);
}

function malformed(what: string, offset: number): MalformedError {
  return new MalformedError("BAG_ZSTD", what, offset);
}
