/** What happens to a drive, for a note that pops up. */
export type DrivingEvent = "auto" | "manual" | "emergency" | "partly" | "estop" | "plan" | "chassisError" | "reverse";

export interface DrivingState {
  /** Apollo's name of the driving mode; empty: unknown. */
  readonly mode: string;
  readonly estop: boolean;
  /** Of the chassis; empty or NO_ERROR: none. */
  readonly error: string;
  readonly reverse: boolean;
}

export const EVENT_LEVELS: Readonly<Record<DrivingEvent, "info" | "warn" | "error">> = {
  auto: "info",
  manual: "warn",
  emergency: "error",
  partly: "info",
  estop: "error",
  plan: "info",
  chassisError: "error",
  reverse: "info",
};

const MODES: Readonly<Record<string, DrivingEvent>> = {
  COMPLETE_AUTO_DRIVE: "auto",
  COMPLETE_MANUAL: "manual",
  AUTO_STEER_ONLY: "partly",
  AUTO_SPEED_ONLY: "partly",
  EMERGENCY_MODE: "emergency",
};

/**
 * What has happened between two states. The first state of a drive is no event, and neither is a driver at the wheel whom nobody
 * has taken it from.
 */
export function eventsBetween(before: DrivingState | undefined, now: DrivingState): DrivingEvent[] {
  if (before === undefined) return [];
  const events: DrivingEvent[] = [];
  const mode = MODES[now.mode];
  if (now.mode !== before.mode && before.mode !== "" && mode !== undefined) events.push(mode);
  if (now.estop !== before.estop) events.push(now.estop ? "estop" : "plan");
  if (isError(now.error) && now.error !== before.error) events.push("chassisError");
  if (now.reverse && !before.reverse) events.push("reverse");
  return events;
}

function isError(code: string): boolean {
  return code !== "" && code !== "NO_ERROR";
}
