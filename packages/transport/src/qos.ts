/**
 * Quality of service of one endpoint, with the names and meanings of DDS 1.4 §2.2.3. Durations are in ms; `Infinity` is
 * DDS's DURATION_INFINITE. What is offered (publisher) and requested (subscriber) must fit: see qos-matching.ts.
 */
export interface Qos {
  /** reliable: resent until acknowledged. best_effort: sent once. */
  readonly reliability: Reliability;
  /** transient_local: the publisher keeps its last `depth` samples for subscribers that come later (ROS 1: latched). */
  readonly durability: Durability;
  /** keep_last: the newest `depth` samples, older ones make room. keep_all: all, up to `resourceLimits`. */
  readonly history: History;
  /** Samples a queue holds under keep_last, ≥ 1. */
  readonly depth: number;
  /** A new sample at least this often; each period without one is an event on both sides. */
  readonly deadlineMs: number;
  /** Samples older than this, by source time, are not delivered any more. */
  readonly lifespanMs: number;
  /** How a publisher shows that it is alive: by its participant, or by its own samples and assertions. */
  readonly liveliness: Liveliness;
  /** A publisher silent for this long counts as not alive. */
  readonly livelinessLeaseMs: number;
  /** exclusive: only the strongest publisher alive is heard. */
  readonly ownership: Ownership;
  /** Of a publisher, with exclusive ownership. */
  readonly ownershipStrength: number;
  /** Names (subscribers and publishers may use the patterns `*`, `?`, `[…]`); empty is the default partition `""`. */
  readonly partition: readonly string[];
  /** Of a subscriber: at most one sample in this time. DDS: TIME_BASED_FILTER minimum_separation. */
  readonly timeBasedFilterMs: number;
  /** Order in a subscriber's queue: as received, or by the publishers' time stamps. */
  readonly destinationOrder: DestinationOrder;
  /**
   * How far changes of several samples belong together. Delos bundles nothing, so its own endpoints offer and ask for `instance`
   * only; DDS peers may ask for more, which is then a mismatch.
   */
  readonly presentation: Presentation;
  /** A hint how long a transport may collect samples before it sends them. */
  readonly latencyBudgetMs: number;
  /** Bounds under keep_all. Law 1: every queue is bounded, so the default is a number, not DDS's LENGTH_UNLIMITED. */
  readonly resourceLimits: ResourceLimits;
}

/** DDS 1.4 §2.2.3.6. */
export interface Presentation {
  readonly scope: "instance" | "topic" | "group";
  readonly coherent: boolean;
  readonly ordered: boolean;
}

export type Reliability = "best_effort" | "reliable";
export type Durability = "volatile" | "transient_local" | "transient" | "persistent";
export type History = "keep_last" | "keep_all";
export type Liveliness = "automatic" | "manual_by_participant" | "manual_by_topic";
export type Ownership = "shared" | "exclusive";
export type DestinationOrder = "by_reception_timestamp" | "by_source_timestamp";

export interface ResourceLimits {
  readonly maxSamples: number;
  readonly maxInstances: number;
  readonly maxSamplesPerInstance: number;
}

/** What a program writes: any part of a `Qos`; the rest comes from `defaultQos`. */
export type QosOptions = Partial<Qos>;

/** Reliable, volatile, keep the last 10: ROS 2's default profile, and the depth of Apollo's adapters. */
export const defaultQos: Qos = {
  reliability: "reliable",
  durability: "volatile",
  history: "keep_last",
  depth: 10,
  deadlineMs: Infinity,
  lifespanMs: Infinity,
  liveliness: "automatic",
  livelinessLeaseMs: Infinity,
  ownership: "shared",
  ownershipStrength: 0,
  partition: [],
  timeBasedFilterMs: 0,
  destinationOrder: "by_reception_timestamp",
  presentation: { scope: "instance", coherent: false, ordered: false },
  latencyBudgetMs: 0,
  resourceLimits: { maxSamples: 10_000, maxInstances: 10_000, maxSamplesPerInstance: 10_000 },
};

/** Named profiles: those of ROS 2's rmw (`sensorData` … `latched`) and those of Cyber RT (`apollo…`). */
export const qosPresets = {
  default: {},
  /** DDS 1.4's own default of a subscriber. */
  dds: { reliability: "best_effort", depth: 1 },
  sensorData: { reliability: "best_effort", depth: 5 },
  services: { depth: 10 },
  parameters: { depth: 1000 },
  parameterEvents: { depth: 1000 },
  log: { durability: "transient_local", depth: 1000 },
  /** ROS 1's latched topics, ROS 2's `/tf_static`: whoever comes late gets the last value. */
  latched: { durability: "transient_local", depth: 1 },
  /** Best effort and volatile: matches every publisher. For tools that only look. */
  observer: { reliability: "best_effort", depth: 100 },
  /** Apollo 1.0's adapters: ROS 1 topics with a queue of `message_history_limit` = 10. */
  apollo: { depth: 10 },
  apolloSensor: { reliability: "best_effort", depth: 50 },
  cyberDefault: { depth: 1 },
  cyberSensorData: { reliability: "best_effort", depth: 5 },
  cyberParameters: { depth: 1000 },
  cyberServices: { durability: "transient_local", depth: 10 },
  cyberTopologyChange: { durability: "transient_local", history: "keep_all", depth: 10 },
} as const satisfies Readonly<Record<string, QosOptions>>;

export type QosPreset = keyof typeof qosPresets;
