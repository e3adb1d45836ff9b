import * as fc from "fast-check";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";
import { expect, test } from "vitest";
import { apollo } from "./index.ts";
import { MemoryWriter } from "./proto.ts";

const { ADCTrajectory } = apollo.planning;
const theirs = protobuf.Root.fromDescriptor(ADCTrajectory.schema.data, { keepCase: true }).lookupType(
  ADCTrajectory.name,
);
const value = fc.record({
  header: fc.record({ module_name: fc.string({ unit: "binary", maxLength: 300 }), sequence_num: fc.nat() }),
  total_path_length: fc.double({ noNaN: true }),
  adc_trajectory_point: fc.array(fc.record({ x: fc.double({ noNaN: true }), speed: fc.double({ noNaN: true }) }), {
    maxLength: 30,
  }),
});

test.for(["own", "shared"])("protobufjs writes into %s memory what it would write into its own", (kind) => {
  const memory = new Uint8Array(kind === "own" ? new ArrayBuffer(10_000) : new SharedArrayBuffer(10_000));
  const writer = new MemoryWriter(memory);
  fc.assert(
    fc.property(value, fc.nat(50), (message, at) => {
      const expected = theirs.encode(message).finish();
      const part = memory.subarray(at);
      const written = theirs.encode(message, writer.on(part)).finish();
      expect(written.buffer).toBe(memory.buffer);
      expect(written.byteOffset).toBe(at);
      expect(Buffer.compare(written, expected)).toBe(0);
    }),
  );
});

test("a message that fits exactly fits; of one that does not the size is known, and nothing is written behind the end", () => {
  fc.assert(
    fc.property(value, fc.nat(), (message, less) => {
      const expected = theirs.encode(message).finish();
      const memory = new Uint8Array(expected.length + 20).fill(0xaa);
      const exact = memory.subarray(0, expected.length);
      expect(Buffer.compare(theirs.encode(message, new MemoryWriter(exact)).finish(), expected)).toBe(0);
      const room = less % expected.length;
      let details: unknown;
      try {
        theirs.encode(message, new MemoryWriter(memory.subarray(0, room))).finish();
      } catch (error) {
        details = (error as { readonly details?: unknown }).details;
      }
      expect(details).toEqual({ needed: expected.length, room });
      expect(memory.subarray(expected.length).every((byte) => byte === 0xaa)).toBe(true);
    }),
  );
});
