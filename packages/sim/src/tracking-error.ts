import { normalizeAngle } from "@delos/math";
import type { DrivenPath } from "@delos/planning";

/** Root mean square and largest magnitude of what was added. */
export class ErrorStatistic {
  #sum = 0;
  #count = 0;
  #max = 0;

  add(value: number): void {
    this.#sum += value * value;
    this.#count++;
    if (Math.abs(value) > this.#max) this.#max = Math.abs(value);
  }

  get result(): { readonly rms: number; readonly max: number } {
    return { rms: this.#count === 0 ? 0 : Math.sqrt(this.#sum / this.#count), max: this.#max };
  }
}

/** How a vehicle lies to a path. Positive: left of it, turned left of it. */
export interface PathOffset {
  readonly lateralM: number;
  readonly headingRad: number;
  /** Along the path. */
  readonly stationM: number;
}

/** Finds the nearest sample near the last one: on a course of many laps the vehicle is on one of them. */
export class PathFollower {
  readonly #path: DrivenPath;
  #at = 0;

  constructor(path: DrivenPath) {
    this.#path = path;
  }

  offset(xM: number, yM: number, headingRad: number): PathOffset {
    const path = this.#path;
    const to = Math.min(this.#at + 300, path.length);
    let least = Number.POSITIVE_INFINITY;
    let best = this.#at;
    for (let i = Math.max(this.#at - 100, 0); i < to; i++) {
      const distance = (path.x[i]! - xM) ** 2 + (path.y[i]! - yM) ** 2;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    this.#at = best;
    const [dx, dy] = [xM - path.x[best]!, yM - path.y[best]!];
    const theta = path.theta[best]!;
    return {
      lateralM: Math.cos(theta) * dy - Math.sin(theta) * dx,
      headingRad: normalizeAngle(headingRad - theta),
      stationM: path.s[best]! + Math.cos(theta) * dx + Math.sin(theta) * dy,
    };
  }
}
