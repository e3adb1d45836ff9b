// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../builtin.ts";
import type { MessageType } from "../message-type.ts";
import type * as $delos from "./delos.ts";
export * as bridge from "./delos/bridge.ts";

export interface Audit {
  /** ns since the Unix epoch */
  readonly stamp_ns?: bigint | undefined;
  /** 1, 2, 3 … in a run of the server: a gap is a lost line */
  readonly number?: bigint | undefined;
  /** driving.engage, module.start, login, connect … */
  readonly action?: string | undefined;
  /** JSON: what was asked for */
  readonly details?: string | undefined;
  readonly outcome?: $delos.Audit.Outcome | undefined;
  /** of the refusal or the failure */
  readonly code?: string | undefined;
  readonly text?: string | undefined;
  /** viewer, operator; empty: nobody was let in */
  readonly role?: string | undefined;
  /** how they have the role: same user, loopback, session, token */
  readonly means?: string | undefined;
  readonly address?: string | undefined;
  /** page, foxglove, rosbridge, http */
  readonly protocol?: string | undefined;
  /** of this run */
  readonly connection?: number | undefined;
  /** refusals before this line that came too fast to be written */
  readonly left_out?: bigint | undefined;
}
export declare namespace Audit {
  type Outcome = 0 | 1 | 2 | (number & {});
}
export const Audit = $nested($message<Audit>("delos.Audit"), {
  Outcome: {
    DONE: 0,
    /** not allowed */
    REFUSED: 1,
    /** allowed, but it did not work */
    FAILED: 2,
  },
});

export interface CanFrame {
  readonly id?: number | undefined;
  /** 0 to 8 bytes */
  readonly data?: Uint8Array | undefined;
}
export const CanFrame: MessageType<CanFrame> = $message<CanFrame>("delos.CanFrame");

export interface Clock {
  /** recorded time, ns since the Unix epoch */
  readonly time_ns?: bigint | undefined;
  /** recorded seconds a second; 0: standing still */
  readonly rate?: number | undefined;
  /** counts from 0: another pass begins when the replay loops or is sought back */
  readonly pass?: number | undefined;
}
export const Clock: MessageType<Clock> = $message<Clock>("delos.Clock");

export interface DriverInput {
  /** 0 to 100 */
  readonly throttle_percent?: number | undefined;
  /** 0 to 100 */
  readonly brake_percent?: number | undefined;
  /** of full lock, −100 to 100, positive to the left */
  readonly steering_percent?: number | undefined;
}
export const DriverInput: MessageType<DriverInput> = $message<DriverInput>("delos.DriverInput");

export interface EventLoop {
  readonly stamp_ns?: bigint | undefined;
  /** full name of the node that lives in the thread */
  readonly node?: string | undefined;
  /** in the last second */
  readonly max_lag_ms?: number | undefined;
  readonly mean_lag_ms?: number | undefined;
}
export const EventLoop: MessageType<EventLoop> = $message<EventLoop>("delos.EventLoop");

export interface Endpoint {
  readonly kind?: $delos.Endpoint.Kind | undefined;
  readonly node?: string | undefined;
  /** topic or service */
  readonly name?: string | undefined;
  /** full name of the message type */
  readonly type?: string | undefined;
  /** protobuf, cdr, … */
  readonly message_encoding?: string | undefined;
  /** inprocess, shm, rtps */
  readonly transport?: string | undefined;
  /** as text: reliable, keep_last 10, … */
  readonly qos?: string | undefined;
  readonly matched?: number | undefined;
}
export declare namespace Endpoint {
  type Kind = 0 | 1 | 2 | 3 | (number & {});
}
export const Endpoint = $nested($message<Endpoint>("delos.Endpoint"), {
  Kind: {
    PUBLISHER: 0,
    SUBSCRIBER: 1,
    SERVICE: 2,
    CLIENT: 3,
  },
});

