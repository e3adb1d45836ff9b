import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { messageCodecs, openRecording } from "@delos/bag";
import { apollo, messageTypes } from "@delos/msgs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Observation } from "../observation.ts";
import { ADAPTERS, adapterFor } from "./index.ts";

const read = (type: string, message: unknown, topic = "/t"): readonly Observation[] =>
  adapterFor(type)!.read(message, topic);
const stamp = { sec: 100, nanosec: 500_000_000 };

describe("every adapter", () => {
  test.for(ADAPTERS.map((adapter) => [adapter.types[0]!, adapter] as const))(
    "%s makes something or nothing of any value, and never fails",
    ([, adapter]) => {
      fc.assert(
        fc.property(fc.anything({ withBigInt: true, withTypedArray: true, maxDepth: 4 }), (value) => {
          expect(Array.isArray(adapter.read(value, "/steering/speed/wheel"))).toBe(true);
        }),
        { numRuns: 50 },
      );
    },
  );

  test("protobuf types are among those that Delos knows", () => {
    const own = ADAPTERS.flatMap(({ types }) => types).filter((type) => /^(apollo|foxglove)\./.test(type));
    expect(own.filter((type) => messageTypes.find(type) === undefined)).toEqual([]);
  });

  test("ROS 2 names are those of ROS 1 with /msg/", () => {
    expect(adapterFor("nav_msgs/msg/Odometry")).toBe(adapterFor("nav_msgs/Odometry"));
    expect(adapterFor("std_msgs/String")).toBeUndefined();
  });
});

describe("Apollo", () => {
  test("pose: quaternion of right, forward, up; heading where it is set", () => {
    const message = {
      header: { timestamp_sec: 12.5 },
      pose: {
        position: { x: 1, y: 2, z: 3 },
        orientation: { qx: 0, qy: 0, qz: 0, qw: 1 },
        linear_velocity: { x: 3, y: 4, z: 0 },
        heading: 1.25,
        angular_velocity: { x: 0, y: 0, z: 0.5 },
      },
    };
    expect(read("apollo.localization.LocalizationEstimate", message)).toEqual([
      {
        kind: "pose",
        rank: 100,
        position: [1, 2, 3],
        orientation: { w: 1, x: 0, y: 0, z: 0 },
        forwardAxis: "y",
        headingRad: 1.25,
        velocity: [3, 4, 0],
        acceleration: undefined,
        yawRateRadps: 0.5,
        timeS: 12.5,
      },
    ]);
  });

  test("chassis: names for numbers, defaults of proto2 for what is not set", () => {
    const message = { speed_mps: 5, gear_location: 1, driving_mode: 1, signal: { turn_signal: 2 } };
    expect(read("pb_msgs/Chassis", message)[0]).toMatchObject({
      speedMps: 5,
      gear: "D",
      drivingMode: "COMPLETE_AUTO_DRIVE",
      signal: "RIGHT",
      errorCode: "NO_ERROR",
    });
    expect(read("apollo.canbus.Chassis", { left_turn_signal: true, right_turn_signal: true })[0]).toMatchObject({
      drivingMode: "COMPLETE_MANUAL",
      signal: "EMERGENCY",
      speedMps: undefined,
    });
  });

  test("trajectory: flat points of 1.0 and nested ones of later versions are the same", () => {
    const flat = { adc_trajectory_point: [{ x: 1, y: 2, speed: 3, relative_time: 0.5 }] };
    const nested = { trajectory_point: [{ path_point: { x: 1, y: 2 }, v: 3, relative_time: 0.5 }] };
    const [a, b] = [flat, nested].map((message) => read("apollo.planning.ADCTrajectory", message));
    expect(a).toEqual(b);
    expect(a![0]).toMatchObject({ x: [1], y: [2], speedMps: [3], relativeTimeS: [0.5], isEstop: false });
  });

  test("control: commands and the errors in the debug messages", () => {
    const message = {
      throttle: 10,
      brake: 0,
      steering_target: -5,
      debug: { simple_lat_debug: { lateral_error: 0.1, heading_error: 0.02 }, simple_lon_debug: { speed_error: -1 } },
    };
    expect(read("apollo.control.ControlCommand", message)[0]).toMatchObject({
      throttlePercent: 10,
      steeringTargetPercent: -5,
      lateralErrorM: 0.1,
      headingErrorRad: 0.02,
      speedErrorMps: -1,
      stationErrorM: undefined,
    });
  });

  test("monitor: level and source by the numbers of the schema", () => {
    const type = apollo.common.monitor.MonitorMessage;
    const json = { item: [{ source: "CONTROL", msg: "no chassis", log_level: "ERROR" }] };
    expect(read(type.schema.name, type.decode(type.encode(type.fromJSON(json))))).toMatchObject([
      { kind: "notice", level: "error", source: "control", text: "no chassis" },
    ]);
  });

  test("obstacles by the numbers of the schema", () => {
    const type = apollo.perception.PerceptionObstacles;
    const json = { perception_obstacle: [{ id: 7, position: { x: 1, y: 2 }, theta: 0.5, length: 4, type: "VEHICLE" }] };
    expect(read(type.schema.name, type.decode(type.encode(type.fromJSON(json))))[0]).toMatchObject({
      obstacles: [{ id: "7", x: 1, y: 2, headingRad: 0.5, lengthM: 4, type: "VEHICLE" }],
    });
  });
});

