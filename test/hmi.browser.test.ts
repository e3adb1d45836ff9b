import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { type Channel, createRecording } from "@delos/bag";
import type { JsonValue, MessageCodec } from "@delos/core";
import { foxglove } from "@delos/msgs";
import { codecFor, ros2Schema, wellKnownRosText } from "@delos/wire";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chromiumPath,
  complaintsOf,
  difference,
  launch,
  numberIn,
  pixelsOf,
  share,
} from "../packages/hmi/dev/browser.ts";
import { start } from "./start-delos.support.ts";

/** `npm start` as people run it, watched through the system's browser: the car must drive on the page. */
const bags = fileURLToPath(new URL("../../shared/bags/", import.meta.url));
const screenshots = fileURLToPath(new URL("../out/screenshots/", import.meta.url));

/** Eight seconds around a circle of 12 m at 6 m/s, 50 poses a second. */
function circle(t: number): { x: number; y: number; yaw: number } {
  const angle = (6 / 12) * t;
  return { x: 12 * Math.cos(angle), y: 12 * Math.sin(angle), yaw: angle + Math.PI / 2 };
}
const upright = (yaw: number): object => ({ x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) });

/** Recordings as the tools of others write them: the same drive in ROS 2's CDR and in foxglove's protobuf. */
async function write(
  file: string,
  codec: MessageCodec,
  message: (timeNs: bigint, t: number) => object,
): Promise<string> {
  using writer = await createRecording(file, { format: "mcap", compression: "lz4" });
  const channel: Channel = {
    index: 0,
    topic: "/pose",
    schema: codec.schema,
    messageCount: undefined,
    metadata: new Map(),
  };
  for (let i = 0; i < 400; i++) {
    const timeNs = 1_700_000_000_000_000_000n + BigInt(i) * 20_000_000n;
    writer.write(channel, timeNs, timeNs, i, codec.encode(codec.fromJSON(message(timeNs, i / 50) as JsonValue)));
  }
  return file;
}

const stamp = (timeNs: bigint): { sec: number; nsec: number } => ({
  sec: Number(timeNs / 1_000_000_000n),
  nsec: Number(timeNs % 1_000_000_000n),
});

/** The definition as ROS 2's recorder stores it: the type itself, then what it is made of. */
function odometryText(): string {
  const parts = ["PoseWithCovariance", "Pose", "Point", "Quaternion", "TwistWithCovariance", "Twist", "Vector3"];
  const names = ["std_msgs/Header", "builtin_interfaces/Time", ...parts.map((name) => `geometry_msgs/${name}`)];
  const text = (name: string): string => wellKnownRosText(name, "ros2")!;
  return [text("nav_msgs/Odometry"), ...names.map((name) => `MSG: ${name}\n${text(name)}`)].join(
    `\n${"=".repeat(80)}\n`,
  );
}

const odometryInCdr = (file: string): Promise<string> =>
  write(file, codecFor(ros2Schema("nav_msgs/msg/Odometry", odometryText())) as MessageCodec, (timeNs, t) => {
    const { x, y, yaw } = circle(t);
    const { sec, nsec } = stamp(timeNs);
    return {
      header: { stamp: { sec, nanosec: nsec }, frame_id: "odom" },
      child_frame_id: "base_link",
      pose: { pose: { position: { x, y, z: 0 }, orientation: upright(yaw) } },
      twist: { twist: { linear: { x: 6, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0.5 } } },
    };
  });

const poseInFrame = (file: string): Promise<string> =>
  write(file, foxglove.PoseInFrame as MessageCodec, (timeNs, t) => {
    const { x, y, yaw } = circle(t);
    const { sec, nsec } = stamp(timeNs);
    const pose = { position: { x, y, z: 0 }, orientation: upright(yaw) };
    return { timestamp: { seconds: String(sec), nanos: nsec }, frame_id: "map", pose };
  });

interface Drive {
  readonly name: string;
  /** Of `shared/bags`, or written for the test by `make`. */
  readonly file?: string;
  readonly make?: (file: string) => Promise<string>;
  readonly minTravelM: number;
}

/** Recordings to drive, and what must be on the page: with a pose of Apollo's, of ROS', of foxglove's. */
const recordings: readonly Drive[] = [
  { name: "the built-in recording", minTravelM: 2 },
  { name: "Apollo's garage drive as ROS bag", file: "rosbag/apollo1_garage_a_lz4.bag", minTravelM: 2 },
  { name: "Apollo's garage drive as Cyber record", file: "record/garage_a.record", minTravelM: 2 },
  { name: "a highway drive as MCAP", file: "mcap/drive_a_zstd.mcap", minTravelM: 2 },
  { name: "a highway drive as ROS bag", file: "rosbag/drive_a_lz4.bag", minTravelM: 2 },
  { name: "a turtle of ROS 1", file: "rosbag/turtle_lz4.bag", minTravelM: 0.5 },
  { name: "odometry of ROS 2 in CDR", make: odometryInCdr, minTravelM: 2 },
  { name: "poses of foxglove", make: poseInFrame, minTravelM: 2 },
];

