import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBridge } from "@delos/bridge";
import { builtinRecordingPath, openReplayDeck } from "@delos/replay";
import { open } from "@delos/runtime";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launch } from "../packages/hmi/dev/browser.ts";

/** What a person who does not look for it would never notice: keys alone, nothing that moves by itself, nothing from elsewhere. */
const built = fileURLToPath(new URL("../packages/hmi/dist/", import.meta.url));

/** Sums what Chromium calls layout shift, from the first moment on. */
const WATCH_SHIFTS = `
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });`;

/** Notes what gets the focus, and whether a person sees it there: an outline of its own, or of the field around it. */
const WATCH_FOCUS = `
  addEventListener("focusin", ({ target: e }) => {
    const name = e.dataset.testid ?? e.getAttribute("aria-label") ?? e.textContent.slice(0, 40);
    const rect = e.querySelector(":scope > rect"); // of the graph: its edge
    const isMarked = (rect !== null && parseFloat(getComputedStyle(rect).strokeWidth) >= 2) || [e, e.closest("label")].some((each) => {
      if (each === null) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    window.steps?.push({ reach: e.dataset.reach, name, isMarked });
  });`;

const REACHABLE = "button:enabled, input:enabled";

/** Everything in \`root\` that a person can press, choose or fill in, and that is shown. */
const CAN_BE_REACHED = `(root) => [...root.querySelectorAll("button, a[href], input, select, textarea, summary, [tabindex='0']")]
  .filter((e) => !e.disabled && e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden" && e.tabIndex >= 0)
  .map((e) => { e.dataset.reach ??= String(window.reachable = (window.reachable ?? 0) + 1); return e.dataset.reach; })`;

describe.skipIf(chromiumPath === undefined || !existsSync(built))("the page", { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function opened(width = 1440, height = 900) {
    const runtime = await open({ log: () => {} });
    const deck = await openReplayDeck([builtinRecordingPath()], { runtime, paused: true });
    const bridge = await openBridge({ runtime, deck, port: 0, page: built });
    const context = await browser.newContext({ viewport: { width, height }, locale: "en-GB" });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    const asked: string[] = [];
    context.on("request", (request) => asked.push(request.url()));
    page.on("websocket", (socket) => asked.push(socket.url()));
    await page.addInitScript(WATCH_SHIFTS + WATCH_FOCUS);
    await page.goto(bridge.url);
    const at = (id: string): Locator => page.getByTestId(id);
    await expect.poll(() => at("connection").textContent()).toBe("Connected");
    await expect.poll(() => page.locator("[data-mark]").count(), { timeout: 60_000 }).toBeGreaterThan(0);
    return {
      page,
      at,
      bridge,
      complaints,
      asked,
      async [Symbol.asyncDispose]() {
        await context.close();
        for (const each of [bridge, deck, runtime]) await each[Symbol.asyncDispose]();
      },
    };
  }

  interface Step {
    readonly reach: string | undefined;
    readonly name: string;
    readonly isMarked: boolean;
  }

  /** Presses Tab until it comes round, and says where that led. */
  async function walk(page: Page): Promise<Step[]> {
    await page.evaluate("void (window.steps = [])");
    for (let i = 0; i < 12; i++) {
      for (let n = 0; n < 25; n++) await page.keyboard.press("Tab");
      const steps = (await page.evaluate("window.steps")) as Step[];
      const round = steps.findIndex(
        ({ reach }, at) => reach !== undefined && steps.slice(0, at).some((before) => before.reach === reach),
      );
      if (round > 0) return steps.slice(0, round);
    }
    throw new Error("Tab goes on for ever");
  }

  /** Names of what Tab does not lead to, and of what does not show that it has the focus. */
  async function unreached(page: Page, root: string): Promise<{ missing: string[]; unmarked: string[] }> {
    const wanted = (await page.evaluate(
      `(${CAN_BE_REACHED})(document.querySelector(${JSON.stringify(root)}))`,
    )) as string[];
    expect(wanted.length).toBeGreaterThan(0);
    const steps = await walk(page);
    const found = new Set(steps.map(({ reach }) => reach));
    const names = await Promise.all(
      wanted
        .filter((reach) => !found.has(reach))
        .map((reach) => page.locator(`[data-reach="${reach}"]`).evaluate((e) => e.outerHTML.slice(0, 120))),
    );
    const shown = steps.filter(({ reach }) => reach !== undefined && wanted.includes(reach));
    return { missing: names, unmarked: shown.filter(({ isMarked }) => !isMarked).map(({ name }) => name) };
  }

  test("everything can be reached by Tab, and shows that it has the focus", async () => {
    await using shown = await opened();
    const { page, complaints } = shown;
    expect(await unreached(page, "body")).toEqual({ missing: [], unmarked: [] });
    expect(complaints).toEqual([]);
  });

  test("every view is opened, walked through and closed without a mouse", async () => {
    await using shown = await opened();
    const { page, at, complaints } = shown;
    for (const [opener, root] of [
      ["pnc-open", "[data-testid=pnc]"],
      ["bus", "[data-testid=bus-view]"],
      ["media-open", "dialog.media[open]"],
      ["keys", "dialog[open]"],
      ["layers", "[data-testid=layer-menu]"],
    ] as const) {
      await at(opener).focus();
      await page.keyboard.press("Enter");
      await page.locator(root).waitFor();
      // The bus view leaves the focus where it was; the others take it.
      const within = `document.activeElement?.closest(${JSON.stringify(root)}) !== null`;
      if (opener !== "bus") await expect.poll(() => page.evaluate(within), { message: opener }).toBe(true);
      expect(await unreached(page, root), opener).toEqual({ missing: [], unmarked: [] });
      await page.locator(root).locator(REACHABLE).first().focus();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator(root).count(), { message: opener }).toBe(0);
      // Where it began: nobody has to find the way back.
      await expect
        .poll(() => page.evaluate("document.activeElement?.dataset.testid"), { message: opener })
        .toBe(opener);
    }
    expect(complaints).toEqual([]);
  });

  test.for([
    [1440, 900],
    [1024, 768],
    [412, 915],
  ] as const)(
    "at %i × %i nothing moves by itself and nothing comes from elsewhere, in all views",
    async ([width, height]) => {
      await using shown = await opened(width, height);
      const { page, at, bridge, asked, complaints } = shown;
      await page.keyboard.press("Space");
      await expect.poll(() => at("play-pause").getAttribute("data-state")).toBe("playing");
      for (const [opener, root] of [
        ["pnc-open", "[data-testid=pnc]"],
        ["bus", "[data-testid=bus-view]"],
        ["media-open", "dialog.media[open]"],
      ] as const) {
        await at(opener).click();
        await page.locator(root).waitFor();
        const position = await at("position").textContent();
        await expect.poll(() => at("position").textContent()).not.toBe(position);
        await page.keyboard.press("Escape");
        await expect.poll(() => page.locator(root).count()).toBe(0);
      }
      // From the first moment on; what counts as good is 0.1.
      expect(await page.evaluate("window.shifted")).toBeLessThan(0.05);
      const { host } = new URL(bridge.url);
      expect(asked.filter((url) => !/^(data|blob):/.test(url) && new URL(url).host !== host)).toEqual([]);
      expect(asked.length).toBeGreaterThan(3);
      expect(complaints).toEqual([]);
    },
  );
});
