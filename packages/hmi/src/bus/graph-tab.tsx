import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { bytes, hertz } from "../text/format.ts";
import type { BusGraph, GraphLink } from "./bus-link.ts";
import type { BusState, Chosen } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";
import {
  type PlacedBox,
  type PlacedGraph,
  type PlacedLine,
  placed,
  shapeOf,
  shortened,
  visible,
} from "./graph-layout.ts";

/** The window on the drawing: its left top corner and size in the drawing's units. */
interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const MOST_ZOOM = 2;
const ZOOM_STEP = 1.0015;

export function GraphTab({ state }: { readonly state: BusState }): JSX.Element {
  const graph = visible(state.graph, state.hideOwn.value, state.filter.value);
  const shape = shapeOf(graph);
  // The shape says everything that the drawing depends on.
  const drawing = useMemo(() => placed(graph), [shape]);
  const chosen = state.chosen.value;
  return (
    <div class="bus-graph">
      <div class="drawing panel">
        <label class="own">
          <input
            type="checkbox"
            checked={state.hideOwn.value}
            onChange={(event) => (state.hideOwn.value = event.currentTarget.checked)}
          />
          {words.graph.hideOwn}
        </label>
        {drawing.boxes.length === 0 ? (
          <p class="none">{words.graph.empty}</p>
        ) : (
          <Drawing drawing={drawing} chosen={chosen} choose={(next) => (state.chosen.value = next)} />
        )}
      </div>
      <aside class="panel details" aria-live="polite" data-testid="bus-details">
        {chosen === undefined ? (
          <p class="none">{words.graph.help}</p>
        ) : (
          <Details graph={state.graph} chosen={chosen} state={state} />
        )}
      </aside>
    </div>
  );
}

interface DrawingProps {
  readonly drawing: PlacedGraph;
  readonly chosen: Chosen | undefined;
  readonly choose: (chosen: Chosen | undefined) => void;
}

function Drawing({ drawing, chosen, choose }: DrawingProps): JSX.Element {
  const svg = useRef<SVGSVGElement>(null);
  const whole: Window = { x: 0, y: 0, width: Math.max(1, drawing.width), height: Math.max(1, drawing.height) };
  const [view, setView] = useState<Window | undefined>(undefined);
  const shown = view ?? whole;
  const drag = useRef<{ readonly x: number; readonly y: number; readonly from: Window } | undefined>(undefined);
  useEffect(() => setView(undefined), [drawing]);

  const unitsPerPixel = (): number => {
    const { clientWidth = 1, clientHeight = 1 } = svg.current ?? {};
    return Math.max(shown.width / clientWidth, shown.height / clientHeight);
  };
  const zoom = (event: WheelEvent): void => {
    event.preventDefault();
    const box = svg.current!.getBoundingClientRect();
    const scale = Math.min(Math.max(ZOOM_STEP ** event.deltaY, 0.5), 2);
    const width = Math.min(whole.width * 2, Math.max(box.width / MOST_ZOOM, shown.width * scale));
    const height = shown.height * (width / shown.width);
    const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    setView({
      x: shown.x + (shown.width - width) * across,
      y: shown.y + (shown.height - height) * down,
      width,
      height,
    });
  };
  const near = chosen === undefined ? undefined : `${chosen.kind === "node" ? "n" : "t"}:${chosen.name}`;
  const isNear = ({ from, to }: PlacedLine): boolean => near !== undefined && (from === near || to === near);
  return (
    <>
      <button type="button" class="fit" onClick={() => setView(undefined)}>
        {words.graph.fit}
      </button>
      <svg
        ref={svg}
        viewBox={`${shown.x} ${shown.y} ${shown.width} ${shown.height}`}
        data-testid="bus-graph"
        role="group"
        aria-label={words.tabs.graph}
        onWheel={zoom}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, y: event.clientY, from: shown };
        }}
        onPointerMove={(event) => {
          const held = drag.current;
          if (held === undefined || event.buttons === 0) return;
          const units = unitsPerPixel();
          const { from } = held;
          setView({
            ...from,
            x: from.x - (event.clientX - held.x) * units,
            y: from.y - (event.clientY - held.y) * units,
          });
        }}
        onPointerUp={() => (drag.current = undefined)}
      >
        <g class={near === undefined ? "lines" : "lines some"}>
          {drawing.lines.map((line) => (
            <path
              key={line.id}
              d={line.path}
              class={`${line.transports[0] ?? "none"}${line.isBroken ? " broken" : ""}${isNear(line) ? " near" : ""}`}
            >
              <title>{line.transports.join(", ")}</title>
            </path>
          ))}
        </g>
        {drawing.boxes.map((box) => (
          <Box key={box.id} box={box} isChosen={box.id === near} choose={choose} />
        ))}
      </svg>
    </>
  );
}

