import { apollo } from "@delos/msgs";
import { type Topic, topic } from "@delos/runtime";

/** What every module tells about itself. FATAL stops the car. */
export const monitorTopic: Topic<apollo.common.monitor.MonitorMessage> = topic(
  "/apollo/monitor",
  apollo.common.monitor.MonitorMessage,
  { depth: 10 },
);
/** The safety monitor's own status, whose coming is its sign of life: no item when all is well. */
export const statusTopic: Topic<apollo.common.monitor.MonitorMessage> = topic(
  "/apollo/monitor/system_status",
  apollo.common.monitor.MonitorMessage,
  { depth: 10 },
);
export const padTopic: Topic<apollo.control.PadMessage> = topic("/apollo/control/pad", apollo.control.PadMessage, {
  depth: 10,
});
export const controlTopic: Topic<apollo.control.ControlCommand> = topic(
  "/apollo/control",
  apollo.control.ControlCommand,
  { depth: 10 },
);
/** What the guardian passes on: canbus listens here when there is a guardian (`commandTopic`). */
export const guardianTopic: Topic<apollo.control.ControlCommand> = topic(
  "/apollo/guardian",
  apollo.control.ControlCommand,
  { depth: 10 },
);
export const chassisTopic: Topic<apollo.canbus.Chassis> = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, {
  depth: 10,
});
export const planningTopic: Topic<apollo.planning.ADCTrajectory> = topic(
  "/apollo/planning",
  apollo.planning.ADCTrajectory,
  { depth: 1 },
);
