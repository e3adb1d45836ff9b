import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFile, McapWriter } from "@delos/bag";
import { type Bridge, openBridge } from "@delos/bridge";
import { apollo } from "@delos/msgs";
import { openReplayDeck, type ReplayDeck } from "@delos/replay";
import { open } from "@delos/runtime";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launch } from "../packages/hmi/dev/browser.ts";

/** The media player of the page in the system's browser: seeking, loops, opening, sending and comparing recordings. */
const built = fileURLToPath(new URL("../packages/hmi/dist/", import.meta.url));
const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));
const START_S = 1_700_000_000;
const { COMPLETE_AUTO_DRIVE, COMPLETE_MANUAL, EMERGENCY_MODE } = apollo.canbus.Chassis.DrivingMode;

/** A bend to the left; `beside` metres to its left, `faster` than 8 m/s. */
function drive(path: string, { beside = 0, faster = 0, seconds = 30, startS = START_S, ballastBytes = 0 } = {}): void {
  const Pose = apollo.localization.LocalizationEstimate;
  const { Chassis } = apollo.canbus;
  using writer = new McapWriter(createFile(path), { compression: "none", chunkBytes: 64 * 1024 });
  const channel = (topic: string, { name, data }: { readonly name: string; readonly data: Uint8Array }): number =>
    writer.addChannel({
      topic,
      schemaId: writer.addSchema({ name, encoding: "protobuf", data }),
      messageEncoding: "protobuf",
    });
  const poses = channel("/apollo/localization/pose", Pose.schema);
  const chassis = channel("/apollo/canbus/chassis", Chassis.schema);
  const { PadMessage, DrivingAction } = apollo.control;
  const pads = channel("/apollo/control/pad", PadMessage.schema);
  const [radius, speed] = [120, 8 + faster];
  const ballast =
    ballastBytes === 0 ? undefined : channel("/ballast", { name: "ballast", data: new TextEncoder().encode("bytes") });
  for (let i = 0; i < seconds * 20; i++) {
    if (i === 96) {
      const startNs = BigInt(startS) * 1_000_000_000n + 4_800_000_000n;
      writer.writeMessage(pads, 0, startNs, startNs, PadMessage.encode({ action: DrivingAction.START }));
    }
    const timeS = i / 20;
    const timeNs = BigInt(startS) * 1_000_000_000n + BigInt(i) * 50_000_000n;
    if (ballast !== undefined)
      writer.writeMessage(ballast, i, timeNs, timeNs, new Uint8Array(ballastBytes / (seconds * 20)).fill(i));
    const header = { timestamp_sec: startS + timeS };
    const angle = (speed * timeS) / (radius - beside);
    const at = { x: (radius - beside) * Math.sin(angle), y: radius - (radius - beside) * Math.cos(angle) };
    const position = { x: 587_000 + at.x, y: 4_141_000 + at.y, z: 0 };
    writer.writeMessage(poses, i, timeNs, timeNs, Pose.encode({ header, pose: { position, heading: angle } }));
    const driving_mode = timeS < 5 || timeS > 25 ? COMPLETE_MANUAL : timeS > 20 ? EMERGENCY_MODE : COMPLETE_AUTO_DRIVE;
    writer.writeMessage(chassis, i, timeNs, timeNs, Chassis.encode({ header, speed_mps: speed, driving_mode }));
  }
}

