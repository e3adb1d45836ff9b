import uPlot from "uplot";
import { clock, fixed, UNKNOWN } from "../../text/format.ts";
import { roundStep, wholeSteps } from "./axis.ts";
import { linePath } from "./line-path.ts";
import type { PlotKind } from "./plot-store.ts";
import type { WindowBuffer } from "./window-buffer.ts";

const SYNC = "delos.plots";
const WINDOW_S = 30;

/** What a chart is given besides its values. */
export interface ChartOptions {
  /** What the axis of time counts from, unix seconds. */
  readonly startS: () => number;
  /** Carries the axis of time for all charts above. */
  readonly isLast: boolean;
  /** A curve of another source, drawn faintly over the grid: what is planned. */
  readonly plan?: () => PlannedCurve | undefined;
  /** How far the axis reaches beyond the newest value. */
  readonly aheadS?: number;
  /** The moment under the pointer; undefined when it has gone. */
  readonly onPoint?: (timeS: number | undefined) => void;
  readonly onChoose?: (timeS: number) => void;
}

export interface PlannedCurve {
  readonly timesS: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** One uPlot over one buffer. The data are the buffer's own arrays: drawing allocates no copies. */
export class Chart {
  readonly #kind: PlotKind;
  readonly #buffer: WindowBuffer;
  readonly #plot: uPlot;
  readonly #readings: readonly { readonly element: HTMLElement; readonly text: HTMLElement; shown: string }[];
  readonly #resized: ResizeObserver;
  readonly #data: uPlot.AlignedData;
  readonly #about: ChartOptions;
  #hasTime = false;

