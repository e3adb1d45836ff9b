// Entry of every worker thread that runs from TypeScript source: see worker.ts.
import wt, { workerData } from "node:worker_threads";

const { entry } = workerData;
wt.workerData = workerData.workerData; // what the entry sees as its own workerData
const { syncBuiltinESMExports } = await import("node:module");
syncBuiltinESMExports();
const hooked = process.execArgv.some((flag) => flag.includes("@oxc-node/core"));
if (!hooked) {
  const { register } = await import("tsx/esm/api");
  register();
}
await import(entry);
