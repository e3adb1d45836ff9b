export { type Discovery, type DiscoveryEvents, DiscoveryTable } from "./discovery.ts";
export {
  type Distance,
  distance,
  type EndpointId,
  type EndpointInfo,
  type EndpointKind,
  endpointId,
  type NodeInfo,
  nearestTransport,
  type ParticipantId,
  type ParticipantInfo,
  type Reach,
  type TransportAddress,
} from "./endpoint.ts";
export { endpointMismatches, Incompatibility, isReportable } from "./endpoint-matching.ts";
export { InProcessBus, inProcess } from "./in-process.ts";
export { InstanceDeadlines } from "./instance-deadlines.ts";
export { newParticipant } from "./participant.ts";
export {
  type DestinationOrder,
  type Durability,
  defaultQos,
  type History,
  type Liveliness,
  type Ownership,
  type Presentation,
  type Qos,
  type QosOptions,
  type QosPreset,
  qosPresets,
  type Reliability,
  type ResourceLimits,
} from "./qos.ts";
export { completeQos } from "./qos-completion.ts";
export { type Mismatch, partitionsMeet, qosMismatches } from "./qos-matching.ts";
export { ReaderQueue } from "./reader-queue.ts";
export {
  type CodecResolver,
  type Lease,
  Sample,
  type SampleExtras,
  type SampleIdentity,
  type SampleInfo,
} from "./sample.ts";
export { TimeWatch } from "./time-watch.ts";
export type {
  Endpoint,
  EndpointEvents,
  EndpointOptions,
  Loan,
  PairEnd,
  PublishResult,
  Reader,
  ReaderCounters,
  ReaderEvents,
  ReaderOptions,
  Transport,
  TransportContext,
  TransportFactory,
  WaitLimits,
  Writer,
  WriterCounters,
  WriterEvents,
  WriterOptions,
} from "./transport.ts";
