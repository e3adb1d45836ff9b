import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { spawnWorker, type Worker } from "@delos/core/worker";
import { createMapped } from "@delos/transport-shm/mapped";
import { buildSync } from "esbuild";
import { type Cell, COUNTS, isMapped, needsProcesses } from "./channel.ts";
import type { ProcessEndData } from "./end.process.ts";
import type { EndData } from "./end.ts";
import { ringbufBytes, socketPath } from "./loop-drivers.ts";
import { makeRing, ringBytes } from "./ring-drivers.ts";

/** A publisher or subscriber elsewhere, as the benchmark sees it. */
export interface End {
  post(message: unknown): void;
  next(): Promise<unknown>;
}

/** The threads or processes of one cell, and what they count. */
export interface Ends extends AsyncDisposable {
  readonly counts: Int32Array;
  start(role: EndData["role"], index: number, ports: readonly MessagePort[]): End;
}

let cells = 0;

export function openEnds(driver: string, bytes: number, subscribers: number, quick: boolean): Promise<Ends> | Ends {
  const cell = { driver, bytes, subscribers, id: `${process.pid}-${++cells}` };
  const limits = { durationMs: quick ? 250 : 400, most: quick ? 2000 : 20_000 };
  return needsProcesses(driver) ? processes(cell, limits) : threads(cell, limits);
}

type Named = Omit<Cell, "rings" | "counts">;
type Limits = Pick<EndData, "durationMs" | "most">;

const countBytes = (subscribers: number): number => (COUNTS.received + subscribers) * 4;

function threads(named: Named, limits: Limits): Ends {
  const buffer = new SharedArrayBuffer(countBytes(named.subscribers));
  const counts = new Int32Array(buffer);
  Atomics.store(counts, COUNTS.sent, -1);
  const cell: Cell = { ...named, rings: ringsFor(named), counts: buffer };
  const workers: Worker[] = [];
  return {
    counts,
    start(role, index, ports) {
      const workerData: EndData = { cell, role, index, ports, ...limits };
      // Without the loader that this process has: the entry needs none.
      const worker = spawnWorker(builtEntry("end.worker.ts"), { workerData, transferList: [...ports], execArgv: [] });
      workers.push(worker);
      return { post: (message) => worker.postMessage(message), next: () => next(worker) };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      removeSockets(named);
    },
  };
}

/** For each direction. */
function ringsFor({ driver, bytes, subscribers }: Named): SharedArrayBuffer[] {
  if (driver.startsWith("shm")) return [0, 1].map(() => makeRing(new SharedArrayBuffer(ringBytes(bytes)), bytes));
  if (driver !== "ringbuf") return [];
  return Array.from({ length: subscribers * 2 }, () => new SharedArrayBuffer(ringbufBytes(bytes)));
}

async function processes(named: Named, limits: Limits): Promise<Ends> {
  const folder = mkdtempSync(`/dev/shm/delos-bench-${process.pid}-`);
  const file = (name: string): string => join(folder, name);
  const countsFile = file("counts");
  const counts = new Int32Array((await createMapped(countsFile, countBytes(named.subscribers))).buffer);
  Atomics.store(counts, COUNTS.sent, -1);
  const rings = isMapped(named.driver) ? [file("ring-0"), file("ring-1")] : [];
  for (const path of rings) makeRing(await createMapped(path, ringBytes(named.bytes)), named.bytes);
  const children: ChildProcess[] = [];
  return {
    counts,
    start(role, index) {
      const entry = fileURLToPath(builtEntry("end.process.ts"));
      const child = fork(entry, [], { serialization: "advanced", execArgv: [] });
      children.push(child);
      const owner = children.length;
      const data: ProcessEndData = {
        cell: { ...named, rings, counts: countsFile },
        role,
        index,
        ...limits,
        folder,
        owner,
      };
      child.send(data);
      return { post: (message) => void child.send(message as object), next: () => next(child) };
    },
    [Symbol.asyncDispose]: async () => {
      const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
      const ended = running.map((child) => new Promise((resolve) => child.once("exit", resolve)));
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(ended);
      rmSync(folder, { recursive: true });
      removeSockets(named);
    },
  };
}

/** Of ends that were ended while they listened. */
function removeSockets(named: Named): void {
  for (const direction of [0, 1]) rmSync(socketPath(named, direction), { force: true });
}

const built = new Map<string, string>();

/** An end in one plain file, as users' programs are: a loader for TypeScript in each would take longer to start than to measure. */
function builtEntry(name: string): string {
  const known = built.get(name);
  if (known !== undefined) return known;
  // Inside the repository, so that it finds the packages that stay outside of it.
  const outfile = fileURLToPath(new URL(`../../node_modules/.cache/delos-bench/${name}.mjs`, import.meta.url));
  buildSync({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@delos/source"],
    external: ["koffi", "ws", "zeromq", "ringbuf.js"],
    logLevel: "error",
  });
  const url = pathToFileURL(outfile).href;
  built.set(name, url);
  return url;
}

function next(end: Worker | ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: unknown): void => reject(new Error(`an end of the benchmark ended with ${String(code)}`));
    const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    end.once("message", (message: unknown) => {
      end.off("exit", ended);
      end.off("error", failed);
      resolve(message);
    });
    end.once("exit", ended);
    end.once("error", failed);
  });
}
