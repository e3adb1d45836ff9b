import type { Vector3 } from "@delos/math";
import type { Spread } from "./observation.ts";

/** From standard deviations to the east and to the north, without correlation. Undefined when they say nothing. */
export function spreadOfAxes(deviation: Vector3 | undefined): Spread | undefined {
  if (deviation === undefined) return undefined;
  const [east, north] = deviation;
  if (!(east > 0) || !(north > 0)) return undefined;
  return east >= north
    ? { majorM: east, minorM: north, headingRad: 0 }
    : { majorM: north, minorM: east, headingRad: Math.PI / 2 };
}

/**
 * From the first two rows and columns of a 6×6 covariance, row after row, as geometry_msgs/PoseWithCovariance has it: the
 * axes are the eigenvectors, the deviations the roots of the eigenvalues.
 */
export function spreadOfCovariance(covariance: readonly unknown[]): Spread | undefined {
  const [xx, xy, yy] = [covariance[0], covariance[1], covariance[7]];
  if (typeof xx !== "number" || typeof xy !== "number" || typeof yy !== "number") return undefined;
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  const [major, minor] = [middle + apart, middle - apart];
  if (!(minor > 0) || !Number.isFinite(major)) return undefined; // none given, or no covariance
  return { majorM: Math.sqrt(major), minorM: Math.sqrt(minor), headingRad: 0.5 * Math.atan2(2 * xy, xx - yy) };
}
