import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { TransportFactory } from "@delos/transport";
import { describeTransport } from "@delos/transport/conformance";
import { atomicsSleeper, LogRing, PinRing, ringMemory } from "sharedarraybuffer-ring";
import { expect, test } from "vitest";
import { loadOrdinaryView } from "./koffi.ts";
import { ProcessBus, sharedArrayBuffers } from "./process-bus.ts";
import { SharedMemoryTransport } from "./shared-memory.ts";

const view = await loadOrdinaryView();

/** As `sharedMemory()` where no native code is to be had. */
const withoutNativeCode: TransportFactory = {
  address: { name: "shm", reach: "process", domain: "plain" },
  open: async (context) => {
    const transport: SharedMemoryTransport = new SharedMemoryTransport("shm", context);
    const memory = sharedArrayBuffers(undefined);
    return transport.join(
      new ProcessBus("plain", context.participant, memory, (message) => transport.receive(message)),
    );
  },
};
describeTransport("shared memory between threads, without native code", () => withoutNativeCode);

test.skipIf(view === undefined)("one memory, two views of it: a ring may have either on each side", () => {
  const buffer = new SharedArrayBuffer(Math.max(LogRing.bytesFor(), PinRing.bytesFor({ maxMessageBytes: 100_000 })));
  const ordinary = ringMemory(buffer, atomicsSleeper, view!(buffer));
  expect(ordinary.bytes.buffer).toBeInstanceOf(ArrayBuffer);
  expect(view!(buffer)).toBe(ordinary.bytes); // made once
  const message = Uint8Array.from({ length: 5001 }, (_, i) => i).subarray(1); // aligned like nothing else
  LogRing.createIn(ordinary);
  PinRing.createIn(new Uint8Array(buffer).fill(0).buffer, { maxMessageBytes: 100_000 });
  for (const [here, there] of [
    [buffer, ordinary],
    [ordinary, buffer],
  ] as const) {
    const ring = PinRing.attach(here);
    const reader = PinRing.attach(there).reader({ mode: "reliable" });
    using writer = ring.writer();
    for (let n = 0; n < 50; n++) {
      message[0] = n;
      expect(writer.write(message)).toBe(true);
      expect(reader.take()).toEqual(message);
    }
    reader.close();
  }
});

/** Everything that nothing can reach is collected. */
const collect: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

test.skipIf(view === undefined)("a view keeps its memory, and gives it up in the end", async () => {
  const open = (): { readonly bytes: Uint8Array; readonly memory: WeakRef<SharedArrayBuffer> } => {
    const buffer = new SharedArrayBuffer(1 << 16);
    new Uint8Array(buffer).fill(7);
    return { bytes: view!(buffer).subarray(64, 128), memory: new WeakRef(buffer) };
  };
  let { bytes, memory }: { bytes: Uint8Array | undefined; memory: WeakRef<SharedArrayBuffer> } = open();
  // Not the buffer itself: an expectation would keep what it was given.
  const isThere = (): boolean => memory.deref() !== undefined;
  await new Promise(setImmediate); // what was just weakly referred to stays until the turn ends
  collect();
  expect(isThere()).toBe(true);
  expect(new Set(bytes)).toEqual(new Set([7]));
  bytes = undefined;
  await expect
    .poll(() => {
      collect();
      return isThere();
    })
    .toBe(false);
});
