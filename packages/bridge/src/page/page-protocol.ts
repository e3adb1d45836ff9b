import { messageCodecs } from "@delos/bag";
import { DelosError, describeError, Lifetime } from "@delos/core";
import type { delos } from "@delos/msgs";
import { type Replay, recordingDensity } from "@delos/replay";
import type { WebSocket } from "ws";
import type { BridgeContext } from "../bridge-context.ts";
import { lostBy } from "../bus/bus-watcher.ts";
import { rawView } from "../bus/raw-view.ts";
import { Operation } from "../operation/operation.ts";
import { type Command, type Density, type Draft, Frame, type Notice } from "../protocol.ts";
import type { Peer } from "../security/peer.ts";
import type { SocketProtocol } from "../socket-protocol.ts";
import { Client } from "./client.ts";
import { obey, playbackOf } from "./playback.ts";

/** Frames to visible pages: a little under 60 a second. */
const FRAME_MS = 17;
const SECOND_FRAMES = 59;
const RAW_FRAMES = 6;
const KEPT_NOTICES = 1000;
const DENSITY_BUCKETS = 240;
/** How far a page sees, and how much of the map it gets at once. */
const MAP_REACH_M = 900;
const TILES_AT_ONCE = 8;
const LEVELS = ["info", "warn", "error", "fatal"] as const;

/** The page's own protocol (proto/delos/bridge.proto): frames to all pages from one encoding, commands back. */
export class PageProtocol implements SocketProtocol, AsyncDisposable {
  readonly name = "page";
  readonly paths: readonly string[] = ["/ws"];
  readonly maxMessageBytes: number = 64 * 1024;
  readonly maxPeers = 128;
  readonly limits = { perS: 100, atOnce: 200 };
  readonly #context: BridgeContext;
  readonly #clients: Set<Client> = new Set();
  readonly #lifetime = new Lifetime();
  readonly #codecs = messageCodecs();
  #notices: Notice[] = [];
  #density: Density | undefined;
  #marks: delos.bridge.MarkList | undefined;
  /** What hangs on the recording that plays. */
  #following = new Lifetime();
  #frame = 0;
  #sentWorld = -1;
  #sentTopics = -1;
  #sentPlayback = "";
  #sentOperation = -1;
  #resources: delos.bridge.Resources = {};

  constructor(context: BridgeContext) {
    this.#context = context;
    if (context.replay !== undefined) this.#follow(context.replay);
    this.#lifetime.own(context.onExchange((replay) => this.#exchanged(replay)));
    this.#lifetime.defer(() => this.#following[Symbol.asyncDispose]());
    const pump = setInterval(() => this.#pump(), FRAME_MS);
    this.#lifetime.defer(() => clearInterval(pump));
  }

  /** Pages connected now. */
  get clients(): number {
    return this.#clients.size;
  }

  accept(socket: WebSocket, peer: Peer): void {
    const client = new Client(socket, peer, {
      onCommand: (from, command) => this.#command(from, command),
      onClosed: (gone) => this.#clients.delete(gone),
    });
    this.#greet(client);
    this.#clients.add(client);
  }

  /** A line for the console of every page. */
  note(level: (typeof LEVELS)[number], source: string, text: string): void {
    const time_s = this.#context.world.timeS ?? 0;
    this.#publishNotices([{ level: LEVELS.indexOf(level), source, text, time_s }]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }

  /** Another recording plays: every page begins anew. */
  #exchanged(replay: Replay): void {
    void this.#following[Symbol.asyncDispose]();
    this.#following = new Lifetime();
    this.#density = undefined;
    this.#marks = undefined;
    this.#follow(replay);
    for (const client of this.#clients) {
      client.tiles.clear();
      client.inspectedAt = undefined;
      this.#greet(client, []);
    }
  }

  #follow(replay: Replay): void {
    const { world, bus, runs } = this.#context;
    const lifetime = this.#following;
    const { startNs, endNs, topics, files, problems } = replay.recording;
    const jumped = replay.events.on("jump", ({ timeNs }) => {
      world.reset(Number(timeNs / 1000n) / 1e6);
      bus.reset();
    });
    lifetime.own(jumped);
    lifetime.own(replay.events.on("failed", (error) => this.note("error", "replay", error.message)));
    lifetime.own(
      replay.events.on("problem", ({ code, message }) => this.note("warn", "recording", `${code}: ${message}`)),
    );
    for (const { code, message } of problems.slice(0, KEPT_NOTICES))
      this.note("warn", "recording", `${code}: ${message}`);
    const stop = new AbortController();
    lifetime.defer(() => stop.abort());
    const density = recordingDensity(files, { startNs, endNs, topics, buckets: DENSITY_BUCKETS, signal: stop.signal });
    const scan = density.then(
      (found) => {
        if (lifetime.closed) return;
        this.#density = found;
        for (const client of this.#clients) client.send(Frame.encode({ density: found }));
      },
      () => {}, // the seek bar stays plain: what kept the file from being read is told by the replay itself
    );
    void scan
      .then(() => runs.of(files, stop.signal))
      .then(
        ({ marks }) => {
          if (lifetime.closed) return;
          const [fromS, toS] = [Number(startNs / 1000n) / 1e6, Number(endNs / 1000n) / 1e6];
          this.#marks = { marks: marks.filter(({ time_s = 0 }) => time_s >= fromS && time_s <= toS) };
          for (const client of this.#clients) client.send(Frame.encode({ marks: this.#marks }));
        },
        () => {},
      );
  }

  #greet(client: Client, notices = this.#notices): void {
    const { replay, server, title, bus, world, canOpen } = this.#context;
    bus.readPending();
    this.#publishNotices(world.takeNotices());
    const role = client.peer.role === "operator" ? 1 : 0;
    const can_control = replay !== undefined && client.peer.may("lead");
    const can_open = canOpen && client.peer.may("operate");
    client.send(
      Frame.encode({ hello: { server, title, can_control, role, can_open }, notices }),
      this.#whole(),
      ...this.#newTiles(client),
    );
    client.needsAll = false;
  }

  #command(client: Client, command: Command): void {
    const { replay } = this.#context;
    if (command.inspect !== undefined) {
      client.inspected = command.inspect;
      client.inspectedAt = undefined;
    } else if (command.visible !== undefined) {
      if (command.visible && !client.visible) client.needsAll = true;
      client.visible = command.visible;
    } else if (command.clouds !== undefined) client.clouds = command.clouds;
    else if (command.request !== undefined) void this.#ask(client, command.request);
    else if (replay === undefined) this.#tell(client, "this is the live bus: there is nothing to play");
    // Not in the audit log: scrubbing is a hundred commands, and none of them moves a car.
    else if (client.peer.may("lead")) {
      if (!replay.closed) obey(replay, command); // closed: another recording takes its place this very moment
    } else this.#tell(client, "BRIDGE_NOT_ALLOWED: here only an operator leads the playback");
  }

