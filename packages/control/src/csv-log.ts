import type { Chassis, ControlCommand } from "./messages.ts";

/** The two logs that Apollo's controllers write with `enable_csv_debug`: columns, separators and digits are the original's. */
export const STEER_LOG_HEADER =
  "current_lateral_error,current_ref_heading,current_heading,current_heading_error,heading_error_rate,lateral_error_rate," +
  "current_curvature,steer_angle,steer_angle_feedforward,steer_angle_lateral_contribution," +
  "steer_angle_lateral_rate_contribution,steer_angle_heading_contribution,steer_angle_heading_rate_contribution," +
  "steer_angle_feedback,steering_position,v\n";

export const SPEED_LOG_HEADER =
  "station_reference,station_error,station_error_limited,preview_station_error,speed_reference,speed_error," +
  "speed_error_limited,preview_speed_reference,preview_speed_error,preview_acceleration_reference," +
  "acceleration_cmd_closeloop,acceleration_cmd,acceleration_lookup,speed_lookup,calibration_value,throttle_cmd,brake_cmd," +
  "is_full_stop,\r\n";

/** A row of the steering log; undefined while stopped. Six significant digits, as a C++ stream prints. */
export function steerLogLine(command: ControlCommand, chassis: Chassis | undefined): string | undefined {
  const debug = command.debug?.simple_lat_debug;
  if (debug === undefined) return undefined;
  const row = [
    debug.lateral_error,
    debug.ref_heading,
    debug.heading,
    debug.heading_error,
    debug.heading_error_rate,
    debug.lateral_error_rate,
    debug.curvature,
    debug.steer_angle,
    debug.steer_angle_feedforward,
    debug.steer_angle_lateral_contribution,
    debug.steer_angle_lateral_rate_contribution,
    debug.steer_angle_heading_contribution,
    debug.steer_angle_heading_rate_contribution,
    debug.steer_angle_feedback,
    chassis?.steering_percentage,
    debug.ref_speed,
  ];
  return `${row.map((value) => sixDigits(value ?? Number.NaN)).join(",")}\n`;
}

/** A row of the speed log; undefined while stopped. */
export function speedLogLine(command: ControlCommand): string | undefined {
  const debug = command.debug?.simple_lon_debug;
  if (debug === undefined) return undefined;
  const row = [
    debug.station_reference,
    debug.station_error,
    debug.station_error_limited,
    debug.preview_station_error,
    debug.speed_reference,
    debug.speed_error,
    debug.speed_controller_input_limited,
    debug.preview_speed_reference,
    debug.preview_speed_error,
    debug.preview_acceleration_reference,
    debug.acceleration_cmd_closeloop,
    debug.acceleration_cmd,
    debug.acceleration_lookup,
    debug.speed_lookup,
    debug.calibration_value,
    debug.throttle_cmd,
    debug.brake_cmd,
  ];
  return `${row.map((value) => (value ?? 0).toFixed(6)).join(", ")}, ${debug.is_full_stop === true ? 1 : 0},\r\n`;
}

/** `%g`: six significant digits without trailing zeros, an exponent of at least two digits below 1e-4 and from 1e6 on. */
function sixDigits(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits, power] = value.toExponential(5).split("e") as [string, string];
  const exponent = Number(power);
  const plain = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent >= -4 && exponent < 6) return plain(value.toFixed(5 - exponent));
  return `${plain(digits)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
