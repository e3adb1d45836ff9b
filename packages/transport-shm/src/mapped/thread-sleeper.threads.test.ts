import { once } from "node:events";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { createBell, type LogReader, LogRing, ringMemory } from "sharedarraybuffer-ring";
import { afterEach, describe, expect, test } from "vitest";
import type { FutexEchoData } from "../../stress/futex-echo.worker.ts";
import { loadThreadSleeper } from "./thread-sleeper.ts";

const newSleeper = await loadThreadSleeper();
const workers: Worker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

async function echo(workerData: FutexEchoData): Promise<Worker> {
  const url = new URL("../../stress/futex-echo.worker.ts", import.meta.url).href;
  const worker = spawnWorker(url, { workerData });
  workers.push(worker);
  await once(worker, "message");
  return worker;
}

const newRing = (): LogRing => LogRing.createIn(ringMemory(new SharedArrayBuffer(LogRing.bytesFor()), newSleeper!()));

async function next(reader: LogReader): Promise<Uint8Array | undefined> {
  await reader.waitAsync();
  return reader.take();
}

describe.skipIf(newSleeper === undefined)("threads that sleep in a futex", () => {
  test("one ring of the bell wakes them and an event loop; each answers", async () => {
    const [out, ...back] = [newRing(), newRing(), newRing()];
    const answers = back.map((ring) => ring.reader());
    const own = out.reader();
    const writer = out.writer();
    const echoes: Worker[] = [];
    for (const ring of back) echoes.push(await echo({ incoming: shared(out), outgoing: shared(ring) }));
    for (let i = 0; i < 100; i++) {
      const message = new Uint8Array(i * 4).fill(i);
      expect(writer.write(message)).toBe(true);
      expect(await Promise.all([own, ...answers].map(next))).toEqual([message, message, message]);
    }
    const ended = echoes.map((worker) => once(worker, "exit"));
    writer.close();
    expect(await Promise.all(ended)).toEqual([[0], [0]]);
  });

  test("a thread is terminated in its sleep", async () => {
    const [out, back] = [newRing(), newRing()];
    const worker = await echo({ incoming: shared(out), outgoing: shared(back) });
    using writer = out.writer();
    const answers = back.reader();
    writer.write(Uint8Array.of(1, 2, 3));
    expect(await next(answers)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await worker.terminate()).toBe(1);
  });

  test("a bell of its own memory, shared by two rings", async () => {
    const bell = createBell();
    const sleeper = newSleeper!();
    const memory = [0, 1].map(() => ringMemory(new SharedArrayBuffer(LogRing.bytesFor()), sleeper));
    const rings = memory.map((one) => LogRing.createIn(one, { bell }));
    const readers = rings.map((ring) => ring.reader());
    for (const [i, writer] of rings.map((ring) => ring.writer()).entries()) {
      const waiting = readers[i]!.waitAsync();
      writer.write(Uint8Array.of(i));
      expect(await waiting).toBe(true);
      expect(readers[i]!.wait({ timeoutMs: 0 })).toBe(true);
      expect(readers[i]!.take()).toEqual(Uint8Array.of(i));
      expect(readers[1 - i]!.hasNext).toBe(false);
      // Nothing more comes: it sleeps on the bell's memory, not on the ring's, until the time is over.
      expect(readers[1 - i]!.wait({ timeoutMs: 1 })).toBe(false);
    }
  });
});

function shared(ring: LogRing): SharedArrayBuffer {
  if (!(ring.buffer instanceof SharedArrayBuffer))
    throw new Error("a ring between threads lies in a SharedArrayBuffer");
  return ring.buffer;
}
