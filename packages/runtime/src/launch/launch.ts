import {
  type Clock,
  DelosError,
  type EventMap,
  Events,
  type LogLevel,
  onAbort,
  SystemClock,
  UsageError,
} from "@delos/core";
import type { Runtime } from "../runtime.ts";
import type { Component } from "./component.ts";
import { fieldName } from "./config-fields.ts";
import { type LaunchSpec, type ModulePlacement, type ModuleSpec, readLaunchFile } from "./launch-file.ts";
import { locateModule } from "./locate-module.ts";
import {
  configureComponent,
  crashOf,
  loadComponent,
  type ModuleCrash,
  type ModuleOrder,
  type PortInfo,
} from "./module-host.ts";
import { type ModuleEnd, type ModuleRun, runInline, runInProcess, runInThread } from "./module-run.ts";
import { WatchdogBlock } from "./watchdog-block.ts";

/**
 * stopped: not started yet, or ended in order. starting, running, stopping: as they say. crashed: ended although nobody asked
 * it to. waiting: crashed, and started again after the respawn delay.
 */
export type ModuleState = "stopped" | "starting" | "running" | "stopping" | "crashed" | "waiting";

/** What is known of a module now. Plain values: it can be cloned and printed. */
export interface ModuleStatus {
  readonly name: string;
  readonly component: string;
  readonly placement: ModulePlacement;
  readonly state: ModuleState;
  /** Since when it is in this state: Unix ns. */
  readonly sinceNs: bigint;
  /** Why it ended last time; kept until it is started by hand again. */
  readonly crash: (ModuleCrash & { readonly atNs: bigint }) | undefined;
  /** How often it was started again by its respawn policy. */
  readonly restarts: number;
  /** Turns of its loop so far, modulo 2³²: it moves as long as the module lives. 0 for a component that gives no signs of life. */
  readonly beats: number;
  /** Longest time that may pass between two of them, ms; undefined without a promise. */
  readonly deadlineMs: number | undefined;
  readonly threadId: number | undefined;
  readonly pid: number | undefined;
  /** What it hears and says; empty until it has run. */
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
}

export interface LaunchEvents extends EventMap {
  /** A module has come into another state. */
  state: ModuleStatus;
}

export interface LaunchOptions {
  /** Where inline modules live. The launch does not close it. Needed when there are any. */
  readonly runtime?: Runtime;
  /** Instead of what the file says, for all modules: `inline` with a runtime on a simulated clock is deterministic. */
  readonly placement?: ModulePlacement;
  /** Values for the file's arguments. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Starts nothing by itself, whatever the file says. */
  readonly idle?: boolean;
  /** Components by the file's word for them, instead of loading them: for inline modules. */
  readonly components?: Readonly<Record<string, Component>>;
  readonly transports?: "threads" | "auto";
  /** The DDS domain; for `threads` it separates launches of one process. */
  readonly domain?: number;
  readonly logLevel?: LogLevel;
  readonly clock?: Clock;
  /** Ends the launch when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a launch file and starts its modules: each in the order of `after`, otherwise all at once. Resolves when all run.
 * When one cannot be started and is not to be started again, everything is ended and its error thrown.
 *
 * @throws {DelosError} LAUNCH_…, with file, line and column for what is wrong in the file; what the component itself threw
 */
export async function launch(file: string | LaunchSpec, options: LaunchOptions = {}): Promise<Launch> {
  const spec = typeof file === "string" ? await readLaunchFile(file, options.args) : file;
  const launched = new Launch(spec, options);
  try {
    launched.checkComponents();
    if (options.idle !== true) await launched.startAll();
  } catch (error) {
    await launched[Symbol.asyncDispose]();
    throw error;
  }
  return launched;
}

/** What a module of a launch file is, without running it. */
export interface ModuleDescription {
  readonly spec: ModuleSpec;
  /** In one line, in the component's words. */
  readonly summary: string;
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
}

/**
 * Loads the components of all modules and lets them read their configurations.
 * @throws {DelosError} as `launch`, for the first module that could not be started for what stands in the file
 */
export async function describeLaunch(spec: LaunchSpec): Promise<readonly ModuleDescription[]> {
  const descriptions: ModuleDescription[] = [];
  for (const module of spec.modules) {
    const url = locateComponent(spec, module);
    try {
      const component = await loadComponent(url, exportNameOf(module));
      const { inputs, outputs } = configureComponent(component, module.config, spec.directory);
      descriptions.push({ spec: module, summary: component.summary, inputs, outputs });
    } catch (thrown) {
      throw startError(spec, module, crashOf("configure", thrown));
    }
  }
  return descriptions;
}

/** Modules by name: starts, stops and watches them. Disposing ends them in the reverse order of the file. */
export class Launch implements AsyncDisposable {
  readonly spec: LaunchSpec;
  readonly events: Events<LaunchEvents> = new Events();
  /** The life signs of all modules, by their index in `spec.modules`. */
  readonly watch: WatchdogBlock;
  /** Resolves when a required module has ended, when all modules have, or when the launch is disposed. */
  readonly ended: Promise<ModuleStatus | undefined>;
  readonly #modules: ReadonlyMap<string, LaunchedModule>;
  readonly #clock: Clock;
  readonly #abort: Disposable;
  #end!: (by: ModuleStatus | undefined) => void;
  #closing: Promise<void> | undefined;
  #telling: Disposable | undefined;

