import { apollo } from "@delos/msgs";

/** The messages that safety reads and writes: Apollo's own types under short names. */
export type ControlCommand = apollo.control.ControlCommand;
export type MonitorMessage = apollo.common.monitor.MonitorMessage;
export type MonitorItem = apollo.common.monitor.MonitorMessageItem;
export type PadMessage = apollo.control.PadMessage;

export const { DrivingAction } = apollo.control;
export const { GearPosition } = apollo.canbus.Chassis;
export const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;
export const { ErrorCode } = apollo.common;
