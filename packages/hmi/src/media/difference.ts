/** How a car drove in a recording, as the server tells it. Map frame, SI units, unix seconds. */
export interface Trace {
  readonly startS: number;
  readonly endS: number;
  readonly timeS: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly headingRad: readonly number[];
  readonly speedMps: readonly number[];
}

/** Which moments of two runs belong together: those equally long after the start, or those of the same time of day. */
export type Align = "start" | "time";

/** What is added to a time of the first run to get the time of the other one. */
export function shiftS(first: Trace, other: Trace, align: Align, offsetS: number): number {
  return (align === "start" ? other.startS - first.startS : 0) + offsetS;
}

/** The place of the last sample not later than `timeS`; −1 before the first. */
function placeOf(timeS: readonly number[], at: number): number {
  let [low, high] = [0, timeS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeS[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Longer, there was no pose: nothing is drawn between. */
const GAP_S = 2;

export interface TracePose {
  readonly x: number;
  readonly y: number;
  readonly headingRad: number;
  readonly speedMps: number;
}

/** Where the car was, between the samples; undefined before the first, after the last and in gaps. */
export function poseAt(trace: Trace, timeS: number): TracePose | undefined {
  const at = placeOf(trace.timeS, timeS);
  const last = trace.timeS.length - 1;
  if (at < 0 || (at === last && timeS > trace.timeS[last]!)) return undefined;
  const next = Math.min(at + 1, last);
  const span = trace.timeS[next]! - trace.timeS[at]!;
  if (span > GAP_S) return undefined;
  const part = span > 0 ? (timeS - trace.timeS[at]!) / span : 0;
  const between = (values: readonly number[]): number => values[at]! + part * (values[next]! - values[at]!);
  const from = trace.headingRad[at]!;
  const turned = trace.headingRad[next]! - from;
  return {
    x: between(trace.x),
    y: between(trace.y),
    headingRad: from + part * Math.atan2(Math.sin(turned), Math.cos(turned)),
    speedMps: between(trace.speedMps),
  };
}

/** Metres driven up to each sample. */
export function stationsOf({ x, y }: Pick<Trace, "x" | "y">): number[] {
  let stationM = 0;
  return x.map((_, i) => {
    if (i > 0) stationM += Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!);
    return stationM;
  });
}

/** The other run against the first, a row for each sample of the first. NaN where there is nothing to compare. */
export interface Difference {
  /** Of the first run: unix seconds, and metres driven. */
  readonly timeS: readonly number[];
  readonly stationM: readonly number[];
  /** Between the paths, whenever they were driven: positive where the other is left of the first. */
  readonly lateralM: readonly number[];
  /** At the same moment: positive where the other is faster. */
  readonly speedMps: readonly number[];
  /** At the same place of the path: positive where the other is faster. */
  readonly speedAtPlaceMps: readonly number[];
}

/** Farther away, it is another road. */
const FARTHEST_M = 50;
/** Standing cars turn on the spot by noise: a place is looked for this far around the one before first. */
const REACH_SAMPLES = 400;

/** `shift`: from times of the first run to those of the other one. */
export function differenceOf(first: Trace, other: Trace, shift: number): Difference {
  const lateralM: number[] = [];
  const speedAtPlaceMps: number[] = [];
  const speedMps: number[] = [];
  let near = 0;
  for (let i = 0; i < first.timeS.length; i++) {
    const same = poseAt(other, first.timeS[i]! + shift);
    speedMps.push(same === undefined ? Number.NaN : same.speedMps - first.speedMps[i]!);
    const place = nearestOn(other, first.x[i]!, first.y[i]!, first.headingRad[i]!, near);
    if (place === undefined) {
      lateralM.push(Number.NaN);
      speedAtPlaceMps.push(Number.NaN);
      continue;
    }
    near = place.segment;
    const [dx, dy] = [place.x - first.x[i]!, place.y - first.y[i]!];
    const [sin, cos] = [Math.sin(first.headingRad[i]!), Math.cos(first.headingRad[i]!)];
    lateralM.push(dy * cos - dx * sin);
    speedAtPlaceMps.push(place.speedMps - first.speedMps[i]!);
  }
  return { timeS: first.timeS, stationM: stationsOf(first), lateralM, speedMps, speedAtPlaceMps };
}

interface Place {
  readonly segment: number;
  readonly x: number;
  readonly y: number;
  readonly speedMps: number;
}

/**
 * Where the other path passes beside (x, y), driven the same way: the nearest point of the polyline within reach of the place
 * before, or anywhere when there is none. Undefined beyond the ends of the path and too far away.
 */
function nearestOn(trace: Trace, x: number, y: number, headingRad: number, near: number): Place | undefined {
  const segments = trace.x.length - 1;
  const around = search(trace, x, y, headingRad, near - REACH_SAMPLES, near + REACH_SAMPLES);
  return around ?? search(trace, x, y, headingRad, 0, segments);
}

function search(trace: Trace, x: number, y: number, headingRad: number, from: number, to: number): Place | undefined {
  const segments = trace.x.length - 1;
  let best: Place | undefined;
  let bestM = FARTHEST_M;
  for (let i = Math.max(0, from); i < Math.min(segments, to); i++) {
    const [ax, ay] = [trace.x[i]!, trace.y[i]!];
    const [ux, uy] = [trace.x[i + 1]! - ax, trace.y[i + 1]! - ay];
    const length2 = ux * ux + uy * uy;
    if (length2 === 0 || ux * Math.cos(headingRad) + uy * Math.sin(headingRad) <= 0) continue;
    const along = ((x - ax) * ux + (y - ay) * uy) / length2;
    const part = Math.min(1, Math.max(0, along));
    const [px, py] = [ax + part * ux, ay + part * uy];
    const distanceM = Math.hypot(px - x, py - y);
    if (distanceM >= bestM) continue;
    bestM = distanceM;
    const speedMps = trace.speedMps[i]! + part * (trace.speedMps[i + 1]! - trace.speedMps[i]!);
    // Nearest to an end of the path, and beyond it: nothing is beside.
    const beyond = (i === 0 && along < -1e-9) || (i === segments - 1 && along > 1 + 1e-9);
    best = beyond ? undefined : { segment: i, x: px, y: py, speedMps };
  }
  return best;
}
