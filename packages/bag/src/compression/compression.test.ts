import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressZstd, decompress, loadCodec } from "./decompress.ts";
import { decodeLz4Frames, LZ4_SLACK } from "./lz4.ts";
import { encodeLz4Frame } from "./lz4-encode.ts";
import { xxh32 } from "./xxh32.ts";
import { zstdBound } from "./zstd-frame.ts";

const utf8 = new TextEncoder();
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));

/** Runs, repeats at many distances, noise: everything an LZ77 coder does differently. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .record({ byte: fc.nat(255), length: fc.nat(600) })
        .map(({ byte, length }) => new Uint8Array(length).fill(byte)),
      fc
        .record({ period: fc.integer({ min: 1, max: 40 }), length: fc.nat(700) })
        .map(({ period, length }) => Uint8Array.from({ length }, (_, i) => ((i % period) * 37 + period) & 0xff)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

test("xxHash32 gives the values of its specification", () => {
  expect(xxh32(new Uint8Array(0), 0, 0)).toBe(0x02cc5d05);
  expect(xxh32(utf8.encode("a"), 0, 1)).toBe(0x550d7456);
  expect(xxh32(utf8.encode("abc"), 0, 3)).toBe(0x32d153ff);
  const long = utf8.encode("Nobody inspects the spammish repetition");
  expect(xxh32(long, 0, long.length)).toBe(0xe2293b2f);
  expect(xxh32(Uint8Array.of(9, ...utf8.encode("abc"), 9), 1, 4)).toBe(0x32d153ff);
});

describe("LZ4", () => {
  // `printf 'hello hello hello hello hello hello\n' | lz4 -c`, and with -BD --content-size -BX: dependent blocks, checksums.
  const hello = utf8.encode("hello hello hello hello hello hello\n");
  const plain = hex("04224d186440a7100000006f68656c6c6f2006000650656c6c6f0a0000000053ce9936");
  const dressed = hex("04224d187c40240000000000000021100000006f68656c6c6f2006000650656c6c6f0a1f7af8920000000053ce9936");

  test.for([
    ["plain", plain],
    ["with content size, block checksums and dependent blocks", dressed],
  ] as const)("reads what lz4 writes: %s", ([, frame]) => {
    for (const slack of [0, LZ4_SLACK]) {
      const target = new Uint8Array(hello.length + slack);
      expect(decodeLz4Frames(frame, 0, frame.length, target, hello.length)).toBe(hello.length);
      expect(target.subarray(0, hello.length)).toEqual(hello);
    }
    const two = Uint8Array.of(...frame, ...frame);
    expect(decodeLz4Frames(two, 0, two.length, new Uint8Array(200), 200)).toBe(2 * hello.length);
  });

  test.for([
    ["plain", plain],
    ["dressed", dressed],
  ] as const)("refuses every cut and every flipped bit of a frame with checksums: %s", ([, frame]) => {
    const target = new Uint8Array(hello.length + LZ4_SLACK);
    const outcome = (bytes: Uint8Array): string => {
      try {
        const length = decodeLz4Frames(bytes, 0, bytes.length, target, hello.length);
        return Buffer.compare(target.subarray(0, length), hello) === 0 ? "same" : `other, ${length} bytes`;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    for (let length = 1; length < frame.length; length++) {
      expect({ length, outcome: outcome(frame.subarray(0, length)) }).toEqual({ length, outcome: "BAG_LZ4" });
    }
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const bytes = frame.slice();
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      // A flipped bit may leave the meaning as it was (a reserved bit, a larger window); it must never change the content.
      expect({ bit, outcome: outcome(bytes) }).toEqual({
        bit,
        outcome: expect.stringMatching(/^(same|BAG_LZ4)$/) as string,
      });
    }
  });

  test("what the encoder writes, the decoder reads; roslz4's demands on the frame are met", () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const frame = encodeLz4Frame(bytes);
        expect([...frame.subarray(0, 6)]).toEqual([0x04, 0x22, 0x4d, 0x18, 0x64, 0x60]);
        const target = new Uint8Array(bytes.length + LZ4_SLACK);
        expect(decodeLz4Frames(frame, 0, frame.length, target, bytes.length)).toBe(bytes.length);
        expect(Buffer.compare(target.subarray(0, bytes.length), bytes)).toBe(0);
      }),
      { seed: 5, numRuns: 400 },
    );
  });

  test("blocks beyond one MiB, and what does not compress", () => {
    const noise = new Uint8Array(2_500_000);
    for (let i = 0, x = 1; i < noise.length; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      noise[i] = i > 1_200_000 ? x & 0xff : i >> 12;
    }
    const frame = encodeLz4Frame(noise);
    const target = new Uint8Array(noise.length + LZ4_SLACK);
    expect(decodeLz4Frames(frame, 0, frame.length, target, noise.length)).toBe(noise.length);
    expect(crc32(target.subarray(0, noise.length))).toBe(crc32(noise));
    expect(frame.length).toBeLessThan(1_320_000);
  });

  test("nothing is written behind the limit and the slack", () => {
    fc.assert(
      fc.property(content, fc.nat(3000), (bytes, limit) => {
        const frame = encodeLz4Frame(bytes);
        const target = new Uint8Array(limit + LZ4_SLACK + 100).fill(0xee);
        const view = target.subarray(0, limit + LZ4_SLACK);
        try {
          expect(decodeLz4Frames(frame, 0, frame.length, view, limit)).toBeLessThanOrEqual(limit);
        } catch (error) {
          expect(error).toMatchObject({ code: "BAG_LZ4" });
        }
        expect(target.subarray(limit + LZ4_SLACK).every((byte) => byte === 0xee)).toBe(true);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe("zstd", () => {
  test("the bound from the headers holds, and content sizes are found", async () => {
    await loadCodec("zstd");
    fc.assert(
      fc.property(content, (bytes) => {
        const packed = compressZstd(bytes);
        const { bound, exact } = zstdBound(packed);
        expect(exact).toBe(bytes.length);
        expect(bound).toBeGreaterThanOrEqual(bytes.length);
        const output = { reserve: (length: number) => new Uint8Array(length) };
        expect(Buffer.compare(decompress("zstd", packed, bytes.length, output, 2 ** 20), bytes)).toBe(0);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  test("any bytes give a bound or BAG_ZSTD, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, withMagic) => {
        const input = withMagic ? Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...bytes) : bytes;
        try {
          expect(zstdBound(input).bound).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toMatchObject({ code: "BAG_ZSTD" });
        }
      }),
      { seed: 9, numRuns: 1000 },
    );
  });
});
