import type { LogLevel, LogRecord } from "@delos/core";
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

/** A log record as it travels. Its source is a node, a part of one (`/camera.driver`), or a part of none (`delos.rtps`). */
export function logToMessage({ level, timeNs, source, message, fields }: LogRecord): delos.Log {
  const dot = source.indexOf(".");
  const [first, logger] = dot < 0 ? [source, ""] : [source.slice(0, dot), source.slice(dot + 1)];
  const { code, ...rest } = fields;
  const details = JSON.stringify(rest, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return {
    stamp_ns: timeNs,
    level: LEVELS[level],
    message,
    ...(first.startsWith("/") && { node: first }),
    ...(logger !== "" && { logger }),
    ...(typeof code === "string" && { code }),
    ...(details !== "{}" && { details }),
  };
}
