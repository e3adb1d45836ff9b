import type { Clock, EventMap, Events, Logger } from "@delos/core";
import type { CodecResolver, Transport } from "@delos/transport";
import type { Executor } from "./executor.ts";
import type { TransportChoice } from "./transport-choice.ts";

/** What the parts of a node (publishers, subscriptions, timers, services) share with it and its runtime. */
export interface NodeContext {
  /** The node's full name. */
  readonly name: string;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly log: Logger;
  /** Those open now; asked anew each time. */
  readonly transports: readonly Transport[];
  readonly choice: TransportChoice;
  readonly codecs: CodecResolver;
  /**
   * User code failed: counted, logged, reported as the runtime's `error` event. Never throws. `topic` is the one whose
   * sample it was given, if any: a failing reader of the log must not make the log grow.
   */
  report(error: unknown, where: string, topic?: string): void;
  /** Emits to listeners of users, whose errors are reported rather than thrown. */
  emit<M extends EventMap, K extends keyof M & string>(events: Events<M>, event: K, value: M[K]): void;
  /** A part has closed: the node forgets it. */
  release(part: object): void;
}
