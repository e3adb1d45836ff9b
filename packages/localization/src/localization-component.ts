import { apollo } from "@delos/msgs";
import { type ComponentPorts, type Node, topic } from "@delos/runtime";
import type { LocalizationFlags } from "./flags.ts";
import { RtkLocalization } from "./rtk-localization.ts";

const Gps = topic("/apollo/sensor/gnss/odometry", apollo.localization.Gps, { depth: 50 });
const Imu = topic("/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu, { depth: 50 });
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const Localization = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate, { depth: 10 });
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage, { depth: 10 });

export interface LocalizationComponentOptions {
  readonly flags: LocalizationFlags;
  /** Called after every tick: a sign of life. */
  readonly onTick?: () => void;
}

export const localizationPorts = (flags: LocalizationFlags): ComponentPorts => ({
  inputs: [Gps, Imu, ...(flags.enable_filter ? [Chassis] : [])],
  outputs: [Localization, Monitor],
});

/** RTK localization on the bus, 100 Hz. What goes to the monitor is said once a second at most. It ends with its node. */
export function localizationComponent(node: Node, options: LocalizationComponentOptions): RtkLocalization {
  const { clock } = node;
  const nowS = (): number => clock.nowMs() / 1000;
  const localization = new RtkLocalization(options.flags);
  node.subscribe(Gps).on(({ message }) => localization.onGps(message, nowS()));
  node.subscribe(Imu).on(({ message }) => localization.onImu(message, nowS()));
  if (options.flags.enable_filter) {
    node.subscribe(Chassis).on(({ message }) => {
      if (message.speed_mps !== undefined) localization.onWheelSpeed(message.speed_mps);
    });
  }
  const poses = node.publisher(Localization);
  const monitor = node.publisher(Monitor);
  let saidAtS = Number.NEGATIVE_INFINITY;
  let sequence = 0;
  node.every({ periodMs: 1000 / options.flags.localization_publish_freq, overrun: "skip" }, () => {
    const now = nowS();
    const { estimate, errors } = localization.tick(now);
    if (estimate !== undefined) poses.publish(estimate);
    options.onTick?.();
    if (errors.length === 0 || now - saidAtS < 1) return;
    saidAtS = now;
    const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;
    monitor.publish({
      header: { timestamp_sec: now, module_name: "monitor", sequence_num: ++sequence },
      item: errors.map((msg) => ({ source: MessageSource.LOCALIZATION, msg, log_level: LogLevel.ERROR })),
    });
  });
  return localization;
}