export interface Incompatibility {
  readonly topic?: string | undefined;
  /** reliability, durability, deadline, type, … */
  readonly policy?: string | undefined;
  readonly ours?: string | undefined;
  readonly theirs?: string | undefined;
  /** theirs */
  readonly node?: string | undefined;
}
export const Incompatibility: MessageType<Incompatibility> = $message<Incompatibility>("delos.Incompatibility");

export interface Graph {
  readonly stamp_ns?: bigint | undefined;
  readonly participant?: string | undefined;
  readonly host?: string | undefined;
  readonly process?: number | undefined;
  readonly nodes?: readonly string[] | undefined;
  readonly endpoints?: readonly $delos.Endpoint[] | undefined;
  readonly incompatibilities?: readonly $delos.Incompatibility[] | undefined;
}
export const Graph: MessageType<Graph> = $message<Graph>("delos.Graph");

export interface Log {
  /** runtime's clock, ns since the Unix epoch */
  readonly stamp_ns?: bigint | undefined;
  readonly level?: $delos.Log.Level | undefined;
  /** full name of the node */
  readonly node?: string | undefined;
  /** the part of the node that speaks; empty: the node itself */
  readonly logger?: string | undefined;
  readonly message?: string | undefined;
  /** stable error code, when it is about an error */
  readonly code?: string | undefined;
  /** JSON object: values that belong to the message */
  readonly details?: string | undefined;
}
export declare namespace Log {
  type Level = 0 | 1 | 2 | 3 | 4 | 5 | (number & {});
}
export const Log = $nested($message<Log>("delos.Log"), {
  Level: {
    UNKNOWN: 0,
    DEBUG: 1,
    INFO: 2,
    WARN: 3,
    ERROR: 4,
    FATAL: 5,
  },
});

export interface ParameterValue {
  readonly bool_value?: boolean | undefined;
  readonly integer_value?: bigint | undefined;
  readonly double_value?: number | undefined;
  readonly string_value?: string | undefined;
  readonly bytes_value?: Uint8Array | undefined;
  readonly bool_array?: $delos.ParameterValue.BoolArray | undefined;
  readonly integer_array?: $delos.ParameterValue.IntegerArray | undefined;
  readonly double_array?: $delos.ParameterValue.DoubleArray | undefined;
  readonly string_array?: $delos.ParameterValue.StringArray | undefined;
}
export declare namespace ParameterValue {
  interface BoolArray {
    readonly values?: readonly boolean[] | undefined;
  }
  interface IntegerArray {
    readonly values?: readonly bigint[] | undefined;
  }
  interface DoubleArray {
    readonly values?: readonly number[] | undefined;
  }
  interface StringArray {
    readonly values?: readonly string[] | undefined;
  }
}
export const ParameterValue = $nested($message<ParameterValue>("delos.ParameterValue"), {
  BoolArray: $message<ParameterValue.BoolArray>("delos.ParameterValue.BoolArray"),
  IntegerArray: $message<ParameterValue.IntegerArray>("delos.ParameterValue.IntegerArray"),
  DoubleArray: $message<ParameterValue.DoubleArray>("delos.ParameterValue.DoubleArray"),
  StringArray: $message<ParameterValue.StringArray>("delos.ParameterValue.StringArray"),
});

export interface Parameter {
  readonly name?: string | undefined;
  /** absent: not set, or deleted */
  readonly value?: $delos.ParameterValue | undefined;
}
export const Parameter: MessageType<Parameter> = $message<Parameter>("delos.Parameter");

export interface ParameterDescriptor {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly unit?: string | undefined;
  readonly read_only?: boolean | undefined;
  readonly default_value?: $delos.ParameterValue | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** allowed values are minimum + n·step */
  readonly step?: number | undefined;
  /** of a string */
  readonly choices?: readonly string[] | undefined;
}
export const ParameterDescriptor: MessageType<ParameterDescriptor> = $message<ParameterDescriptor>("delos.ParameterDescriptor");

