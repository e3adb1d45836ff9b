export { type AlarmOptions, type Clock, SimulatedClock, SystemClock } from "./clock.ts";
export {
  AbortedError,
  ClosedError,
  DelosError,
  describeError,
  MalformedError,
  TimeoutError,
  UsageError,
} from "./errors.ts";
export { type EventMap, Events } from "./events.ts";
export { Fifo } from "./fifo.ts";
export { type FlagDefaults, type FlagValues, readFlags } from "./flags.ts";
export { Lifetime, onAbort, throwIfAborted } from "./lifetime.ts";
export { formatLogRecord, LOG_LEVELS, Logger, type LogLevel, type LogRecord, type LogSink } from "./log.ts";
export type { JsonValue, MessageCodec, MessageEncoding, MessageSchema, SchemaEncoding } from "./message-codec.ts";
