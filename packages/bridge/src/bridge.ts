import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { messageCodecs } from "@delos/bag";
import { DelosError, Lifetime } from "@delos/core";
import type { delos } from "@delos/msgs";
import { type Replay, recordingDensity } from "@delos/replay";
import type { Runtime } from "@delos/runtime";
import { WebSocketServer } from "ws";
import { BusWatcher, lostBy } from "./bus/bus-watcher.ts";
import { rawView } from "./bus/raw-view.ts";
import { Client } from "./client.ts";
import { type Access, access } from "./http/access.ts";
import { builtPage, PageFiles } from "./http/page-files.ts";
import { respond } from "./http/respond.ts";
import { obey, playbackOf } from "./playback.ts";
import { type Command, type Density, type Draft, Frame, type Notice } from "./protocol.ts";
import { WorldModel } from "./world/world-model.ts";

export const DEFAULT_PORT = 8888;

/** Frames to visible pages: a little under 60 a second. */
const FRAME_MS = 17;
const SECOND_FRAMES = 59;
const RAW_FRAMES = 6;
const MAX_COMMAND_BYTES = 64 * 1024;
const MAX_CLIENTS = 32;
const KEPT_NOTICES = 50;
const DENSITY_BUCKETS = 240;
const CLOSE_GRACE_MS = 500;

export interface BridgeOptions {
  readonly runtime: Runtime;
  /** What the page's playback commands lead. Absent: the live bus. */
  readonly replay?: Replay | undefined;
  /** Default 8888; 0: a free one. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1: nobody but this machine. */
  readonly host?: string;
  /** Shown by the page. Default: the recording's file names, or "live". */
  readonly title?: string;
  /** Folder of the built page. Default: that of `@delos/hmi`. */
  readonly page?: string | undefined;
  /** Name and version, as the page shows them. */
  readonly server?: string;
}

/**
 * Serves the page and its WebSocket on one port.
 * @throws {DelosError} `BRIDGE_PORT_IN_USE`, `BRIDGE_LISTEN`
 */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { port = DEFAULT_PORT, host = "127.0.0.1" } = options;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  return new Bridge(server, host, options);
}

export class Bridge implements AsyncDisposable {
  readonly port: number;
  /** Where the page is. */
  readonly url: string;
  readonly #options: BridgeOptions;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #access: Access;
  readonly #files: PageFiles;
  readonly #clients: Set<Client> = new Set();
  readonly #lifetime = new Lifetime();
  readonly #world = new WorldModel();
  readonly #bus: BusWatcher;
  readonly #codecs = messageCodecs();
  #notices: Notice[] = [];
  #density: Density | undefined;
  #frame = 0;
  #sentWorld = -1;
  #sentTopics = -1;
  #sentPlayback = "";

