import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import { threadId } from "node:worker_threads";
import {
  type Clock,
  ClosedError,
  describeError,
  type EventMap,
  Events,
  formatLogRecord,
  Logger,
  type LogLevel,
  type LogSink,
  onAbort,
  SimulatedClock,
  SystemClock,
} from "@delos/core";
import {
  type CodecResolver,
  endpointId,
  inProcess,
  nearestTransport,
  type ParticipantInfo,
  type Transport,
  type TransportFactory,
} from "@delos/transport";
import { Executor } from "./executor.ts";
import { Node } from "./node.ts";
import type { NodeContext } from "./node-context.ts";
import { checkName } from "./topic.ts";

export interface RuntimeOptions {
  /** Shown to others; the program's name unless given. */
  readonly name?: string;
  /** In-process alone unless given. Which one serves a pair of endpoints is chosen by distance. */
  readonly transports?: readonly TransportFactory[];
  readonly clock?: Clock;
  /** Where log lines go; standard error, from `warn` up, unless given. */
  readonly log?: LogSink;
  readonly logLevel?: LogLevel;
  /** Finds codecs of types that are known only by the schema that travels with them. */
  readonly codecs?: CodecResolver;
  /** Closes the runtime when it fires. */
  readonly signal?: AbortSignal | undefined;
}

export interface RuntimeEvents extends EventMap {
  /** User code threw. It was caught, counted and logged; nobody else was affected. */
  error: { readonly error: unknown; readonly node: string; readonly where: string };
}

/** Opens a runtime: the first line of a program. */
export async function open(options: RuntimeOptions = {}): Promise<Runtime> {
  const clock = options.clock ?? new SystemClock();
  const factories = options.transports ?? [inProcess()];
  const participant: ParticipantInfo = {
    id: randomBytes(12).toString("hex"),
    name: options.name ?? process.title,
    host: hostname(),
    pid: process.pid,
    thread: threadId,
    transports: factories.map((factory) => factory.address),
    vendor: "delos",
  };
  const log = new Logger("delos", clock, options.log ?? standardError, options.logLevel ?? "info");
  const transports: Transport[] = [];
  try {
    for (const factory of factories) {
      const { address } = factory;
      transports.push(
        await factory.open({
          participant,
          clock,
          log: log.child(address.name),
          carries: (local, remote) => {
            const nearest = nearestTransport(local.participant, remote.participant);
            return nearest?.name === address.name && nearest.domain === address.domain;
          },
        }),
      );
    }
  } catch (error) {
    await Promise.allSettled(transports.map((transport) => transport[Symbol.asyncDispose]()));
    throw error;
  }
  return new Runtime(participant, clock, log, transports, options);
}

/** Nodes, their transports, one clock and one order of dispatch. */
export class Runtime implements AsyncDisposable {
  readonly participant: ParticipantInfo;
  readonly clock: Clock;
  readonly log: Logger;
  readonly executor: Executor;
  readonly events: Events<RuntimeEvents> = new Events();
  readonly transports: readonly Transport[];
  readonly #codecs: CodecResolver;
  readonly #nodes: Set<Node> = new Set();
  readonly #abort: Disposable;
  #endpoints = 0;
  #errors = 0;
  #closing: Promise<void> | undefined;

  /** Use `open()`. */
  constructor(
    participant: ParticipantInfo,
    clock: Clock,
    log: Logger,
    transports: readonly Transport[],
    options: RuntimeOptions,
  ) {
    this.participant = participant;
    this.clock = clock;
    this.log = log;
    this.transports = transports;
    this.#codecs = options.codecs ?? (() => undefined);
    // A clock that is told the time stands still while its consequences run: no need, and no right, to yield to others.
    const budget = clock instanceof SimulatedClock ? Infinity : 10_000;
    this.executor = new Executor({ budget, onError: (error) => this.#report(error, "", "dispatch") });
    this.#abort = onAbort(options.signal, () => void this[Symbol.asyncDispose]());
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes];
  }

  /** Errors of user code so far. */
  get errors(): number {
    return this.#errors;
  }

  /** Opens a node. Names begin with `/`; without one they stand in the root namespace: `camera` is `/camera`. */
  node(name: string): Node {
    if (this.#closing !== undefined) throw new ClosedError("The runtime");
    checkName("node", name);
    const fullName = name.startsWith("/") ? name : `/${name}`;
    const context: Omit<NodeContext, "release"> = {
      name: fullName,
      clock: this.clock,
      executor: this.executor,
      log: this.log.child(fullName),
      transports: this.transports,
      codecs: this.#codecs,
      report: (error, where) => this.#report(error, fullName, where),
      emit: (events, event, value) => {
        try {
          events.emit(event, value);
        } catch (error) {
          this.#report(error, fullName, `a listener of "${event}"`);
        }
      },
    };
    const node = new Node(
      context,
      (kind) => endpointId(this.participant.id, ++this.#endpoints, kind),
      (closed) => this.#nodes.delete(closed),
    );
    this.#nodes.add(node);
    return node;
  }

  /** Resolves when everything that was set off by now has run its course: see `Executor.settled`. */
  settled(): Promise<void> {
    return this.executor.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#abort?.[Symbol.dispose]();
    await Promise.all([...this.#nodes].map((node) => node[Symbol.asyncDispose]()));
    await Promise.all(this.transports.map((transport) => transport[Symbol.asyncDispose]()));
    this.executor.close();
    this.events.clear();
  }

  #report(error: unknown, node: string, where: string): void {
    this.#errors++;
    this.log.error(`${node}: error in ${where}: ${describeError(error)}`);
    try {
      this.events.emit("error", { error, node, where });
    } catch (second) {
      this.log.error(`error in a listener of "error": ${describeError(second)}`);
    }
  }
}

const standardError: LogSink = (record) => {
  if (record.level !== "debug" && record.level !== "info") process.stderr.write(`${formatLogRecord(record)}\n`);
};
