import { expect, test } from "vitest";
import { RecordWriter } from "./record-writer.ts";

test("every kind of value may be the one that outgrows the memory", () => {
  const kinds: Record<string, [(out: RecordWriter) => void, readonly number[]]> = {
    u8: [(out) => out.u8(0xab), [0xab]],
    u16: [(out) => out.u16(0xabcd), [0xcd, 0xab]],
    u32: [(out) => out.u32(0x01020304), [4, 3, 2, 1]],
    u64: [(out) => out.u64(0x0102030405060708n), [8, 7, 6, 5, 4, 3, 2, 1]],
    raw: [(out) => out.raw(Uint8Array.of(1, 2, 3)), [1, 2, 3]],
    text: [(out) => out.text("ä"), [2, 0, 0, 0, 0xc3, 0xa4]],
  };
  for (const [kind, [write, expected]] of Object.entries(kinds)) {
    for (let before = 1000; before <= 1030; before++) {
      const out = new RecordWriter();
      out.raw(new Uint8Array(before).fill(7));
      write(out);
      expect([...out.bytes.subarray(before)], `${kind} after ${before} bytes`).toEqual(expected);
      expect(out.bytes.subarray(0, before).every((byte) => byte === 7)).toBe(true);
    }
  }
});
