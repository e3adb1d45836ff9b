import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { DelosError, describeError, type LogLevel } from "@delos/core";
import { inProcess } from "@delos/transport";
import { open, type Runtime } from "../runtime.ts";
import type { Component } from "./component.ts";
import { ConfigError, ConfigFields, type ConfigPath } from "./config-fields.ts";
import { tellEventLoop } from "./event-loop.ts";
import { Heartbeat } from "./heartbeat.ts";
import { WatchdogBlock } from "./watchdog-block.ts";

/** What a module's thread or process is told: everything here can be cloned. */
export interface ModuleOrder {
  readonly launch: string;
  readonly module: string;
  /** URL of the component's file, and the name of its export. */
  readonly url: string;
  readonly exportName: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What paths in the configuration are relative to. */
  readonly directory: string;
  readonly transports: "threads" | "auto";
  readonly domain: number | undefined;
  readonly logLevel: LogLevel;
  /** Names of all modules, and which of them this is. */
  readonly modules: readonly string[];
  readonly index: number;
  /** Memory of the WatchdogBlock. A process gets none: its signs of life travel as messages. */
  readonly watch: SharedArrayBuffer | undefined;
}

/** What a module's thread or process says to the launch. */
export type ModuleReport =
  | { readonly kind: "running"; readonly inputs: readonly PortInfo[]; readonly outputs: readonly PortInfo[] }
  | { readonly kind: "failed"; readonly crash: ModuleCrash }
  | { readonly kind: "stopped" }
  | { readonly kind: "beat" };

/** What the launch says to a module's process or thread. */
export type ModuleRequest = { readonly kind: "stop" } | { readonly kind: "trip"; readonly loop: number | undefined };

export interface PortInfo {
  readonly topic: string;
  readonly type: string;
}

/** Why a module ended although nobody asked it to. It can be cloned. */
export interface ModuleCrash {
  /** What it was doing: loading its component, reading its configuration, starting, running, ending. */
  readonly phase: "load" | "configure" | "start" | "run" | "stop";
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The field of the configuration that is wrong, and what it should have been. */
  readonly field: { readonly path: ConfigPath; readonly complaint: string } | undefined;
}

/** The reason as it is kept and shown: of anything that was thrown. */
export function crashOf(phase: ModuleCrash["phase"], thrown: unknown): ModuleCrash {
  const field = thrown instanceof ConfigError ? { path: thrown.path, complaint: thrown.complaint } : undefined;
  if (!(thrown instanceof Error)) {
    return { phase, code: "LAUNCH_THROWN", message: describeError(thrown), stack: undefined, field };
  }
  const code = (thrown as { readonly code?: unknown }).code;
  return {
    phase,
    code: typeof code === "string" ? code : thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    field,
  };
}

/** A component at work. Disposing ends it in order: component, node, runtime. */
export interface HostedModule extends AsyncDisposable {
  /** Takes away what it works on, without asking it. */
  abandon(): Promise<void>;
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
}

/** A failure with what was being done when it came. */
export class ModuleFailure extends Error {
  readonly crash: ModuleCrash;
  constructor(phase: ModuleCrash["phase"], thrown: unknown) {
    const crash = crashOf(phase, thrown);
    super(crash.message, { cause: thrown });
    this.crash = crash;
  }
}

/**
 * Starts the component of a module in this thread: on `runtime`, or on one of its own.
 * @throws {ModuleFailure}
 */
