import type { Node } from "@delos/runtime";
import type { MonitorConfig } from "./config.ts";
import type { Instant } from "./instant.ts";
import type { MonitorItem } from "./messages.ts";
import { MonitorCore } from "./monitor-core.ts";
import { monitorTopic, statusTopic } from "./topics.ts";

export interface MonitorComponentOptions {
  readonly config: MonitorConfig;
  /** Resident memory of the process, MiB. */
  readonly memoryMib?: () => number;
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
    core.onProcess({ lagMs: tick.latenessMs, memoryMib: memoryMib() });
    const { news, status } = core.look(at);
    if (news.length > 0) faults.publish(message(news, at));
    if (status !== undefined) statuses.publish(message(status, at));
  });
  return core;
}

function stampOf(message: unknown): number | undefined {
  return (message as { readonly header?: { readonly timestamp_sec?: number } }).header?.timestamp_sec;
}
