import { createHash, hash } from "node:crypto";
import type { FileRecording } from "./recording.ts";

/**
 * The digest of a recording's content: SHA-256 over the sorted, newline-joined hex SHA-256 of every message, each hashed as
 * topic, a zero byte, u64le log time in ns, u32le length, data. Independent of the container, its chunks and the order of
 * equal stamps: two files with the same digest hold the same messages.
 */
export function digest(recording: FileRecording): string {
  const hashes = new SortedHashes();
  let scratch = Buffer.alloc(64 * 1024);
  const topics = new Map<number, Buffer>();
  recording.verify((channel, logTimeNs, data) => {
    let topic = topics.get(channel.index);
    if (topic === undefined) {
      topic = Buffer.from(`${channel.topic}\0`);
      topics.set(channel.index, topic);
    }
    const total = topic.length + 12 + data.length;
    if (scratch.length < total) scratch = Buffer.alloc(total * 2);
    topic.copy(scratch);
    scratch.writeBigUInt64LE(logTimeNs, topic.length);
    scratch.writeUInt32LE(data.length, topic.length + 8);
    scratch.set(data, topic.length + 12);
    hashes.add(hash("sha256", scratch.subarray(0, total), "buffer"));
  });
  return hashes.digest();
}

const HASH_BYTES = 32;

/** Hashes by their first byte, 32 bytes each: ten million messages take 320 MB, where strings would take three times that. */
class SortedHashes {
  readonly #buckets = Array.from({ length: 256 }, () => ({ bytes: Buffer.alloc(0), length: 0 }));

  add(value: Buffer): void {
    const bucket = this.#buckets[value[0]!]!;
    if (bucket.length === bucket.bytes.length) {
      const larger = Buffer.alloc(Math.max(16 * HASH_BYTES, bucket.length * 2));
      bucket.bytes.copy(larger);
      bucket.bytes = larger;
    }
    value.copy(bucket.bytes, bucket.length);
    bucket.length += HASH_BYTES;
  }

  /** SHA-256 of all of them in hex, sorted, with newlines between. */
  digest(): string {
    const all = createHash("sha256");
    let isFirst = true;
    for (const { bytes, length } of this.#buckets) {
      const texts: string[] = [];
      for (let at = 0; at < length; at += HASH_BYTES) texts.push(bytes.toString("hex", at, at + HASH_BYTES));
      if (texts.length === 0) continue;
      all.update(`${isFirst ? "" : "\n"}${texts.sort().join("\n")}`);
      isFirst = false;
    }
    return all.digest("hex");
  }
}
