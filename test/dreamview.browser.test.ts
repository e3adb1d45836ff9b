import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { type Channel, createRecording } from "@delos/bag";
import { apollo } from "@delos/msgs";
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
import { cloudFrame, START_S, worldFrame } from "../packages/hmi/dev/demo-drive.ts";
import { type MockServer, startMockServer } from "../packages/hmi/dev/mock-server.ts";
import { start } from "./start-delos.support.ts";

const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));
/** Lane paint of the night: yellow that nothing else in the picture has. */
const isYellowPaint = (r: number, g: number, b: number): boolean => r > 130 && g > 100 && b < 0.62 * g && r >= g;
const isRed = (r: number, g: number, b: number): boolean => r > 200 && g < 110 && b < 110;
const road = { x: [0, 1], y: [0.25, 1] } as const;

describe.skipIf(chromiumPath === undefined)("Dreamview", () => {
  let browser: Browser;
  let server: MockServer;
  let page: Page;
  let complaints: string[];
  const at = (id: string): Locator => page.getByTestId(id);
  const commands = (): unknown[] => server.commands;

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function open(startS: number, size = { width: 1024, height: 768 }): Promise<void> {
    server = await startMockServer({ startS, paused: true, map: true });
    page = await browser.newPage({ viewport: size });
    complaints = complaintsOf(page);
    await page.goto(server.url);
    await expect.poll(() => at("connection").textContent()).toBe("Connected");
    await expect.poll(() => at("speed").textContent()).toContain("km/h");
  }
  beforeEach(() => async () => {
    expect(complaints).toEqual([]);
    await page.close();
    await server[Symbol.asyncDispose]();
  });

  const scene = (): Promise<Pixels> => pixelsOf(page, at("scene"));
  async function stillScene(): Promise<Pixels> {
    let last = await scene();
    const changed = async (): Promise<number> => {
      const before = last;
      last = await scene();
      return difference(before, last);
    };
    await expect.poll(changed, { timeout: 30_000 }).toBeLessThan(0.002);
    return last;
  }

  test("the road is in the picture until its layer is switched off, by keys alone", async () => {
    await open(17);
    const yellow = async (): Promise<number> => share(await scene(), isYellowPaint, road);
    await expect.poll(yellow, { timeout: 20_000 }).toBeGreaterThan(0.004);
    await page.screenshot({ path: `${screenshots}dreamview-dark.png` });
    await page.keyboard.press("v");
    await expect.poll(() => at("layer-menu").isVisible()).toBe(true);
    expect(await page.evaluate("document.activeElement?.dataset.testid")).toBe("layer-map");
    await page.keyboard.press("Space");
    await expect.poll(() => at("layer-map").isChecked()).toBe(false);
    await page.keyboard.press("Escape");
    await expect.poll(() => at("layer-menu").count()).toBe(0);
    await expect.poll(yellow, { timeout: 20_000 }).toBeLessThan(0.001);

    // The choice is a person's and outlives the page.
    await page.reload();
    await expect.poll(() => at("connection").textContent()).toBe("Connected");
    await at("layers").click();
    await expect.poll(() => at("layer-map").isChecked()).toBe(false);
    expect(await at("layer-plan").isChecked()).toBe(true);
  });

  test("the brake lamps shine while the car brakes, the blinker blinks on its side", async () => {
    await open(20);
    const rear = { x: [0.35, 0.65], y: [0.4, 1] } as const;
    const { world } = worldFrame(20, 20, false);
    const chassis = { ...world!.chassis!, brake_percent: 0, signal: "NONE" };
    const pose = world!.pose!;
    server.send({ world: { ...world!, chassis, pose: { ...pose, acceleration_mps2: 0 } } });
    const dark = share(await stillScene(), isRed, rear);
    server.send({
      world: { ...world!, chassis: { ...chassis, brake_percent: 45 }, pose: { ...pose, acceleration_mps2: -3 } },
    });
    await expect.poll(async () => share(await scene(), isRed, rear), { timeout: 20_000 }).toBeGreaterThan(dark + 0.001);
  });

  test("a distance over the ground is measured to scale", async () => {
    await open(20);
    await page.keyboard.press("2");
    await stillScene(); // the camera has come to rest above the car
    await page.keyboard.press("m");
    await expect.poll(() => at("measured").textContent()).toContain("Click");
    const box = (await at("scene").boundingBox())!;
    const click = (dx: number, dy: number): Promise<void> =>
      page.mouse.click(box.x + box.width / 2 + dx, box.y + box.height / 2 + dy);
    // From 60 m above, 42° from top to bottom.
    const metresAPixel = (2 * 60 * Math.tan((21 * Math.PI) / 180)) / box.height;
    await click(-150, 40);
    await click(150, 40);
    await expect.poll(() => numberIn(at("measured"))).toBeCloseTo(300 * metresAPixel, 0);
    await click(150, -60);
    await expect.poll(() => at("measured").textContent()).toContain("total");
    expect(await numberIn(at("measured"))).toBeCloseTo(100 * metresAPixel, 0);
    await page.screenshot({ path: `${screenshots}dreamview-measure.png` });
    await page.keyboard.press("Escape");
    await expect.poll(() => at("measured").count()).toBe(0);
  });

  test("the car beside its plan: numbers and marks say by how much", async () => {
    await open(20);
    const { world } = worldFrame(20, 20, true);
    const { pose, trajectory } = world!;
    const along = Math.atan2(trajectory!.y[1]! - trajectory!.y[0]!, trajectory!.x[1]! - trajectory!.x[0]!);
    const beside = {
      x: pose!.x + Math.cos(along) - Math.sin(along) * 1.5,
      y: pose!.y + Math.sin(along) + Math.cos(along) * 1.5,
    };
    server.send({
      world: {
        ...world!,
        time_s: START_S + 20.01,
        pose: { ...pose!, ...beside, heading: along + 0.1, time_s: START_S + 20.01 },
      },
    });
    const lateral = at("plan-offset").locator("b").first();
    await expect.poll(() => numberIn(lateral)).toBeCloseTo(1.5, 1);
    await expect.poll(() => numberIn(at("plan-offset").locator("b").last())).toBeCloseTo(5.7, 0);
    const isOrange = (r: number, g: number, b: number): boolean => r > 170 && g > 80 && g < 190 && b < 0.65 * g;
    const withErrors = share(await stillScene(), isOrange, road);
    await at("layers").click();
    await at("layer-errors").click();
    await expect
      .poll(async () => share(await scene(), isOrange, road), { timeout: 20_000 })
      .toBeLessThan(withErrors - 0.0005);
    await expect.poll(() => at("plan-offset").isVisible()).toBe(false);
  });

  test("what happens to the drive pops up, and goes", async () => {
    await open(20);
    const { world } = worldFrame(20, 20, false);
    const driven = (driving_mode: string): void =>
      server.send({ world: { ...world!, chassis: { ...world!.chassis!, driving_mode } } });
    driven("COMPLETE_AUTO_DRIVE");
    await expect.poll(() => at("driving-mode").textContent()).toBe("AUTO");
    driven("COMPLETE_MANUAL");
    const toasts = at("notifications").locator("li");
    await expect.poll(() => toasts.allTextContents()).toEqual(["The driver has taken over"]);
    await expect.poll(() => toasts.first().getAttribute("data-level")).toBe("warn");
    driven("EMERGENCY_MODE");
    await expect.poll(() => toasts.count()).toBe(2);
    await toasts.last().getByRole("button").click();
    await expect.poll(() => toasts.allTextContents()).toEqual(["The driver has taken over"]);
    await expect.poll(() => toasts.count(), { timeout: 15_000 }).toBe(0);
  });

  test("the PnC monitor: one crosshair through its plots and the seek bar, a click goes there", async () => {
    await open(20);
    await at("pnc-open").click();
    await expect.poll(() => at("pnc").isVisible()).toBe(true);
    for (const id of [
      "trajectory",
      "speed",
      "acceleration",
      "curvature",
      "lateral",
      "heading",
      "station",
      "speedError",
      "latency",
    ])
      await expect.poll(() => at(`pnc-${id}`).isVisible()).toBe(true);
    const reading = (id: string): Promise<number> => numberIn(at(`pnc-${id}`).locator(".reading b").first());
    await expect.poll(() => reading("speed")).not.toBeNaN();
    const newest = [await reading("speed"), await reading("lateral")];
    const chart = (await at("pnc-curvature").locator(".u-over").boundingBox())!;
    await page.mouse.move(chart.x + chart.width * 0.45, chart.y + chart.height / 2);
    await expect.poll(() => reading("speed")).not.toBe(newest[0]);
    expect(await reading("lateral")).not.toBe(newest[1]);
    await expect.poll(() => at("seek-pointed").isVisible()).toBe(true);
    await page.screenshot({ path: `${screenshots}pnc-dark.png` });
    await page.mouse.click(chart.x + chart.width * 0.45, chart.y + chart.height / 2);
    // The axis shows 30 s that end 6 s after the newest value.
    await expect
      .poll(() => (commands().at(-1) as { seek_s?: number }).seek_s)
      .toBeCloseTo(START_S + 20 + 6 - 30 + 13.5, 0);

    // And the other way: the seek bar points into the plots.
    const seek = (await at("seek").boundingBox())!;
    const before = await reading("speed");
    await page.mouse.move(seek.x + seek.width * 0.06, seek.y + seek.height / 2);
    await expect.poll(() => reading("speed")).not.toBe(before);
    await page.keyboard.press("Escape");
    await expect.poll(() => at("pnc").count()).toBe(0);
  });

  test("a point cloud is asked for, drawn, and left out when nobody wants it", async () => {
    await open(20);
    await expect.poll(commands).toContainEqual({ clouds: true });
    const without = await stillScene();
    server.send(cloudFrame(20));
    await expect.poll(async () => difference(without, await scene()), { timeout: 30_000 }).toBeGreaterThan(0.03);
    await at("layers").click();
    await at("layer-cloud").click();
    await expect.poll(commands).toContainEqual({ clouds: false });
    await page.keyboard.press("Escape");
    await expect.poll(async () => difference(without, await scene()), { timeout: 30_000 }).toBeLessThan(0.02);
  });

  test.for([
    { width: 1440, height: 900 },
    { width: 1024, height: 768 },
    { width: 390, height: 844 },
  ])("fits $width × $height: tools, cameras, menu and monitor can be reached", async (size) => {
    await open(17, size);
    const inside = async (id: string): Promise<void> => {
      await at(id).scrollIntoViewIfNeeded();
      const box = (await at(id).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(size.width + 1);
    };
    for (const id of ["layers", "measure", "pnc-open", "camera-map", "plan-offset"]) await inside(id);
    const tools = (await at("pnc-open").boundingBox())!;
    const cameras = (await at("camera-chase").boundingBox())!;
    expect(
      tools.x + tools.width <= cameras.x ||
        tools.y + tools.height <= cameras.y ||
        cameras.y + cameras.height <= tools.y,
    ).toBe(true);
    await at("layers").click();
    await inside("layer-cloud");
    await at("theme").click();
    await page.screenshot({ path: `${screenshots}dreamview-${size.width}.png` });
    await page.keyboard.press("Escape");
    await at("pnc-open").click();
    await inside("pnc-speed");
    await inside("pnc-close");
    await page.screenshot({ path: `${screenshots}pnc-${size.width}.png` });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(size.width);
  });
});

describe.skipIf(chromiumPath === undefined)("on a phone", () => {
  test("every panel and the PnC monitor are one touch away, whatever is scrolled", async () => {
    await using server = await startMockServer({ startS: 17, paused: true });
    const browser = await launch();
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true, locale: "en-US" });
      await page.goto(server.url);
      const at = (id: string): Locator => page.getByTestId(id);
      await expect.poll(() => at("speed").textContent()).toContain("km/h");
      const top = async (selector: string): Promise<number> =>
        (await page.locator(selector).boundingBox())?.y ?? Number.NaN;
      /** Below the bar, and not below the middle of the screen; the last panels cannot come higher than the page ends. */
      const isShown = async (selector: string): Promise<boolean> => {
        const y = await top(selector);
        return y >= 0 && y < 520;
      };
      for (const place of ["console", "modules", "topics", "plots", "side", "scene"]) {
        await at(`jump-${place}`).tap();
        await expect.poll(() => isShown(`main .${place}`), { message: place }).toBe(true);
        const bar = (await at("jump-pnc").boundingBox())!;
        expect(bar.y).toBeGreaterThanOrEqual(0);
        expect(bar.x + bar.width).toBeLessThanOrEqual(391);
        expect(bar.height).toBeGreaterThanOrEqual(44);
      }
      await at("jump-console").tap();
      await at("jump-pnc").tap();
      await expect.poll(() => at("jump-pnc").getAttribute("aria-pressed")).toBe("true");
      await expect.poll(() => isShown(".pnc")).toBe(true);
      await expect.poll(() => at("scene").isVisible()).toBe(false);
      await page.screenshot({ path: `${screenshots}pnc-phone.png` });
      await at("jump-plots").tap();
      await expect.poll(() => isShown("main .plots")).toBe(true);
      await expect.poll(() => page.locator(".pnc").count()).toBe(0);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    } finally {
      await browser.close();
    }
  });
});

