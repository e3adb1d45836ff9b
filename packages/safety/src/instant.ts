/**
 * The time at which something is looked at. Two clocks, because neither suffices: silence is measured on the one that never
 * jumps, stamps of messages compare with the time of day.
 */
export interface Instant {
  /** Ms from an arbitrary origin; never goes back. */
  readonly monotonicMs: number;
  /** Time of day, Unix s. It may be set, back or forth. */
  readonly unixS: number;
}
