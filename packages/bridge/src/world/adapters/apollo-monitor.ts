import type { Adapter, NoticeLevel, Observation } from "../observation.ts";
import { enumName, field, list, num, text } from "../read-value.ts";

/** modules/common/monitor/proto/monitor.proto */
const LEVELS = { 0: "INFO", 1: "WARN", 2: "ERROR", 3: "FATAL" };
const NOTICE_LEVELS: Readonly<Record<string, NoticeLevel>> = {
  INFO: "info",
  WARN: "warn",
  ERROR: "error",
  FATAL: "fatal",
};
const SOURCES = {
  1: "unknown",
  2: "canbus",
  3: "control",
  4: "decision",
  5: "localization",
  6: "planning",
  7: "prediction",
  8: "simulator",
  9: "hwsys",
  10: "routing",
};

export const monitor: Adapter = {
  types: ["apollo.common.monitor.MonitorMessage", "pb_msgs/MonitorMessage"],
  read: (message) => {
    const timeS = num(field(message, "header", "timestamp_sec"));
    return list(field(message, "item")).map((item): Observation => {
      const level = enumName(field(item, "log_level") ?? 0, LEVELS);
      return {
        kind: "notice",
        level: NOTICE_LEVELS[level ?? "INFO"] ?? "info",
        source: enumName(field(item, "source") ?? 1, SOURCES)?.toLowerCase() ?? "monitor",
        text: text(field(item, "msg")) ?? "",
        timeS,
      };
    });
  },
};
