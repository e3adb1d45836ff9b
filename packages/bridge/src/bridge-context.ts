import type { Clock } from "@delos/core";
import type { Replay } from "@delos/replay";
import type { Node, Runtime } from "@delos/runtime";
import type { BusWatcher } from "./bus/bus-watcher.ts";
import type { Runs } from "./media/runs.ts";
import type { Lags } from "./operation/lags.ts";
import type { Operation } from "./operation/operation.ts";
import type { Resources } from "./operation/resources.ts";
import type { RoadMap } from "./world/road-map/road-map.ts";
import type { WorldModel } from "./world/world-model.ts";

/** What the protocols of the bridge work with. Everything here outlives them. */
export interface BridgeContext {
  readonly runtime: Runtime;
  /** The bridge's own node: its endpoints are closed with the bridge. */
  readonly node: Node;
  /** What plays now; undefined: the live bus. Another one may be in its place later. */
  readonly replay: Replay | undefined;
  /** Calls back when another recording was put in, before its first message. World and watcher have forgotten the old one. */
  onExchange(listener: (replay: Replay) => void): Disposable;
  /** What is found by reading recordings through. */
  readonly runs: Runs;
  /** Recordings can be opened in place of the one that plays. */
  readonly canOpen: boolean;
  /** Everything that is published, measured. */
  readonly bus: BusWatcher;
  /** One world out of it. */
  readonly world: WorldModel;
  /** The HD map, where one was given. */
  readonly map: RoadMap | undefined;
  /** What an operator leads; undefined where there is nothing to lead. */
  readonly operation: Operation | undefined;
  readonly resources: Resources;
  /** Of the event loops of all threads that say so. */
  readonly lags: Lags;
  /** The machine's time, also where the runtime's follows a recording: for limits and logs. */
  readonly clock: Clock;
  /** Name and version of the server, and what is shown: file names, or `live`. */
  readonly server: string;
  readonly title: string;
  /** A line for the console of every page. */
  note(level: "info" | "warn" | "error" | "fatal", source: string, text: string): void;
}
