import type { Adapter } from "../observation.ts";
import { enumName, field, fields, num } from "../read-value.ts";

/** modules/canbus/proto/chassis.proto */
const GEARS = { 0: "N", 1: "D", 2: "R", 3: "P", 4: "L", 5: "INVALID", 6: "NONE" };
const GEAR_LETTERS: Readonly<Record<string, string>> = {
  GEAR_NEUTRAL: "N",
  GEAR_DRIVE: "D",
  GEAR_REVERSE: "R",
  GEAR_PARKING: "P",
  GEAR_LOW: "L",
  GEAR_INVALID: "INVALID",
  GEAR_NONE: "NONE",
};
const DRIVING_MODES = {
  0: "COMPLETE_MANUAL",
  1: "COMPLETE_AUTO_DRIVE",
  2: "AUTO_STEER_ONLY",
  3: "AUTO_SPEED_ONLY",
  4: "EMERGENCY_MODE",
};
const ERROR_CODES = {
  0: "NO_ERROR",
  1: "CMD_NOT_IN_PERIOD",
  2: "CHASSIS_ERROR",
  3: "MANUAL_INTERVENTION",
  4: "CHASSIS_CAN_NOT_IN_PERIOD",
  5: "UNKNOWN_ERROR",
};
const TURN_SIGNALS = { 0: "NONE", 1: "LEFT", 2: "RIGHT" };

export const chassis: Adapter = {
  types: ["apollo.canbus.Chassis", "pb_msgs/Chassis"],
  read: (message) => {
    const at = fields(message);
    const gear = enumName(at["gear_location"], GEARS);
    return [
      {
        kind: "chassis",
        speedMps: num(at["speed_mps"]),
        steeringPercent: num(at["steering_percentage"]),
        throttlePercent: num(at["throttle_percentage"]),
        brakePercent: num(at["brake_percentage"]),
        gear: gear === undefined ? undefined : (GEAR_LETTERS[gear] ?? gear),
        // What is not set has its proto2 default: a manual drive records neither.
        drivingMode: enumName(at["driving_mode"] ?? 0, DRIVING_MODES),
        errorCode: enumName(at["error_code"] ?? 0, ERROR_CODES),
        signal: signalOf(at),
        timeS: num(field(at["header"], "timestamp_sec")),
      },
    ];
  },
};

/** `signal` since 1.0; the single flags beside it are its forerunners and still set by some recorders. */
function signalOf(at: Readonly<Record<string, unknown>>): string {
  const signal = fields(at["signal"]);
  if (signal["emergency_light"] === true) return "EMERGENCY";
  const turn = enumName(signal["turn_signal"], TURN_SIGNALS)?.replace("TURN_", "");
  if (turn !== undefined && turn !== "NONE") return turn;
  const [left, right] = [at["left_turn_signal"] === true, at["right_turn_signal"] === true];
  return left && right ? "EMERGENCY" : left ? "LEFT" : right ? "RIGHT" : "NONE";
}
