export { type BackfillLimits, isBestEffort, isLatched, messagesBefore } from "./backfill.ts";
export {
  type Jump,
  type JumpReason,
  MAX_RATE,
  MIN_RATE,
  Player,
  type PlayerOptions,
  type PlayerSink,
  type PlayerState,
} from "./player.ts";
export { playedTopic, type Selected, type Selection, select } from "./selection.ts";
