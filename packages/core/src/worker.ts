import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a worker thread. The only place in the repository that calls `new Worker`.
 *
 * `entry` is what `import.meta.resolve("#name.worker")` gives: a `.ts` file when running from source, the built `.js` in a
 * package. Loader hooks of tsx do not reach worker threads on Node 20, so a source entry is started through `boot.mjs`,
 * which registers the loader inside the thread first.
 */
export function spawnWorker(entry: string, options: WorkerOptions = {}): Worker {
  if (!entry.endsWith(".ts")) return new Worker(new URL(entry), options);
  return new Worker(new URL("./worker-boot.mjs", import.meta.url), {
    ...options,
    workerData: { entry, workerData: options.workerData as unknown },
  });
}

export type { Worker } from "node:worker_threads";
