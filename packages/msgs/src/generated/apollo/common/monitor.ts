// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_common from "../common.ts";
import type * as $apollo_common_monitor from "./monitor.ts";

export interface MonitorMessageItem {
  /** who says it */
  readonly source?: $apollo_common_monitor.MonitorMessageItem.MessageSource | undefined;
  /** for people */
  readonly msg?: string | undefined;
  /** FATAL lets control stop the vehicle */
  readonly log_level?: $apollo_common_monitor.MonitorMessageItem.LogLevel | undefined;
}
export declare namespace MonitorMessageItem {
  type MessageSource = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
  type LogLevel = 0 | 1 | 2 | 3;
}
export const MonitorMessageItem = $nested($message<MonitorMessageItem>("apollo.common.monitor.MonitorMessageItem"), {
  MessageSource: {
    UNKNOWN: 1,
    CANBUS: 2,
    CONTROL: 3,
    DECISION: 4,
    LOCALIZATION: 5,
    PLANNING: 6,
    PREDICTION: 7,
    SIMULATOR: 8,
    HWSYS: 9,
    ROUTING: 10,
  },
  LogLevel: {
    INFO: 0,
    WARN: 1,
    ERROR: 2,
    FATAL: 3,
  },
});

/** On /apollo/monitor. */
export interface MonitorMessage {
  readonly header?: $apollo_common.Header | undefined;
  readonly item?: readonly $apollo_common_monitor.MonitorMessageItem[] | undefined;
}
export const MonitorMessage: MessageType<MonitorMessage> = $message<MonitorMessage>("apollo.common.monitor.MonitorMessage");
