import { apollo, delos } from "@delos/msgs";
import { type Topic, topic } from "@delos/runtime";

const { InsStatus, GnssStatus } = apollo.common.gnss_status;
const latched = { durability: "transient_local", depth: 1 } as const;

export const insStatusTopic: Topic<apollo.common.gnss_status.InsStatus> = topic(
  "/apollo/sensor/gnss/ins_status",
  InsStatus,
  latched,
);
export const gnssStatusTopic: Topic<apollo.common.gnss_status.GnssStatus> = topic(
  "/apollo/sensor/gnss/gnss_status",
  GnssStatus,
  latched,
);
export const chassisTopic: Topic<apollo.canbus.Chassis> = topic("/apollo/canbus/chassis", apollo.canbus.Chassis);
export const localizationTopic: Topic<apollo.localization.LocalizationEstimate> = topic(
  "/apollo/localization/pose",
  apollo.localization.LocalizationEstimate,
);
/** What somebody at the wheel of the simulated car does. */
export const driverTopic: Topic<delos.DriverInput> = topic("/delos/sim/driver", delos.DriverInput, { depth: 1 });
/** Where the simulated car really is, which no sensor knows: pose of the rear axle and its velocity. */
export const truthTopic: Topic<apollo.localization.LocalizationEstimate> = topic(
  "/delos/sim/truth",
  apollo.localization.LocalizationEstimate,
  { depth: 10 },
);
export const padTopic: Topic<apollo.control.PadMessage> = topic("/apollo/control/pad", apollo.control.PadMessage, {
  depth: 10,
});
export const monitorTopic: Topic<apollo.common.monitor.MonitorMessage> = topic(
  "/apollo/monitor",
  apollo.common.monitor.MonitorMessage,
  { depth: 10 },
);
