/** `value` moved into [low, high]; NaN stays NaN. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Value at `t` on the line through (t0, x0) and (t1, x1); `x0` where the two times are one (within 1e-10). */
export function lerp(x0: number, t0: number, x1: number, t1: number, t: number): number {
  if (Math.abs(t1 - t0) <= 1e-10) return x0;
  const r = (t - t0) / (t1 - t0);
  return x0 + r * (x1 - x0);
}

/** First index whose `values[i] >= key`, `length` when there is none. `values` ascend; a NaN key gives 0. */
export function lowerBound(values: ArrayLike<number>, key: number, length: number = values.length): number {
  let low = 0;
  let count = length;
  while (count > 0) {
    const step = count >> 1;
    if (values[low + step]! < key) {
      low += step + 1;
      count -= step + 1;
    } else count = step;
  }
  return low;
}

/** More than any interval of finite numbers needs to shrink to neighbours: log 2^2098 to the base of the golden section. */
const MOST_GOLDEN_STEPS = 3022;

/**
 * Where `f` is smallest in [low, high], for f with one valley, to `tolerance`. One interval is compared a step, both inner
 * points are evaluated anew, as in Apollo's `GoldenSectionSearch`, so that the digits agree.
 */
export function goldenSectionSearch(f: (x: number) => number, low: number, high: number, tolerance = 1e-6): number {
  const GOLDEN = 1.618033989; // as many digits as Apollo has
  let a = low;
  let b = high;
  let t = (b - a) / GOLDEN;
  let c = b - t;
  let d = a + t;
  // Between numbers that lie farther apart than the tolerance the interval stops shrinking: Apollo's search would not end.
  for (let step = 0; step < MOST_GOLDEN_STEPS && Math.abs(c - d) > tolerance; step++) {
    if (f(c) < f(d)) b = d;
    else a = c;
    t = (b - a) / GOLDEN;
    c = b - t;
    d = a + t;
  }
  return (a + b) * 0.5;
}

/**
 * a·b + c rounded once, by Dekker's exact product and Knuth's exact sum (the last digit may differ where their rest is
 * itself rounded half-way). Falls back to two roundings where the exact product would overflow.
 */
export function multiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const bigA = 134217729 * a;
  const bigB = 134217729 * b;
  if (!Number.isFinite(bigA * bigB) || !Number.isFinite(sum)) return sum;
  const highA = bigA - (bigA - a);
  const lowA = a - highA;
  const highB = bigB - (bigB - b);
  const lowB = b - highB;
  const productError = lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
  const shadow = sum - product;
  const sumError = product - (sum - shadow) + (c - shadow);
  return sum + (sumError + productError);
}
