import { parentPort, workerData } from "node:worker_threads";
import { openRecording } from "@delos/bag";
import { DelosError } from "@delos/core";
import type { Summary } from "./run.ts";
import type { Job } from "./runs.ts";
import { scanRun } from "./scan.ts";

const job = workerData as Job;
if (job.do === "summarize") parentPort!.postMessage(await Promise.all(job.files.map(summaryOf)));
else {
  using recording = await openRecording(job.files);
  parentPort!.postMessage(scanRun(recording));
}

async function summaryOf(file: string): Promise<Summary> {
  try {
    using recording = await openRecording(file);
    const { startNs = 0n, endNs = 0n, messageCount: messages, format, complete } = recording;
    const durationS = Number(endNs - startNs) / 1e9;
    return { format, durationS, startS: Number(startNs / 1000n) / 1e6, messages, complete, error: "" };
  } catch (error) {
    const said = error instanceof DelosError ? error.code : String(error);
    return { format: "", durationS: 0, startS: 0, messages: 0, complete: false, error: said };
  }
}
