import { basename } from "node:path";
import process from "node:process";
import {
  type Clock,
  ClosedError,
  DelosError,
  describeError,
  type EventMap,
  Events,
  Logger,
  type LogLevel,
  type LogSink,
  type MessageCodec,
  onAbort,
  SimulatedClock,
  SystemClock,
  UsageError,
} from "@delos/core";
import { type delos, SchemaTypes } from "@delos/msgs";
import {
  type CodecResolver,
  type EndpointId,
  type EndpointKind,
  endpointId,
  inProcess,
  newParticipant,
  type ParticipantId,
  type ParticipantInfo,
  type Transport,
  type TransportAddress,
  type TransportFactory,
} from "@delos/transport";
import { autoTransports, openAll } from "./auto-transports.ts";
import { Executor } from "./executor.ts";
import { type Graph, graphOf } from "./graph.ts";
import { introduceTo } from "./introductions.ts";
import { LogFan, standardError } from "./log-fan.ts";
import { logToMessage, logTopic } from "./log-topic.ts";
import { Node } from "./node.ts";
import type { NodeContext } from "./node-context.ts";
import type { Publisher } from "./publisher.ts";
import { ClockFollower, clockTopic, readClock } from "./recorded-clock.ts";
import { statisticsOf, statisticsTopic } from "./statistics.ts";
import { Subscription } from "./subscription.ts";
import { checkName } from "./topic.ts";
import { TransportChoice } from "./transport-choice.ts";

export interface RuntimeOptions {
  /** Shown to others; the program's file unless given. */
  readonly name?: string;
  /**
   * In-process alone unless given. `auto`: in-process, shared memory between threads and between processes, and RTPS, as far as
   * each can be opened here. Which one serves a pair of endpoints is chosen by distance.
   */
  readonly transports?: "auto" | readonly TransportFactory[];
  /** Of `auto`: the DDS domain, 0 … 232. The environment's ROS_DOMAIN_ID, or else 0, unless given. */
  readonly domain?: number;
  /** The machine's clock unless given. `recorded`: follows the topic `/clock`. */
  readonly clock?: Clock | "system" | "recorded";
  /** Where log lines go; standard error, from `warn` up, unless given. */
  readonly log?: LogSink;
  readonly logLevel?: LogLevel;
  /** Finds codecs of types that are known only by the schema that travels with them. */
  readonly codecs?: CodecResolver;
  /** Values of parameters by node name and parameter name, instead of the declared defaults. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Publishes the counters of all queues on `/delos/statistics` this often; never unless given. */
  readonly statisticsPeriodMs?: number;
  /** Closes the runtime when it fires. */
  readonly signal?: AbortSignal | undefined;
}

export interface RuntimeEvents extends EventMap {
  /** User code threw. It was caught, counted and logged; nobody else was affected. */
  error: { readonly error: unknown; readonly node: string; readonly where: string };
  /** The recorded clock was set: the replay loops, or was sought. */
  clockJumped: { readonly fromNs: bigint; readonly toNs: bigint };
}

/** Opens a runtime: the first line of a program. */
export async function open(options: RuntimeOptions = {}): Promise<Runtime> {
  const { clock: time = "system" } = options;
  const clock = time === "system" ? new SystemClock() : time === "recorded" ? new SimulatedClock() : time;
  const factories =
    options.transports === "auto" ? await autoTransports(options.domain) : (options.transports ?? [inProcess()]);
  const addresses = factories.map((factory) => factory.address);
  const participant = newParticipant(options.name ?? programName(), addresses);
  const log = new LogFan(options.log ?? standardError);
  const logger = new Logger("delos", clock, (record) => log.write(record), options.logLevel ?? "info");
  let runtime: Runtime | undefined;
  const choice = new TransportChoice(participant, (moved) => runtime?.moved(moved));
  const openOne = (factory: TransportFactory): Promise<Transport> => {
    const { address } = factory;
    return factory.open({
      participant,
      clock,
      log: logger.child(address.name),
      carries: (local, remote) => choice.carries(address, local, remote),
    });
  };
  const transports = await openAll(factories, addresses, logger, openOne);
  introduceTo(participant, transports);
  for (const transport of transports) choice.watch(transport);
  runtime = new Runtime(participant, clock, logger, log, transports, options, { choice, openOne, addresses });
  return runtime;
}

/** What a runtime changes its transports with. */
interface Ways {
  readonly choice: TransportChoice;
  readonly openOne: (factory: TransportFactory) => Promise<Transport>;
  /** The participant's own list. */
  readonly addresses: TransportAddress[];
}

/** A transport that goes waits for its pairs to find another: so long, and, for clocks that stand still, so many turns. */
const MOST_MOVE_MS = 5000;
const MOST_MOVE_TURNS = 200_000;

