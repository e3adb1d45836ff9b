import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.ts";
import { openStudio, serveStudio, studioState } from "./studio.ts";

/**
 * Foxglove Studio beside the built-in recording, as the guide shows it: `npm run foxglove -w @delos/hmi`. Fetches Studio into
 * the folder for temporary files (or where FOXGLOVE_STUDIO says), lets it connect, says what it has received and what it
 * complains of, and takes the picture of docs/guides/viewers.md anew. What Studio must show is tested in
 * test/foxglove-studio.browser.test.ts.
 */
const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = process.env["FOXGLOVE_STUDIO"] ?? join(tmpdir(), "delos-foxglove-studio-1.48.0");
const fetched = spawnSync(process.execPath, [`${root}scripts/foxglove-studio.mjs`, folder], { stdio: "inherit" });
if (fetched.status !== 0) process.exit(1);

const layout = JSON.parse(readFileSync(`${root}docs/guides/foxglove-layout.json`, "utf8"));
await using studio = await serveStudio(folder, layout);
const bin = ["--import", "tsx", "--conditions=@delos/source", "packages/delos/src/bin.ts"];
const started = spawn(process.execPath, [...bin, "start", "--port", "0", "--origin", studio.origin], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await launch();
let printed = "";
/** Seconds of the recording that have been played. */
const playedS = (): number => Number(/.*Duration: ([\d.]+) \//s.exec(printed)?.[1]);
try {
  const url = await new Promise<string>((resolve, reject) => {
    started.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /HMI: (http:\S+)/.exec(printed);
      if (found !== null) resolve(found[1]!);
    });
    started.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
  page.setDefaultTimeout(120_000);
  await openStudio(page, studio, url);
  await page.locator('[data-sidebar-key="connection"]').click();
  await page.mouse.move(700, 5);
  // Some of the drive, for the track and the curves.
  for (;;) {
    const state = await studioState(page);
    if ((state?.counts["/delos/viewer/track"] ?? 0) > 12 && playedS() > 32) break;
    await page.waitForTimeout(500);
  }
  await page.screenshot({ path: `${root}docs/images/foxglove-studio.png` });
  const { counts, problems } = (await studioState(page))!;
  process.stdout.write(`${JSON.stringify({ counts, problems }, undefined, 1)}\nfoxglove-studio.png\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  started.kill("SIGTERM");
  await browser.close();
}