describe.skipIf(chromiumPath === undefined || !existsSync(built))("the media player", { timeout: 120_000 }, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "delos-player-"));
    drive(join(folder, "monday.mcap"));
    drive(join(folder, "tuesday.mcap"), { beside: 1.5, faster: 0.5, startS: START_S + 86_400 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opened extends AsyncDisposable {
    readonly page: Page;
    readonly deck: ReplayDeck;
    readonly bridge: Bridge;
    readonly at: (id: string) => Locator;
    readonly shot: (name: string) => Promise<unknown>;
    readonly complaints: readonly string[];
  }

  async function opened(
    width = 1440,
    height = 900,
    theme: "dark" | "light" = "dark",
    locale = "en-GB",
  ): Promise<Opened> {
    const runtime = await open();
    const deck = await openReplayDeck([join(folder, "monday.mcap")], {
      runtime,
      paused: true,
      backfill: { maxAgeNs: 2_000_000_000n, maxMessages: 1000 },
    });
    const bridge = await openBridge({ runtime, deck, port: 0, page: built });
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.addInitScript(`localStorage.setItem("delos.theme", "${theme}")`);
    await page.goto(bridge.url);
    const at = (id: string): Locator => page.getByTestId(id);
    await expect.poll(() => at("title").textContent()).toBe("monday.mcap");
    return {
      page,
      deck,
      bridge,
      at,
      complaints,
      shot: (name) => page.screenshot({ path: `${screenshots}media-${name}-${width}-${theme}.png` }),
      [Symbol.asyncDispose]: async () => {
        await context.close();
        for (const each of [bridge, deck, runtime]) await each[Symbol.asyncDispose]();
      },
    };
  }

  test("seeks, jumps to what happened, steps back and forth, and loops between A and B", async () => {
    await using player = await opened();
    const { page, at, deck } = player;
    const marks = page.locator("[data-mark]");
    await expect
      .poll(() => marks.evaluateAll((all) => all.map((mark) => mark.getAttribute("data-mark"))))
      .toEqual(["pad", "engage", "estop", "mode"]);
    expect(await page.locator('[data-mark="pad"]').getAttribute("title")).toMatch(/Asked for: START$/);
    await page.locator('[data-mark="engage"]').click();
    await expect.poll(() => at("position").textContent()).toBe("0:05.0 / 0:30.0");
    await expect.poll(() => at("driving-mode").textContent()).toBe("AUTO");
    const { positionNs } = deck.replay;
    await at("step-forward").click();
    await expect.poll(() => deck.replay.positionNs >= positionNs).toBe(true);
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
    await expect.poll(() => deck.replay.positionNs < positionNs).toBe(true);

    await page.keyboard.press("a");
    await expect.poll(() => at("loop-a").getAttribute("aria-pressed")).toBe("true");
    const fromNs = deck.replay.positionNs;
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => deck.replay.positionNs > fromNs + 4_000_000_000n).toBe(true);
    await expect.poll(() => at("position").textContent()).toMatch(/^0:(09\.9|10)/);
    await at("loop-b").click();
    await expect.poll(() => deck.replay.loopRange !== undefined).toBe(true);
    expect(Number(deck.replay.loopRange!.toNs - deck.replay.loopRange!.fromNs) / 1e9).toBeCloseTo(5, 0);
    await at("loop-range").waitFor();
    await at("rate").selectOption("10");
    const { pass } = deck.replay;
    await at("play-pause").click();
    await expect.poll(() => deck.replay.pass, { timeout: 20_000 }).toBeGreaterThan(pass + 1);
    await page.keyboard.press("x");
    await expect.poll(() => deck.replay.loopRange).toBeUndefined();
    await expect.poll(() => at("loop-range").count()).toBe(0);
    expect(player.complaints).toEqual([]);
  });

  test("opens another recording of the server, by keyboard, and drops are played", async () => {
    await using player = await opened();
    const { page, at, deck } = player;
    await page.keyboard.press("o");
    await at("media").waitFor();
    await at("play-tuesday.mcap").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => at("title").textContent()).toBe("tuesday.mcap");
    await page.keyboard.press("Escape");
    await expect.poll(() => at("media").isVisible()).toBe(false);
    await expect.poll(() => at("speed-mps").textContent()).toBe("8.50 m/s");

    const file = join(folder, "wednesday.dropped");
    drive(file, { seconds: 3 });
    await dropped(page, "wednesday.mcap", file);
    await expect.poll(() => at("title").textContent()).toBe("wednesday.mcap");
    const before = deck.replay;
    writeFileSync(file, "a letter and no recording");
    await dropped(page, "letter.mcap", file);
    await expect.poll(() => at("media-busy").textContent()).toContain("BAG_UNKNOWN_FORMAT");
    await expect.poll(() => at("console").textContent()).toContain("BAG_UNKNOWN_FORMAT");
    expect(deck.replay).toBe(before);
    await expect.poll(() => at("title").textContent()).toBe("wednesday.mcap");
    expect(player.complaints).toEqual([]);
  });

  test("a recording of many megabytes is dropped: it is told how far it is, and plays", async () => {
    await using player = await opened();
    const { page, at, deck } = player;
    const file = join(folder, "large.dropped");
    drive(file, { seconds: 20, ballastBytes: 12_000_000 });
    const data = readFileSync(file);
    await page.keyboard.press("o");
    await at("media").waitFor();
    await page.evaluate("void (window.parts = [])");
    for (let at = 0; at < data.length; at += 4_000_000) {
      const part = data.subarray(at, at + 4_000_000).toString("base64");
      await page.evaluate(`void window.parts.push(Uint8Array.from(atob("${part}"), (char) => char.charCodeAt(0)))`);
    }
    await page.evaluate(`{
      window.told = [];
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(window.parts, "large.mcap"));
      for (const type of ["dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      new MutationObserver(() => {
        const text = document.querySelector("[data-testid=media-busy]")?.textContent;
        if (text) window.told.push(text);
      }).observe(document.body, { childList: true, characterData: true, subtree: true, attributes: true });
    }`);
    await expect.poll(() => at("title").textContent(), { timeout: 60_000 }).toBe("large.mcap");
    expect(((await page.evaluate("window.told")) as string[]).some((text) => text.includes("large.mcap"))).toBe(true);
    expect(Number(deck.replay.recording.endNs - deck.replay.recording.startNs) / 1e9).toBeCloseTo(19.95, 1);
    const [sent] = deck.replay.recording.files;
    expect(readFileSync(sent!).equals(data)).toBe(true);
    expect(player.complaints).toEqual([]);
  });

  test.for([
    ["dark", 1440, 900, "en-GB"],
    ["light", 1440, 900, "en-GB"],
    ["light", 1024, 768, "zh-CN"],
    ["dark", 1024, 768, "en-GB"],
    ["dark", 412, 915, "zh-CN"],
    ["light", 412, 915, "en-GB"],
  ] as const)("%s at %i × %i, %s: two runs compared", async ([theme, width, height, locale]) => {
    await using player = await opened(width, height, theme, locale);
    const { page, at } = player;
    await page.locator('[data-mark="engage"]').click();
    const scene = await at("scene").boundingBox();
    await at("media-open").click();
    await at("compare-tuesday.mcap").click();
    await expect.poll(() => at("compare-tuesday.mcap").getAttribute("aria-pressed")).toBe("true");
    await player.shot("list");
    await page.keyboard.press("Escape");
    await at("compare").waitFor();
    expect(await at("scene").boundingBox()).toEqual(scene); // nothing has moved
    await expect.poll(() => at("compare-lateral-reading").textContent()).toBe("1.50 m");
    await expect.poll(() => at("compare-speed-reading").textContent()).toBe("0.50 m/s");
    await player.shot("compare");
    await at("compare-align").selectOption("time"); // a day apart: the paths are still beside each other, the times are not
    await expect.poll(() => at("compare-speed-reading").textContent()).toBe("– m/s");
    await expect.poll(() => at("compare-lateral-reading").textContent()).toBe("1.50 m");
    await at("compare-over").selectOption("station");
    await expect.poll(() => at("compare-speed-reading").textContent()).toBe("0.50 m/s");
    await at("compare-close").click();
    await expect.poll(() => at("compare").count()).toBe(0);
    expect(player.complaints).toEqual([]);
  });

  /** As from the file manager. */
  async function dropped(page: Page, name: string, file: string): Promise<void> {
    const data = readFileSync(file).toString("base64");
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob("${data}"), (char) => char.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], ${JSON.stringify(name)}));
      for (const type of ["dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }`);
  }
});
