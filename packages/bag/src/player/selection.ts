import { UsageError } from "@delos/core";
import type { Recording } from "../recording.ts";

/** Which messages of a recording are played, and under which names. All parts are optional; absent: everything. */
export interface Selection {
  /** Seconds after the recording's first message; `rosbag play -s`, `ros2 bag play --start-offset`. */
  readonly startS?: number | undefined;
  /** Absolute log time, inclusive; wins over `startS`. */
  readonly startNs?: bigint | undefined;
  /** Seconds of recording to play after the start; `rosbag play -u`. */
  readonly durationS?: number | undefined;
  /** Absolute log time, inclusive. The earlier of this and `durationS` wins. */
  readonly endNs?: bigint | undefined;
  /** Exact names. */
  readonly topics?: readonly string[] | undefined;
  /** Topics whose name matches are added to `topics`; `ros2 bag play -e`. */
  readonly regex?: RegExp | undefined;
  /** Exact names to leave out; wins over both of the former. */
  readonly exclude?: readonly string[] | undefined;
  readonly excludeRegex?: RegExp | undefined;
  /** Old name to new name. */
  readonly remap?: ReadonlyMap<string, string> | undefined;
  /** Put before every name that is published, after renaming; `rosbag play -p`. */
  readonly prefix?: string | undefined;
}

/** A selection applied to one recording. */
export interface Selected {
  /** Log times, both inclusive. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Undefined: all topics, which readers serve faster than a list of all names. */
  readonly topics: readonly string[] | undefined;
  /** Asked for by name, but not in the recording. */
  readonly missingTopics: readonly string[];
}

/** @throws {UsageError} for a negative start or duration */
export function select(recording: Recording, selection: Selection): Selected {
  const { startS, durationS } = selection;
  if (startS !== undefined && !(startS >= 0)) throw new UsageError(`start ${startS} is not a number of seconds ≥ 0`);
  if (durationS !== undefined && !(durationS >= 0))
    throw new UsageError(`duration ${durationS} is not a number of seconds ≥ 0`);
  const firstNs = recording.startNs ?? 0n;
  const lastNs = recording.endNs ?? 0n;
  const startNs = selection.startNs ?? firstNs + secondsToNs(startS ?? 0);
  let endNs = selection.endNs ?? lastNs;
  if (durationS !== undefined) {
    const until = (startNs > firstNs ? startNs : firstNs) + secondsToNs(durationS);
    if (until < endNs) endNs = until;
  }
  const names = [...new Set(recording.channels.map((channel) => channel.topic))];
  const wanted = names.filter((name) => isSelected(name, selection));
  const present = new Set(names);
  return {
    startNs,
    endNs,
    topics: wanted.length === names.length ? undefined : wanted,
    missingTopics: (selection.topics ?? []).filter((name) => !present.has(name)),
  };
}

/** The name under which a recorded topic is published. */
export function playedTopic(topic: string, selection: Pick<Selection, "remap" | "prefix">): string {
  return `${selection.prefix ?? ""}${selection.remap?.get(topic) ?? topic}`;
}

function isSelected(topic: string, { topics, regex, exclude, excludeRegex }: Selection): boolean {
  if (exclude?.includes(topic) || excludeRegex?.test(topic)) return false;
  if (topics === undefined && regex === undefined) return true;
  return (topics?.includes(topic) ?? false) || (regex?.test(topic) ?? false);
}

/** Beyond the range of 64-bit stamps a number of seconds means "for ever". */
function secondsToNs(seconds: number): bigint {
  return BigInt(Math.round(Math.min(seconds, 9e9) * 1e9));
}
