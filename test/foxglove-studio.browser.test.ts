import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { messageCodecs } from "@delos/bag";
import { openBridge } from "@delos/bridge";
import { Lifetime } from "@delos/core";
import { builtinRecordingPath, openReplayDeck, type ReplayDeck } from "@delos/replay";
import { open, parameter, service, topic } from "@delos/runtime";
import { codecFor, ros2Schema } from "@delos/wire";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, difference, launch, pixelsOf, share } from "../packages/hmi/dev/browser.ts";
import {
  type Layout,
  openStudio,
  type StudioState,
  serveStudio,
  studioFolder,
  studioState,
} from "../packages/hmi/dev/studio.ts";

/**
 * Foxglove Studio itself, as it was published, connected to the bridge with the layout of the guide. Runs where the environment
 * variable FOXGLOVE_STUDIO names a folder that has it: `node scripts/foxglove-studio.mjs FOLDER`. The tests follow one another
 * on one page, as somebody would try it.
 */
const layoutFile = new URL("../docs/guides/foxglove-layout.json", import.meta.url);
const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));
const Chatter = topic("/chatter", codecFor(ros2Schema("std_msgs/msg/String", "string data")));
const TABS = ["Messages", "Graph", "Parameters", "Topics", "Publish"];
const PATIENT = { timeout: 60_000, interval: 250 };

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface MapLook {
  readonly map: Box;
  readonly car?: Box;
  readonly way?: Box;
  readonly d?: string;
}

const isCarBody = (r: number, g: number, b: number): boolean => r > 140 && Math.abs(r - g) < 20 && Math.abs(g - b) < 30;
const isPlan = (r: number, g: number, b: number): boolean => b > 170 && r < 90 && g < 180;
const isCurve = (r: number, _: number, b: number): boolean => b > 150 && r < 130;

