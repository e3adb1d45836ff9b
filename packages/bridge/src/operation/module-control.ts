import { delos } from "@delos/msgs";

const { State } = delos.bridge.Module;

/** Of modules what the page shows and leads; a launch is one. */
export interface ModuleControl {
  readonly modules: readonly ControlledModule[];
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  readonly events: { on(event: "state", listener: () => void): Disposable };
}

export interface ControlledModule {
  readonly name: string;
  readonly state: "stopped" | "starting" | "running" | "stopping" | "crashed" | "waiting";
  readonly placement: string;
  readonly restarts: number;
  readonly crash: { readonly code: string; readonly message: string } | undefined;
  readonly threadId?: number | undefined;
  readonly pid?: number | undefined;
}

const STATES = {
  stopped: State.STOPPED,
  starting: State.STARTING,
  running: State.STARTED,
  stopping: State.STOPPING,
  crashed: State.CRASHED,
  waiting: State.RESTARTING,
} as const;

export function shownModule(
  module: ControlledModule,
  displayName: string,
  needed: boolean,
  lagMs: number | undefined,
): delos.bridge.Module {
  const { name, state, crash, restarts, placement, threadId, pid } = module;
  const number = threadId ?? pid;
  return {
    name,
    display_name: displayName,
    state: STATES[state],
    reason: crash === undefined ? "" : reasonOf(crash),
    restarts,
    place: number === undefined ? placement : `${placement} ${number}`,
    ...(lagMs === undefined ? {} : { lag_ms: lagMs }),
    needed,
  };
}

function reasonOf({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === "Error" ? message : `${code}: ${message}`;
}
