import { MessageChannel, type MessagePort } from "node:worker_threads";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { FRAME_BYTES, HEIGHT, RATE_HZ, WIDTH } from "./frame.ts";
import type { ThreadData, ViewerReport } from "./thread.worker.ts";

const VIEWERS = 4;
const seconds = Number(process.argv[2] ?? 3);
const frames = seconds * RATE_HZ;

console.log(
  `${WIDTH}×${HEIGHT} frames of ${(FRAME_BYTES / 1e6).toFixed(1)} MB at ${RATE_HZ} Hz, to ${VIEWERS} threads, ${seconds} s each:`,
);
for (const by of ["loan", "postMessage"] as const) await run(by);

/** One camera and its viewers, each a thread; what they saw and what it cost the process. */
async function run(by: ThreadData["by"]): Promise<void> {
  const channels = Array.from({ length: VIEWERS }, () => new MessageChannel());
  const start = (role: ThreadData["role"], ports: MessagePort[]): Worker => {
    const workerData: ThreadData = { role, by, frames, viewers: VIEWERS, ports };
    const entry = new URL("./thread.worker.ts", import.meta.url).href;
    return spawnWorker(entry, { workerData, transferList: ports });
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
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, process.memoryUsage().rss / 1e6)), 20);
  await next(camera);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - startedMs;
  clearInterval(watch);
  const reports = await Promise.all(
    viewers.map((viewer) => {
      const report = next<ViewerReport>(viewer);
      viewer.postMessage("report");
      return report;
    }),
  );
  await Promise.all([camera, ...viewers].map((worker) => worker.terminate()));
  const seen = reports.map((report) => report.seen).join(" ");
  const percent = ((user + system) / 10 / wallMs).toFixed(0);
  console.log(`${by}: frames seen ${seen} of ${frames}, ${percent} % of a core, peak memory ${peakMb.toFixed(0)} MB`);
}

function next<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
