import type { Trajectory } from "../../protocol/bridge.ts";
import type { PlannedCurve } from "../plots/chart.ts";

/** A quantity of the newest plan against recorded time; undefined where the plan does not say it. */
export function plannedCurve(
  trajectory: Trajectory | undefined,
  quantity: "speed" | "acceleration" | "curvature",
): PlannedCurve | undefined {
  if (trajectory === undefined) return undefined;
  const values = {
    speed: trajectory.speed_mps,
    acceleration: trajectory.acceleration_mps2,
    curvature: trajectory.curvature_per_m,
  }[quantity];
  const { relative_time_s: times, header_time_s: startS } = trajectory;
  if (times.length < 2 || values.length !== times.length) return undefined;
  return { timesS: times.map((timeS) => startS + timeS), values };
}

export interface Fit {
  readonly scale: number;
  readonly middleX: number;
  readonly middleY: number;
}

/** Both directions in one scale, so that a circle is a circle; at least `leastM` across. */
export function fitted(
  x: readonly number[],
  y: readonly number[],
  width: number,
  height: number,
  leastM: number,
): Fit | undefined {
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    [minX, maxX] = [Math.min(minX, x[i]!), Math.max(maxX, x[i]!)];
    [minY, maxY] = [Math.min(minY, y[i]!), Math.max(maxY, y[i]!)];
  }
  if (!(maxX >= minX) || width <= 0 || height <= 0) return undefined;
  const scale = 0.88 * Math.min(width / Math.max(leastM, maxX - minX), height / Math.max(leastM, maxY - minY));
  return { scale, middleX: (minX + maxX) / 2, middleY: (minY + maxY) / 2 };
}
