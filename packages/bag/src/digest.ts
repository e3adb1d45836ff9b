import { hash } from "node:crypto";
import type { FileRecording } from "./recording.ts";

/**
 * The digest of a recording's content: SHA-256 over the sorted, newline-joined hex SHA-256 of every message, each hashed as
 * topic, a zero byte, u64le log time in ns, u32le length, data. Independent of the container, its chunks and the order of
 * equal stamps: two files with the same digest hold the same messages.
 */
export function digest(recording: FileRecording): string {
  const hashes: string[] = [];
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
    hashes.push(hash("sha256", scratch.subarray(0, total), "hex"));
  });
  return hash("sha256", hashes.sort().join("\n"), "hex");
}
