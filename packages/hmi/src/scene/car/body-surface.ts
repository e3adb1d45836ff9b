/**
 * The painted body of a sedan as one smooth surface, so that lamps, grille and door lines can be cut out of the very
 * same shape. Vehicle frame: x forward, y left, z up, origin on the ground under the rear axle (Apollo's reference
 * point). Dimensions of a Lincoln MKZ: 4.93 m long, wheelbase 2.85 m, 1.48 m high.
 *
 * The surface runs around half a cross-section with u: −1 at the sill, 0 at the widest line, 1 at the middle of the
 * bonnet; the other half is its mirror image.
 */
export const REAR_M = -1.043;
export const FRONT_M = 3.89;
export const WHEELBASE_M = 2.85;
export const WHEEL_RADIUS_M = 0.335;
export const LENGTH_M = FRONT_M - REAR_M;
export const WIDTH_M = 1.864;
export const HEIGHT_M = 1.48;
const ARCH_RADIUS_M = 0.4;
const SILL_M = 0.2;
const WAIST_M = 0.6;

type Key = readonly [number, number];
const TOP: readonly Key[] = [
  [REAR_M, 0.84],
  [-0.98, 0.98],
  [-0.8, 1.035],
  [-0.3, 1.03],
  [0.6, 0.985],
  [1.6, 0.955],
  [2.45, 0.94],
  [3.0, 0.885],
  [3.45, 0.81],
  [3.72, 0.725],
  [3.85, 0.62],
  [FRONT_M, 0.55],
];
const HALF_WIDTH: readonly Key[] = [
  [REAR_M, 0.7],
  [-0.99, 0.8],
  [-0.85, 0.875],
  [-0.5, 0.922],
  [0.2, 0.932],
  [1.4, 0.918],
  [2.6, 0.93],
  [3.1, 0.916],
  [3.45, 0.86],
  [3.7, 0.76],
  [3.83, 0.66],
  [FRONT_M, 0.56],
];
const UNDERSIDE: readonly Key[] = [
  [REAR_M, 0.36],
  [-0.9, 0.27],
  [-0.4, SILL_M],
  [3.3, SILL_M],
  [3.75, 0.24],
  [FRONT_M, 0.3],
];

export interface Point {
  x: number;
  y: number;
  z: number;
}

export function bodyPoint(x: number, u: number): Point {
  const { y, z } = section(x, u);
  return { x, y, z: Math.max(z, arch(x)) };
}

/** Unit normal of the surface without the wheel arches, so that shading does not bend at their edges. */
export function bodyNormal(x: number, u: number): Point {
  const du = 1e-3;
  const dx = 2e-3;
  const a = section(x, Math.max(-1, u - du));
  const b = section(x, Math.min(1, u + du));
  const back = Math.max(REAR_M, x - dx);
  const ahead = Math.min(FRONT_M, x + dx);
  const c = section(back, u);
  const d = section(ahead, u);
  const along = { x: ahead - back, y: d.y - c.y, z: d.z - c.z };
  const around = { x: 0, y: b.y - a.y, z: b.z - a.z };
  const n = {
    x: along.y * around.z - along.z * around.y,
    y: along.z * around.x - along.x * around.z,
    z: along.x * around.y - along.y * around.x,
  };
  const length = Math.hypot(n.x, n.y, n.z) || 1;
  return { x: -n.x / length, y: -n.y / length, z: -n.z / length };
}

/** How many corners: a processor that plays graphics card is slowed by each of them. */
export type Detail = "fine" | "coarse";

const STATIONS: Readonly<Record<Detail, readonly number[]>> = {
  fine: [-0.97, -0.87, -0.72, -0.55, 0.5, 0.8, 1.15, 1.5, 1.85, 2.2, 3.3, 3.42, 3.56, 3.68, 3.77, 3.84, 3.87],
  coarse: [-0.94, -0.78, -0.56, 0.62, 1.05, 1.6, 2.1, 3.36, 3.54, 3.7, 3.83],
};

/** Where along x the cross-sections stand: closer together at the ends and around the wheels. */
export function stations(detail: Detail = "fine"): number[] {
  const result = [REAR_M, REAR_M + 0.025, ...STATIONS[detail], FRONT_M];
  const half = detail === "fine" ? 6 : 4;
  for (const wheel of [0, WHEELBASE_M]) {
    for (let k = -half; k <= half; k++)
      result.push(wheel + ARCH_RADIUS_M * Math.sin((k / half) * (Math.PI / 2)) * 1.0001);
  }
  return result.sort((a, b) => a - b);
}

function section(x: number, u: number): { y: number; z: number } {
  const half = smooth(HALF_WIDTH, x);
  const top = smooth(TOP, x);
  const bottom = smooth(UNDERSIDE, x);
  const waist = Math.min(WAIST_M, bottom + 0.62 * (top - bottom));
  if (u <= 0) {
    const below = -u; // 0 at the waist, 1 at the sill
    return { y: half * (1 - 0.075 * below ** 2.2), z: waist + (bottom - waist) * below };
  }
  const angle = (u * Math.PI) / 2;
  const round = 2 / 3.4; // a superellipse: flat flanks, a soft shoulder, a slightly crowned bonnet
  return { y: half * Math.cos(angle) ** round, z: waist + (top - waist) * Math.sin(angle) ** round };
}

/** Height of the wheel arch's edge at x, below every surface where there is no wheel. */
function arch(x: number): number {
  for (const wheel of [0, WHEELBASE_M]) {
    const across = x - wheel;
    if (Math.abs(across) < ARCH_RADIUS_M) return WHEEL_RADIUS_M + Math.sqrt(ARCH_RADIUS_M ** 2 - across ** 2);
  }
  return 0;
}

/** A curve through the keys without overshoot (monotone cubic). */
function smooth(keys: readonly Key[], x: number): number {
  const last = keys.length - 1;
  if (x <= keys[0]![0]) return keys[0]![1];
  if (x >= keys[last]![0]) return keys[last]![1];
  let i = 0;
  while (keys[i + 1]![0] < x) i++;
  const [x0, y0] = keys[i]!;
  const [x1, y1] = keys[i + 1]!;
  const span = x1 - x0;
  const t = (x - x0) / span;
  const m0 = tangent(keys, i) * span;
  const m1 = tangent(keys, i + 1) * span;
  const t2 = t * t;
  const t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * y0 + (t3 - 2 * t2 + t) * m0 + (3 * t2 - 2 * t3) * y1 + (t3 - t2) * m1;
}

function tangent(keys: readonly Key[], i: number): number {
  if (i === 0 || i === keys.length - 1) {
    const [a, b] = i === 0 ? [keys[0]!, keys[1]!] : [keys[i - 1]!, keys[i]!];
    return (b[1] - a[1]) / (b[0] - a[0]);
  }
  const before = (keys[i]![1] - keys[i - 1]![1]) / (keys[i]![0] - keys[i - 1]![0]);
  const after = (keys[i + 1]![1] - keys[i]![1]) / (keys[i + 1]![0] - keys[i]![0]);
  return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
}
