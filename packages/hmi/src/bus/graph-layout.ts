import { Graph, layout } from "@dagrejs/dagre";
import type { BusGraph } from "./bus-link.ts";

export interface PlacedBox {
  /** `n:` and a node's name, `t:` and a topic's. */
  readonly id: string;
  readonly kind: "node" | "topic";
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** SVG path. */
  readonly path: string;
  /** Of all pairs behind the line; empty: none of them talks. */
  readonly transports: readonly string[];
  readonly isBroken: boolean;
}

export interface PlacedGraph {
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
  readonly width: number;
  readonly height: number;
}

const CHARACTER_PX = 7;
const PADDING_PX = 24;
const NODE_HEIGHT = 34;
const TOPIC_HEIGHT = 26;
const MOST_CHARACTERS = 44;
/** Topics and services of Delos itself, and of ROS 2's machinery. */
const OWN = /^\/(delos|rosout|parameter_events)(\/|$)|^\/bridge$|^ros_discovery_info$/;

export function isOwn(name: string): boolean {
  return OWN.test(name);
}

/** A long name keeps its beginning and its end. */
export function shortened(name: string): string {
  if (name.length <= MOST_CHARACTERS) return name;
  const half = Math.floor((MOST_CHARACTERS - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}

/** What is drawn of a graph: nodes and topics with their lines, without Delos' own where they are not wanted. */
export function visible({ nodes, topics, links, services }: BusGraph, hideOwn: boolean, filter: string): BusGraph {
  const wanted = filter.trim().toLowerCase();
  const shown = topics.filter(
    ({ name, publishers, subscribers }) =>
      !(hideOwn && isOwn(name)) &&
      (wanted === "" || [name, ...publishers, ...subscribers].some((each) => each.toLowerCase().includes(wanted))),
  );
  const names = new Set(shown.map(({ name }) => name));
  const hidden = (name: string): boolean => hideOwn && isOwn(name);
  const used = new Set(shown.flatMap(({ publishers, subscribers }) => [...publishers, ...subscribers]));
  const alone = ({ name }: { readonly name: string }): boolean =>
    wanted === "" ? true : name.toLowerCase().includes(wanted);
  return {
    nodes: nodes.filter((node) => !hidden(node.name) && (used.has(node.name) || alone(node))),
    topics: shown.map((topic) => ({
      ...topic,
      publishers: topic.publishers.filter((name) => !hidden(name)),
      subscribers: topic.subscribers.filter((name) => !hidden(name)),
    })),
    links: links.filter(({ topic, from, to }) => names.has(topic) && !hidden(from) && !hidden(to)),
    services,
  };
}

/** The same text for graphs that are drawn the same: the layout is done anew only when this changes. */
export function shapeOf({ nodes, topics, links }: BusGraph): string {
  return JSON.stringify([
    nodes.map(({ name }) => name).sort(),
    topics.map(({ name, publishers, subscribers }) => [name, publishers, subscribers]),
    links.map(({ topic, from, to, transport, mismatches }) => [topic, from, to, transport, mismatches.length > 0]),
  ]);
}

/** From left to right: who publishes, what, who subscribes. */
export function placed(graph: BusGraph): PlacedGraph {
  const drawing = new Graph({ multigraph: false });
  drawing.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 56, marginx: 16, marginy: 16 });
  drawing.setDefaultEdgeLabel(() => ({}));
  const add = (id: string, name: string, height: number): void => {
    drawing.setNode(id, { width: shortened(name).length * CHARACTER_PX + PADDING_PX, height });
  };
  const nodes = new Set([
    ...graph.nodes.map(({ name }) => name),
    ...graph.topics.flatMap(({ publishers, subscribers }) => [...publishers, ...subscribers]),
  ]);
  for (const name of nodes) add(`n:${name}`, name, NODE_HEIGHT);
  for (const { name, publishers, subscribers } of graph.topics) {
    add(`t:${name}`, name, TOPIC_HEIGHT);
    for (const publisher of publishers) drawing.setEdge(`n:${publisher}`, `t:${name}`);
    for (const subscriber of subscribers) drawing.setEdge(`t:${name}`, `n:${subscriber}`);
  }
  layout(drawing);
  const boxes = drawing.nodes().map((id): PlacedBox => {
    const { x = 0, y = 0, width, height } = drawing.node(id);
    return { id, kind: id.startsWith("n:") ? "node" : "topic", name: id.slice(2), x, y, width, height };
  });
  const lines = drawing.edges().map(({ v: from, w: to }): PlacedLine => {
    const pairs = pairsOf(graph, from, to);
    const talking = pairs.filter(({ mismatches, transport }) => mismatches.length === 0 && transport !== "");
    return {
      id: `${from} ${to}`,
      from,
      to,
      path: curve(drawing.edge(from, to).points ?? []),
      transports: [...new Set(talking.map(({ transport }) => transport))].sort(),
      isBroken: pairs.some(({ mismatches, transport }) => mismatches.length > 0 || transport === ""),
    };
  });
  const { width = 0, height = 0 } = drawing.graph();
  return { boxes, lines, width, height };
}

function pairsOf({ links }: BusGraph, from: string, to: string): BusGraph["links"] {
  const topic = from.startsWith("t:") ? from.slice(2) : to.slice(2);
  return links.filter(
    (link) => link.topic === topic && (from.startsWith("n:") ? link.from === from.slice(2) : link.to === to.slice(2)),
  );
}

/** A smooth line through the points of the layout. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${round(first.x)} ${round(first.y)}`;
  let before = first;
  for (const point of rest) {
    const middle = (before.x + point.x) / 2;
    path += `C${round(middle)} ${round(before.y)} ${round(middle)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
    before = point;
  }
  return path;
}

const round = (value: number): number => Math.round(value * 10) / 10;