describe("ROS", () => {
  test("odometry: twist in the body's frame; a twist of zeros is none", () => {
    const pose = { pose: { position: { x: 1, y: 2, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } } };
    const twist = (x: number) => ({ twist: { linear: { x, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0.1 * x } } });
    expect(read("nav_msgs/Odometry", { header: { stamp }, pose, twist: twist(3) })[0]).toMatchObject({
      rank: 80,
      forwardAxis: "x",
      forwardSpeedMps: 3,
      timeS: 100.5,
    });
    expect(read("nav_msgs/Odometry", { pose, twist: twist(0) })[0]).toMatchObject({ forwardSpeedMps: undefined });
  });

  test("a fix without satellites is none", () => {
    const fix = { latitude: 37, longitude: -122, altitude: 1 };
    expect(read("sensor_msgs/NavSatFix", { ...fix, status: { status: -1 } })).toEqual([]);
    expect(read("sensor_msgs/NavSatFix", { ...fix, status: { status: 0 } })).toHaveLength(1);
    expect(read("sensor_msgs/NavSatFix", { ...fix, latitude: Number.NaN })).toEqual([]);
  });

  test("numbers mean what their topic says: steering, speed, pedals, and nothing for commands", () => {
    const scalar = (topic: string, data: number) => read("std_msgs/Float64", { data }, topic)[0];
    expect(scalar("/vehicle/steering_angle", -90)).toEqual({ kind: "steering", wheelDeg: -90 });
    expect(scalar("/steering_wheel_angle_rad", Math.PI)).toMatchObject({ wheelDeg: 180 });
    expect(scalar("/vehicle/speed", 5)).toMatchObject({ kind: "motion", speedMps: 5 });
    expect(scalar("/speed_kph", 36)).toMatchObject({ speedMps: 10 });
    expect(scalar("/throttle", 0.25)).toMatchObject({ throttlePercent: 25 });
    expect(scalar("/cmd/speed", 5)).toBeUndefined();
    expect(scalar("/steering_torque", 5)).toBeUndefined();
    expect(scalar("/temperature", 5)).toBeUndefined();
  });

  test("wheel speeds by array and by name", () => {
    expect(read("std_msgs/Float32MultiArray", { data: new Float32Array([1, 2, 3, 4]) }, "/wheel_speeds")).toMatchObject(
      [{ speedMps: 2.5 }],
    );
    expect(read("std_msgs/Float32MultiArray", { data: [1, 2, 3, 4] }, "/joint_states")).toEqual([]);
    const named = { front_left: 1, front_right: 1, rear_left: 3, rear_right: 3 };
    expect(read("vehicle.can.WheelSpeeds", named)).toMatchObject([{ speedMps: 2 }]);
  });

  test("log lines of both generations", () => {
    expect(read("rosgraph_msgs/Log", { level: 4, name: "/n", msg: "careful" })).toMatchObject([
      { level: "warn", source: "/n", text: "careful" },
    ]);
    expect(read("rcl_interfaces/msg/Log", { stamp, level: 40, name: "n", msg: "broken" })).toMatchObject([
      { level: "error", timeS: 100.5 },
    ]);
    expect(read("rosgraph_msgs/Log", { level: 1, msg: "debug" })).toEqual([]);
    expect(
      read("delos.Log", { level: 4, node: "/n", message: "broken", code: "X", stamp_ns: 2_000_000_000n }),
    ).toMatchObject([{ level: "error", source: "/n", text: "X: broken", timeS: 2 }]);
  });

  test("paths and transforms", () => {
    const pose = (x: number, sec: number) => ({
      header: { stamp: { sec, nsec: 0 } },
      pose: { position: { x, y: 0, z: 0 } },
    });
    expect(
      read("nav_msgs/Path", { header: { stamp: { secs: 10, nsecs: 0 } }, poses: [pose(1, 10), pose(2, 11)] }),
    ).toMatchObject([{ x: [1, 2], relativeTimeS: [0, 1], timeS: 10 }]);
    const transform = { translation: { x: 1, y: 2, z: 3 }, rotation: { x: 0, y: 0, z: 0, w: 1 } };
    const message = { transforms: [{ header: { frame_id: "/map" }, child_frame_id: "base_link", transform }] };
    expect(read("tf/tfMessage", message)).toMatchObject([
      { transforms: [{ parent: "map", child: "base_link", translation: [1, 2, 3] }] },
    ]);
  });
});

