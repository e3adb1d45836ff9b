export type { WaitOptions } from "./bell.ts";
export { RingError, type RingErrorCode } from "./errors.ts";
export type { ListenOptions, LogReader, LogReaderOptions } from "./log-reader.ts";
export { type AttachOptions, createBell, LogRing, type LogRingOptions } from "./log-ring.ts";
export type { LogWriter, LogWriterOptions } from "./log-writer.ts";
export { atomicsSleeper, LAYOUT_VERSION, type RingMemory, ringMemory, type Sleeper } from "./memory.ts";
