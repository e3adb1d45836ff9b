import type { Series } from "../../protocol/bridge.ts";
import { WindowBuffer } from "./window-buffer.ts";

interface Curve {
  /** Series.id of the bridge protocol. */
  readonly id: string;
  /** Custom property of the theme that holds its colour. */
  readonly colour: string;
  readonly factor: number;
  readonly dashed?: boolean;
}

export interface PlotKind {
  readonly id: string;
  readonly unit: string;
  readonly digits: number;
  readonly curves: readonly Curve[];
  /** The axis shows at least this much. */
  readonly atLeast: readonly [number, number];
}

/** What is plotted; a series that never comes leaves its curve out. */
export const PLOTS: readonly (PlotKind & { readonly id: "speed" | "steering" | "acceleration" | "pedals" })[] = [
  {
    id: "speed",
    unit: "m/s",
    digits: 2,
    atLeast: [0, 5],
    curves: [
      { id: "speed", colour: "--blue", factor: 1 },
      { id: "speed_target", colour: "--blue", factor: 1, dashed: true },
    ],
  },
  {
    id: "steering",
    unit: "%",
    digits: 1,
    atLeast: [-10, 10],
    curves: [
      { id: "steering", colour: "--purple", factor: 1 },
      { id: "steering_target", colour: "--purple", factor: 1, dashed: true },
    ],
  },
  {
    id: "acceleration",
    unit: "m/s²",
    digits: 2,
    atLeast: [-1, 1],
    curves: [{ id: "acceleration", colour: "--green", factor: 1 }],
  },
  {
    id: "pedals",
    unit: "%",
    digits: 0,
    atLeast: [0, 30],
    curves: [
      { id: "throttle", colour: "--green", factor: 1 },
      { id: "brake", colour: "--orange", factor: 1 },
    ],
  },
];

/** One buffer a plot; grows with nothing. */
export class PlotStore {
  readonly buffers: ReadonlyMap<string, WindowBuffer>;
  readonly #kinds: readonly PlotKind[];
  /** Grows with every change, so that a plot knows whether to draw. */
  revision = 0;
  /** Series that have come at least once. */
  readonly seen = new Set<string>();

  constructor(kinds: readonly PlotKind[] = PLOTS) {
    this.#kinds = kinds;
    this.buffers = new Map(kinds.map((plot) => [plot.id, new WindowBuffer(plot.curves.length)]));
  }

  add(series: Series): void {
    for (const plot of this.#kinds) {
      const column = plot.curves.findIndex((curve) => curve.id === series.id);
      if (column >= 0) this.buffers.get(plot.id)!.add(column, series.time_s, series.value);
    }
    this.seen.add(series.id);
    this.revision++;
  }

  /** Newest time in any buffer, unix seconds; NaN while all are empty. */
  get newestS(): number {
    let newest = Number.NaN;
    for (const buffer of this.buffers.values()) {
      if (!buffer.empty && !(buffer.newestS <= newest)) newest = buffer.newestS;
    }
    return newest;
  }

  clear(): void {
    for (const buffer of this.buffers.values()) buffer.clear();
    this.revision++;
  }
}
