import { MessageChannel } from "node:worker_threads";
import { loadOrdinaryView } from "@delos/core/native";
import * as fc from "fast-check";
import type { PinnedMessage } from "sharedarraybuffer-ring";
import { describe, expect, test } from "vitest";
import { PoolReader, PoolWriter } from "./pool.ts";

const ordinary = await loadOrdinaryView();
const views = [
  ["shared memory", undefined],
  ...(ordinary === undefined ? [] : ([["an ordinary view of it", ordinary]] as const)),
] as const;
const KB = 1024;

describe.for(views)("large payloads between threads, in %s", ([, view]) => {
  const setUp = () => {
    const { port1, port2 } = new MessageChannel();
    const [writer, reader] = [new PoolWriter(port1, view), new PoolReader(port2, view)];
    const close = (): void => {
      writer.close();
      reader.close();
      port1.close();
      port2.close();
    };
    /** What the other end makes of what was published last. */
    const receive = (): { readonly pinned: PinnedMessage | undefined; readonly bytes: Uint8Array } => {
      const pinned = reader.pin(writer.generation, writer.message);
      return { pinned, bytes: (pinned?.bytes ?? reader.current.slice()).subarray(writer.offset) };
    };
    return { writer, receive, close };
  };

  test("what is lent is read where it was filled, without what precedes it; anything else is copied", () => {
    const { writer, receive, close } = setUp();
    expect(writer.lend(100 * KB)).toBeUndefined(); // nothing was that large yet
    expect(writer.publish(new Uint8Array(100 * KB).fill(1))).toBe(true);
    receive().pinned?.release();
    const lent = writer.lend(90 * KB)!;
    expect(lent.length).toBe(90 * KB);
    lent.fill(2);
    expect(writer.holds(lent.subarray(8, 100))).toBe(true);
    expect(writer.publish(lent.subarray(8, 50 * KB))).toBe(true);
    expect(writer.holds(lent)).toBe(false);
    const { pinned, bytes } = receive();
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([50 * KB - 8, 2, 2]);
    lent[8] = 77; // seen through the other end: it is the same memory
    expect(bytes[0]).toBe(77);
    pinned?.release();
    writer.giveBack(lent); // it is not the writer's any more
    writer.giveBack(new Uint8Array(5));
    expect([writer.owns(lent), writer.owns(new Uint8Array(5))]).toEqual([true, false]);
    close();
  });

  test("a payload that is larger than the chunks has chunks made; what was lent of the old ones is copied", () => {
    const { writer, receive, close } = setUp();
    writer.publish(new Uint8Array(100 * KB).fill(1));
    const early = receive();
    const lent = writer.lend(100 * KB)!;
    lent.fill(3);
    expect(writer.lend(200 * KB)).toBeUndefined();
    writer.publish(new Uint8Array(200 * KB).fill(2));
    expect(receive().bytes[200 * KB - 1]).toBe(2);
    expect([writer.publish(lent.subarray(8)), writer.generation]).toEqual([true, 2]);
    expect(Array.from(receive().bytes.subarray(0, 2))).toEqual([3, 3]);
    expect(writer.holds(lent)).toBe(false);
    expect(early.bytes[100 * KB - 1]).toBe(1); // held in a ring that is closed
    early.pinned?.release();
    // Exactly a power of two, with what frames it on the wire: it fits.
    writer.publish(new Uint8Array(1024 * KB));
    receive();
    expect(writer.lend(1024 * KB + 8)?.length).toBe(1024 * KB + 8);
    close();
  });

  test("chunks of a quarter of a gigabyte can be had, and hold what is published", () => {
    const { writer, receive, close } = setUp();
    writer.fit(256 << 20);
    const lent = [writer.lend(200 << 20)!, writer.lend(200 << 20)];
    expect(lent[1]).toBeUndefined();
    lent[0]!.fill(5, 0, 3);
    expect(writer.publish(new Uint8Array(20 * KB).fill(4)) && writer.publish(lent[0]!.subarray(0, 30 * KB))).toBe(true);
    expect(receive().bytes[1]).toBe(5);
    close();
  });

  test("not all chunks are lent, however many are asked for; what is given back is lent again", () => {
    const { writer, receive, close } = setUp();
    writer.publish(new Uint8Array(1024 * KB));
    receive().pinned?.release();
    const lent: Uint8Array[] = [];
    for (let memory = writer.lend(1024 * KB); memory !== undefined; memory = writer.lend(1024 * KB)) lent.push(memory);
    expect(lent.length).toBe(8);
    expect(writer.publish(new Uint8Array(1024 * KB).fill(9))).toBe(true); // others still get through
    expect(receive().bytes[5]).toBe(9);
    writer.giveBack(lent[3]!.subarray(100, 200));
    expect(writer.lend(1024 * KB)).toBeDefined();
    expect(writer.lend(1024 * KB)).toBeUndefined();
    close();
  });

  test("whoever keeps chunks gets as many as can be spared, then has to copy", () => {
    const { writer, receive, close } = setUp();
    const kept: { readonly pinned: PinnedMessage | undefined; readonly bytes: Uint8Array }[] = [];
    for (let n = 0; n < 100; n++) {
      expect(writer.publish(new Uint8Array(1024 * KB).fill(n))).toBe(true);
      kept.push(receive());
    }
    expect(kept.filter(({ pinned }) => pinned !== undefined).length).toBe(15);
    expect(kept.map(({ bytes }) => bytes[1024 * KB - 1])).toEqual(Array.from({ length: 100 }, (_, n) => n));
    for (const { pinned } of kept) pinned?.release();
    expect(writer.publish(new Uint8Array(1024 * KB)) && receive().pinned).toBeDefined();
    close();
  });

  test("any order of lending, publishing, giving back, keeping and releasing: every payload arrives as it was", () => {
    const step = fc.record({
      kind: fc.constantFrom("lend", "publish", "publish lent", "give back", "release"),
      bytes: fc.integer({ min: 17 * KB, max: 700 * KB }),
      which: fc.nat(100),
      from: fc.constantFrom(0, 8, 24),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { writer, receive, close } = setUp();
        const lent: Uint8Array[] = [];
        const kept: { readonly pinned: PinnedMessage | undefined; readonly bytes: Uint8Array; n: number }[] = [];
        let n = 0;
        const send = (payload: Uint8Array): void => {
          payload.fill(++n);
          expect(writer.publish(payload)).toBe(true);
          const got = receive();
          expect(got.bytes.length).toBe(payload.length);
          kept.push({ ...got, n });
        };
        for (const { kind, bytes, which, from } of steps) {
          const [memory] =
            kind === "publish lent" || kind === "give back" ? lent.splice(which % (lent.length || 1), 1) : [];
          if (kind === "lend") {
            const fresh = writer.lend(bytes);
            if (fresh !== undefined) lent.push(fresh);
          } else if (kind === "publish") send(new Uint8Array(bytes));
          else if (kind === "publish lent" && memory !== undefined) send(memory.subarray(from));
          else if (kind === "give back" && memory !== undefined) writer.giveBack(memory);
          else if (kind === "release") kept.splice(which % (kept.length || 1), 1)[0]?.pinned?.release();
          for (const one of kept) {
            expect([one.bytes[0], one.bytes.at(-1)]).toEqual([one.n & 0xff, one.n & 0xff]);
          }
        }
        close();
      }),
      { numRuns: 60 },
    );
  });
});