export async function hostModule(
  order: ModuleOrder,
  options: {
    readonly runtime?: Runtime | undefined;
    /** Instead of the one that the order names. */
    readonly component?: Component | undefined;
    readonly watch: WatchdogBlock;
    readonly onBeat?: () => void;
    readonly onFail: (failure: ModuleFailure) => void;
  },
): Promise<HostedModule> {
  const component = options.component ?? (await attempt("load", () => loadComponent(order.url, order.exportName)));
  const { config, inputs, outputs } = await attempt("configure", () =>
    configureComponent(component, order.config, order.directory),
  );
  const { runtime: given, watch, onBeat } = options;
  const heartbeat = new Heartbeat(watch.buffer, order.index);
  const runtime = given ?? (await attempt("start", () => openRuntime(order)));
  const abort = new AbortController();
  let alive = true;
  const abandon = async (): Promise<void> => {
    alive = false;
    abort.abort();
    loop?.[Symbol.dispose]();
    if (given === undefined) await runtime[Symbol.asyncDispose]();
    else await node?.[Symbol.asyncDispose]();
  };
  const close = async (work: Disposable | AsyncDisposable | undefined): Promise<void> => {
    alive = false;
    heartbeat[Symbol.dispose](); // it ends in order: from here on its silence is no fault
    abort.abort();
    try {
      if (work !== undefined && Symbol.asyncDispose in work) await work[Symbol.asyncDispose]();
      else work?.[Symbol.dispose]();
    } finally {
      await abandon();
    }
  };
  let node: ReturnType<Runtime["node"]> | undefined;
  let loop: Disposable | undefined;
  let failed = false;
  try {
    node = runtime.node(order.module);
    if (given === undefined) loop = tellEventLoop(node); // of a thread or process of its own
    const work = await component.start({
      node,
      config,
      signal: abort.signal,
      beat: () => {
        if (!alive) return;
        heartbeat.beat();
        onBeat?.();
      },
      watch,
      modules: order.modules,
      fail: (reason) => {
        if (failed) return;
        failed = true;
        options.onFail(new ModuleFailure("run", reason));
      },
    });
    return {
      inputs,
      outputs,
      abandon,
      [Symbol.asyncDispose]: () => attempt("stop", () => close(work ?? undefined)),
    };
  } catch (thrown) {
    await abandon().catch(() => {});
    throw new ModuleFailure("start", thrown);
  }
}

/** The configuration as the component reads it, and what it then hears and says. @throws what the component throws */
export function configureComponent<C>(
  component: Component<C>,
  values: Readonly<Record<string, unknown>>,
  directory: string,
): { readonly config: C; readonly inputs: readonly PortInfo[]; readonly outputs: readonly PortInfo[] } {
  const fields = new ConfigFields(values, [], directory);
  const config = component.configure(fields);
  fields.refuseUnknown();
  const { inputs, outputs } = component.ports(config);
  return { config, inputs: inputs.map(portInfo), outputs: outputs.map(portInfo) };
}

/** @throws {DelosError} LAUNCH_COMPONENT when there is no such file or export, or when it is no component */
export async function loadComponent(url: string, exportName: string): Promise<Component> {
  if (url.endsWith(".ts")) await registerTypeScript(url);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new DelosError("LAUNCH_COMPONENT", `${url} cannot be loaded: ${describeError(cause)}`, { cause });
  }
  const found = exported[exportName] as Partial<Component> | undefined;
  const isComponent = [found?.configure, found?.ports, found?.start].every((part) => typeof part === "function");
  if (isComponent) return found as Component;
  const components = Object.keys(exported).filter(
    (name) => typeof (exported[name] as Partial<Component>)?.start === "function",
  );
  throw new DelosError(
    "LAUNCH_COMPONENT",
    `${url} exports no component ${exportName}; its components: ${components.join(", ") || "none"}`,
  );
}

/** Where nothing loads TypeScript yet, the tsx that the component's own package has. */
async function registerTypeScript(url: string): Promise<void> {
  const loaders = process.execArgv.some((flag) => /tsx|@oxc-node/.test(flag));
  if (loaders || import.meta.url.endsWith(".ts") || "typescript" in process.features) return;
  try {
    const tsx = createRequire(url).resolve("tsx/esm/api");
    ((await import(pathToFileURL(tsx).href)) as { register(): void }).register();
  } catch {
    // Then the import says what is wrong.
  }
}

const portInfo = ({
  name,
  type,
}: {
  readonly name: string;
  readonly type: { readonly schema: { readonly name: string } };
}): PortInfo => ({
  topic: name,
  type: type.schema.name,
});

async function openRuntime(order: ModuleOrder): Promise<Runtime> {
  const { launch, module, transports, domain = 0, logLevel } = order;
  const common = { name: `${launch}.${module}`, logLevel };
  if (transports === "auto") return open({ ...common, transports, domain });
  const { sharedMemory } = await import("@delos/transport-shm");
  return open({ ...common, transports: [inProcess(), sharedMemory({ domain: String(domain) })] });
}

async function attempt<T>(phase: ModuleCrash["phase"], work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof ModuleFailure ? thrown : new ModuleFailure(phase, thrown);
  }
}