  /** Use `launch()`. Nothing runs yet. */
  constructor(spec: LaunchSpec, options: LaunchOptions = {}) {
    this.spec = spec;
    this.#clock = options.clock ?? options.runtime?.clock ?? new SystemClock();
    this.watch = WatchdogBlock.create(spec.modules.map(({ deadlineMs }) => deadlineMs));
    this.ended = new Promise((settle) => (this.#end = settle));
    const changed = (status: ModuleStatus): void => this.#onState(status);
    this.#modules = new Map(
      spec.modules.map((module, index) => [
        module.name,
        new LaunchedModule(spec, module, index, this.watch, this.#clock, options, changed),
      ]),
    );
    this.#abort = onAbort(options.signal, () => void this[Symbol.asyncDispose]());
    if ([...this.#modules.values()].some(({ placement }) => placement === "process")) this.#tellProcesses();
  }

  /** All modules, in the order of the file. */
  get modules(): readonly ModuleStatus[] {
    return [...this.#modules.values()].map((module) => module.status);
  }

  /** @throws {UsageError} when there is no such module */
  status(name: string): ModuleStatus {
    return this.#module(name).status;
  }

  /**
   * Looks for every module's component without loading it.
   * @throws {DelosError} LAUNCH_COMPONENT with the place in the file
   */
  checkComponents(): void {
    for (const module of this.#modules.values()) module.locate();
  }

  /** Starts everything that starts with the launch. @throws what the first module that cannot be started says */
  async startAll(): Promise<void> {
    const starts = this.spec.modules.filter(({ autostart }) => autostart).map(({ name }) => this.start(name));
    const results = await Promise.allSettled(starts);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Starts a module, and those it must come after. Resolves when it runs; at once when it does already.
   * @throws {UsageError} when there is no such module, {ClosedError} when the launch has ended
   * @throws {DelosError} with the reason when it cannot be started
   */
  async start(name: string): Promise<void> {
    const module = this.#module(name);
    await Promise.all(module.spec.after.map((before) => this.start(before)));
    if (this.#closing !== undefined) throw new DelosError("LAUNCH_ENDED", `the launch ${this.spec.name} has ended`);
    await module.start();
  }

  /**
   * Ends a module in order, by force when it takes longer than its `stop_timeout_ms`. Resolves when it has ended. It is not started again.
   * @throws {UsageError} when there is no such module
   */
  stop(name: string): Promise<void> {
    return this.#module(name).stop();
  }

  /** Ends and starts a module. @throws as `start` */
  async restart(name: string): Promise<void> {
    await this.stop(name);
    await this.start(name);
  }

  /** Ends a module by force, as a crash would: its respawn policy counts. For tests, and for modules that hang. */
  kill(name: string): Promise<void> {
    return this.#module(name).kill();
  }

  /** Ends all modules, the last of the file first: those that keep the car safe are best written first. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= Promise.resolve().then(() => this.#close());
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#abort?.[Symbol.dispose]();
    const modules = [...this.#modules.values()].reverse();
    for (const module of modules) module.retire();
    for (const module of modules) await module.stop();
    this.#telling?.[Symbol.dispose]();
    this.#end(undefined);
    this.events.clear();
  }

  #module(name: string): LaunchedModule {
    const module = this.#modules.get(name);
    if (module !== undefined) return module;
    throw new UsageError(`${this.spec.name} has no module ${name}; there are: ${[...this.#modules.keys()].join(", ")}`);
  }

  #onState(status: ModuleStatus): void {
    this.events.emit("state", status);
    if (this.#closing !== undefined || (status.state !== "stopped" && status.state !== "crashed")) return;
    const { required } = this.#module(status.name).spec;
    const over = this.modules.every(({ state }) => state === "stopped" || state === "crashed");
    if (required || over) this.#end(status);
  }

  /** Processes share no memory with the watchdog: its word is passed on. */
  #tellProcesses(): void {
    let told: number | undefined;
    const look = (): void => {
      this.#telling = this.#clock.alarm(this.#clock.monotonicMs() + 5, look, { background: true });
      const { trip } = this.watch;
      if (trip === told) return;
      told = trip;
      for (const module of this.#modules.values()) module.tell(trip);
    };
    look();
  }
}

/** One module over all its lives. */
class LaunchedModule {
  readonly spec: ModuleSpec;
  readonly placement: ModulePlacement;
  readonly #launch: LaunchSpec;
  readonly #index: number;
  readonly #watch: WatchdogBlock;
  readonly #clock: Clock;
  readonly #options: LaunchOptions;
  readonly #changed: (status: ModuleStatus) => void;
  #state: ModuleState = "stopped";
  #sinceNs: bigint;
  #crash: ModuleStatus["crash"];
  #restarts = 0;
  #run: ModuleRun | undefined;
  #starting: Promise<void> | undefined;
  #ports: { readonly inputs: readonly PortInfo[]; readonly outputs: readonly PortInfo[] } = { inputs: [], outputs: [] };
  #url: string | undefined;
  /** Somebody wants it to end: its end is no crash, and it does not come again. */
  #unwanted = false;
  #retired = false;
  #respawn: Disposable | undefined;
  /** Resolves when its last life is over and noted. */
  #gone: Promise<void> = Promise.resolve();

  constructor(
    launchSpec: LaunchSpec,
    spec: ModuleSpec,
    index: number,
    watch: WatchdogBlock,
    clock: Clock,
    options: LaunchOptions,
    changed: (status: ModuleStatus) => void,
  ) {
    this.spec = spec;
    this.placement = options.placement ?? spec.placement;
    this.#launch = launchSpec;
    this.#index = index;
    this.#watch = watch;
    this.#clock = clock;
    this.#options = options;
    this.#changed = changed;
    this.#sinceNs = clock.nowNs();
    // Silence of a module that nobody has started is no fault.
    if (!spec.autostart || options.idle === true) watch.end(index);
    if (this.placement === "inline" && options.runtime === undefined) {
      throw new UsageError(`module ${spec.name} is inline: the launch needs a runtime`);
    }
  }

  get status(): ModuleStatus {
    const { deadlineMs } = this.spec;
    return {
      name: this.spec.name,
      component: this.spec.component,
      placement: this.placement,
      state: this.#state,
      sinceNs: this.#sinceNs,
      crash: this.#crash,
      restarts: this.#restarts,
      beats: this.#watch.beats(this.#index) >>> 0,
      deadlineMs: deadlineMs === Number.POSITIVE_INFINITY ? undefined : deadlineMs,
      threadId: this.#run?.id.threadId,
      pid: this.#run?.id.pid,
      ...this.#ports,
    };
  }

  /** Finds the component's file, once. */
  locate(): string {
    if (this.#given !== undefined) return "";
    this.#url ??= locateComponent(this.#launch, this.spec);
    return this.#url;
  }

  start(): Promise<void> {
    if (this.#state === "running") return Promise.resolve();
    this.#respawn?.[Symbol.dispose]();
    if (this.#starting === undefined) {
      this.#crash = undefined;
      this.#restarts = 0;
      this.#unwanted = false;
    }
    return this.#begin();
  }

  async stop(): Promise<void> {
    this.#unwanted = true;
    this.#respawn?.[Symbol.dispose]();
    if (this.#state === "waiting") this.#enter("crashed");
    const run = this.#run;
    if (run === undefined) return;
    if (this.#state !== "stopping") {
      this.#enter("stopping");
      run.stop();
    }
    const alarm = this.#clock.alarm(this.#clock.monotonicMs() + this.spec.stopTimeoutMs, () => void run.kill());
    await run.ended;
    alarm[Symbol.dispose]();
    await this.#gone;
  }

  async kill(): Promise<void> {
    await this.#run?.kill();
    await this.#gone;
  }

  /** Whatever happens from now on, it is not started again. */
  retire(): void {
    this.#retired = true;
    this.#respawn?.[Symbol.dispose]();
  }

  tell(trip: number | undefined): void {
    this.#run?.tell?.(trip);
  }

  get #given(): Component | undefined {
    return this.#options.components?.[this.spec.component];
  }

  #begin(): Promise<void> {
    this.#starting ??= this.#startOnce().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #startOnce(): Promise<void> {
    await this.#gone; // the last life, if it still ends
    this.#enter("starting");
    let run: ModuleRun;
    try {
      run = this.#set(this.locate());
    } catch (thrown) {
      this.#crash = { ...crashOf("load", thrown), atNs: this.#clock.nowNs() };
      this.#enter("crashed");
      throw thrown;
    }
    this.#run = run;
    this.#gone = run.ended.then((end) => this.#onEnd(end));
    const ports = await run.running;
    if (ports === undefined) {
      await this.#gone;
      if (this.#state === "crashed") throw startError(this.#launch, this.spec, this.#crash!);
      return;
    }
    this.#ports = ports;
    if (this.#state === "starting") this.#enter("running");
  }

  #set(url: string): ModuleRun {
    const { spec, placement } = this;
    const launchSpec = this.#launch;
    const { runtime, transports, domain, logLevel = "info" } = this.#options;
    const order: ModuleOrder = {
      launch: launchSpec.name,
      module: spec.name,
      url,
      exportName: exportNameOf(spec),
      config: spec.config,
      directory: launchSpec.directory,
      transports: transports ?? launchSpec.transports,
      domain: domain ?? launchSpec.domain,
      logLevel,
      modules: launchSpec.modules.map(({ name }) => name),
      index: this.#index,
      watch: placement === "process" ? undefined : this.#watch.buffer,
    };
    if (placement === "inline") {
      return runInline(order, { runtime: runtime!, component: this.#given, watch: this.#watch });
    }
    if (placement === "thread") return runInThread(order);
    return runInProcess(order, () => this.#watch.beat(this.#index));
  }

  #onEnd({ crash }: ModuleEnd): void {
    const wasStarting = this.#state === "starting";
    this.#run = undefined;
    if (crash !== undefined) this.#crash = { ...crash, atNs: this.#clock.nowNs() };
    if (this.#unwanted) {
      this.#watch.end(this.#index);
      this.#enter("stopped");
      return;
    }
    const { when, delayMs, most } = this.spec.respawn;
    // A configuration that is wrong stays wrong.
    const hopeless = wasStarting && (crash?.phase === "configure" || crash?.phase === "load");
    if (when === "never" || hopeless || this.#retired || this.#restarts >= most) {
      this.#enter("crashed");
      return;
    }
    this.#enter("waiting");
    this.#respawn = this.#clock.alarm(this.#clock.monotonicMs() + delayMs, () => {
      this.#restarts++;
      this.#begin().catch(() => {}); // its state says so
    });
  }

  #enter(state: ModuleState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#sinceNs = this.#clock.nowNs();
    this.#changed(this.status);
  }
}

const exportNameOf = ({ component }: ModuleSpec): string => component.split("#")[1] ?? "default";

/** @throws {DelosError} LAUNCH_COMPONENT with the place in the file */
function locateComponent(launchSpec: LaunchSpec, { name, component }: ModuleSpec): string {
  try {
    return locateModule(component.split("#")[0]!, launchSpec.directory);
  } catch (cause) {
    const path = ["modules", name, "component"];
    const where = launchSpec.placeOf(path);
    throw new DelosError(
      "LAUNCH_COMPONENT",
      `${where}: ${fieldName(path)} is ${JSON.stringify(component)}: ${(cause as Error).message}`,
      { cause, details: { where } },
    );
  }
}

/** Why a module could not be started, with the place in the launch file that is to blame. */
function startError(
  launchSpec: LaunchSpec,
  { name }: ModuleSpec,
  { field, code, message, phase }: ModuleCrash,
): DelosError {
  const path = ["modules", name, ...(field === undefined ? [] : ["config", ...field.path])];
  const where = launchSpec.placeOf(path);
  const complaint = field === undefined ? `: ${message}` : ` ${field.complaint}`;
  return new DelosError(code, `${where}: ${fieldName(path)}${complaint}`, { details: { where, module: name, phase } });
}
