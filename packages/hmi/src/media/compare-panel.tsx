import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { App } from "../app.ts";
import { Icon } from "../panels/icon.tsx";
import { fixed } from "../text/format.ts";
import { type Align, type Difference, differenceOf, shiftS } from "./difference.ts";
import type { ComparedRun } from "./media-state.ts";
import { mediaWords } from "./media-words.ts";

const words = mediaWords.comparison;
type Over = "time" | "station";

/** Other runs against the one that plays: how far beside, and how much faster, over time or over the distance driven. */
export function ComparePanel({ app }: { readonly app: App }): JSX.Element {
  const { media } = app;
  const over = useSignal<Over>("time");
  const own = media.own.value!;
  const runs = media.runs.value;
  const differences = runs.map(({ trace }) =>
    differenceOf(own, trace, shiftS(own, trace, media.align.value, media.offsetS.value)),
  );
  const common = differences.some(({ lateralM, speedMps }) => [...lateralM, ...speedMps].some(Number.isFinite));
  return (
    <section class="panel compare" aria-label={words.label} data-testid="compare">
      <header>
        <h2>{words.label}</h2>
        <p class="runs">
          {runs.map(({ id, name, colour }) => (
            <span key={id}>
              <i style={{ background: colour }} /> {name}
            </span>
          ))}
        </p>
        <label>
          {words.align}
          <select
            value={media.align.value}
            onChange={(event) => (media.align.value = event.currentTarget.value as Align)}
            data-testid="compare-align"
          >
            <option value="start">{words.start}</option>
            <option value="time">{words.time}</option>
          </select>
        </label>
        <label>
          {words.offset}
          <input
            type="number"
            step={0.1}
            value={media.offsetS.value}
            onInput={(event) => (media.offsetS.value = Number(event.currentTarget.value) || 0)}
            data-testid="compare-offset"
          />
        </label>
        <label>
          {words.over}
          <select
            value={over.value}
            onChange={(event) => (over.value = event.currentTarget.value as Over)}
            data-testid="compare-over"
          >
            <option value="time">{words.overTime}</option>
            <option value="station">{words.overStation}</option>
          </select>
        </label>
        <button
          type="button"
          class="icon"
          onClick={() => media.compareNoMore()}
          aria-label={words.remove}
          title={words.remove}
          data-testid="compare-close"
        >
          <Icon name="close" />
        </button>
      </header>
      {common ? (
        <div class="compare-plots" title={words.positive}>
          <Plot app={app} id="lateral" unit="m" over={over.value} runs={runs} differences={differences} />
          <Plot app={app} id="speed" unit="m/s" over={over.value} runs={runs} differences={differences} />
        </div>
      ) : (
        <p class="nothing">{words.nothing}</p>
      )}
    </section>
  );
}

interface PlotProps {
  readonly app: App;
  readonly id: "lateral" | "speed";
  readonly unit: string;
  readonly over: Over;
  readonly runs: readonly ComparedRun[];
  readonly differences: readonly Difference[];
}

function Plot({ app, id, unit, over, runs, differences }: PlotProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLElement>(null);
  const theme = app.theme.value;
  const own = app.media.own.value!;
  useEffect(() => {
    const element = place.current!;
    const first = differences[0]!;
    const across = over === "time" ? first.timeS.map((timeS) => timeS - own.startS) : [...first.stationM];
    const curves = differences.map((difference) =>
      (id === "lateral" ? difference.lateralM : over === "time" ? difference.speedMps : difference.speedAtPlaceMps).map(
        (value) => (Number.isFinite(value) ? value : null),
      ),
    );
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    let plot: uPlot | undefined;
    const show = (timeS: number): void => {
      let at = -1;
      for (let [low, high] = [0, first.timeS.length]; low < high; ) {
        const middle = (low + high) >> 1;
        if (first.timeS[middle]! <= timeS) [at, low] = [middle, middle + 1];
        else high = middle;
      }
      const values = curves.map((curve) => fixed(curve[at] ?? undefined, 2)).join("  ");
      if (reading.current !== null) reading.current.textContent = `${values} ${unit}`;
      if (element.matches(":hover") || at < 0) return;
      plot?.setCursor({ left: plot.valToPos(across[at]!, "x"), top: 10 }, false);
    };
    plot = new uPlot(
      {
        width: Math.max(50, element.clientWidth),
        height: Math.max(50, element.clientHeight),
        scales: { x: { time: false }, y: { range: (_, least, most) => rangeOf(least, most) } },
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        axes: [
          { ...axis, size: 22, font: "10px sans-serif" },
          { ...axis, size: 44, font: "10px sans-serif" },
        ],
        series: [
          {},
          ...runs.map(({ name, colour: stroke }) => ({ label: name, stroke, width: 1.6, points: { show: false } })),
        ],
        hooks: {
          draw: [() => show(app.dreamview.pointedS.peek() ?? app.state.busTimeS.peek())],
          setCursor: [
            ({ cursor }) => {
              const at = cursor.idx;
              if (element.matches(":hover")) app.dreamview.pointedS.value = at == null ? undefined : first.timeS[at];
            },
          ],
        },
      },
      [across, ...curves] as uPlot.AlignedData,
      element,
    );
    const stopTime = app.state.busTimeS.subscribe((timeS) => {
      if (app.dreamview.pointedS.peek() === undefined) show(timeS);
    });
    const stopPoint = app.dreamview.pointedS.subscribe((timeS) => timeS !== undefined && show(timeS));
    const choose = (): void => {
      const at = plot?.cursor.idx;
      if (at != null) app.seek(first.timeS[at]!);
    };
    element.addEventListener("click", choose);
    const resized = new ResizeObserver(() =>
      plot?.setSize({ width: Math.max(50, element.clientWidth), height: Math.max(50, element.clientHeight) }),
    );
    resized.observe(element);
    return () => {
      stopTime();
      stopPoint();
      element.removeEventListener("click", choose);
      resized.disconnect();
      plot?.destroy();
    };
  }, [app, id, unit, over, runs, differences, own, theme]);
  return (
    <figure data-testid={`compare-${id}`}>
      <figcaption>
        <span class="label">
          {words[id]} <small>{unit}</small>
        </span>
        <b ref={reading} data-testid={`compare-${id}-reading`} />
      </figcaption>
      <div class="chart" ref={place} role="img" aria-label={words[id]} />
    </figure>
  );
}

/** With zero in it, and not so narrow that noise fills it. */
function rangeOf(least: number | null, most: number | null): [number, number] {
  const [low, high] = [Math.min(0, least ?? 0), Math.max(0, most ?? 0)];
  const room = Math.max(0.1, (high - low) * 0.1);
  return [low < 0 || high === 0 ? low - room : 0, high + room];
}