export interface ListParametersRequest {
  /** empty: all */
  readonly prefix?: string | undefined;
}
export const ListParametersRequest: MessageType<ListParametersRequest> = $message<ListParametersRequest>("delos.ListParametersRequest");

export interface ListParametersResponse {
  readonly parameters?: readonly $delos.ParameterDescriptor[] | undefined;
}
export const ListParametersResponse: MessageType<ListParametersResponse> = $message<ListParametersResponse>("delos.ListParametersResponse");

export interface GetParametersRequest {
  /** empty: all */
  readonly names?: readonly string[] | undefined;
}
export const GetParametersRequest: MessageType<GetParametersRequest> = $message<GetParametersRequest>("delos.GetParametersRequest");

export interface GetParametersResponse {
  /** in the order asked for; without a value where there is none */
  readonly parameters?: readonly $delos.Parameter[] | undefined;
}
export const GetParametersResponse: MessageType<GetParametersResponse> = $message<GetParametersResponse>("delos.GetParametersResponse");

export interface SetParametersRequest {
  readonly parameters?: readonly $delos.Parameter[] | undefined;
  /** all or none */
  readonly atomically?: boolean | undefined;
}
export const SetParametersRequest: MessageType<SetParametersRequest> = $message<SetParametersRequest>("delos.SetParametersRequest");

export interface SetParametersResponse {
  readonly results?: readonly $delos.SetParametersResponse.Result[] | undefined;
}
export declare namespace SetParametersResponse {
  interface Result {
    readonly name?: string | undefined;
    readonly successful?: boolean | undefined;
    /** why not */
    readonly code?: string | undefined;
    readonly reason?: string | undefined;
  }
}
export const SetParametersResponse = $nested($message<SetParametersResponse>("delos.SetParametersResponse"), {
  Result: $message<SetParametersResponse.Result>("delos.SetParametersResponse.Result"),
});

export interface ParameterEvent {
  readonly stamp_ns?: bigint | undefined;
  readonly node?: string | undefined;
  readonly changed?: readonly $delos.Parameter[] | undefined;
  readonly deleted?: readonly string[] | undefined;
}
export const ParameterEvent: MessageType<ParameterEvent> = $message<ParameterEvent>("delos.ParameterEvent");

/** A distribution over one window. */
export interface Distribution {
  readonly count?: bigint | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly mean?: number | undefined;
  readonly standard_deviation?: number | undefined;
  readonly p50?: number | undefined;
  readonly p99?: number | undefined;
}
export const Distribution: MessageType<Distribution> = $message<Distribution>("delos.Distribution");

export interface PublisherStatistics {
  readonly topic?: string | undefined;
  readonly node?: string | undefined;
  readonly published?: bigint | undefined;
  readonly bytes?: bigint | undefined;
  /** publish() said no: a queue was full */
  readonly refused?: bigint | undefined;
  /** subscribers now */
  readonly matched?: number | undefined;
  readonly deadlines_missed?: bigint | undefined;
}
export const PublisherStatistics: MessageType<PublisherStatistics> = $message<PublisherStatistics>("delos.PublisherStatistics");

export interface SubscriberStatistics {
  readonly topic?: string | undefined;
  readonly node?: string | undefined;
  readonly received?: bigint | undefined;
  readonly bytes?: bigint | undefined;
  /** the subscriber's queue was full */
  readonly dropped?: bigint | undefined;
  /** never arrived: gaps of sequence numbers */
  readonly lost?: bigint | undefined;
  /** older than the topic allows */
  readonly late?: bigint | undefined;
  readonly deadlines_missed?: bigint | undefined;
  /** now */
  readonly queued?: number | undefined;
  readonly depth?: number | undefined;
  /** publishers now */
  readonly matched?: number | undefined;
  readonly period_ms?: $delos.Distribution | undefined;
  readonly latency_ms?: $delos.Distribution | undefined;
}
export const SubscriberStatistics: MessageType<SubscriberStatistics> = $message<SubscriberStatistics>("delos.SubscriberStatistics");