interface BoxProps {
  readonly box: PlacedBox;
  readonly isChosen: boolean;
  readonly choose: (chosen: Chosen | undefined) => void;
}

function Box({ box, isChosen, choose }: BoxProps): JSX.Element {
  const pick = (): void => choose(isChosen ? undefined : { kind: box.kind, name: box.name });
  return (
    <g
      class={`box ${box.kind}${isChosen ? " chosen" : ""}`}
      role="button"
      tabindex={0}
      aria-pressed={isChosen}
      aria-label={`${box.kind === "node" ? words.graph.node : words.graph.topic} ${box.name}`}
      data-name={box.name}
      transform={`translate(${box.x - box.width / 2} ${box.y - box.height / 2})`}
      onClick={pick}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        pick();
      }}
    >
      <title>{box.name}</title>
      <rect width={box.width} height={box.height} rx={box.kind === "node" ? 6 : box.height / 2} />
      <text x={box.width / 2} y={box.height / 2}>
        {shortened(box.name)}
      </text>
    </g>
  );
}

interface DetailsProps {
  readonly graph: BusGraph;
  readonly chosen: Chosen;
  readonly state: BusState;
}

function Details({ graph, chosen, state }: DetailsProps): JSX.Element {
  const choose = (kind: Chosen["kind"], name: string): void => {
    state.chosen.value = { kind, name };
  };
  if (chosen.kind === "topic") {
    const topic = graph.topics.find(({ name }) => name === chosen.name);
    const links = graph.links.filter((link) => link.topic === chosen.name);
    return (
      <>
        <h2>{chosen.name}</h2>
        <p class="type">
          {topic?.type} <small>{topic?.encoding}</small>
        </p>
        <dl>
          <Fact name={words.graph.rate} value={topic?.rateHz === undefined ? "–" : `${hertz(topic.rateHz)} Hz`} />
          <Fact
            name={words.graph.volume}
            value={(topic?.bytesPerS ?? 0) === 0 ? "–" : `${bytes(topic!.bytesPerS!)}/s`}
          />
          <Fact name={words.graph.lost} value={String(topic?.lost ?? "–")} />
        </dl>
        <Names label={words.graph.publishers} names={topic?.publishers ?? []} choose={(name) => choose("node", name)} />
        <Names
          label={words.graph.subscribers}
          names={topic?.subscribers ?? []}
          choose={(name) => choose("node", name)}
        />
        <Pairs links={links} />
        <button
          type="button"
          class="open"
          onClick={() => {
            state.app.state.inspect(chosen.name);
            state.tab.value = "topics";
          }}
        >
          {words.tabs.topics} →
        </button>
      </>
    );
  }
  const nodes = graph.nodes.filter(({ name }) => name === chosen.name);
  const published = graph.topics.filter(({ publishers }) => publishers.includes(chosen.name));
  const subscribed = graph.topics.filter(({ subscribers }) => subscribers.includes(chosen.name));
  const links = graph.links.filter(({ from, to }) => from === chosen.name || to === chosen.name);
  return (
    <>
      <h2>{chosen.name}</h2>
      <dl>
        {nodes.map(({ participant, vendor, place }) => (
          <>
            <Fact name={words.graph.participant} value={`${participant} (${vendor})`} />
            <Fact name={words.graph.place} value={place === "" ? "–" : place} />
          </>
        ))}
      </dl>
      <Names
        label={words.graph.publishes}
        names={published.map(({ name }) => name)}
        choose={(name) => choose("topic", name)}
      />
      <Names
        label={words.graph.subscribes}
        names={subscribed.map(({ name }) => name)}
        choose={(name) => choose("topic", name)}
      />
      <Pairs links={links.filter(({ mismatches, transport }) => mismatches.length > 0 || transport === "")} />
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface NamesProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly choose: (name: string) => void;
}

function Names({ label, names, choose }: NamesProps): JSX.Element {
  return (
    <>
      <h3>{label}</h3>
      {names.length === 0 ? <p class="none">{words.graph.nobody}</p> : null}
      <ul>
        {names.map((name) => (
          <li key={name}>
            <button type="button" onClick={() => choose(name)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Which way each pair talks, or why it does not: in the words of the rules of DDS. */
function Pairs({ links }: { readonly links: readonly GraphLink[] }): JSX.Element {
  return (
    <ul class="pairs">
      {links.map(({ topic, from, to, transport, mismatches }, i) => (
        <li key={`${topic} ${from} ${to} ${i}`} class={mismatches.length > 0 || transport === "" ? "broken" : ""}>
          {from} → {to} {transport === "" ? "" : `${words.graph.by} ${transport}`}
          {mismatches.length > 0 || transport === "" ? <b>{words.graph.mismatch}</b> : null}
          {mismatches.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </li>
      ))}
    </ul>
  );
}
