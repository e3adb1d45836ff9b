/** Bus time after which a state that did not come again is marked as old, s. The slowest one shown comes at 1 Hz. */
const OLD_S = 1.5;

/** A state that names no time of its own is as old as the frame that brought it. */
export function isStale(busTimeS: number, stateTimeS: number | undefined): boolean {
  return stateTimeS !== undefined && stateTimeS > 0 && busTimeS - stateTimeS > OLD_S;
}
