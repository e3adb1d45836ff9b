import { apollo } from "@delos/msgs";

/** The messages that control reads and writes: Apollo's own types under short names. */
export type Header = apollo.common.Header;
export type LocalizationEstimate = apollo.localization.LocalizationEstimate;
export type Chassis = apollo.canbus.Chassis;
export type AdcTrajectory = apollo.planning.ADCTrajectory;
export type PadMessage = apollo.control.PadMessage;
export type MonitorMessage = apollo.common.monitor.MonitorMessage;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** While it is being filled. */
export type ControlCommand = Mutable<Omit<apollo.control.ControlCommand, "debug" | "latency_stats">> & {
  debug?: Mutable<apollo.control.Debug> | undefined;
  latency_stats?: { total_time_ms: number; controller_time_ms?: number[] };
};
export type SimpleLateralDebug = Mutable<apollo.control.SimpleLateralDebug>;
export type SimpleLongitudinalDebug = Mutable<apollo.control.SimpleLongitudinalDebug>;

export const DrivingMode = apollo.canbus.Chassis.DrivingMode;
export const GearPosition = apollo.canbus.Chassis.GearPosition;
export const DrivingAction = apollo.control.DrivingAction;
export const LogLevel = apollo.common.monitor.MonitorMessageItem.LogLevel;
export const ErrorCode = apollo.common.ErrorCode;
