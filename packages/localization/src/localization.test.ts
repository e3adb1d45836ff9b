import { readFlags } from "@delos/core";
import { quaternionOfEulerZxy, seededRandom } from "@delos/math";
import type { apollo } from "@delos/msgs";
import { describe, expect, test } from "vitest";
import { composePose } from "./compose.ts";
import { ErrorStateFilter, interpolateImu, LOCALIZATION_FLAGS, matchImu, RtkLocalization } from "./index.ts";

type Imu = apollo.localization.Imu;
type Gps = apollo.localization.Gps;

const gps = (stamp: number, x = 586385, heading = 0): Gps => {
  const q = quaternionOfEulerZxy({ yaw: heading - Math.PI / 2, pitch: 0, roll: 0 });
  return {
    header: { timestamp_sec: stamp },
    localization: {
      position: { x, y: 4140674, z: -28 },
      orientation: { qx: q.x, qy: q.y, qz: q.z, qw: q.w },
      linear_velocity: { x: 1, y: 2, z: 0 },
    },
  };
};
const imu = (stamp: number, forward = 0.5, yawRate = 0.1): Imu => ({
  header: { timestamp_sec: stamp },
  imu: { linear_acceleration: { x: 0.2, y: forward, z: 0.01 }, angular_velocity: { x: 0.01, y: 0.02, z: yawRate } },
});
const rtk = (flags = "noenable_gps_imu_interprolate"): RtkLocalization =>
  new RtkLocalization(readFlags(LOCALIZATION_FLAGS, flags));

describe("composition", () => {
  test("nothing before both inputs, then the newest of both, turned into the map", () => {
    const localization = rtk();
    expect(localization.tick(10).estimate).toBeUndefined();
    localization.onGps(gps(9.99, 586385, 0), 10);
    expect(localization.tick(10).estimate).toBeUndefined();
    localization.onImu(imu(9.99), 10);
    const estimate = localization.tick(10.01).estimate!;
    expect(estimate.header).toEqual({ timestamp_sec: 10.01, module_name: "localization", sequence_num: 1 });
    const pose = estimate.pose!;
    expect(pose.position).toEqual({ x: 586385, y: 4140674, z: -28 });
    expect(pose.heading).toBeCloseTo(0, 12);
    // Heading east: forward is east, right is south.
    expect(pose.linear_acceleration!.x).toBeCloseTo(0.5, 12);
    expect(pose.linear_acceleration!.y).toBeCloseTo(-0.2, 12);
    expect(pose.linear_acceleration_vrf).toEqual({ x: 0.2, y: 0.5, z: 0.01 });
    expect(pose.angular_velocity!.z).toBeCloseTo(0.1, 12);
    expect(pose.linear_velocity).toEqual({ x: 1, y: 2, z: 0 });
    expect(Object.keys(estimate)).toEqual(["header", "pose"]);
  });

  test("without map reference unification the vehicle's vectors go out as they are", () => {
    const localization = rtk("noenable_gps_imu_interprolate,noenable_map_reference_unify,map_offset_x=586000");
    localization.onGps(gps(1), 1);
    localization.onImu(imu(1), 1);
    const pose = localization.tick(1).estimate!.pose!;
    expect(pose.linear_acceleration).toEqual({ x: 0.2, y: 0.5, z: 0.01 });
    expect(pose.linear_acceleration_vrf).toBeUndefined();
    expect(pose.position!.x).toBe(385);
  });

  test("without orientation there is no acceleration in the map; GPS time as header time", () => {
    const localization = rtk("noenable_gps_imu_interprolate,enable_gps_timestamp");
    localization.onGps({ header: { timestamp_sec: 5 }, localization: { position: { x: 1, y: 2 } } }, 6);
    localization.onImu(imu(5), 6);
    const { estimate, errors } = localization.tick(6);
    expect(estimate!.pose).toEqual({ position: { x: 1, y: 2, z: 0 } });
    expect(estimate!.header!.timestamp_sec).toBe(5);
    expect(errors).toEqual([
      "GPS message time delay: 6",
      "Raw GPS Message Lost. GPS message is 100 cycle 1 sec behind current time.",
      "Raw GPS Message Lost. IMU message is 100 cycle 1 sec behind current time.",
    ]);
  });

  test("numbers that are not finite are not taken in", () => {
    const localization = rtk();
    localization.onGps(gps(1), 1);
    localization.onImu(imu(1), 1);
    localization.onGps(gps(2, Number.NaN), 2);
    localization.onImu(imu(2, Number.POSITIVE_INFINITY), 2);
    expect(localization.rejected).toBe(2);
    expect(localization.tick(2).estimate!.pose!.position!.x).toBe(586385);
  });
});

