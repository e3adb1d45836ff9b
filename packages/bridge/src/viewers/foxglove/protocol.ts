import { randomUUID } from "node:crypto";
import { Lifetime, type MessageCodec } from "@delos/core";
import type { WebSocket } from "ws";
import type { Peer } from "../../security/peer.ts";
import type { SocketProtocol } from "../../socket-protocol.ts";
import { TopicFeeds } from "../topic-feeds.ts";
import { busNowNs, type ViewedBus } from "../viewed-bus.ts";
import { ChannelList } from "./channel-list.ts";
import { EMPTY_GRAPH, type GraphNames, graphNames, graphUpdate } from "./connection-graph.ts";
import { type Channel, type PlaybackState, PlaybackStatus, SUBPROTOCOLS, time } from "./messages.ts";
import { NodeParameters } from "./parameters.ts";
import { ServiceList } from "./services.ts";
import { FoxgloveSession } from "./session.ts";
import { type UtmZone, WorldConverter, worldTopics } from "./world-topics.ts";

/** The state of the world, and the time, as often as a screen shows them. */
const TICK_MS = 17;
/** The scene is larger and changes slowly; the way grows at one end. */
const EVERY_TICKS = { transforms: 1, pose: 1, location: 1, scene: 6, track: 30 } as const;
/** Services and the graph are looked at again once a second. */
const REFRESH_TICKS = 60;
/** Fragments of large messages that viewers publish; what they ask for is far smaller. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_PEERS = 100;

type WorldSink = (payload: Uint8Array, timeNs: bigint) => void;

/**
 * The Foxglove WebSocket protocol: every topic of the bus as a channel, publishing, parameters, services, the connection
 * graph, time and playback control, for Foxglove, Lichtblick and whoever else speaks it. The car and its surroundings come in
 * Foxglove's own messages beside it (`world-topics.ts`).
 */
export class FoxgloveProtocol implements SocketProtocol {
  readonly name = "foxglove";
  readonly subprotocols: readonly string[] = SUBPROTOCOLS;
  readonly maxMessageBytes: number = MAX_MESSAGE_BYTES;
  readonly maxPeers: number = MAX_PEERS;
  readonly limits = { perS: 1000, atOnce: 2000 };
  readonly bus: ViewedBus;
  readonly channels: ChannelList;
  readonly services: ServiceList;
  readonly feeds: TopicFeeds;
  readonly parameters: NodeParameters;
  /** The same as long as the same plays: viewers keep their state when they come back to it. */
  sessionId: string = randomUUID();
  readonly #sessions: Set<FoxgloveSession> = new Set();
  readonly #lifetime: Lifetime = new Lifetime();
  readonly #converter: WorldConverter;
  readonly #worldChannels: ReadonlyMap<number, keyof typeof worldTopics>;
  readonly #worldSinks: Map<number, Set<WorldSink>> = new Map();
  #ticks = 0;
  #told: bigint | undefined;
  #toldPlayback = "";
  #graph: GraphNames = EMPTY_GRAPH;

