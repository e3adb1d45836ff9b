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
      return [{ x, y, speed, time: num(field(point, "relative_time")) ?? 0 }];
    });
    return [
      {
        kind: "trajectory",
        x: points.map((point) => point.x),
        y: points.map((point) => point.y),
        speedMps: points.map((point) => point.speed),
        relativeTimeS: points.map((point) => point.time),
        isEstop: field(at["estop"], "is_estop") === true,
        timeS: num(field(at["header"], "timestamp_sec")),
      },
    ];
  },
};
