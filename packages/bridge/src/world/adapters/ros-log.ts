import type { Adapter, NoticeLevel, Observation } from "../observation.ts";
import { field, num, rosStampS, stampS, text } from "../read-value.ts";

/** rosgraph_msgs/Log.msg: powers of two. rcl_interfaces/msg/Log.msg: tens. */
const ROS1_LEVELS: Readonly<Record<number, NoticeLevel>> = { 2: "info", 4: "warn", 8: "error", 16: "fatal" };
const ROS2_LEVELS: Readonly<Record<number, NoticeLevel>> = { 20: "info", 30: "warn", 40: "error", 50: "fatal" };
const FOXGLOVE_LEVELS: Readonly<Record<number, NoticeLevel>> = {
  0: "info",
  2: "info",
  3: "warn",
  4: "error",
  5: "fatal",
};

/** Debug lines have no level here and are left out. */
function notice(
  level: NoticeLevel | undefined,
  message: unknown,
  textField: string,
  timeS: number | undefined,
): readonly Observation[] {
  if (level === undefined) return [];
  const source = text(field(message, "name")) ?? "";
  return [{ kind: "notice", level, source, text: text(field(message, textField)) ?? "", timeS }];
}

export const rosout: Adapter = {
  types: ["rosgraph_msgs/Log"],
  read: (message) => notice(ROS1_LEVELS[num(field(message, "level")) ?? 0], message, "msg", rosStampS(message)),
};

export const rosout2: Adapter = {
  types: ["rcl_interfaces/Log"],
  read: (message) =>
    notice(ROS2_LEVELS[num(field(message, "level")) ?? 0], message, "msg", stampS(field(message, "stamp"))),
};

const DELOS_LEVELS: Readonly<Record<number, NoticeLevel>> = { 2: "info", 3: "warn", 4: "error", 5: "fatal" };

/** What the loggers of Delos' own runtimes say. */
export const delosLog: Adapter = {
  types: ["delos.Log"],
  read: (message) => {
    const level = DELOS_LEVELS[num(field(message, "level")) ?? 0];
    const parts = ["node", "logger"].map((name) => text(field(message, name)) ?? "");
    const code = text(field(message, "code"));
    const said = text(field(message, "message")) ?? "";
    if (level === undefined) return [];
    return [
      {
        kind: "notice",
        level,
        source: parts.filter((part) => part !== "").join("."),
        text: code === undefined || code === "" ? said : `${code}: ${said}`,
        timeS: stampS(field(message, "stamp_ns")),
      },
    ];
  },
};

export const foxgloveLog: Adapter = {
  types: ["foxglove.Log", "foxglove_msgs/Log"],
  read: (message) =>
    notice(FOXGLOVE_LEVELS[num(field(message, "level")) ?? 0], message, "message", stampS(field(message, "timestamp"))),
};
