export { conditionTrack } from "./condition-track.ts";
export { type MkzDefaults, mkzDefaults, SHIPPED_CONTROL_FLAGS, SHIPPED_LOCALIZATION_FLAGS } from "./defaults.ts";
export { driveByHand } from "./drive-by-hand.ts";
export { DriveRecorder } from "./drive-recorder.ts";
export { loopTrack } from "./loop-track.ts";
export {
  CLOSED_LOOP,
  type DriveMessage,
  type DriveOptions,
  type DriveResult,
  type DriveScript,
  simulateDrive,
} from "./simulate-drive.ts";
export { ErrorStatistic, PathFollower, type PathOffset } from "./tracking-error.ts";
export {
  type CalibrationOptions,
  type CalibrationRow,
  calibrate,
  calibrationText,
  withCalibration,
} from "./vehicles/calibrate.ts";
export {
  type BrokenVehicle,
  type Catalogue,
  DEFAULT_VEHICLE,
  findVehicle,
  folderOf,
  readCatalogue,
} from "./vehicles/catalogue.ts";
export type { Physics } from "./vehicles/physics.ts";
export {
  readVehicle,
  VEHICLE_FILE,
  type Vehicle,
  type VehicleCan,
  type VehicleShape,
} from "./vehicles/vehicle-file.ts";
export { withVehicle } from "./vehicles/with-vehicle.ts";
