/** One end of a cell, in a thread. */
import { once } from "node:events";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { loadOrdinaryView, loadThreadSleeper } from "@delos/transport-shm/mapped";
import { atomicsSleeper, ringMemory } from "sharedarraybuffer-ring";
import { isPlain, isRing } from "./channel.ts";
import { type EndData, runEnd } from "./end.ts";

const data = workerData as EndData;
const { driver, rings } = data.cell;
// With what transport-shm has for them, or the rings by themselves.
const native = isRing(driver) && !isPlain(driver);
const view = native ? await loadOrdinaryView() : undefined;
const newSleeper = (native ? await loadThreadSleeper() : undefined) ?? (() => atomicsSleeper);
// Those of ringbuf.js are no rings of ours.
const memory = rings.map((ring) =>
  isRing(driver) && ring instanceof SharedArrayBuffer ? ringMemory(ring, newSleeper(), view?.(ring)) : ring,
);
await runEnd(
  { ...data, cell: { ...data.cell, rings: memory } },
  {
    post: (message) => parentPort!.postMessage(message),
    next: () => once(parentPort!, "message"),
    leave: () => process.exit(0),
  },
);
