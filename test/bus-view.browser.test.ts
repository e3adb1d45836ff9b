import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBridge } from "@delos/bridge";
import { apollo } from "@delos/msgs";
import { open, parameter, service, topic } from "@delos/runtime";
import { codecFor, ros2Schema } from "@delos/wire";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { chromiumPath, complaintsOf, launch } from "../packages/hmi/dev/browser.ts";

/** The bus view of the page in the system's browser, beside a small bus of its own. */
const built = fileURLToPath(new URL("../packages/hmi/dist/", import.meta.url));
const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));

const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);
const Command = topic("/apollo/control", apollo.control.ControlCommand);

describe.skipIf(chromiumPath === undefined || !existsSync(built))("the bus view", { timeout: 90_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await launch();
  });
  afterAll(() => browser.close());

  async function opened(page: Page, url: string): Promise<void> {
    await page.goto(url);
    await page.getByTestId("bus").click();
    await page.getByTestId("bus-view").waitFor();
  }

  test.for([
    ["dark", 1440, 900],
    ["light", 1024, 768],
    ["dark", 412, 915],
  ] as const)(
    "%s at %i × %i: the graph, why two do not talk, plots, publishing, services, parameters",
    async ([theme, width, height]) => {
      await using runtime = await open();
      await using localization = runtime.node("/localization");
      await using control = runtime.node("/control");
      await using canbus = runtime.node("/canbus");
      const poses = localization.publisher(Pose, { reliability: "best_effort" });
      control.subscribe(Pose, { reliability: "best_effort" });
      canbus.subscribe(Pose, { reliability: "reliable" });
      control.publisher(Command);
      canbus.subscribe(Command);
      const pads: unknown[] = [];
      control.subscribe(Pad).on(({ message }) => void pads.push(message));
      const own = control.parameters({ kp: parameter.number(1.5, { min: 0, max: 10, unit: "1/m" }) });
      const [request, response] = [
        ros2Schema("a/srv/Double_Request", "int32 a"),
        ros2Schema("a/srv/Double_Response", "int32 b"),
      ];
      canbus.serve(service("/double", codecFor(request), codecFor(response)), ({ a }) => ({ b: (a as number) * 2 }));
      await using bridge = await openBridge({ runtime, port: 0, page: built });
      let n = 0;
      const drive = setInterval(() => poses.publish({ pose: { position: { x: n++ / 100, y: 3 }, heading: 0.5 } }), 20);
      await using _ = { [Symbol.asyncDispose]: async () => clearInterval(drive) };

      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: "en-GB" });
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      await page.addInitScript(`localStorage.setItem("delos.theme", "${theme}")`);
      await opened(page, bridge.url);
      const shot = (name: string): Promise<unknown> =>
        page.screenshot({ path: `${screenshots}bus-${name}-${width}-${theme}.png` });

      const graph = page.getByTestId("bus-graph");
      await graph.locator('[data-name="/apollo/localization/pose"]').click();
      const details = page.getByTestId("bus-details");
      await expect.poll(() => details.textContent()).toMatch(/Rate[1-9]\d*(\.\d)? Hz/);
      await expect.poll(() => details.textContent()).toMatch(/\/localization → \/control by inprocess/);
      await expect
        .poll(() => details.textContent())
        .toMatch(/\/localization → \/canbus.*do not talk.*best_effort.*reliable/s);
      await expect.poll(() => graph.locator("path.broken").count()).toBeGreaterThan(0);
      await shot("graph");
      await graph.locator('[data-name="/control"]').press("Enter");
      await expect
        .poll(() => details.textContent())
        .toMatch(/Publishes.*\/apollo\/control.*Subscribes to.*\/apollo\/control\/pad/s);

      await page.getByTestId("bus-tab-topics").click();
      await page.locator('nav [data-topic="/apollo/localization/pose"]').click();
      const x = page.locator('[data-path="pose.position.x"]');
      await x.click();
      await page.locator('[data-path="pose.heading"]').click();
      const reading = page.getByTestId("reading-pose.position.x");
      const first = await vi.waitFor(async () => {
        const value = Number(await reading.textContent());
        return Number.isFinite(value) ? value : Promise.reject(new Error("nothing plotted"));
      });
      await expect.poll(async () => Number(await reading.textContent())).toBeGreaterThan(first);
      await expect.poll(() => page.getByTestId("reading-pose.heading").textContent()).toBe("0.500");
      await shot("topics");

      await page.getByTestId("publish-topic").fill("/apollo/control/pad");
      await page.getByTestId("publish-type").fill("apollo.control.PadMessage");
      await page.getByTestId("publish-type").press("Tab");
      await page.getByTestId("add-message-action").click();
      await page.locator("#message-action").selectOption("START");
      await page.getByTestId("publish-send").click();
      await expect.poll(() => page.getByTestId("publish-result").textContent()).toMatch(/subscribers: \d/);
      expect(pads).toEqual([{ action: apollo.control.DrivingAction.START }]);

      await page.getByTestId("bus-tab-services").click();
      await page.locator('[data-service="/double"]').click();
      await page.getByTestId("add-request-a").click();
      await page.locator("#request-a").fill("21");
      await page.getByTestId("call-service").click();
      await expect.poll(() => page.getByTestId("service-answer").textContent()).toMatch(/"b": 42/);
      await shot("services");

      await page.getByTestId("bus-tab-parameters").click();
      const kp = page.locator('[id="parameter-/control-kp"]');
      await kp.fill("2.5");
      await kp.press("Tab");
      await expect.poll(() => own.values.kp).toBe(2.5);
      await kp.fill("99");
      await kp.press("Tab");
      await expect.poll(() => page.locator(".bus-parameters .error").textContent()).toMatch(/10/);
      expect(own.values.kp).toBe(2.5);
      await shot("parameters");

      await page.getByTestId("bus-close").click();
      await expect.poll(() => page.getByTestId("bus-view").count()).toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});
