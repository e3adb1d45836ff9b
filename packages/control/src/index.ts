export {
  type ControlConfig,
  type ControllerName,
  type LateralConfig,
  type LongitudinalConfig,
  readControlConfig,
  type VehicleParameters,
} from "./config.ts";
export { type ControlComponentOptions, controlComponent } from "./control-component.ts";
export { ControlCore } from "./control-core.ts";
export type { Controller, CycleInput } from "./controller.ts";
export { SPEED_LOG_HEADER, STEER_LOG_HEADER, speedLogLine, steerLogLine } from "./csv-log.ts";
export { CONTROL_FLAGS, type ControlFlags } from "./flags.ts";
export { LateralController } from "./lateral-controller.ts";
export { LongitudinalController } from "./longitudinal-controller.ts";
export type * from "./messages.ts";
export { DrivingAction, DrivingMode, ErrorCode, GearPosition, LogLevel } from "./messages.ts";
export { BackCalculationPid, ClampingPid, Pid, type PidConfig, type PidGains, type Saturation } from "./pid.ts";
export { type FrenetState, type PathPoint, TrajectoryAnalyzer, toFrenet } from "./trajectory.ts";
export { VehicleState } from "./vehicle-state.ts";
