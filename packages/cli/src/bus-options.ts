import { UsageError } from "@delos/core";
import { type QosOptions, type QosPreset, qosPresets } from "@delos/transport";
import type { CommandContext } from "./command.ts";

/** Options of every command that goes on the bus. */
export const BUS_OPTIONS = {
  domain: { type: "string" },
  interface: { type: "string", multiple: true },
  peer: { type: "string", multiple: true },
  mdns: { type: "boolean" },
  transport: { type: "string" },
  ros2: { type: "boolean" },
  "spin-time": { type: "string" },
  "node-name": { type: "string" },
} as const;

export const BUS_HELP = {
  domain: "DDS domain, 0 to 232 (default: ROS_DOMAIN_ID, or 0)",
  interface:
    "Network card or its address to use, more than once if need be (default: all real ones, and loopback; with ROS_LOCALHOST_ONLY=1 loopback alone)",
  peer: "Host or host:port to tell of us where multicast does not reach; more than once if need be (default: ROS_STATIC_PEERS)",
  transport:
    "rtps: the network; shm: memory that the processes of this host share; auto: the nearest for each peer (default)",
  mdns: "Look for others by multicast DNS, too: where multicast 239.255.0.1 is blocked",
  ros2: "Names as ROS 2 has them on DDS: topic /chatter is rt/chatter, std_msgs/msg/String is std_msgs::msg::dds_::String_",
  "spin-time": "Seconds to look for others at most (default 2)",
  "node-name": "Name of this command's own node (default: one that listings leave out)",
} as const;

/** Quality of service, in short and as `ros2` spells it. */
export const QOS_OPTIONS = {
  reliability: { type: "string" },
  durability: { type: "string" },
  depth: { type: "string" },
  history: { type: "string" },
  "qos-profile": { type: "string" },
  "qos-reliability": { type: "string" },
  "qos-durability": { type: "string" },
  "qos-depth": { type: "string" },
  "qos-history": { type: "string" },
  "qos-liveliness": { type: "string" },
  "qos-liveliness-lease-duration-seconds": { type: "string" },
} as const;

export const QOS_HELP = {
  reliability: "reliable or best_effort",
  durability: "volatile or transient_local",
  depth: "Samples that are kept under keep_last",
  history: "keep_last or keep_all",
  "qos-profile": "What the other QoS options start from: default, sensor_data, services, parameters, latched, …",
  "qos-reliability": "Same as --reliability",
  "qos-durability": "Same as --durability",
  "qos-depth": "Same as --depth",
  "qos-history": "Same as --history",
  "qos-liveliness": "automatic, manual_by_participant or manual_by_topic",
  "qos-liveliness-lease-duration-seconds": "A publisher silent for this long counts as not alive",
} as const;

type Values = CommandContext["values"];

/** ROS 2's spelling of our presets. */
const PROFILES: Readonly<Record<string, QosPreset>> = {
  system_default: "default",
  sensor_data: "sensorData",
  services_default: "services",
  parameter_events: "parameterEvents",
};

/** What the options ask for; undefined when they ask for nothing. @throws {UsageError} for a profile nobody knows */
export function qosOptions(values: Values): QosOptions | undefined {
  const either = (name: string): string | undefined => text(values, name) ?? text(values, `qos-${name}`);
  const profile = text(values, "qos-profile");
  const lease = numberOption(values, "qos-liveliness-lease-duration-seconds");
  const depth = either("depth");
  const chosen = {
    ...(profile === undefined ? {} : presetOf(profile)),
    ...defined({
      reliability: either("reliability"),
      durability: either("durability"),
      history: either("history"),
      depth: depth === undefined ? undefined : Number(depth),
      liveliness: text(values, "qos-liveliness"),
      livelinessLeaseMs: lease === undefined ? undefined : lease * 1000,
    }),
  };
  return Object.keys(chosen).length === 0 && profile === undefined ? undefined : (chosen as QosOptions);
}

function presetOf(profile: string): QosOptions {
  const name = PROFILES[profile] ?? profile;
  if (Object.hasOwn(qosPresets, name)) return qosPresets[name as QosPreset];
  const known = [...Object.keys(PROFILES), ...Object.keys(qosPresets)].join(", ");
  throw new UsageError(`there is no QoS profile ${profile}; there are ${known}`);
}

const defined = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** The text of an option that was given. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

export function texts(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** @throws {UsageError} when the option is no number, or below `min` */
export function numberOption(values: Values, name: string, min = 0): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const number = Number(given);
  if (given.trim() === "" || !Number.isFinite(number) || number < min) {
    throw new UsageError(`--${name} is a number of at least ${min}, not ${given}`);
  }
  return number;
}

/** @throws {UsageError} when the option is no whole number, or below `min` */
export function countOption(values: Values, name: string, min = 1): number | undefined {
  const number = numberOption(values, name, min);
  if (number !== undefined && !Number.isSafeInteger(number)) throw new UsageError(`--${name} is a whole number`);
  return number;
}

/** Positionals by name; those whose name ends in `?` may be missing. @throws {UsageError} for too few and too many */
export function positionals(context: CommandContext, usage: string, ...names: string[]): (string | undefined)[] {
  const given = context.positionals;
  const missing = names.find((name, i) => !name.endsWith("?") && given[i] === undefined);
  if (missing !== undefined) throw new UsageError(`${missing} is missing. Usage: delos ${usage}`);
  if (given.length > names.length) {
    throw new UsageError(`too much: ${given.slice(names.length).join(" ")}. Usage: delos ${usage}`);
  }
  return names.map((_, i) => given[i]);
}
