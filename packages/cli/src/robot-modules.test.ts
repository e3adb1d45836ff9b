import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { NOUNS } from "./nouns.ts";
import { runProgram } from "./program.ts";

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function delos(args: readonly string[], lines: readonly (object | string)[] = []) {
  const [out, err] = [new Text(), new Text()];
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const input = lines.length === 0 ? new PassThrough().end() : Readable.from([text]);
  const world = { out, err, in: input, env: {}, cwd: process.cwd(), signal: new AbortController().signal };
  const status = await runProgram(args, world, NOUNS);
  const rows = out.text.split("\n").filter((line) => line !== "");
  return { status, rows, err: err.text, json: () => rows.map((line) => JSON.parse(line)) };
}

const folder = mkdtempSync(join(tmpdir(), "delos-modules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const lincoln = fileURLToPath(new URL("../../control/conf/lincoln.pb.txt", import.meta.url));

const pose = (now: number) => ({
  header: { timestamp_sec: now },
  pose: {
    position: { x: 0.2, y: 0.1, z: 0 },
    orientation: { qw: Math.SQRT1_2, qx: 0, qy: 0, qz: -Math.SQRT1_2 },
    heading: 0,
    angular_velocity_vrf: { x: 0, y: 0, z: 0 },
  },
});
const trajectory = (now: number) => ({
  header: { timestamp_sec: now, sequence_num: 1 },
  adc_trajectory_point: Array.from({ length: 50 }, (_, i) => ({
    x: i * 0.1,
    y: 0,
    theta: 0,
    accumulated_s: i * 0.1,
    speed: 2,
    relative_time: i * 0.05,
  })),
});

describe("control replay", () => {
  test("a line in, a command out; the latest of each input is kept, reset begins anew", async () => {
    const { status, json } = await delos(
      ["control", "replay", "--conf", lincoln, "--flags", "use_state_exact_match=true"],
      [
        { now: 10 },
        {
          now: 10.01,
          localization: pose(10),
          chassis: { header: { timestamp_sec: 10 }, speed_mps: 2, driving_mode: "COMPLETE_AUTO_DRIVE" },
          trajectory: trajectory(10),
          pad: { action: "RESET" },
        },
        { now: 10.02 },
        { now: 10.03, reset: true },
      ],
    );
    expect(status).toBe(0);
    const [missing, first, kept, again] = json();
    expect(missing).toMatchObject({
      brake: 50,
      header: { status: { error_code: "CONTROL_COMPUTE_ERROR", msg: "No localization msg" } },
    });
    expect(first.debug.simple_lat_debug.lateral_error).toBeCloseTo(0.1, 9);
    expect(first.pad_msg).toEqual({ action: "RESET" });
    expect(first.gear_location).toBe("GEAR_DRIVE");
    expect(kept.debug.simple_lat_debug.lateral_error).toBeCloseTo(0.1, 9);
    expect(kept.pad_msg).toBeUndefined();
    expect(again).toMatchObject({ header: { sequence_num: 1, status: { msg: "No localization msg" } } });
  });

  test("says what is wrong with its configuration, flags and lines", async () => {
    expect(await delos(["control", "replay"])).toMatchObject({
      status: 2,
      err: expect.stringContaining("--conf is required"),
    });
    const broken = join(folder, "broken.pb.txt");
    writeFileSync(broken, "control_period: 0.01\n");
    expect((await delos(["control", "replay", "--conf", broken])).err).toMatch(
      /broken\.pb\.txt: trajectory_period is missing/,
    );
    const unknown = await delos(["control", "replay", "--conf", lincoln, "--flags", "nosuch=1"]);
    expect(unknown).toMatchObject({ status: 1, err: expect.stringContaining("no such flag nosuch") });
    const line = await delos(["control", "replay", "--conf", lincoln], ['{"now":1}', "{now}"]);
    expect(line).toMatchObject({ status: 1, rows: { length: 1 }, err: expect.stringContaining("line 2 is not JSON") });
    const message = await delos(["control", "replay", "--conf", lincoln], [{ now: 1, chassis: { speed_mps: "fast" } }]);
    expect(message.err).toMatch(/line 1: chassis: .*speed_mps/);
  });
});

test("localization replay gives a line for each tick that publishes", async () => {
  const gps = { header: { timestamp_sec: 5 }, localization: pose(5).pose };
  const imu = {
    header: { timestamp_sec: 5 },
    imu: { linear_acceleration: { x: 0, y: 1, z: 0 }, angular_velocity: { z: 0.5, x: 0, y: 0 } },
  };
  const { rows, json } = await delos(
    ["localization", "replay", "--flags", "noenable_gps_imu_interprolate"],
    [{ now: 5 }, { now: 5.01, gps, imu }, { now: 5.02 }],
  );
  expect(rows).toHaveLength(2);
  // Heading east: forward acceleration is eastward.
  expect(json()[1].pose.linear_acceleration.x).toBeCloseTo(1, 12);
  expect(json()[1].header).toEqual({ timestamp_sec: 5.02, module_name: "localization", sequence_num: 2 });
});

test("planning replay and record", async () => {
  const lines = Array.from({ length: 40 }, (_, i) => ({
    chassis: { speed_mps: 5, steering_percentage: 0, gear_location: "GEAR_DRIVE" },
    localization: {
      header: { timestamp_sec: 100 + i * 0.01 },
      pose: { position: { x: i * 0.05, y: 0, z: 0 }, heading: 0, linear_acceleration_vrf: { y: 0 } },
    },
  }));
  const recorded = await delos(["planning", "record"], lines);
  expect(recorded.rows).toHaveLength(41);
  const file = join(folder, "drive.csv");
  writeFileSync(file, `${recorded.rows.join("\n")}\n`);
  const played = await delos(
    ["planning", "replay", "--trajectory", file],
    [{ now: 1 }, { now: 1.1, localization: pose(1.1) }],
  );
  expect(played.json()).toHaveLength(1);
  expect(played.json()[0]).toMatchObject({
    header: { sequence_num: 0 },
    estop: { is_estop: false },
    gear: "GEAR_DRIVE",
  });
  expect(played.json()[0].adc_trajectory_point).toHaveLength(39);
  expect(played.err).toContain("line 1: nothing published");
  const planned = await delos(
    ["planning", "replay", "--trajectory", file, "--player", "rtk_replay_planner"],
    [{ now: 1, localization: pose(1), chassis: {} }],
  );
  expect(planned.json()[0].adc_trajectory_point).toHaveLength(800);
  expect((await delos(["planning", "replay", "--trajectory", file, "--player", "x"])).status).toBe(2);
});

describe("canbus", () => {
  test("commands to frames, until the pad asks for manual driving", async () => {
    const command = { brake: 50, steering_target: -10, steering_rate: 100, gear_location: "GEAR_DRIVE" };
    const { json } = await delos(
      ["canbus", "encode", "--vehicle", "lincoln"],
      [command, { command: { pad_msg: { action: "STOP" } } }],
    );
    expect(json()).toHaveLength(10);
    expect(json().slice(0, 5)).toEqual([
      { id: 0x60, data: "ff7f010100000000" },
      { id: 0x62, data: "0000000100000000" },
      { id: 0x64, data: "2afe01fa00000000" },
      { id: 0x66, data: "0400000000000000" },
      { id: 0x68, data: "0000000000000000" },
    ]);
    expect(
      new Set(
        json()
          .slice(5)
          .map(({ data }: { data: string }) => data),
      ),
    ).toEqual(new Set(["0000000000000000"]));
  });
  test("frames to chassis; what cannot be read is said and, for a wrong length, is the status", async () => {
    const { status, json, err } = await delos(
      ["canbus", "decode", "--vehicle", "lincoln"],
      [
        { id: 0x65, data: "d600000010270000" },
        { id: "0x67", data: "0400000000000000" },
        { id: 7, data: "" },
        { id: 0x65, data: "00" },
      ],
    );
    expect(status).toBe(3);
    expect(json()[1].chassis).toMatchObject({ gear_location: "GEAR_DRIVE", driving_mode: "COMPLETE_MANUAL" });
    expect(json()[1].chassis.speed_mps).toBeCloseTo(100 / 3.6, 5);
    expect(json()[1].chassis.steering_percentage).toBeCloseTo((21.4 * 100) / 470, 5);
    expect(json()[3].chassis_detail).toEqual(json()[1].chassis_detail);
    expect(err).toMatch(/line 3: frame 0x7 of 0 bytes: unknown\nline 4: frame 0x65 of 1 bytes: wrong length/);
    expect((await delos(["canbus", "decode"], [{ id: 1, data: "xyz" }])).err).toMatch(/line 1: "xyz" is not the hex/);
  });
});

describe("sim", () => {
  test("the same figures and digest on every run, and the file holds what was digested", async () => {
    const out = join(folder, "drive.mcap");
    const first = await delos(["sim", "--duration", "6", "--json", "--out", out]);
    const second = await delos(["sim", "--duration", "6", "--json"]);
    expect(first.status).toBe(0);
    expect(second.rows).toEqual(first.rows);
    const [result] = first.json();
    expect(result).toMatchObject({ estops: 0, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(existsSync(out)).toBe(true);
    const digest = await delos(["bag", "digest", out]);
    expect(digest.rows[0]).toBe(`${result.digest}  ${out}`);
  });
  test("refuses durations and gaps that are none", async () => {
    expect((await delos(["sim", "--duration", "no"])).status).toBe(2);
    expect((await delos(["sim", "--gnss-gap", "5:3"])).status).toBe(2);
  });
});
