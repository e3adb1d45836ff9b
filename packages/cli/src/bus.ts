import { messageCodecs } from "@delos/bag";
import { formatLogRecord, onAbort, UsageError } from "@delos/core";
import { type Graph, type Node, open, type Runtime, type TopicGraph } from "@delos/runtime";
import type { EndpointInfo, TransportFactory } from "@delos/transport";
import type { RtpsOptions } from "@delos/transport-rtps";
import { numberOption, text, texts } from "./bus-options.ts";
import type { CommandContext } from "./command.ts";

/** How topics and types are named on the wire. */
export type Naming = NonNullable<RtpsOptions["naming"]>;

/** Opens the bus for one command. Tests put a bus in memory here. */
export type OpenBus = (context: CommandContext, naming: Naming) => Promise<Bus>;

const DEFAULT_SPIN_S = 2;
/** Discovery counts as over when nobody has been found for this long. */
const QUIET_MS = 250;
/** A name that is not to be found at once is taken as it is after this long. */
const NAME_MS = 1000;
/** Answers to our first announcement take this long at least where others have work to do. */
const FIRST_MS = 500;

/** The bus as a command sees it: a runtime with one node of its own, which listings leave out. */
export class Bus implements AsyncDisposable {
  readonly runtime: Runtime;
  readonly node: Node;
  readonly #spinMs: number;
  readonly #signal: AbortSignal;

  constructor(runtime: Runtime, options: { readonly spinMs?: number; readonly signal: AbortSignal; name?: string }) {
    this.runtime = runtime;
    this.#spinMs = options.spinMs ?? DEFAULT_SPIN_S * 1000;
    this.#signal = options.signal;
    // As ROS 2's tools: a leading underscore hides it from `node list`.
    this.node = runtime.node(options.name ?? `/_delos_cli_${runtime.participant.id.slice(0, 8)}`);
  }

  get nowMs(): number {
    return this.runtime.clock.monotonicMs();
  }

  /** Everybody but this command itself. */
  get graph(): Graph {
    const { graph } = this.runtime;
    const foreign = (endpoint: EndpointInfo): boolean => endpoint.participant.id !== this.runtime.participant.id;
    const topics = graph.topics.map((topic) => ({
      ...topic,
      publications: topic.publications.filter(foreign),
      subscriptions: topic.subscriptions.filter(foreign),
      connections: topic.connections.filter(
        ({ publication, subscription }) => foreign(publication) && foreign(subscription),
      ),
    }));
    const services = graph.services.map((service) => ({
      ...service,
      servers: service.servers.filter(foreign),
      clients: service.clients.filter(foreign),
    }));
    return {
      participants: graph.participants.filter(({ id }) => id !== this.runtime.participant.id),
      nodes: graph.nodes.filter(({ participant }) => participant.id !== this.runtime.participant.id),
      topics: topics.filter((topic) => topic.publications.length + topic.subscriptions.length > 0),
      services: services.filter((service) => service.servers.length + service.clients.length > 0),
    };
  }

  topic(name: string): TopicGraph | undefined {
    return this.graph.topics.find((topic) => topic.name === name);
  }

  /** The topic that a person means: who writes `chatter` may mean `/chatter`, as with ROS 2's tools. */
  topicMeant(name: string): TopicGraph | undefined {
    return this.topic(name) ?? (name.startsWith("/") ? undefined : this.topic(`/${name}`));
  }

  /** The name of the topic that a person means, as given unless it turns up otherwise within a second. */
  async nameMeant(name: string): Promise<string> {
    if (name.startsWith("/")) return name;
    return (await this.waitFor(() => this.topicMeant(name), NAME_MS))?.name ?? name;
  }

