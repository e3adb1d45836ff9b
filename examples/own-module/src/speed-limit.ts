import { apollo } from "@delos/msgs";
import { type Component, defineComponent, topic } from "@delos/runtime";

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage, { depth: 10 });
const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;

interface Config {
  readonly limitMps: number;
}

/** Warns when the car is faster than it may be. */
export const speedLimit: Component<Config> = defineComponent({
  name: "speed_limit",
  summary: "Warns when the car is too fast",
  // Asked for, checked, and given the type that start() sees. What nobody asks for is refused.
  configure: (fields) => ({ limitMps: fields.number("limit_mps", { min: 0, max: 60 }) }),
  ports: () => ({ inputs: [Chassis], outputs: [Monitor] }),
  start({ node, config, beat }) {
    const warnings = node.publisher(Monitor);
    let tooFast = false;
    node.subscribe(Chassis).on(({ message }) => {
      const speedMps = message.speed_mps ?? Number.NaN;
      const was = tooFast;
      tooFast = speedMps > config.limitMps;
      if (tooFast && !was) {
        const msg = `${speedMps.toFixed(1)} m/s, more than ${config.limitMps}`;
        warnings.publish({ item: [{ source: MessageSource.CANBUS, msg, log_level: LogLevel.WARN }] });
      }
    });
    node.every(50, beat); // a sign of life for a watchdog
    return undefined;
  },
});
