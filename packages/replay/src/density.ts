import type { Query, Recording } from "@delos/bag";
import { AbortedError, DelosError } from "@delos/core";
import { spawnWorker } from "@delos/core/worker";

export interface DensityOptions {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly topics?: readonly string[] | undefined;
  /** Parts into which the time is divided. */
  readonly buckets: number;
  readonly signal?: AbortSignal;
}

/** Messages over time: `counts` has `buckets` numbers for each topic, row after row. */
export interface RecordingDensity {
  readonly topics: readonly string[];
  readonly buckets: number;
  readonly counts: readonly number[];
}

/** Recordings with more messages are sampled: the first so many of each bucket are counted, and the rest is estimated. */
const COUNTED_MESSAGES = 400_000;
const MIN_SAMPLE = 500;

/**
 * Counts messages over time without decoding any, with bounded work however long the recording is: in a long one each
 * bucket is counted from its start for a share of the work, and scaled by the part of the bucket that was covered.
 */
export function densityOf(recording: Recording, options: Omit<DensityOptions, "signal">): RecordingDensity {
  const { startNs, endNs, buckets } = options;
  const wanted = options.topics === undefined ? undefined : new Set(options.topics);
  const topics = [...new Set(recording.channels.map((channel) => channel.topic))].filter(
    (topic) => wanted?.has(topic) ?? true,
  );
  const row = new Map(topics.map((topic, i) => [topic, i]));
  const counts = Array.from({ length: topics.length * buckets }, () => 0);
  const spanNs = endNs - startNs + 1n;
  if (spanNs <= 0n || topics.length === 0) return { topics, buckets, counts };
  const edge = (bucket: number): bigint => startNs + (spanNs * BigInt(bucket)) / BigInt(buckets);
  const each = recording.messageCount <= COUNTED_MESSAGES ? Number.POSITIVE_INFINITY : COUNTED_MESSAGES / buckets;
  const query: Query = { startNs, endNs, ...(wanted === undefined ? {} : { topics }) };
  using cursor = recording.cursor(query);
  let ahead = cursor.next();
  for (let bucket = 0; bucket < buckets && ahead; bucket++) {
    const [from, to] = [edge(bucket), edge(bucket + 1)];
    if (cursor.logTimeNs < from) {
      cursor.seek(from);
      ahead = cursor.next();
    }
    let seen = 0;
    const first = new Map<number, number>();
    while (ahead && cursor.logTimeNs < to && seen < Math.max(each, MIN_SAMPLE)) {
      const place = row.get(cursor.channel.topic)!;
      first.set(place, (first.get(place) ?? 0) + 1);
      seen++;
      ahead = cursor.next();
    }
    const covered = ahead && cursor.logTimeNs < to ? Number(cursor.logTimeNs - from) / Number(to - from) : 1;
    const scale = 1 / Math.max(covered, 1e-6);
    for (const [place, count] of first) counts[place * buckets + bucket] = Math.round(count * scale);
  }
  return { topics, buckets, counts };
}

/** The same in a thread of its own: reading a long recording takes a while. @throws {AbortedError} */
export async function recordingDensity(files: readonly string[], options: DensityOptions): Promise<RecordingDensity> {
  const { signal, ...rest } = options;
  if (signal?.aborted) throw new AbortedError("counting messages", signal.reason);
  const worker = spawnWorker(workerEntry(), { workerData: { files, options: rest } });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<RecordingDensity>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () =>
        reject(
          signal?.aborted
            ? new AbortedError("counting messages", signal.reason)
            : new DelosError("REPLAY_DENSITY", "counting messages over time ended without a result"),
        ),
      );
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function workerEntry(): string {
  return typeof import.meta.resolve === "function"
    ? import.meta.resolve("#density.worker")
    : new URL("./density.worker.ts", import.meta.url).href;
}