  /** Use `openBridge`. */
  constructor(server: Server, host: string, options: BridgeOptions) {
    this.#options = options;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://${shownHost(host)}:${this.port}/`;
    this.#access = access(host, this.port);
    this.#files = new PageFiles(options.page ?? builtPage());
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_COMMAND_BYTES,
      perMessageDeflate: false,
      clientTracking: false,
    });
    server.on("request", (request, response) => respond(request, response, this.#files, this.#access));
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#lifetime.defer(() => this.#closeServer());

    const node = this.#lifetime.own(options.runtime.node("/bridge"));
    const { replay } = options;
    const recorded = replay?.recording;
    this.#bus = this.#lifetime.own(new BusWatcher(options.runtime, node, this.#world, recorded));
    if (replay !== undefined) this.#follow(replay);
    const pump = setInterval(() => this.#pump(), FRAME_MS);
    this.#lifetime.defer(() => clearInterval(pump));
  }

  /** Pages connected now. */
  get clients(): number {
    return this.#clients.size;
  }

  /** A line for the console of every page. */
  note(level: "info" | "warn" | "error" | "fatal", source: string, text: string): void {
    const time_s = this.#world.timeS ?? 0;
    this.#publishNotices([{ level: ["info", "warn", "error", "fatal"].indexOf(level), source, text, time_s }]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }

  #follow(replay: Replay): void {
    const jumped = replay.events.on("jump", ({ timeNs }) => {
      this.#world.reset(Number(timeNs / 1000n) / 1e6);
      this.#bus.reset();
    });
    const failed = replay.events.on("failed", (error) => this.note("error", "replay", error.message));
    this.#lifetime.defer(() => jumped[Symbol.dispose]());
    this.#lifetime.defer(() => failed[Symbol.dispose]());
    const damaged = replay.events.on("problem", ({ code, message }) =>
      this.note("warn", "recording", `${code}: ${message}`),
    );
    this.#lifetime.defer(() => damaged[Symbol.dispose]());
    for (const { code, message } of replay.recording.problems.slice(0, KEPT_NOTICES))
      this.note("warn", "recording", `${code}: ${message}`);
    const { startNs, endNs, topics, files } = replay.recording;
    const stop = new AbortController();
    this.#lifetime.defer(() => stop.abort());
    recordingDensity(files, { startNs, endNs, topics, buckets: DENSITY_BUCKETS, signal: stop.signal }).then(
      (density) => {
        this.#density = density;
        for (const client of this.#clients) client.send(Frame.encode({ density }));
      },
      () => {}, // the seek bar stays plain: what kept the file from being read is told by the replay itself
    );
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin } = request.headers;
    if (!this.#access.isOwnHost(host) || !this.#access.isOwnOrigin(origin)) return refuse(socket, "403 Forbidden");
    if (this.#clients.size >= MAX_CLIENTS) return refuse(socket, "503 Service Unavailable");
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = new Client(webSocket, {
        onCommand: (from, command) => this.#command(from, command),
        onClosed: (gone) => this.#clients.delete(gone),
      });
      this.#greet(client);
      this.#clients.add(client);
    });
  }

  #greet(client: Client): void {
    const { replay, server = "delos" } = this.#options;
    const title = this.#options.title ?? (replay === undefined ? "live" : titleOf(replay.recording.files));
    this.#bus.readPending();
    this.#publishNotices(this.#world.takeNotices());
    const hello = { server, title, can_control: replay !== undefined };
    client.send(Frame.encode({ hello, notices: this.#notices }), this.#whole());
    client.needsAll = false;
  }

  #command(client: Client, command: Command): void {
    const { replay } = this.#options;
    if (command.inspect !== undefined) {
      client.inspected = command.inspect;
      client.inspectedAt = undefined;
    } else if (command.visible !== undefined) {
      if (command.visible && !client.visible) client.needsAll = true;
      client.visible = command.visible;
    } else if (replay === undefined) {
      client.note({ level: 1, source: "bridge", text: "this is the live bus: there is nothing to play", time_s: 0 });
    } else obey(replay, command);
  }

  /** One turn: what is new is encoded once and sent to everyone who keeps up. */
  #pump(): void {
    const everySecond = this.#frame % SECOND_FRAMES === 0;
    const withRaw = this.#frame % RAW_FRAMES === 0;
    this.#frame++;
    if (this.#clients.size === 0) {
      this.#world.takeSeries(); // samples that nobody plots
      return;
    }
    this.#bus.readPending();
    this.#publishNotices(this.#world.takeNotices());
    const news = this.#news(everySecond);
    if (everySecond) for (const client of this.#clients) client.refill();
    const encoded = Object.keys(news).length === 0 ? undefined : Frame.encode(news);
    let whole: Uint8Array | undefined;
    for (const client of this.#clients) {
      if (!client.visible) {
        if (everySecond && client.canTake()) client.send(Frame.encode({ playback: playbackOf(this.#options.replay) }));
        continue;
      }
      const own = this.#ownParts(client, everySecond, withRaw);
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
    if (this.#world.revision !== this.#sentWorld) {
      this.#sentWorld = this.#world.revision;
      const world = this.#world.world();
      if (world !== undefined) frame.world = world;
    }
    const series = this.#world.takeSeries();
    if (series.length > 0) frame.series = series;
    const playback = playbackOf(this.#options.replay);
    const state = [playback.state, playback.rate, playback.loop, playback.pass, playback.position_s].join();
    if (everySecond || state !== this.#sentPlayback) frame.playback = playback;
    this.#sentPlayback = state;
    if (everySecond || this.#bus.revision !== this.#sentTopics) frame.topics = this.#topics();
    this.#sentTopics = this.#bus.revision;
    return frame;
  }

  /** Everything a page must know that knows nothing. */
  #whole(): Uint8Array {
    const world = this.#world.world(true);
    return Frame.encode({
      ...(world === undefined ? {} : { world }),
      ...(this.#density === undefined ? {} : { density: this.#density }),
      playback: playbackOf(this.#options.replay),
      topics: this.#topics(),
    });
  }

  #ownParts(client: Client, everySecond: boolean, withRaw: boolean): Uint8Array[] {
    const parts: Uint8Array[] = [];
    if (everySecond) {
      const counters = {
        frames_sent: BigInt(client.framesSent),
        frames_dropped: BigInt(client.framesDropped),
        bus_received: BigInt(this.#bus.received),
        bus_lost: BigInt(this.#bus.lost),
      };
      parts.push(Frame.encode({ counters }));
    }
    const inspected = withRaw ? this.#bus.topics.get(client.inspected) : undefined;
    if (inspected !== undefined && inspected.newest !== client.inspectedAt) {
      client.inspectedAt = inspected.newest;
      const raw = rawView(inspected, this.#codecs);
      if (raw !== undefined) parts.push(Frame.encode({ raw }));
    }
    return parts;
  }

  #topics(): delos.bridge.TopicList {
    const recorded = this.#recordedCounts();
    const nowS = this.#world.timeS ?? 0;
    const topics = [...this.#bus.topics.values()].map((topic) => {
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
    for (const { topic, messageCount } of this.#options.replay?.recording.channels ?? [])
      counts.set(topic, (counts.get(topic) ?? 0) + (messageCount ?? 0));
    return counts;
  }

  /** To every page with its next frame, and to those that come later. */
  #publishNotices(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    this.#notices = [...this.#notices, ...notices].slice(-KEPT_NOTICES);
    for (const client of this.#clients) for (const notice of notices) client.note(notice);
  }

  async #closeServer(): Promise<void> {
    for (const client of this.#clients) client.close(1001, "the server ends");
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    const cut = setTimeout(() => {
      for (const client of this.#clients) client.terminate();
      this.#server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.on("error", () => {}); // it may be gone already
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function titleOf(files: readonly string[]): string {
  return files.map((file) => file.slice(file.lastIndexOf("/") + 1)).join(", ");
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): DelosError {
  const details = { host, port };
  if (error.code === "EADDRINUSE")
    return new DelosError(
      "BRIDGE_PORT_IN_USE",
      `port ${port} of ${host} is in use by another program; choose another one with --port, or --port 0 for any free one`,
      { details, cause: error },
    );
  return new DelosError("BRIDGE_LISTEN", `cannot listen on ${host}:${port}: ${error.message}`, {
    details,
    cause: error,
  });
}
