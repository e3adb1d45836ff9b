export {
  type Delivery,
  openReplay,
  Replay,
  type ReplayEvents,
  type ReplayOptions,
  type ReplayStats,
} from "./replay.ts";
export type { RecordingSummary } from "./thread/protocol.ts";
