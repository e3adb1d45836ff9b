export { builtinRecordingPath } from "./builtin-recording.ts";
export { openReplayDeck, ReplayDeck, type ReplayDeckEvents } from "./deck.ts";
export { type DensityOptions, type RecordingDensity, recordingDensity } from "./density.ts";
export {
  type Delivery,
  openReplay,
  Replay,
  type ReplayEvents,
  type ReplayOptions,
  type ReplayStats,
} from "./replay.ts";
export type { RecordingSummary } from "./thread/protocol.ts";
