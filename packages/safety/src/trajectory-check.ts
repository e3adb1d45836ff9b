import type { apollo } from "@delos/msgs";

/**
 * What is wrong with a trajectory that control would follow all the same; undefined when nothing is. Control itself refuses
 * what is empty, not finite or far away, and stops for an e-stop.
 */
export function implausibleTrajectory(trajectory: apollo.planning.ADCTrajectory): string | undefined {
  const points = trajectory.adc_trajectory_point ?? [];
  if (trajectory.estop?.is_estop === true) return undefined;
  if (points.length < 2) return `it has ${points.length} points`;
  for (let i = 1; i < points.length; i++) {
    // Written so that a time that is no number counts as backward.
    if (!((points[i]!.relative_time ?? 0) >= (points[i - 1]!.relative_time ?? 0))) {
      return `its time runs backward at point ${i}`;
    }
  }
  return undefined;
}
