import { DelosError, type LogLevel, type LogRecord } from "@delos/core";
import { delos } from "@delos/msgs";
import { type Topic, topic } from "./topic.ts";

/** What all loggers of all runtimes say; whoever comes late gets the last thousand lines. */
export const logTopic: Topic<delos.Log> = topic("/delos/log", delos.Log, {
  durability: "transient_local",
  depth: 1000,
});

const LEVELS: Readonly<Record<LogLevel, number>> = {
  debug: delos.Log.Level.DEBUG,
  info: delos.Log.Level.INFO,
  warn: delos.Log.Level.WARN,
  error: delos.Log.Level.ERROR,
  fatal: delos.Log.Level.FATAL,
};

/** A log record as it travels. Its source is `delos.<node>.<part>`, or `delos.<part>` for what is no node's. */
export function logToMessage({ level, timeNs, source, message, fields }: LogRecord): delos.Log {
  const [, node = "", logger = ""] = /^delos\.?(\/[^.]*)?\.?(.*)$/.exec(source) ?? ["", "", source];
  const { error, ...rest } = fields;
  const code = error instanceof DelosError ? error.code : undefined;
  const details = JSON.stringify(rest, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return {
    stamp_ns: timeNs,
    level: LEVELS[level],
    node,
    message,
    ...(logger !== "" && { logger }),
    ...(code !== undefined && { code }),
    ...(details !== "{}" && { details }),
  };
}
