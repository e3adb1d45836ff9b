import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";

/**
 * Foxglove Studio 1.48 as it was published, on a page of this machine: the viewer that Lichtblick was forked from. The folder
 * is made by `node scripts/foxglove-studio.mjs FOLDER`; the page does what Studio's own web page does, no more: it mounts
 * `App` with one data source, one layout and settings.
 */
export const studioFolder: string | undefined = [process.env["FOXGLOVE_STUDIO"] ?? ""].find(
  (folder) => folder !== "" && existsSync(join(folder, "complete")),
);

/** The layout that users import: docs/guides/foxglove-layout.json. */
export interface Layout {
  readonly configById: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly layout: unknown;
}

export interface StudioServer extends AsyncDisposable {
  /** The origin of the page: the server that it connects to must let it in. */
  readonly origin: string;
}

/** What Studio's player told its panels last, and what it was asked for. */
export interface StudioState {
  readonly presence: string;
  readonly problems: readonly string[];
  readonly timeS: number;
  readonly seeks: number;
  readonly topics: Readonly<Record<string, string>>;
  /** Messages received, by topic. */
  readonly counts: Readonly<Record<string, number>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly publishers: Readonly<Record<string, readonly string[]>>;
  readonly services: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript",
  wasm: "application/wasm",
  png: "image/png",
  ttf: "font/ttf",
};

/** Serves the page that mounts Studio with a layout. */
export async function serveStudio(folder: string, layout: Layout): Promise<StudioServer> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, "http://studio").pathname);
    if (path === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(pageOf(layout));
      return;
    }
    readFile(join(folder, path)).then(
      (bytes) =>
        response.setHeader("content-type", TYPES[path.replace(/^.*\./, "")] ?? "application/octet-stream").end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Opens Studio and lets it connect to a server's address; nothing but this machine is asked for anything (no map tiles). */
export async function openStudio(page: Page, { origin }: StudioServer, url: string): Promise<void> {
  await page.route(
    ({ hostname }) => hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  await page.goto(`${origin}/?url=${encodeURIComponent(url.replace(/^http/, "ws"))}`);
}

/** Undefined before Studio knows anything. */
export async function studioState(page: Page): Promise<StudioState | undefined> {
  return (await page.evaluate(`(() => {
    const { state } = self.studio ?? {};
    if (state === undefined) return undefined;
    const { currentTime, lastSeekTime, topics, topicStats, parameters, publishedTopics, services } = state.activeData ?? {};
    return {
      presence: state.presence,
      problems: (state.problems ?? []).map(({ message, error }) => message + (error ? ": " + error : "")),
      timeS: currentTime === undefined ? NaN : currentTime.sec + currentTime.nsec / 1e9,
      seeks: lastSeekTime ?? 0,
      topics: Object.fromEntries((topics ?? []).map(({ name, schemaName }) => [name, schemaName])),
      counts: Object.fromEntries([...(topicStats ?? [])].map(([name, { numMessages }]) => [name, numMessages])),
      parameters: Object.fromEntries(parameters ?? []),
      publishers: Object.fromEntries([...(publishedTopics ?? [])].map(([name, ids]) => [name, [...ids]])),
      services: [...(services ?? new Map()).keys()],
    };
  })()`)) as StudioState | undefined;
}

/** What packages/studio-web of Studio does, with everything that is stored in memory. */
function pageOf(layout: Layout): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>Foxglove Studio</title>
<style>html, body, #root { height: 100%; margin: 0 } #root { position: relative; display: flex; flex-direction: column; overflow: hidden }</style>
<div id="root"></div>
<script src="/react.production.min.js"></script>
<script src="/react-dom.production.min.js"></script>
<script>self.react = React; self["react-dom"] = ReactDOM;</script>
<script src="/assets/index.js"></script>
<script type="module">
const url = new URL(location).searchParams.get("url");
const id = "delos";
const onboarding = { settingsTooltipShownForPanelTypes: ["3D"] }; // no hint over the Map panel
localStorage.setItem("studio.profile-data", JSON.stringify({ currentLayoutId: id, onboarding }));
const data = ${JSON.stringify(layout).replaceAll("<", "\\u003c")};
const layouts = new Map([[id, migrateLayout({ id, name: "Delos", permission: "CREATOR_WRITE", baseline: { data, savedAt: new Date().toISOString() } })]]);
const layoutStorage = {
  list: async () => [...layouts.values()],
  get: async (_, id) => layouts.get(id),
  put: async (_, layout) => (layouts.set(layout.id, layout), layout),
  delete: async (_, id) => void layouts.delete(id),
  importLayouts: async () => {},
};
const settings = new Map([["colorScheme", "dark"], ["timezone", "UTC"], ["ui.open-dialog-startup", false], ["messageRate", 15]]);
const appConfiguration = {
  get: (key) => settings.get(key),
  set: async (key, value) => void settings.set(key, value),
  addChangeListener() {},
  removeChangeListener() {},
};
// Looks on: the player is Studio's own, and what it tells its panels is kept for whoever asks.
self.studio = {};
class Observed extends FoxgloveWebSocketDataSourceFactory {
  initialize(args) {
    const player = super.initialize(args);
    const setListener = player.setListener.bind(player);
    player.setListener = (listener) => setListener((state) => ((studio.state = state), listener(state)));
    studio.player = player;
    return player;
  }
}
await initI18n();
const deepLinks = ["http://studio/?ds=foxglove-websocket&ds.url=" + encodeURIComponent(url)];
const app = { appConfiguration, layoutStorage, deepLinks, dataSources: [new Observed()], extensionLoaders: [], enableGlobalCss: true };
ReactDOM.render(React.createElement(App, app), document.getElementById("root"));
</script>
`;
}
