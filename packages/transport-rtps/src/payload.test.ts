import { MalformedError } from "@delos/core";
import { Sample } from "@delos/transport";
import { ByteReader } from "@delos/wire";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Change } from "./history.ts";
import { Incoming } from "./incoming.ts";
import { inlineQosOf, readInlineQos, unframedOf } from "./payload.ts";
import { ParameterListBuilder, readParameterList } from "./wire/parameter-list.ts";

function framePayload(payload: Uint8Array, parts: readonly number[] = []): Uint8Array {
  const change = Change.of(1, { payload, isKey: false, time: undefined, inlineQos: undefined, framed: true });
  const target = new Uint8Array(change.payloadBytes).fill(0xee);
  const ends = [...parts, change.payloadBytes];
  for (const [i, end] of ends.entries()) change.copy(target, ends[i - 1] ?? 0, ends[i - 1] ?? 0, end);
  return target;
}

function unframePayload(payload: Uint8Array): Uint8Array {
  const incoming = new Incoming();
  Object.assign(incoming, { bytes: payload, from: 0, to: payload.length });
  return unframedOf(incoming);
}

test("a frame is the CDR of sequence<octet>, padded with zeros to whole words", () => {
  expect([...framePayload(Uint8Array.of(1, 2, 3))]).toEqual([0, 1, 0, 1, 3, 0, 0, 0, 1, 2, 3, 0]);
  expect([...unframePayload(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 8, 9, 0, 0))]).toEqual([8, 9]);
});

test("any bytes come back from their frame, and no frame cut short is taken", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(400), { maxLength: 5 }), (bytes, cuts) => {
      const frame = framePayload(bytes);
      expect(Uint8Array.from(unframePayload(frame))).toEqual(bytes);
      const parts = cuts.map((cut) => cut % (frame.length + 1)).sort((a, b) => a - b);
      expect(framePayload(bytes, parts)).toEqual(frame);
      for (let length = 0; length < 8 + bytes.length; length++) {
        expect(() => unframePayload(frame.subarray(0, length))).toThrow(MalformedError);
      }
    }),
    { numRuns: 30 },
  );
  expect(() => unframePayload(Uint8Array.of(0, 7, 0, 0, 0, 0, 0, 0))).toThrow(MalformedError);
});

test("what goes beside a sample comes back, whatever the attributes are called", () => {
  const schema = { name: "T", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
  const publisher = "0123456789abcdef0123456789abcd03";
  const extras = {
    related: { publisher, sequence: 77 },
    attributes: { error: "E", ["__proto__"]: "x", empty: "" },
    keyHash: new Uint8Array(16).fill(5),
    instanceState: "disposed",
  } as const;
  const info = { publisher, sequence: 9, sourceTimeNs: 0n, receptionTimeNs: 0n, extras };
  const bytes = inlineQosOf(Sample.ofBytes(new Uint8Array(), schema, info), 3, extras.keyHash)!;
  const read = readInlineQos(readParameterList(new ByteReader(bytes)), true);
  expect(read).toEqual({ sequence: 9, extras });
  expect(Object.keys(read.extras!.attributes!)).toEqual(["error", "__proto__", "empty"]);
  expect(
    inlineQosOf(Sample.ofBytes(new Uint8Array(), schema, { ...info, extras: undefined }), 9, undefined),
  ).toBeUndefined();
});

test("the ear of a request, as ROS 2 on Fast DDS names it: a related sample without a number", () => {
  const schema = { name: "T", messageEncoding: "cdr", schemaEncoding: "", data: new Uint8Array() };
  const related = { publisher: "0123456789abcdef0123456789abcd04", sequence: 0 };
  const info = {
    publisher: `${"0".repeat(30)}03`,
    sequence: 1,
    sourceTimeNs: 0n,
    receptionTimeNs: 0n,
    extras: { related },
  };
  const bytes = inlineQosOf(Sample.ofBytes(new Uint8Array(), schema, info), 1, undefined)!;
  expect(Buffer.from(bytes).toString("hex")).toContain(`${related.publisher}ffffffff00000000`);
  expect(readInlineQos(readParameterList(new ByteReader(bytes)), false)).toEqual({
    sequence: undefined,
    extras: { related },
  });
});

test("inline QoS that must be understood and is not makes the sample unusable; a vendor's own does not", () => {
  const listOf = (pid: number): ReturnType<typeof readParameterList> =>
    readParameterList(new ByteReader(new ParameterListBuilder().add(pid, (value) => value.uint32(1)).finish()));
  expect(() => readInlineQos(listOf(0x4ffe), false)).toThrow(MalformedError);
  for (const pid of [0x0ffe, 0x8ffe, 0xcffe]) expect(readInlineQos(listOf(pid), false).extras).toBeUndefined();
});
