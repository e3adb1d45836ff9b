/**
 * MD5 of bytes, 16 bytes (RFC 1321). ROS 1 names types by it and RTPS hashes long keys with it; neither use is about
 * secrecy. Written out here because this package also runs in browsers, whose own crypto does not offer it.
 */
export function md5(input: Uint8Array): Uint8Array {
  const blocks = (input.length + 8 + 64) >>> 6;
  const padded = new Uint8Array(blocks * 64);
  padded.set(input);
  padded[input.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (input.length << 3) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(input.length / 0x2000_0000), true);
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let i = 0; i < 64; i++) {
      let mixed: number;
      let word: number;
      if (i < 16) [mixed, word] = [(b & c) | (~b & d), i];
      else if (i < 32) [mixed, word] = [(d & b) | (~d & c), (5 * i + 1) & 15];
      else if (i < 48) [mixed, word] = [b ^ c ^ d, (3 * i + 5) & 15];
      else [mixed, word] = [c ^ (b | ~d), (7 * i) & 15];
      const sum = (a + mixed + SINES[i]! + view.getInt32(block + word * 4, true)) | 0;
      const shift = SHIFTS[((i >> 4) << 2) | (i & 3)]!;
      [a, d, c] = [d, c, b];
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  const digest = new Uint8Array(16);
  const out = new DataView(digest.buffer);
  for (const [i, word] of [a0, b0, c0, d0].entries()) out.setInt32(i * 4, word, true);
  return digest;
}

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** Lower-case hex of the MD5 of a text's UTF-8. */
export function md5Hex(text: string): string {
  return [...md5(new TextEncoder().encode(text))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
