import { apollo, delos } from "@delos/msgs";
import { type Node, type Topic, topic } from "@delos/runtime";
import type { CanFrame, CanPort } from "@delos/vehicle";

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

/** The simulated CAN bus between the threads of the car and of canbus: a topic each way. */
export const canToCarTopic: Topic<delos.CanFrame> = topic("/delos/sim/can/to_car", delos.CanFrame, { depth: 200 });
export const canFromCarTopic: Topic<delos.CanFrame> = topic("/delos/sim/can/from_car", delos.CanFrame, { depth: 200 });

/** A port of that bus. It ends with the node. */
export function canPort(node: Node, out: Topic<delos.CanFrame>, into: Topic<delos.CanFrame>): CanPort {
  const frames = node.publisher(out);
  const listeners = new Set<(frame: CanFrame) => void>();
  node.subscribe(into).on(({ message: { id = 0, data = new Uint8Array() } }) => {
    const frame = { id, data: data.slice(), timestampS: node.clock.nowMs() / 1000 };
    for (const listener of listeners) listener(frame);
  });
  return {
    send: ({ id, data }) => frames.publish({ id, data }) !== "dropped",
    onFrame(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]: () => listeners.clear(),
  };
}
