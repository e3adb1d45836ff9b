/** 1, 2 or 5 times a power of ten, not below the wish. */
export function roundStep(wish: number): number {
  const exponent = Math.floor(Math.log10(wish));
  const power = 10 ** exponent;
  const part = wish / power;
  const step = part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10;
  return exponent < 0 ? step / 10 ** -exponent : step * power; // division gives 0.002, not 0.0020000000000000000004
}

/** Multiples of `step` from `origin` inside the range. */
export function wholeSteps(min: number, max: number, origin: number, step: number): number[] {
  const result: number[] = [];
  for (let t = origin + Math.ceil((min - origin) / step) * step; t <= max; t += step) result.push(t);
  return result;
}
