import type { ControlCommand } from "./messages.ts";

/** Control limits the steering before it filters it, and the filter overshoots a step from lock to lock by less than 10 %. */
const STEERING = 110;

const RANGES = [
  ["throttle", 0, 100],
  ["brake", 0, 100],
  ["steering_target", -STEERING, STEERING],
  ["steering_rate", 0, 100],
  ["speed", -1000, 1000],
  ["acceleration", -100, 100],
  ["gear_location", 0, 6],
] as const;

/**
 * What is wrong with the values that a command would act with; undefined when nothing is. A field that is absent asks for
 * nothing and is right: the e-stop has no steering. Debug values do not act and are not looked at.
 */
export function implausible(command: ControlCommand): string | undefined {
  for (const [field, least, most] of RANGES) {
    const value = command[field];
    if (value === undefined) continue;
    if (!(value >= least && value <= most)) return `${field} is ${value}, not within ${least} to ${most}`;
  }
  const stamp = command.header?.timestamp_sec;
  if (stamp === undefined || !Number.isFinite(stamp)) return `its stamp is ${stamp ?? "missing"}`;
  return undefined;
}

/** How a command stands to the one before it. */
export type Order = "next" | "repeated" | "older" | "restarted";

/**
 * Stamps grow, and so do sequence numbers. A number that falls while the stamp grows is a control that was started anew;
 * numbers wrap after 2³²−1. Without sequence numbers only stamps count.
 */
export function orderOf(command: ControlCommand, previous: ControlCommand): Order {
  const stamp = command.header?.timestamp_sec ?? 0;
  const before = previous.header?.timestamp_sec ?? 0;
  if (stamp < before) return "older";
  const step = ((command.header?.sequence_num ?? 0) - (previous.header?.sequence_num ?? 0)) | 0;
  if (stamp === before) return step > 0 ? "next" : "repeated";
  return step < 0 ? "restarted" : "next";
}