test("a component that is NaN is missing in what is published, with and without rotation into the map", () => {
  for (const enable_map_reference_unify of [true, false]) {
    const flags = { ...LOCALIZATION_FLAGS, map_offset_x: 0, enable_map_reference_unify };
    const half: Imu = {
      header: { timestamp_sec: 1 },
      imu: { linear_acceleration: { x: 4, y: 1, z: Number.NaN }, angular_velocity: { x: Number.NaN, y: 0, z: 0.5 } },
    };
    const pose = composePose(gps(1), half, flags);
    const kind = enable_map_reference_unify ? "_vrf" : "";
    expect(pose).toMatchObject({ [`linear_acceleration${kind}`]: { x: 4, y: 1 } });
    expect(JSON.stringify(pose)).not.toContain("null"); // as JSON says NaN
  }
});

describe("IMU matching", () => {
  const history = [imu(3, 3), imu(2, 2), imu(1, 1)];
  const forward = (message: Imu): number => message.imu!.linear_acceleration!.y!;
  test("ascending: between the neighbours, else the end that is nearer", () => {
    expect(forward(matchImu(history, 2.25, 1e-6, true))).toBeCloseTo(2.25, 12);
    expect(matchImu(history, 2.25, 1e-6, true).header!.timestamp_sec).toBe(2.25);
    expect(forward(matchImu(history, 9, 1e-6, true))).toBe(3);
    expect(forward(matchImu(history, 0, 1e-6, true))).toBe(1);
  });
  test("the original's order: any newer message gives the oldest", () => {
    expect(forward(matchImu(history, 2.25, 1e-6, false))).toBe(1);
    expect(forward(matchImu(history, 3, 1e-6, false))).toBe(3);
  });
  test("a component missing or NaN on one side is absent", () => {
    const half: Imu = { header: { timestamp_sec: 2 }, imu: { linear_acceleration: { x: 4, z: Number.NaN } } };
    const between = interpolateImu(imu(1, 1), half, 1.5, 1e-6);
    expect(between.imu!.linear_acceleration).toEqual({ x: 2.1 });
    expect(between.imu!.angular_velocity).toEqual(imu(1).imu!.angular_velocity);
  });
  test("stamps closer than a millisecond are not interpolated, times outside give the older", () => {
    expect(forward(interpolateImu(imu(1, 1), imu(1.0005, 2), 1.0003, 1e-6))).toBe(1);
    expect(interpolateImu(imu(1, 1), imu(2, 2), 2.5, 1e-6)).toEqual(imu(1, 1));
  });
});

describe("staleness", () => {
  test("is said in the header, then there is silence", () => {
    const localization = rtk("noenable_gps_imu_interprolate,enable_staleness_check");
    localization.onGps(gps(1), 1);
    localization.onImu(imu(1), 1);
    expect(localization.tick(1.05).estimate!.header!.status).toBeUndefined();
    localization.onImu(imu(1.2), 1.2);
    expect(localization.tick(1.2).estimate!.header!.status).toEqual({
      error_code: 3000,
      msg: "GPS message is 0.2 s old",
    });
    const { estimate, errors } = localization.tick(1.4);
    expect(estimate).toBeUndefined();
    expect(errors[0]).toMatch(/GPS message lost/);
    localization.onGps(gps(1.4), 1.4);
    localization.onImu(imu(1.4), 1.4);
    expect(localization.tick(1.41).estimate!.header!.sequence_num).toBe(3);
  });
  test("a stamp from the future does not hide silence", () => {
    const localization = rtk("noenable_gps_imu_interprolate,enable_staleness_check");
    localization.onGps(gps(1000), 1);
    localization.onImu(imu(1000), 1);
    expect(localization.tick(2).estimate).toBeUndefined();
  });
});

