/** One end of a cell, in a thread. */
import { once } from "node:events";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { type EndData, runEnd } from "./end.ts";

await runEnd(workerData as EndData, {
  post: (message) => parentPort!.postMessage(message),
  next: () => once(parentPort!, "message"),
  leave: () => process.exit(0),
});
