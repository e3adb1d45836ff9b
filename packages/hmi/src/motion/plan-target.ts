import type { Trajectory } from "../protocol/bridge.ts";
import { turn } from "./pose-track.ts";

/** A moment of a plan. */
export interface PlanPoint {
  x: number;
  y: number;
  heading: number;
  speedMps: number;
}

/** Where the plan wants the car at a moment of recorded time; undefined before it begins, after it ends, or when it has no times. */
export function planAt(trajectory: Trajectory, timeS: number): PlanPoint | undefined {
  const { x, y, relative_time_s: times, header_time_s: startS } = trajectory;
  const count = Math.min(x.length, y.length, times.length);
  const at = timeS - startS;
  if (count < 2 || !(at >= times[0]!) || !(at <= times[count - 1]!)) return undefined;
  let low = 1;
  let high = count - 1; // the first point not before `at`
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! >= at) high = middle;
    else low = middle + 1;
  }
  const span = times[low]! - times[low - 1]!;
  return between(trajectory, low - 1, span > 0 ? (at - times[low - 1]!) / span : 0);
}

/** Where the car is beside the plan. */
export interface PlanOffset {
  readonly foot: PlanPoint;
  /** To the left of the plan positive. */
  readonly lateralM: number;
  /** The car's heading against the plan's, counter-clockwise positive. */
  readonly headingRad: number;
}

/** Farther away, a car does not follow this plan. */
const FOLLOWS_M = 15;

/** The nearest point of the plan and how the car stands to it; undefined when it is on no part of it. */
export function offsetFrom(
  trajectory: Trajectory,
  car: { readonly x: number; readonly y: number; readonly heading: number },
): PlanOffset | undefined {
  const { x, y } = trajectory;
  const count = Math.min(x.length, y.length);
  let best = { distance2: FOLLOWS_M ** 2, from: -1, part: 0 };
  for (let i = 0; i + 1 < count; i++) {
    const [dx, dy] = [x[i + 1]! - x[i]!, y[i + 1]! - y[i]!];
    const length2 = dx * dx + dy * dy;
    if (length2 < 1e-12) continue;
    const part = Math.max(0, Math.min(1, ((car.x - x[i]!) * dx + (car.y - y[i]!) * dy) / length2));
    const distance2 = (x[i]! + part * dx - car.x) ** 2 + (y[i]! + part * dy - car.y) ** 2;
    if (distance2 < best.distance2) best = { distance2, from: i, part };
  }
  if (best.from < 0) return undefined;
  const foot = between(trajectory, best.from, best.part);
  const [cos, sin] = [Math.cos(foot.heading), Math.sin(foot.heading)];
  return {
    foot,
    lateralM: -sin * (car.x - foot.x) + cos * (car.y - foot.y),
    headingRad: turn(foot.heading, car.heading),
  };
}

function between({ x, y, speed_mps }: Trajectory, from: number, part: number): PlanPoint {
  const mix = (values: readonly number[]): number => {
    const [a, b] = [values[from] ?? 0, values[from + 1] ?? 0];
    return a + part * (b - a);
  };
  const heading = headingAround(x, y, from);
  return { x: mix(x), y: mix(y), heading, speedMps: mix(speed_mps) };
}

/** Over less than this the noise of a recorded drive outweighs its direction. */
const DIRECTION_OVER_M = 0.5;

/** Direction of the plan at the part after point `from`: of that part alone where it is long enough, else of its surroundings. */
function headingAround(x: readonly number[], y: readonly number[], from: number): number {
  const count = Math.min(x.length, y.length);
  let [a, b] = [from, from + 1];
  const length = (): number => Math.hypot(x[b]! - x[a]!, y[b]! - y[a]!);
  while (length() < DIRECTION_OVER_M && (a > 0 || b < count - 1)) {
    if (b < count - 1) b++;
    if (a > 0) a--;
  }
  return Math.atan2(y[b]! - y[a]!, x[b]! - x[a]!);
}
