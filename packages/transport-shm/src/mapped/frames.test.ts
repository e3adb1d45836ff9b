import { array, assert, nat, property, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame, FrameReader } from "./frames.ts";

const message = {
  kind: "history",
  samples: [{ bytes: new Uint8Array([1, 2, 3]), sourceTimeNs: 2n ** 62n, extras: undefined }],
  limit: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  data: Buffer.from("schema"),
};
const whole = (): Uint8Array => Buffer.concat(encodeFrame(message));

test("what JSON does not have comes through: bigints, infinities, bytes", () => {
  const [read] = [...new FrameReader().push(whole())] as (typeof message)[];
  expect(read).toEqual({
    ...message,
    samples: [{ bytes: new Uint8Array([1, 2, 3]), sourceTimeNs: 2n ** 62n }],
    data: new Uint8Array(Buffer.from("schema")),
  });
});

test("a stream cut anywhere gives the same messages", () => {
  const bytes = Buffer.concat([whole(), whole(), whole()]);
  assert(
    property(array(nat({ max: bytes.length }), { maxLength: 20 }), (cuts) => {
      const reader = new FrameReader();
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const read = at.slice(1).flatMap((end, i) => [...reader.push(bytes.subarray(at[i], end))]);
      expect(read).toHaveLength(3);
    }),
  );
});

test("any other bytes are refused or wait for more, never anything else", () => {
  assert(
    property(uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const read of new FrameReader().push(bytes)) expect(read).toBeDefined();
      } catch (error) {
        expect(error).toMatchObject({ code: "SHM_PEER" });
      }
    }),
  );
});

test("lengths that nobody sends and bytes that are not there are refused", () => {
  const huge = Buffer.alloc(8);
  huge.writeUInt32LE(0xffffffff, 0);
  expect(() => [...new FrameReader().push(huge)]).toThrow(/SHM_PEER|frame of/);
  const json = Buffer.from('{"a":{"$bytes":[0,100]}}');
  const head = Buffer.alloc(8);
  head.writeUInt32LE(json.length, 0);
  expect(() => [...new FrameReader().push(Buffer.concat([head, json]))]).toThrow(/not what it should be/);
});
