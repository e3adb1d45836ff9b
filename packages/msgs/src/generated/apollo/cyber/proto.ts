// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message } from "../../../builtin.ts";
import type { MessageType } from "../../../message-type.ts";
import type * as $apollo_cyber_proto from "./proto.ts";

export interface ChoreographyTask {
  readonly name?: string | undefined;
  readonly processor?: number | undefined;
  readonly prio?: number | undefined;
}
export const ChoreographyTask: MessageType<ChoreographyTask> = $message<ChoreographyTask>("apollo.cyber.proto.ChoreographyTask");

export interface ChoreographyConf {
  readonly choreography_processor_num?: number | undefined;
  readonly choreography_affinity?: string | undefined;
  readonly choreography_processor_policy?: string | undefined;
  readonly choreography_processor_prio?: number | undefined;
  readonly choreography_cpuset?: string | undefined;
  readonly pool_processor_num?: number | undefined;
  readonly pool_affinity?: string | undefined;
  readonly pool_processor_policy?: string | undefined;
  readonly pool_processor_prio?: number | undefined;
  readonly pool_cpuset?: string | undefined;
  readonly tasks?: readonly $apollo_cyber_proto.ChoreographyTask[] | undefined;
}
export const ChoreographyConf: MessageType<ChoreographyConf> = $message<ChoreographyConf>("apollo.cyber.proto.ChoreographyConf");

export interface ClassicTask {
  readonly name?: string | undefined;
  readonly prio?: number | undefined;
  readonly group_name?: string | undefined;
}
export const ClassicTask: MessageType<ClassicTask> = $message<ClassicTask>("apollo.cyber.proto.ClassicTask");

export interface SchedGroup {
  readonly name: string;
  readonly processor_num?: number | undefined;
  readonly affinity?: string | undefined;
  readonly cpuset?: string | undefined;
  readonly processor_policy?: string | undefined;
  readonly processor_prio?: number | undefined;
  readonly tasks?: readonly $apollo_cyber_proto.ClassicTask[] | undefined;
}
export const SchedGroup: MessageType<SchedGroup> = $message<SchedGroup>("apollo.cyber.proto.SchedGroup");

export interface ClassicConf {
  readonly groups?: readonly $apollo_cyber_proto.SchedGroup[] | undefined;
}
export const ClassicConf: MessageType<ClassicConf> = $message<ClassicConf>("apollo.cyber.proto.ClassicConf");

export interface Clock {
  readonly clock: bigint;
}
export const Clock: MessageType<Clock> = $message<Clock>("apollo.cyber.proto.Clock");

export const QosHistoryPolicy = {
  HISTORY_SYSTEM_DEFAULT: 0,
  HISTORY_KEEP_LAST: 1,
  HISTORY_KEEP_ALL: 2,
} as const;
export type QosHistoryPolicy = (typeof QosHistoryPolicy)[keyof typeof QosHistoryPolicy];

export const QosReliabilityPolicy = {
  RELIABILITY_SYSTEM_DEFAULT: 0,
  RELIABILITY_RELIABLE: 1,
  RELIABILITY_BEST_EFFORT: 2,
} as const;
export type QosReliabilityPolicy = (typeof QosReliabilityPolicy)[keyof typeof QosReliabilityPolicy];

export const QosDurabilityPolicy = {
  DURABILITY_SYSTEM_DEFAULT: 0,
  DURABILITY_TRANSIENT_LOCAL: 1,
  DURABILITY_VOLATILE: 2,
} as const;
export type QosDurabilityPolicy = (typeof QosDurabilityPolicy)[keyof typeof QosDurabilityPolicy];

export interface QosProfile {
  readonly history?: $apollo_cyber_proto.QosHistoryPolicy | undefined;
  readonly depth?: number | undefined;
  readonly mps?: number | undefined;
  readonly reliability?: $apollo_cyber_proto.QosReliabilityPolicy | undefined;
  readonly durability?: $apollo_cyber_proto.QosDurabilityPolicy | undefined;
}
export const QosProfile: MessageType<QosProfile> = $message<QosProfile>("apollo.cyber.proto.QosProfile");

export interface ReaderOption {
  readonly channel?: string | undefined;
  readonly qos_profile?: $apollo_cyber_proto.QosProfile | undefined;
  readonly pending_queue_size?: number | undefined;
}
export const ReaderOption: MessageType<ReaderOption> = $message<ReaderOption>("apollo.cyber.proto.ReaderOption");

