import { describeError } from "@delos/core";
import type { delos } from "@delos/msgs";
import type { CodecResolver } from "@delos/transport";
import type { WatchedTopic } from "./watched-topic.ts";

/** Longer messages are named by their length: their text would be ten times as long and read by nobody. */
const MAX_BYTES = 256 * 1024;

/** The newest message of a topic as text, in the names of its schema. */
export function rawView({ name, newest }: WatchedTopic, codecs: CodecResolver): delos.bridge.RawMessage | undefined {
  if (newest === undefined) return undefined;
  const time_s = Number(newest.sourceTimeNs / 1000n) / 1e6;
  try {
    const size = newest.resolve(codecs).bytes.length;
    const about = { topic: name, time_s, size };
    if (size > MAX_BYTES) return { ...about, json: "", error: `${size} bytes: too long to show` };
    if (newest.codec === undefined) return { ...about, json: "", error: `no definition of ${newest.schema.name}` };
    return { ...about, json: JSON.stringify(newest.json), error: "" };
  } catch (error) {
    return { topic: name, time_s, size: 0, json: "", error: describeError(error) };
  }
}
