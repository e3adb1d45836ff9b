/** One camera and its viewers, each a thread of this process: what they saw, and what it cost. Sends a Report to its parent. */
import process from "node:process";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { spawnWorker, type Worker } from "@delos/core/worker";
import type { ThreadData, ViewerReport } from "./thread.worker.ts";

export interface Report {
  readonly frames: number;
  /** By viewer. */
  readonly seen: readonly number[];
  /** From the moment when a frame was exposed to the moment when a viewer has it, all viewers together. */
  readonly ageMs: { readonly p50: number; readonly p99: number };
  /** Processor time per time, 1 for one core. */
  readonly processor: number;
  /** Peak of the process' resident memory while frames came. */
  readonly memoryMb: number;
}

const by = process.argv[2] as ThreadData["by"];
const [viewerCount, frames] = [Number(process.argv[3]), Number(process.argv[4])];

const channels = Array.from({ length: viewerCount }, () => new MessageChannel());
const start = (role: ThreadData["role"], ports: MessagePort[]): Worker => {
  const workerData: ThreadData = { role, by, frames, viewers: viewerCount, ports };
  return spawnWorker(new URL("./thread.worker.ts", import.meta.url).href, { workerData, transferList: ports });
};
const viewers = channels.map(({ port2 }) => start("viewer", [port2]));
await Promise.all(viewers.map((viewer) => next(viewer)));
const camera = start(
  "camera",
  channels.map(({ port1 }) => port1),
);
await next(camera); // rolling: what starting the threads costs is no part of it
const cpu = process.cpuUsage();
const startedMs = performance.now();
let memoryMb = 0;
const watch = setInterval(() => (memoryMb = Math.max(memoryMb, process.memoryUsage.rss() / 1e6)), 20);
await next(camera);
const reports = await Promise.all(
  viewers.map((viewer) => {
    const report = next<ViewerReport>(viewer);
    viewer.postMessage("report");
    return report;
  }),
);
const { user, system } = process.cpuUsage(cpu);
const processor = (user + system) / 1000 / (performance.now() - startedMs);
clearInterval(watch);
await Promise.all([camera, ...viewers].map((worker) => worker.terminate()));
const ages = reports.flatMap((report) => report.agesMs).sort((a, b) => a - b);
const at = (part: number): number => ages[Math.min(ages.length - 1, Math.floor(ages.length * part))] ?? Number.NaN;
const report: Report = {
  frames,
  seen: reports.map(({ seen }) => seen),
  ageMs: { p50: at(0.5), p99: at(0.99) },
  processor,
  memoryMb,
};
process.send!(report, undefined, {}, () => process.exit());

function next<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
