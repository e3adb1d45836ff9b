import type { apollo } from "@delos/msgs";

type Imu = apollo.localization.Imu;
type Point = apollo.common.Point3D;

const stampOf = (imu: Imu): number => imu.header?.timestamp_sec ?? 0;

/**
 * The IMU message for a GPS time: interpolated between the neighbours, the newest when all are older.
 *
 * @param history newest first, at least one
 * @param ascending search from the oldest on. Apollo 1.0 searches from the newest on, so that it returns the *oldest*
 *   stored message as soon as the newest is younger than the GPS: comparisons with the original need that.
 */
export function matchImu(history: readonly Imu[], gpsTimeS: number, toleranceS: number, ascending: boolean): Imu {
  const ordered = ascending ? [...history].reverse() : history;
  const found = ordered.findIndex((imu) => stampOf(imu) - gpsTimeS > toleranceS);
  if (found < 0) return history[0]!;
  if (found === 0) return history.at(-1)!;
  return interpolateImu(ordered[found - 1]!, ordered[found]!, gpsTimeS, toleranceS);
}

/** Between `first` and `second` at `timeS`; a copy of `first` where there is nothing to interpolate. */
export function interpolateImu(first: Imu, second: Imu, timeS: number, toleranceS: number): Imu {
  const [t1, t2] = [stampOf(first), stampOf(second)];
  if (timeS - t1 < toleranceS || timeS - t2 > toleranceS) return first;
  const stamped: Imu = { ...first, header: { ...first.header, timestamp_sec: timeS } };
  const span = t2 - t1;
  if (first.header?.timestamp_sec === undefined || second.header?.timestamp_sec === undefined) return stamped;
  if (!(Math.abs(span) >= 0.001)) return stamped;
  const share = (timeS - t1) / span;
  const [a, b] = [first.imu, second.imu];
  if (a === undefined || b === undefined) return stamped;
  return {
    ...stamped,
    imu: {
      ...a,
      ...(a.angular_velocity !== undefined && b.angular_velocity !== undefined
        ? { angular_velocity: between(a.angular_velocity, b.angular_velocity, share) }
        : {}),
      ...(a.linear_acceleration !== undefined && b.linear_acceleration !== undefined
        ? { linear_acceleration: between(a.linear_acceleration, b.linear_acceleration, share) }
        : {}),
    },
  };
}

/** By component; one that either side lacks is absent. */
function between(p1: Point, p2: Point, share: number): Point {
  const point: { x?: number; y?: number; z?: number } = {};
  for (const axis of ["x", "y", "z"] as const) {
    const [a, b] = [p1[axis], p2[axis]];
    if (a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b)) continue;
    point[axis] = a * (1 - share) + b * share;
  }
  return point;
}
