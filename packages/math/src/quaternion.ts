import { normalizeAngle } from "./angle.ts";

/** Rotation of vehicle vectors (RFU: x right, y forward, z up) into the map (ENU): v_map = R(q)·v_vehicle. */
export interface Quaternion {
  readonly w: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export type Vector3 = readonly [number, number, number];

/** Yaw 0 points north, positive to the west; pitch positive nose up; roll positive left side up. rad. */
export interface EulerZxy {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** R(q), 3×3 row-major, in Eigen's order of operations. */
export function rotationMatrix({ w, x, y, z }: Quaternion): Float64Array {
  const tx = 2 * x;
  const ty = 2 * y;
  const tz = 2 * z;
  const twx = tx * w;
  const twy = ty * w;
  const twz = tz * w;
  const txx = tx * x;
  const txy = ty * x;
  const txz = tz * x;
  const tyy = ty * y;
  const tyz = tz * y;
  const tzz = tz * z;
  return Float64Array.of(
    1 - (tyy + tzz),
    txy - twz,
    txz + twy,
    txy + twz,
    1 - (txx + tzz),
    tyz - twx,
    txz - twy,
    tyz + twx,
    1 - (txx + tyy),
  );
}

/** R(q)·v. */
export function rotate(q: Quaternion, v: Vector3): [number, number, number] {
  const r = rotationMatrix(q);
  return [
    r[0]! * v[0] + r[1]! * v[1] + r[2]! * v[2],
    r[3]! * v[0] + r[4]! * v[1] + r[5]! * v[2],
    r[6]! * v[0] + r[7]! * v[1] + r[8]! * v[2],
  ];
}

/** Angles of q = Rz(yaw)·Rx(pitch)·Ry(roll). A product of more than 1 under the arcsine gives NaN, as in Apollo. */
export function eulerZxyOf({ w, x, y, z }: Quaternion): EulerZxy {
  return {
    roll: Math.atan2(2 * (w * y - x * z), 2 * (w * w + z * z) - 1),
    pitch: Math.asin(2 * (w * x + y * z)),
    yaw: Math.atan2(2 * (w * z - x * y), 2 * (w * w + y * y) - 1),
  };
}

/** Rz(yaw)·Rx(pitch)·Ry(roll), scalar part not negative. */
export function quaternionOfEulerZxy({ yaw, pitch, roll }: EulerZxy): Quaternion {
  const sr = Math.sin(roll * 0.5);
  const sp = Math.sin(pitch * 0.5);
  const sy = Math.sin(yaw * 0.5);
  const cr = Math.cos(roll * 0.5);
  const cp = Math.cos(pitch * 0.5);
  const cy = Math.cos(yaw * 0.5);
  const w = cr * cp * cy - sr * sp * sy;
  const x = cr * sp * cy - sr * cp * sy;
  const y = cr * sp * sy + sr * cp * cy;
  const z = cr * cp * sy + sr * sp * cy;
  return w < 0 ? { w: -w, x: -x, y: -y, z: -z } : { w, x, y, z };
}

/** Heading (0 east, counter-clockwise) in [−π, π) of a vehicle's orientation. */
export function headingOf(q: Quaternion): number {
  const yaw = Math.atan2(2 * (q.w * q.z - q.x * q.y), 2 * (q.w * q.w + q.y * q.y) - 1);
  return normalizeAngle(yaw + Math.PI / 2);
}

/** Orientation of a level vehicle. */
export function quaternionOfHeading(heading: number): Quaternion {
  return quaternionOfEulerZxy({ yaw: heading - Math.PI / 2, pitch: 0, roll: 0 });
}

/** Hamilton product: R(multiply(a, b)) = R(a)·R(b). */
export function multiplyQuaternions(a: Quaternion, b: Quaternion): Quaternion {
  return {
    w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
    x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
    y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
    z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
  };
}

/** Turn by the rotation vector (rad): exp of its half. */
export function quaternionOfRotationVector(v: Vector3): Quaternion {
  const angle = Math.hypot(v[0], v[1], v[2]);
  const s = angle < 1e-9 ? 0.5 - (angle * angle) / 48 : Math.sin(angle / 2) / angle;
  return { w: Math.cos(angle / 2), x: s * v[0], y: s * v[1], z: s * v[2] };
}

/** Of length 1. @throws RangeError for the zero quaternion and for NaN */
export function normalizeQuaternion(q: Quaternion): Quaternion {
  const length = Math.hypot(q.w, q.x, q.y, q.z);
  if (!(length > 0)) throw new RangeError(`no rotation: quaternion of length ${length}`);
  return { w: q.w / length, x: q.x / length, y: q.y / length, z: q.z / length };
}
