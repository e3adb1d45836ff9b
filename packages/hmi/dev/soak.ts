import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CDPSession, Page } from "playwright-core";
import { launch } from "./browser.ts";

/**
 * Whether the page may stay open: `npm run soak -w @delos/hmi -- [--minutes 60] [--rate 1] [recording…]`. The demo drive plays in a
 * loop on a server of its own; once a minute each view is opened and closed, rubbish is collected, and a line of JSON says what is
 * kept then: the page's heap, its elements and listeners, the browser's and the server's processes. The last line has the
 * growth an hour, by a straight line through the second half. Reads /proc: Linux only.
 */
const { values, positionals } = parseArgs({
  options: { minutes: { type: "string", default: "60" }, rate: { type: "string", default: "1" } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const root = fileURLToPath(new URL("../../../", import.meta.url));

const bin = ["--import", "tsx", "--conditions=@delos/source", "packages/delos/src/bin.ts"];
const started = ["start", "--port", "0", "--loop", "--rate", values.rate, ...positionals];
const server = spawn(process.execPath, [...bin, ...started], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
const url = await new Promise<string>((resolve, reject) => {
  let printed = "";
  server.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    const found = /HMI: (http:\S+)/.exec(printed);
    if (found !== null) resolve(found[1]!);
  });
  server.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
});

interface Kept {
  readonly minute: number;
  /** JavaScript values that are reached from somewhere. */
  readonly heapMb: number;
  readonly elements: number;
  readonly listeners: number;
  /** Resident memory of the page's process, of the one that draws, and of the server. */
  readonly pageMb: number;
  readonly graphicsMb: number;
  readonly serverMb: number;
  /** What the player shows: that it still plays. */
  readonly position: string;
}

const browser = await launch();
const rows: Kept[] = [];
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  const ofPage = await page.context().newCDPSession(page);
  const ofBrowser = await browser.newBrowserCDPSession();
  await ofPage.send("Performance.enable");
  await page.goto(url);
  await page.getByTestId("speed").filter({ hasText: "km/h" }).waitFor();
  for (let minute = 0; minute <= minutes; minute++) {
    if (minute > 0) await page.waitForTimeout(60_000);
    await visitViews(page);
    const row = { minute, ...(await kept(page, ofPage, ofBrowser)) };
    rows.push(row);
    process.stdout.write(`${JSON.stringify(row)}\n`);
    if (errors.length > 0) throw new Error(errors.join("\n"));
  }
  const late = rows.slice(Math.floor(rows.length / 2));
  const anHour = (value: (row: Kept) => number): number =>
    rounded(60 * slope(late.map((row) => [row.minute, value(row)])));
  const growthAnHour = {
    heapMb: anHour(({ heapMb }) => heapMb),
    elements: anHour(({ elements }) => elements),
    listeners: anHour(({ listeners }) => listeners),
    pageMb: anHour(({ pageMb }) => pageMb),
    graphicsMb: anHour(({ graphicsMb }) => graphicsMb),
    serverMb: anHour(({ serverMb }) => serverMb),
  };
  const recordedMinutes = rounded(minutes * Number(values.rate));
  process.stdout.write(`${JSON.stringify({ minutes, recordedMinutes, rate: Number(values.rate), growthAnHour })}\n`);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}

/** Each view that is loaded when it is first wanted, opened and closed again. */
async function visitViews(page: Page): Promise<void> {
  for (const [opens, shows, closes] of [
    ["pnc-open", "pnc", "pnc-close"],
    ["bus", "bus-view", "bus-close"],
  ] as const) {
    await page.getByTestId(opens).click();
    await page.getByTestId(shows).waitFor();
    await page.waitForTimeout(2000);
    await page.getByTestId(closes).click();
    await page.getByTestId(shows).waitFor({ state: "detached" });
  }
}

async function kept(page: Page, ofPage: CDPSession, ofBrowser: CDPSession): Promise<Omit<Kept, "minute">> {
  for (let i = 0; i < 3; i++) await ofPage.send("HeapProfiler.collectGarbage");
  const { metrics } = await ofPage.send("Performance.getMetrics");
  const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
  const { processInfo } = await ofBrowser.send("SystemInfo.getProcessInfo");
  const residentMb = (type: string): number =>
    rounded(processInfo.filter((each) => each.type === type).reduce((sum, { id }) => sum + rssMb(id), 0));
  return {
    heapMb: rounded(metric("JSHeapUsedSize") / 1e6),
    elements: metric("Nodes"),
    listeners: metric("JSEventListeners"),
    pageMb: residentMb("renderer"),
    graphicsMb: residentMb("GPU"),
    serverMb: rounded(rssMb(server.pid!)),
    position: (await page.getByTestId("position").textContent()) ?? "",
  };
}

function rssMb(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(found?.[1] ?? Number.NaN) * 1024) / 1e6;
}

/** Least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const across = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return across / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
