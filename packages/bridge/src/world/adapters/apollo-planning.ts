import type { Adapter } from "../observation.ts";
import { field, fields, list, num } from "../read-value.ts";

/** 1.0: flat `adc_trajectory_point` (field 4). 1.5 and later: `trajectory_point` (field 12) with a `path_point` inside. */
export const planning: Adapter = {
  types: ["apollo.planning.ADCTrajectory", "pb_msgs/ADCTrajectory"],
  newestOnly: true,
  read: (message) => {
    const at = fields(message);
    const later = list(at["trajectory_point"]);
    const points = (later.length > 0 ? later : list(at["adc_trajectory_point"])).flatMap((point) => {
      const place = field(point, "path_point") ?? point;
      const [x, y] = [num(field(place, "x")), num(field(place, "y"))];
      if (x === undefined || y === undefined) return [];
      const speed = num(field(point, "v")) ?? num(field(point, "speed")) ?? 0;
      const acceleration = num(field(point, "a")) ?? num(field(point, "acceleration_s"));
      const curvature = num(field(place, "kappa")) ?? num(field(point, "curvature"));
      return [{ x, y, speed, acceleration, curvature, time: num(field(point, "relative_time")) ?? 0 }];
    });
    return [
      {
        kind: "trajectory",
        x: points.map((point) => point.x),
        y: points.map((point) => point.y),
        speedMps: points.map((point) => point.speed),
        relativeTimeS: points.map((point) => point.time),
        accelerationMps2: allOf(points.map((point) => point.acceleration)),
        curvaturePerM: allOf(points.map((point) => point.curvature)),
        latencyMs: num(field(at["latency_stats"], "total_time_ms")),
        isEstop: field(at["estop"], "is_estop") === true,
        timeS: num(field(at["header"], "timestamp_sec")),
      },
    ];
  },
};

/** Nothing unless every point says it: half a curve would be drawn against the wrong times. */
function allOf(values: readonly (number | undefined)[]): number[] {
  return values.every((value) => value !== undefined) ? (values as number[]) : [];
}