describe.skipIf(chromiumPath === undefined)("npm start -- --map", () => {
  test("an HD map file lies under the car that drives on it", async () => {
    const folder = mkdtempSync(`${tmpdir()}/delos-map-`);
    const browser = await launch();
    try {
      const drive = `${folder}/drive.mcap`;
      const { LocalizationEstimate } = apollo.localization;
      {
        using writer = await createRecording(drive, { format: "mcap", compression: "none" });
        const channel: Channel = {
          index: 0,
          topic: "/apollo/localization/pose",
          schema: LocalizationEstimate.schema,
          messageCount: undefined,
          metadata: new Map(),
        };
        for (let i = 0; i < 600; i++) {
          const position = { x: 586_000 + i * 0.08, y: 4_140_000, z: 0 };
          const message = LocalizationEstimate.encode({
            pose: { position, heading: 0, linear_velocity: { x: 4, y: 0, z: 0 } },
          });
          const timeNs = 1_700_000_000_000_000_000n + BigInt(i) * 20_000_000n;
          writer.write(channel, timeNs, timeNs, i, message);
        }
      }
      const line = (y: number): apollo.hdmap.Curve => ({
        segment: [{ line_segment: { point: [0, 60, 120].map((x) => ({ x: 585_970 + x, y: 4_140_000 + y })) } }],
      });
      const yellow = [{ s: 0, types: [apollo.hdmap.LaneBoundaryType.Type.SOLID_YELLOW] }];
      const map: apollo.hdmap.Map = {
        lane: [
          {
            id: { id: "1" },
            central_curve: line(0),
            left_boundary: { curve: line(1.8), boundary_type: yellow },
            right_boundary: { curve: line(-1.8), boundary_type: yellow },
          },
        ],
      };
      writeFileSync(`${folder}/base_map.txt`, apollo.hdmap.Map.toText(map));
      await using server = await start("--loop", "--map", `${folder}/base_map.txt`, drive);
      const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
      const complaints = complaintsOf(page);
      await page.goto(server.url);
      await expect.poll(() => numberIn(page.getByTestId("pose-x")), { timeout: 30_000 }).toBeGreaterThan(586_000);
      const painted = async (): Promise<number> =>
        share(await pixelsOf(page, page.getByTestId("scene")), isYellowPaint, road);
      await expect.poll(painted, { timeout: 30_000 }).toBeGreaterThan(0.004);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
