/** Rates offered in the list; infinity is as fast as it goes. */
export const RATES: readonly number[] = [0.1, 0.25, 0.5, 1, 2, 5, 10, Number.POSITIVE_INFINITY];
const LOWEST = 0.01;
const HIGHEST = 100;

/** A rate changed by a key: rounded, so that ten steps up and ten down end near where they began. */
export function changedRate(rate: number, factor: number): number {
  const from = Number.isFinite(rate) && rate > 0 ? rate : 1;
  return Math.min(HIGHEST, Math.max(LOWEST, Number((from * factor).toPrecision(3))));
}
