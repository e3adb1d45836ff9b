import { PID } from "./wire/parameter-id.ts";
import { findParameter, type ParameterList } from "./wire/parameter-list.ts";

/** STATUS_INFO bits, big-endian always. DDSI-RTPS 2.5 §9.6.4.9. */
export const STATUS_DISPOSED = 1;
export const STATUS_UNREGISTERED = 2;

/** STATUS_INFO of a sample, 0 when it says nothing. */
export function statusOf(inlineQos: ParameterList | undefined): number {
  const value = findParameter(inlineQos, PID.STATUS_INFO);
  return value !== undefined && value.length >= 4 ? value[3]! : 0;
}