export interface Statistics {
  /** end of the window */
  readonly stamp_ns?: bigint | undefined;
  readonly window_ns?: bigint | undefined;
  readonly host?: string | undefined;
  readonly process?: number | undefined;
  readonly publishers?: readonly $delos.PublisherStatistics[] | undefined;
  readonly subscribers?: readonly $delos.SubscriberStatistics[] | undefined;
}
export const Statistics: MessageType<Statistics> = $message<Statistics>("delos.Statistics");

export interface Vehicle {
  /** for people */
  readonly name?: string | undefined;
  /** file of apollo.common.config.VehicleConfig; empty: vehicle_param.pb.txt */
  readonly vehicle_param?: string | undefined;
  /** file of apollo.control.ControlConf; empty: control_conf.pb.txt */
  readonly control_conf?: string | undefined;
  /** file of apollo.canbus.CanbusConf; empty: canbus_conf.pb.txt */
  readonly canbus_conf?: string | undefined;
  /** absent: simulated */
  readonly can?: $delos.VehicleCan | undefined;
  /** absent: it cannot be simulated */
  readonly simulation?: $delos.VehicleSimulation | undefined;
}
export const Vehicle: MessageType<Vehicle> = $message<Vehicle>("delos.Vehicle");

/** How frames reach the by-wire units. */
export interface VehicleCan {
  readonly kind?: $delos.VehicleCan.Kind | undefined;
  /** of SOCKETCAN: can0 */
  readonly interface?: string | undefined;
}
export declare namespace VehicleCan {
  type Kind = 0 | 1 | (number & {});
}
export const VehicleCan = $nested($message<VehicleCan>("delos.VehicleCan"), {
  Kind: {
    /** the simulated car of the same launch */
    SIMULATED: 0,
    /** a CAN interface of this computer */
    SOCKETCAN: 1,
  },
});

/** The physics of the simulated car. Sizes come from VehicleParam, the wheels' loads from ControlConf unless given here. */
export interface VehicleSimulation {
  readonly mass_kg?: number | undefined;
  /** centre of mass behind the front axle */
  readonly front_axle_to_mass_m?: number | undefined;
  readonly yaw_inertia_kgm2?: number | undefined;
  /** cornering stiffness of the axles */
  readonly front_stiffness_nprad?: number | undefined;
  readonly rear_stiffness_nprad?: number | undefined;
  /** of an axle */
  readonly max_side_force_n?: number | undefined;
  /** between the wheels of an axle */
  readonly track_m?: number | undefined;
  readonly steering_lag_s?: number | undefined;
  readonly pedal_lag_s?: number | undefined;
  /** absent: pedals do what the calibration table of control says, the other way round */
  readonly drive?: $delos.VehicleDrive | undefined;
}
export const VehicleSimulation: MessageType<VehicleSimulation> = $message<VehicleSimulation>("delos.VehicleSimulation");

/** An electric drive and brakes, as forces. */
export interface VehicleDrive {
  /** at full throttle, up to where `max_power_w` bounds it */
  readonly max_force_n?: number | undefined;
  readonly max_power_w?: number | undefined;
  /** pedal travel below which nothing happens */
  readonly throttle_dead_percent?: number | undefined;
  readonly brake_dead_percent?: number | undefined;
  readonly max_brake_force_n?: number | undefined;
  /** with both pedals up, above walking speed */
  readonly recuperation_force_n?: number | undefined;
  /** of the weight */
  readonly rolling_coefficient?: number | undefined;
  /** drag coefficient times frontal area */
  readonly drag_area_m2?: number | undefined;
}
export const VehicleDrive: MessageType<VehicleDrive> = $message<VehicleDrive>("delos.VehicleDrive");
