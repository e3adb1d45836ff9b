/**
 * The closed venue of the built-in recording and the timed plan along it: a start straight, two hairpins joined by a
 * chicane, a sweeping turn and the finish, on the garage roof's height in UTM zone 10.
 */

/** A point of the plan. Map frame: x east, y north (UTM, m); theta from east, counter-clockwise. */
export interface PlanPoint {
  readonly x: number;
  readonly y: number;
  readonly theta: number;
  readonly curvature: number; // 1/m, positive to the left
  readonly curvatureRate: number; // dκ/ds, 1/m²
  readonly s: number; // m from the start
  readonly speed: number; // m/s
  readonly acceleration: number; // m/s² along the path
  readonly time: number; // s from the start of the drive
}

export const GROUND_Z_M = -28.37;

const START = { x: 586_386, y: 4_140_674, theta: 0.31 };
const STEP_M = 0.1;
/** Length in m, curvature in 1/m; the blocks are joined by clothoids of `BLEND_M`. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [40, 0],
  [46, 1 / 15.5],
  [22, 0],
  [17, -1 / 21],
  [17, 1 / 21],
  [14, 0],
  [50, 1 / 17],
  [30, 0],
  [20, 1 / 40],
  [10, 0],
];
const BLEND_M = 8;
const SPEED_LIMIT_MPS = 9.7;
const LATERAL_LIMIT_MPS2 = 2.1;
const ACCELERATION_LIMIT_MPS2 = 1.5;
const DECELERATION_LIMIT_MPS2 = 1.7;

/** The whole plan, a point each 0.1 m. The first and the last point stand still. */
export function planCourse(): PlanPoint[] {
  const length = BLOCKS.reduce((sum, [metres]) => sum + metres, 0);
  const n = Math.round(length / STEP_M) + 1;
  const curvature = Array.from({ length: n }, (_, i) => blendedCurvature(i * STEP_M));
  const speed = speedProfile(curvature);

  const points: PlanPoint[] = [];
  let { x, y, theta } = START;
  let time = 0;
  for (let i = 0; i < n; i++) {
    const [here, next] = [speed[i]!, speed[Math.min(i + 1, n - 1)]!];
    points.push({
      x,
      y,
      theta,
      curvature: curvature[i]!,
      curvatureRate: (curvature[Math.min(i + 1, n - 1)]! - curvature[Math.max(i - 1, 0)]!) / (2 * STEP_M),
      s: i * STEP_M,
      speed: here,
      acceleration: (next * next - here * here) / (2 * STEP_M),
      time,
    });
    const middle = theta + (curvature[i]! * STEP_M) / 2;
    x += STEP_M * Math.cos(middle);
    y += STEP_M * Math.sin(middle);
    theta += curvature[i]! * STEP_M;
    time += (2 * STEP_M) / Math.max(here + next, 1e-6);
  }
  return points;
}

/** The mean of the blocks' curvature over `BLEND_M` around `s`: straight ramps between them. */
function blendedCurvature(s: number): number {
  let [sum, from] = [0, 0];
  for (const [metres, curvature] of BLOCKS) {
    const overlap = Math.min(from + metres, s + BLEND_M / 2) - Math.max(from, s - BLEND_M / 2);
    if (overlap > 0) sum += overlap * curvature;
    from += metres;
  }
  return sum / BLEND_M;
}

/** As fast as the limits allow, from standstill to standstill: one pass for braking backwards, one for pulling away. */
function speedProfile(curvature: readonly number[]): number[] {
  const n = curvature.length;
  const speed = curvature.map((k) =>
    Math.min(SPEED_LIMIT_MPS, Math.sqrt(LATERAL_LIMIT_MPS2 / Math.max(Math.abs(k), 1e-6))),
  );
  [speed[0], speed[n - 1]] = [0, 0];
  for (let i = n - 2; i >= 0; i--) {
    speed[i] = Math.min(speed[i]!, Math.sqrt(speed[i + 1]! ** 2 + 2 * DECELERATION_LIMIT_MPS2 * STEP_M));
  }
  for (let i = 1; i < n; i++) {
    speed[i] = Math.min(speed[i]!, Math.sqrt(speed[i - 1]! ** 2 + 2 * ACCELERATION_LIMIT_MPS2 * STEP_M));
  }
  return speed;
}

/** The plan at `time` seconds after its start, linear between its points; before and after, its ends. */
export function planAt(plan: readonly PlanPoint[], time: number): PlanPoint {
  let [low, high] = [0, plan.length - 1];
  if (time <= plan[low]!.time) return plan[low]!;
  if (time >= plan[high]!.time) return { ...plan[high]!, time };
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (plan[middle]!.time <= time) low = middle;
    else high = middle;
  }
  return between(plan[low]!, plan[high]!, (time - plan[low]!.time) / (plan[high]!.time - plan[low]!.time));
}

/** The point of the plan nearest to (x, y), searched around the index where it was found last. */
export function nearestPlanIndex(plan: readonly PlanPoint[], x: number, y: number, hint: number): number {
  let best = hint;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = Math.max(0, hint - 50); i < Math.min(plan.length, hint + 100); i++) {
    const distance = (plan[i]!.x - x) ** 2 + (plan[i]!.y - y) ** 2;
    if (distance < bestDistance) [best, bestDistance] = [i, distance];
  }
  return best;
}

function between(a: PlanPoint, b: PlanPoint, t: number): PlanPoint {
  const mix = (p: number, q: number): number => p + (q - p) * t;
  return {
    x: mix(a.x, b.x),
    y: mix(a.y, b.y),
    theta: mix(a.theta, b.theta),
    curvature: mix(a.curvature, b.curvature),
    curvatureRate: mix(a.curvatureRate, b.curvatureRate),
    s: mix(a.s, b.s),
    speed: mix(a.speed, b.speed),
    acceleration: mix(a.acceleration, b.acceleration),
    time: mix(a.time, b.time),
  };
}