  constructor(bus: ViewedBus, utmZone?: UtmZone) {
    this.bus = bus;
    this.#converter = new WorldConverter(utmZone, () => bus.vehicle());
    this.channels = new ChannelList(bus);
    this.services = new ServiceList(bus);
    this.feeds = this.#lifetime.own(new TopicFeeds(bus));
    this.parameters = this.#lifetime.own(
      new NodeParameters(bus, (changed) => this.#each((session) => session.parametersChanged(changed))),
    );
    this.#worldChannels = new Map(
      Object.entries(worldTopics).map(([key, { name, type }]) => [
        this.channels.add(name, type as MessageCodec).id,
        key as keyof typeof worldTopics,
      ]),
    );
    this.services.refresh();
    this.#lifetime.own(this.channels);
    this.channels.events.on("advertised", (channels) => this.#each((session) => session.advertise(channels)));
    this.channels.events.on("unadvertised", (ids) => this.#each((session) => session.unadvertise(ids)));
    let jumped = this.#followJumps(bus.replay);
    this.#lifetime.defer(() => jumped?.[Symbol.dispose]());
    const exchanged = bus.onExchange((replay) => {
      jumped?.[Symbol.dispose]();
      jumped = this.#followJumps(replay);
      this.sessionId = randomUUID();
      this.#converter.forget();
      this.#each((session) => session.greet());
    });
    this.#lifetime.own(exchanged);
    const tick = setInterval(() => this.#tick(), TICK_MS);
    this.#lifetime.defer(() => clearInterval(tick));
  }

  accept(socket: WebSocket, peer: Peer, subprotocol: string): void {
    const session = new FoxgloveSession(socket, peer, this, subprotocol);
    this.#sessions.add(session);
    socket.on("close", () => {
      this.#sessions.delete(session);
      session[Symbol.dispose]();
    });
    session.greet();
  }

  /** Calls back with each message of a channel, encoded as the channel says. */
  follow(channel: Channel, listener: WorldSink): Disposable {
    if (!this.#worldChannels.has(channel.id)) {
      const { codecs } = this.bus;
      return this.feeds.follow(channel.topic, (sample, timeNs) => {
        listener(sample.resolve(codecs).bytes, timeNs);
      });
    }
    const sinks = this.#worldSinks.get(channel.id) ?? new Set();
    this.#worldSinks.set(channel.id, sinks);
    sinks.add(listener);
    return { [Symbol.dispose]: () => void sinks.delete(listener) };
  }

  /** What the recording does now. `didSeek`: its time has jumped. */
  playback(didSeek = false, requestId = ""): PlaybackState {
    const { replay } = this.bus;
    const status = PlaybackStatus[replay?.state ?? "playing"];
    return { status, timeNs: busNowNs(this.bus), speed: replay?.rate ?? 1, didSeek, requestId };
  }

  /** The graph as it was told last, for somebody who has just asked. */
  get graph(): GraphNames {
    return this.#graph;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }

  #followJumps(replay: ViewedBus["replay"]): Disposable | undefined {
    return replay?.events.on("jump", () => this.#each((session) => session.tellPlayback(this.playback(true))));
  }

  #each(what: (session: FoxgloveSession) => void): void {
    for (const session of this.#sessions) what(session);
  }

  #tick(): void {
    const tick = this.#ticks++;
    if (this.#sessions.size === 0) return;
    if (tick % REFRESH_TICKS === 0) this.#refresh();
    this.#tellWorld(tick);
    if (this.bus.replay !== undefined) this.#tellTime();
  }

  #tellWorld(tick: number): void {
    const wanted = [...this.#worldSinks].filter(([, sinks]) => sinks.size > 0);
    const world = wanted.length === 0 ? undefined : this.bus.world();
    if (world === undefined) return;
    const timeNs = BigInt(Math.round((world.time_s ?? 0) * 1e6)) * 1000n;
    this.#converter.observe(world, timeNs);
    for (const [id, sinks] of wanted) {
      const key = this.#worldChannels.get(id)!;
      if (tick % EVERY_TICKS[key] !== 0) continue;
      const message = this.#converter[key](world, timeNs);
      if (message === undefined) continue;
      const payload = (worldTopics[key].type as MessageCodec).encode(message);
      for (const sink of sinks) sink(payload, timeNs);
    }
  }

  #tellTime(): void {
    const nowNs = busNowNs(this.bus);
    if (nowNs !== this.#told) {
      this.#told = nowNs;
      const frame = time(nowNs);
      this.#each((session) => session.tellTime(frame));
    }
    const { replay } = this.bus;
    const playback = `${replay?.state} ${replay?.rate}`;
    if (playback === this.#toldPlayback) return;
    this.#toldPlayback = playback;
    this.#each((session) => session.tellPlayback(this.playback()));
  }

  #refresh(): void {
    const { added, removed } = this.services.refresh();
    if (added.length > 0) this.#each((session) => session.advertiseServices(added));
    if (removed.length > 0) this.#each((session) => session.unadvertiseServices(removed));
    const graph = graphNames(this.bus);
    const update = graphUpdate(this.#graph, graph);
    this.#graph = graph;
    this.#each((session) => {
      if (update !== undefined) session.tellGraph(update);
      session.tellDrops();
    });
  }
}