  /** Waits until no more of the others turn up, and so long at most as --spin-time says. */
  async discovered(): Promise<void> {
    const start = this.nowMs;
    let last = start;
    using _heard = this.#onChange(() => (last = this.nowMs));
    for (;;) {
      const now = this.nowMs;
      const until = Math.min(start + this.#spinMs, Math.max(start + FIRST_MS, last + QUIET_MS));
      if (now >= until) return;
      await this.sleep(until - now);
    }
  }

  /** Waits until `find` has an answer: asked at once and at each change on the bus. Undefined when the time is over. */
  waitFor<T>(find: () => T | undefined, timeoutMs = this.#spinMs): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found !== undefined || this.#signal.aborted) end(found);
      };
      const end = (found: T | undefined): void => {
        changes[Symbol.dispose]();
        alarm?.[Symbol.dispose]();
        abort[Symbol.dispose]();
        if (this.#signal.aborted) reject(this.#signal.reason as Error);
        else resolve(found);
      };
      const changes = this.#onChange(look);
      const alarm = timeoutMs === Infinity ? undefined : this.node.after(timeoutMs, () => end(undefined));
      const abort = onAbort(this.#signal, () => queueMicrotask(() => end(undefined)));
      queueMicrotask(look);
    });
  }

  sleep(ms: number): Promise<void> {
    return this.node.sleep(ms, { signal: this.#signal });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.runtime[Symbol.asyncDispose]();
  }

  #onChange(listener: () => void): Disposable {
    const events = ["participantJoined", "endpointJoined", "endpointLeft", "nodeJoined"] as const;
    const listeners = this.runtime.transports.flatMap(({ discovery }) =>
      events.map((event) => discovery.events.on(event, listener)),
    );
    return { [Symbol.dispose]: () => listeners.forEach((each) => each[Symbol.dispose]()) };
  }
}

/** The bus of the options. A command is a process of its own: it shares memory with those of its host, or uses RTPS. */
export const openBus: OpenBus = async (context, naming) => {
  const spinS = numberOption(context.values, "spin-time");
  const runtime = await open({
    name: "delos",
    transports: await transportsOf(context, naming),
    codecs: messageCodecs(),
    log: (record) => {
      if (record.level !== "debug" && record.level !== "info") context.err.write(`${formatLogRecord(record)}\n`);
    },
  });
  const name = text(context.values, "node-name");
  return new Bus(runtime, {
    signal: context.signal,
    ...(name !== undefined && { name }),
    ...(spinS !== undefined && { spinMs: spinS * 1000 }),
  });
};

async function transportsOf(context: CommandContext, naming: Naming): Promise<TransportFactory[]> {
  const choice = text(context.values, "transport") ?? "auto";
  if (!["rtps", "shm", "auto"].includes(choice)) {
    throw new UsageError(`--transport is rtps, shm or auto, not ${choice}`);
  }
  const domain = domainOf(context);
  const { hostMemory } = await import("@delos/transport-shm");
  const memory = hostMemory({ domain: String(domain) });
  if (choice === "shm") return [memory];
  const { rosReach, rtps } = await import("@delos/transport-rtps");
  const [interfaces, peers] = [texts(context.values, "interface"), texts(context.values, "peer")];
  const chosen = { ...(interfaces.length > 0 && { interfaces }), ...(peers.length > 0 && { peers }) };
  const reach = Object.keys(chosen).length > 0 ? chosen : rosReach(context.env);
  const network = rtps({ domain, naming, ...reach, mdns: context.values["mdns"] === true });
  return choice === "rtps" ? [network] : [{ ...memory, optional: true }, network];
}

/** --domain, or else ROS_DOMAIN_ID, or else 0. @throws {UsageError} */
export function domainOf(context: Pick<CommandContext, "values" | "env">): number {
  const given = text(context.values, "domain");
  const [source, value] = given === undefined ? ["ROS_DOMAIN_ID", context.env["ROS_DOMAIN_ID"]] : ["--domain", given];
  if (value === undefined || value === "") return 0;
  const domain = Number(value);
  if (!Number.isInteger(domain) || domain < 0 || domain > 232) {
    throw new UsageError(`${source} is a whole number from 0 to 232, not ${value}`);
  }
  return domain;
}

/** Whether `ros2` would leave it out of its lists: a part of the name begins with an underscore. */
export const isHidden = (name: string): boolean => name.split("/").some((part) => part.startsWith("_"));