describe.skipIf(chromiumPath === undefined || studioFolder === undefined)(
  "Foxglove Studio 1.48, unmodified (FOXGLOVE_STUDIO)",
  { timeout: 180_000 },
  () => {
    const lifetime = new Lifetime();
    const heard: unknown[] = [];
    let page: Page;
    let deck: ReplayDeck;
    let gains: { readonly values: { readonly kp: number } };

    beforeAll(async () => {
      mkdirSync(screenshots, { recursive: true });
      const studio = lifetime.own(await serveStudio(studioFolder!, withPublisher(layoutFile)));
      const runtime = lifetime.own(await open({ codecs: messageCodecs() }));
      const car = lifetime.own(runtime.node("/car"));
      gains = car.parameters({ kp: parameter.number(1.5, { min: 0, max: 10 }) });
      const request = codecFor(ros2Schema("example_interfaces/srv/AddTwoInts_Request", "int64 a\nint64 b"));
      const response = codecFor(ros2Schema("example_interfaces/srv/AddTwoInts_Response", "int64 sum"));
      car.serve(service("/add", request, response), ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
      car.subscribe(Chatter).on(({ message }) => void heard.push(message));
      deck = lifetime.own(await openReplayDeck([builtinRecordingPath()], { runtime, loop: true }));
      const security = { origins: [studio.origin] };
      const bridge = lifetime.own(await openBridge({ runtime, deck, port: 0, page: screenshots, security }));
      const browser = await launch();
      lifetime.defer(() => browser.close());
      page = await browser.newPage({ viewport: { width: 1024, height: 640 } });
      page.setDefaultTimeout(120_000);
      await openStudio(page, studio, bridge.url);
      // The list of topics makes room for the panels.
      await page.locator('[data-sidebar-key="connection"]').click();
    });
    afterAll(() => lifetime[Symbol.asyncDispose]());

    const panel = (id: string): Locator => page.locator(`[data-testid~="${id}"]`);
    const sideTab = (title: string): Promise<void> =>
      page.locator('[data-testid="toolbar-tab"]').nth(TABS.indexOf(title)).click();

    async function state(): Promise<StudioState> {
      const now = await studioState(page);
      if (now === undefined) throw new Error("Studio has told nothing yet");
      return now;
    }
    const problems = async (): Promise<readonly string[]> => (await state()).problems;
    const count = async (name: string): Promise<number> => (await studioState(page))?.counts[name] ?? 0;

    test("shows the car, driving along its plan, in the 3-D panel", async () => {
      await expect.poll(() => count("/delos/viewer/scene"), PATIENT).toBeGreaterThan(3);
      const canvas = panel("3D!car").locator("canvas").first();
      const middle = { x: [0.35, 0.65], y: [0.35, 0.75] } as const;
      await expect
        .poll(async () => share(await pixelsOf(page, canvas), isCarBody, middle), PATIENT)
        .toBeGreaterThan(0.02);
      await expect.poll(async () => share(await pixelsOf(page, canvas), isPlan), PATIENT).toBeGreaterThan(0.002);
      // The camera follows the car: the ground and the plan pass by.
      const before = await pixelsOf(page, canvas);
      await expect.poll(async () => difference(before, await pixelsOf(page, canvas)), PATIENT).toBeGreaterThan(0.005);
      expect(await problems()).toEqual([]);
    });

    test("shows where the car is and has been on the Map panel, without a network", async () => {
      // Leaflet makes the marks anew with each message: one look for all of them.
      const look = (): Promise<MapLook> =>
        page.evaluate(`(() => {
          const map = document.querySelector('[data-testid~="map!car"]');
          const [car, way] = ['path[fill="#154b82"]', 'path[fill="none"]'].map((mark) => map.querySelector(mark));
          const box = (element) => element?.getBoundingClientRect().toJSON();
          return { map: box(map), car: box(car), way: box(way), d: way?.getAttribute("d") };
        })()`) as Promise<MapLook>;
      const points = async (): Promise<number> => ((await look()).d ?? "").split(/[ML]/).length;
      await expect.poll(points, PATIENT).toBeGreaterThan(3);
      await expect.poll(async () => (await look()).car !== undefined, PATIENT).toBe(true);
      const { map, car, way, d } = await look();
      expect([car!.left > map.left, car!.right < map.right, car!.top > map.top, car!.bottom < map.bottom]).toEqual(
        Array(4).fill(true),
      );
      // Where its track ends, within what it drives in some seconds: two pixels are a metre.
      const apart = Math.max(
        way!.left - car!.right,
        car!.left - way!.right,
        way!.top - car!.bottom,
        car!.top - way!.bottom,
      );
      expect(apart / 2).toBeLessThan(50);
      await expect.poll(async () => (await look()).d, PATIENT).not.toBe(d);
    });

    test("decodes messages, plots numbers, draws states and the graph of the bus", async () => {
      const raw = panel("RawMessages!pose");
      await expect
        .poll(() => raw.textContent(), PATIENT)
        .toMatch(/sequence_num.*"localization"|"localization".*sequence_num/s);
      await page.screenshot({ path: `${screenshots}foxglove-studio.png` });
      for (const id of ["Plot!speed", "StateTransitions!mode"]) {
        const canvas = panel(id).locator("canvas").first();
        await expect.poll(async () => share(await pixelsOf(page, canvas), isCurve), PATIENT).toBeGreaterThan(0.001);
      }
      const { publishers, topics } = await state();
      expect(publishers["/apollo/localization/pose"]).toEqual(["/replay"]);
      expect(topics).toMatchObject({
        "/apollo/localization/pose": "apollo.localization.LocalizationEstimate",
        "/delos/viewer/tf": "foxglove.FrameTransforms",
        "/delos/viewer/scene": "foxglove.SceneUpdate",
        "/delos/viewer/location": "foxglove.LocationFix",
        "/delos/viewer/track": "foxglove.GeoJSON",
      });
      await sideTab("Graph");
      await expect.poll(() => panel("TopicGraph!bus").locator("canvas").count(), PATIENT).toBeGreaterThan(0);
      expect(await problems()).toEqual([]);
    });

    test("publishes, sets parameters and calls services", async () => {
      await sideTab("Publish");
      await panel("Publish!hello").getByRole("button", { name: "Say hello" }).click();
      await expect.poll(() => heard, PATIENT).toEqual([{ data: "hello" }]);
      await sideTab("Parameters");
      await expect.poll(() => panel("Parameters!bus").textContent(), PATIENT).toContain("/car.kp");
      await page.evaluate(`studio.player.setParameter("/car.kp", 2)`);
      await expect.poll(() => gains.values.kp, PATIENT).toBe(2);
      await expect.poll(async () => (await state()).parameters["/car.kp"], PATIENT).toBe(2);
      expect((await state()).services).toContain("/add");
      const answer = await page.evaluate(`studio.player.callService("/add", { a: "2", b: 40 })`);
      expect(answer).toEqual({ sum: "42" });
      expect(await problems()).toEqual([]);
    });

    test("follows the player: a pause, a step back in time, another recording", async () => {
      const { replay } = deck;
      const { startNs } = replay.recording;
      replay.pause();
      await expect.poll(() => replay.state, PATIENT).toBe("paused");
      const { seeks } = await state();
      for (const [i, second] of [30n, 5n].entries()) {
        const soughtNs = startNs + second * 1_000_000_000n;
        replay.seek(soughtNs);
        await expect.poll(async () => (await state()).timeS, PATIENT).toBeCloseTo(Number(soughtNs / 1000n) / 1e6, 1);
        // Time has gone back at the second one: panels begin anew then.
        if (i === 1) expect((await state()).seeks).toBeGreaterThan(seeks);
      }
      const canvas = panel("3D!car").locator("canvas").first();
      const middle = { x: [0.35, 0.65], y: [0.35, 0.75] } as const;
      await expect
        .poll(async () => share(await pixelsOf(page, canvas), isCarBody, middle), PATIENT)
        .toBeGreaterThan(0.02);
      replay.play();
      const { timeS } = await state();
      await expect.poll(async () => (await state()).timeS, PATIENT).toBeGreaterThan(timeS + 1);

      await deck.exchange([builtinRecordingPath()]);
      const before = await count("/delos/viewer/tf");
      const chassisBefore = await count("/apollo/canbus/chassis");
      await expect.poll(() => count("/delos/viewer/tf"), PATIENT).toBeGreaterThan(before + 30);
      await expect.poll(() => count("/apollo/canbus/chassis"), PATIENT).not.toBe(chassisBefore);
      expect((await state()).timeS).toBeGreaterThan(Number(startNs / 1_000_000_000n));
      expect(await problems()).toEqual([]);
    });
  },
);

/** The layout of the guide, with one tab more: a button that publishes. */
function withPublisher(file: URL): Layout {
  const layout = JSON.parse(readFileSync(file, "utf8"));
  layout.configById["Publish!hello"] = {
    topicName: Chatter.name,
    datatype: "std_msgs/String",
    buttonText: "Say hello",
    advancedView: false,
    value: '{"data":"hello"}',
  };
  layout.configById["Tab!side"].tabs.push({ title: "Publish", layout: "Publish!hello" });
  return layout;
}