export interface ComponentConfig {
  readonly name?: string | undefined;
  readonly config_file_path?: string | undefined;
  readonly flag_file_path?: string | undefined;
  readonly readers?: readonly $apollo_cyber_proto.ReaderOption[] | undefined;
}
export const ComponentConfig: MessageType<ComponentConfig> = $message<ComponentConfig>("apollo.cyber.proto.ComponentConfig");

export interface TimerComponentConfig {
  readonly name?: string | undefined;
  readonly config_file_path?: string | undefined;
  readonly flag_file_path?: string | undefined;
  readonly interval?: number | undefined;
}
export const TimerComponentConfig: MessageType<TimerComponentConfig> = $message<TimerComponentConfig>("apollo.cyber.proto.TimerComponentConfig");

export const PerfType = {
  SCHED: 1,
  TRANSPORT: 2,
  DATA_CACHE: 3,
  ALL: 4,
} as const;
export type PerfType = (typeof PerfType)[keyof typeof PerfType];

export interface PerfConf {
  readonly enable?: boolean | undefined;
  readonly type?: $apollo_cyber_proto.PerfType | undefined;
}
export const PerfConf: MessageType<PerfConf> = $message<PerfConf>("apollo.cyber.proto.PerfConf");

export const RunMode = {
  MODE_REALITY: 0,
  MODE_SIMULATION: 1,
} as const;
export type RunMode = (typeof RunMode)[keyof typeof RunMode];

export const ClockMode = {
  MODE_CYBER: 0,
  MODE_MOCK: 1,
} as const;
export type ClockMode = (typeof ClockMode)[keyof typeof ClockMode];

export interface RunModeConf {
  readonly run_mode?: $apollo_cyber_proto.RunMode | undefined;
  readonly clock_mode?: $apollo_cyber_proto.ClockMode | undefined;
}
export const RunModeConf: MessageType<RunModeConf> = $message<RunModeConf>("apollo.cyber.proto.RunModeConf");

export interface InnerThread {
  readonly name?: string | undefined;
  readonly cpuset?: string | undefined;
  readonly policy?: string | undefined;
  readonly prio?: number | undefined;
}
export const InnerThread: MessageType<InnerThread> = $message<InnerThread>("apollo.cyber.proto.InnerThread");

export interface SchedulerConf {
  readonly policy?: string | undefined;
  readonly routine_num?: number | undefined;
  readonly default_proc_num?: number | undefined;
  readonly process_level_cpuset?: string | undefined;
  readonly threads?: readonly $apollo_cyber_proto.InnerThread[] | undefined;
  readonly classic_conf?: $apollo_cyber_proto.ClassicConf | undefined;
  readonly choreography_conf?: $apollo_cyber_proto.ChoreographyConf | undefined;
}
export const SchedulerConf: MessageType<SchedulerConf> = $message<SchedulerConf>("apollo.cyber.proto.SchedulerConf");

export const OptionalMode = {
  HYBRID: 0,
  INTRA: 1,
  SHM: 2,
  RTPS: 3,
} as const;
export type OptionalMode = (typeof OptionalMode)[keyof typeof OptionalMode];

export interface ShmMulticastLocator {
  readonly ip?: string | undefined;
  readonly port?: number | undefined;
}
export const ShmMulticastLocator: MessageType<ShmMulticastLocator> = $message<ShmMulticastLocator>("apollo.cyber.proto.ShmMulticastLocator");

export interface ArenaChannelConf {
  readonly channel_name?: string | undefined;
  readonly max_msg_size?: bigint | undefined;
  readonly max_pool_size?: bigint | undefined;
  readonly shared_buffer_size?: bigint | undefined;
}
export const ArenaChannelConf: MessageType<ArenaChannelConf> = $message<ArenaChannelConf>("apollo.cyber.proto.ArenaChannelConf");

export interface ArenaShmConf {
  readonly arena_channel_conf?: readonly $apollo_cyber_proto.ArenaChannelConf[] | undefined;
}
export const ArenaShmConf: MessageType<ArenaShmConf> = $message<ArenaShmConf>("apollo.cyber.proto.ArenaShmConf");

export interface ShmConf {
  readonly notifier_type?: string | undefined;
  readonly shm_type?: string | undefined;
  readonly shm_locator?: $apollo_cyber_proto.ShmMulticastLocator | undefined;
  readonly arena_shm_conf?: $apollo_cyber_proto.ArenaShmConf | undefined;
}
export const ShmConf: MessageType<ShmConf> = $message<ShmConf>("apollo.cyber.proto.ShmConf");

