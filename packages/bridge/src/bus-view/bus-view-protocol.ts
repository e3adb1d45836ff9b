import { DelosError, describeError, type JsonValue, Lifetime } from "@delos/core";
import type { WebSocket } from "ws";
import type { BusWatcher } from "../bus/bus-watcher.ts";
import type { Peer } from "../security/peer.ts";
import type { SocketProtocol } from "../socket-protocol.ts";
import { Outbox } from "../viewers/outbox.ts";
import { TopicFeeds } from "../viewers/topic-feeds.ts";
import { busNowNs, type ViewedBus } from "../viewers/viewed-bus.ts";
import { BusDesk } from "./bus-desk.ts";
import { FieldWatch } from "./field-watch.ts";
import { graphState } from "./graph-state.ts";
import { type Ask, type Asked, readAsked, type Told } from "./messages.ts";

const SAMPLES_MS = 66;
const GRAPH_TICKS = 15;
const MAX_MALFORMED = 50;

/** Behind the page's bus view: the live graph, plots of any field, publishing, services and parameters. */
export class BusViewProtocol implements SocketProtocol {
  readonly name = "bus view";
  readonly paths: readonly string[] = ["/bus"];
  readonly maxMessageBytes: number = 1024 * 1024;
  readonly maxPeers = 64;
  readonly limits = { perS: 100, atOnce: 200 };
  readonly #bus: ViewedBus;
  readonly #watcher: BusWatcher;
  readonly #feeds: TopicFeeds;
  readonly #sessions: Set<Session> = new Set();
  readonly #lifetime: Lifetime = new Lifetime();
  #ticks = 0;

  constructor(bus: ViewedBus, watcher: BusWatcher) {
    this.#bus = bus;
    this.#watcher = watcher;
    this.#feeds = this.#lifetime.own(new TopicFeeds(bus));
    const tick = setInterval(() => this.#tick(), SAMPLES_MS);
    this.#lifetime.defer(() => clearInterval(tick));
  }

  accept(socket: WebSocket, peer: Peer): void {
    const session = new Session(socket, peer, this.#bus, this.#feeds, () => this.#graph());
    this.#sessions.add(session);
    socket.on("close", () => {
      this.#sessions.delete(session);
      session[Symbol.dispose]();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session[Symbol.dispose]();
    return this.#lifetime[Symbol.asyncDispose]();
  }

  /** One text for all pages. */
  #graph(): string {
    const nowS = Number(busNowNs(this.#bus) / 1000n) / 1e6;
    return JSON.stringify({ graph: graphState(this.#bus, this.#watcher, nowS) } satisfies Told);
  }

  #tick(): void {
    for (const session of this.#sessions) session.tellSamples();
    if (this.#ticks++ % GRAPH_TICKS !== 0) return;
    const watching = [...this.#sessions].filter((session) => session.watchesGraph);
    if (watching.length === 0) return;
    const graph = this.#graph();
    for (const session of watching) session.tellGraph(graph);
  }
}

/** One page. */
class Session implements Disposable {
  readonly #socket: WebSocket;
  readonly #peer: Peer;
  readonly #outbox: Outbox;
  readonly #desk: BusDesk;
  readonly #fields: FieldWatch;
  readonly #graph: () => string;
  watchesGraph = false;
  #malformed = 0;

  constructor(socket: WebSocket, peer: Peer, bus: ViewedBus, feeds: TopicFeeds, graph: () => string) {
    this.#socket = socket;
    this.#peer = peer;
    this.#outbox = new Outbox(socket);
    this.#desk = new BusDesk(bus, peer);
    this.#fields = new FieldWatch(bus, feeds);
    this.#graph = graph;
    socket.on("message", (data, isBinary) => void this.#received(isBinary ? "" : (data as Buffer).toString("utf8")));
  }

  tellSamples(): void {
    const samples = this.#fields.take();
    if (samples.length > 0) this.#outbox.data(JSON.stringify({ samples } satisfies Told));
  }

  tellGraph(graph: string): void {
    this.#outbox.data(graph);
  }

  [Symbol.dispose](): void {
    this.#desk[Symbol.dispose]();
    this.#fields[Symbol.dispose]();
  }

  async #received(text: string): Promise<void> {
    if (!this.#peer.spend()) return; // the page asks again; nothing of it was done
    let asked: Asked | undefined;
    try {
      asked = readAsked(text);
      const answer = await this.#answer(asked.ask);
      this.#tell({ id: asked.id, answer });
    } catch (error) {
      const code = error instanceof DelosError ? error.code : "BRIDGE_COMMAND_FAILED";
      const id = asked?.id ?? (error instanceof DelosError ? error.details["id"] : undefined);
      this.#tell({ id: typeof id === "number" ? id : 0, error: { code, text: describeError(error) } });
      if (code === "BRIDGE_MALFORMED" && ++this.#malformed >= MAX_MALFORMED)
        this.#socket.close(1008, "too many messages that are none of the protocol");
    }
  }

  async #answer(ask: Ask): Promise<JsonValue> {
    switch (ask.do) {
      case "watch":
        this.watchesGraph = ask.graph;
        if (ask.graph) this.#outbox.control(this.#graph());
        return null;
      case "plot":
        this.#fields.watch(ask.fields);
        return null;
      case "types":
        return this.#desk.types(ask.topic);
      case "schema":
        return this.#desk.schema(ask.topic, ask.type);
      case "publish":
        return await this.#desk.publish(ask.topic, ask.type, ask.message);
      case "service":
        return this.#desk.service(ask.name);
      case "call":
        return await this.#desk.call(ask.name, ask.request);
      case "parameters":
        return await this.#desk.parameters();
      case "set":
        return await this.#desk.set(ask.node, ask.name, ask.value);
    }
  }

  #tell(message: Told): void {
    this.#outbox.control(JSON.stringify(message));
  }
}
