import { UsageError } from "@delos/core";
import { defaultQos, type Qos, type QosOptions } from "./qos.ts";

/**
 * A whole `Qos` from parts: later ones win, the rest is `defaultQos`.
 * @throws {UsageError} naming the policy whose value makes no sense
 */
export function completeQos(...parts: readonly (QosOptions | undefined)[]): Qos {
  const qos: Record<string, unknown> = { ...defaultQos };
  for (const part of parts) {
    for (const [policy, value] of Object.entries(part ?? {})) {
      if (value === undefined) continue;
      if (!(policy in defaultQos)) throw new UsageError(`There is no QoS policy "${policy}"`, { details: { policy } });
      qos[policy] = policy === "resourceLimits" ? { ...defaultQos.resourceLimits, ...(value as object) } : value;
    }
  }
  const complete = qos as unknown as Qos;
  for (const [policy, problem] of problems(complete)) {
    throw new UsageError(`QoS policy "${policy}" ${problem}`, { details: { policy, value: String(qos[policy]) } });
  }
  return complete;
}

const CHOICES = {
  reliability: ["best_effort", "reliable"],
  durability: ["volatile", "transient_local", "transient", "persistent"],
  history: ["keep_last", "keep_all"],
  liveliness: ["automatic", "manual_by_participant", "manual_by_topic"],
  ownership: ["shared", "exclusive"],
  destinationOrder: ["by_reception_timestamp", "by_source_timestamp"],
} as const satisfies Partial<Record<keyof Qos, readonly string[]>>;

function* problems(qos: Qos): Generator<readonly [policy: keyof Qos, problem: string]> {
  for (const [policy, choices] of Object.entries(CHOICES) as [keyof typeof CHOICES, readonly string[]][]) {
    if (!choices.includes(qos[policy])) yield [policy, `is one of ${choices.join(", ")}, not ${qos[policy]}`];
  }
  if (!isCount(qos.depth)) yield ["depth", `is a whole number of at least 1, not ${qos.depth}`];
  for (const policy of ["deadlineMs", "lifespanMs", "livelinessLeaseMs"] as const) {
    if (!(qos[policy] > 0)) yield [policy, `is a positive number of ms, not ${qos[policy]}`];
  }
  for (const policy of ["timeBasedFilterMs", "latencyBudgetMs"] as const) {
    if (!(qos[policy] >= 0)) yield [policy, `is a number of ms of at least 0, not ${qos[policy]}`];
  }
  if (!Number.isSafeInteger(qos.ownershipStrength)) {
    yield ["ownershipStrength", `is a whole number, not ${qos.ownershipStrength}`];
  }
  // DDS 1.4 §2.2.3.12: a filter slower than the deadline could never meet it.
  if (qos.timeBasedFilterMs > qos.deadlineMs) {
    yield ["timeBasedFilterMs", `(${qos.timeBasedFilterMs} ms) is longer than deadlineMs (${qos.deadlineMs} ms)`];
  }
  const { scope, coherent, ordered } = qos.presentation;
  if (scope !== "instance" || coherent || ordered) {
    yield ["presentation", "is instance, neither coherent nor ordered: nothing further is built"];
  }
  for (const [limit, value] of Object.entries(qos.resourceLimits)) {
    if (!isCount(value)) yield ["resourceLimits", `has ${limit} = ${value}: not a whole number of at least 1`];
  }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
