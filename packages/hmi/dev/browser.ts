import { existsSync } from "node:fs";
import process from "node:process";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";

/** The browser of the system; tests are left out where there is none. */
export const chromiumPath: string | undefined = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

/** WebGL by the processor, as machines without a graphics card have it; nothing that calls home. */
const ARGUMENTS = [
  "--no-sandbox",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--mute-audio",
];

export function launch(extra: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: [...ARGUMENTS, ...extra] });
}

/** Whatever the page complains about: thrown errors, console errors, breaches of its Content-Security-Policy. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    const text = message.text();
    // Chromium reports a refused connection by itself; tests that cut it expect that.
    if (message.type() === "error" && !/WebSocket connection to|ERR_CONNECTION_REFUSED/.test(text))
      complaints.push(text);
  });
  return complaints;
}

/** Pixels of a picture as bytes r g b a, row after row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What stands on the screen where the element is. */
export async function pixelsOf(page: Page, element: Locator): Promise<Pixels> {
  const png = await element.screenshot({ animations: "allow" });
  // Decoded by the browser that drew it, on a page of its own.
  const reader = await page.context().browser()!.newPage();
  try {
    const base64 = png.toString("base64");
    const { width, height, data } = (await reader.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let text = "";
      for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
      return { width: bitmap.width, height: bitmap.height, data: btoa(text) };
    })()`)) as { width: number; height: number; data: string };
    return { width, height, data: Buffer.from(data, "base64") };
  } finally {
    await reader.close();
  }
}

/** Part 0…1 of the pixels for which the test holds, inside a box given in parts of the picture. */
export function share(
  { width, height, data }: Pixels,
  test: (r: number, g: number, b: number) => boolean,
  box: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } = { x: [0, 1], y: [0, 1] },
): number {
  const [left, right] = box.x.map((part) => Math.round(part * width)) as [number, number];
  const [top, bottom] = box.y.map((part) => Math.round(part * height)) as [number, number];
  let hits = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * width + x) * 4;
      if (test(data[at]!, data[at + 1]!, data[at + 2]!)) hits++;
    }
  }
  return hits / ((right - left) * (bottom - top));
}

/** Part 0…1 of the pixels that differ by more than `threshold` in any colour. */
export function difference(a: Pixels, b: Pixels, threshold = 12): number {
  if (a.width !== b.width || a.height !== b.height) return 1;
  let changed = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const most = Math.max(
      Math.abs(a.data[at]! - b.data[at]!),
      Math.abs(a.data[at + 1]! - b.data[at + 1]!),
      Math.abs(a.data[at + 2]! - b.data[at + 2]!),
    );
    if (most > threshold) changed++;
  }
  return changed / (a.data.length / 4);
}

/** A number at the beginning of an element's text, or in it after `pattern`; NaN for a dash. */
export async function numberIn(element: Locator): Promise<number> {
  const text = (await element.textContent()) ?? "";
  return Number(/−?[\d.]+/.exec(text)?.[0].replace("−", "-") ?? Number.NaN);
}
