import { solve } from "./matrix.ts";

/**
 * Interpolating B-spline of degree min(n − 1, 3) through points with ascending x, knots averaged, x scaled to [0, 1] and
 * clamped outside: Eigen's `SplineFitting::Interpolate`, which Apollo 1.5 uses for its gain schedule.
 */
export class CubicSpline {
  readonly #min: number;
  readonly #max: number;
  readonly #degree: number;
  readonly #knots: Float64Array;
  readonly #control: Float64Array;

  /** @throws RangeError for no points, x not strictly ascending, or a number that is not finite */
  constructor(points: readonly (readonly [x: number, y: number])[]) {
    const n = points.length;
    if (n === 0) throw new RangeError("a spline needs at least one point");
    for (const [i, [x, y]] of points.entries()) {
      if (!Number.isFinite(x + y) || (i > 0 && !(x > points[i - 1]![0]))) {
        throw new RangeError(`spline point ${i} (${x}, ${y}): finite numbers with ascending x were expected`);
      }
    }
    const degree = Math.min(n - 1, 3);
    this.#degree = degree;
    this.#min = points[0]![0];
    this.#max = points[n - 1]![0];
    const span = this.#max - this.#min;
    const u = points.map(([x]) => (span > 0 ? (x - this.#min) / span : 0));
    this.#knots = new Float64Array(n + degree + 1).fill(1, n);
    for (let j = 1; j < n - degree; j++) {
      let sum = 0;
      for (let k = j; k < j + degree; k++) sum += u[k]!;
      this.#knots[j + degree] = sum / degree;
    }
    const basis = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      if (i === 0) basis[0] = 1;
      else if (i === n - 1) basis[n * n - 1] = 1;
      else {
        const at = this.#span(u[i]!);
        this.#basis(u[i]!, at).forEach((value, k) => {
          basis[i * n + at - degree + k] = value;
        });
      }
    }
    this.#control = solve(
      basis,
      Float64Array.from(points, ([, y]) => y),
      n,
    );
  }

  at(x: number): number {
    if (x >= this.#max) return this.#evaluate(1);
    if (x <= this.#min) return this.#evaluate(0);
    return this.#evaluate((x - this.#min) / (this.#max - this.#min));
  }

  #evaluate(u: number): number {
    const at = this.#span(u);
    return this.#basis(u, at).reduce((sum, value, k) => sum + value * this.#control[at - this.#degree + k]!, 0);
  }

  /** Index of the knot interval that holds u. */
  #span(u: number): number {
    let at = this.#degree;
    while (at < this.#controls() - 1 && u >= this.#knots[at + 1]!) at++;
    return at;
  }

  #controls(): number {
    return this.#knots.length - this.#degree - 1;
  }

  /** The degree + 1 basis functions that are not zero in the interval (Piegl and Tiller, A2.2). */
  #basis(u: number, at: number): number[] {
    const values = [1];
    for (let j = 1; j <= this.#degree; j++) {
      let saved = 0;
      for (let r = 0; r < j; r++) {
        const right = this.#knots[at + r + 1]! - u;
        const left = u - this.#knots[at + 1 - j + r]!;
        const share = values[r]! / (right + left);
        values[r] = saved + right * share;
        saved = left * share;
      }
      values[j] = saved;
    }
    return values;
  }
}
