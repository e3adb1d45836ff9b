/** Coefficients of a digital filter, newest sample first: Σ den[i]·y[−i] = Σ num[i]·x[−i]. */
export interface FilterCoefficients {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** Second-order Butterworth low-pass of cut-off `cutoffHz`, sample time `ts` s (Apollo's `LpfCoefficients`, no pre-warping). */
export function lowPassCoefficients(ts: number, cutoffHz: number): FilterCoefficients {
  const wa = 2 * Math.PI * cutoffHz;
  const alpha = (wa * ts) / 2;
  const alphaSquare = alpha * alpha;
  const term = Math.SQRT2 * alpha + alphaSquare;
  const gain = alphaSquare / (1 + term);
  return {
    numerator: [gain, 2 * gain, gain],
    denominator: [1, (2 * (alphaSquare - 1)) / (1 + term), (1 - Math.SQRT2 * alpha + alphaSquare) / (1 + term)],
  };
}

/** Direct-form filter with histories that start at 0 and a dead zone on its output (Apollo's `DigitalFilter`). */
export class DigitalFilter {
  #numerator: readonly number[] = [];
  #denominator: readonly number[] = [];
  #x: number[] = [];
  #y: number[] = [];
  #last = 0;
  /** An output that moved less than this is not taken over. */
  deadZone = 0;

  constructor(coefficients?: FilterCoefficients) {
    if (coefficients !== undefined) this.setCoefficients(coefficients);
  }

  /** Histories keep their values and are cut or filled with 0. */
  setCoefficients({ numerator, denominator }: FilterCoefficients): void {
    this.#numerator = numerator;
    this.#denominator = denominator;
    this.#x = resized(this.#x, numerator.length);
    this.#y = resized(this.#y, denominator.length);
  }

  /** The next output; 0 without coefficients. */
  filter(input: number): number {
    const num = this.#numerator;
    const den = this.#denominator;
    if (num.length === 0 || den.length === 0) return 0;
    const x = this.#x;
    const y = this.#y;
    for (let i = x.length - 1; i > 0; i--) x[i] = x[i - 1]!;
    x[0] = input;
    let xSide = 0;
    for (let i = 0; i < num.length; i++) xSide += x[i]! * num[i]!;
    let ySide = 0;
    for (let i = 1; i < den.length; i++) ySide += y[i - 1]! * den[i]!;
    const output = Math.abs(den[0]!) > 1e-6 ? (xSide - ySide) / den[0]! : 0;
    for (let i = y.length - 1; i > 0; i--) y[i] = y[i - 1]!;
    y[0] = output;
    if (!(Math.abs(output - this.#last) < this.deadZone)) this.#last = output;
    return this.#last;
  }
}

function resized(values: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, i) => values[i] ?? 0);
}

/**
 * Mean of the last `window` values; of more than two the smallest and the largest are left out. The sum is kept
 * incrementally, as in Apollo, so a rounding residue persists.
 */
export class MeanFilter {
  readonly #window: number;
  readonly #values: number[] = [];
  #sum = 0;

  /** @throws RangeError unless window is a whole number in 1…127 */
  constructor(window: number) {
    if (!Number.isInteger(window) || window < 1 || window > 127) {
      throw new RangeError(`mean filter window ${window}: a whole number from 1 to 127 was expected`);
    }
    this.#window = window;
  }

  update(value: number): number {
    const values = this.#values;
    if (values.length === this.#window) this.#sum -= values.shift()!;
    values.push(value);
    this.#sum += value;
    if (values.length <= 2) return this.#sum / values.length;
    let least = values[0]!;
    let most = values[0]!;
    for (let i = 1; i < values.length; i++) {
      if (values[i]! < least) least = values[i]!;
      if (values[i]! > most) most = values[i]!;
    }
    return (this.#sum - least - most) / (values.length - 2);
  }
}

/** Two-state switch with different thresholds up and down (Apollo's `HysteresisFilter`). */
export class HysteresisFilter {
  state: 0 | 1 = 0;

  /** The value to use for `input`: the threshold that was crossed, or the input itself between the two. */
  filter(input: number, threshold: number, upper: number, lower: number): number {
    if (input > threshold + upper) {
      this.state = 1;
      return threshold + upper;
    }
    if (input < threshold - lower) {
      this.state = 0;
      return threshold - lower;
    }
    return input;
  }
}
