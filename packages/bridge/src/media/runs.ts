import { statSync } from "node:fs";
import { AbortedError, DelosError, describeError } from "@delos/core";
import { spawnWorker } from "@delos/core/worker";
import type { Run, Summary } from "./run.ts";

export type Job =
  | { readonly do: "summarize"; readonly files: readonly string[] }
  | { readonly do: "scan"; readonly files: readonly string[] };

const KEPT_RUNS = 12;
const KEPT_SUMMARIES = 4096;

/**
 * What is found by reading recordings, in a thread of its own, one after the other: files may be long, and the bus waits for
 * nobody. A file that has not changed is not read again.
 */
export class Runs implements AsyncDisposable {
  readonly #runs: Map<string, Promise<Run>> = new Map();
  readonly #summaries: Map<string, Summary> = new Map();
  readonly #stop = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  /** Of files that are played as one. @throws {DelosError} `BRIDGE_SCAN` */
  of(files: readonly string[], signal?: AbortSignal): Promise<Run> {
    const key = files.map(stateOf).join("\n");
    let run = this.#runs.get(key);
    if (run === undefined) {
      run = this.#queued<Run>({ do: "scan", files }, signal);
      run.catch(() => this.#runs.delete(key));
    }
    this.#runs.delete(key); // and to the end: those not asked for longest go first
    this.#runs.set(key, run);
    if (this.#runs.size > KEPT_RUNS) this.#runs.delete(this.#runs.keys().next().value!);
    return run;
  }

  /** What each file holds, in the order given. */
  async summaries(files: readonly string[]): Promise<Summary[]> {
    const keys = files.map(stateOf);
    const missing = files.filter((_, i) => !this.#summaries.has(keys[i]!));
    if (missing.length > 0) {
      const found = await this.#queued<Summary[]>({ do: "summarize", files: missing });
      if (this.#summaries.size > KEPT_SUMMARIES) this.#summaries.clear();
      missing.forEach((file, i) => this.#summaries.set(keys[files.indexOf(file)]!, found[i]!));
    }
    return keys.map((key) => this.#summaries.get(key)!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#last;
  }

  #queued<T>(job: Job, signal?: AbortSignal): Promise<T> {
    const signals = signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]);
    const done = this.#last.then(() => inThread<T>(job, signals));
    this.#last = done.catch(() => {});
    return done;
  }
}

/** Changes when the file does. */
function stateOf(file: string): string {
  const { mtimeMs = 0, size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return `${file} ${mtimeMs} ${size}`;
}

async function inThread<T>(job: Job, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new AbortedError("reading recordings", signal.reason);
  const worker = spawnWorker(workerEntry(), { workerData: job });
  const stop = (): void => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", (error) =>
        reject(
          new DelosError("BRIDGE_SCAN", `the recording cannot be read: ${describeError(error)}`, { cause: error }),
        ),
      );
      worker.once("exit", () =>
        reject(
          signal.aborted
            ? new AbortedError("reading recordings", signal.reason)
            : new DelosError("BRIDGE_SCAN", "reading the recording ended without a result"),
        ),
      );
    });
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

/** Inside vitest `import.meta.resolve` knows no `imports` of package.json. */
function workerEntry(): string {
  return typeof import.meta.resolve === "function"
    ? import.meta.resolve("#media.worker")
    : new URL("./media.worker.ts", import.meta.url).href;
}
