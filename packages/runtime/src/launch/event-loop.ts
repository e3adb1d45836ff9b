import { monitorEventLoopDelay } from "node:perf_hooks";
import { delos } from "@delos/msgs";
import type { Node } from "../node.ts";
import { type Topic, topic } from "../topic.ts";

/** How late the event loops of launched threads and processes are, once a second each. */
export const eventLoopTopic: Topic<delos.EventLoop> = topic("/delos/event_loop", delos.EventLoop, { depth: 10 });

const PERIOD_MS = 1000;
const RESOLUTION_MS = 10;

/** Measures the event loop of this thread and tells of it, until the node closes. */
export function tellEventLoop(node: Node): Disposable {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const lags = node.publisher(eventLoopTopic);
  // The histogram holds the whole time between two of its own timers.
  const lagMs = (ns: number): number => (ns > 0 ? Math.max(0, ns / 1e6 - RESOLUTION_MS) : 0);
  node.every({ periodMs: PERIOD_MS, background: true }, () => {
    lags.publish({
      stamp_ns: node.clock.nowNs(),
      node: node.name,
      max_lag_ms: lagMs(delay.max),
      mean_lag_ms: lagMs(delay.mean),
    });
    delay.reset();
  });
  return { [Symbol.dispose]: () => delay.disable() };
}
