// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_control_calibrationtable from "./calibrationtable.ts";

export interface ControlCalibrationTable {
  readonly calibration?: readonly $apollo_control_calibrationtable.ControlCalibrationInfo[] | undefined;
}
export const ControlCalibrationTable: MessageType<ControlCalibrationTable> = $message<ControlCalibrationTable>("apollo.control.calibrationtable.ControlCalibrationTable");

export interface ControlCalibrationInfo {
  readonly speed?: number | undefined;
  readonly acceleration?: number | undefined;
  readonly command?: number | undefined;
}
export const ControlCalibrationInfo: MessageType<ControlCalibrationInfo> = $message<ControlCalibrationInfo>("apollo.control.calibrationtable.ControlCalibrationInfo");
