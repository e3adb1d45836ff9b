import { type Signal, signal } from "@preact/signals";
import { FIRST_LAYERS, type Layer, type Layers, readLayers } from "../../scene/layers.ts";
import type { Point } from "../../scene/road/shapes.ts";

const STORED = "delos.layers";
const MOST_POINTS = 100;

/** What a person has chosen about the picture: layers, the distance tool, the monitor. */
export class Dreamview {
  readonly layers: Signal<Layers> = signal(stored());
  readonly menuShown = signal(false);
  readonly measuring = signal(false);
  /** Points of the distance tool, map coordinates. */
  readonly measured: Signal<readonly Point[]> = signal([]);
  readonly monitorShown = signal(false);
  /** The moment pointed at in any plot or on the seek bar, unix seconds. */
  readonly pointedS: Signal<number | undefined> = signal(undefined);

  toggle(layer: Layer): void {
    this.layers.value = { ...this.layers.value, [layer]: !this.layers.value[layer] };
    localStorage.setItem(STORED, JSON.stringify(this.layers.value));
  }

  measure(on: boolean): void {
    this.measuring.value = on;
    this.measured.value = [];
  }

  addPoint(point: Point): void {
    if (this.measured.value.length < MOST_POINTS) this.measured.value = [...this.measured.value, point];
  }

  /** The innermost thing that is open; false when nothing is. */
  close(): boolean {
    if (this.menuShown.value) this.menuShown.value = false;
    else if (this.measuring.value) this.measure(false);
    else if (this.monitorShown.value) this.monitorShown.value = false;
    else return false;
    return true;
  }
}

/** Length of the last part and of the whole, m. */
export function lengthsOf(points: readonly Point[]): { readonly lastM: number; readonly totalM: number } {
  let [lastM, totalM] = [0, 0];
  for (let i = 1; i < points.length; i++) {
    lastM = Math.hypot(points[i]!.x - points[i - 1]!.x, points[i]!.y - points[i - 1]!.y);
    totalM += lastM;
  }
  return { lastM, totalM };
}

function stored(): Layers {
  return typeof localStorage === "undefined" ? FIRST_LAYERS : readLayers(localStorage.getItem(STORED));
}
