import type { Node } from "@delos/runtime";

/**
 * How the watchdog stops the car without the loops it watches: opened and called in the watchdog's own thread. It may send
 * CAN frames, drive a relay, write shared memory; it must not wait for another thread.
 */
export interface StopOutput {
  /** Called at every look while the stop is latched and the block armed: by-wire units let go when commands cease. `loop` fell silent. */
  stop(loop: number): void;
  /** Called once when the watchdog ends. */
  close?(): void;
}

/**
 * What the module of an output exports under the name `openStopOutput`. `options` are cloned into the thread. `node` is there
 * when the watchdog is a module of a launch: it lives in the watchdog's own thread.
 */
export type OpenStopOutput = (options: unknown, node?: Node) => StopOutput | Promise<StopOutput>;

/** The module is named by URL, as `import.meta.resolve` gives it. */
export interface StopOutputModule {
  readonly module: string;
  readonly options?: unknown;
}
