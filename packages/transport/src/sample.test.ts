import { type MessageCodec, UsageError } from "@delos/core";
import { describe, expect, test, vi } from "vitest";
import { Sample, type SampleInfo } from "./sample.ts";

type Value = { readonly n: number };
const schema = { name: "N", messageEncoding: "json", schemaEncoding: "", data: new Uint8Array() } as const;
const newCodec = (): MessageCodec<Value> & { encode: ReturnType<typeof vi.fn>; decode: ReturnType<typeof vi.fn> } => ({
  schema,
  encode: vi.fn(({ n }: Value) => Uint8Array.of(n)),
  decode: vi.fn((bytes: Uint8Array) => ({ n: bytes[0]! })),
  toJSON: ({ n }) => ({ n }),
  fromJSON: (json) => json as Value,
});
const info: SampleInfo = { publisher: "p", sequence: 1, sourceTimeNs: 2n, receptionTimeNs: 3n };

test("bytes are made at most once, the value as it is", () => {
  const codec = newCodec();
  const value = { n: 7 };
  const sample = Sample.ofValue(value, codec, info);
  expect([sample.isDecoded, sample.isEncoded]).toEqual([true, false]);
  expect(sample.message).toBe(value);
  expect(sample.bytes).toBe(sample.bytes);
  expect([...sample.bytes]).toEqual([7]);
  expect(sample.json).toEqual({ n: 7 });
  expect([codec.encode.mock.calls.length, codec.decode.mock.calls.length]).toEqual([1, 0]);
});