export interface RtpsParticipantAttr {
  readonly lease_duration?: number | undefined;
  readonly announcement_period?: number | undefined;
  readonly domain_id_gain?: number | undefined;
  readonly port_base?: number | undefined;
}
export const RtpsParticipantAttr: MessageType<RtpsParticipantAttr> = $message<RtpsParticipantAttr>("apollo.cyber.proto.RtpsParticipantAttr");

export interface CommunicationMode {
  readonly same_proc?: $apollo_cyber_proto.OptionalMode | undefined;
  readonly diff_proc?: $apollo_cyber_proto.OptionalMode | undefined;
  readonly diff_host?: $apollo_cyber_proto.OptionalMode | undefined;
}
export const CommunicationMode: MessageType<CommunicationMode> = $message<CommunicationMode>("apollo.cyber.proto.CommunicationMode");

export interface ResourceLimit {
  readonly max_history_depth?: number | undefined;
}
export const ResourceLimit: MessageType<ResourceLimit> = $message<ResourceLimit>("apollo.cyber.proto.ResourceLimit");

export interface TransportConf {
  readonly shm_conf?: $apollo_cyber_proto.ShmConf | undefined;
  readonly participant_attr?: $apollo_cyber_proto.RtpsParticipantAttr | undefined;
  readonly communication_mode?: $apollo_cyber_proto.CommunicationMode | undefined;
  readonly resource_limit?: $apollo_cyber_proto.ResourceLimit | undefined;
}
export const TransportConf: MessageType<TransportConf> = $message<TransportConf>("apollo.cyber.proto.TransportConf");

export interface CyberConfig {
  readonly scheduler_conf?: $apollo_cyber_proto.SchedulerConf | undefined;
  readonly transport_conf?: $apollo_cyber_proto.TransportConf | undefined;
  readonly run_mode_conf?: $apollo_cyber_proto.RunModeConf | undefined;
  readonly perf_conf?: $apollo_cyber_proto.PerfConf | undefined;
}
export const CyberConfig: MessageType<CyberConfig> = $message<CyberConfig>("apollo.cyber.proto.CyberConfig");

export interface ComponentInfo {
  readonly class_name?: string | undefined;
  readonly config?: $apollo_cyber_proto.ComponentConfig | undefined;
}
export const ComponentInfo: MessageType<ComponentInfo> = $message<ComponentInfo>("apollo.cyber.proto.ComponentInfo");

export interface TimerComponentInfo {
  readonly class_name?: string | undefined;
  readonly config?: $apollo_cyber_proto.TimerComponentConfig | undefined;
}
export const TimerComponentInfo: MessageType<TimerComponentInfo> = $message<TimerComponentInfo>("apollo.cyber.proto.TimerComponentInfo");

export interface ModuleConfig {
  readonly module_library?: string | undefined;
  readonly components?: readonly $apollo_cyber_proto.ComponentInfo[] | undefined;
  readonly timer_components?: readonly $apollo_cyber_proto.TimerComponentInfo[] | undefined;
}
export const ModuleConfig: MessageType<ModuleConfig> = $message<ModuleConfig>("apollo.cyber.proto.ModuleConfig");

export interface DagConfig {
  readonly module_config?: readonly $apollo_cyber_proto.ModuleConfig[] | undefined;
}
export const DagConfig: MessageType<DagConfig> = $message<DagConfig>("apollo.cyber.proto.DagConfig");

export const ParamType = {
  NOT_SET: 0,
  BOOL: 1,
  INT: 2,
  DOUBLE: 3,
  STRING: 4,
  PROTOBUF: 5,
} as const;
export type ParamType = (typeof ParamType)[keyof typeof ParamType];

export interface Param {
  readonly name?: string | undefined;
  readonly type?: $apollo_cyber_proto.ParamType | undefined;
  readonly type_name?: string | undefined;
  readonly bool_value?: boolean | undefined;
  readonly int_value?: bigint | undefined;
  readonly double_value?: number | undefined;
  readonly string_value?: string | undefined;
  readonly proto_desc?: Uint8Array | undefined;
}
export const Param: MessageType<Param> = $message<Param>("apollo.cyber.proto.Param");

export interface NodeName {
  readonly value?: string | undefined;
}
export const NodeName: MessageType<NodeName> = $message<NodeName>("apollo.cyber.proto.NodeName");

