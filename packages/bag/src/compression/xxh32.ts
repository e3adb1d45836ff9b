const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

/** xxHash32 of `bytes[start, end)` with seed 0: the checksum of LZ4 frames. */
export function xxh32(bytes: Uint8Array, start: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let p = start;
  let h: number;
  if (end - start >= 16) {
    let a = (P1 + P2) | 0;
    let b = P2 | 0;
    let c = 0;
    let d = -P1 | 0;
    for (const last = end - 16; p <= last; p += 16) {
      a = lane(a, view.getInt32(p, true));
      b = lane(b, view.getInt32(p + 4, true));
      c = lane(c, view.getInt32(p + 8, true));
      d = lane(d, view.getInt32(p + 12, true));
    }
    h = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else {
    h = P5 | 0;
  }
  h = (h + (end - start)) | 0;
  for (; p + 4 <= end; p += 4) h = Math.imul(rotate((h + Math.imul(view.getInt32(p, true), P3)) | 0, 17), P4);
  for (; p < end; p++) h = Math.imul(rotate((h + Math.imul(bytes[p]!, P5)) | 0, 11), P1);
  h = Math.imul(h ^ (h >>> 15), P2);
  h = Math.imul(h ^ (h >>> 13), P3);
  return (h ^ (h >>> 16)) >>> 0;
}

function lane(accumulator: number, input: number): number {
  return Math.imul(rotate((accumulator + Math.imul(input, P2)) | 0, 13), P1);
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
