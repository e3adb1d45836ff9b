import { defaultQos, type Qos } from "@delos/transport";
import type { ByteReader, ByteWriter } from "@delos/wire";
import { PID } from "./wire/parameter-id.ts";
import { type ParameterListBuilder, readString, writeString } from "./wire/parameter-list.ts";
import { durationOfMs, msOfDuration, readTime, writeTime } from "./wire/time.ts";

/*
 * QoS policies as parameters of SEDP, DDSI-RTPS 2.5 §9.6.4.2. Reliability kinds count from 1 on the wire, all others from 0.
 */
const DURABILITIES = ["volatile", "transient_local", "transient", "persistent"] as const;
const LIVELINESSES = ["automatic", "manual_by_participant", "manual_by_topic"] as const;
const ORDERS = ["by_reception_timestamp", "by_source_timestamp"] as const;
const SCOPES = ["instance", "topic", "group"] as const;
const MAX_PARTITIONS = 256;
/** Comparing patterns with names takes steps by the product of their lengths: both may be a stranger's. */
const MAX_PARTITION_TEXT = 4096;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What an endpoint has that says nothing. Readers then are best effort, writers reliable (DDS 1.4 §2.2.3, table). */
export function unstatedQos(kind: "publication" | "subscription"): Writable<Qos> {
  return { ...defaultQos, depth: 1, reliability: kind === "publication" ? "reliable" : "best_effort" };
}

/** Takes one parameter into `qos`; false when it is no policy. */
export function readQosParameter(qos: Writable<Qos>, pid: number, reader: ByteReader): boolean {
  switch (pid) {
    case PID.RELIABILITY: {
      const kind = reader.uint32();
      if (kind !== 1 && kind !== 2) throw reader.malformed(`reliability ${kind}`);
      qos.reliability = kind === 2 ? "reliable" : "best_effort";
      return true;
    }
    case PID.DURABILITY:
      qos.durability = choice(reader, DURABILITIES);
      return true;
    case PID.HISTORY: {
      qos.history = choice(reader, ["keep_last", "keep_all"] as const);
      qos.depth = Math.max(1, reader.int32());
      return true;
    }
    case PID.DEADLINE:
      qos.deadlineMs = readMs(reader);
      return true;
    case PID.LIFESPAN:
      qos.lifespanMs = readMs(reader);
      return true;
    case PID.LATENCY_BUDGET:
      qos.latencyBudgetMs = readMs(reader);
      return true;
    case PID.TIME_BASED_FILTER:
      qos.timeBasedFilterMs = readMs(reader);
      return true;
    case PID.LIVELINESS:
      qos.liveliness = choice(reader, LIVELINESSES);
      qos.livelinessLeaseMs = readMs(reader);
      return true;
    case PID.OWNERSHIP:
      qos.ownership = choice(reader, ["shared", "exclusive"] as const);
      return true;
    case PID.OWNERSHIP_STRENGTH:
      qos.ownershipStrength = reader.int32();
      return true;
    case PID.DESTINATION_ORDER:
      qos.destinationOrder = choice(reader, ORDERS);
      return true;
    case PID.PRESENTATION:
      qos.presentation = { scope: choice(reader, SCOPES), coherent: reader.bool(), ordered: reader.bool() };
      return true;
    case PID.PARTITION: {
      const count = reader.uint32();
      if (count > MAX_PARTITIONS || count * 4 > reader.remaining) throw reader.malformed(`${count} partitions`);
      const names = Array.from({ length: count }, () => readString(reader));
      const characters = names.reduce((sum, name) => sum + name.length, 0);
      if (characters > MAX_PARTITION_TEXT) throw reader.malformed(`partitions of ${characters} characters`);
      qos.partition = names;
      return true;
    }
    default:
      return false;
  }
}

function choice<T>(reader: ByteReader, kinds: readonly T[]): T {
  const kind = reader.uint32();
  if (kind >= kinds.length) throw reader.malformed(`kind ${kind} of ${kinds.length}`);
  return kinds[kind]!;
}

const readMs = (reader: ByteReader): number => {
  // 0.1 s is 0x1999999a/2³²: what it was meant to be, to the microsecond.
  const ms = msOfDuration(readTime(reader));
  return Number.isFinite(ms) ? Math.round(ms * 1000) / 1000 : ms;
};

/** Adds what differs from the defaults that everybody assumes; reliability always. */
export function addQosParameters(list: ParameterListBuilder, qos: Qos, kind: "publication" | "subscription"): void {
  const duration = (value: ByteWriter, ms: number): void => writeTime(value, durationOfMs(ms));
  list.add(PID.RELIABILITY, (value) => {
    value.uint32(qos.reliability === "reliable" ? 2 : 1);
    duration(value, 100); // max_blocking_time: DDS 1.4's default
  });
  list.add(PID.DURABILITY, (value) => value.uint32(DURABILITIES.indexOf(qos.durability)));
  list.add(PID.HISTORY, (value) => {
    value.uint32(qos.history === "keep_all" ? 1 : 0);
    value.int32(qos.depth);
  });
  if (qos.deadlineMs !== Infinity) list.add(PID.DEADLINE, (value) => duration(value, qos.deadlineMs));
  if (qos.latencyBudgetMs > 0) list.add(PID.LATENCY_BUDGET, (value) => duration(value, qos.latencyBudgetMs));
  if (qos.liveliness !== "automatic" || qos.livelinessLeaseMs !== Infinity) {
    list.add(PID.LIVELINESS, (value) => {
      value.uint32(LIVELINESSES.indexOf(qos.liveliness));
      duration(value, qos.livelinessLeaseMs);
    });
  }
  if (qos.ownership === "exclusive") list.add(PID.OWNERSHIP, (value) => value.uint32(1));
  if (qos.destinationOrder === "by_source_timestamp") list.add(PID.DESTINATION_ORDER, (value) => value.uint32(1));
  if (qos.partition.length > 0) {
    list.add(PID.PARTITION, (value) => {
      value.uint32(qos.partition.length);
      for (const name of qos.partition) writeString(value, name);
    });
  }
  if (kind === "publication") {
    if (qos.lifespanMs !== Infinity) list.add(PID.LIFESPAN, (value) => duration(value, qos.lifespanMs));
    if (qos.ownership === "exclusive" || qos.ownershipStrength !== 0) {
      list.add(PID.OWNERSHIP_STRENGTH, (value) => value.int32(qos.ownershipStrength));
    }
  } else if (qos.timeBasedFilterMs > 0) {
    list.add(PID.TIME_BASED_FILTER, (value) => duration(value, qos.timeBasedFilterMs));
  }
}
