import { multiplyAdd } from "./scalar.ts";

/**
 * Small dense matrices: `Float64Array`, row-major, sizes given by the caller. Every function writes into `out` (returned),
 * which must not be an operand, so that a control loop allocates nothing.
 */

/** out (n×p) = a (n×m) · b (m×p). */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  n: number,
  m: number,
  p: number,
  out: Float64Array = new Float64Array(n * p),
): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += a[i * m + k]! * b[k * p + j]!;
      out[i * p + j] = sum;
    }
  }
  return out;
}

/** out (m×n) = aᵀ for a (n×m). */
export function transpose(
  a: Float64Array,
  n: number,
  m: number,
  out: Float64Array = new Float64Array(n * m),
): Float64Array {
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = a[i * m + j]!;
  return out;
}

export function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

/**
 * Inverse of a (n×n) by Gauss-Jordan elimination with partial pivoting. A singular matrix gives non-finite entries, as
 * Eigen's does; the caller decides what that means. `work` (n×n) is scratch.
 */
export function invert(
  a: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n * n),
  work: Float64Array = new Float64Array(n * n),
): Float64Array {
  work.set(a.subarray(0, n * n));
  out.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(work[row * n + column]!) > Math.abs(work[pivot * n + column]!)) pivot = row;
    }
    if (pivot !== column) {
      for (let k = 0; k < n; k++) {
        const w = work[pivot * n + k]!;
        work[pivot * n + k] = work[column * n + k]!;
        work[column * n + k] = w;
        const o = out[pivot * n + k]!;
        out[pivot * n + k] = out[column * n + k]!;
        out[column * n + k] = o;
      }
    }
    const scale = work[column * n + column]!;
    for (let k = 0; k < n; k++) {
      work[column * n + k]! /= scale;
      out[column * n + k]! /= scale;
    }
    for (let row = 0; row < n; row++) {
      const factor = work[row * n + column]!;
      if (row === column || factor === 0) continue;
      for (let k = 0; k < n; k++) {
        work[row * n + k]! -= factor * work[column * n + k]!;
        out[row * n + k]! -= factor * out[column * n + k]!;
      }
    }
  }
  return out;
}

/**
 * x of a·x = b for a (n×n), b (n), by LU with partial pivoting. Non-finite where a is singular.
 *
 * Columns are scaled by the pivot's reciprocal and products are fused with their sums, as LAPACK does on today's machines:
 * ill-conditioned systems (a filter's steady state) then agree with scipy to the last digit.
 */
export function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const lu = Float64Array.from(a.subarray(0, n * n));
  const x = Float64Array.from(b.subarray(0, n));
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(lu[row * n + column]!) > Math.abs(lu[pivot * n + column]!)) pivot = row;
    }
    if (pivot !== column) {
      for (let k = 0; k < n; k++) {
        const moved = lu[pivot * n + k]!;
        lu[pivot * n + k] = lu[column * n + k]!;
        lu[column * n + k] = moved;
      }
      const moved = x[pivot]!;
      x[pivot] = x[column]!;
      x[column] = moved;
    }
    const reciprocal = 1 / lu[column * n + column]!;
    for (let row = column + 1; row < n; row++) {
      const factor = lu[row * n + column]! * reciprocal;
      for (let k = column + 1; k < n; k++) {
        lu[row * n + k] = multiplyAdd(-factor, lu[column * n + k]!, lu[row * n + k]!);
      }
      x[row] = multiplyAdd(-factor, x[column]!, x[row]!);
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = n - 1; k > row; k--) x[row] = multiplyAdd(-lu[row * n + k]!, x[k]!, x[row]!);
    x[row]! /= lu[row * n + row]!;
  }
  return x;
}
