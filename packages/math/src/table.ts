import { lowerBound } from "./scalar.ts";

const EPSILON = 1e-6;

/**
 * z(x, y) from scattered rows: for every x a curve z(y), each with its own y values; linear between rows and constant
 * outside (Apollo's `Interpolation2D`). Rows of equal (x, y) overwrite earlier ones.
 */
export class Table2d {
  readonly #x: Float64Array;
  readonly #curves: readonly { readonly y: Float64Array; readonly z: Float64Array }[];

  /** @throws RangeError for an empty table or a number that is not finite */
  constructor(rows: Iterable<readonly [x: number, y: number, z: number]>) {
    const curves = new Map<number, Map<number, number>>();
    for (const [x, y, z] of rows) {
      if (!Number.isFinite(x + y + z))
        throw new RangeError(`table row (${x}, ${y}, ${z}) has a number that is not finite`);
      let curve = curves.get(x);
      if (curve === undefined) curves.set(x, (curve = new Map()));
      curve.set(y, z);
    }
    if (curves.size === 0) throw new RangeError("the table has no rows");
    this.#x = Float64Array.from(curves.keys()).sort();
    this.#curves = Array.from(this.#x, (x) => {
      const y = Float64Array.from(curves.get(x)!.keys()).sort();
      return { y, z: y.map((key) => curves.get(x)!.get(key)!) };
    });
  }

  /** The x of all curves, ascending. */
  get xs(): Float64Array {
    return this.#x;
  }

  /** Points of the curve at `xs[i]`, y ascending. */
  curve(i: number): { readonly y: Float64Array; readonly z: Float64Array } {
    return this.#curves[i]!;
  }

  at(x: number, y: number): number {
    const xs = this.#x;
    const last = xs.length - 1;
    if (x >= xs[last]! - EPSILON) return this.#along(last, y);
    if (x <= xs[0]! + EPSILON) return this.#along(0, y);
    const after = lowerBound(xs, x);
    const before = Math.max(after - 1, 0);
    return between(this.#along(before, y), Math.abs(x - xs[before]!), this.#along(after, y), Math.abs(x - xs[after]!));
  }

  #along(row: number, y: number): number {
    return interpolateLinear(this.#curves[row]!.y, this.#curves[row]!.z, y);
  }
}

/** z at `y` on the polyline through (ys, zs), ys ascending; constant outside. Within 1e-6 of a point, that point's value. */
export function interpolateLinear(ys: Float64Array, zs: Float64Array, y: number): number {
  const last = ys.length - 1;
  if (y >= ys[last]! - EPSILON) return zs[last]!;
  if (y <= ys[0]! + EPSILON) return zs[0]!;
  const after = lowerBound(ys, y);
  const before = Math.max(after - 1, 0);
  return between(zs[before]!, Math.abs(y - ys[before]!), zs[after]!, Math.abs(y - ys[after]!));
}

function between(valueBefore: number, distanceBefore: number, valueAfter: number, distanceAfter: number): number {
  if (distanceBefore < EPSILON) return valueBefore;
  if (distanceAfter < EPSILON) return valueAfter;
  const gap = valueAfter - valueBefore;
  return valueBefore + (gap * distanceBefore) / (distanceBefore + distanceAfter);
}