  constructor(kind: PlotKind, buffer: WindowBuffer, figure: HTMLElement, about: ChartOptions) {
    this.#kind = kind;
    this.#about = about;
    this.#buffer = buffer;
    const place = figure.querySelector<HTMLElement>(".chart")!;
    this.#readings = kind.curves.map((curve) => {
      const element = figure.querySelector<HTMLElement>(`[data-curve="${curve.id}"]`)!;
      return { element, text: element.querySelector("b")!, shown: "" };
    });
    this.#data = [buffer.times, ...buffer.columns] as unknown as uPlot.AlignedData;
    this.#plot = new uPlot(this.#options(place, about.startS, about.isLast), this.#data, place);
    this.#resized = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width > 0 && height > 0) this.#plot.setSize({ width, height });
    });
    this.#resized.observe(place);
    const { onChoose } = about;
    if (onChoose === undefined) return;
    this.#plot.over.addEventListener("click", () => {
      const { left } = this.#plot.cursor;
      if (left !== undefined && left >= 0) onChoose(this.#plot.posToVal(left, "x"));
    });
  }

  /** Puts the crosshair to a moment that was pointed at elsewhere. */
  point(timeS: number | undefined): void {
    const { min, max } = this.#plot.scales["x"]!;
    const inside = timeS !== undefined && timeS >= (min ?? 0) && timeS <= (max ?? 0);
    this.#plot.setCursor({ left: inside ? this.#plot.valToPos(timeS, "x") : -10, top: 0 }, false);
    this.#read();
  }

  /** `endS`: the right edge, the same for all charts; NaN when there is nothing to draw. */
  draw(endS: number): void {
    this.#hasTime = !Number.isNaN(endS);
    const end = (this.#hasTime ? endS : WINDOW_S) + (this.#about.aheadS ?? 0);
    this.#plot.batch(() => {
      this.#plot.setData(this.#data, false);
      this.#plot.setScale("x", { min: end - WINDOW_S, max: end });
      this.#plot.setScale("y", this.#range());
    });
    this.#read();
  }

  /** Colours are functions that ask the style sheet; drawing again is enough. */
  restyle(): void {
    colours.clear();
    this.#plot.redraw(false, true);
  }

  dispose(): void {
    this.#resized.disconnect();
    this.#plot.destroy();
  }

  #options(place: HTMLElement, startS: () => number, isLast: boolean): uPlot.Options {
    const grid: uPlot.Axis.Grid = { stroke: () => colour("--line"), width: 1 };
    const axis: uPlot.Axis = {
      stroke: () => colour("--faint"),
      font: "10px Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
      grid,
      ticks: { show: false },
    };
    return {
      width: Math.max(10, place.clientWidth),
      height: Math.max(10, place.clientHeight),
      padding: [6, 6, 0, 0],
      legend: { show: false },
      scales: { x: { time: false, auto: false, min: 0, max: WINDOW_S }, y: { auto: false, min: 0, max: 1 } },
      axes: [
        {
          ...axis,
          size: isLast ? 17 : 3,
          gap: 3,
          space: 60,
          splits: (_plot, _axis, min, max) => (this.#hasTime ? wholeSteps(min, max, startS(), 5) : []),
          values: (_plot, splits) =>
            isLast ? splits.map((value) => (value < startS() - 0.5 ? "" : clock(value - startS(), 0))) : [],
        },
        { ...axis, size: 34, gap: 4, space: 26, values: (_plot, splits) => splits.map(tickText) },
      ],
      series: [
        {},
        ...this.#kind.curves.map(
          (curve): uPlot.Series => ({
            stroke: () => colour(curve.colour),
            width: curve.dashed === true ? 1.2 : 1.6,
            ...(curve.dashed === true ? { dash: [4, 3] } : {}),
            points: { show: false },
            paths: linePath,
          }),
        ),
      ],
      cursor: {
        sync: { key: SYNC, setSeries: false, scales: ["x", null] },
        y: false,
        points: { size: 5, width: 1.5, fill: (plot, i) => (plot.series[i]!.stroke as () => string)() },
        drag: { x: false, y: false, setScale: false },
      },
      hooks: { setCursor: [(plot) => this.#pointed(plot)], drawAxes: [(plot) => this.#drawPlan(plot)] },
    };
  }

  #pointed(plot: uPlot): void {
    this.#read();
    const { left, event } = plot.cursor as uPlot.Cursor & { readonly event?: Event | null };
    // Charts that only follow say nothing: the one under the pointer has said it.
    if (event === undefined || event === null) return;
    this.#about.onPoint?.(left !== undefined && left >= 0 ? plot.posToVal(left, "x") : undefined);
  }

  #drawPlan(plot: uPlot): void {
    const planned = this.#about.plan?.();
    if (planned === undefined || planned.timesS.length < 2) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let i = 0; i < Math.min(planned.timesS.length, planned.values.length); i++)
      ctx.lineTo(plot.valToPos(planned.timesS[i]!, "x", true), plot.valToPos(planned.values[i]!, "y", true));
    ctx.strokeStyle = colour("--faint");
    ctx.lineWidth = 2.5 * devicePixelRatio;
    ctx.stroke();
    ctx.restore();
  }

  /** What the values need, at least what the kind names, ends on round numbers so that the axis seldom changes. */
  #range(): { min: number; max: number } {
    let [min, max] = this.#kind.atLeast as [number, number];
    for (const column of this.#buffer.columns) {
      for (const value of column) {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
    const planned = this.#about.plan?.()?.values ?? [];
    for (let i = 0; i < planned.length; i++) {
      min = Math.min(min, planned[i]!);
      max = Math.max(max, planned[i]!);
    }
    const step = roundStep((max - min) / 4);
    return { min: Math.floor(min / step + 1e-9) * step, max: Math.ceil(max / step - 1e-9) * step };
  }

  /** Numbers beside the names: under the crosshair, else the newest. */
  #read(): void {
    const index = this.#plot.cursor.idx;
    const pointed = this.#plot.cursor.left !== undefined && this.#plot.cursor.left >= 0 && index !== null;
    this.#kind.curves.forEach((_, i) => {
      const reading = this.#readings[i]!;
      const column = this.#buffer.columns[i]!;
      const newest = lastKnown(column);
      const value = pointed ? column[index!]! : newest;
      const known = !Number.isNaN(newest);
      if (reading.element.hidden === known) reading.element.hidden = !known;
      const text = Number.isNaN(value) ? UNKNOWN : fixed(value, this.#kind.digits);
      if (text !== reading.shown) reading.text.textContent = reading.shown = text;
    });
  }
}

const colours = new Map<string, string>();
function colour(property: string): string {
  let value = colours.get(property);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(property).trim() || "#888";
    colours.set(property, value);
  }
  return value;
}

function lastKnown(column: Float64Array): number {
  for (let i = column.length - 1; i >= 0; i--) if (!Number.isNaN(column[i]!)) return column[i]!;
  return Number.NaN;
}

function tickText(value: number): string {
  return Number(value.toFixed(6)).toString().replace("-", "−");
}
