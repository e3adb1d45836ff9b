import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { apollo } from "@delos/msgs";
import { parseDrivenPath } from "@delos/planning";
import { describe, expect, test } from "vitest";
import { conditionTrack, driveByHand, loopTrack, mkzDefaults, PathFollower, simulateDrive } from "./index.ts";

const run = simulateDrive;

const track = loopTrack(90);

test("the course closes: a lap later it is where it was, and nothing asks for more than it may", () => {
  const lapM = 2 * (50 + 12 + 10 + 24 + 10 + 12 + 30 + 15 + (Math.PI / 0.08 - 15) + 15);
  const path = loopTrack(200);
  const first = path.s.findIndex((s) => s >= 20);
  const again = path.s.findIndex((s) => s >= 20 + lapM);
  expect(Math.hypot(path.x[first]! - path.x[again]!, path.y[first]! - path.y[again]!)).toBeLessThan(0.3);
  for (let i = 1; i < path.length; i++) {
    expect(Math.abs(path.speed[i]! ** 2 * path.curvature[i]!)).toBeLessThan(2.05);
    expect(Math.abs(path.acceleration[i]!)).toBeLessThan(0.75);
  }
});

describe("closed loop", () => {
  test("engages, follows within the limits, and never stops", async () => {
    const result = await run({ path: track, durationS: 80 });
    expect(result.estops).toBe(0);
    expect(result.distance_m).toBeGreaterThan(400);
    expect(result.lateral_error_m.rms).toBeLessThan(0.1);
    expect(result.lateral_error_m.max).toBeLessThan(0.25);
    expect(result.station_error_m.rms).toBeLessThan(0.5);
  });

  test("is the same to the byte on every run, and another with another seed", async () => {
    const digest = async (seed: number): Promise<string> => {
      const hash = createHash("sha256");
      await run({ path: track, durationS: 8, seed }, ({ topic, type, timeNs, message }) =>
        hash
          .update(topic)
          .update(String(timeNs))
          .update(type.encode(message as never)),
      );
      return hash.digest("hex");
    };
    const first = await digest(1);
    expect(await digest(1)).toBe(first);
    expect(await digest(2)).not.toBe(first);
  });

  test("bridges five seconds without GNSS with the filter, stops without it", async () => {
    const gnssGaps = [[40, 45]] as const;
    const filtered = await run({ path: track, durationS: 60, gnssGaps, filter: true });
    expect(filtered.estops).toBe(0);
    expect(filtered.lateral_error_m.max).toBeLessThan(0.5);
    const commands: apollo.control.ControlCommand[] = [];
    const plain = await run({ path: track, durationS: 50, gnssGaps }, ({ topic, message }) => {
      if (topic === "/apollo/control") commands.push(message);
    });
    expect(plain.estops).toBe(1);
    expect(commands.at(-1)).toMatchObject({ throttle: 0, brake: 50, speed: 0 });
    expect(commands.at(-1)!.debug).toBeUndefined();
  });

  test("an emergency stop stands the car", async () => {
    let speed = 9;
    const result = await run({ path: track, durationS: 40, estopS: 30 }, ({ topic, message }) => {
      if (topic === "/apollo/canbus/chassis") speed = (message as apollo.canbus.Chassis).speed_mps!;
    });
    expect(result.estops).toBe(1);
    expect(speed).toBe(0);
  });
});

test("a drive by hand is recorded, and the recording is followed", async () => {
  const csv = driveByHand(loopTrack(40), 30, mkzDefaults());
  const path = parseDrivenPath(csv);
  expect(path.length).toBeGreaterThan(2500);
  expect(path.s.at(-1)).toBeGreaterThan(100);
  const result = await run({ path, durationS: 25 });
  expect(result.estops).toBe(0);
  expect(result.lateral_error_m.rms).toBeLessThan(0.1);
  expect(result.lateral_error_m.max).toBeLessThan(0.25);
  expect(result.station_error_m.rms).toBeLessThan(0.5);
});

const garage = new URL("../../../../shared/bags/drives/garage.csv", import.meta.url);
describe.skipIf(!existsSync(garage))("Apollo's garage drive", () => {
  const recorded = existsSync(garage) ? parseDrivenPath(readFileSync(garage, "utf8")) : track;

  test("conditioning moves the positions by centimetres and makes headings their direction", () => {
    const path = conditionTrack(recorded);
    const follower = new PathFollower(recorded);
    for (let i = 0; i < 1700; i += 10) {
      expect(Math.abs(follower.offset(path.x[i]!, path.y[i]!, 0).lateralM)).toBeLessThan(0.12);
    }
    for (let i = 20; i < 1700; i += 20) {
      const direction = Math.atan2(path.y[i + 1]! - path.y[i - 1]!, path.x[i + 1]! - path.x[i - 1]!);
      expect(Math.abs(Math.sin(direction - path.theta[i]!))).toBeLessThan(0.03);
    }
  });

  test("is followed within the limits", async () => {
    const result = await run({ path: conditionTrack(recorded), durationS: 20 });
    expect(result.estops).toBe(0);
    expect(result.lateral_error_m.rms).toBeLessThan(0.1);
    expect(result.lateral_error_m.max).toBeLessThan(0.25);
    expect(result.station_error_m.rms).toBeLessThan(0.5);
  });
});
