/**
 * Indices of points at least `apartM` from the one before, the first and the last included. Where a plan stands or creeps its points lie
 * closer than their own noise, and a strip through all of them would turn round at every one (Apollo's page leaves out those
 * closer than 0.1 m).
 */
export function thinned(x: ArrayLike<number>, y: ArrayLike<number>, count: number, apartM: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = kept.at(-1);
    if (before === undefined || Math.hypot(x[i]! - x[before]!, y[i]! - y[before]!) >= apartM) kept.push(i);
  }
  const last = count - 1;
  if (kept.length > 1 && kept.at(-1) !== last) kept[kept.length - 1] = last;
  return kept;
}
