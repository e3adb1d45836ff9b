import { Lifetime, SystemClock } from "@delos/core";
import type { Replay, ReplayDeck, ReplayDeckEvents } from "@delos/replay";
import type { Runtime } from "@delos/runtime";
import type { BridgeContext } from "./bridge-context.ts";
import { BusWatcher } from "./bus/bus-watcher.ts";
import { builtPage, PageFiles } from "./http/page-files.ts";
import { type MediaOptions, MediaProtocol } from "./media/media-protocol.ts";
import { Runs } from "./media/runs.ts";
import { Lags } from "./operation/lags.ts";
import { Operation, type OperationOptions } from "./operation/operation.ts";
import { Resources } from "./operation/resources.ts";
import { PageProtocol } from "./page/page-protocol.ts";
import { AuditLog, auditTopic } from "./security/audit.ts";
import { type SecurityOptions, security, type ToldToken } from "./security/security.ts";
import type { SocketProtocol } from "./socket-protocol.ts";
import type { UtmZone } from "./viewers/foxglove/world-topics.ts";
import { viewerProtocols } from "./viewers/index.ts";
import { type AnyServer, listen, portOf, WebServer } from "./web-server.ts";
import { type RoadMap, readRoadMap } from "./world/road-map/road-map.ts";
import { WorldModel } from "./world/world-model.ts";

export const DEFAULT_PORT = 8888;

export interface BridgeOptions {
  readonly runtime: Runtime;
  /** What the page's playback commands lead. Absent: the live bus. */
  readonly replay?: Replay | undefined;
  /** Instead of `replay`: what plays can be exchanged from the page. */
  readonly deck?: ReplayDeck | undefined;
  /** Which recordings pages may open and send, where there is a deck. */
  readonly media?: MediaOptions;
  /** Default 8888; 0: a free one. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1: nobody but this machine. Any other needs a token. */
  readonly host?: string;
  /** Who may do what, and how it is proved. */
  readonly security?: SecurityOptions;
  /** Shown by the page. Default: the recording's file names, or "live". */
  readonly title?: string;
  /** File of an HD map to show: Apollo's, as text or binary protobuf. */
  readonly map?: string | undefined;
  /** Of the map's coordinates, for viewers that show the globe. Default: zone 10 north, Apollo's own. */
  readonly utmZone?: UtmZone | undefined;
  /** Folder of the built page. Default: that of `@delos/hmi`. */
  readonly page?: string | undefined;
  /** Name and version, as the page shows them. */
  readonly server?: string;
  /** What operators lead from the page: modules, the car. Absent: there is nothing to lead. */
  readonly operation?: OperationOptions | undefined;
  /** Folder on the disk that is watched for its space: where recordings and logs go. */
  readonly dataFolder?: string;
  /** More protocols on the same port. */
  readonly protocols?: readonly ((context: BridgeContext) => SocketProtocol)[];
}

/**
 * Serves the page and its WebSocket on one port, with the other protocols beside it.
 * @throws {DelosError} `BRIDGE_PORT_IN_USE`, `BRIDGE_LISTEN`, `BRIDGE_TLS`, `BRIDGE_TOKEN_WEAK`, `BRIDGE_AUDIT`, `BRIDGE_MAP`
 */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { port = DEFAULT_PORT, host = "127.0.0.1" } = options;
  const map = options.map === undefined ? undefined : await readRoadMap(options.map);
  const server = await listen(host, port, options.security?.tls);
  try {
    return new Bridge(server, host, options, map);
  } catch (error) {
    server.close();
    throw error;
  }
}

export class Bridge implements AsyncDisposable {
  readonly port: number;
  /** Where the page is. */
  readonly url: string;
  /** What to log in with, to be told once to whoever started this. Empty: nobody needs a token. */
  readonly tokens: readonly ToldToken[];
  readonly #page: PageProtocol;
  readonly #lifetime = new Lifetime();

  /** Use `openBridge`. */
  constructor(server: AnyServer, host: string, options: BridgeOptions, map?: RoadMap) {
    const { runtime, deck, security: secured = {} } = options;
    const playing = (): Replay | undefined => deck?.replay ?? options.replay;
    this.port = portOf(server);
    this.url = `${secured.tls === undefined ? "http" : "https"}://${shownHost(host)}:${this.port}/`;
    const clock = new SystemClock();
    const node = this.#lifetime.own(runtime.node("/bridge"));
    const audits = node.publisher(auditTopic);
    const audit = this.#lifetime.own(new AuditLog(clock, (entry) => audits.publish(entry), secured.auditFile));
    const who = security(secured, { host, port: this.port, clock, audit });
    this.tokens = who.told;

    const world = new WorldModel();
    const bus = this.#lifetime.own(new BusWatcher(runtime, node, world, playing()?.recording));
    const lags = new Lags(node, () => clock.monotonicMs());
    const resources = this.#lifetime.own(new Resources(clock, options.dataFolder));
    const note = this.note.bind(this);
    const operation =
      options.operation === undefined
        ? undefined
        : this.#lifetime.own(
            new Operation({ runtime, node, clock, lags }, options.operation, (level, text) => note(level, "hmi", text)),
          );
    if (deck !== undefined) this.#lifetime.own(deck.events.on("exchanged", (change) => exchanged(change, world, bus)));
    const runs = this.#lifetime.own(new Runs());
    let title = options.title;
    const context: BridgeContext = {
      runtime,
      node,
      get replay() {
        return playing();
      },
      onExchange: (listener) =>
        deck?.events.on("exchanged", ({ replay }) => listener(replay)) ?? { [Symbol.dispose]: () => {} },
      canOpen: deck !== undefined,
      runs,
      bus,
      world,
      map,
      operation,
      resources,
      lags,
      clock,
      server: options.server ?? "delos",
      get title() {
        return title ?? titleOf(playing()?.recording.files);
      },
      note,
    };
    this.#lifetime.own(context.onExchange(() => (title = undefined)));
    this.#page = this.#lifetime.own(new PageProtocol(context));
    const media = new MediaProtocol(context, deck, options.media);
    const others = [
      media,
      ...viewerProtocols(context, options.utmZone),
      ...(options.protocols ?? []).map((open) => open(context)),
    ];
    for (const other of others) this.#lifetime.defer(async () => other[Symbol.asyncDispose]?.());
    const files = new PageFiles(options.page ?? builtPage());
    this.#lifetime.own(new WebServer(server, { files, security: who, protocols: [this.#page, ...others], clock }));
  }

  /** Pages connected now. */
  get clients(): number {
    return this.#page.clients;
  }

  /** A line for the console of every page. */
  note(level: "info" | "warn" | "error" | "fatal", source: string, text: string): void {
    this.#page.note(level, source, text);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }
}

/** World and watcher forget the recording before. */
function exchanged({ replay, before }: ReplayDeckEvents["exchanged"], world: WorldModel, bus: BusWatcher): void {
  const { recording } = replay;
  world.forget(Number(recording.startNs / 1000n) / 1e6);
  bus.exchanged(new Set(before.channels.map(({ topic }) => topic)), recording);
}

function titleOf(files: readonly string[] | undefined): string {
  if (files === undefined) return "live";
  return files.map((file) => file.slice(file.lastIndexOf("/") + 1)).join(", ");
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
