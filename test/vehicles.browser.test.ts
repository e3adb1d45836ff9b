import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { driveByHand, folderOf, loopTrack, mkzDefaults } from "@delos/sim";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launch, numberIn } from "../packages/hmi/dev/browser.ts";
import { type OpenPage, openPageIn } from "./open-page.support.ts";
import { start } from "./start-delos.support.ts";

/** Another vehicle, chosen on the page: its files lead control, canbus, the simulated car, the picture and the gauges. */
const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));

describe.skipIf(chromiumPath === undefined)("a vehicle chosen on the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const openPage = (url: string): Promise<OpenPage> => openPageIn(browser, url);

  test("drives a drive that another one recorded, has its own size and steering, and is there after a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "delos-vehicles-"));
    const [data, vehicles] = [join(folder, "data"), join(folder, "vehicles")];
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, "garage.csv"), driveByHand(loopTrack(60), 40, mkzDefaults()));
    // One of somebody's own, and one that says another wheelbase than its control does.
    for (const [id, name] of [
      ["milk-float", "Milk Float"],
      ["wreck", "Wreck"],
    ] as const) {
      cpSync(folderOf("delos-shuttle"), join(vehicles, id), { recursive: true });
      const file = join(vehicles, id, "vehicle.pb.txt");
      writeFileSync(file, readFileSync(file, "utf8").replace(/name: .*/, `name: "${name}"`));
    }
    const wrong = join(vehicles, "wreck", "control_conf.pb.txt");
    writeFileSync(wrong, readFileSync(wrong, "utf8").replace("wheelbase: 2.6", "wheelbase: 6.2"));
    const options = ["--drive", "--data", data, "--vehicles", vehicles];
    {
      await using server = await start(...options);
      const { page, at, complaints } = await openPage(server.url);
      const enabled = (id: string, timeout = 60_000) => expect.poll(() => at(id).isEnabled(), { timeout }).toBe(true);
      const select = at("select-vehicle");
      await expect
        .poll(() => select.locator("option").allTextContents())
        .toEqual(["Lincoln MKZ", "Delos Shuttle", "Milk Float"]);
      await expect
        .poll(() => at("console").textContent())
        .toContain("control_conf.pb.txt: lat_controller_conf.wheelbase is 6.2");
      await expect.poll(() => at("vehicle-facts").textContent()).toContain("4.93 × 2.11 × 1.48 m · 2080 kg");
      await select.selectOption("Delos Shuttle");
      await expect.poll(() => at("vehicle-facts").textContent()).toContain("3.90 × 1.60 × 2.05 m · 1250 kg");
      await expect.poll(() => at("vehicle-facts").textContent()).toContain("±420°, 14 : 1");
      await expect.poll(() => select.inputValue()).toBe("Delos Shuttle");

      await at("play-setup").click();
      await expect.poll(() => select.isDisabled(), { timeout: 60_000 }).toBe(true);
      await enabled("play-start", 120_000);
      await at("play-start").click();
      /** A computer that stands still for a moment stops the car, and rightly: then an operator resets and engages again. */
      const speedOnTheWay = async (): Promise<number> => {
        const click = (id: string): Promise<void> => at(id).click({ timeout: 3000 });
        const mode = await at("driving-mode").getAttribute("data-mode");
        if ((await at("estop").getAttribute("aria-pressed")) === "true") await click("reset-stop").catch(() => {});
        else if (mode !== "COMPLETE_AUTO_DRIVE") await click("engage").catch(() => {});
        return numberIn(at("speed"));
      };
      await expect.poll(speedOnTheWay, { timeout: 90_000, interval: 500 }).toBeGreaterThan(8);
      expect(Math.abs(await numberIn(at("lateral-error")))).toBeLessThan(0.5);
      await page.screenshot({ path: `${screenshots}shuttle.png` });
      await at("estop").click();
      await expect.poll(() => numberIn(at("speed")), { timeout: 30_000 }).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    }
    {
      await using server = await start(...options);
      const { page, at } = await openPage(server.url);
      await expect.poll(() => at("select-vehicle").inputValue()).toBe("Delos Shuttle");
      await expect.poll(() => at("vehicle-facts").textContent()).toContain("3.90 × 1.60 × 2.05 m");
      // Its files are read when it is chosen: what was broken meanwhile is refused, and the car stays what it was.
      writeFileSync(join(vehicles, "milk-float", "canbus_conf.pb.txt"), "vehicle_parameter {");
      await at("select-vehicle").selectOption("Milk Float");
      await expect.poll(() => at("console").textContent()).toContain("canbus_conf.pb.txt: MSG_TEXT");
      await expect.poll(() => at("select-vehicle").inputValue()).toBe("Delos Shuttle");
      await page.close();
    }
    const audit = readFileSync(join(data, "audit.jsonl"), "utf8");
    const chosen = audit.split("\n").filter((line) => line.includes('"select"'));
    expect(chosen.some((line) => line.includes("Delos Shuttle") && line.includes('"done"'))).toBe(true);
    expect(chosen.some((line) => line.includes("Milk Float") && !line.includes('"done"'))).toBe(true);
    rmSync(folder, { recursive: true, force: true });
  });
});