export interface ParamName {
  readonly value?: string | undefined;
}
export const ParamName: MessageType<ParamName> = $message<ParamName>("apollo.cyber.proto.ParamName");

export interface BoolResult {
  readonly value?: boolean | undefined;
}
export const BoolResult: MessageType<BoolResult> = $message<BoolResult>("apollo.cyber.proto.BoolResult");

export interface Params {
  readonly param?: readonly $apollo_cyber_proto.Param[] | undefined;
}
export const Params: MessageType<Params> = $message<Params>("apollo.cyber.proto.Params");

/** A file descriptor and, below it, those it imports: how Cyber tells strangers a type. */
export interface ProtoDesc {
  /** FileDescriptorProto */
  readonly desc?: Uint8Array | undefined;
  /** each file as often as it is imported */
  readonly dependencies?: readonly $apollo_cyber_proto.ProtoDesc[] | undefined;
}
export const ProtoDesc: MessageType<ProtoDesc> = $message<ProtoDesc>("apollo.cyber.proto.ProtoDesc");

export const SectionType = {
  SECTION_HEADER: 0,
  SECTION_CHUNK_HEADER: 1,
  SECTION_CHUNK_BODY: 2,
  SECTION_INDEX: 3,
  SECTION_CHANNEL: 4,
} as const;
export type SectionType = (typeof SectionType)[keyof typeof SectionType];

export const CompressType = {
  COMPRESS_NONE: 0,
  COMPRESS_BZ2: 1,
  COMPRESS_LZ4: 2,
} as const;
export type CompressType = (typeof CompressType)[keyof typeof CompressType];

export interface SingleIndex {
  readonly type?: $apollo_cyber_proto.SectionType | undefined;
  readonly position?: bigint | undefined;
  readonly channel_cache?: $apollo_cyber_proto.ChannelCache | undefined;
  readonly chunk_header_cache?: $apollo_cyber_proto.ChunkHeaderCache | undefined;
  readonly chunk_body_cache?: $apollo_cyber_proto.ChunkBodyCache | undefined;
}
export const SingleIndex: MessageType<SingleIndex> = $message<SingleIndex>("apollo.cyber.proto.SingleIndex");

export interface ChunkHeaderCache {
  readonly message_number?: bigint | undefined;
  readonly begin_time?: bigint | undefined;
  readonly end_time?: bigint | undefined;
  readonly raw_size?: bigint | undefined;
}
export const ChunkHeaderCache: MessageType<ChunkHeaderCache> = $message<ChunkHeaderCache>("apollo.cyber.proto.ChunkHeaderCache");

export interface ChunkBodyCache {
  readonly message_number?: bigint | undefined;
}
export const ChunkBodyCache: MessageType<ChunkBodyCache> = $message<ChunkBodyCache>("apollo.cyber.proto.ChunkBodyCache");

export interface ChannelCache {
  readonly message_number?: bigint | undefined;
  readonly name?: string | undefined;
  readonly message_type?: string | undefined;
  readonly proto_desc?: Uint8Array | undefined;
}
export const ChannelCache: MessageType<ChannelCache> = $message<ChannelCache>("apollo.cyber.proto.ChannelCache");

export interface SingleMessage {
  readonly channel_name?: string | undefined;
  /** ns since the Unix epoch */
  readonly time?: bigint | undefined;
  /** the message, without a length before it */
  readonly content?: Uint8Array | undefined;
}
export const SingleMessage: MessageType<SingleMessage> = $message<SingleMessage>("apollo.cyber.proto.SingleMessage");

export interface MapInfo {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}
export const MapInfo: MessageType<MapInfo> = $message<MapInfo>("apollo.cyber.proto.MapInfo");

export interface VehicleInfo {
  readonly name?: string | undefined;
}
export const VehicleInfo: MessageType<VehicleInfo> = $message<VehicleInfo>("apollo.cyber.proto.VehicleInfo");