test("a part of a larger memory: views and times for those who ask", () => {
  const memory = Uint8Array.of(1, 2, 3, 4, 5);
  for (const ns of [0n, -1n, 1_234_567_890_123_456_789n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    const [high, low] = [Number(ns >> 32n), Number(BigInt.asIntN(32, ns))];
    const sample = Sample.inMemory(schema, newCodec(), memory, 2, 2, "p", 7, high, low, 3n, undefined);
    expect([sample.memory, sample.byteOffset, sample.byteLength]).toEqual([memory, 2, 2]);
    expect(sample.isEncoded).toBe(true);
    expect(sample.message).toEqual({ n: 3 });
    expect([...sample.bytes]).toEqual([3, 4]);
    expect(sample.bytes).toBe(sample.bytes);
    expect([sample.memory, sample.byteOffset, sample.byteLength]).toEqual([sample.bytes, 0, 2]);
    expect([sample.sourceTimeNs, sample.receptionTimeNs, sample.sequence]).toEqual([ns, 3n, 7]);
  }
  const all = Sample.inMemory(schema, undefined, memory, 0, 5, "p", 7, 0, 0, 3n, undefined);
  expect(all.bytes).toBe(memory);
  const value = Sample.ofValue({ n: 9 }, newCodec(), info);
  expect([value.byteLength, value.byteOffset, ...value.memory]).toEqual([1, 0, 9]);
});

test("the value is made at most once, on demand", () => {
  const codec = newCodec();
  const sample = Sample.ofBytes(Uint8Array.of(9), schema, info, codec);
  expect(codec.decode).not.toHaveBeenCalled();
  expect(sample.message).toBe(sample.message);
  expect(sample.message).toEqual({ n: 9 });
  expect([codec.encode.mock.calls.length, codec.decode.mock.calls.length]).toEqual([0, 1]);
});

test("a value that is undefined counts as decoded", () => {
  const decode = vi.fn(() => undefined);
  const codec = { ...newCodec(), decode } as unknown as MessageCodec<undefined>;
  const sample = Sample.ofBytes(Uint8Array.of(1), schema, info, codec);
  expect([sample.message, sample.message]).toEqual([undefined, undefined]);
  expect(decode).toHaveBeenCalledTimes(1);
});

test("readers with other codecs each get their own view, encoded once and decoded once a codec", () => {
  const [own, second, third] = [newCodec(), newCodec(), newCodec()];
  const sample = Sample.ofValue({ n: 5 }, own, info);
  expect(sample.as(own)).toBe(sample);
  expect(sample.as(second)).toBe(sample.as(second));
  expect(sample.as(third)).toBe(sample.as(third));
  expect([sample.as(second).message, sample.as(third).message, sample.as(second).message]).toEqual(
    Array.from({ length: 3 }, () => ({ n: 5 })),
  );
  expect(sample.as(third)).toMatchObject(info);
  expect([own.encode, second.decode, third.decode].map((f) => f.mock.calls.length)).toEqual([1, 1, 1]);
});

describe("without a codec", () => {
  test("there are only bytes, and the error names the type", () => {
    const sample = Sample.ofBytes(Uint8Array.of(1), schema, info);
    expect([...sample.bytes]).toEqual([1]);
    expect(() => sample.message).toThrow(UsageError);
    expect(() => sample.json).toThrow("No codec for messages of type N");
  });

  test("it takes the first one it is offered", () => {
    const [first, second] = [newCodec(), newCodec()];
    const sample = Sample.ofBytes(Uint8Array.of(1), schema, info);
    expect(sample.as(first)).toBe(sample);
    expect(sample.resolve(() => second as MessageCodec).codec).toBe(first);
    const late = Sample.ofBytes(Uint8Array.of(1), schema, info).resolve(() => second as MessageCodec);
    expect(late.as(first)).toBe(late);
    expect(second.decode).not.toHaveBeenCalled();
    const other = Sample.ofBytes(Uint8Array.of(4), schema, info).resolve(() => second as MessageCodec);
    expect(other.message).toEqual({ n: 4 });
  });
});

describe("lent bytes", () => {
  const lend = (): { sample: Sample<Value>; events: string[]; memory: Uint8Array } => {
    const events: string[] = [];
    const memory = Uint8Array.of(1);
    const sample = Sample.ofBytes(memory, schema, info, newCodec()).lend({
      keep: (bytes) => (events.push("kept"), bytes.slice()),
      end: () => void events.push("ended"),
    });
    return { sample, events, memory };
  };

  test("are copied when the sample is retained, once", () => {
    const { sample, events, memory } = lend();
    expect(sample.bytes).toBe(memory);
    sample.retain().retain();
    memory[0] = 99;
    sample.release();
    expect([...sample.bytes]).toEqual([1]);
    expect(sample.message).toEqual({ n: 1 });
    expect(events).toEqual(["kept"]);
  });

  test("go back when the sample is released, once", () => {
    const { sample, events } = lend();
    sample.release();
    sample.release();
    expect(events).toEqual(["ended"]);
  });

  test("cannot be had any more when they have gone back; a value that was decoded can", () => {
    const { sample } = lend();
    sample.release();
    expect(() => sample.bytes).toThrow(UsageError);
    expect(() => sample.message).toThrow(UsageError);
    const { sample: decoded, memory } = lend();
    expect(decoded.message).toEqual({ n: 1 });
    memory[0] = 99;
    decoded.release();
    expect(decoded.message).toEqual({ n: 1 });
    expect([...decoded.bytes]).toEqual([1]);
  });

  test("stay where they are when they can be pinned there", () => {
    const events: string[] = [];
    const memory = Uint8Array.of(7, 1, 7);
    const sample = Sample.inMemory(schema, newCodec(), memory, 1, 1, info.publisher, 1, 0, 0, 0n, undefined).lend({
      pin: () => void events.push("pinned"),
      end: () => void events.push("ended"),
    });
    sample.retain().release();
    expect(events).toEqual(["pinned"]);
    expect(sample.bytes.buffer).toBe(memory.buffer);
    expect(sample.message).toEqual({ n: 1 });
  });

  test("are kept for a view by another codec", () => {
    const { sample, events, memory } = lend();
    const view = sample.as(newCodec());
    memory[0] = 99;
    expect(view.message).toEqual({ n: 1 });
    expect(events).toEqual(["kept"]);
  });
});