describe.skipIf(chromiumPath === undefined)("npm start, on the page", () => {
  let browser: Browser;
  const own = `${mkdtempSync(`${tmpdir()}/delos-hmi-`)}/`;
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(own, { recursive: true, force: true });
  });

  test.for(recordings)("drives $name: numbers and pixels move", async ({ name, file, make, minTravelM }, { skip }) => {
    skip(file !== undefined && !existsSync(bags + file), "the recording is not here");
    const path = file === undefined ? await make?.(`${own}${name.replaceAll(" ", "-")}.mcap`) : bags + file;
    await using server = await start("--loop", ...(path === undefined ? [] : [path]));
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const complaints = complaintsOf(page);
    try {
      const at = (id: string): Locator => page.getByTestId(id);
      await page.goto(server.url);
      await expect.poll(() => at("connection").textContent()).toBe("Connected");
      await expect.poll(() => numberIn(at("pose-x"))).not.toBeNaN();

      // It drives: the numbers on the page say so.
      const place = async (): Promise<[number, number]> => [await numberIn(at("pose-x")), await numberIn(at("pose-y"))];
      const [x0, y0] = await place();
      const travelled = async (): Promise<number> => {
        const [x, y] = await place();
        return Math.hypot(x - x0, y - y0);
      };
      await expect.poll(travelled, { timeout: 60_000 }).toBeGreaterThan(minTravelM);
      expect(await numberIn(at("speed"))).toBeGreaterThanOrEqual(0);

      // The car is where a car must be, and only there.
      await stop(page);
      const middle = { x: [0.35, 0.65], y: [0.35, 0.85] } as const;
      const isPaint = (r: number, g: number, b: number): boolean =>
        Math.min(r, g, b) > 105 && Math.max(r, g, b) - Math.min(r, g, b) < 60;
      const first = await pixelsOf(page, at("scene"));
      expect(share(first, isPaint, middle)).toBeGreaterThan(0.03);

      // Paused, the picture stands; further along the recording it is another one.
      const before = await at("position").textContent();
      await seek(page, shareOf(before ?? "") > 0.4 ? 0.2 : 0.6);
      await expect.poll(() => at("position").textContent()).not.toBe(before);
      await expect
        .poll(async () => difference(first, await pixelsOf(page, at("scene"))), { timeout: 30_000 })
        .toBeGreaterThan(0.004);

      // The topics are listed with what they carry, and the seek bar shows where messages are.
      await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(0);
      const density = await pixelsOf(page, at("density"));
      expect(share(density, (r, g, b) => b > r + 15 && b > 70 && g > 40)).toBeGreaterThan(0.05);

      const picture = (file ?? (make === undefined ? "built-in" : name)).replaceAll(/[^\w]+/g, "-");
      await page.screenshot({ path: `${screenshots}${picture}.png` });
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
    }
  });

  test("steps a message forward and back, and the picture and numbers with it", async () => {
    await using server = await start("--paused");
    const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
    try {
      const at = (id: string): Locator => page.getByTestId(id);
      await page.goto(server.url);
      await expect.poll(() => at("play-pause").getAttribute("data-state")).toBe("paused");
      await expect.poll(() => at("play-pause").isEnabled()).toBe(true);
      for (let i = 0; i < 80; i++) await page.keyboard.press("ArrowRight");
      await expect.poll(() => numberIn(at("pose-x"))).not.toBeNaN();
      await expect.poll(() => at("position").textContent()).toMatch(/^0:00\.[1-9] /);
      const forward = await at("time").textContent();
      for (let i = 0; i < 60; i++) await page.keyboard.press("ArrowLeft");
      await expect.poll(() => at("time").textContent()).not.toBe(forward);
      await page.keyboard.press("0");
      await expect.poll(() => at("position").textContent()).toMatch(/^0:00\.\d /);
    } finally {
      await page.close();
    }
  });
});

/** Presses space until the player says that it stands. */
async function stop(page: Page): Promise<void> {
  const button = page.getByTestId("play-pause");
  if ((await button.getAttribute("data-state")) === "playing") await page.keyboard.press("Space");
  await expect.poll(() => button.getAttribute("data-state")).toBe("paused");
}

/** How far along it is, of what the clock says: `0:02.40 / 0:46.00`. */
function shareOf(clock: string): number {
  const [at = 0, whole = 1] = clock
    .split("/")
    .map((time) => time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0));
  expect(at / whole, clock).toBeGreaterThanOrEqual(0); // it could be read
  return at / whole;
}

async function seek(page: Page, part: number): Promise<void> {
  const box = (await page.getByTestId("seek").boundingBox())!;
  await page.mouse.click(box.x + box.width * part, box.y + box.height / 2);
}
