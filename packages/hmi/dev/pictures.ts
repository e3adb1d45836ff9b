import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launch } from "./browser.ts";
import { startMockServer } from "./mock-server.ts";

/**
 * Takes the pictures of the docs anew: `npm run pictures -w @delos/hmi`. The made-up drive over a road for the world, the monitor and
 * the phone; the real server with the built-in recording for the bus. `-- page-bus page-pnc`: only these.
 */
const root = fileURLToPath(new URL("../../../", import.meta.url));
const images = `${root}docs/images/`;
if (!existsSync(images)) throw new Error(`there is no ${images}`);

const wanted = process.argv.slice(2);
const browser = await launch();
interface Taken {
  readonly url: string;
  readonly size: readonly [number, number];
  readonly theme: "dark" | "light";
  readonly locale?: string;
  readonly before?: (page: Page) => Promise<void>;
  /** Only so much of it, from the top. */
  readonly shown?: number;
}

async function take(name: string, { url, size, theme, locale = "en-GB", before, shown }: Taken): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const [width, height] = size;
  const options: BrowserContextOptions = { viewport: { width, height }, colorScheme: theme, locale };
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(`localStorage.setItem("delos.theme", "${theme}")`);
  await page.goto(url);
  await page.getByTestId("speed").filter({ hasText: "km/h" }).waitFor();
  await before?.(page);
  // What stands still is drawn once more with all its pixels; what moves is taken after half a minute.
  let last: Buffer | undefined;
  for (let i = 0; i < 15; i++) {
    await page.waitForTimeout(2000);
    const now = await page.screenshot();
    if (i > 2 && last?.equals(now) === true) break;
    last = now;
  }
  await page.screenshot({ path: `${images}${name}.png`, clip: { x: 0, y: 0, width, height: shown ?? height } });
  process.stdout.write(`${name}.png\n`);
  await context.close();
}

{
  await using server = await startMockServer({ startS: 17, paused: true, map: true });
  const { url } = server;
  await take("page-dreamview", { url, size: [1440, 900], theme: "dark" });
  await take("page-light", { url, size: [1440, 900], theme: "light" });
  await take("page-overhead", { url, size: [1024, 768], theme: "light", before: (page) => page.keyboard.press("2") });
  await take("page-chinese", { url, size: [1024, 768], theme: "dark", locale: "zh-CN" });
  await take("page-phone", { url, size: [390, 844], theme: "dark" });
  await take("page-pnc", { url, size: [1440, 900], theme: "light", before: (page) => page.keyboard.press("p") });
}

const bin = ["--import", "tsx", "--conditions=@delos/source", "packages/delos/src/bin.ts"];
const started = spawn(process.execPath, [...bin, "start", "--port", "0", "--start", "12"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const url = await new Promise<string>((resolve, reject) => {
    let printed = "";
    started.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /HMI: (http:\S+)/.exec(printed);
      if (found !== null) resolve(found[1]!);
    });
    started.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
  await take("page-graph", {
    url,
    size: [1440, 900],
    theme: "light",
    shown: 830,
    async before(page) {
      await page.getByTestId("bus").click();
      await page.locator('[data-testid="bus-graph"] [data-name="/apollo/localization/pose"]').click();
    },
  });
  await take("page-bus", {
    url,
    size: [1440, 900],
    theme: "dark",
    shown: 830,
    async before(page) {
      await page.getByTestId("bus").click();
      await page.locator('[data-testid="bus-graph"] [data-name="/apollo/localization/pose"]').click();
      await page.getByTestId("bus-tab-topics").click();
      await page.locator('nav [data-topic="/apollo/localization/pose"]').click();
      for (const path of ["pose.position.x", "pose.heading"]) await page.locator(`[data-path="${path}"]`).click();
    },
  });
} finally {
  started.kill("SIGTERM");
  await browser.close();
}
process.exit(0);
