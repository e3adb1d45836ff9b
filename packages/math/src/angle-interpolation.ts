import { normalizeAngle } from "./angle.ts";

/** Angle at `t` between (t0, a0) and (t1, a1) along the shorter arc, in [−π, π). */
export function slerpAngle(a0: number, t0: number, a1: number, t1: number, t: number): number {
  if (Math.abs(t1 - t0) <= 1e-10) return normalizeAngle(a0);
  const from = normalizeAngle(a0);
  let d = normalizeAngle(a1) - from;
  if (d > Math.PI) d -= 2 * Math.PI;
  else if (d < -Math.PI) d += 2 * Math.PI;
  const r = (t - t0) / (t1 - t0);
  return normalizeAngle(from + d * r);
}
