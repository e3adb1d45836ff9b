/** Waiting times between attempts: doubled each time from 0.25 s to 5 s, spread so that many pages do not come at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(5000, 250 * 2 ** Math.min(attempt, 10));
  return longest * (0.75 + 0.25 * random());
}