describe("foxglove", () => {
  const timestamp = { seconds: 100n, nanos: 500_000_000 };
  const pose = { position: { x: 1, y: 2, z: 0 }, orientation: { x: 0, y: 0, z: 1, w: 0 } };

  test("poses, odometry, fixes and transforms", () => {
    expect(read("foxglove.PoseInFrame", { timestamp, pose })).toMatchObject([
      { rank: 70, position: [1, 2, 0], timeS: 100.5 },
    ]);
    const odometry = { timestamp, pose, linear_velocity: { x: 2, y: 0, z: 0 } };
    expect(read("foxglove.Odometry", odometry)).toMatchObject([{ rank: 80, forwardSpeedMps: 2 }]);
    expect(read("foxglove.LocationFix", { timestamp, latitude: 1, longitude: 2, altitude: 3 })).toMatchObject([
      { kind: "fix", latitudeDeg: 1, longitudeDeg: 2, altitudeM: 3 },
    ]);
    expect(read("foxglove.LocationFixes", { fixes: [{ latitude: 1, longitude: 2 }] })).toHaveLength(1);
    const transform = {
      timestamp,
      parent_frame_id: "map",
      child_frame_id: "base",
      translation: pose.position,
      rotation: pose.orientation,
    };
    expect(read("foxglove.FrameTransform", transform)).toMatchObject([{ transforms: [{ child: "base" }] }]);
    expect(read("foxglove.FrameTransforms", { transforms: [transform, transform] })).toMatchObject([{ timeS: 100.5 }]);
    expect(read("foxglove.PosesInFrame", { timestamp, poses: [pose, pose] })).toMatchObject([
      { kind: "trajectory", x: [1, 1] },
    ]);
  });

  test("boxes of a scene, with what was deleted", () => {
    const cube = { pose, size: { x: 4, y: 2, z: 1.5 } };
    const message = { deletions: [{ id: "old" }], entities: [{ id: "car", cubes: [cube, cube] }] };
    expect(read("foxglove.SceneUpdate", message)).toMatchObject([
      {
        replaces: "named",
        deleted: ["old", "car"],
        deleteAll: false,
        obstacles: [{ id: "car", headingRad: Math.PI, lengthM: 4 }, { id: "car#1" }],
      },
    ]);
  });
});

const bags = new URL("../../../../../../shared/bags/", import.meta.url);
describe.skipIf(!existsSync(bags))("real recordings", () => {
  test.for([
    ["rosbag/apollo1_garage_a_lz4.bag", ["chassis", "pose", "trajectory"]],
    ["rosbag/drive_a_lz4.bag", ["fix", "motion", "pose", "steering"]],
    ["mcap/drive_a_zstd.mcap", ["fix", "motion", "pose", "steering"]],
    ["record/garage_a.record", ["chassis", "pose"]],
    ["rosbag/turtle_lz4.bag", ["notice", "pose", "transforms"]],
    ["mcap/ros2_talker.mcap", ["notice"]],
  ] as const)("%s says something of %j", async ([file, kinds]) => {
    using recording = await openRecording(fileURLToPath(new URL(file, bags)));
    const codecs = messageCodecs();
    const seen = new Set<string>();
    for (const { channel, data } of recording.messages()) {
      const codec = codecs(channel.schema);
      const adapter = adapterFor(channel.schema.name);
      if (codec === undefined || adapter === undefined) continue;
      const message = codec.decode(data.subarray(channel.payloadOffset ?? 0));
      for (const { kind } of adapter.read(message, channel.topic)) seen.add(kind);
    }
    expect([...seen].sort()).toEqual(kinds);
  });
});