  /** Does what a page asks for and answers; whatever comes of it stands in the audit log. */
  async #ask(client: Client, request: delos.bridge.Request): Promise<void> {
    const { operation } = this.#context;
    const id = request.id ?? 0;
    try {
      const asked = Operation.describe(request);
      if (asked === undefined || id === 0) throw new DelosError("BRIDGE_NO_SUCH", "the request asks for nothing");
      await client.peer.perform("operate", asked.action, asked.details, () => {
        if (operation === undefined) throw new DelosError("BRIDGE_NO_SUCH", "there is nothing to operate here");
        return operation.perform(request);
      });
      client.send(Frame.encode({ answers: [{ id }] }));
    } catch (error) {
      const code = error instanceof DelosError ? error.code : "BRIDGE_COMMAND_FAILED";
      const text = error instanceof DelosError ? error.message : describeError(error);
      client.send(Frame.encode({ answers: [{ id, code, text }] }));
    }
  }

  #tell(client: Client, text: string): void {
    client.note({ level: 1, source: "bridge", text, time_s: 0 });
  }

  /** One turn: what is new is encoded once and sent to everyone who keeps up. */
  #pump(): void {
    const everySecond = this.#frame % SECOND_FRAMES === 0;
    const withRaw = this.#frame % RAW_FRAMES === 0;
    this.#frame++;
    if (this.#clients.size === 0) {
      this.#context.world.takeSeries(); // samples that nobody plots
      return;
    }
    this.#context.bus.readPending();
    this.#publishNotices(this.#context.world.takeNotices());
    const news = this.#news(everySecond);
    const encoded = Object.keys(news).length === 0 ? undefined : Frame.encode(news);
    const cloud = this.#newCloud();
    let whole: Uint8Array | undefined;
    for (const client of this.#clients) {
      if (!client.visible) {
        if (everySecond && client.canTake()) client.send(Frame.encode({ playback: playbackOf(this.#context.replay) }));
        continue;
      }
      const own = this.#ownParts(client, everySecond, withRaw);
      if (cloud !== undefined && client.clouds) own.push(cloud);
      if ((encoded === undefined && own.length === 0 && !client.needsAll) || !client.canTake()) continue;
      if (client.needsAll) {
        whole ??= this.#whole();
        own.unshift(whole);
        client.needsAll = false;
      } else if (encoded !== undefined) own.unshift(encoded);
      const notices = client.takeNotices();
      if (notices !== undefined) own.push(notices);
      client.send(...own);
    }
  }

  /** What is the same for all pages and new since the last turn. */
  #news(everySecond: boolean): Frame {
    const frame: Draft<Frame> = {};
    if (this.#context.world.revision !== this.#sentWorld) {
      this.#sentWorld = this.#context.world.revision;
      const world = this.#context.world.world();
      if (world !== undefined) frame.world = world;
    }
    const series = this.#context.world.takeSeries();
    if (series.length > 0) frame.series = series;
    const playback = playbackOf(this.#context.replay);
    const state = [
      playback.state,
      playback.rate,
      playback.loop,
      playback.pass,
      playback.position_s,
      playback.loop_range?.to_s,
    ].join();
    if (everySecond || state !== this.#sentPlayback) frame.playback = playback;
    this.#sentPlayback = state;
    if (everySecond || this.#context.bus.revision !== this.#sentTopics) frame.topics = this.#topics();
    this.#sentTopics = this.#context.bus.revision;
    const { operation, resources, lags } = this.#context;
    if (operation !== undefined && operation.revision !== this.#sentOperation) frame.operation = operation.state;
    else if (operation !== undefined && everySecond) frame.operation = operation.state; // lags, a chassis that fell silent
    this.#sentOperation = operation?.revision ?? -1;
    if (everySecond) frame.resources = this.#resources = { resources: [...resources.sample(lags.all)] };
    return frame;
  }

  /** Everything a page must know that knows nothing. */
  #whole(): Uint8Array {
    const world = this.#context.world.world(true);
    return Frame.encode({
      ...(world === undefined ? {} : { world }),
      ...(this.#density === undefined ? {} : { density: this.#density }),
      ...(this.#marks === undefined ? {} : { marks: this.#marks }),
      playback: playbackOf(this.#context.replay),
      topics: this.#topics(),
      ...(this.#context.operation === undefined ? {} : { operation: this.#context.operation.state }),
      resources: this.#resources,
    });
  }

  #ownParts(client: Client, everySecond: boolean, withRaw: boolean): Uint8Array[] {
    const parts: Uint8Array[] = [];
    if (everySecond) {
      const counters = {
        frames_sent: BigInt(client.framesSent),
        frames_dropped: BigInt(client.framesDropped),
        bus_received: BigInt(this.#context.bus.received),
        bus_lost: BigInt(this.#context.bus.lost),
      };
      parts.push(Frame.encode({ counters }));
      parts.push(...this.#newTiles(client));
    }
    const inspected = withRaw ? this.#context.bus.topics.get(client.inspected) : undefined;
    if (inspected !== undefined && inspected.newest !== client.inspectedAt) {
      client.inspectedAt = inspected.newest;
      const raw = rawView(inspected, this.#codecs);
      if (raw !== undefined) parts.push(Frame.encode({ raw }));
    }
    return parts;
  }

  /** Encoded once for all; not at all while nobody wants it. */
  #newCloud(): Uint8Array | undefined {
    const cloud = this.#context.world.takeCloud();
    if (cloud === undefined || ![...this.#clients].some(({ clouds, visible }) => clouds && visible)) return undefined;
    return Frame.encode({ cloud });
  }

  /** What of the map is near the car and not on this page yet; without a car, where the map begins. */
  #newTiles(client: Client): Uint8Array[] {
    const { map, world } = this.#context;
    const first = map?.tiles[0];
    if (map === undefined || first === undefined || client.tiles.size === map.tiles.length) return [];
    const { x = first.minX, y = first.minY } = world.pose ?? {};
    const news = map.near(x, y, MAP_REACH_M).filter(({ id }) => !client.tiles.has(id));
    return news.slice(0, TILES_AT_ONCE).map(({ id, frame }) => {
      client.tiles.add(id);
      return frame;
    });
  }

  #topics(): delos.bridge.TopicList {
    const recorded = this.#recordedCounts();
    const nowS = this.#context.world.timeS ?? 0;
    const topics = [...this.#context.bus.topics.values()].map((topic) => {
      const { hz, bytesPerS } = topic.rate.read(nowS);
      return {
        name: topic.name,
        type: topic.schema.name,
        encoding: topic.schema.messageEncoding,
        rate_hz: hz,
        received: BigInt(topic.received),
        lost: BigInt(lostBy(topic.subscription.stats)),
        bytes_per_s: bytesPerS,
        recorded: BigInt(recorded.get(topic.name) ?? 0),
      };
    });
    return { topics: topics.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  #recordedCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { topic, messageCount } of this.#context.replay?.recording.channels ?? [])
      counts.set(topic, (counts.get(topic) ?? 0) + (messageCount ?? 0));
    return counts;
  }

  /** To every page with its next frame, and to those that come later. */
  #publishNotices(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    this.#notices = [...this.#notices, ...notices].slice(-KEPT_NOTICES);
    for (const client of this.#clients) for (const notice of notices) client.note(notice);
  }
}
