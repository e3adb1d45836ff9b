import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBridge } from "@delos/bridge";
import { delos } from "@delos/msgs";
import { type Component, defineComponent, launch as launchModules, open, parseLaunch, topic } from "@delos/runtime";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launch, numberIn } from "../packages/hmi/dev/browser.ts";
import { type OpenPage, openPageIn } from "./open-page.support.ts";
import { start } from "./start-delos.support.ts";

/** What an operator does, on the page, with the real modules and a simulated car behind it. */
const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));

describe.skipIf(chromiumPath === undefined)("an operator, on the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const openPage = (url: string): Promise<OpenPage> => openPageIn(browser, url);

  test("records a drive, plays it, is overridden by the driver, stops the car and resets it", async () => {
    const data = mkdtempSync(join(tmpdir(), "delos-drive-"));
    {
      await using server = await start("--drive", "--data", data);
      const { page, at, complaints } = await openPage(server.url);
      const enabled = (id: string, timeout = 60_000) => expect.poll(() => at(id).isEnabled(), { timeout }).toBe(true);
      const mode = (): Promise<string | null> => at("driving-mode").getAttribute("data-mode");
      /** A computer that stands still for a moment stops the car, and rightly: then an operator resets and engages again. */
      const speedOnTheWay = async (): Promise<number> => {
        const click = (id: string): Promise<void> => at(id).click({ timeout: 3000 });
        if ((await at("estop").getAttribute("aria-pressed")) === "true") await click("reset-stop").catch(() => {});
        else if ((await mode()) !== "COMPLETE_AUTO_DRIVE") await click("engage").catch(() => {});
        return numberIn(at("speed"));
      };
      await expect.poll(() => at("module-control").getAttribute("aria-checked")).toBe("false");
      await expect.poll(() => at("engage").isDisabled()).toBe(true);
      await expect.poll(() => at("record").isDisabled()).toBe(true);

      // Setup starts the modules and checks the hardware.
      await at("record-setup").click();
      await enabled("record", 120_000);
      for (const name of ["car", "canbus", "localization", "control", "guardian", "monitor"])
        await expect.poll(() => at(`module-${name}`).getAttribute("aria-checked"), { message: name }).toBe("true");
      for (const name of ["GPS", "CAN"])
        await expect.poll(() => at(`hardware-${name}`).getAttribute("data-status")).toBe("0");

      // Record: somebody drives by hand.
      await at("record").click();
      await expect.poll(() => at("guide").textContent()).toMatch(/^Recording/);
      await at("tool-driver").click();
      await expect.poll(() => numberIn(at("speed")), { timeout: 90_000 }).toBeGreaterThan(18);
      await page.screenshot({ path: `${screenshots}recording.png` });
      await at("tool-driver").click();
      await at("record").click();
      await expect.poll(() => at("guide").textContent(), { timeout: 90_000 }).toMatch(/s of driving was recorded/);
      expect(readFileSync(join(data, "garage.csv"), "utf8").split("\n").length).toBeGreaterThan(200);

      // Put the car back to the beginning, and play.
      await at("module-car").click();
      await expect.poll(() => at("module-car").getAttribute("aria-checked"), { timeout: 90_000 }).toBe("false");
      await at("module-car").click();
      await at("play-setup").click();
      await enabled("play-start", 120_000);
      await at("play-start").click();
      await expect.poll(() => at("guide").textContent(), { timeout: 90_000 }).toMatch(/^Playing|STOPPED/);
      await expect.poll(speedOnTheWay, { timeout: 90_000, interval: 500 }).toBeGreaterThan(8);
      expect(Math.abs(await numberIn(at("lateral-error")))).toBeLessThan(0.5);
      await page.screenshot({ path: `${screenshots}playing.png` });

      // The driver steps on the brake: the car is the driver's, and the page says so.
      await at("hand-brake").click();
      await expect.poll(mode, { timeout: 20_000 }).not.toBe("COMPLETE_AUTO_DRIVE");
      await expect.poll(() => at("console").textContent()).toContain("left automatic driving");

      // Engage again; then the space bar, whatever has the focus.
      await enabled("engage");
      await at("engage").click();
      await expect.poll(speedOnTheWay, { timeout: 60_000, interval: 500 }).toBeGreaterThan(0);
      await at("theme").focus();
      await page.keyboard.press("Space");
      await expect.poll(() => at("estop").getAttribute("aria-pressed")).toBe("true");
      await expect.poll(() => numberIn(at("speed")), { timeout: 30_000 }).toBe(0);
      await expect.poll(() => at("engage").isDisabled()).toBe(true);
      await expect.poll(() => at("guide").textContent()).toContain("emergency stop by the operator");
      await page.screenshot({ path: `${screenshots}stopped.png` });

      await at("reset-stop").click();
      await expect.poll(() => at("estop").getAttribute("aria-pressed"), { timeout: 20_000 }).toBe("false");
      await expect.poll(mode).toBe("COMPLETE_MANUAL");
      await enabled("engage");
      expect(complaints).toEqual([]);
      await page.close();
    }
    const audit = readFileSync(join(data, "audit.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { action: string; outcome: string; role?: string });
    const done = audit.filter(({ outcome }) => outcome === "done").map(({ action }) => action);
    for (const action of [
      "quick.setup_recording",
      "quick.start_recording",
      "quick.stop_recording",
      "quick.start_playing",
      "driving.engage",
      "driving.estop",
      "driving.reset",
    ])
      expect(done).toContain(action);
    rmSync(data, { recursive: true, force: true });
  });

  const Crash = topic("/test/crash", delos.Clock);
  const fragile: Component = defineComponent<unknown>({
    name: "fragile",
    summary: "Fails when it is told to",
    configure: () => undefined,
    ports: () => ({ inputs: [Crash], outputs: [] }),
    start({ node, fail }) {
      node.subscribe(Crash).on(() => fail(new Error("the engine is lost")));
      return undefined;
    },
  });

  test("sees a module crash, why, and that it is started again; and one that is not", async () => {
    await using runtime = await open({ log: () => {} });
    const spec = parseLaunch(
      [
        "modules:",
        "  engine: { component: fragile, respawn: { when: crash, delay_ms: 1500 }, autostart: false }",
        "  gearbox: { component: fragile, autostart: false }",
      ].join("\n"),
      "crash.yaml",
    );
    await using modules = await launchModules(spec, {
      runtime,
      placement: "inline",
      components: { fragile },
    });
    await using bridge = await openBridge({ runtime, port: 0, operation: { modules, needed: ["engine", "gearbox"] } });
    const { page, at, complaints } = await openPage(bridge.url);
    const stateOf = (name: string): Promise<string | null> => at(`module-row-${name}`).getAttribute("data-state");
    await at("start-all").click();
    await expect.poll(() => stateOf("engine")).toBe("running");
    await expect.poll(() => stateOf("gearbox")).toBe("running");
    runtime.node("/saboteur").publisher(Crash).publish({ time_ns: 0n });
    await expect.poll(() => stateOf("engine")).toBe("starts again");
    await expect.poll(() => at("module-reason-engine").textContent()).toContain("the engine is lost");
    await expect.poll(() => stateOf("gearbox")).toBe("crashed");
    await expect.poll(() => at("module-gearbox").getAttribute("aria-checked")).toBe("false");
    await expect.poll(() => stateOf("engine")).toBe("running");
    await expect.poll(() => at("module-row-engine").textContent()).toContain("1 restarts");
    // By hand, the other one too.
    await at("module-gearbox").click();
    await expect.poll(() => stateOf("gearbox")).toBe("running");
    await at("module-engine").click();
    await expect.poll(() => stateOf("engine")).toBe("stopped");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is connected again after the server was restarted, and may do the same as before", async () => {
    await using runtime = await open({ log: () => {} });
    const spec = parseLaunch("modules:\n  engine: { component: fragile, autostart: false }", "one.yaml");
    await using modules = await launchModules(spec, { runtime, placement: "inline", components: { fragile } });
    const operation = { modules, needed: ["engine"] };
    const first = await openBridge({ runtime, port: 0, operation });
    const { page, at } = await openPage(first.url);
    await at("module-engine").click();
    await expect.poll(() => at("module-engine").getAttribute("aria-checked")).toBe("true");
    await first[Symbol.asyncDispose]();
    await expect.poll(() => at("connection").textContent()).toBe("Disconnected");
    await expect.poll(() => at("module-engine").isDisabled()).toBe(true);
    await using again = await openBridge({ runtime, port: first.port, operation });
    await expect.poll(() => at("connection").textContent()).toBe("Connected");
    expect(again.port).toBe(first.port);
    await expect.poll(() => at("module-engine").getAttribute("aria-checked")).toBe("true");
    await at("module-engine").click();
    await expect.poll(() => at("module-engine").getAttribute("aria-checked")).toBe("false");
    await page.close();
  });

  test("reads the page in Chinese, and finds a line in the log", async () => {
    await using runtime = await open({ log: () => {} });
    await using bridge = await openBridge({ runtime, port: 0 });
    const { page, at } = await openPage(bridge.url);
    const node = runtime.node("/talker");
    node.log.info("all is well");
    node.log.error("frame of wrong length", { code: "CAN_FRAME" });
    await expect.poll(() => at("console").textContent()).toContain("all is well");
    await at("console-level").selectOption("2");
    await expect.poll(() => at("console").textContent()).not.toContain("all is well");
    await expect.poll(() => at("console").textContent()).toContain("frame of wrong length");
    await at("console-level").selectOption("0");
    await at("console-search").fill("well talker");
    await expect.poll(() => at("console").textContent()).not.toContain("wrong length");
    await at("language").click();
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await expect.poll(() => at("connection").textContent()).toBe("已连接");
    await expect.poll(() => at("estop").textContent()).toContain("急停");
    await page.screenshot({ path: `${screenshots}chinese.png` });
    await page.close();
  });
});
