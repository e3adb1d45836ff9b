import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { Icon } from "../panels/icon.tsx";
import { fixed, UNKNOWN } from "../text/format.ts";
import type { PlottedField } from "./bus-link.ts";
import type { BusState } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";

const WINDOW_S = 30;
const REDRAW_MS = 66;

/** A chart for each plotted field, over the same half minute, with one crosshair. */
export function FieldPlots({ state }: { readonly state: BusState }): JSX.Element {
  const fields = state.plotted.value >= 0 ? state.fields.fields : [];
  return (
    <section class="field-plots panel" aria-label={words.topics.plots} data-testid="field-plots">
      <h2>
        {words.topics.plots} <small>{fields.length === 0 ? "" : words.topics.time}</small>
      </h2>
      {fields.length === 0 ? <p class="none">{words.topics.noPlots}</p> : null}
      {fields.map((field) => (
        <FieldPlot key={field.key} field={field} state={state} />
      ))}
    </section>
  );
}

function FieldPlot({ field, state }: { readonly field: PlottedField; readonly state: BusState }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = place.current!;
    const plot = new uPlot(optionsFor(element), [[], []], element);
    const resized = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width > 0 && height > 0) plot.setSize({ width, height });
    });
    resized.observe(element);
    let drawn = -1;
    const timer = setInterval(() => {
      if (state.fields.revision === drawn || document.visibilityState === "hidden") return;
      drawn = state.fields.revision;
      const { t, v } = state.fields.read(field.key);
      plot.setData([t as number[], v as number[]], false);
      const end = t.at(-1) ?? WINDOW_S;
      plot.setScale("x", { min: end - WINDOW_S, max: end });
      const index = plot.cursor.idx;
      const value = index === null || index === undefined ? v.at(-1) : v[index];
      reading.current!.textContent = value === undefined ? UNKNOWN : fixed(value, 3);
    }, REDRAW_MS);
    return () => {
      clearInterval(timer);
      resized.disconnect();
      plot.destroy();
    };
  }, [field.key, state]);
  return (
    <figure>
      <figcaption>
        <span title={`${field.topic} ${field.path}`}>{field.path}</span>
        <b ref={reading} data-testid={`reading-${field.path}`}>
          {UNKNOWN}
        </b>
        <button
          type="button"
          class="icon"
          aria-label={words.topics.unplot}
          onClick={() => state.togglePlot(field.topic, field.path)}
        >
          <Icon name="close" />
        </button>
      </figcaption>
      <div class="chart" ref={place} />
    </figure>
  );
}

function optionsFor(place: HTMLElement): uPlot.Options {
  const of = (property: string): string => getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  const axis: uPlot.Axis = {
    stroke: () => of("--faint"),
    grid: { stroke: () => of("--line"), width: 1 },
    ticks: { show: false },
    font: "10px Inter, 'Segoe UI', Roboto, sans-serif",
  };
  return {
    width: Math.max(10, place.clientWidth),
    height: Math.max(10, place.clientHeight),
    padding: [6, 6, 0, 0],
    legend: { show: false },
    scales: { x: { time: false, auto: false, min: 0, max: WINDOW_S } },
    axes: [
      { ...axis, size: 3, values: () => [] },
      { ...axis, size: 48, space: 26 },
    ],
    series: [{}, { stroke: () => of("--blue"), width: 1.6, points: { show: false } }],
    cursor: { sync: { key: "delos.fields", scales: ["x", null] }, y: false, drag: { x: false, y: false } },
  };
}
