import { delos } from "@delos/msgs";
import type { Node } from "./node.ts";
import { Publisher } from "./publisher.ts";
import type { Runtime } from "./runtime.ts";
import { Subscription } from "./subscription.ts";
import { type Topic, topic } from "./topic.ts";

/** The counters of every queue of every runtime that publishes them, once in a while: watching costs the watched nothing. */
export const statisticsTopic: Topic<delos.Statistics> = topic("/delos/statistics", delos.Statistics, { depth: 100 });

/** The counters of all publishers and subscriptions of a runtime now. */
export function statisticsOf(runtime: Runtime, windowMs = 0): delos.Statistics {
  const { host, pid } = runtime.participant;
  const parts = runtime.nodes.flatMap((node) => node.parts.map((part) => [node, part] as const));
  return {
    stamp_ns: runtime.clock.nowNs(),
    window_ns: BigInt(Math.round(windowMs * 1e6)),
    host: host ?? "",
    process: pid ?? 0,
    publishers: parts.flatMap(([node, part]) => (part instanceof Publisher ? publisherStatistics(node, part) : [])),
    subscribers: parts.flatMap(([node, part]) =>
      part instanceof Subscription ? subscriberStatistics(node, part) : [],
    ),
  };
}

function publisherStatistics(node: Node, publisher: Publisher): delos.PublisherStatistics {
  const { published, dropped, subscribers, deadlinesMissed } = publisher.stats;
  return {
    topic: publisher.topic,
    node: node.name,
    published: BigInt(published),
    refused: BigInt(dropped),
    matched: subscribers,
    deadlines_missed: BigInt(deadlinesMissed),
  };
}

function subscriberStatistics(node: Node, subscription: Subscription): delos.SubscriberStatistics {
  const { received, dropped, lost, expired, deadlinesMissed, queueDepth } = subscription.stats;
  return {
    topic: subscription.topic,
    node: node.name,
    received: BigInt(received),
    dropped: BigInt(dropped),
    lost: BigInt(lost),
    late: BigInt(expired),
    deadlines_missed: BigInt(deadlinesMissed),
    queued: queueDepth,
    depth: subscription.qos.depth,
    matched: subscription.matched.length,
  };
}
