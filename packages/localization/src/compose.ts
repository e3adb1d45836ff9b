import { headingOf, rotate } from "@delos/math";
import type { apollo } from "@delos/msgs";
import type { LocalizationFlags } from "./flags.ts";

type Pose = apollo.localization.Pose;
type Point = apollo.common.Point3D;

/** The pose that a GPS and an IMU message make together (Apollo's ComposeLocalizationMsg). RFU vehicle, ENU map. */
export function composePose(
  gps: apollo.localization.Gps,
  imu: apollo.localization.Imu,
  flags: Pick<LocalizationFlags, "map_offset_x" | "map_offset_y" | "map_offset_z" | "enable_map_reference_unify">,
): Pose {
  const pose: { -readonly [K in keyof Pose]: Pose[K] } = {};
  const measured = gps.localization;
  if (measured?.position !== undefined) {
    pose.position = {
      x: (measured.position.x ?? Number.NaN) - flags.map_offset_x,
      y: (measured.position.y ?? Number.NaN) - flags.map_offset_y,
      z: (measured.position.z ?? 0) - flags.map_offset_z,
    };
  }
  const q = quaternionOf(measured?.orientation);
  if (measured?.orientation !== undefined) {
    pose.orientation = measured.orientation;
    pose.heading = headingOf(q);
  }
  if (measured?.linear_velocity !== undefined) pose.linear_velocity = measured.linear_velocity;

  const { linear_acceleration: acceleration, angular_velocity: rates } = imu.imu ?? {};
  if (!flags.enable_map_reference_unify) {
    if (acceleration !== undefined) pose.linear_acceleration = finite(acceleration);
    if (rates !== undefined) pose.angular_velocity = finite(rates);
    return pose;
  }
  if (measured?.orientation === undefined) return pose;
  if (acceleration !== undefined) {
    setRotated(pose, "linear_acceleration", acceleration, q);
    pose.linear_acceleration_vrf = finite(acceleration);
  }
  if (rates !== undefined) {
    setRotated(pose, "angular_velocity", rates, q);
    pose.angular_velocity_vrf = finite(rates);
  }
  return pose;
}

export function quaternionOf(orientation: apollo.common.Quaternion | undefined): {
  readonly w: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
} {
  return {
    w: orientation?.qw ?? Number.NaN,
    x: orientation?.qx ?? Number.NaN,
    y: orientation?.qy ?? Number.NaN,
    z: orientation?.qz ?? Number.NaN,
  };
}

/** Without the components that are no numbers: they are missing, and NaN does not go on the bus. */
function finite(point: Point): Point {
  const parts = Object.entries(point) as [keyof Point, number][];
  return parts.every(([, n]) => Number.isFinite(n))
    ? point
    : (Object.fromEntries(parts.filter(([, n]) => Number.isFinite(n))) as Point);
}

/** Rotates into the map. With a component missing the result would be NaN, which does not go on the bus. */
function setRotated(
  pose: { linear_acceleration?: Point | undefined; angular_velocity?: Point | undefined },
  field: "linear_acceleration" | "angular_velocity",
  vehicle: Point,
  q: ReturnType<typeof quaternionOf>,
): void {
  const [x, y, z] = rotate(q, [vehicle.x ?? Number.NaN, vehicle.y ?? Number.NaN, vehicle.z ?? Number.NaN]);
  if (Number.isFinite(x + y + z)) pose[field] = { x, y, z };
}
