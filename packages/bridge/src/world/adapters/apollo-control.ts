import type { Adapter } from "../observation.ts";
import { field, fields, num } from "../read-value.ts";

/** modules/control/proto/control_cmd.proto; the errors are in the debug messages of the two controllers. */
export const control: Adapter = {
  types: ["apollo.control.ControlCommand", "pb_msgs/ControlCommand"],
  read: (message) => {
    const at = fields(message);
    const lateral = field(at["debug"], "simple_lat_debug");
    const longitudinal = field(at["debug"], "simple_lon_debug");
    return [
      {
        kind: "control",
        throttlePercent: num(at["throttle"]),
        brakePercent: num(at["brake"]),
        steeringTargetPercent: num(at["steering_target"]),
        lateralErrorM: num(field(lateral, "lateral_error")),
        headingErrorRad: num(field(lateral, "heading_error")),
        stationErrorM: num(field(longitudinal, "station_error")),
        speedErrorMps: num(field(longitudinal, "speed_error")),
        speedReferenceMps: num(field(longitudinal, "speed_reference")),
        accelerationReferenceMps2: num(field(longitudinal, "preview_acceleration_reference")),
        curvatureReferencePerM: num(field(lateral, "curvature")),
        latencyMs: num(field(at["latency_stats"], "total_time_ms")),
        timeS: num(field(at["header"], "timestamp_sec")),
      },
    ];
  },
};
