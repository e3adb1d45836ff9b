import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SystemClock } from "@delos/core";
import { delos } from "@delos/msgs";
import { WebSocket } from "ws";
import type { ServerCount } from "./page/server.ts";
import type { BenchRow } from "./suite.ts";

const SERVER = fileURLToPath(new URL("./page/server.ts", import.meta.url));
const WARM_UP_S = 8;
const VIEWERS = [1, 10, 100];
const ASLEEP = 20;

/**
 * What pages cost the server that plays the built-in drive for them: processor time in per cent of one core, less what the server
 * takes with nobody looking; states of the world encoded a second next to those received by each page. Then one page
 * beside twenty that never read: whether it gets its frames, and what the server keeps for the others. Pages are connections
 * that read and draw nothing, in this process; the server has one of its own.
 */
export async function benchPage({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const seconds = quick ? 2 : 10;
  const server = fork(SERVER, {
    execArgv: ["--import", "tsx", "--conditions=@delos/source"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const [{ url }] = (await once(server, "message")) as [{ url: string }];
    await wait(quick ? 2000 : WARM_UP_S * 1000); // until its recording is read through and the code is warm
    const alone = await during(server, seconds);
    const rows: BenchRow[] = [{ bench: "page", name: "nobody looks", viewers: 0, cpu_percent: percent(alone) }];
    for (const viewers of VIEWERS) {
      const pages = await open(url, viewers);
      rows.push({ bench: "page", name: "pages that read", viewers, ...(await cost(server, pages, seconds, alone)) });
      for (const { socket } of pages) socket.terminate();
    }
    const [awake] = await open(url, 1);
    const before = await during(server, seconds);
    const asleep = await open(url, ASLEEP);
    for (const { socket } of asleep) socket.pause();
    const least = before.now.residentMb;
    const beside = await cost(server, [awake!], seconds * 3, alone);
    rows.push({
      bench: "page",
      name: "one that reads beside those that never do",
      viewers: 1,
      asleep: ASLEEP,
      ...beside,
      server_growth_mb: rounded(Number(beside["server_mb"]) - least),
    });
    for (const { socket } of [awake!, ...asleep]) socket.terminate();
    return rows;
  } finally {
    server.kill();
  }
}

interface Viewer {
  readonly socket: WebSocket;
  frames: number;
  bytes: number;
  /** Messages that the server lost on the bus, as it last said. */
  lost: number;
}

async function open(url: string, viewers: number): Promise<Viewer[]> {
  const all = Array.from({ length: viewers }, (): Viewer => {
    const viewer = { socket: new WebSocket(`${url.replace("http", "ws")}ws`), frames: 0, bytes: 0, lost: 0 };
    viewer.socket.on("message", (data: Buffer) => {
      viewer.frames++;
      viewer.bytes += data.length;
    });
    return viewer;
  });
  await Promise.all(all.map(({ socket }) => once(socket, "open")));
  const [first] = all;
  first!.socket.on("message", (data: Buffer) => {
    const { counters } = delos.bridge.Frame.decode(data);
    if (counters !== undefined) first!.lost = Number(counters.bus_lost ?? 0n);
  });
  await wait(1500); // greeted, with the map and all
  return all;
}

interface Used {
  readonly seconds: number;
  readonly cpuS: number;
  readonly encodings: number;
  readonly worlds: number;
  readonly now: ServerCount;
}

async function count(server: ChildProcess): Promise<ServerCount> {
  const answer = once(server, "message");
  server.send("count");
  return ((await answer) as [ServerCount])[0];
}

async function during(server: ChildProcess, seconds: number): Promise<Used> {
  const clock = new SystemClock();
  const [begin, before] = [clock.monotonicMs(), await count(server)];
  await wait(seconds * 1000);
  const now = await count(server);
  return {
    seconds: (clock.monotonicMs() - begin) / 1000,
    cpuS: now.cpuS - before.cpuS,
    encodings: now.encodings - before.encodings,
    worlds: now.worlds - before.worlds,
    now,
  };
}

async function cost(server: ChildProcess, pages: readonly Viewer[], seconds: number, alone: Used): Promise<BenchRow> {
  for (const page of pages) [page.frames, page.bytes] = [0, 0];
  const used = await during(server, seconds);
  const each = (value: (page: Viewer) => number): number =>
    pages.reduce((sum, page) => sum + value(page), 0) / pages.length / used.seconds;
  const more = percent(used) - percent(alone);
  return {
    cpu_percent: percent(used),
    cpu_percent_for_viewers: rounded(more),
    cpu_percent_each: rounded(more / pages.length, 2),
    worlds_encoded_per_s: rounded(used.worlds / used.seconds),
    encodings_per_s: rounded(used.encodings / used.seconds),
    frames_per_s_each: rounded(each(({ frames }) => frames)),
    kb_per_s_each: rounded(each(({ bytes }) => bytes) / 1000),
    bus_lost: pages[0]!.lost,
    server_mb: rounded(used.now.residentMb),
  };
}

function percent({ cpuS, seconds }: Used): number {
  return rounded((100 * cpuS) / seconds);
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
