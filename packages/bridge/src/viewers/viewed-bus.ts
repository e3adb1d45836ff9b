import type { Clock } from "@delos/core";
import type { delos } from "@delos/msgs";
import type { Replay } from "@delos/replay";
import type { Node, Runtime } from "@delos/runtime";
import type { CodecResolver } from "@delos/transport";
import type { World } from "../protocol.ts";

/** What the protocols of viewers need of the server they are part of. */
export interface ViewedBus {
  readonly runtime: Runtime;
  /** Subscribes and publishes for all viewers. */
  readonly node: Node;
  readonly codecs: CodecResolver;
  /** What playback commands lead; undefined: the live bus. */
  readonly replay: Replay | undefined;
  /** Calls back when another recording was put in. */
  onExchange(listener: (replay: Replay) => void): Disposable;
  /** Name and version of the server. */
  readonly server: string;
  /** The newest state of the car and what is around it; undefined before there is any. */
  world(): World | undefined;
  /** The car that is led, as it is chosen now; undefined where nothing is known of it. */
  vehicle(): delos.bridge.Vehicle | undefined;
}

/**
 * The time of a message on the bus, ns: when it was published. While a recording plays, its time is the only one there is:
 * what others say beside it (logs, statistics) gets the time at which the recording is.
 */
export function busTimeNs({ replay }: ViewedBus, sourceTimeNs: bigint): bigint {
  if (replay === undefined) return sourceTimeNs;
  const { startNs, endNs } = replay.recording;
  return sourceTimeNs < startNs || sourceTimeNs > endNs ? replay.positionNs : sourceTimeNs;
}

/** The time on the bus now, ns. */
export function busNowNs({ replay, runtime }: ViewedBus): bigint {
  return replay === undefined ? (runtime.clock satisfies Clock).nowNs() : replay.positionNs;
}
