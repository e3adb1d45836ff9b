import type { FilterCoefficients } from "./filters.ts";
import { identity, solve } from "./matrix.ts";

interface Complex {
  readonly re: number;
  readonly im: number;
}

/** Smith's division, as numpy divides. */
function divide(a: Complex, b: Complex): Complex {
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const r = b.im / b.re;
    const s = 1 / (b.re + b.im * r);
    return { re: (a.re + a.im * r) * s, im: (a.im - a.re * r) * s };
  }
  const r = b.re / b.im;
  const s = 1 / (b.im + b.re * r);
  return { re: (a.re * r + a.im) * s, im: (a.im * r - a.re) * s };
}

/**
 * Digital Butterworth low-pass of `order`, cut-off as a fraction of the Nyquist frequency: what scipy's
 * `butter(order, cutoff)` gives. Analogue prototype, pre-warped, bilinear transform, poles multiplied out.
 *
 * Multiplied-out coefficients are badly conditioned (order 6 at 0.05: a last digit moved here moves the filter's output by
 * 1e-8), so scipy's order of operations is followed to the last digit.
 */
export function butterworthLowPass(order: number, cutoff: number): FilterCoefficients {
  if (!Number.isInteger(order) || order < 1)
    throw new RangeError(`filter order ${order}: a whole number ≥ 1 was expected`);
  if (!(cutoff > 0 && cutoff < 1))
    throw new RangeError(`cut-off ${cutoff}: a fraction of Nyquist in (0, 1) was expected`);
  const warped = 4 * Math.tan((Math.PI * cutoff) / 2);
  const poles: Complex[] = [];
  let product: Complex = { re: 1, im: 0 };
  for (let m = 1 - order; m < order; m += 2) {
    const angle = Math.PI * m * (1 / (2 * order));
    const pole = { re: -Math.cos(angle) * warped, im: -Math.sin(angle) * warped };
    const below = { re: 4 - pole.re, im: -pole.im };
    poles.push(divide({ re: 4 + pole.re, im: pole.im }, below));
    product = {
      re: product.re * below.re - product.im * below.im,
      im: product.re * below.im + product.im * below.re,
    };
  }
  const gain = warped ** order * divide({ re: 1, im: 0 }, product).re;
  const zeros = Array.from({ length: order }, () => ({ re: -1, im: 0 }));
  return { numerator: expand(zeros).map((c) => c * gain), denominator: expand(poles) };
}

/** Coefficients, highest power first, of the real polynomial with these roots; products summed as numpy's `convolve` does. */
function expand(roots: readonly Complex[]): number[] {
  let c: Complex[] = [{ re: 1, im: 0 }];
  for (const root of roots) {
    c = Array.from({ length: c.length + 1 }, (_, i) => {
      const low = c[i - 1] ?? { re: 0, im: 0 };
      const high = c[i] ?? { re: 0, im: 0 };
      return {
        re: low.re * -root.re + high.re - low.im * -root.im,
        im: low.re * -root.im + (low.im * -root.re + high.im),
      };
    });
  }
  return c.map(({ re }) => re);
}

/** Forward pass in transposed direct form II; `state` (order values) is read and left at its final values. */
function run(b: readonly number[], a: readonly number[], x: Float64Array, state: Float64Array): Float64Array {
  const n = state.length;
  return x.map((input) => {
    const output = state[0]! + b[0]! * input;
    for (let i = 0; i < n - 1; i++) state[i] = state[i + 1]! + input * b[i + 1]! - output * a[i + 1]!;
    state[n - 1] = input * b[n]! - output * a[n]!;
    return output;
  });
}

/** State in which a constant input of 1 comes out at once as the steady output: (I − companionᵀ)·zi = b[1…] − a[1…]·b[0]. */
function steadyState(b: readonly number[], a: readonly number[]): Float64Array {
  const n = a.length - 1;
  const system = identity(n);
  for (let i = 0; i < n; i++) {
    system[i * n] = (i === 0 ? 1 : 0) + a[i + 1]!;
    if (i + 1 < n) system[i * n + i + 1] = -1;
  }
  return solve(
    system,
    Float64Array.from({ length: n }, (_, i) => b[i + 1]! - a[i + 1]! * b[0]!),
    n,
  );
}

/**
 * Filters forward and backward, so that the phase stays zero: scipy's `filtfilt` with its defaults (odd extension of
 * 3·(order + 1) samples at both ends, steady-state initial conditions). `denominator[0]` must be 1.
 *
 * @throws RangeError when `x` has no more samples than the extension needs
 */
export function filtfilt({ numerator: b, denominator: a }: FilterCoefficients, x: ArrayLike<number>): Float64Array {
  const pad = 3 * Math.max(a.length, b.length);
  const n = x.length;
  if (n <= pad) throw new RangeError(`${n} samples are too few to filter: more than ${pad} are needed`);
  const extended = new Float64Array(n + 2 * pad);
  for (let i = 0; i < pad; i++) {
    extended[i] = 2 * x[0]! - x[pad - i]!;
    extended[pad + n + i] = 2 * x[n - 1]! - x[n - 2 - i]!;
  }
  for (let i = 0; i < n; i++) extended[pad + i] = x[i]!;
  const steady = steadyState(b, a);
  const forward = run(
    b,
    a,
    extended,
    steady.map((s) => s * extended[0]!),
  ).reverse();
  const backward = run(
    b,
    a,
    forward,
    steady.map((s) => s * forward[0]!),
  ).reverse();
  return backward.slice(pad, pad + n);
}