describe("error-state filter", () => {
  /** A circle of 20 m at 5 m/s: everything known in closed form. */
  const radius = 20;
  const speed = 5;
  const rate = speed / radius;
  const truth = (t: number): { x: number; y: number; heading: number; vx: number; vy: number } => ({
    x: radius * Math.sin(rate * t),
    y: radius * (1 - Math.cos(rate * t)),
    heading: rate * t,
    vx: speed * Math.cos(rate * t),
    vy: speed * Math.sin(rate * t),
  });

  test("integrates a circle as the closed form has it", () => {
    const filter = new ErrorStateFilter(0, 0, speed, 0, 0);
    for (let i = 0; i < 400; i++) filter.predict(-speed * rate, 0, rate, 0.01);
    const { x, y, heading } = truth(4);
    expect(Math.hypot(filter.xM - x, filter.yM - y)).toBeLessThan(1e-3);
    expect(filter.headingRad).toBeCloseTo(heading, 9);
  });

  test("finds the gyroscope's bias and bridges five seconds without GNSS", () => {
    const random = seededRandom(1);
    const filter = new ErrorStateFilter(0, 0, speed, 0, 0);
    const bias = 0.01;
    let worst = 0;
    for (let i = 1; i <= 3000; i++) {
      const t = i * 0.01;
      filter.predict(
        -speed * rate + 0.05 * random.normal(),
        0.05 * random.normal(),
        rate + bias + 0.002 * random.normal(),
        0.01,
      );
      filter.correctWheelSpeed(speed + 0.03 * random.normal());
      const p = truth(t);
      if (t < 20 || t > 25) {
        filter.correctGnss(
          p.x + 0.02 * random.normal(),
          p.y + 0.02 * random.normal(),
          p.vx,
          p.vy,
          p.heading + 0.002 * random.normal(),
        );
      } else worst = Math.max(worst, Math.hypot(filter.xM - p.x, filter.yM - p.y));
    }
    expect(Math.abs(filter.yawRateBiasRadps - bias)).toBeLessThan(0.001);
    expect(worst).toBeLessThan(0.5);
    const [sx] = filter.standardDeviations();
    expect(sx).toBeLessThan(0.05);
  });

  test("an outlier is refused", () => {
    const filter = new ErrorStateFilter(0, 0, 0, 0, 0);
    for (let i = 0; i < 50; i++) filter.correctGnss(0, 0, 0, 0, 0);
    filter.correctGnss(40, 0, 0, 0, 0);
    expect(Math.abs(filter.xM)).toBeLessThan(0.01);
    expect(filter.rejected).toBe(1);
  });

  test("the localizer goes on through a gap when the filter is on", () => {
    const localization = rtk("noenable_gps_imu_interprolate,enable_filter,enable_staleness_check");
    for (let i = 0; i <= 600; i++) {
      const t = 100 + i * 0.01;
      const p = truth(i * 0.01);
      const q = quaternionOfEulerZxy({ yaw: p.heading - Math.PI / 2, pitch: 0, roll: 0 });
      localization.onWheelSpeed(speed);
      localization.onImu(
        {
          header: { timestamp_sec: t },
          imu: { linear_acceleration: { x: -speed * rate, y: 0, z: 0 }, angular_velocity: { x: 0, y: 0, z: rate } },
        },
        t,
      );
      if (i < 300) {
        localization.onGps(
          {
            header: { timestamp_sec: t },
            localization: {
              position: { x: p.x, y: p.y, z: 0 },
              orientation: { qx: q.x, qy: q.y, qz: q.z, qw: q.w },
              linear_velocity: { x: p.vx, y: p.vy, z: 0 },
            },
          },
          t,
        );
      }
      const { estimate } = localization.tick(t);
      if (i < 1) continue;
      expect(Math.hypot(estimate!.pose!.position!.x! - p.x, estimate!.pose!.position!.y! - p.y)).toBeLessThan(0.1);
      if (i < 308 || i > 311) expect(estimate!.header!.status?.error_code).toBe(i > 310 ? 3000 : undefined);
    }
  });
});