export interface Header {
  readonly major_version?: number | undefined;
  readonly minor_version?: number | undefined;
  readonly compress?: $apollo_cyber_proto.CompressType | undefined;
  readonly chunk_interval?: bigint | undefined;
  readonly segment_interval?: bigint | undefined;
  readonly index_position?: bigint | undefined;
  readonly chunk_number?: bigint | undefined;
  readonly channel_number?: bigint | undefined;
  readonly begin_time?: bigint | undefined;
  readonly end_time?: bigint | undefined;
  readonly message_number?: bigint | undefined;
  readonly size?: bigint | undefined;
  readonly is_complete?: boolean | undefined;
  readonly chunk_raw_size?: bigint | undefined;
  readonly segment_raw_size?: bigint | undefined;
  readonly map_info?: $apollo_cyber_proto.MapInfo | undefined;
  readonly vehicle_info?: $apollo_cyber_proto.VehicleInfo | undefined;
}
export const Header: MessageType<Header> = $message<Header>("apollo.cyber.proto.Header");

export interface Channel {
  readonly name?: string | undefined;
  readonly message_type?: string | undefined;
  readonly proto_desc?: Uint8Array | undefined;
}
export const Channel: MessageType<Channel> = $message<Channel>("apollo.cyber.proto.Channel");

export interface ChunkHeader {
  readonly begin_time?: bigint | undefined;
  readonly end_time?: bigint | undefined;
  readonly message_number?: bigint | undefined;
  readonly raw_size?: bigint | undefined;
}
export const ChunkHeader: MessageType<ChunkHeader> = $message<ChunkHeader>("apollo.cyber.proto.ChunkHeader");

export interface ChunkBody {
  readonly messages?: readonly $apollo_cyber_proto.SingleMessage[] | undefined;
}
export const ChunkBody: MessageType<ChunkBody> = $message<ChunkBody>("apollo.cyber.proto.ChunkBody");

export interface Index {
  readonly indexes?: readonly $apollo_cyber_proto.SingleIndex[] | undefined;
}
export const Index: MessageType<Index> = $message<Index>("apollo.cyber.proto.Index");

export interface RecordInfo {
  readonly record_name?: string | undefined;
  readonly total_time_s?: number | undefined;
  readonly curr_time_s?: number | undefined;
  readonly progress?: number | undefined;
}
export const RecordInfo: MessageType<RecordInfo> = $message<RecordInfo>("apollo.cyber.proto.RecordInfo");

export interface SocketAddr {
  readonly ip?: string | undefined;
  readonly port?: number | undefined;
}
export const SocketAddr: MessageType<SocketAddr> = $message<SocketAddr>("apollo.cyber.proto.SocketAddr");

export interface RoleAttributes {
  readonly host_name?: string | undefined;
  readonly host_ip?: string | undefined;
  readonly process_id?: number | undefined;
  readonly node_name?: string | undefined;
  readonly node_id?: bigint | undefined;
  readonly channel_name?: string | undefined;
  readonly channel_id?: bigint | undefined;
  readonly message_type?: string | undefined;
  readonly proto_desc?: Uint8Array | undefined;
  readonly id?: bigint | undefined;
  readonly qos_profile?: $apollo_cyber_proto.QosProfile | undefined;
  readonly socket_addr?: $apollo_cyber_proto.SocketAddr | undefined;
  readonly service_name?: string | undefined;
  readonly service_id?: bigint | undefined;
}
export const RoleAttributes: MessageType<RoleAttributes> = $message<RoleAttributes>("apollo.cyber.proto.RoleAttributes");

export const ChangeType = {
  CHANGE_NODE: 1,
  CHANGE_CHANNEL: 2,
  CHANGE_SERVICE: 3,
  CHANGE_PARTICIPANT: 4,
} as const;
export type ChangeType = (typeof ChangeType)[keyof typeof ChangeType];

export const OperateType = {
  OPT_JOIN: 1,
  OPT_LEAVE: 2,
} as const;
export type OperateType = (typeof OperateType)[keyof typeof OperateType];

export const RoleType = {
  ROLE_NODE: 1,
  ROLE_WRITER: 2,
  ROLE_READER: 3,
  ROLE_SERVER: 4,
  ROLE_CLIENT: 5,
  ROLE_PARTICIPANT: 6,
} as const;
export type RoleType = (typeof RoleType)[keyof typeof RoleType];

export interface ChangeMsg {
  readonly timestamp?: bigint | undefined;
  readonly change_type?: $apollo_cyber_proto.ChangeType | undefined;
  readonly operate_type?: $apollo_cyber_proto.OperateType | undefined;
  readonly role_type?: $apollo_cyber_proto.RoleType | undefined;
  readonly role_attr?: $apollo_cyber_proto.RoleAttributes | undefined;
}
export const ChangeMsg: MessageType<ChangeMsg> = $message<ChangeMsg>("apollo.cyber.proto.ChangeMsg");
