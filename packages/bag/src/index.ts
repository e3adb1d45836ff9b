export { type ByteSink, createFile, MemorySink } from "./byte-sink.ts";
export { type ByteSource, bytesSource, openFile } from "./byte-source.ts";
export { ChannelCodecs, payloadOf } from "./channel-codecs.ts";
export { checkFile } from "./check-file.ts";
export { CyberWriter, type CyberWriterOptions } from "./cyber/cyber-writer.ts";
export { digest } from "./digest.ts";
export { type ConformanceResult, runConformance } from "./mcap/conformance.ts";
export {
  type McapFeatures,
  McapWriter,
  type McapWriterOptions,
  type NewChannel,
  type NewSchema,
} from "./mcap/mcap-writer.ts";
export { messageCodecs } from "./message-codecs.ts";
export { openRecording, type RecordingInput } from "./open.ts";
export {
  type BackfillLimits,
  isBestEffort,
  isLatched,
  type Jump,
  type JumpReason,
  MAX_RATE,
  MIN_RATE,
  messagesBefore,
  Player,
  type PlayerOptions,
  type PlayerSink,
  type PlayerState,
  playedTopic,
  type Selected,
  type Selection,
  select,
} from "./player/index.ts";
export type {
  Attachment,
  Channel,
  FileCursor,
  FileRecording,
  MessageCursor,
  Metadata,
  Problem,
  Query,
  RecordedMessage,
  Recording,
  RecordingFormat,
} from "./recording.ts";
export type { OpenOptions } from "./recording-options.ts";
export {
  createRecording,
  formatOfName,
  type RecordingWriter,
  type RecordingWriterOptions,
} from "./recording-writer.ts";
export { type NewConnection, RosbagWriter, type RosbagWriterOptions } from "./rosbag/rosbag-writer.ts";