/** Nodes, their transports, one clock and one order of dispatch. */
export class Runtime implements AsyncDisposable {
  readonly participant: ParticipantInfo;
  readonly clock: Clock;
  readonly log: Logger;
  readonly executor: Executor;
  readonly events: Events<RuntimeEvents> = new Events();
  readonly #transports: Transport[];
  readonly #ways: Ways;
  readonly #codecs: CodecResolver;
  readonly #nodes: Set<Node> = new Set();
  readonly #abort: Disposable;
  readonly #overrides: NonNullable<RuntimeOptions["parameters"]>;
  readonly #fan: LogFan;
  readonly #level: LogLevel;
  readonly #own: Node;
  #endpoints = 0;
  #errors = 0;
  #closing: Promise<void> | undefined;

  /** Use `open()`. */
  constructor(
    participant: ParticipantInfo,
    clock: Clock,
    log: Logger,
    fan: LogFan,
    transports: Transport[],
    options: RuntimeOptions,
    ways: Ways,
  ) {
    this.participant = participant;
    this.clock = clock;
    this.log = log;
    this.#transports = transports;
    this.#ways = ways;
    this.#fan = fan;
    this.#level = options.logLevel ?? "info";
    this.#codecs = options.codecs ?? codecsOfSchemas();
    this.#overrides = options.parameters ?? {};
    // A clock that is told the time stands still while its consequences run: no need, and no right, to yield to others.
    const budget = clock instanceof SimulatedClock ? Infinity : 10_000;
    this.executor = new Executor({ budget, onError: (error) => this.#report(error, "", "dispatch") });
    this.#own = this.#open("", []);
    this.#publishLog();
    if (options.clock === "recorded") this.#followClock(clock as SimulatedClock);
    if (options.statisticsPeriodMs !== undefined) this.#publishStatistics(options.statisticsPeriodMs);
    this.#abort = onAbort(options.signal, () => void this[Symbol.asyncDispose]());
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes];
  }

  /** Those open now, nearest first as far as they were opened together. */
  get transports(): readonly Transport[] {
    return this.#transports;
  }

  /** Errors of user code so far. */
  get errors(): number {
    return this.#errors;
  }

  /**
   * Opens a node. Names are unique in a runtime, until the node closes. They begin with `/`; without one they stand in the
   * root namespace: `camera` is `/camera`.
   * @throws {UsageError} when there is such a node already
   */
  node(name: string): Node {
    if (this.#closing !== undefined) throw new ClosedError("The runtime");
    checkName("node", name);
    const fullName = name.startsWith("/") ? name : `/${name}`;
    if (this.nodes.some((node) => node.name === fullName)) {
      throw new UsageError(`This runtime has a node ${fullName} already`, { details: { node: fullName } });
    }
    const node = this.#open(fullName, this.transports);
    this.#nodes.add(node);
    return node;
  }

  /** Who is on the bus and who talks to whom, and why not, as known here now. */
  get graph(): Graph {
    return graphOf(this.transports, this.#ways.choice);
  }

  /**
   * Opens one more transport while everything runs. Pairs that are nearer by it move to it, each by itself and live: nothing is
   * lost or repeated. Transports that cannot let go of single pairs (RTPS in a thread of its own) keep
   * those that they have.
   * @throws {UsageError} when there is one of this name
   */
  async addTransport(factory: TransportFactory): Promise<void> {
    if (this.#closing !== undefined) throw new ClosedError("The runtime");
    const { addresses, choice, openOne } = this.#ways;
    const { address } = factory;
    if (addresses.some(({ name }) => name === address.name))
      throw new UsageError(`This runtime has a transport ${address.name} already`, { details: { name: address.name } });
    addresses.push(address);
    this.#keepWays(this.participant.id);
    let transport: Transport;
    try {
      transport = await openOne(factory);
    } catch (error) {
      addresses.splice(addresses.indexOf(address), 1);
      throw error;
    }
    this.#transports.push(transport);
    choice.watch(transport);
    introduceTo(this.participant, this.#transports, [transport]);
    for (const node of this.#nodes) node.addTransport(transport, true);
    this.#own.addTransport(transport, false);
    for (const other of this.#transports) if (other !== transport) other.renew?.();
  }

  /**
   * Closes a transport while everything runs, after its pairs have moved to the next that reaches as far; those that have none
   * end. Resolves when it is closed, at most five seconds later.
   * @throws {UsageError} when there is none of this name
   */
  async removeTransport(name: string): Promise<void> {
    const transport = this.#transports.find((one) => one.name === name);
    if (transport === undefined) throw new UsageError(`This runtime has no transport ${name}`, { details: { name } });
    const { addresses, choice } = this.#ways;
    const at = addresses.findIndex((address) => address.name === name);
    if (at >= 0) addresses.splice(at, 1);
    this.#keepWays(this.participant.id);
    for (const one of this.#transports) one.renew?.();
    for (const participant of this.graph.participants) this.#reconsider(participant.id);
    const nodes = [...this.#nodes, this.#own];
    const serves = (): boolean => nodes.some((node) => node.endpoints.some((part) => part.leaves(transport)));
    const untilMs = this.clock.monotonicMs() + MOST_MOVE_MS;
    for (let turn = 0; turn < MOST_MOVE_TURNS && serves() && this.clock.monotonicMs() < untilMs; turn++) {
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await Promise.all(nodes.map((node) => node.removeTransport(transport)));
    this.#transports.splice(this.#transports.indexOf(transport), 1);
    choice.forget(transport);
    await transport[Symbol.asyncDispose]();
  }

  /** The ways to a participant have changed. */
  moved(participant: ParticipantId): void {
    if (this.#closing !== undefined) return;
    this.#keepWays(participant);
    this.#reconsider(participant);
  }

  #keepWays(participant: ParticipantId): void {
    for (const node of [...this.#nodes, this.#own]) {
      for (const part of node.endpoints) if (part instanceof Subscription) part.keepWays(participant);
    }
  }

  #reconsider(participant: ParticipantId): void {
    for (const transport of Array.from(this.#transports)) transport.reconsider?.(participant);
  }

  /** The counters of all publishers and subscriptions of this runtime. */
  get statistics(): delos.Statistics {
    return statisticsOf(this);
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
    await Promise.all([...this.#nodes, this.#own].map((node) => node[Symbol.asyncDispose]()));
    await Promise.all(this.transports.map((transport) => transport[Symbol.asyncDispose]()));
    this.executor.close();
    this.events.clear();
  }

  /** `announced`: the transports that tell others of the node. */
  #open(name: string, announced: readonly Transport[]): Node {
    const context: Omit<NodeContext, "release"> = {
      name,
      clock: this.clock,
      executor: this.executor,
      log: this.#logOf(name),
      transports: this.#transports,
      choice: this.#ways.choice,
      codecs: this.#codecs,
      report: (error, where, topic) => this.#report(error, name, where, topic),
      emit: (events, event, value) => {
        try {
          events.emit(event, value);
        } catch (error) {
          this.#report(error, name, `a listener of "${event}"`);
        }
      },
    };
    const newId = (kind: EndpointKind): EndpointId => endpointId(this.participant.id, ++this.#endpoints, kind);
    const overrides = this.#overrides[name] ?? this.#overrides[name.slice(1)] ?? {};
    return new Node(context, announced, newId, (closed) => this.#nodes.delete(closed), overrides);
  }

  #logOf(node: string): Logger {
    return node === "" ? this.log : new Logger(node, this.clock, (record) => this.#fan.write(record), this.#level);
  }

  #publishLog(): void {
    let publisher: Publisher<delos.Log> | undefined;
    this.#fan.publish = (record) => {
      if (this.#closing !== undefined) return;
      publisher ??= this.#own.publisher(logTopic);
      publisher.publish(logToMessage(record));
    };
  }

  #followClock(clock: SimulatedClock): void {
    const follower = new ClockFollower(clock, this.executor, this.events);
    // Any type of clock, as the recording's own world has it; reliable, for a time that is lost makes another history.
    this.#own.subscribeAny(clockTopic.name, { reliability: "reliable", depth: 1000 }).on(({ message, schema }) => {
      const reading = readClock(message);
      if (reading === undefined) throw new UsageError(`${schema.name} on ${clockTopic.name} is no clock`);
      follower.follow(reading);
    });
  }

  #publishStatistics(periodMs: number): void {
    const publisher = this.#own.publisher(statisticsTopic);
    this.#own.every({ periodMs, background: true }, () => publisher.publish(statisticsOf(this, periodMs)));
  }

  #report(error: unknown, node: string, where: string, topic?: string): void {
    this.#errors++;
    const line = `error in ${where}: ${describeError(error)}`;
    const log = this.#logOf(node);
    const fields = error instanceof DelosError ? { code: error.code } : {};
    if (topic === logTopic.name) this.#fan.quietly(() => log.error(line, fields));
    else log.error(line, fields);
    try {
      this.events.emit("error", { error, node, where });
    } catch (second) {
      this.log.error(`error in a listener of "error": ${describeError(second)}`);
    }
  }
}

/** Types that peers publish and nobody here has compiled in: from the descriptors they send along (law 6). */
function codecsOfSchemas(): CodecResolver {
  const types = new SchemaTypes();
  return (schema) => {
    if (schema.messageEncoding !== "protobuf" || schema.schemaEncoding !== "protobuf") return undefined;
    try {
      return types.codecFor(schema) as MessageCodec;
    } catch {
      return undefined; // a descriptor that is wrong: the bytes can still be had
    }
  };
}

const programName = (): string => basename(process.argv[1] ?? "delos");
