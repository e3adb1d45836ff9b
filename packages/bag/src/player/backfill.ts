import type { Channel, RecordedMessage, Recording } from "../recording.ts";

/**
 * Whether late subscribers of a channel's topic must get its last message: `latching=1` of a ROS bag, durability
 * transient local in the QoS that a ROS 2 recorder wrote (as a number until Iron, as a word since).
 */
export function isLatched(channel: Channel): boolean {
  const latching = channel.metadata.get("latching");
  if (latching === "1" || latching === "true") return true;
  const qos = channel.metadata.get("offered_qos_profiles");
  return qos !== undefined && /durability:\s*("?transient_local"?|1)\b/.test(qos);
}

/** `reliability: 2` (or the word) of a recorded ROS 2 publisher. Everything else counts as reliable. */
export function isBestEffort(channel: Channel): boolean {
  const qos = channel.metadata.get("offered_qos_profiles");
  return qos !== undefined && /reliability:\s*("?best_effort"?|2)\b/.test(qos);
}

/** How far a backfill looks back for topics that are not latched. */
export interface BackfillLimits {
  readonly maxAgeNs: bigint;
  readonly maxMessages: number;
}

/**
 * What a subscriber would know at `timeNs` had it listened before: the last message of every latched channel before that
 * time, however old, and with `limits` the last one of every other channel within them too. In the order of log time.
 */
export function messagesBefore(
  recording: Recording,
  timeNs: bigint,
  topics: readonly string[] | undefined,
  limits?: BackfillLimits,
): RecordedMessage[] {
  if (recording.startNs === undefined || timeNs <= recording.startNs) return [];
  const wanted = topics === undefined ? undefined : new Set(topics);
  const channels = recording.channels.filter((c) => c.messageCount !== 0 && (wanted?.has(c.topic) ?? true));
  const latched = channels.filter(isLatched);
  const found = new Map<number, RecordedMessage>();
  collect(recording, { endNs: timeNs - 1n, startNs: recording.startNs }, latched, Number.POSITIVE_INFINITY, found);
  if (limits !== undefined) {
    const rest = channels.filter((channel) => !isLatched(channel));
    collect(recording, { endNs: timeNs - 1n, startNs: timeNs - limits.maxAgeNs }, rest, limits.maxMessages, found);
  }
  return [...found.values()].sort((a, b) =>
    a.logTimeNs < b.logTimeNs ? -1 : a.logTimeNs > b.logTimeNs ? 1 : a.channel.index - b.channel.index,
  );
}

function collect(
  recording: Recording,
  range: { readonly startNs: bigint; readonly endNs: bigint },
  channels: readonly Channel[],
  maxMessages: number,
  found: Map<number, RecordedMessage>,
): void {
  const missing = new Set(channels.map((channel) => channel.index));
  if (missing.size === 0) return;
  using cursor = recording.cursor({ ...range, topics: new Set(channels.map((c) => c.topic)), reverse: true });
  for (let seen = 0; missing.size > 0 && seen < maxMessages && cursor.next(); seen++) {
    if (!missing.delete(cursor.channel.index)) continue;
    found.set(cursor.channel.index, {
      channel: cursor.channel,
      logTimeNs: cursor.logTimeNs,
      publishTimeNs: cursor.publishTimeNs,
      sequence: cursor.sequence,
      data: cursor.data.slice(),
    });
  }
}
