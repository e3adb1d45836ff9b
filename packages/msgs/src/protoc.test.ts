import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { fileHeader, filesOfSet } from "./descriptor-bytes.ts";
import { apollo, foxglove, messageTypes } from "./index.ts";

/** Google's compiler, where it is installed (Debian: protobuf-compiler): an independent witness. */
const proto = fileURLToPath(new URL("../../../proto/", import.meta.url));
const PROTOC = "protoc";
const installed = spawnSync(PROTOC, ["--version"]).status === 0;

function protoc(args: readonly string[], input: string | Uint8Array): Buffer {
  const result = spawnSync(PROTOC, [`-I${proto}`, ...args], { input });
  if (result.status !== 0) throw new Error(result.stderr.toString());
  return result.stdout;
}

describe.skipIf(!installed)("protoc", () => {
  const folder = mkdtempSync(join(tmpdir(), "delos-protoc-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("makes the same descriptors of proto/, bit by bit", () => {
    const names = [...new Set(messageTypes.names.map((name) => messageTypes.get(name).descriptor.file.name))];
    protoc(["--include_imports", `--descriptor_set_out=${join(folder, "set")}`, ...names], "");
    const theirs = filesOfSet(readFileSync(join(folder, "set")));
    const ours = new Map(
      messageTypes.names.map((name) => {
        const { file } = messageTypes.get(name).descriptor;
        return [file.name, file.bytes];
      }),
    );
    // A file with enums only stands behind no message of its own.
    const compared = theirs.filter((file) => ours.has(fileHeader(file).name));
    expect(compared.length).toBeGreaterThan(100);
    const different = compared.filter((file) => Buffer.compare(file, ours.get(fileHeader(file).name)!) !== 0);
    expect(different.map((file) => fileHeader(file).name)).toEqual([]);
  });

  const samples = [
    [
      apollo.canbus.Chassis,
      {
        header: {
          timestamp_sec: 1173545122.25,
          module_name: 'chassis "1" \\ \n',
          sequence_num: 4294967295,
          lidar_timestamp: 2n ** 64n - 1n,
          version: 1,
        },
        engine_started: false,
        engine_rpm: Number.NaN,
        speed_mps: Math.fround(0.1),
        fuel_range_m: -2147483648,
        throttle_percentage: -0,
        steering_percentage: Math.fround(3.4e38),
        driving_mode: 4,
        gear_location: 2,
        chassis_error_mask: 0,
        signal: { turn_signal: 1, horn: true },
      },
    ],
    [
      apollo.planning.ADCTrajectory,
      {
        adc_trajectory_point: [{ x: 1e300, y: -5.5e-300, z: Infinity }, {}],
        estop: { is_estop: true, reason: "" },
        gear: 1,
        trajectory_point: [{ path_point: { x: 0.1, lane_id: "a" }, relative_time: -1.5 }],
      },
    ],
    [
      apollo.perception.PerceptionObstacles,
      {
        perception_obstacle: [{ id: -1, point_cloud: [1, 2.5, Number.NaN], polygon_point: [{ x: 1 }] }],
        error_code: 2,
      },
    ],
    [apollo.decision.MainDecision, { estop: { reason_code: 1, hard_brake: {} }, target_lane: [{ id: "7" }] }],
    [
      apollo.common.config.Transform,
      { source_frame: Uint8Array.from({ length: 256 }, (_, i) => i), rotation: { qw: 1 } },
    ],
    [
      foxglove.SceneUpdate,
      { entities: [{ id: "path", lines: [{ type: 1, points: [{ x: 1 }], indices: [0, 4294967295] }] }] },
    ],
  ] as const;

  test.for(samples.map(([type, value]) => [type.name, value] as const))(
    "reads and writes %s as we do",
    ([name, value]) => {
      const type = messageTypes.get(name);
      const file = type.descriptor.file.name;
      const bytes = type.encode(value);
      const text = type.toText(value);
      expect(protoc([`--encode=${name}`, file], text).toString("hex")).toBe(Buffer.from(bytes).toString("hex"));
      const theirs = protoc([`--decode=${name}`, file], bytes).toString();
      expect(type.fromText(theirs)).toEqual(type.decode(bytes));
      expect(theirs).toBe(text);
    },
  );
});
