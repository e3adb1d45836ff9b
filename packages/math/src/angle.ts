/** Angles in rad. Apollo's conventions: heading 0 points east, counter-clockwise positive (modules/common/math/math_utils). */

const TWO_PI = 2 * Math.PI;

/** The equal angle in [−π, π). NaN and infinities give NaN. */
export function normalizeAngle(angle: number): number {
  let a = (angle + Math.PI) % TWO_PI;
  if (a < 0) a += TWO_PI;
  return a - Math.PI;
}

/** The equal angle in [0, 2π). */
export function wrapAngle(angle: number): number {
  const a = angle % TWO_PI;
  return a < 0 ? a + TWO_PI : a;
}

/** The short way from `from` to `to`, in [−π, π). */
export function angleDifference(from: number, to: number): number {
  return normalizeAngle(to - from);
}
