import { apollo } from "@delos/msgs";
import { type Component, defineComponent, topic } from "@delos/runtime";

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });

/** Stands in for a car: faster by 1 m/s ten times a second, then from 0 again. */
export const ramp: Component<undefined> = defineComponent({
  name: "ramp",
  summary: "A speed that rises",
  configure: () => undefined,
  ports: () => ({ inputs: [], outputs: [Chassis] }),
  start({ node }) {
    const chassis = node.publisher(Chassis);
    let speed = 0;
    node.every(100, () => {
      speed = (speed + 1) % 12;
      chassis.publish({ header: { timestamp_sec: node.clock.nowMs() / 1000 }, speed_mps: speed });
    });
    return undefined;
  },
});
