import { goldenSectionSearch, lerp, lowerBound, slerpAngle } from "@delos/math";
import type { AdcTrajectory } from "./messages.ts";

/** A point on the reference path; heading 0 east, curvature positive to the left. */
export interface PathPoint {
  readonly xM: number;
  readonly yM: number;
  readonly thetaRad: number;
  readonly kappaPerM: number;
  readonly sM: number;
}

/** Motion relative to a path point: station s, offset d to the left, and their rates. */
export interface FrenetState {
  readonly sM: number;
  readonly sDotMps: number;
  readonly dM: number;
  readonly dDotMps: number;
}

/**
 * A planned trajectory, laid out in columns for searching (Apollo's TrajectoryAnalyzer). Points are named by index;
 * `length` may be 0 and then nothing may be asked.
 */
export class TrajectoryAnalyzer {
  readonly length: number;
  readonly headerTimeS: number;
  readonly sequence: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly theta: Float64Array;
  readonly kappa: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
  readonly a: Float64Array;
  readonly relativeTime: Float64Array;
  /** Every number of every point is finite. */
  readonly finite: boolean;

  /** @param minimumSpeedMps slower points are taken as standing (Apollo 1.5; 0 keeps all) */
  constructor(message: AdcTrajectory, minimumSpeedMps = 0) {
    const points = message.adc_trajectory_point ?? [];
    const n = points.length;
    this.length = n;
    this.headerTimeS = message.header?.timestamp_sec ?? 0;
    this.sequence = message.header?.sequence_num ?? 0;
    const columns = new Float64Array(8 * n);
    this.x = columns.subarray(0, n);
    this.y = columns.subarray(n, 2 * n);
    this.theta = columns.subarray(2 * n, 3 * n);
    this.kappa = columns.subarray(3 * n, 4 * n);
    this.s = columns.subarray(4 * n, 5 * n);
    this.v = columns.subarray(5 * n, 6 * n);
    this.a = columns.subarray(6 * n, 7 * n);
    this.relativeTime = columns.subarray(7 * n);
    let finite = true;
    for (let i = 0; i < n; i++) {
      const point = points[i]!;
      this.x[i] = point.x ?? 0;
      this.y[i] = point.y ?? 0;
      this.theta[i] = point.theta ?? 0;
      this.kappa[i] = point.curvature ?? 0;
      this.s[i] = point.accumulated_s ?? 0;
      this.v[i] = point.speed ?? 0;
      this.a[i] = point.acceleration_s ?? 0;
      this.relativeTime[i] = point.relative_time ?? 0;
      if (this.v[i]! < minimumSpeedMps) {
        this.v[i] = 0;
        this.a[i] = 0;
      }
    }
    for (let i = 0; i < columns.length && finite; i++) finite = Number.isFinite(columns[i]);
    this.finite = finite;
  }

  /** Index of the point nearest to (x, y); the first of equals. */
  nearestByPosition(xM: number, yM: number): number {
    const { x, y } = this;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < x.length; i++) {
      const dx = x[i]! - xM;
      const dy = y[i]! - yM;
      const distance = dx * dx + dy * dy;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  /** Index of the point nearest in time to `t` s after the header's stamp; the earlier of equals. */
  nearestByRelativeTime(t: number): number {
    const times = this.relativeTime;
    const at = lowerBound(times, t);
    if (at === 0) return 0;
    if (at === times.length) return at - 1;
    return times[at]! - t < t - times[at - 1]! ? at : at - 1;
  }

  /** The same for a time in Unix seconds. */
  nearestByAbsoluteTime(t: number): number {
    return this.nearestByRelativeTime(t - this.headerTimeS);
  }

  /**
   * The point of the path nearest to (x, y). The neighbours of the nearest recorded point are joined by one straight piece
   * (it skips the point between them) and the nearest place on it is searched to 1e-6 m.
   */
  matchedPoint(xM: number, yM: number): PathPoint {
    const nearest = this.nearestByPosition(xM, yM);
    const from = nearest === 0 ? 0 : nearest - 1;
    const to = nearest + 1 === this.length ? nearest : nearest + 1;
    const s0 = this.s[from]!;
    const s1 = this.s[to]!;
    if (from === to || sameStation(s0, s1)) return this.pathPoint(from);
    const x0 = this.x[from]!;
    const x1 = this.x[to]!;
    const y0 = this.y[from]!;
    const y1 = this.y[to]!;
    const s = goldenSectionSearch(
      (at) => {
        const dx = lerp(x0, s0, x1, s1, at) - xM;
        const dy = lerp(y0, s0, y1, s1, at) - yM;
        return dx * dx + dy * dy;
      },
      s0,
      s1,
    );
    return {
      sM: s,
      xM: lerp(x0, s0, x1, s1, s),
      yM: lerp(y0, s0, y1, s1, s),
      thetaRad: slerpAngle(this.theta[from]!, s0, this.theta[to]!, s1, s),
      kappaPerM: lerp(this.kappa[from]!, s0, this.kappa[to]!, s1, s),
    };
  }

  pathPoint(i: number): PathPoint {
    return {
      xM: this.x[i]!,
      yM: this.y[i]!,
      thetaRad: this.theta[i]!,
      kappaPerM: this.kappa[i]!,
      sM: this.s[i]!,
    };
  }
}

/** A vehicle at (x, y) with heading and speed, seen from `reference` (Werling et al., ICRA 2010). */
export function toFrenet(
  xM: number,
  yM: number,
  headingRad: number,
  speedMps: number,
  reference: PathPoint,
): FrenetState {
  const dx = xM - reference.xM;
  const dy = yM - reference.yM;
  const cos = Math.cos(reference.thetaRad);
  const sin = Math.sin(reference.thetaRad);
  const d = cos * dy - sin * dx;
  const s = reference.sM + (dx * cos + dy * sin);
  const delta = headingRad - reference.thetaRad;
  // Beyond the path's centre of curvature there is no projection; Apollo goes on with a small denominator.
  let scale = 1 - reference.kappaPerM * d;
  if (scale <= 0) scale = 0.01;
  return { sM: s, dM: d, dDotMps: speedMps * Math.sin(delta), sDotMps: (speedMps * Math.cos(delta)) / scale };
}

/** Equal to the last digit or two: nothing to interpolate over. */
function sameStation(a: number, b: number): boolean {
  return Math.abs(a - b) <= Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
}
