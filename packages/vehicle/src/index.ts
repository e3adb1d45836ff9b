export { Bicycle, type BicycleParameters, MKZ_BICYCLE } from "./bicycle.ts";
export { ByWireUnit } from "./by-wire-unit.ts";
export { type CanFrame, type CanPort, fromHex, toHex } from "./can-frame.ts";
export {
  type CanbusComponentOptions,
  canbusComponent,
  type SimulatedMkzComponentOptions,
  simulatedMkzComponent,
  simulatedMkzPorts,
} from "./canbus-component.ts";
export { CanbusCore, type CanbusOptions, type CanbusStep } from "./canbus-core.ts";
export { type CandumpFrame, CandumpPort, formatCandump, parseCandump } from "./candump.ts";
export { type ChassisContext, chassisOf, faultMask } from "./chassis.ts";
export { ElectricDrive, type ElectricDriveParameters } from "./electric-drive.ts";
export { COMMAND_PERIODS_MS, MkzCommands, PEDAL_RESOLUTION } from "./mkz-commands.ts";
export { MkzController, type MkzParameters, readMkzParameters } from "./mkz-controller.ts";
export { type ChassisDetailState, type ReportOutcome, readReport } from "./mkz-reports.ts";
export { PedalMap, type Pedals } from "./pedal-map.ts";
export { SimulatedCanBus } from "./simulated-bus.ts";
export {
  type DriverInput,
  MKZ_BODY,
  RTK_NOISE,
  type SensorNoise,
  type SimulatedBody,
  SimulatedMkz,
  type SimulatedMkzOptions,
} from "./simulated-mkz.ts";
export { openSocketCan } from "./socketcan.ts";
export { mkzStopFrames, mkzStopOutput } from "./stop-output.ts";
export { canFromCarTopic, canToCarTopic, topicCanPort } from "./topic-can.ts";
