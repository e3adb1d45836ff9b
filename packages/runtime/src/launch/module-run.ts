import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { spawnWorker } from "@delos/core/worker";
import type { Runtime } from "../runtime.ts";
import type { Component } from "./component.ts";
import {
  crashOf,
  type HostedModule,
  hostModule,
  type ModuleCrash,
  ModuleFailure,
  type ModuleOrder,
  type ModuleReport,
  type PortInfo,
} from "./module-host.ts";
import type { WatchdogBlock } from "./watchdog-block.ts";

/** How a module came to its end; without a crash it was in order. */
export interface ModuleEnd {
  readonly crash: ModuleCrash | undefined;
}

/** A module that has been set off, wherever it runs. */
export interface ModuleRun {
  /** Resolves when it runs, or has ended before it did. */
  readonly running: Promise<
    { readonly inputs: readonly PortInfo[]; readonly outputs: readonly PortInfo[] } | undefined
  >;
  readonly ended: Promise<ModuleEnd>;
  /** Id of its thread or process. */
  readonly id: { readonly threadId?: number; readonly pid?: number };
  /** Asks it to end in order. */
  stop(): void;
  /** Ends it by force; it has ended when this resolves. Of a module in this thread only its node can be taken away. */
  kill(): Promise<void>;
  /** Tells a process what a thread reads in shared memory. */
  tell?(trip: number | undefined): void;
}

interface Ports {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
}

const KILLED = "it was ended by force";

/** In a worker thread of its own. */
export function runInThread(order: ModuleOrder): ModuleRun {
  const worker = spawnWorker(entryOf("#module.worker", "./module.worker.ts"), {
    workerData: order,
    name: order.module,
  });
  const state = new RunState();
  worker.on("message", (report: ModuleReport) => state.hear(report));
  worker.on("error", (thrown) => state.crash("run", thrown));
  worker.on("exit", (code) => state.end(`its thread ended with status ${code}`));
  return {
    running: state.running,
    ended: state.ended,
    id: { threadId: worker.threadId },
    stop: () => worker.postMessage({ kind: "stop" }),
    async kill() {
      state.crash("run", new Error(KILLED));
      await worker.terminate();
    },
  };
}

/** In a process of its own. It hears and is heard over the network's loopback, so the launch's transports must be `auto`. */
export function runInProcess(order: ModuleOrder, onBeat: () => void): ModuleRun {
  const child: ChildProcess = fork(fileURLToPath(entryOf("#module.process", "./module.process.ts")), [], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const state = new RunState(onBeat);
  child.on("message", (report) => state.hear(report as ModuleReport));
  child.on("error", (thrown) => state.crash("start", thrown));
  child.on("exit", (code, signal) => state.end(`its process ended with ${signal ?? `status ${code}`}`));
  const send = (message: object): void => {
    if (child.connected) child.send(message, () => {}); // an error here is an end, which is reported as such
  };
  send({ ...order, watch: undefined });
  return {
    running: state.running,
    ended: state.ended,
    id: child.pid === undefined ? {} : { pid: child.pid },
    stop: () => send({ kind: "stop" }),
    async kill() {
      state.crash("run", new Error(KILLED));
      child.kill("SIGKILL");
      await state.ended;
    },
    tell: (loop) => send({ kind: "trip", loop }),
  };
}

/** In this thread: its component's callbacks run among those of `runtime`. */
export function runInline(
  order: ModuleOrder,
  options: { readonly runtime: Runtime; readonly component: Component | undefined; readonly watch: WatchdogBlock },
): ModuleRun {
  const state = new RunState();
  let hosted: HostedModule | undefined;
  let stopping = false;
  const finish = (): void => {
    hosted![Symbol.asyncDispose]().then(() => {
      state.hear({ kind: "stopped" });
      state.end("");
    }, fail);
  };
  const fail = (thrown: unknown): void => {
    state.hear({ kind: "failed", crash: thrown instanceof ModuleFailure ? thrown.crash : crashOf("run", thrown) });
    state.end("");
  };
  const onFail = (failure: ModuleFailure): void => {
    void Promise.resolve(hosted?.[Symbol.asyncDispose]()).then(
      () => fail(failure),
      () => fail(failure),
    );
  };
  hostModule(order, { ...options, onFail }).then((started) => {
    hosted = started;
    state.hear({ kind: "running", inputs: started.inputs, outputs: started.outputs });
    if (stopping) finish();
  }, fail);
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    if (hosted !== undefined) finish();
  };
  return {
    running: state.running,
    ended: state.ended,
    id: {},
    stop,
    async kill() {
      state.crash("run", new Error(KILLED));
      await hosted?.abandon();
      state.end("");
    },
  };
}

/** What the three have in common: the first reason counts, and a promise is settled once. */
class RunState {
  readonly running: Promise<Ports | undefined>;
  readonly ended: Promise<ModuleEnd>;
  readonly #onBeat: (() => void) | undefined;
  #run!: (ports: Ports | undefined) => void;
  #end!: (end: ModuleEnd) => void;
  #crash: ModuleCrash | undefined;
  #stopped = false;

  constructor(onBeat?: () => void) {
    this.#onBeat = onBeat;
    this.running = new Promise((resolve) => (this.#run = resolve));
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  hear(report: ModuleReport): void {
    if (report.kind === "running") this.#run(report);
    else if (report.kind === "failed") this.#crash ??= report.crash;
    else if (report.kind === "stopped") this.#stopped = true;
    else this.#onBeat?.();
  }

  crash(phase: ModuleCrash["phase"], thrown: unknown): void {
    this.#crash ??= crashOf(phase, thrown);
  }

  end(how: string): void {
    if (!this.#stopped) this.crash("run", Object.assign(new Error(how), { code: "LAUNCH_MODULE_ENDED" }));
    this.#run(undefined);
    this.#end({ crash: this.#crash });
  }
}

/** Inside vitest `import.meta.resolve` knows no `imports` of package.json. */
function entryOf(name: string, source: string): string {
  return typeof import.meta.resolve === "function" ? import.meta.resolve(name) : new URL(source, import.meta.url).href;
}
