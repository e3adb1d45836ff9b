/** One end of a cell, in a thread. */
import { once } from "node:events";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { loadOrdinaryView } from "@delos/transport-shm/mapped";
import { atomicsSleeper, ringMemory } from "sharedarraybuffer-ring";
import { isPlain, isRing } from "./channel.ts";
import { type EndData, runEnd } from "./end.ts";

const data = workerData as EndData;
const { driver, rings } = data.cell;
// As transport-shm has it, or the rings by themselves.
const view = isRing(driver) && !isPlain(driver) ? await loadOrdinaryView() : undefined;
const memory = rings.map((ring) =>
  view !== undefined && ring instanceof SharedArrayBuffer ? ringMemory(ring, atomicsSleeper, view(ring)) : ring,
);
await runEnd(
  { ...data, cell: { ...data.cell, rings: memory } },
  {
    post: (message) => parentPort!.postMessage(message),
    next: () => once(parentPort!, "message"),
    leave: () => process.exit(0),
  },
);
