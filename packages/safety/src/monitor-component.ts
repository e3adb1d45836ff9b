import { apollo } from "@delos/msgs";
import { type ComponentPorts, type Node, type Topic, topic } from "@delos/runtime";
import type { MonitorConfig } from "./config.ts";
import type { Instant } from "./instant.ts";
import type { MonitorItem } from "./messages.ts";
import { MonitorCore } from "./monitor-core.ts";
import { monitorTopic, statusTopic } from "./topics.ts";

/** Types of the topics that Apollo has: what is listened to is read whatever its type is. */
const TYPES: Readonly<Record<string, Topic["type"]>> = {
  "/apollo/sensor/gnss/odometry": apollo.localization.Gps as Topic["type"],
  "/apollo/sensor/gnss/corrected_imu": apollo.localization.Imu as Topic["type"],
  "/apollo/localization/pose": apollo.localization.LocalizationEstimate as Topic["type"],
  "/apollo/canbus/chassis": apollo.canbus.Chassis as Topic["type"],
  "/apollo/planning": apollo.planning.ADCTrajectory as Topic["type"],
  "/apollo/control": apollo.control.ControlCommand as Topic["type"],
};

export const monitorPorts = (config: MonitorConfig): ComponentPorts => ({
  inputs: config.topics.flatMap((rule) =>
    TYPES[rule.topic] === undefined ? [] : [topic(rule.topic, TYPES[rule.topic]!)],
  ),
  outputs: [monitorTopic, statusTopic],
});

export interface MonitorComponentOptions {
  readonly config: MonitorConfig;
  /** Resident memory of the process, MiB. */
  readonly memoryMib?: () => number;
  /** Modules that have given a sign of life since the last look. */
  readonly moved?: () => readonly string[];
  /** Called after every look: the monitor's own sign of life. */
  readonly onLook?: () => void;
}

/**
 * The monitor on the bus: listens to every topic of its rules, tells faults on `/apollo/monitor` and its status on
 * `/apollo/monitor/system_status`. A module without a topic gives its sign of life to the core that is returned. It ends with
 * its node.
 */
export function monitorComponent(node: Node, options: MonitorComponentOptions): MonitorCore {
  const { config, memoryMib = () => process.memoryUsage.rss() / 2 ** 20 } = options;
  const { clock } = node;
  const core = new MonitorCore(config);
  const now = (): Instant => ({ monotonicMs: clock.monotonicMs(), unixS: clock.nowMs() / 1000 });
  for (const name of core.topics) {
    node.subscribeAny(name).on((sample) => {
      let stampS: number | undefined;
      try {
        // A type that nothing here knows has no stamp to look at; one that cannot be read is no message.
        if (sample.codec !== undefined) stampS = stampOf(sample.message);
      } catch {
        return;
      }
      core.onMessage(name, stampS, now());
    });
  }
  const faults = node.publisher(monitorTopic);
  const statuses = node.publisher(statusTopic);
  let sequence = 0;
  const message = (item: readonly MonitorItem[], at: Instant) => ({
    header: { timestamp_sec: at.unixS, module_name: "monitor", sequence_num: ++sequence },
    item: [...item],
  });
  node.every({ periodMs: config.checkPeriodMs, overrun: "skip" }, (tick) => {
    const at = now();
    for (const module of options.moved?.() ?? []) core.onHeartbeat(module, at);
    core.onProcess({ lagMs: tick.latenessMs, memoryMib: memoryMib() });
    const { news, status } = core.look(at);
    if (news.length > 0) faults.publish(message(news, at));
    if (status !== undefined) statuses.publish(message(status, at));
    options.onLook?.();
  });
  return core;
}

function stampOf(message: unknown): number | undefined {
  return (message as { readonly header?: { readonly timestamp_sec?: number } }).header?.timestamp_sec;
}
