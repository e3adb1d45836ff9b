import { isHiddenTopic } from "../../bus/bus-watcher.ts";
import type { ViewedBus } from "../viewed-bus.ts";

/** Names to who is behind them: nodes. */
export interface GraphNames {
  readonly published: ReadonlyMap<string, readonly string[]>;
  readonly subscribed: ReadonlyMap<string, readonly string[]>;
  readonly services: ReadonlyMap<string, readonly string[]>;
}

export const EMPTY_GRAPH: GraphNames = { published: new Map(), subscribed: new Map(), services: new Map() };

export function graphNames({ runtime }: ViewedBus): GraphNames {
  const { topics, services } = runtime.graph;
  const shown = topics.filter(({ name }) => !isHiddenTopic(name));
  const nodesOf = (endpoints: readonly { readonly node: string }[]): string[] =>
    [...new Set(endpoints.map(({ node }) => node))].sort();
  const named = (pairs: [string, string[]][]): Map<string, string[]> =>
    new Map(pairs.filter(([, nodes]) => nodes.length > 0));
  return {
    published: named(shown.map(({ name, publications }) => [name, nodesOf(publications)])),
    subscribed: named(shown.map(({ name, subscriptions }) => [name, nodesOf(subscriptions)])),
    services: named(services.map(({ name, servers }) => [name, nodesOf(servers)])),
  };
}

/** `connectionGraphUpdate` from one state to another; undefined: nothing has changed. */
export function graphUpdate(before: GraphNames, after: GraphNames): object | undefined {
  const publishedTopics = changed(before.published, after.published).map(([name, publisherIds]) => ({
    name,
    publisherIds,
  }));
  const subscribedTopics = changed(before.subscribed, after.subscribed).map(([name, subscriberIds]) => ({
    name,
    subscriberIds,
  }));
  const advertisedServices = changed(before.services, after.services).map(([name, providerIds]) => ({
    name,
    providerIds,
  }));
  const isTopic = (name: string): boolean => after.published.has(name) || after.subscribed.has(name);
  const known = new Set([...before.published.keys(), ...before.subscribed.keys()]);
  const removedTopics = [...known].filter((name) => !isTopic(name));
  const removedServices = [...before.services.keys()].filter((name) => !after.services.has(name));
  // One that lost its last publisher and is still subscribed to is listed with nobody.
  for (const name of before.published.keys())
    if (!after.published.has(name) && isTopic(name)) publishedTopics.push({ name, publisherIds: [] });
  for (const name of before.subscribed.keys())
    if (!after.subscribed.has(name) && isTopic(name)) subscribedTopics.push({ name, subscriberIds: [] });
  const parts = { publishedTopics, subscribedTopics, advertisedServices, removedTopics, removedServices };
  if (Object.values(parts).every((part) => part.length === 0)) return undefined;
  return { op: "connectionGraphUpdate", ...parts };
}

function changed(
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
): [string, readonly string[]][] {
  return [...after].filter(([name, nodes]) => before.get(name)?.join() !== nodes.join());
}
