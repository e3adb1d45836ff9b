import type { MessageSchema } from "@delos/core";
import type { EndpointInfo } from "./endpoint.ts";
import { type Mismatch, partitionsMeet, qosMismatches } from "./qos-matching.ts";

/** Why a publication and a subscription of one topic do not talk; empty when they match. */
export function endpointMismatches(publication: EndpointInfo, subscription: EndpointInfo): Mismatch[] {
  const found = typeMismatches(publication.schema, subscription.schema);
  const [offered, requested] = [publication.qos, subscription.qos];
  if (!partitionsMeet(offered.partition, requested.partition)) {
    const [ours, theirs] = [JSON.stringify(offered.partition), JSON.stringify(requested.partition)];
    found.push({
      policy: "partition",
      offered: ours,
      requested: theirs,
      explanation: `The publisher is in partition ${ours}, the subscriber in ${theirs}: no name of one matches one of the other.`,
    });
  }
  const uncompared = [publication, subscription].flatMap(({ participant }) => UNCOMPARED[participant.vendor] ?? []);
  return [...found, ...qosMismatches(offered, requested).filter(({ policy }) => !uncompared.includes(policy))];
}

/** Policies that a vendor's participants carry and do not compare: they talk regardless, so for both sides it is a match. */
const UNCOMPARED: Readonly<Record<string, readonly string[]>> = {
  "eProsima Fast DDS": ["latency budget", "destination order", "presentation"],
};

function typeMismatches(offered: MessageSchema | undefined, requested: MessageSchema | undefined): Mismatch[] {
  if (offered === undefined || requested === undefined) return []; // a subscription that takes any type
  const mismatch = (policy: string, offer: string, request: string): Mismatch[] => [
    {
      policy,
      offered: offer,
      requested: request,
      explanation: `The publisher sends ${policy} ${offer}, the subscriber expects ${request}: one of them means another topic or another version of the message.`,
    },
  ];
  if (offered.name !== requested.name) return mismatch("type", offered.name, requested.name);
  if (offered.messageEncoding !== requested.messageEncoding) {
    return mismatch("encoding", offered.messageEncoding, requested.messageEncoding);
  }
  const [theirs, ours] = [offered.md5sum ?? "*", requested.md5sum ?? "*"]; // ROS 1: "*" is any
  return theirs === "*" || ours === "*" || theirs === ours ? [] : mismatch("md5sum", theirs, ours);
}

/** The event both sides get when they would talk but cannot. */
export class Incompatibility {
  readonly local: EndpointInfo;
  readonly remote: EndpointInfo;
  readonly mismatches: readonly Mismatch[];

  constructor(local: EndpointInfo, remote: EndpointInfo, mismatches: readonly Mismatch[]) {
    this.local = local;
    this.remote = remote;
    this.mismatches = mismatches;
  }

  /** One paragraph for a log or a terminal: who, on which topic, and for each policy both values and what to do. */
  explain(): string {
    const { kind, topic, node } = this.local;
    const peer = this.remote.node || `endpoint ${this.remote.id}`;
    const reasons = this.mismatches.map((m) => m.explanation).join(" ");
    return `${topic}: the ${kind} of ${node || "this node"} does not match the ${this.remote.kind} of ${peer}. ${reasons}`;
  }
}

/**
 * Different partitions are meant to separate: as in DDS they make no event (§2.2.3.13), though tools explain them.
 * Everything else that keeps two endpoints of a topic apart is one.
 */
export function isReportable(mismatches: readonly Mismatch[]): boolean {
  return mismatches.length > 0 && mismatches.every((m) => m.policy !== "partition");
}
