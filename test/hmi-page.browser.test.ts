import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  chromiumPath,
  complaintsOf,
  difference,
  launch,
  numberIn,
  type Pixels,
  pixelsOf,
  share,
} from "../packages/hmi/dev/browser.ts";
import { DURATION_S, START_S, worldFrame } from "../packages/hmi/dev/demo-drive.ts";
import { type MockServer, startMockServer } from "../packages/hmi/dev/mock-server.ts";

const dist = new URL("../packages/hmi/dist/", import.meta.url);

test("the page's JavaScript stays under 500 kB gzipped, and every text file has its packed copy", () => {
  expect(existsSync(new URL("index.html", dist)), "packages/hmi is built (npm run build)").toBe(true);
  const assets = readdirSync(new URL("assets/", dist));
  const scripts = assets.filter((name) => name.endsWith(".js"));
  const packed = scripts.map((name) => readFileSync(new URL(`assets/${name}.gz`, dist)).length);
  expect(packed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(500_000);
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.every((name) => /-[\w-]{8}\.js$/.test(name))).toBe(true);
});

test("the built page has no inline script or style and asks no other host for anything", () => {
  const html = readFileSync(new URL("index.html", dist), "utf8");
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});

describe.skipIf(chromiumPath === undefined)("the page with a server of the protocol", () => {
  let browser: Browser;
  let server: MockServer;
  let page: Page;
  let complaints: string[];
  const at = (id: string): Locator => page.getByTestId(id);

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** A fresh page on a drive that stands still at `startS` unless it is played. */
  async function open(startS: number, size = { width: 1440, height: 900 }, live = false): Promise<void> {
    server = await startMockServer({ startS, paused: true, live });
    page = await browser.newPage({ viewport: size });
    complaints = complaintsOf(page);
    await page.goto(server.url);
    await expect.poll(() => at("connection").textContent()).toBe("Connected");
  }
  beforeEach(async () => {
    return async () => {
      expect(complaints).toEqual([]);
      await page.close();
      await server[Symbol.asyncDispose]();
    };
  });

  /** The scene once it no longer changes, but for a blinking lamp. */
  async function stillPicture(): Promise<Pixels> {
    let last = await pixelsOf(page, at("scene"));
    const changed = async (): Promise<number> => {
      const before = last;
      last = await pixelsOf(page, at("scene"));
      return difference(before, last);
    };
    await expect.poll(changed, { timeout: 30_000 }).toBeLessThan(0.002);
    return last;
  }

  test("shows the numbers of the newest state, with their units", async () => {
    await open(20);
    const { world } = worldFrame(20, 20, false);
    const { chassis, pose } = world!;
    await expect.poll(() => at("speed").textContent()).toBe(`${Math.round(chassis!.speed_mps! * 3.6)} km/h`);
    await expect.poll(() => at("speed-mps").textContent()).toBe(`${chassis!.speed_mps!.toFixed(2)} m/s`);
    expect(await numberIn(at("steering"))).toBeCloseTo(chassis!.steering_percent!, 1);
    await expect.poll(() => at("steering").textContent()).toMatch(/ %$/);
    await expect.poll(() => at("throttle").textContent()).toBe(`${Math.round(chassis!.throttle_percent!)} %`);
    await expect.poll(() => at("brake").textContent()).toBe(`${Math.round(chassis!.brake_percent!)} %`);
    await expect.poll(() => at("driving-mode").textContent()).toBe("AUTO");
    await expect.poll(() => at("gear").getAttribute("data-gear")).toBe("D");
    await expect.poll(() => at("pose-x").textContent()).toBe(`${pose!.x.toFixed(2)} m`);
    await expect.poll(() => at("pose-y").textContent()).toBe(`${pose!.y.toFixed(2)} m`);
    await expect.poll(() => at("position").textContent()).toBe("0:20.0 / 1:00.0");
    await expect.poll(() => at("topics").textContent()).toContain("/apollo/localization/pose");
    await expect.poll(() => at("console").textContent()).toContain("trajectory ready");
  });

  test("a value that no topic brings is a dash", async () => {
    await open(20);
    await expect.poll(() => at("speed").textContent()).toContain("km/h");
    const { world } = worldFrame(20, 20, false);
    server.send({ world: { ...world!, chassis: undefined, fix: undefined, control: undefined, pose: undefined } });
    await expect.poll(() => at("speed").textContent()).toBe("– km/h");
    for (const id of ["steering", "throttle", "brake", "driving-mode", "latitude"])
      await expect.poll(() => at(id).textContent()).toBe("–");
  });

  test("values that do not come any more are marked as old", async () => {
    await open(20);
    const { world } = worldFrame(20, 20, false);
    server.send({ world: { ...world!, time_s: START_S + 23 } });
    await expect.poll(() => page.locator(".stale-mark").textContent()).toBe("no new values");
    server.show(24);
    await expect.poll(() => page.locator(".stale-mark").textContent()).toBe("");
  });

  test("the car is in the picture, stands while the drive stands, and moves with it", async () => {
    await open(14);
    const standing = await stillPicture();
    const isPaint = (r: number, g: number, b: number): boolean =>
      Math.min(r, g, b) > 105 && Math.max(r, g, b) - Math.min(r, g, b) < 60;
    const middle = { x: [0.35, 0.65], y: [0.35, 0.85] } as const;
    const corners = share(standing, isPaint, { x: [0, 0.2], y: [0.4, 0.8] });
    expect(share(standing, isPaint, middle)).toBeGreaterThan(0.03);
    expect(corners).toBeLessThan(0.01);
    const isRibbon = (r: number, g: number, b: number): boolean => g > 70 && g > r + 15 && g - b > -30;
    expect(share(standing, isRibbon, { x: [0.2, 0.8], y: [0.1, 0.6] })).toBeGreaterThan(0.004);

    server.show(16);
    await expect.poll(() => at("position").textContent()).toContain("0:16.0");
    const later = await stillPicture();
    expect(difference(standing, later)).toBeGreaterThan(0.01);
    expect(share(later, isPaint, middle)).toBeGreaterThan(0.03);

    await at("play-pause").click();
    await expect.poll(() => server.timeS, { timeout: 20_000 }).toBeGreaterThan(17);
    const driving = await pixelsOf(page, at("scene"));
    expect(difference(later, driving)).toBeGreaterThan(0.01);
    expect(share(driving, isPaint, middle)).toBeGreaterThan(0.03);
  });

  test("numbers follow while it plays", async () => {
    await open(5);
    const seen = new Set<string>();
    await at("play-pause").click();
    await expect
      .poll(async () => {
        seen.add((await at("speed-mps").textContent()) ?? "");
        return seen.size;
      })
      .toBeGreaterThan(6);
    await expect.poll(() => numberIn(at("position").locator("b"))).toBeGreaterThanOrEqual(0);
    await expect.poll(() => at("play-pause").getAttribute("data-state")).toBe("playing");
    await expect.poll(() => page.locator(".plots .reading b").first().textContent()).not.toBe("–");
  });

  test("is led by keys", async () => {
    await open(10);
    await expect.poll(() => at("position").textContent()).toContain("0:10.0");
    const lastCommand = (): unknown => server.commands.at(-1);
    await page.keyboard.press("ArrowRight");
    await expect.poll(lastCommand).toEqual({ step: 1 });
    await page.keyboard.press("ArrowLeft");
    await expect.poll(lastCommand).toEqual({ step: -1 });
    await page.keyboard.press("]");
    await expect.poll(lastCommand).toEqual({ rate: 1.1 });
    await expect.poll(() => at("rate").inputValue()).toBe("1.1");
    await page.keyboard.press("{");
    await expect.poll(lastCommand).toEqual({ rate: 0.55 });
    await page.keyboard.press("l");
    await expect.poll(lastCommand).toEqual({ loop: false });
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => (lastCommand() as { seek_s?: number }).seek_s).toBeCloseTo(START_S + 15, 1);
    await page.keyboard.press("0");
    await expect.poll(lastCommand).toEqual({ restart: true });
    await page.keyboard.press("Space");
    await expect.poll(lastCommand).toEqual({ play: true });
    await expect.poll(() => at("play-pause").getAttribute("data-state")).toBe("playing");
    await page.keyboard.press("Space");
    await expect.poll(lastCommand).toEqual({ play: false });
    await page.keyboard.press("c");
    await expect.poll(() => at("camera-overhead").getAttribute("aria-checked")).toBe("true");
    await page.keyboard.press("t");
    await expect.poll(() => page.locator("html").getAttribute("data-theme")).toBe("light");
    await page.keyboard.press("?");
    await expect.poll(() => at("keys-dialog").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(() => at("keys-dialog").isVisible()).toBe(false);
    await page.keyboard.press("/");
    await page.keyboard.type("planning l");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
    expect(server.commands.at(-1)).toEqual({ play: false }); // letters in the filter are letters
  });

  test("the seek bar and the rate list lead the player", async () => {
    await open(10);
    await expect.poll(() => at("seek").inputValue()).toBe(String(Math.round((10 / DURATION_S) * 10_000)));
    const box = (await at("seek").boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
    await expect.poll(() => server.timeS).toBeGreaterThan(DURATION_S * 0.48);
    expect(server.timeS).toBeLessThan(DURATION_S * 0.52);
    await at("rate").selectOption("Infinity");
    await expect.poll(() => server.commands.at(-1)).toEqual({ rate: Number.POSITIVE_INFINITY });
    await expect.poll(() => at("rate").inputValue()).toBe("Infinity");
  });

  test("a topic's messages are shown as a tree that keeps what is open", async () => {
    await open(20);
    await page.locator('[data-topic="/apollo/localization/pose"]').click();
    await expect.poll(() => server.commands.at(-1)).toEqual({ inspect: "/apollo/localization/pose" });
    server.show(21);
    const inspector = at("inspector");
    await expect.poll(() => inspector.textContent()).toContain("timestamp_sec");
    await inspector.getByRole("button", { name: /^header/ }).click();
    await expect.poll(() => inspector.textContent()).not.toContain("timestamp_sec");
    server.show(22);
    await expect.poll(() => inspector.textContent()).toContain("position");
    await expect.poll(() => inspector.textContent()).not.toContain("timestamp_sec");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await expect.poll(() => inspector.count()).toBe(0);
    await expect.poll(() => server.commands.at(-1)).toEqual({ inspect: "" });
  });

  test("says when the server is gone, and comes back by itself", async () => {
    await open(20);
    const { port } = new URL(server.url);
    await server[Symbol.asyncDispose]();
    await expect.poll(() => at("disconnected").isVisible()).toBe(true);
    await expect.poll(() => at("connection").textContent()).not.toBe("Connected");
    await expect.poll(() => page.locator(".stale-mark").textContent()).toBe("no new values");
    server = await startMockServer({ port: Number(port), startS: 30, paused: true });
    await expect.poll(() => at("connection").textContent(), { timeout: 30_000 }).toBe("Connected");
    await expect.poll(() => at("disconnected").isVisible()).toBe(false);
    await expect.poll(() => at("position").textContent()).toContain("0:30.0");
  });

  test("tells the server when nobody looks", async () => {
    await open(20);
    await expect.poll(() => server.commands.at(0)).toEqual({ visible: true });
    await page.evaluate(`(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    })()`);
    await expect.poll(() => server.commands.at(-1)).toEqual({ visible: false });
  });

  test("a frame that cannot be read ends in a notice and a new connection, not in a broken page", async () => {
    await open(20);
    server.sendBytes(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1));
    await expect.poll(() => at("console").textContent()).toContain("unreadable frame");
    await expect.poll(() => at("connection").textContent(), { timeout: 30_000 }).toBe("Connected");
  });

  test.for([
    { width: 1440, height: 900 },
    { width: 1024, height: 768 },
    { width: 390, height: 844 },
  ])("fits $width × $height: nothing sticks out to the side, everything can be reached", async (size) => {
    await open(20, size);
    await expect.poll(() => at("speed").textContent()).toContain("km/h");
    const wide = (await page.evaluate("document.documentElement.scrollWidth")) as number;
    expect(wide).toBeLessThanOrEqual(size.width);
    for (const id of [
      "connection",
      "scene",
      "speed",
      "steering",
      "throttle",
      "brake",
      "driving-mode",
      "plots",
      "topics",
      "console",
      "play-pause",
      "seek",
      "rate",
    ]) {
      await at(id).scrollIntoViewIfNeeded();
      const box = (await at(id).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(size.width + 1);
      expect(box.width * box.height).toBeGreaterThan(60);
    }
  });

  test("the layout does not move while numbers change", async () => {
    await open(2);
    await expect.poll(() => at("speed").textContent()).toContain("km/h");
    const places = (): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll("[data-testid], .panel, .pedal, .steering")].filter((e) => !e.closest("table, .console, [data-testid=gear]")).map((e) => { const { x, y, height } = e.getBoundingClientRect(); return [e.dataset.testid ?? e.className, Math.round(y), Math.round(height)].join(" "); })`,
      );
    const before = await places();
    server.show(33);
    await expect.poll(() => at("position").textContent()).toContain("0:33.0");
    expect(await places()).toEqual(before);
    const shift = await page.evaluate(`new Promise((resolve) => {
      let sum = 0;
      const add = (entries) => { for (const entry of entries) sum += entry.value; };
      const observer = new PerformanceObserver((list) => add(list.getEntries()));
      observer.observe({ type: "layout-shift", buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => { add(observer.takeRecords()); resolve(sum); }));
    })`);
    expect(shift).toBeLessThan(0.02); // since the page was opened; Chromium's own measure
  });

  test("a live bus has no player, and says so", async () => {
    await open(20, undefined, true);
    await expect.poll(() => page.locator("footer").textContent()).toContain("Live");
    await expect.poll(() => at("play-pause").count()).toBe(0);
    const before = server.commands.length;
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("c"); // a key that is the page's own still works
    await expect.poll(() => at("camera-overhead").getAttribute("aria-checked")).toBe("true");
    expect(server.commands.slice(before)).toEqual([]);
  });
});

describe.skipIf(chromiumPath === undefined)("a browser without WebGL", () => {
  test("gets the same world as a flat map, and is told so", async () => {
    await using server = await startMockServer({ startS: 14, paused: true, map: true });
    const browser = await launch(["--disable-gpu", "--disable-3d-apis"]);
    try {
      const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
      await page.goto(server.url);
      await expect.poll(() => page.locator(".flat-note").textContent()).toContain("no WebGL");
      const scene = page.getByTestId("scene");
      await expect.poll(() => page.getByTestId("speed").textContent()).toContain("km/h");
      const isPaint = (r: number, g: number, b: number): boolean => Math.min(r, g, b) > 190;
      await expect.poll(async () => share(await pixelsOf(page, scene), isPaint)).toBeGreaterThan(0.0005);
      // Lane paint: yellow that nothing else in the picture has.
      const isYellow = (r: number, g: number, b: number): boolean => r > 130 && g > 100 && b < 0.62 * g && r >= g;
      const paint = async (): Promise<number> =>
        share(await pixelsOf(page, scene), isYellow, { x: [0, 1], y: [0.15, 0.85] });
      await expect.poll(paint).toBeGreaterThan(0.004);
      const before = await pixelsOf(page, scene);
      server.show(16);
      await expect.poll(async () => difference(before, await pixelsOf(page, scene))).toBeGreaterThan(0.005);
      const painted = await pixelsOf(page, scene);
      await page.getByTestId("layers").click();
      await page.getByTestId("layer-map").click();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.getByTestId("layer-menu").count()).toBe(0);
      const yellow = share(painted, isYellow, { x: [0, 1], y: [0.15, 0.85] });
      await expect.poll(paint).toBeLessThan(yellow - 0.003);
    } finally {
      await browser.close();
    }
  });
});
