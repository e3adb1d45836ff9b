// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_common from "../common.ts";
import type * as $apollo_common_gnss_status from "./gnss_status.ts";

/** Latched: which of the receiver's streams are connected. */
export interface StreamStatus {
  readonly header?: $apollo_common.Header | undefined;
  readonly ins_stream_type?: $apollo_common_gnss_status.StreamStatus.Type | undefined;
  readonly rtk_stream_in_type?: $apollo_common_gnss_status.StreamStatus.Type | undefined;
  readonly rtk_stream_out_type?: $apollo_common_gnss_status.StreamStatus.Type | undefined;
}
export declare namespace StreamStatus {
  type Type = 0 | 1;
}
export const StreamStatus = $nested($message<StreamStatus>("apollo.common.gnss_status.StreamStatus"), {
  Type: {
    DISCONNECTED: 0,
    CONNECTED: 1,
  },
});

/** Latched: whether the inertial solution has converged. */
export interface InsStatus {
  readonly header?: $apollo_common.Header | undefined;
  readonly type?: $apollo_common_gnss_status.InsStatus.Type | undefined;
}
export declare namespace InsStatus {
  type Type = 0 | 1 | 2;
}
export const InsStatus = $nested($message<InsStatus>("apollo.common.gnss_status.InsStatus"), {
  Type: {
    INVALID: 0,
    CONVERGING: 1,
    GOOD: 2,
  },
});

/** Latched: how good the receiver's solution is. */
export interface GnssStatus {
  readonly header?: $apollo_common.Header | undefined;
  readonly solution_completed?: boolean | undefined;
  readonly solution_status?: number | undefined;
  readonly position_type?: number | undefined;
  /** satellites used */
  readonly num_sats?: number | undefined;
}
export const GnssStatus: MessageType<GnssStatus> = $message<GnssStatus>("apollo.common.gnss_status.GnssStatus");
