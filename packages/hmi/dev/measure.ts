import { readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launch } from "./browser.ts";
import { startMockServer } from "./mock-server.ts";

/**
 * What the page costs, as JSON: `npm run measure -w @delos/hmi [seconds] [url]`. A drive with six quantities at 100 Hz and
 * sixty frames a second, on this machine's browser without a graphics card; with a url, of a server that runs already.
 */
const seconds = Number(process.argv[2] ?? 10);
const assets = fileURLToPath(new URL("../dist/assets/", import.meta.url));
const scripts = readdirSync(assets).filter((name) => name.endsWith(".js.gz"));
const sizeOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + statSync(assets + name).size, 0);
const gzippedBytes = sizeOf(scripts);
/** What is loaded before anything is shown; the rest when it is first wanted. */
const firstBytes = sizeOf(scripts.filter((name) => name.startsWith("index-")));

await using server = await startMockServer();
const url = process.argv[3] ?? server.url;
const browser = await launch(["--js-flags=--expose-gc"]);
const results = [];
for (const [width, height] of [
  [1440, 900],
  [1024, 768],
  [390, 844],
] as const) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(url);
  // Not waitForFunction: it evaluates text inside the page, which the page's Content-Security-Policy refuses.
  while ((await page.evaluate("performance.getEntriesByName('delos.first-picture').length")) === 0) {
    await page.waitForTimeout(20);
  }
  const firsts = (await page.evaluate(`({
    firstPaintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    firstPictureMs: performance.getEntriesByName("delos.first-picture")[0].startTime,
  })`)) as Record<string, number>;
  await page.waitForTimeout(3000); // until the resolution has settled
  const heapBefore = await heapBytes(page);
  const frames = (await page.evaluate(`new Promise((resolve) => {
    const gaps = [];
    const begin = performance.now();
    let last = begin;
    requestAnimationFrame(function next(now) {
      gaps.push(now - last);
      last = now;
      if (now - begin < ${seconds * 1000}) return void requestAnimationFrame(next);
      gaps.sort((a, b) => a - b);
      resolve({ fps: (1000 * gaps.length) / (now - begin), p50Ms: gaps[gaps.length >> 1], p99Ms: gaps[Math.floor(gaps.length * 0.99)] });
    });
  })`)) as Record<string, number>;
  const heapGrowthBytes = (await heapBytes(page)) - heapBefore;
  const pixels = await page.evaluate("document.querySelector('[data-testid=scene]').width");
  results.push({ width, height, ...rounded(firsts), ...rounded(frames), heapGrowthBytes, sceneWidthPixels: pixels });
  await page.close();
}
await browser.close();
const machine = { cpu: cpus()[0]?.model, cores: cpus().length };
process.stdout.write(`${JSON.stringify({ gzippedBytes, firstBytes, machine, results }, undefined, 2)}\n`);

/** After two collections: what is really kept. */
async function heapBytes(page: Page): Promise<number> {
  return (await page.evaluate("(gc(), gc(), performance.memory.usedJSHeapSize)")) as number;
}

function rounded(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.round(value * 10) / 10]));
}
